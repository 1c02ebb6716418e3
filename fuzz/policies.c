// SPDX-License-Identifier: GPL-2.0
/*
 * The programs that libseccomp makes of random policies: like those that containers and
 * services have, and with everything that they could have.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policies.h"

#define SYSCALLS	463
#define RULES_MAX	500
#define ACTIONS_MAX	4
#define CONDITIONS_MAX	6

static const u32 actions[] = {
	SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD,
	SCMP_ACT_TRAP, SCMP_ACT_NOTIFY, SCMP_ACT_ERRNO(1), SCMP_ACT_ERRNO(38),
	SCMP_ACT_TRACE(7),
};

/* libseccomp has all of x86 in its programs, or some. Ends of lists are zero. */
static const u32 arches[][3] = {
	{ SCMP_ARCH_X86_64 },
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86 },
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X32 },
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 },
	{ SCMP_ARCH_X86 },
	{ SCMP_ARCH_X32 },
};

#define CHOOSE(table, random) ((table)[random_below(random, ARRAY_SIZE(table))])

static void must(int err, const char *what)
{
	if (err)
		fail("libseccomp: %s: error %d", what, -err);
}

static void set_arches(scmp_filter_ctx filter, const u32 *wanted)
{
	must(seccomp_arch_remove(filter, SCMP_ARCH_NATIVE), "no architecture");
	for (unsigned int i = 0; i < ARRAY_SIZE(arches[0]) && wanted[i]; i++)
		must(seccomp_arch_add(filter, wanted[i]), "an architecture");
}

/* Small ones, powers of two, and those that need both halves. */
static u64 argument(u64 *random)
{
	switch (random_below(random, 4)) {
	case 0:
		return random_next(random);
	case 1:
		return 1ULL << random_below(random, 64);
	default:
		return random_below(random, 16);
	}
}

/*
 * A call has one rule with several conditions, each of another argument, as libseccomp
 * wants it; or several rules, for different values of one argument. Of other
 * combinations libseccomp 2.5.4 may never come to an end.
 */
static unsigned int conditions(struct scmp_arg_cmp *list, int call, u64 *random)
{
	bool several = call % 2;
	unsigned int count = 0;

	for (unsigned int arg = 0; arg < CONDITIONS_MAX; arg++) {
		if (several ? arg != call % CONDITIONS_MAX : random_below(random, 3))
			continue;
		list[count].arg = arg;
		list[count].op = several ? SCMP_CMP_EQ :
				 SCMP_CMP_NE + random_below(random, SCMP_CMP_MASKED_EQ);
		list[count].datum_a = argument(random);
		list[count++].datum_b = argument(random);
	}
	return count;
}

/* One that this version of libseccomp has a name for. */
static int system_call(u64 *random)
{
	for (;;) {
		int call = random_below(random, SYSCALLS);
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);

		free(name);
		if (name)
			return call;
	}
}

static void add_rules(scmp_filter_ctx filter, u32 otherwise, u64 *random)
{
	unsigned int rules = 1 + random_below(random, random_below(random, RULES_MAX) + 1);
	u32 others[ACTIONS_MAX], plain = random_below(random, 8);
	bool seen[SYSCALLS] = { false };

	for (unsigned int i = 0; i < ACTIONS_MAX; i++)
		others[i] = CHOOSE(actions, random);
	while (rules--) {
		struct scmp_arg_cmp list[CONDITIONS_MAX];
		int call = system_call(random);
		unsigned int count = random_below(random, 8) < plain ?
				     0 : conditions(list, call, random);
		u32 what = CHOOSE(others, random);
		int err;

		if (what == otherwise || (seen[call] && call % 2 == 0))
			continue;
		seen[call] = true;
		err = seccomp_rule_add_array(filter, what, call, count, list);
		/* It has such a rule already, or one that covers it. */
		if (err != -EEXIST)
			must(err, "a rule");
		if (!random_below(random, 8))
			must(seccomp_syscall_priority(filter, call,
						      random_below(random, 256)),
			     "a priority");
	}
}

static bool export(scmp_filter_ctx filter, struct program *program)
{
	int file = memfd_create("policy", 0);
	ssize_t size;

	if (file < 0)
		fail("memfd_create() failed: error %d", errno);
	must(seccomp_export_bpf(filter, file), "the program");
	size = lseek(file, 0, SEEK_END);
	program->len = size / sizeof(*program->insns);
	if (size <= (ssize_t)sizeof(program->insns) &&
	    pread(file, program->insns, size, 0) != size)
		fail("the program cannot be read back");
	close(file);
	return size <= (ssize_t)sizeof(program->insns);
}

/* False if the kernel would not take it because it is too long. */
bool policy_invent(struct program *program, u64 *random)
{
	u32 otherwise = CHOOSE(actions, random);
	scmp_filter_ctx filter = seccomp_init(otherwise);
	bool fits;

	if (!filter)
		fail("libseccomp cannot make a filter");
	set_arches(filter, CHOOSE(arches, random));
	must(seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, CHOOSE(actions, random)),
	     "the action for other architectures");
	must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 1 + random_below(random, 2)),
	     "the optimisation");
	add_rules(filter, otherwise, random);
	fits = export(filter, program);
	seccomp_release(filter);
	return fits;
}
