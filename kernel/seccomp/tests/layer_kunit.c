// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of chains in layer.c, which includes this file. */
#include <kunit/test.h>

#define LAYERS	6553	/* as many as a path can have */

/*
 * Programs that always allow, and that nothing runs; the test's reference keeps them
 * from being freed.
 */
static void programs_init(struct seccomp_prog **progs, struct kunit *test, size_t count)
{
	static struct seccomp_answer allow = { .verdict = SECCOMP_RET_ALLOW };
	static u16 slots[SECCOMP_SLOTS];

	for (size_t i = 0; i < count; i++) {
		progs[i] = kunit_kzalloc(test, struct_size(progs[i], insns, 1), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, progs[i]);
		progs[i]->len = 1;
		progs[i]->analysis.slots = slots;
		progs[i]->analysis.answers = &allow;
		progs[i]->analysis.count = 1;
		refcount_set(&progs[i]->refs, 1);
	}
}

static void layer_at_finds_every_depth(struct kunit *test)
{
	struct seccomp_layer *layers, *layer = NULL;

	layers = kunit_kcalloc(test, LAYERS, sizeof(*layers), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, layers);
	for (size_t i = 0; i < LAYERS; i++) {
		layers[i].depth = i + 1;
		layers[i].parent = layer;
		layers[i].jump = layer ? seccomp_layer_jump(layer) : &layers[i];
		layer = &layers[i];
	}

	for (size_t top = 0; top < LAYERS; top += 397)
		for (size_t i = 0; i <= top; i++)
			KUNIT_ASSERT_PTR_EQ(test, &layers[i],
					    seccomp_layer_at(&layers[top], i + 1));
	KUNIT_EXPECT_NULL(test, seccomp_layer_at(layer, 0));
	KUNIT_EXPECT_NULL(test, seccomp_layer_at(layer, LAYERS + 1));
	KUNIT_EXPECT_NULL(test, seccomp_layer_at(layer, ULONG_MAX));
	KUNIT_EXPECT_NULL(test, seccomp_layer_at(NULL, 1));
}

static void layers_that_are_equal_are_one(struct kunit *test)
{
	struct seccomp_layer *root, *again, *other, *flagged, *child, *cousin;
	struct seccomp_prog *progs[2];

	programs_init(progs, test, 2);

	root = seccomp_layer_create(NULL, progs[0], NULL, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, root);
	again = seccomp_layer_create(NULL, progs[0], NULL, 0);
	other = seccomp_layer_create(NULL, progs[1], NULL, 0);
	flagged = seccomp_layer_create(NULL, progs[0], NULL,
				       SECCOMP_FILTER_FLAG_LOG);
	child = seccomp_layer_create(root, progs[0], NULL, 0);
	cousin = seccomp_layer_create(other, progs[0], NULL, 0);

	KUNIT_EXPECT_PTR_EQ(test, root, again);
	KUNIT_EXPECT_PTR_NE(test, root, other);
	KUNIT_EXPECT_PTR_NE(test, root, flagged);
	KUNIT_EXPECT_PTR_NE(test, root, child);
	KUNIT_EXPECT_PTR_NE(test, child, cousin);
	KUNIT_EXPECT_EQ(test, child->depth, 2);
	KUNIT_EXPECT_EQ(test, child->cost, 2 * (1 + SECCOMP_LAYER_COST));
	/* The two that were asked for, and the child. */
	KUNIT_EXPECT_EQ(test, refcount_read(&root->refs), 3);

	seccomp_layer_put(cousin);
	seccomp_layer_put(child);
	seccomp_layer_put(flagged);
	seccomp_layer_put(other);
	seccomp_layer_put(again);
	KUNIT_EXPECT_EQ(test, refcount_read(&root->refs), 1);
	seccomp_layer_put(root);
	for (size_t i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, refcount_read(&progs[i]->refs), 1);
}

static struct kunit_case seccomp_layer_cases[] = {
	KUNIT_CASE(layer_at_finds_every_depth),
	KUNIT_CASE(layers_that_are_equal_are_one),
	{}
};

static struct kunit_suite seccomp_layer_suite = {
	.name = "seccomp_layer",
	.test_cases = seccomp_layer_cases,
};

kunit_test_suite(seccomp_layer_suite);
