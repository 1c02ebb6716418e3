// SPDX-License-Identifier: GPL-2.0
/*
 * Programs: from the instructions in user space to something that runs, or to
 * the program that others have made of the same.
 */
#include <linux/cleanup.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/jhash.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "internal.h"

/*
 * All programs, by their classic instructions. Nobody looks into the table
 * without seccomp_progs_lock, so what has been taken out of it is free at once.
 */
static struct rhashtable seccomp_progs;
static DEFINE_MUTEX(seccomp_progs_lock);

static u32 seccomp_progs_hash(const void *key, u32 len, u32 seed)
{
	const struct sock_fprog_kern *classic = key;

	return jhash(classic->filter, bpf_classic_proglen(classic), seed);
}

static u32 seccomp_progs_hash_prog(const void *obj, u32 len, u32 seed)
{
	const struct seccomp_prog *prog = obj;

	return seccomp_progs_hash(prog->bpf->orig_prog, len, seed);
}

static int seccomp_progs_differ(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct seccomp_prog *prog = obj;
	const struct sock_fprog_kern *mine = prog->bpf->orig_prog, *key = arg->key;

	return mine->len != key->len ||
	       memcmp(mine->filter, key->filter, bpf_classic_proglen(key));
}

static const struct rhashtable_params seccomp_progs_params = {
	.head_offset		= offsetof(struct seccomp_prog, node),
	.hashfn			= seccomp_progs_hash,
	.obj_hashfn		= seccomp_progs_hash_prog,
	.obj_cmpfn		= seccomp_progs_differ,
	.automatic_shrinking	= true,
};

static int __init seccomp_progs_init(void)
{
	return rhashtable_init(&seccomp_progs, &seccomp_progs_params);
}
core_initcall(seccomp_progs_init);

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

/* NULL if there is none, or if that cannot be told. */
static struct seccomp_prog *seccomp_prog_find(const struct sock_fprog *program)
{
	struct sock_fprog_kern classic = { .len = program->len };
	struct seccomp_prog *prog;

	classic.filter = vmemdup_user(program->filter, bpf_classic_proglen(program));
	if (IS_ERR(classic.filter))
		return NULL;
	scoped_guard(mutex, &seccomp_progs_lock) {
		prog = rhashtable_lookup_fast(&seccomp_progs, &classic,
					      seccomp_progs_params);
		if (prog)
			refcount_inc(&prog->refs);
	}
	kvfree(classic.filter);
	return prog;
}

static void seccomp_prog_free(struct seccomp_prog *prog)
{
	bpf_prog_destroy(prog->bpf);
	kfree(prog);
}

/*
 * This reads the instructions anew. They may have changed since, so nothing is
 * taken from seccomp_prog_find(): the program goes into the table as what it is.
 */
static struct seccomp_prog *seccomp_prog_compile(struct sock_fprog *program)
{
	struct seccomp_prog *prog __free(kfree) = NULL;
	int err;

	prog = kzalloc(sizeof(*prog), GFP_KERNEL_ACCOUNT);
	if (!prog)
		return ERR_PTR(-ENOMEM);
	refcount_set(&prog->refs, 1);

	err = bpf_prog_create_from_user(&prog->bpf, program, seccomp_check, true);
	/* The BPF core's word for "no room for compiled code" is not an errno. */
	if (err == -ENOTSUPP)
		err = -ENOMEM;
	if (err)
		return ERR_PTR(err);
	return no_free_ptr(prog);
}

/* @prog, or what another has put into the table meanwhile: then @prog is freed. */
static struct seccomp_prog *seccomp_prog_share(struct seccomp_prog *prog)
{
	struct seccomp_prog *other;

	scoped_guard(mutex, &seccomp_progs_lock) {
		other = rhashtable_lookup_get_insert_key(&seccomp_progs,
							 prog->bpf->orig_prog,
							 &prog->node,
							 seccomp_progs_params);
		if (!other)
			return prog;
		if (!IS_ERR(other))
			refcount_inc(&other->refs);
	}
	seccomp_prog_free(prog);
	/* The table has run out of room and could not get more. */
	return IS_ERR(other) ? ERR_PTR(-ENOMEM) : other;
}

/**
 * seccomp_prog_create - make a program of instructions in user space
 * @program:	from seccomp_fprog_read()
 *
 * If one of the same instructions is there already, it is that one.
 *
 * Context: Process context. May sleep. Takes seccomp_progs_lock.
 * Return: The program, with a reference for the caller to put, or an error:
 * * -EFAULT	- The instructions cannot be read.
 * * -EINVAL	- The program is refused.
 * * -ENOMEM	- No memory, or none left for compiled BPF.
 */
struct seccomp_prog *seccomp_prog_create(struct sock_fprog *program)
{
	struct seccomp_prog *prog;

	if (!program->filter)
		return ERR_PTR(-EINVAL);
	prog = seccomp_prog_find(program);
	if (prog)
		return prog;
	prog = seccomp_prog_compile(program);
	return IS_ERR(prog) ? prog : seccomp_prog_share(prog);
}

/**
 * seccomp_prog_put - give a reference back
 * @prog:	the program; not to be used afterwards
 *
 * Context: Process context, no locks. Takes seccomp_progs_lock for the last
 *	    reference, which frees.
 */
void seccomp_prog_put(struct seccomp_prog *prog)
{
	might_sleep();
	if (!refcount_dec_and_mutex_lock(&prog->refs, &seccomp_progs_lock))
		return;
	rhashtable_remove_fast(&seccomp_progs, &prog->node, seccomp_progs_params);
	mutex_unlock(&seccomp_progs_lock);
	seccomp_prog_free(prog);
}
