// SPDX-License-Identifier: GPL-2.0
/*
 * SECCOMP_FILTER_FLAG_ON_EXEC: the filter lets pass whatever its installer does until another
 * program has taken its place, and no program gets around it.
 *
 * The other program is this one, which then tells by its exit status how it is confined.
 */
#include "notif.h"
#include "prog.h"

#include <pthread.h>
#include <semaphore.h>
#include <spawn.h>
#include <sys/stat.h>

/* Arguments that make this program report instead of testing. */
#define REPORT		"--report"
#define REPORT_TWICE	"--execute-once-more"

/* Exit statuses of the report: how many filters, and whether the call was refused. */
#define FREE(filters)		(filters)
#define CONFINED(filters)	(0x80 | (filters))
#define MANY			0x3e
#define NOT_TWICE		0x7e	/* the second execve was refused */
#define UNEXPECTED		0x7f

#define NESTING		SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS

static char self_path[4096];

static int report(void)
{
	long mode = status_field(0, "Seccomp"), filters = status_field(0, "Seccomp_filters");

	if (mode != (filters ? SECCOMP_MODE_FILTER : SECCOMP_MODE_DISABLED))
		return UNEXPECTED;
	if (filters > MANY)
		filters = MANY;
	return refused() ? CONFINED(filters) : FREE(filters);
}

static void execute(const char *argument)
{
	execl(self_path, self_path, argument, NULL);
	dprintf(STDERR_FILENO, "# execve: errno %d\n", errno);
	_exit(UNEXPECTED);
}

static void report_from_here(void *unused)
{
	execute(REPORT);
}

/* What a program reports that a child of the caller executes. */
static int report_of_child(void)
{
	int status = child_status(report_from_here, NULL);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Everything below happens in processes that end with the test. */
FIXTURE(waiting) {
};

FIXTURE_SETUP(waiting)
{
	ASSERT_EQ(0, filter_install(ON_EXEC, &REFUSING));
}

FIXTURE_TEARDOWN(waiting)
{
}

TEST_F(waiting, does_nothing_before)
{
	EXPECT_FALSE(refused());
	EXPECT_EQ(0, prctl(PR_GET_SECCOMP));
	EXPECT_EQ(0, status_field(0, "Seccomp"));
	EXPECT_EQ(0, status_field(0, "Seccomp_filters"));
}

TEST_F(waiting, confines_the_program)
{
	EXPECT_EQ(CONFINED(1), report_of_child());
	/* That was the child's. */
	EXPECT_FALSE(refused());
	EXPECT_EQ(CONFINED(1), report_of_child());
}

TEST_F(waiting, and_those_that_follow)
{
	int status = child_status((void (*)(void *))execute, REPORT_TWICE);

	EXPECT_TRUE(exited_with(status, CONFINED(1)));
}

/* Its installer may still do all that it forbids, execve included. */
TEST(lets_the_hand_over_pass)
{
	const struct sock_fprog forbidding = PROGRAM(
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_execve, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_close, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_fcntl, 1, 0),
		RET(SECCOMP_RET_ALLOW),
		RET(SECCOMP_RET_ERRNO | REFUSAL));
	pid_t pid = fork();

	if (!pid) {
		int fd = dup(STDERR_FILENO);

		CHILD_REQUIRE(!set_no_new_privs());
		CHILD_REQUIRE(!filter_install(ON_EXEC, &forbidding));
		CHILD_REQUIRE(!syscall(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC));
		CHILD_REQUIRE(!syscall(__NR_close, fd));
		execute(REPORT_TWICE);
	}
	EXPECT_TRUE(exited_with(wait_status(pid), NOT_TWICE));
}

static void fail_to_execute(const char *path, int error)
{
	CHILD_REQUIRE(execl(path, path, NULL) == -1 && errno == error);
	CHILD_REQUIRE(!refused() && status_field(0, "Seccomp_filters") == 0);
}

static void execute_after_failures(void *unused)
{
	char script[] = "/tmp/seccomp_on_exec.XXXXXX";
	int fd = mkstemp(script);

	CHILD_REQUIRE(fd >= 0);
	fail_to_execute("/no/such/file", ENOENT);
	fail_to_execute("/", EACCES);
	/* One with no right to, one that is no program, and one whose interpreter is missing. */
	fail_to_execute(script, EACCES);
	CHILD_REQUIRE(!fchmod(fd, 0700));
	CHILD_REQUIRE(write(fd, "what?", 5) == 5 && !close(fd));
	fail_to_execute(script, ENOEXEC);
	CHILD_REQUIRE(file_write(script, "#!/no/such/file\n"));
	fail_to_execute(script, ENOENT);
	CHILD_REQUIRE(!unlink(script));
	execute(REPORT);
}

TEST_F(waiting, survives_an_execve_that_fails)
{
	int status = child_status(execute_after_failures, NULL);

	EXPECT_TRUE(exited_with(status, CONFINED(1)));
}

static void execute_by_descriptor(void *unused)
{
	char *const argv[] = { self_path, REPORT, NULL }, *const envp[] = { NULL };
	int fd = open(self_path, O_PATH | O_CLOEXEC);

	CHILD_REQUIRE(fd >= 0);
	syscall(__NR_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	_exit(UNEXPECTED);
}

TEST_F(waiting, for_execveat_as_well)
{
	int status = child_status(execute_by_descriptor, NULL);

	EXPECT_TRUE(exited_with(status, CONFINED(1)));
}

static void execute_a_script(void *unused)
{
	char script[] = "/tmp/seccomp_on_exec.XXXXXX";
	int fd = mkstemp(script);

	CHILD_REQUIRE(fd >= 0);
	CHILD_REQUIRE(dprintf(fd, "#!%s %s\n", self_path, REPORT) > 0);
	CHILD_REQUIRE(!fchmod(fd, 0700) && !close(fd));
	execl(script, script, NULL);
	_exit(UNEXPECTED);
}

TEST_F(waiting, counts_once_for_a_script)
{
	int status = child_status(execute_a_script, NULL);

	EXPECT_TRUE(exited_with(status, CONFINED(1)));
}

TEST_F(waiting, is_inherited_by_whatever_starts_programs)
{
	char *const argv[] = { self_path, REPORT, NULL };
	int status;
	pid_t pid;

	ASSERT_EQ(0, posix_spawn(&pid, self_path, NULL, NULL, argv, NULL));
	EXPECT_TRUE(exited_with(wait_status(pid), CONFINED(1)));

	pid = vfork();
	if (!pid) {
		execl(self_path, self_path, REPORT, NULL);
		_exit(UNEXPECTED);
	}
	EXPECT_TRUE(exited_with(wait_status(pid), CONFINED(1)));

	/* By a grandchild whose parent is gone, too. */
	pid = fork();
	if (!pid) {
		status = report_of_child();
		_exit(status);
	}
	EXPECT_TRUE(exited_with(wait_status(pid), CONFINED(1)));
}

/* Whoever never executes anything is never confined, and neither are its children. */
static void just_go_on(void *unused)
{
	CHILD_REQUIRE(!refused());
	CHILD_REQUIRE(status_field(0, "Seccomp_filters") == 0);
}

TEST_F(waiting, does_not_confine_who_executes_nothing)
{
	EXPECT_TRUE(exited_with(child_status(just_go_on, NULL), 0));
}

TEST_F(waiting, excludes_strict_mode)
{
	EXPECT_EQ(-1, sys_seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, status_field(0, "Seccomp"));
}

/* With filters that do not wait */

TEST_F(waiting, is_the_newest_whatever_comes_before)
{
	/* This one is there at once, and gives way later to what waits. */
	ASSERT_EQ(0, filter_install(0, &PROGRAM(ON_NR(REFUSED_CALL, SECCOMP_RET_ERRNO | EUSERS),
						RET(SECCOMP_RET_ALLOW))));
	EXPECT_EQ(-1, syscall(REFUSED_CALL));
	EXPECT_EQ(EUSERS, errno);
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
	EXPECT_EQ(CONFINED(2), report_of_child());
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
}

TEST_F(waiting, is_there_with_all_others)
{
	for (int i = 0; i < 5; i++) {
		ASSERT_EQ(0, filter_install(0, &ALLOWING));
		ASSERT_EQ(0, filter_install(ON_EXEC, &ALLOWING));
	}
	EXPECT_EQ(5, status_field(0, "Seccomp_filters"));
	EXPECT_EQ(CONFINED(11), report_of_child());
}

TEST(comes_on_top_of_those_that_judge_already)
{
	ASSERT_EQ(0, filter_install(0, &PROGRAM(ON_NR(REFUSED_CALL, SECCOMP_RET_ERRNO | EUSERS),
						RET(SECCOMP_RET_ALLOW))));
	ASSERT_EQ(0, filter_install(ON_EXEC, &REFUSING));
	EXPECT_EQ(-1, syscall(REFUSED_CALL));
	EXPECT_EQ(EUSERS, errno);
	EXPECT_EQ(CONFINED(2), report_of_child());
}

/* With all that it may hold, a path can hold no more on top, whichever way it is filled. */
TEST(counts_for_the_length_of_the_path)
{
	static struct sock_filter insns[BPF_MAXINSNS] = {
		[0 ... BPF_MAXINSNS - 1] = RET(SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog longest = { BPF_MAXINSNS, insns };
	int installed = 0;

	while (!filter_install(installed % 2 ? ON_EXEC : 0, &longest) && installed < 100)
		installed++;
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(7, installed);
	EXPECT_EQ(-1, filter_install(0, &longest));
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_EQ(4, status_field(0, "Seccomp_filters"));
	EXPECT_EQ(FREE(7), report_of_child());
}

TEST_F(waiting, by_descriptor)
{
	int fd = prog_create(&ALLOWING);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, prog_attach(ON_EXEC, fd));
	EXPECT_EQ(CONFINED(2), report_of_child());
}

static void install_as_nobody(void *unused)
{
	CHILD_REQUIRE(become_nobody());
	CHILD_REQUIRE(filter_install(ON_EXEC, &REFUSING) == -1 && errno == EACCES);
	CHILD_REQUIRE(!set_no_new_privs());
	CHILD_REQUIRE(!filter_install(ON_EXEC, &REFUSING));
	execute(REPORT);
}

TEST(takes_the_privilege_of_any_filter)
{
	int status = child_status(install_as_nobody, NULL);

	EXPECT_TRUE(exited_with(status, CONFINED(1)));
}

/* Its listener */

TEST(listener_is_there_before_the_program)
{
	struct pollfd poll_for = { .events = POLLIN };
	int pair[2], status;
	struct seccomp_notif notif;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	pid = fork();
	if (!pid) {
		int listener = listener_install(ON_EXEC);

		CHILD_REQUIRE(listener >= 0 && fd_send(pair[1], listener));
		close(listener);
		/* Nobody is asked yet. */
		CHILD_REQUIRE(syscall(NOTIFIED_CALL) == getppid());
		execute(REPORT);
	}
	close(pair[1]);
	poll_for.fd = fd_receive(pair[0]);
	ASSERT_LE(0, poll_for.fd);
	ASSERT_EQ(0, notif_recv(poll_for.fd, &notif));
	EXPECT_EQ(NOTIFIED_CALL, notif.data.nr);
	EXPECT_EQ(pid, (pid_t)notif.pid);
	EXPECT_EQ(0, notif_send(poll_for.fd, notif.id, 0, -REFUSAL, 0));
	status = wait_status(pid);
	EXPECT_TRUE(exited_with(status, CONFINED(1)));
	EXPECT_EQ(1, poll(&poll_for, 1, PATIENCE_MS));
	EXPECT_EQ(POLLHUP, poll_for.revents);
}

/* It is told when no program will come, and keeps its place when a filter comes below. */
TEST(listener_of_one_who_never_executes)
{
	struct pollfd poll_for = { .events = POLLIN };
	int pair[2], status;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	pid = fork();
	if (!pid) {
		int listener = listener_install(ON_EXEC);

		CHILD_REQUIRE(listener >= 0 && fd_send(pair[1], listener));
		CHILD_REQUIRE(!filter_install(0, &ALLOWING));
		close(listener);
		CHILD_REQUIRE(write(pair[1], "i", 1) == 1);
		CHILD_REQUIRE(read(pair[1], &(char){ 0 }, 1) == 1);
		_exit(0);
	}
	close(pair[1]);
	poll_for.fd = fd_receive(pair[0]);
	ASSERT_LE(0, poll_for.fd);
	ASSERT_EQ(1, read(pair[0], &(char){ 0 }, 1));
	EXPECT_EQ(0, poll(&poll_for, 1, 0));
	EXPECT_EQ(1, write(pair[0], "x", 1));
	status = wait_status(pid);
	EXPECT_TRUE(exited_with(status, 0));
	EXPECT_EQ(1, poll(&poll_for, 1, PATIENCE_MS));
	EXPECT_EQ(POLLHUP, poll_for.revents);
}

/* The older one has to allow the newer, and what waits is the newer of the two. */
TEST(listener_keeps_others_away)
{
	int listener = listener_install(ON_EXEC);

	ASSERT_LE(0, listener);
	EXPECT_EQ(-1, listener_install(ON_EXEC));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(-1, listener_install(ON_EXEC | NESTING));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_EQ(-1, listener_install(0));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_LE(0, listener_install(NESTING));
	close(listener);
	EXPECT_LE(0, listener_install(0));
}

TEST(listener_that_lets_others_nest)
{
	ASSERT_LE(0, listener_install(ON_EXEC | NESTING));
	/* On top of it, but not below. */
	EXPECT_LE(0, listener_install(ON_EXEC | NESTING));
	EXPECT_EQ(-1, listener_install(0));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_LE(0, listener_install(NESTING));
	EXPECT_LE(0, listener_install(ON_EXEC));
	EXPECT_EQ(-1, listener_install(ON_EXEC | NESTING));
	EXPECT_EQ(EBUSY, errno);
	EXPECT_LE(0, listener_install(NESTING));
}

/* Threads */

struct thread {
	pthread_t thread;
	sem_t go FUTEX_ALIGNED, done FUTEX_ALIGNED;
	pid_t tid;
	unsigned int flags;	/* to install REFUSING with, if installs */
	bool installs, executes;
};

static void *run_thread(void *arg)
{
	struct thread *self = arg;

	self->tid = sys_gettid();
	if (self->installs)
		CHILD_REQUIRE(!filter_install(self->flags, &REFUSING));
	sem_post(&self->done);
	sem_wait(&self->go);
	if (self->executes)
		execute(REPORT);
	return (void *)(long)refused();
}

static void thread_start(struct thread *self)
{
	CHILD_REQUIRE(!sem_init(&self->go, 0, 0) && !sem_init(&self->done, 0, 0));
	CHILD_REQUIRE(!pthread_create(&self->thread, NULL, run_thread, self));
	CHILD_REQUIRE(!sem_wait(&self->done));
}

static void thread_execute(struct thread *self)
{
	sem_post(&self->go);
	pause();
}

static void thread_that_comes_later(void *unused)
{
	struct thread thread = { .executes = true };

	CHILD_REQUIRE(!filter_install(ON_EXEC, &REFUSING));
	thread_start(&thread);
	thread_execute(&thread);
}

static void thread_that_installs_for_itself(void *unused)
{
	struct thread thread = { .executes = true, .installs = true, .flags = ON_EXEC };

	thread_start(&thread);
	thread_execute(&thread);
}

static void thread_that_another_installs_for_itself(void *unused)
{
	struct thread thread = { .installs = true, .flags = ON_EXEC };

	thread_start(&thread);
	execute(REPORT);
}

static void thread_that_is_synchronised(void *unused)
{
	struct thread thread = { .executes = true };

	thread_start(&thread);
	CHILD_REQUIRE(!filter_install(ON_EXEC | SECCOMP_FILTER_FLAG_TSYNC, &REFUSING));
	CHILD_REQUIRE(!refused() && status_field(thread.tid, "Seccomp_filters") == 0);
	thread_execute(&thread);
}

/* What waits at the caller is among its older filters. */
static void thread_that_is_synchronised_by_another_filter(void *unused)
{
	struct thread thread = { .executes = true };

	thread_start(&thread);
	CHILD_REQUIRE(!filter_install(ON_EXEC, &REFUSING));
	CHILD_REQUIRE(!filter_install(SECCOMP_FILTER_FLAG_TSYNC, &ALLOWING));
	CHILD_REQUIRE(status_field(thread.tid, "Seccomp_filters") == 1);
	thread_execute(&thread);
}

FIXTURE(thread) {
};

FIXTURE_VARIANT(thread) {
	void (*run)(void *unused);
	int reported;
};

FIXTURE_SETUP(thread)
{
}

FIXTURE_TEARDOWN(thread)
{
}

FIXTURE_VARIANT_ADD(thread, comes_later) {
	.run = thread_that_comes_later, .reported = CONFINED(1),
};

FIXTURE_VARIANT_ADD(thread, installs_for_itself) {
	.run = thread_that_installs_for_itself, .reported = CONFINED(1),
};

/* As with every filter that is installed without TSYNC. */
FIXTURE_VARIANT_ADD(thread, does_not_install_for_others) {
	.run = thread_that_another_installs_for_itself, .reported = FREE(0),
};

FIXTURE_VARIANT_ADD(thread, is_synchronised) {
	.run = thread_that_is_synchronised, .reported = CONFINED(1),
};

FIXTURE_VARIANT_ADD(thread, is_synchronised_by_another_filter) {
	.run = thread_that_is_synchronised_by_another_filter, .reported = CONFINED(2),
};

TEST_F(thread, executes)
{
	int status = child_status(variant->run, NULL);

	EXPECT_TRUE(exited_with(status, variant->reported)) TH_LOG("status %x", status);
}

TEST(thread_with_another_that_waits_cannot_follow)
{
	struct thread thread = { .installs = true, .flags = ON_EXEC };

	thread_start(&thread);
	EXPECT_EQ(thread.tid, filter_install(SECCOMP_FILTER_FLAG_TSYNC, &ALLOWING));
	EXPECT_EQ(thread.tid, filter_install(ON_EXEC | SECCOMP_FILTER_FLAG_TSYNC, &ALLOWING));
	EXPECT_EQ(0, status_field(0, "Seccomp_filters"));
	EXPECT_EQ(FREE(0), report_of_child());
	/* It can if the caller has the same. */
	ASSERT_EQ(0, filter_install(ON_EXEC, &REFUSING));
	EXPECT_EQ(0, filter_install(ON_EXEC | SECCOMP_FILTER_FLAG_TSYNC, &ALLOWING));
	EXPECT_EQ(0, sys_kcmp(getpid(), thread.tid, KCMP_SECCOMP_TYPE, 0, 0));
	EXPECT_EQ(CONFINED(2), report_of_child());
}

/* What waits at a thread and judges at the caller already is nothing that would get lost. */
TEST(thread_that_waits_for_what_the_caller_has)
{
	struct thread thread = { .installs = true, .flags = ON_EXEC };

	thread_start(&thread);
	ASSERT_EQ(0, filter_install(0, &REFUSING));
	EXPECT_EQ(0, filter_install(SECCOMP_FILTER_FLAG_TSYNC, &ALLOWING));
	EXPECT_EQ(2, status_field(thread.tid, "Seccomp_filters"));
	EXPECT_EQ(0, sys_kcmp(getpid(), thread.tid, KCMP_SECCOMP_TYPE, 0, 0));
}

/* It waits on top of something else then. */
TEST(thread_that_waits_for_the_same_but_on_other_filters)
{
	struct thread thread = { .installs = true, .flags = ON_EXEC };

	thread_start(&thread);
	ASSERT_EQ(0, filter_install(ON_EXEC, &REFUSING));
	ASSERT_EQ(0, filter_install(0, &ALLOWING));
	EXPECT_EQ(thread.tid, filter_install(SECCOMP_FILTER_FLAG_TSYNC, &ALLOWING));
	EXPECT_EQ(0, status_field(thread.tid, "Seccomp_filters"));
}

/*
 * Threads that install in all ways at once, until one executes: the program is confined by all
 * that is in the chain of whoever did.
 */
#define STORM_THREADS	4
#define STORM_ROUNDS	20

static void *install_on_and_on(void *unused)
{
	const unsigned int flags[] = {
		ON_EXEC | SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_TSYNC,
		ON_EXEC | SECCOMP_FILTER_FLAG_TSYNC, 0,
	};

	for (unsigned int i = 0;; i++)
		if (filter_install(flags[i % ARRAY_SIZE(flags)], &ALLOWING) == -1)
			break;
	for (;;)
		pause();
	return NULL;
}

static void *fork_on_and_on(void *unused)
{
	for (;;) {
		int status = report_of_child();

		CHILD_REQUIRE(status >= 0 && status & CONFINED(0));
	}
	return NULL;
}

static void execute_in_the_storm(void *unused)
{
	pthread_t thread;

	CHILD_REQUIRE(!filter_install(ON_EXEC, &REFUSING));
	for (int i = 0; i < STORM_THREADS; i++)
		CHILD_REQUIRE(!pthread_create(&thread, NULL, i ? install_on_and_on :
					      fork_on_and_on, NULL));
	usleep(20000);
	execute(REPORT);
}

TEST(storm)
{
	for (int i = 0; i < STORM_ROUNDS; i++) {
		int status = child_status(execute_in_the_storm, NULL);

		ASSERT_TRUE(WIFEXITED(status));
		ASSERT_EQ(CONFINED(0), WEXITSTATUS(status) & CONFINED(0));
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], REPORT))
		return report();
	self_path[readlink("/proc/self/exe", self_path, sizeof(self_path) - 1)] = '\0';
	if (argc > 1 && !strcmp(argv[1], REPORT_TWICE)) {
		execl(self_path, self_path, REPORT, NULL);
		return errno == REFUSAL ? NOT_TWICE : UNEXPECTED;
	}
	return test_harness_run(argc, argv);
}
