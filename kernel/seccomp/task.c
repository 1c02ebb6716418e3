// SPDX-License-Identifier: GPL-2.0
/*
 * A task's chains from its birth to its end. No other code writes task->seccomp.layer
 * and task->seccomp.on_exec.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "internal.h"

/**
 * seccomp_chains_get - the chains of a task
 * @chains:	receives them, with a reference to each: the task may end, or be given
 *		others by TSYNC, as soon as its siglock is released
 * @task:	the task. When it has been reaped it has no chains any more.
 *
 * Context: Process context. Takes @task's siglock.
 */
void seccomp_chains_get(struct seccomp_chains *chains, struct task_struct *task)
{
	unsigned long flags;

	*chains = (struct seccomp_chains){};
	if (!lock_task_sighand(task, &flags))
		return;
	chains->now = seccomp_layer_get(task->seccomp.layer);
	chains->on_exec = seccomp_layer_get(task->seccomp.on_exec);
	unlock_task_sighand(task, &flags);
}

/**
 * seccomp_chains_put - give the references back
 * @chains:	the chains; not to be used afterwards
 *
 * Context: As seccomp_layer_put().
 */
void seccomp_chains_put(const struct seccomp_chains *chains)
{
	seccomp_layer_put(chains->now);
	seccomp_layer_put(chains->on_exec);
}

/* Somebody else has another reference. */
static void seccomp_layer_drop(struct seccomp_layer *layer)
{
	if (layer)
		refcount_dec(&layer->refs);
}

/* Apart, since a process can have thousands of threads for which there is nothing to do. */
static noinline void seccomp_task_let_wait(struct task_struct *task,
					   struct seccomp_layer *layer)
{
	struct seccomp_layer *old = task->seccomp.on_exec;

	task->seccomp.on_exec = seccomp_layer_get(layer);
	seccomp_layer_drop(old);
}

/**
 * seccomp_task_confine - give a task chains, and have them judge its calls
 * @task:	the caller or another thread of its process
 * @chains:	the chains, of which the task takes references. What judges its calls
 *		until now is an older part of both, as far as there are; of what was to
 *		do so on exec, somebody holds a reference.
 *
 * Context: The caller's siglock is held.
 */
void seccomp_task_confine(struct task_struct *task,
			  const struct seccomp_chains *chains)
{
	struct seccomp_layer *layer = chains->now, *old = task->seccomp.layer;

	lockdep_assert_held(seccomp_siglock());
	if (task->seccomp.on_exec != chains->on_exec)
		seccomp_task_let_wait(task, chains->on_exec);
	/* Then it had none, either. */
	if (!layer)
		return;
	/* (A), see internal.h */
	smp_store_release(&task->seccomp.layer, seccomp_layer_get(layer));
	seccomp_layer_drop(old);
	seccomp_mode_set(task, SECCOMP_MODE_FILTER);
}

/**
 * seccomp_task_dup - a task's memory has been copied from the caller's
 * @child:	the copy
 *
 * The copy owns no reference to the caller's chains until seccomp_task_fork(),
 * so that a fork which fails in between has nothing to give back.
 *
 * Context: Process context; @child is not visible to anybody yet.
 */
void seccomp_task_dup(struct task_struct *child)
{
	child->seccomp.layer = NULL;
	child->seccomp.on_exec = NULL;
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
	child->seccomp.on_exec = seccomp_layer_get(current->seccomp.on_exec);
	seccomp_mode_inherit(child);
	if (task_no_new_privs(current))
		task_set_no_new_privs(child);
}

/**
 * seccomp_task_exec - the caller will return to another program, or not at all
 *
 * Context: Process context of a task that is the only one of its process. Takes its
 *	    siglock.
 */
void seccomp_task_exec(void)
{
	/* It has changed for the last time: there is no thread left to do so. */
	const struct seccomp_chains chains = {
		.now = seccomp_layer_get(current->seccomp.on_exec),
	};

	if (!chains.now)
		return;
	scoped_guard(spinlock_irq, seccomp_siglock())
		seccomp_task_confine(current, &chains);
	seccomp_layer_put(chains.now);
}

/**
 * seccomp_task_exit - the caller will make no system call any more
 *
 * Lets go of the chains now and not when the task is reaped, since a parent
 * may leave a zombie for as long as it likes.
 *
 * Context: Process context of the exiting task. Takes its siglock.
 */
void seccomp_task_exit(void)
{
	struct seccomp_chains chains;

	scoped_guard(spinlock_irq, seccomp_siglock()) {
		chains.now = current->seccomp.layer;
		chains.on_exec = current->seccomp.on_exec;
		current->seccomp.layer = NULL;
		current->seccomp.on_exec = NULL;
		current->seccomp.table = seccomp_table_none;
	}
	seccomp_chains_put(&chains);
}
