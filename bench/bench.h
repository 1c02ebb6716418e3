/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bench programs share. They run in a guest whose clock counts instructions
 * (scripts/guest --icount): a nanosecond is one.
 *
 * Each result is a line "NAME<tab>INSTRUCTIONS", which scripts/bench lays beside that of
 * another kernel. Anything unexpected ends the program: a number that was measured while
 * something failed is worth nothing.
 */
#ifndef BENCH_H
#define BENCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define REQUIRE(condition) do {						\
	if (!(condition)) {						\
		fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__,	\
			__LINE__, #condition, strerror(errno));		\
		exit(1);						\
	}								\
} while (0)

static inline uint64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000000000ULL + at.tv_nsec;
}

/*
 * The least of several rounds: timer ticks only ever add. Reading the clock costs the same
 * each time, so it is taken off.
 */
static inline uint64_t least(uint64_t (*round)(void *arg), void *arg, int rounds)
{
	uint64_t best = UINT64_MAX, clock = UINT64_MAX;

	for (int i = 0; i < rounds; i++) {
		uint64_t begin = now(), took = now() - begin;

		if (took < clock)
			clock = took;
		took = round(arg);
		if (took < best)
			best = took;
	}
	return best - clock;
}

static inline void report(const char *name, int64_t instructions)
{
	printf("%s\t%lld\n", name, (long long)instructions);
}

#endif /* BENCH_H */
