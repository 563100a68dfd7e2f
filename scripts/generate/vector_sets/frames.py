"""Single frames: headers, limits, flags, and each kind of body."""

import struct

from . import samples
from .contract import CANCEL, CREDIT, DATA, GOAWAY, NO_DATA, PING, REMOTE_CLOSED, REMOTE_OPEN, REQUEST, RESPONSE, Contract, frame

CLIENT, SERVER, BOTH = "client", "server", "both"
ABOUT = {
    "format": "frames/1",
    "fields": {
        "hex": "the frame's bytes",
        "repeat": "append `hex` `count` times to get the whole frame",
        "direction": "who sends it",
        "header": "what the first 10 bytes say",
        "body": "the body as a message in canonical proto3 JSON, where it is one",
        "payload": "the request's or response's payload as a message, where it has one",
        "outcome": "frame: cut out whole; oversize: the body is discarded and RESOURCE_EXHAUSTED is the answer; "
        "out_of_step: no frame has such a length, close the connection; incomplete: wait for more",
        "answer": "gRPC code and reason with which a server refuses the frame",
    },
}


def document(contract: Contract) -> dict:
    return {**ABOUT, "frames": [*headers(), *requests(contract), *responses(contract), *streams(contract), *extensions()]}


def entry(name: str, meaning: str, direction: str, data: bytes, **more) -> dict:
    length, stream, kind, flags = struct.unpack(">IIBB", data[:10]) if len(data) >= 10 else (None,) * 4
    header = {"length": length, "stream": stream, "type": kind, "flags": flags} if length is not None else None
    return {
        "name": name, "meaning": meaning, "direction": direction, "hex": data.hex(), "header": header,
        "outcome": more.pop("outcome", "frame"), **more,
    }  # fmt: skip


def headers() -> list:
    def announced(length: int, stream: int = 1) -> bytes:
        return struct.pack(">IIBB", length, stream, REQUEST, 0)

    return [
        entry("header/longest", "A body of exactly 4,194,304 bytes is allowed.", BOTH, announced(4_194_304),
              repeat={"hex": "00", "count": 4_194_304}),
        entry("header/one-too-long", "One byte more: the body is discarded, the connection goes on.", CLIENT,
              announced(4_194_305), repeat={"hex": "00", "count": 4_194_305}, outcome="oversize",
              answer={"code": 8, "reason": "FRAME_TOO_LARGE"}),
        entry("header/longest-discarded", "The longest length whose first byte is 0 is still discarded.", CLIENT,
              announced(0x00FF_FFFF), outcome="oversize", answer={"code": 8, "reason": "FRAME_TOO_LARGE"}),
        entry("header/out-of-step", "A first byte other than 0 cannot begin a frame: close.", CLIENT,
              announced(0x0100_0000), outcome="out_of_step"),
        entry("header/all-ones", "The largest length there is: close, and allocate nothing.", CLIENT,
              announced(0xFFFF_FFFF), outcome="out_of_step"),
        entry("header/cut", "Nine bytes are not a header yet.", BOTH, announced(0)[:9], outcome="incomplete"),
        entry("header/body-cut", "A header whose body has not come whole.", BOTH, announced(4) + b"\x0a\x01",
              outcome="incomplete"),
        entry("header/even-id", "Ids of calls are odd.", CLIENT, announced(0, 2),
              answer={"code": 3, "reason": "STREAM_ID_INVALID"}),
        entry("header/id-zero", "No call has id 0.", CLIENT, announced(0, 0),
              answer={"code": 3, "reason": "STREAM_ID_INVALID"}),
        entry("header/largest-id", "The largest id of a call.", CLIENT, announced(0, 0xFFFF_FFFF),
              answer={"code": 12, "reason": "METHOD_NOT_FOUND"}),
        entry("header/unknown-type", "A type that nobody defined is ignored.", CLIENT, frame(1, 0x7F, 0, b"\x01\x02\x03")),
        entry("header/reserved-type", "0x04 to 0x0F are left to ttrpc itself; ignored.", CLIENT, frame(1, 0x04, 0)),
        entry("header/unknown-flags", "Flags that nobody defined are ignored.", CLIENT, frame(1, DATA, 0xF8)),
    ]  # fmt: skip


def requests(contract: Contract) -> list:
    def request(name: str, meaning: str, flags: int = 0, stream: int = 1, **parts) -> dict:
        kind, payload = samples.PAYLOADS[parts.pop("payload")]
        data = contract.encode(kind, payload)
        body = contract.request(parts.pop("service"), parts.pop("method"), data, **parts)
        return entry(name, meaning, CLIENT, frame(stream, REQUEST, flags, body),
                     body={"message": "ttrpc.Request", "json": contract.decode("ttrpc.Request", body)},
                     payload={"message": kind, "json": contract.decode(kind, data)})  # fmt: skip

    session = {"service": "flowd.v1.SessionService"}
    return [
        request("request/unary", "A unary call: 01/00.", **session, method="SetExecutedFlow", payload="set-flow"),
        request("request/alias", "The same call by its alias, cut at the dot.", service="session",
                method="setExecutedFlow", payload="set-flow"),
        request("request/stream", "A call whose answer is a stream: 01/01, the caller sends nothing more.",
                REMOTE_CLOSED, 3, service="flowd.v1.EventService", method="Watch", payload="watch"),
        request("request/empty-payload", "A message without fields takes no bytes.", service="flowd.v1.DaemonService",
                method="Status", payload="status"),
        request("request/timeout", "1.5 s, in nanoseconds.", **session, method="GetCurrentMeta", payload="get-meta",
                timeout_nano=1_500_000_000),
        request("request/expired", "A negative timeout has expired already; int64 takes ten bytes then.", **session,
                method="GetCurrentMeta", payload="get-meta", timeout_nano=-1),
        request("request/metadata", "Metadata is checked and not used.", **session, method="GetCurrentMeta",
                payload="get-meta", metadata=[("trace", "a1b2"), ("trace", "c3d4"), ("empty", "")]),
        request("request/start", "Everything a start can say.", service="flowd.v1.FlowService", method="Start",
                payload="start"),
    ]  # fmt: skip


def responses(contract: Contract) -> list:
    kind, value = samples.PAYLOADS["set-flow-response"]
    data = contract.encode(kind, value)
    plain = contract.response(data)
    meta = contract.message("flowd.v1.SessionMeta", samples.META)
    not_found = contract.error(5, "FLOW_NOT_FOUND", 'no flow "buidl"', {"flow_id": "buidl"})
    aborted = contract.error(10, "EXPECTATION_FAILED", "the session is not as expected",
                             {"session_id": samples.SESSION, "revision": "7"}, [meta])  # fmt: skip

    def error(name: str, meaning: str, body: bytes) -> dict:
        return entry(name, meaning, SERVER, frame(1, RESPONSE, 0, body),
                     body={"message": "ttrpc.Response", "json": contract.decode("ttrpc.Response", body)})  # fmt: skip

    return [
        entry("response/unary", "The answer of a unary call: 02/00.", SERVER, frame(1, RESPONSE, 0, plain),
              body={"message": "ttrpc.Response", "json": contract.decode("ttrpc.Response", plain)},
              payload={"message": kind, "json": contract.decode(kind, data)}),
        entry("response/empty", "Success with a message without fields: no body at all.", SERVER, frame(1, RESPONSE, 0),
              body={"message": "ttrpc.Response", "json": {}}),
        error("response/not-found", "An error: ErrorInfo as its first detail, and no payload.", not_found),
        error("response/aborted", "ABORTED also carries the session as it stands.", aborted),
        error("response/bare-error", "A code and nothing else, as other servers send it.",
              contract.message("ttrpc.Response", {"status": {"code": 12}}).SerializeToString()),
    ]  # fmt: skip


def streams(contract: Contract) -> list:
    kind, value = samples.PAYLOADS["watch-response"]
    data = contract.encode(kind, value)
    failed = contract.error(5, "SESSION_NOT_FOUND", "no session", {"session_id": samples.SESSION})
    return [
        entry("stream/message", "One message of a server stream: 03/00.", SERVER, frame(3, DATA, 0, data),
              payload={"message": kind, "json": contract.decode(kind, data)}),
        entry("stream/empty-message", "Length 0 without the no-data flag is a message without fields.", SERVER,
              frame(3, DATA, 0), payload={"message": kind, "json": {}}),
        entry("stream/last-message", "A payload with remote-closed: deliver it, then end.", BOTH,
              frame(3, DATA, REMOTE_CLOSED, data), payload={"message": kind, "json": contract.decode(kind, data)}),
        entry("stream/end", "The stream ended well: 03/05, no message.", SERVER,
              frame(3, DATA, REMOTE_CLOSED | NO_DATA)),
        entry("stream/error", "The stream ended with an error: a response.", SERVER, frame(3, RESPONSE, 0, failed),
              body={"message": "ttrpc.Response", "json": contract.decode("ttrpc.Response", failed)}),
        entry("stream/remote-open", "A request that announces a client stream; flowd has no such method.", CLIENT,
              frame(5, REQUEST, REMOTE_OPEN, contract.request("flowd.v1.EventService", "Upload")),
              answer={"code": 12, "reason": "METHOD_NOT_FOUND"}),
    ]  # fmt: skip


def extensions() -> list:
    return [
        entry("extension/cancel", "Gives call 3 up; the server still sends its one terminal frame.", CLIENT,
              frame(3, CANCEL, 0)),
        entry("extension/credit", "Allows 16 more messages on call 3.", CLIENT, frame(3, CREDIT, 0, struct.pack(">I", 16))),
        entry("extension/ping", "Eight bytes that come back.", BOTH, frame(0, PING, 0, bytes(range(8)))),
        entry("extension/ping-answer", "They came back: flag 01.", BOTH, frame(0, PING, 1, bytes(range(8)))),
        entry("extension/goaway", "Calls up to id 7 are answered; code 14, with a text for people.", SERVER,
              frame(0, GOAWAY, 0, struct.pack(">II", 7, 14) + b"draining")),
    ]  # fmt: skip
