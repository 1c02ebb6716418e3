/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system call conventions of MIPS. Each has numbers of its own, some thousands up,
 * and shows an architecture of its own.
 */
#ifndef _ASM_MIPS_SECCOMP_H
#define _ASM_MIPS_SECCOMP_H

#include <linux/nospec.h>
#include <linux/thread_info.h>
#include <asm/unistd.h>

/* A range of numbers starts with those below the first: no calls, with one slot. */
#define SECCOMP_MIPS_SLOTS(count)	(1 + (count) + 1)
#define SECCOMP_MIPS_NUMBERS(_name, _arch, _first, _count, _slot)	\
	{ .name = _name, .arch = _arch, .last = (_first) - 1, .slot = _slot }, \
	{ .name = _name, .arch = _arch, .first = _first, .count = _count, \
	  .last = U32_MAX, .slot = (_slot) + 1 },

static __always_inline unsigned int seccomp_mips_slot(u32 nr, u32 first, u32 count)
{
	if (nr < first)
		return 0;
	nr -= first;
	return 1 + (nr < count ? array_index_nospec(nr, count) : count);
}

#ifdef __LITTLE_ENDIAN
#define SECCOMP_O32_ARCH	AUDIT_ARCH_MIPSEL
#define SECCOMP_N32_ARCH	AUDIT_ARCH_MIPSEL64N32
#define SECCOMP_N64_ARCH	AUDIT_ARCH_MIPSEL64
#else
#define SECCOMP_O32_ARCH	AUDIT_ARCH_MIPS
#define SECCOMP_N32_ARCH	AUDIT_ARCH_MIPS64N32
#define SECCOMP_N64_ARCH	AUDIT_ARCH_MIPS64
#endif

#ifdef CONFIG_64BIT
#define SECCOMP_ARCH		SECCOMP_N64_ARCH

/* read, write, exit and the return from a signal of o32, and of n32. */
#define SECCOMP_ARCH_COMPAT {						\
	.arch = SECCOMP_O32_ARCH,					\
	.strict = { __NR_O32_Linux + 3, __NR_O32_Linux + 4,		\
		    __NR_O32_Linux + 1, __NR_O32_Linux + 119 },		\
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}, {									\
	.arch = SECCOMP_N32_ARCH,					\
	.strict = { __NR_N32_Linux + 0, __NR_N32_Linux + 1,		\
		    __NR_N32_Linux + 58, __NR_N32_Linux + 211 },	\
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}

#define SECCOMP_O32_SLOT	SECCOMP_MIPS_SLOTS(__NR_64_Linux_syscalls)
#define SECCOMP_N32_SLOT	(SECCOMP_O32_SLOT +			\
				 SECCOMP_MIPS_SLOTS(__NR_O32_Linux_syscalls))
#define SECCOMP_SLOTS		(SECCOMP_N32_SLOT +			\
				 SECCOMP_MIPS_SLOTS(__NR_N32_Linux_syscalls))
#define SECCOMP_NUMBERS							\
	SECCOMP_MIPS_NUMBERS("n64", SECCOMP_N64_ARCH, __NR_64_Linux,	\
			     __NR_64_Linux_syscalls, 0)			\
	SECCOMP_MIPS_NUMBERS("o32", SECCOMP_O32_ARCH, __NR_O32_Linux,	\
			     __NR_O32_Linux_syscalls, SECCOMP_O32_SLOT)	\
	SECCOMP_MIPS_NUMBERS("n32", SECCOMP_N32_ARCH, __NR_N32_Linux,	\
			     __NR_N32_Linux_syscalls, SECCOMP_N32_SLOT)

static __always_inline unsigned int arch_seccomp_slot(u32 nr)
{
	if (test_thread_flag(TIF_32BIT_REGS))
		return SECCOMP_O32_SLOT + seccomp_mips_slot(nr, __NR_O32_Linux,
							    __NR_O32_Linux_syscalls);
	if (test_thread_flag(TIF_32BIT_ADDR))
		return SECCOMP_N32_SLOT + seccomp_mips_slot(nr, __NR_N32_Linux,
							    __NR_N32_Linux_syscalls);
	return seccomp_mips_slot(nr, __NR_64_Linux, __NR_64_Linux_syscalls);
}
#else
#define SECCOMP_ARCH		SECCOMP_O32_ARCH
#define SECCOMP_SIGRETURN	__NR_sigreturn
#define SECCOMP_SLOTS		SECCOMP_MIPS_SLOTS(__NR_O32_Linux_syscalls)
#define SECCOMP_NUMBERS							\
	SECCOMP_MIPS_NUMBERS("o32", SECCOMP_O32_ARCH, __NR_O32_Linux,	\
			     __NR_O32_Linux_syscalls, 0)

static __always_inline unsigned int arch_seccomp_slot(u32 nr)
{
	return seccomp_mips_slot(nr, __NR_O32_Linux, __NR_O32_Linux_syscalls);
}
#endif

#include <asm-generic/seccomp.h>

#endif /* _ASM_MIPS_SECCOMP_H */
