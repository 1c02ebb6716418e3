/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RISC-V has one convention; 32-bit programs on a 64-bit kernel use the same numbers
 * and show the same architecture.
 */
#ifndef _ASM_RISCV_SECCOMP_H
#define _ASM_RISCV_SECCOMP_H

#ifdef CONFIG_64BIT
#define SECCOMP_ARCH		AUDIT_ARCH_RISCV64
#define SECCOMP_ARCH_NAME	"riscv64"
#else
#define SECCOMP_ARCH		AUDIT_ARCH_RISCV32
#define SECCOMP_ARCH_NAME	"riscv32"
#endif

#include <asm-generic/seccomp.h>

#endif /* _ASM_RISCV_SECCOMP_H */
