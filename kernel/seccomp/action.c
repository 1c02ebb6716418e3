// SPDX-License-Identifier: GPL-2.0
/*
 * The actions a filter can ask for: one table, and what carries each row out.
 */
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/signal.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "internal.h"

static u16 seccomp_call_verdict_data(const struct seccomp_call *call)
{
	return call->verdict & SECCOMP_RET_DATA;
}

static void seccomp_call_siginfo(const struct seccomp_call *call,
				 struct kernel_siginfo *info)
{
	clear_siginfo(info);
	info->si_signo	= SIGSYS;
	info->si_code	= SYS_SECCOMP;
	info->si_errno	= seccomp_call_verdict_data(call);
	info->si_call_addr = (void __user *)KSTK_EIP(current);
	info->si_arch	= call->data.arch;
	info->si_syscall = call->data.nr;
}

/* End the process as if by an uncaught SIGSYS, with a core dump. */
static enum seccomp_outcome seccomp_act_kill_process(struct seccomp_call *call)
{
	struct kernel_siginfo info;

	seccomp_log(call, SIGSYS);
	seccomp_mode_kill();
	/* The dump shows the registers as the program had set them. */
	syscall_rollback(current, current_pt_regs());
	seccomp_call_siginfo(call, &info);
	force_exit_sig_info(&info);
	return SECCOMP_SKIP;
}

static enum seccomp_outcome seccomp_act_kill_thread(struct seccomp_call *call)
{
	/* With its last thread the process ends, so let it say why. */
	if (atomic_read(&current->signal->live) == 1)
		return seccomp_act_kill_process(call);

	seccomp_log(call, SIGSYS);
	seccomp_mode_kill();
	do_exit(SIGSYS);
}

static enum seccomp_outcome seccomp_act_trap(struct seccomp_call *call)
{
	struct kernel_siginfo info;

	seccomp_log(call, 0);
	/* The handler finds the number where the program had put it. */
	syscall_rollback(current, current_pt_regs());
	seccomp_call_siginfo(call, &info);
	force_sig_info(&info);
	return SECCOMP_SKIP;
}

/**
 * seccomp_verdict_error - the result of a call that an ERRNO verdict refuses
 * @verdict:	SECCOMP_RET_ERRNO and its data
 *
 * Context: Any.
 * Return: A negative errno, or 0.
 */
s32 seccomp_verdict_error(u32 verdict)
{
	return -min_t(s32, verdict & SECCOMP_RET_DATA, MAX_ERRNO);
}

static enum seccomp_outcome seccomp_act_errno(struct seccomp_call *call)
{
	seccomp_log(call, 0);
	syscall_set_return_value(current, current_pt_regs(),
				 seccomp_verdict_error(call->verdict), 0);
	return SECCOMP_SKIP;
}

static enum seccomp_outcome seccomp_act_log(struct seccomp_call *call)
{
	seccomp_log(call, 0);
	return SECCOMP_PROCEED;
}

static enum seccomp_outcome seccomp_act_allow(struct seccomp_call *call)
{
	return SECCOMP_PROCEED;
}

#define SECCOMP_ACTION(upper, lower, when)				\
	{ .value = SECCOMP_RET_##upper, .name = #lower, .logging = (when), \
	  .act = seccomp_act_##lower }

/* Strictest first, as in kernel.seccomp.actions_avail. */
const struct seccomp_action seccomp_actions[] = {
	SECCOMP_ACTION(KILL_PROCESS,	kill_process,	SECCOMP_LOG_ALWAYS),
	SECCOMP_ACTION(KILL_THREAD,	kill_thread,	SECCOMP_LOG_ALWAYS),
	SECCOMP_ACTION(TRAP,		trap,		SECCOMP_LOG_REQUESTED),
	SECCOMP_ACTION(ERRNO,		errno,		SECCOMP_LOG_REQUESTED),
	SECCOMP_ACTION(USER_NOTIF,	user_notif,	SECCOMP_LOG_REQUESTED),
	SECCOMP_ACTION(TRACE,		trace,		SECCOMP_LOG_REQUESTED),
	SECCOMP_ACTION(LOG,		log,		SECCOMP_LOG_ALWAYS),
	SECCOMP_ACTION(ALLOW,		allow,		SECCOMP_LOG_NEVER),
};

const unsigned int seccomp_actions_count = ARRAY_SIZE(seccomp_actions);

/**
 * seccomp_action_find - the action that a verdict asks for
 * @verdict:	SECCOMP_RET_*, with or without data
 *
 * Context: Any.
 * Return: The row of the table; NULL if there is no such action.
 */
const struct seccomp_action *seccomp_action_find(u32 verdict)
{
	/* From the laxest: calls are made more often than refused. */
	for (size_t i = ARRAY_SIZE(seccomp_actions); i-- > 0;)
		if (seccomp_actions[i].value == (verdict & SECCOMP_RET_ACTION_FULL))
			return &seccomp_actions[i];
	return NULL;
}

/**
 * seccomp_action_avail - SECCOMP_GET_ACTION_AVAIL
 * @uaction:	__u32 in user space, SECCOMP_RET_* without data
 *
 * Context: Process context.
 * Return: 0 if the action is known, -EOPNOTSUPP if not, -EFAULT.
 */
long seccomp_action_avail(const void __user *uaction)
{
	u32 action;

	if (copy_from_user(&action, uaction, sizeof(action)))
		return -EFAULT;
	if (action & ~SECCOMP_RET_ACTION_FULL)
		return -EOPNOTSUPP;
	return seccomp_action_find(action) ? 0 : -EOPNOTSUPP;
}

/**
 * seccomp_action_of - how a verdict is carried out
 * @verdict:	SECCOMP_RET_*
 *
 * An action that this kernel does not know ends the process: the program may
 * have meant something stricter than anything known here.
 *
 * Context: Any.
 * Return: The row of the table.
 */
const struct seccomp_action *seccomp_action_of(u32 verdict)
{
	return seccomp_action_find(verdict) ?:
	       seccomp_action_find(SECCOMP_RET_KILL_PROCESS);
}
