// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs a call to be judged: by filters that always allow it, that refuse it, and that
 * look at its arguments; by each of the entry ways of x86-64. On other architectures only what
 * can be said without their numbers: a call without filters, and behind one that allows all.
 *
 * Which calls these are was found by following the programs for every number, and stopping at
 * the first load of an argument. The container profile looks at those of socket() and of
 * personality(), after 620 and 627 of its 1,015 instructions as it stands, and 16 and 26 as a
 * tree. Of the systemd chain no two filters look at the same call's. The one of its 29.bpf looks
 * at those of personality(), and allows personality(0), as the container profile does; so a
 * call that two look at is this one under both. 30.bpf refuses ptrace() with EPERM. 28.bpf kills
 * for 32-bit and x32 calls, so these are made under the container profile alone.
 */
#include "bench.h"
#include "filters.h"

#include <stdbool.h>

#define CALLS		1000
#define ROUNDS		10
#define FILTERS_MAX	64

struct call {
	long nr, arg;
	bool compat;		/* by int $0x80, with a number of i386 */
	int error;		/* the errno that it has to fail with, or 0 */
};

#define X32(nr)		(0x40000000 | (nr))
#define GETPPID_I386	64

static const struct call getppid_64 = { .nr = __NR_getppid };
#ifdef __x86_64__
static const struct call getppid_32 = { .nr = GETPPID_I386, .compat = true };
static const struct call getppid_x32 = { .nr = X32(__NR_getppid) };
static const struct call checked = { .nr = __NR_personality, .arg = 0 };
static const struct call refused = { .nr = __NR_ptrace, .arg = -1, .error = EPERM };
#endif

static long call_compat(long nr, long arg)
{
	long ret = -1;

#ifdef __x86_64__
	asm volatile("int $0x80" : "=a" (ret) : "a" (nr), "b" (arg) : "memory");
#endif
	return ret;
}

/* Two loops, so that none has to find out which it is. */
static uint64_t call_often(void *arg)
{
	struct call call = *(const struct call *)arg;
	uint64_t begin = now();

	if (call.compat)
		for (int i = 0; i < CALLS; i++)
			call_compat(call.nr, call.arg);
	else
		for (int i = 0; i < CALLS; i++)
			syscall(call.nr, call.arg);
	return now() - begin;
}

static void call_once(const struct call *call)
{
	long ret = call->compat ? call_compat(call->nr, call->arg) : syscall(call->nr, call->arg);

	REQUIRE(call->error ? ret == -1 && errno == call->error : ret >= 0);
}

struct row {
	const char *name;
	const struct call *call;
	const char *filters[2];		/* paths, the oldest first */
	bool total;			/* not what it costs more than without filters */
};

static uint64_t measure(const void *arg)
{
	struct sock_fprog programs[FILTERS_MAX];
	const struct row *row = arg;
	uint64_t took;
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(row->filters) && row->filters[i]; i++)
		count += programs_load(row->filters[i], programs + count, FILTERS_MAX - count);
	for (int i = 0; i < count; i++)
		program_install(&programs[i]);
	REQUIRE(prctl(PR_GET_SECCOMP) == (count ? SECCOMP_MODE_FILTER : SECCOMP_MODE_DISABLED));
	call_once(row->call);
	took = least(call_often, (void *)row->call, ROUNDS);
	return (took + CALLS / 2) / CALLS;
}

static const struct row rows[] = {
	{ "a call, no filter", &getppid_64, .total = true },
	{ "allowed: one instruction", &getppid_64, .filters = { ONE_INSTRUCTION } },
#ifdef __x86_64__
	{ "a call by int 0x80, no filter", &getppid_32, .total = true },
	{ "a call refused with an errno: systemd chain", &refused,
	  .filters = { SYSTEMD_CHAIN }, .total = true },
	{ "allowed: container profile", &getppid_64, .filters = { CONTAINER_LINEAR } },
	{ "allowed: container profile, tree", &getppid_64, .filters = { CONTAINER_TREE } },
	{ "allowed: systemd chain", &getppid_64, .filters = { SYSTEMD_CHAIN } },
	{ "allowed: container profile, int 0x80", &getppid_32, .filters = { CONTAINER_LINEAR } },
	{ "allowed: container profile, x32", &getppid_x32, .filters = { CONTAINER_LINEAR } },
	{ "argument-checked: container profile", &checked, .filters = { CONTAINER_LINEAR } },
	{ "argument-checked: container profile, tree", &checked, .filters = { CONTAINER_TREE } },
	{ "argument-checked: systemd chain", &checked, .filters = { SYSTEMD_CHAIN } },
	{ "argument-checked: both of these", &checked,
	  .filters = { SYSTEMD_CHAIN, CONTAINER_LINEAR } },
#endif
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct row plain = { .call = rows[i].call };
		char name[80];

		if (rows[i].total) {
			report(rows[i].name, in_child(measure, &rows[i]));
			continue;
		}
		snprintf(name, sizeof(name), "overhead, %s", rows[i].name);
		report(name, in_child(measure, &rows[i]) - in_child(measure, &plain));
	}
	return 0;
}
