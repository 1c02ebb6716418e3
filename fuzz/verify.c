// SPDX-License-Identifier: GPL-2.0
/*
 * What the analysis of a program says, held against what the program does.
 */
#include <linux/audit.h>
#include <linux/errno.h>
#include <string.h>

#include "fuzz.h"

/* How often a slot is tried that always has the same answer, and one that has not. */
#define TRIES_CONSTANT	2
#define TRIES_PART	12
/* Data that went a new way are changed a little to go another. */
#define FAVOURITES_MAX	64
/* One program in so many is analysed while memory runs out. */
#define EXHAUSTED	32
/* The instructions that an analysis may follow, and below which it may not give up. */
#define STEPS_MAX	(512 * 1024)
#define STEPS_EASY	(16 * 1024)

struct count count;

/*
 * Maps
 */

#define MAP(table, last_slot) {						\
	.numbers = (table), .ranges = ARRAY_SIZE(table), .slots = (last_slot) + 1, \
}

static const struct seccomp_numbers numbers_small[] = {
	{ "native", AUDIT_ARCH_X86_64, 0, 24, 0x3fffffff, 0 },
	{ "x32", AUDIT_ARCH_X86_64, 0x40000000, 8, 0xffffffff, 25 },
	{ "compat", AUDIT_ARCH_I386, 0, 16, 0xffffffff, 34 },
};

const struct seccomp_map map_small = MAP(numbers_small, 50);

/* Numbers that do not begin at 0, a range without calls, one with a single number. */
static const struct seccomp_numbers numbers_odd[] = {
	{ "low", AUDIT_ARCH_X86_64, 0, 0, 9, 0 },
	{ "middle", AUDIT_ARCH_X86_64, 10, 5, 0xfffffffe, 1 },
	{ "high", AUDIT_ARCH_X86_64, 0xffffffff, 0, 0xffffffff, 7 },
};

const struct seccomp_map map_odd = MAP(numbers_odd, 7);

static const struct seccomp_numbers numbers_x86[] = {
	{ "x86_64", AUDIT_ARCH_X86_64, 0, 463, 0x3fffffff, 0 },
	{ "x32", AUDIT_ARCH_X86_64, 0x40000000, 548, 0xffffffff, 464 },
	{ "i386", AUDIT_ARCH_I386, 0, 463, 0xffffffff, 1013 },
};

const struct seccomp_map map_x86 = MAP(numbers_x86, 1476);

static const struct seccomp_numbers *find_range(const struct seccomp_map *map, u32 arch,
						u32 nr)
{
	for (unsigned int i = 0; i < map->ranges; i++) {
		const struct seccomp_numbers *range = &map->numbers[i];

		if (range->arch == arch && nr >= range->first && nr <= range->last)
			return range;
	}
	return NULL;
}

static unsigned int find_slot(const struct seccomp_map *map, u32 arch, u32 nr)
{
	const struct seccomp_numbers *range = find_range(map, arch, nr);

	return range->slot + min(nr - range->first, range->count);
}

/*
 * The analysis itself
 */

static void check(bool good, const char *what)
{
	if (!good)
		fail("the analysis: %s", what);
}

static void check_answers(const struct seccomp_analysis *analysis,
			  const struct seccomp_map *map)
{
	bool used[SECCOMP_PARTS_MAX + 1] = { false };

	check(analysis->count && analysis->count <= map->slots + 1, "number of answers");
	check(analysis->answers[SECCOMP_ANSWER_ALLOW].verdict == SECCOMP_RET_ALLOW &&
	      !analysis->answers[SECCOMP_ANSWER_ALLOW].part, "the answer that is ALLOW");
	for (unsigned int i = 0; i < analysis->count; i++) {
		check(analysis->answers[i].part <= analysis->parts, "no such part");
		used[analysis->answers[i].part] = true;
	}
	for (unsigned int part = 1; part <= analysis->parts; part++)
		check(used[part], "a part that no answer has");
}

static void check_slots(const struct seccomp_analysis *analysis,
			const struct seccomp_map *map)
{
	static bool used[U16_MAX];

	memset(used, 0, analysis->count * sizeof(*used));
	for (unsigned int slot = 0; slot < map->slots; slot++) {
		check(analysis->slots[slot] < analysis->count, "a slot without an answer");
		used[analysis->slots[slot]] = true;
	}
	for (unsigned int i = SECCOMP_ANSWER_ALLOW + 1; i < analysis->count; i++)
		check(used[i], "an answer that no slot has");
}

static void check_analysis(const struct seccomp_analysis *analysis,
			   const struct seccomp_map *map)
{
	check(analysis->parts <= SECCOMP_PARTS_MAX, "number of parts");
	check(!analysis->length == !analysis->parts, "code without parts, or the reverse");
	check(!analysis->length == !analysis->code, "code without length, or the reverse");
	check(analysis->steps && analysis->steps <= STEPS_MAX, "too much work");
	check_answers(analysis, map);
	check_slots(analysis, map);
	code_check(analysis);
}

/* Whatever cannot be allocated, nothing is left of the analysis. */
static void check_exhaustion(const struct program *program, const struct seccomp_map *map)
{
	static const struct seccomp_analysis nothing;
	struct seccomp_analysis analysis;
	int err = -ENOMEM;

	for (unsigned int left = 0; err; left++) {
		memset(&analysis, 0xa5, sizeof(analysis));
		memory_left = left;
		err = seccomp_analyse(program->insns, program->len, map, &analysis);
		memory_left = MEMORY_UNLIMITED;
		if (!err)
			break;
		check(err == -ENOMEM, "an error that is not ENOMEM");
		check(!memory_held, "memory is lost when there is no more");
		check(analysis.slots == nothing.slots && analysis.answers == nothing.answers &&
		      analysis.code == nothing.code, "something is left after ENOMEM");
	}
	seccomp_analysis_free(&analysis);
}

/*
 * Comparing
 */

struct comparison {
	const struct program		*program;
	const struct seccomp_map	*map;
	struct seccomp_analysis		analysis;
	u64				random;
	struct hints			hints;
	struct reference_notes		notes;
	struct seccomp_data		favourites[FAVOURITES_MAX];
	unsigned int			favourite_count;
};

static s32 action(u32 verdict)
{
	return verdict & SECCOMP_RET_ACTION_FULL;
}

/* What a constant answer has instead of a verdict: the data of ALLOW has no meaning. */
static u32 constant(u32 verdict)
{
	return action(verdict) == SECCOMP_RET_ALLOW ? SECCOMP_RET_ALLOW : verdict;
}

static void compare(struct comparison *all, const struct seccomp_data *data)
{
	const struct seccomp_analysis *analysis = &all->analysis;
	unsigned int slot = find_slot(all->map, data->arch, data->nr);
	const struct seccomp_answer *answer = &analysis->answers[analysis->slots[slot]];
	unsigned int sides = all->notes.sides;
	u32 expected, got = answer->verdict;

	present.data = data;
	expected = reference_run(all->program->insns, data, &all->notes);
	if (answer->part)
		got = code_run(analysis, data, answer->part);
	else
		expected = constant(expected);
	if (got != expected)
		fail("slot %u, answer %u: %#x, but the reference says %#x", slot,
		     analysis->slots[slot], got, expected);
	if (action(got) < action(answer->verdict))
		fail("slot %u, answer %u: %#x is stricter than it says, %#x", slot,
		     analysis->slots[slot], got, answer->verdict);
	count.comparisons++;
	if (all->notes.sides == sides)
		return;
	all->favourites[all->favourite_count % FAVOURITES_MAX] = *data;
	all->favourite_count++;
}

static void choose_arguments(struct comparison *all, struct seccomp_data *data)
{
	unsigned int favourites = min_t(unsigned int, all->favourite_count, FAVOURITES_MAX);
	unsigned int changed = DATA_WORDS;

	if (favourites && random_below(&all->random, 2)) {
		*data = all->favourites[random_below(&all->random, favourites)];
		changed = 1 + random_below(&all->random, 2);
	}
	for (unsigned int i = 0; i < changed; i++) {
		unsigned int word = i;

		if (changed < DATA_WORDS)
			word = random_below(&all->random, DATA_WORDS);
		data_set_word(data, word, hints_word(&all->hints, word, &all->random));
	}
}

/* A number out of those that share the slot behind the range's own. */
static u32 choose_beyond(struct comparison *all, const struct seccomp_numbers *range)
{
	u32 first = range->first + range->count;
	u32 nr = hints_word(&all->hints, WORD_NR, &all->random);

	if (nr >= first && nr <= range->last)
		return nr;
	switch (random_below(&all->random, 3)) {
	case 0:
		return first;
	case 1:
		return range->last;
	default:
		return first + random_below(&all->random, range->last - first);
	}
}

/*
 * Does the program read arguments of this number? If it does not, there is one answer
 * to it, and the analysis has to know it. So much is demanded of it where numbers
 * have slots of their own, and while it has not too much to do.
 */
static void check_effort(const struct comparison *all, unsigned int slot, u32 words)
{
	const struct seccomp_analysis *analysis = &all->analysis;

	if (analysis->answers[analysis->slots[slot]].part &&
	    !(words & ~(BIT(WORD_NR) | BIT(WORD_ARCH))) && analysis->steps < STEPS_EASY)
		fail("slot %u is left to a part, but no argument matters", slot);
}

static void compare_slot(struct comparison *all, const struct seccomp_numbers *range,
			 unsigned int slot)
{
	const struct seccomp_analysis *analysis = &all->analysis;
	bool part = analysis->answers[analysis->slots[slot]].part;
	bool shared = slot == range->slot + range->count;
	unsigned int tries = (part ? TRIES_PART : TRIES_CONSTANT) << shared;

	count.constants += !part;
	count.parts += part;
	all->notes.words = 0;
	while (tries--) {
		struct seccomp_data data = { 0 };

		choose_arguments(all, &data);
		data.arch = range->arch;
		data.nr = shared ? choose_beyond(all, range) :
				   range->first + (slot - range->slot);
		compare(all, &data);
	}
	if (!shared)
		check_effort(all, slot, all->notes.words);
}

/* As long as data are found that make the program go another way. */
static void compare_further(struct comparison *all)
{
	unsigned int left = all->map->slots;

	while (left--) {
		unsigned int sides = all->notes.sides;
		struct seccomp_data data = { 0 };

		choose_arguments(all, &data);
		/* No task makes calls of any other architecture. */
		if (!find_range(all->map, data.arch, data.nr))
			data.arch = all->map->numbers[random_below(&all->random,
								   all->map->ranges)].arch;
		compare(all, &data);
		if (all->notes.sides != sides)
			left = all->map->slots;
	}
}

static void count_sides(const struct comparison *all)
{
	for (unsigned int pc = 0; pc < all->program->len; pc++) {
		u16 code = all->program->insns[pc].code;

		if (code == (BPF_ALU | BPF_DIV | BPF_X) ||
		    (BPF_CLASS(code) == BPF_JMP && BPF_OP(code) != BPF_JA))
			count.sides += 2;
	}
	count.followed += all->notes.sides;
}

/* So that a program is always tried in the same way. */
static u64 program_seed(const struct program *program)
{
	const u8 *bytes = (const u8 *)program->insns;
	u64 hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < program->len * sizeof(*program->insns); i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	return hash;
}

void verify(const struct program *program, const struct seccomp_map *map)
{
	static struct comparison all;
	struct seccomp_analysis *analysis = &all.analysis;
	unsigned int slot = 0;

	memset(&all, 0, sizeof(all));
	all.program = program;
	all.map = map;
	all.random = program_seed(program);
	present = (struct present){ .program = program };
	if (!random_below(&all.random, EXHAUSTED))
		check_exhaustion(program, map);

	check(!seccomp_analyse(program->insns, program->len, map, analysis),
	      "an error though nothing was wrong");
	present.analysis = analysis;
	check_analysis(analysis, map);
	hints_collect(&all.hints, program);
	for (unsigned int i = 0; i < map->ranges; i++)
		for (unsigned int j = 0; j <= map->numbers[i].count; j++)
			compare_slot(&all, &map->numbers[i], slot++);
	compare_further(&all);
	count_sides(&all);
	count.steps = max_t(u64, count.steps, analysis->steps);
	count.programs++;

	seccomp_analysis_free(analysis);
	check(!analysis->slots && !analysis->answers && !analysis->code,
	      "something is left after it was freed");
	check(!memory_held, "memory is lost");
	present = (struct present){ };
}
