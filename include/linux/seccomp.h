/* SPDX-License-Identifier: GPL-2.0 */
/* What the rest of the kernel calls of seccomp. */
#ifndef _LINUX_SECCOMP_H
#define _LINUX_SECCOMP_H

#include <linux/errno.h>
#include <linux/seccomp_types.h>
#include <uapi/linux/seccomp.h>

struct seq_file;
struct task_struct;

#ifdef CONFIG_SECCOMP
int seccomp_syscall_enter(void);
long seccomp_prctl_get(void);
long seccomp_prctl_set(unsigned long mode, void __user *program);
void seccomp_proc_status(struct seq_file *m, struct task_struct *task);
#else
static inline int seccomp_syscall_enter(void)
{
	return 0;
}

static inline long seccomp_prctl_get(void)
{
	return -EINVAL;
}

static inline long seccomp_prctl_set(unsigned long mode, void __user *program)
{
	return -EINVAL;
}

static inline void seccomp_proc_status(struct seq_file *m,
				       struct task_struct *task) { }
#endif

#ifdef CONFIG_SECCOMP_FILTER
void seccomp_task_dup(struct task_struct *child);
void seccomp_task_fork(struct task_struct *child);
void seccomp_task_exit(void);
#else
static inline void seccomp_task_dup(struct task_struct *child) { }
static inline void seccomp_task_fork(struct task_struct *child) { }
static inline void seccomp_task_exit(void) { }
#endif

#if defined(CONFIG_SECCOMP_FILTER) && defined(CONFIG_CHECKPOINT_RESTORE)
int seccomp_ptrace_may_suspend(void);
long seccomp_ptrace_get_filter(struct task_struct *task, unsigned long index,
			       void __user *uinsns);
long seccomp_ptrace_get_metadata(struct task_struct *task, unsigned long size,
				 void __user *umetadata);
#else
static inline int seccomp_ptrace_may_suspend(void)
{
	return -EINVAL;
}

static inline long seccomp_ptrace_get_filter(struct task_struct *task,
					     unsigned long index,
					     void __user *uinsns)
{
	return -EIO;
}

static inline long seccomp_ptrace_get_metadata(struct task_struct *task,
					       unsigned long size,
					       void __user *umetadata)
{
	return -EIO;
}
#endif

#endif /* _LINUX_SECCOMP_H */
