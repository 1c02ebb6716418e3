/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model, and what the files of kernel/seccomp/ offer each other.
 *
 * Objects
 * -------
 * A program (struct seccomp_prog, prog.c) is what user space handed in: it is
 * checked and compiled once and never changes.
 *
 * A layer (struct seccomp_layer, layer.c) is one installation of a program.
 * Layers are linked from the newest to the oldest by @parent. A task points to
 * its newest layer; what it reaches from there is its chain, and every layer
 * of it judges every call. fork() makes chains share their older layers, so
 * that all chains together form a tree whose edges point to the root:
 *
 *	task A ----> a2 --> a1 --.
 *	                          >--> p2 --> p1     (parent before the fork)
 *	task B ----> b1 ---------'
 *	task C (thread of B) --> b1
 *
 * Modes (task->seccomp.mode, mode.c is the only writer)
 * -----------------------------------------------------
 *	DISABLED -> STRICT	seccomp_strict_enter()
 *	DISABLED -> FILTER	seccomp_attach()
 *	FILTER   -> FILTER	seccomp_attach(), one layer more
 *	any      -> DEAD	a verdict has ended the task: whatever becomes of
 *				the signal, it makes no further system call
 * Nothing leads back. A child starts in its parent's mode.
 *
 * Counts
 * ------
 * seccomp_layer.refs: one for each task whose newest layer it is, one for each
 *	layer whose parent it is, one for whoever is installing it. At zero the
 *	layer is freed and gives back its parent's.
 * seccomp_prog.refs: one for each layer that runs it.
 *
 * Locks, outermost first
 * ----------------------
 * sighand->siglock of a task: its seccomp.mode and seccomp.layer. It is taken
 *	with interrupts off, so nothing is allocated, compiled or freed under
 *	it: a layer is built before and dropped after.
 * No other lock is taken inside seccomp. A task follows its own chain without
 * a lock, because only it changes what it points to and its reference keeps
 * the layers, which do not change once they are linked.
 *
 * The way of a call
 * -----------------
 * seccomp_syscall_enter() (kernel/seccomp.c) -> seccomp_strict_judge(), or
 * seccomp_filter_judge() (run.c): gather the data, ask every layer, keep the
 * strictest answer, and carry it out by the table in action.c. When a tracer
 * lets go of the call (trace.c), it starts again.
 */
#ifndef _KERNEL_SECCOMP_INTERNAL_H
#define _KERNEL_SECCOMP_INTERNAL_H

#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>

struct bpf_prog;
struct sock_filter;
struct sock_fprog;

/* Not a mode that user space could ask for: see "Modes" above. */
#define SECCOMP_MODE_DEAD	(SECCOMP_MODE_FILTER + 1)

/* What becomes of the call that was judged. */
enum seccomp_outcome {
	SECCOMP_PROCEED,	/* make the call */
	SECCOMP_SKIP,		/* do not; the result stands in the registers */
	SECCOMP_REJUDGE,	/* a tracer may have changed it: judge it again */
};

/**
 * struct seccomp_prog - a program
 * @refs:	see "Counts"; freed at zero
 * @len:	classic instructions, as they were handed in
 * @bpf:	the runnable form; it keeps the classic one too, for ptrace
 */
struct seccomp_prog {
	refcount_t		refs;
	unsigned int		len;
	struct bpf_prog		*bpf;
};

/**
 * struct seccomp_layer - a program's place in a chain
 * @refs:	see "Counts"; freed at zero
 * @flags:	SECCOMP_FILTER_FLAG_* of the installation that go on mattering
 * @depth:	layers from here to the root, this one included
 * @cost:	what the layers from here to the root count against the limit
 *		on a path, see seccomp_layer_link()
 * @prog:	the program; this layer holds a reference
 * @parent:	the next older layer or NULL; this layer holds a reference
 *
 * @depth, @cost and @parent are set when the layer is linked under siglock;
 * from then on a layer does not change but for @refs.
 */
struct seccomp_layer {
	refcount_t		refs;
	unsigned int		flags;
	unsigned int		depth;
	unsigned int		cost;
	struct seccomp_prog	*prog;
	struct seccomp_layer	*parent;
};

/**
 * struct seccomp_call - a system call under judgement, on its task's stack
 * @data:	what programs see of it
 * @verdict:	the strictest answer, SECCOMP_RET_*
 * @layer:	the newest layer that gave it; NULL while all of them allow it.
 *		The task's own chain keeps it.
 * @traced:	a tracer has been asked: TRACE now means to proceed
 */
struct seccomp_call {
	struct seccomp_data		data;
	u32				verdict;
	const struct seccomp_layer	*layer;
	bool				traced;
};

/* When an action is logged, provided that actions_logged contains it. */
enum seccomp_logging {
	SECCOMP_LOG_NEVER,
	SECCOMP_LOG_REQUESTED,	/* if the layer has SECCOMP_FILTER_FLAG_LOG */
	SECCOMP_LOG_ALWAYS,
};

/**
 * struct seccomp_action - what the kernel knows of an action
 * @value:	SECCOMP_RET_*
 * @name:	as in kernel.seccomp.actions_avail
 * @logging:	when it is logged
 * @act:	carries it out
 */
struct seccomp_action {
	u32			value;
	const char		*name;
	enum seccomp_logging	logging;
	enum seccomp_outcome	(*act)(struct seccomp_call *call);
};

/**
 * struct seccomp_arch - a system call convention, see asm/seccomp.h
 * @arch:	AUDIT_ARCH_* as syscall_get_arch() gives it
 * @strict:	the numbers that strict mode lets through
 * @trampoline:	see seccomp_call_is_trampoline()
 */
struct seccomp_arch {
	u32	arch;
	int	strict[4];
	int	trampoline;
};

#define SECCOMP_NO_TRAMPOLINE	(-1)

/*
 * The caller's siglock. Its sighand_struct stays until the task is reaped, so
 * the task itself needs no RCU to follow the pointer.
 */
static inline spinlock_t *seccomp_siglock(void)
{
	return &rcu_dereference_protected(current->sighand, true)->siglock;
}

/* arch.c */
const struct seccomp_arch *seccomp_arch_find(u32 arch);
bool seccomp_call_is_trampoline(const struct seccomp_call *call);

/* mode.c */
bool seccomp_mode_may_become(int mode);
void seccomp_mode_set(int mode);
void seccomp_mode_kill(void);

/* strict.c */
long seccomp_strict_enter(void);
int seccomp_strict_judge(struct seccomp_call *call);

/* log.c */
extern u32 seccomp_actions_logged;
void seccomp_log(const struct seccomp_call *call, int signr);

#ifdef CONFIG_SECCOMP_FILTER
/* action.c */
extern const struct seccomp_action seccomp_actions[];
extern const unsigned int seccomp_actions_count;
const struct seccomp_action *seccomp_action_find(u32 verdict);
enum seccomp_outcome seccomp_call_act(struct seccomp_call *call);
long seccomp_action_avail(const void __user *uaction);

/* check.c */
int seccomp_check(struct sock_filter *insns, unsigned int len);

/* prog.c */
int seccomp_fprog_read(struct sock_fprog *program, void __user *uprogram);
struct seccomp_prog *seccomp_prog_create(struct sock_fprog *program);
void seccomp_prog_put(struct seccomp_prog *prog);

/* layer.c */
struct seccomp_layer *seccomp_layer_create(struct seccomp_prog *prog,
					   unsigned int flags);
struct seccomp_layer *seccomp_layer_get(struct seccomp_layer *layer);
void seccomp_layer_put(struct seccomp_layer *layer);
int seccomp_layer_link(struct seccomp_layer *layer);

/* attach.c */
long seccomp_attach(unsigned int flags, void __user *uprogram);

/* run.c */
bool seccomp_verdict_stricter(u32 verdict, u32 than);
int seccomp_filter_judge(struct seccomp_call *call);

/* trace.c */
enum seccomp_outcome seccomp_act_trace(struct seccomp_call *call);
#else
static inline long seccomp_action_avail(const void __user *uaction)
{
	return -EOPNOTSUPP;
}

static inline long seccomp_attach(unsigned int flags, void __user *uprogram)
{
	return -EINVAL;
}

static inline int seccomp_filter_judge(struct seccomp_call *call)
{
	return -1;
}
#endif

#endif /* _KERNEL_SECCOMP_INTERNAL_H */
