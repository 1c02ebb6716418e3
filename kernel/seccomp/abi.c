// SPDX-License-Identifier: GPL-2.0
/*
 * The user ABI, frozen: a change of any of it does not compile.
 */
#include <linux/build_bug.h>
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

VALUE(SECCOMP_FILTER_FLAG_TSYNC, 0x1);
VALUE(SECCOMP_FILTER_FLAG_LOG, 0x2);
VALUE(SECCOMP_FILTER_FLAG_SPEC_ALLOW, 0x4);
VALUE(SECCOMP_FILTER_FLAG_TSYNC_ESRCH, 0x10);

VALUE(SECCOMP_RET_KILL_PROCESS, 0x80000000);
VALUE(SECCOMP_RET_KILL_THREAD, 0);
VALUE(SECCOMP_RET_KILL, 0);
VALUE(SECCOMP_RET_TRAP, 0x30000);
VALUE(SECCOMP_RET_ERRNO, 0x50000);
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
VALUE(SYS_SECCOMP, 1);

SIZE(struct seccomp_data, 64);
FIELD(struct seccomp_data, nr, 0, 4);
FIELD(struct seccomp_data, arch, 4, 4);
FIELD(struct seccomp_data, instruction_pointer, 8, 8);
FIELD(struct seccomp_data, args, 16, 48);

SIZE(struct seccomp_metadata, 16);
FIELD(struct seccomp_metadata, filter_off, 0, 8);
FIELD(struct seccomp_metadata, flags, 8, 8);

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
