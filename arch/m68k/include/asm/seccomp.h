/* SPDX-License-Identifier: GPL-2.0 */
/* The system call convention of m68k. */
#ifndef _ASM_M68K_SECCOMP_H
#define _ASM_M68K_SECCOMP_H

#define SECCOMP_ARCH		AUDIT_ARCH_M68K
#define SECCOMP_ARCH_NAME	"m68k"
#define SECCOMP_SIGRETURN	__NR_sigreturn

#include <asm-generic/seccomp.h>

#endif /* _ASM_M68K_SECCOMP_H */
