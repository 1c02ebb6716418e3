# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels for PA-RISC are built.
kernel_arch=parisc
cross=hppa-linux-gnu-
boot_image=vmlinux
guest=''
build_packages='gcc-hppa-linux-gnu libc6-dev-hppa-cross'
# What make check runs.
suites=(build)
