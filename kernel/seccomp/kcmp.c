// SPDX-License-Identifier: GPL-2.0
/*
 * What kcmp(2) says about filters: which are the same, and an order to sort by.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/minmax.h>

#include "internal.h"

/* As kcmp(2) gives it. */
static int seccomp_kcmp_ids(u64 id1, u64 id2)
{
	return id1 < id2 ? 1 : id1 > id2 ? 2 : 0;
}

/* Chains are equal if their newest layers are the same. */
static int seccomp_kcmp_chains(const struct seccomp_layer *chain1,
			       const struct seccomp_layer *chain2)
{
	return seccomp_kcmp_ids(chain1 ? chain1->id : 0, chain2 ? chain2->id : 0);
}

/**
 * seccomp_kcmp - KCMP_SECCOMP
 * @task1:	a task
 * @task2:	another task
 *
 * Modes are not compared: strict mode is no filter.
 *
 * Context: Process context. Takes both siglocks, one after the other.
 * Return: 0 if they have the same filters, 1 or 2 if those of @task1 come before or
 *	   after those of @task2.
 */
int seccomp_kcmp(struct task_struct *task1, struct task_struct *task2)
{
	struct seccomp_chains chains1, chains2;
	int order;

	seccomp_chains_get(&chains1, task1);
	seccomp_chains_get(&chains2, task2);
	order = seccomp_kcmp_chains(chains1.now, chains2.now) ?:
		seccomp_kcmp_chains(chains1.on_exec, chains2.on_exec);
	seccomp_chains_put(&chains1);
	seccomp_chains_put(&chains2);
	return order;
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
