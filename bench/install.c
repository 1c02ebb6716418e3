// SPDX-License-Identifier: GPL-2.0
/*
 * Installing a filter: the container profile for the first time, the same again in a process
 * that has none while another holds it, by its descriptor, and programs of the greatest length
 * there is which were generated to make work for whoever compiles or analyses them.
 */
#include "bench.h"
#include "filters.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>

#define ROUNDS		5
#define PROGRAMS	8		/* of each kind */

static uint64_t *took;			/* shared with the children */

/* What is installed, and on top of what. */
struct installation {
	unsigned int flags;
	const void *args;
	const char *under;		/* a path of filters, or NULL */
};

static void install_and_die(const struct installation *installation)
{
	static struct sock_fprog programs[64];
	uint64_t begin, end;
	int under = 0;
	long ret;

	REQUIRE(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	if (installation->under)
		under = programs_load(installation->under, programs, ARRAY_SIZE(programs));
	for (int i = 0; i < under; i++)
		program_install(&programs[i]);
	begin = now();
	ret = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, installation->flags,
		      installation->args);
	end = now();
	REQUIRE(!ret);
	*took = end - begin;
	/* The program may refuse any call, to exit for one. */
	__builtin_trap();
}

static uint64_t install_as(void *installation)
{
	pid_t pid = fork();
	int status;

	REQUIRE(pid >= 0);
	if (!pid)
		install_and_die(installation);
	REQUIRE(waitpid(pid, &status, 0) == pid);
	REQUIRE(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL);
	return *took;
}

static uint64_t install(void *program)
{
	return install_as(&(struct installation){ .args = program });
}

/* The container profile */

static uint64_t install_new(void *program)
{
	program_make_new(program);
	return install(program);
}

static void measure_profile(const char *name, const char *path)
{
	struct sock_fprog program = program_load(path);
	char row[80];
	pid_t holder;

	snprintf(row, sizeof(row), "installing %s", name);
	report(row, least(install_new, &program, ROUNDS));
	holder = program_hold(&program);
	snprintf(row, sizeof(row), "installing %s again", name);
	report(row, least(install, &program, ROUNDS));
	program_release(holder);
}

/* By its descriptor. Kernels that have none of these have no such row. */
static void measure_descriptor(const char *name, struct sock_fprog *program, bool everywhere)
{
	int fd = program_open(program);
	struct installation installation = {
		.flags = SECCOMP_FILTER_FLAG_PROG_FD, .args = &fd,
	};
	char row[80];
	pid_t holder;

	if (fd < 0)
		return;
	/* Where others have it installed, and where nobody has. */
	holder = program_hold(program);
	snprintf(row, sizeof(row), "attaching %s", name);
	report(row, least(install_as, &installation, ROUNDS));
	program_release(holder);
	snprintf(row, sizeof(row), "attaching %s as the first", name);
	report(row, least(install_as, &installation, ROUNDS));
	if (everywhere) {
		installation.under = SYSTEMD_CHAIN;
		snprintf(row, sizeof(row), "attaching %s as the 32nd filter", name);
		report(row, least(install_as, &installation, ROUNDS));
	}
	close(fd);
}

static void measure_descriptors(void)
{
	static struct sock_filter insns[BPF_MAXINSNS] = {
		[0 ... BPF_MAXINSNS - 1] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog profile = program_load(CONTAINER_LINEAR);
	struct sock_fprog longest = { .len = BPF_MAXINSNS, .filter = insns };

	measure_descriptor("the container profile", &profile, true);
	measure_descriptor("4096 instructions", &longest, false);
}

/* Generated programs */

static struct sock_filter insns[BPF_MAXINSNS];
static unsigned int length;

static void append(struct sock_filter insn)
{
	REQUIRE(length < BPF_MAXINSNS);
	insns[length++] = insn;
}

static uint32_t below(uint32_t limit)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % limit;
}

static uint32_t any(void)
{
	return below(2) ? below(1024) : below(UINT32_MAX);
}

/* For @count instructions, and the return that ends every program. */
static bool room(unsigned int count)
{
	return length + count < BPF_MAXINSNS;
}

static void put(uint16_t code, uint32_t k)
{
	append((struct sock_filter)BPF_STMT(code, k));
}

static void branch(uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	append((struct sock_filter)BPF_JUMP(BPF_JMP | code, k, if_true, if_false));
}

static void load_number(void)
{
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
}

static void load_argument(void)
{
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 4 * below(12));
}

/* Where it stands is what makes it different from all others of a program. */
static void answer(void)
{
	put(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | length);
}

static uint16_t comparison(void)
{
	static const uint16_t codes[] = { BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET };

	return codes[below(ARRAY_SIZE(codes))] | BPF_K;
}

/* An operation that the classic verifier takes. */
static void compute(void)
{
	static const uint16_t codes[] = {
		BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH,
	};
	uint16_t code = codes[below(ARRAY_SIZE(codes))];
	bool shift = code == BPF_LSH || code == BPF_RSH;

	put(BPF_ALU | code | BPF_K, shift ? below(8) : any() | 1);
}

static void fill_memory(void)
{
	for (int i = 0; i < BPF_MEMWORDS; i++)
		put(BPF_ST, i);
}

static void put_at_random(void)
{
	static const uint16_t with_x[] = {
		BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA, BPF_ALU | BPF_NEG,
		BPF_ALU | BPF_ADD | BPF_X, BPF_ALU | BPF_SUB | BPF_X, BPF_ALU | BPF_MUL | BPF_X,
		BPF_ALU | BPF_AND | BPF_X, BPF_ALU | BPF_OR | BPF_X, BPF_ALU | BPF_XOR | BPF_X,
		BPF_ALU | BPF_LSH | BPF_X, BPF_ALU | BPF_RSH | BPF_X,
	};
	static const uint16_t memory[] = { BPF_ST, BPF_STX, BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM };

	switch (below(8)) {
	case 0:
		put(with_x[below(ARRAY_SIZE(with_x))], 0);
		break;
	case 1:
		put(memory[below(ARRAY_SIZE(memory))], below(BPF_MEMWORDS));
		break;
	case 2:
		load_number();
		break;
	case 3:
		load_argument();
		break;
	case 4:
		compute();
		break;
	default:
		branch(comparison() | (below(4) ? BPF_K : BPF_X), any(), below(5), below(5));
	}
}

static void random_instructions(void)
{
	fill_memory();
	/* The last jumps must not lead past the end. */
	while (room(8))
		put_at_random();
	while (room(1))
		compute();
}

static void ladder_of_equals(void)
{
	load_number();
	for (uint32_t number = 0; room(2); number++) {
		branch(BPF_JEQ | BPF_K, number, 0, 1);
		answer();
	}
}

static void ladder_of_greater(void)
{
	load_number();
	for (uint32_t number = BPF_MAXINSNS; room(2); number--) {
		branch(BPF_JGT | BPF_K, number, 0, 1);
		answer();
	}
}

/* Of the numbers from @low to @high, each with an answer of its own. */
static void subtree(uint32_t low, uint32_t high)
{
	uint32_t middle = (low + high) / 2;
	unsigned int jump;

	if (low == high) {
		answer();
		return;
	}
	branch(BPF_JGT | BPF_K, middle, 0, 1);
	jump = length;
	put(BPF_JMP | BPF_JA, 0);
	subtree(low, middle);
	insns[jump].k = length - jump - 1;
	subtree(middle + 1, high);
}

static void tree_of_greater(void)
{
	load_number();
	subtree(0, (BPF_MAXINSNS - 4) / 3);
}

static void arithmetic_of_the_number(void)
{
	while (room(5)) {
		load_number();
		compute();
		compute();
		branch(BPF_JEQ | BPF_K, any(), 0, 1);
		answer();
	}
}

/* Every number goes its own way, and has its own answer. */
static void diamonds_of_the_number(void)
{
	load_number();
	while (room(3)) {
		branch(comparison(), any(), 0, 1);
		compute();
	}
	put(BPF_ALU | BPF_AND | BPF_K, SECCOMP_RET_DATA);
	put(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
	put(BPF_RET | BPF_A, 0);
}

static void answers_by_argument(void)
{
	load_argument();
	for (uint32_t value = 0; room(2); value++) {
		branch(BPF_JEQ | BPF_K, value, 0, 1);
		answer();
	}
}

static void argument_before_number(void)
{
	const unsigned int jumps = 800;

	load_argument();
	for (unsigned int i = 0; i < jumps; i++) {
		branch(BPF_JEQ | BPF_K, i, 0, 1);
		/* To the i-th rung of the ladder below. */
		put(BPF_JMP | BPF_JA, 2 * (jumps - 1 - i) + 3 * i);
	}
	for (uint32_t number = 0; room(3); number++) {
		load_number();
		branch(BPF_JEQ | BPF_K, number, 0, 1);
		answer();
	}
}

static void arguments_of_each_number(void)
{
	for (uint32_t number = 0; room(5); number++) {
		load_number();
		branch(BPF_JEQ | BPF_K, number, 0, 3);
		load_argument();
		branch(comparison(), any(), 0, 1);
		answer();
	}
}

/* Many paths, which differ in the scratch memory and meet again. */
static void diamonds_of_arguments(void)
{
	fill_memory();
	while (room(5)) {
		uint32_t word = below(BPF_MEMWORDS);

		load_argument();
		branch(comparison(), any(), 0, 3);
		put(BPF_LD | BPF_MEM, word);
		compute();
		put(BPF_ST, word);
	}
	put(BPF_LD | BPF_MEM, below(BPF_MEMWORDS));
	put(BPF_RET | BPF_A, 0);
}

/* For each number the same long way through arguments means something else. */
static void arguments_with_the_number(void)
{
	load_number();
	compute();
	put(BPF_ST, 0);
	while (room(5)) {
		load_argument();
		put(BPF_LDX | BPF_MEM, 0);
		put(BPF_ALU | BPF_ADD | BPF_X, 0);
		branch(BPF_JEQ | BPF_K, any(), 0, 1);
		answer();
	}
}

static void memory_by_the_number(void)
{
	fill_memory();
	while (room(9)) {
		uint32_t word = below(BPF_MEMWORDS);

		load_number();
		branch(comparison(), below(512), 0, 3);
		put(BPF_LD | BPF_MEM, word);
		compute();
		put(BPF_ST, word);
		if (below(4))
			continue;
		load_argument();
		put(BPF_LDX | BPF_MEM, below(BPF_MEMWORDS));
		branch(BPF_JGT | BPF_X, 0, 0, 1);
		answer();
	}
}

/* Ways that an argument decides join a row of comparisons at each of them. */
static void joined_rows(void)
{
	load_argument();
	put(BPF_MISC | BPF_TAX, 0);
	load_number();
	for (uint32_t number = 1000; room(4); number++) {
		branch(BPF_JEQ | BPF_X, 0, 0, 1);
		branch(BPF_JEQ | BPF_K, number, 0, 1);
	}
	answer();
	answer();
}

/* Long ways by which nothing is decided, for each of many numbers. */
static void idle_ways(void)
{
	load_number();
	for (uint32_t number = 256; number; number /= 2)
		branch(BPF_JGT | BPF_K, number, 0, 0);
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args));
	for (uint32_t value = 0; room(9); value++) {
		branch(BPF_JEQ | BPF_K, value, 0, 1);
		put(BPF_JMP | BPF_JA, 1);
	}
	put(BPF_JMP | BPF_JA, 1);
	answer();
	put(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 4);
	branch(BPF_JEQ | BPF_K, 3, 0, 1);
	answer();
	answer();
}

static const struct kind {
	const char *name;
	void (*generate)(void);
} kinds[] = {
	{ "random instructions", random_instructions },
	{ "a ladder of JEQ", ladder_of_equals },
	{ "a ladder of JGT", ladder_of_greater },
	{ "a tree of JGT", tree_of_greater },
	{ "arithmetic of the number", arithmetic_of_the_number },
	{ "diamonds of the number", diamonds_of_the_number },
	{ "answers by argument", answers_by_argument },
	{ "an argument before the number", argument_before_number },
	{ "arguments of each number", arguments_of_each_number },
	{ "diamonds of arguments", diamonds_of_arguments },
	{ "arguments with the number", arguments_with_the_number },
	{ "memory by the number", memory_by_the_number },
	{ "joined rows", joined_rows },
	{ "idle ways", idle_ways },
};

static void generate(const struct kind *kind)
{
	length = 0;
	kind->generate();
	while (length < BPF_MAXINSNS)
		put(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

static uint64_t measure_worst(const struct kind *kind)
{
	struct sock_fprog program = { .len = BPF_MAXINSNS, .filter = insns };
	uint64_t worst = 0;
	char row[80];

	for (int i = 0; i < PROGRAMS; i++) {
		uint64_t one;

		generate(kind);
		one = least(install, &program, 1);
		if (one > worst)
			worst = one;
	}
	snprintf(row, sizeof(row), "installing, worst of %d: %s", PROGRAMS, kind->name);
	report(row, worst);
	return worst;
}

int main(void)
{
	/* One that has to be run: what it says depends on an argument. */
	struct sock_filter asking[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x5ecc0000, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog small = { .len = ARRAY_SIZE(asking), .filter = asking };
	uint64_t worst = 0;
	char row[80];
	pid_t holder;

	took = mmap(NULL, sizeof(*took), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(took != MAP_FAILED);
	/*
	 * The BPF core takes memory for compiled programs in blocks of 2 MB, which it fills. On a
	 * running system there is one already.
	 */
	holder = program_hold(&small);

	measure_profile("the container profile", CONTAINER_LINEAR);
	measure_profile("its tree", CONTAINER_TREE);
	measure_descriptors();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		uint64_t of_kind = measure_worst(&kinds[i]);

		if (of_kind > worst)
			worst = of_kind;
	}
	snprintf(row, sizeof(row), "installing, worst of %zu generated",
		 PROGRAMS * ARRAY_SIZE(kinds));
	report(row, worst);
	program_release(holder);
	return 0;
}
