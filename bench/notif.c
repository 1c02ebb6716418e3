// SPDX-License-Identifier: GPL-2.0
/*
 * User notification: a round trip, which is a call that a supervisor in another process
 * receives and answers; the same while others wait for their answers; and what an answer costs
 * when many ask and several threads answer.
 */
#include "bench.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/ioctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS			/* 6.6 */
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	(1UL << 0)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS		SECCOMP_IOW(4, __u64)
#endif

#define ROUNDS		1000
#define AVERAGED	2000

#define RECEIVERS	8
#define TARGETS		16
#define CALLS		500		/* of each of them */

#define NOTIFIED_CALL	__NR_getppid
/* Its first argument, which it does not look at itself: is it to be answered? */
#define ANSWER		0
#define KEEP		1
#define ANSWER_VALUE	4711

static struct {
	int kept;			/* calls that were received and not answered */
} *shared;

/* The supervisor */

static void *supervise(void *arg)
{
	int listener = *(int *)arg;

	for (;;) {
		struct seccomp_notif notif = {};
		struct seccomp_notif_resp resp = { .val = ANSWER_VALUE };

		REQUIRE(!ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notif));
		if (notif.data.args[0] == KEEP) {
			__atomic_add_fetch(&shared->kept, 1, __ATOMIC_SEQ_CST);
			continue;
		}
		resp.id = notif.id;
		REQUIRE(!ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp));
	}
	return NULL;
}

/* Takes the listener from the target when that says that it has it, and serves to its end. */
static void supervisor_run(pid_t target, int listeners, int receivers, bool sync)
{
	int pidfd, listener;
	pthread_t thread;

	REQUIRE(read(listeners, &listener, sizeof(listener)) == sizeof(listener));
	pidfd = syscall(__NR_pidfd_open, target, 0);
	REQUIRE(pidfd >= 0);
	listener = syscall(__NR_pidfd_getfd, pidfd, listener, 0);
	REQUIRE(listener >= 0);
	if (sync)
		REQUIRE(!ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
			       SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
	for (int i = 1; i < receivers; i++)
		REQUIRE(!pthread_create(&thread, NULL, supervise, &listener));
	supervise(&listener);
}

/* Confines the caller. What makes the supervisor is not confined: it would be slower for it. */
static pid_t confine(int receivers, bool sync)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NOTIFIED_CALL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = filter };
	pid_t self = getpid(), supervisor;
	int listeners[2], listener;

	REQUIRE(!pipe(listeners) && (supervisor = fork()) >= 0);
	if (!supervisor) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		supervisor_run(self, listeners[0], receivers, sync);
	}
	REQUIRE(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	listener = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
			   SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	REQUIRE(listener >= 0);
	REQUIRE(write(listeners[1], &listener, sizeof(listener)) == sizeof(listener));
	/* The first answer says that the supervisor has its own. */
	REQUIRE(syscall(NOTIFIED_CALL, ANSWER) == ANSWER_VALUE);
	close(listener);
	return supervisor;
}

static void end(pid_t supervisor)
{
	int status;

	/* Still there: it has left by itself only if something has failed. */
	REQUIRE(!waitpid(supervisor, &status, WNOHANG));
	REQUIRE(!kill(supervisor, SIGKILL) && waitpid(supervisor, &status, 0) == supervisor);
}

/* Round trips */

struct trips {
	const char *name;
	bool sync;
	int others;
};

static void *wait_in_vain(void *unused)
{
	syscall(NOTIFIED_CALL, KEEP);
	return NULL;
}

static void start_others(int others)
{
	size_t size = PTHREAD_STACK_MIN;
	char *stacks = mmap(NULL, others * size + 1, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	pthread_attr_t attr;

	REQUIRE(stacks != MAP_FAILED && !pthread_attr_init(&attr));
	for (int i = 0; i < others; i++) {
		pthread_t thread;

		REQUIRE(!pthread_attr_setstack(&attr, stacks + i * size, size));
		REQUIRE(!pthread_create(&thread, &attr, wait_in_vain, NULL));
	}
	while (__atomic_load_n(&shared->kept, __ATOMIC_SEQ_CST) < others)
		sched_yield();
}

static uint64_t round_trip(void *unused)
{
	uint64_t begin = now();
	long ret = syscall(NOTIFIED_CALL, ANSWER);
	uint64_t end = now();

	REQUIRE(ret == ANSWER_VALUE);
	return end - begin;
}

static uint64_t average(int trips)
{
	uint64_t begin = now();

	for (int i = 0; i < trips; i++)
		REQUIRE(syscall(NOTIFIED_CALL, ANSWER) == ANSWER_VALUE);
	return (now() - begin) / trips;
}

static void measure_trips(const void *arg)
{
	const struct trips *trips = arg;
	pid_t supervisor = confine(1, trips->sync);
	char name[80];

	start_others(trips->others);
	report(trips->name, least(round_trip, NULL, ROUNDS));
	snprintf(name, sizeof(name), "%s, on average", trips->name);
	report(name, average(AVERAGED));
	end(supervisor);
}

/* Many */

static void call_often(int start)
{
	char byte;

	REQUIRE(!read(start, &byte, 1));
	for (int i = 0; i < CALLS; i++)
		REQUIRE(syscall(NOTIFIED_CALL, ANSWER) == ANSWER_VALUE);
	_exit(0);
}

static void measure_many(const void *arg)
{
	pid_t supervisor = confine(RECEIVERS, false);
	uint64_t begin;
	int start[2];

	/* Who reads from it goes on when the last who could write to it closes it. */
	REQUIRE(!pipe2(start, O_CLOEXEC));
	for (int i = 0; i < TARGETS; i++) {
		pid_t pid = fork();

		REQUIRE(pid >= 0);
		if (!pid) {
			close(start[1]);
			call_often(start[0]);
		}
	}
	begin = now();
	close(start[1]);
	for (int i = 0; i < TARGETS; i++) {
		int status;

		REQUIRE(wait(&status) != supervisor && !status);
	}
	report(arg, (now() - begin) / (TARGETS * CALLS));
	end(supervisor);
}

/* In a process of its own: filters cannot be taken off, nor can threads that wait in vain. */
static void measure(void (*fn)(const void *arg), const void *arg)
{
	pid_t pid;
	int status;

	shared->kept = 0;
	REQUIRE((pid = fork()) >= 0);
	if (!pid) {
		fn(arg);
		fflush(stdout);
		_exit(0);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid && !status);
}

/* The most threads that there may be depends on the memory. */
static void allow_threads(int threads)
{
	FILE *limit = fopen("/proc/sys/kernel/threads-max", "w");

	REQUIRE(limit && fprintf(limit, "%d\n", threads) > 0 && !fclose(limit));
	REQUIRE(!setrlimit(RLIMIT_NPROC, &(struct rlimit){ threads, threads }));
}

int main(void)
{
	static const struct trips trips[] = {
		{ .name = "notification" },
		{ .name = "notification, sync wake-up", .sync = true },
		{ .name = "notification, 100 others wait", .others = 100 },
		{ .name = "notification, 1000 others wait", .others = 1000 },
		{ .name = "notification, 3000 others wait", .others = 3000 },
		{ .name = "notification, 10000 others wait", .others = 10000 },
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	REQUIRE(shared != MAP_FAILED);
	allow_threads(12000);
	for (size_t i = 0; i < sizeof(trips) / sizeof(*trips); i++)
		measure(measure_trips, &trips[i]);
	measure(measure_many, "notification, 16 targets, 8 receivers");
	return 0;
}
