# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels for 64-bit little-endian MIPS are built.
kernel_arch=mips
cross=mips64el-linux-gnuabi64-
boot_image=vmlinux
guest=''
build_packages='gcc-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross'
# What make check runs.
suites=(build)
