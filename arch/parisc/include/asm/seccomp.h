/* SPDX-License-Identifier: GPL-2.0 */
/* The system call conventions of PA-RISC: 32-bit programs use the same numbers. */
#ifndef _ASM_PARISC_SECCOMP_H
#define _ASM_PARISC_SECCOMP_H

#ifdef CONFIG_64BIT
#define SECCOMP_ARCH		AUDIT_ARCH_PARISC64
#define SECCOMP_ARCH_NAME	"parisc64"
#define SECCOMP_COMPAT		AUDIT_ARCH_PARISC
#define SECCOMP_COMPAT_NAME	"parisc"
#define SECCOMP_COMPAT_SIGRETURN	__NR_rt_sigreturn
#else
#define SECCOMP_ARCH		AUDIT_ARCH_PARISC
#define SECCOMP_ARCH_NAME	"parisc"
#endif

#include <asm-generic/seccomp.h>

#endif /* _ASM_PARISC_SECCOMP_H */
