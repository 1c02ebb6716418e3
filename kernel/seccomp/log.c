// SPDX-License-Identifier: GPL-2.0
/*
 * What is logged of verdicts and how: audit record 1326 (AUDIT_SECCOMP).
 */
#include <linux/audit.h>
#include <linux/bits.h>
#include <linux/compat.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>

#include "internal.h"

#ifdef CONFIG_SECCOMP_FILTER
/*
 * The sysctl kernel.seccomp.actions_logged: bit N stands for row N of
 * seccomp_actions. At the start everything that is logged at all. One word,
 * written by sysctl.c, read without a lock.
 */
u32 seccomp_actions_logged = ~0U;

static bool seccomp_log_wanted(const struct seccomp_call *call)
{
	switch (call->action->logging) {
	case SECCOMP_LOG_NEVER:
		return false;
	case SECCOMP_LOG_REQUESTED:
		if (!call->layer || !(call->layer->flags & SECCOMP_FILTER_FLAG_LOG))
			return false;
		break;
	case SECCOMP_LOG_ALWAYS:
		break;
	}
	return READ_ONCE(seccomp_actions_logged) &
	       BIT(call->action - seccomp_actions);
}
#else
static bool seccomp_log_wanted(const struct seccomp_call *call)
{
	return true;
}
#endif

/**
 * seccomp_log - log a verdict, if it is to be logged
 * @call:	the call and its verdict
 * @signr:	the signal that ends the task by it, or 0
 *
 * Written even for tasks that audit does not follow: who asked for the record
 * is the sandbox or the administrator, not an audit rule. Scripts match the
 * fields in this order.
 *
 * Context: Process context of the task that made the call. May sleep.
 */
void seccomp_log(const struct seccomp_call *call, int signr)
{
	struct audit_buffer *ab;

	if (!seccomp_log_wanted(call))
		return;

	ab = audit_log_start(audit_context(), GFP_KERNEL, AUDIT_SECCOMP);
	if (!ab)
		return;
	audit_log_task(ab);
	audit_log_format(ab, " sig=%d arch=%x syscall=%d compat=%d ip=0x%lx code=0x%x",
			 signr, call->data.arch, call->data.nr,
			 in_compat_syscall(), KSTK_EIP(current),
			 call->verdict & SECCOMP_RET_ACTION_FULL);
	audit_log_end(ab);
}
