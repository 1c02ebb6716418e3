/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of libcap as mainline's seccomp selftest links with: there is no
 * libcap for every architecture and word size that it is compiled for here.
 */
#ifndef BLACKBOX_SYS_CAPABILITY_H
#define BLACKBOX_SYS_CAPABILITY_H

#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int cap_value_t;
typedef enum { CAP_EFFECTIVE, CAP_PERMITTED, CAP_INHERITABLE } cap_flag_t;
typedef enum { CAP_CLEAR, CAP_SET } cap_flag_value_t;

typedef struct {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
} *cap_t;

static inline cap_t cap_get_proc(void)
{
	cap_t caps = calloc(1, sizeof(*caps));

	if (!caps)
		return NULL;
	caps->header.version = _LINUX_CAPABILITY_VERSION_3;
	if (syscall(SYS_capget, &caps->header, caps->data)) {
		free(caps);
		return NULL;
	}
	return caps;
}

static inline int cap_set_proc(cap_t caps)
{
	return syscall(SYS_capset, &caps->header, caps->data);
}

static inline __u32 *cap_word(cap_t caps, cap_flag_t flag, cap_value_t value)
{
	struct __user_cap_data_struct *data = &caps->data[CAP_TO_INDEX(value)];

	return flag == CAP_EFFECTIVE ? &data->effective :
	       flag == CAP_PERMITTED ? &data->permitted : &data->inheritable;
}

static inline int cap_get_flag(cap_t caps, cap_value_t value, cap_flag_t flag,
			       cap_flag_value_t *set)
{
	*set = *cap_word(caps, flag, value) & CAP_TO_MASK(value) ? CAP_SET : CAP_CLEAR;
	return 0;
}

static inline int cap_set_flag(cap_t caps, cap_flag_t flag, int count,
			       const cap_value_t *values, cap_flag_value_t set)
{
	for (int i = 0; i < count; i++) {
		__u32 *word = cap_word(caps, flag, values[i]);

		*word = set == CAP_SET ? *word | CAP_TO_MASK(values[i]) :
					 *word & ~CAP_TO_MASK(values[i]);
	}
	return 0;
}

static inline int cap_free(void *caps)
{
	free(caps);
	return 0;
}

#endif /* BLACKBOX_SYS_CAPABILITY_H */
