"""Clients that misbehave as peers: slow, absent, too many, or gone in the middle."""

from __future__ import annotations

import array
import os
import random
import resource
import socket
import struct
import threading
import time
from typing import Any

import pytest

from flowd import Client, errors
from flowd.v1 import event_pb2, flow_pb2, run_pb2, session_pb2
from harness import flows, processes
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.raw import STATUS, Raw, request

MEBIBYTE = 1 << 20


def fill(client: Client, session: str, count: int) -> None:
    """Writes until the session's log has that many more events."""
    for start in range(0, count, 500):
        futures = [
            client.pipelined.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}" + "x" * 100)
            for n in range(start, min(start + 500, count))
        ]
        for future in futures:
            future.result(120)


def test_watchers_that_do_not_read_cost_bounded_memory_and_nobody_else(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    watch = event_pb2.EventServiceWatchRequest(session_id=session)
    fill(client, session, 500)
    lazy = [Raw(daemon.place.socket) for _ in range(20)]
    for raw in lazy:
        raw.call(1, "event", "watch", watch, flags=1)
    before = processes.resident_bytes(daemon.pid)
    slowest = 0.0
    for _ in range(20):
        began = time.monotonic()
        fill(client, session, 500)
        slowest = max(slowest, time.monotonic() - began)
    # 10,000 events of more than 300 bytes for each of 20 watchers would be over 60 MiB.
    assert processes.resident_bytes(daemon.pid) - before < 40 * MEBIBYTE
    assert slowest < 30
    events = client.session.get_current_meta(session_id=session).event_seq
    assert sum(1 for _ in client.watch(session_id=session, until_now=True)) == events
    seen = []
    while len(seen) < events:
        frame = lazy[0].read()
        assert frame is not None and frame.type == 3
        seen.append(event_pb2.EventServiceWatchResponse.FromString(frame.body).event.seq)
    assert seen == list(range(1, events + 1)), "the slow watcher missed something"
    for raw in lazy:
        raw.close()


def test_a_caller_that_takes_no_answers_is_read_no_further(daemon: Daemon, client: Client) -> None:
    for n in range(60):
        daemon.session(client, title=f"session {n} " + "t" * 200)
    before = processes.resident_bytes(daemon.pid)
    payload = session_pb2.SessionServiceListRequest(page_size=500)
    with Raw(daemon.place.socket) as raw:
        raw.socket.setblocking(False)
        sent, stream, pending = 0, 1, b""
        for _ in range(20_000):
            pending = pending or request(stream, "session", "list", payload)
            try:
                count = raw.socket.send(pending)
            except BlockingIOError:
                break
            pending = pending[count:]
            sent, stream = sent + 1, stream + 2
        else:
            raise AssertionError("20,000 calls were taken without one answer being read")
        assert client.daemon.status().pid
        assert processes.resident_bytes(daemon.pid) - before < 150 * MEBIBYTE
        raw.socket.setblocking(True)
        raw.socket.settimeout(60)
        for _ in range(100):
            assert raw.read() is not None


def test_a_peer_that_closes_in_the_middle_of_its_answers_is_forgotten(daemon: Daemon, client: Client) -> None:
    for _ in range(30):
        daemon.session(client, title="t" * 250)
    payload = session_pb2.SessionServiceListRequest(page_size=500)
    for n in range(100):
        raw = Raw(daemon.place.socket)
        raw.write(b"".join(request(stream, "session", "list", payload) for stream in range(1, 21, 2)))
        if n % 2:
            raw.socket.recv(100)
        if n % 3 == 0:
            raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
    assert client.daemon.status().pid == daemon.pid
    eventually(lambda: client.daemon.status().counters["connections"] == 1, "the end of the others")


def test_what_a_peer_asked_for_before_it_left_is_decided_once(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE)).session_id
    payload = flow_pb2.FlowServiceStartRequest(session_id=session, request_id="left")
    with Raw(daemon.place.socket) as raw:
        raw.call(1, "flow", "start", payload)
    reply = client.flow.start(session, request_id="left", if_active="IF_ACTIVE_PARALLEL")
    again = client.flow.start(session, request_id="left", if_active="IF_ACTIVE_PARALLEL")
    assert again.run_id == reply.run_id and again.existing
    assert len(client.flow.list_runs().runs) == 1


def test_half_closed_connections_are_answered_and_let_go(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    before = processes.descriptors(daemon.pid)
    payload = session_pb2.SessionServiceSetProviderModelRequest(session_id=session, provider_id="ollama", model_id="m")
    raws = [Raw(daemon.place.socket) for _ in range(100)]
    for raw in raws:
        raw.call(1, *STATUS)
        raw.call(3, "session", "setProviderModel", payload)
        raw.write(request(5, *STATUS)[:-1])
        raw.socket.shutdown(socket.SHUT_WR)
    for raw in raws:
        streams = sorted(frame.stream for frame in (raw.read(), raw.read()) if frame)
        assert streams == [1, 3] and raw.is_closed()
    eventually(lambda: processes.descriptors(daemon.pid) <= before, "the end of their descriptors")
    for raw in raws:
        raw.close()


def test_a_half_closed_watcher_is_served_until_it_leaves(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    with Raw(daemon.place.socket) as raw:
        raw.call(1, "event", "watch", event_pb2.EventServiceWatchRequest(session_id=session, snapshot=True), flags=1)
        raw.socket.shutdown(socket.SHUT_WR)
        assert raw.read() is not None
        fill(client, session, 20)
        for _ in range(20):
            frame = raw.read()
            assert frame is not None and frame.type == 3
        used = processes.cpu_seconds(daemon.pid)
        time.sleep(0.5)  # Not a wait: the time over which it is measured.
        assert processes.cpu_seconds(daemon.pid) - used < 0.2, "it spins"
    eventually(lambda: client.daemon.status().counters["watchers"] == 0, "the end of the watch")


def test_five_thousand_reconnects(daemon: Daemon, client: Client) -> None:
    client.daemon.status()
    before = processes.descriptors(daemon.pid), processes.threads(daemon.pid)
    for n in range(5000):
        raw = Raw(daemon.place.socket)
        if n % 2:
            raw.call(1, *STATUS)
        if n % 4 == 3:
            raw.reply(1)
        raw.close()
    status = eventually(lambda: _alone(client), "the end of the others")
    assert status.counters["connections_total"] >= 5000
    eventually(lambda: processes.descriptors(daemon.pid) <= before[0], "the end of their descriptors")
    eventually(lambda: processes.threads(daemon.pid) <= before[1], "the end of their threads")


def _alone(client: Client) -> Any:
    status = client.daemon.status()
    return status if status.counters["connections"] == 1 else None


def test_silent_connections_are_bounded(daemon: Daemon, client: Client) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    client.daemon.status()
    silent = [Raw(daemon.place.socket) for _ in range(1500)]
    eventually(lambda: client.daemon.status().counters["connections"] <= 1026, "a bound on silent connections")
    assert silent[0].is_closed(), "the oldest one goes"
    assert silent[-1].is_alive(1)
    for raw in silent:
        raw.close()


def test_out_of_descriptors_it_waits_without_spinning_and_recovers(daemon: Daemon) -> None:
    daemon.stop()
    daemon.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    client = daemon.client()
    client.daemon.status()
    speaking = []
    for _ in range(100):
        raw = Raw(daemon.place.socket)
        raw.call(1, *STATUS)
        speaking.append(raw)
    eventually(lambda: "cannot take connections" in daemon.log_text(), "the log entry")
    began, used = time.monotonic(), processes.cpu_seconds(daemon.pid)
    while time.monotonic() - began < 1:
        assert client.daemon.status().pid
        time.sleep(0.1)  # Not a wait: the time over which it is measured.
    assert processes.cpu_seconds(daemon.pid) - used < 0.3, "it spins"
    for raw in speaking:
        raw.close()
    with Raw(daemon.place.socket) as late:
        assert late.is_alive(1)


def test_steps_out_of_descriptors_fail_or_wait_and_the_daemon_lives(daemon: Daemon) -> None:
    daemon.stop()
    daemon.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
    client = daemon.client()
    session = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE)).session_id
    runs = []
    for _ in range(60):
        try:
            runs.append(client.flow.start(session, if_active="IF_ACTIVE_PARALLEL").run_id)
        except errors.FlowdError as error:
            assert "Too many open files" in error.message
    eventually(lambda: client.daemon.status().counters["active_runs"] == 0, "the end of all runs", 120)
    # Waits for what was decided last to be durable.
    assert not client.session.get_current_meta(session_id=session).HasField("active_run")
    statuses = {run.run_id: run.status for run in client.flow.list_runs(session_id=session, page_size=100).runs}
    assert set(statuses) == set(runs)
    assert set(statuses.values()) <= {run_pb2.RUN_STATUS_SUCCEEDED, run_pb2.RUN_STATUS_FAILED}
    daemon.wait_for(client, client.flow.start(session).run_id)


def test_descriptors_sent_along_are_not_kept(daemon: Daemon, client: Client) -> None:
    client.daemon.status()
    before = processes.descriptors(daemon.pid)
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(100)]
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", held))]
    raws = []
    for _ in range(20):
        raw = Raw(daemon.place.socket)
        for stream in range(1, 41, 2):
            raw.socket.sendmsg([request(stream, *STATUS)], rights)
        for stream in range(1, 41, 2):
            raw.reply(stream)
        raws.append(raw)
    eventually(lambda: processes.descriptors(daemon.pid) == before + 20, "no more than the connections")
    for raw in raws:
        raw.close()
    for fd in held:
        os.close(fd)


def test_a_stopped_reader_of_one_connection_does_not_stop_another_stream_of_it(daemon: Daemon, client: Client) -> None:
    """Answers go on beside a watch that has much to send."""
    session = daemon.session(client).session_id
    fill(client, session, 3000)
    with Raw(daemon.place.socket) as raw:
        raw.call(1, "event", "watch", event_pb2.EventServiceWatchRequest(session_id=session), flags=1)
        for stream in range(3, 203, 2):
            raw.call(stream, *STATUS)
        answered = events = 0
        while answered < 100:
            frame = raw.read()
            assert frame is not None
            answered, events = answered + (frame.type == 2), events + (frame.type == 3)
        assert events < 3000, "the answers waited for the whole log"


@pytest.mark.parametrize("seed", range(3))
def test_watchers_cut_at_random_events_see_the_log(daemon: Daemon, client: Client, seed: int) -> None:
    chance = random.Random(seed)
    session = daemon.session(client).session_id
    writer = threading.Thread(target=fill, args=(daemon.client(), session, 3000))
    writer.start()
    seen: list[Any] = []
    while len(seen) < 3002:
        after = seen[-1].seq if seen else 0
        watch = client.watch(session_id=session, after_seq=after)
        for _ in range(chance.randrange(1, 200)):
            seen.append(next(watch))
            if len(seen) >= 3002:
                break
        watch.close()
    writer.join()
    assert seen == list(client.watch(session_id=session, until_now=True)), f"seed {seed}"


def test_a_daemon_at_rest_uses_no_time(daemon: Daemon, client: Client) -> None:
    daemon.session(client)
    watch = client.watch(all=True)
    next(watch)

    def in_a_second() -> float:
        used = processes.cpu_seconds(daemon.pid)
        time.sleep(1)  # Not a wait: the time over which it is measured.
        return processes.cpu_seconds(daemon.pid) - used

    # On a busy machine it comes to rest some time after its last answer.
    eventually(lambda: in_a_second() <= 0.02, "a daemon at rest", 10)
    watch.close()
    with pytest.raises(errors.NotFound):
        client.session.select("nobody")
