"""Errors of calls: one class for each status code, with the daemon's typed details."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Sequence, Type

from google.rpc import error_details_pb2, status_pb2

from flowd.v1 import session_pb2


class FlowdError(Exception):
    """A call failed.

    `code` is gRPC's number of the status, `reason` the word for programs (proto/PROTOCOL.md lists them), `metadata`
    what the reason is about, `meta` the session as it stands (with `Aborted`).
    """

    #: gRPC's number; subclasses set it.
    code = 2

    def __init__(
        self,
        message: str,
        *,
        code: Optional[int] = None,
        reason: str = "",
        metadata: Optional[Mapping[str, str]] = None,
        meta: Optional[session_pb2.SessionMeta] = None,
        details: Sequence[Any] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.reason = reason
        self.metadata: Dict[str, str] = dict(metadata or {})
        self.meta = meta
        self.details = tuple(details)

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}" if self.reason else self.message


class Cancelled(FlowdError):
    """The caller gave the call up."""

    code = 1


class Unknown(FlowdError):
    """It is not known whether the call took effect: repeat it with the same `request_id`, or read the state."""

    code = 2


class InvalidArgument(FlowdError):
    """The request is wrong whatever the daemon's state; `metadata["field"]` names the part."""

    code = 3


class DeadlineExceeded(FlowdError):
    """The time given ran out; it is not known whether the call took effect."""

    code = 4


class NotFound(FlowdError):
    """What the request names does not exist; nothing changed."""

    code = 5


class AlreadyExists(FlowdError):
    """What the request would make exists."""

    code = 6


class PermissionDenied(FlowdError):
    """The caller may not do this."""

    code = 7


class ResourceExhausted(FlowdError):
    """A bound was reached; nothing changed."""

    code = 8


class FailedPrecondition(FlowdError):
    """The state does not allow it, such as a start while a run is active."""

    code = 9


class Aborted(FlowdError):
    """The session is not what the caller expected; `meta` is what it is."""

    code = 10


class OutOfRange(FlowdError):
    """A position beyond the end."""

    code = 11


class Unimplemented(FlowdError):
    """This daemon has no such method."""

    code = 12


class Internal(FlowdError):
    """A fault of the daemon's own."""

    code = 13


class Unavailable(FlowdError):
    """The daemon cannot be reached, or takes no calls now."""

    code = 14


class ConnectionLost(Unavailable):
    """The connection ended before the reply: it is not known whether the call took effect."""


class DataLoss(FlowdError):
    """Events are missing, or bytes are not what they have to be."""

    code = 15


class Unauthenticated(FlowdError):
    """The daemon does not know who calls."""

    code = 16


_BY_CODE: Dict[int, Type[FlowdError]] = {
    kind.code: kind
    for kind in (
        Cancelled,
        Unknown,
        InvalidArgument,
        DeadlineExceeded,
        NotFound,
        AlreadyExists,
        PermissionDenied,
        ResourceExhausted,
        FailedPrecondition,
        Aborted,
        OutOfRange,
        Unimplemented,
        Internal,
        Unavailable,
        DataLoss,
        Unauthenticated,
    )
}


def from_status(status: status_pb2.Status) -> FlowdError:
    """The error that a status on the wire tells of; a code that gRPC does not have becomes `Unknown`."""
    reason = ""
    metadata: Dict[str, str] = {}
    meta: Optional[session_pb2.SessionMeta] = None
    for detail in status.details:
        info = error_details_pb2.ErrorInfo()
        session = session_pb2.SessionMeta()
        if detail.Is(info.DESCRIPTOR) and detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Is(session.DESCRIPTOR) and detail.Unpack(session):
            meta = session
    kind = _BY_CODE.get(status.code, Unknown)
    return kind(
        status.message, code=status.code, reason=reason, metadata=metadata, meta=meta, details=tuple(status.details)
    )
