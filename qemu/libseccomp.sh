#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# libseccomp.sh TESTS: run those of libseccomp's tests that install filters.
#
# TESTS is the folder of its tests, built.  Prints TAP, and exits 1 if a check
# failed: a check for each line of the batches that it calls "live", which says
# what a program must end like.  What libseccomp skips has failed here, since
# it does so where the kernel lacks something.
#
# Checks are called by name:
# shellcheck disable=SC2317

tests=${1:?usage: libseccomp.sh TESTS}

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

. "$(dirname "$0")/checks.sh"

if ! dir=$(mktemp -d /run/libseccomp.XXXXXX) || ! cd "$tests"; then
	echo "Bail out! no directory to work in"
	exit 1
fi

mapfile -t files < <(grep -l '^test type: live' ./*.tests)
batches=()
for file in "${files[@]}"; do
	batches+=(-b "$(basename "$file" .tests)")
done
timeout $((4 * patience)) ./regression -T live -v "${batches[@]}" >"$dir/log" 2>&1
status=$?

# result BATCH NUMBER: what libseccomp's own script said of the line.
result()
{
	local test

	test=$(printf '%s%%%%%03d-00001' "$1" "$2")
	grep -F "Test $test " "$dir/log"
	expect "its result" SUCCESS \
		"$(awk -v test="$test" '$2 == test && $3 == "result:" { print $4 }' "$dir/log")"
}

ends_well()
{
	expect "status of regression" 0 "$status"
	tail -n 7 "$dir/log"
}

# One program is tried with several actions, each on a line.
checks=()
for file in "${files[@]}"; do
	line=0
	while read -r program _ action; do
		line=$((line + 1))
		checks+=("libseccomp: $program $action" "result $(basename "$file" .tests) $line")
	done < <(grep '^[0-9]' "$file")
done
checks+=("libseccomp: no other result" ends_well)

run_checks
