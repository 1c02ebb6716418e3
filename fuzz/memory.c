// SPDX-License-Identifier: GPL-2.0
/* The kernel's allocator for the pure files, with an account, and with an end. */
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

unsigned int memory_held;
unsigned int memory_left = MEMORY_UNLIMITED;

void *kvmalloc(size_t size, int flags)
{
	void *memory;

	(void)flags;
	if (!memory_left)
		return NULL;
	if (memory_left != MEMORY_UNLIMITED)
		memory_left--;
	memory = malloc(size);
	if (!memory)
		fail("out of memory");
	/* Whoever reads what was not written reads something that stands out. */
	memset(memory, 0xa5, size);
	memory_held++;
	return memory;
}

void *kvzalloc(size_t size, int flags)
{
	void *memory = kvmalloc(size, flags);

	return memory ? memset(memory, 0, size) : NULL;
}

void *kvmalloc_array(size_t count, size_t size, int flags)
{
	return kvmalloc(count * size, flags);
}

void *kvcalloc(size_t count, size_t size, int flags)
{
	return kvzalloc(count * size, flags);
}

void kvfree(const void *memory)
{
	if (memory)
		memory_held--;
	free((void *)memory);
}
