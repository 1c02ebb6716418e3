// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's init: mount what programs expect, run one job, report, end the
 * guest. It is the only program of an initramfs; what is to be done stands in
 * files beside it:
 *
 *	/job/command	a shell command
 *	/job/root	if there: run it in the host's root file system (9p
 *			share "host"), read-only underneath a writable layer;
 *			it says how many more shares ("over0", …) to lay
 *			between the two, the first on top
 *	/job/cwd	if there: the working directory
 *	/job/tty	if there: an interactive terminal, of this size
 *
 * The job's output goes to the virtio console. Its exit status, or why there is none,
 * goes to the virtio port "verdict" as one line: "exit N" or "init: reason".
 * Whatever goes wrong before is a verdict too, so that silence means a hang or
 * a crash of the kernel.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* The console that is the job's: hvc0, or as the kernel's parameter "terminal" says. */
static char terminal[32] = "/dev/hvc0";

static int verdict_fd = -1;

/* QEMU is told not to reboot, and ends instead; that needs no ACPI. */
static void end(void)
{
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

__attribute__((format(printf, 1, 2)))
static void verdict(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (verdict_fd < 0 || vdprintf(verdict_fd, format, args) < 0)
		vprintf(format, args);
	va_end(args);
}

__attribute__((format(printf, 1, 2), noreturn))
static void fail(const char *format, ...)
{
	int error = errno;
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	verdict("init: %s: %s\n", text, strerror(error));
	end();
	__builtin_unreachable();
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* The first @size - 1 bytes of a file, less the newline at their end. */
static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	if (length < 0)
		fail("%s", path);
	close(fd);
	while (length && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
}

struct mount_point {
	const char *type, *path, *options;
	enum { NEEDED, OPTIONAL, INITRAMFS_ONLY } when;
};

static const struct mount_point everywhere[] = {
	{ "devtmpfs", "/dev", NULL, NEEDED },
	{ "proc", "/proc", NULL, NEEDED },
	{ "sysfs", "/sys", NULL, NEEDED },
	{ "devpts", "/dev/pts", "mode=620,ptmxmode=666", NEEDED },
	{ "tmpfs", "/dev/shm", "mode=1777", NEEDED },
	{ "tmpfs", "/run", "mode=755", NEEDED },
	/* The host's has a writable layer, and may hold the checkout. */
	{ "tmpfs", "/tmp", "mode=1777", INITRAMFS_ONLY },
	{ "debugfs", "/sys/kernel/debug", NULL, OPTIONAL },
	{ "tracefs", "/sys/kernel/tracing", NULL, OPTIONAL },
	{ "cgroup2", "/sys/fs/cgroup", NULL, OPTIONAL },
};

static void mount_all(const char *root)
{
	char path[128];

	for (size_t i = 0; i < sizeof(everywhere) / sizeof(*everywhere); i++) {
		const struct mount_point *m = &everywhere[i];

		if (m->when == INITRAMFS_ONLY && *root)
			continue;
		snprintf(path, sizeof(path), "%s%s", root, m->path);
		mkdir(path, 0755);
		if (mount(m->type, path, m->type, 0, m->options) && m->when != OPTIONAL)
			fail("mount %s on %s", m->type, path);
	}
}

/* Programs count on these, devtmpfs does not make them. */
static void link_standard_files(void)
{
	static const char *const links[][2] = {
		{ "/proc/self/fd", "/dev/fd" },
		{ "/proc/self/fd/0", "/dev/stdin" },
		{ "/proc/self/fd/1", "/dev/stdout" },
		{ "/proc/self/fd/2", "/dev/stderr" },
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (symlink(links[i][0], links[i][1]) && errno != EEXIST)
			fail("%s", links[i][1]);
}

static void mount_share(const char *tag, const char *path)
{
	if (mkdir(path, 0755) ||
	    mount(tag, path, "9p", MS_RDONLY,
		  "trans=virtio,version=9p2000.L,msize=512000,cache=loose"))
		fail("mount the share %s", tag);
}

/*
 * The host's files, seen through an overlay whose writable side is memory: the
 * share itself is read-only in QEMU, here, and in the overlay.
 */
static void enter_host_root(void)
{
	char options[1024] = "lowerdir=", path[32], text[16];
	int overs;

	read_text("/job/root", text, sizeof(text));
	overs = atoi(text);
	for (int i = 0; i < overs && i < 8; i++) {
		snprintf(path, sizeof(path), "/over%d", i);
		mount_share(path + 1, path);
		strcat(options, path);
		strcat(options, ":");
	}
	mount_share("host", "/host");
	strcat(options, "/host,upperdir=/writable/upper,workdir=/writable/work");

	mkdir("/writable", 0755);
	mkdir("/root", 0755);
	if (mount("tmpfs", "/writable", "tmpfs", 0, NULL) ||
	    mkdir("/writable/upper", 0755) || mkdir("/writable/work", 0755))
		fail("make the writable layer");
	if (mount("overlay", "/root", "overlay", 0, options))
		fail("mount the writable layer over the host's files (%s)", options);

	mount_all("/root");
	if (mkdir("/root/run/job", 0700) ||
	    mount("/job", "/root/run/job", NULL, MS_BIND, NULL))
		fail("bind /job");
	if (chdir("/root") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") ||
	    chdir("/"))
		fail("enter the host's root file system");
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		fail("bring up the loopback interface");
	close(fd);
}

/* Ports are found by their names, which sysfs tells. */
static bool open_verdict_port(void)
{
	char path[64], name[32];
	struct dirent *port;
	DIR *ports = opendir("/sys/class/virtio-ports");

	while (ports && verdict_fd < 0 && (port = readdir(ports))) {
		if (port->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%.16s/name", port->d_name);
		if (!exists(path))
			continue;
		read_text(path, name, sizeof(name));
		if (strcmp(name, "verdict"))
			continue;
		snprintf(path, sizeof(path), "/dev/%.16s", port->d_name);
		verdict_fd = open(path, O_WRONLY | O_CLOEXEC);
	}
	if (ports)
		closedir(ports);
	return verdict_fd >= 0;
}

/* The device tells of its ports while the kernel already runs this. */
static void await_verdict_port(void)
{
	for (int tries = 0; tries < 1000; tries++) {
		if (open_verdict_port())
			return;
		usleep(10000);
	}
	fail("no port to give the verdict to");
}

static void open_terminal(const char *job, bool interactive)
{
	struct termios settings;
	int fd = open(terminal, O_RDWR | (interactive ? 0 : O_NOCTTY));

	if (fd < 0)
		fail(terminal);
	if (interactive) {
		struct winsize size = { 0 };
		char path[32], text[32];

		snprintf(path, sizeof(path), "%s/tty", job);
		read_text(path, text, sizeof(text));
		if (sscanf(text, "%hu %hu", &size.ws_row, &size.ws_col) == 2)
			ioctl(fd, TIOCSWINSZ, &size);
	} else if (!tcgetattr(fd, &settings)) {
		/* A pipe to the host: not a byte more or less than was written. */
		cfmakeraw(&settings);
		tcsetattr(fd, TCSANOW, &settings);
	}
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

static void run_job(const char *job, const char *directory, bool interactive)
{
	char command[512];

	setsid();
	open_terminal(job, interactive);
	if (!interactive) {
		/* Nobody types: reading is at the end at once. */
		close(0);
		if (open("/dev/null", O_RDONLY))
			fail("/dev/null");
	} else {
		ioctl(0, TIOCSCTTY, 0);
	}
	if (*directory && chdir(directory))
		fail("%s", directory);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", exists("/root") ? "/root" : "/", 1);
	setenv("TERM", interactive ? "xterm-256color" : "dumb", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("USER", "root", 1);
	snprintf(command, sizeof(command), "%s/command", job);
	execl("/bin/sh", "sh", command, NULL);
	fail("/bin/sh");
}

int main(void)
{
	const char *job = "/job";
	char directory[4096] = "";
	bool interactive;
	int status;
	pid_t child;

	if (getenv("terminal"))
		snprintf(terminal, sizeof(terminal), "/dev/%s", getenv("terminal"));
	mount_all("");
	await_verdict_port();
	sethostname("guest", 5);
	loopback_up();

	interactive = exists("/job/tty");
	if (exists("/job/cwd"))
		read_text("/job/cwd", directory, sizeof(directory));
	if (exists("/job/root")) {
		enter_host_root();
		job = "/run/job";
	}

	link_standard_files();

	child = fork();
	if (child < 0)
		fail("fork");
	if (!child)
		run_job(job, directory, interactive);

	/* Reap whatever the job leaves behind, until the job itself ends. */
	for (;;) {
		pid_t pid = wait(&status);

		if (pid == child)
			break;
		if (pid < 0 && errno != EINTR)
			fail("wait");
	}
	verdict("exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	/* The terminal is asynchronous: let it drain first. */
	status = open(terminal, O_RDWR | O_NOCTTY);
	if (status >= 0)
		tcdrain(status);
	end();
}
