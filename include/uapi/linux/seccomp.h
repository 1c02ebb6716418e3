/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * System call filtering: the user ABI of seccomp(2), of PR_SET_SECCOMP and
 * PR_GET_SECCOMP, and of what filters see and answer.
 *
 * Numbers that were added here and not taken over from Linux 7.2 come from
 * ranges of their own, so that nothing added there later can collide:
 * operations from 0x100, filter flags from bit 31 down, ioctls from 0x80.
 */
#ifndef _UAPI_LINUX_SECCOMP_H
#define _UAPI_LINUX_SECCOMP_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * Modes: what PR_SET_SECCOMP takes and what PR_GET_SECCOMP and the Seccomp:
 * line of /proc/PID/status give. A mode is never left again. That line shows 3
 * for a task that a verdict has ended, until it is reaped.
 */
#define SECCOMP_MODE_DISABLED	0 /* no confinement */
#define SECCOMP_MODE_STRICT	1 /* read, write, exit and sigreturn only */
#define SECCOMP_MODE_FILTER	2 /* every call is judged by the task's filters */

/*
 * Operations, the first argument of seccomp(2). An unknown one is EINVAL.
 *
 * SET_MODE_STRICT:	flags and args must be 0, else EINVAL. EINVAL, too, when
 *			the task is in filter mode already.
 * SET_MODE_FILTER:	args is a struct sock_fprog, flags are filter flags.
 *			EINVAL: unknown flag, bad program or length, strict mode.
 *			EFAULT: args or the program cannot be read.
 *			EACCES: neither no_new_privs nor CAP_SYS_ADMIN in the
 *			caller's user namespace.
 *			ENOMEM: no memory, or the path would get too long.
 *			With TSYNC, a positive result: see there.
 * GET_ACTION_AVAIL:	args points to a __u32 action; 0 if the kernel knows it,
 *			else EOPNOTSUPP. flags must be 0, else EINVAL. EFAULT.
 * GET_NOTIF_SIZES:	fills in a struct seccomp_notif_sizes. flags must be 0,
 *			else EINVAL. EFAULT.
 */
#define SECCOMP_SET_MODE_STRICT		0
#define SECCOMP_SET_MODE_FILTER		1
#define SECCOMP_GET_ACTION_AVAIL	2
#define SECCOMP_GET_NOTIF_SIZES		3

/*
 * Filter flags, the second argument of SECCOMP_SET_MODE_FILTER. They are
 * judged before the program is looked at: a known flag with a NULL program is
 * EFAULT, an unknown one EINVAL.
 *
 * TSYNC:	install the filter in all threads of the process, and with it all
 *		older ones of the caller and its no_new_privs; or, if a thread has
 *		filters that the caller lacks or is in strict mode, in none. Then
 *		the result is the id of such a thread, or ESRCH if it has none in
 *		the caller's pid namespace.
 * LOG:		log every action of this filter but ALLOW, as far as the sysctl
 *		kernel.seccomp.actions_logged lets it.
 * SPEC_ALLOW:	do not turn on the mitigations of speculative execution, which
 *		the boot parameters may ask for in confined tasks.
 * TSYNC_ESRCH:	let TSYNC fail with ESRCH instead of a thread's id. Without
 *		TSYNC it has no effect.
 */
#define SECCOMP_FILTER_FLAG_TSYNC		(1UL << 0)
#define SECCOMP_FILTER_FLAG_LOG			(1UL << 1)
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW		(1UL << 2)
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH		(1UL << 4)

/*
 * What a filter returns: an action in the upper 16 bits, its data in the lower
 * 16. Of the answers of several filters the strictest is carried out, which is
 * the smallest when they are compared as signed numbers; among equal actions
 * the newest filter's data counts. They stand here strictest first.
 *
 * KILL_PROCESS:	ends the process, as if by an uncaught SIGSYS.
 * KILL_THREAD:		ends the thread; the process too if it was its last.
 * TRAP:		sends SIGSYS (si_code SYS_SECCOMP, si_errno the data).
 * ERRNO:		the call fails with the data as errno, at most 4095.
 * TRACE:		lets a tracer decide (PTRACE_EVENT_SECCOMP, the data is the
 *			event message). If none has asked for it the call fails
 *			with ENOSYS; one that goes away at the stop lets it go on.
 * LOG:			the call is made, and logged.
 * ALLOW:		the call is made.
 *
 * Any other action ends the process.
 */
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#define SECCOMP_RET_KILL_THREAD	 0x00000000U
#define SECCOMP_RET_KILL	 SECCOMP_RET_KILL_THREAD
#define SECCOMP_RET_TRAP	 0x00030000U
#define SECCOMP_RET_ERRNO	 0x00050000U
#define SECCOMP_RET_TRACE	 0x7ff00000U
#define SECCOMP_RET_LOG		 0x7ffc0000U
#define SECCOMP_RET_ALLOW	 0x7fff0000U

#define SECCOMP_RET_ACTION_FULL	0xffff0000U /* the action, sign included */
#define SECCOMP_RET_ACTION	0x7fff0000U /* the same, from before KILL_PROCESS */
#define SECCOMP_RET_DATA	0x0000ffffU

/**
 * struct seccomp_data - what a filter sees of a system call
 * @nr:			the number of the call, on x32 with bit 30 set
 * @arch:		AUDIT_ARCH_* of the entry path; a number means something
 *			only together with it
 * @instruction_pointer: address of the instruction after the call
 * @args:		the arguments as 64-bit values, whatever they mean;
 *			pointers must not be followed
 *
 * A program loads it in aligned 32-bit words.
 */
struct seccomp_data {
	int nr;
	__u32 arch;
	__u64 instruction_pointer;
	__u64 args[6];
};

/**
 * struct seccomp_notif_sizes - answer of SECCOMP_GET_NOTIF_SIZES, in bytes
 * @seccomp_notif:	what a listener receives: struct seccomp_notif
 * @seccomp_notif_resp:	what it answers: struct seccomp_notif_resp
 * @seccomp_data:	struct seccomp_data
 *
 * A supervisor allocates these sizes, which may grow, not those of its headers.
 */
struct seccomp_notif_sizes {
	__u16 seccomp_notif;
	__u16 seccomp_notif_resp;
	__u16 seccomp_data;
};

/**
 * struct seccomp_notif - a call that waits for a supervisor's answer
 * @id:		names the call until it is answered
 * @pid:	the caller, in the pid namespace of the reader; 0 if not visible
 * @flags:	none yet
 * @data:	the call
 */
struct seccomp_notif {
	__u64 id;
	__u32 pid;
	__u32 flags;
	struct seccomp_data data;
};

/**
 * struct seccomp_notif_resp - a supervisor's answer
 * @id:		the call that is answered
 * @val:	what it returns, if @error is 0
 * @error:	0 or a negative errno
 * @flags:	none yet
 */
struct seccomp_notif_resp {
	__u64 id;
	__s64 val;
	__s32 error;
	__u32 flags;
};

#endif /* _UAPI_LINUX_SECCOMP_H */
