// SPDX-License-Identifier: GPL-2.0
/*
 * What a privileged tracer may do with a tracee's confinement: suspend it, and
 * read its filters. For checkpoint and restore.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/filter.h>
#include <linux/minmax.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "internal.h"

/*
 * A tracer that is confined itself, or the next program of which is to be, must not
 * loosen or look into another's confinement.
 */
static bool seccomp_ptrace_is_trusted(void)
{
	return capable(CAP_SYS_ADMIN) &&
	       READ_ONCE(current->seccomp.mode) == SECCOMP_MODE_DISABLED &&
	       !READ_ONCE(current->seccomp.on_exec);
}

/**
 * seccomp_ptrace_may_suspend - may the caller set PTRACE_O_SUSPEND_SECCOMP?
 *
 * Context: Process context.
 * Return: 0, or -EPERM.
 */
int seccomp_ptrace_may_suspend(void)
{
	return seccomp_ptrace_is_trusted() && !seccomp_is_suspended() ? 0 : -EPERM;
}

/*
 * The layer at some index, counted from the oldest, so that a filter keeps its
 * index while others are added. With a reference.
 *
 * Filters that wait for an execve come after all others, and are not there for
 * requests without a @filter, in which it is said that they wait.
 */
static struct seccomp_layer *seccomp_ptrace_layer(struct task_struct *task, u64 index,
						  struct ptrace_seccomp_filter *filter)
{
	int mode = READ_ONCE(task->seccomp.mode);
	struct seccomp_layer *layer = NULL, *newest;
	struct seccomp_chains chains;

	if (mode != SECCOMP_MODE_FILTER && mode != SECCOMP_MODE_DISABLED)
		return ERR_PTR(-EINVAL);
	seccomp_chains_get(&chains, task);
	newest = chains.now;
	if (filter) {
		newest = chains.on_exec ?: newest;
		filter->count = seccomp_depth(newest);
		filter->flags = index < seccomp_depth(chains.now) ?
				0 : SECCOMP_FILTER_FLAG_ON_EXEC;
	}
	if (index < U32_MAX)
		layer = seccomp_layer_get(seccomp_layer_at(newest, index + 1));
	seccomp_chains_put(&chains);
	if (layer)
		return layer;
	if (!pid_alive(task))
		return ERR_PTR(-ESRCH);
	/* A task that exits has left its filters, but not its mode. */
	return ERR_PTR(newest || mode == SECCOMP_MODE_FILTER ? -ENOENT : -EINVAL);
}

/**
 * seccomp_ptrace_get_filter - PTRACE_SECCOMP_GET_FILTER
 * @task:	the tracee, stopped; it may be killed meanwhile
 * @index:	which filter, 0 for the oldest
 * @uinsns:	receives its instructions, as they were installed; may be NULL
 *
 * Context: Process context. Takes @task's siglock.
 * Return:
 * * %1 or more	- The number of instructions.
 * * %-EACCES	- The caller lacks CAP_SYS_ADMIN in the initial user namespace,
 *   or is confined itself, or will be by its next execve.
 * * %-EINVAL	- @task is not in filter mode.
 * * %-ENOENT	- There is no such filter.
 * * %-EFAULT	- @uinsns cannot be written.
 * * %-ESRCH	- @task has ended.
 */
long seccomp_ptrace_get_filter(struct task_struct *task, unsigned long index,
			       void __user *uinsns)
{
	const struct seccomp_prog *prog;
	struct seccomp_layer *layer;
	long ret;

	if (!seccomp_ptrace_is_trusted())
		return -EACCES;
	layer = seccomp_ptrace_layer(task, index, NULL);
	if (IS_ERR(layer))
		return PTR_ERR(layer);
	prog = layer->prog;
	ret = prog->len;
	if (uinsns && copy_to_user(uinsns, prog->insns, seccomp_prog_size(prog)))
		ret = -EFAULT;
	seccomp_layer_put(layer);
	return ret;
}

/**
 * seccomp_ptrace_get_metadata - PTRACE_SECCOMP_GET_METADATA
 * @task:	the tracee, stopped; it may be killed meanwhile
 * @size:	of the caller's struct seccomp_metadata, which may be another
 *		version of it than this kernel's
 * @umetadata:	says in @filter_off which filter, 0 for the oldest; receives
 *		the rest
 *
 * Context: Process context. Takes @task's siglock.
 * Return: The number of bytes that are filled in, or an error: as
 *	   seccomp_ptrace_get_filter(), and -EINVAL if @size has no room for
 *	   @filter_off.
 */
long seccomp_ptrace_get_metadata(struct task_struct *task, unsigned long size,
				 void __user *umetadata)
{
	struct seccomp_metadata metadata;
	struct seccomp_layer *layer;

	if (!seccomp_ptrace_is_trusted())
		return -EACCES;
	size = min(size, sizeof(metadata));
	if (size < sizeof(metadata.filter_off))
		return -EINVAL;
	if (copy_from_user(&metadata.filter_off, umetadata,
			   sizeof(metadata.filter_off)))
		return -EFAULT;

	layer = seccomp_ptrace_layer(task, metadata.filter_off, NULL);
	if (IS_ERR(layer))
		return PTR_ERR(layer);
	/* The others come with a listener, and that cannot be restored by them. */
	metadata.flags = layer->flags & SECCOMP_FILTER_FLAG_LOG;
	seccomp_layer_put(layer);
	return copy_to_user(umetadata, &metadata, size) ? -EFAULT : size;
}

static void seccomp_ptrace_describe(struct ptrace_seccomp_filter *filter,
				    const struct seccomp_layer *layer)
{
	filter->id = layer->id;
	filter->flags |= layer->flags & ~SECCOMP_LAYER_PRCTL;
	if (layer->listener)
		filter->flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	filter->prctl = !!(layer->flags & SECCOMP_LAYER_PRCTL);
}

/* Nobody sees the descriptor before all that can fail has gone well. */
static long seccomp_ptrace_give_fd(struct ptrace_seccomp_filter *filter,
				   struct seccomp_prog *prog, void __user *ufilter)
{
	struct file *file;

	CLASS(get_unused_fd, fd)(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = seccomp_progfd_open(prog);
	if (IS_ERR(file))
		return PTR_ERR(file);
	filter->fd = fd;
	if (copy_to_user(ufilter, filter, sizeof(*filter))) {
		fput(file);
		return -EFAULT;
	}
	fd_install(take_fd(fd), file);
	return sizeof(*filter);
}

/**
 * seccomp_ptrace_get_filter_fd - PTRACE_SECCOMP_GET_FILTER_FD
 * @task:	the tracee, stopped; it may be killed meanwhile
 * @size:	of the caller's struct ptrace_seccomp_filter, which may be a later
 *		version of it than this kernel's
 * @ufilter:	says in @index which filter, 0 for the oldest; receives the rest
 *
 * Context: Process context. Takes @task's siglock.
 * Return:
 * * The number of bytes that are filled in.
 * * An error as of seccomp_ptrace_get_filter(), but that filters count which wait
 *   for an execve.
 * * %-EINVAL	- @size has no room for all that there is.
 * * %-EMFILE, %-ENFILE, %-ENOMEM - No descriptor, no file or no memory left.
 */
long seccomp_ptrace_get_filter_fd(struct task_struct *task, unsigned long size,
				  void __user *ufilter)
{
	struct ptrace_seccomp_filter filter;
	struct seccomp_layer *layer;
	long ret;

	if (!seccomp_ptrace_is_trusted())
		return -EACCES;
	if (size < sizeof(filter))
		return -EINVAL;
	if (copy_from_user(&filter.index, ufilter, sizeof(filter.index)))
		return -EFAULT;

	layer = seccomp_ptrace_layer(task, filter.index, &filter);
	if (IS_ERR(layer))
		return PTR_ERR(layer);
	seccomp_ptrace_describe(&filter, layer);
	ret = seccomp_ptrace_give_fd(&filter, layer->prog, ufilter);
	seccomp_layer_put(layer);
	return ret;
}
