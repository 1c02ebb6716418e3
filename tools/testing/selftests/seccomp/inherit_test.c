// SPDX-License-Identifier: GPL-2.0
/*
 * What a new task takes over from the one that made it, what stays its own, and when the
 * programs that nobody is under any more are given back.
 */

#include "common.h"

#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Arguments that make this program report its confinement to a file instead of testing. */
#define REPORT		"--report-to"

#define NOBODY		65534

/* What each layer shows of itself: the call that it refuses, and how. */
#define FIRST_CALL	__NR_getppid
#define FIRST_ERRNO	EXDEV
#define SECOND_CALL	__NR_getuid
#define SECOND_ERRNO	EDEADLK
#define EXTRA_CALL	__NR_getgid
#define EXTRA_ERRNO	ENOTEMPTY

struct confinement {
	long mode;
	long layers;
	long no_new_privs;
	long first, second, extra;
};

static const struct confinement base = {
	.mode = SECCOMP_MODE_FILTER, .layers = 3, .no_new_privs = 1,
	.first = -FIRST_ERRNO, .second = -SECOND_ERRNO, .extra = 0,
};

static const struct confinement base_and_extra = {
	.mode = SECCOMP_MODE_FILTER, .layers = 4, .no_new_privs = 1,
	.first = -FIRST_ERRNO, .second = -SECOND_ERRNO, .extra = -EXTRA_ERRNO,
};

/* Refuses one call and lets the others pass. */
static bool install_refusal(__u32 nr, __u32 error)
{
	return !filter_install(0, &PROGRAM(ON_NR(nr, SECCOMP_RET_ERRNO | error),
					   RET(SECCOMP_RET_ALLOW)));
}

static bool install_nothing(void)
{
	return !filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW)));
}

static bool install_base(void)
{
	return !set_no_new_privs() && install_refusal(FIRST_CALL, FIRST_ERRNO) &&
	       install_refusal(SECOND_CALL, SECOND_ERRNO) && install_nothing();
}

static bool install_extra(void)
{
	return install_refusal(EXTRA_CALL, EXTRA_ERRNO);
}

/* 0 when the call works at all: who answers to which number is of no interest. */
static long refusal(long nr)
{
	return syscall(nr) == -1 ? -errno : 0;
}

/* How the calling thread is confined, by what the kernel says and by what it does. */
static struct confinement confinement_here(void)
{
	return (struct confinement){
		.mode = status_field(0, "Seccomp"),
		.layers = status_field(0, "Seccomp_filters"),
		.no_new_privs = status_field(0, "NoNewPrivs"),
		.first = refusal(FIRST_CALL),
		.second = refusal(SECOND_CALL),
		.extra = refusal(EXTRA_CALL),
	};
}

static void expect_confinement(struct __test_metadata *_metadata,
			       const struct confinement *seen, const struct confinement *wanted)
{
	EXPECT_EQ(wanted->mode, seen->mode);
	EXPECT_EQ(wanted->layers, seen->layers);
	EXPECT_EQ(wanted->no_new_privs, seen->no_new_privs);
	EXPECT_EQ(wanted->first, seen->first);
	EXPECT_EQ(wanted->second, seen->second);
	EXPECT_EQ(wanted->extra, seen->extra);
}

static void expect_here(struct __test_metadata *_metadata, const struct confinement *wanted)
{
	struct confinement here = confinement_here();

	expect_confinement(_metadata, &here, wanted);
}

static void require_base(void *unused)
{
	CHILD_REQUIRE(install_base());
	CHILD_REQUIRE(status_field(0, "Seccomp_filters") == base.layers);
}

TEST(present)
{
	ASSERT_EQ(0, status_field(0, "Seccomp"));
	ASSERT_EQ(0, status_field(0, "Seccomp_filters"));
	ASSERT_TRUE(exited_with(child_status(require_base, NULL), 0));
}

/* A new task's assignment: report to a pipe, maybe after an installation of its own. */
struct task {
	int report[2];
	bool extra;
};

static void task_run(void *arg)
{
	struct task *task = arg;
	struct confinement here;

	CHILD_REQUIRE(!task->extra || install_extra());
	here = confinement_here();
	CHILD_REQUIRE(write(task->report[1], &here, sizeof(here)) == sizeof(here));
}

static void task_exec(void *arg)
{
	struct task *task = arg;
	char fd[16];

	CHILD_REQUIRE(!task->extra || install_extra());
	snprintf(fd, sizeof(fd), "%d", task->report[1]);
	execl("/proc/self/exe", "inherit_test", REPORT, fd, NULL);
	CHILD_REQUIRE(!"exec failed");
}

static void *task_run_in_thread(void *arg)
{
	task_run(arg);
	return NULL;
}

static void *task_exec_in_thread(void *arg)
{
	task_exec(arg);
	return NULL;
}

static bool by_fork(struct task *task)
{
	return exited_with(child_status(task_run, task), 0);
}

static int vforked(void *arg)
{
	task_run(arg);
	return 0;
}

static bool by_vfork(struct task *task)
{
	static char stack[1 << 17] __attribute__((aligned(64)));

	return exited_with(wait_status(clone(vforked, STACK_BOTTOM(stack),
					     CLONE_VM | CLONE_VFORK | SIGCHLD, task)), 0);
}

static bool by_thread(struct task *task)
{
	pthread_t thread;

	return !pthread_create(&thread, NULL, task_run_in_thread, task) &&
	       !pthread_join(thread, NULL);
}

static bool by_exec(struct task *task)
{
	return exited_with(child_status(task_exec, task), 0);
}

static void exec_in_thread(void *arg)
{
	pthread_t thread;

	CHILD_REQUIRE(!pthread_create(&thread, NULL, task_exec_in_thread, arg));
	/* It becomes the only thread, so this one never gets anywhere from here. */
	pthread_join(thread, NULL);
	_exit(98);
}

static bool by_exec_in_thread(struct task *task)
{
	return exited_with(child_status(exec_in_thread, task), 0);
}

FIXTURE(made) {
	struct task task;
};

FIXTURE_VARIANT(made) {
	bool (*how)(struct task *task);
};

FIXTURE_VARIANT_ADD(made, by_fork) { .how = by_fork };
FIXTURE_VARIANT_ADD(made, by_vfork) { .how = by_vfork };
FIXTURE_VARIANT_ADD(made, by_thread) { .how = by_thread };
FIXTURE_VARIANT_ADD(made, by_exec) { .how = by_exec };
FIXTURE_VARIANT_ADD(made, by_exec_in_thread) { .how = by_exec_in_thread };

FIXTURE_SETUP(made)
{
	ASSERT_EQ(0, pipe(self->task.report));
}

FIXTURE_TEARDOWN(made)
{
}

static void expect_report(struct __test_metadata *_metadata, struct task *task,
			  const struct confinement *wanted)
{
	struct confinement seen;

	ASSERT_EQ((ssize_t)sizeof(seen), read(task->report[0], &seen, sizeof(seen)));
	expect_confinement(_metadata, &seen, wanted);
}

static bool make(FIXTURE_DATA(made) *self, const FIXTURE_VARIANT(made) *variant, bool extra)
{
	self->task.extra = extra;
	return variant->how(&self->task);
}

TEST_F(made, takes_everything_over)
{
	ASSERT_TRUE(install_base());
	ASSERT_TRUE(make(self, variant, false));
	expect_report(_metadata, &self->task, &base);
}

/* Control: who is under nothing makes tasks that are under nothing. */
TEST_F(made, takes_nothing_over)
{
	const struct confinement none = {};

	ASSERT_TRUE(make(self, variant, false));
	expect_report(_metadata, &self->task, &none);
}

/* A layer of one task is neither above the task that made it nor above a younger sibling. */
TEST_F(made, own_layer_stays_own)
{
	ASSERT_TRUE(install_base());
	ASSERT_TRUE(make(self, variant, true));
	expect_report(_metadata, &self->task, &base_and_extra);
	expect_here(_metadata, &base);

	ASSERT_TRUE(make(self, variant, false));
	expect_report(_metadata, &self->task, &base);
}

/* Nor is a layer of the maker above those made before. */
TEST_F(made, makers_later_layer_stays_its_own)
{
	int go[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	ASSERT_TRUE(install_base());
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		CHILD_REQUIRE(read(go[0], &byte, 1) == 1);
		CHILD_REQUIRE(make(self, variant, false));
		_exit(0);
	}
	ASSERT_TRUE(install_extra());
	ASSERT_EQ(1, write(go[1], "g", 1));
	ASSERT_TRUE(exited_with(wait_status(pid), 0));
	expect_report(_metadata, &self->task, &base);
	expect_here(_metadata, &base_and_extra);
}

/* The layers of a process that is gone hold for as long as anybody is under them. */
TEST(layers_outlive_their_installer)
{
	struct task task = { .extra = true };
	int go[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(task.report));
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		CHILD_REQUIRE(install_base());
		pid = fork();
		CHILD_REQUIRE(pid >= 0);
		if (pid)
			_exit(0);
		CHILD_REQUIRE(read(go[0], &byte, 1) == 1);
		task_run(&task);
		_exit(0);
	}
	status = wait_status(pid);
	ASSERT_TRUE(exited_with(status, 0));
	ASSERT_EQ(1, write(go[1], "g", 1));
	expect_report(_metadata, &task, &base_and_extra);
}

#define THREADS 3

struct layered {
	pthread_t thread;
	pthread_barrier_t *installed, *looked_at;
	unsigned int layers;
	pid_t tid;
	bool ok;
};

static void *layered_run(void *arg)
{
	struct layered *self = arg;
	unsigned int i;

	self->tid = sys_gettid();
	self->ok = true;
	for (i = 0; i < self->layers; i++)
		self->ok &= install_nothing();
	pthread_barrier_wait(self->installed);
	pthread_barrier_wait(self->looked_at);
	return NULL;
}

TEST(b26_each_thread_has_its_own_count)
{
	struct layered threads[THREADS];
	pthread_barrier_t installed FUTEX_ALIGNED, looked_at FUTEX_ALIGNED;
	unsigned int i;

	pthread_barrier_init(&installed, NULL, THREADS + 1);
	pthread_barrier_init(&looked_at, NULL, THREADS + 1);
	ASSERT_TRUE(install_base());
	for (i = 0; i < THREADS; i++) {
		threads[i] = (struct layered){
			.layers = i, .installed = &installed, .looked_at = &looked_at,
		};
		ASSERT_EQ(0, pthread_create(&threads[i].thread, NULL, layered_run, &threads[i]));
	}
	pthread_barrier_wait(&installed);
	for (i = 0; i < THREADS; i++) {
		EXPECT_TRUE(threads[i].ok);
		EXPECT_EQ(base.layers + (long)i, status_field(threads[i].tid, "Seccomp_filters"));
		EXPECT_EQ(SECCOMP_MODE_FILTER, status_field(threads[i].tid, "Seccomp"));
		EXPECT_EQ(1, status_field(threads[i].tid, "NoNewPrivs"));
	}
	EXPECT_EQ(base.layers, status_field(getpid(), "Seccomp_filters"));
	pthread_barrier_wait(&looked_at);
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i].thread, NULL));
}

struct changer {
	volatile bool stop;
	unsigned int layers;
};

static void *keep_installing(void *arg)
{
	struct changer *self = arg;

	while (!self->stop && install_nothing())
		self->layers++;
	return NULL;
}

/* Forking threads and a thread that changes its own filters share a lock and nothing else. */
TEST(fork_beside_a_filter_change)
{
	struct changer changer = {};
	pthread_t thread;
	int i, status;
	pid_t pid;

	ASSERT_TRUE(install_base());
	ASSERT_EQ(0, pthread_create(&thread, NULL, keep_installing, &changer));
	for (i = 0; i < 100; i++) {
		pid = fork();
		ASSERT_LE(0, pid);
		if (!pid)
			_exit(status_field(0, "Seccomp_filters"));
		status = wait_status(pid);
		ASSERT_TRUE(exited_with(status, base.layers));
	}
	changer.stop = true;
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_LT(0U, changer.layers);
	expect_here(_metadata, &base);
}

/*
 * How many BPF programs there are: each has at least one area of its own, named so, or, if it
 * is hardened, after who has copied it.
 */
static int programs_alive(void)
{
	static const char *const names[] = {
		"bpf_prog_alloc", "bpf_prog_clone", "bpf_jit_blind",
	};
	FILE *areas = fopen("/proc/vmallocinfo", "re");
	char line[512];
	int count = 0;
	size_t i;

	if (!areas)
		return -1;
	while (fgets(line, sizeof(line), areas))
		for (i = 0; i < ARRAY_SIZE(names); i++)
			count += !!strstr(line, names[i]);
	fclose(areas);
	return count;
}

/*
 * Waits until no more than these are left. They go after a grace period and by a worker of
 * the kernel, so there is nothing to wait for but their number.
 */
static bool programs_down_to(int wanted)
{
	int tries, alive, fewest = programs_alive();

	for (tries = 0; tries < 2000; tries++) {
		alive = programs_alive();
		if (alive <= wanted)
			return true;
		/* How fast they are freed is the machine's matter, but they have to be. */
		if (alive < fewest) {
			fewest = alive;
			tries = 0;
		}
		poll(NULL, 0, 5);
	}
	return false;
}

#define MANY 64

/* A process whose layers come and go while the test counts programs. */
FIXTURE(programs) {
	int before;
	pid_t pid;
	int up[2], go[2];
};

FIXTURE_SETUP(programs)
{
	ASSERT_EQ(0, pipe(self->up));
	ASSERT_EQ(0, pipe(self->go));
	self->before = programs_alive();
	if (self->before < 0)
		SKIP(return, "/proc/vmallocinfo cannot be read");
}

FIXTURE_TEARDOWN(programs)
{
}

/* Starts the process, which runs fn under MANY layers and then waits for the test. */
static bool programs_start(FIXTURE_DATA(programs) *self, void (*fn)(const void *arg),
			   const void *arg, long layers)
{
	char byte;
	long i;

	self->pid = fork();
	if (!self->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHILD_REQUIRE(install_base());
		/*
		 * No two of them the same, and none that always says the same: a kernel may
		 * keep equal ones as one, and need nothing to run for the others.
		 */
		for (i = base.layers; i < layers; i++)
			CHILD_REQUIRE(!filter_install(0, &PROGRAM(
				LOAD_ARG_HI(5),
				BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x5ecc0000 + i, 0, 1),
				RET(SECCOMP_RET_ERRNO | EPERM),
				RET(SECCOMP_RET_ALLOW))));
		CHILD_REQUIRE(status_field(0, "Seccomp_filters") == layers);
		if (fn)
			fn(arg);
		CHILD_REQUIRE(refusal(FIRST_CALL) == -FIRST_ERRNO);
		CHILD_REQUIRE(write(self->up[1], "u", 1) == 1);
		CHILD_REQUIRE(read(self->go[0], &byte, 1) == 1);
		/* The oldest layer is still there and still judges. */
		CHILD_REQUIRE(refusal(FIRST_CALL) == -FIRST_ERRNO);
		_exit(0);
	}
	close(self->up[1]);
	return self->pid > 0 && read(self->up[0], &byte, 1) == 1;
}

TEST_F(programs, deep_chain_is_given_back)
{
	ASSERT_TRUE(programs_start(self, NULL, NULL, 1000));
	if (programs_alive() < self->before + 1)
		SKIP(return, "programs have no name in /proc/vmallocinfo");
	ASSERT_EQ(1, write(self->go[1], "g", 1));
	EXPECT_TRUE(exited_with(wait_status(self->pid), 0));
	EXPECT_TRUE(programs_down_to(self->before));
}

/* Who waits for the process that ended must not keep its programs by not doing so. */
TEST_F(programs, b21_zombie_keeps_none)
{
	siginfo_t info = {};

	ASSERT_TRUE(programs_start(self, NULL, NULL, MANY));
	if (programs_alive() < self->before + 1)
		SKIP(return, "programs have no name in /proc/vmallocinfo");
	ASSERT_EQ(1, write(self->go[1], "g", 1));
	ASSERT_EQ(0, waitid(P_PID, self->pid, &info, WEXITED | WNOWAIT));
	EXPECT_EQ(CLD_EXITED, info.si_code);
	EXPECT_TRUE(programs_down_to(self->before));
	/* What a zombie says of itself: its mode. It is confined by nothing any more. */
	EXPECT_EQ(SECCOMP_MODE_FILTER, status_field(self->pid, "Seccomp"));
	EXPECT_EQ(self->pid, waitpid(self->pid, NULL, 0));
	EXPECT_TRUE(programs_down_to(self->before));
}

/* A process that holds a program whose answer depends on an argument. */
static pid_t start_holder(uid_t user)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		CHILD_REQUIRE(!user || !setresuid(user, user, user));
		/* Another user would have ended that. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHILD_REQUIRE(!set_no_new_privs());
		CHILD_REQUIRE(!filter_install(0, &PROGRAM(
			LOAD_ARG_HI(5),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x5eccffff, 0, 1),
			RET(SECCOMP_RET_ERRNO | EPERM),
			RET(SECCOMP_RET_ALLOW))));
		CHILD_REQUIRE(write(ready[1], "", 1) == 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		return -1;
	close(ready[0]);
	return pid;
}

#define JIT_HARDEN "/proc/sys/net/core/bpf_jit_harden"

/* Who installs it, and under which hardening of compiled code; NULL: as it is. */
struct holding {
	const char *harden;
	uid_t user;
};

/* How many programs two processes hold by the same instructions, or -1. */
static int programs_of_two(const FIXTURE_DATA(programs) *self, const struct holding holdings[2])
{
	pid_t pids[2] = {};
	int alive = -1, i;

	for (i = 0; i < 2; i++) {
		if (!holdings[i].harden || file_write(JIT_HARDEN, holdings[i].harden))
			pids[i] = start_holder(holdings[i].user);
	}
	if (pids[0] > 0 && pids[1] > 0)
		alive = programs_alive() - self->before;
	for (i = 0; i < 2; i++) {
		if (pids[i] <= 0)
			continue;
		kill(pids[i], SIGKILL);
		wait_status(pids[i]);
	}
	return programs_down_to(self->before) ? alive : -1;
}

/*
 * Compiled code may lack mitigations for whom they are not wanted, so nobody else may be given
 * it for the same instructions.
 */
TEST_F(programs, code_of_the_trusted_is_theirs)
{
	int alive;

	if (geteuid())
		SKIP(return, "not root");
	alive = programs_of_two(self, (struct holding[]){ { NULL, 0 }, { NULL, NOBODY } });
	if (!alive)
		SKIP(return, "programs have no name in /proc/vmallocinfo");
	EXPECT_LE(2, alive);
}

TEST_F(programs, code_of_whom_hardening_spares_is_theirs)
{
	char before[16];
	int alive;

	if (!file_read(JIT_HARDEN, before, sizeof(before)) || geteuid())
		SKIP(return, "not root, or code is not hardened here");
	alive = programs_of_two(self, (struct holding[]){ { "0", 0 }, { "2", 0 } });
	if (alive) {
		EXPECT_LE(2, alive);
		EXPECT_LE(2, programs_of_two(self, (struct holding[]){ { "0", NOBODY },
								       { "1", NOBODY } }));
	}
	EXPECT_TRUE(file_write(JIT_HARDEN, before));
	if (!alive)
		SKIP(return, "programs have no name in /proc/vmallocinfo");
}

#ifdef __NR_clone3	/* which SuperH does not have */
static long clone_with(struct clone_args args)
{
	args.exit_signal = SIGCHLD;
	return syscall(__NR_clone3, &args, sizeof(args));
}

static long fork_with_taken_id(void)
{
	return clone_with((struct clone_args){
		.set_tid = (uintptr_t)&(pid_t){ getpid() }, .set_tid_size = 1,
	});
}

static long fork_with_bad_address(void)
{
	return clone_with((struct clone_args){ .flags = CLONE_PIDFD, .pidfd = 8 });
}
#endif

/* As nobody, of whom there is one process already and none is allowed. */
static long fork_over_the_limit(void)
{
	if (geteuid() == 0) {
		CHILD_REQUIRE(!setrlimit(RLIMIT_NPROC, &(struct rlimit){ 0, 0 }));
		CHILD_REQUIRE(!setresuid(NOBODY, NOBODY, NOBODY));
	}
	return fork();
}

static const struct failing_fork {
	long (*fork)(void);
	int error;
} failing_forks[] = {
	/* from an early failure to late ones */
	{ fork_over_the_limit, EAGAIN },
#ifdef __NR_clone3
	{ fork_with_taken_id, EEXIST },
	{ fork_with_bad_address, EFAULT },
#endif
};

static void fail_to_fork(const void *arg)
{
	const struct failing_fork *failing = arg;
	int i;

	for (i = 0; i < 1000; i++) {
		long ret = failing->fork();

		if (!ret)
			_exit(97);
		CHILD_REQUIRE(ret == -1 && errno == failing->error);
	}
}

static void failed_forks_keep_none(struct __test_metadata *_metadata, FIXTURE_DATA(programs) *self,
				   const struct failing_fork *failing)
{
	ASSERT_EQ(0, pipe(self->up));
	ASSERT_TRUE(programs_start(self, fail_to_fork, failing, MANY))
		TH_LOG("errno %d", failing->error);
	/* A release too many would have freed programs that are in use. */
	if (programs_alive() < self->before + 1)
		SKIP(return, "programs have no name in /proc/vmallocinfo");
	EXPECT_LE(self->before + MANY - base.layers, programs_alive());
	ASSERT_EQ(1, write(self->go[1], "g", 1));
	EXPECT_TRUE(exited_with(wait_status(self->pid), 0));
	/* A release too few keeps them for ever. */
	EXPECT_TRUE(programs_down_to(self->before))
		TH_LOG("errno %d", failing->error);
}

/* Thousands of forks take a debug kernel a while. */
TEST_F(programs, b25_failed_forks_keep_none)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(failing_forks); i++)
		failed_forks_keep_none(_metadata, self, &failing_forks[i]);
}

/* A cgroup with room for the test and one child, mounted in a namespace of the test's own. */
#define GROUPS		"/tmp"

static bool group_write(const char *group, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	return file_write(path, text);
}

static bool group_enter(char *group, size_t size)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("cgroup2", GROUPS, "cgroup2", 0, NULL) ||
	    !group_write(GROUPS, "cgroup.subtree_control", "+pids"))
		return false;
	snprintf(group, size, GROUPS "/seccomp-%d", getpid());
	return !mkdir(group, 0755) && group_write(group, "pids.max", "2") &&
	       group_write(group, "cgroup.procs", "0");
}

static bool group_leave(const char *group)
{
	return group_write(GROUPS, "cgroup.procs", "0") && !rmdir(group);
}

static long fork_plainly(void)
{
	return fork();
}

/* Where this limit is looked at, a fork has everything but its place among the tasks. */
TEST_F(programs, b25_forks_over_pids_max_keep_none)
{
	const struct failing_fork failing = { fork_plainly, EAGAIN };
	char group[64] = "";

	if (!group_enter(group, sizeof(group)))
		SKIP(return, "no cgroup that limits tasks: %s", strerror(errno));
	failed_forks_keep_none(_metadata, self, &failing);
	EXPECT_TRUE(group_leave(group));
}

static void fork_for_ever(const void *arg)
{
	int up = *(const int *)arg;

	if (write(up, "u", 1) != 1)
		_exit(1);
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* Killed amidst its forks: the last one failed, at a point where nearly all was done. */
TEST_F(programs, b25_killed_in_fork_keeps_none)
{
	int i;

	/* The last child of a killed process becomes ours to reap. */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, pipe(self->up));
		ASSERT_TRUE(programs_start(self, fork_for_ever, &self->up[1], base.layers + 1));
		ASSERT_EQ(0, kill(self->pid, SIGKILL));
		EXPECT_TRUE(died_of(wait_status(self->pid), SIGKILL));
		close(self->up[0]);
	}
	while (wait(NULL) > 0)
		;
	EXPECT_TRUE(programs_down_to(self->before));
}

int main(int argc, char **argv)
{
	struct task task = {};

	if (argc == 3 && !strcmp(argv[1], REPORT)) {
		task.report[1] = atoi(argv[2]);
		task_run(&task);
		return 0;
	}
	return test_harness_run(argc, argv);
}
