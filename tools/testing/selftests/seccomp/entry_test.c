// SPDX-License-Identifier: GPL-2.0
/*
 * The ways into the kernel: whichever a call comes by, the filter sees that way's
 * architecture and number, and its answer goes back the same way.
 */
#include "common.h"

#include <sys/auxv.h>

#include "notif.h"
#include "x86_calls.h"

#define JEQ(k, jt, jf)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (jt), (jf))

/* Five instructions: this number of this architecture gets this errno, others go on. */
#define ON_CALL(audit_arch, number, error)				\
	LOAD(arch), JEQ(audit_arch, 0, 3),				\
	LOAD(nr), JEQ(number, 0, 1), RET(SECCOMP_RET_ERRNO | (error))

#define OTHERS	RET(SECCOMP_RET_ALLOW)

TEST(present)
{
	ASSERT_EQ(0, prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
	ASSERT_EQ(0, filter_install(0, &PROGRAM(OTHERS)));
	ASSERT_EQ(2, status_field(0, "Seccomp"));
}

/* The program's own way, on every architecture. */
TEST(native)
{
	const unsigned int other = AUDIT_ARCH_CURRENT ^ 0x100;

	ASSERT_EQ(0, filter_install(0, &PROGRAM(ON_CALL(other, __NR_getppid, 1),
						ON_CALL(AUDIT_ARCH_CURRENT, __NR_getppid, 2),
						ON_CALL(AUDIT_ARCH_CURRENT, __NR_getuid, 3),
						OTHERS)));
	errno = 0;
	EXPECT_EQ(-1, syscall(__NR_getppid));
	EXPECT_EQ(2, errno);
	EXPECT_EQ(-1, syscall(__NR_getuid));
	EXPECT_EQ(3, errno);
	EXPECT_EQ(getpid(), syscall(__NR_getpid));
}

#if defined(__x86_64__) || defined(__i386__)

/* The same numbers, read in three ways; each reading has an answer of its own. */
enum reading {
	NOT_READ,
	AS_64_GETPPID,		/* 110, where i386 has iopl */
	AS_64_SEMGET,		/* 64, where i386 has getppid */
	AS_X32_GETPPID,
	AS_X32_SEMGET,
	AS_32_GETPPID,
	AS_32_IOPL,
	AS_32_X32_GETPPID,
};

#define NR64_SEMGET	64
#define NR64_EXIT	60
#define NR64_GETPPID	110
#define NR32_IOPL	110

#define ALL_READINGS							\
	ON_CALL(AUDIT_ARCH_X86_64, NR64_GETPPID, AS_64_GETPPID),	\
	ON_CALL(AUDIT_ARCH_X86_64, NR64_SEMGET, AS_64_SEMGET),		\
	ON_CALL(AUDIT_ARCH_X86_64, X32_BIT | NR64_GETPPID, AS_X32_GETPPID), \
	ON_CALL(AUDIT_ARCH_X86_64, X32_BIT | NR64_SEMGET, AS_X32_SEMGET), \
	ON_CALL(AUDIT_ARCH_I386, NR32_GETPPID, AS_32_GETPPID),		\
	ON_CALL(AUDIT_ARCH_I386, NR32_IOPL, AS_32_IOPL),		\
	ON_CALL(AUDIT_ARCH_I386, X32_BIT | NR32_GETPPID, AS_32_X32_GETPPID)

static long by_int80(unsigned int nr)
{
	return int80(nr, 0, 0, 0);
}

#ifdef __x86_64__
static long by_syscall(unsigned int nr)
{
	return syscall64(nr, 0, 0, 0);
}
#else
/* The vDSO's way in is the fastest that this processor has: SYSENTER, SYSCALL, or the gate. */
static long by_vdso(unsigned int nr)
{
	unsigned long entry = getauxval(AT_SYSINFO);
	long result;

	if (!entry)
		return by_int80(nr);
	asm volatile("call *%[entry]"
		     : "=a" (result)
		     : "a" (nr), "b" (0), "c" (0), "d" (0), "S" (0), [entry] "D" (entry)
		     : "memory", "cc");
	return result;
}
#endif

static const struct path {
	const char *name;
	long (*call)(unsigned int nr);
	bool gate;		/* needs int $0x80 */
	unsigned int nr;
	enum reading reading;
} paths[] = {
#ifdef __x86_64__
	{ "syscall, getppid", by_syscall, false, NR64_GETPPID, AS_64_GETPPID },
	{ "syscall, i386's getppid", by_syscall, false, NR32_GETPPID, AS_64_SEMGET },
	{ "syscall, x32 getppid", by_syscall, false, X32_BIT | NR64_GETPPID, AS_X32_GETPPID },
	{ "syscall, x32 semget", by_syscall, false, X32_BIT | NR64_SEMGET, AS_X32_SEMGET },
#else
	{ "vdso, getppid", by_vdso, false, NR32_GETPPID, AS_32_GETPPID },
	{ "vdso, 64-bit getppid", by_vdso, false, NR64_GETPPID, AS_32_IOPL },
	{ "vdso, bit 30", by_vdso, false, X32_BIT | NR32_GETPPID, AS_32_X32_GETPPID },
#endif
	{ "gate, getppid", by_int80, true, NR32_GETPPID, AS_32_GETPPID },
	{ "gate, 64-bit getppid", by_int80, true, NR64_GETPPID, AS_32_IOPL },
	{ "gate, bit 30", by_int80, true, X32_BIT | NR32_GETPPID, AS_32_X32_GETPPID },
};

/* Without a filter, and behind one that lets it pass, getppid is getppid. */
static void check_control(void *unused)
{
	size_t i;
	int filters;

	for (filters = 0; filters < 2; filters++) {
		for (i = 0; i < ARRAY_SIZE(paths); i++) {
			if (paths[i].gate && !have_int80())
				continue;
			if (paths[i].reading == AS_64_GETPPID || paths[i].reading == AS_32_GETPPID)
				CHILD_REQUIRE(paths[i].call(paths[i].nr) == getppid());
		}
		CHILD_REQUIRE(!filter_install(0, &PROGRAM(OTHERS)));
	}
}

static void check_path(struct __test_metadata *const _metadata, const struct path *p, bool gate)
{
	if (p->gate && !gate)
		return;
	EXPECT_EQ(-(long)p->reading, p->call(p->nr))
		TH_LOG("%s", p->name);
}

TEST(paths_as_the_filter_sees_them)
{
	bool gate = have_int80();
	size_t i;

	ASSERT_TRUE(exited_with(child_status(check_control, NULL), 0));
	ASSERT_EQ(0, filter_install(0, &PROGRAM(ALL_READINGS, OTHERS)));
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		check_path(_metadata, &paths[i], gate);
	/* And in the other direction, lest one way leave its mark on the next. */
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		check_path(_metadata, &paths[ARRAY_SIZE(paths) - 1 - i], gate);
}

/*
 * B-4: a number is compared as it came. None of those below is in any table of calls, and
 * none of them may be taken for another by what indexes such a table: the first filter
 * refuses every number that a call has, the second one of these in particular.
 */
static const unsigned int odd_numbers[] = {
	X32_BIT | 0, X32_BIT | NR64_GETPPID, X32_BIT | 511, X32_BIT | 520, X32_BIT | 0xffff,
	X32_BIT | 0x3fffffff, 0x3fffffff, 0x10000, 0x20000 + NR64_GETPPID, 0x80000000,
	0x80000000 | NR64_GETPPID, 0xc0000000 | NR64_GETPPID, 0xfffffffe, 0xffffffff,
};

#define IN_TABLE	9
#define THIS_NUMBER	10

struct odd_case {
	long (*call)(unsigned int nr);
	unsigned int nr;
};

static void check_odd_number(void *arg)
{
	const struct odd_case *c = arg;

	CHILD_REQUIRE(!filter_install(0, &PROGRAM(
		LOAD(nr), JEQ(c->nr, 0, 1), RET(SECCOMP_RET_ERRNO | THIS_NUMBER),
		JEQ(NR64_GETPPID, 1, 0), JEQ(NR32_GETPPID, 0, 1),
		RET(SECCOMP_RET_ERRNO | IN_TABLE), OTHERS)));
	CHILD_REQUIRE(c->call(c->nr) == -THIS_NUMBER);
	CHILD_REQUIRE(c->call(NR64_GETPPID) == -IN_TABLE);
	CHILD_REQUIRE(c->call(NR32_GETPPID) == -IN_TABLE);
	/* Allowed, it is still no call that exists: nothing was masked away behind the filter. */
	CHILD_REQUIRE(c->call(c->nr ^ 0x00800000) == -ENOSYS);
}

TEST(b4_numbers_are_not_masked)
{
	static long (*const calls[])(unsigned int) = {
#ifdef __x86_64__
		by_syscall,
#else
		by_vdso,
#endif
		by_int80,
	};
	bool gate = have_int80();
	struct odd_case c;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i] == by_int80 && !gate)
			continue;
		for (n = 0; n < ARRAY_SIZE(odd_numbers); n++) {
			c = (struct odd_case){ calls[i], odd_numbers[n] };
			EXPECT_TRUE(exited_with(child_status(check_odd_number, &c), 0))
				TH_LOG("way %zu, number %#x", i, c.nr);
		}
	}
}

#ifdef __x86_64__
/* A deny-list that forgets x32: whether the call then works is the kernel's configuration. */
static void check_forgotten_x32(void *unused)
{
	long result, parent = getppid();

	CHILD_REQUIRE(!filter_install(0, &PROGRAM(ON_CALL(AUDIT_ARCH_X86_64, NR64_GETPPID, 1),
						  OTHERS)));
	CHILD_REQUIRE(by_syscall(NR64_GETPPID) == -1);
	/* The upper half of the register is not part of the number, for nobody. */
	CHILD_REQUIRE(syscall64(0xabcdef0100000000 | NR64_GETPPID, 0, 0, 0) == -1);
	result = by_syscall(X32_BIT | NR64_GETPPID);
	CHILD_REQUIRE(result == -ENOSYS || result == parent);
}

TEST(b4_x32_is_not_native)
{
	EXPECT_TRUE(exited_with(child_status(check_forgotten_x32, NULL), 0));
}

/*
 * B-3: the child of a fork through the gate returns to 64-bit code, and must not be taken
 * for a 32-bit task in its first calls.
 */
static void check_gate_fork(void *nr_at)
{
	int nr = *(int *)nr_at, child;

	CHILD_REQUIRE(!filter_install(0, &PROGRAM(ALL_READINGS, OTHERS)));
	/* The arguments of clone: SIGCHLD and the parent's stack; fork has none. */
	child = int80(nr, SIGCHLD, 0, 0);
	if (!child) {
		long first = by_syscall(NR64_GETPPID), second = by_syscall(NR64_SEMGET);
		long gate = by_int80(NR32_GETPPID), third = by_syscall(NR64_GETPPID);

		syscall64(NR64_EXIT, first == -AS_64_GETPPID && second == -AS_64_SEMGET &&
			  gate == -AS_32_GETPPID && third == -AS_64_GETPPID ? 0 : 1, 0, 0);
	}
	CHILD_REQUIRE(child > 0);
	CHILD_REQUIRE(by_syscall(NR64_GETPPID) == -AS_64_GETPPID);
	CHILD_REQUIRE(exited_with(wait_status(child), 0));
}

TEST(b3_fork_through_the_gate)
{
	int ways[] = { NR32_FORK, NR32_CLONE };
	size_t i;

	if (!have_int80())
		SKIP(return, "no int $0x80");
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		int nr = ways[i];

		EXPECT_TRUE(exited_with(child_status(check_gate_fork, &nr), 0))
			TH_LOG("i386 number %d", nr);
	}
}

/*
 * The vsyscall page: calls of three functions at fixed addresses, which the kernel carries
 * out as if they were system calls, and which filters judge as such.
 */
struct vsyscall {
	const char *name;
	uint64_t address;
	int nr;
};

static const struct vsyscall vsyscalls[] = {
	{ "gettimeofday", 0xffffffffff600000, 96 },
	{ "time", 0xffffffffff600400, 201 },
	{ "getcpu", 0xffffffffff600800, 309 },
};

struct vsyscall_case {
	const struct vsyscall *call;
	uint32_t value;
	int expected;
	bool trapped;
};

/* All three take null pointers; the stack is left as a call finds it. */
static long call_vsyscall(const struct vsyscall *v)
{
	long result;

	asm volatile("sub $128, %%rsp\n\tcall *%[at]\n\tadd $128, %%rsp"
		     : "=a" (result)
		     : [at] "r" (v->address), "D" (0), "S" (0), "d" (0)
		     : "memory", "cc", "rcx", "r8", "r9", "r10", "r11");
	return result;
}

static siginfo_t vsyscall_info;

static void on_sigsys(int sig, siginfo_t *info, void *context)
{
	vsyscall_info = *info;
}

static void try_vsyscall(void *call)
{
	call_vsyscall(call);
}

static void check_vsyscall(void *arg)
{
	const struct vsyscall_case *c = arg;
	struct sigaction action = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };
	long result;

	CHILD_REQUIRE(!sigaction(SIGSYS, &action, NULL));
	CHILD_REQUIRE(!filter_install(0, &PROGRAM(
		LOAD(arch), JEQ(AUDIT_ARCH_X86_64, 0, 6),
		LOAD(nr), JEQ(c->call->nr, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer)),
		JEQ((uint32_t)c->call->address, 0, 2),
		RET(c->value), OTHERS, OTHERS)));
	result = call_vsyscall(c->call);
	if (c->trapped) {
		CHILD_REQUIRE(vsyscall_info.si_code == SYS_SECCOMP);
		CHILD_REQUIRE(vsyscall_info.si_syscall == c->call->nr);
		CHILD_REQUIRE(vsyscall_info.si_arch == AUDIT_ARCH_X86_64);
		CHILD_REQUIRE(vsyscall_info.si_errno == 12);
	} else {
		CHILD_REQUIRE(!vsyscall_info.si_signo);
		CHILD_REQUIRE(c->expected == 1 ? result >= 0 : result == c->expected);
	}
}

TEST(vsyscall_page)
{
	struct vsyscall_case c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vsyscalls); i++) {
		const struct vsyscall *v = &vsyscalls[i];

		if (!exited_with(child_status(try_vsyscall, (void *)v), 0))
			SKIP(return, "no vsyscall page");
		c = (struct vsyscall_case){ v, SECCOMP_RET_ERRNO | 11, -11, false };
		EXPECT_TRUE(exited_with(child_status(check_vsyscall, &c), 0))
			TH_LOG("%s", v->name);
		c = (struct vsyscall_case){ v, SECCOMP_RET_ALLOW, 1, false };
		EXPECT_TRUE(exited_with(child_status(check_vsyscall, &c), 0))
			TH_LOG("%s", v->name);
		c = (struct vsyscall_case){ v, SECCOMP_RET_TRAP | 12, 0, true };
		EXPECT_TRUE(exited_with(child_status(check_vsyscall, &c), 0))
			TH_LOG("%s", v->name);
		c = (struct vsyscall_case){ v, SECCOMP_RET_TRACE, -ENOSYS, false };
		EXPECT_TRUE(exited_with(child_status(check_vsyscall, &c), 0))
			TH_LOG("%s", v->name);
		c = (struct vsyscall_case){ v, SECCOMP_RET_KILL_PROCESS, 0, false };
		EXPECT_TRUE(died_of(child_status(check_vsyscall, &c), SIGSYS))
			TH_LOG("%s", v->name);
	}
}

/* There is no entry to go back to, and no result that would say so. */
TEST(vsyscall_is_made_anew_after_a_signal)
{
	const struct sigaction action = { .sa_handler = count_signal };
	const struct vsyscall *time = &vsyscalls[1];
	struct outcome outcome = {};
	struct seccomp_notif call;
	int listener;
	__u64 first;
	pid_t pid;

	if (!exited_with(child_status(try_vsyscall, (void *)time), 0))
		SKIP(return, "no vsyscall page");
	listener = filter_install(NEW_LISTENER, &PROGRAM(ON_NR(time->nr, SECCOMP_RET_USER_NOTIF),
							 OTHERS));
	ASSERT_LE(0, listener);
	own_outcome = &outcome;
	pid = fork();
	if (!pid) {
		CHILD_REQUIRE(!sigaction(SIGUSR1, &action, NULL));
		CHILD_REQUIRE(call_vsyscall(time) == 7);
		_exit(outcome.signals);
	}
	ASSERT_TRUE(notif_next(listener, &call));
	first = call.id;
	ASSERT_EQ(0, kill(pid, SIGUSR1));
	ASSERT_TRUE(notif_next(listener, &call));
	EXPECT_LT(first, call.id);
	EXPECT_EQ(0, notif_send(listener, call.id, 7, 0, 0));
	EXPECT_TRUE(exited_with(wait_status(pid), 1));
}
#endif /* __x86_64__ */
#endif /* x86 */

TEST_HARNESS_MAIN
