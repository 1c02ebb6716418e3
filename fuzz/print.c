// SPDX-License-Identifier: GPL-2.0
/* A mistake in words, with the program that shows it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

struct present present;

/* By BPF_OP(), for calculations and for comparisons. */
static const char * const ops[] = { "+", "-", "*", "/", "|", "&", "<<", ">>", "", "", "^" };
static const char * const comparisons[] = { "", "==", ">", ">=", "&" };

static void print_load(const struct sock_filter *insn)
{
	printf("%c = ", BPF_CLASS(insn->code) == BPF_LD ? 'A' : 'X');
	switch (BPF_MODE(insn->code)) {
	case BPF_ABS:
		printf("data[%u]", insn->k);
		break;
	case BPF_MEM:
		printf("memory[%u]", insn->k);
		break;
	case BPF_LEN:
		printf("length");
		break;
	default:
		printf("%#x", insn->k);
	}
}

static void print_operand(const struct sock_filter *insn)
{
	if (BPF_SRC(insn->code) == BPF_X)
		printf(" X");
	else
		printf(" %#x", insn->k);
}

static void print_insn(const struct sock_filter *insn, unsigned int pc)
{
	printf("%5u: ", pc);
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		print_load(insn);
		break;
	case BPF_ST:
	case BPF_STX:
		printf("memory[%u] = %c", insn->k,
		       BPF_CLASS(insn->code) == BPF_ST ? 'A' : 'X');
		break;
	case BPF_ALU:
		printf("A = ");
		if (BPF_OP(insn->code) == BPF_NEG) {
			printf("-A");
			break;
		}
		printf("A %s", ops[BPF_OP(insn->code) >> 4]);
		print_operand(insn);
		break;
	case BPF_JMP:
		if (BPF_OP(insn->code) == BPF_JA) {
			printf("goto %u", pc + 1 + insn->k);
			break;
		}
		printf("if A %s", comparisons[BPF_OP(insn->code) >> 4]);
		print_operand(insn);
		printf(" goto %u else %u", pc + 1 + insn->jt, pc + 1 + insn->jf);
		break;
	case BPF_RET:
		if (BPF_RVAL(insn->code) == BPF_A)
			printf("return A");
		else
			printf("return %#x", insn->k);
		break;
	case BPF_MISC:
		printf(BPF_MISCOP(insn->code) == BPF_TAX ? "X = A" : "A = X");
		break;
	}
	putchar('\n');
}

static void print_analysis(const struct seccomp_analysis *analysis)
{
	for (unsigned int i = 0; i < analysis->count; i++)
		printf("answer %u: %#x, part %u\n", i, analysis->answers[i].verdict,
		       analysis->answers[i].part);
	for (unsigned int pc = 0; pc < analysis->length; pc++) {
		const struct bpf_insn *insn = &analysis->code[pc];

		printf("%5u: code %#04x, registers %u and %u, offset %d, constant %#x\n",
		       pc, insn->code, insn->dst_reg, insn->src_reg, insn->off, insn->imm);
	}
}

static void print_data(const struct seccomp_data *data)
{
	printf("data: number %#x, architecture %#x, address %#llx, arguments", data->nr,
	       data->arch, data->instruction_pointer);
	for (unsigned int i = 0; i < ARRAY_SIZE(data->args); i++)
		printf(" %#llx", data->args[i]);
	putchar('\n');
}

void fail(const char *format, ...)
{
	va_list arguments;

	if (present.program)
		for (unsigned int pc = 0; pc < present.program->len; pc++)
			print_insn(&present.program->insns[pc], pc);
	if (present.analysis)
		print_analysis(present.analysis);
	if (present.data)
		print_data(present.data);
	va_start(arguments, format);
	printf("WRONG: ");
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
	fflush(stdout);
	abort();
}
