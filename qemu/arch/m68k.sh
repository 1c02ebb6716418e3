# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for m68k are built, and what they run on.
kernel_arch=m68k
cross=m68k-linux-gnu-
boot_image=vmlinux
emulator=(qemu-system-m68k -machine virt)
emulator_packages='qemu-system-misc'
cpu=m68040
cpus=1
console=ttyGF0
terminal=hvc0
virtio=device
busybox_suite=bookworm
build_packages='gcc-m68k-linux-gnu libc6-dev-m68k-cross'
declare -A abis=([32]=m68k-linux-gnu-gcc)
blackbox_abis=(32)
# The C library makes a call that the one refuses, to find its thread; the other reads /proc/PID/syscall.
blackbox_except=(syscall_restart user_notification_wait_killable_pre_notification)
# What make check runs.
suites=(selftests blackbox)
