/* SPDX-License-Identifier: GPL-2.0 */
/* The system call conventions of s390: 31-bit programs use the same numbers. */
#ifndef _ASM_S390_SECCOMP_H
#define _ASM_S390_SECCOMP_H

#define SECCOMP_ARCH		AUDIT_ARCH_S390X
#define SECCOMP_ARCH_NAME	"s390x"
#define SECCOMP_COUNT		NR_syscalls
#define SECCOMP_SIGRETURN	__NR_sigreturn
#ifdef CONFIG_COMPAT
#define SECCOMP_COMPAT		AUDIT_ARCH_S390
#define SECCOMP_COMPAT_NAME	"s390"
#endif

#include <asm-generic/seccomp.h>

#endif /* _ASM_S390_SECCOMP_H */
