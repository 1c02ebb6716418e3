// SPDX-License-Identifier: GPL-2.0
/* The entry points of libFuzzer. Its input is a program, see program.c. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/* One program in so many is for the map that is not like x86's. */
#define ODD	8

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size)
{
	static struct program program;

	if (program_decode(&program, bytes, size))
		verify(&program, bytes[size - 1] % ODD ? &map_small : &map_odd);
	return 0;
}

size_t LLVMFuzzerCustomMutator(u8 *bytes, size_t size, size_t max_size, unsigned int seed)
{
	u64 random = seed;

	return program_mutate(bytes, size, max_size, &random);
}

size_t LLVMFuzzerCustomCrossOver(const u8 *bytes1, size_t size1, const u8 *bytes2,
				 size_t size2, u8 *out, size_t max_size, unsigned int seed)
{
	u64 random = seed;

	return program_cross(bytes1, size1, bytes2, size2, out, max_size, &random);
}

/* For scripts/fuzz, which adds them up. */
static void report(void)
{
	fprintf(stderr, "comparisons: %llu, programs: %llu\n", count.comparisons,
		count.programs);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(report);
}
