// SPDX-License-Identifier: GPL-2.0
/*
 * SECCOMP_RET_TRACE and tracers at large: what a tracer sees, what it may change, and that
 * whatever it changes is judged before it happens.
 */

#include "common.h"
#include "arch_regs.h"

#include <poll.h>
#include <pthread.h>

/* A system call that takes no argument, so that it can carry those of write(2). */
#define CARRIER		__NR_getppid
#define MESSAGE		0x7ace
/* An argument that a filter below refuses. */
#define REFUSED		0x7ffffff0
/* What getpriority(PRIO_PROCESS, 0) returns, raw, to a process of ordinary priority. */
#define ORDINARY	20

#define NO_SUCH_ACTION	0x12340000U

/* What a tracee and its tracer share; the tracee reports by memory, for its calls are watched. */
struct stage {
	int pipe[2];
	int go[2];
	long args[6];
	volatile long result;
	volatile bool returned;
};

enum {
	STOP_GONE,
	STOP_SIGNAL,
	STOP_ENTRY,
	STOP_EXIT,
	STOP_SECCOMP,
	STOP_OTHER,
};

struct course {
	int stop;
	int status;
};

static bool stage_open(struct stage **stage)
{
	*stage = shared_memory(sizeof(**stage));
	return *stage && !pipe2((*stage)->pipe, O_NONBLOCK) && !pipe((*stage)->go);
}

static long raw_call(long nr, const long args[6])
{
	long ret = syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);

	return ret == -1 ? -errno : ret;
}

/* Fills the stage with a write(2) of one byte, which leaves a trace when it happens. */
static void stage_write(struct stage *stage)
{
	stage->args[0] = stage->pipe[1];
	stage->args[1] = (long)"!";
	stage->args[2] = 1;
}

/* How many bytes did write(2) leave? */
static ssize_t stage_written(struct stage *stage)
{
	char bytes[8];
	ssize_t got = read(stage->pipe[0], bytes, sizeof(bytes));

	return got < 0 && errno == EAGAIN ? 0 : got;
}

/*
 * Starts a tracee, which confines itself, stops, makes the one call that is of interest and
 * ends. It is left in its stop: the next thing it does is this call.
 */
static pid_t tracee_start(struct stage *stage, const struct sock_fprog *prog, long nr, long options)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		CHILD_REQUIRE(!ptrace(PTRACE_TRACEME, 0, 0, 0));
		CHILD_REQUIRE(!filter_install(0, prog));
		syscall(__NR_kill, getpid(), SIGSTOP);
		stage->result = raw_call(nr, stage->args);
		stage->returned = true;
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    WSTOPSIG(status) != SIGSTOP)
		return -1;
	if (ptrace(PTRACE_SETOPTIONS, pid, 0,
		   PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | options))
		return -1;
	return pid;
}

/* Lets the tracee go on until it stops again or is gone. */
static int tracee_go(pid_t pid, int request, int sig, struct course *course)
{
	memset(course, 0, sizeof(*course));
	course->stop = STOP_OTHER;
	if (ptrace(request, pid, 0, sig) || waitpid(pid, &course->status, __WALL) != pid)
		return course->stop;

	if (!WIFSTOPPED(course->status)) {
		course->stop = STOP_GONE;
	} else if (course->status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		course->stop = STOP_SECCOMP;
	} else if (WSTOPSIG(course->status) == (SIGTRAP | 0x80)) {
		course->stop = tracee_at_entry(pid) ? STOP_ENTRY : STOP_EXIT;
	} else if (!(course->status >> 16)) {
		course->stop = STOP_SIGNAL;
	}
	return course->stop;
}

TEST(present)
{
	ASSERT_EQ(0, sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &(__u32){ SECCOMP_RET_TRACE }));
}

FIXTURE(stop) {
	struct stage *stage;
	struct course course;
};

FIXTURE_SETUP(stop)
{
	ASSERT_TRUE(stage_open(&self->stage));
}

FIXTURE_TEARDOWN(stop)
{
}

/* The stop names the call, all of its arguments and the filter's data, whichever it is. */
TEST_F(stop, tells_the_call_and_the_data)
{
	const __u16 data[] = { 0, 1, MESSAGE, 0xffff };
	struct __ptrace_syscall_info info;
	unsigned long message;
	unsigned int i, arg;
	long told;
	pid_t pid;

	for (arg = 0; arg < 6; arg++)
		self->stage->args[arg] = (long)(~0UL >> 1) - arg;

	for (i = 0; i < ARRAY_SIZE(data); i++) {
		pid = tracee_start(self->stage,
				   &PROGRAM(ON_NR(CARRIER, SECCOMP_RET_TRACE | data[i]),
					    RET(SECCOMP_RET_ALLOW)),
				   CARRIER, PTRACE_O_TRACESECCOMP);
		ASSERT_LT(0, pid);
		ASSERT_EQ(STOP_SECCOMP, tracee_go(pid, PTRACE_CONT, 0, &self->course));

		message = ~0UL;
		ASSERT_EQ(0, ptrace(PTRACE_GETEVENTMSG, pid, 0, &message));
		ASSERT_EQ(data[i], message);

		told = ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
		if (told < 0 && errno == EIO)
			SKIP(return, "this architecture does not have PTRACE_GET_SYSCALL_INFO");
		ASSERT_LT(0, told);
		EXPECT_EQ(PTRACE_SYSCALL_INFO_SECCOMP, info.op);
		EXPECT_EQ((__u32)AUDIT_ARCH_CURRENT, info.arch);
		EXPECT_LT(0U, info.instruction_pointer);
		EXPECT_EQ((__u64)CARRIER, info.seccomp.nr);
		EXPECT_EQ(data[i], info.seccomp.ret_data);
		for (arg = 0; arg < 6; arg++)
			EXPECT_EQ((__u64)self->stage->args[arg], info.seccomp.args[arg]);

		EXPECT_EQ(STOP_GONE, tracee_go(pid, PTRACE_CONT, 0, &self->course));
		EXPECT_EQ(getpid(), self->stage->result);
	}
}

/* Filters judge what a tracer made of the call, so its stop at the entry has to come first. */
TEST_F(stop, b5_comes_after_the_entry_stop)
{
	pid_t pid = tracee_start(self->stage,
				 &PROGRAM(ON_NR(CARRIER, SECCOMP_RET_TRACE),
					  RET(SECCOMP_RET_ALLOW)),
				 CARRIER, PTRACE_O_TRACESECCOMP);

	ASSERT_LT(0, pid);
	ASSERT_EQ(STOP_ENTRY, tracee_go(pid, PTRACE_SYSCALL, 0, &self->course));
	EXPECT_EQ(CARRIER, tracee_nr(pid));
	ASSERT_EQ(STOP_SECCOMP, tracee_go(pid, PTRACE_SYSCALL, 0, &self->course));
	ASSERT_TRUE(tracee_skip(pid, 4711));
	/* A skipped call is left like any other. */
	ASSERT_EQ(STOP_EXIT, tracee_go(pid, PTRACE_SYSCALL, 0, &self->course));
	EXPECT_EQ(SKIP_RESULT(4711), tracee_ret(pid));
	ASSERT_TRUE(tracee_set_ret(pid, 4712));
	ASSERT_EQ(STOP_GONE, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	EXPECT_EQ(4712, self->stage->result);
}

/* A skip at the entry stop is no way around the filter either: it judges what is left. */
TEST_F(stop, b5_skip_at_entry_is_judged)
{
	pid_t pid = tracee_start(self->stage,
				 &PROGRAM(ON_NR(SKIPPED_NR, SECCOMP_RET_ERRNO | EXDEV),
					  RET(SECCOMP_RET_ALLOW)),
				 CARRIER, 0);

	ASSERT_LT(0, pid);
	ASSERT_EQ(STOP_ENTRY, tracee_go(pid, PTRACE_SYSCALL, 0, &self->course));
	ASSERT_TRUE(tracee_skip(pid, 4711));
	ASSERT_EQ(STOP_GONE, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	EXPECT_EQ(-EXDEV, self->stage->result);
}

/* A tracer that leaves lets the call happen at which it was asked, and is not asked again. */
TEST_F(stop, detach_lets_the_call_happen)
{
	pid_t pid;

	stage_write(self->stage);
	pid = tracee_start(self->stage,
			   &PROGRAM(ON_NR(__NR_write, SECCOMP_RET_TRACE), RET(SECCOMP_RET_ALLOW)),
			   __NR_write, PTRACE_O_TRACESECCOMP);
	ASSERT_LT(0, pid);
	ASSERT_EQ(STOP_SECCOMP, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, 0, 0));
	EXPECT_TRUE(exited_with(wait_status(pid), 0));
	EXPECT_EQ(1, self->stage->result);
	EXPECT_EQ(1, stage_written(self->stage));
}

/* Nobody to ask: the call fails and no stop takes place. */
TEST_F(stop, no_option_no_stop)
{
	pid_t pid;

	stage_write(self->stage);
	pid = tracee_start(self->stage,
			   &PROGRAM(ON_NR(__NR_write, SECCOMP_RET_TRACE), RET(SECCOMP_RET_ALLOW)),
			   __NR_write, 0);
	ASSERT_LT(0, pid);
	EXPECT_EQ(STOP_GONE, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	EXPECT_TRUE(self->stage->returned);
	EXPECT_EQ(-ENOSYS, self->stage->result);
	EXPECT_EQ(0, stage_written(self->stage));
}

static void call_untraced(void *arg)
{
	struct stage *stage = arg;

	CHILD_REQUIRE(!filter_install(0, &PROGRAM(ON_NR(__NR_write, SECCOMP_RET_TRACE),
						  RET(SECCOMP_RET_ALLOW))));
	stage->result = raw_call(__NR_write, stage->args);
}

TEST_F(stop, no_tracer_no_call)
{
	stage_write(self->stage);
	EXPECT_TRUE(exited_with(child_status(call_untraced, self->stage), 0));
	EXPECT_EQ(-ENOSYS, self->stage->result);
	EXPECT_EQ(0, stage_written(self->stage));
}

/* What a tracer does to getpriority(2) at its seccomp stop, and what the tracee gets. */
FIXTURE(change) {
	struct stage *stage;
	struct course course;
};

FIXTURE_VARIANT(change) {
	enum { KEEP, SKIP_CALL, NUMBER, ARGUMENT } what;
	int arg;
	long value;
	long result;
};

FIXTURE_VARIANT_ADD(change, nothing) {
	.what = KEEP, .result = ORDINARY,
};

FIXTURE_VARIANT_ADD(change, skip_with_zero) {
	.what = SKIP_CALL, .value = 0, .result = SKIP_RESULT(0),
};

FIXTURE_VARIANT_ADD(change, skip_with_value) {
	.what = SKIP_CALL, .value = 0x5eed, .result = SKIP_RESULT(0x5eed),
};

FIXTURE_VARIANT_ADD(change, skip_with_error) {
	.what = SKIP_CALL, .value = -EDEADLK, .result = SKIP_RESULT(-EDEADLK),
};

FIXTURE_VARIANT_ADD(change, number_to_allowed) {
	.what = NUMBER, .value = __NR_sched_get_priority_max, .result = 0,
};

FIXTURE_VARIANT_ADD(change, b6_number_to_refused) {
	.what = NUMBER, .value = __NR_getuid, .result = -EXDEV,
};

FIXTURE_VARIANT_ADD(change, b6_number_to_none) {
	.what = NUMBER, .value = __NR_getpriority | 0x3000, .result = -ENOSYS,
};

/* The filter would ask again, but a tracer is asked once: the call happens and finds nobody. */
FIXTURE_VARIANT_ADD(change, b6_argument_to_traced) {
	.what = ARGUMENT, .arg = 1, .value = -1, .result = -ESRCH,
};

FIXTURE_VARIANT_ADD(change, b6_argument_to_refused) {
	.what = ARGUMENT, .arg = 1, .value = REFUSED, .result = -EXDEV,
};

/* The first argument has a register of its own on some architectures. */
#ifndef ARG0_IS_OUT_OF_REACH
FIXTURE_VARIANT_ADD(change, b6_first_argument_to_traced) {
	.what = ARGUMENT, .value = -1, .result = -EINVAL,
};

FIXTURE_VARIANT_ADD(change, b6_first_argument_to_refused) {
	.what = ARGUMENT, .value = REFUSED, .result = -EXDEV,
};
#endif

FIXTURE_SETUP(change)
{
	ASSERT_TRUE(stage_open(&self->stage));
}

FIXTURE_TEARDOWN(change)
{
}

static bool change_apply(const FIXTURE_VARIANT(change) *variant, pid_t pid)
{
	switch (variant->what) {
	case SKIP_CALL:
		return tracee_skip(pid, variant->value);
	case NUMBER:
		return tracee_set_nr(pid, variant->value);
	case ARGUMENT:
		return tracee_set_arg(pid, variant->arg, variant->value);
	default:
		return true;
	}
}

TEST_F(change, has_its_effect)
{
	pid_t pid = tracee_start(self->stage,
				 &PROGRAM(ON_NR(__NR_getuid, SECCOMP_RET_ERRNO | EXDEV),
					  LOAD(nr),
					  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						   __NR_getpriority, 0, 6),
					  LOAD_ARG_LO(0),
					  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, REFUSED, 2, 0),
					  LOAD_ARG_LO(1),
					  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, REFUSED, 0, 1),
					  RET(SECCOMP_RET_ERRNO | EXDEV),
					  RET(SECCOMP_RET_TRACE | MESSAGE),
					  RET(SECCOMP_RET_ALLOW)),
				 __NR_getpriority, PTRACE_O_TRACESECCOMP);

	ASSERT_LT(0, pid);
	ASSERT_EQ(STOP_SECCOMP, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	ASSERT_TRUE(change_apply(variant, pid));
	ASSERT_EQ(STOP_GONE, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	EXPECT_TRUE(exited_with(self->course.status, 0));
	EXPECT_EQ(variant->result, self->stage->result);
}

/*
 * A tracer turns an innocent call into write(2), about which the filter has its own view: what
 * has to come of it, wherever the tracer does so?
 */
FIXTURE(swap) {
	struct stage *stage;
	struct course course;
};

FIXTURE_VARIANT(swap) {
	__u32 verdict;
	bool killed;
	bool signalled;
	long result;
};

FIXTURE_VARIANT_ADD(swap, allow) {
	.verdict = SECCOMP_RET_ALLOW, .result = 1,
};

FIXTURE_VARIANT_ADD(swap, log) {
	.verdict = SECCOMP_RET_LOG, .result = 1,
};

FIXTURE_VARIANT_ADD(swap, trace) {
	.verdict = SECCOMP_RET_TRACE, .result = 1,
};

FIXTURE_VARIANT_ADD(swap, error) {
	.verdict = SECCOMP_RET_ERRNO | EXDEV, .result = -EXDEV,
};

FIXTURE_VARIANT_ADD(swap, trap) {
	.verdict = SECCOMP_RET_TRAP, .killed = true, .signalled = true,
};

FIXTURE_VARIANT_ADD(swap, kill_thread) {
	.verdict = SECCOMP_RET_KILL_THREAD, .killed = true,
};

FIXTURE_VARIANT_ADD(swap, kill_process) {
	.verdict = SECCOMP_RET_KILL_PROCESS, .killed = true,
};

FIXTURE_VARIANT_ADD(swap, unknown) {
	.verdict = NO_SUCH_ACTION, .killed = true,
};

FIXTURE_SETUP(swap)
{
	ASSERT_TRUE(stage_open(&self->stage));
	stage_write(self->stage);
}

FIXTURE_TEARDOWN(swap)
{
}

/* From where the tracer swapped to the tracee's end. */
static void expect_judged(struct __test_metadata *_metadata, FIXTURE_DATA(swap) *self,
			  const FIXTURE_VARIANT(swap) *variant, pid_t pid)
{
	int stop = tracee_go(pid, PTRACE_CONT, 0, &self->course);

	if (variant->signalled) {
		ASSERT_EQ(STOP_SIGNAL, stop);
		ASSERT_EQ(SIGSYS, WSTOPSIG(self->course.status));
		stop = tracee_go(pid, PTRACE_CONT, SIGSYS, &self->course);
	}
	ASSERT_EQ(STOP_GONE, stop);
	EXPECT_EQ(!variant->killed, self->stage->returned);
	EXPECT_EQ(variant->killed, died_of(self->course.status, SIGSYS));
	EXPECT_EQ(variant->result, self->stage->result);
	EXPECT_EQ(variant->result == 1, stage_written(self->stage));
}

TEST_F(swap, b6_at_the_seccomp_stop)
{
	pid_t pid = tracee_start(self->stage,
				 &PROGRAM(ON_NR(CARRIER, SECCOMP_RET_TRACE),
					  ON_NR(__NR_write, variant->verdict),
					  RET(SECCOMP_RET_ALLOW)),
				 CARRIER, PTRACE_O_TRACESECCOMP);

	ASSERT_LT(0, pid);
	ASSERT_EQ(STOP_SECCOMP, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	ASSERT_TRUE(tracee_set_nr(pid, __NR_write));
	expect_judged(_metadata, self, variant, pid);
}

TEST_F(swap, b5_at_the_entry_stop)
{
	pid_t pid = tracee_start(self->stage,
				 &PROGRAM(ON_NR(__NR_write, variant->verdict),
					  RET(SECCOMP_RET_ALLOW)),
				 CARRIER, PTRACE_O_TRACESECCOMP);

	ASSERT_LT(0, pid);
	ASSERT_EQ(STOP_ENTRY, tracee_go(pid, PTRACE_SYSCALL, 0, &self->course));
	ASSERT_TRUE(tracee_set_nr(pid, __NR_write));
	if (variant->verdict == SECCOMP_RET_TRACE)
		ASSERT_EQ(STOP_SECCOMP, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	expect_judged(_metadata, self, variant, pid);
}

/* By this name: the other is no macro. */
#ifdef PT_SYSEMU
/* A call under emulation never happens, whatever the filter would say to it. */
TEST_F(swap, b5_under_emulation)
{
	pid_t pid = tracee_start(self->stage,
				 &PROGRAM(ON_NR(__NR_write, variant->verdict),
					  RET(SECCOMP_RET_ALLOW)),
				 CARRIER, PTRACE_O_TRACESECCOMP);
	const long emulated = 4711;

	ASSERT_LT(0, pid);
	ASSERT_EQ(STOP_ENTRY, tracee_go(pid, PT_SYSEMU, 0, &self->course));
	ASSERT_TRUE(tracee_set_nr(pid, __NR_write));
	ASSERT_TRUE(tracee_set_ret(pid, emulated));
	EXPECT_EQ(STOP_GONE, tracee_go(pid, PTRACE_CONT, 0, &self->course));
	EXPECT_TRUE(exited_with(self->course.status, 0));
	EXPECT_EQ(SKIP_RESULT(emulated), self->stage->result);
	EXPECT_EQ(0, stage_written(self->stage));
}
#endif

/* What ends a tracee that is in its seccomp stop, before a write(2). */
FIXTURE(b7) {
	struct stage *stage;
};

FIXTURE_VARIANT(b7) {
	enum { BY_SIGKILL, BY_GROUP_EXIT, BY_TRACERS_DEATH } means;
};

FIXTURE_VARIANT_ADD(b7, sigkill) {
	.means = BY_SIGKILL,
};

FIXTURE_VARIANT_ADD(b7, group_exit) {
	.means = BY_GROUP_EXIT,
};

FIXTURE_VARIANT_ADD(b7, tracers_death) {
	.means = BY_TRACERS_DEATH,
};

FIXTURE_SETUP(b7)
{
	ASSERT_TRUE(stage_open(&self->stage));
	stage_write(self->stage);
}

FIXTURE_TEARDOWN(b7)
{
}

static void *end_the_group(void *arg)
{
	struct stage *stage = arg;
	char byte;

	if (read(stage->go[0], &byte, 1) == 1)
		syscall(__NR_exit_group, 7);
	return NULL;
}

/* Traces a process with a second thread, which is neither traced nor confined. */
static void watch_and_end(void *arg)
{
	FIXTURE_DATA(b7) *self = ((void **)arg)[0];
	const FIXTURE_VARIANT(b7) *variant = ((void **)arg)[1];
	pthread_t thread;
	int status;
	pid_t pid;

	pid = fork();
	CHILD_REQUIRE(pid >= 0);
	if (!pid) {
		CHILD_REQUIRE(!pthread_create(&thread, NULL, end_the_group, self->stage));
		CHILD_REQUIRE(!ptrace(PTRACE_TRACEME, 0, 0, 0));
		CHILD_REQUIRE(!filter_install(0, &PROGRAM(ON_NR(__NR_write, SECCOMP_RET_TRACE),
							  RET(SECCOMP_RET_ALLOW))));
		syscall(__NR_kill, getpid(), SIGSTOP);
		raw_call(__NR_write, self->stage->args);
		_exit(0);
	}
	CHILD_REQUIRE(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHILD_REQUIRE(!ptrace(PTRACE_SETOPTIONS, pid, 0,
			      PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP));
	CHILD_REQUIRE(!ptrace(PTRACE_CONT, pid, 0, 0));
	CHILD_REQUIRE(waitpid(pid, &status, 0) == pid);
	CHILD_REQUIRE(status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8));

	switch (variant->means) {
	case BY_SIGKILL:
		CHILD_REQUIRE(!kill(pid, SIGKILL));
		CHILD_REQUIRE(died_of(wait_status(pid), SIGKILL));
		break;
	case BY_GROUP_EXIT:
		CHILD_REQUIRE(write(self->stage->go[1], "g", 1) == 1);
		CHILD_REQUIRE(exited_with(wait_status(pid), 7));
		break;
	case BY_TRACERS_DEATH:
		break;
	}
}

TEST_F(b7, the_call_does_not_happen)
{
	void *arg[] = { self, (void *)variant };
	struct pollfd hang_up = { .fd = self->stage->pipe[0] };

	ASSERT_TRUE(exited_with(child_status(watch_and_end, arg), 0));
	/* When the last writer is gone, nothing can come any more. */
	close(self->stage->pipe[1]);
	ASSERT_EQ(1, poll(&hang_up, 1, -1));
	EXPECT_EQ(0, stage_written(self->stage));
}

TEST_HARNESS_MAIN
