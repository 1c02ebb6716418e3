# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# How kernels and programs for x86-64 are built, and what they run on.
kernel_arch=x86_64
cross=''
boot_image=arch/x86/boot/bzImage
emulator=(qemu-system-x86_64 -machine pc)
emulator_packages='qemu-system-x86 seabios'
cpu=max,-rdrand,-rdseed
console=ttyS0
terminal=hvc0
virtio=pci
test_packages="gcc-$(gcc -dumpversion 2> /dev/null || echo 12)-multilib libc6-dev-i386 libc6-dev-x32"
# The ABIs of test programs, and the compiler for each. gcc-multilib, which would tell it
# where the headers of the other two are, excludes all cross compilers.
multilib='-idirafter /usr/include/x86_64-linux-gnu'
declare -A abis=([64]='gcc -m64' [32]="gcc -m32 $multilib" [x32]="gcc -mx32 $multilib")
blackbox_abis=(64 32)
# What make check runs.
suites=(commands lint series fuzz control selftests blackbox tour samples programs criu crun systemd libseccomp debug races coverage mutants arm64 riscv64 regressions)
