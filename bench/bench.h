/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bench programs share. They run in a guest whose clock counts instructions
 * (scripts/guest --icount): a nanosecond is one.
 *
 * Each result is a line "NAME<tab>NUMBER<tab>UNIT", which scripts/bench lays beside that of
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof(*(array)))

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

/* In a process of its own: what filters, threads and much memory do cannot be undone. */
static inline uint64_t in_child(uint64_t (*fn)(const void *arg), const void *arg)
{
	uint64_t result;
	int pipes[2], status;
	pid_t pid;

	REQUIRE(!pipe(pipes) && (pid = fork()) >= 0);
	if (!pid) {
		result = fn(arg);
		REQUIRE(write(pipes[1], &result, sizeof(result)) == sizeof(result));
		_exit(0);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid && !status);
	REQUIRE(read(pipes[0], &result, sizeof(result)) == sizeof(result));
	close(pipes[0]);
	close(pipes[1]);
	return result;
}

static inline void report_in(const char *unit, const char *name, int64_t value)
{
	printf("%s\t%lld\t%s\n", name, (long long)value, unit);
}

static inline void report(const char *name, int64_t instructions)
{
	report_in("instructions", name, instructions);
}

#endif /* BENCH_H */
