"""A connection without a client library: any bytes, any frame."""

from __future__ import annotations

import pathlib
import socket
from typing import Any, Optional

from google.protobuf.message import Message
from google.rpc import error_details_pb2

from flowd import errors
from flowd._envelope import reply_payload
from flowd._frames import DATA, NO_DATA, REMOTE_CLOSED, REQUEST, Frame, FrameReader
from flowd._generated import ttrpc_pb2

STATUS = ("flowd.v1.DaemonService", "Status")


class Raw:
    """Frames by hand. Reads time out after `timeout` seconds."""

    def __init__(self, path: pathlib.Path, timeout: float = 120) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        # Blocking, so that it waits where the daemon has more connections to take than the kernel keeps for it.
        self.socket.connect(str(path))
        self.socket.settimeout(timeout)
        self._reader = FrameReader()
        self._frames: list[Frame] = []

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send(self, stream: int, kind: int, flags: int = 0, body: bytes = b"") -> None:
        self.write(Frame(stream, kind, flags, body).encode())

    def call(
        self, stream: int, service: str, method: str, payload: Any = b"", *, timeout_nano: int = 0, flags: int = 0
    ) -> None:
        """Sends a request without waiting."""
        self.write(request(stream, service, method, payload, timeout_nano=timeout_nano, flags=flags))

    def read(self) -> Optional[Frame]:
        """The next frame; `None` when the daemon has closed the connection."""
        while not self._frames:
            try:
                data = self.socket.recv(262_144)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._frames += self._reader.feed(data)
        return self._frames.pop(0)

    def reply(self, stream: int) -> bytes:
        """The payload of the next frame, which must be the response of that stream; raises its error."""
        frame = self.read()
        assert frame is not None, "the daemon closed the connection"
        assert (frame.stream, frame.type) == (stream, 2), f"a frame {frame} came instead"
        result = reply_payload(frame.body)
        if isinstance(result, errors.FlowdError):
            raise result
        return result

    def error(self, stream: int) -> errors.FlowdError:
        """The error of the next frame, which must be the response of that stream."""
        try:
            payload = self.reply(stream)
        except errors.FlowdError as error:
            return error
        raise AssertionError(f"stream {stream} succeeded: {payload!r}")

    def is_alive(self, stream: int) -> bool:
        """Whether a harmless call works."""
        self.call(stream, *STATUS)
        self.reply(stream)
        return True

    def is_closed(self) -> bool:
        """Whether the daemon closes the connection instead of sending anything."""
        return self.read() is None


def request(
    stream: int, service: str, method: str, payload: Any = b"", *, timeout_nano: int = 0, flags: int = 0
) -> bytes:
    """The bytes of a request frame."""
    body = payload.SerializeToString() if isinstance(payload, Message) else payload
    envelope = ttrpc_pb2.Request(service=service, method=method, payload=body, timeout_nano=timeout_nano)
    return Frame(stream, REQUEST, flags, envelope.SerializeToString()).encode()


def error_info(status: Any) -> error_details_pb2.ErrorInfo:
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    return info


__all__ = ["DATA", "NO_DATA", "REMOTE_CLOSED", "REQUEST", "STATUS", "Frame", "Raw", "error_info", "request"]
