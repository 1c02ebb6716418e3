// SPDX-License-Identifier: GPL-2.0
/* Built against linux-headers: a module from outside, which loads where nobody is confined. */
#include <linux/module.h>
#include <linux/seccomp.h>

static int __init outside_init(void)
{
	return current->seccomp.mode ? -EPERM : 0;
}
module_init(outside_init);

MODULE_DESCRIPTION("a module that is not in the kernel's tree");
MODULE_LICENSE("GPL");
