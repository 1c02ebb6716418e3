# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for 64-bit little-endian MIPS are built, and what they run on.
kernel_arch=mips
cross=mips64el-linux-gnuabi64-
boot_image=vmlinux
emulator=(qemu-system-mips64el -machine malta)
emulator_packages='qemu-system-mips'
cpu=MIPS64R2-generic
cpus=1
console=ttyS0
terminal=hvc0
virtio=pci
debian_arch=mips64el
busybox_suite=bookworm
build_packages='gcc-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross'
test_packages='gcc-multilib-mips64el-linux-gnuabi64'
declare -A abis=([n64]=mips64el-linux-gnuabi64-gcc [n32]='mips64el-linux-gnuabi64-gcc -mabi=n32'
	[o32]='mips64el-linux-gnuabi64-gcc -mabi=32')
blackbox_abis=(n64 n32 o32)
# What make check runs.
suites=(control selftests blackbox)
