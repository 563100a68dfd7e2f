"""Frames of ttrpc 1.2: a header of 10 bytes, then a body.

`u32be length | u32be stream id | u8 type | u8 flags`; proto/PROTOCOL.md says what they mean.
"""

from __future__ import annotations

import struct
from typing import Iterator, NamedTuple

#: Bounds a frame's body.
FRAME_BYTES_MAX = 4_194_304

REQUEST = 0x01
RESPONSE = 0x02
DATA = 0x03
#: Extensions, used only after `daemon.hello` granted them.
CANCEL = 0x10
CREDIT = 0x11
PING = 0x12
GOAWAY = 0x13

REMOTE_CLOSED = 0x01
REMOTE_OPEN = 0x02
NO_DATA = 0x04
PING_ANSWER = 0x01

_HEADER = struct.Struct(">IIBB")
HEADER_BYTES = _HEADER.size


class FrameError(Exception):
    """The peer's bytes are not frames; the connection is of no more use."""


class Frame(NamedTuple):
    """One frame."""

    stream: int
    type: int
    flags: int
    body: bytes

    def encode(self) -> bytes:
        """The frame's bytes. Raises `FrameError` for a body over `FRAME_BYTES_MAX`."""
        if len(self.body) > FRAME_BYTES_MAX:
            raise FrameError(f"a frame's body holds at most {FRAME_BYTES_MAX} bytes, not {len(self.body)}")
        return _HEADER.pack(len(self.body), self.stream, self.type, self.flags) + self.body


class FrameReader:
    """Cuts a stream of bytes into frames, as the bytes come."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def pending_bytes(self) -> int:
        """Bytes held of a frame that is not complete."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Takes bytes and yields the frames that are now complete.

        Raises `FrameError` as soon as a header announces a body over `FRAME_BYTES_MAX`.
        """
        self._buffer += data
        at = 0
        try:
            while len(self._buffer) - at >= HEADER_BYTES:
                length, stream, kind, flags = _HEADER.unpack_from(self._buffer, at)
                if length > FRAME_BYTES_MAX:
                    raise FrameError(f"the peer announced a frame of {length} bytes; {FRAME_BYTES_MAX} is the most")
                end = at + HEADER_BYTES + length
                if end > len(self._buffer):
                    break
                frame = Frame(stream, kind, flags, bytes(self._buffer[at + HEADER_BYTES : end]))
                at = end
                yield frame
        finally:
            del self._buffer[:at]
