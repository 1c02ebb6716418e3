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
#include <errno.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>
#if defined(__riscv) || defined(__s390x__) || defined(__powerpc__)
#include <asm/ptrace.h>
#elif defined(__mips__)
#include <asm/reg.h>
#include <sys/procfs.h>
#elif defined(__hppa__)
#include <sys/procfs.h>
#endif

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
#elif defined(__aarch64__)
struct arch_regs {
	struct user_regs_struct user;
};

/* The number is a register set of its own. */
#define NR_SET		NT_ARM_SYSTEM_CALL
#define REG_RET(regs)	((regs).user.regs[0])
#define REG_ARGS(regs)	{ &(regs).user.regs[0], &(regs).user.regs[1],		\
			  &(regs).user.regs[2], &(regs).user.regs[3],		\
			  &(regs).user.regs[4], &(regs).user.regs[5] }
#elif defined(__arm__)
struct arch_regs {
	struct user_regs user;
};

/* To show the number is what r7 is for, and to change it a request. */
#define NR_REQUEST	23	/* PTRACE_SET_SYSCALL */
#define REG_NR(regs)	((regs).user.uregs[7])
#define REG_RET(regs)	((regs).user.uregs[0])
#define REG_ARGS(regs)	{ &(regs).user.uregs[0], &(regs).user.uregs[1],		\
			  &(regs).user.uregs[2], &(regs).user.uregs[3],		\
			  &(regs).user.uregs[4], &(regs).user.uregs[5] }
#elif defined(__riscv)
struct arch_regs {
	struct user_regs_struct user;
};

/* The first argument is taken from where no tracer can write. */
#define ARG0_IS_OUT_OF_REACH
#define REG_NR(regs)	((regs).user.a7)
#define REG_RET(regs)	((regs).user.a0)
#define REG_ARGS(regs)	{ &(regs).user.a0, &(regs).user.a1, &(regs).user.a2,	\
			  &(regs).user.a3, &(regs).user.a4, &(regs).user.a5 }
#elif defined(__s390x__)
struct arch_regs {
	s390_regs user;
};

/* One register has the number and the result, so a call cannot be skipped with a result. */
#define SKIPPED_NR	0xffff
#define SKIP_RESULT(ret)	(0 * (ret) - ENOSYS)
#define REG_NR(regs)	((regs).user.gprs[2])
#define REG_RET(regs)	((regs).user.gprs[2])
#define REG_ARGS(regs)	{ &(regs).user.orig_gpr2, &(regs).user.gprs[3],		\
			  &(regs).user.gprs[4], &(regs).user.gprs[5],		\
			  &(regs).user.gprs[6], &(regs).user.gprs[7] }
#elif defined(__powerpc__)
struct arch_regs {
	struct pt_regs user;
};

#define REG_NR(regs)	((regs).user.gpr[0])
#define REG_RET(regs)	((regs).user.gpr[3])
#define REG_ARGS(regs)	{ &(regs).user.orig_gpr3, &(regs).user.gpr[4],		\
			  &(regs).user.gpr[5], &(regs).user.gpr[6],		\
			  &(regs).user.gpr[7], &(regs).user.gpr[8] }
#elif defined(__mips__)
struct arch_regs {
	elf_gregset_t user;
};

/*
 * One register has the number and the result, so a call cannot be skipped with a result.
 * Another says whether it is an error; a value never is, but for the C library of o32.
 */
#if _MIPS_SIM != _ABIO32
#define VALUE_IS_NO_ERROR
#endif
#define SKIPPED_NR	(-1U)
#define SKIP_RESULT(ret)	(0 * (ret) - ENOSYS)
#define REG_NR(regs)	((regs).user[EF_R2])
#define REG_RET(regs)	((regs).user[EF_R2])
#define REG_FAILED(regs)	((regs).user[EF_R7])
#define REG_ARGS(regs)	{ &(regs).user[EF_R4], &(regs).user[EF_R5],		\
			  &(regs).user[EF_R6], &(regs).user[EF_R7],		\
			  &(regs).user[EF_R8], &(regs).user[EF_R9] }
#elif defined(__hppa__)
struct arch_regs {
	elf_gregset_t user;
};

#define REG_NR(regs)	((regs).user[20])
#define REG_RET(regs)	((regs).user[28])
#define REG_ARGS(regs)	{ &(regs).user[26], &(regs).user[25], &(regs).user[24],	\
			  &(regs).user[23], &(regs).user[22], &(regs).user[21] }
#elif defined(__sh__)
struct arch_regs {
	struct pt_regs user;
};

#define REG_NR(regs)	((regs).user.regs[3])
#define REG_RET(regs)	((regs).user.regs[0])
#define REG_ARGS(regs)	{ &(regs).user.regs[4], &(regs).user.regs[5],		\
			  &(regs).user.regs[6], &(regs).user.regs[7],		\
			  &(regs).user.regs[0], &(regs).user.regs[1] }
#elif defined(__m68k__)
struct arch_regs {
	struct user_regs_struct user;
};

/* There are no register sets. */
#define REGS_BY_REQUEST
#define REG_NR(regs)	((regs).user.orig_d0)
#define REG_RET(regs)	((regs).user.d0)
#define REG_ARGS(regs)	{ &(regs).user.d1, &(regs).user.d2, &(regs).user.d3,	\
			  &(regs).user.d4, &(regs).user.d5, &(regs).user.a0 }
#else
#error "seccomp selftests: say where this architecture keeps a system call's registers"
#endif

/* The number that filters see of a call that a tracer skips, and what it then returns. */
#ifndef SKIPPED_NR
#define SKIP_HAS_RESULT
#define SKIPPED_NR	(-1U)
#define SKIP_RESULT(ret)	(ret)
#endif

#ifdef REGS_BY_REQUEST
static inline bool tracee_regs_get(pid_t pid, struct arch_regs *regs)
{
	return !ptrace(PTRACE_GETREGS, pid, NULL, &regs->user);
}

static inline bool tracee_regs_set(pid_t pid, struct arch_regs *regs)
{
	return !ptrace(PTRACE_SETREGS, pid, NULL, &regs->user);
}
#else
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
#endif

#ifndef PTRACE_EVENTMSG_SYSCALL_ENTRY
#define PTRACE_EVENTMSG_SYSCALL_ENTRY	1
#endif

/* Of a stop at a system call: is it that at the entry? */
static inline bool tracee_at_entry(pid_t pid)
{
	unsigned long message = 0;

	return !ptrace(PTRACE_GETEVENTMSG, pid, NULL, &message) &&
	       message == PTRACE_EVENTMSG_SYSCALL_ENTRY;
}

/* The number of the call. */
static inline int tracee_nr(pid_t pid)
{
#ifdef NR_SET
	int nr = -1;
	struct iovec set = { .iov_base = &nr, .iov_len = sizeof(nr) };

	ptrace(PTRACE_GETREGSET, pid, NR_SET, &set);
	return nr;
#else
	struct arch_regs regs;

	return tracee_regs_get(pid, &regs) ? (int)REG_NR(regs) : -1;
#endif
}

/* Lets another call happen instead of this one. */
static inline bool tracee_set_nr(pid_t pid, int nr)
{
#if defined(NR_SET)
	struct iovec set = { .iov_base = &nr, .iov_len = sizeof(nr) };

	return !ptrace(PTRACE_SETREGSET, pid, NR_SET, &set);
#elif defined(NR_REQUEST)
	return !ptrace(NR_REQUEST, pid, NULL, (long)nr);
#else
	struct arch_regs regs;

	if (!tracee_regs_get(pid, &regs))
		return false;
	REG_NR(regs) = nr;
	return tracee_regs_set(pid, &regs);
#endif
}

/* What a call returned: a value or -errno. */
static inline long tracee_ret(pid_t pid)
{
	struct arch_regs regs;
	long ret;

	if (!tracee_regs_get(pid, &regs))
		return -ESRCH;
	ret = REG_RET(regs);
#ifdef REG_FAILED
	if (REG_FAILED(regs))
		ret = -ret;
#endif
	return ret;
}

/* Sets the value that a call returned or that an emulated call shall return. */
static inline bool tracee_set_ret(pid_t pid, long ret)
{
	struct arch_regs regs;

	if (!tracee_regs_get(pid, &regs))
		return false;
#ifdef REG_FAILED
	REG_FAILED(regs) = ret < 0;
	ret = ret < 0 ? -ret : ret;
#endif
	REG_RET(regs) = ret;
	return tracee_regs_set(pid, &regs);
}

/* Lets no call happen and the tracee see SKIP_RESULT(ret) as the result. */
static inline bool tracee_skip(pid_t pid, long ret)
{
#ifdef SKIP_HAS_RESULT
	return tracee_set_nr(pid, -1) && tracee_set_ret(pid, ret);
#else
	(void)ret;
	return tracee_set_nr(pid, -1);
#endif
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
