// SPDX-License-Identifier: GPL-2.0
/*
 * Data that reach what random data never would: words that make a program's branches
 * turn, found by reading it backwards from each constant to the word that it is
 * compared with.
 */
#include <string.h>

#include "fuzz.h"

/* How many calculations between a load and a comparison are undone. */
#define CHAIN_MAX	16

u64 random_next(u64 *random)
{
	u64 word = *random += 0x9e3779b97f4a7c15;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
	word = (word ^ word >> 27) * 0x94d049bb133111eb;
	return word ^ word >> 31;
}

u32 random_below(u64 *random, u32 limit)
{
	return (random_next(random) >> 32) * limit >> 32;
}

static void constants_add(struct constants *constants, u32 word)
{
	for (unsigned int i = 0; i < constants->count; i++)
		if (constants->words[i] == word)
			return;
	if (constants->count < CONSTANTS_MAX)
		constants->words[constants->count++] = word;
}

/* A word that the calculation makes @result of, if there is one. */
static u32 undo(const struct sock_filter *insn, u32 result)
{
	u32 k = insn->k;

	switch (BPF_OP(insn->code)) {
	case BPF_ADD:
		return result - k;
	case BPF_SUB:
		return result + k;
	case BPF_MUL:
		return k ? result / k : result;
	case BPF_DIV:
		return result * k;
	case BPF_XOR:
		return result ^ k;
	case BPF_LSH:
		return result >> k;
	case BPF_RSH:
		return result << k;
	case BPF_NEG:
		return -result;
	default:
		return result;
	}
}

static bool holds_constant(const struct sock_filter *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
	case BPF_LDX:
		return BPF_MODE(insn->code) == BPF_IMM;
	case BPF_ALU:
	case BPF_JMP:
		return BPF_SRC(insn->code) == BPF_K && insn->code != (BPF_JMP | BPF_JA);
	default:
		return false;
	}
}

/*
 * Goes by the order of the instructions, as if none was a jump: that is how compilers
 * of filters lay out what they do with one word.
 */
void hints_collect(struct hints *hints, const struct program *program)
{
	const struct sock_filter *chain[CHAIN_MAX];
	unsigned int word = DATA_WORDS, length = 0;

	memset(hints, 0, sizeof(*hints));
	for (unsigned int pc = 0; pc < program->len; pc++) {
		const struct sock_filter *insn = &program->insns[pc];
		u32 value = insn->k;

		if (insn->code == (BPF_LD | BPF_W | BPF_ABS)) {
			word = insn->k / sizeof(u32);
			length = 0;
			continue;
		}
		if (!holds_constant(insn))
			continue;
		constants_add(&hints->all, value);
		if (word == DATA_WORDS || BPF_CLASS(insn->code) == BPF_LDX)
			continue;
		for (unsigned int i = length; i-- > 0;)
			value = undo(chain[i], value);
		constants_add(&hints->of[word], value);
		if (BPF_CLASS(insn->code) == BPF_ALU && length < CHAIN_MAX)
			chain[length++] = insn;
	}
}

static u32 constants_choose(const struct constants *constants, u64 *random)
{
	u32 word = constants->words[random_below(random, constants->count)];

	switch (random_below(random, 8)) {
	case 0:
		return word - 1;
	case 1:
		return word + 1;
	case 2:
		return ~word;
	case 3:
		return word | random_next(random);
	case 4:
		return word & random_next(random);
	default:
		return word;
	}
}

u32 hints_word(const struct hints *hints, unsigned int word, u64 *random)
{
	u32 how = random_below(random, 16);

	if (how < 10 && hints->of[word].count)
		return constants_choose(&hints->of[word], random);
	if (how < 13 && hints->all.count)
		return constants_choose(&hints->all, random);
	if (how < 14)
		return random_below(random, 4);
	return random_next(random);
}

void data_set_word(struct seccomp_data *data, unsigned int word, u32 value)
{
	memcpy((u8 *)data + word * sizeof(value), &value, sizeof(value));
}
