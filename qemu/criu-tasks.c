// SPDX-License-Identifier: GPL-2.0
/*
 * criu-tasks run CASE: be the processes that criu.sh has CRIU dump and restore.
 * A director without any seccomp makes the tasks of CASE, which are processes
 * and threads, each under filters of its own or in strict mode.  A task waits
 * for its requests on a pipe; the director passes on what signals ask of it, and
 * prints:
 *
 *	(at the start)	"ready", when all tasks are as CASE wants them
 *	SIGUSR1		for each task which calls are refused to it, and "end"
 *	SIGUSR2		how the first task ended on a call that strict mode
 *			refuses, and "end"; the director ends too
 *
 * They need nothing but what any CRIU handles: pipes, a session of their own,
 * and what the caller has made standard input, output and error.
 *
 * criu-tasks show PID: print, for each thread of the process and of its
 * descendants, its number, name, NoNewPrivs, Seccomp and Seccomp_filters, and
 * its filters as ptrace gives them, with every byte of them.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TASKS_MAX	4
#define PROBE		'p'	/* requests */
#define END		'e'
#define NOT_TRIED	(-1)	/* not to be survived in strict mode */
#define OWN_ERRNO	1000	/* no kernel gives such a one by itself */
#define NOBODY		65534

__attribute__((format(printf, 1, 2), noreturn))
static void fail(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(error));
	_exit(2);
}

/* ---- filters ---------------------------------------------------------- */

/* Calls that nobody needs.  A filter refuses one, with its place as the errno. */
enum { GETUID, GETEUID, GETGID, GETPPID, PROBES };

static const struct {
	const char *name;
	int nr;
} probes[PROBES] = {
	[GETUID]  = { "getuid", SYS_getuid },
	[GETEUID] = { "geteuid", SYS_geteuid },
	[GETGID]  = { "getgid", SYS_getgid },
	[GETPPID] = { "getppid", SYS_getppid },	/* no filter refuses it */
};

/* Instructions of many kinds that change nothing, to make a filter long. */
static const struct sock_filter padding[] = {
	BPF_STMT(BPF_LD | BPF_IMM, 0x01020304),
	BPF_STMT(BPF_ST, 15),
	BPF_STMT(BPF_LDX | BPF_MEM, 15),
	BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
	BPF_STMT(BPF_MISC | BPF_TAX, 0),
	BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x80000000, 1, 0),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
};

/* A filter of that length, 4 at least, that refuses this probe. */
static struct sock_fprog refuse(int probe, unsigned short length)
{
	static const size_t kinds = sizeof(padding) / sizeof(*padding);
	const struct sock_filter tail[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, probes[probe].nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (OWN_ERRNO + probe)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_filter *insns = calloc(length, sizeof(*insns));
	size_t pad = length - sizeof(tail) / sizeof(*tail);

	if (!insns)
		fail("memory for a filter");
	for (size_t i = 0; i < pad; i++)
		insns[i] = padding[i % kinds];
	memcpy(insns + pad, tail, sizeof(tail));
	return (struct sock_fprog){ .len = length, .filter = insns };
}

static void install(int probe, unsigned short length, unsigned int flags)
{
	struct sock_fprog prog = refuse(probe, length);

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog))
		fail("a filter");
	free(prog.filter);
}

static void install_by_prctl(int probe, unsigned short length)
{
	struct sock_fprog prog = refuse(probe, length);

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0))
		fail("a filter through prctl");
	free(prog.filter);
}

static void promise(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fail("PR_SET_NO_NEW_PRIVS");
}

static void become_strict(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0))
		fail("enter strict mode");
}

/* ---- tasks ------------------------------------------------------------ */

struct task {
	const char *name;	/* its comm, which show prints */
	void (*confine)(void);	/* makes it what it shall be */
	int request[2];
};

struct answer {
	char name[16];
	int result[PROBES];	/* 0, an errno, or NOT_TRIED */
};

static struct task tasks[TASKS_MAX];
static int answers[2];		/* all tasks write to it */

/* A task's life; in strict mode too, so there are no other calls than read and write. */
static void serve(const struct task *task)
{
	struct answer answer = { 0 };
	bool strict;
	char request = 0;

	prctl(PR_SET_NAME, task->name);
	task->confine();
	strict = task->confine == become_strict;
	snprintf(answer.name, sizeof(answer.name), "%s", task->name);
	/* The first answer nobody has asked for: it is ready. */
	do {
		for (int i = 0; i < PROBES; i++)
			answer.result[i] = NOT_TRIED;
		for (int i = 0; i < PROBES && request == PROBE && !strict; i++)
			answer.result[i] = syscall(probes[i].nr) < 0 ? errno : 0;
		if (write(answers[1], &answer, sizeof(answer)) != sizeof(answer))
			break;
	} while (read(task->request[0], &request, 1) == 1 && request == PROBE);
	syscall(SYS_getppid);
	_exit(0);
}

static void *serve_as_thread(void *task)
{
	serve(task);
	return NULL;
}

static const struct task *seat(int number, const char *name, void (*confine)(void))
{
	tasks[number].name = name;
	tasks[number].confine = confine;
	return &tasks[number];
}

static void process(int number, const char *name, void (*confine)(void))
{
	const struct task *task = seat(number, name, confine);
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid)
		serve(task);
}

static void thread(int number, const char *name, void (*confine)(void))
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, serve_as_thread,
			       (void *)seat(number, name, confine));
	if (errno)
		fail("pthread_create");
}

/* ---- the cases: what the first task is, which makes the others ---------- */

static void nothing(void)
{
}

static void two_filters(void)
{
	promise();
	install(GETUID, BPF_MAXINSNS, SECCOMP_FILTER_FLAG_LOG);
	install_by_prctl(GETGID, 20);
}

static void another(void)
{
	install(GETGID, 11, SECCOMP_FILTER_FLAG_LOG);
}

static void fork_between_filters(void)
{
	promise();
	install(GETUID, 4, 0);
	process(1, "child", another);
	install(GETEUID, 5, 0);
}

static void sync_threads(void)
{
	install(GETEUID, 9, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG);
}

static void threads_in_step(void)
{
	promise();
	install(GETUID, 7, 0);
	thread(1, "left", nothing);
	thread(2, "right", sync_threads);
}

static void threads_that_differ(void)
{
	thread(1, "free", nothing);
	thread(2, "strict", become_strict);
	install(GETUID, 4, 0);
	thread(3, "more", another);
	promise();
}

/* As most programs do it: no privilege, therefore the promise, then a filter. */
static void filter_of_nobody(void)
{
	if (syscall(SYS_setgroups, 0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		fail("give up privileges");
	promise();
	install(GETUID, 4, 0);
}

static void filter_without_promise(void)
{
	process(1, "promised", promise);
	process(2, "nobody", filter_of_nobody);
	install(GETUID, 4, 0);
}

static const struct {
	const char *name, *first;
	void (*confine)(void);
	int tasks;
} cases[] = {
	{ "ordinary",	"ordinary",	nothing,		1 },
	{ "filters",	"confined",	two_filters,		1 },
	{ "fork",	"parent",	fork_between_filters,	2 },
	{ "tsync",	"leader",	threads_in_step,	3 },
	{ "threads",	"leader",	threads_that_differ,	4 },
	{ "strict",	"strict",	become_strict,		1 },
	{ "promise",	"privileged",	filter_without_promise,	3 },
};

/* ---- the director ------------------------------------------------------ */

static struct answer next_answer(void)
{
	struct answer answer;
	ssize_t got;

	do {
		got = read(answers[0], &answer, sizeof(answer));
	} while (got < 0 && errno == EINTR);
	if (got != sizeof(answer))
		fail("hear a task");
	return answer;
}

static void request(int number, char what)
{
	if (write(tasks[number].request[1], &what, 1) != 1)
		fail("tell a task");
}

static void report_answer(const struct answer *answer)
{
	printf("%s:", answer->name);
	for (int i = 0; i < PROBES; i++)
		if (answer->result[i] > 0)
			printf(" %s %d", probes[i].name, answer->result[i]);
		else if (!answer->result[i])
			printf(" %s done", probes[i].name);
	printf(answer->result[0] == NOT_TRIED ? " alive\n" : "\n");
}

static void report_end(void)
{
	int status;

	request(0, END);
	while (wait(&status) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		printf("killed by signal %d\n", WTERMSIG(status));
	else
		printf("exited with %d\n", WEXITSTATUS(status));
}

static void last_line(const char *text)
{
	puts(text);
	if (fflush(stdout))
		fail("standard output");
}

static void direct(const sigset_t *signals, int count)
{
	last_line("ready");
	for (;;) {
		switch (sigwaitinfo(signals, NULL)) {
		case SIGUSR1:
			for (int i = 0; i < count; i++) {
				struct answer answer;

				request(i, PROBE);
				answer = next_answer();
				report_answer(&answer);
			}
			last_line("end");
			break;
		case SIGUSR2:
			report_end();
			last_line("end");
			return;
		}
	}
}

static void run(const char *name)
{
	size_t number = 0;
	sigset_t signals;

	while (number < sizeof(cases) / sizeof(*cases) && strcmp(cases[number].name, name))
		number++;
	if (number == sizeof(cases) / sizeof(*cases)) {
		errno = EINVAL;
		fail("case %s", name);
	}

	/* Nothing of the shell is to be dumped. */
	if (close_range(3, ~0U, 0) || setsid() < 0 || chdir("/"))
		fail("leave the shell");
	prctl(PR_SET_NAME, "director");
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	for (int i = 0; i < TASKS_MAX; i++)
		if (pipe2(tasks[i].request, O_CLOEXEC))
			fail("pipe");
	if (pipe2(answers, O_CLOEXEC))
		fail("pipe");

	process(0, cases[number].first, cases[number].confine);
	close(answers[1]);	/* if the tasks are gone, there are no answers */
	for (int i = 0; i < cases[number].tasks; i++)
		next_answer();
	direct(&signals, cases[number].tasks);
}

/* ---- show -------------------------------------------------------------- */

#define VALUE_SIZE	32

static void status_text(pid_t tid, const char *name, char *value)
{
	char path[64], line[256];
	size_t length = strlen(name);
	FILE *status;

	snprintf(value, VALUE_SIZE, "none");
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	status = fopen(path, "re");
	if (!status)
		fail("%s", path);
	while (fgets(line, sizeof(line), status))
		if (!strncmp(line, name, length) && line[length] == ':')
			sscanf(line + length + 1, "%31s", value);
	fclose(status);
}

static void show_filter(pid_t tid, int index, int length)
{
	struct sock_filter insns[BPF_MAXINSNS];
	const unsigned char *byte = (const unsigned char *)insns;

	if (length > BPF_MAXINSNS ||
	    syscall(SYS_ptrace, PTRACE_SECCOMP_GET_FILTER, tid, index, insns) != length)
		fail("filter %d of thread %d", index, tid);
	printf("\t");
	for (size_t i = 0; i < length * sizeof(*insns); i++)
		printf("%02x", byte[i]);
	printf("\n");
}

/* How many filters ptrace knows; their flags are added to the line, the filters follow it. */
static int show_filters(pid_t tid)
{
	int count, length[64];

	for (count = 0; count < 64; count++) {
		struct seccomp_metadata metadata = { .filter_off = count };

		length[count] = syscall(SYS_ptrace, PTRACE_SECCOMP_GET_FILTER, tid, count, NULL);
		if (length[count] < 0)
			break;
		if (syscall(SYS_ptrace, PTRACE_SECCOMP_GET_METADATA, tid, sizeof(metadata),
			    &metadata) != sizeof(metadata))
			fail("flags of filter %d of thread %d", count, tid);
		printf("; %d instructions, flags %#llx", length[count],
		       (unsigned long long)metadata.flags);
	}
	/* No such filter; or not in filter mode at all. */
	if (count < 64 && errno != (count ? ENOENT : EINVAL))
		fail("filter %d of thread %d", count, tid);
	printf("\n");
	for (int i = 0; i < count; i++)
		show_filter(tid, i, length[i]);
	return count;
}

static void show_thread(pid_t tid)
{
	static const char *const names[] = { "Name", "NoNewPrivs", "Seccomp", "Seccomp_filters" };
	char value[4][VALUE_SIZE];
	int status;

	for (int i = 0; i < 4; i++)
		status_text(tid, names[i], value[i]);
	printf("%d %s: NoNewPrivs %s, Seccomp %s, Seccomp_filters %s", tid, value[0], value[1],
	       value[2], value[3]);

	if (syscall(SYS_ptrace, PTRACE_SEIZE, tid, 0, 0) ||
	    syscall(SYS_ptrace, PTRACE_INTERRUPT, tid, 0, 0) ||
	    waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status))
		fail("stop thread %d", tid);
	if (show_filters(tid) != atoi(value[3])) {
		errno = ERANGE;
		fail("thread %d: filters that ptrace knows", tid);
	}
	if (syscall(SYS_ptrace, PTRACE_DETACH, tid, 0, 0))
		fail("let go of thread %d", tid);
}

static int by_number(const void *a, const void *b)
{
	return *(const pid_t *)a - *(const pid_t *)b;
}

/* Children by number too: their order in the file is that of their birth, or rebirth. */
static void show_process(pid_t pid)
{
	pid_t children[TASKS_MAX];
	struct dirent **threads;
	int count, found = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	count = scandir(path, &threads, NULL, versionsort);
	if (count < 0)
		fail("%s", path);
	for (int i = 0; i < count; i++) {
		pid_t tid = atoi(threads[i]->d_name);
		FILE *file;

		if (!tid)
			continue;	/* "." and ".." */
		show_thread(tid);
		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
		file = fopen(path, "re");
		if (!file)
			fail("%s", path);
		while (found < TASKS_MAX && fscanf(file, "%d", &children[found]) == 1)
			found++;
		fclose(file);
	}
	qsort(children, found, sizeof(*children), by_number);
	for (int i = 0; i < found; i++)
		show_process(children[i]);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "run")) {
		run(argv[2]);
	} else if (argc == 3 && !strcmp(argv[1], "show")) {
		show_process(atoi(argv[2]));
	} else {
		fprintf(stderr, "usage: criu-tasks run CASE | criu-tasks show PID\n");
		return 2;
	}
	return ferror(stdout) || fflush(stdout);
}
