#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# boot.sh RELEASE: in a guest of nothing but what install.sh has handed out and the
# tour, booted with the installed kernel. Prints TAP, exits 1 if a check failed.
#
# Checks are called by name:
# shellcheck disable=SC2317

number=0
failed=0

check()		# NAME COMMAND...
{
	name=$1
	shift
	number=$((number + 1))
	if "$@" > /tmp/said 2>&1; then
		echo "ok $number - $name"
	else
		sed 's/^/# /' /tmp/said
		echo "not ok $number - $name"
		failed=1
	fi
}

its_module()
{
	modprobe dummy && grep '^dummy ' /proc/modules
}

unconfined()
{
	grep Seccomp /proc/self/status
	[ "$(sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status)" = 0 ]
}

echo 1..6
check "uname -r is $1" test "$(uname -r)" = "$1"
check 'a module of its own loads' its_module
check 'a module from outside loads' insmod /outside.ko
check '/proc says that nobody is confined' unconfined
check 'a program compiled against linux-libc-dev uses what only this kernel has' /program
check 'every step of the tour goes as announced' /tour
exit "$failed"
