// SPDX-License-Identifier: GPL-2.0
/*
 * confine [FILE.bpf]... -- COMMAND [ARGUMENT]... - install these filters, in this order, run the
 * command and print, on descriptor 3, how many instructions it and its children have executed:
 * CPU time, in a guest where a nanosecond is one. Time in which they wait does not count.
 *
 * The filters are installed in this process, which starts the command: what that costs is not
 * the command's.
 */
#include "../filters.h"

#include <stdbool.h>
#include <sys/personality.h>
#include <sys/resource.h>

#define RESULT	3

static uint64_t microseconds(struct timeval time)
{
	return time.tv_sec * 1000000ULL + time.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status, i;
	pid_t pid;

	/* Addresses that are the same each time. */
	REQUIRE(personality(ADDR_NO_RANDOMIZE) >= 0);
	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		struct sock_fprog program = program_load(argv[i]);

		program_install(&program);
	}
	if (i + 1 >= argc) {
		fputs("usage: confine [FILE.bpf]... -- COMMAND [ARGUMENT]...\n", stderr);
		return 2;
	}
	pid = fork();
	REQUIRE(pid >= 0);
	if (!pid) {
		close(RESULT);
		execvp(argv[i + 1], argv + i + 1);
		REQUIRE(!"the command can be executed");
	}
	REQUIRE(wait4(pid, &status, 0, &usage) == pid && !status);
	dprintf(RESULT, "%lu\n",
		1000 * (microseconds(usage.ru_utime) + microseconds(usage.ru_stime)));
	return 0;
}
