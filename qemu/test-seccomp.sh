#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# test-seccomp.sh: run systemd's own test of its filters.
#
# Runs as root in the guest.  Prints TAP, and exits 1 if a check failed.  The
# program ends with 0 also if it has skipped most of its tests: so of each that
# installs filters it must have said that its confined children succeeded, and
# nowhere that it skips something.
#
# Needs systemd-tests.
#
# Checks are called by name:
# shellcheck disable=SC2317

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C SYSTEMD_LOG_LEVEL=debug

. "$(dirname "$0")/checks.sh"

if ! dir=$(mktemp -d /run/test-seccomp.XXXXXX); then
	echo "Bail out! no directory to work in"
	exit 1
fi

# The host may be a container, and its files say so: the program would skip
# what it does not try in one.
rm -f /.dockerenv

timeout "$patience" /usr/lib/systemd/tests/test-seccomp >"$dir/log" 2>&1
status=$?

# part TEST: what the program said of it.  One confined child each must have
# succeeded; of the test that tries all sets of calls, one for each set.
part()
{
	local children

	awk -v header="/* $1 */" '/^\/\* / { mine = $0 == header } mine' \
		"$dir/log" | grep -v ', ignoring[:.]' >"$dir/part"
	cat "$dir/part"
	children=$(grep -c '^Testing @' "$dir/part")
	[ "$children" != 0 ] || children=1
	expect "children that succeeded" "$children" \
		"$(grep -c ' succeeded\.$' "$dir/part")"
	expect "lines that say it skips something" 0 "$(grep -c skipping "$dir/part")"
}

# Of the tests that install nothing this says enough.
ends_well()
{
	expect "status of the program" 0 "$status"
	[ "$status" = 0 ] || tail -n 20 "$dir/log"
}

checks=()
for test in filter_sets restrict_namespace protect_sysctl protect_syslog \
	restrict_address_families restrict_realtime \
	memory_deny_write_execute_mmap memory_deny_write_execute_shmat \
	restrict_archs load_syscall_filter_set_raw native_syscalls_filtered \
	lock_personality restrict_suid_sgid seccomp_suppress_sync; do
	checks+=("test-seccomp: $test" "part test_$test")
done
checks+=("test-seccomp: ends well" ends_well)

run_checks
