# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for SuperH are built, and what they run on.
kernel_arch='sh'
cross=sh4-linux-gnu-
boot_image=arch/sh/boot/zImage
emulator=(qemu-system-sh4 -machine r2d -serial null)	# its console is the second
emulator_packages='qemu-system-misc'
cpu=sh7751r
cpus=1
console=ttySC1
terminal=hvc0
virtio=pci
busybox_suite=bookworm
build_packages='binutils-sh4-linux-gnu linux-libc-dev-sh4-cross'
# Debian 12's compiler leaves the load and the comparison out of "if (*p)", in its C library too.
compiler_suite=bullseye
compiler_packages=({gcc,cpp}-10-sh4-linux-gnu libgcc-{10-dev,s1}-sh4-cross
	libc6-{dev-,}sh4-cross)
declare -A abis=([32]=sh4-linux-gnu-gcc)
blackbox_abis=(32)
blackbox_except=(syscall_restart)	# it expects another number than the C library uses
# What make check runs.
suites=(selftests blackbox)
