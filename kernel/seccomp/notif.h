/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User notification: a task waits in its system call until a supervisor, who
 * holds the filter's listener, has answered.
 *
 * Three files share what stands here: notif.c is the side of the task that made
 * the call (the target), listener.c that of the supervisor, and addfd.c has both
 * halves of handing over a file.
 *
 * Who owns what
 * -------------
 * A notification lies on the target's stack. While it is posted, it is in the
 * tree of its listener, and this is the only way for others to find it: they
 * look it up by its id and are done with it before they let go of the listener's
 * lock. The target takes it out of the tree, under that lock, before it returns.
 *
 * A request for a file (struct seccomp_addfd) lies on the supervisor's stack. It
 * is found through the notification only: in its @addfds until the target takes
 * it up, then as its @installing. Under the lock, the target clears that when it
 * is done; the supervisor clears it, or takes the request from the list, before it
 * returns early.
 *
 * The states of a notification, and who moves it
 * ----------------------------------------------
 *	from	  to		target			supervisor
 *	-	  QUEUED	calls
 *	QUEUED	  SENT					RECV
 *	SENT	  QUEUED				RECV, which could not write
 *	SENT	  REPLIED				SEND
 *	SENT	  REPLYING				ADDFD with SEND, as a request
 *	REPLYING  SENT		could not install it	is interrupted before it is
 *							taken up
 *	REPLYING  REPLIED	has installed it
 *	any	  -		returns
 *
 * seccomp_notif_move() is the only writer. What a target returns is decided when
 * it takes itself out of the tree: REPLIED, and it is the reply, whatever signal
 * has come but a fatal one, after which nobody would see it; otherwise there is
 * none, and nobody can give one any more.
 */
#ifndef _KERNEL_SECCOMP_NOTIF_H
#define _KERNEL_SECCOMP_NOTIF_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

struct file;
struct seccomp_addfd;
struct seccomp_call;
struct task_struct;

enum seccomp_notif_state {
	SECCOMP_NOTIF_NONE,	/* not posted */
	SECCOMP_NOTIF_QUEUED,	/* waits to be received */
	SECCOMP_NOTIF_SENT,	/* received, waits to be answered */
	SECCOMP_NOTIF_REPLYING,	/* the answer is a file that is to be installed */
	SECCOMP_NOTIF_REPLIED,	/* the target may go on */
	SECCOMP_NOTIF_STATES
};

/**
 * struct seccomp_listener - what a supervisor holds
 * @refs:	one for its file, one for all of @users together; freed at zero
 * @users:	one for each layer that has it, one for whoever is installing the
 *		first; at zero no call can come any more
 * @lock:	all that follows. A leaf but for what waking somebody takes. Nothing is
 *		copied, allocated or installed under it. Process context only.
 * @closed:	the file is gone: calls fail; read without @lock by installers
 * @flags:	SECCOMP_USER_NOTIF_FD_*
 * @last_id:	of the newest notification
 * @posted:	all notifications, by id
 * @queued:	those in SECCOMP_NOTIF_QUEUED, the oldest first
 * @counts:	how many are in which state; that of NONE means nothing
 * @readers:	those who wait to receive; each notification wakes one, who takes
 *		what there is then
 * @pollers:	those who poll
 */
struct seccomp_listener {
	refcount_t		refs;
	refcount_t		users;
	spinlock_t		lock; /* of all that follows */
	bool			closed;
	unsigned long		flags;
	u64			last_id;
	struct rb_root		posted;
	struct list_head	queued;
	unsigned int		counts[SECCOMP_NOTIF_STATES];
	wait_queue_head_t	readers;
	wait_queue_head_t	pollers;
};

/**
 * struct seccomp_notification - a call that waits for an answer
 * @listener:	where it is posted; the target's chain keeps it
 * @call:	what it is about; does not change while it is posted
 * @target:	who made it
 * @id:		its name at @listener
 * @wait_killable: SECCOMP_FILTER_FLAG_WAIT_KILLABLE* of the layer
 *
 * The rest under the listener's lock:
 *
 * @state:	see above
 * @error:	of the reply; or the target's own, set when there is none
 * @value:	of the reply
 * @flags:	of the reply, SECCOMP_USER_NOTIF_FLAG_*
 * @node:	in the listener's @posted
 * @queue:	in the listener's @queued
 * @addfds:	files that are to be handed over, the oldest first
 * @installing:	the one that the target is at, if its supervisor still waits
 */
struct seccomp_notification {
	struct seccomp_listener		*listener;
	const struct seccomp_call	*call;
	struct task_struct		*target;
	u64				id;
	unsigned long			wait_killable;

	enum seccomp_notif_state	state;
	int				error;
	u32				flags;
	s64				value;
	struct rb_node			node;
	struct list_head		queue;
	struct list_head		addfds;
	struct seccomp_addfd		*installing;
};

/* notif.c */
void seccomp_notif_move(struct seccomp_notification *notif,
			enum seccomp_notif_state state);
void seccomp_notif_wake(struct seccomp_notification *notif);
struct seccomp_notification *seccomp_notif_find_sent(struct seccomp_listener *listener,
						     u64 id);
struct seccomp_notification *seccomp_notif_next(struct seccomp_listener *listener,
						u64 id);

/* listener.c */
void __seccomp_listener_wake(struct seccomp_listener *listener,
			     struct wait_queue_head *wait, __poll_t events);

/*
 * Wake those who wait at a listener, its readers or its pollers. Whoever waits
 * first gets into the queue, and then takes the lock to look whether there is
 * anything to wait for. So under the lock an empty queue means that nobody waits,
 * or that he will see the change.
 */
static inline void seccomp_listener_wake(struct seccomp_listener *listener,
					 struct wait_queue_head *wait,
					 __poll_t events)
{
	lockdep_assert_held(&listener->lock);
	if (waitqueue_active(wait))	/* barrier: the lock, see above */
		__seccomp_listener_wake(listener, wait, events);
}

/* addfd.c */
long seccomp_addfd_request(struct seccomp_listener *listener, void __user *uaddfd,
			   size_t size);
void seccomp_addfd_serve(struct seccomp_notification *notif);
void seccomp_addfd_refuse(struct seccomp_notification *notif);

#endif /* _KERNEL_SECCOMP_NOTIF_H */
