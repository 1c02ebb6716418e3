// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners under listeners: who may have one, who is asked in which order, and whose answer
 * counts. All of this is beyond the existing implementation, but for the rows that say EBUSY and
 * those of a single listener.
 */

#include "notif.h"

#define SYSCTL		"/proc/sys/kernel/seccomp/nested_listeners"
#define NESTED		SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS
#define WAIT_RECV	SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define WAIT		SECCOMP_FILTER_FLAG_WAIT_KILLABLE
#define CONTINUE	SECCOMP_USER_NOTIF_FLAG_CONTINUE
#define SEND		SECCOMP_ADDFD_FLAG_SEND

#define NOBODY		65534
#define ANSWER		4242
/* More than any test has. */
#define MOST_LAYERS	100

static int sysctl_get(void)
{
	char text[16];

	return file_read(SYSCTL, text, sizeof(text)) ? atoi(text) : -errno;
}

static int sysctl_set(const char *text)
{
	int fd = open(SYSCTL, O_WRONLY | O_CLOEXEC), result;

	if (fd < 0)
		return -errno;
	result = or_errno(write(fd, text, strlen(text)));
	close(fd);
	return result > 0 ? 0 : result;
}

static int sysctl_set_number(int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	return sysctl_set(text);
}

/*
 * Who may have a listener. These tests install them in themselves.
 */

FIXTURE(install) {
	int sysctl;
};

/* Each of up to three listeners, the outermost first. */
FIXTURE_VARIANT(install) {
	int sysctl;
	struct {
		unsigned int flags;
		bool closed;		/* before the next one comes */
		int error;
	} listeners[3];
};

FIXTURE_VARIANT_ADD(install, second_is_refused) {
	.listeners = { { 0 }, { .error = EBUSY }, { .error = EBUSY } },
};

FIXTURE_VARIANT_ADD(install, second_comes_after_the_first_is_closed) {
	.listeners = { { .closed = true }, { .closed = true }, { 0 } },
};

FIXTURE_VARIANT_ADD(install, all_allow) {
	.listeners = { { .flags = NESTED }, { .flags = NESTED }, { .flags = NESTED } },
};

FIXTURE_VARIANT_ADD(install, innermost_needs_no_flag) {
	.listeners = { { .flags = NESTED }, { .flags = NESTED }, { 0 } },
};

FIXTURE_VARIANT_ADD(install, inner_cannot_allow_for_the_outer) {
	.listeners = {
		{ 0 }, { .flags = NESTED, .error = EBUSY }, { .flags = NESTED, .error = EBUSY },
	},
};

FIXTURE_VARIANT_ADD(install, middle_refuses) {
	.listeners = { { .flags = NESTED }, { 0 }, { .flags = NESTED, .error = EBUSY } },
};

FIXTURE_VARIANT_ADD(install, middle_refused_and_is_closed) {
	.listeners = { { .flags = NESTED }, { .closed = true }, { 0 } },
};

FIXTURE_VARIANT_ADD(install, outer_refuses_though_middle_is_closed) {
	.listeners = { { 0 }, { .error = EBUSY, .closed = true }, { .error = EBUSY } },
};

FIXTURE_VARIANT_ADD(install, sysctl_allows) {
	.sysctl = 1,
	.listeners = { { 0 }, { 0 }, { 0 } },
};

FIXTURE_SETUP(install)
{
	self->sysctl = sysctl_get();
	if (self->sysctl >= 0 || variant->sysctl)
		ASSERT_EQ(0, sysctl_set_number(variant->sysctl));
	ASSERT_EQ(0, set_no_new_privs());
}

/* In the parent, who gets here whatever becomes of the test, and has no filter. */
FIXTURE_TEARDOWN_PARENT(install)
{
	if (self->sysctl >= 0)
		EXPECT_EQ(0, sysctl_set_number(self->sysctl));
}

TEST_F(install, by_the_outer_ones_leave)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(variant->listeners); i++) {
		int listener = or_errno(listener_install(variant->listeners[i].flags));

		EXPECT_EQ(-variant->listeners[i].error, listener < 0 ? listener : 0)
			TH_LOG("listener %u", i);
		if (variant->listeners[i].closed && listener >= 0)
			close(listener);
	}
}

/* It is about what comes later, so a change has no effect on what is there. */
TEST_F(install, a_child_has_no_other_leave)
{
	bool may = variant->sysctl || variant->listeners[0].flags & NESTED;
	int listener = listener_install(variant->listeners[0].flags);
	pid_t pid;

	ASSERT_LE(0, listener);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		/* Filters without a listener neither need leave nor give it. */
		CHILD_REQUIRE(!filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))));
		CHILD_REQUIRE(may ? listener_install(0) >= 0 :
				    or_errno(listener_install(0)) == -EBUSY);
		_exit(0);
	}
	EXPECT_TRUE(exited_with(wait_status(pid), 0));
}

FIXTURE(sysctl) {
	int sysctl;
};

FIXTURE_SETUP(sysctl)
{
	self->sysctl = sysctl_get();
	ASSERT_LE(0, self->sysctl);
}

FIXTURE_TEARDOWN_PARENT(sysctl)
{
	if (self->sysctl >= 0)
		EXPECT_EQ(0, sysctl_set_number(self->sysctl));
}

TEST_F(sysctl, is_0_or_1)
{
	static const char * const others[] = { "2", "-1", "4294967296", "x", "0x10", "\n" };
	unsigned int i;
	int value;

	for (value = 1; value >= 0; value--) {
		ASSERT_EQ(0, sysctl_set_number(value));
		EXPECT_EQ(value, sysctl_get());
		for (i = 0; i < ARRAY_SIZE(others); i++) {
			EXPECT_EQ(-EINVAL, sysctl_set(others[i])) TH_LOG("'%s'", others[i]);
			EXPECT_EQ(value, sysctl_get());
		}
	}
}

TEST_F(sysctl, counts_when_a_listener_is_installed)
{
	int outer;

	ASSERT_EQ(0, set_no_new_privs());
	ASSERT_EQ(0, sysctl_set_number(0));
	outer = listener_install(0);
	ASSERT_LE(0, outer);
	EXPECT_EQ(-EBUSY, or_errno(listener_install(0)));
	ASSERT_EQ(0, sysctl_set_number(1));
	EXPECT_LE(0, listener_install(0));
	ASSERT_EQ(0, sysctl_set_number(0));
	EXPECT_EQ(-EBUSY, or_errno(listener_install(0)));
}

static void write_as_nobody(void *unused)
{
	int fd = open(SYSCTL, O_WRONLY | O_CLOEXEC);

	CHILD_REQUIRE(fd >= 0 && !setresuid(NOBODY, NOBODY, NOBODY));
	CHILD_REQUIRE(sysctl_get() >= 0 && sysctl_set_number(1) == -EACCES);
	/* Whoever opened it: it takes the privilege to change it, when it is changed. */
	CHILD_REQUIRE(or_errno(write(fd, "1", 1)) == -EPERM);
}

TEST_F(sysctl, is_roots)
{
	ASSERT_EQ(0, sysctl_set_number(0));
	EXPECT_TRUE(exited_with(child_status(write_as_nobody, NULL), 0));
	EXPECT_EQ(0, sysctl_get());
}

/* Neither flag means anything without a listener of one's own. */
TEST(flag_needs_a_listener)
{
	ASSERT_EQ(0, set_no_new_privs());
	EXPECT_EQ(-EINVAL, or_errno(filter_install(NESTED, &PROGRAM(RET(SECCOMP_RET_ALLOW)))));
	EXPECT_EQ(-EFAULT, or_errno(filter_install(NESTED | NEW_LISTENER, NULL)));
}

/*
 * Who is asked
 */

/* One layer of a target, and what its supervisor does. */
struct layer {
	__u32 says;		/* its filter of NOTIFIED_CALL */
	bool listens;
	unsigned int flags;
	enum { NOT_ASKED, CONTINUES, GIVES, FAILS } then;
	bool closed;		/* its listener, before the call */
};

#define NOTIFIES(...)	{ .says = SECCOMP_RET_USER_NOTIF, .listens = true, __VA_ARGS__ }

struct nest {
	pid_t pid;
	struct outcome *outcome;
	unsigned int count;
	int listeners[MOST_LAYERS];	/* -1 for none */
};

static int layer_install(const struct layer *layer)
{
	return filter_install(layer->flags | (layer->listens ? NEW_LISTENER | NESTED : 0),
			      &PROGRAM(ON_NR(NOTIFIED_CALL, layer->says),
				       RET(SECCOMP_RET_ALLOW)));
}

static void nest_enter(const struct layer *layers, unsigned int count, int sock)
{
	unsigned int i;

	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	CHILD_REQUIRE(!set_no_new_privs());
	for (i = 0; i < count; i++) {
		int listener = layer_install(&layers[i]);

		CHILD_REQUIRE(listener >= 0);
		if (!layers[i].listens)
			continue;
		CHILD_REQUIRE(fd_send(sock, listener));
		close(listener);
	}
}

/* A child that has these layers, the oldest first, and runs fn. All listeners are the caller's. */
static bool nest_start(struct nest *nest, const struct layer *layers, unsigned int count,
		       int (*fn)(void *outcome))
{
	unsigned int i;
	int pair[2];

	nest->outcome = shared_memory(sizeof(*nest->outcome));
	if (!nest->outcome || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return false;
	nest->count = count;
	nest->pid = fork();
	if (!nest->pid) {
		close(pair[0]);
		nest_enter(layers, count, pair[1]);
		close(pair[1]);
		_exit(fn(nest->outcome));
	}
	close(pair[1]);
	for (i = 0; i < count; i++) {
		nest->listeners[i] = layers[i].listens ? fd_receive(pair[0]) : -1;
		if (layers[i].listens && nest->listeners[i] < 0)
			return false;
	}
	close(pair[0]);
	return nest->pid > 0;
}

static bool nest_end(struct nest *nest)
{
	if (nest->pid > 0)
		kill(nest->pid, SIGKILL);
	/* 0: it has been waited for. */
	return !nest->pid || died_of(wait_status(nest->pid), SIGKILL);
}

static bool nest_ends_by_itself(struct nest *nest)
{
	int status = wait_status(nest->pid);

	nest->pid = 0;
	return exited_with(status, 0);
}

/* Is there a call at this listener, and at no other, while the target sleeps? */
static bool nest_asks_only(const struct nest *nest, unsigned int layer)
{
	unsigned int i;

	if (!listener_wait(nest->listeners[layer], POLLIN) || !task_wait_asleep(nest->pid))
		return false;
	for (i = 0; i < nest->count; i++)
		if (i != layer && nest->listeners[i] >= 0 &&
		    listener_events(nest->listeners[i], 0))
			return false;
	return true;
}

static int wait_for_the_end(void)
{
	for (;;)
		pause();
	return 0;
}

/* Makes one call and no other. */
static int call_once(void *arg)
{
	struct outcome *outcome = arg;

	outcome->result = or_errno(syscall(NOTIFIED_CALL));
	__atomic_store_n(&outcome->calls, 1, __ATOMIC_RELEASE);
	return wait_for_the_end();
}

static bool call_has_returned(const struct nest *nest)
{
	const uint64_t until = clock_ms() + PATIENCE_MS;

	while (!outcome_calls(nest->outcome)) {
		if (clock_ms() > until)
			return false;
		sched_yield();
	}
	return true;
}

/* Answers as the layer's supervisor does; gives what the call returns if this ends it. */
static bool layer_answers(const struct layer *layer, int listener, unsigned int place, int *result)
{
	struct seccomp_notif call;

	if (notif_recv(listener, &call))
		return false;
	switch (layer->then) {
	case CONTINUES:
		return !notif_send(listener, call.id, 0, 0, CONTINUE);
	case GIVES:
		*result = ANSWER + place;
		return !notif_send(listener, call.id, *result, 0, 0);
	case FAILS:
		*result = -EXDEV;
		return !notif_send(listener, call.id, 0, -EXDEV, 0);
	default:
		return false;
	}
}

/*
 * Goes through one call: from the newest layer to the oldest, those are asked that the table says,
 * and nobody else is. The call returns what a
 * supervisor gives; if none does, otherwise.
 */
static bool nest_is_asked(struct nest *nest, const struct layer *layers, int otherwise)
{
	int result = otherwise, i;

	for (i = nest->count - 1; i >= 0; i--) {
		if (layers[i].then == NOT_ASKED)
			continue;
		if (!nest_asks_only(nest, i) ||
		    !layer_answers(&layers[i], nest->listeners[i], i, &result)) {
			dprintf(STDERR_FILENO, "# not asked as it should: layer %d\n", i);
			return false;
		}
	}
	if (!call_has_returned(nest) || nest->outcome->result != result) {
		dprintf(STDERR_FILENO, "# returned %d, not %d\n", nest->outcome->result, result);
		return false;
	}
	for (i = 0; i < (int)nest->count; i++) {
		if (nest->listeners[i] >= 0 && listener_events(nest->listeners[i], 0)) {
			dprintf(STDERR_FILENO, "# asked too much: layer %d\n", i);
			return false;
		}
	}
	return true;
}

/* Says that the call is made, which gives the caller's id. */
#define IS_MADE	0

FIXTURE(layers) {
	struct nest nest;
};

FIXTURE_VARIANT(layers) {
	struct layer layers[5];	/* the oldest first */
	unsigned int count;
	int gives;		/* if no supervisor says otherwise */
};

FIXTURE_VARIANT_ADD(layers, one_continues) {
	.layers = { NOTIFIES(.then = CONTINUES) },
	.count = 1,
};

FIXTURE_VARIANT_ADD(layers, all_continue) {
	.layers = { NOTIFIES(.then = CONTINUES), NOTIFIES(.then = CONTINUES) },
	.count = 2,
};

FIXTURE_VARIANT_ADD(layers, three_continue) {
	.layers = {
		NOTIFIES(.then = CONTINUES), NOTIFIES(.then = CONTINUES),
		NOTIFIES(.then = CONTINUES),
	},
	.count = 3,
};

FIXTURE_VARIANT_ADD(layers, outer_gives_a_value) {
	.layers = { NOTIFIES(.then = GIVES), NOTIFIES(.then = CONTINUES) },
	.count = 2,
};

FIXTURE_VARIANT_ADD(layers, outer_fails_it) {
	.layers = { NOTIFIES(.then = FAILS), NOTIFIES(.then = CONTINUES) },
	.count = 2,
};

FIXTURE_VARIANT_ADD(layers, inner_gives_a_value) {
	.layers = { NOTIFIES(), NOTIFIES(.then = GIVES) },
	.count = 2,
};

FIXTURE_VARIANT_ADD(layers, inner_fails_it) {
	.layers = { NOTIFIES(), NOTIFIES(.then = FAILS) },
	.count = 2,
};

FIXTURE_VARIANT_ADD(layers, middle_gives_a_value) {
	.layers = { NOTIFIES(), NOTIFIES(.then = GIVES), NOTIFIES(.then = CONTINUES) },
	.count = 3,
};

FIXTURE_VARIANT_ADD(layers, whose_filter_allows_is_not_asked) {
	.layers = {
		{ .says = SECCOMP_RET_ALLOW, .listens = true },
		NOTIFIES(.then = CONTINUES),
		{ .says = SECCOMP_RET_ALLOW, .listens = true },
		NOTIFIES(.then = CONTINUES),
		{ .says = SECCOMP_RET_ALLOW, .listens = true },
	},
	.count = 5,
};

FIXTURE_VARIANT_ADD(layers, milder_verdicts_do_not_matter) {
	.layers = {
		{ .says = SECCOMP_RET_TRACE }, NOTIFIES(.then = CONTINUES),
		{ .says = SECCOMP_RET_LOG, .listens = true }, NOTIFIES(.then = CONTINUES),
		{ .says = SECCOMP_RET_TRACE, .listens = true },
	},
	.count = 5,
};

FIXTURE_VARIANT_ADD(layers, stricter_newest_wins) {
	.layers = {
		NOTIFIES(), NOTIFIES(), { .says = SECCOMP_RET_ERRNO | ENOMEDIUM },
	},
	.count = 3,
	.gives = -ENOMEDIUM,
};

FIXTURE_VARIANT_ADD(layers, stricter_middle_wins) {
	.layers = {
		NOTIFIES(), { .says = SECCOMP_RET_ERRNO | ENOMEDIUM }, NOTIFIES(),
	},
	.count = 3,
	.gives = -ENOMEDIUM,
};

FIXTURE_VARIANT_ADD(layers, stricter_oldest_wins) {
	.layers = {
		{ .says = SECCOMP_RET_ERRNO | ENOMEDIUM }, NOTIFIES(), NOTIFIES(),
	},
	.count = 3,
	.gives = -ENOMEDIUM,
};

FIXTURE_VARIANT_ADD(layers, closed_inner_fails_it) {
	.layers = { NOTIFIES(), NOTIFIES(.closed = true) },
	.count = 2,
	.gives = -ENOSYS,
};

FIXTURE_VARIANT_ADD(layers, closed_outer_fails_it) {
	.layers = { NOTIFIES(.closed = true), NOTIFIES(.then = CONTINUES) },
	.count = 2,
	.gives = -ENOSYS,
};

FIXTURE_VARIANT_ADD(layers, closed_outer_is_not_in_the_way_of_a_value) {
	.layers = { NOTIFIES(.closed = true), NOTIFIES(.then = GIVES) },
	.count = 2,
};

FIXTURE_VARIANT_ADD(layers, closed_middle_hides_the_outer) {
	.layers = { NOTIFIES(), NOTIFIES(.closed = true), NOTIFIES(.then = CONTINUES) },
	.count = 3,
	.gives = -ENOSYS,
};

/* A filter on top cannot loosen an older one. */
FIXTURE_VARIANT_ADD(layers, older_without_a_listener_fails_it) {
	.layers = { { .says = SECCOMP_RET_USER_NOTIF }, NOTIFIES(.then = CONTINUES) },
	.count = 2,
	.gives = -ENOSYS,
};

FIXTURE_VARIANT_ADD(layers, newer_without_a_listener_fails_it) {
	.layers = { NOTIFIES(), { .says = SECCOMP_RET_USER_NOTIF } },
	.count = 2,
	.gives = -ENOSYS,
};

FIXTURE_SETUP(layers)
{
	unsigned int i;

	ASSERT_TRUE(nest_start(&self->nest, variant->layers, variant->count, call_once));
	/* Whether the target is there already, or comes afterwards, is the same. */
	for (i = 0; i < variant->count; i++) {
		if (variant->layers[i].closed) {
			close(self->nest.listeners[i]);
			self->nest.listeners[i] = -1;
		}
	}
}

FIXTURE_TEARDOWN(layers)
{
	EXPECT_TRUE(nest_end(&self->nest));
}

TEST_F(layers, are_asked)
{
	EXPECT_TRUE(nest_is_asked(&self->nest, variant->layers, variant->gives ?: getpid()));
}

/*
 * Long chains. Who said USER_NOTIF is remembered of the oldest 64 layers; others are asked again.
 */

FIXTURE(depth) {
	struct nest nest;
	struct layer layers[MOST_LAYERS];
};

FIXTURE_VARIANT(depth) {
	unsigned int count;
	unsigned int asked[6];	/* layers that notify, by depth: 1 for the oldest */
	unsigned int not_asked[6];	/* that have a listener and allow */
	bool all;		/* notify */
};

FIXTURE_VARIANT_ADD(depth, hundred_listeners) {
	.count = 100, .all = true,
};

FIXTURE_VARIANT_ADD(depth, below_and_above_64) {
	.count = 70, .asked = { 1, 3, 64, 65, 70 }, .not_asked = { 2, 63, 66, 69 },
};

FIXTURE_VARIANT_ADD(depth, above_64_only) {
	.count = 70, .asked = { 66, 67, 70 }, .not_asked = { 2, 3, 6, 65 },
};

FIXTURE_VARIANT_ADD(depth, below_64_only) {
	.count = 100, .asked = { 2, 3, 36, 63 }, .not_asked = { 1, 66, 67, 100 },
};

FIXTURE_VARIANT_ADD(depth, at_65_and_64) {
	.count = 65, .asked = { 64, 65 }, .not_asked = { 1, 63 },
};

FIXTURE_SETUP(depth)
{
	const struct layer notifies = NOTIFIES(.then = CONTINUES);
	unsigned int i;

	for (i = 0; i < MOST_LAYERS; i++)
		self->layers[i].says = SECCOMP_RET_ALLOW;
	for (i = 0; i < variant->count && variant->all; i++)
		self->layers[i] = notifies;
	for (i = 0; i < ARRAY_SIZE(variant->asked); i++) {
		if (variant->asked[i])
			self->layers[variant->asked[i] - 1] = notifies;
		if (variant->not_asked[i])
			self->layers[variant->not_asked[i] - 1].listens = true;
	}
	ASSERT_TRUE(nest_start(&self->nest, self->layers, variant->count, call_once));
}

FIXTURE_TEARDOWN(depth)
{
	EXPECT_TRUE(nest_end(&self->nest));
}

TEST_F(depth, does_not_matter)
{
	EXPECT_TRUE(nest_is_asked(&self->nest, self->layers, getpid()));
}

/*
 * Two listeners, step by step
 */

#define OUTER	0
#define INNER	1

static int call_restartably(void *arg)
{
	return call_with_handler(arg, SA_RESTART);
}

static bool two_start(struct nest *nest, unsigned int outer_flags, unsigned int inner_flags,
		      int (*fn)(void *arg))
{
	const struct layer layers[] = {
		[OUTER] = NOTIFIES(.flags = outer_flags),
		[INNER] = NOTIFIES(.flags = inner_flags),
	};

	return nest_start(nest, layers, ARRAY_SIZE(layers), fn);
}

static bool inner_continues(const struct nest *nest, struct seccomp_notif *call)
{
	return notif_next(nest->listeners[INNER], call) &&
	       !notif_send(nest->listeners[INNER], call->id, 0, 0, CONTINUE);
}

FIXTURE(two) {
	struct nest nest;
	struct seccomp_notif inner, outer;
	int inside, outside;		/* the listeners */
};

FIXTURE_SETUP(two)
{
	ASSERT_TRUE(two_start(&self->nest, 0, 0, call_interruptibly));
	self->inside = self->nest.listeners[INNER];
	self->outside = self->nest.listeners[OUTER];
}

FIXTURE_TEARDOWN(two)
{
	EXPECT_TRUE(nest_end(&self->nest));
}

/* Goes as far as the outer supervisor having received the call. */
#define GO_OUTSIDE() do {						\
	ASSERT_TRUE(inner_continues(&self->nest, &self->inner));	\
	ASSERT_TRUE(notif_next(self->outside, &self->outer));		\
} while (0)

TEST_F(two, have_ids_of_their_own)
{
	ASSERT_TRUE(notif_next(self->inside, &self->inner));
	EXPECT_EQ(0, notif_id_valid(self->inside, self->inner.id));
	EXPECT_EQ(-ENOENT, or_errno(notif_id_valid(self->outside, self->inner.id)));
	EXPECT_EQ(-ENOENT, or_errno(notif_send(self->outside, self->inner.id, 0, 0, 0)));
	ASSERT_EQ(0, notif_send(self->inside, self->inner.id, 0, 0, CONTINUE));

	ASSERT_TRUE(notif_next(self->outside, &self->outer));
	EXPECT_NE(self->inner.id, self->outer.id);
	EXPECT_EQ(0, notif_id_valid(self->outside, self->outer.id));
	EXPECT_EQ(-ENOENT, or_errno(notif_id_valid(self->inside, self->inner.id)));
	EXPECT_EQ(-ENOENT, or_errno(notif_id_valid(self->inside, self->outer.id)));
	EXPECT_EQ(-ENOENT, or_errno(notif_send(self->inside, self->inner.id, 0, 0, 0)));
	EXPECT_EQ(0, notif_send(self->outside, self->outer.id, ANSWER, 0, 0));
}

TEST_F(two, see_the_same_call)
{
	GO_OUTSIDE();
	EXPECT_EQ((__u32)self->nest.pid, self->inner.pid);
	EXPECT_EQ((__u32)self->nest.pid, self->outer.pid);
	EXPECT_EQ(NOTIFIED_CALL, self->outer.data.nr);
	EXPECT_EQ(0, memcmp(&self->inner.data, &self->outer.data, sizeof(self->outer.data)));
}

TEST_F(two, may_both_give_files)
{
	struct seccomp_notif_addfd addfd = { .srcfd = memfd_create("given", 0) };
	int first, second;

	ASSERT_TRUE(notif_next(self->inside, &self->inner));
	addfd.id = self->inner.id;
	first = notif_addfd(self->inside, &addfd);
	EXPECT_LE(0, first);
	EXPECT_EQ(-ENOENT, notif_addfd(self->outside, &addfd));
	ASSERT_EQ(0, notif_send(self->inside, self->inner.id, 0, 0, CONTINUE));

	ASSERT_TRUE(notif_next(self->outside, &self->outer));
	addfd.id = self->outer.id;
	EXPECT_EQ(-ENOENT, notif_addfd(self->inside, &addfd));
	addfd.flags = SEND;
	second = notif_addfd(self->outside, &addfd);
	EXPECT_EQ(first + 1, second);

	/* The next call, while which it can be looked at. */
	ASSERT_TRUE(notif_next(self->inside, &self->inner));
	EXPECT_EQ(second, self->nest.outcome->result);
	EXPECT_TRUE(is_same_file(self->nest.pid, first, addfd.srcfd));
	EXPECT_TRUE(is_same_file(self->nest.pid, second, addfd.srcfd));
}

TEST_F(two, inner_file_as_answer_ends_it)
{
	struct seccomp_notif_addfd addfd = { .srcfd = memfd_create("given", 0), .flags = SEND };
	int fd;

	ASSERT_TRUE(notif_next(self->inside, &self->inner));
	addfd.id = self->inner.id;
	fd = notif_addfd(self->inside, &addfd);
	EXPECT_LE(0, fd);
	ASSERT_TRUE(notif_next(self->inside, &self->inner));
	EXPECT_EQ(fd, self->nest.outcome->result);
	EXPECT_TRUE(is_same_file(self->nest.pid, fd, addfd.srcfd));
	EXPECT_EQ(0, listener_events(self->outside, 0));
}

TEST_F(two, killed_target_is_gone_for_both)
{
	GO_OUTSIDE();
	ASSERT_EQ(0, kill(self->nest.pid, SIGKILL));
	ASSERT_EQ(0, waitid(P_PID, self->nest.pid, NULL, WEXITED | WNOWAIT));
	EXPECT_EQ(-ENOENT, or_errno(notif_send(self->outside, self->outer.id, 0, 0, 0)));
	EXPECT_EQ(-ENOENT, or_errno(notif_id_valid(self->inside, self->inner.id)));
}

TEST_F(two, inner_closed_when_the_outer_is_asked_has_no_say)
{
	GO_OUTSIDE();
	close(self->inside);
	self->nest.listeners[INNER] = -1;
	EXPECT_EQ(0, notif_id_valid(self->outside, self->outer.id));
	EXPECT_EQ(0, notif_send(self->outside, self->outer.id, ANSWER, 0, 0));
	/* But of the next call it has: it fails, and that ends the target. */
	EXPECT_TRUE(nest_ends_by_itself(&self->nest));
	EXPECT_EQ(2, outcome_calls(self->nest.outcome));
}

TEST_F(two, outer_closed_when_it_is_asked_fails_it)
{
	GO_OUTSIDE();
	close(self->outside);
	self->nest.listeners[OUTER] = -1;
	EXPECT_TRUE(nest_ends_by_itself(&self->nest));
	EXPECT_EQ(1, outcome_calls(self->nest.outcome));
	EXPECT_EQ(-ENOSYS, self->nest.outcome->result);
}

/*
 * Signals, when it is the outer supervisor's turn
 */

FIXTURE(signals) {
	struct nest nest;
	struct seccomp_notif inner, outer;
	int inside, outside;
};

FIXTURE_VARIANT(signals) {
	unsigned int outer_flags, inner_flags;
	bool restarts;		/* calls that a signal has interrupted */
	bool endures_queued, endures_received;	/* a signal, at the outer listener */
};

FIXTURE_VARIANT_ADD(signals, fail_the_call) {
	.outer_flags = 0,
};

FIXTURE_VARIANT_ADD(signals, restart_it_from_the_inner) {
	.restarts = true,
};

/* How long an inner one waits is no other's concern. */
FIXTURE_VARIANT_ADD(signals, fail_it_although_the_inner_waits) {
	.inner_flags = WAIT,
};

FIXTURE_VARIANT_ADD(signals, wait_for_the_outer) {
	.outer_flags = WAIT, .endures_queued = true, .endures_received = true,
};

FIXTURE_VARIANT_ADD(signals, wait_for_the_outer_who_received) {
	.outer_flags = WAIT_RECV, .restarts = true, .endures_received = true,
};

FIXTURE_SETUP(signals)
{
	ASSERT_TRUE(two_start(&self->nest, variant->outer_flags, variant->inner_flags,
			      variant->restarts ? call_restartably : call_interruptibly));
	self->inside = self->nest.listeners[INNER];
	self->outside = self->nest.listeners[OUTER];
}

FIXTURE_TEARDOWN(signals)
{
	EXPECT_TRUE(nest_end(&self->nest));
}

/* What a signal does to the call that the outer supervisor has, or has not, received. */
static bool signal_does(FIXTURE_DATA(signals) *self, const FIXTURE_VARIANT(signals) *variant,
			bool received, int calls)
{
	bool endures = received ? variant->endures_received : variant->endures_queued;
	uint64_t inner;

	if (!inner_continues(&self->nest, &self->inner) ||
	    !listener_wait(self->outside, POLLIN) ||
	    (received && notif_recv(self->outside, &self->outer)) ||
	    !task_wait_asleep(self->nest.pid) || kill(self->nest.pid, SIGUSR1))
		return false;
	inner = self->inner.id;

	if (endures) {
		/* It wakes up to it, and goes to sleep again. */
		if (!task_wait_asleep(self->nest.pid) || listener_events(self->inside, 0) ||
		    (!received && notif_recv(self->outside, &self->outer)))
			return false;
		return !notif_send(self->outside, self->outer.id, ANSWER, 0, 0) &&
		       listener_wait(self->inside, POLLIN) &&
		       outcome_calls(self->nest.outcome) == calls + 1 &&
		       self->nest.outcome->result == ANSWER;
	}

	/* The inner one is asked again: of a call that was made anew, or of the next. */
	if (!notif_next(self->inside, &self->inner) || self->inner.id == inner ||
	    listener_events(self->outside, 0) ||
	    (received && or_errno(notif_send(self->outside, self->outer.id, 0, 0, 0)) != -ENOENT))
		return false;
	if (variant->restarts)
		return outcome_calls(self->nest.outcome) == calls;
	return outcome_calls(self->nest.outcome) == calls + 1 &&
	       self->nest.outcome->result == -EINTR;
}

TEST_F(signals, when_received_outside)
{
	EXPECT_TRUE(signal_does(self, variant, true, 0));
}

TEST_F(signals, when_queued_outside)
{
	EXPECT_TRUE(signal_does(self, variant, false, 0));
}

/* The other way round: at the inner listener, nothing that the outer one asks for counts. */
TEST(inner_wait_is_interrupted_although_the_outer_waits)
{
	struct seccomp_notif call;
	struct nest nest;

	ASSERT_TRUE(two_start(&nest, WAIT, 0, call_interruptibly));
	ASSERT_TRUE(notif_next(nest.listeners[INNER], &call));
	ASSERT_EQ(0, kill(nest.pid, SIGUSR1));
	EXPECT_TRUE(notif_next(nest.listeners[INNER], &call));
	EXPECT_EQ(1, outcome_calls(nest.outcome));
	EXPECT_EQ(-EINTR, nest.outcome->result);
	EXPECT_EQ(0, listener_events(nest.listeners[OUTER], 0));
	EXPECT_TRUE(nest_end(&nest));
}

/*
 * Families
 */

/* Under both, a child makes a call. */
static int child_calls(void *arg)
{
	struct outcome *outcome = arg;
	pid_t pid = fork();

	CHILD_REQUIRE(pid >= 0);
	if (!pid) {
		CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
		outcome->result = or_errno(syscall(NOTIFIED_CALL));
		_exit(0);
	}
	CHILD_REQUIRE(exited_with(wait_status(pid), 0));
	__atomic_store_n(&outcome->calls, 1, __ATOMIC_RELEASE);
	return wait_for_the_end();
}

TEST(children_are_under_both)
{
	struct seccomp_notif inner, outer;
	struct nest nest;

	ASSERT_TRUE(two_start(&nest, 0, 0, child_calls));
	ASSERT_TRUE(inner_continues(&nest, &inner));
	ASSERT_TRUE(notif_next(nest.listeners[OUTER], &outer));
	EXPECT_NE((__u32)nest.pid, inner.pid);
	EXPECT_EQ(outer.pid, inner.pid);
	ASSERT_EQ(0, notif_send(nest.listeners[OUTER], outer.id, 0, 0, CONTINUE));
	EXPECT_TRUE(call_has_returned(&nest));
	EXPECT_EQ(nest.pid, nest.outcome->result);
	EXPECT_TRUE(nest_end(&nest));
}

/*
 * A target of the test that is a supervisor itself: its child has an inner listener, which is its
 * own. It answers one call, says so, makes one itself, and leaves.
 */
static int supervise_child(void *arg)
{
	struct outcome *outcome = arg;
	struct seccomp_notif call;
	struct target child;

	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	CHILD_REQUIRE(target_start(&child, 0, call_and_tell, outcome));
	CHILD_REQUIRE(notif_next(child.listener, &call));
	CHILD_REQUIRE(call.pid == (__u32)child.pid);
	CHILD_REQUIRE(!notif_send(child.listener, call.id, 0, 0, CONTINUE));
	/* The next one comes when the outer supervisor has answered the first. */
	CHILD_REQUIRE(notif_next(child.listener, &call));
	CHILD_REQUIRE(syscall(NOTIFIED_CALL) == ANSWER);
	CHILD_REQUIRE(!listener_events(child.listener, 0) ||
		      listener_events(child.listener, 0) == POLLOUT);
	close(child.listener);
	CHILD_REQUIRE(exited_with(wait_status(child.pid), 0));
	CHILD_REQUIRE(outcome->calls == 2 && outcome->result == -ENOSYS);
	return 0;
}

TEST(inner_listener_may_be_the_targets)
{
	struct outcome *outcome = shared_memory(sizeof(*outcome));
	struct seccomp_notif call;
	struct target target;

	ASSERT_TRUE(outcome != NULL);
	ASSERT_TRUE(target_start(&target, NESTED, supervise_child, outcome));
	ASSERT_TRUE(notif_next(target.listener, &call));
	EXPECT_NE((__u32)target.pid, call.pid);
	EXPECT_EQ(0, notif_send(target.listener, call.id, ANSWER + 1, 0, 0));

	/* And the inner supervisor's own calls come to the outer one only. */
	ASSERT_TRUE(notif_next(target.listener, &call));
	EXPECT_EQ((__u32)target.pid, call.pid);
	EXPECT_EQ(0, notif_send(target.listener, call.id, ANSWER, 0, 0));
	EXPECT_TRUE(exited_with(wait_status(target.pid), 0));
	EXPECT_TRUE(listener_wait(target.listener, POLLHUP));
	EXPECT_EQ(0, listener_events(target.listener, 0) & (POLLIN | POLLOUT));
}

/* Has an outer listener; its child, whose pid it tells, an inner one as well. Both wait. */
struct family {
	int sock;
	int outer, inner;	/* listeners, as they were sent */
	pid_t child;
};

static int family_run(void *arg)
{
	struct family *family = arg;
	int inner;
	pid_t pid = fork();

	CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
	CHILD_REQUIRE(pid >= 0);
	if (!pid) {
		CHILD_REQUIRE(!prctl(PR_SET_PDEATHSIG, SIGKILL));
		inner = listener_install(0);
		CHILD_REQUIRE(inner >= 0);
		CHILD_REQUIRE(fd_send(family->sock, inner));
		close(inner);
		_exit(wait_for_the_end());
	}
	__atomic_store_n(&family->child, pid, __ATOMIC_SEQ_CST);
	CHILD_REQUIRE(died_of(wait_status(pid), SIGKILL));
	return wait_for_the_end();
}

TEST(hang_up_comes_to_each_with_its_last_task)
{
	struct family *family = shared_memory(sizeof(*family));
	struct target target;
	int pair[2], inner;

	ASSERT_TRUE(family != NULL);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	family->sock = pair[1];
	ASSERT_TRUE(target_start(&target, NESTED, family_run, family));
	inner = fd_receive(pair[0]);
	ASSERT_LE(0, inner);
	while (!__atomic_load_n(&family->child, __ATOMIC_SEQ_CST))
		sched_yield();
	EXPECT_EQ(0, listener_events(inner, 0));

	ASSERT_EQ(0, kill(family->child, SIGKILL));
	EXPECT_TRUE(listener_wait(inner, POLLHUP));
	EXPECT_EQ(0, listener_events(target.listener, 0));
	ASSERT_EQ(0, kill(target.pid, SIGKILL));
	EXPECT_TRUE(listener_wait(target.listener, POLLHUP));
	EXPECT_TRUE(target_kill(&target));
}

TEST_HARNESS_MAIN
