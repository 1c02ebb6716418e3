// SPDX-License-Identifier: GPL-2.0
/*
 * SECCOMP_RET_TRACE: a tracer decides, and what it made of the call is judged.
 */
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/sched/signal.h>
#include <asm/syscall.h>

#include "internal.h"

/**
 * seccomp_act_trace - let the tracer have a look at the call
 * @call:	the call and its verdict
 *
 * Context: Process context, no locks. Sleeps until the tracer lets go.
 * Return:
 * * SECCOMP_SKIP	- Nobody to ask (the call fails with -ENOSYS), the
 *   tracer set the number to -1 (it has set the result),
 *   or the task is being killed, which the tracer cannot
 *   make up for.
 * * SECCOMP_REJUDGE	- The tracer has let go of it, be it by detaching or by
 *   its own end, and may have changed anything.
 * * SECCOMP_PROCEED	- It has been asked already; asking for every change of
 *   its own would never end.
 */
enum seccomp_outcome seccomp_act_trace(struct seccomp_call *call)
{
	if (call->traced)
		return SECCOMP_PROCEED;

	if (!ptrace_event_enabled(current, PTRACE_EVENT_SECCOMP)) {
		seccomp_log(call, 0);
		syscall_set_return_value(current, current_pt_regs(), -ENOSYS, 0);
		return SECCOMP_SKIP;
	}

	ptrace_event(PTRACE_EVENT_SECCOMP, call->verdict & SECCOMP_RET_DATA);

	if (fatal_signal_pending(current) ||
	    (int)syscall_get_nr(current, current_pt_regs()) < 0) {
		seccomp_log(call, 0);
		return SECCOMP_SKIP;
	}
	call->traced = true;
	return SECCOMP_REJUDGE;
}
