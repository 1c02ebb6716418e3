# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# How lint and check-series call checkpatch; for them to source.

# What checkpatch asks for and we do not do:
#	CAMELCASE		MIPS has such names
#	FILE_PATH_CHANGES	new files are listed in OVERLAY, not in MAINTAINERS
#	COMPLEX_MACRO		initialisers and instruction lists are no expressions
#	BIT_MACRO		there is no BIT() in a uapi header or a program
#	ENOSYS			that is the documented answer
#	ENOTSUPP		the BPF core has it, and we ask for it
#	MACRO_ARG_REUSE		offsetof() and designators do not evaluate
#	COMMIT_LOG_LONG_LINE	the signature line of a patch
#	VOLATILE, PREFER_DEFINED_ATTRIBUTE_MACRO, INITIALISED_STATIC, CONSTANT_COMPARISON,
#	NEW_TYPEDEFS, PREFER_KERNEL_TYPES, ARCH_DEFINES	for the kernel; programs differ
#	REPEATED_WORD		the usage of a program begins with its name
#	SPACING, BRACES, LINE_SPACING, COMPARISON_TO_NULL, OPEN_ENDED_LINE,
#	PARENTHESIS_ALIGNMENT	the macros of test programs and their compound
#				literals are not understood
kernel_ignore=CAMELCASE,FILE_PATH_CHANGES,COMPLEX_MACRO,BIT_MACRO,ENOSYS,ENOTSUPP,MACRO_ARG_REUSE,COMMIT_LOG_LONG_LINE
# shellcheck disable=SC2034 # for the scripts that source this
program_ignore=$kernel_ignore,VOLATILE,PREFER_DEFINED_ATTRIBUTE_MACRO,INITIALISED_STATIC,SPACING,CONSTANT_COMPARISON,NEW_TYPEDEFS,PREFER_KERNEL_TYPES,ARCH_DEFINES,COMPARISON_TO_NULL,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT,REPEATED_WORD,BRACES,LINE_SPACING

# checkpatch TREE IGNORE ARGUMENT...
checkpatch() {
	local tree=$1 ignore=$2 said status
	shift 2
	said=$("$tree/scripts/checkpatch.pl" --no-tree --root="$tree" --terse --quiet --no-summary \
		--max-line-length=100 --ignore "$ignore" "$@" 2>&1) && status=0 || status=1
	# It keeps what it found out about names, where it was called.
	rm -f .checkpatch-camelcase.*
	(( status )) || return 0
	# Whatever it says, or that it could not run.
	printf '%s\n' "${said:-checkpatch failed}"
	return 1
}
