#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# systemd.sh CALLS: run services of systemd, with its hardening directives.
#
# Runs as root in the guest.  CALLS is the program of systemd-calls.c: it is the
# service, and says which calls it may make.  systemd is PID 1 of namespaces of
# its own, and knows no unit but those made here.  Prints TAP, and exits 1 if a
# check failed.  A check holds what a service says against what the same service
# says without the directive.
#
# x86-64; needs systemd, and, as any Debian has it, util-linux.
#
# Checks are called by name:
# shellcheck disable=SC2317

program=${1:?usage: systemd.sh CALLS}

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

. "$(dirname "$0")/checks.sh"

# Not where systemd has a file system of its own, as /run and /tmp.
if ! dir=$(mktemp -d /var/systemd-test.XXXXXX) || ! mkdir "$dir/units" "$dir/none" ||
   ! cp "$program" "$dir/systemd-calls"; then
	echo "Bail out! no directory to work in"
	exit 1
fi
# The unprivileged user of one service must get at the program in it.
chmod -R a+rX "$dir"
here=$(awk '$1 == "Seccomp_filters:" { print $2 }' /proc/self/status)
here=${here:-0}

# ---- systemd -----------------------------------------------------------

launcher=''
systemd=''

cleanup()
{
	# The end of PID 1 is the end of all in there.
	[ -z "$systemd" ] || kill -KILL "$systemd" 2>/dev/null
	[ -z "$launcher" ] || wait "$launcher" 2>/dev/null
	rm -rf "$dir"
}
trap cleanup EXIT

# unit NAME WORD DIRECTIVE...: a service that runs the program with WORD, if any.
unit()
{
	{
		printf '%s\n' '[Unit]' 'DefaultDependencies=no' '[Service]' 'Type=oneshot' \
			"ExecStart=$dir/systemd-calls $2" "StandardOutput=truncate:$dir/$1.said"
		[ $# -lt 3 ] || printf '%s\n' "${@:3}"
	} >"$dir/units/$1.service"
}

in_systemd()
{
	timeout "$patience" nsenter --target "$systemd" --mount --uts --ipc --pid --cgroup "$@"
}

is_up()
{
	in_systemd systemctl is-active --quiet up.target 2>/dev/null
}

# It takes PID 1 of a container for granted what that has mounted.
start_systemd()
{
	printf '%s\n' '[Unit]' 'DefaultDependencies=no' >"$dir/units/up.target"
	mkdir -p /sys/fs/cgroup/systemd-test
	unshare --fork --pid --mount --uts --ipc --mount-proc bash -c "
		echo 0 >/sys/fs/cgroup/systemd-test/cgroup.procs
		exec unshare --cgroup bash -c '
			umount /sys/fs/cgroup
			mount -t cgroup2 cgroup2 /sys/fs/cgroup
			mount -t tmpfs tmpfs /run
			mount -t tmpfs tmpfs /tmp
			exec env -i PATH=$PATH container=guest \
				SYSTEMD_UNIT_PATH=$dir/units SYSTEMD_GENERATOR_PATH=$dir/none \
				SYSTEMD_ENVIRONMENT_GENERATOR_PATH=$dir/none \
				/lib/systemd/systemd --system --unit=up.target \
				--log-target=console --show-status=no'" \
		>"$dir/log" 2>&1 </dev/null &
	launcher=$!
	until_true find_systemd && until_true is_up
}

find_systemd()
{
	systemd=$(cat "/proc/$launcher/task/$launcher/children" 2>/dev/null)
	systemd=${systemd% }
	[ -n "$systemd" ] && [ "$(cat "/proc/$systemd/comm")" = systemd ]
}

# run_unit NAME RESULT STATUS: how systemd says that the service has ended.
run_unit()
{
	in_systemd systemctl start "$1.service"
	expect "Result, ExecMainStatus of $1.service" "Result=$2 ExecMainStatus=$3" \
		"$(in_systemd systemctl show -p Result -p ExecMainStatus "$1.service" | xargs)"
}

# said NAME FIELD: what the service printed.
said()
{
	awk -v name="$2" '$1 == name || $1 == name ":" { print $2 }' "$dir/$1.said"
}

# differences NAME: the calls with another outcome than without directives.
differences()
{
	grep -v : "$dir/$1.said" | grep -v -x -F -f "$dir/plain.said" | xargs
}

# ---- the services ------------------------------------------------------

# A directive each, in a service of its own; which calls it refuses, and how.
directives=(
	"SystemCallFilter=@system-service"	"umount EPERM chroot EPERM clock EPERM module EPERM syslog EPERM sysctl EPERM hostname EPERM iopl EPERM"
	"SystemCallFilter=~@privileged"		"chroot EPERM clock EPERM module EPERM sysctl EPERM hostname EPERM iopl EPERM"
	"SystemCallFilter=~syslog:EXDEV"	"syslog EXDEV"
	"SystemCallArchitectures=native"	"int80 SIGSYS"
	"RestrictAddressFamilies=AF_UNIX"	"netlink EAFNOSUPPORT"
	"RestrictNamespaces=yes"		"unshare EPERM"
	"RestrictRealtime=yes"			"fifo EPERM"
	"RestrictSUIDSGID=yes"			"setuid-bit EPERM"
	"LockPersonality=yes"			"personality EPERM"
	"MemoryDenyWriteExecute=yes"		"write-execute EPERM"
	"ProtectClock=yes"			"clock EPERM"
	"ProtectKernelModules=yes"		"module EPERM"
	"ProtectKernelLogs=yes"			"syslog EPERM"
	"ProtectKernelTunables=yes"		"sysctl EPERM"
	"ProtectHostname=yes"			"hostname EPERM"
	"PrivateDevices=yes"			"iopl EPERM"
	"SystemCallLog=sync"			""
)

hardened=(
	SystemCallFilter=@system-service "SystemCallFilter=~@privileged"
	SystemCallErrorNumber=EPERM SystemCallArchitectures=native
	RestrictAddressFamilies=AF_UNIX RestrictNamespaces=yes RestrictRealtime=yes
	RestrictSUIDSGID=yes LockPersonality=yes MemoryDenyWriteExecute=yes
	ProtectClock=yes ProtectKernelModules=yes ProtectKernelLogs=yes
	ProtectKernelTunables=yes ProtectHostname=yes PrivateDevices=yes
	NoNewPrivileges=yes SystemCallLog=sync
)
refused="umount EPERM chroot EPERM int80 SIGSYS netlink EAFNOSUPPORT unshare EPERM fifo EPERM"
refused+=" setuid-bit EPERM personality EPERM write-execute EPERM clock EPERM module EPERM"
refused+=" syslog EPERM sysctl EPERM hostname EPERM iopl EPERM"

make_units()
{
	local i

	unit plain ''
	for ((i = 0; i < ${#directives[@]}; i += 2)); do
		unit "one-$i" '' "${directives[i]}" SystemCallErrorNumber=EPERM
	done
	unit all '' "${hardened[@]}"
	unit user '' "${hardened[@]}" User=65534
	unit killed syslog "SystemCallFilter=~syslog" LimitCORE=0
	unit dumped syslog "SystemCallFilter=~syslog" LimitCORE=infinity WorkingDirectory=/tmp
	unit spared iopl "SystemCallFilter=~syslog"
}

# ---- the checks --------------------------------------------------------

boots()
{
	start_systemd
	expect "status of its start" 0 $?
	cat "$dir/log"
	expect "PID 1 in there" systemd "$(in_systemd cat /proc/1/comm)"
	expect "services that failed" '' "$(in_systemd systemctl list-units --failed --no-legend)"
}

plain()
{
	run_unit plain success 0
	cat "$dir/plain.said"
	expect "Seccomp" "$((here ? 2 : 0))" "$(said plain Seccomp)"
	expect "Seccomp_filters" "$here" "$(said plain Seccomp_filters)"
	expect "calls that a filter refused" 0 "$(grep -c -E ' (EPERM|EAFNOSUPPORT|SIGSYS|EXDEV)$' "$dir/plain.said")"
}

# one INDEX: a service with the directive.
one()
{
	run_unit "one-$1" success 0
	expect "Seccomp" 2 "$(said "one-$1" Seccomp)"
	expect "NoNewPrivs" 0 "$(said "one-$1" NoNewPrivs)"
	expect "filters of its own" yes \
		"$([ "$(said "one-$1" Seccomp_filters)" -gt "$here" ] && echo yes)"
	expect "calls with another outcome" "${directives[$1 + 1]}" "$(differences "one-$1")"
}

# Where nobody listens to audit, its records go to the kernel's log.
logged()
{
	expect "records of sync, with the action LOG" yes \
		"$(dmesg | grep -q 'type=1326 .* comm="systemd-calls" .* syscall=162 .* code=0x7ffc0000' && echo yes)"
	dmesg | grep -m1 'type=1326 .* syscall=162 '
}

together()
{
	run_unit all success 0
	cat "$dir/all.said"
	expect "Seccomp" 2 "$(said all Seccomp)"
	expect "NoNewPrivs" 1 "$(said all NoNewPrivs)"
	expect "more than 25 filters of its own" yes \
		"$([ "$(said all Seccomp_filters)" -gt $((here + 25)) ] && echo yes)"
	expect "calls with another outcome" "$refused" "$(differences all)"
}

# Who has no privilege to install filters has promised to gain none.
user()
{
	run_unit user success 0
	expect "Seccomp" 2 "$(said user Seccomp)"
	expect "NoNewPrivs" 1 "$(said user NoNewPrivs)"
	expect "as many filters as root's" "$(said all Seccomp_filters)" "$(said user Seccomp_filters)"
	expect "calls with another outcome" "$refused" "$(differences user)"
}

make_units
checks=(
	"systemd: boots as PID 1"			boots
	"systemd: a service without directives"		plain
)
for ((i = 0; i < ${#directives[@]}; i += 2)); do
	checks+=("systemd: ${directives[i]}" "one $i")
done
checks+=(
	"systemd: what SystemCallLog= logs"		logged
	"systemd: ${#hardened[@]} directives at once"	together
	"systemd: the same for an unprivileged user"	user
	"systemd: a refused call kills the service"	"run_unit killed signal 31"
	"systemd: and leaves a core"			"run_unit dumped core-dump 31"
	"systemd: another call does not"		"run_unit spared success 0"
)

run_checks
