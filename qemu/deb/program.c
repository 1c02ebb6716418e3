// SPDX-License-Identifier: GPL-2.0
/* Compiled against linux-libc-dev: are the headers those of the kernel, with what only it has? */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	return syscall(SYS_seccomp, SECCOMP_CREATE_PROG, 0, &program) < 0;
}
