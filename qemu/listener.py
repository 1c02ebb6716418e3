#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""listener.py SOCKET STATE: answer the calls of a container.

Waits at SOCKET for the listener that a low-level container runtime sends, and
writes what comes with it, the state of the container's process, to STATE.  Then
answers each call as the table says, prints its number, and ends when nobody is
left who could make one.
"""

import array
import errno
import fcntl
import select
import socket
import struct
import sys

# As linux/seccomp.h has them: struct seccomp_notif, struct seccomp_notif_resp.
NOTIF = struct.Struct("=QIIiIQ6Q")
RESP = struct.Struct("=QqiI")
RECV = 3 << 30 | NOTIF.size << 16 | ord("!") << 8 | 0
SEND = 3 << 30 | RESP.size << 16 | ord("!") << 8 | 1
CONTINUE = 1

# Of x86-64: mount, umount2, pivot_root; value, error, flags.
ANSWERS = {
    165: (4711, 0, 0),
    166: (0, -errno.EBUSY, 0),
    155: (0, 0, CONTINUE),
}


def accept(path, state):
    """Return the listener that somebody sends to the socket."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        print("listening", flush=True)
        connection, _ = server.accept()
    with connection:
        text, fds, _, _ = socket.recv_fds(connection, 65536, 1)
    with open(state, "wb") as file:
        file.write(text)
    return fds[0]


def main():
    listener = accept(*sys.argv[1:3])
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    while True:
        (_, events), = waiting.poll()
        if events & select.POLLHUP:
            break
        request = array.array("B", bytes(NOTIF.size))
        fcntl.ioctl(listener, RECV, request)
        cookie, _, _, number, *_ = NOTIF.unpack(request)
        fcntl.ioctl(listener, SEND, RESP.pack(cookie, *ANSWERS[number]))
        print("answered", number, flush=True)


if __name__ == "__main__":
    main()
