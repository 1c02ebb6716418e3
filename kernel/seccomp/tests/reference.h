/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a program says of a system call: the meaning of the classic instructions, and
 * nothing else. All that is clever is held against this, by KUnit in the kernel and by
 * a fuzzer in user space. A program that the kernel accepts only jumps forwards, ends
 * with a return, and reads no scratch memory that it has not written.
 */
#ifndef _SECCOMP_TESTS_REFERENCE_H
#define _SECCOMP_TESTS_REFERENCE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/string.h>
#include <linux/types.h>

/* Which way a branch went, or a division that ends the program if X is zero. */
#define REFERENCE_WAY_TRUE	1
#define REFERENCE_WAY_FALSE	2

/**
 * struct reference_notes - what runs of a program have seen
 * @words:	of the data that were read, as bits
 * @sides:	how many different ways branches went
 * @ways:	for each instruction, which it went
 */
struct reference_notes {
	u32		words;
	unsigned int	sides;
	u8		ways[BPF_MAXINSNS];
};

/* @yes, on the way. */
static inline bool reference_note_way(struct reference_notes *notes, unsigned int pc,
				      bool yes)
{
	u8 way = yes ? REFERENCE_WAY_TRUE : REFERENCE_WAY_FALSE;

	if (notes) {
		notes->sides += !(notes->ways[pc] & way);
		notes->ways[pc] |= way;
	}
	return yes;
}

static inline u32 reference_calculate(u16 op, u32 a, u32 b)
{
	switch (op) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return a / b;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << (b & 31);
	case BPF_RSH:
		return a >> (b & 31);
	default:	/* BPF_NEG */
		return -a;
	}
}

static inline bool reference_compare(u16 op, u32 a, u32 b)
{
	switch (op) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	default:	/* BPF_JSET */
		return a & b;
	}
}

static inline u32 reference_load(const struct sock_filter *insn,
				 const struct seccomp_data *data, const u32 *memory,
				 struct reference_notes *notes)
{
	u32 word;

	switch (BPF_MODE(insn->code)) {
	case BPF_ABS:
		memcpy(&word, (const u8 *)data + insn->k, sizeof(word));
		if (notes)
			notes->words |= 1U << (insn->k / sizeof(word));
		return word;
	case BPF_LEN:
		return sizeof(*data);
	case BPF_MEM:
		return memory[insn->k];
	default:	/* BPF_IMM */
		return insn->k;
	}
}

/* The verdict; @notes may be NULL. */
static inline u32 reference_run(const struct sock_filter *insns,
				const struct seccomp_data *data,
				struct reference_notes *notes)
{
	u32 a = 0, x = 0, memory[BPF_MEMWORDS] = { 0 };

	for (unsigned int pc = 0;; pc++) {
		const struct sock_filter *insn = &insns[pc];
		u16 op = BPF_OP(insn->code);
		u32 b = BPF_SRC(insn->code) == BPF_X ? x : insn->k;

		switch (BPF_CLASS(insn->code)) {
		case BPF_LD:
			a = reference_load(insn, data, memory, notes);
			continue;
		case BPF_LDX:
			x = reference_load(insn, data, memory, notes);
			continue;
		case BPF_ST:
			memory[insn->k] = a;
			continue;
		case BPF_STX:
			memory[insn->k] = x;
			continue;
		case BPF_MISC:
			if (BPF_MISCOP(insn->code) == BPF_TAX)
				x = a;
			else
				a = x;
			continue;
		case BPF_RET:
			return BPF_RVAL(insn->code) == BPF_A ? a : insn->k;
		case BPF_ALU:
			if (insn->code == (BPF_ALU | BPF_DIV | BPF_X) &&
			    !reference_note_way(notes, pc, x))
				return SECCOMP_RET_KILL_THREAD;
			a = reference_calculate(op, a, b);
			continue;
		case BPF_JMP:
			if (op == BPF_JA)
				pc += insn->k;
			else
				pc += reference_note_way(notes, pc, reference_compare(op, a, b)) ?
				      insn->jt : insn->jf;
			continue;
		}
	}
}

#endif /* _SECCOMP_TESTS_REFERENCE_H */
