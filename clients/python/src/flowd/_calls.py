"""The calls of one connection: which are under way, and what each frame means for them.

No I/O: bytes go in and out as values, so the blocking and the asyncio client share it.
"""

from __future__ import annotations

import struct
from typing import Dict, FrozenSet, Optional, Protocol, Tuple

from google.protobuf.message import Message

from flowd import _envelope, _frames, errors
from flowd._frames import Frame, FrameReader
from flowd._method import Method, Request, Response

_STREAM_MAX = 0xFFFF_FFFF


class Sink(Protocol):
    """Where the frames of one call go."""

    def message(self, payload: bytes) -> None:
        """One message of a server stream."""

    def succeed(self, payload: bytes) -> None:
        """The response; empty at the end of a stream."""

    def fail(self, error: errors.FlowdError) -> None:
        """The call is over."""


class Calls:
    """State of one connection; not thread-safe."""

    def __init__(self) -> None:
        self._reader = FrameReader()
        self._next = 1
        self._sinks: Dict[int, Tuple[Sink, bool]] = {}
        self._output = bytearray()
        #: Extensions in force, once `daemon.hello` granted them.
        self.features: FrozenSet[str] = frozenset()
        #: The daemon said that it takes no further calls here.
        self.is_going_away = False
        #: Answers to pings so far.
        self.ping_answers = 0

    @property
    def count(self) -> int:
        """Calls without their terminal frame."""
        return len(self._sinks)

    @property
    def is_exhausted(self) -> bool:
        """Every stream id was used; a new connection is needed."""
        return self._next > _STREAM_MAX

    def begin(
        self, method: Method[Request, Response], request: Message, timeout: Optional[float], sink: Sink
    ) -> Tuple[int, bytes]:
        """Registers a call and returns its stream id and the bytes to send."""
        data = _envelope.request_frame(self._next, method, request, timeout)
        stream = self._next
        self._next += 2
        self._sinks[stream] = (sink, method.is_server_streaming)
        return stream, data

    def abandon(self, stream: int) -> bytes:
        """Forgets a call whose caller has gone, and returns what to send to the daemon about it."""
        if self._sinks.pop(stream, None) is None or "cancel" not in self.features:
            return b""
        return Frame(stream, _frames.CANCEL, 0, b"").encode()

    def ping(self, token: int) -> bytes:
        """The bytes of a ping; empty when the daemon does not know pings."""
        return Frame(0, _frames.PING, 0, struct.pack(">Q", token)).encode() if "ping" in self.features else b""

    def receive(self, data: bytes) -> bytes:
        """Takes received bytes, tells the sinks, and returns bytes to send. Raises `FrameError`."""
        for frame in self._reader.feed(data):
            self._take(frame)
        output = bytes(self._output)
        self._output.clear()
        return output

    def close(self, error: errors.FlowdError) -> None:
        """Fails every call under way."""
        sinks, self._sinks = self._sinks, {}
        for sink, _ in sinks.values():
            sink.fail(error)

    def _take(self, frame: Frame) -> None:
        if frame.type == _frames.PING:
            if frame.flags & _frames.PING_ANSWER:
                self.ping_answers += 1
            else:
                self._output += Frame(0, _frames.PING, _frames.PING_ANSWER, frame.body).encode()
        elif frame.type == _frames.GOAWAY:
            self.is_going_away = True
        elif frame.type in (_frames.RESPONSE, _frames.DATA):
            self._take_reply(frame)

    def _take_reply(self, frame: Frame) -> None:
        sink, is_stream = self._sinks.get(frame.stream, (None, False))
        if sink is None:
            return
        if frame.type == _frames.RESPONSE:
            del self._sinks[frame.stream]
            result = _envelope.reply_payload(frame.body)
            if isinstance(result, errors.FlowdError):
                sink.fail(result)
            else:
                sink.succeed(result)
            return
        if not is_stream:
            del self._sinks[frame.stream]
            sink.fail(errors.DataLoss("the daemon sent stream data for a call without a stream"))
            return
        if not frame.flags & _frames.NO_DATA:
            sink.message(frame.body)
        if frame.flags & _frames.REMOTE_CLOSED:
            self._sinks.pop(frame.stream, None)
            sink.succeed(b"")
