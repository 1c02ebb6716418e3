// SPDX-License-Identifier: GPL-2.0
/*
 * User notification, the side of the supervisor: the listener, which is a file,
 * and what can be done with it. See notif.h.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "internal.h"
#include "notif.h"

/*
 * The sysctl kernel.seccomp.nested_listeners: 0, or 1 to let listeners nest
 * under filters without SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS too. Written
 * by sysctl.c, read without a lock.
 */
int seccomp_nested_listeners;

/**
 * __seccomp_listener_wake - wake those who wait for a change
 * @listener:	the listener
 * @wait:	its readers or its pollers
 * @events:	for pollers, EPOLL*
 *
 * See seccomp_listener_wake().
 *
 * Context: @listener's lock is held.
 */
void __seccomp_listener_wake(struct seccomp_listener *listener,
			     struct wait_queue_head *wait, __poll_t events)
{
	if (listener->flags & SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
		wake_up_poll_on_current_cpu(wait, events);
	else
		wake_up_poll(wait, events);
}

static void seccomp_listener_put(struct seccomp_listener *listener)
{
	if (refcount_dec_and_test(&listener->refs))
		kfree(listener);
}

/**
 * seccomp_listener_use - a layer gets the listener
 * @listener:	the listener, which has a user; or NULL
 *
 * Context: Any.
 */
void seccomp_listener_use(struct seccomp_listener *listener)
{
	if (listener)
		refcount_inc(&listener->users);
}

/**
 * seccomp_listener_leave - a layer goes that had the listener
 * @listener:	the listener, or NULL; not to be used afterwards
 *
 * After the last one no call can come any more, and those who wait for one are
 * told.
 *
 * Context: Process context, no locks. Takes @listener's lock.
 */
void seccomp_listener_leave(struct seccomp_listener *listener)
{
	if (!listener || !refcount_dec_and_test(&listener->users))
		return;
	scoped_guard(spinlock, &listener->lock) {
		wake_up_all(&listener->readers);
		wake_up_all(&listener->pollers);
	}
	seccomp_listener_put(listener);
}

static bool seccomp_layer_has_open_listener(const struct seccomp_layer *layer)
{
	return layer->listener && !READ_ONCE(layer->listener->closed);
}

/**
 * seccomp_listener_may_nest - may another listener come to a task's chains?
 * @chains:	the chains
 * @flags:	SECCOMP_FILTER_FLAG_* of its installation
 *
 * Of two listeners the older one has to allow the newer; and what waits for an execve
 * is newer than what does not, whichever comes first.
 *
 * Context: Any; something keeps the chains.
 * Return: false if there is an open listener with which it must not be.
 */
bool seccomp_listener_may_nest(const struct seccomp_chains *chains,
			       unsigned int flags)
{
	const struct seccomp_layer *older = chains->now, *newer = chains->on_exec;

	if (READ_ONCE(seccomp_nested_listeners))
		return true;
	if (flags & SECCOMP_FILTER_FLAG_ON_EXEC && newer)
		older = newer;
	if (!(flags & SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS))
		for (; newer && newer != older; newer = newer->parent)
			if (seccomp_layer_has_open_listener(newer))
				return false;
	for (; older; older = older->parent)
		if (seccomp_layer_has_open_listener(older) &&
		    !(older->flags & SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS))
			return false;
	return true;
}

/* The oldest call that nobody has received. -EAGAIN: none; -ENOENT: nor ever. */
static int seccomp_listener_take(struct seccomp_listener *listener,
				 struct seccomp_notif *out)
{
	struct seccomp_notification *notif;

	scoped_guard(spinlock, &listener->lock) {
		notif = list_first_entry_or_null(&listener->queued,
						 struct seccomp_notification, queue);
		if (!notif)
			return refcount_read(&listener->users) ? -EAGAIN : -ENOENT;
		out->id = notif->id;
		out->pid = task_pid_vnr(notif->target);
		out->flags = 0;
		out->data = notif->call->data;
		seccomp_notif_move(notif, SECCOMP_NOTIF_SENT);
	}
	return 0;
}

static bool seccomp_listener_has_news(struct seccomp_listener *listener)
{
	bool news;

	scoped_guard(spinlock, &listener->lock)
		news = !list_empty(&listener->queued) ||
		       !refcount_read(&listener->users);
	return news;
}

/*
 * The same, when there is none yet. -ERESTARTSYS: a signal has come instead.
 *
 * A reader must not take a call while it is in the queue: the wake-up of the next
 * one would be lost on it.
 */
static int seccomp_listener_wait(struct seccomp_listener *listener,
				 struct seccomp_notif *out)
{
	int ret;

	do {
		ret = wait_event_interruptible_exclusive(listener->readers,
							 seccomp_listener_has_news(listener));
		if (!ret)
			ret = seccomp_listener_take(listener, out);
	} while (ret == -EAGAIN);
	return ret;
}

/* It could not be delivered: unless it has gone meanwhile, another may get it. */
static void seccomp_listener_put_back(struct seccomp_listener *listener, u64 id)
{
	struct seccomp_notification *notif;

	scoped_guard(spinlock, &listener->lock) {
		notif = seccomp_notif_find_sent(listener, id);
		if (IS_ERR(notif))
			return;
		seccomp_notif_move(notif, SECCOMP_NOTIF_QUEUED);
		/* A signal may end its wait again: see WAIT_KILLABLE_RECV. */
		seccomp_notif_wake(notif);
	}
}

/*
 * These two cost a good part of what the kernel's own work on a notification
 * does, when they are done by functions for any size.
 */

/* It has to be zero, so that fields to come can be used for what is asked for. */
static int seccomp_notif_check_zeroed(const struct seccomp_notif __user *unotif)
{
	const unsigned long __user *words = (const void __user *)unotif;
	unsigned long word, bits = 0;

	static_assert(sizeof(*unotif) % sizeof(word) == 0);
	if (!user_read_access_begin(unotif, sizeof(*unotif)))
		return -EFAULT;
	for (size_t i = 0; i < sizeof(*unotif) / sizeof(word); i++) {
		unsafe_get_user(word, words + i, fault);
		bits |= word;
	}
	user_read_access_end();
	return bits ? -EINVAL : 0;
fault:
	user_read_access_end();
	return -EFAULT;
}

static int seccomp_notif_write(struct seccomp_notif __user *unotif,
			       const struct seccomp_notif *notif)
{
	struct seccomp_data __user *udata = &unotif->data;
	const struct seccomp_data *data = &notif->data;

	if (!user_write_access_begin(unotif, sizeof(*unotif)))
		return -EFAULT;
	unsafe_put_user(notif->id, &unotif->id, fault);
	unsafe_put_user(notif->pid, &unotif->pid, fault);
	unsafe_put_user(notif->flags, &unotif->flags, fault);
	unsafe_put_user(data->nr, &udata->nr, fault);
	unsafe_put_user(data->arch, &udata->arch, fault);
	unsafe_put_user(data->instruction_pointer, &udata->instruction_pointer, fault);
	unsafe_put_user(data->args[0], &udata->args[0], fault);
	unsafe_put_user(data->args[1], &udata->args[1], fault);
	unsafe_put_user(data->args[2], &udata->args[2], fault);
	unsafe_put_user(data->args[3], &udata->args[3], fault);
	unsafe_put_user(data->args[4], &udata->args[4], fault);
	unsafe_put_user(data->args[5], &udata->args[5], fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

static long seccomp_listener_recv(struct seccomp_listener *listener, bool wait,
				  struct seccomp_notif __user *unotif)
{
	struct seccomp_notif out;
	int ret;

	ret = seccomp_notif_check_zeroed(unotif);
	if (ret)
		return ret;

	ret = seccomp_listener_take(listener, &out);
	if (ret == -EAGAIN && wait)
		ret = seccomp_listener_wait(listener, &out);
	if (ret)
		return ret;

	ret = seccomp_notif_write(unotif, &out);
	if (ret)
		seccomp_listener_put_back(listener, out.id);
	return ret;
}

static long seccomp_listener_send(struct seccomp_listener *listener,
				  const void __user *uresp)
{
	struct seccomp_notification *notif;
	struct seccomp_notif_resp resp;

	if (copy_from_user(&resp, uresp, sizeof(resp)))
		return -EFAULT;
	if (resp.flags & ~SECCOMP_USER_NOTIF_FLAG_CONTINUE)
		return -EINVAL;
	if (resp.flags & SECCOMP_USER_NOTIF_FLAG_CONTINUE &&
	    (resp.error || resp.val))
		return -EINVAL;

	scoped_guard(spinlock, &listener->lock) {
		notif = seccomp_notif_find_sent(listener, resp.id);
		if (IS_ERR(notif))
			return PTR_ERR(notif);
		notif->error = resp.error;
		notif->value = resp.val;
		notif->flags = resp.flags;
		seccomp_notif_move(notif, SECCOMP_NOTIF_REPLIED);
	}
	return 0;
}

static long seccomp_listener_id_valid(struct seccomp_listener *listener,
				      const void __user *uid)
{
	bool valid;
	u64 id;

	if (copy_from_user(&id, uid, sizeof(id)))
		return -EFAULT;
	scoped_guard(spinlock, &listener->lock)
		valid = !IS_ERR(seccomp_notif_find_sent(listener, id));
	return valid ? 0 : -ENOENT;
}

static long seccomp_listener_set_flags(struct seccomp_listener *listener,
				       unsigned long flags)
{
	if (flags & ~SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
		return -EINVAL;
	scoped_guard(spinlock, &listener->lock)
		listener->flags = flags;
	return 0;
}

static long seccomp_listener_ioctl(struct file *file, unsigned int cmd,
				   unsigned long arg)
{
	struct seccomp_listener *listener = file->private_data;
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case SECCOMP_IOCTL_NOTIF_RECV:
		return seccomp_listener_recv(listener, !(file->f_flags & O_NONBLOCK),
					     uarg);
	case SECCOMP_IOCTL_NOTIF_SEND:
		return seccomp_listener_send(listener, uarg);
	case SECCOMP_IOCTL_NOTIF_ID_VALID:
	case SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR:
		return seccomp_listener_id_valid(listener, uarg);
	case SECCOMP_IOCTL_NOTIF_SET_FLAGS:
		return seccomp_listener_set_flags(listener, arg);
	}

	/* Its argument may come in another size, and so under another number. */
	if (_IOC_TYPE(cmd) == SECCOMP_IOC_MAGIC &&
	    _IOC_NR(cmd) == _IOC_NR(SECCOMP_IOCTL_NOTIF_ADDFD))
		return seccomp_addfd_request(listener, uarg, _IOC_SIZE(cmd));
	return -EINVAL;
}

#ifdef CONFIG_COMPAT
static long seccomp_listener_compat_ioctl(struct file *file, unsigned int cmd,
					  unsigned long arg)
{
	/* The others take pointers. */
	if (cmd != SECCOMP_IOCTL_NOTIF_SET_FLAGS)
		arg = (unsigned long)compat_ptr(arg);
	return seccomp_listener_ioctl(file, cmd, arg);
}
#else
#define seccomp_listener_compat_ioctl	NULL
#endif

static __poll_t seccomp_listener_poll(struct file *file, poll_table *wait)
{
	struct seccomp_listener *listener = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &listener->pollers, wait);
	scoped_guard(spinlock, &listener->lock) {
		if (listener->counts[SECCOMP_NOTIF_QUEUED])
			events |= EPOLLIN | EPOLLRDNORM;
		if (listener->counts[SECCOMP_NOTIF_SENT])
			events |= EPOLLOUT | EPOLLWRNORM;
	}
	if (!refcount_read(&listener->users))
		events |= EPOLLHUP;
	return events;
}

static int seccomp_listener_release(struct inode *inode, struct file *file)
{
	struct seccomp_listener *listener = file->private_data;
	u64 id = 0;

	scoped_guard(spinlock, &listener->lock) {
		WRITE_ONCE(listener->closed, true);
		/* They need not all come to this CPU. */
		listener->flags = 0;
	}
	/* None comes any more. There may be thousands: one at a time. */
	for (;;) {
		scoped_guard(spinlock, &listener->lock) {
			struct seccomp_notification *notif =
				seccomp_notif_next(listener, id);

			id = notif ? notif->id : 0;
			if (notif)
				seccomp_notif_wake(notif);
		}
		if (!id)
			break;
		cond_resched();
	}
	seccomp_listener_put(listener);
	return 0;
}

#ifdef CONFIG_PROC_FS
static const char * const seccomp_notif_state_names[SECCOMP_NOTIF_STATES] = {
	[SECCOMP_NOTIF_QUEUED]	 = "queued",
	[SECCOMP_NOTIF_SENT]	 = "received",
	[SECCOMP_NOTIF_REPLYING] = "answering",
	[SECCOMP_NOTIF_REPLIED]	 = "answered",
};

/* A line a state, with how many; then a line a call, the oldest first. */
static void seccomp_listener_fdinfo(struct seq_file *m, struct file *file)
{
	struct pid_namespace *ns = proc_pid_ns(file_inode(m->file)->i_sb);
	struct seccomp_listener *listener = file->private_data;
	unsigned int counts[SECCOMP_NOTIF_STATES];
	unsigned long flags;
	u64 id = 0;

	spin_lock(&listener->lock);
	memcpy(counts, listener->counts, sizeof(counts));
	flags = listener->flags;
	spin_unlock(&listener->lock);
	seq_printf(m, "sync_wake_up:\t%d\n",
		   !!(flags & SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
	for (int state = SECCOMP_NOTIF_QUEUED; state < SECCOMP_NOTIF_STATES; state++)
		seq_printf(m, "%s:\t%u\n", seccomp_notif_state_names[state],
			   counts[state]);

	while (!seq_has_overflowed(m)) {
		enum seccomp_notif_state state;
		struct seccomp_data data;
		pid_t pid;

		scoped_guard(spinlock, &listener->lock) {
			struct seccomp_notification *notif =
				seccomp_notif_next(listener, id);

			if (!notif)
				return;
			id = notif->id;
			pid = task_pid_nr_ns(notif->target, ns);
			data = notif->call->data;
			state = notif->state;
		}
		seq_printf(m, "call:\t%llu pid %d arch %x nr %d %s\n", id, pid,
			   data.arch, data.nr, seccomp_notif_state_names[state]);
		cond_resched();
	}
}
#endif

static const struct file_operations seccomp_listener_fops = {
	.owner		= THIS_MODULE,
	.unlocked_ioctl	= seccomp_listener_ioctl,
	.compat_ioctl	= seccomp_listener_compat_ioctl,
	.poll		= seccomp_listener_poll,
	.release	= seccomp_listener_release,
#ifdef CONFIG_PROC_FS
	.show_fdinfo	= seccomp_listener_fdinfo,
#endif
};

/**
 * seccomp_listener_open - make a listener and its file
 * @listener:	receives the listener, with the caller as its first user, who has
 *		to leave it
 *
 * Context: Process context. May sleep.
 * Return: The file; -ENOMEM, -ENFILE.
 */
struct file *seccomp_listener_open(struct seccomp_listener **listener)
{
	struct seccomp_listener *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	struct file *file;

	if (!new)
		return ERR_PTR(-ENOMEM);
	refcount_set(&new->refs, 2);
	refcount_set(&new->users, 1);
	spin_lock_init(&new->lock);
	/* An id of another listener shall not happen to be one of this. */
	new->last_id = (u64)get_random_u32() << 31;
	new->posted = RB_ROOT;
	INIT_LIST_HEAD(&new->queued);
	init_waitqueue_head(&new->readers);
	init_waitqueue_head(&new->pollers);

	file = anon_inode_getfile("seccomp notify", &seccomp_listener_fops, new,
				  O_RDWR);
	if (IS_ERR(file))
		kfree(new);
	else
		*listener = new;
	return file;
}
