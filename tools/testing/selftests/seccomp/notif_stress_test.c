// SPDX-License-Identifier: GPL-2.0
/*
 * User notification under load: many targets, several receivers on one listener, and signals,
 * kills and files for them at the same time. Whatever comes first, an answer that was accepted
 * is the result of exactly one call, and the other way round; and nothing is lost.
 *
 * What happens is written down in shared memory, by those to whom it happens. It is compared
 * when all is over.
 *
 * The storms go beyond the existing implementation, where a signal can win against an answer
 * that was accepted, so that the call fails or is made anew.
 */

#include "notif.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#define WAIT_KILLABLE_RECV	SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define WAIT_KILLABLE		SECCOMP_FILTER_FLAG_WAIT_KILLABLE

/* A storm lasts so long; on a slow kernel longer, until it has had its effects. */
#define BUDGET_MS	1000
#define STORM_PATIENCE_MS	(3 * PATIENCE_MS)
/* As many rounds as fit into this time, but some. */
#define ROUNDS_MS	500
#define FEW_ROUNDS	8

#define RECEIVERS	8
#define PROCESSES	40
#define FEW_PROCESSES	12			/* if they take too long to start */
#define THREADS		5			/* of each process */
#define TARGETS		(PROCESSES * THREADS)
#define MORTALS		8			/* processes that are killed and replaced */

#define MAX_CALLS	1024			/* of one target */
#define MAX_RECEIPTS	(1 << 18)

/* Answers are unique, and no file descriptors. */
#define FIRST_ANSWER	(1 << 20)

/* A call, as its target and the receivers know it. */
struct call {
	bool made, returned;
	int result;			/* or -errno */
	bool seen;			/* by a receiver */
	unsigned int received;		/* how often, according to the receipts */
	unsigned int answered;		/* by an answer that was accepted */
	int answer;
	unsigned int given;		/* files beside the answer */
	bool perhaps_answered;		/* a receiver died over it */
	unsigned int perhaps_given;	/* so many died over it, as it may come anew */
};

struct target_thread {
	pid_t tid;
	unsigned int next;		/* call */
	unsigned int first;		/* call of this life */
	struct call calls[MAX_CALLS];
};

struct target_process {
	pid_t pid;
	int files;			/* that it has got */
};

/* What a receiver is about, for the one who comes after it if it is killed. */
enum stage { AT_RECV, AT_WORK, AT_GIVING, AT_GIVING_AS_ANSWER, AT_SENDING };

struct receiver {
	pid_t pid, tid;
	enum stage stage;
	unsigned int receipt;
	int answer;
	struct seccomp_notif notif;
};

struct receipt {
	uint64_t id;
	unsigned int target, call;
	bool whole;
};

static struct board {
	unsigned int stop;		/* targets make no further calls */
	unsigned int receipts;
	unsigned int answers;		/* that were thought up */
	unsigned int files, file_answers;	/* successes */
	unsigned int again;		/* calls that were received again */
	unsigned int interrupted;	/* calls that failed with EINTR */
	unsigned int received_nothing, not_sent;	/* see the test */
	struct target_process processes[PROCESSES];
	struct target_thread targets[TARGETS];
	struct receiver receivers[RECEIVERS];
	struct receipt receipt[MAX_RECEIPTS];
} *board;

static int listener;
static int processes;			/* of targets, that there are */

static unsigned int load(const unsigned int *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

/* Gives the number before. */
static unsigned int count(unsigned int *counter)
{
	return __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
}

static void set_stage(struct receiver *self, enum stage stage)
{
	__atomic_store_n(&self->stage, stage, __ATOMIC_SEQ_CST);
}

/* The same numbers in each run. */
static unsigned int random_below(unsigned int limit)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % limit;
}

static void start_thread(pthread_t *thread, void *(*fn)(void *arg), void *arg)
{
	CHILD_REQUIRE(!pthread_create(thread, NULL, fn, arg));
}

/* Runs fn in a child that does not outlive the caller. */
static pid_t start_child(void (*fn)(void *arg), void *arg)
{
	pid_t pid = fork();

	CHILD_REQUIRE(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fn(arg);
		_exit(0);
	}
	return pid;
}

/* Waits for something that nobody is woken for. */
#define EVENTUALLY(condition) ({						\
	const uint64_t until = clock_ms() + PATIENCE_MS;			\
	bool happened;								\
										\
	while (!(happened = (condition)) && clock_ms() < until)			\
		sched_yield();							\
	happened;								\
})

/* The raw wait status of a child that ends soon; -1 if it does not. */
static int wait_status_soon(pid_t pid)
{
	int status;

	return EVENTUALLY(waitpid(pid, &status, WNOHANG)) ? status : -1;
}

static bool kill_and_wait(pid_t pid)
{
	return !kill(pid, SIGKILL) && died_of(wait_status_soon(pid), SIGKILL);
}

/* Targets */

static void *target_run(void *arg)
{
	struct target_thread *self = arg;

	__atomic_store_n(&self->tid, sys_gettid(), __ATOMIC_SEQ_CST);
	while (!load(&board->stop) && self->next < MAX_CALLS) {
		unsigned int nr = self->next++;
		struct call *call = &self->calls[nr];

		call->made = true;
		call->result = or_errno(syscall(NOTIFIED_CALL, self - board->targets, nr));
		call->returned = true;
		if (call->result == -EINTR)
			count(&board->interrupted);
		/* An answer that is a file. Others stay, to be counted. */
		if (call->result >= 0 && call->result < FIRST_ANSWER)
			CHILD_REQUIRE(!close(call->result));
	}
	return NULL;
}

static int open_files(void)
{
	DIR *files = opendir("/proc/self/fd");
	int number = 0;

	CHILD_REQUIRE(files);
	while (readdir(files))
		number++;
	closedir(files);
	return number;
}

static void target_process_run(void *arg)
{
	struct target_process *self = arg;
	struct target_thread *first = &board->targets[(self - board->processes) * THREADS];
	pthread_t threads[THREADS];
	int before, i;

	close(listener);
	before = open_files();
	for (i = 1; i < THREADS; i++)
		start_thread(&threads[i], target_run, first + i);
	target_run(first);
	for (i = 1; i < THREADS; i++)
		CHILD_REQUIRE(!pthread_join(threads[i], NULL));
	self->files = open_files() - before;
}

static void target_process_start(struct target_process *process)
{
	struct target_thread *first = &board->targets[(process - board->processes) * THREADS];
	int i;

	for (i = 0; i < THREADS; i++) {
		first[i].first = first[i].next;
		first[i].tid = 0;
	}
	process->pid = start_child(target_process_run, process);
}

/* Receivers */

static struct call *call_of(const struct seccomp_notif *notif)
{
	CHILD_REQUIRE(notif->data.args[0] < TARGETS && notif->data.args[1] < MAX_CALLS);
	return &board->targets[notif->data.args[0]].calls[notif->data.args[1]];
}

/* 0 if its receiver was killed while it wrote. */
static uint64_t receipt_id(const struct receipt *receipt)
{
	return receipt->whole ? receipt->id : 0;
}

static void write_receipt(struct receiver *self)
{
	const struct seccomp_notif *notif = &self->notif;

	struct receipt *receipt;

	self->receipt = count(&board->receipts);
	CHILD_REQUIRE(self->receipt < MAX_RECEIPTS);
	receipt = &board->receipt[self->receipt];
	receipt->target = notif->data.args[0];
	receipt->call = notif->data.args[1];
	receipt->id = notif->id;
	/* The last to be written, for this receiver may be killed anywhere. */
	__atomic_store_n(&receipt->whole, true, __ATOMIC_SEQ_CST);
	set_stage(self, AT_WORK);
	if (__atomic_exchange_n(&call_of(notif)->seen, true, __ATOMIC_SEQ_CST))
		count(&board->again);
}

static void accepted(struct receiver *self, int answer)
{
	struct call *call = call_of(&self->notif);

	call->answer = answer;
	count(&call->answered);
}

/* Has it been given? If not, the call is over, or this was interrupted. */
static bool give(struct receiver *self, int file, unsigned int flags)
{
	bool answers = flags & SECCOMP_ADDFD_FLAG_SEND;
	int fd;

	set_stage(self, answers ? AT_GIVING_AS_ANSWER : AT_GIVING);
	fd = notif_addfd(listener, &(struct seccomp_notif_addfd){
		.id = self->notif.id, .srcfd = file, .flags = flags,
	});
	CHILD_REQUIRE(fd >= 0 || fd == -ENOENT || fd == -ESRCH || fd == -EINTR);
	if (fd >= 0 && answers)
		accepted(self, fd);
	else if (fd >= 0)
		count(&call_of(&self->notif)->given);
	if (fd >= 0)
		count(answers ? &board->file_answers : &board->files);
	set_stage(self, AT_WORK);
	return fd >= 0;
}

static int send_answer(struct receiver *self)
{
	int err = or_errno(notif_send(listener, self->notif.id, self->answer, 0, 0));

	if (!err)
		accepted(self, self->answer);
	return err;
}

static void answer(struct receiver *self, int file)
{
	unsigned int nr = count(&board->answers);
	int err;

	self->answer = FIRST_ANSWER + nr;
	if (nr % 4 == 1)
		give(self, file, 0);
	if (nr % 4 == 2 && give(self, file, SECCOMP_ADDFD_FLAG_SEND))
		return;
	set_stage(self, AT_SENDING);
	while ((err = send_answer(self)) == -EINTR)
		count(&board->not_sent);
	CHILD_REQUIRE(!err || err == -ENOENT);
	set_stage(self, AT_WORK);
}

static bool leave_when_interrupted;

static void *receiver_run(void *arg)
{
	struct receiver *self = arg;
	int file = eventfd(0, EFD_CLOEXEC);

	CHILD_REQUIRE(file >= 0);
	self->pid = getpid();
	__atomic_store_n(&self->tid, sys_gettid(), __ATOMIC_SEQ_CST);
	for (;;) {
		memset(&self->notif, 0, sizeof(self->notif));
		set_stage(self, AT_RECV);
		/* Every other one finds out by poll() that there is something. */
		if ((self - board->receivers) % 2)
			listener_events(listener, -1);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &self->notif)) {
			CHILD_REQUIRE(errno == EINTR || errno == ENOENT);
			if (errno == ENOENT)
				count(&board->received_nothing);
			else if (leave_when_interrupted)
				return NULL;
			continue;
		}
		write_receipt(self);
		answer(self, file);
	}
	return NULL;
}

static void receivers_run(void *unused)
{
	pthread_t thread;
	int i;

	for (i = 1; i < RECEIVERS; i++)
		start_thread(&thread, receiver_run, &board->receivers[i]);
	receiver_run(&board->receivers[0]);
}

static void receiver_process_run(void *arg)
{
	receiver_run(arg);
}

/* What a killed receiver had in its hands is finished in its place. */
static void inherit_work(struct receiver *dead)
{
	struct call *call;
	int err;

	if (!dead->notif.id)
		return;
	if (dead->stage == AT_RECV &&
	    (dead->receipt >= MAX_RECEIPTS ||
	     receipt_id(&board->receipt[dead->receipt]) != dead->notif.id))
		write_receipt(dead);
	call = call_of(&dead->notif);
	if (dead->stage == AT_GIVING)
		count(&call->perhaps_given);
	if (dead->stage < AT_GIVING)
		dead->answer = FIRST_ANSWER + count(&board->answers);
	/* A file that is the answer may be on its way still. */
	CHILD_REQUIRE(EVENTUALLY((err = send_answer(dead)) != -EINPROGRESS));
	CHILD_REQUIRE(!err || err == -ENOENT);
	if (err && dead->stage > AT_GIVING)
		call->perhaps_answered = true;
}

/* The storm */

struct storm {
	unsigned int flags;		/* of the filter */
	bool sync;
	bool receivers_die;		/* each is a process and killed now and then */
};

static void ignore(int sig)
{
}

static void handle_signals(void)
{
	struct sigaction action = { .sa_handler = ignore };

	CHILD_REQUIRE(!sigaction(SIGUSR1, &action, NULL));
	action.sa_flags = SA_RESTART;
	CHILD_REQUIRE(!sigaction(SIGUSR2, &action, NULL));
}

/* To a thread that there is; or it has just ended. */
static void signal_thread(pid_t pid, const pid_t *tid_at)
{
	pid_t tid = __atomic_load_n(tid_at, __ATOMIC_SEQ_CST);

	if (tid)
		syscall(__NR_tgkill, pid, tid, random_below(2) ? SIGUSR1 : SIGUSR2);
}

static void receiver_start(struct receiver *receiver)
{
	*receiver = (struct receiver){ .receipt = MAX_RECEIPTS };
	receiver->pid = start_child(receiver_process_run, receiver);
}

static void storm_step(const struct storm *storm, unsigned int step)
{
	struct receiver *receiver = &board->receivers[random_below(RECEIVERS)];
	struct target_process *mortal = &board->processes[random_below(MORTALS)];
	unsigned int target = random_below(processes * THREADS);

	/* Most calls wait to be received. Those that have been deserve as much attention. */
	if (step % 2 && receiver->notif.data.args[0] < TARGETS)
		target = receiver->notif.data.args[0];
	signal_thread(board->processes[target / THREADS].pid, &board->targets[target].tid);
	if (step % 8 == 1)
		signal_thread(receiver->pid, &receiver->tid);
	if (step % 64 == 2) {
		CHILD_REQUIRE(kill_and_wait(mortal->pid));
		target_process_start(mortal);
	}
	if (storm->receivers_die && step % 32 == 3) {
		CHILD_REQUIRE(kill_and_wait(receiver->pid));
		inherit_work(receiver);
		receiver_start(receiver);
	}
	if (step % 4 == 0)
		sched_yield();
}

/* All that is there to be seen has happened at least this often. */
static bool storm_has_had_effect(const struct storm *storm, unsigned int steps)
{
	unsigned int some = 4;

	return steps > 64 * some && load(&board->answers) > 100 &&
	       load(&board->files) > some && load(&board->file_answers) > some &&
	       (storm->flags & WAIT_KILLABLE || load(&board->interrupted) > some) &&
	       (storm->flags || load(&board->again) > some);
}

static bool receivers_are_idle(void)
{
	int i;

	for (i = 0; i < RECEIVERS; i++)
		if (board->receivers[i].stage != AT_RECV || board->receivers[i].notif.id)
			return false;
	return true;
}

/* What is wrong with the account of a call, NULL if nothing is. */
static const char *fault_of_call(const struct storm *storm, const struct call *call)
{
	if (!call->made)
		return call->received ? "received, but never made" : NULL;
	if (call->answered > 1)
		return "answered twice";
	if (call->answered && !call->received)
		return "answered, but not received";
	/* Its process has been killed. */
	if (!call->returned)
		return NULL;
	if (call->result == -EINTR) {
		if (storm->flags & WAIT_KILLABLE)
			return "interrupted in spite of WAIT_KILLABLE";
		if (storm->flags && call->received)
			return "received, and interrupted in spite of WAIT_KILLABLE_RECV";
		return call->answered ? "answered and interrupted" : NULL;
	}
	if (call->result < 0)
		return "failed";
	if (storm->flags && call->received != 1)
		return "received again, though no signal could end its wait";
	if (call->answered)
		return call->answer == call->result ? NULL : "returned another's answer";
	return call->perhaps_answered ? NULL : "returned, but not answered";
}

static void check_calls(struct __test_metadata *_metadata, const struct storm *storm)
{
	int target;
	unsigned int nr;

	for (target = 0; target < processes * THREADS; target++) {
		for (nr = 0; nr < MAX_CALLS; nr++) {
			const struct call *call = &board->targets[target].calls[nr];
			const char *fault = fault_of_call(storm, call);

			ASSERT_TRUE(!fault)
				TH_LOG("call %u of target %d: %s (result %d, answer %d)", nr,
				       target, fault, call->result, call->answer);
		}
	}
}

static int compare_receipts(const void *a, const void *b)
{
	const struct receipt *one = a, *other = b;

	return receipt_id(one) < receipt_id(other) ? -1 : receipt_id(one) > receipt_id(other);
}

/* Counts how often each call was received, too. */
static void check_receipts(struct __test_metadata *_metadata)
{
	unsigned int i;

	qsort(board->receipt, board->receipts, sizeof(*board->receipt), compare_receipts);
	for (i = 0; i < board->receipts; i++) {
		const struct receipt *receipt = &board->receipt[i];

		/* A receiver that was killed while it wrote has left none. */
		if (!receipt->whole)
			continue;
		board->targets[receipt->target].calls[receipt->call].received++;
		ASSERT_TRUE(!i || receipt_id(receipt - 1) != receipt->id)
			TH_LOG("call %u of target %u and call %u of target %u have one id",
			       receipt->call, receipt->target, receipt[-1].call,
			       receipt[-1].target);
	}
}

/* Each file that was given is there, and no other. */
static void check_files(struct __test_metadata *_metadata)
{
	int p, i;

	for (p = 0; p < processes; p++) {
		int given = 0, perhaps = 0;

		for (i = p * THREADS; i < (p + 1) * THREADS; i++) {
			const struct target_thread *target = &board->targets[i];
			unsigned int nr;

			for (nr = target->first; nr < target->next; nr++) {
				given += target->calls[nr].given;
				perhaps += target->calls[nr].perhaps_given;
			}
		}
		ASSERT_LE(given, board->processes[p].files) TH_LOG("process %d", p);
		ASSERT_GE(given + perhaps, board->processes[p].files) TH_LOG("process %d", p);
	}
}

FIXTURE(storm) {
};

FIXTURE_VARIANT(storm) {
	struct storm storm;
};

FIXTURE_VARIANT_ADD(storm, plain) { .storm = { } };
FIXTURE_VARIANT_ADD(storm, sync_wake_up) { .storm = { .sync = true } };
FIXTURE_VARIANT_ADD(storm, wait_killable_recv) { .storm = { .flags = WAIT_KILLABLE_RECV } };
FIXTURE_VARIANT_ADD(storm, wait_killable) { .storm = { .flags = WAIT_KILLABLE } };
FIXTURE_VARIANT_ADD(storm, receivers_are_killed) { .storm = { .receivers_die = true } };
FIXTURE_VARIANT_ADD(storm, receivers_are_killed_wait_killable_recv) {
	.storm = { .receivers_die = true, .flags = WAIT_KILLABLE_RECV }
};

/* A target keeps what it is given. */
static bool allow_many_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return false;
	files.rlim_cur = files.rlim_max;
	return !setrlimit(RLIMIT_NOFILE, &files);
}

FIXTURE_SETUP(storm)
{
	board = shared_memory(sizeof(*board));
	ASSERT_TRUE(board != NULL);
	ASSERT_TRUE(allow_many_files());
	ASSERT_EQ(0, set_no_new_privs());
	/* All that is started here is under the filter, and none but targets makes its call. */
	listener = listener_install(variant->storm.flags);
	ASSERT_LE(0, listener);
	if (variant->storm.sync)
		ASSERT_EQ(0, ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
				   SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
}

FIXTURE_TEARDOWN(storm)
{
}

TEST_F(storm, answers_and_results_match)
{
	const uint64_t since = clock_ms();
	const struct storm *storm = &variant->storm;
	pid_t receivers = 0;
	unsigned int step;
	int i;

	handle_signals();
	for (i = 0; storm->receivers_die && i < RECEIVERS; i++)
		receiver_start(&board->receivers[i]);
	if (!storm->receivers_die)
		receivers = start_child(receivers_run, NULL);
	for (processes = 0; processes < PROCESSES; processes++) {
		if (processes >= FEW_PROCESSES && clock_ms() - since > BUDGET_MS)
			break;
		target_process_start(&board->processes[processes]);
	}

	for (step = 0; clock_ms() - since < BUDGET_MS || !storm_has_had_effect(storm, step);
	     step++) {
		ASSERT_LT(clock_ms() - since, 1ULL * STORM_PATIENCE_MS)
			TH_LOG("nothing: %u answers, %u and %u files, %u again, %u interrupted",
			       board->answers, board->files, board->file_answers, board->again,
			       board->interrupted);
		storm_step(storm, step);
		if (load(&board->receipts) > MAX_RECEIPTS / 4 * 3)
			break;
	}

	/* Nothing is lost: each call that waits gets its answer. */
	__atomic_store_n(&board->stop, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < processes; i++)
		ASSERT_TRUE(exited_with(wait_status_soon(board->processes[i].pid), 0))
			TH_LOG("process %d", i);
	ASSERT_TRUE(EVENTUALLY(receivers_are_idle()));
	for (i = 0; storm->receivers_die && i < RECEIVERS; i++)
		ASSERT_TRUE(kill_and_wait(board->receivers[i].pid));
	if (receivers)
		ASSERT_TRUE(kill_and_wait(receivers));

	check_receipts(_metadata);
	check_calls(_metadata, storm);
	check_files(_metadata);
	/*
	 * Beyond the existing implementation, too: RECV does not fail with ENOENT because the
	 * call has ended that it was about to receive, and signals do not make SEND fail.
	 */
	ASSERT_EQ(0U, board->received_nothing);
	ASSERT_EQ(0U, board->not_sent);
}

/*
 * A call wakes one of those who wait for it. If that is interrupted or killed just then, it is
 * another's.
 */
FIXTURE(last_moment) {
};

FIXTURE_VARIANT(last_moment) {
	int signal;
};

FIXTURE_VARIANT_ADD(last_moment, interrupted) { .signal = SIGUSR1 };
FIXTURE_VARIANT_ADD(last_moment, killed) { .signal = SIGKILL };

FIXTURE_SETUP(last_moment)
{
	board = shared_memory(sizeof(*board));
	ASSERT_TRUE(board != NULL);
	ASSERT_EQ(0, set_no_new_privs());
	listener = listener_install(0);
	ASSERT_LE(0, listener);
	handle_signals();
	leave_when_interrupted = true;
}

FIXTURE_TEARDOWN(last_moment)
{
}

static void one_call_run(void *unused)
{
	struct call *call = &board->targets[0].calls[0];

	close(listener);
	board->targets[0].tid = sys_gettid();
	while (!load(&board->stop))
		sched_yield();
	call->result = or_errno(syscall(NOTIFIED_CALL, 0, 0));
}

static void wait_a_moment(unsigned int round)
{
	struct timespec now, since;

	clock_gettime(CLOCK_MONOTONIC, &since);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - since.tv_sec) * 1000000000LL + now.tv_nsec - since.tv_nsec <
		 1000 << (round % 12));
}

TEST_F(last_moment, call_is_received_by_another)
{
	/* Not by way of poll(): they have even numbers. The first to wait is woken first. */
	struct receiver *first = &board->receivers[0], *second = &board->receivers[2];
	const uint64_t since = clock_ms();
	unsigned int round;

	for (round = 0; round < FEW_ROUNDS || clock_ms() - since < ROUNDS_MS; round++) {
		pid_t target;
		int status;

		memset(&board->targets[0], 0, sizeof(board->targets[0]));
		board->stop = 0;
		board->receipts = 0;
		receiver_start(first);
		ASSERT_TRUE(EVENTUALLY(task_state(first->pid) == 'S'));
		receiver_start(second);
		ASSERT_TRUE(EVENTUALLY(task_state(second->pid) == 'S'));
		target = start_child(one_call_run, NULL);
		ASSERT_TRUE(EVENTUALLY(board->targets[0].tid));

		/* In the first round it leaves in good time. */
		if (round)
			count(&board->stop);
		wait_a_moment(round);
		ASSERT_EQ(0, kill(first->pid, variant->signal));
		if (variant->signal == SIGKILL) {
			ASSERT_TRUE(died_of(wait_status_soon(first->pid), SIGKILL));
			inherit_work(first);
		} else if (!round) {
			ASSERT_TRUE(exited_with(wait_status_soon(first->pid), 0));
		}
		count(&board->stop);
		ASSERT_TRUE(exited_with(wait_status_soon(target), 0));
		ASSERT_LE(0, board->targets[0].calls[0].result);
		ASSERT_TRUE(kill_and_wait(second->pid));
		if (variant->signal != SIGKILL && round) {
			kill(first->pid, SIGKILL);
			status = wait_status_soon(first->pid);
			ASSERT_TRUE(exited_with(status, 0) || died_of(status, SIGKILL));
		}
	}
}

/*
 * B-9: a listener is closed while many wait at it, come to it and leave it. All calls fail with
 * ENOSYS then, those that have been received and those that have not.
 */
struct closing {
	bool served;		/* until the supervisor is killed; else it is just closed */
	bool signals;		/* and targets are signalled and killed at the same time */
};

FIXTURE(b9_closed) {
};

FIXTURE_VARIANT(b9_closed) {
	struct closing closing;
};

FIXTURE_VARIANT_ADD(b9_closed, while_all_wait) { .closing = { } };
FIXTURE_VARIANT_ADD(b9_closed, while_they_are_signalled) { .closing = { .signals = true } };
FIXTURE_VARIANT_ADD(b9_closed, while_served) { .closing = { .served = true } };
FIXTURE_VARIANT_ADD(b9_closed, while_served_and_signalled) {
	.closing = { .served = true, .signals = true }
};

FIXTURE_SETUP(b9_closed)
{
	board = shared_memory(sizeof(*board));
	ASSERT_TRUE(board != NULL);
	ASSERT_TRUE(allow_many_files());
}

FIXTURE_TEARDOWN(b9_closed)
{
}

/* Once closed, always closed. */
static void *call_until_closed_run(void *arg)
{
	struct target_thread *self = arg;
	int result;

	__atomic_store_n(&self->tid, sys_gettid(), __ATOMIC_SEQ_CST);
	do {
		count(&board->answers);
		result = or_errno(syscall(NOTIFIED_CALL, self - board->targets, 0));
		CHILD_REQUIRE(result >= 0 || result == -EINTR || result == -ENOSYS);
	} while (result != -ENOSYS);
	CHILD_REQUIRE(or_errno(syscall(NOTIFIED_CALL)) == -ENOSYS);
	return NULL;
}

static void call_until_closed(void *arg)
{
	struct target_thread *first = arg;
	pthread_t threads[THREADS];
	int i;

	close(listener);
	for (i = 1; i < THREADS; i++)
		start_thread(&threads[i], call_until_closed_run, first + i);
	call_until_closed_run(first);
	for (i = 1; i < THREADS; i++)
		CHILD_REQUIRE(!pthread_join(threads[i], NULL));
}

static void receive_some(int some)
{
	struct seccomp_notif notif;

	while (some--)
		CHILD_REQUIRE(notif_next(listener, &notif));
}

static void closing_round(void *arg)
{
	const struct closing *closing = arg;
	pid_t receivers = 0;
	int i, status;

	CHILD_REQUIRE(!set_no_new_privs());
	listener = listener_install(0);
	CHILD_REQUIRE(listener >= 0);
	handle_signals();
	if (closing->served)
		receivers = start_child(receivers_run, NULL);
	for (i = 0; i < FEW_PROCESSES; i++)
		board->processes[i].pid = start_child(call_until_closed,
						      &board->targets[i * THREADS]);
	/* All are there, and from round to round they have done a little more. */
	CHILD_REQUIRE(EVENTUALLY(load(&board->answers) >= FEW_PROCESSES * THREADS +
				 (closing->served ? random_below(200) : 0)));
	if (!closing->served)
		receive_some(random_below(FEW_PROCESSES * THREADS));
	for (i = 0; closing->signals && i < FEW_PROCESSES * THREADS; i++)
		signal_thread(board->processes[i / THREADS].pid, &board->targets[i].tid);
	if (closing->signals)
		CHILD_REQUIRE(!kill(board->processes[0].pid, SIGKILL));
	close(listener);
	if (receivers)
		CHILD_REQUIRE(kill_and_wait(receivers));
	for (i = 0; i < FEW_PROCESSES; i++) {
		status = wait_status_soon(board->processes[i].pid);
		CHILD_REQUIRE(!i && closing->signals ? died_of(status, SIGKILL) :
						       exited_with(status, 0));
	}
}

TEST_F(b9_closed, all_calls_fail)
{
	const uint64_t since = clock_ms();
	unsigned int round;

	/* Each in a process of its own, because filters cannot be taken off. */
	for (round = 0; round < 3 || clock_ms() - since < ROUNDS_MS; round++) {
		memset(board, 0, offsetof(struct board, receipt));
		ASSERT_TRUE(exited_with(child_status(closing_round, (void *)&variant->closing), 0))
			TH_LOG("in round %u", round);
		/* What its child has drawn was drawn from a copy. */
		random_below(1);
	}
}

/*
 * A listener has as users all whose calls could come: however they begin and end, it says that
 * there is none left when the last one has gone, and no earlier.
 */
static void *wait_in_vain(void *unused)
{
	syscall(NOTIFIED_CALL);
	CHILD_REQUIRE(!"answered");
	return NULL;
}

static void *end_at_once(void *unused)
{
	return NULL;
}

static void do_nothing(void *unused)
{
}

static void *sync_often(void *unused)
{
	int i;

	/* On top of the listener's filter, which stays. */
	for (i = 0; i < 4; i++)
		CHILD_REQUIRE(!filter_install(SECCOMP_FILTER_FLAG_TSYNC,
					      &PROGRAM(RET(SECCOMP_RET_ALLOW))));
	return NULL;
}

static void user_run(void *arg)
{
	unsigned int nr = *(unsigned int *)arg;
	pthread_t threads[4];
	int i;

	start_thread(&threads[0], sync_often, NULL);
	start_thread(&threads[1], wait_in_vain, NULL);
	for (i = 2; i < 4; i++)
		start_thread(&threads[i], nr % 2 ? end_at_once : wait_in_vain, NULL);
	CHILD_REQUIRE(listener_install(0) == -1 && errno == EBUSY);
	/* A child that does not wait for anything, in the middle of that. */
	CHILD_REQUIRE(exited_with(child_status(do_nothing, NULL), 0));
	if (nr % 3 == 1)
		kill(getpid(), SIGKILL);
	if (nr % 3 == 2)
		CHILD_REQUIRE(!pthread_join(threads[0], NULL));
}

/* The last one: it lives as long as the other side of the pipe. */
static void last_user_run(int hold)
{
	char byte;

	_exit(read(hold, &byte, 1) != 0);
}

static int users_run(void *arg)
{
	const uint64_t since = clock_ms();
	const int *hold = arg;
	unsigned int nr;
	pid_t last;

	close(hold[1]);
	last = fork();
	CHILD_REQUIRE(last >= 0);
	if (!last)
		last_user_run(hold[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (nr = 0; nr < FEW_ROUNDS || clock_ms() - since < ROUNDS_MS; nr++) {
		pid_t one = start_child(user_run, &nr), other = start_child(user_run, &nr);
		int status = wait_status_soon(one);

		CHILD_REQUIRE(exited_with(status, 0) || died_of(status, SIGKILL));
		status = wait_status_soon(other);
		CHILD_REQUIRE(exited_with(status, 0) || died_of(status, SIGKILL));
	}
	return 0;
}

TEST(listener_hangs_up_after_its_last_user_of_many)
{
	struct seccomp_notif notif;
	struct target target;
	int hold[2], status;

	/* So that the last one is waited for, too. */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	ASSERT_EQ(0, pipe(hold));
	ASSERT_TRUE(target_start(&target, 0, users_run, hold));
	ASSERT_TRUE(exited_with(wait_status_soon(target.pid), 0));
	ASSERT_EQ(0, listener_events(target.listener, 0));

	close(hold[1]);
	ASSERT_TRUE(listener_wait(target.listener, POLLHUP));
	ASSERT_EQ(-1, notif_recv(target.listener, &notif));
	ASSERT_EQ(ENOENT, errno);
	ASSERT_LT(0, wait(&status));
	ASSERT_TRUE(exited_with(status, 0));
	close(hold[0]);
}

/* Threads call, and others begin and end, while listeners come and go above them. */
static void *call_without_supervisor(void *parent)
{
	while (!load(&board->stop)) {
		int result = or_errno(syscall(NOTIFIED_CALL));

		CHILD_REQUIRE(result == -ENOSYS || result == *(int *)parent);
		count(&board->answers);
	}
	return NULL;
}

static void call_once(void *unused)
{
	/* Among them is perhaps a listener, which it would keep open. */
	CHILD_REQUIRE(!syscall(__NR_close_range, STDERR_FILENO + 1, ~0U, 0));
	CHILD_REQUIRE(or_errno(syscall(NOTIFIED_CALL)) == -ENOSYS);
}

static void *fork_and_call(void *unused)
{
	while (!load(&board->stop)) {
		CHILD_REQUIRE(exited_with(wait_status_soon(start_child(call_once, NULL)), 0));
		count(&board->files);
	}
	return NULL;
}

static void listeners_come_and_go(void *unused)
{
	const unsigned int all = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
	const uint64_t since = clock_ms();
	int parent = getppid(), i;
	pthread_t threads[THREADS];
	unsigned int n;

	CHILD_REQUIRE(!set_no_new_privs());
	for (i = 0; i < THREADS - 1; i++)
		start_thread(&threads[i], call_without_supervisor, &parent);
	CHILD_REQUIRE(EVENTUALLY(load(&board->answers) > 2 * THREADS));
	/* A process has room for some hundred filters. */
	for (n = 0; n < 200 && (n < FEW_ROUNDS || clock_ms() - since < ROUNDS_MS); n++) {
		/* A child may have the last one still. */
		CHILD_REQUIRE(EVENTUALLY((listener = listener_install(n % 4 == 3 ? 0 : all)) >= 0 ||
					 errno != EBUSY));
		CHILD_REQUIRE(listener >= 0);
		/* Closed when a call waits already, or when some are on their way. */
		if (n % 4 == 1)
			CHILD_REQUIRE(listener_wait(listener, POLLIN));
		CHILD_REQUIRE(!close(listener));
		if (!n)
			start_thread(&threads[i], fork_and_call, NULL);
	}
	CHILD_REQUIRE(EVENTUALLY(load(&board->files)));
	count(&board->stop);
	for (i = 0; i < THREADS; i++)
		CHILD_REQUIRE(!pthread_join(threads[i], NULL));
}

TEST(no_call_gets_past_or_hangs_at_listeners_that_come_and_go)
{
	board = shared_memory(sizeof(*board));
	ASSERT_TRUE(board != NULL);
	ASSERT_TRUE(exited_with(child_status(listeners_come_and_go, NULL), 0));
}

TEST_HARNESS_MAIN
