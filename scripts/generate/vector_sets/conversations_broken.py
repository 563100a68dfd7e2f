"""Conversations in which the client breaks a rule: the call fails, the connection goes on."""

from .contract import DATA, REMOTE_CLOSED, REMOTE_OPEN, REQUEST, RESPONSE, Contract
from .conversations import DAEMON, SESSIONS, Writer, status_call


def all(contract: Contract) -> list[Writer]:
    return [*headers(contract), *bodies(contract)]


def broken(contract: Contract, name: str, meaning: str) -> Writer:
    return Writer(contract, f"broken/{name}", meaning, client=False)


def headers(contract: Contract) -> list[Writer]:
    even = broken(contract, "even-id", "An even id is refused on that id.")
    even.call(2, DAEMON, "Status").error(2, 3, "STREAM_ID_INVALID")
    status_call(even, 1)

    reused = broken(contract, "reused-id", "An id is used once.")
    status_call(reused, 1)
    reused.call(1, DAEMON, "Status").error(1, 3, "STREAM_ID_INVALID")
    status_call(reused, 3)

    old = broken(contract, "old-id", "An id more than 64 calls behind counts as used.")
    status_call(old, 1001)
    old.call(1, DAEMON, "Status").error(1, 3, "STREAM_ID_INVALID")
    status_call(old, 1003)

    oversize = broken(contract, "oversize", "A frame that is too long is discarded, its call refused.")
    oversize.raw(1, REQUEST, 0, repeat=4_194_305).error(1, 8, "FRAME_TOO_LARGE")
    status_call(oversize, 3)

    unknown_type = broken(contract, "unknown-type", "A frame of an unknown type is ignored.")
    unknown_type.raw(1, 0x7F, 0, b"abc").raw(1, 0x04, 0)
    status_call(unknown_type, 1)

    response = broken(contract, "response-from-client", "Clients answer nothing; ignored.")
    response.raw(1, RESPONSE, 0)
    status_call(response, 1)

    late = broken(contract, "late-data", "Data for a call that has ended is dropped.")
    status_call(late, 1)
    late.raw(1, DATA, 0, b"abc").raw(1, DATA, REMOTE_CLOSED, b"")
    status_call(late, 3)
    return [even, reused, old, oversize, unknown_type, response, late]


def bodies(contract: Contract) -> list[Writer]:
    empty = broken(contract, "empty-envelope", "A request that names no method.")
    empty.raw(1, REQUEST, 0).error(1, 12, "METHOD_NOT_FOUND")
    status_call(empty, 3)

    service = broken(contract, "unknown-service", "No such service.")
    service.call(1, "flowd.v1.TeaService", "Brew", kind="flowd.v1.DaemonServiceStatusRequest").error(1, 12, "METHOD_NOT_FOUND")
    status_call(service, 3)

    method = broken(contract, "unknown-method", "No such method.")
    method.call(1, SESSIONS, "Brew", kind="flowd.v1.DaemonServiceStatusRequest").error(1, 12, "METHOD_NOT_FOUND")
    status_call(method, 3)

    case = broken(contract, "method-case", "Names are compared byte by byte.")
    case.call(1, DAEMON, "status", kind="flowd.v1.DaemonServiceStatusRequest").error(1, 12, "METHOD_NOT_FOUND")
    status_call(case, 3)

    envelope = broken(contract, "malformed-envelope", "The envelope itself is cut.")
    envelope.raw(1, REQUEST, 0, b"\x0a\x7f\x00").error(1, 3, "MESSAGE_MALFORMED")
    status_call(envelope, 3)

    payload = broken(contract, "malformed-payload", "The payload is no message.")
    body = contract.request(SESSIONS, "List", b"\x10\x80")
    payload.raw(1, REQUEST, 0, body).error(1, 3, "MESSAGE_MALFORMED")
    status_call(payload, 3)

    unary = broken(contract, "stream-for-unary", "A stream is announced for a method that takes one message.")
    unary.raw(1, REQUEST, REMOTE_OPEN, contract.request(DAEMON, "Status")).error(1, 3, "STREAM_DATA_UNEXPECTED")
    status_call(unary, 3)

    stray = broken(contract, "stray-data", "Data for a call that never began.")
    stray.raw(7, DATA, 0, b"abc").error(7, 3, "STREAM_DATA_UNEXPECTED")
    status_call(stray, 9)

    stream = broken(contract, "client-stream", "No method takes a stream.")
    stream.raw(1, REQUEST, REMOTE_OPEN, contract.request("flowd.v1.EventService", "Upload")).error(1, 12, "METHOD_NOT_FOUND")
    status_call(stream, 3)
    return [empty, service, method, case, envelope, payload, unary, stray, stream]
