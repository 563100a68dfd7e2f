"""The bodies of request and response frames."""

from __future__ import annotations

from typing import Optional, Union

from google.protobuf.message import DecodeError, Message

from flowd import _frames, errors
from flowd._frames import Frame
from flowd._generated import ttrpc_pb2
from flowd._method import Method, Request, Response


def request_frame(
    stream: int, method: Method[Request, Response], request: Message, timeout: Optional[float]
) -> bytes:
    """The frame that starts a call; `timeout` is in seconds.

    Raises `ResourceExhausted` for a request that no frame can hold.
    """
    envelope = ttrpc_pb2.Request(
        service=method.service,
        method=method.name,
        payload=request.SerializeToString(deterministic=True),
        timeout_nano=timeout_nanoseconds(timeout),
    )
    flags = _frames.REMOTE_CLOSED if method.is_server_streaming else 0
    try:
        return Frame(stream, _frames.REQUEST, flags, envelope.SerializeToString()).encode()
    except _frames.FrameError as error:
        raise errors.ResourceExhausted(str(error), reason="FRAME_TOO_LARGE") from error


def timeout_nanoseconds(timeout: Optional[float]) -> int:
    """0 means none on the wire, so a timeout that is over already is written as -1."""
    if timeout is None:
        return 0
    return int(timeout * 1_000_000_000) if timeout > 0 else -1


def reply_payload(body: bytes) -> Union[bytes, errors.FlowdError]:
    """What a response frame says: the response's bytes, or the error."""
    try:
        envelope = ttrpc_pb2.Response.FromString(body)
    except DecodeError as error:
        return errors.DataLoss(f"the daemon sent a response that cannot be read: {error}")
    if envelope.HasField("status") and envelope.status.code != 0:
        return errors.from_status(envelope.status)
    payload: bytes = envelope.payload
    return payload
