// SPDX-License-Identifier: GPL-2.0
/*
 * Actions: what each of them does to the call, the thread and the process, and which of
 * them is obeyed when several filters ask for different ones.
 */
#include "common.h"

#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <ucontext.h>

#include "x86_calls.h"

#ifndef MAX_ERRNO
#define MAX_ERRNO 4095
#endif

/* What makes a call to be judged visible to the outside: a byte in a pipe, or none. */
struct attempt {
	int pipe[2];
	uint32_t value;
	long result;
	int error;
};

static struct attempt *new_attempt(void)
{
	struct attempt *a = shared_memory(sizeof(*a));

	if (a && pipe(a->pipe))
		a = NULL;
	return a;
}

static int install_on(long nr, uint32_t value)
{
	return filter_install(0, &PROGRAM(ON_NR(nr, value), RET(SECCOMP_RET_ALLOW)));
}

/* Nothing else here uses writev(2), so that all other output stays free. */
static void make_attempt(void *arg)
{
	struct attempt *a = arg;
	struct iovec one = { .iov_base = "w", .iov_len = 1 };

	a->result = -2;
	CHILD_REQUIRE(!install_on(__NR_writev, a->value));
	errno = 0;
	a->result = syscall(__NR_writev, a->pipe[1], &one, 1);
	a->error = errno;
}

/* Has the call been made since the last look? */
static bool attempt_ran(struct attempt *a)
{
	int waiting = 0;
	char byte;

	return !ioctl(a->pipe[0], FIONREAD, &waiting) && waiting == 1 &&
	       read(a->pipe[0], &byte, 1) == 1;
}

TEST(present)
{
	ASSERT_EQ(0, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	ASSERT_EQ(0, install_on(__NR_writev, SECCOMP_RET_ALLOW));
	ASSERT_EQ(2, status_field(0, "Seccomp"));
}

static const struct {
	const char *name;
	uint32_t value;
	bool runs;
	long result;
	int error;
} returning[] = {
	{ "ALLOW",		SECCOMP_RET_ALLOW,		true,  1, 0 },
	{ "ALLOW, data",	SECCOMP_RET_ALLOW | 0xffff,	true,  1, 0 },
	{ "LOG",		SECCOMP_RET_LOG,		true,  1, 0 },
	{ "LOG, data",		SECCOMP_RET_LOG | 0xffff,	true,  1, 0 },
	{ "TRACE",		SECCOMP_RET_TRACE,		false, -1, ENOSYS },
	{ "TRACE, data",	SECCOMP_RET_TRACE | EPERM,	false, -1, ENOSYS },
	{ "ERRNO 0",		SECCOMP_RET_ERRNO,		false, 0, 0 },
	{ "ERRNO 1",		SECCOMP_RET_ERRNO | 1,		false, -1, 1 },
	{ "ERRNO 4094",		SECCOMP_RET_ERRNO | 4094,	false, -1, 4094 },
	{ "ERRNO 4095",		SECCOMP_RET_ERRNO | MAX_ERRNO,	false, -1, MAX_ERRNO },
	/* What user space would take for a result is made the largest error. */
	{ "ERRNO 4096",		SECCOMP_RET_ERRNO | 4096,	false, -1, MAX_ERRNO },
	{ "ERRNO 65535",	SECCOMP_RET_ERRNO | 0xffff,	false, -1, MAX_ERRNO },
};

TEST(returning_actions)
{
	struct attempt *a = new_attempt();
	size_t i;

	ASSERT_TRUE(a != NULL);
	for (i = 0; i < ARRAY_SIZE(returning); i++) {
		a->value = returning[i].value;
		EXPECT_TRUE(exited_with(child_status(make_attempt, a), 0));
		EXPECT_EQ(returning[i].runs, attempt_ran(a))
			TH_LOG("%s", returning[i].name);
		EXPECT_EQ(returning[i].result, a->result)
			TH_LOG("%s", returning[i].name);
		EXPECT_EQ(returning[i].error, a->error)
			TH_LOG("%s", returning[i].name);
	}
}

/* TRAP among them, as nobody handles its signal. */
TEST(deadly_actions)
{
	static const uint32_t deadly[] = {
		SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_PROCESS | 0xffff,
		SECCOMP_RET_KILL_THREAD, SECCOMP_RET_KILL_THREAD | 0xffff,
		SECCOMP_RET_TRAP, SECCOMP_RET_TRAP | 0xffff,
	};
	struct attempt *a = new_attempt();
	size_t i;

	ASSERT_TRUE(a != NULL);
	for (i = 0; i < ARRAY_SIZE(deadly); i++) {
		a->value = deadly[i];
		EXPECT_TRUE(died_of(child_status(make_attempt, a), SIGSYS))
			TH_LOG("action %#x", deadly[i]);
		EXPECT_FALSE(attempt_ran(a));
		EXPECT_EQ(-2, a->result);
	}
}

/*
 * TRAP: the handler finds out everything about the call, and decides what it returns.
 */
#if defined(__x86_64__)
#define PC(uc)		((uc)->uc_mcontext.gregs[REG_RIP])
#define RESULT(uc)	((uc)->uc_mcontext.gregs[REG_RAX])
#define RESULT_HOLDS	PROBE
#elif defined(__i386__)
#define PC(uc)		((uc)->uc_mcontext.gregs[REG_EIP])
#define RESULT(uc)	((uc)->uc_mcontext.gregs[REG_EAX])
#define RESULT_HOLDS	PROBE
#elif defined(__aarch64__)
#define PC(uc)		((uc)->uc_mcontext.pc)
#define RESULT(uc)	((uc)->uc_mcontext.regs[0])
#define RESULT_HOLDS	probe_args[0]
#elif defined(__arm__)
#define PC(uc)		((uc)->uc_mcontext.arm_pc)
#define RESULT(uc)	((uc)->uc_mcontext.arm_r0)
#define RESULT_HOLDS	probe_args[0]
#elif defined(__s390x__)
#define PC(uc)		((uc)->uc_mcontext.psw.addr)
#define RESULT(uc)	((uc)->uc_mcontext.gregs[2])
#define RESULT_HOLDS	probe_args[0]
#elif defined(__powerpc64__)
#define PC(uc)		((uc)->uc_mcontext.gp_regs[PT_NIP])
#define RESULT(uc)	((uc)->uc_mcontext.gp_regs[PT_R3])
#define RESULT_HOLDS	probe_args[0]
#elif defined(__riscv)
#define PC(uc)		((uc)->uc_mcontext.__gregs[REG_PC])
#define RESULT(uc)	((uc)->uc_mcontext.__gregs[REG_A0])
#define RESULT_HOLDS	probe_args[0]
#elif defined(__mips__)
#define PC(uc)		((uc)->uc_mcontext.pc)
#define RESULT(uc)	((uc)->uc_mcontext.gregs[2])
#define FAILED(uc)	((uc)->uc_mcontext.gregs[7])
#define RESULT_HOLDS	PROBE
#elif defined(__m68k__)
#define PC(uc)		((uc)->uc_mcontext.gregs[R_PC])
#define RESULT(uc)	((uc)->uc_mcontext.gregs[R_D0])
#define RESULT_HOLDS	PROBE
#elif defined(__hppa__)
#define PC(uc)		((uc)->uc_mcontext.sc_iaoq[0])
#define RESULT(uc)	((uc)->uc_mcontext.sc_gr[28])
#define RESULT_HOLDS	-ENOSYS
#elif defined(__sh__)
#define PC(uc)		((uc)->uc_mcontext.pc)
#define RESULT(uc)	((uc)->uc_mcontext.gregs[0])
#define RESULT_HOLDS	probe_args[4]
#endif

#define PROBE	__NR_getppid

static const uint64_t probe_args[6] = {
	0x1010101, 0x2020202, 0x3030303, 0x4040404, 0x5050505, 0x6060606,
};

static struct {
	int count;
	siginfo_t info;
	uint64_t pc, result, args[6];
} trapped;

/* What the handler leaves in the result register. */
static long trap_answer;

static void on_trap(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	trapped.count++;
	trapped.info = *info;
#ifdef PC
	trapped.pc = PC(uc);
	trapped.result = RESULT(uc);
	RESULT(uc) = trap_answer;
#ifdef FAILED
	FAILED(uc) = trap_answer < 0;
	if (trap_answer < 0)
		RESULT(uc) = -trap_answer;
#endif
#endif
	(void)uc;
#if defined(__x86_64__)
	trapped.args[0] = uc->uc_mcontext.gregs[REG_RDI];
	trapped.args[1] = uc->uc_mcontext.gregs[REG_RSI];
	trapped.args[2] = uc->uc_mcontext.gregs[REG_RDX];
	trapped.args[3] = uc->uc_mcontext.gregs[REG_R10];
	trapped.args[4] = uc->uc_mcontext.gregs[REG_R8];
	trapped.args[5] = uc->uc_mcontext.gregs[REG_R9];
#elif defined(__i386__)
	trapped.args[0] = uc->uc_mcontext.gregs[REG_EBX];
	trapped.args[1] = uc->uc_mcontext.gregs[REG_ECX];
	trapped.args[2] = uc->uc_mcontext.gregs[REG_EDX];
#endif
}

/* The probe with all its arguments; *after stays 0 where the instruction is the library's. */
static long probe(uint64_t *after)
{
	*after = 0;
#if defined(__x86_64__)
	return syscall64_at(after, PROBE, probe_args);
#elif defined(__i386__)
	return int80_at(after, PROBE, probe_args[0], probe_args[1], probe_args[2]);
#else
	long ret = syscall(PROBE, (long)probe_args[0], (long)probe_args[1], (long)probe_args[2],
			   (long)probe_args[3], (long)probe_args[4], (long)probe_args[5]);

	return ret == -1 ? -errno : ret;
#endif
}

static void trap_handle(void)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };

	CHILD_REQUIRE(!sigaction(SIGSYS, &action, NULL));
}

TEST(trap_tells_all)
{
	static const uint16_t data[] = { 0, 1, 0x1234, 0xffff };
	uint64_t after;
	long result;
	size_t i;

	trap_handle();
	for (i = 0; i < ARRAY_SIZE(data); i++) {
		ASSERT_EQ(0, install_on(PROBE, SECCOMP_RET_TRAP | data[i]));
		memset(&trapped, 0, sizeof(trapped));
		trap_answer = i ? 1000 + (long)i : -EXDEV;
		result = probe(&after);
		EXPECT_EQ(1, trapped.count);
		EXPECT_EQ(SIGSYS, trapped.info.si_signo);
		EXPECT_EQ(SYS_SECCOMP, trapped.info.si_code);
		EXPECT_EQ(data[i], trapped.info.si_errno);
		EXPECT_EQ(PROBE, trapped.info.si_syscall);
		EXPECT_EQ((unsigned int)AUDIT_ARCH_CURRENT, trapped.info.si_arch);
		if (after) {
			EXPECT_EQ(after, (uintptr_t)trapped.info.si_call_addr);
		}
#ifdef PC
		EXPECT_EQ((uintptr_t)trapped.pc, (uintptr_t)trapped.info.si_call_addr);
		EXPECT_EQ((unsigned long)RESULT_HOLDS, (unsigned long)trapped.result);
		EXPECT_EQ(trap_answer, result);
#endif
#if defined(__x86_64__)
		EXPECT_EQ(0, memcmp(probe_args, trapped.args, sizeof(probe_args)));
#elif defined(__i386__)
		EXPECT_EQ(0, memcmp(probe_args, trapped.args, 3 * sizeof(probe_args[0])));
#endif
	}
	(void)result;
}

struct disposition {
	bool blocked, ignored;
};

static void trap_unwanted(void *how)
{
	const struct disposition *d = how;
	sigset_t set;

	trap_handle();
	if (d->ignored)
		CHILD_REQUIRE(signal(SIGSYS, SIG_IGN) != SIG_ERR);
	if (d->blocked) {
		sigemptyset(&set);
		sigaddset(&set, SIGSYS);
		CHILD_REQUIRE(!sigprocmask(SIG_BLOCK, &set, NULL));
	}
	CHILD_REQUIRE(!install_on(PROBE, SECCOMP_RET_TRAP));
	syscall(PROBE);
}

static void trap_in_trap(int sig, siginfo_t *info, void *context)
{
	syscall(PROBE);
}

static void trap_nested(void *unused)
{
	struct sigaction action = { .sa_sigaction = trap_in_trap, .sa_flags = SA_SIGINFO };

	CHILD_REQUIRE(!sigaction(SIGSYS, &action, NULL));
	CHILD_REQUIRE(!install_on(PROBE, SECCOMP_RET_TRAP));
	syscall(PROBE);
}

/* A process that closes its ears must not get past the call. */
TEST(trap_cannot_be_held_off)
{
	EXPECT_TRUE(died_of(child_status(trap_unwanted,
					 &(struct disposition){ .blocked = true }), SIGSYS));
	EXPECT_TRUE(died_of(child_status(trap_unwanted,
					 &(struct disposition){ .ignored = true }), SIGSYS));
	EXPECT_TRUE(died_of(child_status(trap_unwanted,
					 &(struct disposition){ true, true }), SIGSYS));
	EXPECT_TRUE(died_of(child_status(trap_nested, NULL), SIGSYS));
}

/*
 * Precedence. In each case a thread makes one call behind one or more filters, and the
 * process tells what became of it, if it can.
 */
enum outcome { THREAD_DIED, PROCESS_DIED, TRAPPED, FAILED, RAN };

struct verdict {
	int outcome;		/* enum outcome */
	int data;
};

static void *judged_thread(void *arg)
{
	struct verdict *v = arg;
	long result;

	trapped.count = 0;
	errno = 0;
	result = syscall(PROBE);
	if (trapped.count)
		*v = (struct verdict){ TRAPPED, trapped.info.si_errno };
	else if (result == -1)
		*v = (struct verdict){ FAILED, errno };
	else
		*v = (struct verdict){ RAN, 0 };
	return NULL;
}

struct layers {
	struct verdict verdict;
	uint32_t values[4];
	int count;
};

static void judge(void *arg)
{
	struct layers *l = arg;
	pthread_t thread;
	int i;

	trap_handle();
	for (i = 0; i < l->count; i++)
		CHILD_REQUIRE(!install_on(PROBE, l->values[i]));
	CHILD_REQUIRE(!pthread_create(&thread, NULL, judged_thread, &l->verdict));
	CHILD_REQUIRE(!pthread_join(thread, NULL));
}

/* Fills in the verdict; false when the child did not end in either of the right ways. */
static bool judge_in_child(struct layers *l)
{
	int status;

	l->verdict = (struct verdict){ THREAD_DIED, 0 };
	status = child_status(judge, l);
	if (!died_of(status, SIGSYS))
		return exited_with(status, 0);
	l->verdict.outcome = PROCESS_DIED;
	return true;
}

/* Strictest first, known and unknown: a value's place is that of its number, read as signed. */
static const struct action {
	uint32_t value;
	int outcome;
	int data;		/* -1: the value's own */
} actions[] = {
	{ SECCOMP_RET_KILL_PROCESS,	PROCESS_DIED, 0 },
	{ 0x80010000,			PROCESS_DIED, 0 },
	{ 0xffff0000,			PROCESS_DIED, 0 },
	{ SECCOMP_RET_KILL_THREAD,	THREAD_DIED, 0 },
	{ 0x00010000,			PROCESS_DIED, 0 },
	{ SECCOMP_RET_TRAP,		TRAPPED, -1 },
	{ SECCOMP_RET_ERRNO,		FAILED, -1 },
	{ 0x12340000,			PROCESS_DIED, 0 },
	{ SECCOMP_RET_TRACE,		FAILED, ENOSYS },
	{ SECCOMP_RET_LOG,		RAN, 0 },
	{ 0x7ffe0000,			PROCESS_DIED, 0 },
	{ SECCOMP_RET_ALLOW,		RAN, 0 },
};

/* No data below is ENOSYS, which is what TRACE looks like. */
#define DATA_OF_LAYER(i)	(101 + 100 * (i))

TEST(strictest_of_two_wins)
{
	struct layers *l = shared_memory(sizeof(*l));
	const struct action *wins;
	size_t first, second;
	int data;

	ASSERT_TRUE(l != NULL);
	l->count = 2;
	for (first = 0; first < ARRAY_SIZE(actions); first++) {
		for (second = 0; second < ARRAY_SIZE(actions); second++) {
			l->values[0] = actions[first].value | DATA_OF_LAYER(0);
			l->values[1] = actions[second].value | DATA_OF_LAYER(1);
			/* Of equal ones, the one installed last speaks. */
			wins = &actions[first < second ? first : second];
			data = wins->data < 0 ? DATA_OF_LAYER(first < second ? 0 : 1) : wins->data;
			EXPECT_TRUE(judge_in_child(l));
			EXPECT_EQ(wins->outcome, l->verdict.outcome)
				TH_LOG("%#x, then %#x", l->values[0], l->values[1]);
			EXPECT_EQ(data, l->verdict.data)
				TH_LOG("%#x, then %#x", l->values[0], l->values[1]);
		}
	}
}

/* All orders of three layers, where the winner may be the first, the middle or the last. */
TEST(strictest_of_three_wins)
{
	static const uint32_t three[] = { SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW };
	struct layers *l = shared_memory(sizeof(*l));
	int n, i, wins, outcome;

	ASSERT_TRUE(l != NULL);
	l->count = 3;
	for (n = 0; n < 27; n++) {
		l->values[0] = three[n / 9] | DATA_OF_LAYER(0);
		l->values[1] = three[n / 3 % 3] | DATA_OF_LAYER(1);
		l->values[2] = three[n % 3] | DATA_OF_LAYER(2);
		for (wins = 2, i = 1; i >= 0; i--)
			if ((l->values[i] & SECCOMP_RET_ACTION_FULL) <
			    (l->values[wins] & SECCOMP_RET_ACTION_FULL))
				wins = i;
		switch (l->values[wins] & SECCOMP_RET_ACTION_FULL) {
		case SECCOMP_RET_TRAP:
			outcome = TRAPPED;
			break;
		case SECCOMP_RET_ERRNO:
			outcome = FAILED;
			break;
		default:
			outcome = RAN;
		}
		EXPECT_TRUE(judge_in_child(l));
		EXPECT_EQ(outcome, l->verdict.outcome)
			TH_LOG("%#x, %#x, %#x", l->values[0], l->values[1], l->values[2]);
		EXPECT_EQ(outcome == RAN ? 0 : DATA_OF_LAYER(wins), l->verdict.data)
			TH_LOG("%#x, %#x, %#x", l->values[0], l->values[1], l->values[2]);
	}
}

/* Data makes no action stricter: it is not part of the comparison. */
TEST(data_is_not_compared)
{
	struct layers *l = shared_memory(sizeof(*l));

	ASSERT_TRUE(l != NULL);
	l->count = 3;
	l->values[0] = SECCOMP_RET_ERRNO | 1;
	l->values[1] = SECCOMP_RET_ERRNO | 0xfff;
	l->values[2] = SECCOMP_RET_ERRNO | 7;
	EXPECT_TRUE(judge_in_child(l));
	EXPECT_EQ((int)FAILED, l->verdict.outcome);
	EXPECT_EQ(7, l->verdict.data);
}

/* The thread that asks is not the only one: all of the process goes, without its handler. */
TEST(b38_unknown_action_kills)
{
	static const uint32_t unknown[] = {
		0x00010000, 0x00020000, 0x00040000, 0x00060000, 0x12340000, 0x7fbf0000,
		0x7fc10000, 0x7fef0000, 0x7ff10000, 0x7ffb0000, 0x7ffd0000, 0x7ffe0000,
		0x7ffeffff, 0x80010000, 0x80030000, 0x80050000, 0xfffe0000, 0xffffffff,
	};
	struct layers *l = shared_memory(sizeof(*l));
	size_t i;

	ASSERT_TRUE(l != NULL);
	l->count = 1;
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		l->values[0] = unknown[i];
		EXPECT_TRUE(judge_in_child(l));
		EXPECT_EQ((int)PROCESS_DIED, l->verdict.outcome)
			TH_LOG("action %#x", unknown[i]);
	}
}

/* Waits until the first thread is gone, then goes the same way itself or leaves. */
struct second_thread {
	pthread_t leader;
	bool call_too;
};

static void *second_thread(void *arg)
{
	struct second_thread *t = arg;

	pthread_join(t->leader, NULL);
	if (t->call_too)
		syscall(PROBE);
	_exit(7);
}

static void leader_makes_call(void *arg)
{
	struct second_thread *t = arg;
	pthread_t thread;

	t->leader = pthread_self();
	CHILD_REQUIRE(!install_on(PROBE, SECCOMP_RET_KILL_THREAD));
	CHILD_REQUIRE(!pthread_create(&thread, NULL, second_thread, t));
	syscall(PROBE);
	_exit(9);
}

/* The leader is a thread like others, and whoever is last takes the process along. */
TEST(kill_thread_and_the_leader)
{
	EXPECT_TRUE(exited_with(child_status(leader_makes_call,
					     &(struct second_thread){ .call_too = false }), 7));
	EXPECT_TRUE(died_of(child_status(leader_makes_call,
					 &(struct second_thread){ .call_too = true }), SIGSYS));
}

TEST_HARNESS_MAIN
