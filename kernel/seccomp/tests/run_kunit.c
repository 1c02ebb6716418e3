// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the precedence in run.c, which includes this file. */
#include <kunit/test.h>

/* Strictest first; the unknown ones stand where their number puts them. */
static const u32 verdicts_in_order[] = {
	SECCOMP_RET_KILL_PROCESS, 0x80010000, 0xffff0000,
	SECCOMP_RET_KILL_THREAD, 0x00010000, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO,
	0x12340000, SECCOMP_RET_TRACE, SECCOMP_RET_LOG, 0x7ffe0000,
	SECCOMP_RET_ALLOW,
};

static void verdict_order_is_that_of_signed_numbers(struct kunit *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(verdicts_in_order); i++)
		for (size_t j = 0; j < ARRAY_SIZE(verdicts_in_order); j++)
			KUNIT_EXPECT_EQ_MSG(test,
					    seccomp_verdict_stricter(verdicts_in_order[i],
								     verdicts_in_order[j]),
					    i < j, "%#x, %#x", verdicts_in_order[i],
					    verdicts_in_order[j]);
}

static void verdict_order_ignores_the_data(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, seccomp_verdict_stricter(SECCOMP_RET_ERRNO,
							  SECCOMP_RET_ERRNO | 1));
	KUNIT_EXPECT_FALSE(test, seccomp_verdict_stricter(SECCOMP_RET_ERRNO | 1,
							  SECCOMP_RET_ERRNO));
	KUNIT_EXPECT_TRUE(test, seccomp_verdict_stricter(SECCOMP_RET_ERRNO | 0xffff,
							 SECCOMP_RET_ALLOW));
}

static struct kunit_case seccomp_verdict_cases[] = {
	KUNIT_CASE(verdict_order_is_that_of_signed_numbers),
	KUNIT_CASE(verdict_order_ignores_the_data),
	{}
};

static struct kunit_suite seccomp_verdict_suite = {
	.name = "seccomp_verdict",
	.test_cases = seccomp_verdict_cases,
};

kunit_test_suite(seccomp_verdict_suite);
