/* SPDX-License-Identifier: GPL-2.0 */
/* What the pure files use of the kernel's small helpers, in user space. */
#ifndef FUZZ_LINUX_KERNEL_H
#define FUZZ_LINUX_KERNEL_H

#include <linux/types.h>

#define U8_MAX			((u8)~0U)
#define U16_MAX			((u16)~0U)
#define U32_MAX			((u32)~0U)

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

#define BIT(number)		(1UL << (number))
#define GENMASK(high, low)	((~0UL >> (63 - (high))) & (~0UL << (low)))

/* As strict as the kernel's: the compiler warns if the types differ. */
#define choose(a, b, op) ({			\
	__typeof__(a) _a = (a);			\
	__typeof__(b) _b = (b);			\
	(void)(&_a == &_b);			\
	_a op _b ? _a : _b;			\
})
#define min(a, b)		choose(a, b, <)
#define max(a, b)		choose(a, b, >)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

#define swap(a, b) do {				\
	__typeof__(a) _swapped = (a);		\
	(a) = (b);				\
	(b) = _swapped;				\
} while (0)

/* The number of the highest bit, counted from 1; 0 if there is none. */
static inline int fls(unsigned int word)
{
	return word ? 32 - __builtin_clz(word) : 0;
}

static inline unsigned long __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

#endif /* FUZZ_LINUX_KERNEL_H */
