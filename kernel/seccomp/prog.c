// SPDX-License-Identifier: GPL-2.0
/*
 * Programs: from the instructions in user space to something that runs.
 */
#include <linux/cleanup.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "internal.h"

static int seccomp_fprog_copy(struct sock_fprog *program, void __user *uprogram)
{
#ifdef CONFIG_COMPAT
	if (in_compat_syscall()) {
		struct compat_sock_fprog compat;

		if (copy_from_user(&compat, uprogram, sizeof(compat)))
			return -EFAULT;
		program->len = compat.len;
		program->filter = compat_ptr(compat.filter);
		return 0;
	}
#endif
	return copy_from_user(program, uprogram, sizeof(*program)) ? -EFAULT : 0;
}

/**
 * seccomp_fprog_read - read where a program is and how long
 * @program:	receives it
 * @uprogram:	a struct sock_fprog in user space, in the caller's own layout
 *
 * Context: Process context. May sleep.
 * Return: 0; -EFAULT when @uprogram cannot be read; -EINVAL when the program
 *	   has no instruction or more than 4096.
 */
int seccomp_fprog_read(struct sock_fprog *program, void __user *uprogram)
{
	int err = seccomp_fprog_copy(program, uprogram);

	if (err)
		return err;
	return program->len && program->len <= BPF_MAXINSNS ? 0 : -EINVAL;
}

/**
 * seccomp_prog_create - make a program of instructions in user space
 * @program:	from seccomp_fprog_read()
 *
 * Context: Process context. May sleep.
 * Return: The program, with a reference for the caller to put, or an error:
 * * -EFAULT	- The instructions cannot be read.
 * * -EINVAL	- The program is refused.
 * * -ENOMEM	- No memory, or none left for compiled BPF.
 */
struct seccomp_prog *seccomp_prog_create(struct sock_fprog *program)
{
	struct seccomp_prog *prog __free(kfree) = NULL;
	int err;

	prog = kzalloc(sizeof(*prog), GFP_KERNEL_ACCOUNT);
	if (!prog)
		return ERR_PTR(-ENOMEM);
	refcount_set(&prog->refs, 1);
	prog->len = program->len;

	err = bpf_prog_create_from_user(&prog->bpf, program, seccomp_check,
					IS_ENABLED(CONFIG_CHECKPOINT_RESTORE));
	/* The BPF core's word for "no room for compiled code" is not an errno. */
	if (err == -ENOTSUPP)
		err = -ENOMEM;
	if (err)
		return ERR_PTR(err);
	return no_free_ptr(prog);
}

/**
 * seccomp_prog_put - give a reference back
 * @prog:	the program; not to be used afterwards
 *
 * Context: Process context, no locks: the last one frees.
 */
void seccomp_prog_put(struct seccomp_prog *prog)
{
	might_sleep();
	if (!refcount_dec_and_test(&prog->refs))
		return;
	bpf_prog_destroy(prog->bpf);
	kfree(prog);
}
