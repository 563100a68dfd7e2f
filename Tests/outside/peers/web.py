"""A small HTTP/1.1 server that tells what it was sent, and keeps it."""

from __future__ import annotations

import hashlib
import html
import http.server
import json
import socket
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Callable, Optional


@dataclass
class Request:
    method: str
    path: str
    query: list[tuple[str, str]]
    #: Names in lower case, in the order they came.
    headers: list[tuple[str, str]]
    body: bytes
    at: float = field(default_factory=time.monotonic)
    #: Of the connection it came on.
    port: int = 0

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key == name)

    def shown(self) -> bytes:
        text = {"method": self.method, "path": self.path, "query": self.query, "body": self.body.decode("latin-1")}
        return json.dumps({**text, "headers": dict(self.headers)}).encode()


class Web:
    """Routes are methods named after the first part of the path, such as `echo` for `/echo/anything`."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self.requests: list[Request] = []
        #: Requests to `/hold` are answered once this is set.
        self.gate = threading.Event()
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        handler = type("Handler", (_Handler,), {"web": self})
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.server = type("Server", (_Server,), {"address_family": family})((address, port), handler)
        self.port = int(self.server.server_address[1])
        self.url = f"http://{address}:{self.port}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()

    def to(self, path: str) -> list[Request]:
        """The requests whose path begins so."""
        with self._lock:
            return [request for request in self.requests if request.path.startswith(path)]

    def note(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)

    def count(self, key: str) -> int:
        """How often that was counted, with this time."""
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + 1
            return self._counts[key]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that broke off is part of some tests."""


class _Handler(http.server.BaseHTTPRequestHandler):
    web: Web
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: `Web.requests` is the log."""

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        body = self._chunked() if "chunked" in self.headers.get("Transfer-Encoding", "") else self._sized()
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        self.request_told = Request(self.command, parts.path, query, headers, body, port=self.client_address[1])
        self.arguments = dict(query)
        self.web.note(self.request_told)
        route = getattr(self, "route_" + parts.path.strip("/").split("/")[0].replace("-", "_"), None)
        if route is None:
            self.reply(404, b'{"message": "no such page"}')
        else:
            route()

    def _sized(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunked(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def reply(
        self, status: int = 200, body: bytes = b"", headers: Optional[list[tuple[str, str]]] = None,
        content_type: str = "application/json",
    ) -> None:  # fmt: skip
        self.send_response(status)
        for name, value in headers or []:
            self.send_header(name, value)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def route_echo(self) -> None:
        self.reply(200, self.request_told.shown())

    def route_page(self) -> None:
        """`/page/500`: a page for people that repeats the request, as frameworks answer when they fail."""
        shown = "".join(f"<tr><td>{name}<td>{html.escape(value)}" for name, value in self.request_told.headers)
        asked = "".join(f"<li>{html.escape(repr(pair))}" for pair in self.request_told.query)
        page = f"<!DOCTYPE html><h1>Server Error</h1><p>{html.escape(self.path)}<ul>{asked}</ul><table>{shown}</table>"
        # Header fields are read as Latin-1.
        self.reply(int(self.path.split("?")[0].split("/")[2]), page.encode("latin-1"), content_type="text/html")

    def route_status(self) -> None:
        """`/status/503?retry-after=1&body=x`."""
        headers = [("Retry-After", self.arguments["retry-after"])] if "retry-after" in self.arguments else []
        status = int(self.path.split("?")[0].split("/")[2])
        self.reply(status, self.arguments.get("body", "{}").encode(), headers)

    def route_flaky(self) -> None:
        """Fails `fail` times with `status`, then says how often it was asked."""
        count = self.web.count(self.path)
        if count <= int(self.arguments["fail"]):
            headers = [("Retry-After", self.arguments["retry-after"])] if "retry-after" in self.arguments else []
            self.reply(int(self.arguments.get("status", 503)), b'{"message": "not yet"}', headers)
        else:
            self.reply(200, json.dumps({"count": count}).encode())

    def route_count(self) -> None:
        self.reply(200, json.dumps({"count": self.web.count(self.path)}).encode())

    def route_bake(self) -> None:
        """Sets a cookie for each argument, and those that a browser would refuse or forget."""
        cookies = [f"{name}={value}; Path=/" for name, value in self.arguments.items()]
        cookies += ["narrow=1; Path=/narrow", "gone=1; Path=/; Max-Age=0", "alien=1; Domain=example.com; Path=/"]
        self.reply(200, b"{}", [("Set-Cookie", cookie) for cookie in cookies])

    def route_redirect(self) -> None:
        """`/redirect?to=URL&status=302`, or `/redirect/5` for five of them, then `/echo`."""
        if "to" in self.arguments:
            target = self.arguments["to"]
        else:
            left = int(self.path.split("/")[2])
            target = f"/redirect/{left - 1}" if left > 1 else "/echo/there"
        self.reply(int(self.arguments.get("status", 302)), b"", [("Location", target)])

    def route_digest(self) -> None:
        """RFC 7616 with MD5 and `auth`: user ada, password `open sesame`."""
        given = dict(urllib.request.parse_keqv_list(urllib.request.parse_http_list(
            self.headers.get("Authorization", "").removeprefix("Digest ")
        ))) if self.headers.get("Authorization", "").startswith("Digest ") else {}  # fmt: skip

        def digest(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        if given:
            secret, what = digest("ada:house:open sesame"), digest(f"{self.command}:{given['uri']}")
            middle = f"{given['nonce']}:{given['nc']}:{given['cnonce']}:{given['qop']}"
            if given["response"] == digest(f"{secret}:{middle}:{what}") and given["nonce"] == "n0nce":
                return self.reply(200, self.request_told.shown())
        challenge = 'Digest realm="house", nonce="n0nce", qop="auth", algorithm=MD5'
        self.reply(401, b"{}", [("WWW-Authenticate", challenge)])

    def route_hold(self) -> None:
        self.web.gate.wait(30)
        self.reply(200, b'{"held": true}')

    def route_json(self) -> None:
        self.reply(200, json.dumps(DOCUMENT).encode(), [("X-Twice", "a"), ("X-Twice", "b")])

    def route_bytes(self) -> None:
        """`/bytes/N` bytes."""
        self.reply(200, b"x" * int(self.path.split("/")[2]), content_type="text/plain")


DOCUMENT: dict[str, Any] = {
    "name": "Grüße",
    "count": 3,
    "price": 12.5,
    "none": None,
    "on": True,
    "tags": ["a", "b", "c"],
    "people": [{"name": "Ada", "age": 36}, {"name": "Alan", "age": 41}],
}
