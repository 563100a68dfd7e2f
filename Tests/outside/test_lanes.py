"""The order guarantee: what runs is what the writes before the start add up to, whoever sent them."""

from __future__ import annotations

import os
import random
import threading
from typing import Any

import pytest

from flowd import Client, errors, expect
from flowd.v1 import run_pb2
from harness import flows
from harness.daemon import Daemon
from harness.history import Entry, History, held, now

FLOWS = [f"f{n}" for n in range(5)]
MODES = [run_pb2.RUN_MODE_BATCH, run_pb2.RUN_MODE_INTERACTIVE, run_pb2.RUN_MODE_HYBRID]
SEED = int(os.environ.get("FLOWD_SEED", "0"))


class Worker(threading.Thread):
    """Sends random calls to one session over one connection, some of them pipelined."""

    def __init__(self, client: Client, number: int, session: str, history: History, seed: int, calls: int) -> None:
        super().__init__(name=f"worker-{number}")
        self.client, self.number, self.session, self.history = client, number, session, history
        self.chance = random.Random(f"{seed}/{number}")
        self.calls = calls
        self.place = 0
        self.runs: list[str] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while self.place < self.calls:
                burst = [self.send() for _ in range(self.chance.choice((1, 1, 4, 20)))]
                for invoked, place, change, future in burst:
                    self.note(invoked, place, change, future)
        except BaseException as failure:
            self.failure = failure

    def send(self) -> Any:
        self.place += 1
        kind = self.chance.random()
        calls = self.client.pipelined
        invoked = now()
        if kind < 0.35:
            flow = self.chance.choice(FLOWS)
            return invoked, self.place, {"flow": flow}, calls.session.set_executed_flow(self.session, flow_id=flow)
        if kind < 0.75:
            change = {"provider": self.chance.choice(("ollama", "qwen")), "model": f"m{self.chance.randrange(9)}"}
            future = calls.session.set_provider_model(
                self.session, provider_id=change["provider"], model_id=change["model"]
            )
            return invoked, self.place, change, future
        if kind < 0.85:
            mode = self.chance.choice(MODES)
            return invoked, self.place, {"mode": mode}, calls.session.set_mode(self.session, mode=mode)
        if kind < 0.97 or not self.runs:
            start = calls.flow.start(self.session, if_active="IF_ACTIVE_PARALLEL", request_id=f"{self.name}/{self.place}")
            return invoked, self.place, None, start
        run = self.chance.choice(self.runs)
        mode = self.chance.choice((run_pb2.CANCEL_MODE_FORCE, run_pb2.CANCEL_MODE_GRACEFUL))
        return invoked, self.place, None, calls.flow.cancel(self.session, run_id=run, mode=mode)

    def note(self, invoked: float, place: int, change: Any, future: Any) -> None:
        reply = future.result(120)
        replied = now()
        if hasattr(reply, "outcome"):
            return
        meta = reply.meta if change is not None else reply.snapshot
        if change is None:
            self.runs.append(reply.run_id)
        self.history.add(Entry(invoked, replied, meta.revision, change, held(meta), self.number, place))


@pytest.mark.parametrize("seed", [SEED, SEED + 1, SEED + 2])
def test_random_writes_starts_and_cancels_have_one_order(daemon: Daemon, client: Client, seed: int) -> None:
    for name in FLOWS:
        daemon.place.flow(name, flows.TRUE)
    meta = daemon.session(client, flow=FLOWS[0])
    history = History(held(meta), meta.revision)
    workers = [Worker(daemon.client(), n, meta.session_id, history, seed, 400) for n in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.failure is None, f"seed {seed}: {worker.failure!r}"
    history.check()
    after = client.session.get_current_meta(session_id=meta.session_id).meta
    assert after.revision == max(entry.revision for entry in history.entries if entry.change is not None)
    check_log(client, meta.session_id, history)


def check_log(client: Client, session_id: str, history: History) -> None:
    """The log tells the same story: one change a revision, and each run's snapshot between its neighbours."""
    events = list(client.watch(session_id=session_id, until_now=True))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    positions = [event.position for event in events]
    assert positions == sorted(set(positions))
    revision, state = 0, {}
    started = set()
    for event in events:
        kind = event.WhichOneof("kind")
        if kind == "session_meta_changed":
            meta = event.session_meta_changed.meta
            assert meta.revision == revision + 1
            revision, state = meta.revision, held(meta)
        elif kind == "run_started":
            snapshot = event.run_started.snapshot
            assert (snapshot.revision, held(snapshot)) == (revision, state)
            started.add(event.run_id)
    assert len(started) == sum(entry.change is None for entry in history.entries)


def test_a_thousand_pipelined_choices_run_as_chosen(daemon: Daemon, client: Client) -> None:
    for name in FLOWS:
        daemon.place.flow(name, flows.TRUE)
    session = daemon.session(client).session_id
    calls = client.pipelined
    expected, starts = [], []
    for n in range(1000):
        flow, model = FLOWS[n % len(FLOWS)], f"m{n}"
        calls.session.set_provider_model(session, provider_id="ollama", model_id=model)
        calls.session.set_executed_flow(session, flow_id=flow)
        starts.append(calls.flow.start(session, if_active="IF_ACTIVE_PARALLEL"))
        expected.append((flow, "ollama", model))
        if n % 100 == 99:
            starts[-1].result(120)
    replies = [start.result(120) for start in starts]
    got = [(reply.snapshot.flow_id, reply.snapshot.provider_id, reply.snapshot.model_id) for reply in replies]
    assert got == expected
    assert [reply.snapshot.revision for reply in replies] == list(range(3, 2003, 2))
    for reply in replies[::100]:
        assert daemon.wait_for(client, reply.run_id, 120).snapshot == reply.snapshot


def test_what_is_shown_is_what_runs(daemon: Daemon, client: Client) -> None:
    """A start that says what its screen shows never runs anything else, whatever another editor does meanwhile."""
    for name in FLOWS:
        daemon.place.flow(name, flows.TRUE)
    shown = daemon.session(client, flow=FLOWS[0])
    meddled, stop = threading.Event(), threading.Event()

    def meddle() -> None:
        other, n = daemon.client(), 0
        while not stop.is_set():
            n += 1
            other.session.set_executed_flow(shown.session_id, flow_id=FLOWS[n % len(FLOWS)])
            meddled.set()

    thread = threading.Thread(target=meddle, daemon=True)
    thread.start()
    assert meddled.wait(60)
    admitted = refused = 0
    for _ in range(200):
        try:
            reply = client.flow.start(shown.session_id, expected=expect(shown), if_active="IF_ACTIVE_PARALLEL")
            assert (reply.snapshot.flow_id, reply.snapshot.revision) == (shown.executed_flow_id, shown.revision)
            admitted += 1
        except errors.Aborted as error:
            assert error.meta is not None and error.meta.revision != shown.revision
            shown = error.meta
            refused += 1
    stop.set()
    thread.join()
    assert refused > 0 and admitted + refused == 200


def test_reads_on_one_connection_see_the_writes_before_them(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    futures = []
    for n in range(300):
        client.pipelined.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}")
        futures.append(client.pipelined.session.get_current_meta(session_id=session))
    assert [future.result(60).meta.model_id for future in futures] == [f"m{n}" for n in range(300)]
