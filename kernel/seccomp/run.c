// SPDX-License-Identifier: GPL-2.0
/*
 * The judgement of a call in filter mode: gather what programs see, ask every
 * layer, keep the strictest answer.
 */
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>

#include "internal.h"

/**
 * seccomp_verdict_stricter - does one answer outweigh another?
 * @verdict:	SECCOMP_RET_*, data and all
 * @than:	the other
 *
 * The order is in the numbers: compared as signed ones, with the data left
 * out, the smaller is the stricter. That holds for unknown actions as well.
 *
 * Context: Any.
 * Return: Whether the action of @verdict is stricter than that of @than.
 */
bool seccomp_verdict_stricter(u32 verdict, u32 than)
{
	return (s32)(verdict & SECCOMP_RET_ACTION_FULL) <
	       (s32)(than & SECCOMP_RET_ACTION_FULL);
}

static void seccomp_call_gather(struct seccomp_call *call)
{
	struct pt_regs *regs = current_pt_regs();
	unsigned long args[ARRAY_SIZE(call->data.args)];

	call->data.nr = syscall_get_nr(current, regs);
	call->data.arch = syscall_get_arch(current);
	call->data.instruction_pointer = KSTK_EIP(current);
	syscall_get_arguments(current, regs, args);
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		call->data.args[i] = args[i];
}

static void seccomp_call_ask(struct seccomp_call *call)
{
	/* (A), see internal.h */
	const struct seccomp_layer *layer = READ_ONCE(current->seccomp.layer);

	/* Filter mode with nothing to ask cannot be; nothing may pass for it. */
	if (WARN_ON_ONCE(!layer)) {
		call->verdict = SECCOMP_RET_KILL_PROCESS;
		return;
	}

	call->verdict = SECCOMP_RET_ALLOW;
	call->layer = NULL;
	/* From the newest to the oldest: among equals the newest has come first. */
	migrate_disable();
	for (; layer; layer = layer->parent) {
		u32 answer = bpf_prog_run(layer->prog->bpf, &call->data);

		if (seccomp_verdict_stricter(answer, call->verdict)) {
			call->verdict = answer;
			call->layer = layer;
		}
	}
	migrate_enable();
}

/**
 * seccomp_filter_judge - judge a call of a task in filter mode
 * @call:	otherwise empty
 *
 * Context: Process context, interrupts on, no locks. May sleep, and may not
 *	    return.
 * Return: As seccomp_syscall_enter().
 */
int seccomp_filter_judge(struct seccomp_call *call)
{
	enum seccomp_outcome outcome;

	do {
		seccomp_call_gather(call);
		seccomp_call_ask(call);
		outcome = seccomp_call_act(call);
	} while (outcome == SECCOMP_REJUDGE);

	return outcome == SECCOMP_PROCEED ? 0 : -1;
}

#ifdef CONFIG_SECCOMP_KUNIT_TEST
#include "tests/run_kunit.c"
#endif
