"""The daemon's end of a connection, played by a test."""

from __future__ import annotations

import socket
from typing import Any, Optional

from google.protobuf.message import Message
from google.rpc import error_details_pb2

from flowd._frames import DATA, NO_DATA, REMOTE_CLOSED, RESPONSE, Frame, FrameReader
from flowd._generated import ttrpc_pb2


class Peer:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        connection.settimeout(60)
        self._reader = FrameReader()
        self._frames: list[Frame] = []

    def read(self) -> Optional[Frame]:
        """The next frame; `None` at the end."""
        while not self._frames:
            data = self.connection.recv(65536)
            if not data:
                return None
            self._frames += self._reader.feed(data)
        return self._frames.pop(0)

    def request(self) -> tuple[int, Any]:
        """The next call: its stream id and envelope. The library's own hello is read over and left unanswered."""
        while True:
            frame = self.read()
            assert frame is not None, "the client closed the connection"
            envelope = ttrpc_pb2.Request.FromString(frame.body)
            if b"python" not in envelope.payload:
                return frame.stream, envelope

    def send(self, stream: int, kind: int, flags: int, body: bytes = b"") -> None:
        self.connection.sendall(Frame(stream, kind, flags, body).encode())

    def reply(self, stream: int, message: Message) -> None:
        self.send(stream, RESPONSE, 0, ttrpc_pb2.Response(payload=message.SerializeToString()).SerializeToString())

    def refuse(self, stream: int, code: int, reason: str, text: str = "refused", **metadata: str) -> None:
        response = ttrpc_pb2.Response()
        response.status.code, response.status.message = code, text
        info = error_details_pb2.ErrorInfo(reason=reason, domain="flowd", metadata=metadata)
        response.status.details.add().Pack(info)
        self.send(stream, RESPONSE, 0, response.SerializeToString())

    def data(self, stream: int, message: Message) -> None:
        self.send(stream, DATA, 0, message.SerializeToString())

    def end(self, stream: int) -> None:
        self.send(stream, DATA, REMOTE_CLOSED | NO_DATA)

    def close(self) -> None:
        self.connection.close()
