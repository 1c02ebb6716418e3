// SPDX-License-Identifier: GPL-2.0
/*
 * Audit record 1326: which verdicts leave one (the action, SECCOMP_FILTER_FLAG_LOG and
 * kernel.seccomp.actions_logged decide together), and what it says.
 */

#include "audit.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <sys/utsname.h>

#define LOGGED_SYSCTL	"/proc/sys/kernel/seccomp/actions_logged"
#define COMM		"log_subject"

/* How many records a second are let through of a flood, and how many there would be in it. */
#define FLOOD_RATE	10
#define FLOOD_CALLS	20000

/* Users and groups that nobody else has, and the real ones of a task that acts as root. */
#define REAL_UID	54321
#define REAL_GID	43210

static const char * const action_names[] = {
	"kill_process", "kill_thread", "trap", "errno", "user_notif", "trace", "log",
};

/* Lists every action but one. */
static bool logged_set_without(const char *unlisted)
{
	char list[256] = "";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(action_names); i++) {
		if (unlisted && !strcmp(action_names[i], unlisted))
			continue;
		strcat(list, action_names[i]);
		strcat(list, " ");
	}
	return file_write(LOGGED_SYSCTL, list);
}

/* Listens to what auditd would read; works beside it and without it. */
static int audit_open(void)
{
	const struct timeval patience = { .tv_sec = 5 };
	const int room = 1 << 20;
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (fd < 0)
		return -1;
	/* Only a bound on failure: whoever reads knows that something will come. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The next record of a type, from its first field on; NULL: there is none. */
static const char *audit_read(int fd, unsigned int type)
{
	static union {
		struct nlmsghdr header;
		char bytes[9000];
	} message;
	const char *text;
	ssize_t got;

	while ((got = recv(fd, &message, sizeof(message) - 1, 0)) > 0) {
		message.bytes[got] = '\0';
		text = strstr(NLMSG_DATA(&message.header), "): ");
		if (message.header.nlmsg_type == type && text)
			return text + 3;
	}
	return NULL;
}

/* The next record of ours by one of two processes. */
static const char *audit_next(int fd, pid_t one, pid_t two, pid_t *whose)
{
	const char *text, *pid;

	while ((text = audit_read(fd, AUDIT_SECCOMP))) {
		pid = strstr(text, " pid=");
		*whose = pid ? atoi(pid + 5) : 0;
		if (*whose && (*whose == one || *whose == two))
			return text;
	}
	return NULL;
}

TEST(present)
{
	char list[256];

	ASSERT_EQ(0, sys_seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &(__u32){ SECCOMP_RET_LOG }));
	ASSERT_TRUE(file_read(LOGGED_SYSCTL, list, sizeof(list)));
}

/* Makes one call that gets one verdict, at the address at which syscall(2) makes all calls. */
struct subject {
	__u32 action;
	__u32 flags;
	long nr;
};

static void subject_run(void *arg)
{
	const struct subject *subject = arg;

	CHILD_REQUIRE(!setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }));
	CHILD_REQUIRE(!filter_install(subject->flags,
				      &PROGRAM(ON_NR(subject->nr, subject->action),
					       RET(SECCOMP_RET_ALLOW))));
	syscall(subject->nr);
}

/* Runs it to its end; -1 when it could not even get so far as to make its call. */
static pid_t subject_done(const struct subject *subject)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		subject_run((void *)subject);
		_exit(0);
	}
	status = pid > 0 ? wait_status(pid) : -1;
	return exited_with(status, 0) || died_of(status, SIGSYS) ? pid : -1;
}

FIXTURE(logged) {
	int audit;
	char list[256];
};

FIXTURE_VARIANT(logged) {
	__u32 action;
	/* as the list names it, NULL: it cannot be listed */
	const char *name;
	/* which of the two it takes, given that the list is always one */
	enum { NEVER, WITH_FLAG, ANYWAY } when;
};

FIXTURE_VARIANT_ADD(logged, kill_process) {
	.action = SECCOMP_RET_KILL_PROCESS, .name = "kill_process", .when = ANYWAY,
};

FIXTURE_VARIANT_ADD(logged, kill_thread) {
	.action = SECCOMP_RET_KILL_THREAD, .name = "kill_thread", .when = ANYWAY,
};

FIXTURE_VARIANT_ADD(logged, trap) {
	.action = SECCOMP_RET_TRAP, .name = "trap", .when = WITH_FLAG,
};

FIXTURE_VARIANT_ADD(logged, error) {
	.action = SECCOMP_RET_ERRNO | EXDEV, .name = "errno", .when = WITH_FLAG,
};

/* Nobody has its listener, so the call fails. */
FIXTURE_VARIANT_ADD(logged, user_notif) {
	.action = SECCOMP_RET_USER_NOTIF, .name = "user_notif", .when = WITH_FLAG,
};

FIXTURE_VARIANT_ADD(logged, trace) {
	.action = SECCOMP_RET_TRACE, .name = "trace", .when = WITH_FLAG,
};

FIXTURE_VARIANT_ADD(logged, log) {
	.action = SECCOMP_RET_LOG, .name = "log", .when = ANYWAY,
};

FIXTURE_VARIANT_ADD(logged, allow) {
	.action = SECCOMP_RET_ALLOW, .when = NEVER,
};

FIXTURE_SETUP(logged)
{
	ASSERT_TRUE(file_read(LOGGED_SYSCTL, self->list, sizeof(self->list)));
	self->audit = audit_open();
	if (self->audit < 0)
		SKIP(return, "cannot listen to audit records: %s", strerror(errno));
}

/* In the parent, who gets here whatever becomes of the test. */
FIXTURE_TEARDOWN_PARENT(logged)
{
	EXPECT_TRUE(file_write(LOGGED_SYSCTL, self->list));
}

/* One combination: how many records there are of the call until one that comes for certain. */
static int records_of(FIXTURE_DATA(logged) *self, const FIXTURE_VARIANT(logged) *variant,
		      bool listed, bool flagged)
{
	const struct subject subject = {
		.action = variant->action, .nr = __NR_getuid,
		.flags = flagged ? SECCOMP_FILTER_FLAG_LOG : 0,
	};
	/* Of an action that is listed whatever the combination. */
	const struct subject sentinel = {
		.action = variant->action == SECCOMP_RET_LOG ? SECCOMP_RET_KILL_PROCESS :
							       SECCOMP_RET_LOG,
		.nr = __NR_getppid,
	};
	pid_t pid, last, whose;
	int records = 0;

	if (!logged_set_without(listed ? NULL : variant->name))
		return -1;
	pid = subject_done(&subject);
	last = subject_done(&sentinel);
	if (pid < 0 || last < 0)
		return -1;
	while (audit_next(self->audit, pid, last, &whose)) {
		if (whose == last)
			return records;
		records++;
	}
	return -1;
}

TEST_F(logged, b46_if_listed_and_wanted)
{
	int listed, flagged;

	for (listed = !variant->name; listed <= 1; listed++) {
		for (flagged = 0; flagged <= 1; flagged++) {
			bool wanted = listed && (variant->when == ANYWAY ||
						 (variant->when == WITH_FLAG && flagged));

			/* Without the certain record, to go on would take long and say nothing. */
			ASSERT_EQ(wanted, records_of(self, variant, listed, flagged))
				TH_LOG("listed %d, flagged %d", listed, flagged);
		}
	}
}

/* What the subject of the next test knows of itself, and only it. */
struct self_portrait {
	unsigned int auid, ses;
	void *ip;
};

static struct self_portrait *portrait;

static void trapped(int sig, siginfo_t *info, void *context)
{
	portrait->ip = info->si_call_addr;
}

static unsigned int own_number(const char *path)
{
	unsigned int number = -1U;
	FILE *file = fopen(path, "re");

	/* No such file: audit has no system call part, and such numbers are never set. */
	if (file) {
		CHILD_REQUIRE(fscanf(file, "%u", &number) == 1);
		fclose(file);
	}
	return number;
}

/* One call a verdict, in the order of the severity of what follows. */
static const struct subject verdicts[] = {
	{ SECCOMP_RET_TRAP | 7, 0, __NR_getpid },
	{ SECCOMP_RET_ERRNO | 8, 0, __NR_getuid },
	{ SECCOMP_RET_USER_NOTIF, 0, __NR_getegid },
	{ SECCOMP_RET_TRACE | 9, 0, __NR_getgid },
	{ SECCOMP_RET_LOG | 10, 0, __NR_geteuid },
	{ SECCOMP_RET_KILL_THREAD | 11, 0, __NR_getppid },
};

static void portrait_sit(void)
{
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };
	unsigned int i;

	CHILD_REQUIRE(!prctl(PR_SET_NAME, COMM));
	CHILD_REQUIRE(!setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }));
	CHILD_REQUIRE(!sigaction(SIGSYS, &action, NULL));
	portrait->auid = own_number("/proc/self/loginuid");
	portrait->ses = own_number("/proc/self/sessionid");
	/* The real ones are recorded; the effective ones may install filters. */
	CHILD_REQUIRE(!setresgid(REAL_GID, -1, -1) && !setresuid(REAL_UID, -1, -1));
	for (i = 0; i < ARRAY_SIZE(verdicts); i++)
		CHILD_REQUIRE(!filter_install(SECCOMP_FILTER_FLAG_LOG,
					      &PROGRAM(ON_NR(verdicts[i].nr, verdicts[i].action),
						       RET(SECCOMP_RET_ALLOW))));
	for (i = 0; i < ARRAY_SIZE(verdicts); i++)
		syscall(verdicts[i].nr);
	_exit(1);
}

FIXTURE(record) {
	int audit;
	char list[256];
	char exe[1024];
};

FIXTURE_SETUP(record)
{
	ASSERT_LT(0, readlink("/proc/self/exe", self->exe, sizeof(self->exe) - 1));
	ASSERT_TRUE(file_read(LOGGED_SYSCTL, self->list, sizeof(self->list)));
	portrait = shared_memory(sizeof(*portrait));
	ASSERT_TRUE(portrait != NULL);
	self->audit = audit_open();
	if (self->audit < 0)
		SKIP(return, "cannot listen to audit records: %s", strerror(errno));
}

FIXTURE_TEARDOWN_PARENT(record)
{
	EXPECT_TRUE(file_write(LOGGED_SYSCTL, self->list));
}

/* A narrow program on a wide kernel; x32 is one, although its arch does not say so. */
static int is_compat(void)
{
	struct utsname kernel;

	return sizeof(long) == 4 && !uname(&kernel) &&
	       (strstr(kernel.machine, "64") || !strcmp(kernel.machine, "s390x"));
}

/* Scripts match these fields by name, spelling and order: every character counts. */
TEST_F(record, has_its_fields)
{
	char wanted[2048];
	const char *text, *after;
	unsigned int i;
	size_t length;
	pid_t pid, whose;

	ASSERT_TRUE(logged_set_without(NULL));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		portrait_sit();
	ASSERT_TRUE(died_of(wait_status(pid), SIGSYS));

	for (i = 0; i < ARRAY_SIZE(verdicts); i++) {
		text = audit_next(self->audit, pid, pid, &whose);
		ASSERT_TRUE(text != NULL);

		length = snprintf(wanted, sizeof(wanted), "auid=%u uid=%u gid=%u ses=%u",
				  portrait->auid, REAL_UID, REAL_GID, portrait->ses);
		EXPECT_EQ(0, strncmp(wanted, text, length))
			TH_LOG("no '%s' in '%s'", wanted, text);

		/* A security module may put its label in between. */
		after = text + length;
		if (!strncmp(after, " subj=", 6))
			after += 6 + strcspn(after + 6, " ");
		snprintf(wanted, sizeof(wanted),
			 " pid=%d comm=\"%s\" exe=\"%s\" sig=%d arch=%x syscall=%ld compat=%d ip=0x%lx code=0x%x",
			 pid, COMM, self->exe,
			 (verdicts[i].action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_KILL_THREAD ?
			 SIGSYS : 0, AUDIT_ARCH_CURRENT, verdicts[i].nr, is_compat(),
			 (unsigned long)portrait->ip, verdicts[i].action & SECCOMP_RET_ACTION_FULL);
		EXPECT_STREQ(wanted, after);
	}
}

/*
 * B-44: a program that is refused the same call again and again floods the log. What limits
 * all of audit limits it, and what is not recorded is counted.
 */
FIXTURE(flood) {
	int audit;
	char list[256];
	struct audit_status before;
};

static bool set_rate(unsigned int records)
{
	return audit_set(&(struct audit_status){
		.mask = AUDIT_STATUS_RATE_LIMIT, .rate_limit = records,
	});
}

FIXTURE_SETUP(flood)
{
	ASSERT_TRUE(file_read(LOGGED_SYSCTL, self->list, sizeof(self->list)));
	self->audit = audit_open();
	if (self->audit < 0)
		SKIP(return, "cannot listen to audit records: %s", strerror(errno));
	ASSERT_TRUE(audit_get(&self->before));
}

FIXTURE_TEARDOWN_PARENT(flood)
{
	EXPECT_TRUE(set_rate(self->before.rate_limit));
	EXPECT_TRUE(file_write(LOGGED_SYSCTL, self->list));
}

static void flood_run(void)
{
	int i;

	CHILD_REQUIRE(!filter_install(SECCOMP_FILTER_FLAG_LOG,
				      &PROGRAM(ON_NR(__NR_getuid, SECCOMP_RET_ERRNO | EXDEV),
					       RET(SECCOMP_RET_ALLOW))));
	/* Logged or not, each is refused. */
	for (i = 0; i < FLOOD_CALLS; i++)
		CHILD_REQUIRE(syscall(__NR_getuid) == -1 && errno == EXDEV);
}

TEST_F(flood, b44_is_limited_and_counted)
{
	const struct subject sentinel = { .action = SECCOMP_RET_LOG, .nr = __NR_getppid };
	struct audit_status after;
	pid_t pid, last, whose;
	int records = 0;
	time_t took;

	ASSERT_TRUE(logged_set_without(NULL));
	ASSERT_TRUE(set_rate(FLOOD_RATE));
	took = time(NULL);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		flood_run();
		_exit(0);
	}
	ASSERT_TRUE(exited_with(wait_status(pid), 0));
	took = time(NULL) - took;
	ASSERT_TRUE(audit_get(&after));
	ASSERT_TRUE(set_rate(0));

	last = subject_done(&sentinel);
	ASSERT_LT(0, last);
	while (audit_next(self->audit, pid, last, &whose) && whose != last)
		records++;
	ASSERT_EQ(last, whose);
	EXPECT_LT(0, records);
	/* A second that has begun, at either end, counts as one. */
	EXPECT_GE((FLOOD_RATE + 1) * (took + 2), records);
	/* Others may have lost some, too. */
	EXPECT_LE((unsigned int)FLOOD_CALLS, after.lost - self->before.lost + records);
	TH_LOG("%d records in %ld seconds, %u lost", records, (long)took,
	       after.lost - self->before.lost);
}

/* Whoever decides what is logged is on record himself, where audit is on. */
FIXTURE(change) {
	int audit;
	char list[256];
	struct audit_status before;
};

FIXTURE_SETUP(change)
{
	ASSERT_TRUE(file_read(LOGGED_SYSCTL, self->list, sizeof(self->list)));
	self->audit = audit_open();
	if (self->audit < 0)
		SKIP(return, "cannot listen to audit records: %s", strerror(errno));
	ASSERT_TRUE(audit_get(&self->before));
	ASSERT_TRUE(audit_set(&(struct audit_status){
		.mask = AUDIT_STATUS_ENABLED, .enabled = 1,
	}));
}

FIXTURE_TEARDOWN_PARENT(change)
{
	EXPECT_TRUE(audit_set(&(struct audit_status){
		.mask = AUDIT_STATUS_ENABLED, .enabled = self->before.enabled,
	}));
	EXPECT_TRUE(file_write(LOGGED_SYSCTL, self->list));
}

/* The next record about the list, as far as it does not depend on who asks. */
static const char *change_next(int fd)
{
	const char *text;

	while ((text = audit_read(fd, AUDIT_CONFIG_CHANGE)))
		if (!strncmp(text, "op=seccomp-logging ", 19))
			break;
	return text;
}

TEST_F(change, is_recorded)
{
	ASSERT_TRUE(file_write(LOGGED_SYSCTL, "errno"));
	ASSERT_TRUE(change_next(self->audit) != NULL);
	ASSERT_TRUE(file_write(LOGGED_SYSCTL, "trap log"));
	EXPECT_STREQ("op=seccomp-logging actions=trap,log old-actions=errno res=1",
		     change_next(self->audit) ?: "");
	ASSERT_TRUE(file_write(LOGGED_SYSCTL, ""));
	EXPECT_STREQ("op=seccomp-logging actions=(none) old-actions=trap,log res=1",
		     change_next(self->audit) ?: "");
	EXPECT_FALSE(file_write(LOGGED_SYSCTL, "no such action"));
	EXPECT_STREQ("op=seccomp-logging actions=? old-actions=(none) res=0",
		     change_next(self->audit) ?: "");
}

TEST_HARNESS_MAIN
