// SPDX-License-Identifier: GPL-2.0
/*
 * Which classic BPF instructions a program may consist of. Pure: it looks at the
 * instructions and nothing else.
 *
 * Jumps, scratch memory, constant divisors and shifts, and that the end is a
 * return, have been checked by the classic BPF verifier before.
 */
#include <linux/bpf_common.h>
#include <linux/errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "internal.h"

enum seccomp_insn_kind {
	SECCOMP_INSN_REFUSED = 0,
	SECCOMP_INSN_PLAIN,	/* means here what it means everywhere */
	SECCOMP_INSN_LOAD,	/* a word of struct seccomp_data, and not of a packet */
};

static const u8 seccomp_insn_kinds[] = {
	[BPF_LD | BPF_W | BPF_ABS]	= SECCOMP_INSN_LOAD,
	[BPF_LD | BPF_W | BPF_LEN]	= SECCOMP_INSN_PLAIN,
	[BPF_LDX | BPF_W | BPF_LEN]	= SECCOMP_INSN_PLAIN,
	[BPF_LD | BPF_IMM]		= SECCOMP_INSN_PLAIN,
	[BPF_LDX | BPF_IMM]		= SECCOMP_INSN_PLAIN,
	[BPF_LD | BPF_MEM]		= SECCOMP_INSN_PLAIN,
	[BPF_LDX | BPF_MEM]		= SECCOMP_INSN_PLAIN,
	[BPF_ST]			= SECCOMP_INSN_PLAIN,
	[BPF_STX]			= SECCOMP_INSN_PLAIN,
	[BPF_MISC | BPF_TAX]		= SECCOMP_INSN_PLAIN,
	[BPF_MISC | BPF_TXA]		= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_ADD | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_ADD | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_SUB | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_SUB | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_MUL | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_MUL | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_DIV | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_DIV | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_AND | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_AND | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_OR | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_OR | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_XOR | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_XOR | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_LSH | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_LSH | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_RSH | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_RSH | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_ALU | BPF_NEG]		= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JA]		= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JEQ | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JEQ | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JGT | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JGT | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JGE | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JGE | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JSET | BPF_K]	= SECCOMP_INSN_PLAIN,
	[BPF_JMP | BPF_JSET | BPF_X]	= SECCOMP_INSN_PLAIN,
	[BPF_RET | BPF_K]		= SECCOMP_INSN_PLAIN,
	[BPF_RET | BPF_A]		= SECCOMP_INSN_PLAIN,
};

static enum seccomp_insn_kind seccomp_insn_kind(u16 code)
{
	return code < ARRAY_SIZE(seccomp_insn_kinds) ? seccomp_insn_kinds[code] :
						       SECCOMP_INSN_REFUSED;
}

static bool seccomp_insn_is_accepted(const struct sock_filter *insn)
{
	switch (seccomp_insn_kind(insn->code)) {
	case SECCOMP_INSN_PLAIN:
		return true;
	case SECCOMP_INSN_LOAD:
		return insn->k < sizeof(struct seccomp_data) &&
		       insn->k % sizeof(u32) == 0;
	default:
		return false;
	}
}

/**
 * seccomp_check - accept a program
 * @insns:	the instructions
 * @len:	how many
 *
 * Context: Any.
 * Return: 0, or -EINVAL: an instruction outside the subset, or a load that is
 *	   not an aligned word inside struct seccomp_data.
 */
int seccomp_check(const struct sock_filter *insns, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++)
		if (!seccomp_insn_is_accepted(&insns[i]))
			return -EINVAL;
	return 0;
}

#ifdef CONFIG_SECCOMP_KUNIT_TEST
#include "tests/check_kunit.c"
#endif
