// SPDX-License-Identifier: GPL-2.0
/*
 * SECCOMP_FILTER_FLAG_TSYNC in a process of 1, 10, 100 and 1,000 threads: an installation in
 * all of them, of a program of one instruction, on top of a few others.
 */
#include <dirent.h>
#include <pthread.h>
#include <sys/wait.h>

#include "bench.h"

#define ROUNDS	10

static pthread_barrier_t started;

static void *thread_main(void *arg)
{
	pthread_barrier_wait(&started);
	for (;;)
		pause();
	return NULL;
}

static uint64_t install(void *arg)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };
	uint64_t begin = now();
	long ret = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
			   SECCOMP_FILTER_FLAG_TSYNC, &program);
	uint64_t end = now();

	REQUIRE(ret == 0);
	return end - begin;
}

/* How many of the process's threads have exactly so many filters? */
static int threads_with_filters(int filters)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	int threads = 0;

	REQUIRE(tasks);
	while ((task = readdir(tasks))) {
		char path[300], line[200];
		FILE *status;
		int has;

		snprintf(path, sizeof(path), "/proc/self/task/%s/status", task->d_name);
		status = task->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (!status)
			continue;
		while (fgets(line, sizeof(line), status))
			if (sscanf(line, "Seccomp_filters: %d", &has) == 1)
				threads += has == filters;
		fclose(status);
	}
	closedir(tasks);
	return threads;
}

static uint64_t measure(int threads)
{
	pthread_attr_t attr;
	uint64_t took;

	REQUIRE(!pthread_attr_init(&attr) && !pthread_attr_setstacksize(&attr, 64 * 1024));
	REQUIRE(!pthread_barrier_init(&started, NULL, threads));
	for (int i = 1; i < threads; i++) {
		pthread_t thread;

		REQUIRE(!pthread_create(&thread, &attr, thread_main, NULL));
	}
	pthread_barrier_wait(&started);
	REQUIRE(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	took = least(install, NULL, ROUNDS);
	REQUIRE(threads_with_filters(ROUNDS) == threads);
	return took;
}

int main(void)
{
	static const int sizes[] = { 1, 10, 100, 1000 };
	uint64_t one = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char name[80];
		uint64_t took;
		int pipes[2];
		pid_t pid;
		int status;

		/* In a process of its own, so that filters and threads do not add up. */
		REQUIRE(!pipe(pipes) && (pid = fork()) >= 0);
		if (!pid) {
			took = measure(sizes[i]);
			REQUIRE(write(pipes[1], &took, sizeof(took)) == sizeof(took));
			_exit(0);
		}
		REQUIRE(waitpid(pid, &status, 0) == pid && !status);
		REQUIRE(read(pipes[0], &took, sizeof(took)) == sizeof(took));

		snprintf(name, sizeof(name), "TSYNC, %d thread%s", sizes[i],
			 sizes[i] > 1 ? "s" : "");
		report(name, took);
		if (i) {
			snprintf(name, sizeof(name), "TSYNC, each further thread of %d", sizes[i]);
			report(name, (int64_t)(took - one) / (sizes[i] - 1));
		} else {
			one = took;
		}
	}
	return 0;
}
