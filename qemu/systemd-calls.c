// SPDX-License-Identifier: GPL-2.0
/*
 * The program of a service: which calls may it make?
 *
 * Prints its Seccomp lines of /proc/self/status, and for each call of a table
 * whether it was done, the name of its error, or the signal that it died of. Each
 * call is made by a child of its own. Those that would change something lack what they
 * need for that, so without a filter they fail in another way than with one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

static long call_umount(void)
{
	return umount2("/nowhere", 0);
}

static long call_chroot(void)
{
	return chroot("/nowhere");
}

/* getpid, as 32-bit programs call it. */
static long call_int80(void)
{
	long result = 20;

	asm volatile("int $0x80" : "+a" (result) : : "memory", "r8", "r9", "r10", "r11");
	if (result < 0)
		errno = -result;
	return result < 0 ? -1 : result;
}

static long call_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static long call_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long call_unshare(void)
{
	return unshare(CLONE_NEWUTS);
}

static long call_fifo(void)
{
	struct sched_param param = { .sched_priority = 1 };

	return sched_setscheduler(0, SCHED_FIFO, &param);
}

static long call_setuid_bit(void)
{
	return chmod("/nowhere", 04755);
}

static long call_personality(void)
{
	return personality(ADDR_NO_RANDOMIZE);
}

static long call_wx(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? -1 : 0;
}

/* To read it needs no privilege. */
static long call_clock(void)
{
	struct timex times = { 0 };

	return adjtimex(&times);
}

static long call_module(void)
{
	return syscall(SYS_delete_module, NULL, 0);
}

static long call_syslog(void)
{
	return klogctl(10, NULL, 0);	/* the size of its buffer */
}

static long call_sysctl(void)
{
	return syscall(SYS__sysctl, NULL);
}

static long call_hostname(void)
{
	return syscall(SYS_sethostname, NULL, -1);
}

/* To the level that it has. */
static long call_iopl(void)
{
	return iopl(0);
}

static long call_sync(void)
{
	sync();
	return 0;
}

static const struct {
	const char *name;
	long (*make)(void);
} calls[] = {
	{ "umount", call_umount },
	{ "chroot", call_chroot },
	{ "int80", call_int80 },
	{ "netlink", call_netlink },
	{ "unix", call_unix },
	{ "unshare", call_unshare },
	{ "fifo", call_fifo },
	{ "setuid-bit", call_setuid_bit },
	{ "personality", call_personality },
	{ "write-execute", call_wx },
	{ "clock", call_clock },
	{ "module", call_module },
	{ "syslog", call_syslog },
	{ "sysctl", call_sysctl },
	{ "hostname", call_hostname },
	{ "iopl", call_iopl },
	{ "sync", call_sync },
};

static void say_status(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];

	if (!status)
		exit(2);
	while (fgets(line, sizeof(line), status))
		if (!strncmp(line, "Seccomp", 7) || !strncmp(line, "NoNewPrivs", 10))
			fputs(line, stdout);
	fclose(status);
}

static void say_call(size_t i)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		exit(2);
	if (!child) {
		/* A core that nobody wants. */
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
		_exit(calls[i].make() < 0 ? errno : 0);
	}
	if (waitpid(child, &status, 0) != child)
		exit(2);
	if (WIFSIGNALED(status))
		printf("%s SIG%s\n", calls[i].name, sigabbrev_np(WTERMSIG(status)));
	else
		printf("%s %s\n", calls[i].name,
		       WEXITSTATUS(status) ? strerrorname_np(WEXITSTATUS(status)) : "done");
}

/* With the name of a call as argument, that one alone, and by this process. */
int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		if (argc > 1 && !strcmp(argv[1], calls[i].name)) {
			calls[i].make();
			return 0;
		}
	}
	if (argc > 1)
		return 2;
	say_status();
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		say_call(i);
	return 0;
}
