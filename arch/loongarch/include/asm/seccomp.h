/* SPDX-License-Identifier: GPL-2.0 */
/* The system call convention of LoongArch. */
#ifndef _ASM_LOONGARCH_SECCOMP_H
#define _ASM_LOONGARCH_SECCOMP_H

#define SECCOMP_ARCH		AUDIT_ARCH_LOONGARCH64
#define SECCOMP_ARCH_NAME	"loongarch64"

#include <asm-generic/seccomp.h>

#endif /* _ASM_LOONGARCH_SECCOMP_H */
