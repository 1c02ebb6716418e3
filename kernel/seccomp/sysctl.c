// SPDX-License-Identifier: GPL-2.0
/*
 * The sysctls kernel.seccomp.actions_avail, kernel.seccomp.actions_logged and
 * kernel.seccomp.nested_listeners.
 */
#include <linux/audit.h>
#include <linux/bits.h>
#include <linux/capability.h>
#include <linux/init.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "internal.h"

/* All the names with a separator each; longer input is none of ours. */
#define SECCOMP_ACTION_NAMES_MAX	128

/* The names of the actions in @mask (bit N: row N), strictest first. */
static void seccomp_action_names(u32 mask, char separator, char *names)
{
	size_t used = 0;

	names[0] = '\0';
	for (unsigned int i = 0; i < seccomp_actions_count; i++) {
		if (!(mask & BIT(i)))
			continue;
		if (used)
			names[used++] = separator;
		used += scnprintf(names + used, SECCOMP_ACTION_NAMES_MAX - used,
				  "%s", seccomp_actions[i].name);
	}
}

/* Bits of all the actions that can be logged. */
static u32 seccomp_action_loggable(void)
{
	u32 mask = 0;

	for (unsigned int i = 0; i < seccomp_actions_count; i++)
		if (seccomp_actions[i].logging != SECCOMP_LOG_NEVER)
			mask |= BIT(i);
	return mask;
}

/*
 * The actions in a list of names, which is taken apart. -EINVAL for a name
 * that is unknown, or whose action is never logged.
 */
static int seccomp_action_mask(char *names, u32 *mask)
{
	char *name;

	*mask = 0;
	while ((name = strsep(&names, " \t\n"))) {
		unsigned int i;

		if (!*name)
			continue;
		for (i = 0; i < seccomp_actions_count; i++)
			if (!strcmp(name, seccomp_actions[i].name))
				break;
		if (i == seccomp_actions_count ||
		    !(seccomp_action_loggable() & BIT(i)))
			return -EINVAL;
		*mask |= BIT(i);
	}
	return 0;
}

static int seccomp_actions_avail_handler(const struct ctl_table *table, int write,
					 void *buffer, size_t *lenp, loff_t *ppos)
{
	char names[SECCOMP_ACTION_NAMES_MAX];
	const struct ctl_table text = { .data = names, .maxlen = sizeof(names) };

	seccomp_action_names(~0U, ' ', names);
	return proc_dostring(&text, 0, buffer, lenp, ppos);
}

static int seccomp_actions_logged_read(void *buffer, size_t *lenp, loff_t *ppos)
{
	char names[SECCOMP_ACTION_NAMES_MAX];
	const struct ctl_table text = { .data = names, .maxlen = sizeof(names) };

	seccomp_action_names(READ_ONCE(seccomp_actions_logged) &
			     seccomp_action_loggable(), ' ', names);
	return proc_dostring(&text, 0, buffer, lenp, ppos);
}

/*
 * Audit who decides what is logged: @names is what it was to become, NULL if
 * that was not understood.
 */
static void seccomp_actions_logged_audit(const char *names, const char *old_names,
					 int res)
{
	struct audit_buffer *ab;

	if (audit_enabled == AUDIT_OFF)
		return;

	ab = audit_log_start(audit_context(), GFP_KERNEL, AUDIT_CONFIG_CHANGE);
	if (!ab)
		return;
	audit_log_format(ab, "op=seccomp-logging actions=%s old-actions=%s res=%d",
			 !names ? "?" : *names ? names : "(none)",
			 *old_names ? old_names : "(none)", res);
	audit_log_end(ab);
}

static int seccomp_actions_logged_write(void *buffer, size_t *lenp, loff_t *ppos)
{
	char names[SECCOMP_ACTION_NAMES_MAX] = "", old_names[SECCOMP_ACTION_NAMES_MAX];
	const struct ctl_table text = { .data = names, .maxlen = sizeof(names) };
	u32 mask;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;

	/*
	 * The list is taken as a whole: what is longer than all the names there
	 * are would be cut off, and a write further on would be read as empty.
	 */
	if (*lenp >= sizeof(names) || *ppos)
		return -EINVAL;
	err = proc_dostring(&text, 1, buffer, lenp, ppos);
	if (err)
		return err;

	seccomp_action_names(READ_ONCE(seccomp_actions_logged) &
			     seccomp_action_loggable(), ',', old_names);
	err = seccomp_action_mask(names, &mask);
	if (err) {
		seccomp_actions_logged_audit(NULL, old_names, 0);
		return err;
	}
	WRITE_ONCE(seccomp_actions_logged, mask);
	seccomp_action_names(mask, ',', names);
	seccomp_actions_logged_audit(names, old_names, 1);
	return 0;
}

static int seccomp_actions_logged_handler(const struct ctl_table *table, int write,
					  void *buffer, size_t *lenp, loff_t *ppos)
{
	return write ? seccomp_actions_logged_write(buffer, lenp, ppos) :
		       seccomp_actions_logged_read(buffer, lenp, ppos);
}

static int seccomp_nested_listeners_handler(const struct ctl_table *table, int write,
					    void *buffer, size_t *lenp, loff_t *ppos)
{
	if (write && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return proc_dointvec_minmax(table, write, buffer, lenp, ppos);
}

static struct ctl_table seccomp_sysctls[] = {
	{
		.procname	= "actions_avail",
		.mode		= 0444,
		.proc_handler	= seccomp_actions_avail_handler,
	},
	{
		.procname	= "actions_logged",
		.mode		= 0644,
		.proc_handler	= seccomp_actions_logged_handler,
	},
	{
		.procname	= "nested_listeners",
		.data		= &seccomp_nested_listeners,
		.maxlen		= sizeof(seccomp_nested_listeners),
		.mode		= 0644,
		.proc_handler	= seccomp_nested_listeners_handler,
		.extra1		= SYSCTL_ZERO,
		.extra2		= SYSCTL_ONE,
	},
};

static int __init seccomp_sysctl_init(void)
{
	register_sysctl_init("kernel/seccomp", seccomp_sysctls);
	return 0;
}
device_initcall(seccomp_sysctl_init);

#ifdef CONFIG_SECCOMP_KUNIT_TEST
#include "tests/sysctl_kunit.c"
#endif
