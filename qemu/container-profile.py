#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Compile a container seccomp profile (JSON) to raw struct sock_filter bytes.

The profile is read the way container runtimes read it: entries are chosen by
the container's capabilities, the machine (x86-64) and the kernel version, and what is
left is handed to libseccomp.  Needs the Debian package python3-seccomp.

With --core, only the entries that allow, and ask for no capability and no
machine, are taken.  On x86-64 that leaves out arch_prctl, without which no
program starts: it is a filter to measure, not to live under.

With --oci the entries are not compiled, but written as the "seccomp" of the
configuration (JSON) that low-level runtimes like crun take.
"""

import argparse
import errno
import json
import os
import re
import sys
import tempfile

import seccomp

# What a container may do unless somebody says otherwise.
CAPS = {
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
    "CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP",
    "CAP_SETUID", "CAP_SYS_CHROOT",
}

# The machine's name in libseccomp's spelling, and in the profile's "arches".
TOKEN, ARCH = "SCMP_ARCH_X86_64", "amd64"

KERNEL = (6, 12)

OPERATORS = {
    "SCMP_CMP_NE": seccomp.NE,
    "SCMP_CMP_LT": seccomp.LT,
    "SCMP_CMP_LE": seccomp.LE,
    "SCMP_CMP_EQ": seccomp.EQ,
    "SCMP_CMP_GE": seccomp.GE,
    "SCMP_CMP_GT": seccomp.GT,
    "SCMP_CMP_MASKED_EQ": seccomp.MASKED_EQ,
}

PLAIN_ACTIONS = {
    "SCMP_ACT_KILL": seccomp.KILL,
    "SCMP_ACT_KILL_THREAD": seccomp.KILL,
    "SCMP_ACT_KILL_PROCESS": seccomp.KILL_PROCESS,
    "SCMP_ACT_TRAP": seccomp.TRAP,
    "SCMP_ACT_NOTIFY": seccomp.NOTIFY,
    "SCMP_ACT_LOG": seccomp.LOG,
    "SCMP_ACT_ALLOW": seccomp.ALLOW,
}

# Actions that carry sixteen bits of data, errnoRet in the profile.
DATA_ACTIONS = {
    "SCMP_ACT_ERRNO": seccomp.ERRNO,
    "SCMP_ACT_TRACE": seccomp.TRACE,
}


def action(name, data):
    """Return libseccomp's number for an action of the profile."""
    if name in DATA_ACTIONS:
        return DATA_ACTIONS[name](errno.EPERM if data is None else data)
    return PLAIN_ACTIONS[name]


def architecture(name):
    """Return libseccomp's token for "SCMP_ARCH_..."."""
    return getattr(seccomp.Arch, name.removeprefix("SCMP_ARCH_"))


def kernel_version(text):
    """Return the first two numbers of a kernel release."""
    return tuple(int(n) for n in re.findall(r"\d+", text)[:2])


def applies(entry):
    """Tell whether an entry's includes and excludes choose it."""
    wants = entry.get("includes") or {}
    bars = entry.get("excludes") or {}
    if wants.get("arches") and ARCH not in wants["arches"]:
        return False
    if not CAPS.issuperset(wants.get("caps") or ()):
        return False
    if wants.get("minKernel") and KERNEL < kernel_version(wants["minKernel"]):
        return False
    if ARCH in (bars.get("arches") or ()):
        return False
    if not CAPS.isdisjoint(bars.get("caps") or ()):
        return False
    if bars.get("minKernel") and KERNEL >= kernel_version(bars["minKernel"]):
        return False
    return True


def condition(arg):
    """Return libseccomp's form of one argument comparison."""
    op, index = OPERATORS[arg["op"]], arg["index"]
    if op == seccomp.MASKED_EQ:
        return seccomp.Arg(index, op, arg["value"], arg.get("valueTwo", 0))
    return seccomp.Arg(index, op, arg["value"])


def rules_of(args):
    """Return the argument lists of the rules that one entry stands for.

    Comparisons of one entry must all hold, and libseccomp takes only one for
    an argument; where an argument occurs twice, runtimes make one rule of
    each comparison, any of which is enough.
    """
    if len({arg["index"] for arg in args}) == len(args):
        return [[condition(arg) for arg in args]]
    return [[condition(arg)] for arg in args]


def in_core(entry):
    """Tell whether an entry allows, and has no includes."""
    includes = entry.get("includes") or {}
    return entry["action"] == "SCMP_ACT_ALLOW" and not any(includes.values())


def architectures(profile):
    """Return libseccomp's names of the machine and of what else it executes."""
    names = [TOKEN]
    for row in profile.get("archMap") or ():
        if row["architecture"] == TOKEN:
            names += row.get("subArchitectures") or ()
    return names


def oci(profile, entries):
    """Return the "seccomp" of an OCI configuration."""
    keys = ("names", "action", "errnoRet", "args")
    return {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": profile.get("defaultErrnoRet", errno.EPERM),
        "architectures": architectures(profile),
        "syscalls": [{key: entry[key] for key in keys if entry.get(key)}
                     for entry in entries],
    }


def build(profile, entries, tree):
    """Return the libseccomp filter made of a profile's entries."""
    default = action(profile["defaultAction"], profile.get("defaultErrnoRet"))
    result = seccomp.SyscallFilter(defaction=default)
    if tree:
        result.set_attr(seccomp.Attr.CTL_OPTIMIZE, 2)

    if not result.exist_arch(architecture(TOKEN)):
        result.remove_arch(seccomp.Arch.NATIVE)
    for name in architectures(profile):
        if not result.exist_arch(architecture(name)):
            result.add_arch(architecture(name))

    for entry in entries:
        verdict = action(entry["action"], entry.get("errnoRet"))
        if verdict == default:
            continue
        for name in entry.get("names") or [entry["name"]]:
            number = seccomp.resolve_syscall(architecture(TOKEN), name)
            if number == -1:
                continue
            for rule in rules_of(entry.get("args") or ()):
                result.add_rule(verdict, name, *rule)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("profile", help="the JSON profile")
    parser.add_argument("out", help="where the instructions go")
    parser.add_argument("--core", action="store_true",
                        help="only what is allowed without conditions")
    parser.add_argument("--oci", action="store_true",
                        help="JSON for a low-level runtime")
    parser.add_argument("--tree", action="store_true",
                        help="a binary tree instead of a list")
    args = parser.parse_args()

    with open(args.profile, encoding="utf-8") as file:
        profile = json.load(file)
    entries = [entry for entry in profile["syscalls"]
               if applies(entry) and (in_core(entry) or not args.core)]
    if args.oci:
        with open(args.out, "w", encoding="utf-8") as file:
            json.dump(oci(profile, entries), file, indent=1)
        return
    result = build(profile, entries, args.tree)

    with tempfile.TemporaryFile() as file:
        result.export_bpf(file)
        file.seek(0)
        code = file.read()
    with open(args.out, "wb") as file:
        file.write(code)
    print(f"{args.out}: {len(code) // 8} instructions", file=sys.stderr)


if __name__ == "__main__":
    main()
