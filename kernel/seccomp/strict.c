// SPDX-License-Identifier: GPL-2.0
/*
 * Strict mode: read, write, exit and sigreturn, and nothing else.
 */
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <asm/seccomp.h>

#include "internal.h"

/**
 * seccomp_strict_enter - put the caller into strict mode
 *
 * Context: Process context. Takes the caller's siglock.
 * Return: 0, also when it is in strict mode already; -EINVAL in filter mode.
 */
long seccomp_strict_enter(void)
{
	scoped_guard(spinlock_irq, seccomp_siglock()) {
		if (!seccomp_mode_may_become(SECCOMP_MODE_STRICT))
			return -EINVAL;
		seccomp_mode_set(current, SECCOMP_MODE_STRICT);
	}
	seccomp_arch_enter_strict();
	arch_seccomp_spec_mitigate(current);
	return 0;
}

/**
 * seccomp_strict_judge - judge a call of a task in strict mode
 * @call:	nr and arch are filled in
 *
 * What counts is the entry path of this very call, not what kind of program
 * the task is: the same number means another call on each path.
 *
 * Context: Process context, no locks. Does not return if the call is refused.
 * Return: 0.
 */
int seccomp_strict_judge(struct seccomp_call *call)
{
	const struct seccomp_arch *arch = seccomp_arch_find(call->data.arch);

	for (size_t i = 0; arch && i < ARRAY_SIZE(arch->strict); i++)
		if (call->data.nr == arch->strict[i])
			return 0;

	call->verdict = SECCOMP_RET_KILL_THREAD;
	call->action = seccomp_action_find(call->verdict);
	seccomp_log(call, SIGKILL);
	seccomp_mode_kill();
	do_exit(SIGKILL);
}
