// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of check.c, which includes this file. */
#include <kunit/test.h>

static int check_one(u16 code, u32 k)
{
	struct sock_filter insn = { .code = code, .k = k };

	return seccomp_check(&insn, 1);
}

static void check_loads_words_of_the_data(struct kunit *test)
{
	for (u32 k = 0; k < 2 * sizeof(struct seccomp_data); k++) {
		bool word = k < sizeof(struct seccomp_data) && k % 4 == 0;

		KUNIT_EXPECT_EQ_MSG(test, check_one(BPF_LD | BPF_W | BPF_ABS, k),
				    word ? 0 : -EINVAL, "offset %u", k);
	}
	KUNIT_EXPECT_EQ(test, check_one(BPF_LD | BPF_W | BPF_ABS, U32_MAX - 3), -EINVAL);
}

/* Nothing that reads a packet, no sub-word, no extension, no internal code. */
static void check_refuses_everything_else(struct kunit *test)
{
	static const u16 refused[] = {
		BPF_LD | BPF_H | BPF_ABS, BPF_LD | BPF_B | BPF_ABS,
		BPF_LD | BPF_W | BPF_IND, BPF_LDX | BPF_B | BPF_MSH,
		BPF_LDX | BPF_W | BPF_ABS, BPF_ALU | BPF_MOD | BPF_K,
		BPF_ALU | BPF_MOD | BPF_X, BPF_RET | BPF_X, 0xff, 0x100, 0xffff,
	};
	unsigned int accepted = 0;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		KUNIT_EXPECT_EQ_MSG(test, check_one(refused[i], 0), -EINVAL,
				    "code %#x", refused[i]);
	for (u32 code = 0; code <= U16_MAX; code++)
		accepted += !check_one(code, 0);
	/* 11 loads, stores and moves, 19 ALU, 9 jumps, 2 returns. */
	KUNIT_EXPECT_EQ(test, accepted, 41);
}

static void check_looks_at_every_instruction(struct kunit *test)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 1),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};

	KUNIT_EXPECT_EQ(test, seccomp_check(insns, 4), -EINVAL);
	insns[2].k = 60;
	KUNIT_EXPECT_EQ(test, seccomp_check(insns, 4), 0);
}

static struct kunit_case seccomp_check_cases[] = {
	KUNIT_CASE(check_loads_words_of_the_data),
	KUNIT_CASE(check_refuses_everything_else),
	KUNIT_CASE(check_looks_at_every_instruction),
	{}
};

static struct kunit_suite seccomp_check_suite = {
	.name = "seccomp_check",
	.test_cases = seccomp_check_cases,
};

kunit_test_suite(seccomp_check_suite);
