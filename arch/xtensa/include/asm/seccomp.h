/* SPDX-License-Identifier: GPL-2.0 */
/* The system call convention of Xtensa. */
#ifndef _ASM_XTENSA_SECCOMP_H
#define _ASM_XTENSA_SECCOMP_H

#define SECCOMP_ARCH		AUDIT_ARCH_XTENSA
#define SECCOMP_ARCH_NAME	"xtensa"

#include <asm-generic/seccomp.h>

#endif /* _ASM_XTENSA_SECCOMP_H */
