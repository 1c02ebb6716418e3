#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# criu.sh TASKS: have CRIU dump and restore confined processes.
#
# Runs as root in the guest, with a tmpfs on /run.  TASKS is the program of
# criu-tasks.c: it is the processes, and it reads their filters.  Prints TAP, and
# exits 1 if a check failed.  A check looks at the tasks before the dump, that
# they are gone after it, and at the tasks after the restore: their seccomp
# modes, every byte of every filter with its flags, which calls are refused and
# which are made.
#
# Needs criu and util-linux.
#
# Checks are called by name:
# shellcheck disable=SC2317

program=${1:?usage: criu.sh TASKS}
pid=''

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

# Not on the overlay: CRIU finds the files of what it dumps again by their paths.
if [ "$(stat -f -c %T /run)" != tmpfs ] ||
   ! dir=$(mktemp -d /run/criu-test.XXXXXX); then
	echo "Bail out! no directory in a tmpfs to work in"
	exit 1
fi
if ! cp "$program" "$dir/criu-tasks"; then
	echo "Bail out! no program for the tasks"
	exit 1
fi

. "$(dirname "$0")/checks.sh"

# ---- tools -------------------------------------------------------------

# end_tasks: they are a session of their own, and a process group.
end_tasks()
{
	[ -z "$pid" ] || kill -KILL -- "-$pid" 2>/dev/null
	pid=''
}

cleanup()
{
	end_tasks
	rm -rf "$dir"
}
trap cleanup EXIT

# expect_text WHAT WANTED FILE: the same for a file of several lines.
expect_text()
{
	echo "$1:"
	sed 's/^/  /' "$3"
	if ! diff "$3" - <<<"$2" >"$dir/diff"; then
		echo "  which is not as wanted (>):"
		sed 's/^/  /' "$dir/diff"
		bad=1
	fi
}

# run_criu COMMAND OPTIONS...: must succeed; if not, its log says why.
run_criu()
{
	local status

	timeout "$patience" criu "$1" --images-dir "$dir/images" -v4 \
		--log-file "$1.log" "${@:2}" </dev/null >"$dir/out" 2>&1
	status=$?
	expect "status of criu $1" 0 "$status"
	[ "$status" = 0 ] && return 0
	cat "$dir/out"
	grep -E 'Error|Warn' "$dir/images/$1.log"
	return 1
}

# ---- the tasks ----------------------------------------------------------

# said LINES WORD: does the report say it behind the first LINES?
said()
{
	tail -n "+$(($1 + 1))" "$dir/report" | grep -q "^$2\$"
}

said_or_gone()
{
	said "$@" || ! kill -0 "$pid" 2>/dev/null
}

start_tasks()
{
	: >"$dir/report"
	"$dir/criu-tasks" run "$1" </dev/null >>"$dir/report" 2>&1 &
	pid=$!
	disown		# that CRIU kills it is no news
	until_true said_or_gone 0 ready
	said 0 ready && return 0
	expect "tasks of the case $1" ready "$(cat "$dir/report")"
	return 1
}

# show WHEN: all that can be seen of them from outside goes to $dir/WHEN.
show()
{
	"$dir/criu-tasks" show "$pid" >"$dir/$1" && return
	echo "the tasks cannot be looked at"
	bad=1
}

# ask SIGNAL: print what they answer to it.
ask()
{
	local lines

	lines=$(wc -l <"$dir/report")
	kill -s "$1" "$pid"
	until_true said_or_gone "$lines" end
	tail -n "+$((lines + 1))" "$dir/report" | grep -v '^end$'
}

# state WHEN: the tasks as show has seen them, without numbers and without the
# filters' bytes; then what they say themselves.
state()
{
	grep -v '^[[:space:]]' "$dir/$1" | cut -d' ' -f2-
	ask USR1
}

# all_gone: CRIU has killed what it has dumped, but whose children they are has
# to notice before their numbers are free again.
all_gone()
{
	local task

	while read -r task _; do
		[ ! -e "/proc/$task" ] || return 1
	done < <(grep -v '^[[:space:]]' "$dir/before")
}

# What "NoNewPrivs 1" becomes: an older CRIU, which does not know the name, forgets
# it.  That is not the kernel's doing; so then it must be 0 wherever it was 1.
restored="NoNewPrivs 1"
grep -q no_new_privs "$(command -v criu)" || restored="NoNewPrivs 0"

# survive CASE END: the tasks of CASE are as standard input has it, before the
# dump and after the restore, and END is how the first of them ends on a call
# that strict mode refuses.
survive()
{
	local wanted

	wanted=$(cat)
	rm -rf "$dir/images"
	mkdir "$dir/images"
	if start_tasks "$1"; then
		there_and_back "$wanted" "$2"
	fi
	end_tasks
}

there_and_back()
{
	show before
	state before >"$dir/state"
	expect_text "before the dump" "$1" "$dir/state"

	run_criu dump --tree "$pid" || return
	expect "the tasks after the dump" gone \
		"$(until_true all_gone && echo gone || echo there)"

	run_criu restore --restore-detached || return
	show after
	sed -i "s/NoNewPrivs 1/$restored/" "$dir/before"
	expect "tasks and filters, byte for byte" same \
		"$(cmp "$dir/before" "$dir/after" 2>&1 && echo same)"
	state after >"$dir/state"
	expect_text "after the restore" "${1//NoNewPrivs 1/$restored}" "$dir/state"
	expect "the first task, making a call more" "$2" "$(ask USR2)"
}

# ---- the checks ---------------------------------------------------------

kernel_features()
{
	criu --version
	timeout "$patience" criu check >"$dir/out" 2>&1
	expect "status of criu check" 0 $?
	cat "$dir/out"
}

# If this fails, the others do not say anything about seccomp.
ordinary()
{
	survive ordinary "exited with 0" <<-EOF
		director: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		ordinary: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		ordinary: getuid done geteuid done getgid done getppid done
	EOF
}

filters()
{
	survive filters "exited with 0" <<-EOF
		director: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		confined: NoNewPrivs 1, Seccomp 2, Seccomp_filters 2; 4096 instructions, flags 0x2; 20 instructions, flags 0
		confined: getuid 1000 geteuid done getgid 1002 getppid done
	EOF
}

inheritance()
{
	survive fork "exited with 0" <<-EOF
		director: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		parent: NoNewPrivs 1, Seccomp 2, Seccomp_filters 2; 4 instructions, flags 0; 5 instructions, flags 0
		child: NoNewPrivs 1, Seccomp 2, Seccomp_filters 2; 4 instructions, flags 0; 11 instructions, flags 0x2
		parent: getuid 1000 geteuid 1001 getgid done getppid done
		child: getuid 1000 geteuid done getgid 1002 getppid done
	EOF
}

tsync()
{
	survive tsync "exited with 0" <<-EOF
		director: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		leader: NoNewPrivs 1, Seccomp 2, Seccomp_filters 2; 7 instructions, flags 0; 9 instructions, flags 0x2
		left: NoNewPrivs 1, Seccomp 2, Seccomp_filters 2; 7 instructions, flags 0; 9 instructions, flags 0x2
		right: NoNewPrivs 1, Seccomp 2, Seccomp_filters 2; 7 instructions, flags 0; 9 instructions, flags 0x2
		leader: getuid 1000 geteuid 1001 getgid done getppid done
		left: getuid 1000 geteuid 1001 getgid done getppid done
		right: getuid 1000 geteuid 1001 getgid done getppid done
	EOF
}

threads()
{
	survive threads "exited with 0" <<-EOF
		director: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		leader: NoNewPrivs 1, Seccomp 2, Seccomp_filters 1; 4 instructions, flags 0
		free: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		strict: NoNewPrivs 0, Seccomp 1, Seccomp_filters 0
		more: NoNewPrivs 0, Seccomp 2, Seccomp_filters 2; 4 instructions, flags 0; 11 instructions, flags 0x2
		leader: getuid 1000 geteuid done getgid done getppid done
		free: getuid done geteuid done getgid done getppid done
		strict: alive
		more: getuid 1000 geteuid done getgid 1002 getppid done
	EOF
}

strict()
{
	survive strict "killed by signal 9" <<-EOF
		director: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		strict: NoNewPrivs 0, Seccomp 1, Seccomp_filters 0
		strict: alive
	EOF
}

no_new_privs()
{
	survive promise "exited with 0" <<-EOF
		director: NoNewPrivs 0, Seccomp 0, Seccomp_filters 0
		privileged: NoNewPrivs 0, Seccomp 2, Seccomp_filters 1; 4 instructions, flags 0
		promised: NoNewPrivs 1, Seccomp 0, Seccomp_filters 0
		nobody: NoNewPrivs 1, Seccomp 2, Seccomp_filters 1; 4 instructions, flags 0
		privileged: getuid 1000 geteuid done getgid done getppid done
		promised: getuid done geteuid done getgid done getppid done
		nobody: getuid 1000 geteuid done getgid done getppid done
	EOF
	[ "$restored" = "NoNewPrivs 1" ] ||
		why_not="criu $(criu --version | awk '/^Version/ { print $2 }') does not restore no_new_privs"
}

checks=(
	"criu: finds what it needs in the kernel"		kernel_features
	"criu: a process without seccomp comes back"		ordinary
	"criu: a process with two filters"			filters
	"criu: parent and child, each with a filter more"	inheritance
	"criu: threads brought in step by TSYNC"		tsync
	"criu: threads that differ in mode and filters"		threads
	"criu: a process in strict mode"			strict
	"criu: no_new_privs without a filter, and the reverse"	no_new_privs
)

run_checks
