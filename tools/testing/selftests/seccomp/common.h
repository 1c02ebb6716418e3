/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every seccomp test needs: the ABI's names where the C library's headers are too
 * old for them, ways to write and install a program, and ways to look at a process from
 * outside.
 */
#ifndef SELFTESTS_SECCOMP_COMMON_H
#define SELFTESTS_SECCOMP_COMMON_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

/* What takes a second may take a hundred on a debug kernel under emulation. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300

#ifndef BPF_STMT
#error "another linux/filter.h is in the way: give tools/include with -idirafter, not -I"
#endif

/* The ABI by the kernel release that brought it: headers have all of a release or nothing. */
#ifndef SECCOMP_GET_ACTION_AVAIL			/* 4.14 */
#define SECCOMP_GET_ACTION_AVAIL		2
#define SECCOMP_FILTER_FLAG_LOG			0x02
#define SECCOMP_RET_KILL_PROCESS		0x80000000U
#define SECCOMP_RET_KILL_THREAD			0
#define SECCOMP_RET_LOG				0x7ffc0000U
#define SECCOMP_RET_ACTION_FULL			0xffff0000U
#endif
#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW			/* 4.17 */
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW		0x04
#endif
#ifndef SECCOMP_GET_NOTIF_SIZES				/* 5.0 */
#define SECCOMP_GET_NOTIF_SIZES			3
#define SECCOMP_FILTER_FLAG_NEW_LISTENER	0x08
#define SECCOMP_RET_USER_NOTIF			0x7fc00000U
#endif
#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH			/* 5.7 */
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH		0x10
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV		/* 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV	0x20
#endif

#ifndef SYS_SECCOMP
#define SYS_SECCOMP			1
#endif

/* seccomp_data.arch as this program's own system calls show it; x32 has no value of its own. */
#if defined(__x86_64__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_RISCV64
#elif defined(__riscv)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_RISCV32
#elif defined(__s390x__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_PPC64LE
#elif defined(__powerpc64__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_PPC64
#elif defined(__powerpc__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_PPC
#elif defined(__loongarch_lp64)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_LOONGARCH64
#elif defined(__m68k__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_M68K
#elif defined(__mips__) && defined(_ABIO32) && _MIPS_SIM == _ABIO32
#define AUDIT_ARCH_CURRENT \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? AUDIT_ARCH_MIPSEL : AUDIT_ARCH_MIPS)
#elif defined(__mips__) && defined(_ABI64) && _MIPS_SIM == _ABI64
#define AUDIT_ARCH_CURRENT \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? AUDIT_ARCH_MIPSEL64 : AUDIT_ARCH_MIPS64)
#elif defined(__mips__)
#define AUDIT_ARCH_CURRENT \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? AUDIT_ARCH_MIPSEL64N32 : AUDIT_ARCH_MIPS64N32)
#elif defined(__hppa__)
#define AUDIT_ARCH_CURRENT AUDIT_ARCH_PARISC
#elif defined(__sh__)
#define AUDIT_ARCH_CURRENT \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? AUDIT_ARCH_SHEL : AUDIT_ARCH_SH)
#else
#error "seccomp selftests: say what seccomp_data.arch is on this architecture"
#endif

/* A 64-bit field holds its low word first or last, as the machine's byte order has it. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW_WORD_AT	0
#define HIGH_WORD_AT	4
#else
#define LOW_WORD_AT	4
#define HIGH_WORD_AT	0
#endif

/* One load of a 32-bit field of struct seccomp_data. */
#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

/* One load of half an argument. */
#define LOAD_ARG_LO(n) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]) + LOW_WORD_AT)
#define LOAD_ARG_HI(n) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]) + HIGH_WORD_AT)

/* The end of a program. */
#define RET(value)	BPF_STMT(BPF_RET | BPF_K, (value))

/* Three instructions: this system call number gets this value, others go on. */
#define ON_NR(number, value) \
	LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), RET(value)

/* A whole program as an lvalue, alive until the enclosing block ends: &PROGRAM(RET(0)). */
#define PROGRAM(...)							\
	((struct sock_fprog){						\
		.len = sizeof((struct sock_filter[]){ __VA_ARGS__ }) /	\
		       sizeof(struct sock_filter),			\
		.filter = (struct sock_filter[]){ __VA_ARGS__ },	\
	})

/*
 * m68k's C library aligns its words to two bytes, and futexes are to be aligned to four.
 * Not less than eight, since that lowers the alignment of a semaphore of a 64-bit library.
 */
#define FUTEX_ALIGNED	__attribute__((aligned(8)))

/* Where a stack begins that is an array; PA-RISC's grow upwards. */
#ifdef __hppa__
#define STACK_BOTTOM(stack)	(stack)
#else
#define STACK_BOTTOM(stack)	((stack) + sizeof(stack))
#endif

/* seccomp(2), for which the C library has no wrapper. */
static inline int sys_seccomp(unsigned int op, unsigned int flags, const void *args)
{
	return syscall(__NR_seccomp, op, flags, args);
}

/* Installs a program through seccomp(2). */
static inline int filter_install(unsigned int flags, const struct sock_fprog *prog)
{
	return sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, prog);
}

/* Installs a program through the older door. */
static inline int filter_install_prctl(const struct sock_fprog *prog)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, prog, 0, 0);
}

/* What lets a process without privilege install a program. */
static inline int set_no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* The calling thread's id; not every C library in use has gettid(). */
static inline pid_t sys_gettid(void)
{
	return syscall(__NR_gettid);
}

/* Reads the beginning of a file, as far as there is room; is there anything? */
static inline bool file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Writes a file of the kernel, as a whole or not at all. */
static inline bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* Copies the text behind NAME: in /proc/PID/status (a process, a thread, or 0: the caller). */
static inline bool status_text(pid_t pid, const char *name, char *value, size_t size)
{
	char path[64], text[16384], *line = text;
	size_t have = 0, key = strlen(name);
	ssize_t got;
	int fd;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/status", pid);
	else
		snprintf(path, sizeof(path), "/proc/thread-self/status");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while ((got = read(fd, text + have, sizeof(text) - 1 - have)) > 0)
		have += got;
	close(fd);
	text[have] = '\0';

	while (line) {
		if (!strncmp(line, name, key) && line[key] == ':') {
			line += key + 1;
			line += strspn(line, " \t");
			snprintf(value, size, "%.*s", (int)strcspn(line, "\n"), line);
			return true;
		}
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return false;
}

/* The number behind NAME: in /proc/PID/status, -1 when there is no such line or process. */
static inline long status_field(pid_t pid, const char *name)
{
	char value[64];

	return status_text(pid, name, value, sizeof(value)) ? strtol(value, NULL, 10) : -1;
}

/* Does the kernel tell in which call a task sleeps? m68k does not. */
static inline bool sleeps_are_told(void)
{
	return !access("/proc/self/syscall", F_OK);
}

/* Is it asleep? Whom a signal would not wake is so in state D. */
static inline bool is_asleep(pid_t pid)
{
	char state[64];

	return status_text(pid, "State", state, sizeof(state)) && strchr("SD", state[0]);
}

/* Waits for a child and gives its raw wait status, -1 if there is none. */
static inline int wait_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return -1;
	return status;
}

/* Runs fn in a child, which leaves with 0 when fn returns; gives its raw wait status. */
static inline int child_status(void (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (!pid) {
		fn(arg);
		_exit(0);
	}
	return wait_status(pid);
}

/* Was it this signal that ended the process? */
static inline bool died_of(int status, int sig)
{
	return status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == sig;
}

/* Did the process leave by itself with this code? */
static inline bool exited_with(int status, int code)
{
	return status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* The number that the next descriptor gets. */
static inline int lowest_free_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

/* Zeroed memory that this process and its future children share; NULL when there is none. */
static inline void *shared_memory(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* For code in a child, where EXPECT_* reach nobody: says what is wrong and leaves with 99. */
#define CHILD_REQUIRE(condition) do {						\
	if (!(condition)) {							\
		dprintf(STDERR_FILENO, "# %s:%d: in a child: not so: %s (errno %d)\n", \
			__FILE__, __LINE__, #condition, errno);			\
		_exit(99);							\
	}									\
} while (0)

#endif /* SELFTESTS_SECCOMP_COMMON_H */
