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
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/xxhash.h>

#include "internal.h"

/*
 * All programs, in the order of seccomp_prog_compare(). A tree and no hash table: who
 * makes programs whose hashes are equal, and that can be done, gains nothing by it.
 * Nobody looks into it without seccomp_progs_lock, so what has been taken out of it is
 * free at once.
 */
static struct rb_root seccomp_progs = RB_ROOT;
static DEFINE_MUTEX(seccomp_progs_lock);
static u64 seccomp_progs_last_id; /* under seccomp_progs_lock */

static int seccomp_prog_compare(const struct seccomp_prog *prog,
				const struct seccomp_prog *other)
{
	if (prog->len != other->len)
		return prog->len < other->len ? -1 : 1;
	if (prog->hash != other->hash)
		return prog->hash < other->hash ? -1 : 1;
	if (prog->hardening != other->hardening)
		return prog->hardening < other->hardening ? -1 : 1;
	return memcmp(prog->insns, other->insns, seccomp_prog_size(prog));
}

static int seccomp_progs_seek(const void *like, const struct rb_node *node)
{
	return seccomp_prog_compare(like, rb_entry(node, struct seccomp_prog, node));
}

static int seccomp_progs_place(struct rb_node *node, const struct rb_node *other)
{
	return seccomp_progs_seek(rb_entry(node, struct seccomp_prog, node), other);
}

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

/*
 * How the BPF core would harden what the caller compiles: by the two questions that it
 * asks then. One is whether to hide constants, the other whether a classic program needs
 * barriers.
 */
static unsigned int seccomp_prog_hardening(void)
{
	static struct bpf_prog_aux aux;
	static struct bpf_prog any = { .jit_requested = true, .aux = &aux };
	unsigned int blinded = bpf_jit_blinding_enabled(&any);
	unsigned int untrusted = !ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);

	return blinded << 1 | untrusted;
}

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
	prog->hardening = seccomp_prog_hardening();
	prog->hash = xxh64(prog->insns, seccomp_prog_size(prog), 0);
	return no_free_ptr(prog);
}

static struct seccomp_prog *seccomp_prog_find(const struct seccomp_prog *like)
{
	struct rb_node *node;

	guard(mutex)(&seccomp_progs_lock);
	node = rb_find(like, &seccomp_progs, seccomp_progs_seek);
	return node ? seccomp_prog_get(rb_entry(node, struct seccomp_prog, node)) : NULL;
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

/* @prog, or what another has put into the tree meanwhile: then @prog is freed. */
static struct seccomp_prog *seccomp_prog_share(struct seccomp_prog *prog)
{
	struct seccomp_prog *other;
	struct rb_node *node;

	scoped_guard(mutex, &seccomp_progs_lock) {
		node = rb_find_add(&prog->node, &seccomp_progs, seccomp_progs_place);
		if (!node) {
			prog->id = ++seccomp_progs_last_id;
			return prog;
		}
		other = seccomp_prog_get(rb_entry(node, struct seccomp_prog, node));
	}
	seccomp_prog_free(prog);
	return other;
}

/**
 * seccomp_prog_create - make a program of instructions in user space
 * @program:	from seccomp_fprog_read()
 *
 * If one of the same instructions is there already, and its code is hardened as the
 * caller's would be, it is that one.
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
	rb_erase(&prog->node, &seccomp_progs);
	mutex_unlock(&seccomp_progs_lock);
	seccomp_prog_free(prog);
}

#ifdef CONFIG_SECCOMP_KUNIT_TEST
#include "tests/prog_kunit.c"
#endif
