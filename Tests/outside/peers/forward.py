"""A forward proxy: absolute URLs and CONNECT, with a log and, where asked, a password."""

from __future__ import annotations

import base64
import socket
import threading
import urllib.parse


class ForwardProxy:
    def __init__(self, user: str = "", password: str = "") -> None:
        self.log: list[str] = []
        token = base64.b64encode(f"{user}:{password}".encode())
        self._authorization = b"proxy-authorization: basic " + token.lower() if user else b""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> ForwardProxy:
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
            try:
                self._forward(connection)
            except OSError:
                return  # One side has gone.

    def _forward(self, connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65_536)
            if not piece:
                return
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        line, *headers = head.split(b"\r\n")
        method, target, version = line.split(b" ")
        self.log.append(f"{method.decode()} {target.decode()}")
        if self._authorization and self._authorization not in [header.lower() for header in headers]:
            connection.sendall(b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                               b"Content-Length: 0\r\nConnection: close\r\n\r\n")  # fmt: skip
            return
        if method == b"CONNECT":
            host, _, port = target.decode().rpartition(":")
            with socket.create_connection((host, int(port)), timeout=10) as server:
                connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                _relay(connection, server)
            return
        url = urllib.parse.urlsplit(target.decode())
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        kept = [header for header in headers if not header.lower().startswith(b"proxy-")]
        request = b"\r\n".join([b" ".join([method, path.encode(), version]), *kept, b"Via: 1.1 forward", b"", b""])
        with socket.create_connection((url.hostname or "", url.port or 80), timeout=10) as server:
            server.sendall(request + body)
            _relay(connection, server)


def _relay(one: socket.socket, other: socket.socket) -> None:
    """Copies both ways until both have ended."""

    def copy(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return  # One side has gone.

    back = threading.Thread(target=copy, args=(one, other), daemon=True)
    back.start()
    copy(other, one)
    back.join(10)
