// SPDX-License-Identifier: GPL-2.0
/*
 * SECCOMP_IOCTL_NOTIF_ADDFD: a supervisor gives the waiting target a file. What the target has
 * got is looked at from outside, while it waits.
 *
 * Some tests need to know what happens before the target takes notice. They hold it: it may run
 * only on a CPU where the test's own threads go first.
 */

#include "notif.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define SETFD	SECCOMP_ADDFD_FLAG_SETFD
#define SEND	SECCOMP_ADDFD_FLAG_SEND

/* An answer that is no descriptor. */
#define ANSWER	4242

/* A target in its call, which has been received. */
struct scene {
	struct target target;
	struct outcome *outcome;
	struct seccomp_notif call;
	int calls;		/* of the target, that this has seen return */
	int file;		/* to be given */
	int lowest;		/* free number in the target at the beginning */
	int count;		/* how many descriptors it had then */
};

/* How many descriptors a process has. */
static int count_fds(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static bool has_fd(pid_t pid, int fd)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return !lstat(path, &status);
}

static int lowest_free(pid_t pid)
{
	int fd = 0;

	while (has_fd(pid, fd))
		fd++;
	return fd;
}

/* Some file that nobody else has open. */
static int new_file(void)
{
	return memfd_create("given", MFD_CLOEXEC);
}

static bool scene_begin_by(struct scene *scene, unsigned int flags, int (*call)(void *arg))
{
	scene->outcome = shared_memory(sizeof(*scene->outcome));
	scene->file = new_file();
	if (!scene->outcome || scene->file < 0 ||
	    !target_start(&scene->target, flags, call, scene->outcome) ||
	    !notif_next(scene->target.listener, &scene->call))
		return false;
	scene->lowest = lowest_free(scene->target.pid);
	scene->count = count_fds(scene->target.pid);
	return scene->count > 0;
}

static bool scene_begin(struct scene *scene)
{
	return scene_begin_by(scene, 0, call_and_tell);
}

static bool scene_end(struct scene *scene)
{
	close(scene->file);
	return target_kill(&scene->target);
}

static int give(const struct scene *scene, unsigned int flags, unsigned int newfd)
{
	return notif_addfd(scene->target.listener, &(struct seccomp_notif_addfd) {
		.id = scene->call.id, .flags = flags, .srcfd = scene->file, .newfd = newfd,
	});
}

static int answer(const struct scene *scene, int value)
{
	return or_errno(notif_send(scene->target.listener, scene->call.id, value, 0, 0));
}

/* Has the call that was received last, and only it, returned this? The next one is received. */
static bool call_gave(struct scene *scene, int result)
{
	return notif_next(scene->target.listener, &scene->call) &&
	       outcome_calls(scene->outcome) == ++scene->calls &&
	       scene->outcome->result == result;
}

/* Does it still wait for its answer, and take one? */
static bool still_waits(struct scene *scene)
{
	return !notif_id_valid(scene->target.listener, scene->call.id) &&
	       !answer(scene, ANSWER) && call_gave(scene, ANSWER);
}

/* Has the target nothing that it did not have at the beginning? */
static bool got_nothing(const struct scene *scene)
{
	return count_fds(scene->target.pid) == scene->count;
}

static bool got_file(const struct scene *scene, int fd)
{
	return is_same_file(scene->target.pid, fd, scene->file);
}

/* The open flags of one of the target's descriptors, which include O_CLOEXEC. */
static int flags_of(const struct scene *scene, int fd)
{
	char path[64], line[128];
	int flags = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", scene->target.pid, fd);
	file = fopen(path, "re");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, "flags:", 6))
			flags = strtol(line + 6, NULL, 8);
	fclose(file);
	return flags;
}

/* From now on the target has no number beyond these. */
static bool limit_numbers(const struct scene *scene, int limit)
{
	struct rlimit old, new;

	if (prlimit(scene->target.pid, RLIMIT_NOFILE, NULL, &old))
		return false;
	new = (struct rlimit){ limit, old.rlim_max };
	return !prlimit(scene->target.pid, RLIMIT_NOFILE, &new, NULL);
}

FIXTURE(addfd) {
	struct scene scene;
};

FIXTURE_SETUP(addfd)
{
	ASSERT_TRUE(scene_begin(&self->scene));
}

FIXTURE_TEARDOWN(addfd)
{
	EXPECT_TRUE(scene_end(&self->scene));
}

TEST_F(addfd, takes_the_lowest_free_number)
{
	struct scene *scene = &self->scene;
	const int far = scene->lowest + 20;

	EXPECT_EQ(far, give(scene, SETFD, far));
	EXPECT_EQ(scene->lowest, give(scene, 0, 0));
	EXPECT_EQ(scene->lowest + 1, give(scene, 0, 0));
	EXPECT_TRUE(got_file(scene, scene->lowest));
	EXPECT_TRUE(got_file(scene, scene->lowest + 1));
	EXPECT_EQ(scene->count + 3, count_fds(scene->target.pid));
	EXPECT_EQ(0, flags_of(scene, scene->lowest) & O_CLOEXEC);
	EXPECT_TRUE(still_waits(scene));
}

TEST_F(addfd, is_the_same_open_file)
{
	struct scene *scene = &self->scene;
	char path[64], text[256] = "";
	int fd = give(scene, 0, 0), info;

	ASSERT_LE(0, fd);
	ASSERT_EQ(3, write(scene->file, "abc", 3));
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", scene->target.pid, fd);
	info = open(path, O_RDONLY);
	ASSERT_LE(0, info);
	ASSERT_LT(0, read(info, text, sizeof(text) - 1));
	close(info);
	EXPECT_EQ(0, strncmp(text, "pos:\t3\n", 7)) TH_LOG("%s", text);
	EXPECT_TRUE(got_file(scene, fd));
	/* The control: another open file is not taken for it. */
	close(scene->file);
	scene->file = new_file();
	EXPECT_FALSE(got_file(scene, fd));
}

TEST_F(addfd, setfd_takes_a_free_number)
{
	struct scene *scene = &self->scene;
	const int fd = scene->lowest + 5;

	EXPECT_EQ(fd, give(scene, SETFD, fd));
	EXPECT_TRUE(got_file(scene, fd));
	EXPECT_EQ(scene->count + 1, count_fds(scene->target.pid));
	EXPECT_TRUE(still_waits(scene));
}

TEST_F(addfd, setfd_closes_what_had_the_number)
{
	struct scene *scene = &self->scene;
	const int file = scene->file, fd = scene->lowest + 5;
	struct pollfd reader;
	int pipes[2];
	char byte;

	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	scene->file = pipes[1];
	ASSERT_EQ(fd, give(scene, SETFD, fd));
	close(pipes[1]);
	scene->file = file;
	reader = (struct pollfd){ .fd = pipes[0], .events = POLLIN };
	EXPECT_EQ(0, poll(&reader, 1, 0));

	EXPECT_EQ(fd, give(scene, SETFD, fd));
	EXPECT_TRUE(got_file(scene, fd));
	EXPECT_EQ(scene->count + 1, count_fds(scene->target.pid));
	EXPECT_TRUE(still_waits(scene));
	/* A task is rid of a file when it returns from a system call. */
	ASSERT_EQ(1, poll(&reader, 1, PATIENCE_MS));
	EXPECT_EQ(0, read(pipes[0], &byte, 1));
	close(pipes[0]);
}

/* Number 0 is one like others with SETFD, although it means "none" without. */
TEST_F(addfd, setfd_takes_number_zero)
{
	struct scene *scene = &self->scene;

	ASSERT_TRUE(has_fd(scene->target.pid, 0));
	EXPECT_EQ(0, give(scene, SETFD, 0));
	EXPECT_TRUE(got_file(scene, 0));
	EXPECT_TRUE(got_nothing(scene));
	EXPECT_TRUE(still_waits(scene));
}

TEST_F(addfd, setfd_keeps_to_the_targets_limit)
{
	struct scene *scene = &self->scene;
	const int limit = scene->lowest + 10;

	ASSERT_TRUE(limit_numbers(scene, limit));
	EXPECT_EQ(-EBADF, give(scene, SETFD, limit));
	EXPECT_EQ(-EBADF, give(scene, SETFD, 0x7fffffff));
	EXPECT_EQ(-EBADF, give(scene, SETFD, -1U));
	EXPECT_EQ(-EBADF, give(scene, SETFD | SEND, limit));
	EXPECT_TRUE(got_nothing(scene));
	EXPECT_EQ(limit - 1, give(scene, SETFD, limit - 1));
	EXPECT_TRUE(got_file(scene, limit - 1));
	EXPECT_TRUE(still_waits(scene));
}

TEST_F(addfd, newfd_flags_may_set_close_on_exec)
{
	struct scene *scene = &self->scene;
	struct seccomp_notif_addfd addfd = {
		.id = scene->call.id, .srcfd = scene->file, .newfd_flags = O_CLOEXEC,
	};
	int fd = notif_addfd(scene->target.listener, &addfd);

	EXPECT_EQ(scene->lowest, fd);
	EXPECT_EQ(O_CLOEXEC, flags_of(scene, fd) & O_CLOEXEC);

	/* Whatever the supervisor's own descriptor or the replaced one has. */
	addfd.flags = SETFD;
	addfd.newfd = fd;
	addfd.newfd_flags = 0;
	EXPECT_EQ(fd, notif_addfd(scene->target.listener, &addfd));
	EXPECT_EQ(0, flags_of(scene, fd) & O_CLOEXEC);
}

TEST_F(addfd, after_the_last_number_a_file_is_refused)
{
	struct scene *scene = &self->scene;
	struct pollfd listener = { .fd = scene->target.listener, .events = POLLOUT };

	ASSERT_TRUE(limit_numbers(scene, scene->lowest));
	EXPECT_EQ(-EMFILE, give(scene, 0, 0));
	EXPECT_EQ(-EMFILE, give(scene, SEND, 0));
	EXPECT_EQ(1, poll(&listener, 1, 0));
	EXPECT_TRUE(got_nothing(scene));
	EXPECT_EQ(0, outcome_calls(scene->outcome));
	EXPECT_TRUE(still_waits(scene));
}

TEST_F(addfd, send_that_failed_can_be_tried_again)
{
	struct scene *scene = &self->scene;

	ASSERT_TRUE(limit_numbers(scene, scene->lowest));
	EXPECT_EQ(-EMFILE, give(scene, SEND, 0));
	ASSERT_TRUE(limit_numbers(scene, scene->lowest + 1));
	EXPECT_EQ(scene->lowest, give(scene, SEND, 0));
	EXPECT_TRUE(call_gave(scene, scene->lowest));
	EXPECT_TRUE(got_file(scene, scene->lowest));
}

TEST_F(addfd, send_answers_with_the_number)
{
	struct scene *scene = &self->scene;
	const uint64_t id = scene->call.id;

	EXPECT_EQ(scene->lowest, give(scene, SEND, 0));
	EXPECT_TRUE(call_gave(scene, scene->lowest));
	EXPECT_TRUE(got_file(scene, scene->lowest));
	EXPECT_EQ(scene->count + 1, count_fds(scene->target.pid));
	EXPECT_EQ(-ENOENT, or_errno(notif_id_valid(scene->target.listener, id)));
}

TEST_F(addfd, send_answers_with_the_number_of_setfd)
{
	struct scene *scene = &self->scene;
	const int fd = scene->lowest + 3;

	EXPECT_EQ(fd, give(scene, SEND | SETFD, fd));
	EXPECT_TRUE(call_gave(scene, fd));
	EXPECT_TRUE(got_file(scene, fd));
	EXPECT_EQ(0, give(scene, SEND | SETFD, 0));
	EXPECT_TRUE(call_gave(scene, 0));
	EXPECT_TRUE(got_file(scene, 0));
}

/* A file that was given is no answer: the call returns what SEND says. */
TEST_F(addfd, b15_the_call_returns_after_send_only)
{
	struct scene *scene = &self->scene;
	int round, i;

	for (round = 0; round < 30; round++) {
		const int first = scene->lowest + 3 * round;

		for (i = 0; i < 3; i++) {
			ASSERT_EQ(first + i, give(scene, 0, 0));
			ASSERT_EQ(round, outcome_calls(scene->outcome));
		}
		ASSERT_EQ(0, answer(scene, ANSWER + round));
		ASSERT_TRUE(call_gave(scene, ANSWER + round)) TH_LOG("round %d", round);
		for (i = 0; i < 3; i++)
			ASSERT_TRUE(got_file(scene, first + i));
	}
}

TEST_F(addfd, the_call_can_be_made_after_all)
{
	struct scene *scene = &self->scene;

	EXPECT_EQ(scene->lowest, give(scene, 0, 0));
	EXPECT_EQ(0, notif_send(scene->target.listener, scene->call.id, 0, 0,
				SECCOMP_USER_NOTIF_FLAG_CONTINUE));
	EXPECT_TRUE(call_gave(scene, getpid()));
	EXPECT_TRUE(got_file(scene, scene->lowest));
}

TEST_F(addfd, sockets_can_be_given)
{
	struct scene *scene = &self->scene;
	int pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	close(scene->file);
	scene->file = pair[1];
	EXPECT_EQ(scene->lowest, give(scene, 0, 0));
	EXPECT_TRUE(got_file(scene, scene->lowest));
	close(pair[0]);
	EXPECT_TRUE(still_waits(scene));
}

/* Not even the listener is an exception, nor does it keep itself from being closed. */
TEST_F(addfd, the_listener_itself_can_be_given)
{
	struct scene *scene = &self->scene;

	close(scene->file);
	scene->file = dup(scene->target.listener);
	EXPECT_EQ(scene->lowest, give(scene, 0, 0));
	EXPECT_TRUE(got_file(scene, scene->lowest));
	EXPECT_TRUE(still_waits(scene));
}

/* Descriptors of O_PATH are none that srcfd could be, as ever; SCM_RIGHTS could pass them. */
TEST_F(addfd, o_path_is_not_open)
{
	struct scene *scene = &self->scene;

	close(scene->file);
	scene->file = open("/", O_PATH | O_CLOEXEC);
	ASSERT_LE(0, scene->file);
	EXPECT_EQ(-EBADF, give(scene, 0, 0));
	EXPECT_TRUE(still_waits(scene));
}

TEST_F(addfd, over_calls_are_given_nothing)
{
	struct scene *scene = &self->scene;
	const struct seccomp_notif over = scene->call;

	ASSERT_TRUE(still_waits(scene));
	scene->call = over;
	EXPECT_EQ(-ENOENT, give(scene, 0, 0));
	EXPECT_EQ(-ENOENT, give(scene, SEND, 0));
	EXPECT_TRUE(got_nothing(scene));
}

/* Beyond the existing implementation: fdinfo knows the id of a call that was not received. */
TEST_F(addfd, calls_not_received_are_given_nothing)
{
	struct scene *scene = &self->scene;

	ASSERT_EQ(0, answer(scene, ANSWER));
	ASSERT_TRUE(listener_wait(scene->target.listener, POLLIN));
	scene->call.id = listener_oldest_id(scene->target.listener);
	ASSERT_NE(0ULL, scene->call.id);
	EXPECT_EQ(-EINPROGRESS, give(scene, 0, 0));
	EXPECT_EQ(-EINPROGRESS, give(scene, SEND, 0));
	EXPECT_TRUE(got_nothing(scene));
	EXPECT_TRUE(call_gave(scene, ANSWER));
	EXPECT_TRUE(still_waits(scene));
}

TEST_F(addfd, of_a_dead_target_is_over)
{
	struct scene *scene = &self->scene;

	ASSERT_EQ(0, kill(scene->target.pid, SIGKILL));
	/* It stays a zombie, so the number is no other's. */
	ASSERT_EQ(0, waitid(P_PID, scene->target.pid, NULL, WEXITED | WNOWAIT));
	EXPECT_EQ(-ENOENT, give(scene, 0, 0));
	EXPECT_EQ(-ENOENT, give(scene, SEND, 0));
}

/*
 * Arguments that are refused before the target hears of them
 */

FIXTURE(refused) {
	struct scene scene;
};

FIXTURE_VARIANT(refused) {
	unsigned int flags, newfd, newfd_flags;
	int srcfd;		/* instead of a good one, if it is not 0 */
	int id_offset;
	int error;
};

FIXTURE_VARIANT_ADD(refused, newfd_without_setfd) {
	.newfd = 50, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(refused, newfd_without_setfd_but_send) {
	.newfd = 50, .flags = SEND, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(refused, unknown_flag) {
	.flags = 1U << 2, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(refused, last_unknown_flag) {
	.flags = SEND | 1U << 31, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(refused, other_newfd_flags) {
	.newfd_flags = O_NONBLOCK, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(refused, other_newfd_flags_too) {
	.newfd_flags = O_CLOEXEC | O_APPEND, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(refused, no_srcfd) {
	.srcfd = -1, .error = EBADF,
};

FIXTURE_VARIANT_ADD(refused, closed_srcfd) {
	.srcfd = 1000, .error = EBADF,
};

FIXTURE_VARIANT_ADD(refused, other_id) {
	.id_offset = 1, .error = ENOENT,
};

FIXTURE_VARIANT_ADD(refused, earlier_id) {
	.id_offset = -1, .error = ENOENT,
};

FIXTURE_SETUP(refused)
{
	ASSERT_TRUE(scene_begin(&self->scene));
}

FIXTURE_TEARDOWN(refused)
{
	EXPECT_TRUE(scene_end(&self->scene));
}

TEST_F(refused, changes_nothing)
{
	struct scene *scene = &self->scene;
	const struct seccomp_notif_addfd addfd = {
		.id = scene->call.id + variant->id_offset,
		.flags = variant->flags,
		.srcfd = variant->srcfd ?: scene->file,
		.newfd = variant->newfd,
		.newfd_flags = variant->newfd_flags,
	};

	EXPECT_EQ(-variant->error, notif_addfd(scene->target.listener, &addfd));
	EXPECT_TRUE(got_nothing(scene));
	EXPECT_EQ(0, outcome_calls(scene->outcome));
	EXPECT_TRUE(still_waits(scene));
}

/*
 * The structure may grow, so it comes in any size, and the size in the ioctl's number
 */

FIXTURE(size) {
	struct scene scene;
	long page;
};

FIXTURE_VARIANT(size) {
	int pages, size;	/* their sum */
	int set_at, set_pages;	/* a byte that is not zero, if any, by its offset */
	int missing;		/* how many bytes at the end cannot be read */
	int error;
};

FIXTURE_VARIANT_ADD(size, none) {
	.size = 0, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(size, too_small) {
	.size = 23, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(size, first_ever) {
	.size = 24,
};

FIXTURE_VARIANT_ADD(size, byte_larger) {
	.size = 25,
};

FIXTURE_VARIANT_ADD(size, larger) {
	.size = 32,
};

FIXTURE_VARIANT_ADD(size, larger_with_first_byte_set) {
	.size = 32, .set_at = 24, .error = E2BIG,
};

FIXTURE_VARIANT_ADD(size, larger_with_last_byte_set) {
	.size = 32, .set_at = 31, .error = E2BIG,
};

FIXTURE_VARIANT_ADD(size, largest) {
	.pages = 1, .size = -1,
};

FIXTURE_VARIANT_ADD(size, largest_with_last_byte_set) {
	.pages = 1, .size = -1, .set_pages = 1, .set_at = -2, .error = E2BIG,
};

FIXTURE_VARIANT_ADD(size, page) {
	.pages = 1, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(size, beyond_a_page) {
	.pages = 1, .size = 8, .error = EINVAL,
};

FIXTURE_VARIANT_ADD(size, unreadable_end) {
	.size = 24, .missing = 1, .error = EFAULT,
};

FIXTURE_VARIANT_ADD(size, unreadable) {
	.size = 24, .missing = 24, .error = EFAULT,
};

FIXTURE_VARIANT_ADD(size, larger_with_unreadable_end) {
	.size = 32, .missing = 8, .error = EFAULT,
};

FIXTURE_SETUP(size)
{
	self->page = sysconf(_SC_PAGESIZE);
	/* A size has 13 bits on some architectures: there, a page may not fit. */
	if ((variant->pages * self->page + variant->size) > _IOC_SIZEMASK)
		SKIP(return, "such a size does not fit into an ioctl's number");
	ASSERT_TRUE(scene_begin(&self->scene));
}

FIXTURE_TEARDOWN(size)
{
	EXPECT_TRUE(scene_end(&self->scene));
}

TEST_F(size, decides)
{
	struct scene *scene = &self->scene;
	const struct seccomp_notif_addfd addfd = {
		.id = scene->call.id, .srcfd = scene->file,
	};
	const int size = variant->pages * self->page + variant->size;
	const int set_at = variant->set_pages * self->page + variant->set_at;
	char bytes[size + sizeof(addfd)], *end, *at;

	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, &addfd, sizeof(addfd));
	if (set_at)
		bytes[set_at] = 1;

	/* What follows must not be read: nothing is there. */
	end = mmap(NULL, 3 * self->page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		   -1, 0);
	ASSERT_TRUE(end != MAP_FAILED);
	end += 2 * self->page;
	ASSERT_EQ(0, mprotect(end, self->page, PROT_NONE));
	at = end - size + variant->missing;
	memcpy(at, bytes, size - variant->missing);

	EXPECT_EQ(variant->error ? -variant->error : scene->lowest,
		  or_errno(ioctl(scene->target.listener,
				 _IOC(_IOC_WRITE, SECCOMP_IOC_MAGIC, 3, size), at)));
	EXPECT_EQ(scene->count + !variant->error, count_fds(scene->target.pid));
	EXPECT_TRUE(still_waits(scene));
}

/*
 * Held targets
 */

/*
 * A request that its thread, or a process, waits for. One that the test interrupts by SIGUSR1
 * tries it again if the signal's disposition says so.
 */
struct request {
	int listener;
	struct seccomp_notif_addfd addfd;
	pthread_t thread;
	pid_t tid;
	int over;
	int result;
};

static void ignore_signal(int sig)
{
}

/*
 * The target, who is in its call, runs from now on only when all threads of the test sleep. Of
 * such a thread only what is done by the time that it sleeps counts, so there is no need to
 * undo that.
 */
static bool target_hold(const struct target *target)
{
	const struct sched_param idle = {}, first = { .sched_priority = 1 };
	cpu_set_t cpus;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return false;
	while (!CPU_ISSET(cpu, &cpus))
		cpu++;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return !sched_setaffinity(0, sizeof(cpus), &cpus) &&
	       !sched_setscheduler(0, SCHED_FIFO, &first) &&
	       !sched_setaffinity(target->pid, sizeof(cpus), &cpus) &&
	       !sched_setscheduler(target->pid, SCHED_IDLE, &idle);
}

static void *request_run(void *arg)
{
	struct request *request = arg;

	__atomic_store_n(&request->tid, sys_gettid(), __ATOMIC_SEQ_CST);
	request->result = notif_addfd(request->listener, &request->addfd);
	__atomic_store_n(&request->over, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Waits until somebody sleeps in his request, without sleeping. */
static bool request_is_pending(const struct request *request)
{
	const uint64_t until = clock_ms() + PATIENCE_MS;
	pid_t tid;

	while (clock_ms() < until) {
		tid = __atomic_load_n(&request->tid, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&request->over, __ATOMIC_SEQ_CST))
			return false;
		if (tid && task_state(tid) == 'S')
			return true;
		sched_yield();
	}
	return false;
}

/* Has a thread make a request of a held target; it is made when this returns. */
static bool request_begin(struct request *request, const struct scene *scene, int file,
			  unsigned int flags)
{
	*request = (struct request){
		.listener = scene->target.listener,
		.addfd = { .id = scene->call.id, .srcfd = file, .flags = flags },
	};
	return !pthread_create(&request->thread, NULL, request_run, request) &&
	       request_is_pending(request);
}

/* While this sleeps, the target can run. */
static int request_end(struct request *request)
{
	return pthread_join(request->thread, NULL) ? -ECHILD : request->result;
}

/* From now on the target does not run while the test or its threads can. */
static bool scene_hold(struct scene *scene)
{
	const struct sigaction action = { .sa_handler = ignore_signal };
	int error;

	if (!sigaction(SIGUSR1, &action, NULL) && target_hold(&scene->target))
		return true;
	error = errno;
	scene_end(scene);
	errno = error;
	return false;
}

FIXTURE(held) {
	struct scene scene;
	struct request requests[6];
};

FIXTURE_SETUP(held)
{
	ASSERT_TRUE(scene_begin(&self->scene));
	if (!scene_hold(&self->scene))
		SKIP(return, "cannot hold the target: %s", strerror(errno));
}

FIXTURE_TEARDOWN(held)
{
	EXPECT_TRUE(scene_end(&self->scene));
}

/* Beyond the existing implementation, which serves the latest first. */
TEST_F(held, files_are_numbered_in_the_order_of_the_requests)
{
	struct scene *scene = &self->scene;
	int files[ARRAY_SIZE(self->requests)], i;

	for (i = 0; i < (int)ARRAY_SIZE(files); i++) {
		files[i] = new_file();
		ASSERT_LE(0, files[i]);
	}
	for (i = 0; i < (int)ARRAY_SIZE(files); i++)
		ASSERT_TRUE(request_begin(&self->requests[i], scene, files[i], 0));
	for (i = 0; i < (int)ARRAY_SIZE(files); i++) {
		EXPECT_EQ(scene->lowest + i, request_end(&self->requests[i]));
		EXPECT_TRUE(is_same_file(scene->target.pid, scene->lowest + i, files[i]));
	}
	EXPECT_EQ(scene->count + (int)ARRAY_SIZE(files), count_fds(scene->target.pid));
	EXPECT_TRUE(still_waits(scene));
}

/* Beyond the existing implementation: EBUSY. */
TEST_F(held, earlier_requests_come_before_the_answer)
{
	struct scene *scene = &self->scene;

	ASSERT_TRUE(request_begin(&self->requests[0], scene, scene->file, 0));
	ASSERT_TRUE(request_begin(&self->requests[1], scene, scene->file, SEND));
	EXPECT_EQ(scene->lowest, request_end(&self->requests[0]));
	EXPECT_EQ(scene->lowest + 1, request_end(&self->requests[1]));
	EXPECT_TRUE(call_gave(scene, scene->lowest + 1));
	EXPECT_TRUE(got_file(scene, scene->lowest));
	EXPECT_TRUE(got_file(scene, scene->lowest + 1));
}

TEST_F(held, what_is_being_answered_is_not_to_be_answered)
{
	struct scene *scene = &self->scene;

	ASSERT_TRUE(request_begin(&self->requests[0], scene, scene->file, SEND));
	EXPECT_EQ(-EINPROGRESS, give(scene, 0, 0));
	EXPECT_EQ(-EINPROGRESS, give(scene, SEND, 0));
	EXPECT_EQ(-EINPROGRESS, answer(scene, ANSWER));
	EXPECT_EQ(-ENOENT, or_errno(notif_id_valid(scene->target.listener, scene->call.id)));
	EXPECT_EQ(scene->lowest, request_end(&self->requests[0]));
	EXPECT_TRUE(call_gave(scene, scene->lowest));
	EXPECT_EQ(scene->count + 1, count_fds(scene->target.pid));
}

TEST_F(held, what_is_answered_is_given_nothing)
{
	struct scene *scene = &self->scene;

	ASSERT_EQ(0, answer(scene, ANSWER));
	EXPECT_EQ(-EINPROGRESS, give(scene, 0, 0));
	EXPECT_EQ(-EINPROGRESS, give(scene, SEND, 0));
	EXPECT_TRUE(call_gave(scene, ANSWER));
	EXPECT_TRUE(got_nothing(scene));
}

/* Whether the file still comes is open: the existing implementation gives it. */
TEST_F(held, file_comes_before_the_answer_or_not_at_all)
{
	struct scene *scene = &self->scene;
	int fd;

	ASSERT_TRUE(request_begin(&self->requests[0], scene, scene->file, 0));
	ASSERT_EQ(0, answer(scene, ANSWER));
	fd = request_end(&self->requests[0]);
	EXPECT_TRUE(call_gave(scene, ANSWER));
	EXPECT_TRUE(fd == -ESRCH ? got_nothing(scene) : got_file(scene, fd)) TH_LOG("%d", fd);
}

/*
 * What the target has not taken up
 */

FIXTURE(pending) {
	struct scene scene;
	struct request request;
};

FIXTURE_VARIANT(pending) {
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(pending, addfd) {
	.flags = 0,
};

FIXTURE_VARIANT_ADD(pending, addfd_and_send) {
	.flags = SEND,
};

FIXTURE_SETUP(pending)
{
	ASSERT_TRUE(scene_begin(&self->scene));
	if (!scene_hold(&self->scene))
		SKIP(return, "cannot hold the target: %s", strerror(errno));
}

FIXTURE_TEARDOWN(pending)
{
	EXPECT_TRUE(scene_end(&self->scene));
}

TEST_F(pending, b17_interrupted_supervisor_has_given_nothing)
{
	struct scene *scene = &self->scene;

	ASSERT_TRUE(request_begin(&self->request, scene, scene->file, variant->flags));
	ASSERT_EQ(0, pthread_kill(self->request.thread, SIGUSR1));
	EXPECT_EQ(-EINTR, request_end(&self->request));
	EXPECT_EQ(0, notif_id_valid(scene->target.listener, scene->call.id));
	EXPECT_TRUE(listener_wait(scene->target.listener, POLLOUT));
	EXPECT_TRUE(got_nothing(scene));
	EXPECT_EQ(0, outcome_calls(scene->outcome));

	/* And then it can. */
	EXPECT_EQ(scene->lowest, give(scene, SEND, 0));
	EXPECT_TRUE(call_gave(scene, scene->lowest));
	EXPECT_EQ(scene->count + 1, count_fds(scene->target.pid));
}

TEST_F(pending, b17_interrupted_supervisor_may_do_without)
{
	struct scene *scene = &self->scene;

	ASSERT_TRUE(request_begin(&self->request, scene, scene->file, variant->flags));
	ASSERT_EQ(0, pthread_kill(self->request.thread, SIGUSR1));
	EXPECT_EQ(-EINTR, request_end(&self->request));
	EXPECT_TRUE(still_waits(scene));
	EXPECT_TRUE(got_nothing(scene));
}

TEST_F(pending, restarted_request_is_made_once)
{
	struct scene *scene = &self->scene;
	const struct sigaction action = { .sa_handler = ignore_signal, .sa_flags = SA_RESTART };

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_TRUE(request_begin(&self->request, scene, scene->file, variant->flags));
	ASSERT_EQ(0, pthread_kill(self->request.thread, SIGUSR1));
	EXPECT_EQ(scene->lowest, request_end(&self->request));
	EXPECT_EQ(scene->count + 1, count_fds(scene->target.pid));
	EXPECT_TRUE(variant->flags & SEND ? call_gave(scene, scene->lowest) : still_waits(scene));
}

TEST_F(pending, killed_supervisor_has_given_nothing)
{
	struct scene *scene = &self->scene;
	struct request *request = shared_memory(sizeof(*request));
	pid_t pid;

	ASSERT_TRUE(request != NULL);
	request->listener = scene->target.listener;
	request->addfd = (struct seccomp_notif_addfd){
		.id = scene->call.id, .srcfd = scene->file, .flags = variant->flags,
	};
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		request_run(request);
		_exit(0);
	}
	EXPECT_TRUE(request_is_pending(request));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	EXPECT_TRUE(died_of(wait_status(pid), SIGKILL));
	EXPECT_TRUE(still_waits(scene));
	EXPECT_TRUE(got_nothing(scene));
}

/* Beyond the existing implementation, which may give a dying target a file. */
TEST_F(pending, killed_target_ends_the_request)
{
	struct scene *scene = &self->scene;

	ASSERT_TRUE(request_begin(&self->request, scene, scene->file, variant->flags));
	ASSERT_EQ(0, kill(scene->target.pid, SIGKILL));
	EXPECT_EQ(-ESRCH, request_end(&self->request));
	ASSERT_EQ(0, waitid(P_PID, scene->target.pid, NULL, WEXITED | WNOWAIT));
	EXPECT_EQ(-ENOENT, give(scene, 0, 0));
}

TEST_F(pending, closing_the_listener_does_not_end_it)
{
	struct scene *scene = &self->scene;

	ASSERT_TRUE(request_begin(&self->request, scene, scene->file, variant->flags));
	/* The request itself keeps it. */
	close(scene->target.listener);
	EXPECT_EQ(scene->lowest, request_end(&self->request));
}

/*
 * B-18: what comes to a target together with a signal. A call that has been received is not
 * interrupted if that is what the filter's flags say; and where it is, an answer that was accepted
 * is its result all the same.
 */
FIXTURE(struck) {
	struct scene scene;
	struct request request;
};

FIXTURE_VARIANT(struck) {
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(struck, plain) {
	.flags = 0,
};

FIXTURE_VARIANT_ADD(struck, wait_killable_recv) {
	.flags = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
};

/* Beyond the existing implementation, which has no such flag. */
FIXTURE_VARIANT_ADD(struck, wait_killable) {
	.flags = SECCOMP_FILTER_FLAG_WAIT_KILLABLE,
};

FIXTURE_SETUP(struck)
{
	ASSERT_TRUE(scene_begin_by(&self->scene, variant->flags, call_interruptibly));
	if (!scene_hold(&self->scene))
		SKIP(return, "cannot hold the target: %s", strerror(errno));
}

FIXTURE_TEARDOWN(struck)
{
	EXPECT_TRUE(scene_end(&self->scene));
}

TEST_F(struck, b18_answer_before_the_signal)
{
	struct scene *scene = &self->scene;

	ASSERT_EQ(0, answer(scene, ANSWER));
	ASSERT_EQ(0, kill(scene->target.pid, SIGUSR1));
	EXPECT_TRUE(call_gave(scene, ANSWER));
	EXPECT_EQ(1, scene->outcome->signals);
}

TEST_F(struck, b18_answer_after_the_signal)
{
	struct scene *scene = &self->scene;
	int error;

	ASSERT_EQ(0, kill(scene->target.pid, SIGUSR1));
	error = answer(scene, ANSWER);
	EXPECT_TRUE(!error || (error == -ENOENT && !variant->flags));
	EXPECT_TRUE(call_gave(scene, error ? -EINTR : ANSWER));
	EXPECT_EQ(1, scene->outcome->signals);
}

TEST_F(struck, b18_file_on_its_way)
{
	struct scene *scene = &self->scene;
	int fd;

	ASSERT_TRUE(request_begin(&self->request, scene, scene->file, 0));
	ASSERT_EQ(0, kill(scene->target.pid, SIGUSR1));
	fd = request_end(&self->request);
	if (variant->flags) {
		EXPECT_EQ(scene->lowest, fd);
		EXPECT_TRUE(still_waits(scene));
	} else {
		EXPECT_TRUE(call_gave(scene, -EINTR));
	}
	EXPECT_TRUE(fd == -ESRCH ? got_nothing(scene) : got_file(scene, fd)) TH_LOG("%d", fd);
	EXPECT_EQ(1, scene->outcome->signals);
}

TEST_F(struck, b18_file_that_is_the_answer)
{
	struct scene *scene = &self->scene;
	int fd;

	ASSERT_TRUE(request_begin(&self->request, scene, scene->file, SEND));
	ASSERT_EQ(0, kill(scene->target.pid, SIGUSR1));
	fd = request_end(&self->request);
	if (variant->flags)
		EXPECT_EQ(scene->lowest, fd);
	EXPECT_TRUE(call_gave(scene, fd < 0 ? -EINTR : fd)) TH_LOG("%d", fd);
	EXPECT_TRUE(fd == -ESRCH ? got_nothing(scene) : got_file(scene, fd)) TH_LOG("%d", fd);
	EXPECT_EQ(1, scene->outcome->signals);
}

/*
 * Storms
 */

#define BUDGET_MS	2500
#define MOST_FILES	600

/* What both sides of a storm know. */
struct ledger {
	struct outcome outcome;
	int got[MOST_FILES];	/* what the target's calls returned */
	int count, interrupted;
};

/* Calls again and again. A signal ends the call: there is no SA_RESTART. */
static int call_in_storm(void *arg)
{
	const struct sigaction action = { .sa_handler = ignore_signal };
	struct ledger *ledger = arg;

	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	CHILD_REQUIRE(!sigaction(SIGUSR1, &action, NULL));
	/* Numbers must not run out, whatever the limit is outside. */
	CHILD_REQUIRE(!setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1024, 1024 }));
	for (;;) {
		int result = or_errno(syscall(NOTIFIED_CALL));

		if (result == -EINTR) {
			__atomic_add_fetch(&ledger->interrupted, 1, __ATOMIC_RELEASE);
			continue;
		}
		if (result < 0)
			return result == -ENOSYS ? 0 : 1;
		CHILD_REQUIRE(ledger->count < MOST_FILES);
		ledger->got[ledger->count] = result;
		__atomic_add_fetch(&ledger->count, 1, __ATOMIC_RELEASE);
	}
}

struct storm {
	pthread_t thread;
	pid_t pid;
	int over;
};

static void *storm_run(void *arg)
{
	struct storm *storm = arg;
	unsigned int round;
	volatile int spin;

	/* Of every length, so that signals come at all moments of a call, and some come through. */
	for (round = 0; !__atomic_load_n(&storm->over, __ATOMIC_ACQUIRE); round++) {
		kill(storm->pid, SIGUSR1);
		for (spin = 0; spin < (int)(round * 7919 % 3000); spin++)
			;
	}
	return NULL;
}

FIXTURE(storm) {
	struct target target;
	struct ledger *ledger;
	struct storm storm;
	int file;
};

FIXTURE_SETUP(storm)
{
	self->file = new_file();
	ASSERT_LE(0, self->file);
	self->ledger = shared_memory(sizeof(*self->ledger));
	ASSERT_TRUE(self->ledger != NULL);
	ASSERT_TRUE(target_start(&self->target, 0, call_in_storm, self->ledger));
	self->storm.pid = self->target.pid;
	/* It has its handler when it calls. */
	ASSERT_TRUE(listener_wait(self->target.listener, POLLIN));
}

FIXTURE_TEARDOWN(storm)
{
	EXPECT_TRUE(target_kill(&self->target));
}

TEST_F(storm, b16_a_file_for_every_answer_and_an_answer_for_every_file)
{
	const int listener = self->target.listener;
	const int before = count_fds(self->target.pid);
	const uint64_t until = clock_ms() + BUDGET_MS;
	struct ledger *ledger = self->ledger;
	int given[MOST_FILES];
	struct seccomp_notif call;
	int count = 0, i;

	ASSERT_EQ(0, pthread_create(&self->storm.thread, NULL, storm_run, &self->storm));
	/* One place is left for what may come as the storm ends. */
	while (count < MOST_FILES - 1 && (clock_ms() < until || !count)) {
		int result;

		if (!listener_wait(listener, POLLIN) || notif_recv(listener, &call))
			break;
		result = notif_addfd(listener, &(struct seccomp_notif_addfd) {
			.id = call.id, .srcfd = self->file, .flags = SEND,
		});
		if (result >= 0) {
			given[count++] = result;
		} else {
			EXPECT_TRUE(result == -ENOENT || result == -ESRCH) TH_LOG("%d", result);
		}
	}
	__atomic_store_n(&self->storm.over, 1, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(self->storm.thread, NULL));

	/* In quiet, so that the target's books are in order when it has called again. */
	do {
		ASSERT_TRUE(notif_next(listener, &call));
	} while (notif_send(listener, call.id, 0, -EINTR, 0));
	ASSERT_TRUE(notif_next(listener, &call));

	TH_LOG("%d answers, %d interruptions", count, ledger->interrupted);
	EXPECT_LT(0, count);
	EXPECT_LT(1, ledger->interrupted);
	EXPECT_EQ(before + (int)count, count_fds(self->target.pid));
	ASSERT_EQ(count, ledger->count);
	for (i = 0; i < count; i++) {
		EXPECT_EQ(given[i], ledger->got[i]);
		EXPECT_TRUE(is_same_file(self->target.pid, given[i], self->file));
	}
}

struct donor {
	const struct scene *scene;
	pthread_t thread;
	int got[20];
};

static void *donor_run(void *arg)
{
	struct donor *donor = arg;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(donor->got); i++)
		donor->got[i] = give(donor->scene, 0, 0);
	return NULL;
}

TEST_F(addfd, many_may_give_at_the_same_time)
{
	struct scene *scene = &self->scene;
	struct donor donors[4] = {};
	bool seen[ARRAY_SIZE(donors) * ARRAY_SIZE(donors->got)] = {};
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(donors); i++) {
		donors[i].scene = scene;
		ASSERT_EQ(0, pthread_create(&donors[i].thread, NULL, donor_run, &donors[i]));
	}
	for (i = 0; i < ARRAY_SIZE(donors); i++)
		ASSERT_EQ(0, pthread_join(donors[i].thread, NULL));
	for (i = 0; i < ARRAY_SIZE(donors); i++) {
		for (n = 0; n < ARRAY_SIZE(donors->got); n++) {
			unsigned int place = donors[i].got[n] - scene->lowest;

			ASSERT_GT(ARRAY_SIZE(seen), place) TH_LOG("got %d", donors[i].got[n]);
			EXPECT_FALSE(seen[place]);
			seen[place] = true;
			EXPECT_TRUE(got_file(scene, donors[i].got[n]));
		}
	}
	EXPECT_EQ(scene->count + (int)ARRAY_SIZE(seen), count_fds(scene->target.pid));
	EXPECT_TRUE(still_waits(scene));
}

TEST_HARNESS_MAIN
