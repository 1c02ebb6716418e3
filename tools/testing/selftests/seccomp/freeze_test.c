// SPDX-License-Identifier: GPL-2.0
/*
 * B-24: freezing a target does not end its call. Neither the supervisor nor the call sees anything
 * of it, but that the target goes on after the thaw only.
 *
 * Beyond the existing implementation, where the freezer interrupts the call: it is made anew after
 * the thaw under another id, and what a supervisor does with the old one fails with ENOENT; and
 * where a call that only fatal signals end keeps its cgroup from becoming frozen at all.
 */

#include "notif.h"

#include <pthread.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define WAIT_RECV	SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define WAIT		SECCOMP_FILTER_FLAG_WAIT_KILLABLE
#define SEND		SECCOMP_ADDFD_FLAG_SEND

#define ANSWER		4242
#define BUDGET_MS	700
/* Of a storm, on a kernel that is too slow to do more in that time. */
#define FEW_ROUNDS	5
/* As long as a target that should not run is given to do so. */
#define WATCH_NS	30000000

/* The two hierarchies that can freeze, which differ in words only. */
struct freezer {
	const char *type, *options;
	const char *knob, *freeze, *thaw;
	const char *state, *frozen, *thawed;	/* a file, and what is in it then */
	bool kills;				/* SIGKILL ends what is frozen */
};

static const struct freezer v2 = {
	.type = "cgroup2",
	.knob = "cgroup.freeze", .freeze = "1", .thaw = "0",
	.state = "cgroup.events", .frozen = "frozen 1", .thawed = "frozen 0",
	.kills = true,
};

static const struct freezer v1 = {
	.type = "cgroup", .options = "freezer",
	.knob = "freezer.state", .freeze = "FROZEN", .thaw = "THAWED",
	.state = "freezer.state", .frozen = "FROZEN", .thawed = "THAWED",
};

/* It is mounted here in a mount namespace of the test's own, so that nothing is left. */
#define MOUNT_POINT	"/tmp"

struct group {
	const struct freezer *freezer;
	char path[64];
};

static bool group_write(const struct group *group, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", group->path, file);
	return file_write(path, text);
}

static bool group_shows(const struct group *group, const char *word)
{
	char path[128], text[256];

	snprintf(path, sizeof(path), "%s/%s", group->path, group->freezer->state);
	return file_read(path, text, sizeof(text)) && strstr(text, word);
}

/* 0, or why there cannot be any: ENODEV and others of mount(). */
static int group_create(struct group *group, const struct freezer *freezer)
{
	group->freezer = freezer;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(freezer->type, MOUNT_POINT, freezer->type, 0, freezer->options))
		return errno;
	snprintf(group->path, sizeof(group->path), MOUNT_POINT "/seccomp-%d", getpid());
	return mkdir(group->path, 0755) ? errno : 0;
}

static bool group_add(const struct group *group, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return group_write(group, "cgroup.procs", text);
}

static bool group_freeze(const struct group *group)
{
	const uint64_t until = clock_ms() + PATIENCE_MS / 6;

	/* Version 1 asks each task but once, and of one that only just runs in vain. */
	do {
		if (!group_write(group, group->freezer->knob, group->freezer->freeze) ||
		    clock_ms() > until)
			return false;
		sched_yield();
	} while (!group_shows(group, group->freezer->frozen));
	return true;
}

static bool group_is_frozen(const struct group *group)
{
	return group_shows(group, group->freezer->frozen);
}

static bool group_thaw(const struct group *group)
{
	const uint64_t until = clock_ms() + PATIENCE_MS / 6;

	if (!group_write(group, group->freezer->knob, group->freezer->thaw))
		return false;
	while (!group_shows(group, group->freezer->thawed)) {
		if (clock_ms() > until)
			return false;
		sched_yield();
	}
	return true;
}

FIXTURE(freeze) {
	struct group group;
	struct target target;
	struct outcome *outcome;
	struct seccomp_notif call;
	int listener;
	int file;
};

FIXTURE_VARIANT(freeze) {
	const struct freezer *freezer;
	unsigned int flags;
	bool endures_queued, endures_received;	/* a signal */
};

FIXTURE_VARIANT_ADD(freeze, v2) {
	.freezer = &v2,
};

FIXTURE_VARIANT_ADD(freeze, v2_wait_killable_recv) {
	.freezer = &v2, .flags = WAIT_RECV, .endures_received = true,
};

FIXTURE_VARIANT_ADD(freeze, v2_wait_killable) {
	.freezer = &v2, .flags = WAIT, .endures_queued = true, .endures_received = true,
};

FIXTURE_VARIANT_ADD(freeze, v1) {
	.freezer = &v1,
};

FIXTURE_VARIANT_ADD(freeze, v1_wait_killable_recv) {
	.freezer = &v1, .flags = WAIT_RECV, .endures_received = true,
};

FIXTURE_VARIANT_ADD(freeze, v1_wait_killable) {
	.freezer = &v1, .flags = WAIT, .endures_queued = true, .endures_received = true,
};

FIXTURE_SETUP(freeze)
{
	int error = group_create(&self->group, variant->freezer);

	if (error)
		SKIP(return, "no cgroup for the freezer: %s", strerror(error));
	self->file = memfd_create("given", MFD_CLOEXEC);
	ASSERT_LE(0, self->file);
	self->outcome = shared_memory(sizeof(*self->outcome));
	ASSERT_TRUE(self->outcome != NULL);
	ASSERT_TRUE(target_start(&self->target, variant->flags, call_interruptibly,
				 self->outcome));
	self->listener = self->target.listener;
	ASSERT_TRUE(group_add(&self->group, self->target.pid));
	ASSERT_TRUE(listener_wait(self->listener, POLLIN));
	ASSERT_TRUE(task_wait_asleep(self->target.pid));
	ASSERT_FALSE(group_is_frozen(&self->group));
}

FIXTURE_TEARDOWN(freeze)
{
	if (!self->target.pid)
		return;
	kill(self->target.pid, SIGKILL);
	EXPECT_TRUE(group_thaw(&self->group));
	EXPECT_TRUE(target_kill(&self->target));
	EXPECT_EQ(0, rmdir(self->group.path));
	EXPECT_EQ(0, umount(MOUNT_POINT));
}

/* Nobody has seen the target run since it was frozen, although there was time. */
static bool keeps_still(const FIXTURE_DATA(freeze) *self, int calls, int signals)
{
	nanosleep(&(struct timespec){ .tv_nsec = WATCH_NS }, NULL);
	return group_is_frozen(&self->group) && outcome_calls(self->outcome) == calls &&
	       self->outcome->signals == signals;
}

/* Answers the call that has been received; when the next one comes, has it returned that? */
static bool answer_counts(FIXTURE_DATA(freeze) *self, int calls)
{
	return !notif_id_valid(self->listener, self->call.id) &&
	       !notif_send(self->listener, self->call.id, ANSWER + calls, 0, 0) &&
	       listener_wait(self->listener, POLLIN) &&
	       outcome_calls(self->outcome) == calls + 1 &&
	       self->outcome->result == ANSWER + calls;
}

TEST_F(freeze, b24_queued_call_stays)
{
	const uint64_t id = listener_oldest_id(self->listener);

	ASSERT_NE(0ULL, id);
	ASSERT_TRUE(group_freeze(&self->group));
	EXPECT_EQ(id, listener_oldest_id(self->listener));
	EXPECT_EQ(POLLIN, listener_events(self->listener, 0));
	ASSERT_TRUE(group_thaw(&self->group));
	ASSERT_TRUE(task_wait_asleep(self->target.pid));
	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	EXPECT_EQ(id, self->call.id);
	EXPECT_TRUE(answer_counts(self, 0));
	EXPECT_EQ(0, self->outcome->signals);
}

TEST_F(freeze, b24_call_is_received_meanwhile)
{
	ASSERT_TRUE(group_freeze(&self->group));
	ASSERT_TRUE(notif_next(self->listener, &self->call));
	EXPECT_EQ(0, notif_id_valid(self->listener, self->call.id));
	ASSERT_TRUE(group_thaw(&self->group));
	ASSERT_TRUE(task_wait_asleep(self->target.pid));
	EXPECT_TRUE(answer_counts(self, 0));
}

TEST_F(freeze, b24_received_call_stays)
{
	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	ASSERT_TRUE(group_freeze(&self->group));
	EXPECT_EQ(0, notif_id_valid(self->listener, self->call.id));
	EXPECT_EQ(POLLOUT, listener_events(self->listener, 0));
	ASSERT_TRUE(group_thaw(&self->group));
	ASSERT_TRUE(task_wait_asleep(self->target.pid));
	EXPECT_TRUE(answer_counts(self, 0));
	EXPECT_EQ(0, self->outcome->signals);
}

TEST_F(freeze, b24_stays_through_many)
{
	int round;

	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	for (round = 0; round < 10; round++) {
		ASSERT_TRUE(group_freeze(&self->group));
		ASSERT_EQ(0, notif_id_valid(self->listener, self->call.id));
		ASSERT_TRUE(group_thaw(&self->group));
	}
	EXPECT_TRUE(answer_counts(self, 0));
}

TEST_F(freeze, b24_answer_given_meanwhile_counts_afterwards)
{
	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	ASSERT_TRUE(group_freeze(&self->group));
	ASSERT_EQ(0, notif_send(self->listener, self->call.id, ANSWER, 0, 0));
	EXPECT_TRUE(keeps_still(self, 0, 0));
	ASSERT_TRUE(group_thaw(&self->group));
	ASSERT_TRUE(listener_wait(self->listener, POLLIN));
	EXPECT_EQ(1, outcome_calls(self->outcome));
	EXPECT_EQ(ANSWER, self->outcome->result);
}

/* In the target's call, or when it comes back from there, as it likes. */
TEST_F(freeze, freezes_while_it_is_answered)
{
	int round;

	for (round = 0; round < 10; round++) {
		ASSERT_TRUE(notif_next(self->listener, &self->call));
		ASSERT_TRUE(group_write(&self->group, variant->freezer->knob,
					variant->freezer->freeze));
		ASSERT_EQ(0, notif_send(self->listener, self->call.id, ANSWER + round, 0, 0));
		ASSERT_TRUE(group_freeze(&self->group));
		ASSERT_TRUE(group_thaw(&self->group));
		ASSERT_TRUE(listener_wait(self->listener, POLLIN));
		ASSERT_EQ(round + 1, outcome_calls(self->outcome));
		ASSERT_EQ(ANSWER + round, self->outcome->result);
	}
}

TEST_F(freeze, closed_listener_fails_the_call_afterwards)
{
	ASSERT_TRUE(group_freeze(&self->group));
	close(self->listener);
	EXPECT_TRUE(keeps_still(self, 0, 0));
	ASSERT_TRUE(group_thaw(&self->group));
	ASSERT_EQ(0, waitid(P_PID, self->target.pid, NULL, WEXITED));
	EXPECT_EQ(-ENOSYS, self->outcome->result);
	EXPECT_EQ(1, outcome_calls(self->outcome));
	self->target.pid = 0;
	EXPECT_EQ(0, rmdir(self->group.path));
}

/*
 * Signals
 */

/* A signal during the freeze takes effect afterwards; after the call, if that endures it. */
static bool signal_waits(FIXTURE_DATA(freeze) *self, bool received, bool endures)
{
	uint64_t id = received ? self->call.id : listener_oldest_id(self->listener);

	if (!id || !group_freeze(&self->group) || kill(self->target.pid, SIGUSR1) ||
	    !keeps_still(self, 0, 0) || listener_oldest_id(self->listener) != id ||
	    (received && notif_id_valid(self->listener, id)) || !group_thaw(&self->group))
		return false;
	if (endures) {
		if (!task_wait_asleep(self->target.pid) || self->outcome->signals ||
		    listener_oldest_id(self->listener) != id ||
		    (!received && notif_recv(self->listener, &self->call)))
			return false;
		return answer_counts(self, 0) && self->outcome->signals == 1;
	}
	/* The next call comes, whether this one was received or not. */
	while (!outcome_calls(self->outcome))
		sched_yield();
	return self->outcome->result == -EINTR && self->outcome->signals == 1 &&
	       or_errno(notif_id_valid(self->listener, id)) == -ENOENT &&
	       notif_next(self->listener, &self->call) && self->call.id != id;
}

TEST_F(freeze, signal_waits_for_the_thaw_when_queued)
{
	EXPECT_TRUE(signal_waits(self, false, variant->endures_queued));
}

TEST_F(freeze, signal_waits_for_the_thaw_when_received)
{
	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	EXPECT_TRUE(signal_waits(self, true, variant->endures_received));
}

/* A signal that a call endures does not keep the target from being frozen either. */
TEST_F(freeze, freezes_with_a_signal_pending)
{
	if (!variant->endures_received)
		SKIP(return, "signals end these calls");
	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	ASSERT_EQ(0, kill(self->target.pid, SIGUSR1));
	ASSERT_TRUE(task_wait_asleep(self->target.pid));
	ASSERT_TRUE(group_freeze(&self->group));
	EXPECT_EQ(0, notif_id_valid(self->listener, self->call.id));
	EXPECT_TRUE(keeps_still(self, 0, 0));
	ASSERT_TRUE(group_thaw(&self->group));
	EXPECT_TRUE(answer_counts(self, 0));
	EXPECT_EQ(1, self->outcome->signals);
}

TEST_F(freeze, sigkill_ends_it)
{
	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	ASSERT_TRUE(group_freeze(&self->group));
	ASSERT_EQ(0, kill(self->target.pid, SIGKILL));
	/* In version 1, not even this goes through to what is frozen. */
	if (!variant->freezer->kills) {
		EXPECT_TRUE(keeps_still(self, 0, 0));
		ASSERT_TRUE(group_thaw(&self->group));
	}
	ASSERT_EQ(0, waitid(P_PID, self->target.pid, NULL, WEXITED | WNOWAIT));
	EXPECT_EQ(-ENOENT, or_errno(notif_send(self->listener, self->call.id, 0, 0, 0)));
	EXPECT_EQ(0, outcome_calls(self->outcome));
}

/*
 * Files. Whether a frozen target takes one at once or after the thaw is left open.
 */

struct request {
	int listener;
	struct seccomp_notif_addfd addfd;
	pthread_t thread;
	pid_t tid;
	int over, result;
};

static void *request_run(void *arg)
{
	struct request *request = arg;

	__atomic_store_n(&request->tid, sys_gettid(), __ATOMIC_SEQ_CST);
	request->result = notif_addfd(request->listener, &request->addfd);
	__atomic_store_n(&request->over, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Has a thread make the request, and waits until it is through, or sleeps in it. */
static bool request_begin(struct request *request)
{
	const uint64_t until = clock_ms() + PATIENCE_MS;
	pid_t tid = 0;

	if (pthread_create(&request->thread, NULL, request_run, request))
		return false;
	while (clock_ms() < until) {
		tid = __atomic_load_n(&request->tid, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&request->over, __ATOMIC_SEQ_CST) ||
		    (tid && task_state(tid) == 'S'))
			return true;
		sched_yield();
	}
	return false;
}

/* Gives a frozen target a file; its number, when the target has been thawed. */
static int give_frozen(FIXTURE_DATA(freeze) *self, unsigned int flags)
{
	struct request request = {
		.listener = self->listener,
		.addfd = { .id = self->call.id, .srcfd = self->file, .flags = flags },
	};

	if (!group_freeze(&self->group) || !request_begin(&request) ||
	    !keeps_still(self, 0, 0) || !group_thaw(&self->group) ||
	    pthread_join(request.thread, NULL))
		return -ECHILD;
	return request.result;
}

TEST_F(freeze, b24_files_can_be_given)
{
	int fd;

	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	fd = give_frozen(self, 0);
	ASSERT_LE(0, fd);
	EXPECT_TRUE(answer_counts(self, 0));
	EXPECT_TRUE(is_same_file(self->target.pid, fd, self->file));
}

TEST_F(freeze, b24_files_can_be_answers)
{
	int fd;

	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	fd = give_frozen(self, SEND);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(notif_next(self->listener, &self->call));
	EXPECT_EQ(1, outcome_calls(self->outcome));
	EXPECT_EQ(fd, self->outcome->result);
	EXPECT_TRUE(is_same_file(self->target.pid, fd, self->file));
}

/*
 * Storms
 */

struct storm {
	const struct group *group;
	pthread_t thread;
	int over, freezes;
	bool failed;
};

static void *storm_run(void *arg)
{
	struct storm *storm = arg;
	const struct freezer *freezer = storm->group->freezer;
	volatile int spin;

	/*
	 * Every second time without waiting until it has come about, and after a pause of any
	 * length: between two calls, and at their beginnings and ends.
	 */
	while (!__atomic_load_n(&storm->over, __ATOMIC_SEQ_CST) || storm->freezes < FEW_ROUNDS) {
		storm->failed |= !(storm->freezes % 2 ? group_freeze(storm->group) :
				   group_write(storm->group, freezer->knob, freezer->freeze));
		storm->failed |= !group_thaw(storm->group);
		storm->freezes++;
		for (spin = 0; spin < storm->freezes * 7919 % 30000; spin++)
			;
	}
	return NULL;
}

TEST_F(freeze, b24_storms_pass_unnoticed)
{
	const uint64_t until = clock_ms() + BUDGET_MS;
	struct storm storm = { .group = &self->group };
	int rounds = 0, fd = -1;

	ASSERT_EQ(0, pthread_create(&storm.thread, NULL, storm_run, &storm));
	while (clock_ms() < until || rounds < FEW_ROUNDS) {
		struct seccomp_notif_addfd addfd = {
			.srcfd = self->file, .flags = SECCOMP_ADDFD_FLAG_SETFD, .newfd = 100,
		};

		if (!notif_next(self->listener, &self->call) ||
		    outcome_calls(self->outcome) != rounds ||
		    (rounds && self->outcome->result != ANSWER + rounds))
			break;
		addfd.id = self->call.id;
		/* Often the call is over in no time; sometimes let it take longer. */
		if (!(rounds % 8))
			fd = notif_addfd(self->listener, &addfd);
		if (fd != (int)addfd.newfd || notif_id_valid(self->listener, self->call.id))
			break;
		rounds++;
		if (notif_send(self->listener, self->call.id, ANSWER + rounds, 0, 0))
			break;
	}
	EXPECT_LE(until, clock_ms())
		TH_LOG("after %d rounds: %d calls, result %d, fd %d, errno %d", rounds,
		       outcome_calls(self->outcome), self->outcome->result, fd, errno);
	__atomic_store_n(&storm.over, 1, __ATOMIC_SEQ_CST);
	ASSERT_EQ(0, pthread_join(storm.thread, NULL));
	EXPECT_FALSE(storm.failed);
	EXPECT_EQ(0, self->outcome->signals);
	TH_LOG("%d rounds, %d freezes", rounds, storm.freezes);
}

/* Starts a child that leaves with ANSWER by a notified call. */
static bool leaver_start(struct target *leaver, unsigned int flags)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return false;
	leaver->pid = fork();
	if (!leaver->pid) {
		int listener = filter_install(NEW_LISTENER | flags,
					      &PROGRAM(ON_NR(__NR_exit_group,
							     SECCOMP_RET_USER_NOTIF),
						       RET(SECCOMP_RET_ALLOW)));

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHILD_REQUIRE(fd_send(pair[1], listener) && !close(pair[0]) && !close(listener));
		_exit(ANSWER % 100);
	}
	close(pair[1]);
	leaver->listener = fd_receive(pair[0]);
	close(pair[0]);
	return leaver->listener >= 0;
}

/* Else its cgroup would count it as frozen for ever, and never become frozen again. */
TEST_F(freeze, call_that_is_let_through_is_made_after_the_thaw)
{
	struct target leaver;
	int status;

	ASSERT_TRUE(leaver_start(&leaver, variant->flags));
	ASSERT_TRUE(notif_next(leaver.listener, &self->call));
	ASSERT_TRUE(task_wait_asleep(leaver.pid));
	ASSERT_TRUE(group_add(&self->group, leaver.pid));
	ASSERT_TRUE(group_freeze(&self->group));
	EXPECT_EQ(0, notif_send(leaver.listener, self->call.id, 0, 0,
				SECCOMP_USER_NOTIF_FLAG_CONTINUE));
	EXPECT_TRUE(keeps_still(self, 0, 0));
	EXPECT_EQ(0, waitpid(leaver.pid, &status, WNOHANG));
	ASSERT_TRUE(group_thaw(&self->group));
	EXPECT_TRUE(exited_with(wait_status(leaver.pid), ANSWER % 100));
	EXPECT_TRUE(group_freeze(&self->group));
	EXPECT_TRUE(group_thaw(&self->group));
	close(leaver.listener);
}

/* By moving into a group that is frozen, and out of it. */
TEST_F(freeze, b24_moving_is_like_freezing)
{
	struct group elsewhere = self->group;

	if (!variant->freezer->kills)
		SKIP(return, "groups of version 1 cannot be left while they are frozen");
	ASSERT_EQ(0, notif_recv(self->listener, &self->call));
	strcat(elsewhere.path, "-frozen");
	ASSERT_EQ(0, mkdir(elsewhere.path, 0755));
	EXPECT_TRUE(group_freeze(&elsewhere));
	EXPECT_TRUE(group_add(&elsewhere, self->target.pid));
	EXPECT_TRUE(task_wait_asleep(self->target.pid));
	EXPECT_TRUE(group_freeze(&elsewhere));
	EXPECT_EQ(0, notif_id_valid(self->listener, self->call.id));
	EXPECT_TRUE(group_add(&self->group, self->target.pid));
	EXPECT_TRUE(answer_counts(self, 0));
	EXPECT_EQ(0, rmdir(elsewhere.path));
}

/*
 * Suspend, which freezes all tasks; as far as the freezer, and back
 */

#define POWER_STATE	"/sys/power/state"
#define PM_TEST		"/sys/power/pm_test"

FIXTURE(suspend) {
	struct target target;
	struct outcome *outcome;
};

FIXTURE_VARIANT(suspend) {
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(suspend, plain) {
	.flags = 0,
};

FIXTURE_VARIANT_ADD(suspend, wait_killable) {
	.flags = WAIT,
};

FIXTURE_SETUP(suspend)
{
	if (access(POWER_STATE, W_OK) || access(PM_TEST, W_OK))
		SKIP(return, "no suspend, or no test of it: CONFIG_SUSPEND, CONFIG_PM_DEBUG");
	self->outcome = shared_memory(sizeof(*self->outcome));
	ASSERT_TRUE(self->outcome != NULL);
	ASSERT_TRUE(target_start(&self->target, variant->flags, call_interruptibly,
				 self->outcome));
}

/* Whatever becomes of the test, the next suspend is none. */
FIXTURE_TEARDOWN_PARENT(suspend)
{
	if (!access(PM_TEST, W_OK))
		EXPECT_TRUE(file_write(PM_TEST, "none"));
}

TEST_F(suspend, b24_call_stays)
{
	const int listener = self->target.listener;
	struct seccomp_notif call;

	ASSERT_TRUE(notif_next(listener, &call));
	ASSERT_TRUE(task_wait_asleep(self->target.pid));
	ASSERT_TRUE(file_write(PM_TEST, "freezer"));
	ASSERT_TRUE(file_write(POWER_STATE, "freeze"));
	EXPECT_EQ(0, notif_id_valid(listener, call.id));
	EXPECT_EQ(0, notif_send(listener, call.id, ANSWER, 0, 0));
	EXPECT_TRUE(notif_next(listener, &call));
	EXPECT_EQ(1, outcome_calls(self->outcome));
	EXPECT_EQ(ANSWER, self->outcome->result);
	EXPECT_TRUE(target_kill(&self->target));
}

TEST_HARNESS_MAIN
