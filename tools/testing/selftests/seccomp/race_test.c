// SPDX-License-Identifier: GPL-2.0
/*
 * Races in and around SECCOMP_FILTER_FLAG_TSYNC: whatever happens at the same time, a filter
 * that has been given to all threads is above each of them, and no call is judged by less than
 * an earlier call of the same thread.
 *
 * A race is run many times, each time in a process of its own, because filters cannot be taken
 * off. From round to round one side is held back by a little more, so that the other comes
 * early, in the middle, and late.
 */

#include "common.h"

#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>

/* A slow kernel is given no more rounds than fit into this time, and a very slow one these few. */
#define ROUNDS		24
#define FEW_ROUNDS	8
#define BUDGET_NS	3000000000ULL
#define PATIENCE_NS	60000000000ULL
#define TIMEOUT		300

/* Two rounds in which, where it matters, nothing is left to chance: they are the controls. */
#define ROUND_SYNC_FIRST	0
#define ROUND_SYNC_LAST		1

/* A call that takes no argument, so that it can carry the mark of a filter. */
#define CARRIER		__NR_getppid
#define MARK_ERRNO	EXDEV
/* Of a filter that nobody looks for. */
#define BASE_MARK	64

/* How many filters a thread gives to all, one after another, while others do something. */
#define LAYERS		6

#define TSYNC		SECCOMP_FILTER_FLAG_TSYNC
#define TSYNC_ESRCH	(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH)

/* Arguments that make this program report its confinement to a file instead of testing. */
#define REPORT		"--report-to"

#define NOBODY		65534
#define LEAVE_CODE	7

/* What all processes of a round share. Counters only grow. */
static struct board {
	uint64_t span_ns;		/* how long a side is held back at most */
	unsigned int round;
	long base;			/* filters that were there before the round */
	unsigned int parties, start;	/* of the race, and how many of them are ready */
	unsigned int end;		/* how many of them are through, or have a number */
	unsigned int synced;		/* TSYNCs that have returned */
	unsigned int stops;		/* of a tracee that its tracer has set about */
	unsigned int locked;		/* threads that are through with entering strict mode */
	unsigned int home;		/* nobody is needed any more */
	pid_t syncer, other;		/* threads */
} *board;

static cpu_set_t cpus;

static unsigned int load(const unsigned int *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static void store(unsigned int *counter, unsigned int value)
{
	__atomic_store_n(counter, value, __ATOMIC_SEQ_CST);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/*
 * Spins, for who sleeps is late for a race; but there may be but one CPU. Whoever is waited for
 * has failed when it does not come.
 */
static void until(const unsigned int *counter, unsigned int value)
{
	const uint64_t since = now_ns();
	unsigned int spins = 0;

	while (load(counter) < value) {
		if (++spins % 256)
			continue;
		CHILD_REQUIRE(now_ns() - since < PATIENCE_NS);
		sched_yield();
	}
}

static void meet(unsigned int *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
	until(counter, board->parties);
}

/* Sides run at the same time only on CPUs of their own. */
static void pin(unsigned int side)
{
	unsigned int skip = side % CPU_COUNT(&cpus), cpu = 0;
	cpu_set_t one;

	while (!CPU_ISSET(cpu, &cpus) || skip--)
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	CHILD_REQUIRE(!sched_setaffinity(0, sizeof(one), &one));
}

/* Holds back each side in every second round: by some twelfths of the span, or by very little. */
static void lag(unsigned int side)
{
	unsigned int step = board->round / 2;
	uint64_t delay = step % 2 ? board->span_ns * step / 12 : board->span_ns >> step;
	uint64_t since = now_ns();

	if (board->round % 2 == side % 2)
		while (now_ns() - since < delay)
			;
}

/* Goes to the start and, when all are there, over it. */
static void go(unsigned int side)
{
	pin(side);
	meet(&board->start);
	lag(side);
}

static pthread_t start_thread(void *(*fn)(void *arg), void *arg)
{
	pthread_t thread;

	CHILD_REQUIRE(!pthread_create(&thread, NULL, fn, arg));
	return thread;
}

static void join_thread(pthread_t thread)
{
	CHILD_REQUIRE(!pthread_join(thread, NULL));
}

/* Runs fn in a child that does not outlive the caller. */
static pid_t start_child(void (*fn)(void *arg), void *arg)
{
	pid_t parent = getpid(), pid = fork();

	CHILD_REQUIRE(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHILD_REQUIRE(getppid() == parent);
		fn(arg);
		_exit(0);
	}
	return pid;
}

/* A filter that is known by its mark: it refuses the carrier of this one and nothing else. */
static int install_mark(unsigned int flags, unsigned int mark)
{
	return filter_install(flags, &PROGRAM(LOAD(nr),
					      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CARRIER, 0, 3),
					      LOAD_ARG_LO(0),
					      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, mark, 0, 1),
					      RET(SECCOMP_RET_ERRNO | MARK_ERRNO),
					      RET(SECCOMP_RET_ALLOW)));
}

static bool marked(unsigned int mark)
{
	return syscall(CARRIER, mark) == -1 && errno == MARK_ERRNO;
}

/* All marks below a limit, as bits. */
static uint64_t marks_below(unsigned int limit)
{
	uint64_t marks = 0;

	while (limit--)
		marks |= (uint64_t)marked(limit) << limit;
	return marks;
}

/* How many marks there are, of those that are given one after another. */
static int marks_in_a_row(void)
{
	int mark = 0;

	while (mark < LAYERS && marked(mark))
		mark++;
	return mark;
}

/* How many filters of this round a thread is under, 0 being the caller. */
static long layers_of(pid_t tid)
{
	return status_field(tid, "Seccomp_filters") - board->base;
}

/*
 * What a thread sees is not less than what it saw before, nor less than what had been given to
 * all before it looked. A call that has begun already need not know, so that is read first.
 */
static int look(int seen_before)
{
	int given = load(&board->synced), seen = marks_in_a_row();

	CHILD_REQUIRE(seen >= seen_before);
	CHILD_REQUIRE(seen >= given);
	return seen;
}

static void *look_until_home(void *unused)
{
	int seen = 0;

	while (!load(&board->home)) {
		seen = look(seen);
		sched_yield();
	}
	return NULL;
}

static void require_all_marks(void)
{
	CHILD_REQUIRE(look(LAYERS) == LAYERS);
	CHILD_REQUIRE(layers_of(0) == LAYERS);
}

/* Gives filters to all threads, one after another. */
static void sync_marks(unsigned int first, unsigned int limit)
{
	for (; first < limit; first++) {
		CHILD_REQUIRE(!install_mark(TSYNC, first));
		store(&board->synced, first + 1);
	}
}

static void *sync_all_marks(void *unused)
{
	board->syncer = sys_gettid();
	go(1);
	sync_marks(0, LAYERS);
	return NULL;
}

/* What a round's process begins with; to confine it is to give it one filter. */
static void start_round(bool confined)
{
	CHILD_REQUIRE(!set_no_new_privs());
	if (confined) {
		CHILD_REQUIRE(!install_mark(0, BASE_MARK));
		board->base++;
	}
}

/* A span in which an installation begins and ends, wherever the other side has its turn. */
static void measure_span(void *unused)
{
	uint64_t took, since;
	unsigned int mark;

	start_round(false);
	for (mark = 0; mark < LAYERS; mark++) {
		since = now_ns();
		CHILD_REQUIRE(!install_mark(TSYNC, mark));
		took = now_ns() - since;
		if (!mark || 2 * took < board->span_ns)
			board->span_ns = 2 * took;
	}
}

static void run_rounds(struct __test_metadata *_metadata, void (*round)(void *arg), const void *arg)
{
	const uint64_t since = now_ns();
	unsigned int n;

	board = shared_memory(sizeof(*board));
	ASSERT_TRUE(board != NULL);
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(cpus), &cpus));
	ASSERT_TRUE(exited_with(child_status(measure_span, NULL), 0));

	for (n = 0; n < ROUNDS && (n < FEW_ROUNDS || now_ns() - since < BUDGET_NS); n++) {
		*board = (struct board){
			.span_ns = board->span_ns, .round = n, .parties = 2,
			.base = status_field(0, "Seccomp_filters"),
		};
		ASSERT_TRUE(exited_with(child_status(round, (void *)arg), 0))
			TH_LOG("in round %u", n);
	}
}

TEST(present)
{
	ASSERT_EQ(0, set_no_new_privs());
	ASSERT_FALSE(marked(0) || marked(1));
	ASSERT_EQ(0, install_mark(TSYNC, 0));
	ASSERT_EQ(0, install_mark(TSYNC_ESRCH, 1));
	ASSERT_TRUE(marked(0) && marked(1));
}

/* The variants follow below, each with its kind of race. */
FIXTURE(race) {
};

FIXTURE_VARIANT(race) {
	void (*round)(void *arg);
	const void *arg;
};

FIXTURE_SETUP(race)
{
}

FIXTURE_TEARDOWN(race)
{
}

TEST_F_TIMEOUT(race, ends_well, TIMEOUT)
{
	run_rounds(_metadata, variant->round, variant->arg);
}

/*
 * B-26: several threads install at once. Who does so for all is hindered only by those who
 * have installed something for themselves, and by them always.
 */
#define CONTESTANTS	8

struct contest {
	bool confined;
	unsigned int count;
	unsigned int flags[CONTESTANTS];
};

struct contestant {
	pthread_t thread;
	unsigned int number, flags;
	pid_t tid;
	int result, error;
	long layers;
	uint64_t marks;
};

static void *contestant_run(void *arg)
{
	struct contestant *self = arg;

	self->tid = sys_gettid();
	go(self->number);
	self->result = install_mark(self->flags, self->number);
	self->error = errno;
	meet(&board->end);
	self->layers = layers_of(0);
	self->marks = marks_below(CONTESTANTS);
	return NULL;
}

static bool lost_to(const struct contestant *loser, const struct contestant *hindrance)
{
	if (loser->flags == TSYNC_ESRCH)
		return loser->result == -1 && loser->error == ESRCH;
	return loser->result == hindrance->tid;
}

static bool result_is_fair(const struct contestant *all, const struct contestant *self)
{
	unsigned int i;

	for (i = 0; self->flags && i < board->parties; i++)
		if (!all[i].flags && lost_to(self, &all[i]))
			return true;
	return !self->result;
}

static void contest_round(void *arg)
{
	const struct contest *contest = arg;
	struct contestant all[CONTESTANTS];
	uint64_t given = 0, own;
	unsigned int i;

	start_round(contest->confined);
	board->parties = contest->count;
	for (i = 0; i < contest->count; i++) {
		all[i] = (struct contestant){ .number = i, .flags = contest->flags[i] };
		all[i].thread = start_thread(contestant_run, &all[i]);
	}
	for (i = 0; i < contest->count; i++)
		join_thread(all[i].thread);
	for (i = 0; i < contest->count; i++) {
		CHILD_REQUIRE(result_is_fair(all, &all[i]));
		if (all[i].flags && !all[i].result)
			given |= 1ULL << i;
	}
	/* This thread has slept through it all. */
	CHILD_REQUIRE(marks_below(CONTESTANTS) == given);
	CHILD_REQUIRE(layers_of(0) == __builtin_popcountll(given));
	for (i = 0; i < contest->count; i++) {
		own = all[i].flags ? 0 : 1ULL << i;
		CHILD_REQUIRE(all[i].marks == (given | own));
		CHILD_REQUIRE(all[i].layers == __builtin_popcountll(given | own));
	}
}

FIXTURE_VARIANT_ADD(race, b26_contest_of_two) {
	contest_round, &(const struct contest){
		.count = 2, .flags = { TSYNC, TSYNC },
	}
};

FIXTURE_VARIANT_ADD(race, b26_contest_of_eight) {
	contest_round, &(const struct contest){
		.confined = true, .count = 8,
		.flags = { TSYNC, TSYNC_ESRCH, TSYNC, TSYNC, TSYNC, TSYNC, TSYNC, TSYNC },
	}
};

FIXTURE_VARIANT_ADD(race, b26_contest_with_an_egoist) {
	contest_round, &(const struct contest){
		.count = 2, .flags = { TSYNC, 0 },
	}
};

FIXTURE_VARIANT_ADD(race, b26_contest_with_an_egoist_esrch) {
	contest_round, &(const struct contest){
		.confined = true, .count = 2, .flags = { TSYNC_ESRCH, 0 },
	}
};

FIXTURE_VARIANT_ADD(race, b26_contest_with_two_egoists) {
	contest_round, &(const struct contest){
		.count = 8,
		.flags = { TSYNC, TSYNC_ESRCH, TSYNC, 0, TSYNC, TSYNC_ESRCH, TSYNC, 0 },
	}
};

/*
 * B-39, B-32: threads come and go while another gives filters to all. A new one has what the
 * one that made it had seen; what has been given to all by the time it looks, it has too,
 * unless it is a process of its own.
 */
#define MADE_AT_ONCE	3

struct storm {
	bool confined;
	void (*make)(int seen);
};

static void *made_thread(void *seen)
{
	look(look((intptr_t)seen));
	return NULL;
}

static void make_threads(int seen)
{
	pthread_t threads[MADE_AT_ONCE];
	unsigned int i;

	for (i = 0; i < MADE_AT_ONCE; i++)
		threads[i] = start_thread(made_thread, (void *)(intptr_t)seen);
	for (i = 0; i < MADE_AT_ONCE; i++)
		join_thread(threads[i]);
}

/* Nobody reaches a process from outside, so what it has does not change. */
static int made_process(void *seen_by_maker)
{
	int seen = marks_in_a_row();

	CHILD_REQUIRE(seen >= *(int *)seen_by_maker);
	CHILD_REQUIRE(layers_of(0) == seen);
	CHILD_REQUIRE(marks_in_a_row() == seen);
	return seen;
}

/* Nor has it more than its maker has afterwards. */
static void reap_made(pid_t pid, int seen)
{
	int status = wait_status(pid);

	CHILD_REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) <= look(seen));
}

static void make_by_fork(int seen)
{
	pid_t pid = fork();

	CHILD_REQUIRE(pid >= 0);
	if (!pid)
		_exit(made_process(&seen));
	reap_made(pid, seen);
}

static void make_by_vfork(int seen)
{
	char stack[1 << 16] __attribute__((aligned(64)));

	reap_made(clone(made_process, STACK_BOTTOM(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
			&seen), seen);
}

static void *maker_run(void *arg)
{
	const struct storm *storm = arg;
	int seen = 0;
	bool last;

	go(0);
	do {
		last = load(&board->synced) == LAYERS;
		seen = look(seen);
		storm->make(seen);
	} while (!last);
	require_all_marks();
	return NULL;
}

static void storm_round(void *arg)
{
	const struct storm *storm = arg;
	pthread_t threads[3];
	unsigned int i;

	start_round(storm->confined);
	board->parties = ARRAY_SIZE(threads);
	threads[0] = start_thread(maker_run, arg);
	threads[1] = start_thread(sync_all_marks, NULL);
	threads[2] = start_thread(maker_run, arg);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		join_thread(threads[i]);
	require_all_marks();
}

FIXTURE_VARIANT_ADD(race, b39_b32_new_threads) {
	storm_round, &(const struct storm){ .make = make_threads }
};

FIXTURE_VARIANT_ADD(race, b39_b32_new_threads_confined) {
	storm_round, &(const struct storm){ .make = make_threads, .confined = true }
};

FIXTURE_VARIANT_ADD(race, b39_new_processes) {
	storm_round, &(const struct storm){ .make = make_by_fork }
};

FIXTURE_VARIANT_ADD(race, b39_new_processes_confined) {
	storm_round, &(const struct storm){ .make = make_by_fork, .confined = true }
};

FIXTURE_VARIANT_ADD(race, b39_new_processes_by_vfork) {
	storm_round, &(const struct storm){ .make = make_by_vfork }
};

/*
 * B-39: a thread installs and forks, another one installs, both for themselves or for all. A
 * child has what its maker had: not less than before the fork, and not more than after.
 */
#define FORKS		8
#define OTHERS_MARKS	16
#define ALL_MARKS	48
#define NOTHING		(~0U)

struct forking {
	unsigned int flags, others_flags;
};

/* Who installs for all is hindered by another one who installs for itself. */
static void try_to_install(unsigned int flags, unsigned int mark, unsigned int others_flags,
			   pid_t other)
{
	int result;

	if (flags == NOTHING)
		return;
	result = install_mark(flags, mark);
	CHILD_REQUIRE(!result || (flags == TSYNC && !others_flags && result == other));
	if (flags == TSYNC && !result)
		__atomic_add_fetch(&board->synced, 1, __ATOMIC_SEQ_CST);
}

static void *install_beside_forks(void *arg)
{
	const struct forking *forking = arg;
	unsigned int mark;

	board->other = sys_gettid();
	go(1);
	for (mark = OTHERS_MARKS; mark < ALL_MARKS && !load(&board->home); mark++)
		try_to_install(forking->others_flags, mark, forking->flags, getpid());
	return NULL;
}

static long layers_in_child(void)
{
	pid_t pid = fork();
	long layers;
	int status;

	CHILD_REQUIRE(pid >= 0);
	if (!pid) {
		layers = __builtin_popcountll(marks_below(ALL_MARKS));
		CHILD_REQUIRE(layers_of(0) == layers);
		_exit(layers);
	}
	status = wait_status(pid);
	CHILD_REQUIRE(WIFEXITED(status) && WEXITSTATUS(status) <= ALL_MARKS);
	return WEXITSTATUS(status);
}

static void forking_round(void *arg)
{
	const struct forking *forking = arg;
	long given, before, in_child, mark;
	pthread_t thread;

	start_round(false);
	thread = start_thread(install_beside_forks, arg);
	go(0);
	for (mark = 0; mark < FORKS; mark++) {
		try_to_install(forking->flags, mark, forking->others_flags, board->other);
		given = load(&board->synced);
		before = layers_of(0);
		CHILD_REQUIRE(given <= before);
		in_child = layers_in_child();
		CHILD_REQUIRE(before <= in_child);
		CHILD_REQUIRE(in_child <= layers_of(0));
		/* Two who keep to themselves have nothing to do with each other. */
		if (!forking->flags && !forking->others_flags)
			CHILD_REQUIRE(in_child == mark + 1);
	}
	store(&board->home, 1);
	join_thread(thread);
	CHILD_REQUIRE(layers_of(0) >= (long)load(&board->synced));
}

FIXTURE_VARIANT_ADD(race, b39_fork_with_own_beside_own) {
	forking_round, &(const struct forking){ .flags = 0, .others_flags = 0 }
};

FIXTURE_VARIANT_ADD(race, b39_fork_with_own_beside_sync) {
	forking_round, &(const struct forking){ .flags = 0, .others_flags = TSYNC }
};

FIXTURE_VARIANT_ADD(race, b39_fork_beside_sync) {
	forking_round, &(const struct forking){ .flags = NOTHING, .others_flags = TSYNC }
};

FIXTURE_VARIANT_ADD(race, b39_fork_with_sync_beside_sync) {
	forking_round, &(const struct forking){ .flags = TSYNC, .others_flags = TSYNC }
};

FIXTURE_VARIANT_ADD(race, b39_fork_with_sync_beside_own) {
	forking_round, &(const struct forking){ .flags = TSYNC, .others_flags = 0 }
};

/* B-40: the first filter of a thread comes while it makes calls as fast as it can. */
#define CALLERS		3
#define CALLS_AFTER	100

struct first {
	unsigned int callers;
	bool watched;
};

static void *caller_run(void *unused)
{
	unsigned int refused = 0;
	bool given;

	board->other = sys_gettid();
	go(0);
	while (refused < CALLS_AFTER) {
		given = load(&board->synced);
		if (marked(0))
			refused++;
		else
			CHILD_REQUIRE(!refused && !given);
	}
	until(&board->home, 1);
	return NULL;
}

static void *give_first(void *unused)
{
	go(1);
	sync_marks(0, 1);
	return NULL;
}

/* The kernel's two lines about a thread, as one reading gives them. */
static void read_lines(pid_t tid, long *mode, long *layers)
{
	char path[64], text[8192], *line;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHILD_REQUIRE(fd >= 0);
	got = read(fd, text, sizeof(text) - 1);
	CHILD_REQUIRE(got > 0);
	close(fd);
	text[got] = '\0';
	line = strstr(text, "\nSeccomp:");
	CHILD_REQUIRE(line);
	CHILD_REQUIRE(sscanf(line, " Seccomp: %ld Seccomp_filters: %ld", mode, layers) == 2);
}

static void watch(pid_t tid)
{
	long mode, layers, layers_before = 0;
	bool last;

	do {
		last = load(&board->synced);
		read_lines(tid, &mode, &layers);
		CHILD_REQUIRE(mode != SECCOMP_MODE_FILTER || layers > 0);
		CHILD_REQUIRE(layers >= layers_before);
		layers_before = layers;
	} while (!last);
	CHILD_REQUIRE(mode == SECCOMP_MODE_FILTER);
	CHILD_REQUIRE(layers == board->base + 1);
}

static void first_round(void *arg)
{
	const struct first *first = arg;
	pthread_t callers[CALLERS], syncer;
	unsigned int i;

	start_round(false);
	board->parties = 1 + first->callers;
	for (i = 0; i < first->callers; i++)
		callers[i] = start_thread(caller_run, NULL);
	syncer = start_thread(give_first, NULL);
	until(&board->start, board->parties);
	if (first->watched)
		watch(board->other);
	store(&board->home, 1);
	for (i = 0; i < first->callers; i++)
		join_thread(callers[i]);
	join_thread(syncer);
	CHILD_REQUIRE(marked(0));
}

FIXTURE_VARIANT_ADD(race, b40_first_of_a_caller) {
	first_round, &(const struct first){ .callers = 1 }
};

FIXTURE_VARIANT_ADD(race, b40_first_of_a_watched_caller) {
	first_round, &(const struct first){ .callers = 1, .watched = true }
};

FIXTURE_VARIANT_ADD(race, b40_first_of_three_callers) {
	first_round, &(const struct first){ .callers = CALLERS }
};

/* A thread enters strict mode while another gives a filter to all: one of the two fails. */
struct strict {
	unsigned int flags;
	bool by_prctl;
};

struct locked {
	bool by_prctl;
	int result, error;
};

/*
 * Afterwards it makes no call at all: what strict mode leaves depends on the machine. To ask where
 * errno is may be one.
 */
static void *lock_run(void *arg)
{
	struct locked *self = arg;
	const int *error = &errno;

	board->other = sys_gettid();
	go(0);
	if (board->round == ROUND_SYNC_FIRST)
		until(&board->synced, 1);
	self->result = self->by_prctl ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) :
					sys_seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL);
	self->error = *error;
	if (self->result)
		CHILD_REQUIRE(look(1) == 1);
	store(&board->locked, 1);
	while (!load(&board->home))
		;
	return NULL;
}

static void strict_round(void *arg)
{
	const struct strict *strict = arg;
	struct locked locked = { .by_prctl = strict->by_prctl };
	int result, error;
	long mode;

	start_round(false);
	start_thread(lock_run, &locked);
	go(1);
	if (board->round == ROUND_SYNC_LAST)
		until(&board->locked, 1);
	result = install_mark(strict->flags, 0);
	error = errno;
	store(&board->synced, !result);
	until(&board->locked, 1);

	CHILD_REQUIRE(!result || board->round != ROUND_SYNC_FIRST);
	CHILD_REQUIRE(result || board->round != ROUND_SYNC_LAST);
	CHILD_REQUIRE(marked(0) == !result);
	CHILD_REQUIRE(layers_of(0) == !result);
	CHILD_REQUIRE(layers_of(board->other) == !result);
	mode = status_field(board->other, "Seccomp");
	if (!result) {
		CHILD_REQUIRE(locked.result == -1 && locked.error == EINVAL);
		CHILD_REQUIRE(mode == SECCOMP_MODE_FILTER);
	} else {
		CHILD_REQUIRE(strict->flags == TSYNC ? result == board->other :
						       result == -1 && error == ESRCH);
		CHILD_REQUIRE(!locked.result);
		CHILD_REQUIRE(mode == SECCOMP_MODE_STRICT);
		CHILD_REQUIRE(status_field(0, "Seccomp") == SECCOMP_MODE_DISABLED);
	}
}

FIXTURE_VARIANT_ADD(race, strict_by_prctl) {
	strict_round, &(const struct strict){ .flags = TSYNC, .by_prctl = true }
};

FIXTURE_VARIANT_ADD(race, strict_by_seccomp) {
	strict_round, &(const struct strict){ .flags = TSYNC }
};

FIXTURE_VARIANT_ADD(race, strict_esrch) {
	strict_round, &(const struct strict){ .flags = TSYNC_ESRCH }
};

/* B-32: the process ends while a thread gives filters to all. */
struct ending {
	void (*end)(void);	/* NULL: from outside */
	bool by_leader;
	int signal;
};

static void end_by_exit_group(void)
{
	syscall(__NR_exit_group, LEAVE_CODE);
}

/* Whether a core file is written or not, all threads are stopped for it. */
static void end_by_core_dump(void)
{
	syscall(__NR_tgkill, getpid(), sys_gettid(), SIGSEGV);
}

static void *end_run(void *arg)
{
	const struct ending *ending = arg;

	go(0);
	ending->end();
	return NULL;
}

/* As many as the end may take to come, and not more than a kernel gives back with ease. */
static void *sync_until_the_end(void *unused)
{
	unsigned int more = 50;

	sync_all_marks(NULL);
	while (more--)
		CHILD_REQUIRE(!install_mark(TSYNC, BASE_MARK));
	return NULL;
}

static void ending_process(void *arg)
{
	const struct ending *ending = arg;

	start_round(false);
	start_thread(look_until_home, NULL);
	start_thread(sync_until_the_end, NULL);
	if (ending->end && !ending->by_leader)
		start_thread(end_run, arg);
	else if (ending->end)
		end_run(arg);
	for (;;)
		pause();
}

static void ending_round(void *arg)
{
	const struct ending *ending = arg;
	pid_t pid = start_child(ending_process, arg);
	int status;

	if (!ending->end) {
		go(0);
		CHILD_REQUIRE(!kill(pid, ending->signal));
	}
	status = wait_status(pid);
	CHILD_REQUIRE(ending->signal ? died_of(status, ending->signal) :
				       exited_with(status, LEAVE_CODE));
}

FIXTURE_VARIANT_ADD(race, b32_exit_group) {
	ending_round, &(const struct ending){ .end = end_by_exit_group }
};

FIXTURE_VARIANT_ADD(race, b32_exit_group_by_leader) {
	ending_round, &(const struct ending){ .end = end_by_exit_group, .by_leader = true }
};

FIXTURE_VARIANT_ADD(race, b32_core_dump) {
	ending_round, &(const struct ending){ .end = end_by_core_dump, .signal = SIGSEGV }
};

FIXTURE_VARIANT_ADD(race, b32_core_dump_by_leader) {
	ending_round, &(const struct ending){
		.end = end_by_core_dump, .signal = SIGSEGV, .by_leader = true,
	}
};

FIXTURE_VARIANT_ADD(race, b32_killed) {
	ending_round, &(const struct ending){ .signal = SIGKILL }
};

/* B-32: single threads leave one by one; they are in nobody's way, and the others are served. */
#define FATAL_CALL	__NR_getpriority

struct leaving {
	bool leader;
	bool killed;		/* by a filter that all have */
	unsigned int others;
};

static pthread_t leader;

static void *leaver_run(void *arg)
{
	const struct leaving *leaving = arg;
	unsigned int number = __atomic_fetch_add(&board->end, 1, __ATOMIC_SEQ_CST);

	go(0);
	until(&board->synced, number);
	if (leaving->killed) {
		syscall(FATAL_CALL);
		CHILD_REQUIRE(!"outlived its verdict");
	}
	return NULL;
}

/* Stays until all others have left, and then serves itself and what is left of the leader. */
static void *last_run(void *arg)
{
	const struct leaving *leaving = arg;

	go(1);
	sync_marks(0, LAYERS - 1);
	if (leaving->leader)
		join_thread(leader);
	sync_marks(LAYERS - 1, LAYERS);
	require_all_marks();
	if (leaving->leader)
		_exit(LEAVE_CODE);
	return NULL;
}

static void leaving_process(void *arg)
{
	const struct leaving *leaving = arg;
	pthread_t threads[LAYERS], last;
	unsigned int i;

	start_round(false);
	if (leaving->killed) {
		CHILD_REQUIRE(!filter_install(0, &PROGRAM(ON_NR(FATAL_CALL,
								SECCOMP_RET_KILL_THREAD),
							  RET(SECCOMP_RET_ALLOW))));
		board->base++;
	}
	leader = pthread_self();
	last = start_thread(last_run, arg);
	for (i = 0; i < leaving->others; i++)
		threads[i] = start_thread(leaver_run, arg);
	if (leaving->leader) {
		go(0);
		pthread_exit(NULL);
	}
	for (i = 0; i < leaving->others; i++)
		join_thread(threads[i]);
	join_thread(last);
	require_all_marks();
	_exit(LEAVE_CODE);
}

static void leaving_round(void *arg)
{
	const struct leaving *leaving = arg;

	board->parties = 1 + leaving->leader + leaving->others;
	CHILD_REQUIRE(exited_with(wait_status(start_child(leaving_process, arg)), LEAVE_CODE));
}

FIXTURE_VARIANT_ADD(race, b32_threads_leave) {
	leaving_round, &(const struct leaving){ .others = LAYERS }
};

FIXTURE_VARIANT_ADD(race, b32_threads_are_killed) {
	leaving_round, &(const struct leaving){ .others = LAYERS, .killed = true }
};

FIXTURE_VARIANT_ADD(race, b32_leader_leaves) {
	leaving_round, &(const struct leaving){ .leader = true }
};

FIXTURE_VARIANT_ADD(race, b32_leader_and_threads_leave) {
	leaving_round, &(const struct leaving){ .leader = true, .others = LAYERS }
};

/* A tracer takes hold of a thread and lets it go again, while filters are given to all. */
struct tracing {
	bool syncer;		/* the one that gives them is traced, not one that gets them */
	bool syncer_leads;
	bool killed;		/* with a thread in its stop */
};

/* One at a time, each when the tracer sets about to stop a thread. */
static void *sync_and_stay(void *unused)
{
	unsigned int mark;

	board->syncer = sys_gettid();
	go(1);
	for (mark = 0; mark < LAYERS; mark++) {
		until(&board->stops, mark + 1);
		lag(1);
		sync_marks(mark, mark + 1);
	}
	until(&board->home, 1);
	require_all_marks();
	return NULL;
}

static void *look_and_stay(void *unused)
{
	board->other = sys_gettid();
	go(0);
	look_until_home(NULL);
	require_all_marks();
	return NULL;
}

static void traced_process(void *arg)
{
	const struct tracing *tracing = arg;
	pthread_t thread;

	start_round(false);
	thread = start_thread(tracing->syncer_leads ? look_and_stay : sync_and_stay, NULL);
	(tracing->syncer_leads ? sync_and_stay : look_and_stay)(NULL);
	join_thread(thread);
}

static void tracee_stop(pid_t tid)
{
	int status;

	CHILD_REQUIRE(!ptrace(PTRACE_SEIZE, tid, 0, 0));
	CHILD_REQUIRE(!ptrace(PTRACE_INTERRUPT, tid, 0, 0));
	CHILD_REQUIRE(waitpid(tid, &status, __WALL) == tid);
	CHILD_REQUIRE(WIFSTOPPED(status));
}

/* Who traces a thread that is not its child has to wait for that first. */
static int tracee_reap(pid_t pid)
{
	int status;
	pid_t got;

	do {
		got = waitpid(-1, &status, __WALL);
		CHILD_REQUIRE(got > 0);
	} while (got != pid || WIFSTOPPED(status));
	return status;
}

static void tracing_round(void *arg)
{
	const struct tracing *tracing = arg;
	long n, limit = tracing->killed ? board->round % LAYERS + 1 : LAYERS;
	pid_t pid, tid;

	board->parties = 3;
	pid = start_child(traced_process, arg);
	go(0);
	tid = tracing->syncer ? board->syncer : board->other;
	for (n = 1; n <= limit; n++) {
		store(&board->stops, n);
		lag(0);
		tracee_stop(tid);
		if (tracing->killed && n == limit)
			break;
		/* It is stopped, and is given the filter nevertheless. */
		if (!tracing->syncer) {
			until(&board->synced, n);
			CHILD_REQUIRE(layers_of(tid) == n);
		}
		CHILD_REQUIRE(!ptrace(PTRACE_DETACH, tid, 0, 0));
		until(&board->synced, n);
	}
	if (tracing->killed) {
		CHILD_REQUIRE(!kill(pid, SIGKILL));
		CHILD_REQUIRE(died_of(tracee_reap(pid), SIGKILL));
	} else {
		store(&board->home, 1);
		CHILD_REQUIRE(exited_with(wait_status(pid), 0));
	}
}

FIXTURE_VARIANT_ADD(race, traced_leader) {
	tracing_round, &(const struct tracing){ .syncer_leads = false }
};

FIXTURE_VARIANT_ADD(race, traced_thread) {
	tracing_round, &(const struct tracing){ .syncer_leads = true }
};

FIXTURE_VARIANT_ADD(race, traced_syncer) {
	tracing_round, &(const struct tracing){ .syncer = true }
};

FIXTURE_VARIANT_ADD(race, traced_and_killed) {
	tracing_round, &(const struct tracing){ .syncer_leads = true, .killed = true }
};

FIXTURE_VARIANT_ADD(race, traced_and_killed_syncer) {
	tracing_round, &(const struct tracing){ .syncer = true, .killed = true }
};

/*
 * B-31: a thread executes a program while another gives a filter to all. The new image is
 * under the filter if that has been given, and either way knows what it is under.
 */
struct image {
	const char *path;
	bool no_program;	/* the path is to be that of something that cannot be executed */
	bool by_leader;
	bool as_nobody;		/* who regains privilege, if there is nothing in the way */
	int report[2];
};

struct report {
	uid_t euid;
	long layers, no_new_privs;
	bool marked;
};

static int report_to(int fd)
{
	struct report report = {
		.euid = geteuid(),
		.layers = status_field(0, "Seccomp_filters"),
		.no_new_privs = status_field(0, "NoNewPrivs"),
		.marked = marked(0),
	};

	return write(fd, &report, sizeof(report)) == sizeof(report) ? 0 : 1;
}

static void execute(const struct image *image)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", image->report[1]);
	execl(image->path, "race_test", REPORT, fd, NULL);
}

static void *execute_run(void *arg)
{
	const struct image *image = arg;

	board->other = sys_gettid();
	go(0);
	if (board->round == ROUND_SYNC_FIRST)
		until(&board->synced, 1);
	execute(image);
	CHILD_REQUIRE(image->no_program && errno == ENOEXEC);
	/* Nobody has come to harm: the other thread reaches its goal. */
	if (board->round != ROUND_SYNC_LAST) {
		until(&board->synced, 1);
		CHILD_REQUIRE(look(1) == 1);
	}
	_exit(report_to(image->report[1]));
}

/* Only now no_new_privs: until then the other thread's program could gain some. */
static void *sync_beside_exec(void *unused)
{
	board->syncer = sys_gettid();
	go(1);
	if (board->round != ROUND_SYNC_LAST) {
		CHILD_REQUIRE(!set_no_new_privs());
		sync_marks(0, 1);
	}
	for (;;)
		pause();
}

static void image_process(void *arg)
{
	struct image *image = arg;

	if (image->as_nobody)
		CHILD_REQUIRE(!setresuid(NOBODY, NOBODY, NOBODY));
	start_thread(image->by_leader ? sync_beside_exec : execute_run, image);
	(image->by_leader ? execute_run : sync_beside_exec)(image);
}

/* A file that may be executed but is no program: the kernel finds out late. */
static void use_no_program(struct image *image)
{
	static char path[32];
	int fd = memfd_create("no program", 0);

	CHILD_REQUIRE(fd >= 0 && write(fd, "?", 1) == 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	image->path = path;
}

static pid_t image_start(struct image *image)
{
	if (image->no_program)
		use_no_program(image);
	CHILD_REQUIRE(!pipe(image->report));
	return start_child(image_process, image);
}

static struct report image_report(const struct image *image)
{
	struct report report;

	close(image->report[1]);
	CHILD_REQUIRE(read(image->report[0], &report, sizeof(report)) == sizeof(report));
	CHILD_REQUIRE(report.marked >= load(&board->synced));
	CHILD_REQUIRE(report.marked || board->round != ROUND_SYNC_FIRST);
	CHILD_REQUIRE(!report.marked || board->round != ROUND_SYNC_LAST);
	CHILD_REQUIRE(report.layers == board->base + report.marked);
	CHILD_REQUIRE(report.no_new_privs == report.marked);
	return report;
}

/* To execute takes longer than to install. */
static void exec_round(void *arg)
{
	struct image image = *(const struct image *)arg;
	pid_t pid = image_start(&image);
	struct report report;
	uint64_t since;

	until(&board->start, board->parties);
	since = now_ns();
	report = image_report(&image);
	CHILD_REQUIRE(report.euid == (image.as_nobody && report.marked ? NOBODY : geteuid()));
	if (board->round == ROUND_SYNC_LAST)
		board->span_ns = now_ns() - since;
	CHILD_REQUIRE(exited_with(wait_status(pid), 0));
}

/*
 * An exec waits for a thread that has a tracer, who waits for the exec to attach to its thread
 * too; one that gives a filter to all is in the middle. That may be a stalemate, but killing
 * the tracer or the process always ends it.
 */
static void tracer_run(void *unused)
{
	until(&board->start, 2);
	CHILD_REQUIRE(!ptrace(PTRACE_SEIZE, board->syncer, 0, 0));
	go(1);
	/* Whether that is possible, depends on how far the exec has come. */
	ptrace(PTRACE_SEIZE, board->other, 0, 0);
}

/* Is a process that was busy asleep now, or has it ended? */
static bool is_at_rest(pid_t pid)
{
	char state[32];

	return status_text(pid, "State", state, sizeof(state)) && strchr("SDZ", state[0]);
}

static void traced_exec_round(void *arg)
{
	struct image image = *(const struct image *)arg;
	bool kill_tracer = board->round / 4 % 2;
	pid_t process, tracer;
	int status;

	if (board->round <= ROUND_SYNC_LAST) {
		exec_round(arg);
		return;
	}
	board->parties = 3;
	process = image_start(&image);
	tracer = start_child(tracer_run, NULL);
	until(&board->start, board->parties);
	while (!is_at_rest(tracer))
		sched_yield();
	CHILD_REQUIRE(!kill(kill_tracer ? tracer : process, SIGKILL));
	if (kill_tracer)
		image_report(&image);
	status = wait_status(tracer);
	CHILD_REQUIRE(exited_with(status, 0) || (kill_tracer && died_of(status, SIGKILL)));
	status = wait_status(process);
	CHILD_REQUIRE(exited_with(status, 0) || (!kill_tracer && died_of(status, SIGKILL)));
}

FIXTURE_VARIANT_ADD(race, b31_exec_by_leader) {
	exec_round, &(const struct image){ .path = "/proc/self/exe", .by_leader = true }
};

FIXTURE_VARIANT_ADD(race, b31_exec_by_other) {
	exec_round, &(const struct image){ .path = "/proc/self/exe" }
};

FIXTURE_VARIANT_ADD(race, b31_exec_that_fails) {
	exec_round, &(const struct image){ .no_program = true }
};

FIXTURE_VARIANT_ADD(race, b31_traced_exec_by_leader) {
	traced_exec_round, &(const struct image){ .path = "/proc/self/exe", .by_leader = true }
};

FIXTURE_VARIANT_ADD(race, b31_traced_exec_by_other) {
	traced_exec_round, &(const struct image){ .path = "/proc/self/exe" }
};

FIXTURE_VARIANT_ADD(race, b31_traced_exec_that_fails) {
	traced_exec_round, &(const struct image){ .no_program = true }
};

/*
 * The same with a set-user-ID program and a process without privilege: the image has regained
 * the privilege or is under the filter, never both.
 */
FIXTURE(set_user_id) {
	char directory[64];
	char path[80];
};

FIXTURE_VARIANT(set_user_id) {
	bool by_leader;
};

FIXTURE_VARIANT_ADD(set_user_id, by_leader) { .by_leader = true };
FIXTURE_VARIANT_ADD(set_user_id, by_other) { .by_leader = false };

static bool copy_self(const char *path)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	ssize_t copied;

	do {
		copied = sendfile(out, in, NULL, 1 << 20);
	} while (copied > 0);
	close(in);
	return !close(out) && !copied && !chmod(path, 04755);
}

static void execute_as_nobody(void *image)
{
	CHILD_REQUIRE(!setresuid(NOBODY, NOBODY, NOBODY));
	execute(image);
}

/* Does a set-user-ID program gain anything here when nothing is in its way? */
static bool gains_privilege(const char *path)
{
	struct image image = { .path = path };
	struct report report = {};
	bool reported;

	if (pipe(image.report))
		return false;
	child_status(execute_as_nobody, &image);
	close(image.report[1]);
	reported = read(image.report[0], &report, sizeof(report)) == sizeof(report);
	close(image.report[0]);
	return reported && report.euid == geteuid();
}

FIXTURE_SETUP(set_user_id)
{
	static const char *const places[] = { "/tmp", ".", "/dev/shm", "/var/tmp" };
	size_t i;

	if (geteuid())
		SKIP(return, "only root can drop its privilege and regain it");
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(self->directory, sizeof(self->directory), "%s/race_test.XXXXXX",
			 places[i]);
		if (!mkdtemp(self->directory))
			continue;
		snprintf(self->path, sizeof(self->path), "%s/image", self->directory);
		if (!chmod(self->directory, 0755) && copy_self(self->path) &&
		    gains_privilege(self->path))
			return;
		unlink(self->path);
		rmdir(self->directory);
	}
	SKIP(return, "no place where a set-user-ID program gains privilege");
}

FIXTURE_TEARDOWN_PARENT(set_user_id)
{
	unlink(self->path);
	rmdir(self->directory);
}


TEST_F_TIMEOUT(set_user_id, b31_has_privilege_or_filter, TIMEOUT)
{
	run_rounds(_metadata, exec_round, &(const struct image){
		.path = self->path, .as_nobody = true, .by_leader = variant->by_leader,
	});
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], REPORT))
		return report_to(atoi(argv[2]));
	return test_harness_run(argc, argv);
}
