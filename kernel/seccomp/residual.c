// SPDX-License-Identifier: GPL-2.0
/*
 * What is left of a program for some system calls, as code for the BPF core.
 * Pure, see analysis.h.
 *
 * The path holds what these calls can reach, and the marks say what is known
 * there. Left out are branches that are decided, words that nobody reads, and all
 * that comes after a place from where every way leads to the same verdict. What
 * is constant is written as one.
 *
 * A is in r0, X in r2, and r1 points to the data from beginning to end. Scratch
 * memory lies below r10.
 */
#include <linux/kernel.h>

#include "analysis.h"
#include "residual.h"

#define SECCOMP_BPF_A		BPF_REG_0
#define SECCOMP_BPF_DATA	BPF_REG_1
#define SECCOMP_BPF_X		BPF_REG_2

/* No instruction becomes more than these. */
#define SECCOMP_EXPANSION_MAX	4

/**
 * struct seccomp_output - code that is being written
 * @code:	where to
 * @length:	how much there is
 */
struct seccomp_output {
	struct bpf_insn	*code;
	unsigned int	length;
};

static void seccomp_emit(struct seccomp_output *output, struct bpf_insn insn)
{
	output->code[output->length++] = insn;
}

static void seccomp_emit_verdict(struct seccomp_output *output, u32 verdict)
{
	seccomp_emit(output, BPF_MOV32_IMM(BPF_REG_0, verdict));
	seccomp_emit(output, BPF_EXIT_INSN());
}

/*
 * Who reads what
 */

static u32 seccomp_insn_written(const struct sock_filter *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_ALU:
		return BIT(SECCOMP_REG_A);
	case BPF_LDX:
		return BIT(SECCOMP_REG_X);
	case BPF_ST:
	case BPF_STX:
		return BIT(SECCOMP_REG_MEM + insn->k);
	case BPF_MISC:
		return BPF_MISCOP(insn->code) == BPF_TAX ? BIT(SECCOMP_REG_X) :
							   BIT(SECCOMP_REG_A);
	default:
		return 0;
	}
}

static u32 seccomp_insn_read(const struct sock_filter *insn,
			     const struct seccomp_mark *mark)
{
	u32 operand = BPF_SRC(insn->code) == BPF_X && !mark->operand ?
		      BIT(SECCOMP_REG_X) : 0;

	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		return BPF_MODE(insn->code) == BPF_MEM ? BIT(SECCOMP_REG_MEM + insn->k) : 0;
	case BPF_ST:
		return BIT(SECCOMP_REG_A);
	case BPF_STX:
		return BIT(SECCOMP_REG_X);
	case BPF_MISC:
		return BPF_MISCOP(insn->code) == BPF_TAX ? BIT(SECCOMP_REG_A) :
							   BIT(SECCOMP_REG_X);
	default:
		return BIT(SECCOMP_REG_A) | operand;
	}
}

static u32 seccomp_live_after(const struct seccomp_trace *trace, unsigned int pc)
{
	u32 live = 0;

	for (unsigned int way = SECCOMP_WAY_TRUE; way <= SECCOMP_WAY_FALSE; way <<= 1)
		if (trace->marks[pc].ways & way)
			live |= trace->marks[seccomp_mark_target(trace, pc, way)].live;
	return live;
}

static bool seccomp_mark_forks(const struct seccomp_mark *mark)
{
	return mark->ways == SECCOMP_WAY_BOTH;
}

static void seccomp_live(struct seccomp_trace *trace, unsigned int pc)
{
	const struct sock_filter *insn = &trace->insns[pc];
	struct seccomp_mark *mark = &trace->marks[pc];
	u32 after, written, read;

	mark->live = 0;
	mark->code = pc;
	if (mark->settled)
		return;
	after = seccomp_live_after(trace, pc);
	written = seccomp_insn_written(insn);
	read = seccomp_insn_read(insn, mark);
	if (!mark->ways || seccomp_mark_forks(mark)) {
		mark->live = (after & ~written) | read;
		return;
	}
	/* Decided branches write nothing, and so they are dead as well. */
	mark->dead = !(after & written);
	mark->live = after;
	if (mark->dead)
		mark->code = trace->marks[mark->next].code;
	else
		mark->live = (after & ~written) | (mark->result ? 0 : read);
}

/* From an instruction to the first one from there that has code. */
static unsigned int seccomp_resolve(const struct seccomp_trace *trace, unsigned int pc)
{
	return trace->marks[pc].code;
}

/*
 * What comes next is written in place if it is a verdict, see seccomp_emit_next().
 * All else that an instruction leads to needs a place of its own.
 */
static void seccomp_need(struct seccomp_trace *trace, unsigned int pc)
{
	const struct seccomp_mark *mark = &trace->marks[pc];
	unsigned int next_way = seccomp_mark_forks(mark) &&
				!seccomp_insn_divides(&trace->insns[pc]) ?
				SECCOMP_WAY_FALSE : SECCOMP_WAY_TRUE;

	for (unsigned int way = SECCOMP_WAY_TRUE; way <= SECCOMP_WAY_FALSE; way <<= 1) {
		struct seccomp_mark *to;

		if (mark->settled || !(mark->ways & way))
			continue;
		to = &trace->marks[seccomp_resolve(trace, seccomp_mark_target(trace, pc, way))];
		if (way != next_way || !to->settled)
			to->needed = true;
	}
}

/*
 * Writing
 */

/*
 * A and X begin as 0. That can matter for X only: data come into A, so A has been
 * written before anything can depend on them. Nor can it matter for scratch memory,
 * which is written before it is read.
 */
static void seccomp_emit_beginning(struct seccomp_output *output, u32 live)
{
	if (live & BIT(SECCOMP_REG_X))
		seccomp_emit(output, BPF_MOV32_IMM(SECCOMP_BPF_X, 0));
}

static u8 seccomp_bpf_register(unsigned int reg)
{
	return reg == SECCOMP_REG_A ? SECCOMP_BPF_A : SECCOMP_BPF_X;
}

static s16 seccomp_bpf_memory(u32 word)
{
	return -4 * (s16)(BPF_MEMWORDS - word);
}

/* Jumps are written with the instruction that they lead to, for the time being. */
static void seccomp_emit_jump(struct seccomp_output *output, unsigned int to)
{
	seccomp_emit(output, BPF_JMP_A(to));
}

static void seccomp_emit_result(struct seccomp_output *output,
				const struct sock_filter *insn, u32 value)
{
	u32 written = seccomp_insn_written(insn);

	if (written & (BIT(SECCOMP_REG_A) | BIT(SECCOMP_REG_X)))
		seccomp_emit(output, BPF_MOV32_IMM(seccomp_bpf_register(__ffs(written)),
						   value));
	else
		seccomp_emit(output, BPF_ST_MEM(BPF_W, BPF_REG_FP,
						seccomp_bpf_memory(insn->k), value));
}

static void seccomp_emit_alu(struct seccomp_output *output,
			     const struct sock_filter *insn,
			     const struct seccomp_mark *mark)
{
	u16 op = BPF_OP(insn->code);
	u32 k = mark->operand ? mark->value : insn->k;

	if (op == BPF_LSH || op == BPF_RSH)
		k &= 31;
	if (op == BPF_NEG)
		seccomp_emit(output, BPF_ALU32_IMM(BPF_NEG, SECCOMP_BPF_A, 0));
	else if (BPF_SRC(insn->code) == BPF_K || mark->operand)
		seccomp_emit(output, BPF_ALU32_IMM(op, SECCOMP_BPF_A, k));
	else
		seccomp_emit(output, BPF_ALU32_REG(op, SECCOMP_BPF_A, SECCOMP_BPF_X));
}

/* An instruction with one way on. */
static void seccomp_emit_plain(struct seccomp_output *output,
			       const struct sock_filter *insn,
			       const struct seccomp_mark *mark)
{
	u8 loaded = BPF_CLASS(insn->code) == BPF_LD ? SECCOMP_BPF_A : SECCOMP_BPF_X;

	if (mark->result) {
		seccomp_emit_result(output, insn, mark->value);
		return;
	}
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		if (BPF_MODE(insn->code) == BPF_MEM)
			seccomp_emit(output, BPF_LDX_MEM(BPF_W, loaded, BPF_REG_FP,
							 seccomp_bpf_memory(insn->k)));
		else
			seccomp_emit(output, BPF_LDX_MEM(BPF_W, loaded, SECCOMP_BPF_DATA,
							 insn->k));
		break;
	case BPF_ST:
		seccomp_emit(output, BPF_STX_MEM(BPF_W, BPF_REG_FP, SECCOMP_BPF_A,
						 seccomp_bpf_memory(insn->k)));
		break;
	case BPF_STX:
		seccomp_emit(output, BPF_STX_MEM(BPF_W, BPF_REG_FP, SECCOMP_BPF_X,
						 seccomp_bpf_memory(insn->k)));
		break;
	case BPF_MISC:
		if (BPF_MISCOP(insn->code) == BPF_TAX)
			seccomp_emit(output, BPF_MOV32_REG(SECCOMP_BPF_X, SECCOMP_BPF_A));
		else
			seccomp_emit(output, BPF_MOV32_REG(SECCOMP_BPF_A, SECCOMP_BPF_X));
		break;
	case BPF_ALU:
		seccomp_emit_alu(output, insn, mark);
		break;
	}
}

static void seccomp_emit_branch(struct seccomp_output *output,
				const struct sock_filter *insn,
				const struct seccomp_mark *mark, u16 op,
				unsigned int to)
{
	if (BPF_SRC(insn->code) == BPF_K)
		seccomp_emit(output, BPF_JMP32_IMM(op, SECCOMP_BPF_A, insn->k, to));
	else if (mark->operand)
		seccomp_emit(output, BPF_JMP32_IMM(op, SECCOMP_BPF_A, mark->value, to));
	else
		seccomp_emit(output, BPF_JMP32_REG(op, SECCOMP_BPF_A, SECCOMP_BPF_X, to));
}

/* The comparison that is true where @op is false; 0 if there is none. */
static u16 seccomp_inverse(u16 op)
{
	switch (op) {
	case BPF_JEQ:
		return BPF_JNE;
	case BPF_JGT:
		return BPF_JLE;
	case BPF_JGE:
		return BPF_JLT;
	default:
		return 0;
	}
}

/* Make sure that @pc comes next: @following is what would without further ado. */
static void seccomp_emit_next(struct seccomp_output *output,
			      const struct seccomp_trace *trace, unsigned int pc,
			      unsigned int following)
{
	const struct seccomp_mark *mark = &trace->marks[pc];

	if (pc == following)
		return;
	if (mark->settled)
		seccomp_emit_verdict(output, mark->verdict);
	else
		seccomp_emit_jump(output, pc);
}

static void seccomp_emit_fork(struct seccomp_output *output,
			      const struct seccomp_trace *trace, unsigned int pc,
			      unsigned int following)
{
	const struct sock_filter *insn = &trace->insns[pc];
	const struct seccomp_mark *mark = &trace->marks[pc];
	unsigned int yes = seccomp_resolve(trace, seccomp_mark_target(trace, pc, SECCOMP_WAY_TRUE));
	unsigned int no = seccomp_resolve(trace, seccomp_mark_target(trace, pc, SECCOMP_WAY_FALSE));
	u16 op = BPF_OP(insn->code);

	if (seccomp_insn_divides(insn)) {
		seccomp_emit(output, BPF_JMP32_IMM(BPF_JEQ, SECCOMP_BPF_X, 0, no));
		seccomp_emit_alu(output, insn, mark);
		seccomp_emit_next(output, trace, yes, following);
	} else if (yes == following && trace->marks[no].needed && seccomp_inverse(op)) {
		seccomp_emit_branch(output, insn, mark, seccomp_inverse(op), no);
	} else {
		seccomp_emit_branch(output, insn, mark, op, yes);
		seccomp_emit_next(output, trace, no, following);
	}
}

static void seccomp_emit_insn(struct seccomp_output *output,
			      const struct seccomp_trace *trace, unsigned int pc,
			      unsigned int following)
{
	const struct seccomp_mark *mark = &trace->marks[pc];

	if (mark->settled) {
		seccomp_emit_verdict(output, mark->verdict);
	} else if (!mark->ways) {
		seccomp_emit(output, BPF_EXIT_INSN());
	} else if (seccomp_mark_forks(mark)) {
		seccomp_emit_fork(output, trace, pc, following);
	} else {
		seccomp_emit_plain(output, &trace->insns[pc], mark);
		seccomp_emit_next(output, trace,
				  seccomp_resolve(trace, trace->marks[pc].next),
				  following);
	}
}

static bool seccomp_code_jumps(const struct bpf_insn *insn)
{
	return (BPF_CLASS(insn->code) == BPF_JMP || BPF_CLASS(insn->code) == BPF_JMP32) &&
	       BPF_OP(insn->code) != BPF_EXIT;
}

static void seccomp_link(const struct seccomp_trace *trace,
			 const struct seccomp_output *output)
{
	for (unsigned int i = 0; i < output->length; i++)
		if (seccomp_code_jumps(&output->code[i]))
			output->code[i].off = trace->marks[output->code[i].off].start -
					      (i + 1);
}

/* The index in the path of the next instruction that has code. */
static unsigned int seccomp_following(const struct seccomp_trace *trace, unsigned int i)
{
	do {
		i++;
	} while (i < trace->count && !trace->marks[trace->path[i]].needed);
	return i;
}

/**
 * seccomp_residual - write down what is left of a program
 * @trace:	the way of some system calls through it, settled
 * @code:	receives the code
 * @room:	for how many instructions there is room
 *
 * Context: Any.
 * Return: How many instructions there are now; 0 if there is not enough room.
 */
unsigned int seccomp_residual(struct seccomp_trace *trace, struct bpf_insn *code,
			      unsigned int room)
{
	struct seccomp_output output = { .code = code };
	unsigned int i, next;

	for (i = trace->count; i-- > 0;) {
		struct seccomp_mark *mark = &trace->marks[trace->path[i]];

		mark->dead = false;
		mark->needed = false;
		seccomp_live(trace, trace->path[i]);
	}
	trace->marks[seccomp_resolve(trace, trace->path[0])].needed = true;

	if (room < SECCOMP_EXPANSION_MAX)
		return 0;
	seccomp_emit_beginning(&output, trace->marks[trace->path[0]].live);
	i = trace->marks[trace->path[0]].needed ? 0 : seccomp_following(trace, 0);
	for (; i < trace->count; i = next) {
		unsigned int pc = trace->path[i];

		if (output.length + SECCOMP_EXPANSION_MAX > room)
			return 0;
		seccomp_need(trace, pc);
		next = seccomp_following(trace, i);
		trace->marks[pc].start = output.length;
		seccomp_emit_insn(&output, trace, pc,
				  next < trace->count ? trace->path[next] : U16_MAX);
	}
	seccomp_link(trace, &output);
	return output.length;
}

/*
 * Parts from @first to @last: a tree of comparisons, the lower half of the parts
 * on the left. @here is where it begins, @base where part 0 does.
 */
static unsigned int seccomp_dispatch_tree(struct bpf_insn *code, const u16 *starts,
					  unsigned int base, unsigned int first,
					  unsigned int last, unsigned int here)
{
	unsigned int middle = first + (last - first) / 2;
	unsigned int begin = here, right;

	if (first == last) {
		if (code)
			code[here] = BPF_JMP_A(base + starts[first] - (here + 1));
		return 1;
	}
	here++;
	here += seccomp_dispatch_tree(code, starts, base, first, middle, here);
	right = here;
	if (middle + 1 < last)
		here += seccomp_dispatch_tree(code, starts, base, middle + 1, last, here);
	else
		right = base + starts[last];
	if (code)
		code[begin] = BPF_JMP32_IMM(BPF_JGT, BPF_REG_0, middle + 1,
					    right - (begin + 1));
	return here - begin;
}

/**
 * seccomp_dispatch - write the code in front of the parts, that chooses one
 * @code:	where to, or NULL to find out how long it is
 * @starts:	where each part begins behind it
 * @parts:	how many there are, counted from 1 in what it chooses by
 *
 * It recurses as deep as the logarithm of @parts.
 *
 * Context: Any.
 * Return: How many instructions it is.
 */
unsigned int seccomp_dispatch(struct bpf_insn *code, const u16 *starts,
			      unsigned int parts)
{
	unsigned int length = 0;

	if (parts == 1)
		return 0;
	if (code) {
		length = seccomp_dispatch(NULL, starts, parts);
		code[0] = BPF_LDX_MEM(BPF_W, BPF_REG_0, SECCOMP_BPF_DATA,
				      SECCOMP_PART_OFFSET);
	}
	return 1 + seccomp_dispatch_tree(code, starts, length, 0, parts - 1, 1);
}
