// SPDX-License-Identifier: GPL-2.0
/*
 * The user ABI, frozen: a change of any of it does not compile.
 */
#include <linux/build_bug.h>
#include <linux/kcmp.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <linux/signal.h>

#define VALUE(name, value)	static_assert((name) == (value))
#define SIZE(type, size)	static_assert(sizeof(type) == (size))
#define FIELD(type, member, offset, size)				\
	static_assert(offsetof(type, member) == (offset) &&		\
		      sizeof_field(type, member) == (size))

VALUE(PR_GET_SECCOMP, 21);
VALUE(PR_SET_SECCOMP, 22);

VALUE(SECCOMP_MODE_DISABLED, 0);
VALUE(SECCOMP_MODE_STRICT, 1);
VALUE(SECCOMP_MODE_FILTER, 2);

VALUE(SECCOMP_SET_MODE_STRICT, 0);
VALUE(SECCOMP_SET_MODE_FILTER, 1);
VALUE(SECCOMP_GET_ACTION_AVAIL, 2);
VALUE(SECCOMP_GET_NOTIF_SIZES, 3);
VALUE(SECCOMP_CREATE_PROG, 0x100);

VALUE(SECCOMP_FILTER_FLAG_TSYNC, 0x1);
VALUE(SECCOMP_FILTER_FLAG_LOG, 0x2);
VALUE(SECCOMP_FILTER_FLAG_SPEC_ALLOW, 0x4);
VALUE(SECCOMP_FILTER_FLAG_NEW_LISTENER, 0x8);
VALUE(SECCOMP_FILTER_FLAG_TSYNC_ESRCH, 0x10);
VALUE(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 0x20);
VALUE(SECCOMP_FILTER_FLAG_ON_EXEC, 0x10000000);
VALUE(SECCOMP_FILTER_FLAG_PROG_FD, 0x20000000);
VALUE(SECCOMP_FILTER_FLAG_WAIT_KILLABLE, 0x40000000);
VALUE(SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS, 0x80000000);

VALUE(SECCOMP_RET_KILL_PROCESS, 0x80000000);
VALUE(SECCOMP_RET_KILL_THREAD, 0);
VALUE(SECCOMP_RET_KILL, 0);
VALUE(SECCOMP_RET_TRAP, 0x30000);
VALUE(SECCOMP_RET_ERRNO, 0x50000);
VALUE(SECCOMP_RET_USER_NOTIF, 0x7fc00000);
VALUE(SECCOMP_RET_TRACE, 0x7ff00000);
VALUE(SECCOMP_RET_LOG, 0x7ffc0000);
VALUE(SECCOMP_RET_ALLOW, 0x7fff0000);
VALUE(SECCOMP_RET_ACTION_FULL | SECCOMP_RET_DATA, 0xffffffff);
VALUE(SECCOMP_RET_ACTION_FULL & SECCOMP_RET_DATA, 0);
VALUE(SECCOMP_RET_ACTION, 0x7fff0000);

VALUE(PTRACE_EVENT_SECCOMP, 7);
VALUE(PTRACE_O_TRACESECCOMP, 0x80);
VALUE(PTRACE_O_SUSPEND_SECCOMP, 0x200000);
VALUE(PTRACE_SECCOMP_GET_FILTER, 0x420c);
VALUE(PTRACE_SECCOMP_GET_METADATA, 0x420d);
VALUE(PTRACE_SECCOMP_GET_FILTER_FD, 0x4280);
VALUE(KCMP_SECCOMP, 0x80);
VALUE(KCMP_SECCOMP_PROG, 0x81);
VALUE(SYS_SECCOMP, 1);

SIZE(struct seccomp_data, 64);
FIELD(struct seccomp_data, nr, 0, 4);
FIELD(struct seccomp_data, arch, 4, 4);
FIELD(struct seccomp_data, instruction_pointer, 8, 8);
FIELD(struct seccomp_data, args, 16, 48);

SIZE(struct seccomp_metadata, 16);
FIELD(struct seccomp_metadata, filter_off, 0, 8);
FIELD(struct seccomp_metadata, flags, 8, 8);

SIZE(struct ptrace_seccomp_filter, 32);
FIELD(struct ptrace_seccomp_filter, index, 0, 4);
FIELD(struct ptrace_seccomp_filter, count, 4, 4);
FIELD(struct ptrace_seccomp_filter, id, 8, 8);
FIELD(struct ptrace_seccomp_filter, flags, 16, 8);
FIELD(struct ptrace_seccomp_filter, prctl, 24, 4);
FIELD(struct ptrace_seccomp_filter, fd, 28, 4);

SIZE(struct seccomp_notif_sizes, 6);
FIELD(struct seccomp_notif_sizes, seccomp_notif, 0, 2);
FIELD(struct seccomp_notif_sizes, seccomp_notif_resp, 2, 2);
FIELD(struct seccomp_notif_sizes, seccomp_data, 4, 2);

SIZE(struct seccomp_notif, 80);
FIELD(struct seccomp_notif, id, 0, 8);
FIELD(struct seccomp_notif, pid, 8, 4);
FIELD(struct seccomp_notif, flags, 12, 4);
FIELD(struct seccomp_notif, data, 16, 64);

SIZE(struct seccomp_notif_resp, 24);
FIELD(struct seccomp_notif_resp, id, 0, 8);
FIELD(struct seccomp_notif_resp, val, 8, 8);
FIELD(struct seccomp_notif_resp, error, 16, 4);
FIELD(struct seccomp_notif_resp, flags, 20, 4);

SIZE(struct seccomp_notif_addfd, 24);
FIELD(struct seccomp_notif_addfd, id, 0, 8);
FIELD(struct seccomp_notif_addfd, flags, 8, 4);
FIELD(struct seccomp_notif_addfd, srcfd, 12, 4);
FIELD(struct seccomp_notif_addfd, newfd, 16, 4);
FIELD(struct seccomp_notif_addfd, newfd_flags, 20, 4);

SIZE(struct seccomp_prog_info, 24);
FIELD(struct seccomp_prog_info, id, 0, 8);
FIELD(struct seccomp_prog_info, insns, 8, 8);
FIELD(struct seccomp_prog_info, len, 16, 4);
FIELD(struct seccomp_prog_info, layers, 20, 4);

/*
 * As on x86 and most others; some architectures encode the direction otherwise,
 * so there the parts have to do. The kernel's macros name a variable where the type is
 * wrong, which clang does not take in a constant.
 */
#undef _IOC_TYPECHECK
#define _IOC_TYPECHECK(type)	sizeof(type)
#define IOCTL(name, dir, nr, type)					\
	static_assert((name) == _IOC((dir), '!', (nr), sizeof(type)))

IOCTL(SECCOMP_IOCTL_NOTIF_RECV, _IOC_READ | _IOC_WRITE, 0, struct seccomp_notif);
IOCTL(SECCOMP_IOCTL_NOTIF_SEND, _IOC_READ | _IOC_WRITE, 1, struct seccomp_notif_resp);
IOCTL(SECCOMP_IOCTL_NOTIF_ID_VALID, _IOC_WRITE, 2, __u64);
IOCTL(SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR, _IOC_READ, 2, __u64);
IOCTL(SECCOMP_IOCTL_NOTIF_ADDFD, _IOC_WRITE, 3, struct seccomp_notif_addfd);
IOCTL(SECCOMP_IOCTL_NOTIF_SET_FLAGS, _IOC_WRITE, 4, __u64);
IOCTL(SECCOMP_IOCTL_PROG_INFO, _IOC_READ | _IOC_WRITE, 0x80, struct seccomp_prog_info);
#ifdef CONFIG_X86
VALUE(SECCOMP_IOCTL_NOTIF_RECV, 0xc0502100);
VALUE(SECCOMP_IOCTL_NOTIF_SEND, 0xc0182101);
VALUE(SECCOMP_IOCTL_NOTIF_ID_VALID, 0x40082102);
VALUE(SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR, 0x80082102);
VALUE(SECCOMP_IOCTL_NOTIF_ADDFD, 0x40182103);
VALUE(SECCOMP_IOCTL_NOTIF_SET_FLAGS, 0x40082104);
VALUE(SECCOMP_IOCTL_PROG_INFO, 0xc0182180);
#endif

VALUE(SECCOMP_USER_NOTIF_FLAG_CONTINUE, 1);
VALUE(SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, 1);
VALUE(SECCOMP_ADDFD_FLAG_SETFD, 1);
VALUE(SECCOMP_ADDFD_FLAG_SEND, 2);
