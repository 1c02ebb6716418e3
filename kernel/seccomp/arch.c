// SPDX-License-Identifier: GPL-2.0
/*
 * The system call conventions of this architecture, as data from
 * asm/seccomp.h, and the one exception to judging every call.
 */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <asm/seccomp.h>

#include "internal.h"

static const struct seccomp_arch seccomp_arches[] = {
	SECCOMP_ARCH_NATIVE,
#ifdef SECCOMP_ARCH_COMPAT
	SECCOMP_ARCH_COMPAT,
#endif
};

#ifdef CONFIG_SECCOMP_FILTER
static const struct seccomp_numbers seccomp_numbers[] = { SECCOMP_NUMBERS };

/* All system calls, each with a slot: that of arch_seccomp_slot(). */
const struct seccomp_map seccomp_map = {
	.numbers	= seccomp_numbers,
	.ranges		= ARRAY_SIZE(seccomp_numbers),
	.slots		= SECCOMP_SLOTS,
};
#endif

/**
 * seccomp_arch_find - the convention that an architecture value stands for
 * @arch:	AUDIT_ARCH_*, as syscall_get_arch() gives it
 *
 * Context: Any.
 * Return: The convention; NULL if asm/seccomp.h does not list it.
 */
const struct seccomp_arch *seccomp_arch_find(u32 arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(seccomp_arches); i++)
		if (seccomp_arches[i].arch == arch)
			return &seccomp_arches[i];
	return NULL;
}

/**
 * seccomp_call_is_trampoline - was the call put into the task by the kernel?
 * @call:	nr and arch are filled in
 *
 * A probed function returns through a trampoline that the kernel mapped into
 * the task and that calls the kernel back. The program knows nothing of it, so
 * neither its filters nor strict mode get to see that call. Made from anywhere
 * but the trampoline it has no effect but SIGILL, so nothing is gained by it.
 *
 * This is the only call that is not judged. In filter mode that is arranged
 * beforehand, see seccomp_prog_allow_trampoline().
 *
 * Context: Any.
 * Return: Whether the call is to be made unseen.
 */
bool seccomp_call_is_trampoline(const struct seccomp_call *call)
{
	const struct seccomp_arch *arch = seccomp_arch_find(call->data.arch);

	return arch && arch->trampoline != SECCOMP_NO_TRAMPOLINE &&
	       arch->trampoline == call->data.nr;
}
