/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a program says of each system call, found out without making one.
 *
 * The files behind this header are pure: they see a program and a map of the
 * system calls there are, and nothing of the kernel around them but memory. So
 * they are compiled in user space as well, where a fuzzer holds them against a
 * reference.
 *
 * analyse.c, with bounds.h, follows the program for all numbers of one convention at once, and
 * takes some out of them only where it treats these differently. What depends
 * on arguments goes on to residual.c, which writes down what is left of the
 * program for these numbers, as code for the BPF core.
 */
#ifndef _KERNEL_SECCOMP_ANALYSIS_H
#define _KERNEL_SECCOMP_ANALYSIS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/types.h>

/**
 * struct seccomp_numbers - a range of system call numbers
 * @name:	of the convention, as in /proc/PID/seccomp_cache
 * @arch:	AUDIT_ARCH_*, as programs see it
 * @first:	the first number
 * @count:	how many from there on have a slot of their own
 * @last:	the last number; those from @first + @count on, of which there is
 *		one at least, share a slot: they are not system calls
 * @slot:	of @first; the others follow, the shared one comes last
 *
 * Ranges of one architecture do not overlap, and together hold all numbers. An
 * architecture that no range has is none that calls are made by.
 */
struct seccomp_numbers {
	const char	*name;
	u32		arch;
	u32		first;
	u32		count;
	u32		last;
	unsigned int	slot;
};

/**
 * struct seccomp_map - all system calls, each with a slot
 * @numbers:	the ranges, by @slot
 * @ranges:	how many
 * @slots:	how many in all
 */
struct seccomp_map {
	const struct seccomp_numbers	*numbers;
	unsigned int			ranges;
	unsigned int			slots;
};

/**
 * struct seccomp_answer - what a program says of some system calls
 * @verdict:	SECCOMP_RET_*, and its data but for ALLOW, which does not use them; if
 *		@part is not 0, no stricter action than this one's is possible
 * @part:	0: it always says @verdict. Else the part of its code that tells
 */
struct seccomp_answer {
	u32	verdict;
	u32	part;
};

/* The answer that every program has room for at this index: always ALLOW. */
#define SECCOMP_ANSWER_ALLOW	0

/* Programs that say more different things than this are run as a whole. */
#define SECCOMP_PARTS_MAX	256

/* Where code finds the part that it is to be: behind the data of the call. */
#define SECCOMP_PART_OFFSET	sizeof(struct seccomp_data)

/**
 * struct seccomp_analysis - all that a program says
 * @slots:	for each slot of the map, an index into @answers
 * @answers:	the different ones
 * @count:	how many
 * @code:	what is left to run: for r1, a struct seccomp_data with a u32 behind
 *		it that holds an answer's @part, it leaves the verdict in r0
 * @length:	of @code in instructions; 0 if all answers are constant
 * @memory:	@code needs scratch memory: BPF_MEMWORDS words below r10
 * @parts:	how many parts @code has
 * @steps:	the instructions that were followed, as a measure of the work
 *
 * The arrays are the owner's, until seccomp_analysis_free().
 */
struct seccomp_analysis {
	u16			*slots;
	struct seccomp_answer	*answers;
	unsigned int		count;
	struct bpf_insn		*code;
	unsigned int		length;
	bool			memory;
	unsigned int		parts;
	unsigned int		steps;
};

int seccomp_analyse(const struct sock_filter *insns, unsigned int len,
		    const struct seccomp_map *map,
		    struct seccomp_analysis *analysis);
void seccomp_analysis_free(struct seccomp_analysis *analysis);

#endif /* _KERNEL_SECCOMP_ANALYSIS_H */
