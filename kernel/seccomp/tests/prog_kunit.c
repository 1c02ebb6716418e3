// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of prog.c, which includes this file: programs at random, analysed and
 * compiled as they would be for a task, and held against the reference, once as
 * machine code and once interpreted by the BPF core.
 */
#include <kunit/test.h>
#include <linux/audit.h>
#include <linux/prandom.h>

#include "reference.h"

#define PROGRAMS	400
#define LENGTH		48
#define CALLS		60

static struct rnd_state random;

static u32 below(u32 limit)
{
	return prandom_u32_state(&random) % limit;
}

/* Words that programs look for, and are given. */
static u32 word(void)
{
	static const u32 words[] = {
		0, 1, 2, 3, 39, 135, 400, 5000, 0x40000000, 0x40000001, U32_MAX,
		AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, 0x7fffffff, 0x80000000, 0xff,
	};

	return below(8) ? words[below(ARRAY_SIZE(words))] : prandom_u32_state(&random);
}

static u32 verdict(void)
{
	return seccomp_actions[below(seccomp_actions_count)].value | below(3);
}

static struct sock_filter any_load(void)
{
	/* The number and the architecture more often than the rest. */
	u32 offset = below(2) ? below(2) : below(sizeof(struct seccomp_data) / 4);

	return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset * 4);
}

static struct sock_filter any_alu(void)
{
	static const u16 ops[] = {
		BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND, BPF_OR, BPF_XOR,
		BPF_LSH, BPF_RSH, BPF_NEG,
	};
	u16 op = ops[below(ARRAY_SIZE(ops))];
	u16 src = below(3) || op == BPF_NEG ? BPF_K : BPF_X;
	u32 k = op == BPF_LSH || op == BPF_RSH ? below(32) : word();

	return (struct sock_filter)BPF_STMT(BPF_ALU | op | src,
					    op == BPF_DIV && !k ? 1 : k);
}

static struct sock_filter any_jump(unsigned int room)
{
	static const u16 ops[] = { BPF_JEQ, BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET };
	u16 src = below(4) ? BPF_K : BPF_X;

	return (struct sock_filter)BPF_JUMP(BPF_JMP | ops[below(ARRAY_SIZE(ops))] | src,
					    word(), below(room), below(room));
}

static struct sock_filter any_insn(unsigned int room)
{
	switch (below(12)) {
	case 0:
	case 1:
		return any_load();
	case 2:
	case 3:
		return any_alu();
	case 4:
		return (struct sock_filter)BPF_STMT(BPF_LDX | BPF_IMM, word());
	case 5:
		return (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0);
	case 6:
		return (struct sock_filter)BPF_STMT(BPF_ST, below(2));
	case 7:
		return (struct sock_filter)BPF_STMT(BPF_LD | BPF_MEM, below(2));
	case 8:
		return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict());
	default:
		return any_jump(room);
	}
}

static struct seccomp_prog *any_program(struct kunit *test)
{
	struct seccomp_prog *prog;

	prog = kvzalloc(struct_size(prog, insns, LENGTH), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, prog);
	prog->len = LENGTH;
	/* Scratch memory is written before it is read. */
	prog->insns[0] = (struct sock_filter)BPF_STMT(BPF_ST, 0);
	prog->insns[1] = any_load();
	prog->insns[2] = (struct sock_filter)BPF_STMT(BPF_ST, 1);
	for (unsigned int i = 3; i < LENGTH - 1; i++)
		prog->insns[i] = any_insn(LENGTH - 1 - i);
	prog->insns[LENGTH - 1] = below(2) ?
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0) :
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict());
	return prog;
}

/* A call of some range, and its slot. */
static void any_call(struct seccomp_call *call)
{
	const struct seccomp_numbers *numbers =
		&seccomp_map.numbers[below(seccomp_map.ranges)];
	u32 *words = (u32 *)&call->data;
	u32 index;

	for (size_t i = 0; i < sizeof(call->data) / sizeof(u32); i++)
		words[i] = word();
	index = below(4) ? below(numbers->count + 1) : word();
	index = min(index, numbers->last - numbers->first);
	call->data.arch = numbers->arch;
	call->data.nr = numbers->first + index;
	call->slot = numbers->slot + min(index, numbers->count);
}

static void compare_with_reference(struct kunit *test, struct seccomp_prog *prog)
{
	for (int i = 0; i < CALLS; i++) {
		const struct seccomp_answer *answer;
		struct seccomp_call call = { };
		u32 expected, said;

		any_call(&call);
		expected = seccomp_call_is_trampoline(&call) ? SECCOMP_RET_ALLOW :
			   reference_run(prog->insns, &call.data, NULL);
		answer = seccomp_prog_answer(prog, call.slot);
		call.part = answer->part;
		said = answer->part ?
		       bpf_dispatcher_nop_func(&call.data, prog->bpf->insnsi,
					       prog->bpf->bpf_func) : answer->verdict;
		/* The data of ALLOW mean nothing, and a constant leaves them out. */
		if (!answer->part && said == SECCOMP_RET_ALLOW)
			expected &= ~(u32)SECCOMP_RET_DATA;
		KUNIT_EXPECT_EQ_MSG(test, said, expected, "number %d of %#x",
				    call.data.nr, call.data.arch);
		if (answer->part)
			KUNIT_EXPECT_FALSE(test, seccomp_verdict_stricter(said,
									  answer->verdict));
	}
}

/* Gives what it was before. */
static int compiler_enable(int on)
{
#ifdef CONFIG_BPF_JIT
	swap(bpf_jit_enable, on);
#endif
	return on;
}

static void programs_mean_what_they_say(struct kunit *test)
{
	bool compile = *(const bool *)test->param_value;
	unsigned int parts = 0;
	int before;

	if (compile && !IS_ENABLED(CONFIG_BPF_JIT))
		kunit_skip(test, "no compiler");
	prandom_seed_state(&random, 7);
	before = compiler_enable(compile);
	for (int i = 0; i < PROGRAMS; i++) {
		struct seccomp_prog *prog = any_program(test);

		KUNIT_EXPECT_EQ(test, seccomp_prog_prepare(prog), 0);
		if (prog->bpf)
			KUNIT_EXPECT_EQ(test, !!prog->bpf->jited, compile);
		compare_with_reference(test, prog);
		parts += prog->analysis.parts;
		seccomp_prog_free(prog);
	}
	compiler_enable(before);
	/* It was about something. */
	KUNIT_EXPECT_GT(test, parts, PROGRAMS / 2);
}

static const bool seccomp_prog_compiled[] = { true, false };

static void seccomp_prog_describe(const bool *compile, char *text)
{
	strscpy(text, *compile ? "as machine code" : "interpreted", KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(seccomp_prog, seccomp_prog_compiled, seccomp_prog_describe);

static struct kunit_case seccomp_prog_cases[] = {
	KUNIT_CASE_PARAM(programs_mean_what_they_say, seccomp_prog_gen_params),
	{}
};

static struct kunit_suite seccomp_prog_suite = {
	.name = "seccomp_prog",
	.test_cases = seccomp_prog_cases,
};

kunit_test_suite(seccomp_prog_suite);
