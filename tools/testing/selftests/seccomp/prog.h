/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs as descriptors, and filters that wait for an execve: what the tests of both
 * share. All of it is beyond Linux 7.2.
 */
#ifndef SELFTESTS_SECCOMP_PROG_H
#define SELFTESTS_SECCOMP_PROG_H

#include "common.h"

#include <linux/kcmp.h>
#include <sys/ioctl.h>

#ifndef SECCOMP_CREATE_PROG
#define SECCOMP_CREATE_PROG		0x100
#define SECCOMP_FILTER_FLAG_ON_EXEC	(1UL << 28)
#define SECCOMP_FILTER_FLAG_PROG_FD	(1UL << 29)
struct seccomp_prog_info {
	__u64 id;
	__u64 insns;
	__u32 len;
	__u32 layers;
};
#define SECCOMP_IOCTL_PROG_INFO		SECCOMP_IOWR(0x80, struct seccomp_prog_info)
#endif
#define KCMP_SECCOMP_TYPE		0x80
#define KCMP_SECCOMP_PROG_TYPE		0x81

/* PTRACE_SECCOMP_GET_FILTER_FD, beside the C library's names for the other requests. */
#define GET_FILTER_FD	0x4280

struct filter {
	__u32 index;
	__u32 count;
	__u64 id;
	__u64 flags;
	__u32 prctl;
	__s32 fd;
};
#define ON_EXEC		SECCOMP_FILTER_FLAG_ON_EXEC
#define PROG_FD		SECCOMP_FILTER_FLAG_PROG_FD

/* The call that tests have refused, and how. */
#define REFUSED_CALL	__NR_getppid
#define REFUSAL		EXDEV

#define REFUSING	PROGRAM(ON_NR(REFUSED_CALL, SECCOMP_RET_ERRNO | REFUSAL), \
				RET(SECCOMP_RET_ALLOW))
#define ALLOWING	PROGRAM(RET(SECCOMP_RET_ALLOW))

static inline bool refused(void)
{
	return syscall(REFUSED_CALL) == -1 && errno == REFUSAL;
}

/* The descriptor, or -1 and errno. */
static inline int prog_create(const struct sock_fprog *prog)
{
	return sys_seccomp(SECCOMP_CREATE_PROG, 0, prog);
}

static inline int prog_attach(unsigned int flags, int fd)
{
	return sys_seccomp(SECCOMP_SET_MODE_FILTER, flags | PROG_FD, &fd);
}

static inline int prog_info(int fd, struct seccomp_prog_info *info)
{
	return ioctl(fd, SECCOMP_IOCTL_PROG_INFO, info);
}

/* What the descriptor tells without the instructions; all zero if it tells nothing. */
static inline struct seccomp_prog_info prog_describe(int fd)
{
	struct seccomp_prog_info info = {};

	if (prog_info(fd, &info))
		memset(&info, 0, sizeof(info));
	return info;
}

static inline long sys_kcmp(pid_t pid1, pid_t pid2, int type, unsigned long idx1,
			    unsigned long idx2)
{
	return syscall(__NR_kcmp, pid1, pid2, type, idx1, idx2);
}

/* A user who may nothing that others may not. */
#define NOBODY		65534

static inline bool become_nobody(void)
{
	return !setresgid(NOBODY, NOBODY, NOBODY) && !setresuid(NOBODY, NOBODY, NOBODY);
}

#endif /* SELFTESTS_SECCOMP_PROG_H */
