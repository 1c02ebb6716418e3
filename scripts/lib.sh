# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What all the scripts share: where things are, how they speak, how they lock.
#
# In the cache folder, $SECCOMP_CACHE:
#	base/linux-source-*	sources of another base than the distribution's own
#	base/ID/		the unpacked base, unmodified (only if asked for)
#	base/ID.git/		both forms of it as git knows them, for the series
#	stripped/ID/		the base without seccomp
#	work/CHECKOUT/tree/	the stripped base with this checkout's overlay and
#				patches; unchanged files are hard links to stripped/
#	work/CHECKOUT/build/	kernels, packages, test programs, logs, by configuration
#	work/CHECKOUT/docs/	the rendered documents
#	work/CHECKOUT/series/	the series as commits, and its steps as they are built
#	programs/HASH/		unpacked Debian packages for the guest
#	ccache/			compiled objects
# For another base than the series is for, work/CHECKOUT/base-VERSION/ has all that
# work/CHECKOUT/ has.
#
# Locks are files NAME.lock beside what they protect; they are never deleted.
# A folder that is made in several steps is made under another name and renamed
# when it is complete, so what has its name can be trusted.

set -euo pipefail
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
me=${0##*/}

: "${SECCOMP_CACHE:=$HOME/.cache/seccomp-linux}"
: "${ARCH:=x86_64}"
own_base=6.12	# what the series is for; bases/ has what others want
: "${BASE:=$own_base}"
: "${DEBUG:=}" "${STRIPPED:=}" "${UNMODIFIED:=}" "${LOCAL:=}" "${CONFIG:=}" "${BASE_TARBALL:=}" "${ACCEL:=tcg}"

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$me" "$*" >&2; exit 1; }

[[ $SECCOMP_CACHE = /* ]] || die "SECCOMP_CACHE=$SECCOMP_CACHE: give an absolute path"
case $SECCOMP_CACHE/ in
"$top"/*) die "SECCOMP_CACHE=$SECCOMP_CACHE lies in the checkout: give a folder outside" ;;
esac
mkdir -p "$SECCOMP_CACHE" || die "SECCOMP_CACHE=$SECCOMP_CACHE cannot be made"

[[ -f $top/qemu/arch/$ARCH.config ]] ||
	die "ARCH=$ARCH is not supported; there is: $(cd "$top/qemu/arch" && echo *.config | sed 's/\.config//g')"
if [[ $BASE != "$own_base" ]]; then
	[[ -f $top/bases/$BASE/series ]] ||
		die "BASE=$BASE is not supported; there is: $own_base $(cd "$top/bases" && echo */ | tr -d /)"
	[[ $ARCH = x86_64 ]] || die "BASE=$BASE is for x86-64 only, not for ARCH=$ARCH"
fi
# guest: one of QEMU, with what qemu/kernel.config asks for. What an architecture does not
# speak of it does not have.
# shellcheck disable=SC2034
guest=y cpus=2 emulator=('') emulator_packages='' build_packages='' test_packages='' debian_arch='' busybox_suite='' firmware='' firmware_suite='' compiler_packages=() compiler_suite='' blackbox_except=()
# shellcheck source=qemu/arch/x86_64.sh
. "$top/qemu/arch/$ARCH.sh"
# What scripts/compiler fetches.
compiler=$SECCOMP_CACHE/programs/compiler-$ARCH-$compiler_suite
[[ ! $compiler_suite ]] || PATH=$compiler/root/usr/bin:$PATH
# shellcheck disable=SC2034 # for the scripts that source this
# What is made for the series, or of Debian programs for it, is tested on its base alone.
[[ $BASE = "$own_base" ]] || suites=(control selftests blackbox tour samples)
for flag in DEBUG STRIPPED UNMODIFIED LOCAL; do
	[[ ${!flag} = '' || ${!flag} = 0 || ${!flag} = 1 ]] || die "$flag=${!flag}: 1 or 0"
	[[ ${!flag} != 0 ]] || printf -v "$flag" ''
done
[[ -z $STRIPPED || -z $UNMODIFIED ]] || die "STRIPPED=1 and UNMODIFIED=1 exclude each other"
if [[ $CONFIG ]]; then
	[[ -r $CONFIG ]] || die "CONFIG=$CONFIG cannot be read"
	CONFIG=$(realpath "$CONFIG")
fi
[[ ! $BASE_TARBALL ]] || BASE_TARBALL=$(realpath -m "$BASE_TARBALL")

checkout_id=$(basename "$top")-$(printf %s "$top" | sha256sum | cut -c1-8)
work=$SECCOMP_CACHE/work/$checkout_id
[[ $BASE = "$own_base" ]] || work+=/base-$BASE

# Which of the three trees is meant, and the name of a build of it.
variant=patched
[[ ! $STRIPPED ]] || variant=stripped
[[ ! $UNMODIFIED ]] || variant=unmodified
build_name=$ARCH-$variant${DEBUG:+-debug}
[[ ! $CONFIG ]] || build_name+=-$(sha256sum < "$CONFIG" | cut -c1-8)
# shellcheck disable=SC2034 # for the scripts that source this
build=$work/build/$build_name

# lock FILE exclusive|shared: held until this process and its children end.
lock() {
	local fd
	mkdir -p "$(dirname "$1")"
	exec {fd}>> "$1"
	flock --"$2" --nonblock "$fd" && return
	say "$me: waiting for another run to let go of $1"
	flock --"$2" "$fd"
}

# The step's own output goes to a log; what failed shows its end.
logged() {
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	"$@" > "$log" 2>&1 && return
	tail -n 20 "$log" >&2
	die "failed: $1 (all of it in $log)"
}

# own_lists DIR EDIT [SUITE]: let apt-get "${apt[@]}" look in lists of packages that are
# kept in DIR/apt: the host's sources of Debian, of another suite if one is named, changed
# by the sed commands EDIT.
own_lists() {
	local file sources host_suite
	host_suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mkdir -p "$1"/apt/{lists,archives}/partial
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
		[[ ! -s $file ]] || sed "s/\b$host_suite\b/${3:-$host_suite}/g; $2" "$file" > "$1/apt/sources.${file##*.}"
	done
	sources=$(find "$1/apt" -name 'sources.*' -print -quit)
	[[ $sources ]] || die "this machine has no list of Debian's packages to look in"
	# shellcheck disable=SC2034 # for who calls this
	apt=(-o "Dir::State::lists=$1/apt/lists" -o "Dir::Cache=$1/apt"
		-o "Dir::Etc::sourcelist=$sources" -o Dir::Etc::sourceparts=/dev/null)
}

# fetched DIR SUITE ARCHITECTURE PACKAGE...: DIR/root has the files of packages that the host
# does not have: of another suite or architecture. Nothing is installed. Returns whether it
# could be done, since who calls may have another suite to look in.
fetched() {
	local dir=$1 log=$SECCOMP_CACHE/log package
	own_lists "$dir" '' "$2"
	apt+=(-o "APT::Architecture=$3" -o "APT::Architectures=$3" -o Dir::State::status=/dev/null)
	mkdir -p "$log"
	# A suite may lack some part of the host's; the package decides.
	apt-get "${apt[@]}" update > "$log/apt-update-$ARCH" 2>&1 || true
	(cd "$dir" && logged "$log/apt-download-$ARCH" apt-get "${apt[@]}" download "${@:4}") || return
	for package in "$dir"/*.deb; do
		dpkg-deb -x "$package" "$dir/root" || return
	done
	rm -rf "$dir/apt" "$dir"/*.deb
}

# source_of DIR PACKAGE [SUITE]: DIR has the source of a package as it was released, without
# Debian's changes.
source_of() {
	local log=$SECCOMP_CACHE/log
	own_lists "$1" 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /' "${3:-}"
	logged "$log/apt-update-$ARCH" apt-get "${apt[@]}" update
	(cd "$1" && logged "$log/apt-source-$ARCH" apt-get "${apt[@]}" source --download-only "$2")
	rm -rf "$1"/apt "$1/$2"_*.asc
	tar -xf "$1/$2"_*.orig.tar.* -C "$1" --strip-components=1
}

# container_profile ROOT LOG FILE [OPTION...]: FILE has Debian's container profile, of
# the programs in ROOT, in a form of qemu/container-profile.py.
container_profile() {
	# The binding finds the library where it was unpacked.
	PYTHONPATH=$1/usr/lib/python3/dist-packages \
	LD_LIBRARY_PATH=$(dirname "$(find "$1/usr/lib" -name 'libseccomp.so.2')") \
		logged "$2" /usr/bin/python3 "$top/qemu/container-profile.py" "${@:4}" \
		"$1/usr/share/containers/seccomp.json" "$3"
}

# unpacked DIR PACKAGE SUITE ARCHITECTURE FILE: DIR/FILE is made, which is in such a package.
unpacked() {
	fetched "$1" "$3" "$4" "$2" || return
	mv "$(find "$1/root" -path "*/$5")" "$1/" || return
	rm -rf "$1/root"
}
