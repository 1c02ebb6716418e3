// SPDX-License-Identifier: GPL-2.0
/*
 * The files of kernel.seccomp: the list of actions that there are and the list of those
 * that are logged.
 */

#include "common.h"

#include <sys/stat.h>

#define AVAIL		"/proc/sys/kernel/seccomp/actions_avail"
#define LOGGED		"/proc/sys/kernel/seccomp/actions_logged"
/* An action that this kernel may lack; the lists are compared without it. */
#define OPTIONAL	"user_notif"

#define NOBODY		65534

/* Reads a whole file from its beginning. */
static bool list_read(const char *path, char *list, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, list, size - 1);
	close(fd);
	if (n <= 0 || list[n - 1] != '\n')
		return false;
	list[n - 1] = '\0';
	return true;
}

/* 0 when all of the text was taken, an errno when none of it was. */
static int list_write(int fd, const char *text, size_t length)
{
	ssize_t n = pwrite(fd, text, length, 0);

	return n < 0 ? errno : n == (ssize_t)length ? 0 : -1;
}

static void without_optional(char *list)
{
	char *at = strstr(list, OPTIONAL " ");

	if (at)
		memmove(at, at + strlen(OPTIONAL " "), strlen(at + strlen(OPTIONAL " ")) + 1);
}

TEST(present)
{
	char list[256];

	ASSERT_TRUE(list_read(AVAIL, list, sizeof(list)));
	ASSERT_TRUE(list_read(LOGGED, list, sizeof(list)));
}

TEST(modes)
{
	struct stat avail, logged;

	ASSERT_EQ(0, stat(AVAIL, &avail));
	ASSERT_EQ(0, stat(LOGGED, &logged));
	EXPECT_EQ(0100444U, avail.st_mode);
	EXPECT_EQ(0100644U, logged.st_mode);
	EXPECT_EQ(0U, avail.st_uid);
	EXPECT_EQ(0U, logged.st_uid);
}

TEST(available_from_strictest_to_mildest)
{
	char list[256];

	ASSERT_TRUE(list_read(AVAIL, list, sizeof(list)));
	without_optional(list);
	EXPECT_STREQ("kill_process kill_thread trap errno trace log allow", list);
}

/* What the file names and what the system call says have to agree. */
TEST(available_as_the_call_says)
{
	static const struct {
		const char *name;
		__u32 action;
	} actions[] = {
		{ "kill_process", SECCOMP_RET_KILL_PROCESS },
		{ "kill_thread", SECCOMP_RET_KILL_THREAD },
		{ "trap", SECCOMP_RET_TRAP },
		{ "errno", SECCOMP_RET_ERRNO },
		{ "user_notif", SECCOMP_RET_USER_NOTIF },
		{ "trace", SECCOMP_RET_TRACE },
		{ "log", SECCOMP_RET_LOG },
		{ "allow", SECCOMP_RET_ALLOW },
	};
	char list[256], padded[sizeof(list) + 2], name[32];
	unsigned int i;

	ASSERT_TRUE(list_read(AVAIL, list, sizeof(list)));
	snprintf(padded, sizeof(padded), " %s ", list);
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		snprintf(name, sizeof(name), " %s ", actions[i].name);
		EXPECT_EQ(!!strstr(padded, name),
			  !sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &actions[i].action))
			TH_LOG("%s", actions[i].name);
	}
}

/* The one that is written to, as a file that root opened. */
FIXTURE(logged) {
	int fd;
	char list[256];
	char seen[256];
};

FIXTURE_SETUP(logged)
{
	ASSERT_TRUE(list_read(LOGGED, self->list, sizeof(self->list)));
	self->fd = open(LOGGED, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

/* In the parent, who gets here whatever becomes of the test. */
FIXTURE_TEARDOWN_PARENT(logged)
{
	int fd = open(LOGGED, O_WRONLY | O_CLOEXEC);

	EXPECT_LE(0, fd);
	EXPECT_EQ(0, list_write(fd, self->list, strlen(self->list)));
	close(fd);
}

/* Nobody has changed it yet, or whoever did restored it: everything but what is allowed. */
TEST_F(logged, default_is_all_but_allow)
{
	ASSERT_TRUE(list_read(AVAIL, self->seen, sizeof(self->seen)));
	ASSERT_EQ(strlen(self->list) + strlen(" allow"), strlen(self->seen));
	EXPECT_STREQ(" allow", self->seen + strlen(self->list));
	self->seen[strlen(self->list)] = '\0';
	EXPECT_STREQ(self->seen, self->list);
}

TEST_F(logged, accepts)
{
	/* As it is written and as it is read. */
	static const char * const lists[][2] = {
		{ "log", "log" },
		{ "log\n", "log" },
		{ "log kill_process", "kill_process log" },
		{ "log trace errno trap kill_thread kill_process",
		  "kill_process kill_thread trap errno trace log" },
		{ "errno errno trap errno", "trap errno" },
		{ "\n", "" },
		{ " ", "" },
		{ "kill_thread", "kill_thread" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		EXPECT_EQ(0, list_write(self->fd, lists[i][0], strlen(lists[i][0])))
			TH_LOG("'%s'", lists[i][0]);
		EXPECT_TRUE(list_read(LOGGED, self->seen, sizeof(self->seen)));
		EXPECT_STREQ(lists[i][1], self->seen);
	}
}

/* Refused as a whole, wherever the culprit stands. */
TEST_F(logged, refuses)
{
	static const char * const lists[] = {
		"allow",
		"errno allow",
		"allow errno",
		"none",
		"errno none",
		"none errno",
		"Errno",
		"err",
		"errnos",
		"errno,trap",
		"errno;",
		"kill",
	};
	unsigned int i;

	ASSERT_EQ(0, list_write(self->fd, "trap trace", strlen("trap trace")));
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		EXPECT_EQ(EINVAL, list_write(self->fd, lists[i], strlen(lists[i])))
			TH_LOG("'%s'", lists[i]);
		EXPECT_TRUE(list_read(LOGGED, self->seen, sizeof(self->seen)));
		EXPECT_STREQ("trap trace", self->seen);
	}
}

TEST_F(logged, refuses_overlong)
{
	static char overlong[1 << 16];

	memset(overlong, 'e', sizeof(overlong));
	ASSERT_EQ(0, list_write(self->fd, "trap trace", strlen("trap trace")));
	EXPECT_EQ(EINVAL, list_write(self->fd, overlong, sizeof(overlong)));
	EXPECT_TRUE(list_read(LOGGED, self->seen, sizeof(self->seen)));
	EXPECT_STREQ("trap trace", self->seen);
}

/* Whoever opened it: it takes the privilege to change it, when it is changed. */
TEST_F(logged, needs_privilege)
{
	pid_t pid;

	ASSERT_EQ(0, list_write(self->fd, "trap trace", strlen("trap trace")));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		CHILD_REQUIRE(!setresuid(NOBODY, NOBODY, NOBODY));
		CHILD_REQUIRE(list_write(self->fd, "errno", strlen("errno")) == EPERM);
		/* To read is no privilege. */
		CHILD_REQUIRE(list_read(LOGGED, self->seen, sizeof(self->seen)));
		CHILD_REQUIRE(open(LOGGED, O_WRONLY) < 0 && errno == EACCES);
		_exit(0);
	}
	EXPECT_TRUE(exited_with(wait_status(pid), 0));
	EXPECT_TRUE(list_read(LOGGED, self->seen, sizeof(self->seen)));
	EXPECT_STREQ("trap trace", self->seen);
}

/* No capability lets anyone change what there is. */
TEST(available_is_not_written)
{
	char before[256], after[256];
	int fd = open(AVAIL, O_WRONLY | O_CLOEXEC);

	ASSERT_TRUE(list_read(AVAIL, before, sizeof(before)));
	if (fd >= 0)
		EXPECT_LT(0, list_write(fd, "log", strlen("log")));
	ASSERT_TRUE(list_read(AVAIL, after, sizeof(after)));
	EXPECT_STREQ(before, after);
}

TEST_HARNESS_MAIN
