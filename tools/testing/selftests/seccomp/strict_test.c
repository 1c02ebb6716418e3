// SPDX-License-Identifier: GPL-2.0
/*
 * Strict mode: how it is entered, the four system calls that it leaves, and that every
 * other one ends the calling thread, by whatever door of the machine the call comes in.
 */
#include "common.h"

#include <pthread.h>

#include "x86_calls.h"

/*
 * A process in strict mode may only make 64-bit calls by 64-bit numbers. An x32 program has
 * read, write and exit in common with them but for the bit, and cannot return from a signal.
 */
#if defined(__x86_64__) && defined(__ILP32__)
#define STRICT_NR(nr)	((nr) & ~X32_BIT)
#define CAN_SIGRETURN	false
#else
#define STRICT_NR(nr)	(nr)
#define CAN_SIGRETURN	true
#endif

/* exit() and _exit() end the whole process by exit_group(2), which strict mode does not know. */
static void strict_exit(int code)
{
	syscall(STRICT_NR(__NR_exit), code);
}

static int enter_by_prctl(void)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
}

/* The argument that filter mode takes means nothing here. */
static int enter_by_prctl_with_argument(void)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, (void *)8, 0, 0);
}

static int enter_by_seccomp(void)
{
	return sys_seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL);
}

TEST(present)
{
	ASSERT_EQ(0, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	ASSERT_EQ(0, status_field(0, "Seccomp"));
	ASSERT_EQ(-1, sys_seccomp(SECCOMP_SET_MODE_STRICT, 1, NULL));
	ASSERT_EQ(EINVAL, errno);
}

TEST(bad_arguments_change_nothing)
{
	static const struct {
		unsigned int flags;
		void *args;
	} bad[] = {
		{ 1, NULL }, { SECCOMP_FILTER_FLAG_LOG, NULL }, { 1U << 31, NULL },
		{ ~0U, NULL }, { 0, (void *)1 }, { 0, (void *)-1L }, { 1, (void *)1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		errno = 0;
		EXPECT_EQ(-1, sys_seccomp(SECCOMP_SET_MODE_STRICT, bad[i].flags, bad[i].args));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(0, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	EXPECT_EQ(0, status_field(0, "Seccomp"));
}

TEST(filter_mode_cannot_become_strict)
{
	static int (*const enter[])(void) = { enter_by_prctl, enter_by_seccomp };
	size_t i;

	ASSERT_EQ(0, filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))))
		ASSERT_EQ(0, errno);
	for (i = 0; i < ARRAY_SIZE(enter); i++) {
		errno = 0;
		EXPECT_EQ(-1, enter[i]());
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(2, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	EXPECT_EQ(2, status_field(0, "Seccomp"));
}

/* One child to be locked up, with a pipe in each direction. */
FIXTURE(strict) {
	int to_child[2], from_child[2];
	pid_t child;
};

FIXTURE_VARIANT(strict) {
	int (*enter)(void);
};

FIXTURE_VARIANT_ADD(strict, prctl) { .enter = enter_by_prctl };
FIXTURE_VARIANT_ADD(strict, prctl_argument) { .enter = enter_by_prctl_with_argument };
FIXTURE_VARIANT_ADD(strict, seccomp) { .enter = enter_by_seccomp };

FIXTURE_SETUP(strict)
{
	ASSERT_EQ(0, pipe(self->to_child));
	ASSERT_EQ(0, pipe(self->from_child));
}

FIXTURE_TEARDOWN(strict)
{
}

static int signal_fd;

static void tell_signal(int sig)
{
	syscall(STRICT_NR(__NR_write), signal_fd, "s", 1);
}

/* Echoes what it reads until it reads 'x'. */
static void echo(int in, int out)
{
	char byte;

	while (syscall(STRICT_NR(__NR_read), in, &byte, 1) == 1 && byte != 'x')
		syscall(STRICT_NR(__NR_write), out, &byte, 1);
}

static char ask(int to, int from, char byte)
{
	if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
		return 0;
	return byte;
}

TEST_F(strict, four_calls_are_left)
{
	char byte = 0;

	self->child = fork();
	ASSERT_LE(0, self->child);
	if (!self->child) {
		/* Not SA_SIGINFO: of i386's two ways back, strict mode knows the older. */
		struct sigaction action = { .sa_handler = tell_signal, .sa_flags = SA_RESTART };

		signal_fd = self->from_child[1];
		CHILD_REQUIRE(!sigaction(SIGUSR1, &action, NULL));
		CHILD_REQUIRE(!variant->enter());
		echo(self->to_child[0], self->from_child[1]);
		strict_exit(42);
	}
	close(self->from_child[1]);
	ASSERT_EQ('a', ask(self->to_child[1], self->from_child[0], 'a'));
	EXPECT_EQ(1, status_field(self->child, "Seccomp"));
	EXPECT_EQ(0, status_field(self->child, "Seccomp_filters"));
	EXPECT_EQ(0, status_field(self->child, "NoNewPrivs"));

	ASSERT_EQ(0, kill(self->child, SIGUSR1));
	ASSERT_EQ(1, read(self->from_child[0], &byte, 1));
	EXPECT_EQ('s', byte);
	if (CAN_SIGRETURN) {
		EXPECT_EQ('b', ask(self->to_child[1], self->from_child[0], 'b'));
		ASSERT_EQ(1, write(self->to_child[1], "x", 1));
		EXPECT_TRUE(exited_with(wait_status(self->child), 42));
	} else {
		EXPECT_TRUE(died_of(wait_status(self->child), SIGKILL));
	}
}

/* Of the calls below none may be made, not even those that could do no harm. */
static const struct {
	const char *name;
	long nr, args[2];
} forbidden[] = {
	{ "getpid",		__NR_getpid,	{ 0, 0 } },
	{ "exit_group",		__NR_exit_group,	{ 0, 0 } },
	{ "close",		__NR_close,	{ -1, 0 } },
	{ "readv",		__NR_readv,	{ -1, 0 } },
	{ "restart_syscall",	__NR_restart_syscall,	{ 0, 0 } },
	{ "PR_GET_SECCOMP",	__NR_prctl,	{ PR_GET_SECCOMP, 0 } },
	{ "strict by prctl",	__NR_prctl,	{ PR_SET_SECCOMP, SECCOMP_MODE_STRICT } },
	{ "filter by prctl",	__NR_prctl,	{ PR_SET_SECCOMP, SECCOMP_MODE_FILTER } },
	{ "strict by seccomp",	__NR_seccomp,	{ SECCOMP_SET_MODE_STRICT, 0 } },
	{ "filter by seccomp",	__NR_seccomp,	{ SECCOMP_SET_MODE_FILTER, 0 } },
	{ "unknown number",	STRICT_NR(__NR_read) + 8000, { 0, 0 } },
	{ "number -1",		-1,			{ 0, 0 } },
#ifdef __i386__
	{ "rt_sigreturn",	__NR_rt_sigreturn,	{ 0, 0 } },
#endif
};

TEST_F(strict, all_else_kills)
{
	size_t i;
	int status;

	for (i = 0; i < ARRAY_SIZE(forbidden); i++) {
		self->child = fork();
		ASSERT_LE(0, self->child);
		if (!self->child) {
			CHILD_REQUIRE(!variant->enter());
			syscall(STRICT_NR(forbidden[i].nr), forbidden[i].args[0],
				forbidden[i].args[1], 0, 0, 0);
			strict_exit(1);
		}
		status = wait_status(self->child);
		EXPECT_TRUE(died_of(status, SIGKILL))
			TH_LOG("%s: status %#x", forbidden[i].name, status);
	}
}

/* A thread that locks itself up, lives as long as it echoes, then breaks the rule. */
struct locked_thread {
	int (*enter)(void);
	int in, out;
	pid_t tid;
	bool outlived_it;
};

static void *lock_thread(void *arg)
{
	struct locked_thread *t = arg;

	t->tid = sys_gettid();
	if (t->enter())
		write(t->out, "!", 1);
	echo(t->in, t->out);
	syscall(STRICT_NR(__NR_getpid));
	t->outlived_it = true;
	strict_exit(0);
	return NULL;
}

/* The mode is the thread's own, and so is the punishment. */
TEST_F(strict, thread_dies_alone)
{
	struct locked_thread t = { .enter = variant->enter };
	pthread_t thread;

	t.in = self->to_child[0];
	t.out = self->from_child[1];
	ASSERT_EQ(0, pthread_create(&thread, NULL, lock_thread, &t));
	ASSERT_EQ('a', ask(self->to_child[1], self->from_child[0], 'a'));
	EXPECT_EQ(1, status_field(t.tid, "Seccomp"));
	EXPECT_EQ(0, status_field(0, "Seccomp"));

	ASSERT_EQ(1, write(self->to_child[1], "x", 1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_FALSE(t.outlived_it);
	EXPECT_EQ(0, status_field(0, "Seccomp"));
	EXPECT_EQ(0, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
}

/* Joining the first thread works as with any other: the kernel says when it is gone. */
static void *outlive_leader(void *arg)
{
	pthread_join(*(pthread_t *)arg, NULL);
	_exit(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) ? 8 : 7);
}

TEST_F(strict, leader_dies_alone)
{
	pthread_t thread, leader;

	self->child = fork();
	ASSERT_LE(0, self->child);
	if (!self->child) {
		leader = pthread_self();
		CHILD_REQUIRE(!pthread_create(&thread, NULL, outlive_leader, &leader));
		CHILD_REQUIRE(!variant->enter());
		syscall(STRICT_NR(__NR_exit_group), 9);
	}
	EXPECT_TRUE(exited_with(wait_status(self->child), 7));
}

#if defined(__x86_64__) || defined(__i386__)
/* Strict mode takes the time stamp counter away: a clock is a way to listen. */
TEST_F(strict, no_time_stamp_counter)
{
	int status;

	self->child = fork();
	ASSERT_LE(0, self->child);
	if (!self->child) {
		__builtin_ia32_rdtsc();
		CHILD_REQUIRE(!variant->enter());
		__builtin_ia32_rdtsc();
		strict_exit(1);
	}
	status = wait_status(self->child);
	EXPECT_TRUE(died_of(status, SIGSEGV))
		TH_LOG("status %#x", status);
}
#endif

#ifdef __x86_64__
enum gate { GATE_64, GATE_INT80 };

/* What a number means is said by the gate that it comes through, not by who brings it. */
static const struct judged {
	const char *name;
	enum gate gate;
	unsigned int nr;
	int dies_of;		/* 0: the call is made and the child goes on */
} judged[] = {
	{ "read",			GATE_64,    0,			0 },
	{ "write",			GATE_64,    1,			0 },
	{ "i386's read, close here",	GATE_64,    NR32_READ,		SIGKILL },
	{ "i386's write, stat here",	GATE_64,    NR32_WRITE,		SIGKILL },
	{ "i386's sigreturn",		GATE_64,    NR32_SIGRETURN,	SIGKILL },
	{ "i386's read",		GATE_INT80, NR32_READ,		0 },
	{ "i386's write",		GATE_INT80, NR32_WRITE,		0 },
	/* A frame that nobody pushed: the fault shows that the call was made. */
	{ "i386's sigreturn",		GATE_INT80, NR32_SIGRETURN,	SIGSEGV },
	{ "i386's rt_sigreturn",	GATE_INT80, NR32_RT_SIGRETURN,	SIGKILL },
	{ "64-bit read",		GATE_INT80, 0,			SIGKILL },
	{ "64-bit exit, umask here",	GATE_INT80, 60,			SIGKILL },
	{ "64-bit sigreturn, chmod",	GATE_INT80, 15,			SIGKILL },
	{ "getpid",			GATE_INT80, NR32_GETPID,	SIGKILL },
	{ "x32 read",			GATE_64,    X32_BIT | 0,	SIGKILL },
	{ "x32 write",			GATE_64,    X32_BIT | 1,	SIGKILL },
	{ "x32 exit",			GATE_64,    X32_BIT | 60,	SIGKILL },
	{ "x32 sigreturn",		GATE_64,    X32_BIT | 513,	SIGKILL },
	{ "i386's read with x32's bit",	GATE_64,    X32_BIT | NR32_READ,  SIGKILL },
	{ "i386's write with x32's bit", GATE_64,   X32_BIT | NR32_WRITE, SIGKILL },
	{ "read with x32's bit",	GATE_INT80, X32_BIT | NR32_READ,  SIGKILL },
};

/* With arguments that every one of these calls takes for a harmless error or for success. */
static void make_judged_call(const struct judged *j)
{
	if (j->gate == GATE_INT80)
		int80(j->nr, -1, 0, 0);
	else
		syscall64(j->nr, -1, 0, 0);
}

TEST_F(strict, b1_judged_by_the_gate)
{
	bool skipped = !have_int80();
	size_t i;
	int status;

	for (i = 0; i < ARRAY_SIZE(judged); i++) {
		if (judged[i].gate == GATE_INT80 && skipped)
			continue;
		self->child = fork();
		ASSERT_LE(0, self->child);
		if (!self->child) {
			CHILD_REQUIRE(!variant->enter());
			make_judged_call(&judged[i]);
			syscall64(60, 3, 0, 0);
		}
		status = wait_status(self->child);
		EXPECT_TRUE(judged[i].dies_of ? died_of(status, judged[i].dies_of) :
						exited_with(status, 3))
			TH_LOG("%s: status %#x", judged[i].name, status);
	}
}

/* The number of i386's exit is 64-bit write: only a process that is gone has been understood. */
TEST_F(strict, b1_exit_through_int80)
{
	if (!have_int80())
		SKIP(return, "no int $0x80");
	self->child = fork();
	ASSERT_LE(0, self->child);
	if (!self->child) {
		CHILD_REQUIRE(!variant->enter());
		int80(NR32_EXIT, 5, 0, 0);
		syscall64(60, 6, 0, 0);
	}
	EXPECT_TRUE(exited_with(wait_status(self->child), 5));
}
#endif /* __x86_64__ */

TEST_HARNESS_MAIN
