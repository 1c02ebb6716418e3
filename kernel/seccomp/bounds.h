/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of which bounds are known, and what instructions make of them: analyse.c
 * calculates with these where the program does with words.
 */
#ifndef _KERNEL_SECCOMP_BOUNDS_H
#define _KERNEL_SECCOMP_BOUNDS_H

#include <linux/filter.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "residual.h"

/* A constant if they are equal. */
struct seccomp_value {
	u32	min;
	u32	max;
};

static const struct seccomp_value seccomp_anything = { 0, U32_MAX };

static inline bool seccomp_value_is_constant(struct seccomp_value value)
{
	return value.min == value.max;
}

static inline struct seccomp_value seccomp_constant(u32 word)
{
	return (struct seccomp_value){ word, word };
}

/* The bits that are in every word between the bounds. */
static inline u32 seccomp_value_ones(struct seccomp_value value)
{
	unsigned int differing = fls(value.min ^ value.max);

	return differing ? value.min & ~(u32)GENMASK(differing - 1, 0) : value.min;
}

/* The bits that are in some. */
static inline u32 seccomp_value_bits(struct seccomp_value value)
{
	unsigned int differing = fls(value.min ^ value.max);

	return differing ? value.min | (u32)GENMASK(differing - 1, 0) : value.min;
}

/* Bounds that were calculated in full, if they are still in order as words. */
static inline struct seccomp_value seccomp_wrapped(u64 min, u64 max)
{
	return min >> 32 == max >> 32 ? (struct seccomp_value){ min, max } :
					seccomp_anything;
}

static inline struct seccomp_value seccomp_shifted_left(struct seccomp_value a, u32 by)
{
	u64 max = (u64)a.max << by;

	if (max <= U32_MAX)
		return (struct seccomp_value){ a.min << by, max };
	return (struct seccomp_value){ seccomp_value_ones(a) << by,
				       seccomp_value_bits(a) << by };
}

/* A division by zero has been dealt with: @b means what else it may be. */
static inline struct seccomp_value seccomp_calculate(u16 op, struct seccomp_value a,
						     struct seccomp_value b)
{
	u32 a_ones = seccomp_value_ones(a), a_bits = seccomp_value_bits(a);
	u32 b_ones = seccomp_value_ones(b), b_bits = seccomp_value_bits(b);

	switch (op) {
	case BPF_ADD:
		return seccomp_wrapped((u64)a.min + b.min, (u64)a.max + b.max);
	case BPF_SUB:
		return seccomp_wrapped((u64)a.min - b.max, (u64)a.max - b.min);
	case BPF_NEG:
		return seccomp_wrapped(-(u64)a.max, -(u64)a.min);
	case BPF_MUL:
		if (seccomp_value_is_constant(a) && seccomp_value_is_constant(b))
			return seccomp_constant(a.min * b.min);
		return seccomp_wrapped((u64)a.min * b.min, (u64)a.max * b.max);
	case BPF_DIV:
		return (struct seccomp_value){ a.min / b.max, a.max / max(b.min, 1U) };
	case BPF_AND:
		return (struct seccomp_value){ a_ones & b_ones, a_bits & b_bits };
	case BPF_OR:
		return (struct seccomp_value){ a_ones | b_ones, a_bits | b_bits };
	case BPF_XOR:
		return (struct seccomp_value){ (a_ones & ~b_bits) | (b_ones & ~a_bits),
					       (a_bits | b_bits) & ~(a_ones & b_ones) };
	case BPF_LSH:
		return seccomp_value_is_constant(b) ?
		       seccomp_shifted_left(a, b.min & 31) : seccomp_anything;
	case BPF_RSH:
		if (seccomp_value_is_constant(b))
			return (struct seccomp_value){ a.min >> (b.min & 31),
						       a.max >> (b.min & 31) };
		return (struct seccomp_value){ 0, a.max };
	default:
		return seccomp_anything;
	}
}

static inline unsigned int seccomp_way(bool always, bool never)
{
	return (never ? 0 : SECCOMP_WAY_TRUE) | (always ? 0 : SECCOMP_WAY_FALSE);
}

static inline unsigned int seccomp_compare(u16 op, struct seccomp_value a,
					   struct seccomp_value b)
{
	switch (op) {
	case BPF_JEQ:
		return seccomp_way(seccomp_value_is_constant(a) &&
				   seccomp_value_is_constant(b) && a.min == b.min,
				   a.max < b.min || b.max < a.min);
	case BPF_JGT:
		return seccomp_way(a.min > b.max, a.max <= b.min);
	case BPF_JGE:
		return seccomp_way(a.min >= b.max, a.max < b.min);
	case BPF_JSET:
		return seccomp_way(seccomp_value_ones(a) & seccomp_value_ones(b),
				   !(seccomp_value_bits(a) & seccomp_value_bits(b)));
	default:
		return SECCOMP_WAY_BOTH;
	}
}

/* What A is known to be once a comparison with a constant has gone one way. */
static inline struct seccomp_value seccomp_narrowed(u16 op, unsigned int way,
						    struct seccomp_value a, u32 k)
{
	bool true_way = way == SECCOMP_WAY_TRUE;

	if (op == BPF_JEQ && true_way)
		a = seccomp_constant(k);
	else if (op == BPF_JGT && true_way)
		a.min = max(a.min, k + 1);
	else if (op == BPF_JGT)
		a.max = min(a.max, k);
	else if (op == BPF_JGE && true_way)
		a.min = max(a.min, k);
	else if (op == BPF_JGE)
		a.max = min(a.max, k - 1);
	return a;
}

#endif /* _KERNEL_SECCOMP_BOUNDS_H */
