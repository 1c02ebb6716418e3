// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a program that the kernel accepts: they are taken as instructions, and
 * what is not allowed is replaced by something near. So a real program is itself, and the
 * mutations work on instructions.
 */
#include <string.h>

#include "fuzz.h"

#define INSN_SIZE	sizeof(struct sock_filter)

/* At the end of a program that is made up. */
#define RETURNS		4

/* All that kernel/seccomp/check.c lets in. */
static const u16 codes[] = {
	BPF_LD | BPF_W | BPF_ABS,
	BPF_LD | BPF_W | BPF_LEN,
	BPF_LDX | BPF_W | BPF_LEN,
	BPF_LD | BPF_IMM,
	BPF_LDX | BPF_IMM,
	BPF_LD | BPF_MEM,
	BPF_LDX | BPF_MEM,
	BPF_ST,
	BPF_STX,
	BPF_MISC | BPF_TAX,
	BPF_MISC | BPF_TXA,
	BPF_ALU | BPF_ADD | BPF_K,
	BPF_ALU | BPF_ADD | BPF_X,
	BPF_ALU | BPF_SUB | BPF_K,
	BPF_ALU | BPF_SUB | BPF_X,
	BPF_ALU | BPF_MUL | BPF_K,
	BPF_ALU | BPF_MUL | BPF_X,
	BPF_ALU | BPF_DIV | BPF_K,
	BPF_ALU | BPF_DIV | BPF_X,
	BPF_ALU | BPF_AND | BPF_K,
	BPF_ALU | BPF_AND | BPF_X,
	BPF_ALU | BPF_OR | BPF_K,
	BPF_ALU | BPF_OR | BPF_X,
	BPF_ALU | BPF_XOR | BPF_K,
	BPF_ALU | BPF_XOR | BPF_X,
	BPF_ALU | BPF_LSH | BPF_K,
	BPF_ALU | BPF_LSH | BPF_X,
	BPF_ALU | BPF_RSH | BPF_K,
	BPF_ALU | BPF_RSH | BPF_X,
	BPF_ALU | BPF_NEG,
	BPF_JMP | BPF_JA,
	BPF_JMP | BPF_JEQ | BPF_K,
	BPF_JMP | BPF_JEQ | BPF_X,
	BPF_JMP | BPF_JGT | BPF_K,
	BPF_JMP | BPF_JGT | BPF_X,
	BPF_JMP | BPF_JGE | BPF_K,
	BPF_JMP | BPF_JGE | BPF_X,
	BPF_JMP | BPF_JSET | BPF_K,
	BPF_JMP | BPF_JSET | BPF_X,
	BPF_RET | BPF_K,
	BPF_RET | BPF_A,
};

static const u16 memory_codes[] = {
	BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM, BPF_ST, BPF_STX,
};

/*
 * Bytes to a program
 */

static u16 code_near(u16 code)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i] == code)
			return code;
	return codes[code % ARRAY_SIZE(codes)];
}

static bool loads_memory(const struct sock_filter *insn)
{
	return (BPF_CLASS(insn->code) == BPF_LD || BPF_CLASS(insn->code) == BPF_LDX) &&
	       BPF_MODE(insn->code) == BPF_MEM;
}

static void fix_constant(struct sock_filter *insn, u16 written)
{
	bool alu = BPF_CLASS(insn->code) == BPF_ALU && BPF_SRC(insn->code) == BPF_K;

	if (insn->code == (BPF_LD | BPF_W | BPF_ABS)) {
		if (insn->k >= sizeof(struct seccomp_data) || insn->k % sizeof(u32))
			insn->k = insn->k % DATA_WORDS * sizeof(u32);
	} else if (alu && BPF_OP(insn->code) == BPF_DIV) {
		insn->k = insn->k ?: 1;
	} else if (alu && (BPF_OP(insn->code) == BPF_LSH || BPF_OP(insn->code) == BPF_RSH)) {
		insn->k &= 31;
	} else if (BPF_CLASS(insn->code) == BPF_ST || BPF_CLASS(insn->code) == BPF_STX) {
		insn->k %= BPF_MEMWORDS;
	} else if (loads_memory(insn)) {
		insn->k %= BPF_MEMWORDS;
		if (!(written & BIT(insn->k)))
			insn->code = BPF_CLASS(insn->code) | BPF_IMM;
	}
}

/* Where it leads: at most to the last instruction. */
static void fix_jump(struct sock_filter *insn, unsigned int ahead)
{
	if (insn->code == (BPF_JMP | BPF_JA)) {
		insn->k %= ahead;
	} else {
		insn->jt = insn->jt < ahead ? insn->jt : insn->jt % ahead;
		insn->jf = insn->jf < ahead ? insn->jf : insn->jf % ahead;
	}
}

/*
 * What is written of the scratch memory, as the kernel sees it: on every way to an
 * instruction that leads forwards. @written holds it for each.
 */
static void pass_on(const struct sock_filter *insn, u16 *written, u16 now)
{
	if (BPF_CLASS(insn->code) == BPF_RET)
		return;
	if (BPF_CLASS(insn->code) != BPF_JMP) {
		written[1] &= now;
	} else if (BPF_OP(insn->code) == BPF_JA) {
		written[1 + insn->k] &= now;
	} else {
		written[1 + insn->jt] &= now;
		written[1 + insn->jf] &= now;
	}
}

bool program_decode(struct program *program, const u8 *bytes, size_t size)
{
	u16 written[BPF_MAXINSNS];

	size = min(size, BPF_MAXINSNS * INSN_SIZE);
	if (!size)
		return false;
	program->len = (size + INSN_SIZE - 1) / INSN_SIZE;
	program->insns[program->len - 1] = (struct sock_filter){ 0 };
	memcpy(program->insns, bytes, size);
	memset(written, 0xff, program->len * sizeof(*written));
	written[0] = 0;

	for (unsigned int pc = 0; pc < program->len; pc++) {
		struct sock_filter *insn = &program->insns[pc];
		unsigned int ahead = program->len - 1 - pc;
		u16 now = written[pc];

		insn->code = code_near(insn->code);
		if (!ahead && BPF_CLASS(insn->code) != BPF_RET)
			insn->code = BPF_RET | (insn->code & 1 ? BPF_K : BPF_A);
		fix_constant(insn, now);
		if (BPF_CLASS(insn->code) == BPF_JMP)
			fix_jump(insn, ahead);
		if (BPF_CLASS(insn->code) == BPF_ST || BPF_CLASS(insn->code) == BPF_STX)
			now |= BIT(insn->k);
		if (ahead)
			pass_on(insn, &written[pc], now);
	}
	return true;
}

/*
 * Mutations
 */

static const u32 verdicts[] = {
	SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP,
	SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 38, SECCOMP_RET_USER_NOTIF,
	SECCOMP_RET_TRACE | 7, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW | 1,
	0x7fffffff, 0x12345678, 0xffffffff,
};

static u32 verdict_any(u64 *random)
{
	return verdicts[random_below(random, ARRAY_SIZE(verdicts))];
}

static u32 constant_any(u64 *random)
{
	switch (random_below(random, 6)) {
	case 0:
		return random_next(random);
	case 1:
		return BIT(random_below(random, 32)) - random_below(random, 2);
	case 2:
		return 0x40000000 + random_below(random, 12);
	case 3:
		return map_small.numbers[random_below(random, map_small.ranges)].arch;
	default:
		return random_below(random, 40);
	}
}

static u8 distance_any(u64 *random)
{
	return random_next(random) >> (56 + random_below(random, 8));
}

static bool uses_memory(const struct sock_filter *insn)
{
	return loads_memory(insn) || BPF_CLASS(insn->code) == BPF_ST ||
	       BPF_CLASS(insn->code) == BPF_STX;
}

static void insn_any(struct sock_filter *insn, u64 *random)
{
	insn->code = codes[random_below(random, ARRAY_SIZE(codes))];
	/*
	 * Loads and comparisons with constants are what programs are made of. Of the
	 * scratch memory a few words do: else what is written is hardly ever read.
	 */
	if (random_below(random, 4) == 0)
		insn->code = BPF_LD | BPF_W | BPF_ABS;
	else if (random_below(random, 3) == 0)
		insn->code = BPF_JMP | BPF_K | (random_below(random, 5) << 4);
	else if (random_below(random, 4) == 0)
		insn->code = memory_codes[random_below(random, ARRAY_SIZE(memory_codes))];
	insn->jt = distance_any(random);
	insn->jf = distance_any(random);
	insn->k = constant_any(random);
	if (uses_memory(insn))
		insn->k = random_below(random, 3);
	else if (BPF_CLASS(insn->code) == BPF_RET)
		insn->k = verdict_any(random);
	else if (insn->code == (BPF_JMP | BPF_JA))
		insn->k = distance_any(random);
	else if (insn->code == (BPF_LD | BPF_W | BPF_ABS) && random_below(random, 2))
		insn->k = offsetof(struct seccomp_data, nr);
}

static bool insn_ends(const struct sock_filter *insn)
{
	return BPF_CLASS(insn->code) == BPF_RET || insn->code == (BPF_JMP | BPF_JA);
}

/* A program of random instructions, with some returns at its end that many lead to. */
size_t program_invent(u8 *bytes, size_t max_size, u64 *random)
{
	unsigned int len = 1 + random_below(random, max_size / INSN_SIZE);
	struct sock_filter insn;

	for (unsigned int i = 0; i < len; i++) {
		unsigned int way = len - 1 - i - random_below(random, RETURNS);

		/* Few ends, whatever the length: else nothing comes far. */
		do {
			insn_any(&insn, random);
		} while (insn_ends(&insn) && random_below(random, len) > 4);
		if (i + RETURNS >= len)
			insn = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict_any(random));
		else if (way - 1 <= U8_MAX && random_below(random, 2))
			insn.jt = way - 1;
		memcpy(bytes + i * INSN_SIZE, &insn, INSN_SIZE);
	}
	return len * INSN_SIZE;
}

static void insn_change(struct sock_filter *insn, u64 *random)
{
	switch (random_below(random, 7)) {
	case 0:
		insn->code = codes[random_below(random, ARRAY_SIZE(codes))];
		break;
	case 1:
		insn->code ^= BPF_X;
		break;
	case 2:
		insn->jt = distance_any(random);
		break;
	case 3:
		insn->jf = distance_any(random);
		break;
	case 4:
		insn->k += random_below(random, 2) ? 1 : -1;
		break;
	case 5:
		insn->k = verdict_any(random);
		break;
	default:
		insn->k = constant_any(random);
	}
}

/* Room for @count instructions at @at; what comes after moves up. */
static void insns_insert(struct program *program, unsigned int at, unsigned int count)
{
	memmove(program->insns + at + count, program->insns + at,
		(program->len - at) * INSN_SIZE);
	program->len += count;
}

static void insns_remove(struct program *program, unsigned int at, unsigned int count)
{
	program->len -= count;
	memmove(program->insns + at, program->insns + at + count,
		(program->len - at) * INSN_SIZE);
}

static void mutate_once(struct program *program, unsigned int room, u64 *random)
{
	unsigned int at = random_below(random, program->len);
	unsigned int from = random_below(random, program->len);
	unsigned int left = program->len - max(at, from);
	unsigned int count = min(1 + random_below(random, 8), left);

	room -= program->len;
	switch (random_below(random, 8)) {
	case 0:
	case 1:
		if (!room)
			break;
		insns_insert(program, at, 1);
		insn_any(&program->insns[at], random);
		return;
	case 2:
		if (count < program->len) {
			insns_remove(program, at, count);
			return;
		}
		break;
	case 3:
		if (count > room)
			break;
		/* A copy of some that come later or stood where the copy goes. */
		insns_insert(program, min(at, from), count);
		memmove(program->insns + min(at, from),
			program->insns + max(at, from) + count, count * INSN_SIZE);
		return;
	case 4:
		program->insns[at].k = program->insns[from].k;
		return;
	case 5:
		insn_any(&program->insns[at], random);
		return;
	}
	insn_change(&program->insns[at], random);
}

size_t program_mutate(u8 *bytes, size_t size, size_t max_size, u64 *random)
{
	static struct program program;
	unsigned int room = min(max_size / INSN_SIZE, (size_t)BPF_MAXINSNS);

	if (!room)
		return 0;
	program.len = min(size / INSN_SIZE, (size_t)room);
	memcpy(program.insns, bytes, program.len * INSN_SIZE);
	if (!program.len)
		insn_any(&program.insns[program.len++], random);
	for (u32 i = 1 + random_below(random, 6); i-- > 0;)
		mutate_once(&program, room, random);
	memcpy(bytes, program.insns, program.len * INSN_SIZE);
	return program.len * INSN_SIZE;
}

/* The beginning of one and the end of the other. */
size_t program_cross(const u8 *bytes1, size_t size1, const u8 *bytes2, size_t size2,
		     u8 *out, size_t max_size, u64 *random)
{
	unsigned int len1 = size1 / INSN_SIZE, len2 = size2 / INSN_SIZE;
	unsigned int room = max_size / INSN_SIZE;
	unsigned int head = min(random_below(random, len1 + 1), room);
	unsigned int tail = min(random_below(random, len2 + 1), room - head);

	memcpy(out, bytes1, head * INSN_SIZE);
	memcpy(out + head * INSN_SIZE, bytes2 + (len2 - tail) * INSN_SIZE, tail * INSN_SIZE);
	return (head + tail) * INSN_SIZE;
}
