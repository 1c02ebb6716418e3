#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run.sh PROGRAMS CONTAINER: what filters cost real programs.
#
# Runs as root in the guest, on the host's files under a layer that is thrown
# away. PROGRAMS is the folder with confine and pingpong, CONTAINER the
# container profile as a filter. Prints "NAME<tab>NUMBER<tab>UNIT" for each
# workload without filters, and its overhead with them.
#
# The files that the workloads use are in memory, so that nothing waits for
# the host.

set -euo pipefail

programs=${1:?usage: run.sh PROGRAMS CONTAINER}
container=${2:?usage: run.sh PROGRAMS CONTAINER}
chain=("$(cd "$(dirname "$0")/../systemd" && pwd)"/*.bpf)

PATH=$programs:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

dir=$(mktemp -d /dev/shm/macro.XXXXXX)
trap 'rm -rf "$dir"' EXIT
cp -r /usr/include/linux "$dir/tree"
cd "$dir"
for ((i = 0; i < 1000; i++)); do
	echo "INSERT INTO t VALUES ($i, hex(randomblob(50)));"
done > inserts

trees=(tree{,,,,,,,,,})	# one ten times

workload_pingpong() { printf '%s\n' pingpong; }
workload_find() { printf '%s\n' find "${trees[@]}" "${trees[@]}" "${trees[@]}" -size +0 -name '*z*.h'; }
workload_tar() { printf '%s\n' tar -cf tree.tar "${trees[@]}"; }
workload_sqlite3() { printf '%s\n' sqlite3 database '.read inserts'; }

# instructions WORKLOAD [FILTER...]: the least of two runs.
instructions()
{
	local workload=$1 command least='' run took
	shift
	mapfile -t command < <("workload_$workload")
	for run in 1 2; do
		rm -f database tree.tar
		[[ $workload != sqlite3 ]] || sqlite3 database 'CREATE TABLE t (i, x);'
		took=$(confine "$@" -- "${command[@]}" 3>&1 > output) || {
			echo "run.sh: $workload failed in run $run under $# filters" >&2
			exit 1
		}
		[[ $least && $least -le $took ]] || least=$took
	done
	echo "$least"
}

# overhead NAME PLAIN CONFINED: in percent
overhead()
{
	awk -v name="$1" -v plain="$2" -v confined="$3" 'BEGIN {
		printf "%s\t%.2f\t%%\n", name, 100 * (confined / plain - 1)
	}'
}

for workload in pingpong find tar sqlite3; do
	# Once in vain: the first brings the program into memory.
	instructions "$workload" > /dev/null
	plain=$(instructions "$workload")
	contained=$(instructions "$workload" "$container")
	serving=$(instructions "$workload" "${chain[@]}")
	printf '%s, no filter\t%s\tinstructions\n' "$workload" "$plain"
	overhead "$workload, overhead of the container profile" "$plain" "$contained"
	overhead "$workload, overhead of the systemd chain" "$plain" "$serving"
done
