// SPDX-License-Identifier: GPL-2.0
/*
 * The front door of seccomp: seccomp(2), its two prctl operations, and the
 * judgement of calls. It decodes and dispatches; what the answers are is decided
 * in kernel/seccomp/, whose internal.h explains the model.
 */
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/sched/task.h>
#include <linux/seccomp.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "seccomp/internal.h"

static long seccomp_get_notif_sizes(void __user *usizes)
{
	static const struct seccomp_notif_sizes sizes = {
		.seccomp_notif		= sizeof(struct seccomp_notif),
		.seccomp_notif_resp	= sizeof(struct seccomp_notif_resp),
		.seccomp_data		= sizeof(struct seccomp_data),
	};

	return copy_to_user(usizes, &sizes, sizeof(sizes)) ? -EFAULT : 0;
}

/**
 * sys_seccomp - confine the caller, or ask what this kernel offers
 * @op:		SECCOMP_SET_MODE_*, SECCOMP_GET_* or SECCOMP_CREATE_PROG
 * @flags:	SECCOMP_FILTER_FLAG_* for SECCOMP_SET_MODE_FILTER, else 0
 * @uargs:	what @op says, see include/uapi/linux/seccomp.h
 *
 * Context: Process context. Takes the caller's siglock.
 * Return:
 * * For SECCOMP_SET_MODE_FILTER what seccomp_attach() returns, and for
 *   SECCOMP_CREATE_PROG what seccomp_progfd_create() does.
 * * %0		- Success.
 * * %-EINVAL	- Unknown @op, flags or arguments that it does not take, or a
 *   mode that cannot be entered from the present one.
 * * %-EFAULT	- @uargs cannot be read or written.
 * * %-EOPNOTSUPP - SECCOMP_GET_ACTION_AVAIL: there is no such action.
 */
SYSCALL_DEFINE3(seccomp, unsigned int, op, unsigned int, flags,
		void __user *, uargs)
{
	if (op == SECCOMP_SET_MODE_FILTER)
		return seccomp_attach(flags, uargs);

	if (flags)
		return -EINVAL;

	switch (op) {
	case SECCOMP_SET_MODE_STRICT:
		return uargs ? -EINVAL : seccomp_strict_enter();
	case SECCOMP_GET_ACTION_AVAIL:
		return seccomp_action_avail(uargs);
	case SECCOMP_GET_NOTIF_SIZES:
		return seccomp_get_notif_sizes(uargs);
	case SECCOMP_CREATE_PROG:
		return seccomp_progfd_create(uargs);
	default:
		return -EINVAL;
	}
}

/**
 * seccomp_prctl_set - prctl(PR_SET_SECCOMP), the older door
 * @mode:	SECCOMP_MODE_STRICT or SECCOMP_MODE_FILTER
 * @program:	a struct sock_fprog for filter mode; strict mode ignores it
 *
 * Context: Process context. Takes the caller's siglock.
 * Return: As seccomp(2) with the matching operation and no flags.
 */
long seccomp_prctl_set(unsigned long mode, void __user *program)
{
	switch (mode) {
	case SECCOMP_MODE_STRICT:
		return seccomp_strict_enter();
	case SECCOMP_MODE_FILTER:
		return seccomp_attach_prctl(program);
	default:
		return -EINVAL;
	}
}

/**
 * seccomp_prctl_get - prctl(PR_GET_SECCOMP)
 *
 * Context: Any.
 * Return: The caller's SECCOMP_MODE_*.
 */
long seccomp_prctl_get(void)
{
	return READ_ONCE(current->seccomp.mode);
}

/**
 * seccomp_slot_enter - judge the system call that the caller has begun
 * @slot:	seccomp_syscall_slot() of its number
 *
 * For entry code that has the slot at hand, since seccomp_slot_is_allowed() has not
 * spared it the rest. See seccomp_syscall_enter().
 *
 * Context: As seccomp_syscall_enter().
 * Return: As seccomp_syscall_enter().
 */
int seccomp_slot_enter(unsigned int slot)
{
	int mode;

	smp_rmb();	/* (C), see internal.h */
	mode = smp_load_acquire(&current->seccomp.mode);	/* (B) */
	if (mode == SECCOMP_MODE_FILTER)
		return seccomp_is_suspended() ? 0 : seccomp_filter_judge(slot);

	/*
	 * DEAD: what was to end this task has not; it ends here. DISABLED:
	 * the work flag says otherwise, and nothing may pass for that.
	 */
	if (WARN_ON_ONCE(mode != SECCOMP_MODE_STRICT))
		do_exit(SIGKILL);
	return seccomp_is_suspended() ? 0 : seccomp_strict_judge();
}

/**
 * seccomp_syscall_enter - judge the system call that the caller has begun
 *
 * Called by the system call entry code of a task whose seccomp work flag is set:
 * after a tracer's system-call-entry stop, so that what the tracer made of the
 * call is what is judged, and before tracepoints and audit, so that these see
 * what is really called. A tracer may change the registers in here, so the caller
 * reads the number again; if it skips the call and sets no result, what returns is
 * what the entry has put there before.
 *
 * Context: Process context, interrupts on, no locks; may sleep for long in a
 *	    tracer's stop, and may not return at all.
 * Return: 0 to make the call, -1 to skip it: then the result is in the
 *	   registers, or a fatal signal is pending.
 */
int seccomp_syscall_enter(void)
{
	return seccomp_slot_enter(seccomp_syscall_slot(syscall_get_nr(current,
								      current_pt_regs())));
}
