# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels for m68k are built.
kernel_arch=m68k
cross=m68k-linux-gnu-
boot_image=vmlinux
guest=''
build_packages='gcc-m68k-linux-gnu libc6-dev-m68k-cross'
# What make check runs.
suites=(build)
