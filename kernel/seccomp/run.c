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

static void seccomp_call_gather_args(struct seccomp_call *call, struct pt_regs *regs)
{
#ifdef CONFIG_64BIT
	syscall_get_arguments(current, regs, (unsigned long *)call->data.args);
#else
	unsigned long args[ARRAY_SIZE(call->data.args)];

	syscall_get_arguments(current, regs, args);
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		call->data.args[i] = args[i];
#endif
}

static void seccomp_call_gather(struct seccomp_call *call)
{
	struct pt_regs *regs = current_pt_regs();

	call->data.nr = syscall_get_nr(current, regs);
	call->data.arch = syscall_get_arch(current);
	call->data.instruction_pointer = KSTK_EIP(current);
	seccomp_call_gather_args(call, regs);
}

/*
 * Not bpf_prog_run(): that is for programs which may reach what belongs to a CPU,
 * and must not be moved to another while they run. A classic one sees its data
 * and its own stack. This is the call itself, as CFI wants it.
 */
static __always_inline u32 seccomp_layer_answer(const struct seccomp_layer *layer,
						const struct seccomp_call *call)
{
	const struct bpf_prog *bpf = layer->prog->bpf;

	return bpf_dispatcher_nop_func(&call->data, bpf->insnsi, bpf->bpf_func);
}

static bool seccomp_verdict_notifies(u32 verdict)
{
	return (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_USER_NOTIF;
}

/* Is there room in @notifiers to remember a layer's answer? */
static bool seccomp_call_remembers(const struct seccomp_call *call,
				   const struct seccomp_layer *layer)
{
	return layer->depth <= BITS_PER_TYPE(call->notifiers);
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
	call->notifiers = 0;
	/* From the newest to the oldest: among equals the newest has come first. */
	for (; layer; layer = layer->parent) {
		u32 answer = seccomp_layer_answer(layer, call);

		if (seccomp_verdict_notifies(answer) &&
		    seccomp_call_remembers(call, layer))
			call->notifiers |= BIT_ULL(layer->depth - 1);
		if (seccomp_verdict_stricter(answer, call->verdict)) {
			call->verdict = answer;
			call->layer = layer;
		}
	}
}

static bool seccomp_call_is_notified_by(const struct seccomp_call *call,
					const struct seccomp_layer *layer)
{
	if (seccomp_call_remembers(call, layer))
		return call->notifiers & BIT_ULL(layer->depth - 1);
	return seccomp_verdict_notifies(seccomp_layer_answer(layer, call));
}

/**
 * seccomp_call_next_notifier - who else said USER_NOTIF of a call?
 * @call:	judged by the task's chain
 * @layer:	a layer of that
 *
 * What was not remembered of long chains is found out again: programs see the
 * same, so they say the same.
 *
 * Context: Process context of the task.
 * Return: The next layer that said so and is older than @layer, or NULL.
 */
const struct seccomp_layer *seccomp_call_next_notifier(const struct seccomp_call *call,
						       const struct seccomp_layer *layer)
{
	do {
		layer = layer->parent;
	} while (layer && !seccomp_call_is_notified_by(call, layer));
	return layer;
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
