# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for 32-bit ARM are built, and what they run on.
kernel_arch=arm
cross=arm-linux-gnueabihf-
boot_image=arch/arm/boot/zImage
emulator=(qemu-system-arm -machine virt)
emulator_packages='qemu-system-arm'
cpu=cortex-a15
console=ttyAMA0
terminal=hvc0
virtio=device
debian_arch=armhf
busybox_suite=bookworm
build_packages='gcc-arm-linux-gnueabihf libc6-dev-armhf-cross'
declare -A abis=([32]=arm-linux-gnueabihf-gcc)
blackbox_abis=(32)
blackbox_except=(syscall_restart)	# it expects another number than the C library uses
# What make check runs.
suites=(control selftests blackbox)
