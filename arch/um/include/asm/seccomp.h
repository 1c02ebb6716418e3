/* SPDX-License-Identifier: GPL-2.0 */
/* User-Mode Linux has the convention of the processor that it runs on. */
#ifndef _ASM_UM_SECCOMP_H
#define _ASM_UM_SECCOMP_H

#ifdef CONFIG_X86_32
#define SECCOMP_ARCH		AUDIT_ARCH_I386
#define SECCOMP_ARCH_NAME	"i386"
#define SECCOMP_SIGRETURN	__NR_sigreturn
#else
#define SECCOMP_ARCH		AUDIT_ARCH_X86_64
#define SECCOMP_ARCH_NAME	"x86_64"
#endif

#include <asm-generic/seccomp.h>

#endif /* _ASM_UM_SECCOMP_H */
