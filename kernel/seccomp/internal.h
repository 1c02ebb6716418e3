/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model, and what the files of kernel/seccomp/ offer each other.
 *
 * Objects
 * -------
 * A program (struct seccomp_prog, prog.c) is what user space handed in. It is
 * checked once, and analysed: analysis.h says how. What is left is an answer for
 * each system call, and code for those answers that depend on arguments. It never
 * changes. User space can hold it as a file (progfd.c).
 *
 * A layer (struct seccomp_layer, layer.c) is a program that was installed on
 * top of another layer, with its flags. Layers are linked from the newest to
 * the oldest by @parent. A task points to its newest layer; what it reaches
 * from there is its chain, and every layer of it judges every call. All chains
 * together form a tree whose edges point to the root:
 *
 *	task A ----> a2 --> a1 --.
 *	                          >--> p2 --> p1     (parent before the fork)
 *	task B ----> b1 ---------'
 *	task C (thread of B) --> b1
 *
 * A task may have a second chain, which has the first as its older part: the
 * filters that are to judge its calls from its next execve on. A child inherits
 * both, so that whoever comes to execute a program is confined in it, and the
 * program is never without them. (Once they are there, mode and chain go the ways
 * below; until then the second chain is only kept.)
 *
 * A table (table.c) belongs to each layer and says what the whole chain from there
 * on decides of each system call: a verdict, or whom to ask for one, and always
 * without those layers whose word cannot count. A task points to the table of its
 * newest layer as well, so that its entry code finds out by one load whether a
 * call is always allowed.
 *
 * A listener (struct seccomp_listener, listener.c) is where the calls go that a
 * layer's program answers with USER_NOTIF, and what their supervisor holds as a
 * file. notif.h has the model of it.
 *
 * Programs and layers are shared by all who install the same: equal instructions
 * are one program (but see @hardening there), and equal programs with equal flags on
 * one and the same layer are one layer, with one table. So two chains that hold the
 * same programs with the same flags in the same order are the same chain, whoever
 * has installed them, and pointers tell.
 * (The flags include the door, SECCOMP_LAYER_PRCTL. A listener is new with each
 * installation. So a layer with one is shared only by those who have it from there.)
 *
 * Modes (task->seccomp.mode, mode.c is the only writer)
 * -----------------------------------------------------
 *	DISABLED -> STRICT	seccomp_strict_enter()
 *	DISABLED -> FILTER	seccomp_attach(), by the task or by a thread of its
 *				process that synchronises them (tsync.c); or the
 *				task's execve
 *	FILTER   -> FILTER	the same, for more layers
 *	any      -> DEAD	a verdict has ended the task: whatever becomes of
 *				the signal, it makes no further system call
 * Nothing leads back. A child starts in its parent's mode. Filters that wait for an
 * execve and strict mode exclude each other: a tracer may let a task in strict mode
 * call execve after all.
 *
 * Counts
 * ------
 * seccomp_layer.refs: one for each task whose newest layer it is, or will be on
 *	exec; one for each layer whose parent it is; one for whoever is installing
 *	or reading it.
 *	At zero the layer is freed and gives back its parent's.
 * seccomp_prog.refs: one for each layer that runs it, one for each of its files,
 *	one for whoever is installing or reading it.
 * Neither is counted by the table or tree in which it is found again: the last
 * reference is given back under its lock.
 * seccomp_listener.users: one for each layer that has it (more than one when that
 *	waited for an execve and has been put on top of others), one for whoever is
 *	installing the first. So a listener is told that no call can come any more
 *	when the last task has let go of the layer, be it a zombie or not.
 * seccomp_listener.refs: one for its file, one for all of @users together.
 *
 * Locks, outermost first
 * ----------------------
 * signal->cred_guard_mutex of the caller, for TSYNC: keeps a thread from
 *	working out the privileges of a program that it executes while it is
 *	given a filter or no_new_privs.
 * signal->exec_update_lock: held by kcmp(2) and by execve when they come here.
 * seccomp_layers_lock, seccomp_progs_lock: the table of layers and the tree of
 *	programs, and the last reference to each. They are leaves; neither is taken
 *	in the other.
 * seccomp_listener.lock: a listener and all its notifications, see notif.h. The
 *	only locks inside it are those that waking somebody takes.
 * sighand->siglock of a task: all of its struct seccomp. It is taken
 *	with interrupts off, so nothing is allocated, compiled, compared or freed
 *	under it: a layer is built before and dropped after.
 *
 * What a task reads of itself without a lock
 * ------------------------------------------
 * Other threads change a task's chain only by TSYNC, and only into one that
 * the old chain is the older part of. So the layers that a task has once seen
 * stay until it exits, and it follows them without lock or count. Layers do
 * not change once they are in the table. (None of this is true of what waits for an
 * execve: when a filter is installed below it, it is made anew.)
 *
 * TSYNC may give a running task its first filter. Barriers, by their letters:
 * (A) What a layer holds, before the pointer to it:
 *	smp_store_release() in seccomp_task_confine(), with the dependency from
 *	READ_ONCE() in seccomp_decision_find(). The same for the table and the
 *	pointer to it: in seccomp_mode_write(), with READ_ONCE() in
 *	seccomp_slot_is_allowed().
 * (B) The chain before the mode that makes calls look at it:
 *	smp_store_release() in seccomp_mode_write(), with smp_load_acquire() in
 *	seccomp_slot_enter().
 * (C) The mode before the work flag that leads there:
 *	smp_mb__before_atomic() in seccomp_mode_write(), with smp_rmb() in
 *	seccomp_slot_enter(). The entry code has no such barrier before it
 *	looks into the table: a task that finds the flag, but still an older
 *	table, finds nothing allowed in its first one, and in any other what was
 *	its own chain until just now.
 *
 * The way of a call
 * -----------------
 * seccomp_slot_is_allowed() (linux/seccomp.h), in the entry code: most calls are,
 * and have no more to do with any of this. Else seccomp_slot_enter(), or if the
 * call is traced or audited as well, seccomp_syscall_enter() (kernel/seccomp.c) ->
 * seccomp_strict_judge(), or seccomp_filter_judge() (run.c): look up what the chain
 * decides, ask those layers that it depends on, keep the strictest answer, and carry
 * it out by the table in action.c. When a tracer lets go of the call (trace.c), it
 * starts again.
 */
#ifndef _KERNEL_SECCOMP_INTERNAL_H
#define _KERNEL_SECCOMP_INTERNAL_H

#include <linux/ptrace.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>

#include "analysis.h"

struct bpf_prog;
struct file;
struct seccomp_listener;
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
 * @layers:	how many layers there are of it; written under seccomp_layers_lock
 * @id:		its name for user space, given to no other program ever again
 * @analysis:	what it says of each system call; the code has become @bpf
 * @bpf:	the runnable form of that, or NULL if all answers are constant
 * @node:	in the tree of programs, whose key is @hardening, @len and @insns
 * @hash:	of @insns
 * @hardening:	which mitigations its compiled code has, for whoever made it; code that
 *		lacks some is not for those who are to have them
 * @len:	how many instructions it has
 * @insns:	as they were handed in
 */
struct seccomp_prog {
	refcount_t		refs;
	unsigned int		layers;
	u64			id;
	struct seccomp_analysis	analysis;
	struct bpf_prog		*bpf;
	struct rb_node		node;
	u64			hash;
	unsigned int		hardening;
	unsigned int		len;
	struct sock_filter	insns[] __counted_by(len);
};

/**
 * struct seccomp_ask - that a layer has to be asked about a call
 * @layer:	the layer
 * @bpf:	its program's runnable form
 * @older:	who else is to be asked, or NULL
 * @strictest:	no stricter action than this one's will be the answer
 * @part:	of the program's code that tells
 */
struct seccomp_ask {
	const struct seccomp_layer	*layer;
	const struct bpf_prog		*bpf;
	const struct seccomp_ask	*older;
	u32				strictest;
	u32				part;
};

/**
 * struct seccomp_decision - what a chain decides of some system calls
 * @verdict:	the strictest of all constant answers, SECCOMP_RET_*
 * @refusal:	all that comes of such a call, a negative errno that nobody wants to
 *		have logged; or 0
 * @layer:	the newest layer that gave it; NULL if they all allow
 * @asks:	the layers whose answers depend on arguments and can outweigh
 *		@verdict, from the newest to the oldest
 * @own:	that of the layer to whose table the decision belongs, if it is one
 *		of @asks
 */
struct seccomp_decision {
	u32				verdict;
	s32				refusal;
	const struct seccomp_layer	*layer;
	const struct seccomp_ask	*asks;
	struct seccomp_ask		own;
};

/**
 * struct seccomp_layer - a program's place in a chain
 * @refs:	see "Counts"; freed at zero
 * @id:		its name for user space, given to no other layer ever again
 * @depth:	layers from here to the root, this one included
 * @cost:	what the layers from here to the root count against the limit
 *		on a path, see seccomp_layer_create()
 * @parent:	the next older layer or NULL; this layer holds a reference
 * @prog:	the program; this layer holds a reference
 * @listener:	where calls go that the program answers with USER_NOTIF, or NULL;
 *		this layer is a user of it
 * @flags:	SECCOMP_FILTER_FLAG_* of the installation that go on mattering,
 *		and SECCOMP_LAYER_PRCTL
 * @jump:	an older layer (the root: itself), so placed that any depth is
 *		reached in few steps, see seccomp_layer_at()
 * @table:	for each slot of seccomp_map, an index into @decisions; 0 is always
 *		allowed. Without a parent it is that of @prog, and goes with it.
 * @decisions:	what the chain from here on decides
 * @decided:	how many decisions there are in the tables from here to the root
 * @node:	in the table of layers, whose key is @parent, @prog, @listener and
 *		@flags
 *
 * A layer does not change but for @refs.
 */
struct seccomp_layer {
	refcount_t		refs;
	unsigned int		depth;
	u64			id;
	unsigned int		cost;
	struct seccomp_layer	*parent;
	struct seccomp_prog	*prog;
	struct seccomp_listener	*listener;
	unsigned long		flags;
	struct seccomp_layer	*jump;
	const u16		*table;
	struct seccomp_decision	*decisions;
	unsigned int		decided;
	struct rhash_head	node;
};

/**
 * struct seccomp_chains - what a task has of layers, or is to be given
 * @now:	the newest layer of the chain that judges its calls, or NULL
 * @on_exec:	what @now becomes by its next execve, or NULL if that is the same
 */
struct seccomp_chains {
	struct seccomp_layer	*now;
	struct seccomp_layer	*on_exec;
};

/*
 * The layer was installed through prctl(). Where every installation was a layer
 * of its own, a thread that had confined itself through the one door could not
 * follow a caller that had installed the same through the other, and mainline's
 * selftest holds on to that: so such layers differ.
 */
#define SECCOMP_LAYER_PRCTL	BIT(16)

/* When only fatal signals end the wait for a supervisor's answer. */
#define SECCOMP_WAIT_KILLABLE_FLAGS	(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | \
					 SECCOMP_FILTER_FLAG_WAIT_KILLABLE)

/**
 * struct seccomp_call - a system call under judgement, on its task's stack
 * @data:	what programs see of it
 * @part:	of the program that is being asked; code finds it behind @data
 * @slot:	of the call in seccomp_map
 * @verdict:	the strictest answer, SECCOMP_RET_*
 * @action:	what @verdict asks for, once it is settled
 * @layer:	the newest layer that gave it; NULL while all of them allow it.
 *		The task's own chain keeps it.
 * @traced:	a tracer has been asked: TRACE now means to proceed
 */
struct seccomp_call {
	struct seccomp_data		data;
	u32				part;
	unsigned int			slot;
	u32				verdict;
	const struct seccomp_action	*action;
	const struct seccomp_layer	*layer;
	bool				traced;
};

static_assert(offsetof(struct seccomp_call, part) -
	      offsetof(struct seccomp_call, data) == SECCOMP_PART_OFFSET);

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
 * The siglock of the caller, which is that of all threads of its process. Its
 * sighand_struct stays until the task is reaped, so the task itself needs no
 * RCU to follow the pointer.
 */
static inline spinlock_t *seccomp_siglock(void)
{
	return &rcu_dereference_protected(current->sighand, true)->siglock;
}

/* Does the caller's tracer keep its calls from being judged? */
static inline bool seccomp_is_suspended(void)
{
	return IS_ENABLED(CONFIG_CHECKPOINT_RESTORE) &&
	       READ_ONCE(current->ptrace) & PT_SUSPEND_SECCOMP;
}

/* The size of the instructions. */
static inline size_t seccomp_prog_size(const struct seccomp_prog *prog)
{
	return prog->len * sizeof(prog->insns[0]);
}

/* Take another reference to a layer that cannot go away meanwhile, or to none. */
static inline struct seccomp_layer *seccomp_layer_get(struct seccomp_layer *layer)
{
	if (layer)
		refcount_inc(&layer->refs);
	return layer;
}

/* How many layers a chain has. */
static inline unsigned int seccomp_depth(const struct seccomp_layer *chain)
{
	return chain ? chain->depth : 0;
}

/* What a program says of the call that has a slot. */
static inline const struct seccomp_answer *
seccomp_prog_answer(const struct seccomp_prog *prog, unsigned int slot)
{
	return &prog->analysis.answers[prog->analysis.slots[slot]];
}

/* arch.c */
extern const struct seccomp_map seccomp_map;
const struct seccomp_arch *seccomp_arch_find(u32 arch);
bool seccomp_call_is_trampoline(const struct seccomp_call *call);

/* mode.c */
bool seccomp_mode_may_become(int mode);
void seccomp_mode_set(struct task_struct *task, int mode);
void seccomp_mode_inherit(struct task_struct *child);
void seccomp_mode_kill(void);

/* strict.c */
long seccomp_strict_enter(void);
int seccomp_strict_judge(void);

/* log.c */
extern u32 seccomp_actions_logged;
void seccomp_log(const struct seccomp_call *call, int signr);

#ifdef CONFIG_SECCOMP_FILTER
/* action.c */
extern const struct seccomp_action seccomp_actions[];
extern const unsigned int seccomp_actions_count;
const struct seccomp_action *seccomp_action_find(u32 verdict);
const struct seccomp_action *seccomp_action_of(u32 verdict);
s32 seccomp_verdict_error(u32 verdict);
long seccomp_action_avail(const void __user *uaction);

/* check.c */
int seccomp_check(const struct sock_filter *insns, unsigned int len);

/* prog.c */
int seccomp_fprog_read(struct sock_fprog *program, void __user *uprogram);
struct seccomp_prog *seccomp_prog_create(struct sock_fprog *program);
struct seccomp_prog *seccomp_prog_get(struct seccomp_prog *prog);
void seccomp_prog_put(struct seccomp_prog *prog);

/* progfd.c */
long seccomp_progfd_create(void __user *uprogram);
struct file *seccomp_progfd_open(struct seccomp_prog *prog);
struct seccomp_prog *seccomp_progfd_prog(const struct file *file);
struct seccomp_prog *seccomp_progfd_get(int fd);

/* table.c */
int seccomp_table_create(struct seccomp_layer *layer);
void seccomp_table_free(const struct seccomp_layer *layer);

/* layer.c */
struct seccomp_layer *seccomp_layer_create(struct seccomp_layer *parent,
					   struct seccomp_prog *prog,
					   struct seccomp_listener *listener,
					   unsigned long flags);
struct seccomp_layer *seccomp_layer_rebase(struct seccomp_layer *layer,
					   struct seccomp_layer *base);
void seccomp_layer_put(struct seccomp_layer *layer);
struct seccomp_layer *seccomp_layer_at(struct seccomp_layer *layer,
				       unsigned long depth);

/* task.c */
void seccomp_chains_get(struct seccomp_chains *chains, struct task_struct *task);
void seccomp_chains_put(const struct seccomp_chains *chains);
void seccomp_task_confine(struct task_struct *task,
			  const struct seccomp_chains *chains);

/* attach.c */
long seccomp_attach(unsigned int flags, void __user *uargs);
long seccomp_attach_prctl(void __user *uprogram);

/* tsync.c */
long seccomp_tsync_check(const struct seccomp_chains *chains);
void seccomp_tsync_publish(const struct seccomp_chains *chains, bool mitigate);

/* run.c */
bool seccomp_verdict_stricter(u32 verdict, u32 than);
bool seccomp_verdict_outweighs(u32 verdict, const struct seccomp_layer *layer,
			       u32 other, const struct seccomp_layer *other_layer);
const struct seccomp_layer *seccomp_call_next_notifier(struct seccomp_call *call,
						       const struct seccomp_layer *layer);
int seccomp_filter_judge(unsigned int slot);

/* trace.c */
enum seccomp_outcome seccomp_act_trace(struct seccomp_call *call);

/* notif.c */
enum seccomp_outcome seccomp_act_user_notif(struct seccomp_call *call);

/* listener.c */
extern int seccomp_nested_listeners;
struct file *seccomp_listener_open(struct seccomp_listener **listener);
void seccomp_listener_use(struct seccomp_listener *listener);
void seccomp_listener_leave(struct seccomp_listener *listener);
bool seccomp_listener_may_nest(const struct seccomp_chains *chains,
			       unsigned int flags);
#else
static inline const struct seccomp_action *seccomp_action_find(u32 verdict)
{
	return NULL;
}

static inline long seccomp_action_avail(const void __user *uaction)
{
	return -EOPNOTSUPP;
}

static inline long seccomp_progfd_create(void __user *uprogram)
{
	return -EINVAL;
}

static inline long seccomp_attach(unsigned int flags, void __user *uargs)
{
	return -EINVAL;
}

static inline long seccomp_attach_prctl(void __user *uprogram)
{
	return -EINVAL;
}

static inline int seccomp_filter_judge(unsigned int slot)
{
	return -1;
}
#endif

#endif /* _KERNEL_SECCOMP_INTERNAL_H */
