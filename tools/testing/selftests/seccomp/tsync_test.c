// SPDX-License-Identifier: GPL-2.0
/*
 * SECCOMP_FILTER_FLAG_TSYNC: all threads of the process get the caller's filters, or none
 * does and the answer names a thread that stands in the way.
 *
 * A test is a table of steps: a thread does something, and then each thread is looked at, by
 * what /proc says of it and by what becomes of its calls. Both are written in letters. A
 * capital letter is a program of the table below, so a thread's chain is a word, the oldest
 * program first. '!' before it is no_new_privs, "0" a thread without any program, "#" one in
 * strict mode. What a step may do is listed at perform().
 *
 * The tests are root's: only then can filters come without no_new_privs.
 */

#include "common.h"
#include "x86_calls.h"

#include <ctype.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/ptrace.h>

#define TSYNC		SECCOMP_FILTER_FLAG_TSYNC
#define TSYNC_ESRCH	SECCOMP_FILTER_FLAG_TSYNC_ESRCH

/* Arguments that make this program report its confinement to a file instead of testing. */
#define REPORT		"--report-to"

#define NOBODY		65534
#define LEAVE_CODE	7

/* x32 has these calls in common with 64-bit, and strict mode knows them only by that number. */
#if defined(__x86_64__) && defined(__ILP32__)
#define STRICT_NR(nr)	((nr) & ~X32_BIT)
#else
#define STRICT_NR(nr)	(nr)
#endif

/* What programs decide about: calls without arguments that mean nothing to a C library. */
static const long calls[] = { __NR_getppid, __NR_getuid, __NR_getgid, __NR_geteuid };

#define KILLING_CALL	__NR_getegid

/* What a call that was trapped gives, with the filter's data added. */
#define TRAPPED		0x10000

#define DECIDES(nr, verdict) \
	nr, verdict, &PROGRAM(ON_NR(nr, verdict), RET(SECCOMP_RET_ALLOW))

/* As many instructions as a program can have. */
static struct sock_filter longest[4096] = {
	[0 ... 4095] = RET(SECCOMP_RET_ALLOW),
};

static const struct program {
	char name;
	__u32 nr, verdict;
	const struct sock_fprog *prog;
} programs[] = {
	{ 'A', DECIDES(__NR_getppid, SECCOMP_RET_ERRNO | EXDEV) },
	{ 'B', DECIDES(__NR_getuid, SECCOMP_RET_ERRNO | EDEADLK) },
	{ 'C', DECIDES(__NR_getgid, SECCOMP_RET_ERRNO | ENOTEMPTY) },
	{ 'D', DECIDES(__NR_geteuid, SECCOMP_RET_ERRNO | EUSERS) },
	/* A but for a constant, */
	{ 'V', DECIDES(__NR_getppid, SECCOMP_RET_ERRNO | EBADSLT) },
	/* A but for an instruction that nobody gets to, */
	{ 'W', __NR_getppid, SECCOMP_RET_ERRNO | EXDEV,
	  &PROGRAM(ON_NR(__NR_getppid, SECCOMP_RET_ERRNO | EXDEV),
		   RET(SECCOMP_RET_ALLOW), RET(SECCOMP_RET_ALLOW)) },
	/* and A but for an action that is milder or stricter. */
	{ 'M', DECIDES(__NR_getppid, SECCOMP_RET_TRACE) },
	{ 'S', DECIDES(__NR_getppid, SECCOMP_RET_TRAP | 77) },
	{ 'K', DECIDES(KILLING_CALL, SECCOMP_RET_KILL_THREAD) },
	{ 'L', .prog = &(struct sock_fprog){ ARRAY_SIZE(longest), longest } },
	/* Refused: it does not end. */
	{ 'X', .prog = &PROGRAM(LOAD(nr)) },
};

static const struct program *program_by_name(char name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(programs); i++)
		if (programs[i].name == name)
			return &programs[i];
	return NULL;
}

/* Of all programs the strictest decides, and of several like it the newest. */
static __u32 verdict_of(const char *chain, long nr)
{
	__u32 verdict = SECCOMP_RET_ALLOW;

	for (; *chain; chain++) {
		const struct program *program = program_by_name(toupper(*chain));

		if (program && program->nr == (__u32)nr &&
		    (program->verdict & SECCOMP_RET_ACTION_FULL) <=
		    (verdict & SECCOMP_RET_ACTION_FULL))
			verdict = program->verdict;
	}
	return verdict;
}

/* How make_call() shows a verdict. */
static long result_of(__u32 verdict)
{
	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		return -(long)(verdict & SECCOMP_RET_DATA);
	case SECCOMP_RET_TRAP:
		return TRAPPED + (verdict & SECCOMP_RET_DATA);
	case SECCOMP_RET_TRACE:
		return -ENOSYS;
	default:
		return 0;
	}
}

static __thread volatile int trapped;

static void note_trap(int sig, siginfo_t *info, void *context)
{
	trapped = TRAPPED + info->si_errno;
}

static bool catch_traps(void)
{
	struct sigaction action = { .sa_sigaction = note_trap, .sa_flags = SA_SIGINFO };

	return !sigaction(SIGSYS, &action, NULL);
}

/* 0 when the call happened: who answers to which number is of no interest. */
static long make_call(long nr)
{
	long ret;

	trapped = 0;
	ret = syscall(nr) == -1 ? -errno : 0;
	return trapped ?: ret;
}

/* How a thread is confined. */
struct sight {
	long mode, layers, no_new_privs;
	long results[ARRAY_SIZE(calls)];
};

static void try_calls(struct sight *sight)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		sight->results[i] = make_call(calls[i]);
}

static void read_status(struct sight *sight, pid_t pid)
{
	sight->mode = status_field(pid, "Seccomp");
	sight->layers = status_field(pid, "Seccomp_filters");
	sight->no_new_privs = status_field(pid, "NoNewPrivs");
}

static bool is_strict(const char *chain)
{
	return chain[0] == '#';
}

static struct sight sight_of(const char *chain)
{
	struct sight sight = { .no_new_privs = chain[0] == '!' };
	const char *program;
	unsigned int i;

	for (program = chain; *program; program++)
		sight.layers += !!isalpha(*program);
	if (is_strict(chain))
		sight.mode = SECCOMP_MODE_STRICT;
	else if (sight.layers)
		sight.mode = SECCOMP_MODE_FILTER;
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		sight.results[i] = result_of(verdict_of(chain, calls[i]));
	return sight;
}

/* Says why not; also in threads and children, where EXPECT_* reach nobody. */
static bool sight_shows(const struct sight *seen, const char *chain, const char *whose)
{
	struct sight wanted = sight_of(chain);
	unsigned int i;

	if (!memcmp(seen, &wanted, sizeof(wanted)))
		return true;
	dprintf(STDERR_FILENO, "# not \"%s\": %s: mode %ld, %ld layers, no_new_privs %ld, calls:",
		chain, whose, seen->mode, seen->layers, seen->no_new_privs);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		dprintf(STDERR_FILENO, " %ld", seen->results[i]);
	dprintf(STDERR_FILENO, "\n");
	return false;
}

/*
 * The threads of a test. Number 0 is the one that called crew_begin(); the others do what they
 * are asked for, and wait for it in a read(2), one of the calls that strict mode leaves.
 */
struct member {
	pthread_t thread;
	pid_t tid;		/* as it sees itself */
	pid_t shown;		/* as /proc shows it, maybe that of an outer pid namespace */
	int request[2], answer[2];
	long (*job)(struct member *self, void *arg);
	void *arg;
	bool leaves;
};

static struct member crew[64];
static unsigned int crew_size;

static bool member_introduce(struct member *self)
{
	char text[64] = "";		/* PID/task/TID */

	self->tid = sys_gettid();
	return readlink("/proc/thread-self", text, sizeof(text) - 1) > 0 &&
	       sscanf(text, "%*d/task/%d", &self->shown) == 1;
}

static void *member_run(void *arg)
{
	struct member *self = arg;
	long result = member_introduce(self) ? 0 : -1;
	char byte;

	while (syscall(STRICT_NR(__NR_write), self->answer[1], &result, sizeof(result)) > 0 &&
	       !self->leaves && syscall(STRICT_NR(__NR_read), self->request[0], &byte, 1) == 1)
		result = self->job(self, self->arg);
	return NULL;
}

static bool member_ask(struct member *member, long (*job)(struct member *self, void *arg),
		       void *arg)
{
	member->job = job;
	member->arg = arg;
	return write(member->request[1], "?", 1) == 1;
}

static long member_answer(struct member *member)
{
	long result;

	if (read(member->answer[0], &result, sizeof(result)) != sizeof(result))
		return -EPIPE;
	return result;
}

static long member_do(struct member *member, long (*job)(struct member *self, void *arg), void *arg)
{
	if (member->tid == sys_gettid())
		return job(member, arg);
	return member_ask(member, job, arg) ? member_answer(member) : -EPIPE;
}

/* A new thread of the calling one. */
static long member_start(void)
{
	struct member *member = &crew[crew_size];
	pthread_attr_t attr;

	if (crew_size == ARRAY_SIZE(crew) || pipe(member->request) || pipe(member->answer))
		return -EAGAIN;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 17);
	if (pthread_create(&member->thread, &attr, member_run, member))
		return -EAGAIN;
	pthread_attr_destroy(&attr);
	crew_size++;
	return member_answer(member);
}

static bool crew_begin(void)
{
	crew_size = 1;
	return member_introduce(&crew[0]) && catch_traps();
}

/* In step.gets: the id of one of these threads. */
#define THREAD(n)	(1 << (n))

struct step {
	unsigned int by;	/* the thread's number */
	const char *does;
	unsigned int flags;	/* for what it installs */
	int gets;		/* from the last thing: 0, an error, or THREAD()s */
	/* Then the threads' chains are these, of which the last one is that of all others. */
	const char *then;
};

/*
 * What a step may do:
 *	A..	install this program		a..	with SECCOMP_FILTER_FLAG_LOG
 *	!	set no_new_privs		*A..	with SECCOMP_FILTER_FLAG_SPEC_ALLOW
 *	#	enter strict mode		-	become nobody
 *	+	start a thread			.	end
 * The first thing that fails is the last one. "." also stands in the place of a chain that is
 * not to be looked at.
 */
static long perform(struct member *self, void *arg)
{
	const struct step *step = arg;
	unsigned int flags = step->flags;
	const char *token;
	long ret = 0;

	for (token = step->does; *token && !ret; token++) {
		switch (*token) {
		case '!':
			ret = set_no_new_privs();
			break;
		case '#':
			ret = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
			break;
		case '-':
			/* The C library's own would change all threads. */
			ret = syscall(__NR_setresuid, NOBODY, NOBODY, NOBODY);
			break;
		case '*':
			flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
			break;
		case '+':
			ret = member_start();
			break;
		case '.':
			self->leaves = true;
			break;
		default:
			ret = filter_install(flags |
					     (islower(*token) ? SECCOMP_FILTER_FLAG_LOG : 0),
					     program_by_name(toupper(*token))->prog);
		}
	}
	return ret == -1 ? -errno : ret;
}

static long member_try_calls(struct member *self, void *arg)
{
	try_calls(arg);
	return 0;
}

static bool member_shows(struct member *member, const char *chain)
{
	struct sight sight = {};
	char whose[32];

	if (!strcmp(chain, "."))
		return true;
	snprintf(whose, sizeof(whose), "thread %d", (int)(member - crew));
	read_status(&sight, member->shown);
	if (!is_strict(chain))
		member_do(member, member_try_calls, &sight);
	return sight_shows(&sight, chain, whose);
}

static bool crew_shows(const char *chains)
{
	char chain[64];
	bool holds = true;
	unsigned int i;

	for (i = 0; i < crew_size; i++) {
		size_t len = strcspn(chains, " ");

		snprintf(chain, sizeof(chain), "%.*s", (int)len, chains);
		holds &= member_shows(&crew[i], chain);
		if (chains[len])
			chains += len + 1;
	}
	return holds;
}

static bool step_gets(const struct step *step, long result)
{
	unsigned int i;

	if (step->gets <= 0)
		return result == step->gets;
	for (i = 0; i < crew_size; i++)
		if (step->gets & THREAD(i) && result == crew[i].tid)
			return true;
	return false;
}

static bool step_holds(const struct step *step)
{
	struct member *member = &crew[step->by];
	long result = member_do(member, perform, (void *)step);
	bool holds = step_gets(step, result);

	if (!holds)
		dprintf(STDERR_FILENO, "# the last thing gave %ld\n", result);
	if (member->leaves)
		holds &= !pthread_join(member->thread, NULL);
	holds &= crew_shows(step->then);
	if (!holds)
		dprintf(STDERR_FILENO, "# this was after thread %u did \"%s\"\n",
			step->by, step->does);
	return holds;
}

/* A table ends with a step without anything to do. */
static bool steps_hold(const struct step *steps)
{
	for (; steps->does; steps++)
		if (!step_holds(steps))
			return false;
	return true;
}

#define STEPS_HOLD(...)	steps_hold((const struct step[]){ __VA_ARGS__, {} })

TEST(present)
{
	ASSERT_EQ(0, status_field(0, "Seccomp"));
	ASSERT_EQ(0, filter_install(TSYNC, &PROGRAM(RET(SECCOMP_RET_ALLOW))));
	ASSERT_EQ(1, status_field(0, "Seccomp_filters"));
}

/*
 * Which flags there are is found out by calls that cannot succeed: see whether the program is
 * asked for. B-10: a new listener's descriptor and a thread's id could be the same number.
 */
static const struct {
	unsigned int op, flags;
	const void *args;
	int error;
} refused[] = {
	{ SECCOMP_SET_MODE_FILTER, TSYNC, NULL, EFAULT },
	{ SECCOMP_SET_MODE_FILTER, TSYNC_ESRCH, NULL, EFAULT },
	{ SECCOMP_SET_MODE_FILTER, TSYNC | TSYNC_ESRCH, NULL, EFAULT },
	{ SECCOMP_SET_MODE_FILTER,
	  TSYNC | TSYNC_ESRCH | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
	  NULL, EFAULT },
	{ SECCOMP_SET_MODE_FILTER, TSYNC, (void *)8, EFAULT },
	{ SECCOMP_SET_MODE_FILTER, TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER, NULL, EINVAL },
	{ SECCOMP_SET_MODE_FILTER, TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER, (void *)8, EINVAL },
	{ SECCOMP_SET_MODE_FILTER, TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER,
	  &PROGRAM(RET(SECCOMP_RET_ALLOW)), EINVAL },
	{ SECCOMP_SET_MODE_FILTER, TSYNC | 1U << 9, NULL, EINVAL },
	{ SECCOMP_SET_MODE_STRICT, TSYNC, NULL, EINVAL },
	{ SECCOMP_SET_MODE_STRICT, TSYNC_ESRCH, NULL, EINVAL },
};

TEST(b10_refusals_in_order)
{
	unsigned int i;

	ASSERT_TRUE(crew_begin());
	ASSERT_TRUE(STEPS_HOLD({ 0, "+", 0, 0, "0" }));
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		errno = 0;
		EXPECT_EQ(-1, sys_seccomp(refused[i].op, refused[i].flags, refused[i].args));
		EXPECT_EQ(refused[i].error, errno)
			TH_LOG("case %u", i);
	}
	EXPECT_TRUE(crew_shows("0"));
}

/* B-26: after each step, each thread has the right number of filters, and they act. */
FIXTURE(course) {
};

FIXTURE_VARIANT(course) {
	struct step steps[10];
};

FIXTURE_SETUP(course)
{
	ASSERT_TRUE(crew_begin());
}

FIXTURE_TEARDOWN(course)
{
}

FIXTURE_VARIANT_ADD(course, control_without_the_flag) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 0, "A", 0, 0, "A 0 0" },
		{ 1, "B", 0, 0, "A B 0" },
		{ 0, "+", 0, 0, "A B 0 A" },
	},
};

FIXTURE_VARIANT_ADD(course, single_thread) {
	.steps = {
		{ 0, "A", TSYNC, 0, "A" },
		{ 0, "B", TSYNC | TSYNC_ESRCH, 0, "AB" },
		{ 0, "+", 0, 0, "AB" },
	},
};

FIXTURE_VARIANT_ADD(course, threads_without_filters) {
	.steps = {
		{ 0, "+++", 0, 0, "0" },
		{ 0, "A", TSYNC, 0, "A" },
		{ 0, "B", TSYNC | TSYNC_ESRCH, 0, "AB" },
	},
};

FIXTURE_VARIANT_ADD(course, callers_earlier_filters_too) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 0, "ABC", 0, 0, "ABC 0" },
		{ 0, "D", TSYNC, 0, "ABCD" },
	},
};

/* Every thread has another part of what the caller has, from none of it to all. */
FIXTURE_VARIANT_ADD(course, threads_of_any_age) {
	.steps = {
		{ 0, "+A+B+C+", 0, 0, "ABC 0 A AB ABC" },
		{ 0, "D", TSYNC, 0, "ABCD" },
		{ 2, "A", TSYNC, 0, "ABCDA" },
	},
};

FIXTURE_VARIANT_ADD(course, any_thread_may_call) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 1, "A", 0, 0, "0 A 0" },
		{ 1, "B", TSYNC, 0, "AB" },
		{ 2, "C", TSYNC, 0, "ABC" },
		{ 0, "D", TSYNC, 0, "ABCD" },
	},
};

FIXTURE_VARIANT_ADD(course, later_threads_inherit) {
	.steps = {
		{ 0, "+", 0, 0, "0" },
		{ 0, "!A", TSYNC, 0, "!A" },
		{ 0, "+", 0, 0, "!A" },
		{ 1, "+", 0, 0, "!A" },
		{ 3, "B", TSYNC, 0, "!AB" },
		{ 1, "+", 0, 0, "!AB" },
	},
};

#define SEVEN "+++++++"
#define SIXTY_THREE SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN

FIXTURE_VARIANT_ADD(course, many_threads) {
	.steps = {
		{ 0, SIXTY_THREE, 0, 0, "0" },
		{ 0, "A", TSYNC, 0, "A" },
		{ 40, "B", TSYNC, 0, "AB" },
		{ 0, "C", 0, 0, "ABC AB" },
		{ 63, "D", TSYNC, THREAD(0), "ABC AB" },
		{ 0, "D", TSYNC, 0, "ABCD" },
	},
};

FIXTURE_VARIANT_ADD(course, newest_data_counts) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 0, "A", TSYNC, 0, "A" },
		{ 1, "V", TSYNC, 0, "AV" },
		{ 2, "A", TSYNC, 0, "AVA" },
	},
};

FIXTURE_VARIANT_ADD(course, strictest_action_counts) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 0, "M", TSYNC, 0, "M" },
		{ 1, "A", TSYNC, 0, "MA" },
		{ 2, "M", TSYNC, 0, "MAM" },
		{ 2, "S", TSYNC, 0, "MAMS" },
		{ 1, "A", TSYNC, 0, "MAMSA" },
	},
};

FIXTURE_VARIANT_ADD(course, with_other_flags) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 0, "m", TSYNC, 0, "M" },
		{ 1, "*B", TSYNC, 0, "MB" },
	},
};

/* A flag about how TSYNC answers means nothing without it. */
FIXTURE_VARIANT_ADD(course, tsync_esrch_alone) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 1, "A", TSYNC_ESRCH, 0, "0 A 0" },
		{ 0, "!B", TSYNC_ESRCH, 0, "!B A 0" },
	},
};

FIXTURE_VARIANT_ADD(course, hindered_by_one) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 1, "A", 0, 0, "0 A 0" },
		{ 0, "B", TSYNC, THREAD(1), "0 A 0" },
		{ 0, "B", TSYNC | TSYNC_ESRCH, -ESRCH, "0 A 0" },
		{ 2, "B", TSYNC, THREAD(1), "0 A 0" },
		/* Nobody is in its way. */
		{ 1, "B", TSYNC, 0, "AB" },
	},
};

FIXTURE_VARIANT_ADD(course, hindered_by_some) {
	.steps = {
		{ 0, "++++", 0, 0, "0" },
		{ 1, "A", 0, 0, "0 A 0 0 0" },
		{ 3, "B", 0, 0, "0 A 0 B 0" },
		{ 0, "C", TSYNC, THREAD(1) | THREAD(3), "0 A 0 B 0" },
		{ 1, "C", TSYNC, THREAD(3), "0 A 0 B 0" },
		{ 3, "C", TSYNC, THREAD(1), "0 A 0 B 0" },
		{ 4, "C", TSYNC | TSYNC_ESRCH, -ESRCH, "0 A 0 B 0" },
	},
};

FIXTURE_VARIANT_ADD(course, hindered_by_the_first_thread) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 0, "A", 0, 0, "A 0 0" },
		{ 1, "B", TSYNC, THREAD(0), "A 0 0" },
		{ 2, "B", TSYNC | TSYNC_ESRCH, -ESRCH, "A 0 0" },
	},
};

/* Who is ahead of the caller hinders it, and not the other way round. */
FIXTURE_VARIANT_ADD(course, hindered_by_all_that_are_ahead) {
	.steps = {
		{ 0, "A+B+C+", 0, 0, "ABC A AB ABC" },
		{ 1, "D", TSYNC, THREAD(0) | THREAD(2) | THREAD(3), "ABC A AB ABC" },
		{ 2, "D", TSYNC, THREAD(0) | THREAD(3), "ABC A AB ABC" },
		{ 3, "D", TSYNC, 0, "ABCD" },
	},
};

/* It has what is to be installed already; but then it would have it twice. */
FIXTURE_VARIANT_ADD(course, hindered_by_the_very_program) {
	.steps = {
		{ 0, "A++", 0, 0, "A" },
		{ 1, "B", 0, 0, "A AB A" },
		{ 0, "B", TSYNC, THREAD(1), "A AB A" },
		{ 0, "B", TSYNC | TSYNC_ESRCH, -ESRCH, "A AB A" },
	},
};

FIXTURE_VARIANT_ADD(course, hindered_by_strict_mode) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 1, "#", 0, 0, "0 # 0" },
		{ 0, "A", TSYNC, THREAD(1), "0 # 0" },
		{ 0, "A", TSYNC | TSYNC_ESRCH, -ESRCH, "0 # 0" },
		/* Its way out of the C library is none for strict mode: it is killed. */
		{ 1, ".", 0, 0, "0 . 0" },
		{ 0, "A", TSYNC, 0, "A . A" },
	},
};

FIXTURE_VARIANT_ADD(course, not_hindered_by_who_is_gone) {
	.steps = {
		{ 0, "+++", 0, 0, "0" },
		{ 1, "A", 0, 0, "0 A 0 0" },
		{ 2, "B", 0, 0, "0 A B 0" },
		{ 1, ".", 0, 0, "0 . B 0" },
		{ 0, "C", TSYNC, THREAD(2), "0 . B 0" },
		{ 2, ".", 0, 0, "0 . . 0" },
		{ 0, "C", TSYNC, 0, "C . . C" },
	},
};

FIXTURE_VARIANT_ADD(course, bad_program) {
	.steps = {
		{ 0, "A++", 0, 0, "A" },
		{ 0, "X", TSYNC, -EINVAL, "A" },
		{ 0, "!X", TSYNC | TSYNC_ESRCH, -EINVAL, "!A A" },
		/* Of a program that is none, nobody is asked about. */
		{ 1, "B", 0, 0, "!A AB A" },
		{ 0, "X", TSYNC, -EINVAL, "!A AB A" },
	},
};

FIXTURE_VARIANT_ADD(course, no_privilege) {
	.steps = {
		{ 0, "-++", 0, 0, "0" },
		{ 0, "A", TSYNC, -EACCES, "0" },
		{ 0, "A", TSYNC | TSYNC_ESRCH, -EACCES, "0" },
		{ 0, "A", TSYNC_ESRCH, -EACCES, "0" },
		/* The program is read, but not looked at. */
		{ 0, "X", TSYNC, -EACCES, "0" },
		{ 1, "!", 0, 0, "0 ! 0" },
		{ 0, "A", TSYNC, -EACCES, "0 ! 0" },
		{ 1, "A", TSYNC, 0, "!A" },
		{ 0, "B", 0, 0, "!AB !A !A" },
	},
};

/* What counts is the caller's privilege, and what the others get is no privilege. */
FIXTURE_VARIANT_ADD(course, callers_privilege) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 1, "-", 0, 0, "0" },
		{ 1, "A", TSYNC, -EACCES, "0" },
		{ 0, "A", TSYNC, 0, "A" },
		{ 1, "B", TSYNC, -EACCES, "A" },
		{ 1, "B", 0, -EACCES, "A" },
	},
};

FIXTURE_VARIANT_ADD(course, no_new_privs_follows) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 0, "!", 0, 0, "! 0 0" },
		{ 0, "A", TSYNC, 0, "!A" },
	},
};

FIXTURE_VARIANT_ADD(course, no_new_privs_follows_later) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 1, "A", TSYNC, 0, "A" },
		{ 1, "!B", 0, 0, "A !AB A" },
		{ 1, "C", TSYNC | TSYNC_ESRCH, 0, "!ABC" },
	},
};

FIXTURE_VARIANT_ADD(course, no_new_privs_stays_when_hindered) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 1, "A", 0, 0, "0 A 0" },
		{ 0, "!B", TSYNC, THREAD(1), "! A 0" },
		{ 0, "B", TSYNC | TSYNC_ESRCH, -ESRCH, "! A 0" },
	},
};

/* It is the caller's that follows; those of others stay where they are. */
FIXTURE_VARIANT_ADD(course, no_new_privs_of_others) {
	.steps = {
		{ 0, "++", 0, 0, "0" },
		{ 1, "!", 0, 0, "0 ! 0" },
		{ 0, "A", TSYNC, 0, "A !A A" },
		{ 2, "B", TSYNC, 0, "AB !AB AB" },
		{ 1, "C", TSYNC, 0, "!ABC" },
	},
};

TEST_F(course, holds)
{
	EXPECT_TRUE(steps_hold(variant->steps));
}

TEST(b26_twenty_times)
{
	char chain[32] = "0";
	unsigned int i;

	ASSERT_TRUE(crew_begin());
	ASSERT_TRUE(STEPS_HOLD({ 0, "+++", 0, 0, chain }));
	for (i = 0; i < 20; i++) {
		strcat(chain, i % 2 ? "A" : "V");
		ASSERT_TRUE(STEPS_HOLD({ i % crew_size, i % 2 ? "A" : "V", TSYNC, 0, chain }));
	}
}

/* How much fits is a test of its own; here it is that of what does not fit, nobody has it. */
TEST(chain_too_long)
{
	char chain[32] = "0";

	ASSERT_TRUE(crew_begin());
	ASSERT_TRUE(STEPS_HOLD({ 0, "++", 0, 0, chain }));
	while (!filter_install(TSYNC, program_by_name('L')->prog)) {
		strcat(chain, "L");
		ASSERT_GT(sizeof(chain) - 2, strlen(chain));
	}
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_TRUE(crew_shows(chain));
	EXPECT_TRUE(STEPS_HOLD({ 1, "L", TSYNC | TSYNC_ESRCH, -ENOMEM, chain }));
	strcat(chain, "A");
	EXPECT_TRUE(STEPS_HOLD({ 2, "A", TSYNC, 0, chain }));
}

/*
 * Two threads install something each for itself; then one of them calls. The other one can
 * follow if its chain is an older part of the caller's.
 */
FIXTURE(pair) {
};

FIXTURE_VARIANT(pair) {
	const char *older;	/* installed before there were threads */
	const char *caller, *other;
	bool follows;
};

FIXTURE_SETUP(pair)
{
	ASSERT_TRUE(crew_begin());
}

FIXTURE_TEARDOWN(pair)
{
}

FIXTURE_VARIANT_ADD(pair, control_nothing_of_its_own) { "A", "B", "", true };
FIXTURE_VARIANT_ADD(pair, different_programs) { "", "A", "B", false };
FIXTURE_VARIANT_ADD(pair, different_programs_on_older) { "A", "B", "C", false };
FIXTURE_VARIANT_ADD(pair, different_constant) { "", "A", "V", false };
FIXTURE_VARIANT_ADD(pair, different_length) { "", "A", "W", false };
FIXTURE_VARIANT_ADD(pair, different_order) { "", "AB", "BA", false };
FIXTURE_VARIANT_ADD(pair, different_log_flag) { "", "A", "a", false };
FIXTURE_VARIANT_ADD(pair, different_log_flag_below) { "", "aB", "AB", false };
FIXTURE_VARIANT_ADD(pair, different_oldest) { "", "ABC", "VBC", false };
FIXTURE_VARIANT_ADD(pair, different_newest) { "", "ABC", "ABV", false };
FIXTURE_VARIANT_ADD(pair, other_is_ahead) { "A", "", "B", false };
FIXTURE_VARIANT_ADD(pair, other_is_ahead_by_its_own) { "", "A", "AB", false };
FIXTURE_VARIANT_ADD(pair, other_has_one_more_of_the_same) { "", "A", "AA", false };
FIXTURE_VARIANT_ADD(pair, other_has_what_is_to_come) { "A", "", "D", false };
FIXTURE_VARIANT_ADD(pair, other_has_the_newer_part) { "", "AB", "B", false };

/*
 * The rows called twins are answered otherwise by the existing kernel, namely with the other
 * thread's id: to it, a chain is equal only to one that was inherited or synchronised. Here,
 * who has installed the same programs with the same flags in the same order has the same chain.
 */
FIXTURE_VARIANT_ADD(pair, twins) { "", "A", "A", true };
FIXTURE_VARIANT_ADD(pair, twins_on_older) { "A", "B", "B", true };
FIXTURE_VARIANT_ADD(pair, twins_of_many) { "A", "BCAB", "BCAB", true };
FIXTURE_VARIANT_ADD(pair, twins_that_repeat) { "", "AAA", "AAA", true };
FIXTURE_VARIANT_ADD(pair, twins_with_log_flag) { "", "aB", "aB", true };
FIXTURE_VARIANT_ADD(pair, twins_in_an_older_part) { "", "AB", "A", true };
FIXTURE_VARIANT_ADD(pair, twins_in_an_older_part_on_older) { "A", "BCB", "BC", true };
/* A flag that is about the installation and leaves nothing behind in the chain. */
FIXTURE_VARIANT_ADD(pair, twins_but_for_spec_allow) { "", "AB", "*AB", true };

/* A third thread has the older part only, and shares the others' fate. */
static bool pair_holds(const FIXTURE_VARIANT(pair) *variant, unsigned int by, unsigned int flags)
{
	const char *older = variant->older, *own[2];
	int failure = flags & TSYNC_ESRCH ? -ESRCH : (int)THREAD(!by);
	char begin[32], start[32], apart[64], together[32];

	own[by] = variant->caller;
	own[!by] = variant->other;
	snprintf(begin, sizeof(begin), "%s++", older);
	snprintf(start, sizeof(start), "0%s", older);
	snprintf(apart, sizeof(apart), "0%s%s 0%s%s 0%s", older, own[0], older, own[1], older);
	snprintf(together, sizeof(together), "0%s%sD", older, own[by]);
	return STEPS_HOLD({ 0, begin, 0, 0, start },
			  { by, own[by], 0, 0, "." },
			  { !by, own[!by], 0, 0, apart },
			  { by, "D", flags, variant->follows ? 0 : failure,
			    variant->follows ? together : apart });
}

TEST_F(pair, first_thread_calls)
{
	EXPECT_TRUE(pair_holds(variant, 0, TSYNC));
}

TEST_F(pair, second_thread_calls)
{
	EXPECT_TRUE(pair_holds(variant, 1, TSYNC));
}

TEST_F(pair, esrch_names_nobody)
{
	EXPECT_TRUE(pair_holds(variant, 0, TSYNC | TSYNC_ESRCH));
}

/* Waits until a thread is in this state, which may not take more than a short while. */
static bool comes_to_state(pid_t shown, char state)
{
	char text[64];
	int tries;

	for (tries = 0; tries < 100000; tries++) {
		if (!status_text(shown, "State", text, sizeof(text)))
			return false;
		if (text[0] == state)
			return true;
		sched_yield();
	}
	return false;
}

/* By its third argument a filter tells the call of this test from all others of its kind. */
#define SLEEP_MARK	0x5ed

/* A call in which a thread sleeps, twice. */
struct sleeper {
	long nr, args[4];
	volatile bool begun;
	long first, second;
};

FIXTURE(asleep) {
	struct sleeper call;
	int pipe[2];
};

FIXTURE_VARIANT(asleep) {
	long nr;
	bool interrupted;
	long first;
};

FIXTURE_VARIANT_ADD(asleep, in_read) {
	.nr = __NR_read, .first = 1,
};

FIXTURE_VARIANT_ADD(asleep, in_futex) {
	.nr = __NR_futex, .first = 0,
};

/* After a signal handler of the restarting kind, the call is made again, and so is judged. */
FIXTURE_VARIANT_ADD(asleep, in_interrupted_read) {
	.nr = __NR_read, .interrupted = true, .first = -EXDEV,
};

FIXTURE_VARIANT_ADD(asleep, in_interrupted_futex) {
	.nr = __NR_futex, .interrupted = true, .first = -EXDEV,
};

/* What a read fills, and what a futex waits for to be something else than the mark. */
static int sleep_buffer[SLEEP_MARK] = { SLEEP_MARK };

static void do_nothing(int sig)
{
}

FIXTURE_SETUP(asleep)
{
	struct sigaction action = { .sa_handler = do_nothing, .sa_flags = SA_RESTART };

	ASSERT_TRUE(crew_begin());
	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_EQ(0, pipe(self->pipe));
	self->call.nr = variant->nr;
	self->call.args[2] = SLEEP_MARK;
	if (variant->nr == __NR_read) {
		self->call.args[0] = self->pipe[0];
		self->call.args[1] = (long)sleep_buffer;
	} else {
		self->call.args[0] = (long)sleep_buffer;
		self->call.args[1] = FUTEX_WAIT;
	}
}

FIXTURE_TEARDOWN(asleep)
{
}

static long sleeper_call(const struct sleeper *call)
{
	long ret = syscall(call->nr, call->args[0], call->args[1], call->args[2], call->args[3]);

	return ret == -1 ? -errno : ret;
}

static long sleep_twice(struct member *self, void *arg)
{
	struct sleeper *call = arg;

	call->begun = true;
	call->first = sleeper_call(call);
	call->second = sleeper_call(call);
	return 0;
}

/* So that a second call, if it were made, would not sleep either. */
static bool wake(FIXTURE_DATA(asleep) *self, const FIXTURE_VARIANT(asleep) *variant)
{
	if (variant->interrupted)
		return !pthread_kill(crew[1].thread, SIGUSR1);
	if (variant->nr == __NR_read)
		return write(self->pipe[1], "w", 1) == 1 && !close(self->pipe[1]);
	sleep_buffer[0] = 0;
	return syscall(__NR_futex, sleep_buffer, FUTEX_WAKE, 1) == 1;
}

/* What was judged before goes on, undisturbed; what comes next is judged anew. */
TEST_F(asleep, next_call_is_judged)
{
	ASSERT_TRUE(STEPS_HOLD({ 0, "++", 0, 0, "0" }));
	ASSERT_TRUE(member_ask(&crew[1], sleep_twice, &self->call));
	while (!self->call.begun)
		sched_yield();
	ASSERT_TRUE(comes_to_state(crew[1].shown, 'S'));
	ASSERT_EQ(0, filter_install(TSYNC,
				    &PROGRAM(LOAD(nr),
					     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, variant->nr, 0, 3),
					     LOAD_ARG_LO(2),
					     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SLEEP_MARK, 0, 1),
					     RET(SECCOMP_RET_ERRNO | EXDEV),
					     RET(SECCOMP_RET_ALLOW))));
	EXPECT_EQ(1, status_field(crew[1].shown, "Seccomp_filters"));
	EXPECT_EQ(SECCOMP_MODE_FILTER, status_field(crew[1].shown, "Seccomp"));
	ASSERT_TRUE(comes_to_state(crew[1].shown, 'S'));

	ASSERT_TRUE(wake(self, variant));
	ASSERT_EQ(0, member_answer(&crew[1]));
	EXPECT_EQ(variant->first, self->call.first);
	EXPECT_EQ(-EXDEV, self->call.second);
}

static long make_killing_call(struct member *self, void *arg)
{
	return syscall(KILLING_CALL);
}

/* A thread is killed by what another one has installed, and then stands in nobody's way. */
TEST(killed_thread_is_skipped)
{
	ASSERT_TRUE(crew_begin());
	ASSERT_TRUE(STEPS_HOLD({ 0, "++", 0, 0, "0" },
			       { 0, "K", TSYNC, 0, "K" },
			       { 1, "A", 0, 0, "K KA K" },
			       { 0, "B", TSYNC, THREAD(1), "K KA K" }));
	ASSERT_TRUE(member_ask(&crew[1], make_killing_call, NULL));
	ASSERT_EQ(0, pthread_join(crew[1].thread, NULL));
	EXPECT_TRUE(STEPS_HOLD({ 0, "B", TSYNC, 0, "KB . KB" }));
}

static long sync_without_leader(struct member *self, void *arg)
{
	CHILD_REQUIRE(comes_to_state(crew[0].shown, 'Z'));
	CHILD_REQUIRE(STEPS_HOLD({ 1, "B", TSYNC, 0, ". B B" },
				 { 2, "C", TSYNC | TSYNC_ESRCH, 0, ". BC BC" },
				 { 1, "+", 0, 0, ". BC BC BC" },
				 { 3, "D", TSYNC, 0, ". BCD BCD BCD" }));
	_exit(LEAVE_CODE);
}

static void leave_behind(void *unused)
{
	CHILD_REQUIRE(crew_begin());
	CHILD_REQUIRE(STEPS_HOLD({ 0, "++", 0, 0, "0" },
				 { 0, "A", 0, 0, "A 0 0" },
				 { 1, "B", TSYNC, THREAD(0), "A 0 0" }));
	CHILD_REQUIRE(member_ask(&crew[1], sync_without_leader, NULL));
	syscall(__NR_exit, 0);
}

/* The first thread stays visible for as long as there are others. */
TEST(zombie_leader_is_skipped)
{
	EXPECT_TRUE(exited_with(child_status(leave_behind, NULL), LEAVE_CODE));
}

/* Any other thread does so if it is traced, until its tracer takes notice. */
TEST(zombie_thread_is_skipped)
{
	int up[2], go[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(up));
	ASSERT_EQ(0, pipe(go));
	ASSERT_TRUE(crew_begin());
	ASSERT_TRUE(STEPS_HOLD({ 0, "++", 0, 0, "0" },
			       { 1, "A", 0, 0, "0 A 0" }));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHILD_REQUIRE(!ptrace(PTRACE_SEIZE, crew[1].tid, 0, 0));
		CHILD_REQUIRE(write(up[1], "u", 1) == 1);
		CHILD_REQUIRE(read(go[0], &byte, 1) == 1);
		CHILD_REQUIRE(waitpid(crew[1].tid, &status, __WALL) == crew[1].tid);
		_exit(LEAVE_CODE);
	}
	close(up[1]);
	ASSERT_EQ(1, read(up[0], &byte, 1));
	EXPECT_TRUE(STEPS_HOLD({ 0, "B", TSYNC, THREAD(1), "0 A 0" },
			       { 1, ".", 0, 0, "0 . 0" }));
	ASSERT_TRUE(comes_to_state(crew[1].shown, 'Z'));
	EXPECT_TRUE(STEPS_HOLD({ 0, "B", TSYNC, 0, "B . B" },
			       { 2, "C", TSYNC, 0, "BC . BC" }));
	EXPECT_TRUE(comes_to_state(crew[1].shown, 'Z'));
	ASSERT_EQ(1, write(go[1], "g", 1));
	EXPECT_TRUE(exited_with(wait_status(pid), LEAVE_CODE));
}

/* Another process, made by a thread, that does one step of its own and waits for the test. */
struct errand {
	int clone_flags;
	struct step step;
	int up[2], go[2];
};

FIXTURE(process) {
	struct errand errand;
};

FIXTURE_VARIANT(process) {
	int clone_flags;
};

FIXTURE_VARIANT_ADD(process, forked) {
};

FIXTURE_VARIANT_ADD(process, vforked) {
	.clone_flags = CLONE_VM | CLONE_VFORK,
};

FIXTURE_VARIANT_ADD(process, shares_memory) {
	.clone_flags = CLONE_VM,
};

/* It has its signal handlers, and the lock of filters, in common with our threads. */
FIXTURE_VARIANT_ADD(process, shares_handlers) {
	.clone_flags = CLONE_VM | CLONE_SIGHAND,
};

FIXTURE_SETUP(process)
{
	ASSERT_TRUE(crew_begin());
	self->errand.clone_flags = variant->clone_flags;
	ASSERT_EQ(0, pipe(self->errand.up));
	ASSERT_EQ(0, pipe(self->errand.go));
}

FIXTURE_TEARDOWN(process)
{
}

static void send_sight(int fd)
{
	struct sight here;

	read_status(&here, 0);
	try_calls(&here);
	CHILD_REQUIRE(write(fd, &here, sizeof(here)) == sizeof(here));
}

static bool sight_comes(int fd, const char *chain)
{
	struct sight seen;

	return read(fd, &seen, sizeof(seen)) == sizeof(seen) &&
	       sight_shows(&seen, chain, "another process");
}

static int errand_run(void *arg)
{
	struct errand *errand = arg;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHILD_REQUIRE(perform(NULL, &errand->step) == errand->step.gets);
	CHILD_REQUIRE(write(errand->up[1], "u", 1) == 1);
	CHILD_REQUIRE(read(errand->go[0], &byte, 1) == 1);
	send_sight(errand->up[1]);
	_exit(LEAVE_CODE);
}

/* The thread waits for the process, for they may share more than memory. */
static long errand_start(struct member *self, void *arg)
{
	static char stack[1 << 17] __attribute__((aligned(64)));
	struct errand *errand = arg;

	return wait_status(clone(errand_run, STACK_BOTTOM(stack),
				 errand->clone_flags | SIGCHLD, errand));
}

/* The process does its step; then the crew does another. */
static void run_errand(struct __test_metadata *_metadata, struct errand *errand,
		       struct step of_process, struct step of_crew)
{
	char byte;

	errand->step = of_process;
	ASSERT_TRUE(STEPS_HOLD({ 0, "A++", 0, 0, "A" }));
	ASSERT_TRUE(member_ask(&crew[1], errand_start, errand));
	ASSERT_EQ(1, read(errand->up[0], &byte, 1));
	EXPECT_EQ('u', byte);
	EXPECT_TRUE(step_holds(&of_crew));
	ASSERT_EQ(1, write(errand->go[1], "g", 1));
	EXPECT_TRUE(sight_comes(errand->up[0], of_process.then));
	EXPECT_TRUE(exited_with(member_answer(&crew[1]), LEAVE_CODE));
}

TEST_F(process, is_not_touched)
{
	run_errand(_metadata, &self->errand, (struct step){ 1, "", 0, 0, "A" },
		   (struct step){ 0, "!B", TSYNC, 0, "!AB . !AB" });
	EXPECT_TRUE(crew_shows("!AB"));
}

TEST_F(process, does_not_stand_in_the_way)
{
	run_errand(_metadata, &self->errand, (struct step){ 1, "B", 0, 0, "AB" },
		   (struct step){ 2, "C", TSYNC, 0, "AC . AC" });
	EXPECT_TRUE(crew_shows("AC"));
}

TEST_F(process, reaches_none_of_us)
{
	run_errand(_metadata, &self->errand, (struct step){ 1, "!B", TSYNC, 0, "!AB" },
		   (struct step){ 0, "", 0, 0, "A . A" });
	EXPECT_TRUE(crew_shows("A"));
}

static long exec_to_report(struct member *self, void *arg)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", *(int *)arg);
	execl("/proc/self/exe", "tsync_test", REPORT, fd, NULL);
	return -errno;
}

static void sync_and_exec(void *arg)
{
	CHILD_REQUIRE(crew_begin());
	CHILD_REQUIRE(STEPS_HOLD({ 0, "+++", 0, 0, "0" },
				 { 0, "!A", TSYNC, 0, "!A" },
				 { 1, "B", TSYNC, 0, "!AB" }));
	/* Of all threads, the second one's program is what is left. */
	CHILD_REQUIRE(member_do(&crew[2], exec_to_report, arg) == 0);
}

TEST(executed_program_keeps_it)
{
	int report[2];

	ASSERT_EQ(0, pipe(report));
	ASSERT_TRUE(exited_with(child_status(sync_and_exec, &report[1]), LEAVE_CODE));
	EXPECT_TRUE(sight_comes(report[0], "!AB"));
}

/* Threads have other ids outside; those would mean nothing to the caller, or someone else. */
static void sync_inside(void *unused)
{
	CHILD_REQUIRE(getpid() == 1);
	CHILD_REQUIRE(crew_begin());
	CHILD_REQUIRE(STEPS_HOLD({ 0, "++", 0, 0, "0" }));
	CHILD_REQUIRE(crew[1].tid != crew[1].shown);
	CHILD_REQUIRE(STEPS_HOLD({ 1, "A", 0, 0, "0 A 0" },
				 { 0, "B", TSYNC, THREAD(1), "0 A 0" },
				 { 2, "B", TSYNC, THREAD(1), "0 A 0" },
				 { 2, "B", TSYNC | TSYNC_ESRCH, -ESRCH, "0 A 0" },
				 { 0, "C", 0, 0, "C A 0" },
				 { 1, "B", TSYNC, THREAD(0), "C A 0" },
				 { 1, ".", 0, 0, "C . 0" },
				 { 0, "B", TSYNC, 0, "CB . CB" }));
}

TEST(id_is_that_of_the_callers_pid_namespace)
{
	if (unshare(CLONE_NEWPID))
		SKIP(return, "no pid namespace: %s", strerror(errno));
	EXPECT_TRUE(exited_with(child_status(sync_inside, NULL), 0));
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], REPORT)) {
		CHILD_REQUIRE(catch_traps());
		send_sight(atoi(argv[2]));
		return LEAVE_CODE;
	}
	return test_harness_run(argc, argv);
}
