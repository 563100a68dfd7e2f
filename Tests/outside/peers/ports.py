"""Free ports of loopback, and waiting until somebody listens there."""

from __future__ import annotations

import pathlib
import random
import socket

from harness.eventually import eventually


def free_port() -> int:
    """A port that was free a moment ago, and that the kernel gives to nobody who does not ask for it by number."""
    lowest = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(lowest // 2, lowest)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue  # Somebody has it.
            return port


def wait_for_port(port: int, seconds: float = 120) -> None:
    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    eventually(listens, f"a listener at port {port}", seconds)


def wait_until_taken(connection: socket.socket) -> None:
    """Waits until the program at the other end of a connection over loopback has read all that was sent to it."""
    other, own = connection.getpeername()[1], connection.getsockname()[1]

    def is_taken() -> bool:
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, _, queues, *_ = line.split()
            ports = int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16)
            sending, receiving = (int(part, 16) for part in queues.split(":"))
            if (ports == (other, own) and receiving) or (ports == (own, other) and sending):
                return False
        return True

    eventually(is_taken, "the other side to read")
