// SPDX-License-Identifier: GPL-2.0
/*
 * User notification: a supervisor gives a file to the waiting target. Only the
 * target can install it, so one half of this runs in each. See notif.h.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/uaccess.h>

#include "internal.h"
#include "notif.h"

/* The size of struct seccomp_notif_addfd when it was new: none is smaller. */
#define SECCOMP_ADDFD_SIZE_MIN	24
static_assert(sizeof(struct seccomp_notif_addfd) >= SECCOMP_ADDFD_SIZE_MIN);

/**
 * struct seccomp_addfd - a request for the target to install a file
 * @notif:	whose target; valid while that knows of the request
 * @file:	the file; the supervisor holds a reference
 * @args:	how
 * @node:	in the notification's @addfds until the target takes it up; under
 *		the listener's lock
 * @done:	@result is there; completed under the listener's lock
 * @result:	the number in the target, or a negative errno
 */
struct seccomp_addfd {
	struct seccomp_notification	*notif;
	struct file			*file;
	struct seccomp_notif_addfd	args;
	struct list_head		node;
	struct completion		done;
	int				result;
};

static bool seccomp_addfd_answers(const struct seccomp_notif_addfd *args)
{
	return args->flags & SECCOMP_ADDFD_FLAG_SEND;
}

static void seccomp_addfd_complete(struct seccomp_addfd *addfd, int result)
{
	addfd->result = result;
	complete(&addfd->done);
}

/*
 * Supervisor
 */

static int seccomp_addfd_post(struct seccomp_listener *listener,
			      struct seccomp_addfd *addfd)
{
	struct seccomp_notification *notif;

	scoped_guard(spinlock, &listener->lock) {
		notif = seccomp_notif_find_sent(listener, addfd->args.id);
		if (IS_ERR(notif))
			return PTR_ERR(notif);
		addfd->notif = notif;
		list_add_tail(&addfd->node, &notif->addfds);
		if (seccomp_addfd_answers(&addfd->args))
			seccomp_notif_move(notif, SECCOMP_NOTIF_REPLYING);
		seccomp_notif_wake(notif);
	}
	return 0;
}

/* As if it had not been asked for; unless the target is at it, or through. */
static bool seccomp_addfd_withdraw(struct seccomp_listener *listener,
				   struct seccomp_addfd *addfd)
{
	scoped_guard(spinlock, &listener->lock) {
		if (list_empty(&addfd->node))
			return false;
		list_del_init(&addfd->node);
		if (seccomp_addfd_answers(&addfd->args))
			seccomp_notif_move(addfd->notif, SECCOMP_NOTIF_SENT);
		/* It may have put off a signal because of this. */
		seccomp_notif_wake(addfd->notif);
	}
	return true;
}

/* The supervisor is being killed: the target shall not tell it any more. */
static void seccomp_addfd_abandon(struct seccomp_listener *listener,
				  struct seccomp_addfd *addfd)
{
	scoped_guard(spinlock, &listener->lock)
		if (!completion_done(&addfd->done))
			addfd->notif->installing = NULL;
}

static long seccomp_addfd_wait(struct seccomp_listener *listener,
			       struct seccomp_addfd *addfd)
{
	int signal = wait_for_completion_interruptible(&addfd->done);

	if (!signal)
		return addfd->result;
	if (seccomp_addfd_withdraw(listener, addfd))
		return signal;
	/* The target may have the file by now, and then the caller must know. */
	signal = wait_for_completion_killable(&addfd->done);
	if (!signal)
		return addfd->result;
	seccomp_addfd_abandon(listener, addfd);
	return signal;
}

/**
 * seccomp_addfd_request - SECCOMP_IOCTL_NOTIF_ADDFD
 * @listener:	the listener
 * @uaddfd:	a struct seccomp_notif_addfd in user space
 * @size:	its size there
 *
 * Context: Process context. Takes @listener's lock. Sleeps until the target has
 *	    installed the file.
 * Return:
 * * %0 or more	- The file's number in the target. After all else the target has
 *   not got it.
 * * %-EINVAL	- An unknown flag or size, or @newfd without SECCOMP_ADDFD_FLAG_SETFD.
 * * %-E2BIG	- Something is set that this kernel does not know.
 * * %-EFAULT	- @uaddfd cannot be read.
 * * %-EBADF	- No such @srcfd, or @newfd is out of the target's range.
 * * %-EBUSY	- A thread that shares the target's files is just opening @newfd.
 * * %-ENOENT	- No such call.
 * * %-EINPROGRESS - It has not been received, or is being answered.
 * * %-EMFILE	- The target has no number left.
 * * %-ENOMEM	- No memory for the target's table of files.
 * * %-ESRCH	- The call has been ended meanwhile.
 * * %-ERESTARTSYS - A signal has come before the target took notice.
 * * others	- What a security module says of the file.
 */
long seccomp_addfd_request(struct seccomp_listener *listener, void __user *uaddfd,
			   size_t size)
{
	struct seccomp_addfd addfd = {};
	struct file *file __free(fput) = NULL;
	int err;

	if (size < SECCOMP_ADDFD_SIZE_MIN || size >= PAGE_SIZE)
		return -EINVAL;
	err = copy_struct_from_user(&addfd.args, sizeof(addfd.args), uaddfd, size);
	if (err)
		return err;
	if (addfd.args.flags & ~(SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND) ||
	    addfd.args.newfd_flags & ~O_CLOEXEC)
		return -EINVAL;
	if (addfd.args.newfd && !(addfd.args.flags & SECCOMP_ADDFD_FLAG_SETFD))
		return -EINVAL;

	file = fget(addfd.args.srcfd);
	if (!file)
		return -EBADF;
	addfd.file = file;
	init_completion(&addfd.done);
	err = seccomp_addfd_post(listener, &addfd);
	return err ?: seccomp_addfd_wait(listener, &addfd);
}

/*
 * Target
 */

static int seccomp_addfd_install(struct file *file,
				 const struct seccomp_notif_addfd *args)
{
	if (args->flags & SECCOMP_ADDFD_FLAG_SETFD)
		return receive_fd_replace(args->newfd, file, args->newfd_flags);
	return receive_fd(file, NULL, args->newfd_flags);
}

/**
 * seccomp_addfd_serve - do what is asked for longest
 * @notif:	the caller's notification, which is posted; there is a request, if
 *		it has not been withdrawn
 *
 * Context: Process context of the target. May sleep. Takes the listener's lock.
 */
void seccomp_addfd_serve(struct seccomp_notification *notif)
{
	struct seccomp_listener *listener = notif->listener;
	struct seccomp_notif_addfd args;
	struct seccomp_addfd *addfd;
	struct file *file;
	int result;

	scoped_guard(spinlock, &listener->lock) {
		addfd = list_first_entry_or_null(&notif->addfds,
						 struct seccomp_addfd, node);
		if (!addfd)
			return;
		list_del_init(&addfd->node);
		notif->installing = addfd;
		/* The supervisor may be killed, and the request be gone with it. */
		args = addfd->args;
		file = get_file(addfd->file);
	}

	result = seccomp_addfd_install(file, &args);
	fput(file);

	scoped_guard(spinlock, &listener->lock) {
		if (seccomp_addfd_answers(&args) && result < 0) {
			seccomp_notif_move(notif, SECCOMP_NOTIF_SENT);
		} else if (seccomp_addfd_answers(&args)) {
			notif->value = result;
			seccomp_notif_move(notif, SECCOMP_NOTIF_REPLIED);
		}
		if (notif->installing)
			seccomp_addfd_complete(notif->installing, result);
		notif->installing = NULL;
	}
}

/**
 * seccomp_addfd_refuse - turn down all that is still asked for
 * @notif:	the notification of the caller, who is being killed
 *
 * Context: The listener's lock is held.
 */
void seccomp_addfd_refuse(struct seccomp_notification *notif)
{
	struct seccomp_addfd *addfd, *next;

	lockdep_assert_held(&notif->listener->lock);
	list_for_each_entry_safe(addfd, next, &notif->addfds, node) {
		list_del_init(&addfd->node);
		seccomp_addfd_complete(addfd, -ESRCH);
	}
}
