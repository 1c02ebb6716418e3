// SPDX-License-Identifier: GPL-2.0
/*
 * What a program says of a system call: the meaning of the classic instructions, and
 * nothing else. A program that the kernel accepts only jumps forwards, ends with a return,
 * and reads no scratch memory that it has not written.
 */
#include <string.h>

#include "fuzz.h"

static u32 calculate(u16 op, u32 a, u32 b)
{
	switch (op) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_DIV: return a / b;
	case BPF_AND: return a & b;
	case BPF_OR:  return a | b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return a << (b & 31);
	case BPF_RSH: return a >> (b & 31);
	case BPF_NEG: return -a;
	}
	fail("the reference knows no calculation %#x", op);
}

static bool compare(u16 op, u32 a, u32 b)
{
	switch (op) {
	case BPF_JEQ: return a == b;
	case BPF_JGT: return a > b;
	case BPF_JGE: return a >= b;
	case BPF_JSET: return a & b;
	}
	fail("the reference knows no comparison %#x", op);
}

static u32 load(u16 mode, u32 k, const struct seccomp_data *data, const u32 *memory,
		struct notes *notes)
{
	u32 word;

	switch (mode) {
	case BPF_IMM: return k;
	case BPF_MEM: return memory[k];
	case BPF_LEN: return sizeof(*data);
	}
	memcpy(&word, (const u8 *)data + k, sizeof(word));
	notes->words |= BIT(k / sizeof(word));
	return word;
}

u32 reference_run(const struct sock_filter *insns, const struct seccomp_data *data,
		  struct notes *notes)
{
	u32 a = 0, x = 0, memory[BPF_MEMWORDS] = { 0 };

	for (unsigned int pc = 0;; pc++) {
		u16 code = insns[pc].code, op = BPF_OP(code);
		u32 k = insns[pc].k, b = BPF_SRC(code) == BPF_X ? x : k;

		switch (BPF_CLASS(code)) {
		case BPF_LD:
			a = load(BPF_MODE(code), k, data, memory, notes);
			break;
		case BPF_LDX:
			x = load(BPF_MODE(code), k, data, memory, notes);
			break;
		case BPF_ST:
		case BPF_STX:
			memory[k] = BPF_CLASS(code) == BPF_ST ? a : x;
			break;
		case BPF_MISC:
			if (BPF_MISCOP(code) == BPF_TAX)
				x = a;
			else
				a = x;
			break;
		case BPF_ALU:
			if (code == (BPF_ALU | BPF_DIV | BPF_X) && !note_way(notes, pc, x))
				return 0;
			a = calculate(op, a, b);
			break;
		case BPF_JMP:
			if (op == BPF_JA)
				pc += k;
			else
				pc += note_way(notes, pc, compare(op, a, b)) ?
				      insns[pc].jt : insns[pc].jf;
			break;
		case BPF_RET:
			return BPF_RVAL(code) == BPF_A ? a : k;
		}
	}
}
