// SPDX-License-Identifier: GPL-2.0
/*
 * Layers: the life of a program's place in a chain, how equal ones are found, and
 * how long a chain may become.
 */
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "internal.h"

/* What a path may hold, in classic instructions as they were handed in. */
#define SECCOMP_PATH_MAX	32768U
/* What a layer costs beside its instructions. */
#define SECCOMP_LAYER_COST	4U

/*
 * All layers, by what they are: @parent, @prog, @listener and @flags, which stand
 * side by side for that. What these point to cannot be freed and come again as
 * another, since the layer holds it. Nobody looks into the table without
 * seccomp_layers_lock, so what has been taken out of it is free at once.
 */
#define SECCOMP_LAYER_KEY	offsetof(struct seccomp_layer, parent)
static_assert(offsetofend(struct seccomp_layer, flags) - SECCOMP_LAYER_KEY ==
	      sizeof(void *) * 3 + sizeof(long));

static struct rhashtable seccomp_layers;
static DEFINE_MUTEX(seccomp_layers_lock);
static u64 seccomp_layers_last_id; /* under seccomp_layers_lock */

static const struct rhashtable_params seccomp_layers_params = {
	.head_offset		= offsetof(struct seccomp_layer, node),
	.key_offset		= SECCOMP_LAYER_KEY,
	.key_len		= offsetofend(struct seccomp_layer, flags) -
				  SECCOMP_LAYER_KEY,
	.automatic_shrinking	= true,
};

static int __init seccomp_layers_init(void)
{
	return rhashtable_init(&seccomp_layers, &seccomp_layers_params);
}
core_initcall(seccomp_layers_init);

/*
 * Where @jump of a layer on top of @parent leads. As in a skew-binary number,
 * two jumps of one length are joined by one across both: so from any depth to
 * any other it takes a number of steps that grows as the logarithm does.
 */
static struct seccomp_layer *seccomp_layer_jump(struct seccomp_layer *parent)
{
	struct seccomp_layer *near = parent->jump, *far = near->jump;

	return parent->depth - near->depth == near->depth - far->depth ?
	       far : parent;
}

static struct seccomp_layer *seccomp_layer_find(const struct seccomp_layer *like)
{
	struct seccomp_layer *layer;

	scoped_guard(mutex, &seccomp_layers_lock) {
		layer = rhashtable_lookup_fast(&seccomp_layers, &like->parent,
					       seccomp_layers_params);
		seccomp_layer_get(layer);
	}
	return layer;
}

/* It is not in the table, and its references are somebody else's concern. */
static void seccomp_layer_free(struct seccomp_layer *layer)
{
	seccomp_table_free(layer);
	kfree(layer);
}

static struct seccomp_layer *seccomp_layer_prepare(const struct seccomp_layer *like)
{
	struct seccomp_layer *layer;
	int err;

	layer = kmemdup(like, sizeof(*like), GFP_KERNEL_ACCOUNT);
	if (!layer)
		return ERR_PTR(-ENOMEM);
	refcount_set(&layer->refs, 1);
	layer->jump = like->parent ? seccomp_layer_jump(like->parent) : layer;
	err = seccomp_table_create(layer);
	if (!err)
		return layer;
	seccomp_layer_free(layer);
	return ERR_PTR(err);
}

/* For those who look at it without the lock. */
static void seccomp_prog_count_layer(struct seccomp_prog *prog, int change)
{
	lockdep_assert_held(&seccomp_layers_lock);
	WRITE_ONCE(prog->layers, prog->layers + change);
}

/* @layer, or what another has put into the table meanwhile: then @layer is freed. */
static struct seccomp_layer *seccomp_layer_share(struct seccomp_layer *layer)
{
	struct seccomp_layer *other;

	scoped_guard(mutex, &seccomp_layers_lock) {
		other = rhashtable_lookup_get_insert_fast(&seccomp_layers,
							  &layer->node,
							  seccomp_layers_params);
		if (!other) {
			layer->id = ++seccomp_layers_last_id;
			seccomp_layer_get(layer->parent);
			seccomp_prog_count_layer(seccomp_prog_get(layer->prog), 1);
			seccomp_listener_use(layer->listener);
			return layer;
		}
		if (!IS_ERR(other))
			seccomp_layer_get(other);
	}
	seccomp_layer_free(layer);
	/* The table has to grow, and could not. */
	return IS_ERR(other) ? ERR_PTR(-ENOMEM) : other;
}

/**
 * seccomp_layer_create - the layer that a program makes on top of a chain
 * @parent:	the newest layer of the chain, or NULL
 * @prog:	the program
 * @listener:	its listener, or NULL
 * @flags:	SECCOMP_FILTER_FLAG_* that stay with the layer
 *
 * If there is one already, by another installation of the same, it is that one.
 * The layer takes references of its own to @parent, @prog and @listener.
 *
 * The new program has to fit below SECCOMP_PATH_MAX together with all the
 * older ones, of which each counts its instructions and SECCOMP_LAYER_COST.
 *
 * Context: Process context. May sleep. Takes seccomp_layers_lock.
 * Return: The layer, with a reference for the caller; -ENOMEM when there is no
 *	   memory, or the chain or its tables would become too long.
 */
struct seccomp_layer *seccomp_layer_create(struct seccomp_layer *parent,
					   struct seccomp_prog *prog,
					   struct seccomp_listener *listener,
					   unsigned long flags)
{
	unsigned int cost = (parent ? parent->cost : 0) + prog->len;
	const struct seccomp_layer like = {
		.depth		= parent ? parent->depth + 1 : 1,
		.cost		= cost + SECCOMP_LAYER_COST,
		.parent		= parent,
		.prog		= prog,
		.listener	= listener,
		.flags		= flags,
	};
	struct seccomp_layer *layer;

	if (cost > SECCOMP_PATH_MAX)
		return ERR_PTR(-ENOMEM);
	layer = seccomp_layer_find(&like);
	if (layer)
		return layer;
	layer = seccomp_layer_prepare(&like);
	return IS_ERR(layer) ? layer : seccomp_layer_share(layer);
}

/**
 * seccomp_layer_rebase - put the newer layers of a chain onto another
 * @layer:	the newest layer of the chain
 * @base:	what it is put onto: another layer on top of what stays behind
 *
 * What stays behind of @layer's chain are so many layers as are below @base.
 *
 * Context: As seccomp_layer_create().
 * Return: The newest layer of the new chain, with a reference for the caller;
 *	   an error of seccomp_layer_create(); -EINTR if the caller is being killed,
 *	   for there may be thousands.
 */
struct seccomp_layer *seccomp_layer_rebase(struct seccomp_layer *layer,
					   struct seccomp_layer *base)
{
	struct seccomp_layer *top = seccomp_layer_get(base);
	unsigned int depth = base->depth;

	for (; depth <= layer->depth && !IS_ERR(top); depth++) {
		const struct seccomp_layer *like = seccomp_layer_at(layer, depth);
		struct seccomp_layer *parent = top;

		top = fatal_signal_pending(current) ? ERR_PTR(-EINTR) :
		      seccomp_layer_create(parent, like->prog, like->listener,
					   like->flags);
		seccomp_layer_put(parent);
		cond_resched();
	}
	return top;
}

/**
 * seccomp_layer_put - give a reference back
 * @layer:	the layer, or NULL; not to be used afterwards
 *
 * A loop and no recursion: a chain can be thousands of layers long.
 *
 * Context: Process context, no locks. Takes seccomp_layers_lock for the last
 *	    reference, which frees and gives back what the layer held.
 */
void seccomp_layer_put(struct seccomp_layer *layer)
{
	might_sleep();
	while (layer && refcount_dec_and_mutex_lock(&layer->refs,
						    &seccomp_layers_lock)) {
		struct seccomp_layer *parent = layer->parent;

		rhashtable_remove_fast(&seccomp_layers, &layer->node,
				       seccomp_layers_params);
		seccomp_prog_count_layer(layer->prog, -1);
		mutex_unlock(&seccomp_layers_lock);
		seccomp_listener_leave(layer->listener);
		seccomp_prog_put(layer->prog);
		seccomp_layer_free(layer);
		layer = parent;
		cond_resched();
	}
}

/**
 * seccomp_layer_at - the layer of a chain at some depth
 * @layer:	the newest layer of the chain, or NULL
 * @depth:	1 for the oldest
 *
 * Context: Any; something keeps the chain.
 * Return: The layer, without a reference of its own; NULL if the chain has none
 *	   there.
 */
struct seccomp_layer *seccomp_layer_at(struct seccomp_layer *layer,
				       unsigned long depth)
{
	if (!layer || !depth || depth > layer->depth)
		return NULL;
	while (layer->depth > depth)
		layer = layer->jump->depth >= depth ? layer->jump : layer->parent;
	return layer;
}

#ifdef CONFIG_SECCOMP_KUNIT_TEST
#include "tests/layer_kunit.c"
#endif
