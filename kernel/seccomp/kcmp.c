// SPDX-License-Identifier: GPL-2.0
/*
 * What kcmp(2) says about filters: which are the same, and an order to sort by.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>

#include "internal.h"

/* As kcmp(2) gives it. */
static int seccomp_kcmp_ids(u64 id1, u64 id2)
{
	return id1 < id2 ? 1 : id1 > id2 ? 2 : 0;
}

/* Chains are equal if their newest layers are the same. */
struct seccomp_chain_ids {
	u64	now;
	u64	on_exec;
};

static u64 seccomp_layer_id(const struct seccomp_layer *layer)
{
	return layer ? layer->id : 0;
}

/* A task that has been reaped has no filters any more. */
static struct seccomp_chain_ids seccomp_kcmp_chains(struct task_struct *task)
{
	struct seccomp_chain_ids ids = {};
	unsigned long flags;

	if (!lock_task_sighand(task, &flags))
		return ids;
	ids.now = seccomp_layer_id(task->seccomp.layer);
	ids.on_exec = seccomp_layer_id(task->seccomp.on_exec);
	unlock_task_sighand(task, &flags);
	return ids;
}

/**
 * seccomp_kcmp - KCMP_SECCOMP
 * @task1:	a task
 * @task2:	another task
 *
 * Context: Process context. Takes both siglocks, one after the other.
 * Return: 0 if they have the same filters, 1 or 2 if those of @task1 come before or
 *	   after those of @task2.
 */
int seccomp_kcmp(struct task_struct *task1, struct task_struct *task2)
{
	struct seccomp_chain_ids ids1 = seccomp_kcmp_chains(task1);
	struct seccomp_chain_ids ids2 = seccomp_kcmp_chains(task2);

	return seccomp_kcmp_ids(ids1.now, ids2.now) ?:
	       seccomp_kcmp_ids(ids1.on_exec, ids2.on_exec);
}

/* The id of the program behind a descriptor, or a negative errno. */
static s64 seccomp_kcmp_prog(struct task_struct *task, unsigned int fd)
{
	struct file *file = fget_task(task, fd);
	struct seccomp_prog *prog;
	s64 id;

	if (!file)
		return -EBADF;
	prog = seccomp_progfd_prog(file);
	id = IS_ERR(prog) ? PTR_ERR(prog) : prog->id;
	fput(file);
	return id;
}

/**
 * seccomp_kcmp_progs - KCMP_SECCOMP_PROG
 * @task1:	a task
 * @fd1:	a descriptor of it
 * @task2:	another task
 * @fd2:	a descriptor of that
 *
 * Context: Process context.
 * Return: 0 if they are descriptors of the same program, 1 or 2 if that of @fd1 comes
 *	   before or after that of @fd2; -EBADF, or -EINVAL if one is not a program's.
 */
int seccomp_kcmp_progs(struct task_struct *task1, unsigned long fd1,
		       struct task_struct *task2, unsigned long fd2)
{
	s64 id1 = seccomp_kcmp_prog(task1, fd1);
	s64 id2 = seccomp_kcmp_prog(task2, fd2);

	if (id1 < 0 || id2 < 0)
		return min(id1, id2);
	return seccomp_kcmp_ids(id1, id2);
}
