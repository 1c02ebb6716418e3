/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that counts what is held, and that can run out: see memory.c. */
#ifndef FUZZ_LINUX_SLAB_H
#define FUZZ_LINUX_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	0

void *kvmalloc(size_t size, int flags);
void *kvzalloc(size_t size, int flags);
void *kvmalloc_array(size_t count, size_t size, int flags);
void *kvcalloc(size_t count, size_t size, int flags);
void kvfree(const void *memory);

#endif /* FUZZ_LINUX_SLAB_H */
