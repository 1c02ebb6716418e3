// SPDX-License-Identifier: GPL-2.0
/*
 * User notification: a filter's listener and what can be done with it, from its installation to
 * its end. The test is the supervisor. Files that are handed over, listeners on top of others,
 * freezers and masses of calls have test programs of their own.
 *
 * Most tests have a crew: processes under the filter (callers) that make a notified call
 * whenever they are told to, one by one, so that it is the test that decides what comes when.
 * The tests are root's.
 */

#include "notif.h"
#include "arch_regs.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#define TSYNC			SECCOMP_FILTER_FLAG_TSYNC
#define TSYNC_ESRCH		SECCOMP_FILTER_FLAG_TSYNC_ESRCH
#define WAIT_KILLABLE_RECV	SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define WAIT_KILLABLE		SECCOMP_FILTER_FLAG_WAIT_KILLABLE
#define ALLOW_NESTED		SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS
#define CONTINUE		SECCOMP_USER_NOTIF_FLAG_CONTINUE

/* What no call that tests have notified returns by itself. */
#define ANSWER		4242

#define MAX_CALLERS	8
#define BAD_POINTER	((void *)8)

/* Arguments that make this program make a call, and not test: with the listener's number. */
#define CALL		"--call-without"

/* Of what is repeated in the hope of a race, as much as fits into this time, but not less. */
#define BUDGET_NS	1000000000ULL
#define FEW_ROUNDS	8

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Waits for something that does not come by itself to whoever sleeps. */
#define EVENTUALLY(condition) ({						\
	const uint64_t since = now_ns();					\
	bool happened;								\
										\
	while (!(happened = (condition)) &&					\
	       now_ns() - since < PATIENCE_MS * 1000000ULL)			\
		sched_yield();							\
	happened;								\
})

static unsigned int load(const unsigned int *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static void store(unsigned int *counter, unsigned int value)
{
	__atomic_store_n(counter, value, __ATOMIC_SEQ_CST);
}

/* What /proc/PID/syscall tells: the call in which a thread sleeps. */
struct sleep {
	int nr;
	unsigned long long args[6], stack, ip;
};

static bool read_sleep(pid_t tid, struct sleep *sleep)
{
	char path[64];
	FILE *file;
	int fields;

	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	fields = fscanf(file, "%d %llx %llx %llx %llx %llx %llx %llx %llx", &sleep->nr,
			&sleep->args[0], &sleep->args[1], &sleep->args[2], &sleep->args[3],
			&sleep->args[4], &sleep->args[5], &sleep->stack, &sleep->ip);
	fclose(file);
	return fields == 9;
}

static bool sleeps_in(pid_t tid, int nr)
{
	struct sleep sleep;

	if (!sleeps_are_told())
		return is_asleep(tid);
	return read_sleep(tid, &sleep) && sleep.nr == nr;
}

static char state_of(pid_t pid)
{
	char state[64];

	return status_text(pid, "State", state, sizeof(state)) ? state[0] : '\0';
}

static bool is_pending(pid_t pid, int sig)
{
	char mask[64];

	return status_text(pid, "ShdPnd", mask, sizeof(mask)) &&
	       strtoull(mask, NULL, 16) & 1ULL << (sig - 1);
}

/* Sends a signal. Who goes to sleep again and still has it has seen it and sleeps on. */
static bool sleeps_through(pid_t pid, int sig)
{
	return !kill(pid, sig) && EVENTUALLY(is_asleep(pid)) && is_pending(pid, sig);
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void handle_in(int sig, void (*handler)(int sig), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	CHILD_REQUIRE(!sigaction(sig, &action, NULL));
}

/* One of the crew, as it is known to all. */
static struct caller {
	pid_t pid;
	int orders[2];
	unsigned int handled;	/* signals */
	/* Of calls that have returned: how many, and the last one */
	unsigned int calls;
	long result;
	int error;
} *callers, *self_caller;

static struct target crew;
static unsigned int crew_size;
/* How the crew handles SIGUSR1. */
static int crew_sa_flags;

static void caller_handle(int sig)
{
	store(&self_caller->handled, self_caller->handled + 1);
}

static char read_order(int fd)
{
	char order;
	ssize_t got;

	while ((got = read(fd, &order, 1)) < 0 && errno == EINTR)
		;
	return got == 1 ? order : 'q';
}

static void caller_run(struct caller *self)
{
	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	self_caller = self;
	handle_in(SIGUSR1, caller_handle, crew_sa_flags);
	self->pid = getpid();
	while (read_order(self->orders[0]) != 'q') {
		self->result = syscall(NOTIFIED_CALL);
		self->error = self->result == -1 ? errno : 0;
		store(&self->calls, self->calls + 1);
	}
	_exit(0);
}

/* The first of the confined processes makes no call; it says how many had a bad end. */
static int crew_run(void *arg)
{
	unsigned int i;
	int status, bad = 0;

	/* If the test has gone, orders end for all. */
	for (i = 0; i < crew_size; i++)
		close(callers[i].orders[1]);
	for (i = 0; i < crew_size; i++) {
		pid_t pid = fork();

		CHILD_REQUIRE(pid >= 0);
		if (!pid)
			caller_run(&callers[i]);
	}
	for (i = 0; i < crew_size; i++) {
		CHILD_REQUIRE(wait(&status) > 0);
		bad += !exited_with(status, 0);
	}
	return bad;
}

static bool crew_start(unsigned int size, unsigned int flags)
{
	unsigned int i;

	crew_size = size;
	callers = shared_memory(sizeof(*callers) * MAX_CALLERS);
	if (!callers)
		return false;
	for (i = 0; i < size; i++)
		if (pipe2(callers[i].orders, O_CLOEXEC))
			return false;
	if (!target_start(&crew, flags, crew_run, NULL))
		return false;
	for (i = 0; i < size; i++)
		if (!EVENTUALLY(sleeps_in(callers[i].pid, __NR_read)))
			return false;
	return true;
}

/* Has a caller make a call, and waits until that waits for an answer. */
static bool crew_call(unsigned int i)
{
	return write(callers[i].orders[1], "c", 1) == 1 &&
	       EVENTUALLY(sleeps_in(callers[i].pid, NOTIFIED_CALL));
}

/* Waits until a caller has made so many calls. */
static bool crew_called(unsigned int i, unsigned int calls)
{
	return EVENTUALLY(load(&callers[i].calls) == calls);
}

static bool crew_returned(unsigned int i, unsigned int calls, long result)
{
	return crew_called(i, calls) && callers[i].result == result;
}

static bool crew_failed(unsigned int i, unsigned int calls, int error)
{
	return crew_returned(i, calls, -1) && callers[i].error == error;
}

/* Ends the crew and tells how many of it had come to another end, -1: something is wrong. */
static int crew_end(void)
{
	unsigned int i;
	int status;

	for (i = 0; i < crew_size; i++)
		if (write(callers[i].orders[1], "q", 1) != 1)
			return -1;
	status = wait_status(crew.pid);
	return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The caller's number, -1: it is none of the crew. */
static int crew_find(pid_t pid)
{
	unsigned int i;

	for (i = 0; i < crew_size; i++)
		if (callers[i].pid == pid)
			return i;
	return -1;
}

/* A round trip: one call by one caller. */
static bool crew_round_trip(unsigned int i, long value)
{
	unsigned int calls = load(&callers[i].calls);
	struct seccomp_notif notif;

	return crew_call(i) && !notif_recv(crew.listener, &notif) &&
	       notif.pid == (__u32)callers[i].pid &&
	       !notif_send(crew.listener, notif.id, value, 0, 0) &&
	       crew_returned(i, calls + 1, value);
}

/* Processes beside the test that wait at the listener. */
static struct watcher {
	pid_t pid;
	unsigned int handled;
	int result, error;
	struct seccomp_notif notif;
	int events;
} *watchers, *self_watcher;

static void watcher_handle(int sig)
{
	store(&self_watcher->handled, self_watcher->handled + 1);
}

static bool watchers_prepare(void)
{
	if (!watchers)
		watchers = shared_memory(sizeof(*watchers) * MAX_CALLERS);
	return watchers;
}

/* Returns when it sleeps in the call, or has not had to. */
static bool watcher_start(unsigned int i, int nr, void (*watch)(struct watcher *self), int sa_flags)
{
	pid_t pid;

	if (!watchers_prepare())
		return false;
	self_watcher = &watchers[i];
	pid = fork();
	if (!pid) {
		CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
		handle_in(SIGUSR1, watcher_handle, sa_flags);
		watch(self_watcher);
		_exit(0);
	}
	self_watcher->pid = pid;
	return pid > 0 && EVENTUALLY(sleeps_in(pid, nr) || state_of(pid) == 'Z');
}

static bool watcher_end(unsigned int i)
{
	return exited_with(wait_status(watchers[i].pid), 0);
}

static void watch_recv(struct watcher *self)
{
	self->result = notif_recv(crew.listener, &self->notif);
	self->error = errno;
}

/* Starts a process that waits to receive. */
static bool reader_start(unsigned int i, int sa_flags)
{
	return watcher_start(i, __NR_ioctl, watch_recv, sa_flags);
}

static void watch_poll(struct watcher *self)
{
	struct pollfd fd = { .fd = crew.listener, .events = self->events };

	self->result = syscall(__NR_ppoll, &fd, 1, NULL, NULL, 8);
	self->events = fd.revents;
}

/* Starts one that waits for something to happen. */
static bool poller_start(unsigned int i, int events)
{
	if (!watchers_prepare())
		return false;
	watchers[i].events = events;
	return watcher_start(i, __NR_ppoll, watch_poll, 0);
}

TEST(present)
{
	struct seccomp_notif_sizes sizes = {};

	EXPECT_EQ(0, sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &(__u32){ SECCOMP_RET_USER_NOTIF }));
	ASSERT_EQ(0, sys_seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
	EXPECT_EQ(sizeof(struct seccomp_notif), sizes.seccomp_notif);
	EXPECT_EQ(sizeof(struct seccomp_notif_resp), sizes.seccomp_notif_resp);
	EXPECT_EQ(sizeof(struct seccomp_data), sizes.seccomp_data);
}

TEST(action_is_milder_than_errno_and_stricter_than_trace)
{
	char actions[256];

	ASSERT_TRUE(file_read("/proc/sys/kernel/seccomp/actions_avail", actions, sizeof(actions)));
	EXPECT_TRUE(strstr(actions, " errno user_notif trace ") != NULL)
		TH_LOG("actions: %s", actions);
}

/* Installation */
FIXTURE(installed) {
};

FIXTURE_VARIANT(installed) {
	unsigned int flags;
};

FIXTURE_SETUP(installed)
{
}

FIXTURE_TEARDOWN(installed)
{
}

FIXTURE_VARIANT_ADD(installed, alone) { .flags = 0 };
FIXTURE_VARIANT_ADD(installed, log) { .flags = SECCOMP_FILTER_FLAG_LOG };
FIXTURE_VARIANT_ADD(installed, spec_allow) { .flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW };
FIXTURE_VARIANT_ADD(installed, tsync_esrch) { .flags = TSYNC_ESRCH };
FIXTURE_VARIANT_ADD(installed, tsync) { .flags = TSYNC | TSYNC_ESRCH };
FIXTURE_VARIANT_ADD(installed, wait_killable_recv) { .flags = WAIT_KILLABLE_RECV };
FIXTURE_VARIANT_ADD(installed, wait_killable) { .flags = WAIT_KILLABLE };
FIXTURE_VARIANT_ADD(installed, wait_killable_both) {
	.flags = WAIT_KILLABLE | WAIT_KILLABLE_RECV,
};
FIXTURE_VARIANT_ADD(installed, allow_nested) { .flags = ALLOW_NESTED };

TEST_F(installed, listener_is_a_descriptor)
{
	char path[64], text[64] = "";
	int lowest = dup(STDIN_FILENO), listener;

	ASSERT_LE(0, lowest);
	close(lowest);
	listener = listener_install(variant->flags);
	ASSERT_EQ(lowest, listener);
	EXPECT_EQ(FD_CLOEXEC, fcntl(listener, F_GETFD));
	EXPECT_EQ(O_RDWR, fcntl(listener, F_GETFL) & (O_ACCMODE | O_NONBLOCK));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", listener);
	EXPECT_LT(0, readlink(path, text, sizeof(text) - 1));
	EXPECT_STREQ("anon_inode:seccomp notify", text);
	EXPECT_EQ(SECCOMP_MODE_FILTER, status_field(0, "Seccomp"));
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
}

/* Which flags there are is found out by calls that cannot succeed. */
struct refusal {
	unsigned int flags;
	const void *args;
	int error;
};

#define SOUND_PROGRAM	&PROGRAM(RET(SECCOMP_RET_ALLOW))

static const struct refusal refusals[] = {
	{ NEW_LISTENER, NULL, EFAULT },
	{ NEW_LISTENER, BAD_POINTER, EFAULT },
	{ NEW_LISTENER | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW, NULL, EFAULT },
	{ NEW_LISTENER | WAIT_KILLABLE_RECV, NULL, EFAULT },
	{ NEW_LISTENER | TSYNC_ESRCH, NULL, EFAULT },
	{ NEW_LISTENER | TSYNC | TSYNC_ESRCH, NULL, EFAULT },
	{ NEW_LISTENER, &PROGRAM(LOAD(nr)), EINVAL },
	{ NEW_LISTENER | 1U << 6, NULL, EINVAL },
	{ NEW_LISTENER | 1U << 27, NULL, EINVAL },
	{ WAIT_KILLABLE_RECV, NULL, EINVAL },
	{ WAIT_KILLABLE_RECV, SOUND_PROGRAM, EINVAL },
	{ WAIT_KILLABLE_RECV | TSYNC, NULL, EINVAL },
	/* B-10: a descriptor and a thread's id look the same. */
	{ NEW_LISTENER | TSYNC, NULL, EINVAL },
	{ NEW_LISTENER | TSYNC, SOUND_PROGRAM, EINVAL },
	{ NEW_LISTENER | TSYNC | WAIT_KILLABLE_RECV, NULL, EINVAL },
};

/* Beyond the existing implementation, which has none of these flags. */
static const struct refusal new_refusals[] = {
	{ NEW_LISTENER | WAIT_KILLABLE, NULL, EFAULT },
	{ NEW_LISTENER | ALLOW_NESTED, NULL, EFAULT },
	{ NEW_LISTENER | WAIT_KILLABLE | WAIT_KILLABLE_RECV | ALLOW_NESTED, NULL, EFAULT },
	{ WAIT_KILLABLE, NULL, EINVAL },
	{ WAIT_KILLABLE, SOUND_PROGRAM, EINVAL },
	{ ALLOW_NESTED, NULL, EINVAL },
	{ ALLOW_NESTED, SOUND_PROGRAM, EINVAL },
};

static bool are_refused(const struct refusal *cases, unsigned int count)
{
	const int fds = count_fds();
	bool holds = true;
	unsigned int i;

	for (i = 0; i < count; i++) {
		errno = 0;
		if (filter_install(cases[i].flags, cases[i].args) == -1 &&
		    errno == cases[i].error)
			continue;
		dprintf(STDERR_FILENO, "# case %u: errno %d\n", i, errno);
		holds = false;
	}
	return holds && fds >= 0 && count_fds() == fds && !status_field(0, "Seccomp");
}

TEST(b10_flags_are_judged_before_the_program)
{
	EXPECT_TRUE(are_refused(refusals, ARRAY_SIZE(refusals)));
}

TEST(new_flags_are_judged_before_the_program)
{
	EXPECT_TRUE(are_refused(new_refusals, ARRAY_SIZE(new_refusals)));
}

/* For threads of the test: each does its thing and then waits for its release. */
struct helper {
	pthread_t thread;
	pid_t tid;
	int ready[2], release[2];
	long result;
	bool diverges;
};

static void *helper_run(void *arg)
{
	struct helper *self = arg;
	char byte;

	self->tid = sys_gettid();
	if (self->diverges)
		CHILD_REQUIRE(!filter_install(0, SOUND_PROGRAM));
	CHILD_REQUIRE(write(self->ready[1], "r", 1) == 1);
	CHILD_REQUIRE(read(self->release[0], &byte, 1) == 1);
	if (!self->diverges)
		self->result = syscall(NOTIFIED_CALL);
	return NULL;
}

static bool helper_prepare(struct helper *helper)
{
	return !pipe(helper->ready) && !pipe(helper->release);
}

static bool helper_start(struct helper *helper)
{
	char byte;

	return (helper->ready[1] || helper_prepare(helper)) &&
	       !pthread_create(&helper->thread, NULL, helper_run, helper) &&
	       read(helper->ready[0], &byte, 1) == 1;
}

static bool helper_release(struct helper *helper)
{
	return write(helper->release[1], "x", 1) == 1;
}

TEST(b11_listener_of_a_failed_tsync_leaves_nothing)
{
	struct helper helper = { .diverges = true };
	int fds, listener;

	ASSERT_TRUE(helper_start(&helper));
	fds = count_fds();
	ASSERT_LT(0, fds);

	EXPECT_EQ(-1, listener_install(TSYNC | TSYNC_ESRCH));
	EXPECT_EQ(ESRCH, errno);
	EXPECT_EQ(fds, count_fds());
	EXPECT_EQ(0, status_field(0, "Seccomp"));
	/* Nor is there a listener that is in the way of another. */
	EXPECT_EQ(-1, listener_install(TSYNC | TSYNC_ESRCH));
	EXPECT_EQ(ESRCH, errno);

	ASSERT_TRUE(helper_release(&helper));
	ASSERT_EQ(0, pthread_join(helper.thread, NULL));
	listener = listener_install(TSYNC | TSYNC_ESRCH);
	EXPECT_LE(0, listener);
	EXPECT_EQ(fds + 1, count_fds());
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
}

TEST(tsync_listener_hears_sibling_threads)
{
	struct helper helpers[2] = {};
	struct seccomp_notif notif;
	int listener;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(helpers); i++)
		ASSERT_TRUE(helper_start(&helpers[i]));
	listener = listener_install(TSYNC | TSYNC_ESRCH);
	ASSERT_LE(0, listener);
	for (i = 0; i < ARRAY_SIZE(helpers); i++) {
		ASSERT_TRUE(helper_release(&helpers[i]));
		ASSERT_EQ(0, notif_recv(listener, &notif));
		EXPECT_EQ((__u32)helpers[i].tid, notif.pid);
		ASSERT_EQ(0, notif_send(listener, notif.id, ANSWER + i, 0, 0));
		ASSERT_EQ(0, pthread_join(helpers[i].thread, NULL));
		EXPECT_EQ(ANSWER + (long)i, helpers[i].result);
	}
}

static int install_second_listener(void)
{
	return filter_install(NEW_LISTENER, &PROGRAM(ON_NR(__NR_getuid, SECCOMP_RET_USER_NOTIF),
						     RET(SECCOMP_RET_ALLOW)));
}

TEST(second_listener_has_to_wait_for_the_end_of_the_first)
{
	int first = listener_install(0), fds = count_fds(), second;

	ASSERT_LE(0, first);
	EXPECT_EQ(-1, install_second_listener());
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(fds, count_fds());
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
	/* One without a listener is no second one. */
	EXPECT_EQ(0, filter_install(0, SOUND_PROGRAM));
	EXPECT_EQ(-1, install_second_listener());
	EXPECT_EQ(EBUSY, errno);

	ASSERT_EQ(0, close(first));
	second = install_second_listener();
	EXPECT_LE(0, second);
	EXPECT_EQ(3, status_field(0, "Seccomp_filters"));
}

TEST(b12_no_descriptor_no_filter)
{
	struct rlimit limit, none;
	int lowest = dup(STDIN_FILENO), result, error;

	ASSERT_LE(0, lowest);
	close(lowest);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	none = (struct rlimit){ .rlim_cur = lowest, .rlim_max = limit.rlim_max };
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	result = listener_install(0);
	error = errno;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(-1, result);
	EXPECT_EQ(EMFILE, error);
	EXPECT_EQ(0, status_field(0, "Seccomp"));
	EXPECT_EQ(0, status_field(0, "Seccomp_filters"));

	/* Afterwards, with and without a listener. */
	EXPECT_EQ(0, filter_install(0, SOUND_PROGRAM));
	EXPECT_EQ(lowest, listener_install(0));
	EXPECT_EQ(2, status_field(0, "Seccomp_filters"));
}

/* Without a listener */
static int install_deaf(void)
{
	return filter_install(0, &PROGRAM(ON_NR(NOTIFIED_CALL, SECCOMP_RET_USER_NOTIF),
					  RET(SECCOMP_RET_ALLOW)));
}

TEST(without_a_listener_the_call_fails)
{
	ASSERT_EQ(0, install_deaf());
	EXPECT_EQ(-1, syscall(NOTIFIED_CALL));
	EXPECT_EQ(ENOSYS, errno);
}

static int call_under_deaf_filter(void *arg)
{
	CHILD_REQUIRE(!install_deaf());
	return call_fails_with(arg);
}

TEST(newest_filter_has_no_listener)
{
	int error = ENOSYS;

	ASSERT_TRUE(target_start(&crew, 0, call_under_deaf_filter, &error));
	EXPECT_EQ(POLLHUP, listener_events(crew.listener, PATIENCE_MS));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

TEST(b42_newest_of_many_filters_has_the_listener)
{
	struct seccomp_notif notif;
	int answer = ANSWER;
	unsigned int i;

	/* The target inherits them. */
	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, install_deaf());
	ASSERT_TRUE(target_start(&crew, 0, call_returns, &answer));
	EXPECT_EQ(101, status_field(crew.pid, "Seccomp_filters"));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	EXPECT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	EXPECT_EQ(POLLHUP, listener_events(crew.listener, PATIENCE_MS) & ~POLLOUT);
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

FIXTURE(closed) {
};

FIXTURE_VARIANT(closed) {
	unsigned int flags;
	bool received;
};

FIXTURE_SETUP(closed)
{
}

FIXTURE_TEARDOWN(closed)
{
}

FIXTURE_VARIANT_ADD(closed, queued) { .received = false };
FIXTURE_VARIANT_ADD(closed, received) { .received = true };
FIXTURE_VARIANT_ADD(closed, queued_wait_killable_recv) { WAIT_KILLABLE_RECV, false };
FIXTURE_VARIANT_ADD(closed, received_wait_killable_recv) { WAIT_KILLABLE_RECV, true };
FIXTURE_VARIANT_ADD(closed, queued_wait_killable) { WAIT_KILLABLE, false };
FIXTURE_VARIANT_ADD(closed, received_wait_killable) { WAIT_KILLABLE, true };

TEST_F(closed, calls_fail)
{
	struct seccomp_notif notif;
	unsigned int i;

	ASSERT_TRUE(crew_start(3, variant->flags));
	for (i = 0; i < 2; i++) {
		ASSERT_TRUE(crew_call(i));
		if (variant->received)
			ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	}
	ASSERT_EQ(0, close(crew.listener));
	for (i = 0; i < 2; i++)
		EXPECT_TRUE(crew_failed(i, 1, ENOSYS));
	/* And later ones, by any of them. */
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(1, write(callers[i].orders[1], "c", 1));
		EXPECT_TRUE(crew_failed(i, i < 2 ? 2 : 1, ENOSYS));
	}
	EXPECT_EQ(0, crew_end());
}

/* B-9: calls come and are answered all the time, until there is no listener. */
static int call_until_closed(void *arg)
{
	unsigned int i;
	int status, bad = 0;

	for (i = 0; i < MAX_CALLERS; i++) {
		pid_t pid = fork();
		long result;

		CHILD_REQUIRE(pid >= 0);
		if (pid)
			continue;
		CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
		while ((result = syscall(NOTIFIED_CALL)) == ANSWER)
			;
		_exit(result != -1 || errno != ENOSYS);
	}
	for (i = 0; i < MAX_CALLERS; i++) {
		CHILD_REQUIRE(wait(&status) > 0);
		bad += !exited_with(status, 0);
	}
	return bad;
}

TEST(b9_close_while_tasks_come_and_wait)
{
	const uint64_t since = now_ns();
	struct seccomp_notif notif;
	unsigned int round, i;

	for (round = 0; round < FEW_ROUNDS || now_ns() - since < BUDGET_NS; round++) {
		ASSERT_TRUE(target_start(&crew, 0, call_until_closed, NULL));
		/* Fewer are left unanswered than there are callers: so another always comes. */
		for (i = 0; i < round % (4 * MAX_CALLERS); i++) {
			ASSERT_EQ(0, notif_recv(crew.listener, &notif));
			if (i % 4 < 3)
				ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
		}
		ASSERT_EQ(0, close(crew.listener));
		ASSERT_TRUE(exited_with(wait_status(crew.pid), 0))
			TH_LOG("round %u", round);
	}
}

/* The strictest action wins, wherever it comes from. */
FIXTURE(beside) {
};

FIXTURE_VARIANT(beside) {
	__u32 action;
	bool wins, kills;
};

FIXTURE_SETUP(beside)
{
	ASSERT_EQ(0, setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }));
}

FIXTURE_TEARDOWN(beside)
{
}

FIXTURE_VARIANT_ADD(beside, kill_process) { SECCOMP_RET_KILL_PROCESS, true, true };
FIXTURE_VARIANT_ADD(beside, kill_thread) { SECCOMP_RET_KILL_THREAD, true, true };
FIXTURE_VARIANT_ADD(beside, trap) { SECCOMP_RET_TRAP, true, true };
FIXTURE_VARIANT_ADD(beside, error) { SECCOMP_RET_ERRNO | EXDEV, true, false };
FIXTURE_VARIANT_ADD(beside, trace) { SECCOMP_RET_TRACE, false, false };
FIXTURE_VARIANT_ADD(beside, log) { SECCOMP_RET_LOG, false, false };
FIXTURE_VARIANT_ADD(beside, allow) { SECCOMP_RET_ALLOW, false, false };

static int install_other(__u32 action)
{
	return filter_install(0, &PROGRAM(ON_NR(NOTIFIED_CALL, action), RET(SECCOMP_RET_ALLOW)));
}

static int call_beside(void *arg)
{
	const FIXTURE_VARIANT(beside) *variant = arg;
	long result = syscall(NOTIFIED_CALL);

	if (!variant->wins)
		return result != ANSWER;
	return result != -1 || errno != EXDEV;
}

static int call_beneath(void *arg)
{
	const FIXTURE_VARIANT(beside) *variant = arg;

	CHILD_REQUIRE(!install_other(variant->action));
	return call_beside(arg);
}

static bool strictest_wins(const FIXTURE_VARIANT(beside) *variant, int (*call)(void *arg))
{
	struct seccomp_notif notif;
	int status;

	if (!target_start(&crew, 0, call, (void *)variant))
		return false;
	if (variant->wins) {
		/* The end is the first thing to be heard. */
		if (listener_events(crew.listener, PATIENCE_MS) != POLLHUP)
			return false;
	} else if (notif_recv(crew.listener, &notif) ||
		   notif_send(crew.listener, notif.id, ANSWER, 0, 0)) {
		return false;
	}
	status = wait_status(crew.pid);
	close(crew.listener);
	return variant->kills ? died_of(status, SIGSYS) : exited_with(status, 0);
}

TEST_F(beside, strictest_wins)
{
	EXPECT_TRUE(strictest_wins(variant, call_beneath));
	/* The target inherits it. */
	ASSERT_EQ(0, install_other(variant->action));
	EXPECT_TRUE(strictest_wins(variant, call_beside));
}

/* To receive */
#define ARG(n)	(0x1010101L * ((n) + 1))
/* On machines that have them, more than 32 bits. */
static const unsigned long long wide_arg = 0x8877665544332211ULL;

static int call_with_arguments(void *arg)
{
	long result = syscall(NOTIFIED_CALL, ARG(0), ARG(1), ARG(2), (long)wide_arg,
			      ARG(4), ARG(5));

	return result != ANSWER || call_returns(arg);
}

TEST(recv_tells_what_the_call_is)
{
	struct seccomp_notif notif, second;
	struct sleep sleep;
	int answer = ANSWER;
	unsigned int i;

	ASSERT_TRUE(target_start(&crew, 0, call_with_arguments, &answer));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	ASSERT_TRUE(EVENTUALLY(sleeps_in(crew.pid, NOTIFIED_CALL)));
	if (!sleeps_are_told())
		SKIP(return, "no /proc/PID/syscall to compare with");
	ASSERT_TRUE(read_sleep(crew.pid, &sleep));

	EXPECT_NE(0U, notif.id);
	EXPECT_EQ((__u32)crew.pid, notif.pid);
	EXPECT_EQ(0U, notif.flags);
	EXPECT_EQ(NOTIFIED_CALL, notif.data.nr);
	EXPECT_EQ((__u32)AUDIT_ARCH_CURRENT, notif.data.arch);
	EXPECT_NE(0U, notif.data.instruction_pointer);
	EXPECT_EQ(sleep.ip, notif.data.instruction_pointer);
	for (i = 0; i < ARRAY_SIZE(notif.data.args); i++) {
		EXPECT_EQ((unsigned long)(i == 3 ? (long)wide_arg : ARG(i)),
			  (unsigned long)notif.data.args[i]);
		EXPECT_EQ(sleep.args[i], notif.data.args[i]);
	}

	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	ASSERT_EQ(0, notif_recv(crew.listener, &second));
	EXPECT_LT(notif.id, second.id);
	ASSERT_EQ(0, notif_send(crew.listener, second.id, ANSWER, 0, 0));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

static pid_t *shown_tid;

static void *thread_call(void *arg)
{
	*shown_tid = sys_gettid();
	return (void *)(long)call_returns(arg);
}

static int call_in_thread(void *arg)
{
	pthread_t thread;
	void *bad;

	CHILD_REQUIRE(!pthread_create(&thread, NULL, thread_call, arg));
	CHILD_REQUIRE(!pthread_join(thread, &bad));
	return (long)bad;
}

TEST(recv_names_the_thread)
{
	struct seccomp_notif notif;
	int answer = ANSWER;

	shown_tid = shared_memory(sizeof(*shown_tid));
	ASSERT_TRUE(shown_tid != NULL);
	ASSERT_TRUE(target_start(&crew, 0, call_in_thread, &answer));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	EXPECT_EQ((__u32)*shown_tid, notif.pid);
	EXPECT_NE((__u32)crew.pid, notif.pid);
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

static int call_as_init(void *arg)
{
	CHILD_REQUIRE(getpid() == 1);
	return call_returns(arg);
}

TEST(pid_is_the_readers_view_of_a_namespace_below)
{
	struct seccomp_notif notif;
	int answer = ANSWER;

	if (unshare(CLONE_NEWPID))
		SKIP(return, "no pid namespace: %s", strerror(errno));
	ASSERT_TRUE(target_start(&crew, 0, call_as_init, &answer));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	EXPECT_EQ((__u32)crew.pid, notif.pid);
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

static void supervise_from_below(void *arg)
{
	struct seccomp_notif notif;

	CHILD_REQUIRE(getpid() == 1);
	CHILD_REQUIRE(!notif_recv(crew.listener, &notif));
	CHILD_REQUIRE(!notif.pid && notif.id);
	CHILD_REQUIRE(!notif_send(crew.listener, notif.id, ANSWER, 0, 0));
}

TEST(pid_is_0_for_a_reader_who_cannot_see_it)
{
	int answer = ANSWER;

	ASSERT_TRUE(target_start(&crew, 0, call_returns, &answer));
	if (unshare(CLONE_NEWPID)) {
		int error = errno;

		close(crew.listener);
		wait_status(crew.pid);
		SKIP(return, "no pid namespace: %s", strerror(error));
	}
	EXPECT_TRUE(exited_with(child_status(supervise_from_below, NULL), 0));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

TEST(b34_buffer_that_is_not_zero_receives_nothing)
{
	union {
		struct seccomp_notif notif;
		unsigned char bytes[sizeof(struct seccomp_notif)];
	} buffer;
	unsigned int i, queued;

	ASSERT_TRUE(crew_start(1, 0));
	/* With nothing to receive as well, and then it does not wait for something. */
	for (queued = 0; queued <= 1; queued++) {
		if (queued)
			ASSERT_TRUE(crew_call(0));
		for (i = 0; i < sizeof(buffer); i++) {
			memset(&buffer, 0, sizeof(buffer));
			buffer.bytes[i] = 0x80;
			errno = 0;
			EXPECT_EQ(-1, ioctl(crew.listener, SECCOMP_IOCTL_NOTIF_RECV, &buffer));
			EXPECT_EQ(EINVAL, errno);
			EXPECT_EQ(0x80, buffer.bytes[i]);
		}
		EXPECT_EQ(queued ? POLLIN : 0, listener_events(crew.listener, 0));
	}
	ASSERT_EQ(0, notif_recv(crew.listener, &buffer.notif));
	ASSERT_EQ(0, notif_send(crew.listener, buffer.notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 1, ANSWER));
	EXPECT_EQ(0, crew_end());
}

/* Zeros that can be read and not overwritten. */
static void *unwritable(void)
{
	void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

TEST(b34_call_that_could_not_be_written_keeps_its_place)
{
	struct seccomp_notif notif;
	void *buffer = unwritable();
	unsigned int i;

	ASSERT_TRUE(buffer != NULL);
	ASSERT_TRUE(crew_start(3, 0));
	for (i = 0; i < 3; i++)
		ASSERT_TRUE(crew_call(i));
	/* The first, and when that is away the next. */
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(-1, ioctl(crew.listener, SECCOMP_IOCTL_NOTIF_RECV, buffer));
		EXPECT_EQ(EFAULT, errno);
		EXPECT_EQ(POLLIN, listener_events(crew.listener, 0) & POLLIN);
		EXPECT_EQ(i ? POLLOUT : 0, listener_events(crew.listener, 0) & POLLOUT);
		ASSERT_EQ(0, notif_recv(crew.listener, &notif));
		EXPECT_EQ((__u32)callers[i].pid, notif.pid);
		if (i)
			EXPECT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	}
	EXPECT_EQ(-1, ioctl(crew.listener, SECCOMP_IOCTL_NOTIF_RECV, NULL));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(0, close(crew.listener));
	EXPECT_TRUE(crew_failed(0, 1, ENOSYS));
	EXPECT_EQ(0, crew_end());
}

TEST(recv_waits_for_a_call)
{
	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(reader_start(0, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_TRUE(watcher_end(0));
	EXPECT_EQ(0, watchers[0].result);
	EXPECT_EQ((__u32)callers[0].pid, watchers[0].notif.pid);
	ASSERT_EQ(0, notif_send(crew.listener, watchers[0].notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 1, ANSWER));
	EXPECT_EQ(0, crew_end());
}

TEST(each_waiting_reader_gets_a_call)
{
	unsigned int i, readers[4] = {};

	ASSERT_TRUE(crew_start(ARRAY_SIZE(readers), 0));
	for (i = 0; i < ARRAY_SIZE(readers); i++)
		ASSERT_TRUE(reader_start(i, 0));
	for (i = 0; i < ARRAY_SIZE(readers); i++)
		ASSERT_TRUE(crew_call(i));
	for (i = 0; i < ARRAY_SIZE(readers); i++) {
		int caller;

		ASSERT_TRUE(watcher_end(i));
		ASSERT_EQ(0, watchers[i].result);
		caller = crew_find(watchers[i].notif.pid);
		ASSERT_LE(0, caller);
		EXPECT_EQ(0U, readers[caller]++);
		ASSERT_EQ(0, notif_send(crew.listener, watchers[i].notif.id, ANSWER, 0, 0));
		EXPECT_TRUE(crew_returned(caller, 1, ANSWER));
	}
	EXPECT_EQ(0, crew_end());
}

static bool set_nonblocking(int fd)
{
	return !fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* Beyond the existing implementation, which waits. A reader of its own does, and not the test. */
TEST(nonblocking_recv_does_not_wait)
{
	struct seccomp_notif notif;

	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(set_nonblocking(crew.listener));
	ASSERT_TRUE(reader_start(0, 0));
	EXPECT_EQ('Z', state_of(watchers[0].pid));
	kill(watchers[0].pid, SIGKILL);
	EXPECT_TRUE(watcher_end(0));
	EXPECT_EQ(-1, watchers[0].result);
	EXPECT_EQ(EAGAIN, watchers[0].error);

	EXPECT_TRUE(crew_round_trip(0, ANSWER));
	EXPECT_EQ(0, crew_end());
	EXPECT_EQ(-1, notif_recv(crew.listener, &notif));
	EXPECT_EQ(ENOENT, errno);
}

TEST(signal_interrupts_recv)
{
	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(reader_start(0, 0));
	ASSERT_EQ(0, kill(watchers[0].pid, SIGUSR1));
	ASSERT_TRUE(watcher_end(0));
	EXPECT_EQ(-1, watchers[0].result);
	EXPECT_EQ(EINTR, watchers[0].error);
	EXPECT_TRUE(crew_round_trip(0, ANSWER));
	EXPECT_EQ(0, crew_end());
}

TEST(recv_goes_on_after_a_signal_that_restarts)
{
	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(reader_start(0, SA_RESTART));
	ASSERT_EQ(0, kill(watchers[0].pid, SIGUSR1));
	ASSERT_TRUE(EVENTUALLY(load(&watchers[0].handled) == 1));
	ASSERT_TRUE(EVENTUALLY(sleeps_in(watchers[0].pid, __NR_ioctl)));
	ASSERT_TRUE(crew_call(0));
	ASSERT_TRUE(watcher_end(0));
	EXPECT_EQ(0, watchers[0].result);
	ASSERT_EQ(0, notif_send(crew.listener, watchers[0].notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 1, ANSWER));
	EXPECT_EQ(0, crew_end());
}

TEST(b23_call_that_has_gone_is_not_announced)
{
	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(crew_call(0));
	EXPECT_EQ(POLLIN, listener_events(crew.listener, 0));
	ASSERT_EQ(0, kill(callers[0].pid, SIGUSR1));
	EXPECT_TRUE(crew_failed(0, 1, EINTR));
	EXPECT_EQ(0, listener_events(crew.listener, 0));

	/* Who wants to receive waits for the next; the existing implementation says ENOENT. */
	ASSERT_TRUE(reader_start(0, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_TRUE(watcher_end(0));
	ASSERT_EQ(0, watchers[0].result);
	ASSERT_EQ(0, notif_send(crew.listener, watchers[0].notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 2, ANSWER));
	EXPECT_EQ(0, crew_end());
}

/* Beyond the existing implementation, which says ENOENT. */
TEST(b23_call_that_has_gone_is_none)
{
	struct seccomp_notif notif;

	ASSERT_TRUE(crew_start(2, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_EQ(0, kill(callers[0].pid, SIGUSR1));
	EXPECT_TRUE(crew_failed(0, 1, EINTR));
	ASSERT_TRUE(set_nonblocking(crew.listener));
	EXPECT_EQ(0, listener_events(crew.listener, 0));
	EXPECT_EQ(-1, notif_recv(crew.listener, &notif));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, crew_end());
}

/* The end of those who call */
TEST(b20_recv_ends_with_the_last_task)
{
	ASSERT_TRUE(crew_start(2, 0));
	ASSERT_TRUE(reader_start(0, 0));
	ASSERT_TRUE(reader_start(1, 0));
	EXPECT_EQ(0, crew_end());
	EXPECT_TRUE(watcher_end(0) && watcher_end(1));
	EXPECT_EQ(-1, watchers[0].result);
	EXPECT_EQ(ENOENT, watchers[0].error);
	EXPECT_EQ(-1, watchers[1].result);
	EXPECT_EQ(ENOENT, watchers[1].error);
}

static int leave(void *arg)
{
	return 0;
}

TEST(b21_zombie_does_not_call)
{
	struct seccomp_notif notif;

	ASSERT_TRUE(target_start(&crew, 0, leave, NULL));
	EXPECT_EQ(POLLHUP, listener_events(crew.listener, PATIENCE_MS));
	EXPECT_EQ(-1, notif_recv(crew.listener, &notif));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_TRUE(EVENTUALLY(state_of(crew.pid) == 'Z'));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
	EXPECT_EQ(POLLHUP, listener_events(crew.listener, 0));
}

/* Its first thread leaves, and another, who has got the filter by TSYNC, stays. */
static void leave_a_thread(int sock, struct helper *helper)
{
	int listener;

	close(helper->release[1]);
	CHILD_REQUIRE(helper_start(helper));
	listener = listener_install(TSYNC | TSYNC_ESRCH);
	CHILD_REQUIRE(listener >= 0);
	CHILD_REQUIRE(fd_send(sock, listener));
	close(listener);
	close(sock);
	syscall(__NR_exit, 0);
}

TEST(b22_listener_lives_while_a_synced_thread_does)
{
	struct helper *helper = shared_memory(sizeof(*helper));
	struct seccomp_notif notif;
	int pair[2];

	ASSERT_TRUE(helper != NULL);
	ASSERT_TRUE(helper_prepare(helper));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	crew.pid = fork();
	if (!crew.pid) {
		close(pair[0]);
		leave_a_thread(pair[1], helper);
	}
	close(pair[1]);
	crew.listener = fd_receive(pair[0]);
	ASSERT_LE(0, crew.listener);
	ASSERT_TRUE(EVENTUALLY(state_of(crew.pid) == 'Z'));
	EXPECT_EQ(0, listener_events(crew.listener, 0));

	ASSERT_TRUE(helper_release(helper));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	EXPECT_EQ((__u32)helper->tid, notif.pid);
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(listener_wait(crew.listener, POLLHUP));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
	EXPECT_EQ(ANSWER, helper->result);
}

/* Leaves a child, who leaves another, who makes the call. */
static int leave_a_grandchild(void *arg)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		pid_t pid = fork();

		CHILD_REQUIRE(pid >= 0);
		if (pid)
			return 0;
	}
	return call_returns(arg);
}

static int epoll_on(int listener, uint32_t events)
{
	struct epoll_event event = { .events = events };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	return epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) ? -1 : epoll;
}

/* 0: nothing; -1: an error. */
static int epoll_events(int epoll, int timeout_ms)
{
	struct epoll_event event;
	int count = epoll_wait(epoll, &event, 1, timeout_ms);

	return count == 1 ? (int)event.events : count;
}

TEST(b22_end_of_all_is_told_once)
{
	struct seccomp_notif notif;
	int answer = ANSWER, epoll, status, i;
	siginfo_t child;

	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	ASSERT_TRUE(target_start(&crew, 0, leave_a_grandchild, &answer));
	epoll = epoll_on(crew.listener, EPOLLET);
	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	/* One of the two others goes altogether, the other is left to be reaped: no word of it. */
	ASSERT_TRUE(exited_with(wait_status(crew.pid), 0));
	ASSERT_EQ(0, waitid(P_ALL, 0, &child, WEXITED | WNOWAIT));
	EXPECT_EQ(0, epoll_events(epoll, 0));

	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	EXPECT_EQ(EPOLLHUP, epoll_events(epoll, PATIENCE_MS));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, epoll_events(epoll, 0));
		ASSERT_LT(0, wait(&status));
		EXPECT_TRUE(exited_with(status, 0));
	}
	EXPECT_EQ(0, epoll_events(epoll, 0));
}

/* To answer */
FIXTURE(answer) {
};

FIXTURE_VARIANT(answer) {
	long long val;
	int error;
	long long result;
	int fails;
};

FIXTURE_SETUP(answer)
{
}

FIXTURE_TEARDOWN(answer)
{
}

FIXTURE_VARIANT_ADD(answer, value) { .val = ANSWER, .result = ANSWER };
FIXTURE_VARIANT_ADD(answer, nothing) { .val = 0, .result = 0 };
FIXTURE_VARIANT_ADD(answer, negative_value) { .val = -100000, .result = -100000 };
/* On machines of 64 bits all of it, else its lower half. */
FIXTURE_VARIANT_ADD(answer, wide_value) {
	.val = 0x1234567802345678LL, .result = 0x1234567802345678LL,
};
FIXTURE_VARIANT_ADD(answer, value_that_is_an_error) {
#ifdef VALUE_IS_NO_ERROR
	.val = -EXDEV, .result = -EXDEV,
#else
	.val = -EXDEV, .result = -1, .fails = EXDEV,
#endif
};
FIXTURE_VARIANT_ADD(answer, error) { .error = -EDEADLK, .result = -1, .fails = EDEADLK };
FIXTURE_VARIANT_ADD(answer, greatest_error) { .error = -4095, .result = -1, .fails = 4095 };
FIXTURE_VARIANT_ADD(answer, error_and_value) {
	.val = ANSWER, .error = -EUSERS, .result = -1, .fails = EUSERS,
};

TEST_F(answer, is_what_the_call_returns)
{
	struct seccomp_notif notif;

	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, variant->val, variant->error, 0));
	ASSERT_TRUE(crew_called(0, 1));
	EXPECT_EQ((long)variant->result, callers[0].result);
	EXPECT_EQ(variant->fails, callers[0].error);
	EXPECT_EQ(0, crew_end());
}

TEST(continue_makes_the_call)
{
	struct seccomp_notif notif;

	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, 0, 0, CONTINUE));
	EXPECT_TRUE(crew_returned(0, 1, crew.pid));
	EXPECT_EQ(0, crew_end());
}

TEST(wrong_answers_are_refused)
{
	struct seccomp_notif notif;
	unsigned int i;

	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));

	const struct {
		struct seccomp_notif_resp resp;
		int error;
	} cases[] = {
		{ { .id = notif.id, .flags = 2 }, EINVAL },
		{ { .id = notif.id, .flags = 1U << 31 }, EINVAL },
		{ { .id = notif.id, .flags = CONTINUE | 2 }, EINVAL },
		{ { .id = notif.id, .flags = CONTINUE, .val = 1 }, EINVAL },
		{ { .id = notif.id, .flags = CONTINUE, .val = 1LL << 32 }, EINVAL },
		{ { .id = notif.id, .flags = CONTINUE, .error = -EPERM }, EINVAL },
		{ { .id = 0 }, ENOENT },
		{ { .id = notif.id + 1 }, ENOENT },
		{ { .id = notif.id - 1 }, ENOENT },
		{ { .id = notif.id ^ 1ULL << 63 }, ENOENT },
	};

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-1, ioctl(crew.listener, SECCOMP_IOCTL_NOTIF_SEND, &cases[i].resp));
		EXPECT_EQ(cases[i].error, errno)
			TH_LOG("case %u", i);
	}
	EXPECT_EQ(-1, ioctl(crew.listener, SECCOMP_IOCTL_NOTIF_SEND, BAD_POINTER));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(crew.listener, SECCOMP_IOCTL_NOTIF_SEND, NULL));
	EXPECT_EQ(EFAULT, errno);

	/* And have answered nothing. */
	EXPECT_EQ(0, notif_id_valid(crew.listener, notif.id));
	EXPECT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 1, ANSWER));
	EXPECT_EQ(0, crew_end());
}

TEST(nobody_answers_what_he_has_not_received)
{
	struct seccomp_notif first, second;

	ASSERT_TRUE(crew_start(2, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_TRUE(crew_call(1));
	ASSERT_EQ(0, notif_recv(crew.listener, &first));
	/* As ids are given; the second one shows whether it was so. */
	EXPECT_EQ(-1, notif_send(crew.listener, first.id + 1, ANSWER, 0, 0));
	EXPECT_EQ(EINPROGRESS, errno);
	ASSERT_EQ(0, notif_recv(crew.listener, &second));
	ASSERT_EQ(first.id + 1, second.id);

	EXPECT_EQ(0, notif_send(crew.listener, first.id, ANSWER, 0, 0));
	EXPECT_EQ(0, notif_send(crew.listener, second.id, ANSWER + 1, 0, 0));
	EXPECT_TRUE(crew_returned(0, 1, ANSWER));
	EXPECT_TRUE(crew_returned(1, 1, ANSWER + 1));
	EXPECT_EQ(0, crew_end());
}

TEST(first_answer_counts)
{
	struct seccomp_notif notif;

	ASSERT_TRUE(crew_start(1, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	EXPECT_EQ(-1, notif_send(crew.listener, notif.id, ANSWER + 1, 0, 0));
	EXPECT_TRUE(errno == ENOENT || errno == EINPROGRESS);
	EXPECT_TRUE(crew_returned(0, 1, ANSWER));
	EXPECT_EQ(-1, notif_send(crew.listener, notif.id, ANSWER + 1, 0, 0));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(0, crew_end());
}

TEST(b33_first_come_first_served)
{
	static const unsigned int order[] = { 3, 0, 4, 1, 2 };
	struct seccomp_notif notif;
	unsigned int i;

	ASSERT_TRUE(crew_start(ARRAY_SIZE(order), 0));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		ASSERT_TRUE(crew_call(order[i]));
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		ASSERT_EQ(0, notif_recv(crew.listener, &notif));
		EXPECT_EQ((__u32)callers[order[i]].pid, notif.pid);
		ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	}
	EXPECT_EQ(0, crew_end());
}

TEST(answers_in_any_order_find_their_calls)
{
	static const unsigned int order[] = { 2, 4, 0, 3, 1 };
	struct seccomp_notif notifs[ARRAY_SIZE(order)];
	unsigned int i, k;

	ASSERT_TRUE(crew_start(ARRAY_SIZE(order), 0));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		ASSERT_TRUE(crew_call(i));
	for (i = 0; i < ARRAY_SIZE(order); i++)
		ASSERT_EQ(0, notif_recv(crew.listener, &notifs[i]));
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		int caller = crew_find(notifs[order[i]].pid);

		ASSERT_LE(0, caller);
		ASSERT_EQ(0, notif_send(crew.listener, notifs[order[i]].id, ANSWER + caller, 0, 0));
		EXPECT_TRUE(crew_returned(caller, 1, ANSWER + caller));
		/* The others still wait. */
		for (k = i + 1; k < ARRAY_SIZE(order); k++)
			EXPECT_EQ(0, notif_id_valid(crew.listener, notifs[order[k]].id));
	}
	EXPECT_EQ(0, crew_end());
}

/* To ask */
FIXTURE(id_valid) {
};

FIXTURE_VARIANT(id_valid) {
	unsigned long request;
};

FIXTURE_SETUP(id_valid)
{
}

FIXTURE_TEARDOWN(id_valid)
{
}

FIXTURE_VARIANT_ADD(id_valid, right_direction) { SECCOMP_IOCTL_NOTIF_ID_VALID };
FIXTURE_VARIANT_ADD(id_valid, b14_wrong_direction) { SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR };

static int id_error(unsigned long request, uint64_t id)
{
	return ioctl(crew.listener, request, &id) ? errno : 0;
}

TEST_F(id_valid, while_received_and_not_answered)
{
	struct seccomp_notif first, second;

	ASSERT_TRUE(crew_start(2, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_TRUE(crew_call(1));
	ASSERT_EQ(0, notif_recv(crew.listener, &first));
	EXPECT_EQ(0, id_error(variant->request, first.id));
	EXPECT_EQ(0, id_error(variant->request, first.id));
	EXPECT_EQ(ENOENT, id_error(variant->request, first.id + 1));
	EXPECT_EQ(ENOENT, id_error(variant->request, 0));
	ASSERT_EQ(0, notif_recv(crew.listener, &second));
	ASSERT_EQ(first.id + 1, second.id);
	EXPECT_EQ(0, id_error(variant->request, second.id));
	EXPECT_EQ(-1, ioctl(crew.listener, variant->request, BAD_POINTER));
	EXPECT_EQ(EFAULT, errno);

	ASSERT_EQ(0, notif_send(crew.listener, first.id, ANSWER, 0, 0));
	EXPECT_EQ(ENOENT, id_error(variant->request, first.id));
	EXPECT_EQ(0, id_error(variant->request, second.id));
	ASSERT_EQ(0, notif_send(crew.listener, second.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 1, ANSWER) && crew_returned(1, 1, ANSWER));
	EXPECT_EQ(ENOENT, id_error(variant->request, second.id));
	EXPECT_EQ(0, crew_end());
}

TEST_F(id_valid, not_after_the_end_of_the_call)
{
	struct seccomp_notif killed, interrupted;

	ASSERT_TRUE(crew_start(2, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_TRUE(crew_call(1));
	ASSERT_EQ(0, notif_recv(crew.listener, &killed));
	ASSERT_EQ(0, notif_recv(crew.listener, &interrupted));
	ASSERT_EQ(0, kill(callers[0].pid, SIGKILL));
	ASSERT_EQ(0, kill(callers[1].pid, SIGUSR1));
	EXPECT_TRUE(crew_failed(1, 1, EINTR));
	EXPECT_EQ(1, crew_end());
	EXPECT_EQ(ENOENT, id_error(variant->request, killed.id));
	EXPECT_EQ(ENOENT, id_error(variant->request, interrupted.id));
	EXPECT_EQ(-1, notif_send(crew.listener, killed.id, ANSWER, 0, 0));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(-1, notif_send(crew.listener, interrupted.id, ANSWER, 0, 0));
	EXPECT_EQ(ENOENT, errno);
}

TEST(unknown_requests_are_refused)
{
	static const unsigned long requests[] = {
		SECCOMP_IO(0), SECCOMP_IOR(0, struct seccomp_notif), SECCOMP_IOWR(0, char),
		SECCOMP_IOW(1, struct seccomp_notif_resp), SECCOMP_IOWR(2, __u64), SECCOMP_IO(2),
		SECCOMP_IOW(4, char), SECCOMP_IO(5), SECCOMP_IOWR(5, __u64), SECCOMP_IO(0x80),
		_IOWR('"', 0, struct seccomp_notif), 0,
	};
	union {
		struct seccomp_notif notif;
		__u64 id;
	} argument;
	struct seccomp_notif notif;
	unsigned int i;

	ASSERT_TRUE(crew_start(2, 0));
	ASSERT_TRUE(crew_call(0));
	ASSERT_TRUE(crew_call(1));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		memset(&argument, 0, sizeof(argument));
		argument.id = notif.id;
		EXPECT_EQ(-1, ioctl(crew.listener, requests[i], &argument));
		EXPECT_EQ(EINVAL, errno)
			TH_LOG("case %u", i);
	}
	EXPECT_EQ(POLLIN | POLLOUT, listener_events(crew.listener, 0));
	ASSERT_EQ(0, close(crew.listener));
	EXPECT_EQ(0, crew_end());
}

static int set_flags_error(unsigned long flags)
{
	return ioctl(crew.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags) ? errno : 0;
}

TEST(set_flags)
{
	static const unsigned long unknown[] = { 2, 3, 1UL << 31 };
	unsigned int i;

	ASSERT_TRUE(crew_start(2, 0));
	for (i = 0; i < ARRAY_SIZE(unknown); i++)
		EXPECT_EQ(EINVAL, set_flags_error(unknown[i]));
	EXPECT_EQ(0, set_flags_error(SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
	EXPECT_EQ(0, set_flags_error(SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
	for (i = 0; i < 10; i++)
		EXPECT_TRUE(crew_round_trip(i % 2, ANSWER + i));
	/* A reader and a poller who sleep are woken, too. */
	ASSERT_TRUE(reader_start(0, 0));
	ASSERT_TRUE(poller_start(1, POLLOUT));
	ASSERT_TRUE(crew_call(0));
	EXPECT_TRUE(watcher_end(0) && !watchers[0].result);
	EXPECT_TRUE(watcher_end(1) && watchers[1].events == POLLOUT);
	ASSERT_EQ(0, notif_send(crew.listener, watchers[0].notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 6, ANSWER));

	EXPECT_EQ(0, set_flags_error(0));
	EXPECT_TRUE(crew_round_trip(0, ANSWER));
	EXPECT_EQ(0, crew_end());
}

/* To poll */
FIXTURE(poll) {
};

FIXTURE_VARIANT(poll) {
	bool epoll;
};

FIXTURE_SETUP(poll)
{
}

FIXTURE_TEARDOWN(poll)
{
}

FIXTURE_VARIANT_ADD(poll, poll) { .epoll = false };
FIXTURE_VARIANT_ADD(poll, epoll) { .epoll = true };

TEST_F(poll, tells_what_can_be_done)
{
	struct seccomp_notif first, second;
	int epoll;

	ASSERT_TRUE(crew_start(2, 0));
	epoll = epoll_on(crew.listener, EPOLLIN | EPOLLOUT);
	ASSERT_LE(0, epoll);
#define EVENTS() (variant->epoll ? epoll_events(epoll, 0) : listener_events(crew.listener, 0))
	EXPECT_EQ(0, EVENTS());
	ASSERT_TRUE(crew_call(0));
	EXPECT_EQ(POLLIN, EVENTS());
	ASSERT_EQ(0, notif_recv(crew.listener, &first));
	EXPECT_EQ(POLLOUT, EVENTS());
	ASSERT_TRUE(crew_call(1));
	EXPECT_EQ(POLLIN | POLLOUT, EVENTS());
	ASSERT_EQ(0, notif_send(crew.listener, first.id, ANSWER, 0, 0));
	EXPECT_EQ(POLLIN, EVENTS());
	ASSERT_EQ(0, notif_recv(crew.listener, &second));
	EXPECT_EQ(POLLOUT, EVENTS());
	ASSERT_EQ(0, notif_send(crew.listener, second.id, ANSWER, 0, 0));
	EXPECT_EQ(0, EVENTS());
	EXPECT_EQ(0, crew_end());
	EXPECT_EQ(POLLHUP, EVENTS());
#undef EVENTS
}

TEST(edges_are_told)
{
	struct seccomp_notif notif;
	int epoll;

	ASSERT_TRUE(crew_start(2, 0));
	epoll = epoll_on(crew.listener, EPOLLIN | EPOLLOUT | EPOLLET);
	ASSERT_LE(0, epoll);
	ASSERT_TRUE(crew_call(0));
	EXPECT_EQ(EPOLLIN, epoll_events(epoll, 0));
	EXPECT_EQ(0, epoll_events(epoll, 0));
	/* Another of what there is already is an edge, too. */
	ASSERT_TRUE(crew_call(1));
	EXPECT_EQ(EPOLLIN, epoll_events(epoll, 0));
	EXPECT_EQ(0, epoll_events(epoll, 0));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	EXPECT_EQ(EPOLLIN | EPOLLOUT, epoll_events(epoll, 0));
	EXPECT_EQ(0, epoll_events(epoll, 0));
	ASSERT_EQ(0, close(crew.listener));
	EXPECT_EQ(0, crew_end());
}

FIXTURE(pollers) {
};

FIXTURE_VARIANT(pollers) {
	int events;
};

FIXTURE_SETUP(pollers)
{
}

FIXTURE_TEARDOWN(pollers)
{
}

FIXTURE_VARIANT_ADD(pollers, in) { POLLIN };
FIXTURE_VARIANT_ADD(pollers, out) { POLLOUT };
FIXTURE_VARIANT_ADD(pollers, hup) { POLLHUP };

TEST_F(pollers, all_wake_up)
{
	struct seccomp_notif notif;
	unsigned int i;

	ASSERT_TRUE(crew_start(1, 0));
	if (variant->events == POLLOUT)
		ASSERT_TRUE(crew_call(0));
	for (i = 0; i < 4; i++)
		ASSERT_TRUE(poller_start(i, variant->events));

	if (variant->events == POLLIN) {
		ASSERT_TRUE(crew_call(0));
	} else if (variant->events == POLLOUT) {
		ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	} else {
		ASSERT_EQ(0, crew_end());
	}
	for (i = 0; i < 4; i++) {
		EXPECT_TRUE(watcher_end(i));
		EXPECT_EQ(1, watchers[i].result);
		EXPECT_EQ(variant->events, watchers[i].events);
	}
	ASSERT_EQ(0, close(crew.listener));
	if (variant->events != POLLHUP)
		EXPECT_EQ(0, crew_end());
}

/* Signals that end the wait */
FIXTURE(interrupted) {
};

FIXTURE_VARIANT(interrupted) {
	unsigned int flags;
	bool received;
};

FIXTURE_SETUP(interrupted)
{
}

FIXTURE_TEARDOWN(interrupted)
{
}

FIXTURE_VARIANT_ADD(interrupted, queued) { 0, false };
FIXTURE_VARIANT_ADD(interrupted, received) { 0, true };
FIXTURE_VARIANT_ADD(interrupted, queued_wait_killable_recv) { WAIT_KILLABLE_RECV, false };

TEST_F(interrupted, call_fails)
{
	struct seccomp_notif notif;

	ASSERT_TRUE(crew_start(1, variant->flags));
	ASSERT_TRUE(crew_call(0));
	if (variant->received)
		ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	ASSERT_EQ(0, kill(callers[0].pid, SIGUSR1));
	EXPECT_TRUE(crew_failed(0, 1, EINTR));
	EXPECT_EQ(1U, callers[0].handled);
	EXPECT_EQ(0, listener_events(crew.listener, 0));
	if (variant->received) {
		EXPECT_EQ(-1, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
		EXPECT_EQ(ENOENT, errno);
	}
	EXPECT_TRUE(crew_round_trip(0, ANSWER));
	EXPECT_EQ(0, crew_end());
}

TEST_F(interrupted, call_comes_anew)
{
	struct seccomp_notif notif = {}, again;

	crew_sa_flags = SA_RESTART;
	ASSERT_TRUE(crew_start(1, variant->flags));
	/* So that an id before that of the call is known. */
	ASSERT_TRUE(crew_call(0));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	ASSERT_TRUE(crew_called(0, 1));

	ASSERT_TRUE(crew_call(0));
	if (variant->received)
		ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	ASSERT_EQ(0, kill(callers[0].pid, SIGUSR1));
	ASSERT_TRUE(EVENTUALLY(load(&callers[0].handled) == 1));
	ASSERT_EQ(0, notif_recv(crew.listener, &again));
	EXPECT_EQ((__u32)callers[0].pid, again.pid);
	EXPECT_LT(notif.id + !variant->received, again.id);
	EXPECT_EQ(-1, notif_send(crew.listener, notif.id, ANSWER + 1, 0, 0));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(1U, callers[0].calls);
	ASSERT_EQ(0, notif_send(crew.listener, again.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 2, ANSWER));
	EXPECT_EQ(0, crew_end());
}

/* Beyond the existing implementation, where the task may have seen that it was received. */
TEST(signal_interrupts_what_recv_could_not_write)
{
	ASSERT_TRUE(crew_start(1, WAIT_KILLABLE_RECV));
	ASSERT_TRUE(crew_call(0));
	EXPECT_EQ(-1, ioctl(crew.listener, SECCOMP_IOCTL_NOTIF_RECV, unwritable()));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_TRUE(EVENTUALLY(sleeps_in(callers[0].pid, NOTIFIED_CALL)));
	ASSERT_EQ(0, kill(callers[0].pid, SIGUSR1));
	EXPECT_TRUE(crew_failed(0, 1, EINTR));
	EXPECT_EQ(0, listener_events(crew.listener, 0));
	EXPECT_EQ(0, crew_end());
}

/* Signals that do not */
FIXTURE(killable) {
	struct seccomp_notif notif;
};

FIXTURE_VARIANT(killable) {
	unsigned int flags;
	bool received;
};

FIXTURE_VARIANT_ADD(killable, received_wait_killable_recv) { WAIT_KILLABLE_RECV, true };
FIXTURE_VARIANT_ADD(killable, b19_queued_wait_killable) { WAIT_KILLABLE, false };
FIXTURE_VARIANT_ADD(killable, received_wait_killable) { WAIT_KILLABLE, true };
FIXTURE_VARIANT_ADD(killable, b19_queued_both) { WAIT_KILLABLE | WAIT_KILLABLE_RECV, false };
FIXTURE_VARIANT_ADD(killable, received_both) { WAIT_KILLABLE | WAIT_KILLABLE_RECV, true };

FIXTURE_SETUP(killable)
{
	ASSERT_TRUE(crew_start(1, variant->flags));
	ASSERT_TRUE(crew_call(0));
	if (variant->received)
		ASSERT_EQ(0, notif_recv(crew.listener, &self->notif));
}

FIXTURE_TEARDOWN(killable)
{
}

TEST_F(killable, signal_waits_for_the_answer)
{
	/* A second one finds the task where the first has left it. */
	EXPECT_TRUE(sleeps_through(callers[0].pid, SIGUSR1));
	EXPECT_TRUE(sleeps_through(callers[0].pid, SIGUSR1));
	EXPECT_TRUE(sleeps_in(callers[0].pid, NOTIFIED_CALL));
	if (!variant->received)
		ASSERT_EQ(0, notif_recv(crew.listener, &self->notif));
	/* Nor does one that has been there before the call was received. */
	EXPECT_TRUE(sleeps_through(callers[0].pid, SIGUSR1));
	EXPECT_EQ(0U, load(&callers[0].handled));
	EXPECT_EQ(0, notif_id_valid(crew.listener, self->notif.id));

	EXPECT_EQ(0, notif_send(crew.listener, self->notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 1, ANSWER));
	EXPECT_EQ(1U, load(&callers[0].handled));
	EXPECT_EQ(0, crew_end());
}

FIXTURE(fatal) {
};

FIXTURE_VARIANT(fatal) {
	unsigned int flags;
	bool received, others_wait;
};

FIXTURE_SETUP(fatal)
{
}

FIXTURE_TEARDOWN(fatal)
{
}

FIXTURE_VARIANT_ADD(fatal, queued) { 0, false, false };
FIXTURE_VARIANT_ADD(fatal, received) { 0, true, false };
FIXTURE_VARIANT_ADD(fatal, queued_wait_killable_recv) { WAIT_KILLABLE_RECV, false, false };
FIXTURE_VARIANT_ADD(fatal, received_wait_killable_recv) { WAIT_KILLABLE_RECV, true, true };
FIXTURE_VARIANT_ADD(fatal, queued_wait_killable) { WAIT_KILLABLE, false, true };
FIXTURE_VARIANT_ADD(fatal, received_wait_killable) { WAIT_KILLABLE, true, true };

TEST_F(fatal, signal_ends_the_wait)
{
	static const int signals[] = { SIGTERM, SIGKILL };
	struct seccomp_notif notif;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		ASSERT_TRUE(crew_start(1, variant->flags));
		ASSERT_TRUE(crew_call(0));
		if (variant->received)
			ASSERT_EQ(0, notif_recv(crew.listener, &notif));
		/*
		 * With one pending that does not: then the kernel looks who could take the
		 * next, and finds nobody to be ended at once, but for SIGKILL.
		 */
		if (signals[i] == SIGKILL && variant->others_wait)
			ASSERT_TRUE(sleeps_through(callers[0].pid, SIGUSR1));
		ASSERT_EQ(0, kill(callers[0].pid, signals[i]));
		EXPECT_EQ(1, crew_end());
		EXPECT_EQ(0U, callers[0].calls);
		EXPECT_EQ(0U, callers[0].handled);
		EXPECT_EQ(POLLHUP, listener_events(crew.listener, 0));
		if (variant->received) {
			EXPECT_EQ(-1, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
			EXPECT_EQ(ENOENT, errno);
		}
	}
}

/*
 * B-18: in each round one CPU sends a signal and another the answer, one of them a little later
 * than the other. Of an answer that SEND has accepted, the call knows.
 */
#define DUEL_ROUNDS	2000
/* Two rounds in which nothing is left to chance. */
#define ANSWER_FIRST	0
#define SIGNAL_FIRST	1

static struct duel {
	pid_t target;
	unsigned int ready, start, answered, struck, handled;	/* rounds, signals */
	/* Bytes for those who are to sleep until then. */
	int arm[2], called[2], next[2];
	long result;
	int error;
} *duel;

static bool pass_on(int fd)
{
	return write(fd, "x", 1) == 1;
}

static void duel_handle(int sig)
{
	store(&duel->handled, duel->handled + 1);
}

static void use_cpu(unsigned int n)
{
	cpu_set_t cpus, one;
	unsigned int cpu = 0;

	CHILD_REQUIRE(!sched_getaffinity(0, sizeof(cpus), &cpus));
	n %= CPU_COUNT(&cpus);
	while (!CPU_ISSET(cpu, &cpus) || n--)
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	CHILD_REQUIRE(!sched_setaffinity(0, sizeof(one), &one));
}

static int duel_call(void *unused)
{
	unsigned int round;

	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	use_cpu(1);
	handle_in(SIGUSR1, duel_handle, 0);
	for (round = 1; ; round++) {
		duel->result = syscall(NOTIFIED_CALL);
		duel->error = errno;
		/* The signal of this round is not to get into the next. */
		CHILD_REQUIRE(EVENTUALLY(load(&duel->handled) == round));
		CHILD_REQUIRE(pass_on(duel->called[1]));
		if (read_order(duel->next[0]) == 'q')
			return 0;
	}
}

/* Early in one round and late in another; so is the other side, when this is not. */
static void lag(unsigned int round, unsigned int side)
{
	const uint64_t since = now_ns();
	/* From microseconds on to what a slow machine takes to wake a task. */
	const uint64_t delay = (2000ULL + round * 300 % 1900) << round / 2 % 10;

	if (round % 2 == side)
		while (now_ns() - since < delay)
			;
}

static void *duel_strike(void *unused)
{
	unsigned int round;

	use_cpu(1);
	for (round = 0; read_order(duel->arm[0]) != 'q'; round++) {
		store(&duel->ready, round + 1);
		CHILD_REQUIRE(EVENTUALLY(load(&duel->start) > round));
		if (round == ANSWER_FIRST)
			CHILD_REQUIRE(EVENTUALLY(load(&duel->answered) > round));
		lag(round, 1);
		CHILD_REQUIRE(!kill(duel->target, SIGUSR1));
		store(&duel->struck, round + 1);
	}
	return NULL;
}

FIXTURE(b18) {
	pthread_t striker;
};

FIXTURE_VARIANT(b18) {
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(b18, plain) { 0 };
FIXTURE_VARIANT_ADD(b18, wait_killable_recv) { WAIT_KILLABLE_RECV };
FIXTURE_VARIANT_ADD(b18, wait_killable) { WAIT_KILLABLE };

FIXTURE_SETUP(b18)
{
	duel = shared_memory(sizeof(*duel));
	ASSERT_TRUE(duel != NULL);
	ASSERT_TRUE(!pipe(duel->arm) && !pipe(duel->called) && !pipe(duel->next));
	ASSERT_TRUE(target_start(&crew, variant->flags, duel_call, NULL));
	duel->target = crew.pid;
	ASSERT_EQ(0, pthread_create(&self->striker, NULL, duel_strike, NULL));
	use_cpu(0);
}

FIXTURE_TEARDOWN(b18)
{
}

TEST_F(b18, answer_that_was_accepted_is_the_result)
{
	const uint64_t since = now_ns();
	unsigned int round, accepted = 0;
	struct seccomp_notif notif;
	bool sent;

	for (round = 0; round < DUEL_ROUNDS; round++) {
		if (round > FEW_ROUNDS && now_ns() - since > BUDGET_NS)
			break;
		if (round)
			ASSERT_TRUE(pass_on(duel->next[1]));
		ASSERT_EQ(0, notif_recv(crew.listener, &notif));
		ASSERT_TRUE(pass_on(duel->arm[1]));
		ASSERT_TRUE(EVENTUALLY(load(&duel->ready) > round));
		store(&duel->start, round + 1);
		if (round == SIGNAL_FIRST)
			ASSERT_TRUE(EVENTUALLY(load(variant->flags ? &duel->struck :
						    &duel->handled) > round));
		lag(round, 0);
		sent = !notif_send(crew.listener, notif.id, ANSWER + round, 0, 0);
		if (!sent)
			ASSERT_EQ(ENOENT, errno);
		store(&duel->answered, round + 1);
		ASSERT_EQ('x', read_order(duel->called[0]));

		accepted += sent;
		if (sent) {
			ASSERT_EQ(ANSWER + (long)round, duel->result)
				TH_LOG("round %u, errno %d", round, duel->error);
		} else {
			ASSERT_EQ(0U, variant->flags);
			ASSERT_EQ(-1, duel->result);
			ASSERT_EQ(EINTR, duel->error);
		}
	}
	EXPECT_LT((unsigned int)FEW_ROUNDS, round);
	if (variant->flags) {
		EXPECT_EQ(round, accepted);
	} else {
		EXPECT_LT(0U, accepted);
		EXPECT_GT(round, accepted);
	}
	TH_LOG("%u rounds, %u answers accepted", round, accepted);

	ASSERT_EQ(1, write(duel->next[1], "q", 1));
	ASSERT_EQ(1, write(duel->arm[1], "q", 1));
	EXPECT_EQ(0, pthread_join(self->striker, NULL));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

/* Who is under the filter */
static int call_by_child_too(void *arg)
{
	pid_t pid = fork();

	CHILD_REQUIRE(pid >= 0);
	if (!pid)
		_exit(call_returns(arg));
	return !exited_with(wait_status(pid), 0) || call_returns(arg);
}

TEST(child_inherits_the_listener)
{
	struct seccomp_notif by_child, by_parent;
	int answer = ANSWER;

	ASSERT_TRUE(target_start(&crew, 0, call_by_child_too, &answer));
	ASSERT_EQ(0, notif_recv(crew.listener, &by_child));
	EXPECT_NE((__u32)crew.pid, by_child.pid);
	EXPECT_EQ(crew.pid, status_field(by_child.pid, "PPid"));
	ASSERT_EQ(0, notif_send(crew.listener, by_child.id, ANSWER, 0, 0));
	ASSERT_EQ(0, notif_recv(crew.listener, &by_parent));
	EXPECT_EQ((__u32)crew.pid, by_parent.pid);
	ASSERT_EQ(0, notif_send(crew.listener, by_parent.id, ANSWER, 0, 0));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

/* What the next test executes: it makes the call, and the listener is no open file of it. */
static int executed(int listener)
{
	int answer = ANSWER;

	CHILD_REQUIRE(fcntl(listener, F_GETFD) == -1 && errno == EBADF);
	return call_returns(&answer);
}

static void execute_under_listener(int sock)
{
	char number[16];
	int listener;

	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	listener = listener_install(0);
	CHILD_REQUIRE(listener >= 0 && fd_send(sock, listener));
	snprintf(number, sizeof(number), "%d", listener);
	execl("/proc/self/exe", "notif_test", CALL, number, NULL);
	CHILD_REQUIRE(!"executed");
}

TEST(filter_outlives_exec_and_listener_does_not)
{
	struct seccomp_notif notif;
	int pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	crew.pid = fork();
	if (!crew.pid)
		execute_under_listener(pair[1]);
	close(pair[1]);
	crew.listener = fd_receive(pair[0]);
	ASSERT_LE(0, crew.listener);
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	EXPECT_EQ((__u32)crew.pid, notif.pid);
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER, 0, 0));
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

/* Tracers come before: what they make of a call is what the supervisor hears of. */
#define CHANGED_CALL	__NR_getuid
#define SYSCALL_STOP	(SIGTRAP | 0x80)
#define SECCOMP_STOP	(SIGTRAP | PTRACE_EVENT_SECCOMP << 8)

static int call_traced(void *arg)
{
	const int *nr = arg;

	CHILD_REQUIRE(!filter_install(0, &PROGRAM(ON_NR(CHANGED_CALL, SECCOMP_RET_TRACE),
						  ON_NR(NOTIFIED_CALL, SECCOMP_RET_TRACE),
						  RET(SECCOMP_RET_ALLOW))));
	CHILD_REQUIRE(!ptrace(PTRACE_TRACEME, 0, 0, 0));
	CHILD_REQUIRE(!raise(SIGSTOP));
	return syscall(*nr) != ANSWER + 1;
}

/* Lets the target run to its next stop of this kind. */
static bool run_to_stop(int request, int stop)
{
	int status;

	if (ptrace(request, crew.pid, 0, 0))
		return false;
	status = wait_status(crew.pid);
	return status >= 0 && WIFSTOPPED(status) && status >> 8 == stop;
}

/* Starts a target that stops before it makes that call. */
static bool traced_start(int *nr)
{
	int status;

	if (!target_start(&crew, 0, call_traced, nr))
		return false;
	status = wait_status(crew.pid);
	return status >= 0 && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP &&
	       !ptrace(PTRACE_SETOPTIONS, crew.pid, 0,
		       PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
}

/* The notification is there while the target is in no stop. Its result then is one more. */
static bool answer_traced(void)
{
	struct seccomp_notif notif;
	int status;

	return !notif_recv(crew.listener, &notif) && notif.pid == (__u32)crew.pid &&
	       notif.data.nr == NOTIFIED_CALL && !waitpid(crew.pid, &status, WNOHANG) &&
	       !notif_send(crew.listener, notif.id, ANSWER, 0, 0) &&
	       wait_status(crew.pid) >> 8 == SYSCALL_STOP &&
	       tracee_ret(crew.pid) == ANSWER && tracee_set_ret(crew.pid, ANSWER + 1) &&
	       !ptrace(PTRACE_DETACH, crew.pid, 0, 0) &&
	       exited_with(wait_status(crew.pid), 0);
}

TEST(notification_comes_after_the_stop_at_the_entry)
{
	int nr = CHANGED_CALL;

	ASSERT_TRUE(traced_start(&nr));
	do {
		ASSERT_TRUE(run_to_stop(PTRACE_SYSCALL, SYSCALL_STOP));
	} while (tracee_nr(crew.pid) != CHANGED_CALL);
	EXPECT_EQ(0, listener_events(crew.listener, 0));
	ASSERT_TRUE(tracee_set_nr(crew.pid, NOTIFIED_CALL));
	ASSERT_EQ(0, ptrace(PTRACE_SYSCALL, crew.pid, 0, 0));
	EXPECT_TRUE(answer_traced());
}

TEST(call_that_a_tracer_has_put_there_is_notified)
{
	int nr = CHANGED_CALL;

	ASSERT_TRUE(traced_start(&nr));
	ASSERT_TRUE(run_to_stop(PTRACE_CONT, SECCOMP_STOP));
	EXPECT_EQ(0, listener_events(crew.listener, 0));
	ASSERT_TRUE(tracee_set_nr(crew.pid, NOTIFIED_CALL));
	ASSERT_EQ(0, ptrace(PTRACE_SYSCALL, crew.pid, 0, 0));
	EXPECT_TRUE(answer_traced());
}

TEST(notified_call_is_not_the_tracers_too)
{
	struct seccomp_notif notif;
	int nr = NOTIFIED_CALL;

	ASSERT_TRUE(traced_start(&nr));
	ASSERT_EQ(0, ptrace(PTRACE_CONT, crew.pid, 0, 0));
	ASSERT_EQ(0, notif_recv(crew.listener, &notif));
	ASSERT_EQ(0, notif_send(crew.listener, notif.id, ANSWER + 1, 0, 0));
	/* With no stop on the way. */
	EXPECT_TRUE(exited_with(wait_status(crew.pid), 0));
}

/* Who restores a filter by what is told of it cannot restore its listener. */
FIXTURE(metadata) {
};

FIXTURE_VARIANT(metadata) {
	unsigned int flags, shown;
};

FIXTURE_SETUP(metadata)
{
}

FIXTURE_TEARDOWN(metadata)
{
}

FIXTURE_VARIANT_ADD(metadata, none) { 0, 0 };
FIXTURE_VARIANT_ADD(metadata, log) { SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_LOG };
FIXTURE_VARIANT_ADD(metadata, wait_killable_recv) { WAIT_KILLABLE_RECV, 0 };
FIXTURE_VARIANT_ADD(metadata, new_ones) { WAIT_KILLABLE | ALLOW_NESTED, 0 };
FIXTURE_VARIANT_ADD(metadata, all) {
	SECCOMP_FILTER_FLAG_LOG | WAIT_KILLABLE_RECV | WAIT_KILLABLE | ALLOW_NESTED,
	SECCOMP_FILTER_FLAG_LOG,
};

TEST_F(metadata, shows_no_flag_of_a_listener)
{
	struct {
		uint64_t filter_off, flags;
	} metadata = { .flags = ~0ULL };
	int status;

	ASSERT_TRUE(crew_start(1, variant->flags));
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, callers[0].pid, 0, 0));
	ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, callers[0].pid, 0, 0));
	status = wait_status(callers[0].pid);
	ASSERT_TRUE(status >= 0 && WIFSTOPPED(status));
	EXPECT_EQ((long)sizeof(metadata),
		  ptrace(PTRACE_SECCOMP_GET_METADATA, callers[0].pid, sizeof(metadata), &metadata));
	EXPECT_EQ(variant->shown, metadata.flags);
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, callers[0].pid, 0, 0));
	EXPECT_EQ(0, crew_end());
}

/* What /proc says of a listener, beyond the existing implementation: from its flag on. */
static const char *listener_info(int listener)
{
	static char text[4096];
	char path[64], *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", listener);
	file_read(path, text, sizeof(text));
	info = strstr(text, "sync_wake_up:");
	return info ?: "";
}

#define COUNTS(sync, queued, received)						\
	"sync_wake_up:\t" #sync "\nqueued:\t" #queued "\nreceived:\t" #received	\
	"\nanswering:\t0\nanswered:\t0\n"

TEST(fdinfo_lists_the_calls)
{
	char wanted[1024];
	struct seccomp_notif first, second;

	ASSERT_TRUE(crew_start(2, 0));
	EXPECT_STREQ(COUNTS(0, 0, 0), listener_info(crew.listener));
	EXPECT_EQ(0, set_flags_error(SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
	EXPECT_EQ(EINVAL, set_flags_error(2));
	EXPECT_STREQ(COUNTS(1, 0, 0), listener_info(crew.listener));
	EXPECT_EQ(0, set_flags_error(0));

	ASSERT_TRUE(crew_call(1));
	ASSERT_TRUE(crew_call(0));
	ASSERT_EQ(0, notif_recv(crew.listener, &first));
	snprintf(wanted, sizeof(wanted), COUNTS(0, 1, 1)
		 "call:\t%llu pid %d arch %x nr %d received\n"
		 "call:\t%llu pid %d arch %x nr %d queued\n",
		 (unsigned long long)first.id, callers[1].pid, AUDIT_ARCH_CURRENT,
		 (int)NOTIFIED_CALL, (unsigned long long)first.id + 1, callers[0].pid,
		 AUDIT_ARCH_CURRENT, (int)NOTIFIED_CALL);
	EXPECT_STREQ(wanted, listener_info(crew.listener));

	ASSERT_EQ(0, notif_recv(crew.listener, &second));
	EXPECT_EQ(first.id + 1, second.id);
	ASSERT_EQ(0, notif_send(crew.listener, first.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(1, 1, ANSWER));
	snprintf(wanted, sizeof(wanted), COUNTS(0, 0, 1)
		 "call:\t%llu pid %d arch %x nr %d received\n",
		 (unsigned long long)second.id, callers[0].pid, AUDIT_ARCH_CURRENT,
		 (int)NOTIFIED_CALL);
	EXPECT_STREQ(wanted, listener_info(crew.listener));
	ASSERT_EQ(0, notif_send(crew.listener, second.id, ANSWER, 0, 0));
	EXPECT_TRUE(crew_returned(0, 1, ANSWER));
	EXPECT_STREQ(COUNTS(0, 0, 0), listener_info(crew.listener));
	EXPECT_EQ(0, crew_end());
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], CALL))
		return executed(atoi(argv[2]));
	return test_harness_run(argc, argv);
}
