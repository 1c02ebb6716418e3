// SPDX-License-Identifier: GPL-2.0
/*
 * What kcmp(2) says of filters: whether tasks have the same, whether descriptors are of the
 * same program, and an order that one can sort by.
 */
#include "prog.h"

#include <pthread.h>
#include <semaphore.h>

static long compare(pid_t one, pid_t other)
{
	return sys_kcmp(one, other, KCMP_SECCOMP_TYPE, 0, 0);
}

/* A child that has installed, with these flags, programs that differ in an errno. */
static pid_t confined(unsigned int flags, const char *errors)
{
	int done[2];
	pid_t pid;
	char byte;

	if (pipe(done))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (; *errors; errors++)
			CHILD_REQUIRE(!filter_install(flags, &PROGRAM(
				ON_NR(REFUSED_CALL, SECCOMP_RET_ERRNO | *errors),
				RET(SECCOMP_RET_ALLOW))));
		CHILD_REQUIRE(write(done[1], "d", 1) == 1);
		for (;;)
			pause();
	}
	close(done[1]);
	if (read(done[0], &byte, 1) != 1)
		return -1;
	close(done[0]);
	return pid;
}

FIXTURE(tasks) {
	pid_t none, a, a_again, b, ab, ab_again, ba, logged, waiting, waiting_again;
};

FIXTURE_SETUP(tasks)
{
	self->none = confined(0, "");
	self->a = confined(0, "a");
	self->a_again = confined(0, "a");
	self->b = confined(0, "b");
	self->ab = confined(0, "ab");
	self->ab_again = confined(0, "ab");
	self->ba = confined(0, "ba");
	self->logged = confined(SECCOMP_FILTER_FLAG_LOG, "a");
	self->waiting = confined(ON_EXEC, "a");
	self->waiting_again = confined(ON_EXEC, "a");
	ASSERT_LT(0, self->waiting_again);
}

FIXTURE_TEARDOWN(tasks)
{
	pid_t *pids = (pid_t *)self;

	for (size_t i = 0; i < sizeof(*self) / sizeof(*pids); i++)
		if (pids[i] > 0)
			kill(pids[i], SIGKILL);
}

TEST_F(tasks, equal)
{
	EXPECT_EQ(0, compare(getpid(), getpid()));
	EXPECT_EQ(0, compare(getpid(), self->none));
	EXPECT_EQ(0, compare(self->a, self->a));
	EXPECT_EQ(0, compare(self->a, self->a_again));
	EXPECT_EQ(0, compare(self->ab, self->ab_again));
	EXPECT_EQ(0, compare(self->waiting, self->waiting_again));
}

/* All that is not equal has an order, and one that does not contradict itself. */
TEST_F(tasks, order)
{
	pid_t pids[] = {
		self->none, self->a, self->b, self->ab, self->ba, self->logged, self->waiting,
	};
	long before[ARRAY_SIZE(pids)] = {};

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(pids); j++) {
			long order = compare(pids[i], pids[j]), reverse = compare(pids[j], pids[i]);

			EXPECT_EQ(i == j, order == 0);
			EXPECT_TRUE(order >= 0 && order <= 2);
			EXPECT_EQ(order, reverse ? 3 - reverse : 0);
			before[i] += order == 2;
		}
	}
	/* So each has its place: one has none before it, one has one, and so on. */
	for (size_t place = 0; place < ARRAY_SIZE(pids); place++) {
		int found = 0;

		for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
			found += before[i] == (long)place;
		EXPECT_EQ(1, found);
	}
}

TEST_F(tasks, a_child_has_its_parents)
{
	pid_t pid;

	ASSERT_EQ(0, filter_install(0, &ALLOWING));
	ASSERT_EQ(0, filter_install(ON_EXEC, &ALLOWING));
	pid = confined(0, "");
	EXPECT_EQ(0, compare(getpid(), pid));
	kill(pid, SIGKILL);
	pid = confined(0, "a");
	EXPECT_LT(0, compare(getpid(), pid));
	kill(pid, SIGKILL);
}

static sem_t thread_goes_on FUTEX_ALIGNED;

static void *wait_in_thread(void *arg)
{
	*(pid_t *)arg = sys_gettid();
	sem_post(&thread_goes_on);
	pause();
	return NULL;
}

TEST(threads_until_and_after_they_are_synchronised)
{
	pthread_t thread;
	pid_t tid;

	ASSERT_EQ(0, sem_init(&thread_goes_on, 0, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_in_thread, &tid));
	ASSERT_EQ(0, sem_wait(&thread_goes_on));
	EXPECT_EQ(0, compare(getpid(), tid));
	ASSERT_EQ(0, filter_install(0, &ALLOWING));
	EXPECT_LT(0, compare(getpid(), tid));
	ASSERT_EQ(0, filter_install(SECCOMP_FILTER_FLAG_TSYNC, &ALLOWING));
	EXPECT_EQ(0, compare(getpid(), tid));
}

static void compare_as_nobody(void *arg)
{
	const pid_t *pids = arg;

	CHILD_REQUIRE(become_nobody());
	CHILD_REQUIRE(compare(pids[0], pids[1]) == -1 && errno == EPERM);
	CHILD_REQUIRE(compare(getpid(), pids[1]) == -1 && errno == EPERM);
	CHILD_REQUIRE(sys_kcmp(pids[0], pids[1], KCMP_SECCOMP_PROG_TYPE, 0, 0) == -1);
	CHILD_REQUIRE(errno == EPERM);
}

TEST_F(tasks, permission)
{
	pid_t pids[] = { self->a, self->b };

	EXPECT_TRUE(exited_with(child_status(compare_as_nobody, pids), 0));
}

TEST_F(tasks, that_are_gone)
{
	pid_t pid = self->a;

	/* A zombie has no filters any more. */
	kill(pid, SIGKILL);
	ASSERT_EQ(0, waitid(P_PID, pid, NULL, WEXITED | WNOWAIT));
	EXPECT_EQ(0, compare(pid, self->none));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(-1, compare(pid, self->none));
	EXPECT_EQ(ESRCH, errno);
	self->a = 0;
}

/* Descriptors */

TEST(programs)
{
	int fd = prog_create(&REFUSING), same = prog_create(&REFUSING);
	int other = prog_create(&ALLOWING);
	pid_t pid = getpid();
	long order;

	ASSERT_LE(0, fd);
	ASSERT_LE(0, same);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, sys_kcmp(pid, pid, KCMP_SECCOMP_PROG_TYPE, fd, fd));
	EXPECT_EQ(0, sys_kcmp(pid, pid, KCMP_SECCOMP_PROG_TYPE, fd, same));
	/* Which are files of their own. */
	EXPECT_LT(0, sys_kcmp(pid, pid, KCMP_FILE, fd, same));
	order = sys_kcmp(pid, pid, KCMP_SECCOMP_PROG_TYPE, fd, other);
	EXPECT_TRUE(order == 1 || order == 2);
	EXPECT_EQ(3 - order, sys_kcmp(pid, pid, KCMP_SECCOMP_PROG_TYPE, other, same));
}

TEST(programs_of_another_task)
{
	int fd = prog_create(&REFUSING), own;
	pid_t pid;

	ASSERT_LE(0, fd);
	pid = confined(0, "");
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, sys_kcmp(getpid(), pid, KCMP_SECCOMP_PROG_TYPE, fd, fd));
	own = fcntl(prog_create(&ALLOWING), F_DUPFD, 100);
	ASSERT_LE(100, own);
	EXPECT_EQ(-1, sys_kcmp(getpid(), pid, KCMP_SECCOMP_PROG_TYPE, own, own));
	EXPECT_EQ(EBADF, errno);
	EXPECT_LT(0, sys_kcmp(getpid(), pid, KCMP_SECCOMP_PROG_TYPE, own, fd));
	kill(pid, SIGKILL);
}

TEST(what_is_no_program)
{
	int fd = prog_create(&REFUSING), pipes[2];
	pid_t pid = getpid();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ(-1, sys_kcmp(pid, pid, KCMP_SECCOMP_PROG_TYPE, fd, pipes[0]));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, sys_kcmp(pid, pid, KCMP_SECCOMP_PROG_TYPE, pipes[0], fd));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, sys_kcmp(pid, pid, KCMP_SECCOMP_PROG_TYPE, 1000, fd));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, sys_kcmp(pid, pid, KCMP_SECCOMP_PROG_TYPE + 1, fd, fd));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, sys_kcmp(pid, pid, KCMP_SECCOMP_TYPE - 1, fd, fd));
	EXPECT_EQ(EINVAL, errno);
}

TEST_HARNESS_MAIN
