// SPDX-License-Identifier: GPL-2.0
/*
 * Programs as descriptors: who may make and attach one, what it tells, and that a filter which
 * came by one is like any other.
 */
#include "notif.h"
#include "prog.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/resource.h>

#define BAD_POINTER	((void *)8)

/*
 * Programs with a constant of this process, so that nobody else has the same: what they tell
 * counts all that there are.
 */
#define OWN_REFUSING	PROGRAM(BPF_STMT(BPF_LD | BPF_IMM, getpid()),			\
				ON_NR(REFUSED_CALL, SECCOMP_RET_ERRNO | REFUSAL),	\
				RET(SECCOMP_RET_ALLOW))
#define OWN_ALLOWING	PROGRAM(BPF_STMT(BPF_LD | BPF_IMM, getpid()), RET(SECCOMP_RET_ALLOW))

static struct sock_filter longest[BPF_MAXINSNS] = {
	[0 ... BPF_MAXINSNS - 1] = RET(SECCOMP_RET_ALLOW),
};

TEST(present)
{
	int fd = prog_create(&REFUSING);

	ASSERT_LE(0, fd) TH_LOG("errno %d", errno);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(0, status_field(0, "Seccomp"));
	EXPECT_FALSE(refused());
}

static void create_as_nobody(void *unused)
{
	CHILD_REQUIRE(become_nobody());
	CHILD_REQUIRE(prog_create(&REFUSING) >= 0);
	CHILD_REQUIRE(status_field(0, "NoNewPrivs") == 0);
}

TEST(takes_no_privilege)
{
	EXPECT_TRUE(exited_with(child_status(create_as_nobody, NULL), 0));
}

FIXTURE(refusal) {
};

FIXTURE_VARIANT(refusal) {
	unsigned int flags;
	const struct sock_fprog *prog;
	int error;
};

FIXTURE_SETUP(refusal)
{
}

FIXTURE_TEARDOWN(refusal)
{
}

#define REFUSAL_OF(name, how, what, why) \
	FIXTURE_VARIANT_ADD(refusal, name) { .flags = how, .prog = what, .error = why }

REFUSAL_OF(a_flag, 1, &ALLOWING, EINVAL);
REFUSAL_OF(a_filter_flag, SECCOMP_FILTER_FLAG_LOG, &ALLOWING, EINVAL);
REFUSAL_OF(the_flag_of_descriptors, PROG_FD, &ALLOWING, EINVAL);
REFUSAL_OF(flags_before_pointer, 1, NULL, EINVAL);
REFUSAL_OF(no_program, 0, NULL, EFAULT);
REFUSAL_OF(unreadable_program, 0, BAD_POINTER, EFAULT);
REFUSAL_OF(unreadable_instructions, 0,
	   (&(struct sock_fprog){ .len = 1, .filter = BAD_POINTER }), EFAULT);
REFUSAL_OF(no_instructions, 0, (&(struct sock_fprog){ .len = 1 }), EINVAL);
REFUSAL_OF(no_length, 0, (&(struct sock_fprog){ .filter = longest }), EINVAL);
REFUSAL_OF(too_long, 0,
	   (&(struct sock_fprog){ .len = BPF_MAXINSNS + 1, .filter = longest }), EINVAL);
REFUSAL_OF(no_end, 0, &PROGRAM(LOAD(nr)), EINVAL);
REFUSAL_OF(an_instruction_of_sockets, 0,
	   &PROGRAM(BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), RET(SECCOMP_RET_ALLOW)), EINVAL);

TEST_F(refusal, of_create)
{
	EXPECT_EQ(-1, sys_seccomp(SECCOMP_CREATE_PROG, variant->flags, variant->prog));
	EXPECT_EQ(variant->error, errno);
}

static void create_without_room(void *unused)
{
	struct rlimit limit = { .rlim_cur = 3, .rlim_max = 3 };

	CHILD_REQUIRE(!syscall(__NR_close_range, 3, ~0U, 0));
	CHILD_REQUIRE(!setrlimit(RLIMIT_NOFILE, &limit));
	CHILD_REQUIRE(prog_create(&ALLOWING) == -1 && errno == EMFILE);
}

TEST(no_descriptor_left)
{
	EXPECT_TRUE(exited_with(child_status(create_without_room, NULL), 0));
}

/* Attach */

FIXTURE(attach) {
	int fd;
};

FIXTURE_SETUP(attach)
{
	self->fd = prog_create(&OWN_REFUSING);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(attach)
{
	close(self->fd);
}

TEST_F(attach, confines)
{
	ASSERT_EQ(0, prog_attach(0, self->fd));
	EXPECT_TRUE(refused());
	EXPECT_EQ(SECCOMP_MODE_FILTER, status_field(0, "Seccomp"));
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
}

TEST_F(attach, outlives_its_descriptor)
{
	ASSERT_EQ(0, prog_attach(0, self->fd));
	close(self->fd);
	EXPECT_TRUE(refused());
}

TEST_F(attach, each_time_a_filter)
{
	for (int i = 1; i <= 3; i++) {
		ASSERT_EQ(0, prog_attach(0, self->fd));
		EXPECT_EQ(i, status_field(0, "Seccomp_filters"));
	}
	EXPECT_EQ(3U, prog_describe(self->fd).layers);
}

static void attach_as_nobody(void *arg)
{
	int fd = *(int *)arg;

	CHILD_REQUIRE(become_nobody());
	CHILD_REQUIRE(prog_attach(0, fd) == -1 && errno == EACCES);
	/* As with instructions, that is found out before the program is looked at, */
	CHILD_REQUIRE(prog_attach(0, -1) == -1 && errno == EACCES);
	/* and after the pointer. */
	CHILD_REQUIRE(sys_seccomp(SECCOMP_SET_MODE_FILTER, PROG_FD, NULL) == -1);
	CHILD_REQUIRE(errno == EFAULT);
	CHILD_REQUIRE(!refused() && status_field(0, "Seccomp") == 0);

	CHILD_REQUIRE(!set_no_new_privs());
	CHILD_REQUIRE(!prog_attach(0, fd));
	CHILD_REQUIRE(refused());
}

TEST_F(attach, takes_the_privilege_of_instructions)
{
	EXPECT_TRUE(exited_with(child_status(attach_as_nobody, &self->fd), 0));
}

TEST_F(attach, of_something_else)
{
	int listener = listener_install(0), pipes[2], path, epoll;

	ASSERT_LE(0, listener);
	ASSERT_EQ(0, pipe(pipes));
	path = open("/", O_PATH);
	epoll = syscall(__NR_epoll_create1, 0);

	EXPECT_EQ(-1, prog_attach(0, -1));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, prog_attach(0, 1000));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, prog_attach(0, path));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, prog_attach(0, pipes[0]));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, prog_attach(0, epoll));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, prog_attach(0, listener));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(1, status_field(0, "Seccomp_filters"));
}

TEST_F(attach, flags_come_first)
{
	EXPECT_EQ(-1, sys_seccomp(SECCOMP_SET_MODE_FILTER, PROG_FD, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, sys_seccomp(SECCOMP_SET_MODE_FILTER, PROG_FD | 1 << 20, NULL));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, prog_attach(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, self->fd));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(attach, with_flags_of_no_consequence)
{
	EXPECT_EQ(0, prog_attach(SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW |
				 SECCOMP_FILTER_FLAG_TSYNC_ESRCH, self->fd));
	EXPECT_TRUE(refused());
}

TEST_F(attach, with_a_listener)
{
	int pair[2], fd, listener, status;
	struct seccomp_notif notif;
	pid_t pid;

	fd = prog_create(&PROGRAM(ON_NR(NOTIFIED_CALL, SECCOMP_RET_USER_NOTIF),
				  RET(SECCOMP_RET_ALLOW)));
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = fork();
	if (!pid) {
		listener = prog_attach(NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, fd);
		CHILD_REQUIRE(listener >= 0 && fcntl(listener, F_GETFD) == FD_CLOEXEC);
		CHILD_REQUIRE(fd_send(pair[1], listener));
		close(listener);
		CHILD_REQUIRE(syscall(NOTIFIED_CALL) == 4711);
		_exit(0);
	}
	close(pair[1]);
	listener = fd_receive(pair[0]);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, notif_recv(listener, &notif));
	EXPECT_EQ(0, notif_send(listener, notif.id, 4711, 0, 0));
	status = wait_status(pid);
	EXPECT_TRUE(exited_with(status, 0));
}

/* Threads */

struct thread {
	pthread_t thread;
	sem_t go FUTEX_ALIGNED, done FUTEX_ALIGNED;
	const int *fds;		/* what to attach, up to -1 */
	long ret;
};

static void *attach_in_thread(void *arg)
{
	struct thread *self = arg;

	for (const int *fd = self->fds; *fd >= 0 && !self->ret; fd++)
		self->ret = prog_attach(0, *fd);
	sem_post(&self->done);
	sem_wait(&self->go);
	return (void *)(long)refused();
}

static bool thread_start(struct thread *self, const int *fds)
{
	self->fds = fds;
	self->ret = 0;
	return !sem_init(&self->go, 0, 0) && !sem_init(&self->done, 0, 0) &&
	       !pthread_create(&self->thread, NULL, attach_in_thread, self) &&
	       !sem_wait(&self->done) && !self->ret;
}

static bool thread_was_refused(struct thread *self)
{
	void *refused;

	sem_post(&self->go);
	return !pthread_join(self->thread, &refused) && refused;
}

FIXTURE(threads) {
	int fds[4], other_order[4];
	struct thread thread;
};

FIXTURE_SETUP(threads)
{
	/* The first decides nothing that the test looks at. */
	self->fds[0] = prog_create(&PROGRAM(ON_NR(__NR_getuid, SECCOMP_RET_ERRNO | EXDEV),
					    RET(SECCOMP_RET_ALLOW)));
	self->fds[1] = prog_create(&ALLOWING);
	self->fds[2] = -1;
	ASSERT_LE(0, self->fds[0]);
	ASSERT_LE(0, self->fds[1]);
	self->other_order[0] = self->fds[1];
	self->other_order[1] = self->fds[0];
	self->other_order[2] = -1;
}

FIXTURE_TEARDOWN(threads)
{
}

TEST_F(threads, that_attached_alike_can_be_synchronised)
{
	ASSERT_TRUE(thread_start(&self->thread, self->fds));
	ASSERT_EQ(0, prog_attach(0, self->fds[0]));
	ASSERT_EQ(0, prog_attach(0, self->fds[1]));
	ASSERT_EQ(0, filter_install(SECCOMP_FILTER_FLAG_TSYNC, &REFUSING));
	EXPECT_TRUE(thread_was_refused(&self->thread));
}

TEST_F(threads, in_another_order_cannot)
{
	ASSERT_TRUE(thread_start(&self->thread, self->other_order));
	ASSERT_EQ(0, prog_attach(0, self->fds[0]));
	ASSERT_EQ(0, prog_attach(0, self->fds[1]));
	EXPECT_LT(0, filter_install(SECCOMP_FILTER_FLAG_TSYNC, &REFUSING));
	EXPECT_FALSE(refused());
	EXPECT_FALSE(thread_was_refused(&self->thread));
}

TEST_F(threads, that_cannot_keep_no_filter_of_it)
{
	int refusing = prog_create(&OWN_REFUSING);

	ASSERT_LE(0, refusing);
	ASSERT_TRUE(thread_start(&self->thread, self->fds));
	EXPECT_LT(0, prog_attach(SECCOMP_FILTER_FLAG_TSYNC, refusing));
	EXPECT_EQ(0U, prog_describe(refusing).layers);
	EXPECT_FALSE(thread_was_refused(&self->thread));
}

TEST_F(threads, are_synchronised_by_a_descriptor)
{
	int none = -1, refusing = prog_create(&REFUSING);

	ASSERT_LE(0, refusing);
	ASSERT_TRUE(thread_start(&self->thread, &none));
	ASSERT_EQ(0, prog_attach(SECCOMP_FILTER_FLAG_TSYNC, refusing));
	EXPECT_TRUE(refused());
	EXPECT_TRUE(thread_was_refused(&self->thread));
}

TEST_F(threads, descriptor_and_instructions_are_the_same)
{
	ASSERT_TRUE(thread_start(&self->thread, &self->fds[1]));
	ASSERT_EQ(0, filter_install(0, &ALLOWING));
	ASSERT_EQ(0, filter_install(SECCOMP_FILTER_FLAG_TSYNC, &REFUSING));
	EXPECT_TRUE(thread_was_refused(&self->thread));
}

/* What becomes of it elsewhere */

struct chain_of_two {
	int shared;
	const struct sock_fprog *own;
	int own_error;
};

/* Under the shared program each has its own, and only that. */
static void attach_on_own_chain(void *arg)
{
	const struct chain_of_two *chain = arg;

	CHILD_REQUIRE(!filter_install(0, chain->own));
	CHILD_REQUIRE(!prog_attach(0, chain->shared));
	CHILD_REQUIRE(status_field(0, "Seccomp_filters") == 2);
	CHILD_REQUIRE(refused());
	CHILD_REQUIRE(syscall(__NR_getuid) == -1 && errno == chain->own_error);
}

TEST_F(attach, b43_each_keeps_its_own_chain)
{
	struct chain_of_two chains[] = {
		{ self->fd, &PROGRAM(ON_NR(__NR_getuid, SECCOMP_RET_ERRNO | EUSERS),
				     RET(SECCOMP_RET_ALLOW)), EUSERS },
		{ self->fd, &PROGRAM(ON_NR(__NR_getuid, SECCOMP_RET_ERRNO | EBADSLT),
				     RET(SECCOMP_RET_ALLOW)), EBADSLT },
	};
	pid_t pids[ARRAY_SIZE(chains)];
	int go[2], done[2];
	char byte;

	/* Both are there at the same time, and look at what they have after that. */
	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, pipe(done));
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++) {
		pids[i] = fork();
		if (!pids[i]) {
			close(go[1]);
			close(done[0]);
			attach_on_own_chain(&chains[i]);
			CHILD_REQUIRE(write(done[1], "d", 1) == 1);
			CHILD_REQUIRE(read(go[0], &byte, 1) == 0);
			CHILD_REQUIRE(syscall(__NR_getuid) == -1 &&
				      errno == chains[i].own_error);
			_exit(0);
		}
	}
	close(done[1]);
	close(go[0]);
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		EXPECT_EQ(1, read(done[0], &byte, 1));
	EXPECT_EQ(2U, prog_describe(self->fd).layers);
	EXPECT_FALSE(refused());
	close(go[1]);
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++)
		EXPECT_TRUE(exited_with(wait_status(pids[i]), 0));
	EXPECT_EQ(0U, prog_describe(self->fd).layers);
}

TEST(handed_over_to_one_who_did_not_make_it)
{
	int pair[2], fd, status;
	pid_t maker, user;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	maker = fork();
	if (!maker) {
		fd = prog_create(&REFUSING);
		CHILD_REQUIRE(fd >= 0 && fd_send(pair[1], fd));
		_exit(0);
	}
	status = wait_status(maker);
	ASSERT_TRUE(exited_with(status, 0));
	user = fork();
	if (!user) {
		CHILD_REQUIRE(become_nobody());
		CHILD_REQUIRE(!set_no_new_privs());
		fd = fd_receive(pair[0]);
		CHILD_REQUIRE(fd >= 0 && !prog_attach(0, fd));
		CHILD_REQUIRE(refused());
		_exit(0);
	}
	status = wait_status(user);
	EXPECT_TRUE(exited_with(status, 0));
}

/* What it tells */

FIXTURE(info) {
	int fd, same, other, longest;
};

FIXTURE_SETUP(info)
{
	self->fd = prog_create(&OWN_REFUSING);
	self->same = prog_create(&OWN_REFUSING);
	self->other = prog_create(&OWN_ALLOWING);
	self->longest = prog_create(&(struct sock_fprog){ BPF_MAXINSNS, longest });
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->same);
	ASSERT_LE(0, self->other);
	ASSERT_LE(0, self->longest);
}

FIXTURE_TEARDOWN(info)
{
}

TEST_F(info, identity)
{
	struct seccomp_prog_info info = prog_describe(self->fd);
	int again;

	EXPECT_NE(0ULL, info.id);
	EXPECT_EQ(info.id, prog_describe(self->same).id);
	EXPECT_NE(info.id, prog_describe(self->other).id);
	EXPECT_NE(info.id, prog_describe(self->longest).id);

	/* It stays when the descriptor does not, and when nothing does it is not given again. */
	close(self->fd);
	EXPECT_EQ(info.id, prog_describe(self->same).id);
	close(self->same);
	again = prog_create(&OWN_REFUSING);
	ASSERT_LE(0, again);
	EXPECT_NE(info.id, prog_describe(again).id);
}

TEST_F(info, count_of_filters)
{
	pid_t pid;

	EXPECT_EQ(0U, prog_describe(self->fd).layers);
	ASSERT_EQ(0, prog_attach(0, self->fd));
	EXPECT_EQ(1U, prog_describe(self->fd).layers);
	EXPECT_EQ(1U, prog_describe(self->same).layers);
	/* A child shares it, */
	pid = fork();
	if (!pid) {
		CHILD_REQUIRE(prog_describe(self->fd).layers == 1);
		/* unless it is another one on top. */
		CHILD_REQUIRE(!prog_attach(0, self->same));
		CHILD_REQUIRE(prog_describe(self->fd).layers == 2);
		_exit(0);
	}
	EXPECT_TRUE(exited_with(wait_status(pid), 0));
	EXPECT_EQ(1U, prog_describe(self->fd).layers);
	EXPECT_EQ(0U, prog_describe(self->other).layers);
}

FIXTURE(reading) {
};

FIXTURE_SETUP(reading)
{
}

FIXTURE_TEARDOWN(reading)
{
}

FIXTURE_VARIANT(reading) {
	unsigned int length;	/* of the end of the longest program */
};

FIXTURE_VARIANT_ADD(reading, one) {
	.length = 1,
};

FIXTURE_VARIANT_ADD(reading, all) {
	.length = BPF_MAXINSNS,
};

TEST_F(reading, gives_what_was_given)
{
	static struct sock_filter insns[BPF_MAXINSNS + 1];
	const struct sock_filter untouched = { .code = 0xffff, .k = 0x55555555 };
	struct sock_filter *given = longest + BPF_MAXINSNS - variant->length;
	struct seccomp_prog_info info = { .insns = (uintptr_t)insns };
	int fd;

	for (unsigned int i = 0; i < BPF_MAXINSNS - 1; i++)
		longest[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, i);
	fd = prog_create(&(struct sock_fprog){ variant->length, given });
	ASSERT_LE(0, fd);
	for (unsigned int i = 0; i <= BPF_MAXINSNS; i++)
		insns[i] = untouched;

	/* One short, and it is only told how many there are. */
	info.len = variant->length - 1;
	EXPECT_EQ(-1, prog_info(fd, &info));
	EXPECT_EQ(ENOSPC, errno);
	EXPECT_EQ(variant->length, info.len);
	EXPECT_EQ(0, memcmp(&insns[0], &untouched, sizeof(untouched)));

	/* With that much, and with more. */
	EXPECT_EQ(0, prog_info(fd, &info));
	EXPECT_EQ(0, memcmp(insns, given, variant->length * sizeof(*insns)));
	EXPECT_EQ(0, memcmp(&insns[variant->length], &untouched, sizeof(untouched)));
	insns[0] = untouched;
	info.len = UINT32_MAX;
	EXPECT_EQ(0, prog_info(fd, &info));
	EXPECT_EQ(variant->length, info.len);
	EXPECT_EQ((uintptr_t)insns, info.insns);
	EXPECT_EQ(0, memcmp(insns, given, variant->length * sizeof(*insns)));
	EXPECT_EQ(0, memcmp(&insns[variant->length], &untouched, sizeof(untouched)));

	/* What comes back can be installed, and is the same. */
	EXPECT_EQ(prog_describe(fd).id,
		  prog_describe(prog_create(&(struct sock_fprog){ info.len, insns })).id);
}

TEST_F(info, errors)
{
	struct seccomp_prog_info info = {
		.insns = (uintptr_t)BAD_POINTER, .len = BPF_MAXINSNS,
	};
	struct seccomp_prog_info *unwritable = mmap(NULL, sizeof(info), PROT_READ,
						    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(unwritable != MAP_FAILED);
	EXPECT_EQ(-1, prog_info(self->fd, unwritable));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, SECCOMP_IOCTL_PROG_INFO, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, SECCOMP_IOCTL_PROG_INFO, BAD_POINTER));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, prog_info(self->fd, &info));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, SECCOMP_IOCTL_NOTIF_RECV, &info));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, read(self->fd, &info, sizeof(info)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->fd, &info, sizeof(info)));
	EXPECT_EQ(EBADF, errno);
}

TEST_F(info, in_proc)
{
	struct seccomp_prog_info info;
	char path[64], text[1024], line[64];

	ASSERT_EQ(0, prog_attach(0, self->fd));
	info = prog_describe(self->fd);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", self->fd);
	ASSERT_TRUE(file_read(path, text, sizeof(text)));
	snprintf(line, sizeof(line), "\nid:\t%llu\n", (unsigned long long)info.id);
	EXPECT_TRUE(strstr(text, line) != NULL);
	snprintf(line, sizeof(line), "\nlen:\t%u\n", info.len);
	EXPECT_TRUE(strstr(text, line) != NULL);
	EXPECT_TRUE(strstr(text, "\nlayers:\t1\n") != NULL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->fd);
	text[readlink(path, text, sizeof(text) - 1)] = '\0';
	EXPECT_STREQ("anon_inode:seccomp program", text);
}

TEST_HARNESS_MAIN
