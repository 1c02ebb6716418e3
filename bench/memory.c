// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel memory that a sandbox takes: a process that has installed the container profile,
 * less one that has installed nothing. One that is alone with its profile, for which each of
 * many has a profile that differs in an errno; and one of many with the same profile, by its
 * instructions or by one descriptor.
 *
 * Counted is what /proc/meminfo shows as Slab, VmallocUsed and Percpu, where programs,
 * compiled code and what belongs to them are kept. That comes in pages, compiled code even in
 * blocks of 2 MB, which is why one alone is not measured by itself.
 */
#include "bench.h"
#include "filters.h"

#include <stdbool.h>

#define DIFFERENT	1000
#define SAME		10000

/* The counters are kept by each CPU until somebody wants to know them. */
static void refresh_counters(void)
{
	FILE *refresh = fopen("/proc/sys/vm/stat_refresh", "w");

	REQUIRE(refresh && fputs("1", refresh) >= 0 && !fclose(refresh));
}

static uint64_t kernel_memory(void)
{
	static const char *const names[] = { "Slab:", "VmallocUsed:", "Percpu:" };
	uint64_t sum = 0, kilobytes;
	char line[200], name[100];
	size_t found = 0;
	FILE *meminfo;

	refresh_counters();
	meminfo = fopen("/proc/meminfo", "r");
	REQUIRE(meminfo);
	while (fgets(line, sizeof(line), meminfo)) {
		REQUIRE(sscanf(line, "%99s %lu", name, &kilobytes) == 2);
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			if (strcmp(name, names[i]))
				continue;
			sum += kilobytes * 1024;
			found++;
		}
	}
	fclose(meminfo);
	REQUIRE(found == ARRAY_SIZE(names));
	return sum;
}

/* Processes that install a program each, or the same, or that of the descriptor, or none. */
static int64_t memory_of(int count, struct sock_fprog *program, bool same, const int *fd)
{
	pid_t *pids = calloc(count, sizeof(*pids));
	uint64_t before, after;

	REQUIRE(pids);
	before = kernel_memory();
	for (int i = 0; i < count; i++) {
		if (program && !same)
			program_make_new(program);
		pids[i] = program_hold_by(fd, program);
	}
	after = kernel_memory();
	for (int i = 0; i < count; i++)
		program_release(pids[i]);
	free(pids);
	/* What was freed becomes free a little later. */
	sleep(2);
	return after - before;
}

static void measure(const char *name, int count, bool same, const int *fd)
{
	struct sock_fprog program = program_load(CONTAINER_LINEAR);
	int64_t confined, plain;

	/* Once in vain: what is kept for the next use then is there for both. */
	memory_of(count, NULL, same, NULL);
	plain = memory_of(count, NULL, same, NULL);
	confined = memory_of(count, &program, same, fd);
	report_in("bytes", name, (confined - plain) / count);
	free(program.filter);
}

/* Kernels that have no descriptors of programs have no such row. */
static void measure_descriptor(void)
{
	struct sock_fprog program = program_load(CONTAINER_LINEAR);
	int fd = program_open(&program);
	char name[80];

	if (fd < 0)
		return;
	snprintf(name, sizeof(name), "memory of each of %d sandboxes with one descriptor", SAME);
	measure(name, SAME, true, &fd);
	close(fd);
}

int main(void)
{
	char name[80];

	measure("memory of one sandbox", DIFFERENT, false, NULL);
	snprintf(name, sizeof(name), "memory of each of %d sandboxes", SAME);
	measure(name, SAME, true, NULL);
	measure_descriptor();
	return 0;
}
