#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# samples.sh DIR: run the programs of samples/seccomp, which were built in DIR.
#
# Runs as root in the guest, on the host's files under a layer that is thrown
# away. Prints TAP, and exits 1 if a check failed.
#
# Checks are called by name, and commands are given as they are typed:
# shellcheck disable=SC2317,SC2016

supervise=${1:?usage: samples.sh DIR}/supervise
checkpoint=$1/checkpoint
system=/usr:/lib:/lib64:/etc

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

. "$(dirname "$0")/checks.sh"

if ! dir=$(mktemp -d /tmp/samples.XXXXXX); then
	echo "Bail out! no directory to work in"
	exit 1
fi
trap 'rm -rf "$dir"' EXIT

# run ARG...: supervise, and what it printed, and its status.
run()
{
	"$supervise" "$@" 2>&1
	echo "status $?"
}

usage()
{
	expect 'with -h' 'usage: supervise /DIR[:/DIR...] COMMAND [ARG...] status 0' "$(run -h | xargs)"
	expect 'without a command' 'usage: supervise /DIR[:/DIR...] COMMAND [ARG...] status 2' \
		"$(run /usr | xargs)"
}

allowed()
{
	echo secret > /etc/supervised
	expect 'a file that may be read' "secret status 0" "$(run "$system" cat /etc/supervised | xargs)"
}

confined()
{
	"$supervise" "$system" sleep 60 &
	# It is confined before it has that name.
	until_true pgrep -P $! -x sleep > /dev/null
	expect 'the command, in /proc/PID/status' '2 1' \
		"$(awk '/^Seccomp/ { print $2 }' "/proc/$(pgrep -P $! -x sleep)/status" | xargs)"
	pkill -P $! -x sleep
	wait $!
	expect 'ended by SIGTERM' 143 $?
}

refused()
{
	expect 'a file elsewhere' 'cat: /etc/hostname: Permission denied status 1' \
		"$(run /usr:/lib:/lib64 cat /etc/hostname | xargs)"
	expect 'out through ..' 'cat: /etc/../root/.bashrc: Permission denied status 1' \
		"$(run "$system" cat /etc/../root/.bashrc | xargs)"
	ln -s /root/.bashrc /etc/supervised-link
	expect 'out through a link' 'cat: /etc/supervised-link: Permission denied status 1' \
		"$(run "$system" cat /etc/supervised-link | xargs)"
	run "$system" sh -c 'echo x > /etc/supervised-new' > "$dir/out"
	expect 'to be written' 'status 2' "$(tail -n 1 "$dir/out")"
	expect 'was written' no "$(test -e /etc/supervised-new && echo yes || echo no)"
}

statuses()
{
	expect 'exit 7' 'status 7' "$(run "$system" sh -c 'exit 7')"
	expect 'SIGKILL' 'status 137' "$(run "$system" sh -c 'kill -9 $$')"
	expect 'no such command' 'status 127' "$(run "$system" no-such-command | tail -n 1)"
}

# In a pipeline: what runs in the background has /dev/null opened, a device.
many()
{
	run "$system" sh -c 'read_some() {
			for i in $(seq 100); do read -r line < /etc/passwd && echo x >&3; done
		}
		{ read_some | read_some | read_some | read_some; } 3>&1' > "$dir/out"
	expect 'files read by four processes at once' 400 "$(grep -c '^x$' "$dir/out")"
	expect 'their end' 'status 0' "$(tail -n 1 "$dir/out")"
}

tree_of_filters()
{
	local status
	"$checkpoint" > "$dir/out" 2>&1
	status=$?
	expect 'its status' 0 "$status"
	expect 'threads without their numbers' "$(cat <<- 'END'
		thread
		filter of 4 instructions
		  thread
		  thread
		  filter of 4 instructions
		    filter of 4 instructions, ON_EXEC
		      thread
		  filter of 4 instructions, ON_EXEC
		    filter of 4 instructions, ON_EXEC
		      thread
		  filter of 4 instructions
		    thread
		  filter of 4 instructions, LOG
		    thread
		    filter of 4 instructions, by prctl
		      thread
		8 filters in 8 threads
		restored in process
		not synchronised: a thread has other filters
		synchronised after the end of such threads
	END
	)" "$(sed 's/ [0-9]*$//' "$dir/out")"
}

tree_of_another()
{
	"$supervise" "$system" sleep 60 &
	# It is confined before it has that name.
	until_true pgrep -P $! -x sleep > /dev/null
	"$checkpoint" "$(pgrep -P $! -x sleep)" > "$dir/out" 2>&1
	expect 'its status' 0 $?
	expect 'a listener' 1 "$(grep -c 'NEW_LISTENER' "$dir/out")"
	expect 'its end' 'restored in process' "$(sed 's/ [0-9]*$//;$!d' "$dir/out")"
	"$checkpoint" $$ > "$dir/out" 2>&1
	expect 'one without filters' '0 filters in 1 threads' "$(grep filters "$dir/out")"
	"$checkpoint" 0 > /dev/null 2>&1
	expect 'no process' 2 $?
	pkill -P $! -x sleep
	wait $!
}

checks=(
	'supervise: usage'		usage
	'supervise: allowed files'	allowed
	'supervise: refused files'	refused
	'supervise: its command is confined' confined
	'supervise: exit statuses'	statuses
	'supervise: many at once'	many
	'checkpoint: a tree of filters'	tree_of_filters
	'checkpoint: of another process' tree_of_another
)
run_checks
