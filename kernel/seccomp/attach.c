// SPDX-License-Identifier: GPL-2.0
/*
 * The installation of a filter: who may, what is prepared before the lock, and
 * what happens under it.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/user_namespace.h>

#include "internal.h"

/* The flags there are, and those that a layer remembers. */
#define SECCOMP_FLAGS		(SECCOMP_FILTER_FLAG_LOG | \
				 SECCOMP_FILTER_FLAG_SPEC_ALLOW)
#define SECCOMP_LAYER_FLAGS	SECCOMP_FILTER_FLAG_LOG

/*
 * A filter makes calls fail in ways that a program does not expect. If the
 * caller could pass it on to a set-user-ID program, it could turn that against
 * its user: so either no such program gains anything from now on, or the
 * caller could do as much harm anyway.
 */
static bool seccomp_may_attach(void)
{
	return task_no_new_privs(current) ||
	       ns_capable_noaudit(current_user_ns(), CAP_SYS_ADMIN);
}

static struct seccomp_layer *seccomp_attach_prepare(unsigned int flags,
						    void __user *uprogram)
{
	struct sock_fprog program;
	struct seccomp_prog *prog;
	int err;

	err = seccomp_fprog_read(&program, uprogram);
	if (err)
		return ERR_PTR(err);
	if (!seccomp_may_attach())
		return ERR_PTR(-EACCES);

	prog = seccomp_prog_create(&program);
	if (IS_ERR(prog))
		return ERR_CAST(prog);
	return seccomp_layer_create(prog, flags & SECCOMP_LAYER_FLAGS);
}

static int seccomp_attach_locked(struct seccomp_layer *layer)
{
	int err;

	if (!seccomp_mode_may_become(SECCOMP_MODE_FILTER))
		return -EINVAL;
	err = seccomp_layer_link(layer);
	if (err)
		return err;
	/* The chain is in place before the mode makes calls look at it. */
	seccomp_mode_set(SECCOMP_MODE_FILTER);
	return 0;
}

/**
 * seccomp_attach - install a filter in the caller
 * @flags:	SECCOMP_FILTER_FLAG_*
 * @uprogram:	a struct sock_fprog in user space
 *
 * Flags are judged before @uprogram is touched: libraries find out by a NULL
 * program whether a kernel knows a flag.
 *
 * Context: Process context. May sleep. Takes the caller's siglock.
 * Return: 0, or an error, and then nothing has changed:
 * * -EINVAL	- An unknown flag, a program that is refused, or strict mode.
 * * -EFAULT	- @uprogram or its instructions cannot be read.
 * * -EACCES	- Neither no_new_privs nor CAP_SYS_ADMIN.
 * * -ENOMEM	- No memory, or the chain would become too long.
 */
long seccomp_attach(unsigned int flags, void __user *uprogram)
{
	struct seccomp_layer *layer;
	int err;

	if (flags & ~SECCOMP_FLAGS)
		return -EINVAL;

	layer = seccomp_attach_prepare(flags, uprogram);
	if (IS_ERR(layer))
		return PTR_ERR(layer);

	scoped_guard(spinlock_irq, seccomp_siglock())
		err = seccomp_attach_locked(layer);
	if (err) {
		seccomp_layer_put(layer);
		return err;
	}
	if (!(flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW))
		arch_seccomp_spec_mitigate(current);
	return 0;
}
