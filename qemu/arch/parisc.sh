# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for PA-RISC are built, and what they run on.
kernel_arch=parisc
cross=hppa-linux-gnu-
boot_image=vmlinux
emulator=(qemu-system-hppa -machine hppa)
emulator_packages='qemu-system-misc'
cpu=hppa
firmware=hppa-firmware.img firmware_suite=trixie	# Debian 12's tells of cache lines of 32 KiB
cpus=1
console=ttyS0
terminal=hvc0
virtio=pci
busybox_suite=bookworm
build_packages='gcc-hppa-linux-gnu libc6-dev-hppa-cross'
declare -A abis=([32]=hppa-linux-gnu-gcc)
blackbox_abis=(32)
# What make check runs.
suites=(selftests blackbox)
