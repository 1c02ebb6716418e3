/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests that have to do with audit share: how to see and to change its status.
 */
#ifndef SELFTESTS_SECCOMP_AUDIT_H
#define SELFTESTS_SECCOMP_AUDIT_H

#include "common.h"

#include <linux/netlink.h>
#include <sys/socket.h>

struct audit_message {
	struct nlmsghdr header;
	union {
		struct audit_status status;
		struct nlmsgerr error;
	};
};

/* Replaces a message to audit by what is said to it. */
static inline bool audit_ask(struct audit_message *message)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	bool done;

	message->header.nlmsg_len = sizeof(*message);
	done = fd >= 0 && send(fd, message, sizeof(*message), 0) == sizeof(*message) &&
	       recv(fd, message, sizeof(*message), 0) > 0;
	close(fd);
	return done;
}

static inline bool audit_get(struct audit_status *status)
{
	struct audit_message message = {
		.header = { .nlmsg_type = AUDIT_GET, .nlmsg_flags = NLM_F_REQUEST },
	};
	bool done = audit_ask(&message) && message.header.nlmsg_type == AUDIT_GET;

	*status = message.status;
	return done;
}

/* Changes what the mask says. */
static inline bool audit_set(const struct audit_status *status)
{
	struct audit_message message = {
		.header = { .nlmsg_type = AUDIT_SET, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.status = *status,
	};

	return audit_ask(&message) && message.header.nlmsg_type == NLMSG_ERROR &&
	       !message.error.error;
}

#endif /* SELFTESTS_SECCOMP_AUDIT_H */
