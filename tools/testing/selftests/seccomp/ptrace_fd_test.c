// SPDX-License-Identifier: GPL-2.0
/*
 * PTRACE_SECCOMP_GET_FILTER_FD: what a tracer is told of a tracee's filters, and that this is
 * enough to install them elsewhere as they are.
 */
#include "notif.h"
#include "prog.h"

#include <linux/capability.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#define FILTER_SIZE	((long)sizeof(struct filter))

static long get_filter_fd_sized(pid_t pid, unsigned long size, void *filter)
{
	long ret = syscall(__NR_ptrace, GET_FILTER_FD, pid, size, filter);

	return ret == -1 ? -errno : ret;
}

static long get_filter_fd(pid_t pid, __u32 index, struct filter *filter)
{
	*filter = (struct filter){ .index = index, .fd = -1 };
	return get_filter_fd_sized(pid, sizeof(*filter), filter);
}

/* A stopped tracee that has confined itself before; 0 when there is none. */
static pid_t tracee_start(void (*confine)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		confine();
		CHILD_REQUIRE(!ptrace(PTRACE_TRACEME, 0, 0, 0));
		raise(SIGSTOP);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) ? pid : 0;
}

static void tracee_end(pid_t pid)
{
	if (pid) {
		kill(pid, SIGKILL);
		wait_status(pid);
	}
}

#define LISTENER_FLAGS	(NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | \
			 SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS)

/* One filter of each kind, the oldest first: how it is installed, and what is told of it. */
static const struct kind {
	unsigned int install, told;
	bool prctl;
} kinds[] = {
	{ 0, 0, false },
	{ SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_LOG, false },
	{ 0, 0, true },
	/* These have done their work when it is there. */
	{ SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW |
	  SECCOMP_FILTER_FLAG_TSYNC_ESRCH, 0, false },
	{ LISTENER_FLAGS, LISTENER_FLAGS, false },
	{ NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE,
	  NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE, false },
	{ ON_EXEC, ON_EXEC, false },
	{ ON_EXEC | SECCOMP_FILTER_FLAG_LOG, ON_EXEC | SECCOMP_FILTER_FLAG_LOG, false },
};

/* Each kind has another program. */
static struct sock_fprog program_of(size_t kind)
{
	static struct sock_filter insns[] = {
		ON_NR(REFUSED_CALL, SECCOMP_RET_ERRNO), RET(SECCOMP_RET_ALLOW),
	};

	insns[2].k = SECCOMP_RET_ERRNO | (kind + 1);
	return (struct sock_fprog){ ARRAY_SIZE(insns), insns };
}

static void confine_in_all_ways(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct sock_fprog program = program_of(i);
		int ret = kinds[i].prctl ? filter_install_prctl(&program) :
					   filter_install(kinds[i].install, &program);

		CHILD_REQUIRE(kinds[i].install & NEW_LISTENER ? ret >= 0 : !ret);
	}
}

static void confine_by_one(void)
{
	CHILD_REQUIRE(!filter_install(0, &REFUSING));
}

static void confine_later(void)
{
	CHILD_REQUIRE(!filter_install(ON_EXEC, &REFUSING));
}

static void confine_not(void)
{
}

FIXTURE(tracee) {
	pid_t pid;
};

FIXTURE_SETUP(tracee)
{
	self->pid = tracee_start(confine_in_all_ways);
	ASSERT_LT(0, self->pid);
}

FIXTURE_TEARDOWN(tracee)
{
	tracee_end(self->pid);
}

TEST_F(tracee, shows_each_kind_of_filter)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct sock_fprog program = program_of(i);
		struct filter filter;

		ASSERT_EQ(FILTER_SIZE, get_filter_fd(self->pid, i, &filter));
		EXPECT_EQ(i, filter.index);
		EXPECT_EQ(ARRAY_SIZE(kinds), filter.count);
		EXPECT_EQ(kinds[i].told, filter.flags);
		EXPECT_EQ(kinds[i].prctl, filter.prctl);
		EXPECT_EQ(FD_CLOEXEC, fcntl(filter.fd, F_GETFD));
		/* Whoever has the instructions gets the same program. */
		EXPECT_EQ(prog_describe(prog_create(&program)).id, prog_describe(filter.fd).id);
	}
}

TEST_F(tracee, has_no_more)
{
	int free_fd = lowest_free_fd();
	struct filter filter;

	EXPECT_EQ(-ENOENT, get_filter_fd(self->pid, ARRAY_SIZE(kinds), &filter));
	EXPECT_EQ(-ENOENT, get_filter_fd(self->pid, UINT32_MAX, &filter));
	EXPECT_EQ(free_fd, lowest_free_fd());
	/* The older requests know nothing of what waits for an execve. */
	EXPECT_EQ(-1, syscall(__NR_ptrace, PTRACE_SECCOMP_GET_FILTER, self->pid, 6, NULL));
	EXPECT_EQ(ENOENT, errno);
}

TEST_F(tracee, asked_badly)
{
	int free_fd = lowest_free_fd();
	struct filter filter = {};
	char room[sizeof(filter) + 8] = {};

	EXPECT_EQ(-EINVAL, get_filter_fd_sized(self->pid, FILTER_SIZE - 1, &filter));
	EXPECT_EQ(-EINVAL, get_filter_fd_sized(self->pid, 0, &filter));
	EXPECT_EQ(-EFAULT, get_filter_fd_sized(self->pid, FILTER_SIZE, NULL));
	EXPECT_EQ(free_fd, lowest_free_fd());
	/* A later version of the structure. */
	memset(room + FILTER_SIZE, 0x55, 8);
	EXPECT_EQ(FILTER_SIZE, get_filter_fd_sized(self->pid, sizeof(room), room));
	EXPECT_EQ(0x55, room[FILTER_SIZE]);
	EXPECT_EQ(free_fd + 1, lowest_free_fd());
}

/* Where it can be read, but not written, there is no descriptor that nobody knows of. */
TEST_F(tracee, nowhere_to_write)
{
	struct filter *filter = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int free_fd = lowest_free_fd();

	ASSERT_TRUE(filter != MAP_FAILED);
	EXPECT_EQ(-EFAULT, get_filter_fd_sized(self->pid, sizeof(*filter), filter));
	EXPECT_EQ(free_fd, lowest_free_fd());
}

TEST_F(tracee, no_descriptor_left)
{
	struct rlimit limit = { .rlim_max = 64 };
	struct filter filter;

	limit.rlim_cur = lowest_free_fd();
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(-EMFILE, get_filter_fd(self->pid, 0, &filter));
}

TEST(what_waits_is_seen_before_anything_judges)
{
	pid_t pid = tracee_start(confine_later);
	struct filter filter;

	ASSERT_LT(0, pid);
	EXPECT_EQ(FILTER_SIZE, get_filter_fd(pid, 0, &filter));
	EXPECT_EQ(ON_EXEC, filter.flags);
	EXPECT_EQ(1U, filter.count);
	EXPECT_EQ(-ENOENT, get_filter_fd(pid, 1, &filter));
	EXPECT_EQ(-1, syscall(__NR_ptrace, PTRACE_SECCOMP_GET_FILTER, pid, 0, NULL));
	EXPECT_EQ(EINVAL, errno);
	tracee_end(pid);
}

TEST(nothing_of_one_without_filters)
{
	pid_t pid = tracee_start(confine_not);
	struct filter filter;

	ASSERT_LT(0, pid);
	EXPECT_EQ(-EINVAL, get_filter_fd(pid, 0, &filter));
	tracee_end(pid);
}

/* Equal filters of two tasks are one, and tell apart what only looks like it. */
TEST(identity)
{
	struct filter one, other;
	pid_t a = tracee_start(confine_in_all_ways), b = tracee_start(confine_in_all_ways);

	ASSERT_TRUE(a && b);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		ASSERT_EQ(FILTER_SIZE, get_filter_fd(a, i, &one));
		ASSERT_EQ(FILTER_SIZE, get_filter_fd(b, i, &other));
		EXPECT_NE(0ULL, one.id);
		/* Up to the first that has a listener, which nobody else has. */
		EXPECT_EQ(i < 4, one.id == other.id);
		EXPECT_EQ(0, sys_kcmp(getpid(), getpid(), KCMP_SECCOMP_PROG_TYPE, one.fd,
				      other.fd));
	}
	tracee_end(a);
	tracee_end(b);
}

/* Who may not, by the answer. */
FIXTURE(tracer) {
};

FIXTURE_VARIANT(tracer) {
	void (*become)(void);
};

FIXTURE_SETUP(tracer)
{
}

FIXTURE_TEARDOWN(tracer)
{
}

static void without_capability(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	CHILD_REQUIRE(!syscall(__NR_capget, &header, data));
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	CHILD_REQUIRE(!syscall(__NR_capset, &header, data));
}

FIXTURE_VARIANT_ADD(tracer, without_capability) {
	.become = without_capability,
};

FIXTURE_VARIANT_ADD(tracer, confined) {
	.become = confine_by_one,
};

/* For another program, but who knows where that comes from. */
FIXTURE_VARIANT_ADD(tracer, to_be_confined) {
	.become = confine_later,
};

static void be_refused(void *become)
{
	pid_t pid = tracee_start(confine_by_one);
	int free_fd = lowest_free_fd();
	struct filter filter;

	CHILD_REQUIRE(pid);
	CHILD_REQUIRE(get_filter_fd(pid, 0, &filter) == FILTER_SIZE);
	CHILD_REQUIRE(!close(filter.fd));
	((void (*)(void))become)();
	CHILD_REQUIRE(get_filter_fd(pid, 0, &filter) == -EACCES);
	/* Nor does it learn anything else. */
	CHILD_REQUIRE(get_filter_fd(pid, 1, &filter) == -EACCES);
	CHILD_REQUIRE(get_filter_fd_sized(pid, 0, NULL) == -EACCES);
	CHILD_REQUIRE(lowest_free_fd() == free_fd);
	tracee_end(pid);
}

TEST_F(tracer, is_refused)
{
	EXPECT_TRUE(exited_with(child_status(be_refused, variant->become), 0));
}

/* All that it takes to have the same filters, also for kcmp(2). */
static void install_the_same_as(pid_t pid)
{
	struct filter filters[4];

	for (size_t i = 0; i < ARRAY_SIZE(filters); i++)
		CHILD_REQUIRE(get_filter_fd(pid, i, &filters[i]) == FILTER_SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		struct seccomp_prog_info info = {};
		struct sock_fprog program;

		if (!filters[i].prctl) {
			CHILD_REQUIRE(!prog_attach(filters[i].flags, filters[i].fd));
			continue;
		}
		/* That door takes instructions only. */
		CHILD_REQUIRE(!prog_info(filters[i].fd, &info));
		program.len = info.len;
		program.filter = calloc(info.len, sizeof(*program.filter));
		info.insns = (uintptr_t)program.filter;
		CHILD_REQUIRE(!prog_info(filters[i].fd, &info));
		CHILD_REQUIRE(!filter_install_prctl(&program));
	}
	CHILD_REQUIRE(!sys_kcmp(getpid(), pid, KCMP_SECCOMP_TYPE, 0, 0));
}

static void confine_without_listener(void)
{
	for (size_t i = 0; i < 4; i++) {
		struct sock_fprog program = program_of(i);

		CHILD_REQUIRE(!(kinds[i].prctl ? filter_install_prctl(&program) :
						 filter_install(kinds[i].install, &program)));
	}
}

static void trace_and_install(void *unused)
{
	pid_t pid = tracee_start(confine_without_listener);

	CHILD_REQUIRE(pid);
	install_the_same_as(pid);
	tracee_end(pid);
}

TEST(restored_filters_are_the_same)
{
	EXPECT_TRUE(exited_with(child_status(trace_and_install, NULL), 0));
}

TEST_HARNESS_MAIN
