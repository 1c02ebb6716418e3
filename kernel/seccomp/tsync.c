// SPDX-License-Identifier: GPL-2.0
/*
 * SECCOMP_FILTER_FLAG_TSYNC: all threads of the process get the caller's chains,
 * or none does.
 *
 * The caller holds cred_guard_mutex, so no thread executes a program meanwhile,
 * and siglock, so no thread comes, changes its own chains, or lets go of them.
 */
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "internal.h"

/*
 * A thread that makes no system call any more. PF_EXITING may be set without
 * siglock, but before seccomp_task_exit(), which takes it: a thread that is
 * not seen to exit here has yet to let go of the chains that it is given.
 */
static bool seccomp_tsync_is_leaving(struct task_struct *thread)
{
	return READ_ONCE(thread->flags) & PF_EXITING ||
	       thread->seccomp.mode == SECCOMP_MODE_DEAD;
}

static bool seccomp_is_part_of(const struct seccomp_layer *layer,
			       struct seccomp_layer *chain)
{
	/* Most threads have what the caller has. */
	return layer == chain || !layer ||
	       seccomp_layer_at(chain, layer->depth) == layer;
}

/*
 * Nothing that a thread has installed for itself may get lost. (What waits for an
 * execve is the same only on top of the same: to compare that filter by filter
 * would be work without a limit under siglock.)
 */
static bool seccomp_tsync_may_follow(struct task_struct *thread,
				     const struct seccomp_chains *chains)
{
	struct seccomp_layer *on_exec = thread->seccomp.on_exec;

	return thread->seccomp.mode != SECCOMP_MODE_STRICT &&
	       seccomp_is_part_of(thread->seccomp.layer, chains->now) &&
	       (!on_exec ||
		seccomp_is_part_of(on_exec, chains->on_exec ?: chains->now));
}

/**
 * seccomp_tsync_check - can all threads follow the caller?
 * @chains:	what the caller has now
 *
 * Context: The caller's siglock and cred_guard_mutex are held.
 * Return: 0; a thread that cannot, by its id as the caller sees it; -ESRCH if
 *	   the caller does not see it; -EINTR if the process is being killed.
 */
long seccomp_tsync_check(const struct seccomp_chains *chains)
{
	struct task_struct *thread;

	lockdep_assert_held(seccomp_siglock());
	lockdep_assert_held(&current->signal->cred_guard_mutex);
	/* Nobody is left to see an answer. A dump shows the threads as they were. */
	if (current->signal->flags & SIGNAL_GROUP_EXIT)
		return -EINTR;

	for_other_threads(current, thread)
		if (!seccomp_tsync_is_leaving(thread) &&
		    !seccomp_tsync_may_follow(thread, chains))
			return task_pid_vnr(thread) ?: -ESRCH;
	return 0;
}

/**
 * seccomp_tsync_publish - give the caller's new chains to its other threads
 * @chains:	the chains; the caller keeps what it had before
 * @mitigate:	turn on the mitigations of speculation, if they are asked for
 *
 * Context: The caller's siglock and cred_guard_mutex are held;
 *	    seccomp_tsync_check() has found nothing since they were taken.
 */
void seccomp_tsync_publish(const struct seccomp_chains *chains, bool mitigate)
{
	bool no_new_privs = task_no_new_privs(current);
	struct task_struct *thread;

	lockdep_assert_held(seccomp_siglock());
	for_other_threads(current, thread) {
		if (seccomp_tsync_is_leaving(thread))
			continue;
		/*
		 * The filter is allowed because the caller has no_new_privs; so
		 * nobody may have the one without the other.
		 */
		if (no_new_privs)
			task_set_no_new_privs(thread);
		seccomp_task_confine(thread, chains);
		if (mitigate)
			arch_seccomp_spec_mitigate(thread);
	}
}
