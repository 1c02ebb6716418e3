// SPDX-License-Identifier: GPL-2.0
/*
 * prove SEED corpus FILE...	inputs that the fuzzer found
 * prove SEED invented NUMBER	programs of random instructions
 * prove SEED large NUMBER	the same, long ones, for the system calls of x86
 * prove SEED rows NUMBER	rows of comparisons that ways join at each of them
 * prove SEED policies NUMBER	libseccomp's programs for random policies
 * prove SEED programs FILE...	programs as they are, for the system calls of x86
 *
 * Says what was compared. Ends by abort() where something was wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policies.h"

#define SIZE_MAX_SMALL	(64 * sizeof(struct sock_filter))

static u8 bytes[BPF_MAXINSNS * sizeof(struct sock_filter)];
static struct program program;

static size_t read_file(const char *name)
{
	FILE *file = fopen(name, "r");
	size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;

	if (!size)
		fail("%s cannot be read, or is empty", name);
	fclose(file);
	return size;
}

static void prove_corpus(const char *name, u64 *random)
{
	(void)random;
	LLVMFuzzerTestOneInput(bytes, read_file(name));
}

static void prove_program(const char *name, u64 *random)
{
	size_t size = read_file(name);

	(void)random;
	if (!program_decode(&program, bytes, size) || memcmp(program.insns, bytes, size))
		fail("%s is not a program that the kernel accepts", name);
	verify(&program, &map_x86);
}

static void prove_invented(const char *name, u64 *random)
{
	(void)name;
	LLVMFuzzerTestOneInput(bytes, program_invent(bytes, SIZE_MAX_SMALL, random));
}

static void prove_large(const char *name, u64 *random)
{
	(void)name;
	if (program_decode(&program, bytes, program_invent(bytes, sizeof(bytes), random)))
		verify(&program, &map_x86);
}

/* As long as there can be: it must not be work by the square of that. */
static void prove_rows(const char *name, u64 *random)
{
	const struct sock_filter begin[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	u32 number = random_next(random);

	(void)name;
	memcpy(program.insns, begin, sizeof(begin));
	for (program.len = ARRAY_SIZE(begin); program.len + 4 < BPF_MAXINSNS; number++) {
		program.insns[program.len++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1);
		program.insns[program.len++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	}
	for (u32 answer = 1; answer <= 3; answer++)
		program.insns[program.len++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | answer);
	verify(&program, &map_x86);
}

static void prove_policy(const char *name, u64 *random)
{
	(void)name;
	if (policy_invent(&program, random))
		verify(&program, &map_x86);
}

static const struct kind {
	const char	*name;
	bool		files;
	void		(*prove)(const char *name, u64 *random);
} kinds[] = {
	{ "corpus", true, prove_corpus },
	{ "invented", false, prove_invented },
	{ "large", false, prove_large },
	{ "rows", false, prove_rows },
	{ "policies", false, prove_policy },
	{ "programs", true, prove_program },
};

int main(int argc, char **argv)
{
	const struct kind *kind = kinds;
	u64 random;

	while (argc > 3 && kind < kinds + ARRAY_SIZE(kinds) && strcmp(kind->name, argv[2]))
		kind++;
	if (argc < 4 || kind == kinds + ARRAY_SIZE(kinds)) {
		fprintf(stderr, "usage: see the beginning of prove.c\n");
		return 2;
	}
	random = strtoull(argv[1], NULL, 0);
	if (kind->files)
		for (int i = 3; i < argc; i++)
			kind->prove(argv[i], &random);
	else
		for (int i = atoi(argv[3]); i > 0; i--)
			kind->prove(NULL, &random);
	printf("%llu comparisons with %llu programs, ", count.comparisons, count.programs);
	printf("%llu slots with constant answers, %llu with parts, ", count.constants,
	       count.parts);
	printf("%.1f %% of the sides of branches, at most %llu steps\n",
	       count.sides ? 100.0 * count.followed / count.sides : 100.0, count.steps);
	return 0;
}
