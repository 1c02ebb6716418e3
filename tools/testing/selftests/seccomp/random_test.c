// SPDX-License-Identifier: GPL-2.0
/*
 * All that seccomp is asked with, right and wrong, in random order from many threads, amid signals
 * and stops: nothing takes a confinement away, no error leaks that has no name, and whatever waits
 * ends when it is killed. What goes wrong inside is for the kernel's own checks to see.
 *
 * SECCOMP_SEED=N in the environment repeats the random numbers of a run, if not its order.
 */
#include "notif.h"
#include "prog.h"

#include <pthread.h>
#include <sys/ptrace.h>

#define PROCESSES	3
#define THREADS		6
#define ROUND_MS	500	/* the first; each takes so much longer than the one before */
#define ROUNDS_MIN	4
#define ROUNDS_MAX	25
/* An errno of the kernel's own begins here: none of it is for programs. */
#define ERRNO_INTERNAL	512

struct random {
	uint64_t state;
};

static uint32_t random_number(struct random *random)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return random->state >> 32;
}

static uint32_t random_below(struct random *random, uint32_t end)
{
	return random_number(random) % end;
}

static bool one_in(struct random *random, uint32_t n)
{
	return !random_below(random, n);
}

/* One of an array's elements. */
#define RANDOM_OF(random, array)	((array)[random_below(random, ARRAY_SIZE(array))])

/* Calls that nobody needs, so filters may do anything to them. */
static const int toys[] = {
	__NR_getsid, __NR_getpgid, __NR_sched_get_priority_max, __NR_sched_get_priority_min,
};

static const uint32_t actions[] = {
	SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO | REFUSAL, SECCOMP_RET_USER_NOTIF, SECCOMP_RET_TRACE,
	SECCOMP_RET_LOG, SECCOMP_RET_ALLOW,
};

/* What installing takes; others are in the way now and then. */
static const uint32_t flags_known[] = {
	SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
	NEW_LISTENER, SECCOMP_FILTER_FLAG_TSYNC_ESRCH, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
	ON_EXEC, SECCOMP_FILTER_FLAG_WAIT_KILLABLE, SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS,
};

static uint32_t random_flags(struct random *random)
{
	uint32_t flags = 0;
	size_t i;

	if (one_in(random, 16))
		return random_number(random);
	for (i = 0; i < ARRAY_SIZE(flags_known); i++)
		if (one_in(random, 4))
			flags |= flags_known[i];
	if (flags & SECCOMP_FILTER_FLAG_TSYNC && flags & NEW_LISTENER && !one_in(random, 4))
		flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
	return flags;
}

#define BODY_MAX	12

struct program {
	struct sock_filter insns[BODY_MAX + 4];
	struct sock_fprog prog;
};

/* For one of the toys alone: an answer, or instructions that may not be any. */
static void random_program(struct random *random, struct program *program)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_IMM, BPF_LD | BPF_MEM, BPF_ST, BPF_STX,
		BPF_LDX | BPF_IMM, BPF_LDX | BPF_MEM, BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA,
		BPF_ALU | BPF_AND | BPF_K, BPF_ALU | BPF_ADD | BPF_X, BPF_ALU | BPF_RSH | BPF_K,
		BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JGE | BPF_X, BPF_JMP | BPF_JSET | BPF_K,
		BPF_JMP | BPF_JA,
	};
	const struct sock_filter head[] = {
		LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RANDOM_OF(random, toys), 1, 0),
		RET(SECCOMP_RET_ALLOW),
	};
	unsigned int body = one_in(random, 2) ? 0 : random_below(random, BODY_MAX), i;
	struct sock_filter *insn = program->insns;

	memcpy(insn, head, sizeof(head));
	insn += ARRAY_SIZE(head);
	for (i = 0; i < body; i++) {
		bool jump;

		*insn = (struct sock_filter){ .code = RANDOM_OF(random, codes) };
		jump = BPF_CLASS(insn->code) == BPF_JMP;
		if (jump && BPF_OP(insn->code) != BPF_JA) {
			insn->jt = random_below(random, body - i);
			insn->jf = random_below(random, body - i);
		}
		insn->k = jump && BPF_OP(insn->code) == BPF_JA ? random_below(random, body - i) :
			  BPF_CLASS(insn->code) == BPF_LD ? random_below(random, 16) * 4 :
			  random_below(random, 17);
		insn++;
	}
	*insn++ = (struct sock_filter)RET(RANDOM_OF(random, actions));
	program->prog = (struct sock_fprog){
		.len = insn - program->insns, .filter = program->insns,
	};
}

/* What is asked for, and how often it was done. */
enum kind {
	INSTALL, LISTEN, SYNCHRONISE, INSTALL_OLD, CREATE, ATTACH, ASK, RECEIVE, SEND, CONTINUE,
	GIVE, LOOK, TELL, CALL, TRACE, READ_TRACEE, COMPARE, FORK, EXECUTE, THREAD, READ,
	KINDS
};

static const char * const kind_names[KINDS] = {
	"install", "listen", "synchronise", "install by prctl", "create", "attach", "ask",
	"receive", "send", "continue", "give a file", "look", "tell of a program", "call",
	"trace", "read a tracee", "compare", "fork", "execute", "start a thread", "read files",
};

/* Of the test and all its processes. */
static struct storm {
	unsigned int done[KINDS];
	unsigned int unconfined;
	unsigned int nameless;
} *storm;

static void count(enum kind kind)
{
	__atomic_add_fetch(&storm->done[kind], 1, __ATOMIC_RELAXED);
}

/* Counts what went well, and looks at the errno of what did not. */
static bool done(enum kind kind, long ret)
{
	if (ret >= 0)
		count(kind);
	else if (errno >= ERRNO_INTERNAL)
		__atomic_add_fetch(&storm->nameless, 1, __ATOMIC_RELAXED);
	return ret >= 0;
}

static void require_confined(void)
{
	if (!refused())
		__atomic_add_fetch(&storm->unconfined, 1, __ATOMIC_RELAXED);
}

/* Descriptors that the threads of a process take turns with, and calls that one has received. */
static int listeners[4], programs[4];
static struct received {
	int listener;
	uint64_t id;
} received[4];

static void fd_keep(int *place, int fd)
{
	int old = __atomic_exchange_n(place, fd, __ATOMIC_RELAXED);

	if (old > 0)
		close(old);
}

static int random_fd(struct random *random)
{
	int *place = one_in(random, 2) ? &RANDOM_OF(random, listeners) :
					 &RANDOM_OF(random, programs);

	return __atomic_load_n(place, __ATOMIC_RELAXED);
}

/* Mostly one that can be answered, unless it has been, or an other thread writes here. */
static struct received random_received(struct random *random)
{
	struct received call = RANDOM_OF(random, received);

	if (one_in(random, 8))
		call.listener = random_fd(random);
	if (one_in(random, 16))
		call.id += random_below(random, 3) - 1;
	return call;
}

/* A child that makes each call once: filters are those of the thread alone that installs them. */
static void call_from_child(void)
{
	size_t i;

	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < ARRAY_SIZE(toys); i++)
		syscall(toys[i], 0);
	require_confined();
	_exit(0);
}

/* Counts an installation by what it did beside; its result may be a listener. */
static void installed(struct random *random, enum kind kind, uint32_t flags, int ret)
{
	if (!done(kind, ret))
		return;
	if (flags & NEW_LISTENER) {
		count(LISTEN);
		fd_keep(&RANDOM_OF(random, listeners), ret);
		call_from_child();
	}
	if (flags & SECCOMP_FILTER_FLAG_TSYNC && (!ret || flags & NEW_LISTENER))
		count(SYNCHRONISE);
}

static void do_install(struct random *random)
{
	uint32_t flags = random_flags(random) & ~PROG_FD;
	struct program program;

	random_program(random, &program);
	/* Who listens wants to hear something. */
	if (flags & NEW_LISTENER && !one_in(random, 4))
		program.insns[program.prog.len - 1].k = SECCOMP_RET_USER_NOTIF;
	if (one_in(random, 32))
		program.prog.filter = (void *)(uintptr_t)random_number(random);
	if (one_in(random, 8))
		done(INSTALL_OLD, filter_install_prctl(&program.prog));
	else
		installed(random, INSTALL, flags, filter_install(flags, &program.prog));
}

static void do_create(struct random *random)
{
	struct program program;
	int fd;

	random_program(random, &program);
	fd = sys_seccomp(SECCOMP_CREATE_PROG, one_in(random, 16), &program.prog);
	if (done(CREATE, fd))
		fd_keep(&RANDOM_OF(random, programs), fd);
}

static void do_attach(struct random *random)
{
	uint32_t flags = random_flags(random) | PROG_FD;
	int fd = random_fd(random);

	installed(random, ATTACH, flags, sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &fd));
}

static void do_ask(struct random *random)
{
	struct seccomp_notif_sizes sizes;
	uint32_t action = one_in(random, 2) ? RANDOM_OF(random, actions) : random_number(random);

	done(ASK, sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action));
	done(ASK, sys_seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
	done(ASK, sys_seccomp(random_below(random, 0x110), random_below(random, 4), NULL));
	done(ASK, prctl(PR_GET_SECCOMP));
}

static void send_to(struct random *random, struct received call)
{
	uint32_t flags = one_in(random, 2) ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;

	if (done(SEND, notif_send(call.listener, call.id, 0,
				  flags ? 0 : -(int)random_below(random, 8),
				  one_in(random, 16) ? random_number(random) : flags)) && flags)
		count(CONTINUE);
}

static void give_to(struct random *random, struct received call)
{
	struct seccomp_notif_addfd addfd = {
		.id = call.id, .flags = random_below(random, 4),
		.srcfd = one_in(random, 8) ? random_fd(random) : STDERR_FILENO,
		.newfd_flags = one_in(random, 2) ? O_CLOEXEC : 0,
	};

	/* Not in the place of those that the process needs. */
	if (addfd.flags & SECCOMP_ADDFD_FLAG_SETFD)
		addfd.newfd = 64 + random_below(random, 64);
	done(GIVE, ioctl(call.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd));
}

static void do_receive(struct random *random)
{
	struct seccomp_notif notif = { .pid = one_in(random, 16) };
	int fd = one_in(random, 8) ? random_fd(random) : RANDOM_OF(random, listeners);

	/* To wait for one that may not come leaves fewer to make one. */
	if (!(listener_events(fd, 0) & POLLIN) && !one_in(random, 32))
		return;
	if (!done(RECEIVE, ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &notif)))
		return;
	RANDOM_OF(random, received) = (struct received){ fd, notif.id };
	/* Before the others close the listener. */
	done(LOOK, notif_id_valid(fd, notif.id));
	if (one_in(random, 2))
		give_to(random, (struct received){ fd, notif.id });
	if (!one_in(random, 4))
		send_to(random, (struct received){ fd, notif.id });
}

static void do_send(struct random *random)
{
	send_to(random, random_received(random));
}

static void do_give(struct random *random)
{
	give_to(random, random_received(random));
}

static void do_look(struct random *random)
{
	struct received call = random_received(random);
	struct sock_filter insns[BODY_MAX];
	struct seccomp_prog_info info = {
		.insns = (uintptr_t)insns, .len = random_below(random, BODY_MAX + 1),
	};
	int fd = random_fd(random);

	done(LOOK, notif_id_valid(call.listener, call.id));
	done(TELL, prog_info(fd, &info));
	ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, (unsigned long)random_below(random, 3));
	ioctl(fd, SECCOMP_IOWR(random_below(random, 0x90), __u64), &info);
}

static void do_call(struct random *random)
{
	done(CALL, syscall(RANDOM_OF(random, toys), random_below(random, 4)));
}

/* A child that its parent traces: what it does there has to be seen by the parent first. */
static void tracee_run(struct random *random)
{
	struct program program;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	random_program(random, &program);
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) || filter_install(0, &program.prog))
		_exit(0);
	raise(SIGSTOP);
	do_call(random);
	require_confined();
	do_call(random);
	_exit(0);
}

static void do_trace(struct random *random)
{
	static const int requests[] = { PTRACE_CONT, PTRACE_SYSCALL };
	int status, stops = 0;
	pid_t pid = fork();

	if (pid < 0)
		return;
	if (!pid)
		tracee_run(random);
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		int signal = WSTOPSIG(status) == SIGSYS ? SIGSYS : 0;

		if (++stops == 1)
			ptrace(PTRACE_SETOPTIONS, pid, 0,
			       PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
			       (one_in(random, 2) ? PTRACE_O_TRACESECCOMP : 0));
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
			count(TRACE);
		if (one_in(random, 8))
			kill(pid, SIGKILL);
		ptrace(RANDOM_OF(random, requests), pid, 0, signal);
	}
}

static void do_compare(struct random *random)
{
	done(COMPARE, sys_kcmp(random_below(random, 8), getpid(), KCMP_SECCOMP_TYPE, 0, 0));
	done(COMPARE, sys_kcmp(getpid(), getpid(), KCMP_SECCOMP_PROG_TYPE, random_fd(random),
			       random_fd(random)));
}

#define EXECUTED	"executed"

static void do_fork(struct random *random)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		require_confined();
		if (one_in(random, 2))
			execl("/proc/self/exe", "random_test", EXECUTED, NULL);
		_exit(0);
	}
	if (done(FORK, pid) && exited_with(wait_status(pid), 1))
		count(EXECUTE);
}

static void *thread_ends(void *unused)
{
	require_confined();
	return NULL;
}

static void do_thread(struct random *random)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_ends, NULL))
		return;
	pthread_detach(thread);
	count(THREAD);
}

static void do_read(struct random *random)
{
	char path[64], text[4096];

	if (file_read("/proc/thread-self/status", text, sizeof(text)) &&
	    file_read("/proc/self/seccomp_cache", text, sizeof(text)))
		count(READ);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", random_fd(random));
	file_read(path, text, sizeof(text));
}

static void do_close(struct random *random)
{
	fd_keep(one_in(random, 4) ? &RANDOM_OF(random, listeners) :
				    &RANDOM_OF(random, programs), 0);
}

static pid_t tids[THREADS];

static void do_signal(struct random *random)
{
	syscall(__NR_tgkill, getpid(), RANDOM_OF(random, tids), SIGUSR1);
}

static void (* const deeds[])(struct random *random) = {
	do_install, do_create, do_attach, do_ask, do_send, do_send, do_give, do_look,
	do_call, do_call, do_call, do_trace, do_compare, do_fork, do_thread, do_read, do_close,
	do_signal, do_signal,
};

struct worker {
	struct random random;
	unsigned int number;
};

static void *worker_run(void *arg)
{
	struct worker *worker = arg;
	size_t i;

	tids[worker->number] = sys_gettid();
	for (;;) {
		RANDOM_OF(&worker->random, deeds)(&worker->random);
		/* Or soon all of them wait for an answer. */
		for (i = 0; i < ARRAY_SIZE(listeners); i++)
			do_receive(&worker->random);
		require_confined();
	}
	return NULL;
}

static void ignore(int sig)
{
}

/* The first process of a pid namespace, with which all that it starts will end. */
static void process_run(uint64_t seed)
{
	struct worker workers[THREADS];
	unsigned int i;
	pthread_t thread;

	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	signal(SIGSYS, ignore);
	/* Interrupts what waits: handlers that signal() sets restart it. */
	CHILD_REQUIRE(!sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = ignore }, NULL));
	CHILD_REQUIRE(!filter_install(0, &REFUSING));
	for (i = 0; i < THREADS; i++) {
		workers[i].number = i;
		workers[i].random.state = seed + i + 1;
		/* The first numbers tell seeds apart that are near each other. */
		random_number(&workers[i].random);
		if (i)
			CHILD_REQUIRE(!pthread_create(&thread, NULL, worker_run, &workers[i]));
	}
	worker_run(&workers[0]);
}

#ifdef __NR_clone3
static pid_t fork_into_namespace(void)
{
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	} args = { .flags = CLONE_NEWPID, .exit_signal = SIGCHLD };

	return syscall(__NR_clone3, &args, sizeof(args));
}
#else
/* SuperH has only this one, of which architectures differ in the order of arguments. */
static pid_t fork_into_namespace(void)
{
	return syscall(__NR_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
}
#endif

static pid_t process_start(uint64_t seed)
{
	pid_t pid = fork_into_namespace();

	if (!pid)
		process_run(seed);
	return pid;
}

/* What only somebody may read who is not confined. */
static void read_tracee(struct random *random, pid_t pid)
{
	struct __ptrace_seccomp_metadata metadata = { .filter_off = random_below(random, 8) };
	struct filter filter = { .index = random_below(random, 8), .fd = -1 };
	struct sock_filter insns[BPF_MAXINSNS];

	done(READ_TRACEE, syscall(__NR_ptrace, PTRACE_SECCOMP_GET_FILTER, pid,
				  random_below(random, 8), insns));
	done(READ_TRACEE, ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(metadata), &metadata));
	if (done(READ_TRACEE, syscall(__NR_ptrace, GET_FILTER_FD, pid, sizeof(filter), &filter)))
		close(filter.fd);
	done(COMPARE, sys_kcmp(getpid(), pid, KCMP_SECCOMP_TYPE, 0, 0));
}

/* Stops the first thread for a look at its filters, if it can be stopped soon. */
static void process_read(struct random *random, pid_t pid)
{
	int tries, status;

	ptrace(PTRACE_SEIZE, pid, 0, 0);
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	for (tries = 0; tries < 20; tries++) {
		if (waitpid(pid, &status, __WALL | WNOHANG) == pid) {
			read_tracee(random, pid);
			ptrace(PTRACE_DETACH, pid, 0, 0);
			return;
		}
		usleep(100);
	}
}

/* Kills one, whose stops may be reported before its end. */
static bool process_end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	do {
		status = wait_status(pid);
	} while (status >= 0 && WIFSTOPPED(status));
	return died_of(status, SIGKILL);
}

/* What kinds of calls have never gone well; their number. */
static unsigned int undone(struct __test_metadata *_metadata, bool tell)
{
	unsigned int kind, n = 0;

	for (kind = 0; kind < KINDS; kind++) {
		if (storm->done[kind])
			continue;
		n++;
		if (tell)
			TH_LOG("never done: %s", kind_names[kind]);
	}
	return n;
}

TEST(nothing_gives_way)
{
	const char *wish = getenv("SECCOMP_SEED");
	uint64_t seed = wish ? strtoull(wish, NULL, 0) : clock_ms() * 1000003;
	struct random random = { .state = seed | 1 };
	unsigned int round, i;

	TH_LOG("SECCOMP_SEED=%llu", (unsigned long long)seed);
	storm = shared_memory(sizeof(*storm));
	ASSERT_TRUE(storm != NULL);

	/* On a slow machine rare things take longer to have happened once. */
	for (round = 0; round < ROUNDS_MIN || (undone(_metadata, false) && round < ROUNDS_MAX);
	     round++) {
		uint64_t until = clock_ms() + ROUND_MS * (round + 1);
		pid_t pids[PROCESSES];

		for (i = 0; i < PROCESSES; i++) {
			pids[i] = process_start((uint64_t)random_number(&random) << 16);
			ASSERT_LT(0, pids[i]);
		}
		while (clock_ms() < until) {
			pid_t pid = RANDOM_OF(&random, pids);

			kill(pid, SIGUSR1);
			if (one_in(&random, 4)) {
				kill(pid, SIGSTOP);
				kill(pid, SIGCONT);
			}
			if (one_in(&random, 4))
				process_read(&random, pid);
			usleep(random_below(&random, 2000));
		}
		for (i = 0; i < PROCESSES; i++)
			ASSERT_TRUE(process_end(pids[i]));
	}
	EXPECT_EQ(0U, undone(_metadata, true));
	EXPECT_EQ(0U, storm->unconfined);
	EXPECT_EQ(0U, storm->nameless);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], EXECUTED))
		return refused();
	return test_harness_run(argc, argv);
}
