# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for s390x are built, and what they run on.
kernel_arch=s390
cross=s390x-linux-gnu-
boot_image=arch/s390/boot/bzImage
emulator=(qemu-system-s390x -machine s390-ccw-virtio)
emulator_packages='qemu-system-misc'
cpu=max
console=ttysclp0
terminal=hvc0
virtio=ccw
debian_arch=s390x
busybox_suite=bookworm
build_packages='gcc-s390x-linux-gnu libc6-dev-s390x-cross'
declare -A abis=([64]=s390x-linux-gnu-gcc)
blackbox_abis=(64)
# What make check runs.
suites=(control selftests blackbox)
