// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the action table and of sysctl.c, which includes this file. */
#include <kunit/test.h>

static int mask_of(const char *text, u32 *mask)
{
	char names[SECCOMP_ACTION_NAMES_MAX];

	strscpy(names, text, sizeof(names));
	return seccomp_action_mask(names, mask);
}

static void actions_are_in_order_and_found(struct kunit *test)
{
	for (unsigned int i = 0; i < seccomp_actions_count; i++) {
		const struct seccomp_action *action = &seccomp_actions[i];

		KUNIT_EXPECT_PTR_EQ(test, seccomp_action_find(action->value), action);
		KUNIT_EXPECT_PTR_EQ(test, seccomp_action_find(action->value | 0xffff), action);
		KUNIT_EXPECT_NOT_NULL(test, action->act);
		if (i)
			KUNIT_EXPECT_TRUE(test, seccomp_verdict_stricter(action[-1].value,
									 action->value));
	}
	KUNIT_EXPECT_NULL(test, seccomp_action_find(0x12340000));
	KUNIT_EXPECT_NULL(test, seccomp_action_find(0x80010000));
}

static void names_survive_a_round_trip(struct kunit *test)
{
	char names[SECCOMP_ACTION_NAMES_MAX];
	u32 mask;

	for (u32 wanted = 0; wanted < BIT(seccomp_actions_count); wanted++) {
		if (wanted & ~seccomp_action_loggable())
			continue;
		seccomp_action_names(wanted, ' ', names);
		KUNIT_EXPECT_EQ(test, mask_of(names, &mask), 0);
		KUNIT_EXPECT_EQ(test, mask, wanted);
	}
	seccomp_action_names(~0U, ',', names);
	KUNIT_EXPECT_STREQ(test, names,
			   "kill_process,kill_thread,trap,errno,user_notif,trace,log,allow");
}

static void names_are_read_strictly(struct kunit *test)
{
	u32 mask, again;

	KUNIT_EXPECT_EQ(test, mask_of("", &mask), 0);
	KUNIT_EXPECT_EQ(test, mask, 0);
	KUNIT_EXPECT_EQ(test, mask_of(" log\t errno  log\n", &mask), 0);
	KUNIT_EXPECT_EQ(test, mask_of("errno log", &again), 0);
	KUNIT_EXPECT_EQ(test, mask, again);
	KUNIT_EXPECT_EQ(test, mask_of("allow", &mask), -EINVAL);
	KUNIT_EXPECT_EQ(test, mask_of("log allow", &mask), -EINVAL);
	KUNIT_EXPECT_EQ(test, mask_of("lo", &mask), -EINVAL);
	KUNIT_EXPECT_EQ(test, mask_of("logs", &mask), -EINVAL);
	KUNIT_EXPECT_EQ(test, mask_of("log,errno", &mask), -EINVAL);
}

static struct kunit_case seccomp_action_cases[] = {
	KUNIT_CASE(actions_are_in_order_and_found),
	KUNIT_CASE(names_survive_a_round_trip),
	KUNIT_CASE(names_are_read_strictly),
	{}
};

static struct kunit_suite seccomp_action_suite = {
	.name = "seccomp_action",
	.test_cases = seccomp_action_cases,
};

kunit_test_suite(seccomp_action_suite);
