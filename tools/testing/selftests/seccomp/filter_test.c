// SPDX-License-Identifier: GPL-2.0
/*
 * Installing filters: what is accepted, what is refused with which error and in which
 * order of judgement, who may do it, how much fits, and that a refusal changes nothing.
 */
#include "common.h"

#include <sys/syscall.h>


#ifndef CLONE_NEWUSER
#define CLONE_NEWUSER 0x10000000
#endif
#ifndef PR_GET_SPECULATION_CTRL
#define PR_GET_SPECULATION_CTRL 52
#endif

#define MAX_LEN		4096	/* instructions in one program */
#define NOBODY		65534

/* A flag that is neither mainline's nor in the range that additions take from. */
#define UNKNOWN_FLAG	(1U << 9)

#define BAD_POINTER	((void *)8)

static const struct sock_filter allow = RET(SECCOMP_RET_ALLOW);

static int install_by_seccomp(const struct sock_fprog *prog)
{
	return filter_install(0, prog);
}

static int (*const doors[])(const struct sock_fprog *) = {
	install_by_seccomp, filter_install_prctl,
};

/* 0 or the errno of one installation. */
static int verdict_on(const struct sock_filter *insns, unsigned short len)
{
	struct sock_fprog prog = { .len = len, .filter = (struct sock_filter *)insns };

	return filter_install(0, &prog) ? errno : 0;
}

static void drop_privilege(void)
{
	CHILD_REQUIRE(!setresgid(NOBODY, NOBODY, NOBODY));
	CHILD_REQUIRE(!setresuid(NOBODY, NOBODY, NOBODY));
}

TEST(present)
{
	ASSERT_EQ(0, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	ASSERT_EQ(0, status_field(0, "Seccomp"));
	ASSERT_EQ(0, status_field(0, "Seccomp_filters"));
	ASSERT_EQ(0, filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))))
		ASSERT_EQ(0, errno);
	EXPECT_EQ(2, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	EXPECT_EQ(2, status_field(0, "Seccomp"));
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
}

TEST(both_doors_add_to_one_chain)
{
	struct sock_fprog prog = PROGRAM(ON_NR(__NR_getppid, SECCOMP_RET_ERRNO | 5),
					 RET(SECCOMP_RET_ALLOW));
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(doors); i++) {
		ASSERT_EQ(0, doors[i](&prog));
		EXPECT_EQ(2, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
		EXPECT_EQ(i + 1, status_field(0, "Seccomp_filters"));
		errno = 0;
		EXPECT_EQ(-1, syscall(__NR_getppid));
		EXPECT_EQ(5 + i, errno);
		prog.filter[2].k++;
	}
}

/* Arguments that one door does not have must not matter to it. */
TEST(prctl_ignores_the_rest)
{
	struct sock_fprog prog = PROGRAM(RET(SECCOMP_RET_ALLOW));

	EXPECT_EQ(0, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 1, -1));
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
}

/*
 * Order of judgement. Libraries find out what a kernel knows by calls that cannot succeed,
 * and read from the error how far the kernel got.
 */
static const struct {
	const char *name;
	unsigned int op, flags;
	const void *args;
	int error;
} refused[] = {
	{ "flag before pointer", 1, UNKNOWN_FLAG, NULL, EINVAL },
	{ "flag before bad pointer", 1, UNKNOWN_FLAG, BAD_POINTER, EINVAL },
	{ "one unknown of two flags", 1, UNKNOWN_FLAG | SECCOMP_FILTER_FLAG_LOG, NULL, EINVAL },
	{ "no program", 1, 0, NULL, EFAULT },
	{ "bad pointer", 1, 0, BAD_POINTER, EFAULT },
	{ "LOG is known", 1, SECCOMP_FILTER_FLAG_LOG, NULL, EFAULT },
	{ "SPEC_ALLOW is known", 1, SECCOMP_FILTER_FLAG_SPEC_ALLOW, NULL, EFAULT },
	{ "both are known", 1, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW, NULL,
	  EFAULT },
	{ "first unknown operation", 4, 0, NULL, EINVAL },
	{ "unknown operation, good program", 5, 0, &PROGRAM(RET(SECCOMP_RET_ALLOW)), EINVAL },
	{ "unknown operation, bad all", 0xff, UNKNOWN_FLAG, BAD_POINTER, EINVAL },
	{ "action: flags first", SECCOMP_GET_ACTION_AVAIL, 1, NULL, EINVAL },
	{ "action: no pointer", SECCOMP_GET_ACTION_AVAIL, 0, NULL, EFAULT },
	{ "action: bad pointer", SECCOMP_GET_ACTION_AVAIL, 0, BAD_POINTER, EFAULT },
	{ "sizes: flags first", SECCOMP_GET_NOTIF_SIZES, 1, NULL, EINVAL },
	{ "sizes: no pointer", SECCOMP_GET_NOTIF_SIZES, 0, NULL, EFAULT },
	{ "sizes: bad pointer", SECCOMP_GET_NOTIF_SIZES, 0, BAD_POINTER, EFAULT },
};

TEST(refusals_in_order)
{
	static const long modes[] = { 0, 3, 4, -1, 0x100 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		errno = 0;
		EXPECT_EQ(-1, sys_seccomp(refused[i].op, refused[i].flags, refused[i].args));
		EXPECT_EQ(refused[i].error, errno)
			TH_LOG("%s", refused[i].name);
	}
	for (i = 6; i < 16; i++) {
		errno = 0;
		EXPECT_EQ(-1, filter_install(1U << i, NULL));
		EXPECT_EQ(EINVAL, errno)
			TH_LOG("flag bit %zu", i);
	}
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		errno = 0;
		EXPECT_EQ(-1, prctl(PR_SET_SECCOMP, modes[i], &PROGRAM(RET(0)), 0, 0));
		EXPECT_EQ(EINVAL, errno)
			TH_LOG("prctl mode %ld", modes[i]);
	}
	errno = 0;
	EXPECT_EQ(-1, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, status_field(0, "Seccomp"));
	EXPECT_EQ(0, status_field(0, "Seccomp_filters"));
}

/* A page that ends in nothing: what is half there must count as not there. */
FIXTURE(page) {
	char *end;
	size_t size;
};

FIXTURE_SETUP(page)
{
	char *at;

	self->size = sysconf(_SC_PAGESIZE);
	at = mmap(NULL, 2 * self->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		  -1, 0);
	ASSERT_TRUE(at != MAP_FAILED);
	self->end = at + self->size;
	ASSERT_EQ(0, mprotect(self->end, self->size, PROT_NONE));
}

FIXTURE_TEARDOWN(page)
{
}

TEST_F(page, programs_at_the_edge)
{
	struct sock_fprog *prog = (void *)(self->end - sizeof(*prog));
	struct sock_filter *insns;
	size_t i, cut;

	for (i = 0; i < ARRAY_SIZE(doors); i++) {
		/* Whole, then reaching over the edge by one word or by all but the first. */
		insns = (void *)(self->end - sizeof(*prog) - 2 * sizeof(*insns));
		insns[0] = allow;
		insns[1] = allow;
		*prog = (struct sock_fprog){ .len = 2, .filter = insns };
		EXPECT_EQ(0, doors[i](prog));
		for (cut = sizeof(long); cut <= sizeof(*prog); cut += sizeof(long)) {
			errno = 0;
			EXPECT_EQ(-1, doors[i]((void *)((char *)prog + cut)));
			EXPECT_EQ(EFAULT, errno);
		}

		insns = (void *)(self->end - 2 * sizeof(*insns));
		insns[0] = allow;
		insns[1] = allow;
		EXPECT_EQ(0, doors[i](&(struct sock_fprog){ .len = 2, .filter = insns }));
		errno = 0;
		EXPECT_EQ(-1, doors[i](&(struct sock_fprog){ .len = 3, .filter = insns }));
		EXPECT_EQ(EFAULT, errno);
		errno = 0;
		EXPECT_EQ(-1, doors[i](&(struct sock_fprog){ .len = 1,
							     .filter = (void *)self->end }));
		EXPECT_EQ(EFAULT, errno);
		/* A null pointer inside the program is bad data, not a bad address. */
		errno = 0;
		EXPECT_EQ(-1, doors[i](&(struct sock_fprog){ .len = 1, .filter = NULL }));
		EXPECT_EQ(EINVAL, errno);
		/* The length is judged before the pointer. */
		errno = 0;
		EXPECT_EQ(-1, doors[i](&(struct sock_fprog){ .filter = (void *)self->end }));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(2 * (long)ARRAY_SIZE(doors), status_field(0, "Seccomp_filters"));
}

TEST(b48_length_limits)
{
	static const struct {
		unsigned short len;
		int error;
	} lengths[] = {
		{ 0, EINVAL }, { 1, 0 }, { 2, 0 }, { MAX_LEN - 1, 0 }, { MAX_LEN, 0 },
		{ MAX_LEN + 1, EINVAL }, { 0xffff, EINVAL },
	};
	struct sock_filter *insns;
	long filters = 0;
	size_t i;

	insns = calloc(0x10000, sizeof(*insns));
	ASSERT_TRUE(insns != NULL);
	for (i = 0; i < 0x10000; i++)
		insns[i] = allow;
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		EXPECT_EQ(lengths[i].error, verdict_on(insns, lengths[i].len))
			TH_LOG("%u instructions", lengths[i].len);
		filters += !lengths[i].error;
		EXPECT_EQ(filters, status_field(0, "Seccomp_filters"));
	}
}

/*
 * Classic BPF has loads of packet bytes, of half-words and through X; seccomp has words of
 * its data at fixed offsets, and no remainder.
 */
static const unsigned short known_codes[] = {
	BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_W | BPF_LEN, BPF_LDX | BPF_W | BPF_LEN,
	BPF_LD | BPF_IMM, BPF_LDX | BPF_IMM, BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM, BPF_ST, BPF_STX,
	BPF_ALU | BPF_ADD | BPF_K, BPF_ALU | BPF_ADD | BPF_X,
	BPF_ALU | BPF_SUB | BPF_K, BPF_ALU | BPF_SUB | BPF_X,
	BPF_ALU | BPF_MUL | BPF_K, BPF_ALU | BPF_MUL | BPF_X,
	BPF_ALU | BPF_DIV | BPF_K, BPF_ALU | BPF_DIV | BPF_X,
	BPF_ALU | BPF_AND | BPF_K, BPF_ALU | BPF_AND | BPF_X,
	BPF_ALU | BPF_OR | BPF_K, BPF_ALU | BPF_OR | BPF_X,
	BPF_ALU | BPF_XOR | BPF_K, BPF_ALU | BPF_XOR | BPF_X,
	BPF_ALU | BPF_LSH | BPF_K, BPF_ALU | BPF_LSH | BPF_X,
	BPF_ALU | BPF_RSH | BPF_K, BPF_ALU | BPF_RSH | BPF_X,
	BPF_ALU | BPF_NEG,
	BPF_JMP | BPF_JA,
	BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JEQ | BPF_X,
	BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JGT | BPF_X,
	BPF_JMP | BPF_JGE | BPF_K, BPF_JMP | BPF_JGE | BPF_X,
	BPF_JMP | BPF_JSET | BPF_K, BPF_JMP | BPF_JSET | BPF_X,
	BPF_RET | BPF_K, BPF_RET | BPF_A, BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA,
};

static bool code_is_known(unsigned int code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known_codes); i++)
		if (known_codes[i] == code)
			return true;
	return false;
}

/*
 * Around the code, all that could be wrong with its operand 4 is made right, and only a
 * system call that nobody makes gets there.
 */
static int verdict_on_code(unsigned short code)
{
	const struct sock_filter insns[] = {
		LOAD(nr), BPF_STMT(BPF_ST, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x12345678, 0, 1), { .code = code, .k = 4 },
		allow, allow, allow, allow, allow,
	};

	return verdict_on(insns, ARRAY_SIZE(insns));
}

TEST(every_code)
{
	unsigned int code;
	long known = 0;
	int expected;

	for (code = 0; code < 0x10000; code = code < 0x400 ? code + 1 : code + 0xff) {
		expected = code_is_known(code) ? 0 : EINVAL;
		known += !expected;
		ASSERT_EQ(expected, verdict_on_code(code))
			TH_LOG("code %#x", code);
	}
	/* The rest: each known code with one higher bit, which an 8-bit look at it would miss. */
	for (code = 0; code < ARRAY_SIZE(known_codes); code++)
		for (expected = 8; expected < 16; expected++)
			EXPECT_EQ(EINVAL, verdict_on_code(known_codes[code] | 1 << expected))
				TH_LOG("code %#x, bit %d", known_codes[code], expected);
	EXPECT_EQ((long)ARRAY_SIZE(known_codes), known);
	EXPECT_EQ(known, status_field(0, "Seccomp_filters"));
}

#define LD_ABS(at)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define LD_MEM(cell)	BPF_STMT(BPF_LD | BPF_MEM, (cell))
#define LDX_MEM(cell)	BPF_STMT(BPF_LDX | BPF_MEM, (cell))
#define ST(cell)	BPF_STMT(BPF_ST, (cell))
#define STX(cell)	BPF_STMT(BPF_STX, (cell))
#define ALU(op, k)	BPF_STMT(BPF_ALU | BPF_K | (op), (k))
#define JEQ(jt, jf)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, (jt), (jf))
#define JA(far)		BPF_STMT(BPF_JMP | BPF_JA, (far))
#define END		RET(SECCOMP_RET_ALLOW)

static const struct {
	const char *name;
	bool good;
	struct sock_fprog prog;
} programs[] = {
#define GOOD(name, ...)	{ name, true, PROGRAM(__VA_ARGS__) }
#define BAD(name, ...)	{ name, false, PROGRAM(__VA_ARGS__) }
	GOOD("first word", LD_ABS(0), END),
	GOOD("last word", LD_ABS(sizeof(struct seccomp_data) - 4), END),
	BAD("behind the last word", LD_ABS(sizeof(struct seccomp_data)), END),
	BAD("across the end", LD_ABS(sizeof(struct seccomp_data) - 3), END),
	BAD("unaligned by 1", LD_ABS(1), END),
	BAD("unaligned by 2", LD_ABS(18), END),
	BAD("unaligned by 3", LD_ABS(59), END),
	BAD("far away", LD_ABS(0x1000), END),
	BAD("negative", LD_ABS(-4), END),
	BAD("last address", LD_ABS(0xffffffff), END),
	BAD("ancillary data", LD_ABS(SKF_AD_OFF + SKF_AD_CPU), END),
	BAD("bad load out of reach", JA(1), LD_ABS(64), END),
	GOOD("first cell", ST(0), LD_MEM(0), END),
	GOOD("last cell", ST(15), LD_MEM(15), END),
	GOOD("last cell by X", STX(15), LDX_MEM(15), END),
	BAD("store behind the last cell", ST(16), END),
	BAD("store X behind the last cell", STX(16), END),
	BAD("load behind the last cell", ST(0), LD_MEM(16), END),
	BAD("load X behind the last cell", ST(0), LDX_MEM(16), END),
	BAD("store to the last address", ST(0xffffffff), END),
	BAD("load of an unset cell", LD_MEM(0), END),
	BAD("load of X from an unset cell", ST(1), LDX_MEM(0), END),
	BAD("set on one branch only", JEQ(0, 1), ST(0), LD_MEM(0), END),
	GOOD("set on both branches", JEQ(0, 2), ST(0), JA(1), STX(0), LD_MEM(0), END),
	GOOD("longest jump", JEQ(1, 0), END, END),
	BAD("true branch behind the end", JEQ(1, 0), END),
	BAD("false branch behind the end", JEQ(0, 1), END),
	BAD("branches far behind the end", JEQ(255, 255), END),
	GOOD("jump over one", JA(1), END, END),
	BAD("jump to the end", JA(1), END),
	BAD("jump around the address space", JA(0xffffffff), END),
	BAD("jump backwards", END, JA(-2), END),
	BAD("no return at the end", END, LD_ABS(0)),
	BAD("a branch at the end", END, JEQ(0, 0)),
	BAD("a jump at the end", END, JA(0)),
	GOOD("return of A at the end", BPF_STMT(BPF_LD | BPF_IMM, SECCOMP_RET_ALLOW),
	     BPF_STMT(BPF_RET | BPF_A, 0)),
	BAD("return of X at the end", BPF_STMT(BPF_RET | BPF_X, 0)),
	BAD("division by 0", ALU(BPF_DIV, 0), END),
	GOOD("division by 1", ALU(BPF_DIV, 1), END),
	GOOD("division by the largest", ALU(BPF_DIV, 0xffffffff), END),
	GOOD("division by X", BPF_STMT(BPF_LDX | BPF_IMM, 1),
	     BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), END),
	BAD("remainder", ALU(BPF_MOD, 7), END),
	GOOD("left shift by 31", ALU(BPF_LSH, 31), END),
	BAD("left shift by 32", ALU(BPF_LSH, 32), END),
	GOOD("right shift by 31", ALU(BPF_RSH, 31), END),
	BAD("right shift by 32", ALU(BPF_RSH, 32), END),
	BAD("right shift by the largest", ALU(BPF_RSH, 0xffffffff), END),
	GOOD("length ignores its operand", BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 77), END),
#undef GOOD
#undef BAD
};

TEST(operands)
{
	long filters = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		EXPECT_EQ(programs[i].good ? 0 : EINVAL,
			  verdict_on(programs[i].prog.filter, programs[i].prog.len))
			TH_LOG("%s", programs[i].name);
		filters += programs[i].good;
		EXPECT_EQ(filters, status_field(0, "Seccomp_filters"));
	}
}

/*
 * A chain holds 32,768 instructions, and each program in it is charged 4 more. What counts
 * as an instruction is the kernel's: those given, or those it makes of them (the first
 * implementation adds 3 to a program and 1 to a return). The lengths are such that one
 * layer more or less is a fault either way, except where a range is given.
 */
static const struct {
	unsigned short len;
	long least, most;
} chains[] = {
	{ 100, 303, 315 }, { 1000, 32, 32 }, { 2000, 16, 16 }, { MAX_LEN, 7, 7 },
};

static void fill_plain(struct sock_filter *insns, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++)
		insns[i] = (struct sock_filter)LD_ABS(0);
	insns[i] = allow;
}

TEST(chain_limit)
{
	static struct sock_filter insns[MAX_LEN];
	int *fitted = shared_memory(sizeof(*fitted));
	size_t i;
	pid_t pid;

	ASSERT_TRUE(fitted != NULL);
	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		fill_plain(insns, chains[i].len);
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid) {
			*fitted = 0;
			while (!verdict_on(insns, chains[i].len) && *fitted < 1000)
				++*fitted;
			CHILD_REQUIRE(errno == ENOMEM);
			CHILD_REQUIRE(status_field(0, "Seccomp_filters") == *fitted);
			/* One that is small enough still fits: the chain is whole. */
			if (chains[i].len > 100)
				CHILD_REQUIRE(!verdict_on(&allow, 1));
			_exit(0);
		}
		EXPECT_TRUE(exited_with(wait_status(pid), 0));
		EXPECT_LE(chains[i].least, *fitted)
			TH_LOG("length %u", chains[i].len);
		EXPECT_GE(chains[i].most, *fitted)
			TH_LOG("length %u", chains[i].len);
	}
}

/* Seven of the longest, then what is more than the rest, then what is not. */
TEST(chain_limit_keeps_what_holds)
{
	static const struct {
		int len, error;
	} then[] = {
		{ MAX_LEN, ENOMEM }, { 4080, ENOMEM }, { 4069, ENOMEM }, { 4020, 0 },
		{ 100, ENOMEM },
	};
	static struct sock_filter insns[MAX_LEN];
	struct sock_fprog deny = PROGRAM(ON_NR(__NR_getppid, SECCOMP_RET_ERRNO | 9), END);
	size_t i;

	fill_plain(insns, MAX_LEN);
	memcpy(insns, deny.filter, 3 * sizeof(*insns));
	for (i = 0; i < 7; i++)
		ASSERT_EQ(0, verdict_on(insns, MAX_LEN));
	for (i = 0; i < ARRAY_SIZE(then); i++) {
		fill_plain(insns, then[i].len);
		EXPECT_EQ(then[i].error, verdict_on(insns, then[i].len))
			TH_LOG("length %d", then[i].len);
	}
	EXPECT_EQ(8, status_field(0, "Seccomp_filters"));

	errno = 0;
	EXPECT_EQ(-1, syscall(__NR_getppid));
	EXPECT_EQ(9, errno);
}

TEST(failures_leave_the_filters)
{
	struct sock_filter bad[] = { LD_ABS(64), END };
	size_t i;

	ASSERT_EQ(0, filter_install(0, &PROGRAM(ON_NR(__NR_getppid, SECCOMP_RET_ERRNO | 6), END)));
	ASSERT_EQ(0, filter_install(0, &PROGRAM(END)));
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		EXPECT_EQ(-1, sys_seccomp(refused[i].op, refused[i].flags, refused[i].args));
	EXPECT_EQ(EINVAL, verdict_on(bad, ARRAY_SIZE(bad)));
	EXPECT_EQ(EINVAL, verdict_on(bad, 0));
	EXPECT_EQ(EFAULT, verdict_on(BAD_POINTER, 1));
	EXPECT_EQ(2, status_field(0, "Seccomp"));
	EXPECT_EQ(2, status_field(0, "Seccomp_filters"));
	EXPECT_EQ(2, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	errno = 0;
	EXPECT_EQ(-1, syscall(__NR_getppid));
	EXPECT_EQ(6, errno);
}

/*
 * Privilege is asked for after the length is known to be right and before the program is
 * looked at: whoever may not install it learns nothing about it.
 */
static void unprivileged_refusals(void *unused)
{
	struct sock_filter bad[] = { LD_ABS(64), END };
	struct sock_fprog good = PROGRAM(END);

	drop_privilege();
	CHILD_REQUIRE(filter_install(0, &good) == -1 && errno == EACCES);
	CHILD_REQUIRE(filter_install_prctl(&good) == -1 && errno == EACCES);
	CHILD_REQUIRE(filter_install(SECCOMP_FILTER_FLAG_LOG, &good) == -1 && errno == EACCES);
	CHILD_REQUIRE(verdict_on(bad, 2) == EACCES);
	CHILD_REQUIRE(verdict_on(BAD_POINTER, 1) == EACCES);
	CHILD_REQUIRE(verdict_on(NULL, 1) == EACCES);
	CHILD_REQUIRE(verdict_on(bad, 0) == EINVAL);
	CHILD_REQUIRE(filter_install(0, NULL) == -1 && errno == EFAULT);
	CHILD_REQUIRE(filter_install(UNKNOWN_FLAG, NULL) == -1 && errno == EINVAL);
	CHILD_REQUIRE(!status_field(0, "Seccomp") && !status_field(0, "Seccomp_filters"));

	CHILD_REQUIRE(!set_no_new_privs());
	CHILD_REQUIRE(!filter_install(0, &good));
	CHILD_REQUIRE(!filter_install_prctl(&good));
	CHILD_REQUIRE(status_field(0, "Seccomp_filters") == 2);
	CHILD_REQUIRE(status_field(0, "NoNewPrivs") == 1);
}

TEST(privilege_or_no_new_privs)
{
	EXPECT_TRUE(exited_with(child_status(unprivileged_refusals, NULL), 0));
}

/* Filters that are there give no right to add one. */
static void filtered_then_unprivileged(void *unused)
{
	CHILD_REQUIRE(!filter_install(0, &PROGRAM(END)));
	drop_privilege();
	CHILD_REQUIRE(filter_install(0, &PROGRAM(END)) == -1 && errno == EACCES);
	CHILD_REQUIRE(status_field(0, "Seccomp_filters") == 1);
}

TEST(filters_give_no_privilege)
{
	EXPECT_TRUE(exited_with(child_status(filtered_then_unprivileged, NULL), 0));
}

#define NO_NAMESPACES 4

static void user_namespace_owner(void *unused)
{
	drop_privilege();
	if (unshare(CLONE_NEWUSER))
		_exit(NO_NAMESPACES);
	CHILD_REQUIRE(!filter_install(0, &PROGRAM(END)));
	CHILD_REQUIRE(status_field(0, "NoNewPrivs") == 0);
}

TEST(capability_in_own_user_namespace)
{
	int status = child_status(user_namespace_owner, NULL);

	if (exited_with(status, NO_NAMESPACES))
		SKIP(return, "no user namespaces");
	EXPECT_TRUE(exited_with(status, 0));
}

/* What the accounting files call "used super-user privileges". */
static bool privilege_was_used(void)
{
	char text[1024], *at;
	unsigned int flags;
	ssize_t got;
	int fd;

	fd = open("/proc/self/stat", O_RDONLY);
	got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	CHILD_REQUIRE(got > 0);
	close(fd);
	text[got] = '\0';
	at = strrchr(text, ')');
	CHILD_REQUIRE(at && sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1);
	return flags & 0x100;
}

/* Every child starts with a clean slate, so each step below leaves the next to a child. */
static void b36_install(void *used)
{
	CHILD_REQUIRE(!privilege_was_used());
	CHILD_REQUIRE(!filter_install(0, &PROGRAM(END)));
	CHILD_REQUIRE(privilege_was_used() == !!used);
}

static void b36_by_no_new_privs(void *unused)
{
	drop_privilege();
	CHILD_REQUIRE(!set_no_new_privs());
	CHILD_REQUIRE(exited_with(child_status(b36_install, NULL), 0));
}

static void b36_in_own_namespace(void *unused)
{
	drop_privilege();
	if (unshare(CLONE_NEWUSER))
		_exit(NO_NAMESPACES);
	CHILD_REQUIRE(exited_with(child_status(b36_install, "used"), 0));
}

/*
 * Where a JIT asks on its own whether the caller is the machine's administrator, it sets
 * the same bit: only someone who is not one shows that it was the filter that did.
 */
TEST(b36_use_of_capability_is_noted)
{
	int status = child_status(b36_in_own_namespace, NULL);

	EXPECT_TRUE(exited_with(child_status(b36_by_no_new_privs, NULL), 0));
	EXPECT_TRUE(exited_with(child_status(b36_install, "used"), 0));
	EXPECT_TRUE(exited_with(status, 0) || exited_with(status, NO_NAMESPACES));
}

/* USER_NOTIF is left to the tests of listeners. */
TEST(action_avail)
{
	static const uint32_t known[] = {
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP,
		SECCOMP_RET_ERRNO, SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW,
	};
	/* Data does not belong to an action's name. */
	static const uint32_t unknown[] = {
		1, 0x00010000, 0x00030001, 0x00050001, 0x12340000, 0x7ff00001, 0x7ffd0000,
		0x7ffe0000, 0x7fff0001, 0x80000001, 0x80010000, 0xffff0000, 0xffffffff,
	};
	uint32_t action;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		action = known[i];
		EXPECT_EQ(0, sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action))
			TH_LOG("action %#x", action);
		EXPECT_EQ(known[i], action);
	}
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		action = unknown[i];
		errno = 0;
		EXPECT_EQ(-1, sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action));
		EXPECT_EQ(EOPNOTSUPP, errno)
			TH_LOG("action %#x", action);
	}
	EXPECT_EQ(0, status_field(0, "Seccomp"));
}

TEST(notif_sizes)
{
	static const uint16_t expected[3] = { 80, 24, 64 };
	uint16_t sizes[4] = { 1, 2, 3, 0xabcd };

	ASSERT_EQ(0, sys_seccomp(SECCOMP_GET_NOTIF_SIZES, 0, sizes));
	EXPECT_EQ(0, memcmp(expected, sizes, sizeof(expected)))
		TH_LOG("%u %u %u", sizes[0], sizes[1], sizes[2]);
	EXPECT_EQ(0xabcd, sizes[3]);
}

struct speculation {
	char store_bypass[64], indirect_branch[64];
	int control[3];
};

static void read_speculation(struct speculation *s)
{
	int i;

	memset(s, 0, sizeof(*s));
	status_text(0, "Speculation_Store_Bypass", s->store_bypass, sizeof(s->store_bypass));
	status_text(0, "SpeculationIndirectBranch", s->indirect_branch,
		    sizeof(s->indirect_branch));
	for (i = 0; i < 3; i++)
		s->control[i] = prctl(PR_GET_SPECULATION_CTRL, i, 0, 0, 0);
}

/* Mitigations are slow, and no filter asks for them, whatever it says about speculation. */
TEST(b35_speculation_is_left_alone)
{
	static const unsigned int flags[] = { 0, SECCOMP_FILTER_FLAG_SPEC_ALLOW };
	char cmdline[4096] = "";
	struct speculation before, after;
	size_t i;
	int fd;

	fd = open("/proc/cmdline", O_RDONLY);
	if (fd >= 0 && read(fd, cmdline, sizeof(cmdline) - 1) > 0 &&
	    (strstr(cmdline, "spec_store_bypass_disable=seccomp") ||
	     strstr(cmdline, "spectre_v2_user=seccomp")))
		SKIP(return, "the boot parameters ask for mitigations");

	read_speculation(&before);
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		ASSERT_EQ(0, filter_install(flags[i], &PROGRAM(END)));
		read_speculation(&after);
		EXPECT_STREQ(before.store_bypass, after.store_bypass);
		EXPECT_STREQ(before.indirect_branch, after.indirect_branch);
		EXPECT_EQ(0, memcmp(before.control, after.control, sizeof(after.control)));
	}
	EXPECT_EQ(2, status_field(0, "Seccomp_filters"));
}

TEST_HARNESS_MAIN
