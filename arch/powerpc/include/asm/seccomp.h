/* SPDX-License-Identifier: GPL-2.0 */
/* The system call conventions of PowerPC: 32-bit programs use the same numbers. */
#ifndef _ASM_POWERPC_SECCOMP_H
#define _ASM_POWERPC_SECCOMP_H

#ifndef CONFIG_PPC64
#define SECCOMP_ARCH		AUDIT_ARCH_PPC
#define SECCOMP_ARCH_NAME	"ppc"
#define SECCOMP_SIGRETURN	__NR_sigreturn
#elif defined(CONFIG_CPU_LITTLE_ENDIAN)
#define SECCOMP_ARCH		AUDIT_ARCH_PPC64LE
#define SECCOMP_ARCH_NAME	"ppc64le"
#else
#define SECCOMP_ARCH		AUDIT_ARCH_PPC64
#define SECCOMP_ARCH_NAME	"ppc64"
#endif

#ifdef CONFIG_COMPAT
#define SECCOMP_COMPAT		AUDIT_ARCH_PPC
#define SECCOMP_COMPAT_NAME	"ppc"
#endif

#include <asm-generic/seccomp.h>

#endif /* _ASM_POWERPC_SECCOMP_H */
