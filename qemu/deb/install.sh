#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# install.sh DIR: install the packages in DIR, and use what they bring.
#
# Runs as root in the guest, on the host's files under a layer that is thrown
# away. Prints TAP, and then, in lines that begin with "#tar ", an archive of what
# is to be booted: the kernel, its modules, and what was compiled against the
# headers. Exits 1 if a check failed.
#
# Checks are called by name:
# shellcheck disable=SC2317

packages=$1
here=$(dirname "$0")
dir=$(mktemp -d)
. "$here/../checks.sh"
release=$(dpkg-deb -f "$packages"/linux-image-*.deb Package)
release=${release#linux-image-}
names=("linux-image-$release" "linux-headers-$release" linux-libc-dev)

# Of what hooks there are on the host, a bootloader's say, only ours.
rm -rf /etc/kernel
mkdir -p /etc/kernel/postinst.d
printf '#!/bin/sh\necho "$@" > %s/hook\n' "$dir" > /etc/kernel/postinst.d/seen
chmod +x /etc/kernel/postinst.d/seen

installs()
{
	local name version

	version=$(dpkg-deb -f "$packages"/linux-image-*.deb Version)
	dpkg -i "$packages"/*.deb || bad=1
	for name in "${names[@]}"; do
		expect "$name" "install ok installed $version" \
			"$(dpkg-query -W -f '${Status} ${Version}' "$name")"
	done
	expect 'files that are not as they were packed' '' "$(dpkg -V "${names[@]}")"
	expect 'what hooks are told' "$release /boot/vmlinuz-$release" "$(cat "$dir/hook")"
}

files()
{
	local file

	for file in "/boot/vmlinuz-$release" "/boot/System.map-$release" "/lib/modules/$release/modules.dep" \
		"/lib/modules/$release/kernel/drivers/net/dummy.ko"* "/lib/modules/$release/build/include/linux/seccomp.h"; do
		expect "$file" there "$([ -s "$file" ] && echo there)"
	done
	expect 'its configuration has' CONFIG_SECCOMP_FILTER=y "$(grep -w CONFIG_SECCOMP_FILTER "/boot/config-$release")"
}

program()
{
	gcc -O2 -Wall -Wextra -Werror -static -o "$dir/program" "$here/program.c" || bad=1
}

module()
{
	mkdir "$dir/outside"
	cp "$here/module.c" "$dir/outside/outside.c"
	echo 'obj-m := outside.o' > "$dir/outside/Kbuild"
	make -C "/lib/modules/$release/build" M="$dir/outside" modules || bad=1
	cp "$dir/outside/outside.ko" "$dir/" || bad=1
}

checks=(
	'the packages are installed' installs
	'the kernel, its modules and its headers are there' files
	'a program compiles against linux-libc-dev' program
	'a module compiles against the headers' module
)
(run_checks)
status=$?
# In large pieces: the console takes as long for a line as for a page.
(( status )) || tar -cz -C "$dir" program outside.ko -C / "boot/vmlinuz-$release" "lib/modules/$release" |
	base64 -w 4000 | sed 's/^/#tar /' | cat
exit "$status"
