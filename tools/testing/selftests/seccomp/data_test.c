// SPDX-License-Identifier: GPL-2.0
/*
 * What a program sees of a system call, and what it computes from it: every word of struct
 * seccomp_data, every operation and comparison at its boundary values, and programs of the
 * smallest and the largest size.
 *
 * The results are read from the inside: a filter answers one call with an errno made of
 * twelve bits of its accumulator, and three such calls make a word.
 */
#include "common.h"

#include "x86_calls.h"

#define PROBE		__NR_getppid
#define MAX_LEN		4096
#define SLICE		12

/* Arguments with a part to play; args[0] and args[1] are operands. */
#define CASE_ARG	2	/* which of several cases in one program is wanted */
#define SLICE_ARG	5	/* how far to shift the result */

#define LD_IMM(k)	BPF_STMT(BPF_LD | BPF_IMM, (k))
#define LD_MEM(cell)	BPF_STMT(BPF_LD | BPF_MEM, (cell))
#define LDX_MEM(cell)	BPF_STMT(BPF_LDX | BPF_MEM, (cell))
#define ST(cell)	BPF_STMT(BPF_ST, (cell))
#define STX(cell)	BPF_STMT(BPF_STX, (cell))
#define ALU_K(op, k)	BPF_STMT(BPF_ALU | BPF_K | (op), (k))
#define ALU_X(op)	BPF_STMT(BPF_ALU | BPF_X | (op), 0)
#define TAX		BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define TXA		BPF_STMT(BPF_MISC | BPF_TXA, 0)
#define RET_A		BPF_STMT(BPF_RET | BPF_A, 0)
#define JA(far)		BPF_STMT(BPF_JMP | BPF_JA, (far))
#define JEQ(k, jt, jf)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (jt), (jf))

static const uint32_t boundary[] = {
	0, 1, 2, 31, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x12345678,
};

/* A program under construction. */
static struct sock_filter insns[MAX_LEN];
static unsigned int len;

static void emit_all(const struct sock_fprog *part)
{
	CHILD_REQUIRE(len + part->len <= MAX_LEN);
	memcpy(insns + len, part->filter, part->len * sizeof(*insns));
	len += part->len;
}

#define EMIT(...)	emit_all(&PROGRAM(__VA_ARGS__))

/* Lets all but the probe pass. */
static void begin(void)
{
	len = 0;
	EMIT(LOAD(nr), JEQ(PROBE, 1, 0), RET(SECCOMP_RET_ALLOW));
}

/* Turns A into an answer to the probe. */
static void emit_answer(int slice_arg)
{
	EMIT(ST(0), LOAD_ARG_LO(slice_arg), TAX, LD_MEM(0), ALU_X(BPF_RSH),
	     ALU_K(BPF_AND, (1 << SLICE) - 1), ALU_K(BPF_OR, SECCOMP_RET_ERRNO), RET_A);
}

static void install(void)
{
	struct sock_fprog prog = { .len = len, .filter = insns };

	CHILD_REQUIRE(!filter_install(0, &prog));
}

/*
 * The probe with all arguments in full where the machine can; gives the raw result, and the
 * address behind the instruction where that is known, else 0.
 */
static long probe_at(uint64_t *after, const uint64_t args[6])
{
#ifdef __x86_64__
	return syscall64_at(after, PROBE, args);
#else
	long result = syscall(PROBE, (long)args[0], (long)args[1], (long)args[2],
			      (long)args[3], (long)args[4], (long)args[5]);

	*after = 0;
	return result == -1 ? -errno : result;
#endif
}

/* An argument as the filter must see it: a 32-bit program's have no high word. */
static uint64_t as_seen(uint64_t arg)
{
#ifdef __x86_64__
	return arg;
#elif defined(__mips__) && _MIPS_SIM == _ABIN32
	/* But here it has registers of 64 bits, in which a word is a signed number. */
	return (long)arg;
#else
	return (unsigned long)arg;
#endif
}

/* The whole word that the filter's program leaves in A. */
static uint32_t answer_at(uint64_t *after, const uint64_t args[6], int slice_arg)
{
	uint64_t all[6];
	uint32_t word = 0;
	int shift;
	long part;

	memcpy(all, args, sizeof(all));
	for (shift = 0; shift < 32; shift += SLICE) {
		all[slice_arg] = (args[slice_arg] & ~0xffffffffULL) | shift;
		part = -probe_at(after, all);
		CHILD_REQUIRE(part >= 0 && part < 1 << SLICE);
		word |= (uint32_t)part << shift;
	}
	return word;
}

static uint32_t answer(uint64_t a, uint64_t b, uint64_t which)
{
	uint64_t after;

	return answer_at(&after, (uint64_t[6]){ a, b, [CASE_ARG] = which }, SLICE_ARG);
}

TEST(present)
{
	ASSERT_EQ(0, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	begin();
	EMIT(LD_IMM(0x89abcdef));
	emit_answer(SLICE_ARG);
	install();
	ASSERT_EQ(0x89abcdef, answer(0, 0, 0));
}

#define IP_AT	((int)offsetof(struct seccomp_data, instruction_pointer))

/* struct seccomp_data, one word at a time. */
struct word_case {
	int offset, slice_arg;
};

static const uint64_t word_args[6] = {
	0xa0a1a2a3a4a5a6a7, 0xffffffff00000000, 0x00000000ffffffff, 0x8000000000000001,
	0x7fffffff80000000, 0xf0f1f2f3f4f5f6f7,
};

static void check_word(void *arg)
{
	const struct word_case *w = arg;
	struct seccomp_data expected = { .nr = PROBE, .arch = AUDIT_ARCH_CURRENT };
	uint32_t seen, wanted;
	uint64_t after;
	int i;

	begin();
	EMIT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, w->offset));
	emit_answer(w->slice_arg);
	install();
	seen = answer_at(&after, word_args, w->slice_arg);

	expected.instruction_pointer = after;
	for (i = 0; i < 6; i++)
		expected.args[i] = as_seen(word_args[i]);
	memcpy(&wanted, (char *)&expected + w->offset, sizeof(wanted));
	/* Where the library makes the call, the address is somewhere in its code. */
	if (!after && w->offset == IP_AT + LOW_WORD_AT)
		wanted = seen ? seen : 1;
	if (!after && w->offset == IP_AT + HIGH_WORD_AT)
		wanted = (uint64_t)(uintptr_t)syscall >> 32;
	if (seen != wanted)
		dprintf(STDERR_FILENO, "# offset %d: %#x, not %#x\n", w->offset, seen, wanted);
	CHILD_REQUIRE(seen == wanted);
}

TEST(every_word)
{
	struct word_case w;

	for (w.offset = 0; w.offset < (int)sizeof(struct seccomp_data); w.offset += 4) {
		/* The argument under test is the one that cannot choose the slice. */
		w.slice_arg = w.offset >= (int)offsetof(struct seccomp_data, args[5]) ? 0 : 5;
		EXPECT_TRUE(exited_with(child_status(check_word, &w), 0))
			TH_LOG("offset %d", w.offset);
	}
}

#if defined(__x86_64__) || defined(__i386__)
/* The probe from where this is written, with the slice in an argument that both gates have. */
static __always_inline long probe_here(uint64_t *after, int shift)
{
#ifdef __x86_64__
	return syscall64_at(after, PROBE, (uint64_t[6]){ [CASE_ARG] = shift });
#else
	return int80_at(after, PROBE, 0, 0, shift);
#endif
}

/* Two places that make the same call are told apart. */
static void check_address(void *unused)
{
	uint64_t first, second;
	uint32_t seen = 0;
	int shift;

	begin();
	EMIT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, IP_AT + LOW_WORD_AT));
	emit_answer(CASE_ARG);
	install();
	for (shift = 0; shift < 32; shift += SLICE)
		seen |= (uint32_t)-probe_here(&first, shift) << shift;
	CHILD_REQUIRE(seen == (uint32_t)first);
	CHILD_REQUIRE(-probe_here(&second, 0) == (long)(second & ((1 << SLICE) - 1)));
	CHILD_REQUIRE(first != second);
}

TEST(address_of_the_call)
{
	EXPECT_TRUE(exited_with(child_status(check_address, NULL), 0));
}
#endif

static void check_length(void *by_x)
{
	begin();
	if (by_x)
		EMIT(BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), TXA);
	else
		EMIT(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
	emit_answer(SLICE_ARG);
	install();
	CHILD_REQUIRE(answer(0, 0, 0) == 64);
}

TEST(length_of_the_data)
{
	EXPECT_TRUE(exited_with(child_status(check_length, NULL), 0));
	EXPECT_TRUE(exited_with(child_status(check_length, "X"), 0));
}

/*
 * Both ways to run a program must agree with C. Kernels that were built to have no
 * interpreter refuse to switch the JIT off, and then there is only one way.
 */
#define JIT_SWITCH	"/proc/sys/net/core/bpf_jit_enable"

FIXTURE(engine) {
	char was;
};

FIXTURE_VARIANT(engine) {
	bool without_jit;
};

FIXTURE_VARIANT_ADD(engine, as_it_is) { .without_jit = false };
FIXTURE_VARIANT_ADD(engine, without_jit) { .without_jit = true };

static bool set_jit(char value)
{
	int fd = open(JIT_SWITCH, O_WRONLY);
	bool done = fd >= 0 && write(fd, &value, 1) == 1;

	close(fd);
	return done;
}

FIXTURE_SETUP(engine)
{
	int fd;

	if (!variant->without_jit)
		return;
	fd = open(JIT_SWITCH, O_RDONLY);
	if (fd < 0 || read(fd, &self->was, 1) != 1 || !set_jit('0'))
		SKIP(return, "the JIT cannot be switched off");
	close(fd);
}

FIXTURE_TEARDOWN(engine)
{
	if (variant->without_jit)
		EXPECT_TRUE(set_jit(self->was));
}

/* One operation, and what C makes of it. */
struct operation {
	const char *name;
	unsigned short code;
	uint32_t (*in_c)(uint32_t a, uint32_t b);
	bool (*defined)(uint32_t b);
};

static uint32_t c_add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t c_sub(uint32_t a, uint32_t b) { return a - b; }
static uint32_t c_mul(uint32_t a, uint32_t b) { return a * b; }
static uint32_t c_div(uint32_t a, uint32_t b) { return a / b; }
static uint32_t c_and(uint32_t a, uint32_t b) { return a & b; }
static uint32_t c_or(uint32_t a, uint32_t b) { return a | b; }
static uint32_t c_xor(uint32_t a, uint32_t b) { return a ^ b; }
static uint32_t c_lsh(uint32_t a, uint32_t b) { return a << b; }
static uint32_t c_rsh(uint32_t a, uint32_t b) { return a >> b; }
static uint32_t c_neg(uint32_t a, uint32_t b) { return -a; }

static bool always(uint32_t b) { return true; }
static bool not_zero(uint32_t b) { return b != 0; }
static bool below_32(uint32_t b) { return b < 32; }

static const struct operation operations[] = {
	{ "add", BPF_ADD, c_add, always }, { "sub", BPF_SUB, c_sub, always },
	{ "mul", BPF_MUL, c_mul, always }, { "div", BPF_DIV, c_div, not_zero },
	{ "and", BPF_AND, c_and, always }, { "or", BPF_OR, c_or, always },
	{ "xor", BPF_XOR, c_xor, always }, { "neg", BPF_NEG, c_neg, always },
	{ "lsh", BPF_LSH, c_lsh, below_32 }, { "rsh", BPF_RSH, c_rsh, below_32 },
};

static void check_result(const struct operation *op, char source, uint32_t a, uint32_t b,
			 uint32_t seen)
{
	uint32_t wanted = op->in_c(a, b);

	if (seen != wanted)
		dprintf(STDERR_FILENO, "# %#x %s %c %#x: %#x, not %#x\n", a, op->name, source, b,
			seen, wanted);
	CHILD_REQUIRE(seen == wanted);
}

/* High words that no operation on a low one may see. */
#define NOISE	0xdeadbeef00000000ULL

static void check_operation_by_x(void *arg)
{
	const struct operation *op = arg;
	size_t a, b;

	begin();
	EMIT(LOAD_ARG_LO(1), TAX, LOAD_ARG_LO(0));
	if (op->code == BPF_NEG)
		EMIT(BPF_STMT(BPF_ALU | BPF_NEG, 0));
	else
		EMIT(ALU_X(op->code));
	emit_answer(SLICE_ARG);
	install();
	for (a = 0; a < ARRAY_SIZE(boundary); a++)
		for (b = 0; b < ARRAY_SIZE(boundary); b++)
			if (op->defined(boundary[b]))
				check_result(op, 'X', boundary[a], boundary[b],
					     answer(NOISE | boundary[a], NOISE | boundary[b], 0));
}

/* One case for each constant, all meeting at the answer. */
static void check_operation_by_k(void *arg)
{
	const struct operation *op = arg;
	size_t a, b, left = 0;

	for (b = 0; b < ARRAY_SIZE(boundary); b++)
		left += op->defined(boundary[b]);
	begin();
	for (b = 0; b < ARRAY_SIZE(boundary); b++) {
		if (!op->defined(boundary[b]))
			continue;
		left--;
		EMIT(LOAD_ARG_LO(CASE_ARG), JEQ(b, 0, 3), LOAD_ARG_LO(0),
		     ALU_K(op->code, boundary[b]), JA(left * 5 + 1));
	}
	EMIT(RET(SECCOMP_RET_KILL_PROCESS));
	emit_answer(SLICE_ARG);
	install();
	for (a = 0; a < ARRAY_SIZE(boundary); a++)
		for (b = 0; b < ARRAY_SIZE(boundary); b++)
			if (op->defined(boundary[b]))
				check_result(op, 'K', boundary[a], boundary[b],
					     answer(NOISE | boundary[a], 0, b));
}

TEST_F(engine, arithmetic)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		EXPECT_TRUE(exited_with(child_status(check_operation_by_x,
						     (void *)&operations[i]), 0))
			TH_LOG("%s X", operations[i].name);
		if (operations[i].code == BPF_NEG)
			continue;
		EXPECT_TRUE(exited_with(child_status(check_operation_by_k,
						     (void *)&operations[i]), 0))
			TH_LOG("%s K", operations[i].name);
	}
}

/* A division that X makes impossible ends the program with 0: the call is not made. */
static void divide_by_zero(void *unused)
{
	begin();
	EMIT(LOAD_ARG_LO(1), TAX, LD_IMM(SECCOMP_RET_ALLOW), ALU_X(BPF_DIV), LD_IMM(0));
	emit_answer(SLICE_ARG);
	install();
	CHILD_REQUIRE(answer(0, 1, 0) == 0);
	answer(0, 0, 0);
}

TEST_F(engine, division_by_zero_kills)
{
	EXPECT_TRUE(died_of(child_status(divide_by_zero, NULL), SIGSYS));
}

/* B-47: 64-bit comparisons are made of these, on one half after the other. */
struct comparison {
	const char *name;
	unsigned short code;
	bool (*in_c)(uint32_t a, uint32_t b);
};

static bool c_jeq(uint32_t a, uint32_t b) { return a == b; }
static bool c_jgt(uint32_t a, uint32_t b) { return a > b; }
static bool c_jge(uint32_t a, uint32_t b) { return a >= b; }
static bool c_jset(uint32_t a, uint32_t b) { return a & b; }

static const struct comparison comparisons[] = {
	{ "jeq", BPF_JEQ, c_jeq }, { "jgt", BPF_JGT, c_jgt },
	{ "jge", BPF_JGE, c_jge }, { "jset", BPF_JSET, c_jset },
};

struct comparison_case {
	const struct comparison *cmp;
	bool high, by_x;
};

#define TAKEN		1
#define NOT_TAKEN	2

static struct sock_filter load_half(int arg, bool high)
{
	return high ? (struct sock_filter)LOAD_ARG_HI(arg) : (struct sock_filter)LOAD_ARG_LO(arg);
}

static void check_half(const struct comparison_case *c, uint64_t x, uint64_t y, int which)
{
	uint64_t args[6] = { x, y, [CASE_ARG] = which }, after;
	uint32_t a = as_seen(x) >> (c->high ? 32 : 0), b = y >> (c->high ? 32 : 0);
	long wanted, seen;

	if (c->by_x)
		b = as_seen(y) >> (c->high ? 32 : 0);
	wanted = c->cmp->in_c(a, b) ? -TAKEN : -NOT_TAKEN;
	seen = probe_at(&after, args);
	if (seen != wanted)
		dprintf(STDERR_FILENO, "# %s %s %s: %#llx, %#llx: %ld, not %ld\n", c->cmp->name,
			c->by_x ? "X" : "K", c->high ? "high" : "low", (unsigned long long)x,
			(unsigned long long)y, seen, wanted);
	CHILD_REQUIRE(seen == wanted);
}

static void check_comparison(void *arg)
{
	const struct comparison_case *c = arg;
	struct sock_filter load = load_half(0, c->high), other = load_half(1, c->high);
	size_t high, low, k;

	begin();
	if (c->by_x)
		EMIT(other, TAX, load, BPF_JUMP(BPF_JMP | BPF_X | c->cmp->code, 0, 0, 1),
		     RET(SECCOMP_RET_ERRNO | TAKEN), RET(SECCOMP_RET_ERRNO | NOT_TAKEN));
	else
		for (k = 0; k < ARRAY_SIZE(boundary); k++)
			EMIT(LOAD_ARG_LO(CASE_ARG), JEQ(k, 0, 4), load,
			     BPF_JUMP(BPF_JMP | BPF_K | c->cmp->code, boundary[k], 0, 1),
			     RET(SECCOMP_RET_ERRNO | TAKEN), RET(SECCOMP_RET_ERRNO | NOT_TAKEN));
	EMIT(RET(SECCOMP_RET_KILL_PROCESS));
	install();

	/* The half that is not looked at changes as well, and must not matter. */
	for (high = 0; high < ARRAY_SIZE(boundary); high++)
		for (low = 0; low < ARRAY_SIZE(boundary); low++)
			for (k = 0; k < ARRAY_SIZE(boundary); k++)
				check_half(c, (uint64_t)boundary[high] << 32 | boundary[low],
					   c->high ? (uint64_t)boundary[k] << 32 | boundary[high] :
						     (uint64_t)boundary[low] << 32 | boundary[k],
					   k);
}

TEST_F(engine, b47_halves_of_arguments)
{
	struct comparison_case c;
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(comparisons); i++) {
		for (n = 0; n < 4; n++) {
			c = (struct comparison_case){ &comparisons[i], n & 1, n & 2 };
			EXPECT_TRUE(exited_with(child_status(check_comparison, &c), 0))
				TH_LOG("%s %s %s", c.cmp->name, c.by_x ? "X" : "K",
				       c.high ? "high" : "low");
		}
	}
}

/*
 * B-47 in one piece: is args[0] > limit, = limit, < limit as 64-bit numbers? The way that
 * filter libraries put it: the high half decides unless it is equal.
 */
static void check_wide(void *limit_at)
{
	uint64_t limit = *(uint64_t *)limit_at, args[6] = { 0 }, arg, after;
	size_t high, low;
	long wanted;

	begin();
	EMIT(LOAD_ARG_HI(0), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, limit >> 32, 3, 0),
	     JEQ(limit >> 32, 0, 4),
	     LOAD_ARG_LO(0), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)limit, 0, 1),
	     RET(SECCOMP_RET_ERRNO | 3),
	     JEQ((uint32_t)limit, 1, 0),
	     RET(SECCOMP_RET_ERRNO | 1), RET(SECCOMP_RET_ERRNO | 2));
	install();
	for (high = 0; high < ARRAY_SIZE(boundary); high++) {
		for (low = 0; low < ARRAY_SIZE(boundary); low++) {
			args[0] = (uint64_t)boundary[high] << 32 | boundary[low];
			arg = as_seen(args[0]);
			wanted = arg > limit ? -3 : arg == limit ? -2 : -1;
			CHILD_REQUIRE(probe_at(&after, args) == wanted);
		}
	}
}

TEST_F(engine, b47_whole_arguments)
{
	static const uint64_t limits[] = {
		0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x1ffffffff,
		0x7fffffffffffffff, 0x8000000000000000, 0x80000001fffffffe, 0xffffffffffffffff,
	};
	uint64_t limit;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		limit = limits[i];
		EXPECT_TRUE(exited_with(child_status(check_wide, &limit), 0))
			TH_LOG("limit %#llx", (unsigned long long)limit);
	}
}

#define CELLS		16
#define CELL_VALUE(i)	(0x01010101U * (i) + 0x80000000)

/* Every other cell by X, and each read back after all were written. */
static void check_cell(void *cell_at)
{
	int i, cell = *(int *)cell_at;

	begin();
	for (i = 0; i < CELLS; i++) {
		if (i & 1)
			EMIT(LD_IMM(CELL_VALUE(i)), TAX, LD_IMM(0), STX(i));
		else
			EMIT(LD_IMM(CELL_VALUE(i)), ST(i));
	}
	if (cell & 2)
		EMIT(LDX_MEM(cell), TXA);
	else
		EMIT(LD_MEM(cell));
	emit_answer(SLICE_ARG);
	install();
	CHILD_REQUIRE(answer(0, 0, 0) == CELL_VALUE(cell));
}

/* A program must not learn from its registers what ran before it. */
static void check_registers_at_start(void *x)
{
	len = 0;
	if (x)
		EMIT(STX(1));
	else
		EMIT(ST(1));
	EMIT(LOAD(nr), JEQ(PROBE, 1, 0), RET(SECCOMP_RET_ALLOW), LD_MEM(1));
	emit_answer(SLICE_ARG);
	install();
	CHILD_REQUIRE(answer(-1, -1, -1) == 0);
}

TEST_F(engine, memory_and_registers)
{
	int cell;

	for (cell = 0; cell < CELLS; cell++)
		EXPECT_TRUE(exited_with(child_status(check_cell, &cell), 0))
			TH_LOG("cell %d", cell);
	EXPECT_TRUE(exited_with(child_status(check_registers_at_start, NULL), 0));
	EXPECT_TRUE(exited_with(child_status(check_registers_at_start, "X"), 0));
}

/* m68k's C library asks the kernel where errno is; PA-RISC has a division by 0 for a trap. */
#ifdef __m68k__
#define FAULT	SIGSEGV
#elif defined(__hppa__)
#define FAULT	SIGFPE
#else
#define FAULT	SIGILL
#endif

/* Behind a filter that refuses everything, a process can only leave by a fault. */
static void install_and_fault(void *prog)
{
	CHILD_REQUIRE(!filter_install(0, prog));
	if (syscall(PROBE) == -1 && errno == 5)
		__builtin_trap();
}

TEST_F(engine, b48_one_instruction)
{
	int status;

	EXPECT_TRUE(exited_with(child_status(install_and_fault,
					     &PROGRAM(RET(SECCOMP_RET_ALLOW))), 0));
	EXPECT_TRUE(died_of(child_status(install_and_fault,
					 &PROGRAM(RET(SECCOMP_RET_KILL_PROCESS))), SIGSYS));
	/* A is 0 at the start, which is KILL_THREAD. */
	EXPECT_TRUE(died_of(child_status(install_and_fault, &PROGRAM(RET_A)), SIGSYS));
	status = child_status(install_and_fault, &PROGRAM(RET(SECCOMP_RET_ERRNO | 5)));
	EXPECT_TRUE(died_of(status, FAULT) || died_of(status, SIGTRAP))
		TH_LOG("status %#x", status);
}

/* The largest programs, in which every instruction matters to the result. */
static void check_sum(void *unused)
{
	unsigned int added = 0;

	begin();
	EMIT(LOAD_ARG_LO(0));
	while (len < MAX_LEN - 8)
		EMIT(ALU_K(BPF_ADD, ++added));
	emit_answer(SLICE_ARG);
	CHILD_REQUIRE(len == MAX_LEN);
	install();
	CHILD_REQUIRE(answer(7, 0, 0) == 7 + added * (added + 1) / 2);
}

/* A list of numbers from end to end, of which each has an answer of its own. */
static void check_ladder(void *unused)
{
	unsigned int i, steps;

	begin();
	EMIT(LOAD_ARG_LO(CASE_ARG));
	for (steps = 0; len < MAX_LEN - 2; steps++)
		EMIT(JEQ(steps, 0, 1), RET(SECCOMP_RET_ERRNO | (steps + 1)));
	while (len < MAX_LEN)
		EMIT(RET(SECCOMP_RET_ERRNO | 4000));
	install();
	for (i = 0; i <= steps; i++) {
		uint64_t args[6] = { [CASE_ARG] = i }, after;

		CHILD_REQUIRE(probe_at(&after, args) == -(long)(i < steps ? i + 1 : 4000));
	}
}

/* From the first instruction to the last by the longest jump, and by the longest branches. */
static void check_jumps(void *by_branches)
{
	unsigned int i;

	begin();
	if (by_branches) {
		EMIT(LD_IMM(1));
		while (len + 256 < MAX_LEN) {
			EMIT(JEQ(1, 255, 0));
			for (i = 0; i < 255; i++)
				EMIT(RET(SECCOMP_RET_KILL_PROCESS));
		}
		EMIT(JA(MAX_LEN - len - 2));
	} else {
		EMIT(JA(MAX_LEN - len - 2));
	}
	while (len < MAX_LEN - 1)
		EMIT(RET(SECCOMP_RET_KILL_PROCESS));
	EMIT(RET(SECCOMP_RET_ERRNO | 77));
	install();
	CHILD_REQUIRE(syscall(PROBE) == -1 && errno == 77);
}

TEST_F(engine, b48_longest)
{
	EXPECT_TRUE(exited_with(child_status(check_sum, NULL), 0));
	EXPECT_TRUE(exited_with(child_status(check_ladder, NULL), 0));
	EXPECT_TRUE(exited_with(child_status(check_jumps, NULL), 0));
	EXPECT_TRUE(exited_with(child_status(check_jumps, "branches"), 0));
}

TEST_HARNESS_MAIN
