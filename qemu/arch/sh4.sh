# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels for SuperH are built. They are not run: Debian 12's gcc leaves a comparison
# out of what unpacks the kernel, and tests its result.
kernel_arch='sh'
cross=sh4-linux-gnu-
boot_image=vmlinux
guest=''
build_packages='gcc-sh4-linux-gnu libc6-dev-sh4-cross'
# What make check runs.
suites=(build)
