/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two instructions by which an x86 program of any bitness makes system calls, spelt
 * out: the C library hides which one it uses, and narrows what it passes to its own long.
 */
#ifndef SELFTESTS_SECCOMP_X86_CALLS_H
#define SELFTESTS_SECCOMP_X86_CALLS_H

#if defined(__x86_64__) || defined(__i386__)

#include "common.h"

#define X32_BIT	0x40000000

/* i386's numbers, which no header of a 64-bit program gives. */
#define NR32_EXIT		1
#define NR32_FORK		2
#define NR32_READ		3
#define NR32_WRITE		4
#define NR32_GETPID		20
#define NR32_GETPPID		64
#define NR32_SIGRETURN		119
#define NR32_CLONE		120
#define NR32_RT_SIGRETURN	173

/*
 * i386's gate, open to 64-bit programs too; also tells the address behind the instruction.
 * Inlined, since each use is to have an address of its own.
 */
static __always_inline int int80_at(uint64_t *after, int nr, uint32_t a, uint32_t b, uint32_t c)
{
	long ret;
#ifdef __x86_64__
	uint64_t ip;

	asm volatile("lea 1f(%%rip), %[ip]\n\tint $0x80\n1:"
		     : "=a" (ret), [ip] "=&r" (ip)
		     : "a" ((long)nr), "b" ((unsigned long)a), "c" ((unsigned long)b),
		       "d" ((unsigned long)c)
		     : "memory", "cc", "r8", "r9", "r10", "r11");
#else
	uint32_t ip;

	asm volatile("call 2f\n2:\tpop %[ip]\n\tadd $(1f - 2b), %[ip]\n\tint $0x80\n1:"
		     : "=a" (ret), [ip] "=&r" (ip)
		     : "a" (nr), "b" (a), "c" (b), "d" (c)
		     : "memory", "cc");
#endif
	*after = ip;
	return (int)ret;
}

/* The same for those who do not care where. */
static inline int int80(int nr, uint32_t a, uint32_t b, uint32_t c)
{
	uint64_t after;

	return int80_at(&after, nr, a, b, c);
}

#ifdef __x86_64__
/* The 64-bit gate with all six arguments in full, x32 or not; gives the raw result. */
static __always_inline int64_t syscall64_at(uint64_t *after, uint64_t nr, const uint64_t args[6])
{
	register uint64_t r10 asm("r10") = args[3];
	register uint64_t r8 asm("r8") = args[4];
	register uint64_t r9 asm("r9") = args[5];
	uint64_t ret, ip;

	asm volatile("lea 1f(%%rip), %[ip]\n\tsyscall\n1:"
		     : "=a" (ret), [ip] "=&r" (ip)
		     : "a" (nr), "D" (args[0]), "S" (args[1]), "d" (args[2]), "r" (r10),
		       "r" (r8), "r" (r9)
		     : "memory", "cc", "rcx", "r11");
	*after = ip;
	return ret;
}

/* The same with at most three arguments that matter. */
static inline int64_t syscall64(uint64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t after;

	return syscall64_at(&after, nr, (uint64_t[6]){ a, b, c });
}
#endif

/* Has the kernel i386's gate? Without it the instruction is a fault. */
static inline void int80_try(void *unused)
{
	if (int80(NR32_GETPID, 0, 0, 0) != getpid())
		_exit(1);
}

static inline bool have_int80(void)
{
	return exited_with(child_status(int80_try, NULL), 0);
}

#endif /* x86 */
#endif /* SELFTESTS_SECCOMP_X86_CALLS_H */
