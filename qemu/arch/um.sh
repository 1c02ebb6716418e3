# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# User-Mode Linux: a kernel that is a program of the host, without hardware.
kernel_arch=um
cross=''
boot_image=linux
guest=''
# What make check runs.
suites=(kunit)
