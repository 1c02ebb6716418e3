// SPDX-License-Identifier: GPL-2.0
/*
 * The mode of a task: which may follow which, and the only code that sets it.
 */
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/thread_info.h>

#include "internal.h"

/**
 * seccomp_mode_may_become - can the caller enter a mode?
 * @mode:	SECCOMP_MODE_STRICT or SECCOMP_MODE_FILTER
 *
 * Context: The caller's siglock is held, so that the answer stays true.
 * Return: Whether seccomp_mode_set(@mode) is a legal transition.
 */
bool seccomp_mode_may_become(int mode)
{
	lockdep_assert_held(seccomp_siglock());
	return current->seccomp.mode == SECCOMP_MODE_DISABLED ||
	       current->seccomp.mode == mode;
}

/**
 * seccomp_mode_set - set the caller's mode and have its calls judged
 * @mode:	SECCOMP_MODE_STRICT, _FILTER or _DEAD
 *
 * Context: The caller's siglock is held. What @mode relies on (the chain, for
 *	    filter mode) is in place.
 */
void seccomp_mode_set(int mode)
{
	lockdep_assert_held(seccomp_siglock());
	/* /proc/PID/status reads it without the lock. */
	WRITE_ONCE(current->seccomp.mode, mode);
	set_task_syscall_work(current, SECCOMP);
}

/**
 * seccomp_mode_kill - let the caller make no further system call
 *
 * For a verdict that ends the task. The signal that is to end it could still
 * be taken away by a tracer; the mode cannot.
 *
 * Context: Process context. Takes the caller's siglock.
 */
void seccomp_mode_kill(void)
{
	scoped_guard(spinlock_irq, seccomp_siglock())
		seccomp_mode_set(SECCOMP_MODE_DEAD);
}

/* For architectures without boot parameters that ask for it. */
void __weak arch_seccomp_spec_mitigate(struct task_struct *task)
{
}
