/* SPDX-License-Identifier: GPL-2.0 */
/* What a task carries of seccomp; apart, because sched.h includes it. */
#ifndef _LINUX_SECCOMP_TYPES_H
#define _LINUX_SECCOMP_TYPES_H

#include <linux/types.h>

struct seccomp_layer;

/**
 * struct seccomp - how a task is confined
 * @mode:	SECCOMP_MODE_*, or kernel/seccomp/internal.h's SECCOMP_MODE_DEAD
 * @table:	of @layer: says which calls are always allowed; in any mode but
 *		filter mode one that allows none
 * @layer:	the newest layer of the task's chain; the task holds a reference
 * @on_exec:	what becomes of @layer when the task executes a program, with all of
 *		@layer's chain in its own; the task holds a reference. NULL: it stays.
 *
 * They are written under sighand->siglock, by the task itself or by a thread of
 * its process that synchronises them: @mode and @table by kernel/seccomp/mode.c,
 * the others, and @table of a task that begins or ends, by kernel/seccomp/task.c.
 * The task reads them without a lock, see kernel/seccomp/internal.h; others take
 * siglock to follow @layer. To follow @on_exec everybody takes it, but for the task's
 * own execve.
 */
struct seccomp {
#ifdef CONFIG_SECCOMP
	int			mode;
#endif
#ifdef CONFIG_SECCOMP_FILTER
	const u16		*table;
	struct seccomp_layer	*layer;
	struct seccomp_layer	*on_exec;
#endif
};

#ifdef CONFIG_SECCOMP_FILTER
extern const u16 seccomp_table_none[];

/* Of the first task. So @table points somewhere from the beginning. */
#define INIT_SECCOMP	.seccomp = { .table = seccomp_table_none },
#else
#define INIT_SECCOMP
#endif

#endif /* _LINUX_SECCOMP_TYPES_H */
