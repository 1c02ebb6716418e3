// SPDX-License-Identifier: GPL-2.0
/*
 * What a privileged tracer may do with a tracee's confinement: suspend it, and read its
 * filters. And that neither hangs nor goes wrong while the tracee is being changed or killed.
 */
#include "common.h"
#include "arch_regs.h"

#include <limits.h>
#include <linux/capability.h>
#include <pthread.h>
#include <time.h>

/* The call that a confined tracee may not make unjudged; its filter also watches readv(2). */
#define WATCHED		__NR_getppid
#define REFUSED		(-EXDEV)

#define NO_SUCH_ACTION	0x12340000U

#define SUSPEND		PTRACE_O_SUSPEND_SECCOMP

#define BAD_POINTER	((void *)8)

/* Arguments that make this program tell that it was executed instead of testing. */
#define EXECUTED	"--executed"

/* An x32 program in strict mode has to use the numbers of 64-bit calls. */
#if defined(__x86_64__) && defined(__ILP32__)
#define STRICT_NR(nr)	((nr) & ~0x40000000)
#else
#define STRICT_NR(nr)	(nr)
#endif

/*
 * A process that does what it is told, byte by byte, and answers. Between orders it sleeps
 * in read(2), so that its tracer decides when it makes which call.
 */
struct tracee {
	long (*confine)(void *arg);
	void *arg;
	pid_t pid;
	int to[2], from[2];
};

enum order {
	CONFINE,	/* call confine(arg) */
	CALL,		/* make the watched call */
	BLOCK,		/* wait in readv(2) for a byte more */
	MODE,		/* ask for the mode */
	ADD,		/* install another filter, that allows all */
	TID,		/* tell the id */
	FORK,		/* make the watched call in a child: was it refused? */
	THREAD,		/* make the watched call in a thread: was it refused? */
};

static long raw_call(long nr)
{
	long ret = syscall(nr);

	return ret == -1 ? -errno : ret;
}

static void *call_in_thread(void *unused)
{
	return (void *)(long)(raw_call(WATCHED) < 0);
}

static long obey(struct tracee *self, enum order order)
{
	struct iovec byte = { .iov_base = &(char){ 0 }, .iov_len = 1 };
	pthread_t thread;
	void *refused;
	int status;
	pid_t pid;

	switch (order) {
	case CONFINE:
		return self->confine(self->arg);
	case CALL:
		return raw_call(WATCHED);
	case BLOCK:
		return syscall(__NR_readv, self->to[0], &byte, 1) == 1 ? 1 : -errno;
	case MODE:
		return prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
	case ADD:
		return filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW)));
	case TID:
		return sys_gettid();
	case FORK:
		pid = fork();
		if (!pid)
			_exit(raw_call(WATCHED) < 0);
		status = wait_status(pid);
		return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	case THREAD:
		CHILD_REQUIRE(!pthread_create(&thread, NULL, call_in_thread, NULL));
		CHILD_REQUIRE(!pthread_join(thread, &refused));
		return (long)refused;
	}
	return -1;
}

/* Only by calls that strict mode knows. */
static void *serve(void *arg)
{
	struct tracee *self = arg;
	long answer;
	char order;

	while (syscall(STRICT_NR(__NR_read), self->to[0], &order, 1) == 1) {
		answer = obey(self, order);
		syscall(STRICT_NR(__NR_write), self->from[1], &answer, sizeof(answer));
	}
	syscall(STRICT_NR(__NR_exit), 0);
	return NULL;
}

static bool tracee_pipes(struct tracee *tracee)
{
	return !pipe2(tracee->to, O_CLOEXEC) && !pipe2(tracee->from, O_CLOEXEC);
}

static void block_signal(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/*
 * Its end comes with that of its starter, and is seen at the other end of its pipe. Nobody
 * here wants SIGCHLD, at which a task that is traced would stop.
 */
static bool tracee_start(struct tracee *tracee)
{
	block_signal(SIGCHLD);
	if (!tracee_pipes(tracee))
		return false;
	tracee->pid = fork();
	if (!tracee->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(tracee->to[1]);
		close(tracee->from[0]);
		serve(tracee);
	}
	close(tracee->to[0]);
	close(tracee->from[1]);
	return tracee->pid > 0;
}

static void tell(const struct tracee *tracee, char order)
{
	if (write(tracee->to[1], &order, 1) != 1)
		perror("# order");
}

/* LONG_MIN when there is none, since it has ended. */
static long answer(const struct tracee *tracee)
{
	long answer;

	return read(tracee->from[0], &answer, sizeof(answer)) == sizeof(answer) ? answer : LONG_MIN;
}

static long ask(const struct tracee *tracee, enum order order)
{
	tell(tracee, order);
	return answer(tracee);
}

static bool tracee_start_confined(struct tracee *tracee)
{
	return tracee_start(tracee) && !ask(tracee, CONFINE);
}

/* The requests, with what the kernel returned. */
static long request(int what, pid_t pid, unsigned long addr, const void *data)
{
	long ret = ptrace(what, pid, addr, data);

	return ret == -1 ? -errno : ret;
}

static long seize(pid_t pid, unsigned long options)
{
	return request(PTRACE_SEIZE, pid, 0, (void *)options);
}

static long set_options(pid_t pid, unsigned long options)
{
	return request(PTRACE_SETOPTIONS, pid, 0, (void *)options);
}

static long go_on(pid_t pid)
{
	return request(PTRACE_CONT, pid, 0, NULL);
}

static long detach(pid_t pid)
{
	return request(PTRACE_DETACH, pid, 0, NULL);
}

static long get_filter(pid_t pid, unsigned long index, struct sock_filter *insns)
{
	return request(PTRACE_SECCOMP_GET_FILTER, pid, index, insns);
}

static long get_metadata(pid_t pid, unsigned long size, void *metadata)
{
	return request(PTRACE_SECCOMP_GET_METADATA, pid, size, metadata);
}

static bool stopped(pid_t pid)
{
	int status;

	return waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status);
}

/* Brings a seized tracee to a stop. */
static bool stop(pid_t pid)
{
	return !ptrace(PTRACE_INTERRUPT, pid, 0, 0) && stopped(pid);
}

static bool seize_and_stop(pid_t pid, unsigned long options)
{
	return !seize(pid, options) && stop(pid);
}

/* Waits for the end of a child; a signal that stops it for us is passed on. */
static int end_status(pid_t pid)
{
	int status = wait_status(pid);

	if (status >= 0 && WIFSTOPPED(status) &&
	    !ptrace(PTRACE_CONT, pid, 0, WSTOPSIG(status)))
		status = wait_status(pid);
	return status;
}

/* Brings a stopped tracee (TRACESYSGOOD) to its stop at the entry of the watched call. */
static bool go_to_watched_call(const struct tracee *tracee)
{
	tell(tracee, CALL);
	do {
		if (ptrace(PTRACE_SYSCALL, tracee->pid, 0, 0) || !stopped(tracee->pid))
			return false;
	} while (!tracee_at_entry(tracee->pid) || tracee_nr(tracee->pid) != WATCHED);
	return true;
}

#define ANY_CALL	(-1)

/* Waits until a task sleeps in a call, which may not take more than a short while. */
static bool comes_to_sleep_in(pid_t pid, long wanted)
{
	bool told = sleeps_are_told();
	char path[64], text[32] = "";
	int tries, fd;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	for (tries = 0; tries < 1000000; tries++) {
		if (!told) {
			if (is_asleep(pid))
				return true;
			sched_yield();
			continue;
		}
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return false;
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
		/* While it does not sleep, there is a word in place of the number. */
		if (got > 0 && text[0] != 'r' &&
		    (wanted == ANY_CALL || strtol(text, NULL, 10) == wanted))
			return true;
		sched_yield();
	}
	return false;
}

/* How a tracee may confine itself; what it returns is 0 for success. */
static long enter_strict_mode(void *unused)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
}

static long refuse_watched(void *unused)
{
	return filter_install(0, &PROGRAM(ON_NR(WATCHED, SECCOMP_RET_ERRNO | -REFUSED),
					  RET(SECCOMP_RET_ALLOW)));
}

TEST(present)
{
	struct tracee tracee = { .confine = refuse_watched };

	ASSERT_TRUE(tracee_start_confined(&tracee));
	EXPECT_EQ(REFUSED, ask(&tracee, CALL));
	ASSERT_EQ(0, seize(tracee.pid, PTRACE_O_EXITKILL | SUSPEND));
	EXPECT_EQ(getpid(), ask(&tracee, CALL));
}

/* Who may suspend, and read? */
FIXTURE(tracer) {
	struct tracee tracee;
	pid_t pid;
	int up[2], go[2];
};

FIXTURE_VARIANT(tracer) {
	void (*before)(void);	/* before it has a tracee */
	void (*after)(void);	/* and after that */
	bool suspended;		/* by the test, when it has a tracee */
	long suspend;		/* what it is answered when it suspends */
	long read;		/* and when it reads; 0 for success */
};

static void give_up_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	CHILD_REQUIRE(!syscall(__NR_capget, &header, data));
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	CHILD_REQUIRE(!syscall(__NR_capset, &header, data));
}

static void own_user_namespace(void)
{
	CHILD_REQUIRE(!unshare(CLONE_NEWUSER));
	/* Or its memory belongs to the old namespace, and nobody here could trace its child. */
	CHILD_REQUIRE(!prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static void confine_by_filter(void)
{
	CHILD_REQUIRE(!filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))));
}

/* Which leaves the calls of a tracer only to one that is suspended. */
static void confine_strictly(void)
{
	CHILD_REQUIRE(!enter_strict_mode(NULL));
}

FIXTURE_VARIANT_ADD(tracer, privileged) {
};

FIXTURE_VARIANT_ADD(tracer, without_capability) {
	.after = give_up_admin, .suspend = -EPERM, .read = -EACCES,
};

FIXTURE_VARIANT_ADD(tracer, capability_in_own_namespace) {
	.before = own_user_namespace, .suspend = -EPERM, .read = -EACCES,
};

FIXTURE_VARIANT_ADD(tracer, confined) {
	.after = confine_by_filter, .suspend = -EPERM, .read = -EACCES,
};

/* It is confined by nothing: to read is no way out of anything. */
FIXTURE_VARIANT_ADD(tracer, suspended) {
	.suspended = true, .suspend = -EPERM,
};

FIXTURE_VARIANT_ADD(tracer, suspended_and_confined) {
	.after = confine_by_filter, .suspended = true, .suspend = -EPERM, .read = -EACCES,
};

FIXTURE_VARIANT_ADD(tracer, suspended_and_strict) {
	.after = confine_strictly, .suspended = true, .suspend = -EPERM, .read = -EACCES,
};

FIXTURE_SETUP(tracer)
{
	self->tracee.confine = refuse_watched;
	ASSERT_EQ(0, pipe(self->up));
	ASSERT_EQ(0, pipe(self->go));
}

FIXTURE_TEARDOWN(tracer)
{
}

/* Runs fn as the tracer that the variant wants; it requires what it wants to see. */
static int run_tracer(FIXTURE_DATA(tracer) *self, const FIXTURE_VARIANT(tracer) *variant,
		      void (*fn)(struct tracee *tracee, const FIXTURE_VARIANT(tracer) *variant))
{
	char byte;

	self->pid = fork();
	if (!self->pid) {
		if (variant->before)
			variant->before();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHILD_REQUIRE(tracee_start_confined(&self->tracee));
		CHILD_REQUIRE(write(self->up[1], "u", 1) == 1);
		CHILD_REQUIRE(read(self->go[0], &byte, 1) == 1);
		if (variant->after)
			variant->after();
		fn(&self->tracee, variant);
		_exit(0);
	}
	close(self->up[1]);
	if (self->pid < 0 || read(self->up[0], &byte, 1) != 1)
		return -1;
	if (variant->suspended && seize(self->pid, PTRACE_O_EXITKILL | SUSPEND))
		return -1;
	if (write(self->go[1], "g", 1) != 1)
		return -1;
	return wait_status(self->pid);
}

static void suspend_by_setoptions(struct tracee *tracee, const FIXTURE_VARIANT(tracer) *variant)
{
	pid_t pid = tracee->pid;

	CHILD_REQUIRE(seize_and_stop(pid, PTRACE_O_EXITKILL));
	/* Nonsense is nonsense, whoever says it. */
	CHILD_REQUIRE(set_options(pid, SUSPEND | 1 << 30) == -EINVAL);
	CHILD_REQUIRE(set_options(pid, SUSPEND | PTRACE_O_EXITKILL) == variant->suspend);
	CHILD_REQUIRE(!go_on(pid));
	CHILD_REQUIRE(ask(tracee, CALL) == (variant->suspend ? REFUSED : getpid()));
}

TEST_F(tracer, suspends_by_setoptions)
{
	EXPECT_TRUE(exited_with(run_tracer(self, variant, suspend_by_setoptions), 0));
}

static void suspend_by_seize(struct tracee *tracee, const FIXTURE_VARIANT(tracer) *variant)
{
	pid_t pid = tracee->pid;

	CHILD_REQUIRE(seize(pid, SUSPEND | 1 << 30) == -EIO);
	CHILD_REQUIRE(status_field(pid, "TracerPid") == 0);
	CHILD_REQUIRE(seize(pid, SUSPEND | PTRACE_O_EXITKILL) == variant->suspend);
	if (variant->suspend) {
		CHILD_REQUIRE(status_field(pid, "TracerPid") == 0);
		CHILD_REQUIRE(ask(tracee, CALL) == REFUSED);
		/* It is nothing else that was wrong. */
		CHILD_REQUIRE(!seize(pid, PTRACE_O_EXITKILL));
		CHILD_REQUIRE(ask(tracee, CALL) == REFUSED);
	} else {
		CHILD_REQUIRE(ask(tracee, CALL) == getpid());
	}
}

/* B-28: the options of PTRACE_SEIZE went by without a check. */
TEST_F(tracer, b28_suspends_by_seize)
{
	EXPECT_TRUE(exited_with(run_tracer(self, variant, suspend_by_seize), 0));
}

static void read_filters(struct tracee *tracee, const FIXTURE_VARIANT(tracer) *variant)
{
	struct __ptrace_seccomp_metadata metadata = {};
	struct sock_filter insns[4] = {};
	pid_t pid = tracee->pid;

	CHILD_REQUIRE(seize_and_stop(pid, PTRACE_O_EXITKILL));
	CHILD_REQUIRE(get_filter(pid, 0, insns) == (variant->read ?: 4));
	CHILD_REQUIRE(!variant->read == !!insns[3].k);
	/* Who may not read learns nothing else either. */
	CHILD_REQUIRE(get_filter(pid, 0, NULL) == (variant->read ?: 4));
	CHILD_REQUIRE(get_filter(pid, 1, NULL) == (variant->read ?: -ENOENT));
	CHILD_REQUIRE(get_filter(pid, 0, BAD_POINTER) == (variant->read ?: -EFAULT));

	CHILD_REQUIRE(get_metadata(pid, 16, &metadata) == (variant->read ?: 16));
	metadata.filter_off = 1;
	CHILD_REQUIRE(get_metadata(pid, 16, &metadata) == (variant->read ?: -ENOENT));
	CHILD_REQUIRE(get_metadata(pid, 7, &metadata) == (variant->read ?: -EINVAL));
	CHILD_REQUIRE(get_metadata(pid, 16, BAD_POINTER) == (variant->read ?: -EFAULT));
}

TEST_F(tracer, reads)
{
	EXPECT_TRUE(exited_with(run_tracer(self, variant, read_filters), 0));
}

/* A tracer that is refused to suspend has not ended a suspension either, but it may do so. */
static void refused_while_suspended(void *unused)
{
	struct tracee tracee = { .confine = refuse_watched };

	CHILD_REQUIRE(tracee_start_confined(&tracee));
	CHILD_REQUIRE(seize_and_stop(tracee.pid, SUSPEND | PTRACE_O_EXITKILL));
	confine_by_filter();
	CHILD_REQUIRE(set_options(tracee.pid, SUSPEND | PTRACE_O_EXITKILL) == -EPERM);
	CHILD_REQUIRE(!go_on(tracee.pid));
	CHILD_REQUIRE(ask(&tracee, CALL) == getpid());

	CHILD_REQUIRE(stop(tracee.pid));
	CHILD_REQUIRE(!set_options(tracee.pid, PTRACE_O_EXITKILL));
	CHILD_REQUIRE(!go_on(tracee.pid));
	CHILD_REQUIRE(ask(&tracee, CALL) == REFUSED);
}

TEST(refused_option_changes_nothing)
{
	EXPECT_TRUE(exited_with(child_status(refused_while_suspended, NULL), 0));
}

/* A confinement, and what it makes of the watched calls when they are judged. */
FIXTURE(suspension) {
	struct tracee tracee;
};

FIXTURE_VARIANT(suspension) {
	bool strict;
	__u32 verdict;
	int dies_of;
	long result;
};

FIXTURE_VARIANT_ADD(suspension, of_strict) {
	.strict = true, .dies_of = SIGKILL,
};

FIXTURE_VARIANT_ADD(suspension, of_error) {
	.verdict = SECCOMP_RET_ERRNO | EXDEV, .result = -EXDEV,
};

FIXTURE_VARIANT_ADD(suspension, of_trace) {
	.verdict = SECCOMP_RET_TRACE, .result = -ENOSYS,
};

FIXTURE_VARIANT_ADD(suspension, of_trap) {
	.verdict = SECCOMP_RET_TRAP, .dies_of = SIGSYS,
};

FIXTURE_VARIANT_ADD(suspension, of_kill_thread) {
	.verdict = SECCOMP_RET_KILL_THREAD, .dies_of = SIGSYS,
};

FIXTURE_VARIANT_ADD(suspension, of_kill_process) {
	.verdict = SECCOMP_RET_KILL_PROCESS, .dies_of = SIGSYS,
};

FIXTURE_VARIANT_ADD(suspension, of_unknown) {
	.verdict = NO_SUCH_ACTION, .dies_of = SIGSYS,
};

static long confine_by_variant(void *arg)
{
	const FIXTURE_VARIANT(suspension) *variant = arg;

	if (variant->strict)
		return enter_strict_mode(NULL);
	return filter_install(0, &PROGRAM(ON_NR(WATCHED, variant->verdict),
					  ON_NR(__NR_readv, variant->verdict),
					  RET(SECCOMP_RET_ALLOW)));
}

FIXTURE_SETUP(suspension)
{
	self->tracee.confine = confine_by_variant;
	self->tracee.arg = (void *)variant;
}

FIXTURE_TEARDOWN(suspension)
{
}

/* Is this what becomes of the watched call that the tracee is about to make? */
static bool is_judged(FIXTURE_DATA(suspension) *self, const FIXTURE_VARIANT(suspension) *variant)
{
	if (variant->dies_of)
		return died_of(end_status(self->tracee.pid), variant->dies_of);
	return answer(&self->tracee) == variant->result;
}

static void expect_judged(struct __test_metadata *_metadata, FIXTURE_DATA(suspension) *self,
			  const FIXTURE_VARIANT(suspension) *variant)
{
	tell(&self->tracee, CALL);
	EXPECT_TRUE(is_judged(self, variant));
}

/* Not judged, though confined as ever. */
static void expect_suspended(struct __test_metadata *_metadata, FIXTURE_DATA(suspension) *self,
			     const FIXTURE_VARIANT(suspension) *variant)
{
	long mode = variant->strict ? SECCOMP_MODE_STRICT : SECCOMP_MODE_FILTER;

	EXPECT_EQ(getpid(), ask(&self->tracee, CALL));
	EXPECT_EQ(mode, ask(&self->tracee, MODE));
	EXPECT_EQ(mode, status_field(self->tracee.pid, "Seccomp"));
	EXPECT_EQ(!variant->strict, status_field(self->tracee.pid, "Seccomp_filters"));
	EXPECT_EQ(getpid(), ask(&self->tracee, CALL));
}

/* Control: to be traced is no suspension. */
TEST_F(suspension, is_not_there)
{
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_EQ(0, seize(self->tracee.pid, PTRACE_O_EXITKILL));
	expect_judged(_metadata, self, variant);
}

/* With TRACESECCOMP: nobody is asked about a call that is not judged. */
TEST_F(suspension, by_seize)
{
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_EQ(0, seize(self->tracee.pid,
			   PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | SUSPEND));
	expect_suspended(_metadata, self, variant);
}

TEST_F(suspension, by_setoptions)
{
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_TRUE(seize_and_stop(self->tracee.pid, 0));
	ASSERT_EQ(0, set_options(self->tracee.pid,
				 PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | SUSPEND));
	ASSERT_EQ(0, go_on(self->tracee.pid));
	expect_suspended(_metadata, self, variant);
}

TEST_F(suspension, at_the_entry_stop)
{
	const unsigned long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD;

	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_TRUE(seize_and_stop(self->tracee.pid, options));
	ASSERT_TRUE(go_to_watched_call(&self->tracee));
	ASSERT_EQ(0, set_options(self->tracee.pid, options | SUSPEND));
	ASSERT_EQ(0, go_on(self->tracee.pid));
	EXPECT_EQ(getpid(), answer(&self->tracee));
	expect_suspended(_metadata, self, variant);
}

TEST_F(suspension, before_the_confinement)
{
	ASSERT_TRUE(tracee_start(&self->tracee));
	ASSERT_EQ(0, seize(self->tracee.pid, PTRACE_O_EXITKILL | SUSPEND));
	EXPECT_EQ(getpid(), ask(&self->tracee, CALL));
	ASSERT_EQ(0, ask(&self->tracee, CONFINE));
	expect_suspended(_metadata, self, variant);
	ASSERT_TRUE(stop(self->tracee.pid));
	ASSERT_EQ(0, detach(self->tracee.pid));
	expect_judged(_metadata, self, variant);
}

/* Where the tracee is when its suspension ends, and what ends it. */
enum place { RUNNING, IN_CALL, STOPPED, ENTRY_STOP };

static bool suspend_and_bring(const struct tracee *tracee, enum place place)
{
	if (seize(tracee->pid, PTRACE_O_TRACESYSGOOD | SUSPEND))
		return false;
	switch (place) {
	case IN_CALL:
		tell(tracee, BLOCK);
		return comes_to_sleep_in(tracee->pid, __NR_readv);
	case STOPPED:
		return stop(tracee->pid);
	case ENTRY_STOP:
		return stop(tracee->pid) && go_to_watched_call(tracee);
	default:
		return true;
	}
}

static bool end_by_detach(const struct tracee *tracee, enum place place)
{
	return suspend_and_bring(tracee, place) && !detach(tracee->pid);
}

static bool end_by_setoptions(const struct tracee *tracee, enum place place)
{
	return suspend_and_bring(tracee, place) && !set_options(tracee->pid, 0) &&
	       !go_on(tracee->pid);
}

static bool end_by_tracers_death(const struct tracee *tracee, enum place place)
{
	int up[2];
	pid_t pid;
	char byte;

	if (pipe(up))
		return false;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHILD_REQUIRE(suspend_and_bring(tracee, place));
		CHILD_REQUIRE(write(up[1], "u", 1) == 1);
		pause();
	}
	close(up[1]);
	if (pid < 0 || read(up[0], &byte, 1) != 1 || kill(pid, SIGKILL))
		return false;
	close(up[0]);
	return died_of(wait_status(pid), SIGKILL);
}

static bool end_by_tracers_exit(const struct tracee *tracee, enum place place)
{
	pid_t pid = fork();

	if (!pid) {
		CHILD_REQUIRE(suspend_and_bring(tracee, place));
		_exit(0);
	}
	return pid > 0 && exited_with(wait_status(pid), 0);
}

static const struct {
	const char *name;
	bool (*end)(const struct tracee *tracee, enum place place);
	enum place place;
} ends[] = {
	{ "detach",				end_by_detach,		STOPPED },
	{ "detach at entry",			end_by_detach,		ENTRY_STOP },
	{ "setoptions",				end_by_setoptions,	STOPPED },
	{ "setoptions at entry",		end_by_setoptions,	ENTRY_STOP },
	{ "tracer's death, running",		end_by_tracers_death,	RUNNING },
	{ "tracer's death, stopped",		end_by_tracers_death,	STOPPED },
	{ "tracer's death, at entry",		end_by_tracers_death,	ENTRY_STOP },
	{ "tracer's exit, running",		end_by_tracers_exit,	RUNNING },
	{ "tracer's exit, at entry",		end_by_tracers_exit,	ENTRY_STOP },
};

/* Whatever ends it: the next call is judged, and so is one that is about to begin. */
TEST_F(suspension, ends)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		ASSERT_TRUE(tracee_start_confined(&self->tracee));
		ASSERT_TRUE(ends[i].end(&self->tracee, ends[i].place))
			TH_LOG("%s", ends[i].name);
		if (ends[i].place != ENTRY_STOP)
			tell(&self->tracee, CALL);
		EXPECT_TRUE(is_judged(self, variant))
			TH_LOG("%s", ends[i].name);
	}
}

/* What was let in comes to its end, and then all is as before. */
TEST_F(suspension, ends_amidst_a_call)
{
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_TRUE(end_by_tracers_death(&self->tracee, IN_CALL));
	tell(&self->tracee, CALL);	/* any byte */
	EXPECT_EQ(1, answer(&self->tracee));
	expect_judged(_metadata, self, variant);
}

/* A call that is made again, since a stop has interrupted it, is a call like any other. */
TEST_F(suspension, ends_before_a_restart)
{
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_TRUE(suspend_and_bring(&self->tracee, IN_CALL));
	ASSERT_TRUE(stop(self->tracee.pid));
	ASSERT_EQ(0, detach(self->tracee.pid));
	EXPECT_TRUE(is_judged(self, variant));
}

static long trace_readv(void *unused)
{
	return filter_install(0, &PROGRAM(ON_NR(WATCHED, SECCOMP_RET_ERRNO | -REFUSED),
					  ON_NR(__NR_readv, SECCOMP_RET_TRACE),
					  RET(SECCOMP_RET_ALLOW)));
}

/* A tracee in its seccomp stop before readv(2), where a tracer suspends its confinement. */
FIXTURE(seccomp_stop) {
	struct tracee tracee;
};

FIXTURE_SETUP(seccomp_stop)
{
	const unsigned long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP;
	int status;

	self->tracee.confine = trace_readv;
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_EQ(0, seize(self->tracee.pid, options));
	tell(&self->tracee, BLOCK);
	ASSERT_EQ(self->tracee.pid, waitpid(self->tracee.pid, &status, 0));
	ASSERT_EQ(SIGTRAP | PTRACE_EVENT_SECCOMP << 8, status >> 8);
	ASSERT_EQ(0, set_options(self->tracee.pid, options | SUSPEND));
}

FIXTURE_TEARDOWN(seccomp_stop)
{
}

TEST_F(seccomp_stop, call_goes_on)
{
	ASSERT_EQ(0, go_on(self->tracee.pid));
	tell(&self->tracee, CALL);	/* any byte */
	EXPECT_EQ(1, answer(&self->tracee));
	EXPECT_EQ(getpid(), ask(&self->tracee, CALL));
	/* Nor is anybody asked any more. */
	tell(&self->tracee, BLOCK);
	EXPECT_EQ(1, ask(&self->tracee, CALL));
}

/* This call's judgement has begun and comes to its end: the suspension is for the next one. */
TEST_F(seccomp_stop, b6_change_is_judged)
{
	ASSERT_TRUE(tracee_set_nr(self->tracee.pid, WATCHED));
	ASSERT_EQ(0, go_on(self->tracee.pid));
	EXPECT_EQ(REFUSED, answer(&self->tracee));
	EXPECT_EQ(getpid(), ask(&self->tracee, CALL));
}

/* Whom does the suspension of one task concern? Here: tasks that it makes. */
FIXTURE(made) {
	struct tracee tracee;
};

FIXTURE_VARIANT(made) {
	enum order order;
	unsigned long option;
	int event;
};

FIXTURE_VARIANT_ADD(made, process) {
	.order = FORK,
};

FIXTURE_VARIANT_ADD(made, thread) {
	.order = THREAD,
};

FIXTURE_VARIANT_ADD(made, traced_process) {
	.order = FORK, .option = PTRACE_O_TRACEFORK, .event = PTRACE_EVENT_FORK,
};

FIXTURE_VARIANT_ADD(made, traced_thread) {
	.order = THREAD, .option = PTRACE_O_TRACECLONE, .event = PTRACE_EVENT_CLONE,
};

FIXTURE_SETUP(made)
{
	self->tracee.confine = refuse_watched;
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
}

FIXTURE_TEARDOWN(made)
{
}

/* The new task is the tracer's from its beginning to its end. */
static bool made_is_let_go(pid_t pid, int event)
{
	unsigned long made = 0;
	int status;

	return waitpid(pid, &status, 0) == pid && status >> 8 == (SIGTRAP | event << 8) &&
	       !ptrace(PTRACE_GETEVENTMSG, pid, 0, &made) && stopped(made) &&
	       !go_on(made) && !go_on(pid) &&
	       waitpid(made, &status, __WALL) == (pid_t)made && WIFEXITED(status);
}

/* Who is traced as its maker is has the maker's options, so this one, too. */
TEST_F(made, suspended_if_traced)
{
	ASSERT_EQ(0, seize(self->tracee.pid, PTRACE_O_EXITKILL | SUSPEND | variant->option));
	tell(&self->tracee, variant->order);
	if (variant->option)
		ASSERT_TRUE(made_is_let_go(self->tracee.pid, variant->event));
	EXPECT_EQ(!variant->option, answer(&self->tracee));
	EXPECT_EQ(getpid(), ask(&self->tracee, CALL));
}

/* Control: the options alone suspend nobody. */
TEST_F(made, judged_if_maker_is)
{
	ASSERT_EQ(0, seize(self->tracee.pid, PTRACE_O_EXITKILL | variant->option));
	tell(&self->tracee, variant->order);
	if (variant->option)
		ASSERT_TRUE(made_is_let_go(self->tracee.pid, variant->event));
	EXPECT_EQ(1, answer(&self->tracee));
}

static long refuse_in_two_threads(void *other)
{
	pthread_t thread;
	long err;

	err = refuse_watched(NULL);
	return err ?: pthread_create(&thread, NULL, serve, other);
}

/* Nor are the threads that are there already. */
TEST(thread_is_suspended_alone)
{
	struct tracee other = {};
	struct tracee first = { .confine = refuse_in_two_threads, .arg = &other };

	ASSERT_TRUE(tracee_pipes(&other));
	ASSERT_TRUE(tracee_start_confined(&first));
	other.pid = ask(&other, TID);

	ASSERT_TRUE(seize_and_stop(first.pid, SUSPEND));
	ASSERT_EQ(0, go_on(first.pid));
	EXPECT_EQ(getpid(), ask(&first, CALL));
	EXPECT_EQ(REFUSED, ask(&other, CALL));

	ASSERT_TRUE(seize_and_stop(other.pid, PTRACE_O_EXITKILL));
	ASSERT_EQ(0, go_on(other.pid));
	EXPECT_EQ(REFUSED, ask(&other, CALL));

	ASSERT_TRUE(stop(first.pid));
	ASSERT_EQ(0, detach(first.pid));
	ASSERT_TRUE(stop(other.pid));
	ASSERT_EQ(0, set_options(other.pid, PTRACE_O_EXITKILL | SUSPEND));
	ASSERT_EQ(0, go_on(other.pid));
	EXPECT_EQ(REFUSED, ask(&first, CALL));
	EXPECT_EQ(getpid(), ask(&other, CALL));
}

/*
 * Filters to be read. What a program does not use of an instruction may hold anything, and
 * is part of what was installed.
 */
static const struct sock_filter odd_insns[] = {
	{ BPF_MISC | BPF_TAX, 1, 2, 0xdeadbeef },
	{ BPF_MISC | BPF_TXA, 0xff, 0xff, 0xffffffff },
	{ BPF_LD | BPF_W | BPF_ABS, 3, 4, offsetof(struct seccomp_data, arch) },
	{ BPF_LD | BPF_W | BPF_LEN, 5, 6, 0x12345678 },
	{ BPF_LDX | BPF_W | BPF_LEN, 7, 8, 0x87654321 },
	{ BPF_LD | BPF_IMM, 9, 10, 0x80000000 },
	{ BPF_LDX | BPF_IMM, 11, 12, 0x7fffffff },
	{ BPF_ST, 13, 14, 15 },
	{ BPF_STX, 15, 16, 0 },
	{ BPF_LD | BPF_MEM, 17, 18, 15 },
	{ BPF_LDX | BPF_MEM, 19, 20, 0 },
	{ BPF_ALU | BPF_NEG, 21, 22, 23 },
	{ BPF_ALU | BPF_ADD | BPF_X, 24, 25, 26 },
	{ BPF_ALU | BPF_LSH | BPF_K, 27, 28, 31 },
	{ BPF_ALU | BPF_DIV | BPF_K, 29, 30, 0xffffffff },
	{ BPF_JMP | BPF_JA, 31, 32, 0 },
	{ BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 33 },
};

/*
 * From the oldest. Some differ from one before only by their flags or by the way that they
 * came, some not even by that.
 */
static const struct layer {
	long len;
	unsigned int flags;
	__u16 data;
	bool by_prctl;
} layers[] = {
	{ .len = 1, .data = 1 },
	{ .len = 2, .data = 2, .flags = SECCOMP_FILTER_FLAG_LOG },
	{ .len = BPF_MAXINSNS, .data = 3 },
	{ .len = 1, .data = 1 },
	{ .len = 1, .data = 1, .flags = SECCOMP_FILTER_FLAG_LOG },
	{ .len = 1, .data = 1, .by_prctl = true },
	{ .len = 1, .data = 2, .flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ .len = 20, .data = 3,
	  .flags = SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ .len = BPF_MAXINSNS, .data = 4, .flags = SECCOMP_FILTER_FLAG_LOG },
	{ .len = 2, .data = 2 },
};

#define LAYERS	ARRAY_SIZE(layers)

static void layer_write(const struct layer *layer, struct sock_filter *insns)
{
	long i;

	for (i = 0; i < layer->len - 1; i++)
		insns[i] = odd_insns[i % ARRAY_SIZE(odd_insns)];
	insns[i] = (struct sock_filter){
		BPF_RET | BPF_K, 34, 35, SECCOMP_RET_ALLOW | layer->data
	};
}

static long layer_install(const struct layer *layer, unsigned int more_flags)
{
	struct sock_filter insns[BPF_MAXINSNS];
	struct sock_fprog prog = { .len = layer->len, .filter = insns };

	layer_write(layer, insns);
	return layer->by_prctl ? filter_install_prctl(&prog) :
				 filter_install(layer->flags | more_flags, &prog);
}

static long layers_install(unsigned int more_flags)
{
	size_t i;

	for (i = 0; i < LAYERS; i++)
		if (layer_install(&layers[i], more_flags))
			return -errno;
	return 0;
}

/*
 * Reads a filter and gives what the kernel returned; or LONG_MIN, if the instructions are not
 * these or something was written behind them.
 */
static long layer_read(pid_t pid, unsigned long index, const struct layer *layer)
{
	struct sock_filter wanted[BPF_MAXINSNS + 1], seen[BPF_MAXINSNS + 1];
	long len;

	memset(seen, 0xa5, sizeof(seen));
	len = get_filter(pid, index, seen);
	if (len < 0)
		return len;
	memset(wanted, 0xa5, sizeof(wanted));
	layer_write(layer, wanted);
	return memcmp(wanted, seen, sizeof(seen)) ? LONG_MIN : len;
}

/* By whom may the filters have been installed? */
static long install_here(void *unused)
{
	return layers_install(0);
}

/* Who answers is a child of the process that has installed them, and that is gone. */
static long install_before_fork(void *unused)
{
	long err = layers_install(0);
	pid_t pid = fork();

	if (pid)
		_exit(0);
	return err;
}

static void *install_in_thread(void *flags)
{
	return (void *)layers_install((unsigned long)flags);
}

static long install_by_another_thread(void *unused)
{
	pthread_t thread;
	void *err;

	if (pthread_create(&thread, NULL, install_in_thread, (void *)SECCOMP_FILTER_FLAG_TSYNC) ||
	    pthread_join(thread, &err))
		return -1;
	return (long)err;
}

FIXTURE(filters) {
	struct tracee tracee;
	pid_t pid;
};

FIXTURE_VARIANT(filters) {
	long (*install)(void *unused);
};

FIXTURE_VARIANT_ADD(filters, own) { .install = install_here };
FIXTURE_VARIANT_ADD(filters, ancestors) { .install = install_before_fork };
FIXTURE_VARIANT_ADD(filters, synchronised) { .install = install_by_another_thread };

FIXTURE_SETUP(filters)
{
	self->tracee.confine = variant->install;
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	self->pid = ask(&self->tracee, TID);
	if (self->pid != self->tracee.pid)
		ASSERT_TRUE(exited_with(wait_status(self->tracee.pid), 0));
	ASSERT_TRUE(seize_and_stop(self->pid, PTRACE_O_EXITKILL));
}

FIXTURE_TEARDOWN(filters)
{
}

TEST_F(filters, are_counted_from_the_oldest)
{
	const unsigned long beyond[] = {
		LAYERS, LAYERS + 1, INT_MAX, INT_MAX + 1UL, UINT_MAX, 1UL << (LONG_BIT / 2),
		LONG_MAX, LONG_MAX + 1UL, -LAYERS, ULONG_MAX,
	};
	struct sock_filter insn = { 1, 2, 3, 4 };
	size_t i;

	for (i = 0; i < LAYERS; i++)
		EXPECT_EQ(layers[i].len, get_filter(self->pid, i, NULL));
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		EXPECT_EQ(-ENOENT, get_filter(self->pid, beyond[i], NULL))
			TH_LOG("%lu", beyond[i]);
		EXPECT_EQ(-ENOENT, get_filter(self->pid, beyond[i], &insn));
	}
	EXPECT_EQ(4U, insn.k);
}

TEST_F(filters, are_read_as_they_were_installed)
{
	size_t i;

	for (i = 0; i < LAYERS; i++)
		EXPECT_EQ(layers[i].len, layer_read(self->pid, i, &layers[i]))
			TH_LOG("filter %zu", i);
}

/* What an index means does not change when a filter is added. */
TEST_F(filters, keep_their_index)
{
	const struct sock_filter added = RET(SECCOMP_RET_ALLOW);
	struct sock_filter seen = {};
	size_t i;

	ASSERT_EQ(0, go_on(self->pid));
	ASSERT_EQ(0, ask(&self->tracee, ADD));
	ASSERT_TRUE(stop(self->pid));
	for (i = 0; i < LAYERS; i++)
		EXPECT_EQ(layers[i].len, layer_read(self->pid, i, &layers[i]))
			TH_LOG("filter %zu", i);
	ASSERT_EQ(1, get_filter(self->pid, LAYERS, &seen));
	EXPECT_EQ(0, memcmp(&added, &seen, sizeof(seen)));
	EXPECT_EQ(-ENOENT, get_filter(self->pid, LAYERS + 1, &seen));
}

/* Of its flags only those are told that go on mattering. */
TEST_F(filters, have_their_flags)
{
	size_t i;

	for (i = 0; i < LAYERS; i++) {
		struct __ptrace_seccomp_metadata metadata = { .filter_off = i, .flags = ~0ULL };

		EXPECT_EQ((long)sizeof(metadata),
			  get_metadata(self->pid, sizeof(metadata), &metadata));
		EXPECT_EQ(i, metadata.filter_off);
		EXPECT_EQ(layers[i].flags & SECCOMP_FILTER_FLAG_LOG, metadata.flags)
			TH_LOG("filter %zu", i);
	}
}

/* A tracee with one filter; LOG, so that there are flags to see. */
FIXTURE(reading) {
	struct tracee tracee;
	struct __ptrace_seccomp_metadata metadata;
	size_t page;
	char *end;		/* of memory; what comes behind cannot be touched */
};

static long install_logging(void *unused)
{
	return filter_install(SECCOMP_FILTER_FLAG_LOG,
			      &PROGRAM(LOAD(nr), RET(SECCOMP_RET_ALLOW)));
}

FIXTURE_SETUP(reading)
{
	self->page = sysconf(_SC_PAGESIZE);
	self->end = shared_memory(2 * self->page);
	ASSERT_TRUE(self->end != NULL);
	self->end += self->page;
	ASSERT_EQ(0, mprotect(self->end, self->page, PROT_NONE));
	self->tracee.confine = install_logging;
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_TRUE(seize_and_stop(self->tracee.pid, PTRACE_O_EXITKILL));
}

FIXTURE_TEARDOWN(reading)
{
}

TEST_F(reading, needs_a_place_for_all_instructions)
{
	pid_t pid = self->tracee.pid;
	struct sock_filter *insns = (void *)self->end;

	EXPECT_EQ(2, get_filter(pid, 0, insns - 2));
	EXPECT_EQ(-EFAULT, get_filter(pid, 0, insns - 1));
	EXPECT_EQ(-EFAULT, get_filter(pid, 0, insns));
	EXPECT_EQ(-EFAULT, get_filter(pid, 0, BAD_POINTER));
	EXPECT_EQ(-EFAULT, get_filter(pid, 0, (void *)-8L));
	ASSERT_EQ(0, mprotect(self->end - self->page, self->page, PROT_READ));
	EXPECT_EQ(-EFAULT, get_filter(pid, 0, insns - 2));
	/* Where nothing is written, nothing can fault. */
	EXPECT_EQ(-ENOENT, get_filter(pid, 1, BAD_POINTER));
}

/*
 * The caller's structure may be older or newer than the kernel's. So only as much is written
 * as both know, and the result tells how much that is.
 */
TEST_F(reading, metadata_has_a_size)
{
	static const struct {
		unsigned long size;
		long result;
	} cases[] = {
		{ 0, -EINVAL }, { 1, -EINVAL }, { 4, -EINVAL }, { 7, -EINVAL },
		{ 8, 8 }, { 9, 9 }, { 12, 12 }, { 15, 15 }, { 16, 16 },
		{ 17, 16 }, { 24, 16 }, { 4096, 16 }, { INT_MAX, 16 }, { INT_MAX + 1UL, 16 },
		{ UINT_MAX, 16 }, { ULONG_MAX, 16 },
	};
	union {
		struct __ptrace_seccomp_metadata known;
		unsigned char bytes[64];
	} wanted, seen;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct __ptrace_seccomp_metadata full = { .flags = SECCOMP_FILTER_FLAG_LOG };

		memset(&seen, 0xa5, sizeof(seen));
		seen.known.filter_off = 0;
		wanted = seen;
		if (cases[i].result > 0)
			memcpy(&wanted, &full, cases[i].result);
		EXPECT_EQ(cases[i].result,
			  get_metadata(self->tracee.pid, cases[i].size, &seen))
			TH_LOG("size %lu", cases[i].size);
		EXPECT_EQ(0, memcmp(&wanted, &seen, sizeof(seen)))
			TH_LOG("size %lu", cases[i].size);
	}
}

TEST_F(reading, metadata_has_an_index)
{
	static const __u64 beyond[] = { 1, 2, INT_MAX, UINT_MAX, 1ULL << 31, 1ULL << 32,
					1ULL << 63, ~0ULL, ~0ULL << 32 };
	struct __ptrace_seccomp_metadata metadata;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		metadata = (struct __ptrace_seccomp_metadata){ .filter_off = beyond[i],
							       .flags = 4711 };
		EXPECT_EQ(-ENOENT, get_metadata(self->tracee.pid, 16, &metadata))
			TH_LOG("index %llu", (unsigned long long)beyond[i]);
		EXPECT_EQ(-ENOENT, get_metadata(self->tracee.pid, 8, &metadata));
		EXPECT_EQ(beyond[i], metadata.filter_off);
		EXPECT_EQ(4711ULL, metadata.flags);
	}
}

TEST_F(reading, metadata_needs_a_place)
{
	struct __ptrace_seccomp_metadata *at = (void *)self->end;
	pid_t pid = self->tracee.pid;

	EXPECT_EQ(16, get_metadata(pid, 16, at - 1));
	/* Nobody looks at what the kernel does not know. */
	EXPECT_EQ(16, get_metadata(pid, 32, at - 1));
	at[-1].flags = 0;	/* from here on: an index */
	EXPECT_EQ(8, get_metadata(pid, 8, self->end - 8));
	EXPECT_EQ(-EFAULT, get_metadata(pid, 16, self->end - 8));
	EXPECT_EQ(-EFAULT, get_metadata(pid, 8, self->end - 7));
	EXPECT_EQ(-EFAULT, get_metadata(pid, 16, BAD_POINTER));
	EXPECT_EQ(-EFAULT, get_metadata(pid, 16, NULL));
	EXPECT_EQ(-EINVAL, get_metadata(pid, 7, NULL));

	at[-1] = (struct __ptrace_seccomp_metadata){ .filter_off = 1 };
	ASSERT_EQ(0, mprotect(self->end - self->page, self->page, PROT_READ));
	EXPECT_EQ(-ENOENT, get_metadata(pid, 16, at - 1));
	EXPECT_EQ(-EFAULT, get_metadata(pid, 8, self->end - 8));
}

static void expect_no_reading(struct __test_metadata *_metadata, pid_t pid, long error)
{
	struct __ptrace_seccomp_metadata metadata = {};

	EXPECT_EQ(error, get_filter(pid, 0, NULL));
	EXPECT_EQ(error, get_filter(pid, 1, NULL));
	EXPECT_EQ(error, get_metadata(pid, sizeof(metadata), &metadata));
}

TEST_F(reading, needs_a_stopped_tracee)
{
	pid_t pid = self->tracee.pid;

	ASSERT_EQ(0, go_on(pid));
	expect_no_reading(_metadata, pid, -ESRCH);
	ASSERT_TRUE(stop(pid));
	EXPECT_EQ(2, get_filter(pid, 0, NULL));
	ASSERT_EQ(0, detach(pid));
	expect_no_reading(_metadata, pid, -ESRCH);
	ASSERT_TRUE(seize_and_stop(pid, PTRACE_O_EXITKILL));
	EXPECT_EQ(2, get_filter(pid, 0, NULL));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	expect_no_reading(_metadata, pid, -ESRCH);
	ASSERT_TRUE(died_of(wait_status(pid), SIGKILL));
	expect_no_reading(_metadata, pid, -ESRCH);

	expect_no_reading(_metadata, getpid(), -ESRCH);
	expect_no_reading(_metadata, getppid(), -ESRCH);
}

/* The last stop of all; what the tracee has been under can still be read there. */
TEST_F(reading, works_at_the_exit_stop)
{
	pid_t pid = self->tracee.pid;
	int status;

	ASSERT_EQ(0, set_options(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
	ASSERT_EQ(0, go_on(pid));
	close(self->tracee.to[1]);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(SIGTRAP | PTRACE_EVENT_EXIT << 8, status >> 8);
	EXPECT_EQ(2, get_filter(pid, 0, NULL));
	EXPECT_EQ(16, get_metadata(pid, 16, &self->metadata));
	EXPECT_EQ((__u64)SECCOMP_FILTER_FLAG_LOG, self->metadata.flags);
	ASSERT_EQ(0, go_on(pid));
	EXPECT_TRUE(exited_with(wait_status(pid), 0));
}

/* Who is not in filter mode has nothing to read, not even an empty list. */
FIXTURE(nothing) {
	struct tracee tracee;
};

FIXTURE_VARIANT(nothing) {
	long (*confine)(void *unused);
};

static long confine_not(void *unused)
{
	return 0;
}

FIXTURE_VARIANT_ADD(nothing, in_no_mode) { .confine = confine_not };
FIXTURE_VARIANT_ADD(nothing, in_strict_mode) { .confine = enter_strict_mode };

FIXTURE_SETUP(nothing)
{
	self->tracee.confine = variant->confine;
	ASSERT_TRUE(tracee_start_confined(&self->tracee));
	ASSERT_TRUE(seize_and_stop(self->tracee.pid, PTRACE_O_EXITKILL));
}

FIXTURE_TEARDOWN(nothing)
{
}

TEST_F(nothing, to_be_read)
{
	expect_no_reading(_metadata, self->tracee.pid, -EINVAL);
	EXPECT_EQ(-EINVAL, get_filter(self->tracee.pid, 0, BAD_POINTER));
}

static long kill_at_watched(void *unused)
{
	return filter_install(0, &PROGRAM(ON_NR(WATCHED, SECCOMP_RET_KILL_PROCESS),
					  RET(SECCOMP_RET_ALLOW)));
}

/* A task that a verdict has ended is in no mode that could be entered. */
TEST(nothing_to_be_read_after_a_verdict)
{
	struct tracee tracee = { .confine = kill_at_watched };
	int status;

	ASSERT_TRUE(tracee_start_confined(&tracee));
	ASSERT_EQ(0, seize(tracee.pid, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
	tell(&tracee, CALL);
	ASSERT_EQ(tracee.pid, waitpid(tracee.pid, &status, 0));
	ASSERT_EQ(SIGTRAP | PTRACE_EVENT_EXIT << 8, status >> 8);
	expect_no_reading(_metadata, tracee.pid, -EINVAL);
	ASSERT_EQ(0, go_on(tracee.pid));
	EXPECT_TRUE(died_of(wait_status(tracee.pid), SIGSYS));
}

/* A process with many filters, each of which tells how old it is. */
static long install_chain(void *filters)
{
	long i;

	for (i = 0; i < *(const long *)filters; i++)
		if (filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW | i))))
			break;
	return i;
}

/* Is suspended from the start, or its own calls would be judged by all of its filters. */
static long chain_start(struct tracee *tracee, const long *filters)
{
	long installed;

	tracee->confine = install_chain;
	tracee->arg = (void *)filters;
	if (!tracee_start(tracee) || seize(tracee->pid, PTRACE_O_EXITKILL | SUSPEND))
		return -1;
	installed = ask(tracee, CONFINE);
	return stop(tracee->pid) ? installed : -1;
}

/*
 * No more than a thousand: the kernel frees compiled programs by its common workers. If they
 * all wait for someone who compiles, and who waits for one of them, none of them ever goes on.
 */
FIXTURE(chain) {
	struct tracee tracee;
	struct tracee control;		/* with one filter */
};

FIXTURE_VARIANT(chain) {
	long filters;
};

FIXTURE_VARIANT_ADD(chain, of_100) { .filters = 100 };
FIXTURE_VARIANT_ADD(chain, of_1000) { .filters = 1000 };

FIXTURE_SETUP(chain)
{
	static const long one = 1;

	ASSERT_EQ(variant->filters, chain_start(&self->tracee, &variant->filters));
	ASSERT_EQ(one, chain_start(&self->control, &one));
}

FIXTURE_TEARDOWN(chain)
{
}

/* Installing many filters takes a debug kernel a while. */
TEST_F_TIMEOUT(chain, is_read_one_by_one, 300)
{
	struct __ptrace_seccomp_metadata metadata;
	pid_t pid = self->tracee.pid;
	struct sock_filter insn;
	long i;

	for (i = 0; i < variant->filters; i++) {
		ASSERT_EQ(1, get_filter(pid, i, &insn));
		ASSERT_EQ(BPF_RET | BPF_K, insn.code);
		ASSERT_EQ(SECCOMP_RET_ALLOW | i, insn.k);
		metadata = (struct __ptrace_seccomp_metadata){ .filter_off = i, .flags = ~0ULL };
		ASSERT_EQ(16, get_metadata(pid, 16, &metadata));
		ASSERT_EQ(0ULL, metadata.flags);
	}
	EXPECT_EQ(-ENOENT, get_filter(pid, i, &insn));
}

#define READS	200

/*
 * The time that reading some filter takes: the best of several rounds, in ns. Processor time comes
 * in ticks on some machines.
 */
static long reading_time(pid_t pid, unsigned long index)
{
	struct timespec start, end;
	long time, best = LONG_MAX;
	int round, i;

	for (round = 0; round < 10; round++) {
		clock_gettime(CLOCK_MONOTONIC, &start);
		for (i = 0; i < READS; i++)
			if (get_filter(pid, index, NULL) != 1)
				return 0;
		clock_gettime(CLOCK_MONOTONIC, &end);
		time = (end.tv_sec - start.tv_sec) * 1000000000 + end.tv_nsec - start.tv_nsec;
		if (time < best)
			best = time;
	}
	return best / READS;
}

TEST_F_TIMEOUT(chain, costs_the_same_at_both_ends, 300)
{
	long oldest = reading_time(self->tracee.pid, 0);
	long newest = reading_time(self->tracee.pid, variant->filters - 1);

	ASSERT_LT(0, oldest);
	ASSERT_LT(0, newest);
	EXPECT_GT(5 * newest, oldest);
	EXPECT_GT(5 * oldest, newest);
}

/* So the time to read all of them is in proportion to their number, not to its square. */
TEST_F_TIMEOUT(chain, costs_no_more_than_one_filter, 300)
{
	const long only = reading_time(self->control.pid, 0);
	long i, index, time;

	ASSERT_LT(0, only);
	for (i = 0; i <= 4; i++) {
		index = (variant->filters - 1) * i / 4;
		time = reading_time(self->tracee.pid, index);
		ASSERT_LT(0, time);
		EXPECT_GT(5 * only, time)
			TH_LOG("%ld: %ld ns, one alone: %ld ns", index, time, only);
	}
}

/*
 * B-8: a reference that was taken on one chain and given back on another. One thread of a
 * process is stopped and read from; others, each of which does not live long, give it one
 * filter more and another; then all are killed.
 */
#define B8_ROUNDS	100
#define B8_OLD		3

struct b8 {
	unsigned int installs;
	bool killed;
	int go[2];
};

static struct layer b8_layer(unsigned int index)
{
	if (index < B8_OLD)
		return (struct layer){ .len = 1 + 200 * index, .data = index };
	return (struct layer){
		.len = 1, .data = index, .flags = index % 2 ? SECCOMP_FILTER_FLAG_LOG : 0,
	};
}

static void *b8_install(void *layer)
{
	CHILD_REQUIRE(!layer_install(layer, SECCOMP_FILTER_FLAG_TSYNC));
	return NULL;
}

static void *b8_change(void *arg)
{
	struct b8 *b8 = arg;
	struct layer layer;
	pthread_t thread;
	unsigned int i;
	char byte;

	CHILD_REQUIRE(read(b8->go[0], &byte, 1) == 1);
	for (i = 0; i < b8->installs; i++) {
		layer = b8_layer(B8_OLD + i);
		CHILD_REQUIRE(!pthread_create(&thread, NULL, b8_install, &layer));
		CHILD_REQUIRE(!pthread_join(thread, NULL));
	}
	if (b8->killed)
		kill(getpid(), SIGKILL);
	_exit(0);
}

static long b8_confine(void *b8)
{
	pthread_t thread;
	struct layer layer;
	int i;

	for (i = 0; i < B8_OLD; i++) {
		layer = b8_layer(i);
		CHILD_REQUIRE(!layer_install(&layer, 0));
	}
	return pthread_create(&thread, NULL, b8_change, b8);
}

/* Reads all that there are, again and again, until the tracee is gone. Is all as it has to be? */
static bool b8_read(pid_t pid)
{
	unsigned int index, known = B8_OLD;

	for (index = 0;; index = index < known ? index + 1 : 0) {
		struct __ptrace_seccomp_metadata metadata = { .filter_off = index };
		struct layer layer = b8_layer(index);
		long ret = layer_read(pid, index, &layer);

		if (ret == -ESRCH)
			return true;
		if (ret == -ENOENT && index == known)
			continue;
		if (ret != layer.len)
			return false;
		if (index == known)
			known++;
		ret = get_metadata(pid, sizeof(metadata), &metadata);
		if (ret == -ESRCH)
			return true;
		if (ret != 16 || metadata.flags != layer.flags)
			return false;
	}
}

/* Only tests of a fixture can say how long they take. */
FIXTURE(b8) {
};

FIXTURE_SETUP(b8)
{
}

FIXTURE_TEARDOWN(b8)
{
}

/* A hundred processes with threads are much for a debug kernel. */
TEST_F_TIMEOUT(b8, reading_beside_changes_and_the_end, 300)
{
	int round, status;

	for (round = 0; round < B8_ROUNDS; round++) {
		struct b8 b8 = { .installs = round % 8, .killed = round % 3 };
		struct tracee tracee = { .confine = b8_confine, .arg = &b8 };

		ASSERT_EQ(0, pipe(b8.go));
		ASSERT_TRUE(tracee_start_confined(&tracee));
		ASSERT_TRUE(seize_and_stop(tracee.pid, PTRACE_O_EXITKILL));
		ASSERT_EQ(1, write(b8.go[1], "g", 1));
		ASSERT_TRUE(b8_read(tracee.pid))
			TH_LOG("round %d", round);
		status = wait_status(tracee.pid);
		ASSERT_TRUE(b8.killed ? died_of(status, SIGKILL) : exited_with(status, 0))
			TH_LOG("round %d: status %#x", round, status);
		close(b8.go[0]);
		close(b8.go[1]);
		close(tracee.to[1]);
		close(tracee.from[0]);
	}
}

/*
 * B-31: a thread that executes a program holds a lock until the others are gone. TSYNC and a
 * tracer that attaches want the same lock, and the others are gone only when their tracer has
 * seen them off. Whoever waits for whom: a SIGKILL has to end it.
 */
enum { LEADER, SYNCHRONISER, EXECUTER, MEMBERS };

/* A process with three threads; what it shares with its tracer. */
struct crowd {
	volatile pid_t tids[MEMBERS];
	volatile bool go;
	int executed[2];
};

static void come_in(struct crowd *crowd, unsigned int member)
{
	crowd->tids[member] = sys_gettid();
	while (!crowd->go)
		sched_yield();
}

static void *synchronise(void *crowd)
{
	come_in(crowd, SYNCHRONISER);
	for (;;)
		filter_install(SECCOMP_FILTER_FLAG_TSYNC, &PROGRAM(RET(SECCOMP_RET_ALLOW)));
	return NULL;
}

static void *execute(void *arg)
{
	struct crowd *crowd = arg;
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", crowd->executed[1]);
	come_in(crowd, EXECUTER);
	execl("/proc/self/exe", "ptrace_test", EXECUTED, fd, NULL);
	CHILD_REQUIRE(!"exec failed");
	return NULL;
}

/* What has become of the process when its exec is done. */
static int executed(int fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(fd, "e", 1) == 1)
		pause();
	return 1;
}

static pid_t crowd_start(struct crowd *crowd)
{
	pthread_t thread;
	pid_t pid;

	memset(crowd, 0, sizeof(*crowd));
	if (pipe(crowd->executed))
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* An attached task gets it at its exec, perhaps when nobody traces it any more. */
		block_signal(SIGTRAP);
		CHILD_REQUIRE(!pthread_create(&thread, NULL, synchronise, crowd));
		CHILD_REQUIRE(!pthread_create(&thread, NULL, execute, crowd));
		crowd->tids[LEADER] = getpid();
		for (;;)
			pause();
	}
	close(crowd->executed[1]);
	while (pid > 0 && !(crowd->tids[LEADER] && crowd->tids[SYNCHRONISER] &&
			    crowd->tids[EXECUTER]))
		sched_yield();
	return pid;
}

FIXTURE(b31) {
	struct crowd *crowd;
	pid_t process, tracer;
};

FIXTURE_VARIANT(b31) {
	int attach;		/* how the tracer does so */
	bool detach;		/* does it also detach, or keep all that it gets? */
};

FIXTURE_VARIANT_ADD(b31, attach) { .attach = PTRACE_ATTACH };
FIXTURE_VARIANT_ADD(b31, attach_and_detach) { .attach = PTRACE_ATTACH, .detach = true };
FIXTURE_VARIANT_ADD(b31, seize) { .attach = PTRACE_SEIZE };
FIXTURE_VARIANT_ADD(b31, seize_and_detach) { .attach = PTRACE_SEIZE, .detach = true };

FIXTURE_SETUP(b31)
{
	self->crowd = shared_memory(sizeof(*self->crowd));
	ASSERT_TRUE(self->crowd != NULL);
}

FIXTURE_TEARDOWN(b31)
{
}

/* Attaches to whatever it gets hold of. */
static void trace_the_crowd(struct crowd *crowd, const FIXTURE_VARIANT(b31) *variant)
{
	pid_t tid;
	int i;

	crowd->go = true;
	for (i = 0; i < 10 * MEMBERS; i++) {
		tid = crowd->tids[i % MEMBERS];
		if (ptrace(variant->attach, tid, 0, 0))
			sched_yield();
		else if (variant->detach &&
			 (variant->attach == PTRACE_SEIZE ? stop(tid) : stopped(tid)))
			detach(tid);
	}
	_exit(0);
}

/* Gives a child time to come to its end, which it may never do. */
static void let_run(pid_t pid)
{
	siginfo_t info = {};
	int i;

	for (i = 0; i < 30 && !info.si_pid; i++) {
		sched_yield();
		waitid(P_PID, pid, &info, WEXITED | WNOWAIT | WNOHANG);
	}
}

TEST_F_TIMEOUT(b31, all_can_be_killed, 300)
{
	int round, status;

	for (round = 0; round < 25; round++) {
		self->process = crowd_start(self->crowd);
		ASSERT_LT(0, self->process);
		self->tracer = fork();
		ASSERT_LE(0, self->tracer);
		if (!self->tracer) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			trace_the_crowd(self->crowd, variant);
		}
		let_run(self->tracer);
		ASSERT_EQ(0, kill(round % 2 ? self->process : self->tracer, SIGKILL));
		ASSERT_EQ(0, kill(round % 2 ? self->tracer : self->process, SIGKILL));
		status = wait_status(self->tracer);
		EXPECT_TRUE(died_of(status, SIGKILL) || exited_with(status, 0))
			TH_LOG("round %d: tracer's status %#x", round, status);
		status = wait_status(self->process);
		EXPECT_TRUE(died_of(status, SIGKILL))
			TH_LOG("round %d: process's status %#x", round, status);
		close(self->crowd->executed[0]);
	}
}

/* Holds the exec up by not seeing off a thread that died for it, and attaches to the exec. */
static void hold_exec_up(struct crowd *crowd, int attach, int up)
{
	pid_t held = crowd->tids[SYNCHRONISER];
	siginfo_t info;

	CHILD_REQUIRE(!seize(held, 0));
	crowd->go = true;
	CHILD_REQUIRE(!waitid(P_PID, held, &info, WEXITED | WNOWAIT | __WALL));
	CHILD_REQUIRE(write(up, "u", 1) == 1);
	/* To wait for the exec is no must, but has been usual. */
	ptrace(attach, crowd->tids[EXECUTER], 0, 0);
	for (;;)
		pause();
}

TEST_F(b31, exec_goes_on_without_the_tracer)
{
	int up[2];
	char byte;

	ASSERT_EQ(0, pipe(up));
	self->process = crowd_start(self->crowd);
	ASSERT_LT(0, self->process);
	self->tracer = fork();
	ASSERT_LE(0, self->tracer);
	if (!self->tracer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		hold_exec_up(self->crowd, variant->attach, up[1]);
	}
	close(up[1]);
	ASSERT_EQ(1, read(up[0], &byte, 1));
	ASSERT_TRUE(comes_to_sleep_in(self->tracer, ANY_CALL));
	ASSERT_EQ(0, kill(self->tracer, SIGKILL));
	EXPECT_TRUE(died_of(wait_status(self->tracer), SIGKILL));
	EXPECT_EQ(1, read(self->crowd->executed[0], &byte, 1));
	ASSERT_EQ(0, kill(self->process, SIGKILL));
	EXPECT_TRUE(died_of(wait_status(self->process), SIGKILL));
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], EXECUTED))
		return executed(atoi(argv[2]));
	return test_harness_run(argc, argv);
}
