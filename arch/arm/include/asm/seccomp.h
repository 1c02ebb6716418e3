/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system call convention of 32-bit ARM. It has a second range, of calls that are
 * ARM's own: to set the thread pointer, for one.
 */
#ifndef _ASM_ARM_SECCOMP_H
#define _ASM_ARM_SECCOMP_H

#include <linux/nospec.h>
#include <asm/unistd.h>

#define SECCOMP_ARCH		AUDIT_ARCH_ARM
#define SECCOMP_SIGRETURN	__NR_sigreturn

#define SECCOMP_ARM_SLOT	(__NR_syscalls + 1)
#define SECCOMP_ARM_COUNT	16

#define SECCOMP_SLOTS		(SECCOMP_ARM_SLOT + SECCOMP_ARM_COUNT + 1)
#define SECCOMP_NUMBERS							\
	{ .name = "arm", .arch = AUDIT_ARCH_ARM,			\
	  .count = __NR_syscalls, .last = __ARM_NR_BASE - 1 },		\
	{ .name = "arm", .arch = AUDIT_ARCH_ARM,			\
	  .first = __ARM_NR_BASE, .count = SECCOMP_ARM_COUNT,		\
	  .last = U32_MAX, .slot = SECCOMP_ARM_SLOT },

static __always_inline unsigned int arch_seccomp_slot(u32 nr)
{
	if (nr < __NR_syscalls)
		return array_index_nospec(nr, __NR_syscalls);
	if (nr < __ARM_NR_BASE)
		return __NR_syscalls;
	nr -= __ARM_NR_BASE;
	return SECCOMP_ARM_SLOT + (nr < SECCOMP_ARM_COUNT ?
				   array_index_nospec(nr, SECCOMP_ARM_COUNT) :
				   SECCOMP_ARM_COUNT);
}

#include <asm-generic/seccomp.h>

#endif /* _ASM_ARM_SECCOMP_H */
