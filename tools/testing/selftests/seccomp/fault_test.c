// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that runs out, or cannot be read or written: wherever this happens, what was asked for is
 * either done in full or has left nothing, and the caller knows which.
 */

#include "notif.h"
#include "prog.h"

#include <sys/ptrace.h>

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug/"
/* More allocations than any of these calls makes; whoever comes this far runs in circles. */
#define FAULTS_MAX	2000

/* What is in the way of faults where our calls allocate: they may all sleep. */
static const struct knob {
	const char *path;
	const char *value;
	bool vital;
} knobs[] = {
	{ DEBUGFS "failslab/ignore-gfp-wait", "N", true },
	{ DEBUGFS "failslab/verbose", "0", false },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N", false },
	{ DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N", false },
	{ DEBUGFS "fail_page_alloc/min-order", "0", false },
	{ DEBUGFS "fail_page_alloc/verbose", "0", false },
	{ DEBUGFS "fail_usercopy/verbose", "0", false },
};

/* The task's next allocations and copies will go well but for this one; 0: they all will. */
static void fault_arm(int fd, unsigned int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", nth);
	CHILD_REQUIRE(pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text));
}

/* Ends it, and says whether there was a fault: before this, which may run into the fault itself. */
static bool fault_disarm(int fd)
{
	char text[16] = "";
	bool hit = pread(fd, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;

	while (pwrite(fd, "0", 1, 0) != 1)
		CHILD_REQUIRE(errno == EFAULT);
	return hit;
}

/* How a fault may be reported: no memory, or an address that cannot be accessed. */
static bool is_fault(int error)
{
	return error == ENOMEM || error == EFAULT;
}

/* Refuses the call at the end of as many idle instructions as were asked for. */
static struct sock_fprog refusal_of_length(unsigned int length)
{
	static struct sock_filter insns[BPF_MAXINSNS];
	const struct sock_filter end[] = {
		ON_NR(REFUSED_CALL, SECCOMP_RET_ERRNO | REFUSAL), RET(SECCOMP_RET_ALLOW),
	};
	unsigned int i;

	for (i = 0; i < length - ARRAY_SIZE(end); i++)
		insns[i] = (struct sock_filter)LOAD(nr);
	memcpy(insns + i, end, sizeof(end));
	return (struct sock_fprog){ .len = length, .filter = insns };
}

static int install_by_call(const struct sock_fprog *prog)
{
	return filter_install(0, prog);
}

static int install_logged(const struct sock_fprog *prog)
{
	return filter_install(SECCOMP_FILTER_FLAG_LOG, prog);
}

static int install_with_listener(const struct sock_fprog *prog)
{
	int listener = filter_install(NEW_LISTENER, prog);

	return listener < 0 ? listener : close(listener);
}

static int install_all_with_listener(const struct sock_fprog *prog)
{
	int listener = filter_install(NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC |
				      SECCOMP_FILTER_FLAG_TSYNC_ESRCH, prog);

	return listener < 0 ? listener : close(listener);
}

static int install_by_descriptor(const struct sock_fprog *prog)
{
	int fd = prog_create(prog), ret;

	if (fd < 0)
		return fd;
	ret = prog_attach(0, fd);
	close(fd);
	return ret;
}

static int install_waiting(const struct sock_fprog *prog)
{
	return filter_install(ON_EXEC, prog);
}

static void install_plain(void *unused)
{
	struct sock_fprog prog = refusal_of_length(8);

	CHILD_REQUIRE(!filter_install(0, &prog));
	CHILD_REQUIRE(refused());
}

TEST(present)
{
	ASSERT_TRUE(exited_with(child_status(install_plain, NULL), 0));
}

struct knob_values {
	char text[ARRAY_SIZE(knobs)][16];
};

/* NULL, or what keeps faults from happening here. */
static const char *knobs_set(struct knob_values *saved)
{
	unsigned int i;

	if (access(FAIL_NTH, W_OK))
		return FAIL_NTH;
	for (i = 0; i < ARRAY_SIZE(knobs); i++) {
		file_read(knobs[i].path, saved->text[i], sizeof(saved->text[i]));
		if (!file_write(knobs[i].path, knobs[i].value) && knobs[i].vital)
			return knobs[i].path;
	}
	return NULL;
}

static bool knobs_restore(const struct knob_values *saved)
{
	bool done = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(knobs); i++)
		if (saved->text[i][0])
			done &= file_write(knobs[i].path, saved->text[i]);
	return done;
}

FIXTURE(install) {
	struct knob_values saved;
};

FIXTURE_VARIANT(install) {
	int (*install)(const struct sock_fprog *prog);
	unsigned int length;
	/* layers that are there before, and layers that wait */
	int under, over;
	/* it waits itself */
	bool waits;
};

FIXTURE_VARIANT_ADD(install, first) {
	.install = install_by_call, .length = 8,
};

FIXTURE_VARIANT_ADD(install, first_by_prctl) {
	.install = filter_install_prctl, .length = 8,
};

FIXTURE_VARIANT_ADD(install, first_and_longest) {
	.install = install_by_call, .length = BPF_MAXINSNS,
};

FIXTURE_VARIANT_ADD(install, upper) {
	.install = install_by_call, .length = 8, .under = 2,
};

FIXTURE_VARIANT_ADD(install, upper_logged_and_long) {
	.install = install_logged, .length = 512, .under = 2,
};

FIXTURE_VARIANT_ADD(install, b12_with_listener) {
	.install = install_with_listener, .length = 8,
};

FIXTURE_VARIANT_ADD(install, b11_upper_in_all_threads_with_listener) {
	.install = install_all_with_listener, .length = 8, .under = 2,
};

FIXTURE_VARIANT_ADD(install, first_by_descriptor) {
	.install = install_by_descriptor, .length = 8,
};

FIXTURE_VARIANT_ADD(install, upper_by_descriptor_and_long) {
	.install = install_by_descriptor, .length = 512, .under = 2,
};

FIXTURE_VARIANT_ADD(install, waiting) {
	.install = install_waiting, .length = 8, .under = 1, .over = 1, .waits = true,
};

FIXTURE_VARIANT_ADD(install, under_waiting_ones) {
	.install = install_by_call, .length = 8, .under = 1, .over = 3,
};

FIXTURE_SETUP(install)
{
	const char *missing = knobs_set(&self->saved);

	if (missing)
		SKIP(return, "cannot write %s", missing);
}

/* In the parent, who gets here whatever becomes of the test. */
FIXTURE_TEARDOWN_PARENT(install)
{
	EXPECT_TRUE(knobs_restore(&self->saved));
}

struct install_fault {
	const FIXTURE_VARIANT(install) *variant;
	unsigned int nth;
};

/* How an installation with one fault can end well: exit statuses. */
enum { NOT_HIT = 10, REFUSED, DONE_WITHOUT };

static void install_under_fault(void *arg)
{
	const struct install_fault *fault = arg;
	const FIXTURE_VARIANT(install) *variant = fault->variant;
	struct sock_fprog prog = refusal_of_length(variant->length);
	int fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	long mode, no_new_privs, layers = variant->under;
	int i, ret, error, next_fd;
	pid_t before;
	bool hit;

	CHILD_REQUIRE(fd >= 0);
	for (i = 0; i < variant->under; i++)
		CHILD_REQUIRE(!filter_install(0, &ALLOWING));
	for (i = 0; i < variant->over; i++)
		CHILD_REQUIRE(!filter_install(ON_EXEC, &ALLOWING));
	before = fork();
	if (!before)
		for (;;)
			pause();
	mode = status_field(0, "Seccomp");
	no_new_privs = status_field(0, "NoNewPrivs");
	next_fd = lowest_free_fd();

	fault_arm(fd, fault->nth);
	ret = variant->install(&prog);
	error = errno;
	hit = fault_disarm(fd);

	if (ret) {
		CHILD_REQUIRE(ret == -1 && hit);
		errno = error;
		CHILD_REQUIRE(is_fault(error));
		CHILD_REQUIRE(status_field(0, "Seccomp") == mode);
		CHILD_REQUIRE(!refused());
		CHILD_REQUIRE(!sys_kcmp(getpid(), before, KCMP_SECCOMP_TYPE, 0, 0));
	} else if (variant->waits) {
		CHILD_REQUIRE(!refused());
		CHILD_REQUIRE(sys_kcmp(getpid(), before, KCMP_SECCOMP_TYPE, 0, 0) > 0);
	} else {
		/* Also after a fault, which the kernel may know how to do without. */
		layers++;
		CHILD_REQUIRE(status_field(0, "Seccomp") == SECCOMP_MODE_FILTER);
		CHILD_REQUIRE(refused());
	}
	kill(before, SIGKILL);
	wait_status(before);
	CHILD_REQUIRE(status_field(0, "Seccomp_filters") == layers);
	CHILD_REQUIRE(status_field(0, "NoNewPrivs") == no_new_privs);
	CHILD_REQUIRE(lowest_free_fd() == next_fd);

	install_plain(NULL);
	CHILD_REQUIRE(status_field(0, "Seccomp_filters") == layers + 1);
	_exit(!hit ? NOT_HIT : ret ? REFUSED : DONE_WITHOUT);
}

TEST_F(install, all_or_nothing)
{
	struct install_fault fault = { .variant = variant };
	unsigned int refusals = 0;
	int status;

	do {
		ASSERT_TRUE(++fault.nth < FAULTS_MAX);
		status = child_status(install_under_fault, &fault);
		ASSERT_TRUE(exited_with(status, NOT_HIT) || exited_with(status, REFUSED) ||
			    exited_with(status, DONE_WITHOUT))
			TH_LOG("fault %u", fault.nth);
		refusals += exited_with(status, REFUSED);
	} while (!exited_with(status, NOT_HIT));
	/* The program itself needs memory: faults that never mattered were not ours. */
	EXPECT_TRUE(refusals > 0);
}

FIXTURE(forking) {
	struct knob_values saved;
};

FIXTURE_SETUP(forking)
{
	const char *missing = knobs_set(&self->saved);

	if (missing)
		SKIP(return, "cannot write %s", missing);
}

FIXTURE_TEARDOWN_PARENT(forking)
{
	EXPECT_TRUE(knobs_restore(&self->saved));
}

#define FORKING_LAYERS	3

static int forked(void *unused)
{
	return !refused() || status_field(0, "Seccomp_filters") != FORKING_LAYERS;
}

/*
 * A fork that fails on its way takes nothing along; one that does not takes all. Here the
 * memory is shared: copies of pages would be made with faults in the way of whoever writes
 * next, be it the kernel into the area of rseq(2), for which it kills.
 */
static void fork_under_faults(void *unused)
{
	static char stack[1 << 16] __attribute__((aligned(64)));
	int fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	unsigned int nth, failed = 0;
	bool hit = true;
	pid_t pid;
	int i;

	CHILD_REQUIRE(fd >= 0);
	for (i = 0; i < FORKING_LAYERS; i++)
		install_plain(NULL);

	for (nth = 1; hit; nth++) {
		CHILD_REQUIRE(nth < FAULTS_MAX);
		fault_arm(fd, nth);
		pid = clone(forked, STACK_BOTTOM(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
		hit = fault_disarm(fd);
		if (pid < 0)
			failed++;
		else
			CHILD_REQUIRE(exited_with(wait_status(pid), 0));
		CHILD_REQUIRE(refused());
		CHILD_REQUIRE(status_field(0, "Seccomp_filters") == FORKING_LAYERS);
	}
	CHILD_REQUIRE(failed > 0);
}

TEST_F(forking, b25_all_or_nothing)
{
	EXPECT_TRUE(exited_with(child_status(fork_under_faults, NULL), 0));
}

FIXTURE(injecting) {
	struct knob_values saved;
};

FIXTURE_SETUP(injecting)
{
	const char *missing = knobs_set(&self->saved);

	if (missing)
		SKIP(return, "cannot write %s", missing);
}

FIXTURE_TEARDOWN_PARENT(injecting)
{
	EXPECT_TRUE(knobs_restore(&self->saved));
}

/* Higher than a table of files reaches that has not grown. */
#define FAR_FD	300

static int call_under_fault(void *arg)
{
	const unsigned int *nth = arg;
	int fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC), ret;
	bool hit;

	CHILD_REQUIRE(fd >= 0);
	fault_arm(fd, *nth);
	ret = syscall(NOTIFIED_CALL);
	hit = fault_disarm(fd);
	CHILD_REQUIRE(ret == FAR_FD && fcntl(FAR_FD, F_GETFD) >= 0);
	return hit ? DONE_WITHOUT : NOT_HIT;
}

/* Memory that runs out in the target is the supervisor's error, who can try again. */
TEST_F(injecting, no_fd_no_answer)
{
	unsigned int nth = 0, failed = 0;
	int status;

	do {
		struct seccomp_notif notif;
		struct target target;
		struct seccomp_notif_addfd addfd = {
			.flags = SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND,
			.srcfd = STDERR_FILENO, .newfd = FAR_FD,
		};
		int ret;

		ASSERT_TRUE(++nth < FAULTS_MAX);
		ASSERT_TRUE(target_start(&target, 0, call_under_fault, &nth));
		ASSERT_EQ(0, notif_recv(target.listener, &notif));
		addfd.id = notif.id;
		ret = ioctl(target.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);
		if (ret < 0) {
			failed++;
			EXPECT_EQ(ENOMEM, errno);
			EXPECT_EQ(0, notif_id_valid(target.listener, notif.id));
			ret = ioctl(target.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);
		}
		EXPECT_EQ(FAR_FD, ret);
		status = wait_status(target.pid);
		ASSERT_TRUE(exited_with(status, NOT_HIT) || exited_with(status, DONE_WITHOUT));
		close(target.listener);
	} while (!exited_with(status, NOT_HIT));
	EXPECT_TRUE(failed > 0);
}

FIXTURE(supervising) {
	struct knob_values saved;
};

FIXTURE_VARIANT(supervising) {
	int (*act)(int listener, struct seccomp_notif *notif);
	bool answers;
};

static int act_send(int listener, struct seccomp_notif *notif)
{
	return notif_send(listener, notif->id, FAR_FD, 0, 0);
}

FIXTURE_VARIANT_ADD(supervising, send) {
	.act = act_send, .answers = true,
};

static int act_look(int listener, struct seccomp_notif *notif)
{
	return notif_id_valid(listener, notif->id);
}

FIXTURE_VARIANT_ADD(supervising, look) {
	.act = act_look,
};

static int act_give_with(int listener, uint64_t id, unsigned int flags)
{
	struct seccomp_notif_addfd addfd = {
		.id = id, .flags = SECCOMP_ADDFD_FLAG_SETFD | flags,
		.srcfd = STDERR_FILENO, .newfd = FAR_FD,
	};

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd) == FAR_FD ? 0 : -1;
}

static int act_give(int listener, struct seccomp_notif *notif)
{
	return act_give_with(listener, notif->id, 0);
}

FIXTURE_VARIANT_ADD(supervising, give) {
	.act = act_give,
};

static int act_give_and_send(int listener, struct seccomp_notif *notif)
{
	return act_give_with(listener, notif->id, SECCOMP_ADDFD_FLAG_SEND);
}

FIXTURE_VARIANT_ADD(supervising, give_and_send) {
	.act = act_give_and_send, .answers = true,
};

FIXTURE_SETUP(supervising)
{
	const char *missing = knobs_set(&self->saved);

	if (missing)
		SKIP(return, "cannot write %s", missing);
}

FIXTURE_TEARDOWN_PARENT(supervising)
{
	EXPECT_TRUE(knobs_restore(&self->saved));
}

/*
 * A fault in the supervisor's call leaves the target's where it was. To receive one allocates
 * nothing, and copies in a way that no fault is injected into: for that notif_test has b34_*.
 */
TEST_F(supervising, all_or_nothing)
{
	int fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC), answer = FAR_FD, ret, error;
	unsigned int nth = 0;
	bool hit;

	ASSERT_LE(0, fd);
	do {
		struct seccomp_notif notif;
		struct target target;

		ASSERT_TRUE(++nth < FAULTS_MAX);
		ASSERT_TRUE(target_start(&target, 0, call_returns, &answer));
		ASSERT_EQ(0, notif_recv(target.listener, &notif));

		fault_arm(fd, nth);
		ret = variant->act(target.listener, &notif);
		error = errno;
		hit = fault_disarm(fd);

		if (ret) {
			EXPECT_TRUE(hit);
			EXPECT_TRUE(is_fault(error))
				TH_LOG("fault %u: errno %d", nth, error);
			EXPECT_FALSE(is_same_file(target.pid, FAR_FD, STDERR_FILENO));
			EXPECT_EQ(0, notif_id_valid(target.listener, notif.id));
			ASSERT_EQ(0, variant->act(target.listener, &notif));
		}
		if (!variant->answers)
			EXPECT_EQ(0, act_send(target.listener, &notif));
		EXPECT_TRUE(exited_with(wait_status(target.pid), 0));
		close(target.listener);
	} while (hit);
	EXPECT_EQ(0, ret);
	/* Each has something to read, at least. */
	EXPECT_LT(1U, nth);
}

FIXTURE(asking) {
	struct knob_values saved;
	pid_t tracee;
	int prog;
};

FIXTURE_VARIANT(asking) {
	long (*ask)(pid_t tracee, int prog);
};

static long ask_sizes(pid_t unused, int unused_too)
{
	struct seccomp_notif_sizes sizes;

	return sys_seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
}

FIXTURE_VARIANT_ADD(asking, sizes) {
	.ask = ask_sizes,
};

static long ask_action(pid_t unused, int unused_too)
{
	return sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &(__u32){ SECCOMP_RET_TRAP });
}

FIXTURE_VARIANT_ADD(asking, action) {
	.ask = ask_action,
};

static long ask_create(pid_t unused, int unused_too)
{
	int fd = prog_create(&REFUSING);

	return fd < 0 ? -1 : close(fd);
}

FIXTURE_VARIANT_ADD(asking, create) {
	.ask = ask_create,
};

static long ask_info(pid_t unused, int prog)
{
	struct sock_filter insns[BPF_MAXINSNS];
	struct seccomp_prog_info info = { .len = BPF_MAXINSNS, .insns = (uintptr_t)insns };

	return prog_info(prog, &info);
}

FIXTURE_VARIANT_ADD(asking, info) {
	.ask = ask_info,
};

static long ask_filter(pid_t tracee, int unused)
{
	struct sock_filter insns[BPF_MAXINSNS];

	return syscall(__NR_ptrace, PTRACE_SECCOMP_GET_FILTER, tracee, 0, insns);
}

FIXTURE_VARIANT_ADD(asking, filter) {
	.ask = ask_filter,
};

static long ask_metadata(pid_t tracee, int unused)
{
	struct __ptrace_seccomp_metadata metadata = {};

	return syscall(__NR_ptrace, PTRACE_SECCOMP_GET_METADATA, tracee, sizeof(metadata),
		       &metadata);
}

FIXTURE_VARIANT_ADD(asking, metadata) {
	.ask = ask_metadata,
};

static long ask_filter_fd(pid_t tracee, int unused)
{
	struct filter filter = {};
	long ret = syscall(__NR_ptrace, GET_FILTER_FD, tracee, sizeof(filter), &filter);

	if (ret >= 0)
		close(filter.fd);
	return ret;
}

FIXTURE_VARIANT_ADD(asking, filter_fd) {
	.ask = ask_filter_fd,
};

FIXTURE_SETUP(asking)
{
	const char *missing = knobs_set(&self->saved);
	pid_t pid;

	if (missing)
		SKIP(return, "cannot write %s", missing);
	self->prog = prog_create(&REFUSING);
	ASSERT_LE(0, self->prog);
	pid = fork();
	if (!pid) {
		CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
		install_plain(NULL);
		CHILD_REQUIRE(!ptrace(PTRACE_TRACEME, 0, 0, 0));
		raise(SIGSTOP);
		_exit(0);
	}
	/* It shares what the fixture holds. */
	self->tracee = pid;
	ASSERT_TRUE(WIFSTOPPED(wait_status(pid)));
}

FIXTURE_TEARDOWN_PARENT(asking)
{
	EXPECT_TRUE(knobs_restore(&self->saved));
}

/* What can be asked has one answer; a fault in between takes no descriptor. */
TEST_F(asking, answer_or_nothing)
{
	int fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC), next_fd = lowest_free_fd(), error;
	long answer = variant->ask(self->tracee, self->prog), ret;
	unsigned int nth = 0, failed = 0;
	bool hit;

	ASSERT_LE(0, fd);
	ASSERT_LE(0, answer);
	do {
		ASSERT_TRUE(++nth < FAULTS_MAX);
		fault_arm(fd, nth);
		ret = variant->ask(self->tracee, self->prog);
		error = errno;
		hit = fault_disarm(fd);

		EXPECT_EQ(next_fd, lowest_free_fd());
		if (ret < 0) {
			failed++;
			EXPECT_TRUE(hit);
			EXPECT_TRUE(is_fault(error))
				TH_LOG("fault %u: errno %d", nth, error);
		} else {
			EXPECT_EQ(answer, ret);
		}
	} while (hit);
	EXPECT_EQ(answer, ret);
	EXPECT_TRUE(failed > 0);
}

/*
 * The kernel kills whoever's area of rseq(2) it fails to write to, as it does on its way out of a
 * call that was preempted: so there must be none.
 */
int main(int argc, char **argv)
{
	if (!getenv("GLIBC_TUNABLES")) {
		setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
		execv("/proc/self/exe", argv);
	}
	return test_harness_run(argc, argv);
}
