// SPDX-License-Identifier: GPL-2.0
/*
 * What /proc/PID/status and /proc/PID/seccomp_cache say about a task's
 * confinement.
 */
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

#include "internal.h"

#ifdef CONFIG_SECCOMP_FILTER
static unsigned int seccomp_task_depth(struct task_struct *task)
{
	struct seccomp_chains chains;
	unsigned int depth;

	seccomp_chains_get(&chains, task);
	depth = seccomp_depth(chains.now);
	seccomp_chains_put(&chains);
	return depth;
}
#endif

/**
 * seccomp_proc_status - the lines Seccomp and Seccomp_filters
 * @m:		the file, at the end of a line that is not ended yet
 * @task:	whose
 *
 * Context: Process context, may sleep. Takes @task's siglock.
 */
void seccomp_proc_status(struct seq_file *m, struct task_struct *task)
{
	seq_put_decimal_ull(m, "\nSeccomp:\t", READ_ONCE(task->seccomp.mode));
#ifdef CONFIG_SECCOMP_FILTER
	seq_put_decimal_ull(m, "\nSeccomp_filters:\t", seccomp_task_depth(task));
#endif
}

#ifdef CONFIG_SECCOMP_FILTER
/* "ALLOW" or "ERRNO 1"; the number is left out for actions that have none. */
static void seccomp_show_verdict(struct seq_file *m, u32 verdict)
{
	for (const char *c = seccomp_action_of(verdict)->name; *c; c++)
		seq_putc(m, toupper(*c));
	if (verdict & SECCOMP_RET_DATA)
		seq_printf(m, " %u", verdict & SECCOMP_RET_DATA);
	seq_putc(m, '\n');
}

static void seccomp_show_slot(struct seq_file *m, const struct seccomp_layer *layer,
			      const struct seccomp_numbers *numbers, unsigned int index)
{
	const struct seccomp_decision *decision =
		&layer->decisions[layer->table[numbers->slot + index]];

	seq_printf(m, "%s %u%s ", numbers->name, numbers->first + index,
		   index == numbers->count ? "+" : "");
	if (decision->asks)
		seq_puts(m, "FILTER\n");
	else
		seccomp_show_verdict(m, decision->verdict);
}

/**
 * seccomp_proc_cache - show what a task's filters decide of each system call
 * @m:		/proc/PID/seccomp_cache
 * @ns:		of the proc mount
 * @pid:	the task's
 * @task:	the task
 *
 * A line for each: the convention, the number, and FILTER if it depends on
 * arguments, or else the action and its data. A number with a + stands for all
 * from there on, which are not system calls. For a task without filters the file
 * is empty.
 *
 * Context: Process context. Takes @task's siglock.
 * Return: 0; -EACCES, unless the reader has CAP_SYS_ADMIN in the initial user
 *	   namespace and may attach to @task as a tracer.
 */
int seccomp_proc_cache(struct seq_file *m, struct pid_namespace *ns,
		       struct pid *pid, struct task_struct *task)
{
	struct seccomp_chains chains;

	if (!file_ns_capable(m->file, &init_user_ns, CAP_SYS_ADMIN) ||
	    !ptrace_may_access(task, PTRACE_MODE_ATTACH_FSCREDS))
		return -EACCES;
	seccomp_chains_get(&chains, task);
	for (unsigned int i = 0; chains.now && i < seccomp_map.ranges; i++)
		for (unsigned int j = 0; j <= seccomp_map.numbers[i].count; j++)
			seccomp_show_slot(m, chains.now, &seccomp_map.numbers[i], j);
	seccomp_chains_put(&chains);
	return 0;
}
#endif
