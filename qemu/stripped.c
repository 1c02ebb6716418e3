// SPDX-License-Identifier: GPL-2.0
/* On the stripped base: there is no seccomp, and programs are told so. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define O_TRACESECCOMP		(1 << 7)
#define O_SUSPEND_SECCOMP	(1 << 21)

static int failed;

static void check(int good, const char *what)
{
	printf("%s - %s\n", good ? "ok" : "not ok", what);
	failed |= !good;
}

static int refused(long result, int error)
{
	return result == -1 && errno == error;
}

static int status_mentions_seccomp(void)
{
	char line[256];
	int found = 0, lines = 0;
	FILE *status = fopen("/proc/self/status", "r");

	while (status && fgets(line, sizeof(line), status)) {
		lines++;
		found |= !strncmp(line, "Seccomp", 7);
	}
	return lines < 10 || found;
}

static void check_ptrace(void)
{
	pid_t child = fork();

	if (!child) {
		ptrace(PTRACE_TRACEME);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	check(refused(ptrace(PTRACE_SETOPTIONS, child, 0, O_SUSPEND_SECCOMP), EINVAL),
	      "PTRACE_O_SUSPEND_SECCOMP is EINVAL");
	check(refused(ptrace(PTRACE_SETOPTIONS, child, 0, O_TRACESECCOMP), EINVAL),
	      "PTRACE_O_TRACESECCOMP is EINVAL");
	check(!ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEEXEC),
	      "other ptrace options work");
	ptrace(PTRACE_KILL, child, 0, 0);
	waitpid(child, NULL, 0);
}

int main(void)
{
	check(refused(syscall(SYS_seccomp, 0, 0, 0), ENOSYS), "seccomp(2) is ENOSYS");
	check(refused(prctl(PR_GET_SECCOMP, 0, 0, 0, 0), EINVAL), "PR_GET_SECCOMP is EINVAL");
	check(refused(prctl(PR_SET_SECCOMP, 1, 0, 0, 0), EINVAL), "PR_SET_SECCOMP is EINVAL");
	check(!status_mentions_seccomp(), "/proc/self/status has no Seccomp line");
	check(access("/proc/sys/kernel/seccomp", F_OK), "there is no sysctl kernel.seccomp");
	check_ptrace();
	return failed;
}
