// SPDX-License-Identifier: GPL-2.0
/*
 * A guided tour of seccomp: what a sandbox is, step by step.
 *
 * Every step says what is going to happen, lets it happen in a child process,
 * and compares.  A step that went otherwise says so, and the exit status is 1.
 *
 * Compiled by scripts/run. It runs as root on x86-64, with /proc, /sys and /tmp
 * mounted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define COLUMNS		70
#define CHILD_SECONDS	120	/* no child lives longer than this */
#define AUDIT_SECONDS	10	/* how long to wait for an audit record */
#define ANSWER		4711	/* no process has this for a parent here */
#define NOBODY		65534
#define DIRECTORY	"/tmp/tour-of-seccomp"
#define ELSEWHERE	"/tmp/supervised"
#define LOGGED_NAME	"tour-logged"
#define LENGTH		6	/* instructions of our filters */
#define UNCONFINED	99	/* exit status of a child without its filter */
#define ROUNDS		20
#define CALLS		5000

/* What a child has seen, in memory it shares with the parent. */
static struct seen {
	int result, error;	/* of the call the step is about */
	int mode, filters;	/* as /proc/self/status puts it */
	int n[6];		/* anything else, step by step */
	unsigned long addr[2];
	char text[64];
	double ns;
} *seen;

static int seen_fd;		/* the file behind it, to survive exec */
static pid_t child;		/* the latest one, and how it ended */
static int status;
static bool step_ok;

/* ---- telling ---------------------------------------------------------- */

/* Print @text behind @first (then @rest), broken between words. */
static void wrap(const char *first, const char *rest, const char *text)
{
	for (const char *lead = first; *text; lead = rest) {
		size_t room = COLUMNS - strlen(lead), len = strlen(text);

		while (len > room && memrchr(text, ' ', len))
			len = (char *)memrchr(text, ' ', len) - text;
		printf("%s%.*s\n", lead, (int)len, text);
		text += len + strspn(text + len, " ");
	}
}

/* One observation: @good tells whether it is what was announced. */
__attribute__((format(printf, 2, 3)))
static void observe(bool good, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	wrap(good ? "  -> " : "  NOT AS ANNOUNCED: ", "     ", text);
	step_ok &= good;
}

static const char *outcome(int error)
{
	return error ? strerror(error) : "done";
}

static const char *ending(int st)
{
	static char text[80];

	if (WIFSIGNALED(st))
		snprintf(text, sizeof(text), "was killed by signal %d, SIG%s",
			 WTERMSIG(st), sigabbrev_np(WTERMSIG(st)));
	else
		snprintf(text, sizeof(text), "ended by itself, status %d",
			 WEXITSTATUS(st));
	return text;
}

static bool killed_by(int sig)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == sig;
}

/* ---- doing ------------------------------------------------------------ */

static void wait_for_child(void)
{
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
}

/* True in a new child; false in the parent, when it has ended or stopped. */
static bool in_child(void)
{
	memset(seen, 0, sizeof(*seen));
	status = -1;
	fflush(stdout);
	child = fork();
	if (child)
		wait_for_child();
	else
		alarm(CHILD_SECONDS);
	return !child;
}

/* The number behind @field in /proc/self/status, or -1 without that line. */
static int status_field(const char *field)
{
	char line[256];
	int value = -1;
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, field, strlen(field)))
			value = atoi(line + strlen(field));
	if (file)
		fclose(file);
	return value;
}

/* What a child does last. */
static void look_and_leave(void)
{
	seen->mode = status_field("Seccomp:");
	seen->filters = status_field("Seccomp_filters:");
	_exit(0);
}

static bool behind(int filters)
{
	return !status && seen->filters == filters &&
	       seen->mode == (filters ? SECCOMP_MODE_FILTER : 0);
}

/* Make a directory and take it away again; 0 or the error. */
static int try_mkdir(void)
{
	if (mkdir(DIRECTORY, 0700))
		return errno;
	rmdir(DIRECTORY);
	return 0;
}

static int error_of(long ret)
{
	return ret < 0 ? errno : 0;
}

/* A filter that does @action when call @nr is made, and allows the rest. */
static void write_filter(struct sock_filter *f, int nr, unsigned int action)
{
	struct sock_filter code[LENGTH] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, action),
	};

	memcpy(f, code, sizeof(code));
}

static int try_install(int nr, unsigned int action, unsigned int flags)
{
	struct sock_filter code[LENGTH];
	struct sock_fprog prog = { .len = LENGTH, .filter = code };

	write_filter(code, nr, action);
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/* For a child that makes no sense without its filter. */
static int install(int nr, unsigned int action, unsigned int flags)
{
	int ret = try_install(nr, action, flags);

	if (ret < 0)
		_exit(UNCONFINED);
	return ret;
}

static int refuse_mkdir(void)
{
	return install(__NR_mkdir, SECCOMP_RET_ERRNO | EPERM, 0);
}

/* ---- the steps -------------------------------------------------------- */

static void show_kernel(void)
{
	static const char wanted[] =
		"kill_process kill_thread trap errno user_notif trace log allow";
	char have[256] = "nothing: there is no seccomp here";
	struct utsname name;
	FILE *file = fopen("/proc/sys/kernel/seccomp/actions_avail", "r");

	uname(&name);
	observe(true, "This is %s %s on %s.", name.sysname, name.release,
		name.machine);
	if (file) {
		if (fgets(have, sizeof(have), file))
			have[strcspn(have, "\n")] = '\0';
		fclose(file);
	}
	observe(!strcmp(have, wanted), "It offers %s.", have);
}

static void show_free(void)
{
	if (in_child()) {
		seen->result = prctl(PR_GET_SECCOMP);
		seen->error = try_mkdir();
		look_and_leave();
	}
	observe(behind(0) && !seen->result,
		"PR_GET_SECCOMP returns %d; /proc/self/status says Seccomp: %d and Seccomp_filters: %d.",
		seen->result, seen->mode, seen->filters);
	observe(!seen->error, "mkdir: %s.", outcome(seen->error));
}

static void show_strict(void)
{
	char byte = 'x';
	int fd[2];

	if (in_child()) {
		if (pipe(fd) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0))
			_exit(UNCONFINED);
		seen->n[0] = write(fd[1], &byte, 1);
		seen->n[1] = read(fd[0], &byte, 1);
		syscall(__NR_getpid);
		seen->n[2] = 1;
		syscall(__NR_exit, 0);
	}
	observe(seen->n[0] == 1 && seen->n[1] == 1,
		"write returned %d, read returned %d.", seen->n[0], seen->n[1]);
	observe(killed_by(SIGKILL) && !seen->n[2],
		"Then it called getpid, and %s.", ending(status));
}

/* Print a program, for the three kinds of instructions we use. */
static void print_filter(const struct sock_filter *f)
{
	for (int i = 0; i < LENGTH; i++) {
		int yes = i + 1 + f[i].jt, no = i + 1 + f[i].jf;

		printf("     %d: ", i);
		if (BPF_CLASS(f[i].code) == BPF_LD)
			printf("take the %s\n",
			       f[i].k == offsetof(struct seccomp_data, nr) ?
			       "number of the call" : "architecture");
		else if (BPF_CLASS(f[i].code) == BPF_RET)
			printf("answer %#x, %s\n", f[i].k,
			       f[i].k == SECCOMP_RET_ALLOW ? "allow" :
			       "refuse with error EPERM");
		else if (f[i].k == AUDIT_ARCH_X86_64)
			printf("is it %#x, x86-64? then go to %d, else to %d\n",
			       f[i].k, yes, no);
		else
			printf("is it %u, mkdir? then go to %d, else to %d\n",
			       f[i].k, yes, no);
	}
}

static void show_filter(void)
{
	struct sock_filter code[LENGTH];

	write_filter(code, __NR_mkdir, SECCOMP_RET_ERRNO | EPERM);
	print_filter(code);
	if (in_child()) {
		refuse_mkdir();
		seen->result = prctl(PR_GET_SECCOMP);
		look_and_leave();
	}
	observe(behind(1) && seen->result == SECCOMP_MODE_FILTER,
		"Installed. PR_GET_SECCOMP returns %d; Seccomp: %d, Seccomp_filters: %d.",
		seen->result, seen->mode, seen->filters);
}

static void show_refused(void)
{
	if (in_child()) {
		seen->n[0] = geteuid();
		seen->n[1] = try_mkdir();
		refuse_mkdir();
		seen->error = try_mkdir();
		look_and_leave();
	}
	observe(!seen->n[0] && !seen->n[1], "User %d, without it: %s.",
		seen->n[0], outcome(seen->n[1]));
	observe(behind(1) && seen->error == EPERM,
		"The same user behind it: %s.", outcome(seen->error));
}

static void on_sigsys(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	seen->n[0] = sig;
	seen->n[1] = info->si_syscall;
	seen->addr[0] = (unsigned long)info->si_call_addr;
	seen->addr[1] = regs[REG_RIP];
	regs[REG_RAX] = ANSWER;
}

static void show_trapped(void)
{
	struct sigaction act = {
		.sa_sigaction = on_sigsys,
		.sa_flags = SA_SIGINFO,
	};

	if (in_child()) {
		sigaction(SIGSYS, &act, NULL);
		install(__NR_getppid, SECCOMP_RET_TRAP, 0);
		seen->result = syscall(__NR_getppid);
		look_and_leave();
	}
	observe(seen->n[0] == SIGSYS && seen->n[1] == __NR_getppid &&
		seen->addr[0] && seen->addr[0] == seen->addr[1],
		"The handler got signal %d: call number %d, made at address %#lx.",
		seen->n[0], seen->n[1], seen->addr[0]);
	observe(behind(1) && seen->result == ANSWER,
		"getppid returned %d, which is the handler's answer.",
		seen->result);
}

static void show_traced(void)
{
	struct user_regs_struct regs = { 0 };
	unsigned long data = 0;
	int nr = -1;

	if (in_child()) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		install(__NR_getppid, SECCOMP_RET_TRACE | 42, 0);
		seen->result = syscall(__NR_getppid);
		look_and_leave();
	}
	ptrace(PTRACE_SETOPTIONS, child, NULL,
	       PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
	ptrace(PTRACE_CONT, child, NULL, NULL);
	wait_for_child();
	if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		ptrace(PTRACE_GETEVENTMSG, child, NULL, &data);
		ptrace(PTRACE_GETREGS, child, NULL, &regs);
		nr = regs.orig_rax;
		regs.orig_rax = -1;	/* no call at all */
		regs.rax = ANSWER;
		ptrace(PTRACE_SETREGS, child, NULL, &regs);
		ptrace(PTRACE_CONT, child, NULL, NULL);
		wait_for_child();
	}
	if (WIFSTOPPED(status)) {
		kill(child, SIGKILL);
		wait_for_child();
	}
	observe(data == 42 && nr == __NR_getppid,
		"The tracer was told of call number %d, and of the filter's mark, %lu.",
		nr, data);
	observe(behind(1) && seen->result == ANSWER,
		"The child's getppid returned %d.", seen->result);
}

/*
 * Receive one mkdir, make another directory for it, and say that it is done. What
 * was read of the program's memory counts only if the program still waits: else
 * its number may be another's by now.
 */
static void supervise(int listener)
{
	struct seccomp_notif notif = { 0 };
	struct seccomp_notif_resp resp = { 0 };
	char path[64];
	int mem;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notif))
		return;
	snprintf(path, sizeof(path), "/proc/%d/mem", notif.pid);
	mem = open(path, O_RDONLY);
	if (pread(mem, seen->text, sizeof(DIRECTORY), notif.data.args[0]) < 0 ||
	    ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &notif.id))
		return;
	seen->n[0] = notif.data.nr;
	resp.id = notif.id;
	resp.error = mkdir(ELSEWHERE, 0700) ? -errno : 0;
	seen->n[1] = !ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

static void show_supervised(void)
{
	if (in_child()) {
		int pair[2], listener = -1;
		pid_t target;

		/* The program and its supervisor, who is not behind the filter. */
		if (pipe(pair))
			_exit(UNCONFINED);
		target = fork();
		if (!target) {
			listener = install(__NR_mkdir, SECCOMP_RET_USER_NOTIF,
					   SECCOMP_FILTER_FLAG_NEW_LISTENER);
			if (write(pair[1], &listener, sizeof(listener)) < 0)
				_exit(UNCONFINED);
			seen->error = error_of(mkdir(DIRECTORY, 0700));
			look_and_leave();
		}
		if (read(pair[0], &listener, sizeof(listener)) > 0)
			supervise(syscall(__NR_pidfd_getfd,
					  syscall(__NR_pidfd_open, target, 0),
					  listener, 0));
		waitpid(target, &status, 0);
		_exit(WEXITSTATUS(status));
	}
	observe(seen->n[0] == __NR_mkdir && !strcmp(seen->text, DIRECTORY),
		"The supervisor was told of call number %d and read in the program's memory which directory it wants: %s.",
		seen->n[0], seen->text);
	observe(seen->n[1] && !rmdir(ELSEWHERE) && rmdir(DIRECTORY) && errno == ENOENT,
		"It has made %s instead.", ELSEWHERE);
	observe(behind(1) && !seen->error, "The program's mkdir: %s.",
		outcome(seen->error));
}

/* A socket on which the kernel tells its audit records, or -1. */
static int open_audit(void)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	return bind(fd, (void *)&addr, sizeof(addr)) ? -1 : fd;
}

/* Wait for the audit record of the logged child. */
static bool read_audit(int fd, char *record, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	time_t end = time(NULL) + AUDIT_SECONDS;
	union {
		struct nlmsghdr head;
		char bytes[8192];
	} msg;

	while (fd >= 0 && time(NULL) < end && poll(&ready, 1, 1000) >= 0) {
		ssize_t len = recv(fd, &msg, sizeof(msg), MSG_DONTWAIT);

		if (len <= NLMSG_HDRLEN || msg.head.nlmsg_type != AUDIT_SECCOMP)
			continue;
		snprintf(record, size, "%.*s", (int)(len - NLMSG_HDRLEN),
			 (char *)NLMSG_DATA(&msg.head));
		if (strstr(record, "comm=\"" LOGGED_NAME "\""))
			return true;
	}
	return false;
}

static void show_logged(void)
{
	char record[900], want[40];
	int fd = open_audit();

	if (in_child()) {
		prctl(PR_SET_NAME, LOGGED_NAME);
		seen->n[0] = syscall(__NR_getppid);
		install(__NR_getppid, SECCOMP_RET_LOG, 0);
		seen->result = syscall(__NR_getppid);
		look_and_leave();
	}
	observe(behind(1) && seen->n[0] == seen->result,
		"getppid returned %d before the filter, and %d behind it.",
		seen->n[0], seen->result);
	snprintf(want, sizeof(want), " syscall=%d ", __NR_getppid);
	if (read_audit(fd, record, sizeof(record)))
		observe(strstr(record, want) && strstr(record, " sig=0 ") &&
			strstr(record, " code=0x7ffc0000"),
			"type=%d %s", AUDIT_SECCOMP, record);
	else
		observe(true, "The record cannot be read back here.");
	close(fd);
}

static void show_killed(void)
{
	if (in_child()) {
		install(__NR_mkdir, SECCOMP_RET_KILL_PROCESS, 0);
		seen->n[0] = 1;
		mkdir(DIRECTORY, 0700);
		seen->n[0] = 2;
		look_and_leave();
	}
	observe(killed_by(SIGSYS) && seen->n[0] == 1,
		"It called mkdir, and %s.", ending(status));
	observe(access(DIRECTORY, F_OK), "There is %s new directory.",
		access(DIRECTORY, F_OK) ? "no" : "a");
	rmdir(DIRECTORY);
}

/* What show_layers() goes on with in a freshly executed program. */
static void layers_after_exec(void)
{
	seen->n[0] = status_field("Seccomp_filters:");
	seen->n[1] = try_mkdir();
	install(__NR_mkdir, SECCOMP_RET_ALLOW, 0);
	child = fork();
	if (!child) {
		alarm(CHILD_SECONDS);
		seen->n[2] = status_field("Seccomp_filters:");
		seen->n[3] = try_mkdir();
		_exit(0);
	}
	wait_for_child();
	install(__NR_mkdir, SECCOMP_RET_KILL_PROCESS, 0);
	seen->n[4] = status_field("Seccomp_filters:");
	seen->n[5] = 1;
	try_mkdir();
	seen->n[5] = 2;
}

static void show_layers(void)
{
	char fd[12];

	snprintf(fd, sizeof(fd), "%d", seen_fd);
	if (in_child()) {
		refuse_mkdir();
		execl("/proc/self/exe", "tour", "--layers", fd, NULL);
		_exit(UNCONFINED);
	}
	observe(seen->n[0] == 1 && seen->n[1] == EPERM,
		"A filter that refuses mkdir, then exec. Seccomp_filters: %d, mkdir: %s.",
		seen->n[0], outcome(seen->n[1]));
	observe(seen->n[2] == 2 && seen->n[3] == EPERM,
		"A second one that allows it, then fork. Seccomp_filters: %d, mkdir: %s.",
		seen->n[2], outcome(seen->n[3]));
	observe(seen->n[4] == 3 && seen->n[5] == 1 && killed_by(SIGSYS),
		"A third one that kills. Seccomp_filters: %d; it called mkdir, and %s.",
		seen->n[4], ending(status));
}

static void show_stuck(void)
{
	if (in_child()) {
		refuse_mkdir();
		seen->n[0] = error_of(prctl(PR_SET_SECCOMP, 0, NULL));
		seen->n[1] = error_of(prctl(PR_SET_SECCOMP,
					    SECCOMP_MODE_STRICT, NULL));
		seen->error = try_mkdir();
		look_and_leave();
	}
	observe(seen->n[0] == EINVAL, "Asking for mode 0, no seccomp: %s.",
		outcome(seen->n[0]));
	observe(seen->n[1] == EINVAL, "Asking for mode 1, strict: %s.",
		outcome(seen->n[1]));
	observe(behind(1) && seen->error == EPERM,
		"Afterwards: Seccomp: %d, Seccomp_filters: %d, mkdir: %s.",
		seen->mode, seen->filters, outcome(seen->error));
}

static void show_unprivileged(void)
{
	const unsigned int refuse = SECCOMP_RET_ERRNO | EPERM;

	if (in_child()) {
		if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
			_exit(UNCONFINED);
		seen->n[0] = error_of(try_install(__NR_mkdir, refuse, 0));
		seen->n[1] = try_mkdir();
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		seen->n[2] = error_of(try_install(__NR_mkdir, refuse, 0));
		seen->n[3] = try_mkdir();
		look_and_leave();
	}
	observe(seen->n[0] == EACCES && !seen->n[1],
		"User %d installs a filter: %s. mkdir: %s.", NOBODY,
		outcome(seen->n[0]), outcome(seen->n[1]));
	observe(behind(1) && !seen->n[2] && seen->n[3] == EPERM,
		"The same with no_new_privs: %s. mkdir: %s.",
		outcome(seen->n[2]), outcome(seen->n[3]));
}

/* The least time for a call, in nanoseconds. */
static double cost_of_call(void)
{
	double least = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct timespec a, b;
		double ns;

		clock_gettime(CLOCK_MONOTONIC, &a);
		for (int i = 0; i < CALLS; i++)
			syscall(__NR_getppid);
		clock_gettime(CLOCK_MONOTONIC, &b);
		ns = (b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec);
		if (!round || ns < least)
			least = ns;
	}
	return least / CALLS;
}

static void show_cost(void)
{
	static const int layers[] = { 0, 1, 10 };

	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers); i++) {
		if (in_child()) {
			for (int k = 0; k < layers[i]; k++)
				refuse_mkdir();
			seen->ns = cost_of_call();
			look_and_leave();
		}
		observe(behind(layers[i]),
			"Seccomp_filters: %2d %9.1f ns for a call",
			seen->filters, seen->ns);
	}
}

static const struct step {
	const char *title, *text;
	void (*show)(void);
} steps[] = {
	{ "The kernel",
	  "A program can do nothing to the world by itself: to open a file, send a packet or start a process it must call the kernel. Seccomp stands at that door. It looks at every call and takes one of these actions, the strictest named first.",
	  show_kernel },
	{ "A program without a filter",
	  "Most programs live without it: nobody asks, every call goes through. A child looks at itself, and makes a directory.",
	  show_free },
	{ "Strict mode",
	  "The oldest sandbox has one rule: after entering it, a program may read, write, return from a signal handler, and leave. Anything else is its end, by SIGKILL. A child writes, reads, and then asks for its own process id.",
	  show_strict },
	{ "A filter",
	  "Programs that do more bring a rule of their own: a filter, a tiny program the kernel runs before each call. It can take the call's number, the architecture and the arguments, compare, and answer. It cannot loop, and it cannot follow a pointer. This one refuses to make directories:",
	  show_filter },
	{ "A call refused",
	  "Behind that filter, mkdir fails with EPERM. The kernel would have let root do it, but the question never gets that far.",
	  show_refused },
	{ "A call trapped",
	  "A filter can also turn a call into a signal, SIGSYS. A handler in the same program learns which call it was and where it was made, and puts a result of its own in its place. Here it invents a parent.",
	  show_trapped },
	{ "A call traced",
	  "Or the filter stops the program and wakes its tracer, as a debugger is woken. The tracer reads the registers, has the call skipped, and writes a result.",
	  show_traced },
	{ "A call answered by a supervisor",
	  "Or another program answers: a supervisor, who holds the filter's listener. The call waits while he looks into it, does the work in his own way, or refuses. So a container can be given what it may not do itself.",
	  show_supervised },
	{ "A call logged",
	  "The mildest action lets the call go on and leaves a record of it in the audit log. That is how one finds out what a program needs before forbidding anything.",
	  show_logged },
	{ "A program killed",
	  "The strictest action leaves no answer at all: the process ends with SIGSYS, before the call has done anything.",
	  show_killed },
	{ "Layers",
	  "A filter is inherited by every child and kept by every program executed. More can be added, each a further layer. All are asked, and the strictest answer wins: a later layer can take away, but never give back.",
	  show_layers },
	{ "No way out",
	  "A filter cannot be taken off again: not by the program behind it, not even if that program is root, and not by entering another mode.",
	  show_stuck },
	{ "Without privileges",
	  "Anybody may be in a sandbox, but not anybody may put a program that gains privileges into one, for a filter can lie to it: the program asks to become an ordinary user, hears that it worked, and is still root. So an ordinary user must first give up gaining privileges, with no_new_privs, or is told EACCES.",
	  show_unprivileged },
	{ "What it costs",
	  "A child calls getppid in a loop, behind no filter, one, and ten, all of which allow it. The best of some rounds counts. In an emulated machine these times mean nothing by themselves: they only compare with each other.",
	  show_cost },
};

int main(int argc, char **argv)
{
	const int count = sizeof(steps) / sizeof(*steps);
	struct rlimit no_core = { 0, 0 };
	const char *term = getenv("TERM");
	bool tty = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
	int good = 0;

	seen_fd = argc == 3 && !strcmp(argv[1], "--layers") ?
		  atoi(argv[2]) : (int)syscall(__NR_memfd_create, "seen", 0);
	if (argc != 3 && ftruncate(seen_fd, sizeof(*seen)))
		perror("memory to share");
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED,
		    seen_fd, 0);
	if (seen == MAP_FAILED) {
		perror("memory to share");
		return 1;
	}
	if (argc == 3) {
		layers_after_exec();
		return 0;
	}
	if (geteuid()) {
		fprintf(stderr, "The tour needs root.\n");
		return 1;
	}
	setrlimit(RLIMIT_CORE, &no_core);
	rmdir(DIRECTORY);	/* from a run that was cut short */

	for (int i = 0; i < count; i++) {
		printf("\n%s%d. %s%s\n", tty ? "\033[1m" : "", i + 1,
		       steps[i].title, tty ? "\033[0m" : "");
		wrap("  ", "  ", steps[i].text);
		step_ok = true;
		steps[i].show();
		if (!step_ok && WIFEXITED(status) &&
		    WEXITSTATUS(status) == UNCONFINED)
			wrap("     ", "     ", "The child could not enter its sandbox.");
		good += step_ok;
	}
	printf("\n%d of %d steps went as announced.\n", good, count);
	return good != count;
}
