"""One request id, one run: double clicks, reconnects, many clients, old ids, crashes in between."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import pytest

from flowd import Client, errors
from flowd.v1 import run_pb2
from harness import flows
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.tracing import faults

PARALLEL = "IF_ACTIVE_PARALLEL"


def marked(daemon: Daemon) -> str:
    """A flow that leaves one line for each time it really ran."""
    return daemon.place.flow("mark", flows.shell('echo "$FLOWD_RUN_ID" >> "$FLOWD_WORKSPACE/ran"'))


def ran(daemon: Daemon) -> list[str]:
    path = daemon.place.workspace / "ran"
    return path.read_text().split() if path.exists() else []


def test_a_double_click_on_many_connections_runs_once(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client, flow=marked(daemon)).session_id
    gate = threading.Barrier(20, timeout=60)
    replies: list[Any] = []

    def click() -> None:
        own = daemon.client()
        own.daemon.status()
        gate.wait()
        reply = own.flow.start(session, request_id="click", if_active=PARALLEL, env=daemon.place.environment)
        replies.append(reply)

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({reply.run_id for reply in replies}) == 1
    assert [reply.existing for reply in replies].count(False) == 1
    daemon.wait_for(client, replies[0].run_id)
    assert ran(daemon) == [replies[0].run_id]


def test_a_request_id_is_known_long_after(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE)).session_id
    first = [client.flow.start(session, request_id=f"r{n}", if_active=PARALLEL).run_id for n in range(400)]
    again = [client.flow.start(session, request_id=f"r{n}", if_active=PARALLEL) for n in range(400)]
    assert [reply.run_id for reply in again] == first and all(reply.existing for reply in again)
    assert len(set(first)) == 400


def test_a_repetition_is_answered_whatever_the_session_holds_by_now(daemon: Daemon, client: Client) -> None:
    """A repeated start is no new one: neither an active run nor other expectations nor a missing flow refuse it."""
    flow = daemon.place.flow("w", flows.waiting())
    session = daemon.session(client, flow=flow).session_id
    first = client.flow.start(session, request_id="once", env=daemon.place.environment)
    assert client.flow.start(session, request_id="once").run_id == first.run_id
    client.session.set_executed_flow(session, flow_id="hello")
    (daemon.place.workspace / ".flowd" / "flows" / "w.flow.yaml").unlink()
    again = client.flow.start(session, request_id="once", inputs={"unknown": 1})
    assert again.existing and again.run_id == first.run_id and again.snapshot == first.snapshot
    (daemon.place.workspace / "go").touch()
    daemon.wait_for(client, first.run_id)
    client.session.close(session)
    assert client.flow.start(session, request_id="once").status == run_pb2.RUN_STATUS_SUCCEEDED


def test_a_refused_start_does_not_use_up_its_request_id(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    with pytest.raises(errors.FailedPrecondition):
        client.flow.start(session, request_id="later")
    client.session.set_executed_flow(session, flow_id=daemon.place.flow("f", flows.TRUE))
    assert not client.flow.start(session, request_id="later").existing


def test_start_once_survives_crashes(daemon: Daemon) -> None:
    """A program that only calls `start_once` gets one run for each, whatever happens to the daemon meanwhile."""
    session = daemon.session(flow=marked(daemon)).session_id
    replies: list[Any] = []
    failures: list[BaseException] = []

    def program() -> None:
        try:
            for _ in range(40):
                own = daemon.client()
                replies.append(own.start_once(session, if_active=PARALLEL, env=daemon.place.environment))
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=program)
    thread.start()
    chance = random.Random(1)
    while thread.is_alive():
        known = len(replies)
        if chance.random() < 0.5:  # Else also before anything was answered.
            eventually(lambda: len(replies) > known or not thread.is_alive(), "a reply")
        thread.join(chance.uniform(0.01, 0.1))
        daemon.kill()
        daemon.start()
    assert failures == []
    client = daemon.client()
    eventually(lambda: client.daemon.status().counters["active_runs"] == 0, "the end of all runs")
    client.session.get_current_meta(session_id=session)
    runs = client.flow.list_runs(session_id=session, page_size=500).runs
    assert sorted(run.run_id for run in runs) == sorted(reply.run_id for reply in replies)
    assert {run.status for run in runs} == {run_pb2.RUN_STATUS_SUCCEEDED}
    # A step that was cut off is tried again, so a line may be there twice; none may be missing.
    assert set(ran(daemon)) == {reply.run_id for reply in replies}


@pytest.mark.strace
def test_a_start_that_could_not_be_stored_does_not_run(daemon: Daemon) -> None:
    client = daemon.client()
    session = daemon.session(client, flow=marked(daemon)).session_id
    admitted, refused = [], 0
    with faults(daemon.pid, "pwrite64:error=ENOSPC:when=5..8"):
        while len(admitted) < 12:
            try:
                reply = client.flow.start(session, if_active=PARALLEL, env=daemon.place.environment)
                admitted.append(reply.run_id)
            except errors.ResourceExhausted:
                refused += 1
                time.sleep(0.02)  # Not a wait: the daemon needs the processor too.
    assert refused > 0
    for run in admitted:
        assert daemon.wait_for(client, run).status == run_pb2.RUN_STATUS_SUCCEEDED
    assert sorted(ran(daemon)) == sorted(admitted)
