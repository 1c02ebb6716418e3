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
#ifdef CONFIG_SECCOMP_FILTER
	if (current->seccomp.on_exec && mode != SECCOMP_MODE_FILTER)
		return false;
#endif
	return current->seccomp.mode == SECCOMP_MODE_DISABLED ||
	       current->seccomp.mode == mode;
}

/* The task may be running: what its next call reads is written in this order. */
static void seccomp_mode_write(struct task_struct *task, int mode)
{
#ifdef CONFIG_SECCOMP_FILTER
	/* (A), see internal.h */
	smp_store_release(&task->seccomp.table, mode == SECCOMP_MODE_FILTER ?
			  task->seccomp.layer->table : seccomp_table_none);
#endif
	/* (B), see internal.h */
	smp_store_release(&task->seccomp.mode, mode);
	/* (C), see internal.h */
	smp_mb__before_atomic();
	set_task_syscall_work(task, SECCOMP);
}

/**
 * seccomp_mode_set - set a task's mode and have its calls judged
 * @task:	the caller or another thread of its process
 * @mode:	SECCOMP_MODE_STRICT, _FILTER or _DEAD
 *
 * Context: The caller's siglock is held. What @mode relies on (the chain, for
 *	    filter mode) is in place.
 */
void seccomp_mode_set(struct task_struct *task, int mode)
{
	lockdep_assert_held(seccomp_siglock());
	seccomp_mode_write(task, mode);
}

/**
 * seccomp_mode_inherit - start a task in the caller's mode
 * @child:	the task; what it copied of the caller before may have been
 *		changed by another thread meanwhile
 *
 * Context: The caller's siglock is held; @child does not run yet.
 */
void seccomp_mode_inherit(struct task_struct *child)
{
	lockdep_assert_held(seccomp_siglock());
	if (current->seccomp.mode != SECCOMP_MODE_DISABLED)
		seccomp_mode_write(child, current->seccomp.mode);
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
		seccomp_mode_set(current, SECCOMP_MODE_DEAD);
}

/**
 * arch_seccomp_spec_mitigate - mitigate speculation in a task that has been confined
 * @task:	the caller, or another thread of its process
 *
 * For architectures with boot parameters that make confinement the reason to; this
 * is for the others.
 *
 * Context: Process context. siglock may be held, so it does not sleep.
 */
void __weak arch_seccomp_spec_mitigate(struct task_struct *task)
{
}
