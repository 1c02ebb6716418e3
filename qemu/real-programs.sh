#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# real-programs.sh INPUTS: run real programs under their own seccomp filters.
#
# Runs as root in the guest, whose root is an overlay that is thrown away.
# INPUTS holds container.bpf, which container-profile.py has made.  Prints TAP,
# and exits 1 if a check failed.  Programs tend to carry on unconfined when a
# filter cannot be installed: so a check looks at the Seccomp lines of the
# confined process and at a refused call, with the same call without the filter
# beside it, and never only at the program having run.
#
# x86-64; needs bubblewrap, strace, openssh-client, openssh-server and, as any
# Debian has them, perl-base and util-linux.
#
# Checks are called by name, and carry programs for other interpreters:
# shellcheck disable=SC2317,SC2016

inputs=${1:?usage: real-programs.sh INPUTS}
profile=$inputs/container.bpf
port=22022

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

. "$(dirname "$0")/checks.sh"

if ! dir=$(mktemp -d /tmp/real-programs.XXXXXX); then
	echo "Bail out! no directory to work in"
	exit 1
fi
# The unprivileged user of one check must get at the files in it.
chmod 755 "$dir"
here=$(awk '$1 == "Seccomp_filters:" { print $2 }' /proc/self/status)
here=${here:-0}

# ---- tools -------------------------------------------------------------

pids=()

# stop PID: end a process that this script has started.
stop()
{
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

cleanup()
{
	local pid

	for pid in "${pids[@]}"; do
		stop "$pid"
	done
	rm -rf "$dir"
}
trap cleanup EXIT
trap : PIPE	# a peer that has gone is a failed check, not the end

# expect_match WHAT PATTERN FILE: a line of FILE must match.
expect_match()
{
	if grep -q -E -e "$2" "$3"; then
		echo "$1: $(grep -m1 -E -e "$2" "$3")"
	else
		echo "$1: no line like $2 in:"
		tail -n 20 "$3"
		bad=1
	fi
}

bounded()
{
	timeout "$patience" "$@"
}

# field PID NAME: the value in /proc/PID/status, "none" if there is no such line.
field()
{
	awk -v name="$2:" '$1 == name { value = $2 }
		END { print value == "" ? "none" : value }' "/proc/$1/status" 2>/dev/null
}

field_is()
{
	[ "$(field "$1" "$2")" = "$3" ]
}

# expect_confined PID [FILTERS]: it must have its own filters, in mode 2.
expect_confined()
{
	expect "Seccomp of process $1" 2 "$(field "$1" Seccomp)"
	expect "Seccomp_filters of process $1" $((here + ${2:-1})) \
		"$(field "$1" Seccomp_filters)"
}

# descendant PID PATTERN: set "found" to a descendant whose command line matches.
descendant()
{
	local child children

	mapfile -t children < <(awk -v parent="$1" '
		$1 == "Pid:" { pid = $2 }
		$1 == "PPid:" && $2 == parent { print pid }' \
		/proc/[0-9]*/status 2>/dev/null)
	for child in "${children[@]}"; do
		if tr '\0' ' ' <"/proc/$child/cmdline" 2>/dev/null |
		   grep -q -E -e "$2"; then
			found=$child
			return 0
		fi
		descendant "$child" "$2" && return 0
	done
	return 1
}

# ---- bubblewrap with a container's profile ------------------------------

bwrap_args=(--ro-bind / / --dev /dev --proc /proc --unshare-pid
	--unshare-ipc --unshare-uts --die-with-parent)

# with_profile COMMAND...: a sandbox with the filter; without_profile: the same
# sandbox, but for the filter.
with_profile()
{
	bounded bwrap "${bwrap_args[@]}" --seccomp 9 "$@" 9<"$profile"
}

without_profile()
{
	bounded bwrap "${bwrap_args[@]}" "$@"
}

bwrap_status()
{
	local pid

	expect "instructions in the profile, more than 1000" 1 \
		$(($(stat -c %s "$profile") / 8 > 1000))
	bwrap "${bwrap_args[@]}" --seccomp 9 sleep 86400 9<"$profile" &
	pid=$!
	pids+=("$pid")
	if until_true descendant "$pid" '^sleep 86400 $'; then
		expect_confined "$found"
		kill "$found"
	else
		expect "the sandboxed process" running missing
	fi
	stop "$pid"

	without_profile cat /proc/self/status >"$dir/status"
	expect "Seccomp_filters without the profile" "$here" \
		"$(awk '$1 == "Seccomp_filters:" { print $2 }' "$dir/status")"
}

# Commands that do a bit of everything, with the same output anywhere.
ordinary='ls -l /etc/passwd /usr/bin/env; find /etc/apt -type f | sort;
	for i in 1 2 3; do (echo $i | sed s/1/one/); done;
	perl -e "print join(q( ), map { \$_ * \$_ } 1..9), qq(\n)"'

bwrap_ordinary()
{
	expect_alike "$ordinary"
	with_profile cat /proc/self/status >"$dir/status"
	expect_match "the same sandbox" "^Seccomp:[[:space:]]2" "$dir/status"
}

# Perl programs that print an errno name, or "done".  vmsplice(-1, ...):
vmsplice='use Errno; my $r = syscall(278, -1, 0, 0, 0);
	print $r < 0 ? (grep { $!{$_} } qw(EPERM EBADF ENOSYS))[0] // $! : "done"'
# An audit socket (any error but EINVAL will do without the filter: a kernel may
# have no audit), and an ordinary netlink socket.
audit='print socket(S, 16, 3, 9) ? "done" : $!{EINVAL} ? "EINVAL" : "done"'
netlink='print socket(S, 16, 3, 0) ? "done" : "refused"'

bwrap_refused()
{
	expect "vmsplice on a bad descriptor, with the profile" EPERM \
		"$(with_profile perl -e "$vmsplice" 2>&1)"
	expect "vmsplice on a bad descriptor, without it" EBADF \
		"$(without_profile perl -e "$vmsplice" 2>&1)"
}

# The profile allows a few personalities.  ADDR_NO_RANDOMIZE is not one.
bwrap_arguments()
{
	with_profile setarch x86_64 true
	expect "setarch x86_64, with the profile" 0 $?
	with_profile setarch x86_64 --addr-no-randomize true 2>"$dir/err"
	expect "setarch --addr-no-randomize, with it" 1 $?
	expect_match "its error" "Function not implemented" "$dir/err"
	without_profile setarch x86_64 --addr-no-randomize true
	expect "setarch --addr-no-randomize, without it" 0 $?

	expect "netlink socket, with the profile" "done" \
		"$(with_profile perl -e "$netlink" 2>&1)"
	expect "audit socket, with it" EINVAL \
		"$(with_profile perl -e "$audit" 2>&1)"
	expect "audit socket, without it" "done" \
		"$(without_profile perl -e "$audit" 2>&1)"
}

bwrap_unprivileged()
{
	local user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	local box=(bwrap "${bwrap_args[@]}" --unshare-user)

	bounded "${user[@]}" "${box[@]}" --seccomp 9 \
		cat /proc/self/status 9<"$profile" >"$dir/status" 2>&1
	expect_match "in the sandbox" "^NoNewPrivs:[[:space:]]1" "$dir/status"
	expect_match "in the sandbox" "^Seccomp:[[:space:]]2" "$dir/status"
	expect_match "in the sandbox" \
		"^Seccomp_filters:[[:space:]]$((here + 1))" "$dir/status"
	expect "vmsplice, with the profile" EPERM \
		"$(bounded "${user[@]}" "${box[@]}" --seccomp 9 \
			perl -e "$vmsplice" 2>&1 9<"$profile")"
	expect "vmsplice, without it" EBADF \
		"$(bounded "${user[@]}" "${box[@]}" perl -e "$vmsplice" 2>&1)"
}

# Two filters: one sandbox in the other, with the outer one's number kept.
bwrap_nested()
{
	with_profile bash -c "exec bwrap ${bwrap_args[*]} --seccomp 8 \
		cat /proc/self/status 8<'$profile'" >"$dir/status" 2>&1
	expect_match "in the inner sandbox" "^Seccomp:[[:space:]]2" \
		"$dir/status"
	expect_match "in the inner sandbox" \
		"^Seccomp_filters:[[:space:]]$((here + 2))" "$dir/status"
}

# ---- strace, which stops its tracee by a filter -------------------------

# The tracee: a process and its child each make a directory, and say how it went.
mkdirs='my $w = shift; sub m { print mkdir("$w/$_[0]") ? "done" : "refused", "\n" }
	$| = 1; &m("parent"); if (!fork) { &m("child"); exit } wait;
	open F, "/proc/self/status"; print grep /^Seccomp/, <F>'

strace_fork()
{
	mkdir "$dir/s1"
	bounded strace --seccomp-bpf -f -e trace=mkdir -o "$dir/trace" \
		perl -e "$mkdirs" "$dir/s1" >"$dir/out" 2>&1
	expect "status of the tracee" 0 $?
	expect_match "the tracee" "^Seccomp:[[:space:]]2" "$dir/out"
	expect_match "the tracee" "^Seccomp_filters:[[:space:]]$((here + 1))" \
		"$dir/out"
	expect_match "traced" 'mkdir\(".*/parent", .*= 0$' "$dir/trace"
	expect_match "traced" 'mkdir\(".*/child", .*= 0$' "$dir/trace"
	expect "processes seen to make a directory" 2 \
		"$(awk '/mkdir\(/ { print $1 }' "$dir/trace" | sort -u | wc -l)"
	expect "other calls traced" 0 \
		"$(grep '(' "$dir/trace" | grep -c -v -E 'mkdir\(')"
}

strace_inject()
{
	mkdir "$dir/s2"
	bounded strace --seccomp-bpf -f -e trace=mkdir \
		-e inject=mkdir:error=EPERM -o "$dir/trace" \
		perl -e "$mkdirs" "$dir/s2" >"$dir/out" 2>&1
	expect_match "the tracee" "^Seccomp:[[:space:]]2" "$dir/out"
	expect_match "the tracee" "^Seccomp_filters:[[:space:]]$((here + 1))" \
		"$dir/out"
	expect "calls refused by the tracer" 2 "$(grep -c refused "$dir/out")"
	expect "directories made" 0 "$(find "$dir/s2" -mindepth 1 | wc -l)"

	bounded perl -e "$mkdirs" "$dir/s2" >"$dir/out" 2>&1
	expect "calls refused without a tracer" 0 \
		"$(grep -c refused "$dir/out")"
	expect "directories made" 2 "$(find "$dir/s2" -mindepth 1 | wc -l)"
}

# ---- OpenSSH, which confines the process that talks to strangers --------

sshd_config()
{
	cat <<-EOF
		ListenAddress 127.0.0.1
		Port $port
		HostKey $dir/host_key
		AuthorizedKeysFile $dir/user_key.pub
		PidFile $dir/sshd.pid
		UsePAM no
		StrictModes no
		UseDNS no
		PermitRootLogin prohibit-password
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		LoginGraceTime 600
		LogLevel DEBUG3
	EOF
}

# Keys, the user and directory of privilege separation, the server.
start_sshd()
{
	ssh-keygen -q -t ed25519 -N '' -f "$dir/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/user_key"
	grep -q '^sshd:' /etc/passwd ||
		echo 'sshd:x:60022:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
	# Without PAM, an account whose password is locked cannot log in.
	sed -i 's/^root:!/root:*/' /etc/shadow
	mkdir -p /run/sshd && chmod 755 /run/sshd
	sshd_config >"$dir/sshd_config"
	/usr/sbin/sshd -D -f "$dir/sshd_config" -E "$dir/sshd.log" &
	sshd=$!
	pids+=("$sshd")
	until_true test -s "$dir/sshd.pid"
}

ssh_login()
{
	if ! start_sshd; then
		expect sshd running missing
		cat "$dir/sshd.log"
		return
	fi
	bounded ssh -F none -i "$dir/user_key" -p "$port" \
		-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no \
		-o LogLevel=ERROR -o BatchMode=yes root@127.0.0.1 \
		'echo "logged in to $(uname -s)"; grep Seccomp /proc/self/status' \
		>"$dir/out" 2>&1
	expect "status of ssh" 0 $?
	expect_match "the session" "^logged in to Linux$" "$dir/out"
	expect_match "the session is not confined" \
		"^Seccomp_filters:[[:space:]]$here" "$dir/out"
	expect_match "before the login" "attaching seccomp filter program" \
		"$dir/sshd.log"
	expect "failures to confine itself" 0 \
		"$(grep -c 'prctl(PR_SET_' "$dir/sshd.log")"
}

# A stranger connects, sends a version string, and waits: "found" is the
# confined process that listens to it.
stranger_connects()
{
	found=
	exec 7<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf 'SSH-2.0-stranger\r\n' >&7
	until_true descendant "$sshd" '\[net\]' || return 1
	# It has its name a moment before its filter.
	until_true field_is "$found" Seccomp 2
	return 0
}

stranger_leaves()
{
	exec 7>&-
	until_true test ! -e "/proc/$found"
	expect "the process after the stranger has left" gone \
		"$([ -e "/proc/$found" ] && echo there || echo gone)"
}

ssh_preauth()
{
	if ! stranger_connects; then
		expect "a confined process for a stranger" there "missing"
		return
	fi
	expect_confined "$found"
	expect NoNewPrivs 1 "$(field "$found" NoNewPrivs)"
	expect "filters of the server itself" "$here" \
		"$(field "$sshd" Seccomp_filters)"
	stranger_leaves
}

# instead_of_read CALL: the same, with a tracer that turns the reads of the
# confined process into CALL (and their results into EIO).  Leaves the end of the story in $dir/trace.
instead_of_read()
{
	local tracer

	: >"$dir/trace"
	stranger_connects || return 1
	strace -p "$found" -e trace=read \
		-e "inject=read:error=EIO:syscall=$1" -o "$dir/trace" 2>"$dir/err" &
	tracer=$!
	pids+=("$tracer")
	until_true field_is "$found" TracerPid "$tracer"
	printf 'anything' >&7
	until_true grep -q -F '+++' "$dir/trace"
	exec 7>&-
	until_true test ! -e "/proc/$found"
	stop "$tracer"
}

ssh_killed()
{
	instead_of_read getppid
	expect_match "getppid, which its filter does not know" \
		"killed by SIGSYS" "$dir/trace"
	instead_of_read getpid
	expect_match "getpid, which it allows" "^read\(.*INJECTED" "$dir/trace"
	expect "processes killed by SIGSYS" 0 \
		"$(grep -c SIGSYS "$dir/trace")"
	stop "$sshd"
}

# ---- the checks ---------------------------------------------------------

checks=(
	"bubblewrap: the container profile is in force"		bwrap_status
	"bubblewrap: ordinary commands work behind it"		bwrap_ordinary
	"bubblewrap: a call the profile refuses gets EPERM"	bwrap_refused
	"bubblewrap: calls it judges by their arguments"	bwrap_arguments
	"bubblewrap: the same for a user without privileges"	bwrap_unprivileged
	"bubblewrap: a sandbox in a sandbox"			bwrap_nested
	"strace: follows a fork with its filter"		strace_fork
	"strace: refuses a call from its filter"		strace_inject
	"sshd: a login over loopback"				ssh_login
	"sshd: the process before the login is confined"	ssh_preauth
	"sshd: a forbidden call kills that process"		ssh_killed
)

run_checks
