// SPDX-License-Identifier: GPL-2.0
/*
 * checkpoint - dump the filters of a process, and restore them in threads of another
 *
 *	cc -pthread -o checkpoint checkpoint.c
 *				(or CONFIG_SAMPLES=y; make headers; make samples/seccomp/)
 *	./checkpoint PID	the filters of that process
 *	./checkpoint		those of a process that it starts for it, and then synchronises
 *
 * Filters of threads form a tree: each thread has one and all that are older. Every filter has
 * an identity, so a thread is read from its newest filter on until one that is known; and every
 * filter is installed once, by a thread that hands it on to those that it creates. So it takes
 * no more steps than there are filters and threads, and nobody guesses what was shared.
 *
 * It takes CAP_SYS_ADMIN in the initial user namespace, and nobody who is confined can do it.
 * A real program for this has to have its threads traced with PTRACE_O_SUSPEND_SECCOMP while
 * they restore what may refuse the calls that are left to do; it hands the new listeners to
 * those who had the old ones, while here they are closed; it reads a program once however many
 * filters there are of it, and keeps no descriptor; and no_new_privs and the mitigations of
 * speculation it restores with the rest of a task's state.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/kcmp.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <search.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX	1024

/* A filter, below the next older one. */
struct filter {
	uint64_t id;
	unsigned int judging;		/* if it waits for an execve: how many do not */
	unsigned int flags;
	bool by_prctl;
	bool renewed;			/* this one or an older one is not the same again */
	int program;			/* a descriptor */
	struct filter *children, *sibling;
	struct thread *threads;		/* those that have no newer one */
};

/* A thread of the process, and in memory that is shared, the one that takes its place. */
struct thread {
	pid_t tid, restored;
	struct thread *next;
	const struct filter *newest;
	sem_t go, done;			/* for a step of the restored one */
	enum { SYNCHRONISE, END } step;
	long result;			/* of that */
};

static struct filter root = { .program = -1 };	/* of all trees, no filter itself */
static unsigned int filters;
static void *known;			/* filters by their identity */
static struct thread *threads;
static unsigned int threads_count;

static long seccomp(unsigned int operation, unsigned int flags, const void *args)
{
	return syscall(__NR_seccomp, operation, flags, args);
}

/* The C library's header for it does not go together with the kernel's. */
static long ptrace(unsigned int request, pid_t tid, unsigned long addr, void *data)
{
	return syscall(__NR_ptrace, request, tid, addr, data);
}

/* Reading */

/* The identity says which filters there are below. What waits may judge in another thread. */
static int compare_filters(const void *one, const void *other)
{
	const struct filter *a = one, *b = other;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->judging < b->judging ? -1 : a->judging > b->judging;
}

/* A number in the status of a thread. */
static unsigned int status_number(pid_t tid, const char *format)
{
	char path[32], line[256];
	unsigned int number;
	bool found = false;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	status = fopen(path, "r");
	while (status && !found && fgets(line, sizeof(line), status))
		found = sscanf(line, format, &number) == 1;
	if (!found)
		err(1, "%s", path);
	fclose(status);
	return number;
}

/* One of a thread's filters; false if there is none. */
static bool get_filter(pid_t tid, uint32_t index, struct ptrace_seccomp_filter *filter)
{
	filter->index = index;
	if (ptrace(PTRACE_SECCOMP_GET_FILTER_FD, tid, sizeof(*filter), filter) > 0)
		return true;
	/* EINVAL: it is not confined, and neither does anything wait. */
	if (errno != EINVAL)
		err(1, "cannot read the filters of %d", tid);
	return false;
}

/* The filter of that identity, and whether it was there before. */
static struct filter *find_filter(const struct ptrace_seccomp_filter *found,
				  unsigned int judging, bool *was_known)
{
	struct filter *filter = calloc(1, sizeof(*filter)), **at;

	if (!filter)
		err(1, "calloc");
	filter->id = found->id;
	filter->judging = found->flags & SECCOMP_FILTER_FLAG_ON_EXEC ? judging : 0;
	filter->flags = found->flags;
	at = tsearch(filter, &known, compare_filters);
	if (!at)
		err(1, "tsearch");
	*was_known = *at != filter;
	if (*was_known) {
		close(found->fd);
		free(filter);
		return *at;
	}
	filter->by_prctl = found->prctl;
	filter->program = found->fd;
	filters++;
	return filter;
}

static void add_child(struct filter *parent, struct filter *child)
{
	child->sibling = parent->children;
	parent->children = child;
}

static void read_thread(struct thread *thread)
{
	unsigned int judging = status_number(thread->tid, "Seccomp_filters: %u");
	unsigned int mode = status_number(thread->tid, "Seccomp: %u");
	struct filter *newest = NULL, *newer = NULL;
	struct ptrace_seccomp_filter found;
	bool was_known = false;
	uint32_t index = 0;

	if (mode != SECCOMP_MODE_DISABLED && mode != SECCOMP_MODE_FILTER)
		errx(1, "thread %d is confined otherwise than by filters", thread->tid);
	if (get_filter(thread->tid, 0, &found)) {
		index = found.count;
		close(found.fd);
	}
	while (index-- > 0 && !was_known && get_filter(thread->tid, index, &found)) {
		struct filter *filter = find_filter(&found, judging, &was_known);

		if (newer)
			add_child(filter, newer);
		else
			newest = filter;
		newer = filter;
	}
	if (newer && !was_known)
		add_child(&root, newer);
	if (!newest)
		newest = &root;
	thread->newest = newest;
	thread->next = newest->threads;
	newest->threads = thread;
}

/* Whether it has stopped; if not, it has ended. */
static bool stop_thread(pid_t tid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, tid, 0, NULL)) {
		/* A main thread that has ended before the others is still there. */
		if (errno == ESRCH || errno == EPERM)
			return false;
		err(1, "cannot trace %d", tid);
	}
	ptrace(PTRACE_INTERRUPT, tid, 0, NULL);
	return waitpid(tid, &status, __WALL) == tid && WIFSTOPPED(status);
}

static bool is_stopped(pid_t tid)
{
	for (unsigned int i = 0; i < threads_count; i++)
		if (threads[i].tid == tid)
			return true;
	return false;
}

/* Those that a thread had started before it was stopped are found the next time. */
static unsigned int stop_threads(DIR *tasks)
{
	unsigned int before = threads_count;
	struct dirent *entry;

	rewinddir(tasks);
	while ((entry = readdir(tasks))) {
		pid_t tid = atoi(entry->d_name);

		if (!tid || is_stopped(tid) || !stop_thread(tid))
			continue;
		if (threads_count == THREADS_MAX)
			errx(1, "more than %d threads", THREADS_MAX);
		threads[threads_count++].tid = tid;
	}
	return threads_count - before;
}

/* All have stopped before the first is read: none can change another's filters. */
static void read_process(pid_t pid)
{
	char path[32];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	if (!tasks)
		err(1, "%s", path);
	while (stop_threads(tasks))
		;
	closedir(tasks);
	if (!threads_count)
		errx(1, "process %d cannot be traced, or has ended", pid);
	for (unsigned int i = 0; i < threads_count; i++)
		read_thread(&threads[i]);
}

static void print_filters(const struct filter *filter, int depth)
{
	static const struct {
		unsigned int flag;
		const char *name;
	} flags[] = {
		{ SECCOMP_FILTER_FLAG_LOG, ", LOG" },
		{ SECCOMP_FILTER_FLAG_NEW_LISTENER, ", NEW_LISTENER" },
		{ SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, ", WAIT_KILLABLE_RECV" },
		{ SECCOMP_FILTER_FLAG_WAIT_KILLABLE, ", WAIT_KILLABLE" },
		{ SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS, ", ALLOW_NESTED_LISTENERS" },
		{ SECCOMP_FILTER_FLAG_ON_EXEC, ", ON_EXEC" },
	};
	struct seccomp_prog_info info = {};

	if (filter != &root) {
		if (ioctl(filter->program, SECCOMP_IOCTL_PROG_INFO, &info))
			err(1, "SECCOMP_IOCTL_PROG_INFO");
		printf("%*sfilter of %u instructions", 2 * depth, "", info.len);
		for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
			if (filter->flags & flags[i].flag)
				fputs(flags[i].name, stdout);
		puts(filter->by_prctl ? ", by prctl" : "");
	}
	for (const struct thread *thread = filter->threads; thread; thread = thread->next)
		printf("%*sthread %d\n", 2 * depth + 2, "", thread->tid);
	for (const struct filter *child = filter->children; child; child = child->sibling)
		print_filters(child, depth + 1);
}

/* Restoring */

/* That door takes no descriptor. */
static int install_by_prctl(int program)
{
	struct seccomp_prog_info info = {};
	struct sock_fprog fprog;
	int ret;

	if (ioctl(program, SECCOMP_IOCTL_PROG_INFO, &info))
		return -1;
	fprog.len = info.len;
	fprog.filter = calloc(info.len, sizeof(*fprog.filter));
	if (!fprog.filter)
		return -1;
	info.insns = (uintptr_t)fprog.filter;
	ret = ioctl(program, SECCOMP_IOCTL_PROG_INFO, &info);
	if (!ret)
		ret = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &fprog);
	free(fprog.filter);
	return ret;
}

/* In the thread that has all older ones. Nobody is there who would want its listener. */
static void install(struct filter *filter)
{
	long ret = filter->by_prctl ?
		   install_by_prctl(filter->program) :
		   seccomp(SECCOMP_SET_MODE_FILTER, filter->flags | SECCOMP_FILTER_FLAG_PROG_FD |
			   SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter->program);

	if (ret < 0)
		err(1, "filters of the process cannot be installed");
	if (filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		close(ret);
}

static void start(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
	errno = pthread_create(thread, NULL, run, arg);
	if (errno)
		err(1, "pthread_create");
}

static long synchronise(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	return seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}

/* It has its filters from the thread that has created it. */
static void *be_restored(void *arg)
{
	struct thread *self = arg;

	self->restored = syscall(__NR_gettid);
	for (;;) {
		sem_post(&self->done);
		while (sem_wait(&self->go))
			;
		if (self->step == END)
			return NULL;
		self->result = synchronise();
	}
}

static void *restore_tree(void *arg)
{
	struct filter *filter = arg;
	pthread_t helper;

	if (filter != &root)
		install(filter);
	for (struct thread *thread = filter->threads; thread; thread = thread->next)
		start(&helper, be_restored, thread);
	/* One after the other: what has ended is not in the way of anybody. */
	for (struct filter *child = filter->children; child; child = child->sibling) {
		start(&helper, restore_tree, child);
		pthread_join(helper, NULL);
	}
	return NULL;
}

/* Waits for what a process does, as long as there is the process. */
static void wait_for(sem_t *done, pid_t pid)
{
	struct timespec until;

	do {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		if (!sem_timedwait(done, &until))
			return;
	} while (!waitpid(pid, NULL, WNOHANG));
	errx(1, "process %d has ended: its filters may refuse what is left to do", pid);
}

static pid_t restore_process(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		restore_tree(&root);
		for (;;)
			pause();
	}
	for (unsigned int i = 0; i < threads_count; i++)
		wait_for(&threads[i].done, pid);
	return pid;
}

/* Whether each thread's filters are what they were, and equal to whose they were equal to. */
static bool is_restored(void)
{
	for (unsigned int i = 0; i < threads_count; i++) {
		const struct thread *thread = &threads[i], *other = &threads[i ? i - 1 : 0];
		long before = syscall(__NR_kcmp, thread->tid, other->tid, KCMP_SECCOMP, 0, 0);
		long now = syscall(__NR_kcmp, thread->restored, other->restored,
				   KCMP_SECCOMP, 0, 0);
		long same = syscall(__NR_kcmp, thread->tid, thread->restored, KCMP_SECCOMP, 0, 0);

		if (before < 0 || now < 0 || same < 0)
			err(1, "kcmp");
		if (!before != !now || (same && !thread->newest->renewed)) {
			printf("thread %d differs from %d\n", thread->restored, thread->tid);
			return false;
		}
	}
	return true;
}

/*
 * A new listener makes a new filter; and so may instructions, which are another program if who
 * gave them before had no CAP_SYS_ADMIN.
 */
static void note_renewed(struct filter *filter, bool renewed)
{
	filter->renewed = renewed || filter->by_prctl ||
			  filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
	for (struct filter *child = filter->children; child; child = child->sibling)
		note_renewed(child, filter->renewed);
}

/* The demonstration */

struct recipe {
	const char *filters;	/* a letter each; a capital letter: by prctl */
	const char *waiting;
};

static const struct recipe recipes[] = {
	{ "a", "" }, { "a", "" }, { "ab", "" }, { "abC", "" }, { "ad", "" }, { "a", "wx" },
	{ "aw", "x" },			/* what waits there judges here */
};

#define RECIPES		(sizeof(recipes) / sizeof(*recipes))
#define LONGEST		3	/* all threads can follow this one, but for those behind it */
#define OTHERS		(RECIPES - LONGEST - 1)

static sem_t *prepared;

/* Refuses a call that nobody makes, each in its own way. */
static void install_letter(char letter, unsigned int flags)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_acct, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | letter),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, insns };
	long ret = letter < 'a' ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) :
				  seccomp(SECCOMP_SET_MODE_FILTER, flags, &program);

	if (ret)
		err(1, "cannot install a filter");
}

static void *run_recipe(void *arg)
{
	const struct recipe *recipe = arg;

	for (const char *letter = recipe->filters; *letter; letter++)
		install_letter(*letter, *letter == 'b' ? SECCOMP_FILTER_FLAG_LOG : 0);
	for (const char *letter = recipe->waiting; *letter; letter++)
		install_letter(*letter, SECCOMP_FILTER_FLAG_ON_EXEC);
	sem_post(prepared);
	for (;;)
		pause();
	return NULL;
}

static pid_t start_demonstration(void)
{
	pthread_t thread;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (size_t i = 0; i < RECIPES; i++)
			start(&thread, run_recipe, (void *)&recipes[i]);
		for (;;)
			pause();
	}
	for (size_t i = 0; i < RECIPES; i++)
		wait_for(prepared, pid);
	return pid;
}

static long synchronise_by(struct thread *thread, pid_t pid)
{
	thread->step = SYNCHRONISE;
	sem_post(&thread->go);
	wait_for(&thread->done, pid);
	return thread->result;
}

/* And waits until it has ended altogether. */
static void end(struct thread *thread)
{
	char path[32];

	thread->step = END;
	sem_post(&thread->go);
	snprintf(path, sizeof(path), "/proc/%d", thread->restored);
	while (!access(path, F_OK))
		usleep(1000);
}

/* The first is the main thread, the others come as they were started. */
static bool synchronise_restored(pid_t pid)
{
	struct thread *longest = &threads[1 + LONGEST], *others = longest + 1;
	long tid = synchronise_by(longest, pid);
	bool is_other = false;

	for (size_t i = 0; i < OTHERS; i++)
		is_other |= others[i].restored == tid;
	if (!is_other) {
		printf("synchronised though thread %d has other filters\n", others[0].restored);
		return false;
	}
	printf("not synchronised: a thread has other filters\n");
	for (size_t i = 0; i < OTHERS; i++)
		end(&others[i]);
	if (synchronise_by(longest, pid)) {
		printf("not synchronised, though nobody has other filters\n");
		return false;
	}
	printf("synchronised after the end of such threads\n");
	return true;
}

static void *shared(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		err(1, "mmap");
	return at;
}

int main(int argc, char **argv)
{
	pid_t pid = argc == 2 ? atoi(argv[1]) : 0, restored;
	bool done;

	if (argc > 2 || (argc == 2 && pid <= 0)) {
		fputs("usage: checkpoint [PID]\n", argc == 2 && !strcmp(argv[1], "-h") ?
		      stdout : stderr);
		return argc == 2 && !strcmp(argv[1], "-h") ? 0 : 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	threads = shared(THREADS_MAX * sizeof(*threads));
	prepared = shared(sizeof(*prepared));
	sem_init(prepared, 1, 0);
	for (unsigned int i = 0; i < THREADS_MAX; i++) {
		sem_init(&threads[i].go, 1, 0);
		sem_init(&threads[i].done, 1, 0);
	}

	if (argc == 1)
		pid = start_demonstration();
	read_process(pid);
	note_renewed(&root, false);
	print_filters(&root, -1);
	printf("%u filters in %u threads\n", filters, threads_count);

	restored = restore_process();
	done = is_restored();
	if (done) {
		printf("restored in process %d\n", restored);
		done = argc == 2 || synchronise_restored(restored);
	}
	kill(restored, SIGKILL);
	if (argc == 1)
		kill(pid, SIGKILL);
	return done ? 0 : 1;
}
