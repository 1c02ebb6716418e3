// SPDX-License-Identifier: GPL-2.0
/*
 * The judgement of a call in filter mode: look up what the chain decides; where
 * that depends on arguments, gather what programs see, ask those layers that
 * can tell, and keep the strictest answer.
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

/**
 * seccomp_verdict_outweighs - does a layer's answer take the place of another's?
 * @verdict:	SECCOMP_RET_*
 * @layer:	the layer that said so
 * @other:	another verdict
 * @other_layer: who said so, from the same chain; NULL only for ALLOW
 *
 * Among equal actions the newest layer's counts, for its data.
 *
 * Context: Any.
 * Return: Whether @verdict and not @other is the chain's, of these two.
 */
bool seccomp_verdict_outweighs(u32 verdict, const struct seccomp_layer *layer,
			       u32 other, const struct seccomp_layer *other_layer)
{
	if (seccomp_verdict_stricter(verdict, other))
		return true;
	return other_layer && layer->depth > other_layer->depth &&
	       !seccomp_verdict_stricter(other, verdict);
}

static __always_inline void seccomp_call_gather_args(struct seccomp_call *call,
						     struct pt_regs *regs)
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

static __always_inline void seccomp_call_gather(struct seccomp_call *call)
{
	struct pt_regs *regs = current_pt_regs();

	call->data.nr = syscall_get_nr(current, regs);
	call->data.arch = syscall_get_arch(current);
	call->data.instruction_pointer = instruction_pointer(regs);
	seccomp_call_gather_args(call, regs);
}

/*
 * Not bpf_prog_run(): that is for programs which may reach what belongs to a CPU,
 * and must not be moved to another while they run. One of these sees its data
 * and its own stack. This is the call itself, as CFI wants it.
 */
static __always_inline u32 seccomp_call_run(struct seccomp_call *call,
					    const struct bpf_prog *bpf, u32 part)
{
	call->part = part;
	return bpf_dispatcher_nop_func(&call->data, bpf->insnsi, bpf->bpf_func);
}

/*
 * What most often becomes of calls that depend on arguments, found out without
 * keeping a record of it: do all whom it depends on allow it?
 */
static __always_inline bool seccomp_call_is_allowed(struct seccomp_call *call,
						    const struct seccomp_ask *ask)
{
	for (; ask; ask = ask->older)
		if (seccomp_call_run(call, ask->bpf, ask->part) != SECCOMP_RET_ALLOW)
			return false;
	return true;
}

/* @call begins with what the constant answers come to. */
static void seccomp_call_ask(struct seccomp_call *call, const struct seccomp_ask *ask)
{
	for (; ask; ask = ask->older) {
		u32 answer = seccomp_call_run(call, ask->bpf, ask->part);

		if (seccomp_verdict_outweighs(answer, ask->layer,
					      call->verdict, call->layer)) {
			call->verdict = answer;
			call->layer = ask->layer;
		}
	}
}

static bool seccomp_call_is_notified_by(struct seccomp_call *call,
					const struct seccomp_layer *layer)
{
	const struct seccomp_prog *prog = layer->prog;
	const struct seccomp_answer *answer = seccomp_prog_answer(prog, call->slot);
	u32 verdict = answer->part ? seccomp_call_run(call, prog->bpf, answer->part) :
				     answer->verdict;

	return (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_USER_NOTIF;
}

/**
 * seccomp_call_next_notifier - who else said USER_NOTIF of a call?
 * @call:	judged by the task's chain
 * @layer:	a layer of that
 *
 * Only one layer's word counts in a judgement, so others' are not kept. They are
 * asked for it here: programs see the same again, so they say the same.
 *
 * Context: Process context of the task.
 * Return: The next layer that said so and is older than @layer, or NULL.
 */
const struct seccomp_layer *seccomp_call_next_notifier(struct seccomp_call *call,
						       const struct seccomp_layer *layer)
{
	do {
		layer = layer->parent;
	} while (layer && !seccomp_call_is_notified_by(call, layer));
	return layer;
}

/* What the task's chain decides of a call. */
static const struct seccomp_decision *seccomp_decision_find(unsigned int slot)
{
	/* (A), see internal.h */
	const struct seccomp_layer *layer = READ_ONCE(current->seccomp.layer);
	static const struct seccomp_decision kill = {
		.verdict = SECCOMP_RET_KILL_PROCESS,
	};

	/* Filter mode with nothing to ask cannot be; nothing may pass for it. */
	if (WARN_ON_ONCE(!layer))
		return &kill;
	return &layer->decisions[layer->table[slot]];
}

static enum seccomp_outcome seccomp_call_decide(struct seccomp_call *call,
						const struct seccomp_decision *decision)
{
	call->verdict = decision->verdict;
	call->layer = decision->layer;
	seccomp_call_ask(call, decision->asks);
	if (call->verdict == SECCOMP_RET_ALLOW)
		return SECCOMP_PROCEED;
	call->action = seccomp_action_of(call->verdict);
	return call->action->act(call);
}

/* The judgement of a call that is gathered, however often a tracer changes it. */
static noinline int seccomp_call_judge(struct seccomp_call *call,
				       const struct seccomp_decision *decision)
{
	enum seccomp_outcome outcome;

	call->traced = false;
	while ((outcome = seccomp_call_decide(call, decision)) == SECCOMP_REJUDGE) {
		seccomp_call_gather(call);
		call->slot = seccomp_syscall_slot(call->data.nr);
		decision = seccomp_decision_find(call->slot);
	}
	return outcome == SECCOMP_PROCEED ? 0 : -1;
}

/* Of one that the constant answers allow. Apart, since a refusal needs no such frame. */
static noinline int seccomp_call_judge_allowed(unsigned int slot,
					       const struct seccomp_decision *decision)
{
	struct seccomp_call call __uninitialized;

	call.slot = slot;
	seccomp_call_gather(&call);
	if (seccomp_call_is_allowed(&call, decision->asks))
		return 0;
	return seccomp_call_judge(&call, decision);
}

/* Of any other that is not simply refused. */
static noinline int seccomp_call_judge_restricted(unsigned int slot,
						  const struct seccomp_decision *decision)
{
	struct seccomp_call call __uninitialized;

	call.slot = slot;
	seccomp_call_gather(&call);
	return seccomp_call_judge(&call, decision);
}

/**
 * seccomp_filter_judge - judge a call of a task in filter mode
 * @slot:	of its number
 *
 * Context: Process context, interrupts on, no locks. May sleep, and may not
 *	    return.
 * Return: As seccomp_syscall_enter().
 */
int seccomp_filter_judge(unsigned int slot)
{
	const struct seccomp_decision *decision = seccomp_decision_find(slot);

	if (decision->verdict == SECCOMP_RET_ALLOW)
		return seccomp_call_judge_allowed(slot, decision);
	if (!decision->refusal)
		return seccomp_call_judge_restricted(slot, decision);
	syscall_set_return_value(current, current_pt_regs(), decision->refusal, 0);
	return -1;
}

#ifdef CONFIG_SECCOMP_KUNIT_TEST
#include "tests/run_kunit.c"
#endif
