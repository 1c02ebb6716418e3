// SPDX-License-Identifier: GPL-2.0
/*
 * What the code that an analysis leaves means to the BPF core. It knows no more than
 * the analysis may use, and takes for a mistake whatever the core would do something
 * unexpected with, or nothing at all.
 */
#include <string.h>

#include "fuzz.h"

#define CONTEXT_SIZE	(SECCOMP_PART_OFFSET + sizeof(u32))
#define MEMORY_SIZE	(BPF_MEMWORDS * sizeof(u32))

/* A word, and whether anybody has written it. */
struct word {
	u32	value;
	bool	written;
};

struct machine {
	u8		context[CONTEXT_SIZE];
	struct word	registers[MAX_BPF_REG];
	struct word	memory[BPF_MEMWORDS];
};

/*
 * Before it runs
 */

static void check(bool good, unsigned int pc, const char *what)
{
	if (!good)
		fail("code, instruction %u: %s", pc, what);
}

/* One that holds a word: neither the data's address nor the frame's. */
static bool holds_word(unsigned int reg)
{
	return reg < BPF_REG_10 && reg != BPF_REG_1;
}

static void check_operand(const struct bpf_insn *insn, unsigned int pc)
{
	check(holds_word(insn->dst_reg), pc, "the register holds no word");
	if (BPF_SRC(insn->code) == BPF_K) {
		check(!insn->src_reg, pc, "a register that is not used");
	} else {
		check(holds_word(insn->src_reg), pc, "the operand holds no word");
		check(!insn->imm, pc, "a constant that is not used");
	}
}

static void check_alu(const struct bpf_insn *insn, unsigned int pc)
{
	bool constant = BPF_SRC(insn->code) == BPF_K;

	check_operand(insn, pc);
	check(!insn->off, pc, "an offset that is not used");
	switch (BPF_OP(insn->code)) {
	case BPF_DIV:
		check(!constant || insn->imm, pc, "division by zero");
		break;
	case BPF_LSH:
	case BPF_RSH:
		check(!constant || (u32)insn->imm < 32, pc, "too wide a shift");
		break;
	case BPF_NEG:
		check(constant && !insn->imm, pc, "an operand that is not used");
		break;
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
	case BPF_MOV:
		break;
	default:
		check(false, pc, "no such calculation");
	}
}

static void check_access(const struct seccomp_analysis *analysis,
			 const struct bpf_insn *insn, unsigned int pc)
{
	bool load = BPF_CLASS(insn->code) == BPF_LDX;
	unsigned int base = load ? insn->src_reg : insn->dst_reg;

	check(BPF_SIZE(insn->code) == BPF_W && BPF_MODE(insn->code) == BPF_MEM, pc,
	      "access to something else than a word");
	check(insn->off % (int)sizeof(u32) == 0, pc, "unaligned");
	if (base == BPF_REG_10) {
		check(analysis->memory, pc, "scratch memory that was not asked for");
		check(insn->off < 0 && insn->off >= -(int)MEMORY_SIZE, pc,
		      "outside of the scratch memory");
	} else {
		check(load && base == BPF_REG_1, pc, "access to something unknown");
		check(insn->off >= 0 && insn->off < (int)CONTEXT_SIZE, pc,
		      "outside of the data");
	}
	if (BPF_CLASS(insn->code) == BPF_ST)
		check(!insn->src_reg, pc, "a register that is not used");
	else
		check(!insn->imm, pc, "a constant that is not used");
	if (load)
		check(holds_word(insn->dst_reg), pc, "not a register for words");
	if (BPF_CLASS(insn->code) == BPF_STX)
		check(holds_word(insn->src_reg), pc, "the register holds no word");
}

static void check_jump(const struct seccomp_analysis *analysis,
		       const struct bpf_insn *insn, unsigned int pc)
{
	check(insn->off >= 0, pc, "jump backwards");
	check(pc + 1 + insn->off < analysis->length, pc, "jump out of the code");
}

static void check_insn(const struct seccomp_analysis *analysis, unsigned int pc)
{
	const struct bpf_insn *insn = &analysis->code[pc];
	bool last = pc + 1 == analysis->length;

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
		check_alu(insn, pc);
		break;
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		check_access(analysis, insn, pc);
		break;
	case BPF_JMP32:
		check_operand(insn, pc);
		check_jump(analysis, insn, pc);
		break;
	case BPF_JMP:
		check(!insn->dst_reg && !insn->src_reg && !insn->imm, pc,
		      "a field that is not used");
		if (insn->code == (BPF_JMP | BPF_JA))
			check_jump(analysis, insn, pc);
		else
			check(insn->code == (BPF_JMP | BPF_EXIT) && !insn->off, pc,
			      "no such jump");
		return;
	default:
		check(false, pc, "no such instruction");
	}
	check(!last, pc, "the code has no end");
}

/* All of it, whether it can be reached or not. */
void code_check(const struct seccomp_analysis *analysis)
{
	for (unsigned int pc = 0; pc < analysis->length; pc++)
		check_insn(analysis, pc);
}

/*
 * Running
 */

static u32 read_word(const struct word *word, unsigned int pc)
{
	check(word->written, pc, "reads a word that nobody has written");
	return word->value;
}

static void write_word(struct word *word, u32 value)
{
	word->value = value;
	word->written = true;
}

static struct word *memory_word(struct machine *machine, int offset)
{
	return &machine->memory[(MEMORY_SIZE + offset) / sizeof(u32)];
}

static u32 operand(const struct machine *machine, const struct bpf_insn *insn,
		   unsigned int pc)
{
	if (BPF_SRC(insn->code) == BPF_K)
		return insn->imm;
	return read_word(&machine->registers[insn->src_reg], pc);
}

static void run_alu(struct machine *machine, const struct bpf_insn *insn, unsigned int pc)
{
	struct word *to = &machine->registers[insn->dst_reg];
	u32 b = operand(machine, insn, pc);
	u32 a = BPF_OP(insn->code) == BPF_MOV ? b : read_word(to, pc);

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		a += b;
		break;
	case BPF_SUB:
		a -= b;
		break;
	case BPF_MUL:
		a *= b;
		break;
	case BPF_DIV:
		check(b, pc, "division by zero");
		a /= b;
		break;
	case BPF_AND:
		a &= b;
		break;
	case BPF_OR:
		a |= b;
		break;
	case BPF_XOR:
		a ^= b;
		break;
	case BPF_LSH:
		a <<= b & 31;
		break;
	case BPF_RSH:
		a >>= b & 31;
		break;
	case BPF_NEG:
		a = -a;
		break;
	}
	write_word(to, a);
}

static void run_load(struct machine *machine, const struct bpf_insn *insn, unsigned int pc)
{
	struct word *to = &machine->registers[insn->dst_reg];
	u32 value;

	if (insn->src_reg == BPF_REG_1)
		memcpy(&value, machine->context + insn->off, sizeof(value));
	else
		value = read_word(memory_word(machine, insn->off), pc);
	write_word(to, value);
}

static bool jumps(const struct machine *machine, const struct bpf_insn *insn,
		  unsigned int pc)
{
	u32 a = read_word(&machine->registers[insn->dst_reg], pc);
	u32 b = operand(machine, insn, pc);

	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JNE:
		return a != b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JLT:
		return a < b;
	case BPF_JLE:
		return a <= b;
	case BPF_JSET:
		return a & b;
	default:
		fail("code, instruction %u: no such comparison", pc);
	}
}

/* Of code that has been checked. */
u32 code_run(const struct seccomp_analysis *analysis, const struct seccomp_data *data,
	     u32 part)
{
	struct machine machine = { 0 };
	unsigned int pc = 0;

	memcpy(machine.context, data, sizeof(*data));
	memcpy(machine.context + SECCOMP_PART_OFFSET, &part, sizeof(part));
	for (unsigned int steps = 0; steps < analysis->length; steps++, pc++) {
		const struct bpf_insn *insn = &analysis->code[pc];

		switch (BPF_CLASS(insn->code)) {
		case BPF_ALU:
			run_alu(&machine, insn, pc);
			break;
		case BPF_LDX:
			run_load(&machine, insn, pc);
			break;
		case BPF_ST:
			write_word(memory_word(&machine, insn->off), insn->imm);
			break;
		case BPF_STX:
			write_word(memory_word(&machine, insn->off),
				   read_word(&machine.registers[insn->src_reg], pc));
			break;
		case BPF_JMP32:
			if (jumps(&machine, insn, pc))
				pc += insn->off;
			break;
		default:
			if (insn->code == (BPF_JMP | BPF_EXIT))
				return read_word(&machine.registers[BPF_REG_0], pc);
			pc += insn->off;
		}
	}
	fail("code of %u instructions takes more steps than that", analysis->length);
}
