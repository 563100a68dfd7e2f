"""An OpenAI-compatible server that answers as it is told and notes who asked which model what."""

from __future__ import annotations

import http.server
import json
import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Optional

from peers.ports import wait_until_taken


@dataclass
class Asked:
    """A request for an answer."""

    model: str
    messages: list[dict[str, Any]]
    body: dict[str, Any]
    authorization: str
    at: float

    @property
    def prompt(self) -> str:
        return str(self.messages[-1]["content"])


class Exchange:
    """One request that is being answered."""

    def __init__(self, handler: http.server.BaseHTTPRequestHandler, asked: Asked) -> None:
        self.handler, self.asked = handler, asked

    def refuse(self, status: int, body: object, **headers: str) -> None:
        """An error: a JSON value, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Content-Type", "application/json")
        self.handler.send_header("Content-Length", str(len(data)))
        self.handler.end_headers()
        self.handler.wfile.write(data)

    def begin(self) -> None:
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", "text/event-stream")
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        self.handler.close_connection = True

    def chunk(self, delta: dict[str, Any], finish: Optional[str] = None) -> None:
        self.event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def event(self, value: dict[str, Any]) -> None:
        data = {"id": "c1", "object": "chat.completion.chunk", "model": self.asked.model, **value}
        self.raw(b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n")

    def raw(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def end(self, finish: str = "stop", prompt_tokens: int = 7, completion_tokens: int = 5) -> None:
        self.chunk({}, finish)
        usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        self.event({"choices": [], "usage": {**usage, "total_tokens": prompt_tokens + completion_tokens}})
        self.raw(b"data: [DONE]\n\n")

    def reset(self) -> None:
        """Breaks the connection off with RST."""
        linger = struct.pack("ii", 1, 0)
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.handler.close_connection = True
        self.handler.connection.close()


Behaviour = Callable[[Exchange], None]


def says(text: str, finish: str = "stop") -> Behaviour:
    def answer(exchange: Exchange) -> None:
        pieces = text.split(" ")
        exchange.begin()
        for place, word in enumerate(pieces):
            exchange.chunk({"content": f" {word}" if place else word})
        exchange.end(finish)

    return answer


def refuses(status: int, message: str, *, kind: str = "", code: Optional[str] = None, **headers: str) -> Behaviour:
    error = {"message": message, "type": kind or "error", "param": None, "code": code}
    return lambda exchange: exchange.refuse(status, {"error": error}, **headers)


def breaks_off(*words: str, how: str = "end") -> Behaviour:
    """Says that much, then ends without `[DONE]`, or with a reset, or with an error in the stream."""

    def answer(exchange: Exchange) -> None:
        exchange.begin()
        for word in words:
            exchange.chunk({"content": word})
        if how == "reset":
            wait_until_taken(exchange.handler.connection)  # A reset might overtake what is not read yet.
            exchange.reset()
        elif how == "error":
            exchange.raw(b'data: {"error": {"message": "the server is out of memory", "code": 500}}\n\n')

    return answer


class Chat:
    """Models answer `MODEL heard: PROMPT` unless told otherwise."""

    def __init__(self, key: str = "sk-chat", models: Iterable[str] = ("small", "large")) -> None:
        self.key, self.models = key, list(models)
        self.asked: list[Asked] = []
        #: Behaviours that wait for it go on once this is set.
        self.gate = threading.Event()
        self._scripts: dict[str, list[Behaviour]] = {}
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"chat": self})
        self.server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()

    def script(self, model: str, *behaviours: Behaviour) -> None:
        """How that model answers, one request after the other; the last one stays."""
        with self._lock:
            self._scripts[model] = list(behaviours)

    def to(self, model: str) -> list[Asked]:
        with self._lock:
            return [asked for asked in self.asked if asked.model == model]

    def take(self, asked: Asked) -> Behaviour:
        with self._lock:
            self.asked.append(asked)
            script = self._scripts.get(asked.model)
            if not script:
                return says(f"{asked.model} heard: {asked.prompt}")
            return script.pop(0) if len(script) > 1 else script[0]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that broke off is part of some tests."""


class _Handler(http.server.BaseHTTPRequestHandler):
    chat: Chat
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: `Chat.asked` is the log."""

    def do_GET(self) -> None:
        exchange = Exchange(self, Asked("", [], {}, self.headers.get("Authorization", ""), time.monotonic()))
        if exchange.asked.authorization != f"Bearer {self.chat.key}":
            return exchange.refuse(401, {"error": {"message": "wrong key"}})
        if self.path == "/v1/models":
            return exchange.refuse(200, {"object": "list", "data": [{"id": model} for model in self.chat.models]})
        exchange.refuse(404, {"error": {"message": "no such page"}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        authorization = self.headers.get("Authorization", "")
        asked = Asked(body.get("model", ""), body.get("messages", []), body, authorization, time.monotonic())
        exchange = Exchange(self, asked)
        if self.path != "/v1/chat/completions":
            return exchange.refuse(404, {"error": {"message": "no such page"}})
        behaviour = self.chat.take(asked)
        if authorization != f"Bearer {self.chat.key}":
            error = {
                "message": "Incorrect API key provided.",
                "type": "invalid_request_error",
                "code": "invalid_api_key",
            }
            return exchange.refuse(401, {"error": error})
        behaviour(exchange)
