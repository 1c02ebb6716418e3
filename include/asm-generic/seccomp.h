/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For architectures whose system calls have one set of numbers, from 0 up, also in the
 * programs of their 32-bit ancestor. Before it includes this, their
 * asm/seccomp.h says
 *
 *   SECCOMP_ARCH, SECCOMP_ARCH_NAME	the AUDIT_ARCH_* that syscall_get_arch() gives
 *   SECCOMP_COMPAT, SECCOMP_COMPAT_NAME	the same for tasks with is_compat_task(), if
 *					these show another
 *
 * and whatever they have otherwise than it stands here.
 */
#ifndef _ASM_GENERIC_SECCOMP_H
#define _ASM_GENERIC_SECCOMP_H

#include <linux/nospec.h>
#include <asm/unistd.h>

#ifndef SECCOMP_SIGRETURN
#define SECCOMP_SIGRETURN	__NR_rt_sigreturn
#endif

#define SECCOMP_ARCH_NATIVE {						\
	.arch = SECCOMP_ARCH,						\
	.strict = { __NR_read, __NR_write, __NR_exit, SECCOMP_SIGRETURN }, \
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}

#ifdef SECCOMP_COMPAT
#include <linux/compat.h>

#ifndef SECCOMP_COMPAT_SIGRETURN
#define SECCOMP_COMPAT_SIGRETURN	__NR_sigreturn
#endif

#define SECCOMP_ARCH_COMPAT {						\
	.arch = SECCOMP_COMPAT,						\
	.strict = { __NR_read, __NR_write, __NR_exit, SECCOMP_COMPAT_SIGRETURN }, \
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}
#endif

#ifndef seccomp_arch_enter_strict
#define seccomp_arch_enter_strict()	do { } while (0)
#endif

#ifndef SECCOMP_SLOTS
#ifndef SECCOMP_COUNT
#define SECCOMP_COUNT		__NR_syscalls
#endif

#define SECCOMP_NUMBERS_NATIVE						\
	{ .name = SECCOMP_ARCH_NAME, .arch = SECCOMP_ARCH,		\
	  .count = SECCOMP_COUNT, .last = U32_MAX },

#ifdef SECCOMP_COMPAT
#define SECCOMP_COMPAT_SLOT	(SECCOMP_COUNT + 1)
#define SECCOMP_SLOTS		(SECCOMP_COMPAT_SLOT + SECCOMP_COUNT + 1)
#define SECCOMP_NUMBERS							\
	SECCOMP_NUMBERS_NATIVE						\
	{ .name = SECCOMP_COMPAT_NAME, .arch = SECCOMP_COMPAT,		\
	  .count = SECCOMP_COUNT, .last = U32_MAX,			\
	  .slot = SECCOMP_COMPAT_SLOT },
#else
#define SECCOMP_SLOTS		(SECCOMP_COUNT + 1)
#define SECCOMP_NUMBERS		SECCOMP_NUMBERS_NATIVE
#endif

static __always_inline unsigned int arch_seccomp_slot(u32 nr)
{
	unsigned int slot = SECCOMP_COUNT;

	if (nr < SECCOMP_COUNT)
		slot = array_index_nospec(nr, SECCOMP_COUNT);
#ifdef SECCOMP_COMPAT
	if (is_compat_task())
		slot += SECCOMP_COMPAT_SLOT;
#endif
	return slot;
}
#endif

#endif /* _ASM_GENERIC_SECCOMP_H */
