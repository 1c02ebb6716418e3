# SPDX-License-Identifier: GPL-2.0
# The commands; each is a script of the same name in scripts/.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

export ARCH DEBUG STRIPPED UNMODIFIED LOCAL CONFIG BASE BASE_TARBALL SECCOMP_CACHE ACCEL
# A command goes to the guest as it was typed: its $ are the guest's.
ifdef CMD
override CMD := $(value CMD)
endif
export CMD

.DEFAULT_GOAL := help
.PHONY: help run shell gdb check check-arches kunit coverage bench fuzz mutants lint docs kernel image-path deb tree tree-path config series check-series clean

help:	## this list
	@echo 'Seccomp, rewritten, on Linux 6.12. Commands:'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14 | sed 's/^/  make /'
	@echo
	@sed -n 's/^#: \{0,1\}//p' $(MAKEFILE_LIST)

#: Variables, with any of these:
#:   ARCH=arm64          the architecture; see qemu/arch/ (the default is x86_64)
#:   DEBUG=1             the kernel that looks for mistakes: KASAN, lockdep, ...
#:   STRIPPED=1          the base without any seccomp, the control
#:   UNMODIFIED=1        the base as it is, to compare with
#:   LOCAL=1             make deb: for what this machine uses, instead of for any
#:   CONFIG=FILE         one more configuration fragment, in a build of its own
#:   BASE=7.3            a newer kernel as the base, fetched; see bases/
#:   BASE_TARBALL=FILE   a tarball of the base's version instead of Debian's package
#:   SECCOMP_CACHE=DIR   where everything is kept (~/.cache/seccomp-linux)
#:   CMD='...'           a command for the guest: make run, make gdb
#:   TIMEOUT=N           seconds after which make run ends it (600)
#:   SECONDS=N           how long make fuzz goes on (60)
#:   ACCEL=kvm           run guests with KVM; the default is emulation (tcg)

run:	## the guided tour and real programs; with CMD='...' that command in the guest
	@scripts/run

shell:	## an interactive shell in the guest, on top of this machine's files
	@scripts/guest --shell

gdb:	## gdb, attached to the guest's kernel, which runs CMD='...'
	@scripts/gdb

check:	## every test; ends with "N passed, N failed, N skipped"
	@scripts/check

check-arches:	## make check for every architecture but x86-64
	@scripts/check-arches

kunit:	## the kernel's own tests alone, at native speed, in User-Mode Linux
	@ARCH=um scripts/check

coverage:	## what the tests execute of kernel/seccomp*, by file and function
	@scripts/check coverage

bench:	## what things cost, on this kernel and on the unmodified base
	@scripts/bench --tsv bench/results.tsv
	@scripts/chart bench/results.tsv bench/chart.svg

fuzz:	## hold the analysis of filters against a reference, for SECONDS=60
	@scripts/fuzz $(SECONDS)

mutants:	## break one rule at a time: do the tests notice?
	@scripts/mutants

lint:	## static checks of our files
	@scripts/lint

docs:	## render the documents; prints where the HTML is
	@scripts/docs

series:	## write the patch series for the unmodified base to series/
	@scripts/series

check-series:	## build each of its steps, and run checkpatch on each
	@scripts/check-series

kernel:	## build a kernel
	@scripts/kernel > /dev/null

image-path:	## print where the built boot image is (with make -s)
	@scripts/kernel

deb:	## build Debian packages: the kernel, its headers and those for programs
	@scripts/deb

tree:	## bring the patched source tree up to date
	@scripts/kernel --tree > /dev/null

tree-path:	## print where it is (with make -s)
	@scripts/kernel --tree

config:	## configure the kernel, without building it
	@scripts/kernel --config

clean:	## remove this checkout's tree, builds and logs from the cache
	@scripts/clean
