/* SPDX-License-Identifier: GPL-2.0 */
/* What the rest of the kernel calls of seccomp. */
#ifndef _LINUX_SECCOMP_H
#define _LINUX_SECCOMP_H

#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/seccomp_types.h>
#include <uapi/linux/seccomp.h>

#ifdef CONFIG_SECCOMP_FILTER
#include <asm/seccomp.h>
#endif

struct pid;
struct pid_namespace;
struct seq_file;

#ifdef CONFIG_SECCOMP
int seccomp_syscall_enter(void);
int seccomp_slot_enter(unsigned int slot);
long seccomp_prctl_get(void);
long seccomp_prctl_set(unsigned long mode, void __user *program);
void seccomp_proc_status(struct seq_file *m, struct task_struct *task);
#else
static inline int seccomp_syscall_enter(void)
{
	return 0;
}

static inline int seccomp_slot_enter(unsigned int slot)
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
/**
 * seccomp_syscall_slot - where tables have what is decided of a call
 * @nr:	its number, on the entry path that the caller has taken
 *
 * Context: Any, in a system call.
 * Return: The slot, see kernel/seccomp/analysis.h.
 */
static __always_inline unsigned int seccomp_syscall_slot(long nr)
{
	return arch_seccomp_slot(nr);
}

/**
 * seccomp_slot_is_allowed - do the caller's filters always allow a call?
 * @slot:	of the call
 *
 * For the entry code of a task whose seccomp work flag is set and no other that
 * comes before the call: then there is nothing else to do for it.
 *
 * Context: Any, in a system call.
 * Return: Whether they do; if not, seccomp_slot_enter() judges the call.
 */
static __always_inline bool seccomp_slot_is_allowed(unsigned int slot)
{
	/* (A) and (C), see kernel/seccomp/internal.h */
	const u16 *table = READ_ONCE(current->seccomp.table);

	return !table[slot];
}

int seccomp_proc_cache(struct seq_file *m, struct pid_namespace *ns,
		       struct pid *pid, struct task_struct *task);
void seccomp_task_dup(struct task_struct *child);
void seccomp_task_fork(struct task_struct *child);
void seccomp_task_exec(void);
void seccomp_task_exit(void);
#else
static __always_inline unsigned int seccomp_syscall_slot(long nr)
{
	return 0;
}

static __always_inline bool seccomp_slot_is_allowed(unsigned int slot)
{
	return false;
}

static inline void seccomp_task_dup(struct task_struct *child) { }
static inline void seccomp_task_fork(struct task_struct *child) { }
static inline void seccomp_task_exec(void) { }
static inline void seccomp_task_exit(void) { }
#endif

#if defined(CONFIG_SECCOMP_FILTER) && defined(CONFIG_CHECKPOINT_RESTORE)
int seccomp_ptrace_may_suspend(void);
long seccomp_ptrace_get_filter(struct task_struct *task, unsigned long index,
			       void __user *uinsns);
long seccomp_ptrace_get_metadata(struct task_struct *task, unsigned long size,
				 void __user *umetadata);
long seccomp_ptrace_get_filter_fd(struct task_struct *task, unsigned long size,
				  void __user *ufilter);
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

static inline long seccomp_ptrace_get_filter_fd(struct task_struct *task,
						unsigned long size,
						void __user *ufilter)
{
	return -EIO;
}
#endif

#if defined(CONFIG_SECCOMP_FILTER) && defined(CONFIG_KCMP)
int seccomp_kcmp(struct task_struct *task1, struct task_struct *task2);
int seccomp_kcmp_progs(struct task_struct *task1, unsigned long fd1,
		       struct task_struct *task2, unsigned long fd2);
#else
static inline int seccomp_kcmp(struct task_struct *task1, struct task_struct *task2)
{
	return -EOPNOTSUPP;
}

static inline int seccomp_kcmp_progs(struct task_struct *task1, unsigned long fd1,
				     struct task_struct *task2, unsigned long fd2)
{
	return -EOPNOTSUPP;
}
#endif

#endif /* _LINUX_SECCOMP_H */
