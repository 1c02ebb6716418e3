# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for arm64 are built, and what they run on.
kernel_arch=arm64
cross=aarch64-linux-gnu-
boot_image=arch/arm64/boot/Image
emulator=(qemu-system-aarch64 -machine virt)
emulator_packages='qemu-system-arm'
cpu=cortex-a72		# the newest features cost an emulated one dearly
console=ttyAMA0
terminal=hvc0
virtio=device
debian_arch=arm64
busybox_suite=bookworm
build_packages='gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
test_packages='gcc-arm-linux-gnueabihf libc6-dev-armhf-cross'
declare -A abis=([64]=aarch64-linux-gnu-gcc [32]=arm-linux-gnueabihf-gcc)
blackbox_abis=(64 32)
# What make check runs.
suites=(control selftests blackbox)
