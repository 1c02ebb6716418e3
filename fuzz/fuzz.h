/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The proof of kernel/seccomp/analyse.c and residual.c: what they say of a program is
 * held against the reference interpreter that KUnit has in the kernel, for data that
 * follow both sides of its branches.
 *
 *	code.c		what the code that the analysis leaves means
 *	verify.c	holds one against the other, for one program
 *	data.c		the data that this is done with
 *	program.c	any bytes as a program that the kernel accepts, and mutations
 *	print.c		programs, code and mistakes in words
 *	memory.c	the kernel's allocator
 *	fuzz.c		the entry points of libFuzzer
 *	policies.c	libseccomp's programs for random policies
 *	prove.c		a portion of all this, always the same
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/types.h>

#include "analysis.h"
#include "tests/reference.h"

#define DATA_WORDS	(sizeof(struct seccomp_data) / sizeof(u32))
#define WORD_NR		0
#define WORD_ARCH	1

struct program {
	unsigned int		len;
	struct sock_filter	insns[BPF_MAXINSNS];
};

void code_check(const struct seccomp_analysis *analysis);
u32 code_run(const struct seccomp_analysis *analysis, const struct seccomp_data *data,
	     u32 part);

/* Random numbers that repeat: the state is the seed. */
u64 random_next(u64 *random);
u32 random_below(u64 *random, u32 limit);

#define CONSTANTS_MAX	256

/**
 * struct constants - words that a program may be looking for
 * @count:	how many
 * @words:	of these the first CONSTANTS_MAX
 */
struct constants {
	unsigned int	count;
	u32		words[CONSTANTS_MAX];
};

/**
 * struct hints - where the branches of a program turn
 * @of:		for each word of the data, what it is compared with
 * @all:	the constants of the program, whatever they are for
 */
struct hints {
	struct constants	of[DATA_WORDS];
	struct constants	all;
};

void hints_collect(struct hints *hints, const struct program *program);
u32 hints_word(const struct hints *hints, unsigned int word, u64 *random);
void data_set_word(struct seccomp_data *data, unsigned int word, u32 value);

bool program_decode(struct program *program, const u8 *bytes, size_t size);
size_t program_invent(u8 *bytes, size_t max_size, u64 *random);
size_t program_mutate(u8 *bytes, size_t size, size_t max_size, u64 *random);
size_t program_cross(const u8 *bytes1, size_t size1, const u8 *bytes2, size_t size2,
		     u8 *out, size_t max_size, u64 *random);

/* What has been done so far. */
struct count {
	u64	programs;
	u64	comparisons;
	u64	constants;	/* slots */
	u64	parts;		/* slots */
	u64	sides;		/* of branches */
	u64	followed;	/* of @sides */
	u64	steps;		/* of the analysis that took most */
};

extern struct count count;

extern const struct seccomp_map map_small;
extern const struct seccomp_map map_odd;
extern const struct seccomp_map map_x86;

void verify(const struct program *program, const struct seccomp_map *map);

extern unsigned int memory_held;
extern unsigned int memory_left;
#define MEMORY_UNLIMITED	(~0U)

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(u8 *bytes, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *bytes1, size_t size1, const u8 *bytes2,
				 size_t size2, u8 *out, size_t max_size, unsigned int seed);

/* What a mistake is reported with, as far as it is known. */
struct present {
	const struct program		*program;
	const struct seccomp_analysis	*analysis;
	const struct seccomp_data	*data;
};

extern struct present present;

void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif /* FUZZ_H */
