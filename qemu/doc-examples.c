// SPDX-License-Identifier: GPL-2.0
/*
 * The examples of Documentation/userspace-api/seccomp_filter.rst, as scripts/doc-examples
 * prints them, do what the text says. Runs as root in the guest, on the host's files.
 */
#define main documented_main
#include "examples.c"
#undef main

#include <pthread.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#include "kselftest_harness.h"

/* What takes a second may take long under emulation. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300

/* What a command leaves with that the example executes. */
static int status_under(void (*execute)(char **argv), const char *script)
{
	char *argv[4] = { "/bin/sh", "-c", (char *)script, NULL };
	int status;
	pid_t pid = fork();

	if (!pid)
		execute(argv);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void execute_without_ptrace(char **argv)
{
	char *args[5] = { "example", argv[0], argv[1], argv[2], NULL };

	documented_main(4, args);
}

TEST(complete_use)
{
	EXPECT_EQ(7, status_under(execute_without_ptrace, "exit 7"));
	EXPECT_EQ(0, status_under(execute_without_ptrace,
				  "grep -q 'Seccomp:.*2' /proc/self/status"));
}

TEST(flags)
{
	EXPECT_TRUE(kernel_knows(SECCOMP_FILTER_FLAG_TSYNC));
	EXPECT_TRUE(kernel_knows(SECCOMP_FILTER_FLAG_PROG_FD));
	EXPECT_TRUE(kernel_knows(SECCOMP_FILTER_FLAG_NEW_LISTENER |
				 SECCOMP_FILTER_FLAG_WAIT_KILLABLE));
	EXPECT_FALSE(kernel_knows(SECCOMP_FILTER_FLAG_WAIT_KILLABLE));
	EXPECT_FALSE(kernel_knows(1 << 20));
}

TEST(actions)
{
	EXPECT_TRUE(kernel_has_action(SECCOMP_RET_USER_NOTIF));
	EXPECT_FALSE(kernel_has_action(SECCOMP_RET_USER_NOTIF | 1));
	EXPECT_FALSE(kernel_has_action(0x12340000));
}

TEST(halves_of_an_argument)
{
	struct sock_fprog program = PROGRAM(small_maps);
	const size_t sizes[] = { 4096, 1 << 30 };
	const size_t refused[] = { (1 << 30) + 4096UL, 1UL << 32, 1UL << 40 };

	ASSERT_EQ(0, install(0, &program));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT_TRUE(mmap(NULL, sizes[i], PROT_NONE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) !=
			    MAP_FAILED);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		EXPECT_TRUE(mmap(NULL, refused[i], PROT_NONE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) ==
			    MAP_FAILED);
		EXPECT_EQ(ENOMEM, errno);
	}
}

static void *nothing(void *arg)
{
	return arg;
}

TEST(no_user_namespaces)
{
	pthread_t thread;
	pid_t pid;

	forbid_user_ns();
	EXPECT_EQ(-1, unshare(CLONE_NEWUSER));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, syscall(__NR_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, syscall(__NR_clone3, NULL, 0));
	EXPECT_EQ(ENOSYS, errno);
	EXPECT_EQ(0, unshare(CLONE_FS));
	EXPECT_EQ(0, pthread_create(&thread, NULL, nothing, NULL));
	EXPECT_EQ(0, pthread_join(thread, NULL));
	pid = fork();
	if (!pid)
		_exit(0);
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
}

TEST(signal_as_an_answer)
{
	install_trap();
	EXPECT_EQ(7, syscall(__NR_getppid));
}

TEST(tracer_that_refuses)
{
	static struct sock_filter insns[] = {
		ONLY_X86_64,
		ON(__NR_uname, SECCOMP_RET_TRACE),
		RETURN(SECCOMP_RET_ALLOW),
	};
	static struct sock_fprog program = PROGRAM(insns);
	struct utsname name;
	int status;
	pid_t pid = fork();

	if (!pid) {
		trace(PTRACE_TRACEME, 0, 0, NULL);
		raise(SIGSTOP);
		install(0, &program);
		/* A signal that it handles or not is none of the tracer's business. */
		signal(SIGUSR1, SIG_IGN);
		raise(SIGUSR1);
		_exit(uname(&name) == -1 && errno == EPERM ? 5 : 6);
	}
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	status = refuse_traced(pid);
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(5, WEXITSTATUS(status));
}

static bool may_trace(void)
{
	return syscall(__NR_ptrace, PTRACE_TRACEME, 0, 0, 0) == 0;
}

TEST(all_threads)
{
	install_everywhere();
	EXPECT_FALSE(may_trace());
}

/*
 * A child that has the filter as well, but makes none of the calls that wait. It can be killed
 * only: as long as it is there, a call could come.
 */
static pid_t supervise(int listener, void (*run)(int listener))
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(listener);
		_exit(1);
	}
	close(listener);
	return pid;
}

TEST(supervisor_that_refuses)
{
	struct utsname name;

	ASSERT_LT(0, supervise(install_patient(), refuse_all));
	EXPECT_EQ(-1, uname(&name));
	EXPECT_EQ(EPERM, errno);
}

/* Gives a file if the call is about the right one. */
static void answer_hello(int listener)
{
	struct seccomp_notif call = { 0 };
	char text[8] = "";

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) ||
	    read_argument(listener, &call, 0, text, sizeof(text)) != sizeof(text) ||
	    strcmp(text, "hello"))
		errx(1, "received something else");
	answer_with_file(listener, call.id, open("/dev/null", O_RDWR));
	pause();
}

TEST(supervisor_that_reads_and_gives_a_file)
{
	static struct utsname name = { .sysname = "hello" };
	int file;

	ASSERT_LT(0, supervise(install_patient(), answer_hello));
	file = syscall(__NR_uname, &name);
	EXPECT_LT(2, file);
	EXPECT_EQ(1, write(file, "x", 1));
}

TEST(two_listeners)
{
	int listeners[2];

	install_two(listeners);
	EXPECT_NE(listeners[0], listeners[1]);
}

TEST(program)
{
	int fd = make_program(), same = make_program(), out = dup(STDOUT_FILENO);
	FILE *printed = tmpfile();
	int lines = 0;

	ASSERT_EQ(STDOUT_FILENO, dup2(fileno(printed), STDOUT_FILENO));
	print_program(fd);
	fflush(stdout);
	ASSERT_EQ(STDOUT_FILENO, dup2(out, STDOUT_FILENO));
	rewind(printed);
	while (fscanf(printed, "%*[^\n]\n") != EOF)
		lines++;
	EXPECT_EQ(no_ptrace.len, lines);

	EXPECT_TRUE(are_same_program(fd, same));
	install_program(fd);
	EXPECT_FALSE(may_trace());
}

TEST(last_program)
{
	/* A shell that can do all by itself, and one that would need another program. */
	EXPECT_EQ(5, status_under(execute_last, "exit 5"));
	EXPECT_EQ(126, status_under(execute_last, "/bin/true"));
}

TEST(filters_of_another)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		may_trace();
		install(0, &no_ptrace);
		install(SECCOMP_FILTER_FLAG_ON_EXEC, &no_execve);
		raise(SIGSTOP);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_FALSE(have_same_filters(getpid(), pid));
	EXPECT_TRUE(have_same_filters(getpid(), getppid()));
	/* Which ends the program if there is anything that it cannot explain. */
	print_filters(pid);
	EXPECT_TRUE(errno == ENOENT);
}

TEST_HARNESS_MAIN
