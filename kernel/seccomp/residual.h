/* SPDX-License-Identifier: GPL-2.0 */
/* Between analyse.c, which follows a program, and residual.c, which shortens it. */
#ifndef _KERNEL_SECCOMP_RESIDUAL_H
#define _KERNEL_SECCOMP_RESIDUAL_H

#include "analysis.h"

/* What a program can keep a word in; also the numbers of bits in masks of them. */
enum seccomp_register {
	SECCOMP_REG_A,
	SECCOMP_REG_X,
	SECCOMP_REG_MEM,	/* the first of BPF_MEMWORDS */
	SECCOMP_REGS = SECCOMP_REG_MEM + BPF_MEMWORDS,
};

/* Where an instruction may lead; a return leads nowhere, see seccomp_target(). */
#define SECCOMP_WAY_TRUE	BIT(0)
#define SECCOMP_WAY_FALSE	BIT(1)
#define SECCOMP_WAY_BOTH	(SECCOMP_WAY_TRUE | SECCOMP_WAY_FALSE)

/**
 * struct seccomp_mark - what is known of an instruction, for some system calls
 * @ways:	SECCOMP_WAY_* that it may take
 * @result:	it always comes to @value: leaves that in its register, or returns it
 * @operand:	X is always @value there
 * @settled:	whatever follows, the program returns @verdict
 * @dead:	nobody reads what it leaves
 * @needed:	the code contains it
 * @value:	see @result and @operand
 * @verdict:	see @settled
 * @live:	the registers that are read from here on before they are written
 * @start:	where its code begins
 * @next:	where the only way leads; past branches that were not put down
 * @code:	the first instruction from here on that has code
 *
 * analyse.c fills in @ways to @settled, @value, @verdict and @next; residual.c the
 * rest.
 */
struct seccomp_mark {
	u8	ways;
	bool	result : 1;
	bool	operand : 1;
	bool	settled : 1;
	bool	dead : 1;
	bool	needed : 1;
	u16	start;
	u16	next;
	u16	code;
	u32	value;
	u32	verdict;
	u32	live;
};

/**
 * struct seccomp_trace - a program, as far as some system calls may get in it
 * @insns:	the program
 * @len:	its length; also the place where a division by zero leads, which ends
 *		the program with the verdict 0
 * @marks:	for each instruction, and for that place
 * @path:	the instructions that may be reached, in order, but for branches that
 *		are decided and passed over
 * @count:	how many
 */
struct seccomp_trace {
	const struct sock_filter	*insns;
	unsigned int			len;
	struct seccomp_mark		*marks;
	u16				*path;
	unsigned int			count;
};

/* Does it end the program where X is zero, so that it has two ways to go? */
static inline bool seccomp_insn_divides(const struct sock_filter *insn)
{
	return insn->code == (BPF_ALU | BPF_DIV | BPF_X);
}

static inline unsigned int seccomp_target(const struct seccomp_trace *trace,
					  unsigned int pc, unsigned int way)
{
	const struct sock_filter *insn = &trace->insns[pc];

	if (BPF_CLASS(insn->code) == BPF_JMP) {
		if (BPF_OP(insn->code) == BPF_JA)
			return pc + 1 + insn->k;
		return pc + 1 + (way == SECCOMP_WAY_TRUE ? insn->jt : insn->jf);
	}
	return way == SECCOMP_WAY_TRUE ? pc + 1 : trace->len;
}

static inline unsigned int seccomp_mark_target(const struct seccomp_trace *trace,
					       unsigned int pc, unsigned int way)
{
	return trace->marks[pc].ways == SECCOMP_WAY_BOTH ?
	       seccomp_target(trace, pc, way) : trace->marks[pc].next;
}

unsigned int seccomp_residual(struct seccomp_trace *trace, struct bpf_insn *code,
			      unsigned int room);
unsigned int seccomp_dispatch(struct bpf_insn *code, const u16 *starts,
			      unsigned int parts);

#endif /* _KERNEL_SECCOMP_RESIDUAL_H */
