// SPDX-License-Identifier: GPL-2.0
/*
 * Strict mode: read, write, exit and sigreturn, and nothing else.
 */
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <asm/seccomp.h>
#include <asm/syscall.h>

#include "internal.h"

/**
 * seccomp_strict_enter - put the caller into strict mode
 *
 * Context: Process context. Takes the caller's siglock.
 * Return: 0, also when it is in strict mode already; -EINVAL in filter mode, or when
 *	   filters wait for the caller's execve.
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
 *
 * What counts is the entry path of this very call, not what kind of program
 * the task is: the same number means another call on each path.
 *
 * Context: Process context, no locks. Does not return if the call is refused.
 * Return: 0.
 */
int seccomp_strict_judge(void)
{
	struct seccomp_call call = {
		.data.nr	= syscall_get_nr(current, current_pt_regs()),
		.data.arch	= syscall_get_arch(current),
		.verdict	= SECCOMP_RET_KILL_THREAD,
		.action		= seccomp_action_find(SECCOMP_RET_KILL_THREAD),
	};
	const struct seccomp_arch *arch = seccomp_arch_find(call.data.arch);

	if (seccomp_call_is_trampoline(&call))
		return 0;
	for (size_t i = 0; arch && i < ARRAY_SIZE(arch->strict); i++)
		if (call.data.nr == arch->strict[i])
			return 0;

	seccomp_log(&call, SIGKILL);
	seccomp_mode_kill();
	do_exit(SIGKILL);
}
