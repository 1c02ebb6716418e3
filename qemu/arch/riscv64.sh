# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for 64-bit RISC-V are built, and what they run on.
kernel_arch=riscv
cross=riscv64-linux-gnu-
boot_image=arch/riscv/boot/Image
emulator=(qemu-system-riscv64 -machine virt)
emulator_packages='qemu-system-misc opensbi'
cpu=rv64
console=ttyS0
terminal=hvc0
virtio=device
debian_arch=riscv64
busybox_suite=trixie	# the first with this architecture
build_packages='gcc-riscv64-linux-gnu libc6-dev-riscv64-cross'
declare -A abis=([64]=riscv64-linux-gnu-gcc)
blackbox_abis=(64)
# What make check runs.
suites=(control selftests blackbox)
