// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel finds out about filters before a call is made: that chains of filters
 * decide what the single filters say, whichever of them look at arguments; that a call which
 * is always allowed is still seen by those who trace it; and /proc/PID/seccomp_cache.
 */
#include <sys/ptrace.h>
#include <sys/user.h>

#include "common.h"
#include "arch_regs.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH	59
#define PR_SYS_DISPATCH_ON		1
#endif

/* This program's convention, and others of its kernel, with the first of their numbers. */
#if defined(__i386__) || defined(__x86_64__)
#ifdef __i386__
#define CONVENTION	"ia32"
#elif defined(__ILP32__)
#define CONVENTION	"x32"
#else
#define CONVENTION	"x86_64"
#endif
#define CONVENTIONS	{ "x86_64", 0 }, { "ia32", 0 }, { "x32", 0x40000000 }
#elif defined(__aarch64__)
#define CONVENTION	"aarch64"
#define CONVENTIONS	{ "aarch64", 0 }, { "arm", 0 }
#elif defined(__arm__)
#define CONVENTION	"arm"
#define CONVENTIONS	{ "arm", 0 }
#elif defined(__riscv)
#define CONVENTION	"riscv64"
#elif defined(__s390x__)
#define CONVENTION	"s390x"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define CONVENTION	"ppc64le"
#elif defined(__mips__)
#if _MIPS_SIM == _ABIO32
#define CONVENTION	"o32"
#elif _MIPS_SIM == _ABIN32
#define CONVENTION	"n32"
#else
#define CONVENTION	"n64"
#endif
#define CONVENTIONS	{ "n64", 5000 }, { "o32", 4000 }, { "n32", 6000 }
#elif defined(__m68k__)
#define CONVENTION	"m68k"
#elif defined(__hppa__)
#define CONVENTION	"parisc"
#elif defined(__sh__)
#define CONVENTION	"sh"
#endif
#ifndef CONVENTIONS
#define CONVENTIONS	{ CONVENTION, 0 }
#endif

static const struct {
	const char	*name;
	unsigned int	first;
} conventions[] = { CONVENTIONS };

/* The kernel without this subsystem fails here, and so do all that follow. */
TEST(present)
{
	ASSERT_EQ(0, set_no_new_privs());
	ASSERT_EQ(0, filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))));
}

/*
 * Chains at random. The calls are of numbers that mean nothing, so that whatever a filter
 * allows ends as ENOSYS, which no filter gives.
 */

#define CHAIN_LAYERS	24
#define CHAIN_RULES	4
#define CHAIN_NUMBERS	6
#define CHAIN_CALLS	400
#define NO_SUCH_CALL	ENOSYS

/* Numbers in the table that are no calls. */
#if defined(__i386__)
#define HOLE		222
#define OTHER_HOLES	223, 251
#elif defined(__x86_64__)
#define HOLE		400
#define OTHER_HOLES	401, 415
#elif defined(__arm__)
#define HOLE		222
#define OTHER_HOLES	223, 402
/* Most of those of its own calls do not fail, but end the program. */
#define FAR_HOLE	0xf07ff
#elif defined(__mips__)
/* Each convention has its own thousand. */
#define HOLE		(__NR_Linux + 370)
#define OTHER_HOLES	__NR_Linux + 371, __NR_Linux + 380
#if _MIPS_SIM == _ABIO32
/* What is beyond has its arguments where n64 has them. */
#define BEYOND		__NR_Linux + 372, __NR_Linux + 373
#define FAR_HOLE	__NR_Linux + 374
#else
#define BEYOND		7000, 7001
#endif
#elif defined(__s390x__) || defined(__powerpc__) || defined(__m68k__) || defined(__hppa__) || \
	defined(__sh__)
#define HOLE		389
#define OTHER_HOLES	390, 391
#ifdef __s390x__
/* A number has sixteen bits. */
#define FAR_HOLE	0xfff0
#endif
#else
/* The table that is common to all others. */
#define HOLE		300
#define OTHER_HOLES	301, 402
#endif

#ifndef BEYOND
#define BEYOND		5000, 5001
#endif
#ifndef FAR_HOLE
#define FAR_HOLE	0x3ffffff0
#endif

static const unsigned int chain_numbers[CHAIN_NUMBERS] = {
	HOLE, OTHER_HOLES,
	/* And beyond it. */
	BEYOND, FAR_HOLE,
};

/* If the number is @nr and (argument @arg & @mask) == @value: fail with @error. */
struct rule {
	unsigned int	nr;
	int		arg;		/* -1: whatever the arguments are */
	uint32_t	mask;
	uint32_t	value;
	int		error;
};

struct random {
	uint32_t state;
};

static uint32_t draw(struct random *random, uint32_t below)
{
	random->state = random->state * 1664525 + 1013904223;
	return (random->state >> 8) % below;
}

static struct rule draw_rule(struct random *random)
{
	struct rule rule = {
		.nr	= chain_numbers[draw(random, CHAIN_NUMBERS)],
		.arg	= (int)draw(random, 8) - 2,
		.mask	= draw(random, 8),
		.error	= 100 + draw(random, 20),
	};

	rule.value = rule.mask & draw(random, 8);
	if (rule.arg < 0)
		rule.arg = -1;
	return rule;
}

static int rules_install(const struct rule *rules)
{
	struct sock_filter insns[7 * CHAIN_RULES + 1], *insn = insns;

	for (const struct rule *rule = rules; rule < rules + CHAIN_RULES; rule++) {
		int arg = rule->arg < 0 ? 0 : rule->arg;
		uint32_t mask = rule->arg < 0 ? 0 : rule->mask;
		uint32_t value = rule->arg < 0 ? 0 : rule->value;

		*insn++ = (struct sock_filter)LOAD(nr);
		*insn++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						       rule->nr, 0, 4);
		*insn++ = (struct sock_filter)LOAD_ARG_LO(arg);
		*insn++ = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask);
		*insn++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
		*insn++ = (struct sock_filter)RET(SECCOMP_RET_ERRNO | rule->error);
	}
	*insn++ = (struct sock_filter)RET(SECCOMP_RET_ALLOW);
	return filter_install(0, &(struct sock_fprog){ insn - insns, insns });
}

/* Of one filter the first rule that fits counts, and of several filters the newest's. */
static int rules_expect(struct rule (*rules)[CHAIN_RULES], int layers, unsigned int nr,
			const uint32_t *args)
{
	for (int layer = layers - 1; layer >= 0; layer--)
		for (int i = 0; i < CHAIN_RULES; i++) {
			const struct rule *rule = &rules[layer][i];

			if (rule->nr == nr && (rule->arg < 0 ||
					       (args[rule->arg] & rule->mask) == rule->value))
				return rule->error;
		}
	return NO_SUCH_CALL;
}

TEST(chains_decide_what_their_filters_say)
{
	static struct rule rules[CHAIN_LAYERS][CHAIN_RULES];
	struct random random = { .state = 5 };
	int seen = 0;

	ASSERT_EQ(0, set_no_new_privs());
	for (int layer = 0; layer < CHAIN_LAYERS; layer++) {
		for (int i = 0; i < CHAIN_RULES; i++)
			rules[layer][i] = draw_rule(&random);
		ASSERT_EQ(0, rules_install(rules[layer]));
		for (int call = 0; call < CHAIN_CALLS / CHAIN_LAYERS; call++) {
			unsigned int nr = chain_numbers[draw(&random, CHAIN_NUMBERS)];
			uint32_t args[6];
			int expected;

			for (int i = 0; i < 6; i++)
				args[i] = draw(&random, 8);
			expected = rules_expect(rules, layer + 1, nr, args);
			seen += expected != NO_SUCH_CALL;
			errno = 0;
			ASSERT_EQ(-1, syscall(nr, args[0], args[1], args[2], args[3],
					      args[4], args[5]));
			ASSERT_EQ(expected, errno) {
				TH_LOG("%d filters, number %u", layer + 1, nr);
			}
		}
	}
	/* It was about something. */
	EXPECT_LT(CHAIN_CALLS / 8, seen);
}

/* The stricter of an older constant and a newer answer that depends, both ways round. */
TEST(a_constant_is_not_loosened_by_arguments)
{
	ASSERT_EQ(0, set_no_new_privs());
	ASSERT_EQ(0, filter_install(0, &PROGRAM(ON_NR(HOLE, SECCOMP_RET_ERRNO | 100),
						RET(SECCOMP_RET_ALLOW))));
	ASSERT_EQ(0, filter_install(0, &PROGRAM(LOAD(nr),
						BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOLE, 0, 3),
						LOAD_ARG_LO(0),
						BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
						RET(SECCOMP_RET_ERRNO | 101),
						RET(SECCOMP_RET_ALLOW))));
	EXPECT_EQ(-1, syscall(HOLE, 0));
	EXPECT_EQ(100, errno);
	EXPECT_EQ(-1, syscall(HOLE, 1));
	EXPECT_EQ(101, errno);
	ASSERT_EQ(0, filter_install(0, &PROGRAM(ON_NR(HOLE, SECCOMP_RET_ERRNO | 102),
						RET(SECCOMP_RET_ALLOW))));
	EXPECT_EQ(-1, syscall(HOLE, 1));
	EXPECT_EQ(102, errno);
}

/*
 * Room for tables
 */

/* From this number on there is nothing that this program calls. */
#if defined(__x86_64__) || defined(__i386__)
#define UNUSED		0x7fffffff
#elif defined(__mips__)
#define UNUSED		(__NR_Linux + 404)
#else
#define UNUSED		404
#endif
#define MANY_LAYERS	6000

/*
 * Few instructions can answer each number differently, and every layer on top repeats that:
 * an end comes long before that of the instructions that a chain may have, which is what it
 * has without tables. What was installed until then goes on holding.
 */
TEST(tables_do_not_grow_without_end)
{
	int layers = 0;

	ASSERT_EQ(0, set_no_new_privs());
	ASSERT_EQ(0, filter_install(0, &PROGRAM(LOAD(arch),
						BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							 AUDIT_ARCH_CURRENT, 3, 0),
						LOAD(nr),
						BPF_STMT(BPF_ALU | BPF_OR | BPF_K,
							 SECCOMP_RET_ERRNO),
						BPF_STMT(BPF_RET | BPF_A, 0),
						ON_NR(HOLE, SECCOMP_RET_ERRNO | 77),
						LOAD(nr),
						BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, UNUSED, 0, 2),
						BPF_STMT(BPF_ALU | BPF_OR | BPF_K,
							 SECCOMP_RET_ERRNO),
						BPF_STMT(BPF_RET | BPF_A, 0),
						RET(SECCOMP_RET_ALLOW))));
	while (layers < MANY_LAYERS && !filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))))
		layers++;
	EXPECT_EQ(ENOMEM, errno);
	EXPECT_LT(100, layers);
	EXPECT_GT(MANY_LAYERS, layers);
	EXPECT_EQ(-1, syscall(HOLE));
	EXPECT_EQ(77, errno);
}

/*
 * Room for compiled code
 */

#define JIT_LIMIT	"/proc/sys/net/core/bpf_jit_limit"

/* As somebody to whom the limit applies; the errno of an installation, or 0. */
static int install_as_nobody(const struct sock_fprog *program)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (setuid(1000) || set_no_new_privs())
			_exit(255);
		_exit(filter_install(0, program) ? errno : 0);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(b45_no_room_for_compiled_code)
{
	int constant, asking;
	char before[32];

	if (geteuid() || !file_read(JIT_LIMIT, before, sizeof(before)) ||
	    !file_write(JIT_LIMIT, "1"))
		SKIP(return, "cannot limit the memory for compiled BPF");
	/* The first need not be compiled. */
	constant = install_as_nobody(&PROGRAM(ON_NR(HOLE, SECCOMP_RET_ERRNO | 45),
					      RET(SECCOMP_RET_ALLOW)));
	asking = install_as_nobody(&PROGRAM(LOAD_ARG_LO(3),
					    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x45454545, 0, 1),
					    RET(SECCOMP_RET_LOG),
					    RET(SECCOMP_RET_ALLOW)));
	ASSERT_TRUE(file_write(JIT_LIMIT, before));
	EXPECT_EQ(0, constant);
	/* Interpreted where that can be, and else a number that programs know. */
	EXPECT_TRUE(asking == 0 || asking == ENOMEM) {
		TH_LOG("errno %d", asking);
	}
}

/*
 * A call that is always allowed, and who else wants to see it
 */

#define TRACED_EXIT	7

/* The tracee's number at its next system call stop. */
static long next_call(pid_t pid, int *status)
{
	if (ptrace(PTRACE_SYSCALL, pid, 0, 0) || waitpid(pid, status, __WALL) != pid ||
	    !WIFSTOPPED(*status))
		return -1;
	return tracee_nr(pid);
}

TEST(a_tracer_sees_and_changes_allowed_calls)
{
	bool seen = false;
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (set_no_new_privs() ||
		    filter_install(0, &PROGRAM(ON_NR(HOLE, SECCOMP_RET_ERRNO | TRACED_EXIT),
					       RET(SECCOMP_RET_ALLOW))) ||
		    ptrace(PTRACE_TRACEME, 0, 0, 0) || raise(SIGSTOP))
			_exit(99);
		/* Made into another, which is refused. */
		_exit(syscall(__NR_getppid) == -1 ? errno : 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, __WALL));
	ASSERT_TRUE(WIFSTOPPED(status));
	for (int stops = 0; !seen && stops < 20; stops++) {
		seen = next_call(pid, &status) == __NR_getppid;
		if (seen)
			ASSERT_TRUE(tracee_set_nr(pid, HOLE));
	}
	EXPECT_TRUE(seen);
	ptrace(PTRACE_CONT, pid, 0, 0);
	ASSERT_EQ(pid, waitpid(pid, &status, __WALL));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(TRACED_EXIT, WEXITSTATUS(status));
}

static volatile sig_atomic_t dispatched;
static volatile char dispatch_selector;

static void on_dispatch(int signr)
{
	dispatch_selector = 0;
	dispatched++;
}

TEST(user_dispatch_comes_before_an_allowed_call)
{
	ASSERT_EQ(0, set_no_new_privs());
	ASSERT_EQ(0, filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))));
	ASSERT_TRUE(signal(SIGSYS, on_dispatch) != SIG_ERR);
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &dispatch_selector))
		SKIP(return, "no syscall user dispatch");
	dispatch_selector = 1;
	syscall(__NR_getppid);
	EXPECT_EQ(1, dispatched);
}

/*
 * What the file says
 */

struct cache {
	char	*text;
	size_t	size;
};

static bool cache_read(struct cache *cache, pid_t pid)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/seccomp_cache", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	cache->text = calloc(1, 1 << 20);
	cache->size = 0;
	while ((got = read(fd, cache->text + cache->size, (1 << 20) - 1 - cache->size)) > 0)
		cache->size += got;
	close(fd);
	return !got;
}

/* What the line of a number says, in a buffer for one answer at a time. */
static const char *cache_line(const struct cache *cache, const char *convention,
			      unsigned int nr, const char *more)
{
	static char answer[64];
	char key[64], *line;

	snprintf(key, sizeof(key), "\n%s %u%s ", convention, nr, more);
	line = cache->text && !strncmp(cache->text, key + 1, strlen(key) - 1) ?
	       cache->text - 1 : strstr(cache->text ?: "", key);
	if (!line)
		return "no line";
	line += strlen(key);
	snprintf(answer, sizeof(answer), "%.*s", (int)strcspn(line, "\n"), line);
	return answer;
}

static const char *cache_says(const struct cache *cache, unsigned int nr)
{
	return cache_line(cache, CONVENTION, nr, "");
}

/* A child that has given itself two filters, and waits to be looked at. */
static pid_t start_confined(int *done)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) || pipe(done))
		return -1;
	pid = fork();
	if (pid) {
		/* So that a child which ends is not waited for. */
		close(ready[1]);
		close(done[0]);
		return read(ready[0], &byte, 1) == 1 ? pid : -1;
	}

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(done[1]);
	if (set_no_new_privs() ||
	    filter_install(0, &PROGRAM(ON_NR(__NR_getpid, SECCOMP_RET_ERRNO | 1),
				       ON_NR(__NR_uname, SECCOMP_RET_LOG),
				       ON_NR(__NR_sync, SECCOMP_RET_TRAP | 3),
				       ON_NR(__NR_getppid, SECCOMP_RET_ERRNO | 2),
				       RET(SECCOMP_RET_ALLOW))) ||
	    filter_install(0, &PROGRAM(ON_NR(__NR_uname, SECCOMP_RET_KILL_PROCESS),
				       ON_NR(__NR_sync, SECCOMP_RET_ERRNO | 4),
				       LOAD(nr),
				       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_kill, 1, 0),
				       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 3),
				       LOAD_ARG_LO(1),
				       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 9, 0, 1),
				       RET(SECCOMP_RET_LOG),
				       RET(SECCOMP_RET_ALLOW))))
		_exit(1);
	if (write(ready[1], "", 1) != 1)
		_exit(1);
	_exit(read(done[0], &byte, 1) == 0 ? 0 : 1);
}

TEST(cache_tells_what_the_chain_decides)
{
	struct cache cache = { };
	int done[2], status;
	pid_t pid;

	pid = start_confined(done);
	ASSERT_LT(0, pid);
	ASSERT_TRUE(cache_read(&cache, pid));
	EXPECT_STREQ("ALLOW", cache_says(&cache, __NR_write));
	EXPECT_STREQ("ERRNO 1", cache_says(&cache, __NR_getpid));
	/* The stricter one, be it the older or the newer. */
	EXPECT_STREQ("KILL_PROCESS", cache_says(&cache, __NR_uname));
	EXPECT_STREQ("TRAP 3", cache_says(&cache, __NR_sync));
	EXPECT_STREQ("FILTER", cache_says(&cache, __NR_kill));
	/* The newer one depends on arguments, but cannot be stricter than this. */
	EXPECT_STREQ("ERRNO 2", cache_says(&cache, __NR_getppid));
	EXPECT_STREQ("no line", cache_says(&cache, 0x3fffffff));
	/* One line for all numbers that are no calls, and one table a convention. */
	EXPECT_TRUE(strstr(cache.text, "+ ALLOW\n") != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(conventions); i++) {
		EXPECT_STRNE("no line", cache_line(&cache, conventions[i].name,
						   conventions[i].first, ""))
			TH_LOG("of %s", conventions[i].name);
	}
	close(done[1]);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST(cache_of_a_task_without_filters_is_empty)
{
	struct cache cache = { };

	ASSERT_TRUE(cache_read(&cache, getpid()));
	EXPECT_EQ(0U, cache.size);
	ASSERT_EQ(0, set_no_new_privs());
	ASSERT_EQ(0, filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))));
	ASSERT_TRUE(cache_read(&cache, getpid()));
	EXPECT_LT(0U, cache.size);
}

TEST(cache_is_not_for_everybody)
{
	char byte;
	int fd;

	if (geteuid())
		SKIP(return, "not root");
	ASSERT_EQ(0, set_no_new_privs());
	ASSERT_EQ(0, filter_install(0, &PROGRAM(RET(SECCOMP_RET_ALLOW))));
	/* All capabilities go with the user. */
	ASSERT_EQ(0, setuid(1000));
	ASSERT_EQ(0, prctl(PR_SET_DUMPABLE, 1));
	fd = open("/proc/self/seccomp_cache", O_RDONLY);
	if (fd >= 0) {
		EXPECT_EQ(-1, read(fd, &byte, 1));
		close(fd);
	}
	EXPECT_EQ(EACCES, errno);
}

TEST_HARNESS_MAIN
