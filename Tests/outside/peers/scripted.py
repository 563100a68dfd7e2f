"""A server that answers with exactly these bytes, at exactly this pace, and breaks off where it is told to."""

from __future__ import annotations

import socket
import struct
import threading
import time
from typing import Callable, Iterable, Iterator, Union

#: Ends the connection with RST instead of FIN.
RESET = object()
#: Sends nothing more and waits until the other side has gone.
SILENCE = object()

Piece = Union[bytes, object]
Reply = Callable[[], Iterable[Piece]]


def head(status: str = "200 OK", *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def dripped(data: bytes, seconds: float, size: int = 1) -> Iterator[bytes]:
    """The data in pieces of `size` bytes, with a pause before each."""
    for place in range(0, len(data), size):
        time.sleep(seconds)  # Not a wait: the pace.
        yield data[place : place + size]


class Scripted:
    """Each connection is one request and gets the next reply; the last one stays."""

    def __init__(self, *replies: Union[bytes, Iterable[Piece], Reply]) -> None:
        self.requests: list[bytes] = []
        self.times: list[float] = []
        #: Connections that the other side ended before the reply was whole.
        self.abandoned = 0
        self._replies = list(replies)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                request = self._read(connection)
                with self._lock:
                    place = len(self.requests)
                    self.requests.append(request)
                    self.times.append(time.monotonic())
                reply = self._replies[min(place, len(self._replies) - 1)]
                self._write(connection, [reply] if isinstance(reply, bytes) else reply() if callable(reply) else reply)
            except OSError:
                with self._lock:
                    self.abandoned += 1

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65_536)
            if not piece:
                raise OSError("the request broke off")
            data += piece
        before, _, body = data.partition(b"\r\n\r\n")
        wanted = 0
        for line in before.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                wanted = int(value)
        while len(body) < wanted:
            body += connection.recv(65_536)
        return before + b"\r\n\r\n" + body

    @staticmethod
    def _write(connection: socket.socket, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            if isinstance(piece, bytes):
                connection.sendall(piece)
            elif piece is RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            else:
                while connection.recv(65_536):
                    pass
                raise OSError("the other side went first")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):  # So that closing does not reset what was not read yet.
            pass
