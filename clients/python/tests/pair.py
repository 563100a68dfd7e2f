"""The golden vectors, and a client whose other end is in the test's hands."""

from __future__ import annotations

import json
import pathlib
import socket
import time
from typing import Any, Callable

from flowd import Client
from peer import Peer

ROOT = pathlib.Path(__file__).resolve().parents[3]


def vectors(name: str) -> Any:
    return json.loads((ROOT / "proto" / "vectors" / f"{name}.json").read_text())


def eventually(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Polls until the condition holds."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.001)
    return value


class PairClient(Client):
    """Takes its connections from a list of sockets instead of the file system."""

    def __init__(self, **options: Any) -> None:
        super().__init__("/nowhere", **options)
        self.peers: list[Peer] = []

    def _open(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.peers.append(Peer(theirs))
        return ours
