// SPDX-License-Identifier: GPL-2.0
/*
 * A task's chain from its birth to its end. No other code writes task->seccomp.layer.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "internal.h"

/**
 * seccomp_task_confine - give a task a chain, and have it judge the task's calls
 * @task:	the caller or another thread of its process
 * @layer:	the newest layer of the chain, of which what @task has now is an older
 *		part. The task takes a reference.
 *
 * Context: The caller's siglock is held.
 */
void seccomp_task_confine(struct task_struct *task, struct seccomp_layer *layer)
{
	struct seccomp_layer *older = task->seccomp.layer;

	lockdep_assert_held(seccomp_siglock());
	/* (A), see internal.h */
	smp_store_release(&task->seccomp.layer, seccomp_layer_get(layer));
	/* Not the last reference: the chain of @layer holds one. */
	if (older)
		refcount_dec(&older->refs);
	seccomp_mode_set(task, SECCOMP_MODE_FILTER);
}

/**
 * seccomp_task_dup - a task's memory has been copied from the caller's
 * @child:	the copy
 *
 * The copy owns no reference to the caller's chain until seccomp_task_fork(),
 * so that a fork which fails in between has nothing to give back.
 *
 * Context: Process context; @child is not visible to anybody yet.
 */
void seccomp_task_dup(struct task_struct *child)
{
	child->seccomp.layer = NULL;
	child->seccomp.table = seccomp_table_none;
}

/**
 * seccomp_task_fork - confine a new task as the caller is
 * @child:	the new task, which nothing can prevent any more
 *
 * Context: The caller's siglock is held; @child does not run yet.
 */
void seccomp_task_fork(struct task_struct *child)
{
	lockdep_assert_held(seccomp_siglock());
	/* As now, and not as when the child was copied: see tsync.c. */
	child->seccomp.layer = seccomp_layer_get(current->seccomp.layer);
	seccomp_mode_inherit(child);
	if (task_no_new_privs(current))
		task_set_no_new_privs(child);
}

/**
 * seccomp_task_exit - the caller will make no system call any more
 *
 * Lets go of the chain now and not when the task is reaped, since a parent
 * may leave a zombie for as long as it likes.
 *
 * Context: Process context of the exiting task. Takes its siglock.
 */
void seccomp_task_exit(void)
{
	struct seccomp_layer *layer;

	scoped_guard(spinlock_irq, seccomp_siglock()) {
		layer = current->seccomp.layer;
		current->seccomp.layer = NULL;
		current->seccomp.table = seccomp_table_none;
	}
	seccomp_layer_put(layer);
}
