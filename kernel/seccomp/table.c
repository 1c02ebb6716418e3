// SPDX-License-Identifier: GPL-2.0
/*
 * The table of a layer: what its chain decides of each system call, put together
 * from the table of the parent and what the layer's own program says.
 *
 * System calls of which the program says the same, and the parent decides the
 * same, share a decision. Decisions refer to those of older layers, which stay as
 * long as the layer does.
 */
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/slab.h>

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

static const struct seccomp_decision *
seccomp_decision_of_parent(const struct seccomp_layer *layer, unsigned int slot)
{
	return layer->parent ? &layer->parent->decisions[layer->parent->table[slot]] :
			       &seccomp_decision_allow;
}

static unsigned int seccomp_decided(const struct seccomp_layer *chain)
{
	return chain ? chain->decided : 0;
}

/* Without a parent it is one, seccomp_decision_allow. */
static unsigned int seccomp_decisions_of_parent(const struct seccomp_layer *layer)
{
	const struct seccomp_layer *parent = layer->parent;

	return parent ? parent->decided - seccomp_decided(parent->parent) : 1;
}

/*
 * Number the pairs of an answer and a decision of the parent that there are, and
 * note in the table which one each slot has. Where both always allow is 0.
 */
static int seccomp_table_pair(const struct seccomp_layer *layer, u16 *table)
{
	const struct seccomp_analysis *analysis = &layer->prog->analysis;
	unsigned int width = seccomp_decisions_of_parent(layer);
	u16 *numbers, count = 0;

	numbers = kvcalloc(analysis->count, width * sizeof(*numbers), GFP_KERNEL_ACCOUNT);
	if (!numbers)
		return -ENOMEM;
	for (unsigned int slot = 0; slot < SECCOMP_SLOTS; slot++) {
		unsigned int decision = layer->parent ? layer->parent->table[slot] : 0;
		unsigned int answer = analysis->slots[slot];
		u16 *number = &numbers[answer * width + decision];

		if (!*number && (answer != SECCOMP_ANSWER_ALLOW || decision))
			*number = ++count;
		table[slot] = *number;
	}
	kvfree(numbers);
	return count + 1;
}

static void seccomp_table_decide(struct seccomp_layer *layer, const u16 *table,
				 unsigned int count)
{
	unsigned int decided = 1;

	layer->decisions[0] = seccomp_decision_allow;
	/* They are numbered in the order of the first slot that has them. */
	for (unsigned int slot = 0; decided < count; slot++) {
		struct seccomp_decision *decision = &layer->decisions[table[slot]];

		if (table[slot] != decided)
			continue;
		decided++;
		*decision = *seccomp_decision_of_parent(layer, slot);
		seccomp_decide(decision, layer, seccomp_prog_answer(layer->prog, slot));
	}
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
	u16 *table __free(kvfree) = NULL;
	int count;

	table = kvmalloc_array(SECCOMP_SLOTS, sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	count = seccomp_table_pair(layer, table);
	if (count < 0)
		return count;
	layer->decided = seccomp_decided(layer->parent) + count;
	if (layer->decided > SECCOMP_DECISIONS_MAX)
		return -ENOMEM;
	layer->decisions = kvcalloc(count, sizeof(*layer->decisions), GFP_KERNEL_ACCOUNT);
	if (!layer->decisions)
		return -ENOMEM;
	seccomp_table_decide(layer, table, count);
	layer->table = no_free_ptr(table);
	return 0;
}

/**
 * seccomp_table_free - give back the memory of a layer's table
 * @layer:	the layer, which no task has any more
 *
 * Context: Process context.
 */
void seccomp_table_free(const struct seccomp_layer *layer)
{
	kvfree(layer->table);
	kvfree(layer->decisions);
}
