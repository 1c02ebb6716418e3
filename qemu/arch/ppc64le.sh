# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for 64-bit little-endian PowerPC are built, and what they run on.
kernel_arch=powerpc
cross=powerpc64le-linux-gnu-
boot_image=vmlinux
emulator=(qemu-system-ppc64 -machine 'pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken')
emulator_packages='qemu-system-ppc'
cpu=power9
console=hvc0
terminal=hvc1		# after that of the firmware
virtio=pci
debian_arch=ppc64el
busybox_suite=bookworm
build_packages='gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross'
declare -A abis=([64]=powerpc64le-linux-gnu-gcc)
blackbox_abis=(64)
# What make check runs.
suites=(control selftests blackbox)
