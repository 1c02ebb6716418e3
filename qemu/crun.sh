#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# crun.sh INPUTS: run containers behind Debian's container profile.
#
# Runs as root in the guest.  INPUTS holds container.json, which
# container-profile.py has made.  Prints TAP, and exits 1 if a check failed.  A
# container has the guest's files, as they are; a check looks at the Seccomp lines
# of its process and at what becomes of calls, with a container without the
# profile beside it.
#
# x86-64; needs crun, and, as any Debian has them, perl-base, python3 and
# util-linux.
#
# Checks are called by name, and carry programs for other interpreters:
# shellcheck disable=SC2317,SC2016

inputs=${1:?usage: crun.sh INPUTS}

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

. "$(dirname "$0")/checks.sh"

# Not on the overlay, whose root is a folder of each container.
if ! dir=$(mktemp -d /run/crun-test.XXXXXX) || ! mkdir "$dir/bundle" "$dir/bundle/rootfs" ||
   ! mount --bind / "$dir/bundle/rootfs"; then
	echo "Bail out! no directory to work in"
	exit 1
fi
here=$(awk '$1 == "Seccomp_filters:" { print $2 }' /proc/self/status)
here=${here:-0}

# ---- tools -------------------------------------------------------------

listener=''

cleanup()
{
	[ -z "$listener" ] || kill "$listener" 2>/dev/null
	timeout "$patience" crun delete --force long >/dev/null 2>&1
	umount "$dir/bundle/rootfs"
	rm -rf --one-file-system "$dir"
}
trap cleanup EXIT

# What the profile is chosen for.
capabilities='["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
	"CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
	"CAP_SYS_CHROOT"]'

# config SECCOMP USER NO_NEW_PRIVS COMMAND...: write a bundle's config.json.  A
# command's words are quoted as Perl and JSON both do it.
config()
{
	local seccomp=$1 user=$2 promise=$3 words

	words=$(printf '%s\0' "${@:4}" | perl -0 -ne \
		'chomp; s/(["\\])/\\$1/g; s/\s+/ /g; print $. > 1 ? ", " : "", qq("$_")')
	cat >"$dir/bundle/config.json" <<-EOF
	{
		"ociVersion": "1.0.0",
		"hostname": "container",
		"root": { "path": "rootfs", "readonly": true },
		"process": {
			"args": [ $words ],
			"cwd": "/",
			"env": [ "PATH=$PATH", "LC_ALL=C" ],
			"user": { "uid": $user, "gid": $user },
			"noNewPrivileges": $promise,
			"capabilities": {
				"bounding": $capabilities,
				"effective": $capabilities,
				"permitted": $capabilities
			}
		},
		"mounts": [
			{ "destination": "/proc", "type": "proc", "source": "proc" },
			{ "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
			  "options": [ "nosuid", "mode=755" ] },
			{ "destination": "/tmp", "type": "tmpfs", "source": "tmpfs" }
		],
		"linux": {
			${seccomp:+"\"seccomp\": $seccomp,"}
			"namespaces": [ { "type": "pid" }, { "type": "mount" },
				{ "type": "ipc" }, { "type": "uts" } ]
		}
	}
	EOF
}

profile=$(cat "$inputs/container.json")

crun_run()
{
	timeout "$patience" crun --cgroup-manager=disabled run \
		--bundle "$dir/bundle" "$@"
}

# with_profile COMMAND...: a container behind the profile; without_profile: the
# same, but for the filter.
with_profile()
{
	config "$profile" 0 false "$@"
	crun_run one
}

without_profile()
{
	config '' 0 false "$@"
	crun_run one
}

# A Perl program that makes calls, by name and number, and says what came of each.
calls='while (my ($name, $number) = splice @ARGV, 0, 2) {
	my $r = syscall($number, -1, 0, 0, 0);
	print "$name: ", $r >= 0 ? "done, $r" :
		(grep { $!{$_} } qw(EPERM EBADF ENOSYS EBUSY EFAULT))[0] // $!, "\n";
}'

# expect_status FILTERS NO_NEW_PRIVS FILE: what a container's process has.
expect_status()
{
	expect "Seccomp, Seccomp_filters, NoNewPrivs" "$1, $2" \
		"$(awk '$1 == "Seccomp:" { mode = $2 } $1 == "Seccomp_filters:" { filters = $2 }
			$1 == "NoNewPrivs:" { promise = $2 }
			END { print mode ", " filters ", " promise }' "$3")"
}

# ---- the container profile ---------------------------------------------

profile_status()
{
	with_profile cat /proc/self/status >"$dir/status" 2>&1
	expect "status of crun" 0 $?
	expect_status "2, $((here + 1))" 0 "$dir/status"
	without_profile cat /proc/self/status >"$dir/status" 2>&1
	expect "status of crun without the profile" 0 $?
	expect_status "$((here ? 2 : 0)), $here" 0 "$dir/status"
}

# Commands that do a bit of everything, with the same output anywhere.
ordinary='ls -l /etc/passwd /usr/bin/env; find /etc/apt -type f | sort;
	for i in 1 2 3; do (echo $i | sed s/1/one/); done; echo text >/tmp/file; cat /tmp/file'

profile_ordinary()
{
	expect_alike "$ordinary"
}

# An entry's errno, and the default, for what is younger than the profile.
profile_refused()
{
	local make=(perl -e "use Errno; $calls" vmsplice 278 fchmodat2 452 getuid 102)

	expect "with the profile" "vmsplice: EPERM fchmodat2: ENOSYS getuid: done, 0" \
		"$(with_profile "${make[@]}" 2>&1 | xargs)"
	expect "without it" "vmsplice: EBADF fchmodat2: EFAULT getuid: done, 0" \
		"$(without_profile "${make[@]}" 2>&1 | xargs)"
}

# The profile allows a few personalities.  ADDR_NO_RANDOMIZE is not one.
profile_arguments()
{
	with_profile setarch x86_64 true
	expect "setarch x86_64, with the profile" 0 $?
	with_profile setarch x86_64 --addr-no-randomize true 2>"$dir/err"
	expect "setarch --addr-no-randomize, with it" 1 $?
	expect "its error" 1 "$(grep -c 'Function not implemented' "$dir/err")"
	without_profile setarch x86_64 --addr-no-randomize true
	expect "setarch --addr-no-randomize, without it" 0 $?
}

profile_user()
{
	config "$profile" 65534 true cat /proc/self/status
	crun_run one >"$dir/status" 2>&1
	expect "status of crun" 0 $?
	expect_status "2, $((here + 1))" 1 "$dir/status"
	expect "the user" 65534 "$(awk '$1 == "Uid:" { print $2 }' "$dir/status")"
}

# A command more in a container that runs is behind the profile as well.
profile_exec()
{
	config "$profile" 0 false sleep 86400
	crun_run --detach long >"$dir/out" 2>&1 </dev/null
	expect "status of crun run --detach" 0 $?
	cat "$dir/out"
	timeout "$patience" crun exec long cat /proc/self/status >"$dir/status" 2>&1
	expect "status of crun exec" 0 $?
	expect_status "2, $((here + 1))" 0 "$dir/status"
	expect "what it calls" "vmsplice: EPERM" \
		"$(timeout "$patience" crun exec long perl -e "use Errno; $calls" vmsplice 278 2>&1)"
	timeout "$patience" crun delete --force long
}

# ---- a listener --------------------------------------------------------

# The profile, but for calls that are the supervisor's to answer.
notify=$(grep -v -E '^ *"(mount|umount2|pivot_root)",$' "$inputs/container.json")
notify=${notify/'"syscalls": ['/'"listenerPath": "'$dir/socket'", "listenerMetadata": "who asks",
	"syscalls": [ { "names": ["mount", "umount2", "pivot_root"], "action": "SCMP_ACT_NOTIFY" },'}

start_listener()
{
	rm -f "$dir/socket" "$dir/state"
	: >"$dir/answers"
	python3 "$(dirname "$0")/listener.py" "$dir/socket" "$dir/state" >"$dir/answers" 2>&1 &
	listener=$!
	until_true grep -q listening "$dir/answers"
}

notify_answers()
{
	start_listener
	config "$notify" 0 false perl -e "use Errno; $calls" \
		mount 165 umount2 166 pivot_root 155 vmsplice 278
	crun_run asking >"$dir/out" 2>&1
	expect "status of crun" 0 $?
	expect "answered: a value, an error, the call itself; and what is not asked" \
		"mount: done, 4711 umount2: EBUSY pivot_root: EPERM vmsplice: EPERM" "$(xargs <"$dir/out")"
	# It ends when the container's last process does.
	timeout "$patience" tail --pid="$listener" -f /dev/null
	wait "$listener"
	expect "status of the listener" 0 $?
	expect "what it answered" "listening answered 165 answered 166 answered 155" \
		"$(xargs <"$dir/answers")"
	listener=''
}

# The state of the container's process, which crun has sent with the listener.
notify_state()
{
	python3 -m json.tool "$dir/state"
	expect "names for the descriptors, the metadata, the container" "seccompFd, who asks, asking" \
		"$(python3 -c 'import json, sys; s = json.load(sys.stdin)
print(*s["fds"], s["metadata"], s["state"]["id"], sep=", ")' <"$dir/state")"
}

# Whoever answered has gone: there is no such call any more.
notify_gone()
{
	start_listener
	config "$notify" 0 false bash -c \
		'read -r go; perl -e "$@"' - "use Errno; $calls" mount 165 umount2 166
	mkfifo "$dir/go"
	crun_run asking >"$dir/out" 2>&1 <"$dir/go" &
	exec 7>"$dir/go"
	until_true test -s "$dir/state"
	kill "$listener"
	wait "$listener"
	listener=''
	echo go >&7
	wait $!
	expect "status of crun" 0 $?
	exec 7>&-
	expect "calls" "mount: ENOSYS umount2: ENOSYS" "$(xargs <"$dir/out")"
}

checks=(
	"crun: the container profile is in force"		profile_status
	"crun: ordinary commands work behind it"		profile_ordinary
	"crun: a refused call gets the profile's error"		profile_refused
	"crun: calls it judges by their arguments"		profile_arguments
	"crun: a user without privileges"			profile_user
	"crun: a command more in a container that runs"		profile_exec
	"crun: a listener's answers are what the process sees"	notify_answers
	"crun: a listener gets the container's state"		notify_state
	"crun: without the listener there is no such call"	notify_gone
)

run_checks
