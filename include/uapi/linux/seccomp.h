/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * System call filtering: the user ABI of seccomp(2), of PR_SET_SECCOMP and
 * PR_GET_SECCOMP, and of what filters see and answer.
 *
 * Numbers that were added here and not taken over from Linux 7.2 come from
 * ranges of their own, so that nothing added there later can collide:
 * operations from 0x100, filter flags from bit 31 down, ioctls from 0x80; and so
 * do the types of kcmp(2) from 0x80, and the requests of ptrace(2) from 0x4280.
 */
#ifndef _UAPI_LINUX_SECCOMP_H
#define _UAPI_LINUX_SECCOMP_H

#include <linux/ioctl.h>
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
 *			the task is in filter mode already, or filters wait for its
 *			execve.
 * SET_MODE_FILTER:	args is a struct sock_fprog, flags are filter flags.
 *			EINVAL: unknown flag, bad program or length, strict mode.
 *			EFAULT: args or the instructions cannot be read; but EINVAL,
 *			if the pointer to the latter is NULL.
 *			EACCES: neither no_new_privs nor CAP_SYS_ADMIN in the
 *			caller's user namespace.
 *			ENOMEM: no memory, or the path would get too long.
 *			EINTR: the process is being killed.
 *			With TSYNC or NEW_LISTENER other results: see there.
 * GET_ACTION_AVAIL:	args points to a __u32 action; 0 if the kernel knows it,
 *			else EOPNOTSUPP. flags must be 0, else EINVAL. EFAULT.
 * GET_NOTIF_SIZES:	fills in a struct seccomp_notif_sizes. flags must be 0,
 *			else EINVAL. EFAULT.
 *
 * Not in Linux 7.2:
 *
 * CREATE_PROG:		args is a struct sock_fprog, and the result a file descriptor
 *			(O_CLOEXEC) of a program that confines nobody yet: see
 *			SECCOMP_FILTER_FLAG_PROG_FD. It takes no privilege. EINVAL: bad
 *			program or length, flags not 0. EFAULT. EMFILE, ENFILE, ENOMEM.
 */
#define SECCOMP_SET_MODE_STRICT		0
#define SECCOMP_SET_MODE_FILTER		1
#define SECCOMP_GET_ACTION_AVAIL	2
#define SECCOMP_GET_NOTIF_SIZES		3
#define SECCOMP_CREATE_PROG		0x100

/*
 * Filter flags, the second argument of SECCOMP_SET_MODE_FILTER. They are
 * judged before the program is looked at: a known flag with a NULL program is
 * EFAULT, an unknown one EINVAL.
 *
 * TSYNC:	install the filter in all threads of the process, and with it all
 *		older ones of the caller and its no_new_privs; or, if a thread has
 *		filters that the caller lacks or is in strict mode, in none. Then
 *		the result is the id of such a thread, or ESRCH if it has none in
 *		the caller's pid namespace. Filters are the same when their programs
 *		and flags are and all older ones, and when both came through seccomp(2)
 *		or both through PR_SET_SECCOMP.
 * LOG:		log every action of this filter but ALLOW, as far as the sysctl
 *		kernel.seccomp.actions_logged lets it.
 * SPEC_ALLOW:	do not turn on the mitigations of speculative execution, which
 *		the boot parameters may ask for in confined tasks.
 * NEW_LISTENER: the result is a file descriptor (O_CLOEXEC), the listener of
 *		this filter: through it come the calls that the filter answers with
 *		SECCOMP_RET_USER_NOTIF. EBUSY: an older filter of the caller has a
 *		listener that is still open, and neither ALLOW_NESTED_LISTENERS nor
 *		the sysctl kernel.seccomp.nested_listeners lets another come; or one
 *		that waits for an execve has, and this one does not let it. EMFILE,
 *		ENFILE: no descriptor left. With TSYNC, TSYNC_ESRCH is needed too,
 *		else EINVAL: a descriptor and a thread's id look the same.
 * TSYNC_ESRCH:	let TSYNC fail with ESRCH instead of a thread's id. Without
 *		TSYNC it has no effect.
 * WAIT_KILLABLE_RECV: once a listener has received a call, only a fatal signal
 *		ends its wait for the answer. Until then, any signal does, and the
 *		call fails with EINTR or is made anew after the handler
 *		(SA_RESTART). Needs NEW_LISTENER, else EINVAL.
 *
 * Not in Linux 7.2:
 *
 * PROG_FD:	args points to an int, the descriptor of a program, which is installed
 *		as if its instructions had been given. The descriptor can be closed
 *		then, or used again. EBADF: it is not open. EINVAL: it is no program's.
 *
 * ON_EXEC:	the filter judges nothing until the task has executed a program by
 *		execve(2) or execveat(2); from then on it judges all. So whoever
 *		installs it can make the calls that are left to do, which it might
 *		refuse, and that to execute the program. An execve that fails leaves it
 *		waiting. Children and new threads inherit what waits, and with TSYNC all
 *		threads get it: no program that one of them executes runs without.
 *		Filters that are installed meanwhile without this flag judge at once, and
 *		as older ones than those that wait; which are the same as another
 *		thread's, for TSYNC, only while they wait on top of the same.
 *		SET_MODE_STRICT is refused while there are such (EINVAL). What SPEC_ALLOW
 *		leaves out is done at once.
 *
 * Nor these two, and like WAIT_KILLABLE_RECV only with NEW_LISTENER, else EINVAL:
 *
 * ALLOW_NESTED_LISTENERS: filters that are installed on top of this one may have
 *		listeners as well. The newest is asked first, and with each
 *		SECCOMP_USER_NOTIF_FLAG_CONTINUE the next older one whose filter says
 *		USER_NOTIF of the call; if that has no open listener, the call fails
 *		with ENOSYS. Any other answer is the result, and ends it.
 * WAIT_KILLABLE: from the moment that the call is there to be received, only a
 *		fatal signal ends the wait. For programs that do not expect EINTR,
 *		under supervisors that take their time.
 */
#define SECCOMP_FILTER_FLAG_TSYNC		(1UL << 0)
#define SECCOMP_FILTER_FLAG_LOG			(1UL << 1)
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW		(1UL << 2)
#define SECCOMP_FILTER_FLAG_NEW_LISTENER	(1UL << 3)
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH		(1UL << 4)
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV	(1UL << 5)
#define SECCOMP_FILTER_FLAG_ON_EXEC		(1UL << 28)
#define SECCOMP_FILTER_FLAG_PROG_FD		(1UL << 29)
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE	(1UL << 30)
#define SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS (1UL << 31)

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
 * USER_NOTIF:		lets the listener of this filter decide; see the listener's
 *			ioctls below. If there is none, or it is closed, the call
 *			fails with ENOSYS.
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
#define SECCOMP_RET_USER_NOTIF	 0x7fc00000U
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
 * @id:		names the call at this listener until it is answered; never 0, and
 *		never given again
 * @pid:	the calling thread, in the pid namespace of the reader; 0 if it is
 *		not visible there. The thread may have ended since, and the number
 *		may be another's: whoever uses it for anything, such as opening
 *		/proc/PID/mem, has to ask SECCOMP_IOCTL_NOTIF_ID_VALID after that
 *		and before trusting what it got.
 * @flags:	0; none yet
 * @data:	the call. Pointers among the arguments point into the caller's
 *		memory, which other threads can change at any time.
 */
struct seccomp_notif {
	__u64 id;
	__u32 pid;
	__u32 flags;
	struct seccomp_data data;
};

/*
 * Flag of an answer: make the call after all. Older filters that say USER_NOTIF of it
 * are asked first; TRACE or LOG, which others may have said, are outweighed.
 *
 * This is NOT a way to let calls pass by what they point to: until the kernel
 * reads it, the caller can put something else there. A supervisor can refuse,
 * or do the work itself on a copy; CONTINUE is for calls that would be harmless
 * whatever they mean by then, or that other means check as well.
 */
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE (1UL << 0)

/**
 * struct seccomp_notif_resp - a supervisor's answer
 * @id:		the call that is answered
 * @val:	what it returns, if @error is 0
 * @error:	0 or a negative errno
 * @flags:	SECCOMP_USER_NOTIF_FLAG_CONTINUE, then @val and @error must be 0
 */
struct seccomp_notif_resp {
	__u64 id;
	__s64 val;
	__s32 error;
	__u32 flags;
};

/*
 * Flag of a listener, see SECCOMP_IOCTL_NOTIF_SET_FLAGS: the caller and the
 * supervisor take turns, so wake the other on the CPU where it is asked or
 * answered. Faster where both would be idle otherwise; slower where they could
 * work side by side.
 */
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)

/*
 * Flags of struct seccomp_notif_addfd.
 *
 * SETFD:	the descriptor gets the number @newfd; what has it is closed.
 * SEND:	the new number is the answer to the call as well, in one step: either
 *		the caller has the descriptor and the call returns it, or neither.
 */
#define SECCOMP_ADDFD_FLAG_SETFD	(1UL << 0)
#define SECCOMP_ADDFD_FLAG_SEND		(1UL << 1)

/**
 * struct seccomp_notif_addfd - a file that the waiting caller is to be given
 * @id:		the call
 * @flags:	SECCOMP_ADDFD_FLAG_*
 * @srcfd:	the file, by a descriptor of the supervisor
 * @newfd:	its number in the caller with SETFD, else 0: the lowest that is free
 * @newfd_flags: 0 or O_CLOEXEC
 *
 * May grow: what an older kernel does not know must be 0.
 */
struct seccomp_notif_addfd {
	__u64 id;
	__u32 flags;
	__u32 srcfd;
	__u32 newfd;
	__u32 newfd_flags;
};

/*
 * What a listener can be asked. Any number of threads may do so at once.
 *
 * poll() says IN when a call can be received, OUT when a received one can be
 * answered, HUP when no task is left whose calls could come. When a listener is
 * closed, the calls that wait at it fail with ENOSYS, and so do all that follow.
 *
 * Common to those that name a call (ID_VALID knows ENOENT only): ENOENT: no such
 * call, or it is over: interrupted by a signal, or its thread has ended, or has taken
 * the answer. EINPROGRESS: the call has not been received yet, or has been answered,
 * but its thread does not know yet.
 * EFAULT: the argument cannot be read or written.
 *
 * NOTIF_RECV:	waits for a call and receives it, first come, first served, into a
 *		struct seccomp_notif, which has to be all zero, else EINVAL. A call
 *		that cannot be written there (EFAULT) remains to be received.
 *		ENOENT: no task is left whose calls could come. EAGAIN: O_NONBLOCK
 *		is set and there is none. EINTR.
 * NOTIF_SEND:	answers a call by a struct seccomp_notif_resp. EINVAL: an unknown
 *		flag, or CONTINUE with a value.
 * NOTIF_ID_VALID: is the call of the __u64 id, which was received, still waiting
 *		for its answer? 0 or ENOENT.
 * NOTIF_ADDFD:	gives the caller a file, see struct seccomp_notif_addfd, and the
 *		result is its number there. Files are given in the order of the
 *		requests. EINVAL: an unknown flag, size or newfd_flags, or newfd
 *		without SETFD. E2BIG: something is set that this kernel does not
 *		know. EBADF: srcfd is not open, or open with O_PATH, or newfd is out
 *		of the caller's range. EMFILE: the caller has no number left. EBUSY: a
 *		thread of it is just opening newfd. ENOMEM. ESRCH: the call was ended
 *		meanwhile. EINTR: and then the caller has got nothing.
 * NOTIF_SET_FLAGS: sets the listener's flags, SECCOMP_USER_NOTIF_FD_*, which are
 *		the argument itself and not behind a pointer. EINVAL: an unknown one.
 */
#define SECCOMP_IOC_MAGIC	'!'
#define SECCOMP_IO(nr)		_IO(SECCOMP_IOC_MAGIC, nr)
#define SECCOMP_IOR(nr, type)	_IOR(SECCOMP_IOC_MAGIC, nr, type)
#define SECCOMP_IOW(nr, type)	_IOW(SECCOMP_IOC_MAGIC, nr, type)
#define SECCOMP_IOWR(nr, type)	_IOWR(SECCOMP_IOC_MAGIC, nr, type)

#define SECCOMP_IOCTL_NOTIF_RECV	SECCOMP_IOWR(0, struct seccomp_notif)
#define SECCOMP_IOCTL_NOTIF_SEND	SECCOMP_IOWR(1, struct seccomp_notif_resp)
#define SECCOMP_IOCTL_NOTIF_ID_VALID	SECCOMP_IOW(2, __u64)
/* The number that ID_VALID was first shipped with: the same, and kept for ever. */
#define SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR SECCOMP_IOR(2, __u64)
#define SECCOMP_IOCTL_NOTIF_ADDFD	SECCOMP_IOW(3, struct seccomp_notif_addfd)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	SECCOMP_IOW(4, __u64)

/**
 * struct seccomp_prog_info - what a program's descriptor tells
 * @id:		out: names the program as long as there is anything of it, and no other
 *		program until the next boot. Whoever makes a program of the same
 *		instructions gets the same one; only that there is one for those with
 *		CAP_SYS_ADMIN in the initial user namespace, and one for all others.
 * @insns:	in: address of an array of struct sock_filter that receives the
 *		instructions as they were given; 0 if they are not wanted
 * @len:	in: how many of them there is room for; out: how many there are
 * @layers:	out: how many filters there are of it. Tasks that have the same filters
 *		in common share them, and count once.
 *
 * So whoever can make a program can find out whether another has it as well, as the
 * time tells that it takes.
 */
struct seccomp_prog_info {
	__u64 id;
	__u64 insns;
	__u32 len;
	__u32 layers;
};

/*
 * What a program can be asked. Not in Linux 7.2.
 *
 * PROG_INFO:	fills in a struct seccomp_prog_info, and the instructions if they are
 *		wanted. ENOSPC: there are more than there is room for, as @len says then.
 *		EFAULT.
 *
 * /proc/PID/fdinfo shows id, len and layers as well.
 */
#define SECCOMP_IOCTL_PROG_INFO		SECCOMP_IOWR(0x80, struct seccomp_prog_info)

#endif /* _UAPI_LINUX_SECCOMP_H */
