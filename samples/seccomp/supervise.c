// SPDX-License-Identifier: GPL-2.0
/*
 * supervise - run a command that can open files for reading below some directories only
 *
 *	cc -o supervise supervise.c	(or CONFIG_SAMPLES=y; make headers; make samples/seccomp/)
 *	./supervise /usr:/lib:/lib64:/etc cat /etc/hostname
 *
 * The command's openat() waits for this program, which opens the file in its place and hands it
 * over. It does not look at the path and let the call go on (SECCOMP_USER_NOTIF_FLAG_CONTINUE):
 * the kernel would read it anew, and until then another thread can write another one there.
 *
 * Paths must be absolute (relative ones, so most directory walks, are refused) and are compared
 * as written. A symbolic link out of its directory is refused, even if into another one. Files are
 * opened with the rights of this program; do not name /proc, whose "self" it would be. It is no
 * sandbox yet: those refuse to execute, rename and remove files, to trace processes, and more.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64			/* for all addresses in /proc/PID/mem */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Other architectures have other values. */
#if defined(__x86_64__)
#define NATIVE_ARCH	AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define NATIVE_ARCH	AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define NATIVE_ARCH	AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define NATIVE_ARCH	AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define NATIVE_ARCH	AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define NATIVE_ARCH	AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define NATIVE_ARCH	AUDIT_ARCH_PPC64LE
#elif defined(__powerpc__)
#define NATIVE_ARCH	(sizeof(void *) == 8 ? AUDIT_ARCH_PPC64 : AUDIT_ARCH_PPC)
#elif defined(__mips__)
#include <sgidefs.h>
#define ENDIAN		(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __AUDIT_ARCH_LE : 0)
#if _MIPS_SIM == _MIPS_SIM_ABI32
#define NATIVE_ARCH	(AUDIT_ARCH_MIPS | ENDIAN)
#elif _MIPS_SIM == _MIPS_SIM_NABI32
#define NATIVE_ARCH	(AUDIT_ARCH_MIPS64N32 | ENDIAN)
#else
#define NATIVE_ARCH	(AUDIT_ARCH_MIPS64 | ENDIAN)
#endif
#elif defined(__hppa__)
#define NATIVE_ARCH	AUDIT_ARCH_PARISC
#elif defined(__m68k__)
#define NATIVE_ARCH	AUDIT_ARCH_M68K
#elif defined(__sh__)
#define NATIVE_ARCH	\
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? AUDIT_ARCH_SHEL : AUDIT_ARCH_SH)
#elif defined(__loongarch__)
#define NATIVE_ARCH	AUDIT_ARCH_LOONGARCH64
#elif defined(__csky__)
#define NATIVE_ARCH	AUDIT_ARCH_CSKY
#elif defined(__xtensa__)
#define NATIVE_ARCH	AUDIT_ARCH_XTENSA
#else
#error "supervise: say what seccomp_data.arch is on this architecture"
#endif
#define LISTENER	100			/* a descriptor that nobody else uses */
#define X32_BIT		0x40000000		/* calls of x32 have this, and the arch of x86-64 */
/* Reading without any effect on the file. Not O_PATH: what that gives has other uses. */
#define HARMLESS (O_CLOEXEC | O_DIRECTORY | O_LARGEFILE | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK)

#define DIRS_MAX	32
static const char *dir_names[DIRS_MAX];
static int dir_fds[DIRS_MAX], dirs;

#define LOAD(field)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RET(result)	BPF_STMT(BPF_RET | BPF_K, (result))
#define ON(number, result) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), RET(result)
#define ABSENT(number)	ON(number, SECCOMP_RET_ERRNO | ENOSYS)
#define UNLESS(value, result) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 1, 0), RET(result)

/*
 * A number means something within one ABI: calls of others end the process. Other ways to open a
 * file "do not exist": programs can do without openat2() and io_uring, as older kernels lack them,
 * and glibc uses openat() for open(). For one that does not (musl), open() has to be notified too.
 */
static int install_filter(void)
{
	struct sock_filter filter[] = {
		LOAD(arch), UNLESS(NATIVE_ARCH, SECCOMP_RET_KILL_PROCESS),
		LOAD(nr), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, X32_BIT),
		UNLESS(__NR_openat & X32_BIT, SECCOMP_RET_KILL_PROCESS),
		LOAD(nr), ON(__NR_openat, SECCOMP_RET_USER_NOTIF),
#ifdef __NR_open
		ABSENT(__NR_open), ABSENT(__NR_creat),
#endif
		ABSENT(__NR_openat2), ABSENT(__NR_open_by_handle_at),
		ABSENT(__NR_io_uring_setup),
		RET(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	/* So that no set-user-ID program can be deceived. */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -1 :
	       syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		       &program);
}

/* The child shares our descriptors until it executes: so the listener it gets is ours. */
static pid_t start(char **command)
{
	pid_t pid = syscall(__NR_clone, CLONE_FILES | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);

	if (!pid) {
		int fd = install_filter();

		if (fd >= 0 && dup3(fd, LISTENER, O_CLOEXEC) >= 0 && !close(fd))
			execvp(*command, command);
		err(127, "%s", *command);
	}
	return pid;
}

/* A copy of the caller's path; 0 or a negative errno. */
static int read_path(struct seccomp_notif *call, char path[PATH_MAX])
{
	ssize_t got = -1;
	int mem;

	snprintf(path, PATH_MAX, "/proc/%u/mem", call->pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	/* Its number could be another's by now. But if it waits still, this is its memory. */
	if (mem >= 0 && !ioctl(LISTENER, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id))
		got = pread(mem, path, PATH_MAX, call->data.args[1]);
	close(mem);
	/* If a signal has ended the call meanwhile, its memory may have been put to other use. */
	if (got <= 0 || ioctl(LISTENER, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id))
		return -EFAULT;
	return memchr(path, '\0', got) ? 0 : got < PATH_MAX ? -EFAULT : -ENAMETOOLONG;
}

/* A file for the caller, or a negative errno. */
static int open_for(struct seccomp_notif *call)
{
	struct open_how how = {			/* A FIFO must not hold us up: O_NONBLOCK. */
		.flags = (unsigned int)call->data.args[2] | O_CLOEXEC | O_NONBLOCK,
		/* The kernel sees to it that no "..", no link and no renaming leads out. */
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	char path[PATH_MAX];
	int err = how.flags & ~HARMLESS ? -EACCES : read_path(call, path), fd = -EACCES;
	struct stat stat;

	for (int i = 0; !err && fd < 0 && i < dirs; i++) {
		const char *rest = path + strlen(dir_names[i]);

		if (strncmp(path, dir_names[i], rest - path) || (*rest && *rest != '/'))
			continue;
		rest += strspn(rest, "/");
		fd = syscall(__NR_openat2, dir_fds[i], *rest ? rest : ".", &how, sizeof(how));
		if (fd < 0)
			fd = errno == EXDEV ? -EACCES : -errno;
	}
	/* Devices can do anything when they are read. */
	if (fd >= 0 && (fstat(fd, &stat) || !(S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode)))) {
		close(fd);
		fd = -EACCES;
	}
	return err ?: fd;
}

static void answer(struct seccomp_notif *call, struct seccomp_notif_resp *resp)
{
	int fd = open_for(call);
	/* In one step: a caller that is interrupted has not got the file. */
	struct seccomp_notif_addfd addfd = {
		.id = call->id, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = fd,
		/* This flag is the number's, not the file's: our own says nothing about it. */
		.newfd_flags = call->data.args[2] & O_CLOEXEC,
	};

	resp->id = call->id;
	resp->error = fd < 0 ? fd : 0;
	if (fd >= 0 && TEMP_FAILURE_RETRY(ioctl(LISTENER, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd)) < 0)
		resp->error = -errno;
	close(fd);
	/* It may fail with ENOENT, as may ADDFD: the caller was interrupted, or has ended. */
	if (resp->error)
		TEMP_FAILURE_RETRY(ioctl(LISTENER, SECCOMP_IOCTL_NOTIF_SEND, resp));
}

int main(int argc, char **argv)
{
	int help = argc > 1 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")), status;
	struct pollfd listening = { .fd = LISTENER, .events = POLLIN };
	struct seccomp_notif_sizes sizes;
	struct seccomp_notif_resp *resp;
	struct seccomp_notif *call;
	pid_t pid;

	if (argc < 3 || *argv[1] != '/') {
		fputs("usage: supervise /DIR[:/DIR...] COMMAND [ARG...]\n", help ? stdout : stderr);
		return help ? 0 : 2;
	}
	for (char *dir = strtok(argv[1], ":"); dir; dir = strtok(NULL, ":")) {
		dir_names[dirs] = dir;
		dir_fds[dirs] = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (*dir != '/' || dir_fds[dirs++] < 0 || dirs == DIRS_MAX)
			errx(2, "%s: no directory with an absolute name, or too many", dir);
	}
	/* A newer kernel may write and read more than these headers know. */
	if (syscall(__NR_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes))
		err(2, "seccomp");
	call = malloc(sizes.seccomp_notif + sizeof(*call));
	resp = calloc(1, sizes.seccomp_notif_resp + sizeof(*resp));
	pid = start(argv + 2);
	if (!call || !resp || pid < 0)
		err(2, "start");
	/* Until it hangs up, because nobody is left who could ask. */
	while (TEMP_FAILURE_RETRY(poll(&listening, 1, -1)) > 0 && listening.revents == POLLIN) {
		memset(call, 0, sizes.seccomp_notif);
		/* Interrupted, or the caller has ended? Then there may be others. */
		if (!ioctl(LISTENER, SECCOMP_IOCTL_NOTIF_RECV, call))
			answer(call, resp);
	}
	TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
