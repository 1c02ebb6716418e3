// SPDX-License-Identifier: GPL-2.0
/*
 * B-2, B-29: the entry code has other work beside filters. Whoever else wants to see a call,
 * it is judged, and what becomes of a refused call is what the filter says.
 */
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#include "audit.h"
#include "common.h"
#include "notif.h"

#define TRACING		"/sys/kernel/tracing/"
#define EVENTS		TRACING "events/raw_syscalls/enable"
#define BUFFER		TRACING "trace"

/* One call with six arguments to look at, another to wait in, a third to be trapped. */
#define JUDGED		__NR_getuid
#define NOTIFIED	__NR_getppid
#define TRAPPED		__NR_getgid
#define ANSWER		4242
#define ON_ARG(n)	(20 + (n))
#define ANY_ARG		0x1f2f3f4f

FIXTURE(company) {
	struct board {
		volatile int stops;	/* that the tracer saw */
		volatile int traps, interrupts;
		volatile bool ready;
		int sock[2];
		pid_t parent;
	} *board;
	int listener;
	pid_t pid, tracer;
};

FIXTURE_VARIANT(company) {
	bool audit;
	bool events;
	bool tracer;
};

FIXTURE_VARIANT_ADD(company, nobody) {
};

FIXTURE_VARIANT_ADD(company, audit) {
	.audit = true,
};

FIXTURE_VARIANT_ADD(company, events) {
	.events = true,
};

FIXTURE_VARIANT_ADD(company, audit_and_events) {
	.audit = true, .events = true,
};

FIXTURE_VARIANT_ADD(company, tracer) {
	.tracer = true,
};

FIXTURE_VARIANT_ADD(company, all) {
	.audit = true, .events = true, .tracer = true,
};

static bool audit_enable(bool on)
{
	return audit_set(&(struct audit_status){ .mask = AUDIT_STATUS_ENABLED, .enabled = on });
}

/* Did the tracepoint at the entry see this process's call? */
static bool event_seen(pid_t pid, int nr)
{
	char line[512], mark[2][64];
	FILE *file = fopen(BUFFER, "r");
	bool seen = false;

	snprintf(mark[0], sizeof(mark[0]), "-%d ", pid);
	snprintf(mark[1], sizeof(mark[1]), "sys_enter: NR %d ", nr);
	while (file && !seen && fgets(line, sizeof(line), file))
		seen = strstr(line, mark[0]) && strstr(line, mark[1]);
	if (file)
		fclose(file);
	return seen;
}

/* Lets a process go on from one system call stop to the next, and counts them. */
static void watch(struct board *board, pid_t pid)
{
	int status, sig = 0;

	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) ||
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0))
		_exit(1);
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		sig = WSTOPSIG(status);
		if (sig == (SIGTRAP | 0x80))
			board->stops++;
		if (sig == (SIGTRAP | 0x80) || status >> 16)
			sig = 0;
		board->ready = true;
		ptrace(PTRACE_SYSCALL, pid, 0, (long)sig);
	}
	_exit(0);
}

FIXTURE_SETUP(company)
{
	self->board = shared_memory(sizeof(*self->board));
	ASSERT_TRUE(self->board != NULL);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, self->board->sock));
	if (variant->audit)
		ASSERT_TRUE(audit_enable(true));
	if (variant->events) {
		mount("tracefs", TRACING, "tracefs", 0, NULL);
		if (access(EVENTS, F_OK))
			return;
		/* To open it for writing anew empties it. */
		ASSERT_EQ(0, close(open(BUFFER, O_WRONLY | O_TRUNC)));
		ASSERT_TRUE(file_write(EVENTS, "1"));
	}
}

FIXTURE_TEARDOWN(company)
{
	if (variant->audit)
		audit_enable(false);
	if (variant->events)
		file_write(EVENTS, "0");
}

static struct board *board;

static void on_sigsys(int sig, siginfo_t *info, void *context)
{
	if (info->si_code == SYS_SECCOMP && info->si_syscall == TRAPPED &&
	    info->si_arch == AUDIT_ARCH_CURRENT)
		board->traps++;
}

static void on_sigusr1(int sig)
{
	board->interrupts++;
}

/* Gives the number of the first thing that is not as the filter says. */
static int confined(void)
{
	static const long none[6];
	long args[6], uid = getuid();
	struct sigaction trap = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };
	struct sigaction usr1 = { .sa_handler = on_sigusr1, .sa_flags = SA_RESTART };
	struct sock_filter filter[] = {
		ON_NR(TRAPPED, SECCOMP_RET_TRAP),
		ON_NR(NOTIFIED, SECCOMP_RET_USER_NOTIF),
		ON_NR(__NR_sync, SECCOMP_RET_ERRNO | EXDEV),
		LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, JUDGED, 0, 18),
#define ARGUMENT(n)							\
		LOAD_ARG_LO(n), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ANY_ARG, 0, 1), \
		RET(SECCOMP_RET_ERRNO | ON_ARG(n))
		ARGUMENT(0), ARGUMENT(1), ARGUMENT(2), ARGUMENT(3), ARGUMENT(4), ARGUMENT(5),
		RET(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(filter), filter };
	int n;

	if (sigaction(SIGSYS, &trap, NULL) || sigaction(SIGUSR1, &usr1, NULL))
		return 1;
	n = filter_install(SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (n < 0 || !fd_send(board->sock[1], n))
		return 2;
	close(n);

	if (or_errno(syscall(__NR_sync)) != -EXDEV)
		return 3;
	for (n = 0; n < 6; n++) {
		memcpy(args, none, sizeof(args));
		args[n] = ANY_ARG;
		if (or_errno(syscall(JUDGED, args[0], args[1], args[2], args[3], args[4],
				     args[5])) != -ON_ARG(n))
			return 10 + n;
	}
	/* What is allowed happens, with the arguments that it came with. */
	if (or_errno(syscall(JUDGED, 0, 0, 0, 0, 0, 0)) != uid)
		return 4;
	if (or_errno(syscall(__NR_getpriority, PRIO_PROCESS, -1)) != -ESRCH ||
	    or_errno(syscall(__NR_getpriority, -1, 0)) != -EINVAL)
		return 5;
	syscall(TRAPPED);
	if (board->traps != 1)
		return 6;
	if (syscall(NOTIFIED) != ANSWER)
		return 7;
	if (board->interrupts != 1)
		return 8;
	/* The supervisor lets this one happen. */
	if (syscall(NOTIFIED) != board->parent)
		return 9;
	return 0;
}

TEST_F(company, judged_all_the_same)
{
	struct seccomp_notif notif;
	int go[2];
	char byte;

	if (variant->events && access(EVENTS, F_OK))
		SKIP(return, "a kernel without tracepoints at system calls");
	board = self->board;
	board->parent = getpid();
	ASSERT_EQ(0, pipe(go));
	self->pid = fork();
	ASSERT_LE(0, self->pid);
	if (!self->pid) {
		close(go[1]);
		_exit(read(go[0], &byte, 1) == 1 ? confined() : 99);
	}
	/* If it ends without a word, nothing is left to wait for. */
	close(board->sock[1]);
	if (variant->tracer) {
		self->tracer = fork();
		ASSERT_LE(0, self->tracer);
		if (!self->tracer) {
			close(go[1]);
			watch(board, self->pid);
		}
		for (int tries = 0; tries < 10000 && !board->ready; tries++)
			usleep(1000);
		ASSERT_TRUE(board->ready);
	}
	ASSERT_EQ(1, write(go[1], "", 1));

	self->listener = fd_receive(board->sock[0]);
	ASSERT_LE(0, self->listener);
	ASSERT_EQ(0, notif_recv(self->listener, &notif));
	EXPECT_EQ(NOTIFIED, notif.data.nr);
	/* A signal takes the notification back; the call starts again, with another. */
	ASSERT_EQ(0, kill(self->pid, SIGUSR1));
	ASSERT_EQ(0, notif_recv(self->listener, &notif));
	EXPECT_EQ(NOTIFIED, notif.data.nr);
	ASSERT_EQ(0, notif_send(self->listener, notif.id, ANSWER, 0, 0));
	ASSERT_EQ(0, notif_recv(self->listener, &notif));
	ASSERT_EQ(0, notif_send(self->listener, notif.id, 0, 0,
				SECCOMP_USER_NOTIF_FLAG_CONTINUE));

	if (variant->tracer) {
		EXPECT_TRUE(exited_with(wait_status(self->tracer), 0));
		EXPECT_LT(20, board->stops);
	}
	EXPECT_TRUE(exited_with(wait_status(self->pid), 0));
	if (variant->events) {
		/* To read it makes system calls, too. */
		EXPECT_TRUE(file_write(EVENTS, "0"));
		/* Recorded is what happens. */
		EXPECT_TRUE(event_seen(self->pid, __NR_getpriority));
		EXPECT_FALSE(event_seen(self->pid, __NR_sync));
	}
}

TEST_HARNESS_MAIN
