"""Deadlines, and the bounds on what may be under way."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

from flowd import Client, errors
from flowd._frames import CANCEL
from flowd.v1 import daemon_pb2, event_pb2, flow_pb2, session_pb2
from harness import flows
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.raw import DATA, STATUS, Raw, request

NANOSECONDS = 1_000_000_000


def test_a_watch_past_its_deadline_ends_with_it(daemon: Daemon) -> None:
    session = daemon.session().session_id
    with Raw(daemon.place.socket) as raw:
        payload = event_pb2.EventServiceWatchRequest(session_id=session, snapshot=True)
        began = time.monotonic()
        raw.call(1, "event", "watch", payload, flags=1, timeout_nano=NANOSECONDS)
        first = raw.read()
        assert first is not None and first.type == DATA
        assert isinstance(raw.error(1), errors.DeadlineExceeded)
        assert 0.95 < time.monotonic() - began < 20
        assert raw.is_alive(3)


def test_a_call_that_expires_before_it_is_decided_never_is(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE)).session_id
    before = client.session.get_current_meta(session_id=session)
    for timeout in (-1, 0):
        with pytest.raises(errors.DeadlineExceeded) as caught:
            client.session.set_executed_flow(session, flow_id="f", timeout=timeout)
        assert caught.value.reason == "DEADLINE_EXCEEDED"
        with pytest.raises(errors.DeadlineExceeded):
            client.flow.start(session, timeout=timeout)
    assert client.session.get_current_meta(session_id=session) == before


def test_a_call_that_expires_while_it_waits_is_withdrawn_and_those_behind_it_go_on(daemon: Daemon, client: Client) -> None:
    """The database is locked by somebody else, so nothing is acknowledged meanwhile."""
    session = daemon.session(client).session_id
    database = daemon.place.database
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    call = client.pipelined.session.set_provider_model
    futures = [call(session, provider_id="ollama", model_id=f"m{n}", timeout=0.2 if n == 1 else 20) for n in range(3)]
    assert isinstance(futures[1].exception(60), errors.DeadlineExceeded)
    assert not futures[0].done() and not futures[2].done()
    other.execute("ROLLBACK")
    other.close()
    revisions = [futures[0].result(60).meta.revision, futures[2].result(60).meta.revision]
    assert revisions in ([2, 3], [2, 4])
    log = [event.session_meta_changed.meta.revision for event in client.watch(session_id=session, until_now=True)]
    assert [revision for revision in log if revision] == list(range(1, revisions[1] + 1))


def test_a_long_timeout_is_no_trouble(client: Client) -> None:
    for timeout in (1, 86_400, 9_000_000_000.0):
        assert client.daemon.status(timeout=timeout).pid


def test_a_cancelled_watch_ends_and_its_connection_goes_on(daemon: Daemon) -> None:
    session = daemon.session().session_id
    with Raw(daemon.place.socket) as raw:
        raw.call(1, "daemon", "hello", daemon_pb2.DaemonServiceHelloRequest(features=["cancel"]))
        raw.reply(1)
        for stream in range(3, 1003, 2):
            raw.call(stream, "event", "watch", event_pb2.EventServiceWatchRequest(session_id=session), flags=1)
            raw.send(stream, CANCEL)
            frame = raw.read()
            while frame is not None and frame.type == DATA and not frame.flags:
                frame = raw.read()
            assert frame is not None and (frame.stream, frame.type) == (stream, 2)
        raw.send(9999, CANCEL)
        raw.send(3, CANCEL)
        assert raw.is_alive(1003)
    client = daemon.client()
    eventually(lambda: client.daemon.status().counters["watchers"] == 0, "the end of the watchers")


def test_no_more_runs_queue_than_the_bound(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client, flow=daemon.place.flow("w", flows.waiting())).session_id
    calls = client.pipelined.flow
    futures = [calls.start(session, if_active="IF_ACTIVE_QUEUE", env=daemon.place.environment) for _ in range(105)]
    outcomes = [future.exception(60) for future in futures]
    assert outcomes[:101] == [None] * 101
    assert {type(error) for error in outcomes[101:]} == {errors.ResourceExhausted}
    assert {error.reason for error in outcomes[101:]} == {"QUEUE_FULL"}  # type: ignore[union-attr]
    client.session.close(session, cancel_active=True)
    eventually(lambda: client.daemon.status().counters["active_runs"] == 0, "the end of all runs")


def test_twenty_thousand_pipelined_calls_are_all_answered_in_order(daemon: Daemon, client: Client) -> None:
    """More than a connection may have under way and a lane may hold: the daemon reads no further meanwhile."""
    session = daemon.session(client).session_id
    payload = session_pb2.SessionServiceSetProviderModelRequest(session_id=session, provider_id="ollama", model_id="m")
    count = 20_000
    with Raw(daemon.place.socket, 300) as raw:
        data = b"".join(request(2 * n + 1, "session", "setProviderModel", payload) for n in range(count))
        sender = threading.Thread(target=raw.write, args=(data,))
        sender.start()
        for n in range(count):
            response = session_pb2.SessionServiceSetProviderModelResponse.FromString(raw.reply(2 * n + 1))
            assert response.meta.revision == n + 2
        sender.join()


def test_one_session_from_many_connections_is_bounded_and_fair(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    payload = session_pb2.SessionServiceSetProviderModelRequest(session_id=session, provider_id="ollama", model_id="m")
    raws = [Raw(daemon.place.socket) for _ in range(8)]
    for raw in raws:
        raw.socket.setblocking(True)
        raw.write(b"".join(request(2 * n + 1, "session", "setProviderModel", payload) for n in range(1000)))
    revisions = set()
    for raw in raws:
        for n in range(1000):
            response = session_pb2.SessionServiceSetProviderModelResponse.FromString(raw.reply(2 * n + 1))
            revisions.add(response.meta.revision)
        raw.close()
    assert revisions == set(range(2, 8002))


def test_the_largest_frame_is_taken(daemon: Daemon) -> None:
    """A flow file as large as the frame allows is not one, but it is read and judged."""
    with Raw(daemon.place.socket) as raw:
        for stream, size in ((1, 4_194_304), (3, 4_194_304)):
            overhead = len(request(stream, "flow", "validate", flow_pb2.FlowServiceValidateRequest(content=b"x" * 4_000_000)))
            content = b"x" * (size + 10 - (overhead - 4_000_000))
            data = request(stream, "flow", "validate", flow_pb2.FlowServiceValidateRequest(content=content))
            assert len(data) == size + 10
            raw.write(data)
            response = flow_pb2.FlowServiceValidateResponse.FromString(raw.reply(stream))
            assert not response.valid
        raw.call(5, *STATUS)
        raw.reply(5)


def test_calls_that_expire_together_hold_up_nobody(daemon: Daemon, client: Client) -> None:
    """Two thousand deadlines in one instant, with many sessions in memory."""
    made = [client.pipelined.session.new(workspace=f"/w{n}") for n in range(2000)]
    session = [future.result(60) for future in made][0].meta.session_id
    database = daemon.place.database
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    call = client.pipelined.session.set_provider_model
    futures = [call(session, provider_id="ollama", model_id="m", timeout=0.3) for _ in range(2000)]
    bystander, slowest = daemon.client(), 0.0
    while not futures[-1].done():
        began = time.monotonic()
        bystander.daemon.status()
        slowest = max(slowest, time.monotonic() - began)
    other.execute("ROLLBACK")
    other.close()
    assert {type(future.exception(60)) for future in futures} == {errors.DeadlineExceeded}
    assert slowest < 3, f"another client waited {slowest:.1f} s"
