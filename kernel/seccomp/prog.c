// SPDX-License-Identifier: GPL-2.0
/*
 * Programs: from the instructions in user space to something that runs, or to
 * the program that others have made of the same.
 */
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/xxhash.h>

#include "internal.h"

/*
 * All programs, by their instructions and by whether they are trusted; the key is
 * another program of the same.
 * Nobody looks into the table without seccomp_progs_lock, so what has been taken
 * out of it is free at once.
 */
static struct rhashtable seccomp_progs;
static DEFINE_MUTEX(seccomp_progs_lock);

static u32 seccomp_progs_hash(const void *obj, u32 len, u32 seed)
{
	const struct seccomp_prog *prog = obj;

	return prog->hash;
}

static int seccomp_progs_differ(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct seccomp_prog *prog = obj, *key = arg->key;

	return prog->len != key->len || prog->trusted != key->trusted ||
	       memcmp(prog->insns, key->insns, seccomp_prog_size(key));
}

static const struct rhashtable_params seccomp_progs_params = {
	.head_offset		= offsetof(struct seccomp_prog, node),
	.hashfn			= seccomp_progs_hash,
	.obj_hashfn		= seccomp_progs_hash,
	.obj_cmpfn		= seccomp_progs_differ,
	.automatic_shrinking	= true,
};

static u64 seccomp_progs_seed __ro_after_init;
static u64 seccomp_progs_last_id; /* under seccomp_progs_lock */

static int __init seccomp_progs_init(void)
{
	seccomp_progs_seed = get_random_u64();
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

static void seccomp_prog_free(struct seccomp_prog *prog)
{
	if (IS_ERR_OR_NULL(prog))
		return;
	if (prog->bpf)
		bpf_prog_free(prog->bpf);
	seccomp_analysis_free(&prog->analysis);
	kvfree(prog);
}

DEFINE_FREE(seccomp_prog, struct seccomp_prog *, seccomp_prog_free(_T))

static struct seccomp_prog *seccomp_prog_read(const struct sock_fprog *program)
{
	struct seccomp_prog *prog __free(seccomp_prog) = NULL;

	prog = kvmalloc(struct_size(prog, insns, program->len), GFP_KERNEL_ACCOUNT);
	if (!prog)
		return ERR_PTR(-ENOMEM);
	memset(prog, 0, sizeof(*prog));
	refcount_set(&prog->refs, 1);
	prog->len = program->len;
	if (copy_from_user(prog->insns, program->filter, seccomp_prog_size(prog)))
		return ERR_PTR(-EFAULT);
	/* The question that the BPF core asks when it compiles. */
	prog->trusted = ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
	prog->hash = xxh64(prog->insns, seccomp_prog_size(prog), seccomp_progs_seed);
	return no_free_ptr(prog);
}

static struct seccomp_prog *seccomp_prog_find(const struct seccomp_prog *like)
{
	struct seccomp_prog *prog;

	scoped_guard(mutex, &seccomp_progs_lock) {
		prog = rhashtable_lookup_fast(&seccomp_progs, like,
					      seccomp_progs_params);
		if (prog)
			seccomp_prog_get(prog);
	}
	return prog;
}

static int seccomp_prog_compile(struct seccomp_prog *prog)
{
	struct seccomp_analysis *analysis = &prog->analysis;
	struct bpf_prog *bpf;
	int err;

	bpf = bpf_prog_alloc(bpf_prog_size(analysis->length), 0);
	if (!bpf)
		return -ENOMEM;
	bpf->len = analysis->length;
	memcpy(bpf->insnsi, analysis->code, bpf_prog_insn_size(bpf));
	bpf->aux->stack_depth = analysis->memory ? BPF_MEMWORDS * sizeof(u32) : 0;
	kvfree(analysis->code);
	analysis->code = NULL;

	prog->bpf = bpf_prog_select_runtime(bpf, &err);
	/* The BPF core's word for "no room for compiled code" is not an errno. */
	return err == -ENOTSUPP ? -ENOMEM : err;
}

/*
 * The call that nobody judges, see seccomp_call_is_trampoline(), has a slot like
 * all others. This is why no other code has to know of it.
 */
static void seccomp_prog_allow_trampoline(struct seccomp_prog *prog)
{
	for (unsigned int i = 0; i < seccomp_map.ranges; i++) {
		const struct seccomp_numbers *numbers = &seccomp_map.numbers[i];
		const struct seccomp_arch *arch = seccomp_arch_find(numbers->arch);

		if (arch->trampoline != SECCOMP_NO_TRAMPOLINE &&
		    arch->trampoline - numbers->first < numbers->count)
			prog->analysis.slots[numbers->slot + arch->trampoline -
					     numbers->first] = SECCOMP_ANSWER_ALLOW;
	}
}

static int seccomp_prog_prepare(struct seccomp_prog *prog)
{
	int err;

	err = bpf_check_classic(prog->insns, prog->len) ?:
	      seccomp_check(prog->insns, prog->len) ?:
	      seccomp_analyse(prog->insns, prog->len, &seccomp_map, &prog->analysis);
	if (err)
		return err;
	seccomp_prog_allow_trampoline(prog);
	return prog->analysis.length ? seccomp_prog_compile(prog) : 0;
}

/* @prog, or what another has put into the table meanwhile: then @prog is freed. */
static struct seccomp_prog *seccomp_prog_share(struct seccomp_prog *prog)
{
	struct seccomp_prog *other;

	scoped_guard(mutex, &seccomp_progs_lock) {
		other = rhashtable_lookup_get_insert_key(&seccomp_progs, prog,
							 &prog->node,
							 seccomp_progs_params);
		if (!other) {
			prog->id = ++seccomp_progs_last_id;
			return prog;
		}
		if (!IS_ERR(other))
			seccomp_prog_get(other);
	}
	seccomp_prog_free(prog);
	/* The table has run out of room and could not get more. */
	return IS_ERR(other) ? ERR_PTR(-ENOMEM) : other;
}

/**
 * seccomp_prog_create - make a program of instructions in user space
 * @program:	from seccomp_fprog_read()
 *
 * If one of the same instructions is there already, by somebody with as much
 * privilege, it is that one.
 *
 * Context: Process context. May sleep. Takes seccomp_progs_lock.
 * Return:
 * * The program, with a reference for the caller to put.
 * * %-EFAULT	- The instructions cannot be read.
 * * %-EINVAL	- The program is refused.
 * * %-ENOMEM	- No memory, or none left for compiled BPF.
 */
struct seccomp_prog *seccomp_prog_create(struct sock_fprog *program)
{
	struct seccomp_prog *prog __free(seccomp_prog) = NULL;
	struct seccomp_prog *other;
	int err;

	if (!program->filter)
		return ERR_PTR(-EINVAL);
	prog = seccomp_prog_read(program);
	if (IS_ERR(prog))
		return no_free_ptr(prog);
	other = seccomp_prog_find(prog);
	if (other)
		return other;
	err = seccomp_prog_prepare(prog);
	if (err)
		return ERR_PTR(err);
	return seccomp_prog_share(no_free_ptr(prog));
}

/**
 * seccomp_prog_get - take another reference to a program
 * @prog:	a program that cannot go away meanwhile
 *
 * Context: Any.
 * Return: @prog.
 */
struct seccomp_prog *seccomp_prog_get(struct seccomp_prog *prog)
{
	refcount_inc(&prog->refs);
	return prog;
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

#ifdef CONFIG_SECCOMP_KUNIT_TEST
#include "tests/prog_kunit.c"
#endif
