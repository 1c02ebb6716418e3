/* SPDX-License-Identifier: GPL-2.0 */
/* The system call convention of C-SKY. */
#ifndef _ASM_CSKY_SECCOMP_H
#define _ASM_CSKY_SECCOMP_H

#define SECCOMP_ARCH		AUDIT_ARCH_CSKY
#define SECCOMP_ARCH_NAME	"csky"

#include <asm-generic/seccomp.h>

#endif /* _ASM_CSKY_SECCOMP_H */
