// SPDX-License-Identifier: GPL-2.0
/*
 * The installation of a filter: who may, what is prepared before the lock, and
 * what happens under it.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/filter.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "internal.h"

/* Flags that mean nothing without a listener. */
#define SECCOMP_LISTENER_FLAGS	(SECCOMP_WAIT_KILLABLE_FLAGS | \
				 SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS)
/* Those that a layer remembers. */
#define SECCOMP_LAYER_FLAGS	(SECCOMP_FILTER_FLAG_LOG | \
				 SECCOMP_LISTENER_FLAGS | SECCOMP_LAYER_PRCTL)
/* All that there are. */
#define SECCOMP_FLAGS		(SECCOMP_FILTER_FLAG_TSYNC | \
				 SECCOMP_FILTER_FLAG_LOG | \
				 SECCOMP_FILTER_FLAG_SPEC_ALLOW | \
				 SECCOMP_FILTER_FLAG_NEW_LISTENER | \
				 SECCOMP_FILTER_FLAG_TSYNC_ESRCH | \
				 SECCOMP_FILTER_FLAG_ON_EXEC | \
				 SECCOMP_FILTER_FLAG_PROG_FD | \
				 SECCOMP_LISTENER_FLAGS)
static_assert(!(SECCOMP_FLAGS & SECCOMP_LAYER_PRCTL));

static bool seccomp_flags_are_valid(unsigned int flags)
{
	if (flags & ~SECCOMP_FLAGS)
		return false;
	if (!(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return !(flags & SECCOMP_LISTENER_FLAGS);
	/* The result cannot be both a descriptor and a thread's id. */
	return !(flags & SECCOMP_FILTER_FLAG_TSYNC) ||
	       flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
}

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

static struct seccomp_prog *seccomp_attach_prepare(unsigned int flags,
						   void __user *uargs)
{
	bool by_fd = flags & SECCOMP_FILTER_FLAG_PROG_FD;
	struct sock_fprog program;
	int err, fd;

	err = by_fd ? get_user(fd, (int __user *)uargs) :
		      seccomp_fprog_read(&program, uargs);
	if (err)
		return ERR_PTR(err);
	if (!seccomp_may_attach())
		return ERR_PTR(-EACCES);
	return by_fd ? seccomp_progfd_get(fd) : seccomp_prog_create(&program);
}

/*
 * What the caller's chains, @old, become by a new layer. Filters that wait for an
 * execve stay the newest ones, also when others come first.
 */
static int seccomp_attach_layer(struct seccomp_chains *new,
				const struct seccomp_chains *old,
				struct seccomp_prog *prog,
				struct seccomp_listener *listener,
				unsigned int flags)
{
	bool on_exec = flags & SECCOMP_FILTER_FLAG_ON_EXEC;
	struct seccomp_layer *newest = old->on_exec ?: old->now;
	struct seccomp_layer *layer;

	if (listener && !seccomp_listener_may_nest(old, flags))
		return -EBUSY;
	layer = seccomp_layer_create(on_exec ? newest : old->now, prog, listener,
				     flags & SECCOMP_LAYER_FLAGS);
	if (IS_ERR(layer))
		return PTR_ERR(layer);
	if (on_exec) {
		new->now = seccomp_layer_get(old->now);
		new->on_exec = layer;
		return 0;
	}
	new->now = layer;
	new->on_exec = old->on_exec ? seccomp_layer_rebase(old->on_exec, layer) : NULL;
	if (!IS_ERR(new->on_exec))
		return 0;
	seccomp_layer_put(layer);
	return PTR_ERR(new->on_exec);
}

static long seccomp_attach_locked(const struct seccomp_chains *new,
				  const struct seccomp_chains *old,
				  unsigned int flags)
{
	bool mitigate = !(flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW);

	if (old->now != current->seccomp.layer || old->on_exec != current->seccomp.on_exec)
		return -EAGAIN;
	if (!seccomp_mode_may_become(SECCOMP_MODE_FILTER))
		return -EINVAL;
	if (flags & SECCOMP_FILTER_FLAG_TSYNC) {
		long err = seccomp_tsync_check(old);

		if (err)
			return err;
	}

	seccomp_task_confine(current, new);
	if (mitigate)
		arch_seccomp_spec_mitigate(current);
	if (flags & SECCOMP_FILTER_FLAG_TSYNC)
		seccomp_tsync_publish(new, mitigate);
	return 0;
}

static long seccomp_attach_prog(struct seccomp_prog *prog,
				struct seccomp_listener *listener,
				unsigned int flags)
{
	struct seccomp_chains old, new;
	long ret;

	/* Again, if another thread's TSYNC has given the caller new chains. */
	do {
		seccomp_chains_get(&old, current);
		ret = seccomp_attach_layer(&new, &old, prog, listener, flags);
		if (!ret) {
			scoped_guard(spinlock_irq, seccomp_siglock())
				ret = seccomp_attach_locked(&new, &old, flags);
			/* Who has been given them has references of its own. */
			seccomp_chains_put(&new);
		}
		seccomp_chains_put(&old);
	} while (ret == -EAGAIN);
	return ret;
}

static long seccomp_attach_prog_all(struct seccomp_prog *prog,
				    struct seccomp_listener *listener,
				    unsigned int flags)
{
	struct mutex *guard = &current->signal->cred_guard_mutex;
	long ret;

	/*
	 * Killable, because a thread that executes a program holds it while it
	 * waits for this one to die.
	 */
	if (mutex_lock_killable(guard))
		return -EINTR;
	ret = seccomp_attach_prog(prog, listener, flags);
	mutex_unlock(guard);
	return ret > 0 && flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : ret;
}

static long seccomp_attach_threads(struct seccomp_prog *prog,
				   struct seccomp_listener *listener,
				   unsigned int flags)
{
	return flags & SECCOMP_FILTER_FLAG_TSYNC ?
	       seccomp_attach_prog_all(prog, listener, flags) :
	       seccomp_attach_prog(prog, listener, flags);
}

static long seccomp_attach_listening(struct seccomp_prog *prog, unsigned int flags)
{
	struct seccomp_listener *listener;
	struct file *file;
	long ret;

	/* All that can fail comes before the filter, and what is seen after. */
	CLASS(get_unused_fd, fd)(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = seccomp_listener_open(&listener);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = seccomp_attach_threads(prog, listener, flags);
	seccomp_listener_leave(listener);
	if (ret) {
		fput(file);
		return ret;
	}
	fd_install(fd, file);
	return take_fd(fd);
}

static long seccomp_attach_flags(unsigned int flags, void __user *uargs)
{
	struct seccomp_prog *prog;
	long ret;

	prog = seccomp_attach_prepare(flags, uargs);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		ret = seccomp_attach_listening(prog, flags);
	else
		ret = seccomp_attach_threads(prog, NULL, flags);
	seccomp_prog_put(prog);
	return ret;
}

/**
 * seccomp_attach - install a filter in the caller
 * @flags:	SECCOMP_FILTER_FLAG_*
 * @uargs:	a struct sock_fprog in user space; with SECCOMP_FILTER_FLAG_PROG_FD
 *		an int, the descriptor of a program
 *
 * Flags are judged before @uargs is touched: libraries find out by a NULL program
 * whether a kernel knows a flag.
 *
 * Context: Process context. May sleep. Takes the caller's siglock, and its
 *	    cred_guard_mutex for SECCOMP_FILTER_FLAG_TSYNC.
 * Return:
 * * %0		- Success; or the listener for SECCOMP_FILTER_FLAG_NEW_LISTENER. After
 *   all else nothing has changed.
 * * %-EINVAL	- An unknown flag or a combination that is none, a program that
 *   is refused, or strict mode.
 * * %-EFAULT	- @uargs or the instructions cannot be read.
 * * %-EACCES	- Neither no_new_privs nor CAP_SYS_ADMIN.
 * * %-ENOMEM	- No memory, or the chain would become too long.
 * * positive	- SECCOMP_FILTER_FLAG_TSYNC: the id of a thread that cannot follow.
 * * %-ESRCH	- The same, if it has no id in the caller's pid namespace, or if
 *   SECCOMP_FILTER_FLAG_TSYNC_ESRCH is set.
 * * %-EINTR	- The process is being killed.
 * * %-EBADF	- SECCOMP_FILTER_FLAG_PROG_FD: it is not open; if it is something
 *   else, -EINVAL.
 * * %-EBUSY	- SECCOMP_FILTER_FLAG_NEW_LISTENER: there is a listener that does
 *   not let others nest.
 * * %-EMFILE, %-ENFILE - The same: no descriptor or no file left.
 */
long seccomp_attach(unsigned int flags, void __user *uargs)
{
	if (!seccomp_flags_are_valid(flags))
		return -EINVAL;
	return seccomp_attach_flags(flags, uargs);
}

/**
 * seccomp_attach_prctl - the same, through the door that takes no flags
 * @uprogram:	a struct sock_fprog in user space
 *
 * Context: Process context. May sleep. Takes the caller's siglock.
 * Return: As seccomp_attach().
 */
long seccomp_attach_prctl(void __user *uprogram)
{
	return seccomp_attach_flags(SECCOMP_LAYER_PRCTL, uprogram);
}
