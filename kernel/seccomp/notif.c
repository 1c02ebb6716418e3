// SPDX-License-Identifier: GPL-2.0
/*
 * User notification, the side of the target: SECCOMP_RET_USER_NOTIF. A call is
 * posted at the listener, and its task waits for the answer. See notif.h.
 */
#include <linux/bits.h>
#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/poll.h>
#include <linux/ptrace.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/task_work.h>
#include <asm/syscall.h>

#include "internal.h"
#include "notif.h"

/* The table of notif.h: where each state may lead. */
static const u8 seccomp_notif_ways[SECCOMP_NOTIF_STATES] = {
	[SECCOMP_NOTIF_NONE]	 = BIT(SECCOMP_NOTIF_QUEUED),
	[SECCOMP_NOTIF_QUEUED]	 = BIT(SECCOMP_NOTIF_SENT) |
				   BIT(SECCOMP_NOTIF_NONE),
	[SECCOMP_NOTIF_SENT]	 = BIT(SECCOMP_NOTIF_QUEUED) |
				   BIT(SECCOMP_NOTIF_REPLYING) |
				   BIT(SECCOMP_NOTIF_REPLIED) |
				   BIT(SECCOMP_NOTIF_NONE),
	[SECCOMP_NOTIF_REPLYING] = BIT(SECCOMP_NOTIF_SENT) |
				   BIT(SECCOMP_NOTIF_REPLIED) |
				   BIT(SECCOMP_NOTIF_NONE),
	[SECCOMP_NOTIF_REPLIED]	 = BIT(SECCOMP_NOTIF_NONE),
};

/* First come, first served: one that was put back has its old place again. */
static void seccomp_notif_enqueue(struct seccomp_notification *notif)
{
	struct list_head *queued = &notif->listener->queued;
	struct seccomp_notification *other;

	/* A new one is the newest. */
	if (notif->state == SECCOMP_NOTIF_NONE) {
		list_add_tail(&notif->queue, queued);
		return;
	}
	/* Older ones can only be among those that are put back at the same time. */
	list_for_each_entry(other, queued, queue)
		if (other->id > notif->id)
			break;
	list_add_tail(&notif->queue, &other->queue);
}

/**
 * seccomp_notif_move - put a notification into another state
 * @notif:	the notification
 * @state:	one that the present state may lead to
 *
 * Wakes whom the new state concerns.
 *
 * Context: The listener's lock is held.
 */
void seccomp_notif_move(struct seccomp_notification *notif,
			enum seccomp_notif_state state)
{
	struct seccomp_listener *listener = notif->listener;

	lockdep_assert_held(&listener->lock);
	if (WARN_ON_ONCE(!(seccomp_notif_ways[notif->state] & BIT(state))))
		return;

	if (state == SECCOMP_NOTIF_QUEUED)
		seccomp_notif_enqueue(notif);
	else if (notif->state == SECCOMP_NOTIF_QUEUED)
		list_del(&notif->queue);
	listener->counts[notif->state]--;
	listener->counts[state]++;
	notif->state = state;

	switch (state) {
	case SECCOMP_NOTIF_QUEUED:
		seccomp_listener_wake(listener, &listener->readers, EPOLLIN);
		seccomp_listener_wake(listener, &listener->pollers,
				      EPOLLIN | EPOLLRDNORM);
		break;
	case SECCOMP_NOTIF_SENT:
		seccomp_listener_wake(listener, &listener->pollers,
				      EPOLLOUT | EPOLLWRNORM);
		/* From now on it may be that only fatal signals end its wait. */
		if (notif->wait_killable)
			seccomp_notif_wake(notif);
		break;
	case SECCOMP_NOTIF_REPLIED:
		seccomp_notif_wake(notif);
		break;
	default:
		break;
	}
}

/* Only those in a wait queue can be woken on this CPU: so the task has one now. */
static void seccomp_notif_wake_here(struct task_struct *target)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	DECLARE_WAITQUEUE(wait, target);

	add_wait_queue(&queue, &wait);
	__wake_up_on_current_cpu(&queue, TASK_NORMAL, NULL);
}

/**
 * seccomp_notif_wake - have the target look at its notification again
 * @notif:	the notification
 *
 * The target says that it sleeps under the lock, after it has looked.
 *
 * Context: The listener's lock is held, which keeps the target.
 */
void seccomp_notif_wake(struct seccomp_notification *notif)
{
	lockdep_assert_held(&notif->listener->lock);
	if (notif->listener->flags & SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
		seccomp_notif_wake_here(notif->target);
	else
		wake_up_process(notif->target);
}

static bool seccomp_notif_is_older(struct rb_node *node, const struct rb_node *than)
{
	return rb_entry(node, struct seccomp_notification, node)->id <
	       rb_entry(than, struct seccomp_notification, node)->id;
}

static int seccomp_notif_compare(const void *id, const struct rb_node *node)
{
	u64 other = rb_entry(node, struct seccomp_notification, node)->id;

	return *(const u64 *)id < other ? -1 : *(const u64 *)id > other;
}

/**
 * seccomp_notif_find_sent - look up a notification that can be answered
 * @listener:	the listener
 * @id:		its id
 *
 * Context: @listener's lock is held, and keeps what is found.
 * Return: The notification, in SECCOMP_NOTIF_SENT; -ENOENT if there is none of
 *	   that id, -EINPROGRESS if it is in another state.
 */
struct seccomp_notification *seccomp_notif_find_sent(struct seccomp_listener *listener,
						     u64 id)
{
	struct seccomp_notification *notif;
	struct rb_node *node;

	lockdep_assert_held(&listener->lock);
	node = rb_find(&id, &listener->posted, seccomp_notif_compare);
	if (!node)
		return ERR_PTR(-ENOENT);
	notif = rb_entry(node, struct seccomp_notification, node);
	return notif->state == SECCOMP_NOTIF_SENT ? notif : ERR_PTR(-EINPROGRESS);
}

/**
 * seccomp_notif_next - the oldest notification behind an id
 * @listener:	the listener
 * @id:		an id that there is, was, or could be; 0 for the oldest of all
 *
 * For those who visit them all and let go of the lock in between.
 *
 * Context: @listener's lock is held, and keeps what is found.
 * Return: The notification, or NULL.
 */
struct seccomp_notification *seccomp_notif_next(struct seccomp_listener *listener,
						u64 id)
{
	struct rb_node *node = listener->posted.rb_node;
	struct seccomp_notification *found = NULL;

	lockdep_assert_held(&listener->lock);
	while (node) {
		struct seccomp_notification *notif =
			rb_entry(node, struct seccomp_notification, node);

		if (notif->id > id) {
			found = notif;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static bool seccomp_notif_post(struct seccomp_notification *notif)
{
	struct seccomp_listener *listener = notif->listener;

	scoped_guard(spinlock, &listener->lock) {
		if (listener->closed)
			return false;
		notif->id = ++listener->last_id;
		rb_add(&notif->node, &listener->posted, seccomp_notif_is_older);
		seccomp_notif_move(notif, SECCOMP_NOTIF_QUEUED);
	}
	return true;
}

/* Why signal_pending() says yes. */
enum seccomp_interruption {
	SECCOMP_INTERRUPTION_NONE,	/* it does not, or not any more */
	SECCOMP_INTERRUPTION_SUSPEND,	/* to be frozen in try_to_freeze() */
	SECCOMP_INTERRUPTION_FREEZE,	/* to be frozen as a member of its cgroup */
	SECCOMP_INTERRUPTION_SIGNAL,	/* there is something to do in user space */
	SECCOMP_INTERRUPTION_FATAL,	/* there is nothing to do there any more */
};

static enum seccomp_interruption seccomp_interruption_look(void)
{
	lockdep_assert_held(seccomp_siglock());
	recalc_sigpending();
	if (__fatal_signal_pending(current))
		return SECCOMP_INTERRUPTION_FATAL;
	if (freezing(current))
		return SECCOMP_INTERRUPTION_SUSPEND;
	if ((current->jobctl & (JOBCTL_PENDING_MASK | JOBCTL_TRAP_FREEZE)) ==
	    JOBCTL_TRAP_FREEZE)
		return SECCOMP_INTERRUPTION_FREEZE;
	return task_sigpending(current) ? SECCOMP_INTERRUPTION_SIGNAL :
					  SECCOMP_INTERRUPTION_NONE;
}

/*
 * A freezer gets a task out of where it sleeps by what looks like a signal. If
 * that ended the wait, the call would be made anew after the thaw, under another
 * id, and a supervisor who was at work on it would have worked in vain. So it is
 * obeyed in here: freezers of suspend and of cgroups of version 1 at once, those
 * of version 2 by seccomp_notif_sleep_frozen(). Nor does kernel work for the task,
 * which looks the same, end the wait.
 */
static enum seccomp_interruption seccomp_interruption_get(void)
{
	enum seccomp_interruption why;

	if (!signal_pending(current))
		return SECCOMP_INTERRUPTION_NONE;
	do {
		try_to_freeze();
		if (test_thread_flag(TIF_NOTIFY_SIGNAL)) {
			clear_notify_signal();
			task_work_run();
		}
		/* If the cgroup was still freezing after the last sleep. */
		if (cgroup_task_frozen(current))
			cgroup_leave_frozen(false);
		scoped_guard(spinlock_irq, seccomp_siglock())
			why = seccomp_interruption_look();
	} while (why == SECCOMP_INTERRUPTION_SUSPEND);
	return why;
}

/*
 * Sleep as a frozen member of the cgroup, until the thaw. What else there may be
 * must not keep the task awake; it is looked for again afterwards.
 */
static void seccomp_notif_sleep_frozen(void)
{
	scoped_guard(spinlock_irq, seccomp_siglock()) {
		if (seccomp_interruption_look() != SECCOMP_INTERRUPTION_FREEZE) {
			__set_current_state(TASK_RUNNING);
			return;
		}
		clear_thread_flag(TIF_SIGPENDING);
	}
	cgroup_enter_frozen();
	schedule();
	cgroup_leave_frozen(false);
	calculate_sigpending();
}

/* Freezers do not wake who sleeps so: those of cgroups have to know beforehand. */
static void seccomp_notif_sleep_killable(void)
{
	if (freezing(current)) {
		__set_current_state(TASK_RUNNING);
		try_to_freeze();
		return;
	}
	cgroup_enter_frozen();
	schedule();
	cgroup_leave_frozen(false);
}

/* Is it only for fatal signals that the target stops to wait? */
static bool seccomp_notif_is_killable(const struct seccomp_notification *notif)
{
	lockdep_assert_held(&notif->listener->lock);
	return notif->wait_killable & SECCOMP_FILTER_FLAG_WAIT_KILLABLE ||
	       (notif->wait_killable && notif->state != SECCOMP_NOTIF_QUEUED);
}

/* Take it from the listener: it is nobody else's any more. No file is pending. */
static void seccomp_notif_withdraw(struct seccomp_notification *notif)
{
	rb_erase(&notif->node, &notif->listener->posted);
	seccomp_notif_move(notif, SECCOMP_NOTIF_NONE);
}

/* What the target does next. */
enum seccomp_notif_step {
	SECCOMP_NOTIF_RETURN,
	SECCOMP_NOTIF_SERVE,		/* install a file */
	SECCOMP_NOTIF_SLEEP,
	SECCOMP_NOTIF_SLEEP_FROZEN,
	SECCOMP_NOTIF_SLEEP_KILLABLE,
};

/*
 * Under the lock, so whatever happens at the same time has either happened before,
 * or comes too late and is told so. For the same reason the task says here that
 * it sleeps: who changes something takes the lock, and wakes it.
 */
static enum seccomp_notif_step seccomp_notif_next_step(struct seccomp_notification *notif,
						       enum seccomp_interruption why)
{
	lockdep_assert_held(&notif->listener->lock);
	if (why == SECCOMP_INTERRUPTION_FATAL) {
		seccomp_addfd_refuse(notif);
		/* Nor is the call made that a reply may have let through. */
		notif->flags = 0;
		notif->error = -ERESTARTSYS;
		return SECCOMP_NOTIF_RETURN;
	}
	/*
	 * Who looks at a frozen task must not see it change: it is given no file, and
	 * not even a reply lets it go on.
	 */
	if (why == SECCOMP_INTERRUPTION_FREEZE) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		return SECCOMP_NOTIF_SLEEP_FROZEN;
	}
	/* What was given before the answer, or a signal, comes first. */
	if (!list_empty(&notif->addfds))
		return SECCOMP_NOTIF_SERVE;
	if (notif->state == SECCOMP_NOTIF_REPLIED)
		return SECCOMP_NOTIF_RETURN;
	if (notif->listener->closed) {
		notif->error = -ENOSYS;
		return SECCOMP_NOTIF_RETURN;
	}
	if (seccomp_notif_is_killable(notif)) {
		set_current_state(TASK_KILLABLE | TASK_FREEZABLE);
		return SECCOMP_NOTIF_SLEEP_KILLABLE;
	}
	if (why == SECCOMP_INTERRUPTION_SIGNAL) {
		notif->error = -ERESTARTSYS;
		return SECCOMP_NOTIF_RETURN;
	}
	set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
	return SECCOMP_NOTIF_SLEEP;
}

static void seccomp_notif_wait(struct seccomp_notification *notif)
{
	enum seccomp_notif_step step;

	do {
		enum seccomp_interruption why = seccomp_interruption_get();

		scoped_guard(spinlock, &notif->listener->lock) {
			step = seccomp_notif_next_step(notif, why);
			if (step == SECCOMP_NOTIF_RETURN)
				seccomp_notif_withdraw(notif);
		}
		switch (step) {
		case SECCOMP_NOTIF_RETURN:
			break;
		case SECCOMP_NOTIF_SERVE:
			seccomp_addfd_serve(notif);
			break;
		case SECCOMP_NOTIF_SLEEP:
			schedule();
			break;
		case SECCOMP_NOTIF_SLEEP_FROZEN:
			seccomp_notif_sleep_frozen();
			break;
		case SECCOMP_NOTIF_SLEEP_KILLABLE:
			seccomp_notif_sleep_killable();
			break;
		}
	} while (step != SECCOMP_NOTIF_RETURN);

	/* It goes on: to make the call, perhaps, or to be killed. */
	if (unlikely(cgroup_task_frozen(current)))
		cgroup_leave_frozen(true);
}

/* The answer of a layer's supervisor, in @error, @value and @flags. */
static void seccomp_notif_ask(struct seccomp_notification *notif,
			      const struct seccomp_layer *layer)
{
	if (!layer->listener || !seccomp_notif_post(notif))
		notif->error = -ENOSYS;
	else
		seccomp_notif_wait(notif);
}

/**
 * seccomp_act_user_notif - let the supervisors decide
 * @call:	the call and its verdict
 *
 * The listener of the newest layer that gave the verdict is asked. With CONTINUE
 * it speaks for its own layer and no other: so the next older one that gave it
 * is asked then. A layer without an open listener fails the call: nobody can get
 * around it by a layer on top.
 *
 * Context: Process context, no locks. Sleeps until there is an answer.
 * Return:
 * * SECCOMP_PROCEED	- All that have been asked said CONTINUE.
 * * SECCOMP_SKIP	- One gave a result, or there was none to ask, or a signal
 *   has ended the wait (-ERESTARTSYS).
 */
enum seccomp_outcome seccomp_act_user_notif(struct seccomp_call *call)
{
	const struct seccomp_layer *layer = call->layer;

	do {
		struct seccomp_notification notif = {
			.listener	= layer->listener,
			.call		= call,
			.target		= current,
			.wait_killable	= layer->flags & SECCOMP_WAIT_KILLABLE_FLAGS,
			.addfds		= LIST_HEAD_INIT(notif.addfds),
		};

		seccomp_notif_ask(&notif, layer);
		if (!(notif.flags & SECCOMP_USER_NOTIF_FLAG_CONTINUE)) {
			seccomp_log(call, 0);
			syscall_set_return_value(current, current_pt_regs(),
						 notif.error, notif.value);
			return SECCOMP_SKIP;
		}
		layer = seccomp_call_next_notifier(call, layer);
	} while (layer);
	return SECCOMP_PROCEED;
}
