/* SPDX-License-Identifier: GPL-2.0 */
/* The system call conventions of x86, for kernel/seccomp/arch.c. */
#ifndef _ASM_X86_SECCOMP_H
#define _ASM_X86_SECCOMP_H

#include <asm/tsc.h>
#include <asm/unistd.h>

/*
 * Initialisers of struct seccomp_arch, one for each value that
 * syscall_get_arch() gives. x32 calls come with the value of 64-bit calls and
 * __X32_SYSCALL_BIT in their number, so strict mode refuses them all.
 */
#ifdef CONFIG_X86_64
#define SECCOMP_ARCH_NATIVE {						\
	.arch = AUDIT_ARCH_X86_64,					\
	.strict = { __NR_read, __NR_write, __NR_exit, __NR_rt_sigreturn }, \
	.trampoline = __NR_uretprobe,					\
}

#ifdef CONFIG_IA32_EMULATION
#define SECCOMP_ARCH_COMPAT {						\
	.arch = AUDIT_ARCH_I386,					\
	.strict = { __NR_ia32_read, __NR_ia32_write,			\
		    __NR_ia32_exit, __NR_ia32_sigreturn },		\
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}
#endif
#else
#define SECCOMP_ARCH_NATIVE {						\
	.arch = AUDIT_ARCH_I386,					\
	.strict = { __NR_read, __NR_write, __NR_exit, __NR_sigreturn },	\
	.trampoline = SECCOMP_NO_TRAMPOLINE,				\
}
#endif

/* Strict mode is for untrusted bytecode: it does not get a precise clock. */
#define seccomp_arch_enter_strict()	disable_TSC()

#endif /* _ASM_X86_SECCOMP_H */
