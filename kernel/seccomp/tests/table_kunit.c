// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of table.c, which includes this file: chains of programs that nothing
 * runs, with answers made up for each slot.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#define CHAINS	20
#define LAYERS	12

/* To allow without asking is the answer that every program has first. */
static const u32 possible_verdicts[] = {
	SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 2,
	SECCOMP_RET_USER_NOTIF, SECCOMP_RET_LOG,
};

/* Sometimes the same for many slots, sometimes another for each. */
static void answers_make(struct seccomp_prog *prog, struct rnd_state *rnd,
			 struct seccomp_answer *answers, u16 *slots)
{
	struct seccomp_analysis *analysis = &prog->analysis;
	u32 most = 1 + prandom_u32_state(rnd) % 100;
	unsigned int count = 1 + prandom_u32_state(rnd) % (2 * ARRAY_SIZE(possible_verdicts));

	answers[SECCOMP_ANSWER_ALLOW] = (struct seccomp_answer){
		.verdict = SECCOMP_RET_ALLOW,
	};
	for (unsigned int i = 1; i < count; i++) {
		u32 at = prandom_u32_state(rnd) % ARRAY_SIZE(possible_verdicts);

		answers[i] = (struct seccomp_answer){
			.verdict = possible_verdicts[at],
			.part = prandom_u32_state(rnd) % 3 ? 0 : i,
		};
	}
	for (unsigned int slot = 0, end; slot < SECCOMP_SLOTS; slot = end) {
		u16 answer = prandom_u32_state(rnd) % count;

		end = slot + 1 + prandom_u32_state(rnd) % most;
		for (unsigned int i = slot; i < min(end, SECCOMP_SLOTS); i++)
			slots[i] = answer;
	}
	analysis->slots = slots;
	analysis->answers = answers;
	analysis->count = count;
}

static bool decision_asks(const struct seccomp_decision *decision,
			  const struct seccomp_layer *layer, u32 part)
{
	const struct seccomp_ask *ask;

	for (ask = decision->asks; ask; ask = ask->older)
		if (ask->layer == layer)
			return ask->part == part;
	return false;
}

/* The strictest constant answer, and all who can outweigh it, one layer at a time. */
static void expect_decision(struct kunit *test, const struct seccomp_layer *chain,
			    unsigned int slot)
{
	const struct seccomp_decision *decision = &chain->decisions[chain->table[slot]];
	const struct seccomp_layer *layer, *by = NULL;
	u32 verdict = SECCOMP_RET_ALLOW;
	bool asks = false;

	for (layer = chain; layer; layer = layer->parent) {
		const struct seccomp_answer *answer = seccomp_prog_answer(layer->prog, slot);

		if (!answer->part && seccomp_verdict_stricter(answer->verdict, verdict)) {
			verdict = answer->verdict;
			by = layer;
		}
	}
	KUNIT_ASSERT_EQ(test, decision->verdict, verdict);
	KUNIT_ASSERT_PTR_EQ(test, decision->layer, by);
	for (layer = chain; layer; layer = layer->parent) {
		const struct seccomp_answer *answer = seccomp_prog_answer(layer->prog, slot);

		if (!answer->part ||
		    !seccomp_verdict_outweighs(answer->verdict, layer, verdict, by))
			continue;
		KUNIT_ASSERT_TRUE(test, decision_asks(decision, layer, answer->part));
		asks = true;
	}
	KUNIT_ASSERT_EQ(test, !!decision->asks, asks);
	/* The newest first, and that one for a reason. */
	if (asks)
		KUNIT_ASSERT_TRUE(test, seccomp_decision_yields(decision, decision->asks));
	for (const struct seccomp_ask *ask = decision->asks; ask && ask->older;
	     ask = ask->older)
		KUNIT_ASSERT_GT(test, ask->layer->depth, ask->older->layer->depth);
	/* Index 0 is what the entry code looks at. */
	KUNIT_ASSERT_EQ(test, !chain->table[slot],
			verdict == SECCOMP_RET_ALLOW && !asks);
}

static void chain_is_decided_as_its_layers_say(struct kunit *test)
{
	struct seccomp_layer *layers = kunit_kcalloc(test, LAYERS, sizeof(*layers), GFP_KERNEL);
	struct seccomp_answer (*answers)[2 * ARRAY_SIZE(possible_verdicts)];
	struct seccomp_prog *progs;
	u16 (*slots)[SECCOMP_SLOTS];
	struct rnd_state rnd;

	progs = kunit_kcalloc(test, LAYERS, sizeof(*progs), GFP_KERNEL);
	slots = kunit_kcalloc(test, LAYERS, sizeof(*slots), GFP_KERNEL);
	answers = kunit_kcalloc(test, LAYERS, sizeof(*answers), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, layers && progs && slots && answers);
	prandom_seed_state(&rnd, 4711);

	for (unsigned int chain = 0; chain < CHAINS; chain++) {
		for (unsigned int i = 0; i < LAYERS; i++) {
			answers_make(&progs[i], &rnd, answers[i], slots[i]);
			layers[i] = (struct seccomp_layer){
				.depth	= i + 1,
				.parent	= i ? &layers[i - 1] : NULL,
				.prog	= &progs[i],
			};
			KUNIT_ASSERT_EQ(test, seccomp_table_create(&layers[i]), 0);
			for (unsigned int slot = 0; slot < SECCOMP_SLOTS; slot++)
				expect_decision(test, &layers[i], slot);
		}
		for (unsigned int i = 0; i < LAYERS; i++)
			seccomp_table_free(&layers[i]);
	}
}

static struct kunit_case seccomp_table_cases[] = {
	KUNIT_CASE(chain_is_decided_as_its_layers_say),
	{}
};

static struct kunit_suite seccomp_table_suite = {
	.name = "seccomp_table",
	.test_cases = seccomp_table_cases,
};

kunit_test_suite(seccomp_table_suite);
