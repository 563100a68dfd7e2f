"""Bytes that no client should send: refused, cheaply, and without harm to anybody else."""

from __future__ import annotations

import random
import socket
import struct
import time
from typing import Any

import pytest

from flowd import errors
from flowd.v1 import event_pb2, session_pb2
from harness import processes
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.raw import DATA, REQUEST, STATUS, Frame, Raw, request

MEBIBYTE = 1 << 20
LIST = ("session", "list")
START = ("flow", "start")


def test_the_longest_length_is_refused_before_memory_is_given(daemon: Daemon) -> None:
    before = processes.resident_bytes(daemon.pid)
    for length in (0xFFFF_FFFF, 0x8000_0000, 0x0100_0000):
        with Raw(daemon.place.socket) as raw:
            raw.is_alive(1)
            raw.write(struct.pack(">IIBB", length, 3, REQUEST, 0))
            assert raw.is_closed()
    assert processes.resident_bytes(daemon.pid) - before < 8 * MEBIBYTE
    assert daemon.client().daemon.status().pid


def test_a_first_byte_that_is_not_ours_closes_the_connection(daemon: Daemon) -> None:
    for first in (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"{}", b"\x16\x03\x01", b"\xff" * 64):
        with Raw(daemon.place.socket) as raw:
            raw.write(first)
            assert raw.is_closed()


def test_announced_bodies_that_never_come_cost_nothing(daemon: Daemon) -> None:
    before = processes.resident_bytes(daemon.pid)
    raws = [Raw(daemon.place.socket) for _ in range(200)]
    for raw in raws:
        raw.write(struct.pack(">IIBB", 4 * MEBIBYTE, 1, REQUEST, 0) + b"\x0a")
    assert daemon.client().daemon.status().pid
    assert processes.resident_bytes(daemon.pid) - before < 16 * MEBIBYTE
    for raw in raws:
        raw.close()


def test_frames_may_come_byte_by_byte(daemon: Daemon) -> None:
    with Raw(daemon.place.socket) as slow:
        for byte in request(1, *STATUS):
            slow.write(bytes([byte]))
        slow.reply(1)
        data = request(3, *STATUS) + request(5, *STATUS)
        for at in range(0, len(data), 7):
            slow.write(data[at : at + 7])
        assert slow.reply(3) and slow.reply(5)


def test_a_header_without_end_holds_up_nobody(daemon: Daemon) -> None:
    client = daemon.client()
    drippers = [Raw(daemon.place.socket) for _ in range(100)]
    for at in range(10):
        for dripper in drippers:
            dripper.write(b"\x00\x40\x00\x00\x00\x00\x00\x01\x01\x00"[at : at + 1])
        began = time.monotonic()
        assert client.daemon.status().pid
        assert time.monotonic() - began < 5
    for dripper in drippers:
        dripper.close()


def tiny_fields(number: int, count: int) -> bytes:
    return bytes([number << 3, 1]) * count


@pytest.mark.parametrize(
    ("name", "payload", "reasons"),
    [
        ("two-million-unknown", tiny_fields(15, 2_000_000), {"MESSAGE_TOO_LARGE"}),
        ("two-million-known", tiny_fields(2, 2_000_000), {"MESSAGE_TOO_LARGE"}),
        ("two-million-empty-strings", b"\x7a\x00" * 2_000_000, {"MESSAGE_TOO_LARGE"}),
        ("endless-varint", b"\x10" + b"\x80" * 4_000_000, {"MESSAGE_MALFORMED"}),
        ("huge-length", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", {"MESSAGE_MALFORMED"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_amplifying_messages_are_refused_in_bounded_memory(daemon: Daemon, name: str, payload: bytes, reasons: Any) -> None:
    with Raw(daemon.place.socket) as raw:
        raw.is_alive(1)
        before = processes.resident_bytes(daemon.pid)
        for stream in range(3, 23, 2):
            raw.call(stream, *LIST, payload)
            assert raw.error(stream).reason in reasons
        assert processes.resident_bytes(daemon.pid) - before < 48 * MEBIBYTE
        assert raw.is_alive(31)


def test_map_entries_do_not_amplify(daemon: Daemon) -> None:
    payload = b"\x0a\x2401890a5d-ac96-774b-bcce-b302099a8057" + b"\x3a\x00" * 60_000
    with Raw(daemon.place.socket) as raw:
        before = processes.resident_bytes(daemon.pid)
        for stream in range(1, 41, 2):
            raw.call(stream, *START, payload)
            assert isinstance(raw.error(stream), (errors.InvalidArgument, errors.ResourceExhausted))
        assert processes.resident_bytes(daemon.pid) - before < 48 * MEBIBYTE


def test_envelopes_full_of_fields_are_refused(daemon: Daemon) -> None:
    with Raw(daemon.place.socket) as raw:
        for stream, body in ((1, b"\x2a\x00" * 2_000_000), (3, tiny_fields(15, 2_000_000)), (5, b"\x0a\x00" * 2_000_000)):
            raw.send(stream, REQUEST, 0, body)
            assert isinstance(raw.error(stream), (errors.ResourceExhausted, errors.InvalidArgument))
        assert raw.is_alive(7)


def test_reused_even_and_old_ids_are_refused_on_that_id(daemon: Daemon) -> None:
    with Raw(daemon.place.socket) as raw:
        for stream in (0, 2, 0xFFFF_FFFE):
            raw.call(stream, *STATUS)
            assert raw.error(stream).reason == "STREAM_ID_INVALID"
        raw.is_alive(0xFFFF_FFFF)
        for stream in (0xFFFF_FFFF, 1):
            raw.call(stream, *STATUS)
            assert raw.error(stream).reason == "STREAM_ID_INVALID"


def test_an_active_id_is_refused_without_harm_to_its_call(daemon: Daemon) -> None:
    session = daemon.session().session_id
    with Raw(daemon.place.socket) as raw:
        raw.call(1, "event", "watch", event_pb2.EventServiceWatchRequest(session_id=session, snapshot=True), flags=1)
        first = raw.read()
        assert first is not None and first.type == DATA
        raw.call(1, *STATUS)
        assert raw.error(1).reason == "STREAM_ID_INVALID"


def test_data_for_a_unary_call_gives_one_terminal_frame(daemon: Daemon) -> None:
    """Whichever is faster, the answer or the refusal."""
    session = daemon.session().session_id
    payload = session_pb2.SessionServiceSetProviderModelRequest(session_id=session, provider_id="ollama", model_id="m")
    with Raw(daemon.place.socket) as raw:
        for stream in range(1, 201, 2):
            data = Frame(stream, DATA, 0, b"more").encode()
            raw.write(request(stream, "session", "setProviderModel", payload) + data)
            frame = raw.read()
            assert frame is not None and (frame.stream, frame.type) == (stream, 2)
        raw.is_alive(1001)


def test_unknown_frames_are_ignored(daemon: Daemon) -> None:
    with Raw(daemon.place.socket) as raw:
        for kind in (0x00, 0x04, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x20, 0xFF):
            for stream in (0, 1, 2, 99):
                raw.send(stream, kind, 0xFF, b"\x00" * 9)
        assert raw.is_alive(1)


def test_extensions_work_only_for_those_who_asked(daemon: Daemon) -> None:
    with Raw(daemon.place.socket) as raw:
        raw.send(0, 0x12, 0, b"12345678")
        assert raw.is_alive(1), "the ping was answered"


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes_harm_nobody(daemon: Daemon, seed: int) -> None:
    chance = random.Random(seed)
    client = daemon.client()
    valid = [request(1, *STATUS), request(3, *LIST), request(5, *START, b"\x0a\x24" + b"0" * 36)]
    for _ in range(150):
        with Raw(daemon.place.socket) as raw:
            data = bytearray(b"".join(chance.choice(valid) for _ in range(chance.randrange(1, 6))))
            for _ in range(chance.randrange(1, 20)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                raw.write(bytes(data))
                raw.socket.shutdown(socket.SHUT_WR)
                while raw.socket.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass  # Closed for what was sent.
    assert client.daemon.status().pid == daemon.pid
    eventually(lambda: client.daemon.status().counters["connections"] == 1, "the end of the others")
