/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of user notification share: a child under a filter with a listener (the
 * target), and the listener's calls for the test, which is the supervisor.
 */
#ifndef SELFTESTS_SECCOMP_NOTIF_H
#define SELFTESTS_SECCOMP_NOTIF_H

#include "common.h"

#include <linux/kcmp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#ifndef SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR		/* 5.9 */
#define SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR	SECCOMP_IOR(2, __u64)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS			/* 6.6 */
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	(1UL << 0)
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS		SECCOMP_IOW(4, __u64)
#endif
/* Beyond Linux 7.2. */
#ifndef SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE		(1UL << 30)
#define SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS	(1UL << 31)
#endif

#define NEW_LISTENER	SECCOMP_FILTER_FLAG_NEW_LISTENER

/* The call that tests have notified: it takes no argument, and programs can do without. */
#define NOTIFIED_CALL	__NR_getppid

/* How long a test waits for what has to come. */
#define PATIENCE_MS	60000

/* Has the caller's NOTIFIED_CALL notified; gives the listener, or -1 and errno. */
static inline int listener_install(unsigned int flags)
{
	return filter_install(flags | NEW_LISTENER,
			      &PROGRAM(ON_NR(NOTIFIED_CALL, SECCOMP_RET_USER_NOTIF),
				       RET(SECCOMP_RET_ALLOW)));
}

/* Sends a descriptor through a socket pair. */
static inline bool fd_send(int sock, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec iov = { .iov_base = (char[]){ 0 }, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(sock, &message, 0) == 1;
}

/* Receives what fd_send() sent, -1 if nothing comes. */
static inline int fd_receive(int sock)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(sock, &message, MSG_CMSG_CLOEXEC) != 1 ||
	    control.header.cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

struct target {
	pid_t pid;
	int listener;
};

/*
 * Starts a child that has its NOTIFIED_CALL notified and then runs fn, whose result is its exit
 * status. The listener is the caller's alone: the child has closed its own.
 */
static inline bool target_start(struct target *target, unsigned int flags, int (*fn)(void *arg),
				void *arg)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return false;
	pid = fork();
	if (!pid) {
		int listener;

		close(pair[0]);
		CHILD_REQUIRE(!set_no_new_privs());
		listener = listener_install(flags);
		CHILD_REQUIRE(listener >= 0);
		CHILD_REQUIRE(fd_send(pair[1], listener));
		close(pair[1]);
		close(listener);
		_exit(fn(arg));
	}
	close(pair[1]);
	target->pid = pid;	/* here: it may be in memory that the child shares */
	target->listener = pid > 0 ? fd_receive(pair[0]) : -1;
	close(pair[0]);
	return target->listener >= 0;
}

/* For target_start(): one call, and whether it returned the int that arg points to. */
static inline int call_returns(void *arg)
{
	return syscall(NOTIFIED_CALL) != *(int *)arg;
}

/* The same, for a call that fails with the errno that arg points to. */
static inline int call_fails_with(void *arg)
{
	return syscall(NOTIFIED_CALL) != -1 || errno != *(int *)arg;
}

/* Waits for a notification and receives it. */
static inline int notif_recv(int listener, struct seccomp_notif *notif)
{
	memset(notif, 0, sizeof(*notif));
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notif);
}

/* Answers one. */
static inline int notif_send(int listener, uint64_t id, int64_t val, int32_t error, uint32_t flags)
{
	struct seccomp_notif_resp resp = {
		.id = id, .val = val, .error = error, .flags = flags,
	};

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

static inline int notif_id_valid(int listener, uint64_t id)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
}

/* What poll() says of a listener, after at most so many milliseconds. */
static inline int listener_events(int listener, int timeout_ms)
{
	struct pollfd fd = { .fd = listener, .events = POLLIN | POLLOUT };

	return poll(&fd, 1, timeout_ms) < 0 ? -1 : fd.revents;
}

/* Waits until poll() says these of a listener, and whatever else. */
static inline bool listener_wait(int listener, int events)
{
	struct pollfd fd = { .fd = listener, .events = events };

	return poll(&fd, 1, PATIENCE_MS) == 1 && (fd.revents & events) == events;
}

/* Of a call that gives -1 when it fails: its result, or -errno. */
static inline int or_errno(int result)
{
	return result < 0 ? -errno : result;
}

/* Milliseconds, from some point on. */
static inline uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* The letter that /proc/TID/stat has for the state of a thread; 0 if there is no such thread. */
static inline char task_state(pid_t tid)
{
	char path[64], text[512], *name_end;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	file_read(path, text, sizeof(text));
	name_end = strrchr(text, ')');
	return name_end ? name_end[2] : 0;
}

/*
 * Waits until a thread sleeps, without sleeping itself. A thread that has been woken does not sleep
 * until it has looked at why; and one that only fatal signals could wake is in state D.
 */
static inline bool task_wait_asleep(pid_t tid)
{
	const uint64_t until = clock_ms() + PATIENCE_MS;
	char state;

	while (state = task_state(tid), state != 'S' && state != 'D') {
		if (!state || clock_ms() > until)
			return false;
		sched_yield();
	}
	return true;
}

/* The id of the oldest call that a listener knows, received or not; 0 if there is none. */
static inline uint64_t listener_oldest_id(int listener)
{
	char path[64], text[4096];
	unsigned long long id = 0;
	const char *line;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", listener);
	file_read(path, text, sizeof(text));
	line = strstr(text, "\ncall:\t");
	if (line)
		id = strtoull(line + 7, NULL, 10);
	return id;
}

/* What a target tells of its calls, in memory that it shares with the test. */
struct outcome {
	int calls;		/* that have returned */
	int result;		/* of the last one: its value, or -errno */
	int signals;		/* that it has handled */
};

/*
 * For target_start(), with a struct outcome: makes one call after the other, until one fails with
 * ENOSYS as it would for ever. While it waits in the next one it can be looked at.
 */
static inline int call_and_tell(void *arg)
{
	struct outcome *outcome = arg;

	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	do {
		outcome->result = or_errno(syscall(NOTIFIED_CALL));
		__atomic_add_fetch(&outcome->calls, 1, __ATOMIC_RELEASE);
	} while (outcome->result != -ENOSYS);
	return 0;
}

/* The outcome of the target that runs this program. */
static struct outcome *own_outcome;

static inline void count_signal(int sig)
{
	own_outcome->signals++;
}

/* The same for a target that handles SIGUSR1. */
static inline int call_with_handler(void *arg, int flags)
{
	const struct sigaction action = { .sa_handler = count_signal, .sa_flags = flags };

	own_outcome = arg;
	CHILD_REQUIRE(!sigaction(SIGUSR1, &action, NULL));
	return call_and_tell(arg);
}

/* A signal ends the call: there is no SA_RESTART. */
static inline int call_interruptibly(void *arg)
{
	return call_with_handler(arg, 0);
}

/* How many of its calls have returned. */
static inline int outcome_calls(const struct outcome *outcome)
{
	return __atomic_load_n(&outcome->calls, __ATOMIC_ACQUIRE);
}

/* Waits for a call and receives it; unlike notif_recv(), not for ever. */
static inline bool notif_next(int listener, struct seccomp_notif *notif)
{
	return listener_wait(listener, POLLIN) && !notif_recv(listener, notif);
}

/* Ends a target that waits, or has ended; was it this that ended it? */
static inline bool target_kill(struct target *target)
{
	if (target->pid <= 0)
		return false;
	kill(target->pid, SIGKILL);
	close(target->listener);
	return died_of(wait_status(target->pid), SIGKILL);
}

/* A request for a file to be handed over: its number there, or -errno. */
static inline int notif_addfd(int listener, const struct seccomp_notif_addfd *addfd)
{
	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, addfd));
}

/* Is this descriptor of another process the same open file as this one of the caller? */
static inline bool is_same_file(pid_t pid, int fd, int own)
{
	return fd >= 0 && !syscall(__NR_kcmp, pid, getpid(), KCMP_FILE, fd, own);
}

#endif /* SELFTESTS_SECCOMP_NOTIF_H */
