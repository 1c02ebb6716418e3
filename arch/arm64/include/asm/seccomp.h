/* SPDX-License-Identifier: GPL-2.0 */
/* The system call conventions of arm64, and the slots of their calls. */
#ifndef _ASM_ARM64_SECCOMP_H
#define _ASM_ARM64_SECCOMP_H

#include <linux/nospec.h>
#include <asm/compat.h>
#include <asm/unistd.h>

#define SECCOMP_ARCH		AUDIT_ARCH_AARCH64

#ifdef CONFIG_COMPAT
#include <asm/unistd_compat_32.h>

#define SECCOMP_ARCH_COMPAT {						\
	.arch = AUDIT_ARCH_ARM,						\
	.strict = { __NR_compat32_read, __NR_compat32_write,		\
		    __NR_compat32_exit, __NR_compat32_sigreturn },	\
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}

/*
 * 32-bit programs have a second range, of calls that are ARM's own: to set the thread
 * pointer, for one.
 */
#define SECCOMP_COMPAT_SLOT	(NR_syscalls + 1)
#define SECCOMP_ARM_SLOT	(SECCOMP_COMPAT_SLOT + __NR_compat32_syscalls + 1)
#define SECCOMP_ARM_COUNT	16

#define SECCOMP_SLOTS		(SECCOMP_ARM_SLOT + SECCOMP_ARM_COUNT + 1)
#define SECCOMP_NUMBERS							\
	{ .name = "aarch64", .arch = AUDIT_ARCH_AARCH64,		\
	  .count = NR_syscalls, .last = U32_MAX },			\
	{ .name = "arm", .arch = AUDIT_ARCH_ARM,			\
	  .count = __NR_compat32_syscalls,				\
	  .last = __ARM_NR_COMPAT_BASE - 1, .slot = SECCOMP_COMPAT_SLOT }, \
	{ .name = "arm", .arch = AUDIT_ARCH_ARM,			\
	  .first = __ARM_NR_COMPAT_BASE, .count = SECCOMP_ARM_COUNT,	\
	  .last = U32_MAX, .slot = SECCOMP_ARM_SLOT },

static __always_inline unsigned int arch_seccomp_slot(u32 nr)
{
	if (likely(!is_compat_task()))
		return nr < NR_syscalls ? array_index_nospec(nr, NR_syscalls) :
					  NR_syscalls;
	if (nr < __NR_compat32_syscalls)
		return SECCOMP_COMPAT_SLOT +
		       array_index_nospec(nr, __NR_compat32_syscalls);
	if (nr < __ARM_NR_COMPAT_BASE)
		return SECCOMP_COMPAT_SLOT + __NR_compat32_syscalls;
	nr -= __ARM_NR_COMPAT_BASE;
	return SECCOMP_ARM_SLOT + (nr < SECCOMP_ARM_COUNT ?
				   array_index_nospec(nr, SECCOMP_ARM_COUNT) :
				   SECCOMP_ARM_COUNT);
}
#else
#define SECCOMP_ARCH_NAME	"aarch64"
#endif

#include <asm-generic/seccomp.h>

#endif /* _ASM_ARM64_SECCOMP_H */
