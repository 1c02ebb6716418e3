/* SPDX-License-Identifier: GPL-2.0 */
/* The system call conventions of x86, and the slots of their calls. */
#ifndef _ASM_X86_SECCOMP_H
#define _ASM_X86_SECCOMP_H

#include <linux/nospec.h>
#include <linux/thread_info.h>
#include <asm/tsc.h>
#include <asm/unistd.h>

/*
 * Initialisers of struct seccomp_arch, one for each value that
 * syscall_get_arch() gives. x32 calls come with the value of 64-bit calls and
 * __X32_SYSCALL_BIT in their number, so strict mode refuses them all.
 */
#ifdef CONFIG_X86_64
#define SECCOMP_ARCH_NATIVE {						\
	.arch = AUDIT_ARCH_X86_64,					\
	.strict = { __NR_read, __NR_write, __NR_exit, __NR_rt_sigreturn }, \
	.trampoline = __NR_uretprobe,					\
}

#ifdef CONFIG_IA32_EMULATION
#define SECCOMP_ARCH_COMPAT {						\
	.arch = AUDIT_ARCH_I386,					\
	.strict = { __NR_ia32_read, __NR_ia32_write,			\
		    __NR_ia32_exit, __NR_ia32_sigreturn },		\
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}
#endif
#else
#define SECCOMP_ARCH_NATIVE {						\
	.arch = AUDIT_ARCH_I386,					\
	.strict = { __NR_read, __NR_write, __NR_exit, __NR_sigreturn },	\
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}
#endif

/* Strict mode is for untrusted bytecode: it does not get a precise clock. */
#define seccomp_arch_enter_strict()	disable_TSC()

/*
 * The slots of system calls, see kernel/seccomp/analysis.h: one for each number
 * of a range, and one for all beyond. SECCOMP_NUMBERS are initialisers of struct
 * seccomp_numbers.
 */
#ifdef CONFIG_X86_64
#ifdef CONFIG_X86_X32_ABI
#define SECCOMP_X32_COUNT	X32_NR_syscalls
#else
#define SECCOMP_X32_COUNT	0
#endif
#define SECCOMP_X32_SLOT	(NR_syscalls + 1)
#define SECCOMP_COMPAT_SLOT	(SECCOMP_X32_SLOT + SECCOMP_X32_COUNT + 1)

#ifdef CONFIG_IA32_EMULATION
#define SECCOMP_SLOTS		(SECCOMP_COMPAT_SLOT + IA32_NR_syscalls + 1)
#define SECCOMP_NUMBERS_COMPAT						\
	{ .name = "ia32", .arch = AUDIT_ARCH_I386,			\
	  .count = IA32_NR_syscalls, .last = U32_MAX,			\
	  .slot = SECCOMP_COMPAT_SLOT },
#else
#define SECCOMP_SLOTS		SECCOMP_COMPAT_SLOT
#define SECCOMP_NUMBERS_COMPAT
#endif

#define SECCOMP_NUMBERS							\
	{ .name = "x86_64", .arch = AUDIT_ARCH_X86_64,			\
	  .count = NR_syscalls, .last = __X32_SYSCALL_BIT - 1 },	\
	{ .name = "x32", .arch = AUDIT_ARCH_X86_64,			\
	  .first = __X32_SYSCALL_BIT, .count = SECCOMP_X32_COUNT,	\
	  .last = U32_MAX, .slot = SECCOMP_X32_SLOT },			\
	SECCOMP_NUMBERS_COMPAT

static __always_inline unsigned int arch_seccomp_slot(u32 nr)
{
#ifdef CONFIG_IA32_EMULATION
	if (unlikely(current_thread_info()->status & TS_COMPAT))
		return SECCOMP_COMPAT_SLOT +
		       (nr < IA32_NR_syscalls ?
			array_index_nospec(nr, IA32_NR_syscalls) : IA32_NR_syscalls);
#endif
	if (likely(nr < NR_syscalls))
		return array_index_nospec(nr, NR_syscalls);
	if (nr < __X32_SYSCALL_BIT)
		return NR_syscalls;
	nr -= __X32_SYSCALL_BIT;
	return SECCOMP_X32_SLOT + (nr < SECCOMP_X32_COUNT ?
				   array_index_nospec(nr, SECCOMP_X32_COUNT) :
				   SECCOMP_X32_COUNT);
}
#else
#define SECCOMP_SLOTS		(NR_syscalls + 1)
#define SECCOMP_NUMBERS							\
	{ .name = "ia32", .arch = AUDIT_ARCH_I386,			\
	  .count = NR_syscalls, .last = U32_MAX },

static __always_inline unsigned int arch_seccomp_slot(u32 nr)
{
	return nr < NR_syscalls ? array_index_nospec(nr, NR_syscalls) : NR_syscalls;
}
#endif

#endif /* _ASM_X86_SECCOMP_H */
