"""Runs a program in a network namespace of its own, where this machine's loopback has a link-local address too.

usage: namespace.py FOLDER COMMAND...

A server at 127.0.0.1:8000 and one at port 80 of all addresses, 169.254.169.254 and 169.254.7.7 among them, tell in
FOLDER/loopback and FOLDER/others what they were asked, a line each. Nothing that is sent there can leave the machine.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import pathlib
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

CLONE_NEWNET, PR_SET_PDEATHSIG, SIGKILL = 0x40000000, 1, 9
SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFFLAGS, IFF_UP = 0x8916, 0x891C, 0x8914, 1


def main() -> None:
    folder, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        sys.exit(f"namespace: {os.strerror(ctypes.get_errno())}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
        _give(control, b"lo:1", "169.254.169.254")
        _give(control, b"lo:2", "169.254.7.7")
    ready, told = os.pipe()
    parent = os.getpid()
    if os.fork() == 0:
        libc.prctl(PR_SET_PDEATHSIG, SIGKILL)
        if os.getppid() == parent:
            serve(folder, told)
        os._exit(0)
    os.close(told)
    if os.read(ready, 1) != b".":
        sys.exit("namespace: the servers did not start")
    os.execv(command[0], command)


def _give(control: socket.socket, name: bytes, address: str) -> None:
    for request, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, "255.255.255.255")):
        packed = struct.pack("16sH2s4s8x", name, socket.AF_INET, b"\0\0", socket.inet_aton(value))
        fcntl.ioctl(control, request, packed)


def serve(folder: pathlib.Path, told: int) -> None:
    from peers.web import Request, Web

    class Noting(Web):
        def __init__(self, name: str, address: str, port: int) -> None:
            self.path = folder / name
            self.path.touch()
            super().__init__(address, port)

        def note(self, request: Request) -> None:
            with self.path.open("a") as log:
                log.write(f"{request.header('host')} {request.path}\n")

    servers = [Noting("loopback", "127.0.0.1", 8000), Noting("others", "0.0.0.0", 80)]
    os.write(told, b".")
    servers[0]._thread.join()


if __name__ == "__main__":
    main()
