// SPDX-License-Identifier: GPL-2.0
/*
 * Probes on a confined task. x86 lets a function with a return probe come back by a system
 * call of the kernel's own making, uretprobe; no mode may hold that against the task.
 */

#include "common.h"

#if defined(__x86_64__) || defined(__i386__)

#include <linux/perf_event.h>
#include "x86_calls.h"

#define PMU		"/sys/bus/event_source/devices/uprobe/"
/* What 64-bit tasks use, x32 ones too, and always without the x32 bit. */
#define NR_URETPROBE	335
#define RUNS		3

/* exit(2) without x32's bit: strict mode refuses every number that has it. */
#define NR_END		(__NR_exit & ~X32_BIT)

enum mode { UNCONFINED, STRICT, FILTERED };

/* Nothing is left to the task but to end. */
static void confine(enum mode mode)
{
	if (mode == STRICT)
		CHILD_REQUIRE(!sys_seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL));
	if (mode == FILTERED)
		CHILD_REQUIRE(!filter_install(0, &PROGRAM(ON_NR(NR_END, SECCOMP_RET_ALLOW),
							  RET(SECCOMP_RET_KILL_PROCESS))));
}

/* Strict mode knows no other way to end than this. */
static void end_with(int code)
{
	syscall(NR_END, code);
}

static void confine_and_end(void *mode)
{
	confine(*(enum mode *)mode);
	end_with(0);
}

TEST(present)
{
	ASSERT_TRUE(exited_with(child_status(confine_and_end, &(enum mode){ STRICT }), 0));
	ASSERT_TRUE(exited_with(child_status(confine_and_end, &(enum mode){ FILTERED }), 0));
}

static __attribute__((noipa)) int probed(int number)
{
	asm volatile("" : "+r" (number));
	return number + 1;
}

/* Where in its file a function is. */
static long file_offset(uintptr_t function)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long from, to, offset;
	char line[512];
	long found = -1;

	while (maps && found < 0 && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &from, &to, &offset) == 3 &&
		    from <= function && function < to)
			found = function - from + offset;
	if (maps)
		fclose(maps);
	return found;
}

/* A number out of a line of sysfs, after the text that introduces it. */
static int sysfs_number(const char *path, const char *introduction)
{
	char line[64] = "";
	FILE *file = fopen(path, "re");
	bool read = file && fgets(line, sizeof(line), file);

	if (file)
		fclose(file);
	if (!read || strncmp(line, introduction, strlen(introduction)))
		return -1;
	return atoi(line + strlen(introduction));
}

FIXTURE(probe) {
	int type;
	int return_bit;
	char path[1024];
	int go[2];
};

FIXTURE_VARIANT(probe) {
	enum mode mode;
	bool on_return;
};

FIXTURE_VARIANT_ADD(probe, entry_unconfined) {
	.mode = UNCONFINED,
};

FIXTURE_VARIANT_ADD(probe, entry_strict) {
	.mode = STRICT,
};

FIXTURE_VARIANT_ADD(probe, entry_filtered) {
	.mode = FILTERED,
};

FIXTURE_VARIANT_ADD(probe, return_unconfined) {
	.mode = UNCONFINED, .on_return = true,
};

FIXTURE_VARIANT_ADD(probe, return_strict) {
	.mode = STRICT, .on_return = true,
};

FIXTURE_VARIANT_ADD(probe, return_filtered) {
	.mode = FILTERED, .on_return = true,
};

FIXTURE_SETUP(probe)
{
	ASSERT_EQ(0, pipe(self->go));
	ASSERT_LT(0, readlink("/proc/self/exe", self->path, sizeof(self->path) - 1));
	self->type = sysfs_number(PMU "type", "");
	self->return_bit = sysfs_number(PMU "format/retprobe", "config:");
	if (self->type < 0 || self->return_bit < 0)
		SKIP(return, "no " PMU ": a kernel without UPROBE_EVENTS");
}

FIXTURE_TEARDOWN(probe)
{
}

/* Counts how often a process comes by the probe. */
static int probe_open(FIXTURE_DATA(probe) *self, bool on_return, pid_t pid)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = self->type,
		.config = on_return ? 1ULL << self->return_bit : 0,
		.uprobe_path = (uintptr_t)self->path,
		.probe_offset = file_offset((uintptr_t)probed),
	};

	return syscall(__NR_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

TEST_F(probe, b30_does_no_harm)
{
	uint64_t hits = 0;
	int event, i, sum;
	char byte;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		CHILD_REQUIRE(read(self->go[0], &byte, 1) == 1);
		confine(variant->mode);
		for (i = 0, sum = 0; i < RUNS; i++)
			sum += probed(i);
		end_with(sum);
	}
	event = probe_open(self, variant->on_return, pid);
	EXPECT_LE(0, event)
		TH_LOG("perf_event_open: %s", strerror(errno));
	ASSERT_EQ(1, write(self->go[1], "g", 1));
	EXPECT_TRUE(exited_with(wait_status(pid), 1 + 2 + 3));
	/* It was hit, or there was nothing that could do harm. */
	EXPECT_EQ((ssize_t)sizeof(hits), read(event, &hits, sizeof(hits)));
	EXPECT_EQ((uint64_t)RUNS, hits);
}

/*
 * The number means that call in one table only, and there it is nobody's to judge: made by
 * hand, it fares as if there were no filter.
 */
static void by_libc(void)
{
	syscall(NR_URETPROBE);
}

#ifdef __x86_64__
static void by_x32_bit(void)
{
	syscall(NR_URETPROBE | X32_BIT);
}
#endif

static void by_int80(void)
{
	int80(NR_URETPROBE, 0, 0, 0);
}

struct attempt {
	void (*call)(void);
	enum mode mode;
};

static void attempt_run(void *arg)
{
	const struct attempt *attempt = arg;

	confine(attempt->mode);
	errno = 0;
	attempt->call();
	end_with(errno);
}

static int attempt_status(void (*call)(void), enum mode mode)
{
	return child_status(attempt_run, &(struct attempt){ call, mode });
}

FIXTURE(number) {
	/* how the attempt ends without a filter: by a signal where the call exists */
	int unconfined;
};

FIXTURE_VARIANT(number) {
	void (*call)(void);
	bool judged;
};

#ifdef __x86_64__
FIXTURE_VARIANT_ADD(number, in_64_bit_table) {
	.call = by_libc, .judged = false,
};

FIXTURE_VARIANT_ADD(number, in_x32_table) {
	.call = by_x32_bit, .judged = true,
};
#else
FIXTURE_VARIANT_ADD(number, in_32_bit_table) {
	.call = by_libc, .judged = true,
};
#endif

FIXTURE_VARIANT_ADD(number, by_32_bit_gate) {
	.call = by_int80, .judged = true,
};

FIXTURE_SETUP(number)
{
	self->unconfined = attempt_status(variant->call, UNCONFINED);
	if (!variant->judged && exited_with(self->unconfined, ENOSYS))
		SKIP(return, "a kernel without the uretprobe system call");
	if (variant->call == by_int80 && !have_int80())
		SKIP(return, "a kernel without i386's gate");
}

FIXTURE_TEARDOWN(number)
{
}

TEST_F(number, b30_judged_where_it_is_another_call)
{
	int filtered = attempt_status(variant->call, FILTERED);
	int strict = attempt_status(variant->call, STRICT);

	if (variant->judged) {
		EXPECT_TRUE(died_of(filtered, SIGSYS));
		EXPECT_TRUE(died_of(strict, SIGKILL));
	} else {
		EXPECT_EQ(self->unconfined, filtered);
		EXPECT_EQ(self->unconfined, strict);
	}
}

#else

TEST(present)
{
	ASSERT_EQ(0, sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &(__u32){ SECCOMP_RET_LOG }));
	SKIP(return, "no architecture whose probes make system calls");
}

#endif

TEST_HARNESS_MAIN
