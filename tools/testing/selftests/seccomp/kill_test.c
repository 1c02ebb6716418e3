// SPDX-License-Identifier: GPL-2.0
/*
 * The two verdicts that kill: nothing about the victim lets it live on or get another call
 * through, and its parent learns in full how it ended.
 */

#include "common.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#define FATAL_CALL	__NR_getppid
#define CORE_PATTERN	"/proc/sys/kernel/core_pattern"
/* Exit code of a process that ends by itself. */
#define BY_ITSELF	7

static bool install_kill(__u32 action)
{
	return !filter_install(0, &PROGRAM(ON_NR(FATAL_CALL, action), RET(SECCOMP_RET_ALLOW)));
}

static void make_fatal_call(void *unused)
{
	CHILD_REQUIRE(install_kill(SECCOMP_RET_KILL_PROCESS));
	syscall(FATAL_CALL);
}

TEST(present)
{
	ASSERT_TRUE(died_of(child_status(make_fatal_call, NULL), SIGSYS));
}

/* One killed process: what it is, how it prepared for SIGSYS, which verdict it gets. */
enum disposition { DEFAULT, IGNORED, BLOCKED, HANDLED, DISPOSITIONS };

struct victim {
	__u32 action;
	enum disposition disposition;
	bool traced;
	int pipe[2];
};

static int handler_pipe;

static void handle(int sig)
{
	if (write(handler_pipe, "h", 1) != 1)
		_exit(96);
}

static void prepare_for_sigsys(enum disposition disposition)
{
	struct sigaction action = {
		.sa_handler = disposition == HANDLED ? handle :
			      disposition == IGNORED ? SIG_IGN : SIG_DFL,
	};
	sigset_t sigsys;

	CHILD_REQUIRE(!sigaction(SIGSYS, &action, NULL));
	sigemptyset(&sigsys);
	sigaddset(&sigsys, SIGSYS);
	if (disposition == BLOCKED)
		CHILD_REQUIRE(!sigprocmask(SIG_BLOCK, &sigsys, NULL));
}

static int victim_run(void *arg)
{
	struct victim *victim = arg;

	handler_pipe = victim->pipe[1];
	prepare_for_sigsys(victim->disposition);
	if (victim->traced)
		CHILD_REQUIRE(!ptrace(PTRACE_TRACEME, 0, 0, 0));
	CHILD_REQUIRE(!setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }));
	CHILD_REQUIRE(install_kill(victim->action));
	syscall(FATAL_CALL);
	/* Never reached; if it were, any of these would tell. */
	for (;;)
		if (write(victim->pipe[1], "s", 1) != 1)
			_exit(95);
}

/* Waits for the end; as a tracer, lets no signal through that asks before. */
static int victim_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, __WALL) == pid) {
		if (!WIFSTOPPED(status))
			return status;
		if (ptrace(PTRACE_CONT, pid, 0, 0))
			break;
	}
	return -1;
}

FIXTURE(victim) {
	struct victim *victim;
};

FIXTURE_VARIANT(victim) {
	__u32 action;
	int clone_flags;
	bool traced;
};

FIXTURE_VARIANT_ADD(victim, plain_kill_process) {
	.action = SECCOMP_RET_KILL_PROCESS,
};

FIXTURE_VARIANT_ADD(victim, plain_kill_thread) {
	.action = SECCOMP_RET_KILL_THREAD,
};

FIXTURE_VARIANT_ADD(victim, traced_kill_process) {
	.action = SECCOMP_RET_KILL_PROCESS, .traced = true,
};

FIXTURE_VARIANT_ADD(victim, traced_kill_thread) {
	.action = SECCOMP_RET_KILL_THREAD, .traced = true,
};

FIXTURE_VARIANT_ADD(victim, vforked_kill_process) {
	.action = SECCOMP_RET_KILL_PROCESS, .clone_flags = CLONE_VM | CLONE_VFORK,
};

FIXTURE_VARIANT_ADD(victim, vforked_kill_thread) {
	.action = SECCOMP_RET_KILL_THREAD, .clone_flags = CLONE_VM | CLONE_VFORK,
};

FIXTURE_VARIANT_ADD(victim, init_kill_process) {
	.action = SECCOMP_RET_KILL_PROCESS, .clone_flags = CLONE_NEWPID,
};

FIXTURE_VARIANT_ADD(victim, init_kill_thread) {
	.action = SECCOMP_RET_KILL_THREAD, .clone_flags = CLONE_NEWPID,
};

FIXTURE_VARIANT_ADD(victim, traced_init_kill_process) {
	.action = SECCOMP_RET_KILL_PROCESS, .clone_flags = CLONE_NEWPID, .traced = true,
};

FIXTURE_VARIANT_ADD(victim, traced_init_kill_thread) {
	.action = SECCOMP_RET_KILL_THREAD, .clone_flags = CLONE_NEWPID, .traced = true,
};

FIXTURE_SETUP(victim)
{
}

FIXTURE_TEARDOWN(victim)
{
}

static void expect_dead(struct __test_metadata *_metadata, struct victim *victim, int clone_flags)
{
	static char stack[1 << 16] __attribute__((aligned(64)));
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(victim->pipe));
	pid = clone(victim_run, STACK_BOTTOM(stack), clone_flags | SIGCHLD, victim);
	ASSERT_LT(0, pid);
	close(victim->pipe[1]);
	EXPECT_TRUE(died_of(victim_wait(pid), SIGSYS));
	/* All writers are gone, so an empty pipe says that no call came through. */
	EXPECT_EQ(0, read(victim->pipe[0], &byte, 1))
		TH_LOG("disposition %d: got '%c'", victim->disposition, byte);
	close(victim->pipe[0]);
}

TEST_F(victim, b27_is_dead_at_once)
{
	struct victim victim = { .action = variant->action, .traced = variant->traced };

	for (; victim.disposition < DISPOSITIONS; victim.disposition++)
		expect_dead(_metadata, &victim, variant->clone_flags);
}

/* Who of two threads makes the fatal call, what the other one does, and what the parent sees. */
struct ending {
	__u32 action;
	enum { ALONE, LEADER, OTHER } who;
	/* the one that is not killed... */
	enum {
		NOBODY,			/* ...does not exist */
		ENDS_BEFORE,		/* ...is gone already */
		WAITS,			/* ...would wait for ever */
		ENDS_THREAD,		/* ...sees it and ends itself */
		ENDS_PROCESS,		/* ...sees it and ends the process */
	} bystander;
	bool killed;
	bool dumped;
};

/* A thread's id, which the kernel clears and wakes when the thread is gone. */
static volatile pid_t leader_alive FUTEX_ALIGNED, other_alive FUTEX_ALIGNED;
static const struct ending *ending;

static void until_gone(volatile pid_t *alive)
{
	pid_t tid;

	while ((tid = *alive))
		syscall(__NR_futex, alive, FUTEX_WAIT, tid, NULL, NULL, 0);
}

static void thread_end(void)
{
	syscall(__NR_exit, BY_ITSELF);
}

static void be_killed(volatile pid_t *bystander)
{
	if (ending->bystander == ENDS_BEFORE)
		until_gone(bystander);
	CHILD_REQUIRE(install_kill(ending->action));
	syscall(FATAL_CALL);
	_exit(94);
}

static void stand_by(volatile pid_t *killed)
{
	switch (ending->bystander) {
	case ENDS_BEFORE:
		thread_end();
		break;
	case WAITS:
		until_gone(killed);
		/* Only with its process is it expected to die. */
		_exit(93);
	case ENDS_THREAD:
		until_gone(killed);
		thread_end();
		break;
	default:
		until_gone(killed);
		_exit(BY_ITSELF);
	}
}

static int other_run(void *unused)
{
	if (ending->who == OTHER)
		be_killed(&leader_alive);
	else
		stand_by(&leader_alive);
	return 0;
}

static void ending_run(void *arg)
{
	static char stack[1 << 16] __attribute__((aligned(64)));

	ending = arg;
	leader_alive = syscall(__NR_set_tid_address, &leader_alive);
	if (ending->who != ALONE)
		CHILD_REQUIRE(clone(other_run, STACK_BOTTOM(stack),
				    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
				    CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID |
				    CLONE_CHILD_CLEARTID, NULL, &other_alive, NULL,
				    &other_alive) > 0);
	if (ending->who == OTHER)
		stand_by(&other_alive);
	else
		be_killed(&other_alive);
}

FIXTURE(core) {
	char pattern[256];
	char file[64];
};

FIXTURE_VARIANT(core) {
	struct ending ending;
};

FIXTURE_VARIANT_ADD(core, kill_process_alone) {
	.ending = {
		.action = SECCOMP_RET_KILL_PROCESS, .who = ALONE, .bystander = NOBODY,
		.killed = true, .dumped = true,
	},
};

FIXTURE_VARIANT_ADD(core, kill_process_by_leader) {
	.ending = {
		.action = SECCOMP_RET_KILL_PROCESS, .who = LEADER, .bystander = WAITS,
		.killed = true, .dumped = true,
	},
};

FIXTURE_VARIANT_ADD(core, kill_process_by_other) {
	.ending = {
		.action = SECCOMP_RET_KILL_PROCESS, .who = OTHER, .bystander = WAITS,
		.killed = true, .dumped = true,
	},
};

FIXTURE_VARIANT_ADD(core, kill_process_by_last) {
	.ending = {
		.action = SECCOMP_RET_KILL_PROCESS, .who = OTHER, .bystander = ENDS_BEFORE,
		.killed = true, .dumped = true,
	},
};

FIXTURE_VARIANT_ADD(core, kill_thread_alone) {
	.ending = {
		.action = SECCOMP_RET_KILL_THREAD, .who = ALONE, .bystander = NOBODY,
		.killed = true, .dumped = true,
	},
};

FIXTURE_VARIANT_ADD(core, kill_thread_last) {
	.ending = {
		.action = SECCOMP_RET_KILL_THREAD, .who = OTHER, .bystander = ENDS_BEFORE,
		.killed = true, .dumped = true,
	},
};

FIXTURE_VARIANT_ADD(core, kill_thread_leader_after_other) {
	.ending = {
		.action = SECCOMP_RET_KILL_THREAD, .who = LEADER, .bystander = ENDS_BEFORE,
		.killed = true, .dumped = true,
	},
};

FIXTURE_VARIANT_ADD(core, kill_thread_other_process_goes_on) {
	.ending = {
		.action = SECCOMP_RET_KILL_THREAD, .who = OTHER, .bystander = ENDS_PROCESS,
	},
};

FIXTURE_VARIANT_ADD(core, kill_thread_leader_process_goes_on) {
	.ending = {
		.action = SECCOMP_RET_KILL_THREAD, .who = LEADER, .bystander = ENDS_PROCESS,
	},
};

/* A process that nobody ends as such has ended the way its last thread has. */
FIXTURE_VARIANT_ADD(core, kill_thread_leader_other_ends) {
	.ending = {
		.action = SECCOMP_RET_KILL_THREAD, .who = LEADER, .bystander = ENDS_THREAD,
	},
};

static ssize_t core_pattern(bool set, char *pattern, size_t size)
{
	int fd = open(CORE_PATTERN, (set ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = set ? write(fd, pattern, size) : read(fd, pattern, size);
	close(fd);
	return n;
}

FIXTURE_SETUP(core)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	char ours[80];
	ssize_t n;

	ASSERT_EQ(0, setrlimit(RLIMIT_CORE, &unlimited));

	/* The kernel turns %p into the process's number, of the file's name the only unknown. */
	snprintf(self->file, sizeof(self->file), "/tmp/seccomp-core-of-%d", getpid());
	snprintf(ours, sizeof(ours), "%s-%%p", self->file);

	n = core_pattern(false, self->pattern, sizeof(self->pattern) - 1);
	if (n < 0)
		SKIP(return, "no " CORE_PATTERN ": a kernel without core dumps");
	if (core_pattern(true, ours, strlen(ours)) < 0)
		SKIP(return, CORE_PATTERN " cannot be written");
}

/* In the parent, who gets here whatever becomes of the test. */
FIXTURE_TEARDOWN_PARENT(core)
{
	EXPECT_LT(0, core_pattern(true, self->pattern, strlen(self->pattern)));
}

TEST_F(core, b37_dumped_with_the_last_thread)
{
	const struct ending *wanted = &variant->ending;
	siginfo_t info = {};
	char file[128];
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		ending_run((void *)wanted);
		_exit(92);
	}
	ASSERT_EQ(0, waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	EXPECT_EQ(wanted->dumped ? CLD_DUMPED : wanted->killed ? CLD_KILLED : CLD_EXITED,
		  info.si_code);
	EXPECT_EQ(wanted->killed ? SIGSYS : BY_ITSELF, info.si_status);

	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(wanted->killed, died_of(status, SIGSYS));
	EXPECT_EQ(wanted->dumped, WIFSIGNALED(status) && WCOREDUMP(status));

	/* Gone or not there, as it has to be. */
	snprintf(file, sizeof(file), "%s-%d", self->file, pid);
	EXPECT_EQ(wanted->dumped ? 0 : -1, unlink(file));
}

TEST_HARNESS_MAIN
