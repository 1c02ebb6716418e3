// SPDX-License-Identifier: GPL-2.0
/*
 * What /proc/PID/status says about a task's confinement.
 */
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

#include "internal.h"

#ifdef CONFIG_SECCOMP_FILTER
static unsigned int seccomp_task_depth(struct task_struct *task)
{
	const struct seccomp_layer *layer;
	unsigned int depth;
	unsigned long flags;

	/* A task that is being reaped has no lock any more, and no layers. */
	if (!lock_task_sighand(task, &flags))
		return 0;
	layer = task->seccomp.layer;
	depth = layer ? layer->depth : 0;
	unlock_task_sighand(task, &flags);
	return depth;
}
#endif

/**
 * seccomp_proc_status - the lines Seccomp and Seccomp_filters
 * @m:		the file, at the end of a line that is not ended yet
 * @task:	whose
 *
 * Context: Process context. Takes @task's siglock.
 */
void seccomp_proc_status(struct seq_file *m, struct task_struct *task)
{
	seq_put_decimal_ull(m, "\nSeccomp:\t", READ_ONCE(task->seccomp.mode));
#ifdef CONFIG_SECCOMP_FILTER
	seq_put_decimal_ull(m, "\nSeccomp_filters:\t", seccomp_task_depth(task));
#endif
}
