// SPDX-License-Identifier: GPL-2.0
/*
 * The table of a layer: what its chain decides of each system call, put together
 * from the table of the parent and what the layer's own program says; or what that
 * says, if there is no parent.
 *
 * System calls of which the program says the same, and the parent decides the
 * same, share a decision. Decisions refer to those of older layers, which stay as
 * long as the layer does.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* Of tasks that are not in filter mode: no index into decisions, and not 0. */
const u16 seccomp_table_none[SECCOMP_SLOTS] = {
	[0 ... SECCOMP_SLOTS - 1] = U16_MAX,
};

/*
 * What all the tables of a path may hold. Instructions alone do not bound that: few
 * of them can tell every number from every other, and each layer on top does so
 * again.
 */
#define SECCOMP_DECISIONS_MAX	(128U * 1024)

static const struct seccomp_decision seccomp_decision_allow = {
	.verdict = SECCOMP_RET_ALLOW,
};

static bool seccomp_decision_yields(const struct seccomp_decision *decision,
				    const struct seccomp_ask *ask)
{
	return seccomp_verdict_outweighs(ask->strictest, ask->layer,
					 decision->verdict, decision->layer);
}

/* Such a verdict needs nothing but to be carried out: see seccomp_log(). */
static s32 seccomp_decision_refusal(const struct seccomp_decision *decision)
{
	if ((decision->verdict & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO ||
	    decision->asks || decision->layer->flags & SECCOMP_FILTER_FLAG_LOG)
		return 0;
	return seccomp_verdict_error(decision->verdict);
}

/* @decision begins as that of the parent; @answer is the layer's own. */
static void seccomp_decide(struct seccomp_decision *decision,
			   const struct seccomp_layer *layer,
			   const struct seccomp_answer *answer)
{
	if (answer->part) {
		decision->own = (struct seccomp_ask){
			.layer		= layer,
			.bpf		= layer->prog->bpf,
			.older		= decision->asks,
			.strictest	= answer->verdict,
			.part		= answer->part,
		};
		decision->asks = &decision->own;
	} else if (seccomp_verdict_outweighs(answer->verdict, layer,
					     decision->verdict, decision->layer)) {
		decision->verdict = answer->verdict;
		decision->layer = layer;
	}
	/* Further on the list is the parent's; who cannot outweigh it there is asked in vain. */
	while (decision->asks && !seccomp_decision_yields(decision, decision->asks))
		decision->asks = decision->asks->older;
	decision->refusal = seccomp_decision_refusal(decision);
}

static unsigned int seccomp_decided(const struct seccomp_layer *chain)
{
	return chain ? chain->decided : 0;
}

/* Room for so many decisions, of which the first is always to allow. */
static int seccomp_table_reserve(struct seccomp_layer *layer, unsigned int count)
{
	layer->decided = seccomp_decided(layer->parent) + count;
	if (layer->decided > SECCOMP_DECISIONS_MAX)
		return -ENOMEM;
	layer->decisions = kvcalloc(count, sizeof(*layer->decisions), GFP_KERNEL_ACCOUNT);
	if (!layer->decisions)
		return -ENOMEM;
	layer->decisions[0] = seccomp_decision_allow;
	return 0;
}

/* Without a parent there is a decision for each answer, and the program's table is it. */
static int seccomp_table_begin(struct seccomp_layer *layer)
{
	const struct seccomp_analysis *analysis = &layer->prog->analysis;
	int err;

	err = seccomp_table_reserve(layer, analysis->count);
	if (err)
		return err;
	for (unsigned int i = 1; i < analysis->count; i++) {
		layer->decisions[i] = seccomp_decision_allow;
		seccomp_decide(&layer->decisions[i], layer, &analysis->answers[i]);
	}
	layer->table = analysis->slots;
	return 0;
}

/**
 * struct seccomp_pairs - the pairs of an answer and a decision of the parent that occur
 * @table:	for each slot the number of its pair; where both always allow it is 0
 * @first:	for each number, the first slot that has it
 * @count:	how many numbers there are, 0 included
 */
struct seccomp_pairs {
	u16		*table;
	u16		*first;
	unsigned int	count;
};

/* Slots come in long stretches that are alike, of which this looks at so many at once. */
#define SECCOMP_STRIDE	(sizeof(u64) / sizeof(u16))

static bool seccomp_stride_repeats(const u16 *slots)
{
	return !memcmp(slots, slots - SECCOMP_STRIDE, sizeof(u64));
}

#define SECCOMP_PAIR_UNSET	U16_MAX
static_assert(SECCOMP_SLOTS < SECCOMP_PAIR_UNSET);

/*
 * Number the pairs in the order in which they occur. @numbers has one for each answer
 * and decision, of which the parent has @width.
 *
 * This is most of the work of an installation on top of others, so it keeps in
 * registers what it can.
 */
static void seccomp_pair(struct seccomp_pairs *pairs, const u16 *answers,
			 const u16 *decisions, u16 *numbers, unsigned int width)
{
	u16 *table = pairs->table;
	unsigned int count = 1;

	numbers[SECCOMP_ANSWER_ALLOW] = 0;
	for (unsigned int slot = 0, end; slot < SECCOMP_SLOTS; slot = end) {
		end = slot + SECCOMP_STRIDE;
		if (slot && end <= SECCOMP_SLOTS &&
		    seccomp_stride_repeats(answers + slot) &&
		    seccomp_stride_repeats(decisions + slot)) {
			memcpy(table + slot, table + slot - SECCOMP_STRIDE, sizeof(u64));
			continue;
		}
		for (unsigned int i = slot; i < min(end, SECCOMP_SLOTS); i++) {
			u16 *number = &numbers[answers[i] * width + decisions[i]];

			if (*number == SECCOMP_PAIR_UNSET) {
				pairs->first[count] = i;
				*number = count++;
			}
			table[i] = *number;
		}
	}
	pairs->count = count;
}

static int seccomp_table_decide(struct seccomp_layer *layer,
				const struct seccomp_pairs *pairs)
{
	const struct seccomp_layer *parent = layer->parent;
	int err;

	err = seccomp_table_reserve(layer, pairs->count);
	if (err)
		return err;
	for (unsigned int i = 1; i < pairs->count; i++) {
		unsigned int slot = pairs->first[i];

		layer->decisions[i] = parent->decisions[parent->table[slot]];
		seccomp_decide(&layer->decisions[i], layer,
			       seccomp_prog_answer(layer->prog, slot));
		/* Layers that are asked in vain may be thousands. */
		cond_resched();
	}
	return 0;
}

static int seccomp_table_merge(struct seccomp_layer *layer)
{
	u16 *numbers __free(kvfree) = NULL;
	u16 *table __free(kvfree) = NULL;
	const struct seccomp_analysis *analysis = &layer->prog->analysis;
	const struct seccomp_layer *parent = layer->parent;
	unsigned int width = parent->decided - seccomp_decided(parent->parent);
	unsigned int all = analysis->count * width;
	struct seccomp_pairs pairs;
	int err;

	numbers = kvmalloc_array(all + SECCOMP_SLOTS + 1, sizeof(*numbers),
				 GFP_KERNEL_ACCOUNT);
	table = kvmalloc_array(SECCOMP_SLOTS, sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!numbers || !table)
		return -ENOMEM;
	memset(numbers, 0xff, all * sizeof(*numbers));	/* SECCOMP_PAIR_UNSET */
	pairs.table = table;
	pairs.first = numbers + all;
	seccomp_pair(&pairs, analysis->slots, parent->table, numbers, width);
	err = seccomp_table_decide(layer, &pairs);
	if (!err)
		layer->table = no_free_ptr(table);
	return err;
}

/**
 * seccomp_table_create - work out what a new layer's chain decides
 * @layer:	the layer; its parent and its program are there
 *
 * Context: Process context. May sleep.
 * Return: 0; -ENOMEM when there is no memory, or the tables of the path would hold
 *	   more than SECCOMP_DECISIONS_MAX.
 */
int seccomp_table_create(struct seccomp_layer *layer)
{
	return layer->parent ? seccomp_table_merge(layer) : seccomp_table_begin(layer);
}

/**
 * seccomp_table_free - give back the memory of a layer's table
 * @layer:	the layer, which no task has any more
 *
 * Context: Process context.
 */
void seccomp_table_free(const struct seccomp_layer *layer)
{
	if (layer->parent)
		kvfree(layer->table);
	kvfree(layer->decisions);
}

#ifdef CONFIG_SECCOMP_KUNIT_TEST
#include "tests/table_kunit.c"
#endif
