#!/usr/bin/env python3
"""Writes the seeds of the fuzzers: Fuzz/corpus/messages (a byte that picks a message type by its place among the full names,
255 for every type, and one encoded message) and Fuzz/corpus/frames (what a client sends on one connection). Deterministic, so that a change of the contract shows up as a diff. Standard library only.

The ordinary messages follow from proto/flowd.descriptors.pb: each message of the contract with every field set. The rest
are the faults that decoders of this format are known for.
"""

import shutil
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DESCRIPTORS = HERE.parent / "proto" / "flowd.descriptors.pb"
CORPUS = HERE / "corpus"
FILES_MAX, BYTES_MAX = 200, 65_536
VARINT, FIXED64, BYTES, GROUP, GROUP_END, FIXED32 = range(6)


# ---- the encoding -----------------------------------------------------------------------------------
def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def field(number, value, wire_type=None):
    """An integer as a varint; text, bytes and messages with their length."""
    if isinstance(value, int) and wire_type in (None, VARINT):
        return varint(number << 3 | VARINT) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    if wire_type in (None, BYTES):
        return varint(number << 3 | BYTES) + varint(len(value)) + value
    return varint(number << 3 | wire_type) + value


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def read_fields(data):
    """(number, value) of a message that is known to be well-formed."""
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        if tag & 7 == BYTES:
            length, at = read_varint(data, at)
            yield tag >> 3, data[at:at + length]
            at += length
        else:
            value, at = read_varint(data, at)
            yield tag >> 3, value


# ---- ordinary messages, from the descriptors ---------------------------------------------------------
class Contract:
    """Messages by full name, each a list of (number, type, type name, name), from a FileDescriptorSet."""

    def __init__(self, encoded):
        self.messages = {}
        for _, file in read_fields(encoded):
            parts = list(read_fields(file))
            package = next(v.decode() for n, v in parts if n == 2)
            for number, value in parts:
                if number == 4:
                    self.add(package, value)

    def add(self, scope, encoded):
        parts = list(read_fields(encoded))
        name = f"{scope}.{next(v.decode() for n, v in parts if n == 1)}"
        self.messages[name] = []
        for number, value in parts:
            if number == 3:
                self.add(name, value)
            elif number == 2:
                entry = dict(read_fields(value))
                self.messages[name].append((entry[3], entry[5], entry.get(6, b"").decode()[1:], entry[1].decode()))

    def encode(self, name, depth=0):
        return b"".join(field(number, self.value(kind, type_name, label, depth))
                        for number, kind, type_name, label in self.messages[name] if depth < 3 or kind != 11)

    def value(self, kind, type_name, label, depth):
        if kind == 11:  # message
            return self.encode(type_name, depth + 1)
        if kind == 9:  # string
            return {"workspace": "/home/ü", "session_id": "01890a5d-ac96-7001-8001-000000000001"}.get(label, label)
        if kind == 12:  # bytes
            return b"{}"
        return 1

    def ours(self):
        return [n for n in self.messages if n.startswith(("flowd.", "google.rpc.")) and n.rpartition(".")[0] not in self.messages]

    def pick(self, name):
        types = sorted(n for n in self.messages if n.rpartition(".")[0] not in self.messages and not n.startswith("ttrpc."))
        return bytes([types.index(name)])


# ---- messages that are wrong, or only odd -------------------------------------------------------------
SESSION = "01890a5d-ac96-7001-8001-000000000001"


def odd_messages():
    deep = b""
    for _ in range(40):
        deep = field(4, field(1, deep))
    meta = field(1, SESSION)
    return {
        "empty": b"",
        "cut-tag": b"\x80",
        "cut-varint": b"\x08\xff\xff",
        "cut-length": b"\x0a\xff",
        "cut-text": field(1, "abcdef")[:-2],
        "field-0": b"\x00\x01",
        "field-largest": varint(((1 << 29) - 1) << 3) + b"\x01",
        "field-beyond": varint(1 << 29 << 3) + b"\x01",
        "tag-of-10-bytes": b"\xff" * 9 + b"\x01\x00",
        "varint-of-10-bytes": b"\x08" + b"\xff" * 9 + b"\x01",
        "varint-beyond-64-bits": b"\x08" + b"\xff" * 9 + b"\x7f",
        "varint-of-11-bytes": b"\x08" + b"\x80" * 10 + b"\x01",
        "varint-overlong": b"\x08\x81\x80\x80\x00",
        "length-overlong": b"\x0a\x83\x80\x00abc",
        "length-of-2^31": b"\x0a" + varint(1 << 31),
        "length-of-2^63": b"\x0a" + varint(1 << 63),
        "length-of-2^64-1": b"\x0a" + varint((1 << 64) - 1),
        "group": field(1, b"", GROUP) + field(2, 1) + field(1, b"", GROUP_END),
        "group-end-alone": field(1, b"", GROUP_END),
        "groups-nested": field(1, b"", GROUP) * 50,
        "wire-type-6": b"\x0e\x01",
        "wire-type-7": b"\x0f\x01",
        "text-as-varint": field(1, 5) + field(2, 5),
        "text-as-fixed32": field(1, b"abcd", FIXED32),
        "text-as-fixed64": field(1, b"abcdefgh", FIXED64),
        "number-as-bytes": field(3, "abc") + field(5, b"\x01\x02") + field(8, b"\xff"),
        "utf8-invalid": field(1, b"\xff\xfe"),
        "utf8-cut": field(1, b"abc\xe2\x82"),
        "utf8-overlong": field(1, b"\xc0\x80\xe0\x80\xaf"),
        "utf8-surrogate": field(1, b"\xed\xa0\x80"),
        "utf8-beyond": field(1, b"\xf4\x90\x80\x80"),
        "utf8-largest": field(1, "\U0010ffff"),
        "nul": field(1, b"before\0after"),
        "text-twice": field(1, "first") + field(1, "second"),
        "message-twice": field(3, field(1, 1)) + field(3, field(2, "flow")) + field(4, field(1, 1)) * 2,
        "one-of-twice": field(1, SESSION) + field(2, "/home/ü") + field(3, 1),
        "deep": deep,
        "deep-unknown": field(900, field(900, field(900, deep))),
        "many-tiny-fields": b"\x08\x01" * 1500,
        "many-unknown-fields": field(1000, 1) * 1000,
        "many-empty-messages": b"\x0a\x00" * 1500,
        "enum-negative": field(2, -1) + field(3, -1) + field(5, -1) + field(8, -1),
        "enum-unknown": field(2, 999) + field(3, 999) + field(5, 999) + field(8, 1 << 31),
        "bool-2": field(3, 2) + field(7, 2) + field(8, (1 << 64) - 1),
        "packed": field(3, bytes([1, 2, 3, 4, 5])),
        "packed-cut": field(3, b"\x01\x80"),
        "unpacked": field(3, 1) + field(3, 2) + field(3, 300),
        "map-without-key": field(7, field(2, "value")) + field(5, field(2, 7)),
        "map-without-value": field(7, field(1, "key")) + field(7, b""),
        "map-key-twice": field(7, field(1, "KEY") + field(2, "a")) + field(7, field(1, "KEY") + field(2, "b")),
        "inputs-deep": meta + field(4, b"[" * 200 + b"]" * 200),
        "inputs-numbers": meta + field(4, b'{"a":1e999,"b":-0,"c":9223372036854775808,"d":1.0E+2}'),
        "inputs-strings": meta + field(4, br'{"\u0000":"\ud800","a":"\udc00\ud800","a":"twice"}'),
        "inputs-not-json": meta + field(4, b'{"a":'),
        "workspace-dots": field(1, "/home/../../etc/./") + field(2, "title\n\x1b[31m"),
        "workspace-relative": field(1, "home/user"),
        "timestamps-far": field(10, field(1, 1 << 62) + field(2, -1)) + field(11, field(1, -1 << 63) + field(2, 2_000_000_000)),
        "flow-file": field(1, "name: A\nsteps:\n  - id: a\n    uses: run\n    with: { command: 'true' }\n"),
        "flow-file-aliases": field(1, "a: &a [1, *a]\nb: [*a, *a, *a]\nsteps: !!binary x\n"),
        "flow-file-deep": field(1, "[" * 300),
        "flow-file-cut": field(1, "name: \"unfinished\nsteps: [{id"),
    }


# ---- what a client sends ------------------------------------------------------------------------------
REQUEST, RESPONSE, DATA, CANCEL, CREDIT, PING, GOAWAY = 1, 2, 3, 0x10, 0x11, 0x12, 0x13
CLOSED, OPEN, NO_DATA = 1, 2, 4


def frame(stream, body=b"", kind=REQUEST, flags=0, length=None):
    return struct.pack(">IIBB", len(body) if length is None else length, stream, kind, flags) + body


def request(service, method, payload=b"", timeout=None, headers=()):
    body = field(1, service) + field(2, method) + field(3, payload)
    if timeout is not None:
        body += field(4, timeout)
    return body + b"".join(field(5, field(1, k) + field(2, v)) for k, v in headers)


def client_frames():
    sessions, daemon, events = "flowd.v1.SessionService", "flowd.v1.DaemonService", "flowd.v1.EventService"
    meta = request(sessions, "GetCurrentMeta", field(1, SESSION))
    new = request(sessions, "New", field(1, "/home/ü") + field(2, "title"))
    hello = request(daemon, "Hello", field(1, "fuzz"))
    extended = request(daemon, "Hello", field(1, "fuzz") + b"".join(field(2, f) for f in ("cancel", "credit", "ping", "goaway")))
    watch = request(events, "Watch", field(3, 1) + field(7, 1))
    status = request(daemon, "Status")
    start = request("flowd.v1.FlowService", "Start", field(1, SESSION) + field(2, "once") + field(4, "{}"))
    return {
        "unary": frame(1, new),
        "unary-closed": frame(1, hello, flags=CLOSED),
        "pipelined": frame(1, hello) + frame(3, new) + frame(5, meta) + frame(7, status) + frame(9, start),
        "alias": frame(1, request("session", "getCurrentMeta", field(1, SESSION))),
        "alias-in-one": frame(1, request("", "session.getCurrentMeta", field(1, SESSION))),
        "path": frame(1, request("/flowd.v1.SessionService", "/GetCurrentMeta")),
        "no-service": frame(1, request("", "")),
        "service-unknown": frame(1, request("flowd.v9.None", "New")),
        "method-unknown": frame(1, request(sessions, "new")),
        "service-nul": frame(1, request(sessions + "\0", "New\0")),
        "service-invalid-utf8": frame(1, field(1, b"\xff") + field(2, b"\xfe")),
        "service-long": frame(1, request("s" * 2000, "m" * 2000)),
        "payload-wrong": frame(1, request(sessions, "New", b"\x0a\xff\xff")),
        "payload-twice": frame(1, meta + field(3, b"")),
        "envelope-empty": frame(1),
        "envelope-cut": frame(1, meta[:-3]),
        "envelope-unknown-fields": frame(1, meta + field(99, "new") + field(1000, 1)),
        "timeout-0": frame(1, request(daemon, "Hello", timeout=0)),
        "timeout-1ns": frame(1, request(daemon, "Hello", timeout=1)),
        "timeout-negative": frame(1, request(daemon, "Hello", timeout=-1)),
        "timeout-largest": frame(1, request(daemon, "Hello", timeout=(1 << 63) - 1)),
        "timeout-smallest": frame(1, request(daemon, "Hello", timeout=-1 << 63)),
        "headers": frame(1, request(daemon, "Hello", headers=[("traceparent", "00-4bf9-00f0-01"), ("", ""), ("a", "ü")])),
        "headers-many": frame(1, request(daemon, "Hello", headers=[("k", "v")] * 300)),
        "stream-0": frame(0, hello),
        "stream-even": frame(2, hello),
        "stream-largest": frame(0xFFFFFFFF, hello) + frame(1, hello),
        "stream-used-again": frame(1, hello) + frame(1, hello),
        "stream-out-of-order": frame(5, hello) + frame(1, hello) + frame(3, hello),
        "stream-far-back": frame(1001, hello) + frame(1, hello),
        "watch": frame(1, watch, flags=CLOSED),
        "watch-twice": frame(1, watch, flags=CLOSED) + frame(3, watch, flags=CLOSED),
        "watch-open": frame(1, watch, flags=OPEN) + frame(1, kind=DATA, flags=CLOSED | NO_DATA),
        "watch-data": frame(1, watch, flags=CLOSED) + frame(1, b"late", DATA),
        "watch-then-unary": frame(1, watch, flags=CLOSED) + frame(3, new),
        "unary-as-stream": frame(1, new, flags=OPEN) + frame(1, b"", DATA, CLOSED),
        "data-on-unary": frame(1, start) + frame(1, b"more", DATA),
        "data-unknown-stream": frame(7, b"data", DATA),
        "data-no-data-with-body": frame(1, watch, flags=OPEN) + frame(1, b"body", DATA, NO_DATA),
        "flags-all": frame(1, hello, flags=0xFF),
        "response-from-client": frame(1, field(2, b""), RESPONSE),
        "type-unknown": frame(1, b"?", 0x7F) + frame(3, hello),
        "type-reserved": b"".join(frame(2 * t + 1, b"", t) for t in range(4, 16)),
        "ping": frame(1, extended) + frame(0, b"12345678", PING),
        "ping-unasked": frame(0, b"12345678", PING),
        "ping-answer": frame(1, extended) + frame(0, b"12345678", PING, 1),
        "ping-short": frame(1, extended) + frame(0, b"1234", PING),
        "ping-with-stream": frame(1, extended) + frame(3, b"12345678", PING),
        "cancel": frame(1, extended) + frame(3, watch, flags=CLOSED) + frame(3, kind=CANCEL),
        "cancel-unknown": frame(1, extended) + frame(9, kind=CANCEL) + frame(0, kind=CANCEL),
        "cancel-with-body": frame(1, extended) + frame(3, watch, flags=CLOSED) + frame(3, b"now", CANCEL),
        "credit": frame(1, extended) + frame(3, watch, flags=CLOSED) + frame(3, struct.pack(">I", 10), CREDIT),
        "credit-overflow": frame(1, extended) + frame(3, watch, flags=CLOSED) + frame(3, b"\xff" * 4, CREDIT) * 3,
        "goaway-from-client": frame(1, extended) + frame(0, struct.pack(">II", 1, 0) + b"bye", GOAWAY),
        "hello-twice": frame(1, extended) + frame(3, hello),
        "length-4MiB": frame(1, hello, length=4 << 20),
        "length-beyond": frame(1, hello, length=(4 << 20) + 1),
        "length-16MiB": frame(1, b"", length=1 << 24),
        "length-largest": frame(1, b"", length=0xFFFFFFFF),
        "length-short": frame(1, hello, length=len(hello) - 1) + frame(3, hello),
        "length-long": frame(1, hello, length=len(hello) + 5) + frame(3, hello),
        "cut-header": frame(1, hello)[:7],
        "cut-body": frame(1, hello)[:-1],
        "zeros": bytes(200),
        "ones": b"\xff" * 64,
        "first-nothing": b"",
        "first-http2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + struct.pack(">I", 0)[1:] + b"\x04\0\0\0\0\0",
        "first-http1": b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "first-http1-cut": b"POS",
        "first-json": b'{"method":"hello"}\n',
        "first-tls": b"\x16\x03\x01\x02\x00\x01",
    }


def main():
    contract = Contract(DESCRIPTORS.read_bytes())
    alike = {}  # many replies hold one and the same message
    for name in contract.ours():
        alike.setdefault(contract.encode(name), name)
    seeds = {CORPUS / "messages" / name: contract.pick(name) + data for data, name in alike.items() if data}
    seeds |= {CORPUS / "messages" / f"odd-{name}": b"\xff" + data for name, data in odd_messages().items()}
    seeds |= {CORPUS / "frames" / name: data for name, data in client_frames().items()}
    total = sum(map(len, seeds.values()))
    if len(seeds) > FILES_MAX or total > BYTES_MAX:
        sys.exit(f"{len(seeds)} files of {total} bytes: more than {FILES_MAX} or {BYTES_MAX}")
    shutil.rmtree(CORPUS, ignore_errors=True)
    for path, data in seeds.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(seeds)} files, {total} bytes")


if __name__ == "__main__":
    main()
