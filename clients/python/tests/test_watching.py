"""Watching: every event once and in order, whatever happens to connections."""

from __future__ import annotations

import asyncio
import pathlib
import random
import socket
import threading
from typing import Any, Iterator

import pytest
from fakes import EventDaemon, event, snapshot
from peer import Peer

from flowd import AsyncClient, Client, errors
from flowd._async_watch import AsyncWatch
from flowd._cursor import Cursor
from flowd.v1 import event_pb2
from flowd.watch import Watch

LOG = [event(seq) for seq in range(1, 201)]


@pytest.fixture
def path(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    yield tmp_path / "s"


def message(value: event_pb2.Event) -> event_pb2.EventServiceWatchResponse:
    return event_pb2.EventServiceWatchResponse(event=value)


def cutting(seed: int) -> Any:
    """Serves the log from where it is asked, and cuts the connection after some events, now and then amid a frame."""
    chance = random.Random(seed)

    def serve(peer: Peer, stream: int, request: event_pb2.EventServiceWatchRequest) -> None:
        after = request.after_position // 10 if request.WhichOneof("target") == "all" else request.after_seq
        rest = LOG[after:]
        count = chance.randrange(0, 40)
        for value in rest[:count]:
            peer.data(stream, message(value))
        if count >= len(rest):
            peer.end(stream)
        elif chance.random() < 0.5:
            peer.connection.sendall(b"\x00\x00\x00\x20\x00\x00\x00\x01\x03\x00half")

    return serve


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("target", [{"session_id": "s"}, {"all": True}], ids=["session", "all"])
def test_a_watch_that_is_cut_anywhere_is_the_log(path: pathlib.Path, seed: int, target: Any) -> None:
    daemon = EventDaemon(path, cutting(seed))
    with Client(str(path), spawn=None) as client:
        watch = client.watch(**target)
        watch._backoff.FIRST_SECONDS = watch._backoff.MAX_SECONDS = 0.001  # type: ignore[misc]
        assert [value.seq for value in watch] == list(range(1, 201)), f"seed {seed}"
    assert len(daemon.requests) > 3
    daemon.close()


def test_an_asyncio_watch_that_is_cut_anywhere_is_the_log(path: pathlib.Path) -> None:
    daemon = EventDaemon(path, cutting(1))

    async def collect() -> list[int]:
        async with AsyncClient(str(path), spawn=None) as client, client.watch(session_id="s") as watch:
            return [value.seq async for value in watch]

    assert asyncio.run(collect()) == list(range(1, 201))
    daemon.close()


def test_events_given_twice_are_handed_out_once(path: pathlib.Path) -> None:
    def serve(peer: Peer, stream: int, request: event_pb2.EventServiceWatchRequest) -> None:
        for seq in (1, 2, 2, 1, 3):
            peer.data(stream, message(event(seq)))
        peer.end(stream)

    daemon = EventDaemon(path, serve)
    with Client(str(path), spawn=None) as client:
        assert [value.seq for value in client.watch(session_id="s")] == [1, 2, 3]
    daemon.close()


def test_a_gap_is_data_loss(path: pathlib.Path) -> None:
    def serve(peer: Peer, stream: int, request: event_pb2.EventServiceWatchRequest) -> None:
        peer.data(stream, message(event(6)))
        peer.data(stream, message(event(8)))

    daemon = EventDaemon(path, serve)
    with Client(str(path), spawn=None) as client:
        watch = client.watch(session_id="s", after_seq=5)
        assert next(watch).seq == 6
        with pytest.raises(errors.DataLoss):
            next(watch)
    daemon.close()


def test_after_a_snapshot_the_watch_goes_on_from_it(path: pathlib.Path) -> None:
    def serve(peer: Peer, stream: int, request: event_pb2.EventServiceWatchRequest) -> None:
        if request.snapshot:
            peer.data(stream, message(snapshot(40, 400)))
            return
        for value in LOG[request.after_seq : 45]:
            peer.data(stream, message(value))
        peer.end(stream)

    daemon = EventDaemon(path, serve)
    with Client(str(path), spawn=None) as client:
        values = list(client.watch(session_id="s", snapshot=True))
    assert [(value.WhichOneof("kind"), value.seq) for value in values] == [
        ("snapshot", 40),
        *[("run_paused", seq) for seq in range(41, 46)],
    ]
    daemon.close()


def test_a_cut_amid_the_snapshots_of_a_workspace_asks_for_them_again(path: pathlib.Path) -> None:
    def serve(peer: Peer, stream: int, request: event_pb2.EventServiceWatchRequest) -> None:
        first = len(daemon.requests) == 1
        for value in [snapshot(3, 90)] if first else [snapshot(4, 100), snapshot(7, 100), event(8, 110)]:
            peer.data(stream, message(value))
        if not first:
            peer.end(stream)

    daemon = EventDaemon(path, serve)
    with Client(str(path), spawn=None) as client:
        values = list(client.watch(workspace="/w", snapshot=True))
    assert [value.position for value in values] == [90, 100, 100, 110]
    assert [request.snapshot for request in daemon.requests] == [True, True]
    daemon.close()


def test_an_error_other_than_unavailable_ends_the_watch(path: pathlib.Path) -> None:
    def serve(peer: Peer, stream: int, request: event_pb2.EventServiceWatchRequest) -> None:
        if len(daemon.requests) == 1:
            peer.refuse(stream, 14, "DRAINING")
        else:
            peer.refuse(stream, 5, "SESSION_NOT_FOUND", session_id="s")

    daemon = EventDaemon(path, serve)
    with Client(str(path), spawn=None) as client:
        with pytest.raises(errors.NotFound) as caught:
            next(client.watch(session_id="s"))
    assert caught.value.reason == "SESSION_NOT_FOUND" and len(daemon.requests) == 2
    daemon.close()


def test_patience_ends(path: pathlib.Path) -> None:
    with Client(str(path), spawn=None) as client, pytest.raises(errors.Unavailable):
        next(client.watch(session_id="s", patience=0.1))


def test_a_watch_is_closed_from_another_thread(path: pathlib.Path) -> None:
    asked = threading.Event()

    def serve(peer: Peer, stream: int, request: event_pb2.EventServiceWatchRequest) -> None:
        asked.set()
        peer.read()

    daemon = EventDaemon(path, serve)
    with Client(str(path), spawn=None) as client:
        watch = client.watch(session_id="s")
        thread = threading.Thread(target=lambda: list(watch))
        thread.start()
        assert asked.wait(60)
        watch.close()
        thread.join(60)
        assert not thread.is_alive()
    daemon.close()


def test_a_watch_that_is_closed_while_it_connects_asks_for_nothing() -> None:
    ours, theirs = socket.socketpair()
    theirs.shutdown(socket.SHUT_WR)

    def connect() -> socket.socket:
        watch.close()
        return ours

    watch = Watch(connect, Cursor(session_id="s"), None)
    with theirs:
        assert list(watch) == [] and theirs.recv(1) == b""


def test_an_async_watch_that_is_closed_while_it_connects_asks_for_nothing() -> None:
    ours, theirs = socket.socketpair()
    theirs.shutdown(socket.SHUT_WR)

    async def scenario() -> list[event_pb2.Event]:
        def connect() -> socket.socket:
            watch.close()
            return ours

        watch = AsyncWatch(connect, Cursor(session_id="s"), None)
        return [event async for event in watch]

    with theirs:
        assert asyncio.run(scenario()) == [] and theirs.recv(1) == b""


def test_a_watch_that_is_closed_after_it_has_asked_ends() -> None:
    class Closing(socket.socket):
        def sendall(self, data: Any, flags: int = 0) -> None:
            watch.close()

    with Closing(socket.AF_UNIX) as connection:
        watch = Watch(lambda: connection, Cursor(session_id="s"), None)
        assert list(watch) == []


def test_one_target_is_watched() -> None:
    with Client("/nowhere", spawn=None) as client:
        for wrong in ({}, {"session_id": "s", "all": True}, {"workspace": "/w", "run_id": "r"}):
            with pytest.raises(ValueError):
                client.watch(**wrong)  # type: ignore[arg-type]
