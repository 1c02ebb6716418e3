// SPDX-License-Identifier: GPL-2.0
/*
 * Layers: the life of a program's place in a chain, and how long a chain may
 * become.
 */
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "internal.h"

/* What a path may hold, in classic instructions as they were handed in. */
#define SECCOMP_PATH_MAX	32768U
/* What a layer costs beside its instructions. */
#define SECCOMP_LAYER_COST	4U

/**
 * seccomp_layer_create - a layer that is in no chain yet
 * @prog:	its program; the reference goes over to the layer, or is put on
 *		failure
 * @flags:	SECCOMP_FILTER_FLAG_* that stay with the layer
 *
 * Context: Process context. May sleep.
 * Return: The layer, with a reference for the caller; -ENOMEM.
 */
struct seccomp_layer *seccomp_layer_create(struct seccomp_prog *prog,
					   unsigned int flags)
{
	struct seccomp_layer *layer = kzalloc(sizeof(*layer), GFP_KERNEL_ACCOUNT);

	if (!layer) {
		seccomp_prog_put(prog);
		return ERR_PTR(-ENOMEM);
	}
	refcount_set(&layer->refs, 1);
	layer->prog = prog;
	layer->flags = flags;
	return layer;
}

/**
 * seccomp_layer_get - take another reference to a layer
 * @layer:	a layer that cannot go away meanwhile, or NULL
 *
 * Context: Any.
 * Return: @layer.
 */
struct seccomp_layer *seccomp_layer_get(struct seccomp_layer *layer)
{
	if (layer)
		refcount_inc(&layer->refs);
	return layer;
}

/**
 * seccomp_layer_put - give a reference back
 * @layer:	the layer, or NULL; not to be used afterwards
 *
 * A loop and no recursion: a chain can be thousands of layers long.
 *
 * Context: Process context, no locks: the last reference frees, and gives back
 *	    what the layer held.
 */
void seccomp_layer_put(struct seccomp_layer *layer)
{
	might_sleep();
	while (layer && refcount_dec_and_test(&layer->refs)) {
		struct seccomp_layer *parent = layer->parent;

		seccomp_prog_put(layer->prog);
		kfree(layer);
		layer = parent;
		cond_resched();
	}
}

/**
 * seccomp_layer_link - make a layer the newest of the caller's chain
 * @layer:	from seccomp_layer_create(); the reference goes over to the task
 *
 * The new program has to fit below SECCOMP_PATH_MAX together with all the
 * older ones, of which each counts its instructions and SECCOMP_LAYER_COST.
 *
 * Context: The caller's siglock is held.
 * Return: 0, or -ENOMEM when the chain would become too long: then nothing has
 *	   changed and @layer is still the caller's.
 */
int seccomp_layer_link(struct seccomp_layer *layer)
{
	struct seccomp_layer *parent = current->seccomp.layer;
	unsigned int before = parent ? parent->cost : 0;

	lockdep_assert_held(seccomp_siglock());
	if (before + layer->prog->len > SECCOMP_PATH_MAX)
		return -ENOMEM;

	layer->cost = before + layer->prog->len + SECCOMP_LAYER_COST;
	layer->depth = parent ? parent->depth + 1 : 1;
	/* The task's reference to its newest layer becomes the child's. */
	layer->parent = parent;
	current->seccomp.layer = layer;
	return 0;
}
