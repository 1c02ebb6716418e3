/* SPDX-License-Identifier: GPL-2.0 */
/* The system call convention of SuperH. */
#ifndef _ASM_SH_SECCOMP_H
#define _ASM_SH_SECCOMP_H

#ifdef CONFIG_CPU_LITTLE_ENDIAN
#define SECCOMP_ARCH		AUDIT_ARCH_SHEL
#else
#define SECCOMP_ARCH		AUDIT_ARCH_SH
#endif
#define SECCOMP_ARCH_NAME	"sh"
#define SECCOMP_SIGRETURN	__NR_sigreturn

#include <asm-generic/seccomp.h>

#endif /* _ASM_SH_SECCOMP_H */
