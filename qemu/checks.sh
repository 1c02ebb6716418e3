# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts share that run programs in the guest: checks, in TAP.  Who
# sources it has a directory "dir" to work in, and the array "checks": names and
# functions by turns, a function with words for it, if any.
# shellcheck disable=SC2154

if [ "$(uname -n)" != guest ]; then
	echo "Bail out! this is not the guest: it would be the host's files that change"
	exit 1
fi
patience=120	# seconds
number=0
failed=0

# expect WHAT WANTED SEEN: say what was seen, and note if it is not WANTED.
expect()
{
	if [ "$2" = "$3" ]; then
		echo "$1: $3"
	else
		echo "$1: $3, not $2"
		bad=1
	fi
}

# check NAME FUNCTION WORD...: one TAP line, then what the function said.  It counts as
# skipped if the function leaves in "why_not" what a program cannot do; all
# else must be right nevertheless.
check()
{
	bad=0
	why_not=''
	"${@:2}" >"$dir/said" 2>&1
	number=$((number + 1))
	if [ "$bad" = 0 ]; then
		echo "ok $number - $1${why_not:+ # SKIP $why_not}"
	else
		echo "not ok $number - $1"
		failed=1
	fi
	sed 's/^/# /' "$dir/said"
}

# until_true COMMAND...: try until it succeeds, but not for ever.
until_true()
{
	local end=$((SECONDS + patience))

	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# run_checks: all of them; exits with 1 if one failed.
run_checks()
{
	local i call

	echo "1..$((${#checks[@]} / 2))"
	for ((i = 0; i < ${#checks[@]}; i += 2)); do
		read -ra call <<<"${checks[i + 1]}"
		check "${checks[i]}" "${call[@]}"
	done
	exit "$failed"
}

# expect_alike COMMANDS: they end well, and with the same output, by with_profile and
# by without_profile, which are the caller's.
expect_alike()
{
	with_profile bash -c "$1" >"$dir/with" 2>&1
	expect "status of the shell behind the profile" 0 $?
	without_profile bash -c "$1" >"$dir/without" 2>&1
	expect "status of the shell without it" 0 $?
	expect "lines that differ, of $(wc -l <"$dir/without")" 0 \
		"$(diff "$dir/with" "$dir/without" | grep -c '^[<>]')"
}
