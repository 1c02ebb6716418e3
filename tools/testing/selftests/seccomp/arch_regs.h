/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a tracer reads and changes the system call of a stopped tracee: its number, its
 * arguments, what it returns.
 *
 * An architecture adds its block below: the register set and which of its members are
 * which. The functions after it are what tests use.
 */
#ifndef SELFTESTS_SECCOMP_ARCH_REGS_H
#define SELFTESTS_SECCOMP_ARCH_REGS_H

#include <elf.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)
/* Also x32: its tasks run in 64-bit mode and show the 64-bit register set. */
struct arch_regs {
	struct user_regs_struct user;
};

#define REG_NR(regs)	((regs).user.orig_rax)
#define REG_RET(regs)	((regs).user.rax)
#define REG_ARGS(regs)	{ &(regs).user.rdi, &(regs).user.rsi, &(regs).user.rdx,	\
			  &(regs).user.r10, &(regs).user.r8, &(regs).user.r9 }
#elif defined(__i386__)
struct arch_regs {
	struct user_regs_struct user;
};

#define REG_NR(regs)	((regs).user.orig_eax)
#define REG_RET(regs)	((regs).user.eax)
#define REG_ARGS(regs)	{ &(regs).user.ebx, &(regs).user.ecx, &(regs).user.edx,	\
			  &(regs).user.esi, &(regs).user.edi, &(regs).user.ebp }
#else
#error "seccomp selftests: say where this architecture keeps a system call's registers"
#endif

static inline bool tracee_regs_get(pid_t pid, struct arch_regs *regs)
{
	struct iovec set = { .iov_base = regs, .iov_len = sizeof(*regs) };

	/* The length is the tracee's: a different one is a register set that is not ours. */
	return !ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &set) && set.iov_len == sizeof(*regs);
}

static inline bool tracee_regs_set(pid_t pid, struct arch_regs *regs)
{
	struct iovec set = { .iov_base = regs, .iov_len = sizeof(*regs) };

	return !ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &set);
}

/* Lets another call happen instead of this one. */
static inline bool tracee_set_nr(pid_t pid, int nr)
{
	struct arch_regs regs;

	if (!tracee_regs_get(pid, &regs))
		return false;
	REG_NR(regs) = nr;
	return tracee_regs_set(pid, &regs);
}

/* Lets no call happen and the tracee see this value as the result. */
static inline bool tracee_skip(pid_t pid, long ret)
{
	struct arch_regs regs;

	if (!tracee_regs_get(pid, &regs))
		return false;
	REG_NR(regs) = -1;
	REG_RET(regs) = ret;
	return tracee_regs_set(pid, &regs);
}

/* Sets the value that a call returned or that an emulated call shall return. */
static inline bool tracee_set_ret(pid_t pid, long ret)
{
	struct arch_regs regs;

	if (!tracee_regs_get(pid, &regs))
		return false;
	REG_RET(regs) = ret;
	return tracee_regs_set(pid, &regs);
}

static inline bool tracee_set_arg(pid_t pid, unsigned int n, long value)
{
	struct arch_regs regs;
	typeof(&REG_RET(regs)) args[] = REG_ARGS(regs);

	if (!tracee_regs_get(pid, &regs))
		return false;
	*args[n] = value;
	return tracee_regs_set(pid, &regs);
}

#endif /* SELFTESTS_SECCOMP_ARCH_REGS_H */
