"""kill -9 under load: what was acknowledged is there, nothing is there twice, and no watcher notices."""

from __future__ import annotations

import os
import random
import threading
import time
from typing import Any

import pytest

from flowd import Client
from harness import flows
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.load import FLOWS, Loader, Record, check_log, retry_unanswered
from harness.tracing import strace

SEED = int(os.environ.get("FLOWD_SEED", "0"))
ROUNDS = int(os.environ.get("FLOWD_CRASH_ROUNDS", "50"))


class Follower(threading.Thread):
    """Watches one session through every crash."""

    def __init__(self, client: Client, session: str) -> None:
        super().__init__()
        self.watch = client.watch(session_id=session, patience=None)
        self.events: list[Any] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for event in self.watch:
                self.events.append(event)
        except BaseException as failure:
            self.failure = failure


def begin(daemon: Daemon) -> str:
    for name in FLOWS:
        daemon.place.flow(name, flows.TRUE)
    return daemon.session(flow="a").session_id


def load_until(daemon: Daemon, session: str, record: Record, round_number: int, end: Any, **options: Any) -> None:
    """Three loaders; `end` ends the daemon, and they with it."""
    loaders = [Loader(daemon, session, record, f"{round_number}-{n}", **options) for n in range(3)]
    for loader in loaders:
        loader.start()
    end()
    for loader in loaders:
        loader.join(120)
        assert not loader.is_alive()
    assert record.failures == [], record.failures[0]


def settle(daemon: Daemon, session: str, record: Record) -> tuple[list[Any], Any]:
    """Retries what was lost, waits for every run to end, and returns the log and the metadata."""
    retry_unanswered(daemon, session, record)
    client = daemon.client()
    eventually(lambda: client.daemon.status().counters["active_runs"] == 0, "the end of all runs", 120)
    meta = client.session.get_current_meta(session_id=session).meta
    return list(client.watch(session_id=session, until_now=True)), meta


def test_kill_at_random_moments_loses_and_doubles_nothing(daemon: Daemon) -> None:
    chance = random.Random(SEED)
    session, record = begin(daemon), Record()
    follower = Follower(daemon.client(), session)
    follower.start()
    for round_number in range(ROUNDS):

        known = len(record.writes)

        def end() -> None:
            if round_number % 4:  # Otherwise also before anything was acknowledged.
                eventually(lambda: len(record.writes) > known, "a write")
            time.sleep(chance.uniform(0.005, 0.12))  # Not a wait: the moment of the crash.
            daemon.kill()

        load_until(daemon, session, record, round_number, end)
        daemon.start()
        revision = daemon.client().session.get_current_meta(session_id=session).meta.revision
        assert revision >= max(record.writes, default=1), f"round {round_number}, seed {SEED}: an acknowledged write is lost"
        retry_unanswered(daemon, session, record)
    events, meta = settle(daemon, session, record)
    check_log(events, record, meta)
    eventually(lambda: len(follower.events) >= len(events), "the follower")
    follower.watch.close()
    follower.join(60)
    assert follower.failure is None
    assert follower.events == events, "what the follower saw is not the log"
    assert len(record.writes) > ROUNDS // 2 and record.starts


def test_kill_amid_queues_cancels_and_replacements_ends_every_run_once(daemon: Daemon) -> None:
    chance = random.Random(SEED)
    session = daemon.session(flow=daemon.place.flow("a", flows.shell("sleep 0.02; echo done"))).session_id
    admitted: set[str] = set()
    for _ in range(15):
        client = daemon.client()
        calls = client.pipelined.flow
        futures = []
        for _ in range(chance.randrange(1, 12)):
            if_active = chance.choice(("IF_ACTIVE_QUEUE", "IF_ACTIVE_QUEUE", "IF_ACTIVE_REPLACE", "IF_ACTIVE_PARALLEL"))
            futures.append(calls.start(session, if_active=if_active, env=daemon.place.environment))
            if chance.random() < 0.3 and admitted:
                calls.cancel(session, run_id=chance.choice(sorted(admitted)), mode=chance.choice((1, 2)))
        for future in futures[: chance.randrange(len(futures) + 1)]:
            admitted.add(future.result(60).run_id)
        daemon.kill()
        for future in futures:
            if future.exception(60) is None:
                admitted.add(future.result().run_id)
        daemon.start()
    client = daemon.client()
    eventually(lambda: client.daemon.status().counters["active_runs"] == 0, "the end of all runs", 120)
    assert not client.session.get_current_meta(session_id=session).HasField("active_run")
    events = list(client.watch(session_id=session, until_now=True))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    ends = [event.run_id for event in events if event.WhichOneof("kind") == "run_finished"]
    runs = [run.run_id for run in client.flow.list_runs(session_id=session, page_size=500).runs]
    assert sorted(ends) == sorted(runs) and admitted <= set(runs)
    check_steps(events)


def check_steps(events: list[Any]) -> None:
    """No step starts before its run or after its end, none ends that did not start, unless it never ran."""
    started: set[str] = set()
    ended: set[str] = set()
    running: dict[tuple[str, str], int] = {}
    for event in events:
        kind = event.WhichOneof("kind")
        if kind == "run_started":
            assert event.run_id not in started
            started.add(event.run_id)
        elif kind == "run_finished":
            assert not any(run == event.run_id for run, _ in running), "a run ended before its step"
            ended.add(event.run_id)
        elif kind == "step_started":
            key = (event.run_id, event.step_started.step_id)
            assert event.run_id in started - ended and key not in running
            running[key] = event.step_started.attempt
        elif kind == "step_retrying":
            del running[event.run_id, event.step_retrying.step_id]
        elif kind == "step_finished":
            step = event.step_finished.step
            assert (event.run_id, step.step_id) in running or step.attempt == 0
            running.pop((event.run_id, step.step_id), None)
    assert running == {}


def test_kill_amid_opening_selecting_and_closing_keeps_what_was_acknowledged(daemon: Daemon) -> None:
    chance = random.Random(SEED)
    known: dict[str, bool] = {}
    selected = ""
    workspace = str(daemon.place.workspace)
    for _ in range(20):
        client = daemon.client()
        for _ in range(chance.randrange(1, 6)):
            kind = chance.random()
            open_ones = [session for session, is_open in known.items() if is_open]
            if kind < 0.5 or not open_ones:
                selected = client.session.new(workspace=workspace).meta.session_id
                known[selected] = True
            elif kind < 0.8:
                selected = client.session.select(chance.choice(open_ones)).meta.session_id
            else:
                closed = chance.choice(open_ones)
                client.session.close(closed)
                known[closed] = False
                selected = "" if closed == selected else selected
        daemon.kill()
        daemon.start()
        entries = daemon.client().session.list(workspace=workspace, include_closed=True, page_size=500).sessions
        assert {entry.meta.session_id: not entry.closed for entry in entries} == known
        assert [entry.meta.session_id for entry in entries if entry.selected] == [selected] * bool(selected)


def test_kill_in_a_burst_of_starts_admits_each_once(daemon: Daemon) -> None:
    session, record = begin(daemon), Record()
    for round_number in range(5):
        load_until(daemon, session, record, round_number, daemon.kill, start_share=0.9)
        daemon.start()
        retry_unanswered(daemon, session, record)
    check_log(*_log(settle(daemon, session, record), record))


def _log(settled: tuple[list[Any], Any], record: Record) -> tuple[list[Any], Record, Any]:
    events, meta = settled
    return events, record, meta


POINTS = [("pwrite64", n) for n in (1, 2, 3, 5, 8, 13, 21, 40, 77, 150)]
POINTS += [("fdatasync", n) for n in (1, 2, 3, 5, 8, 13, 21, 40)]


@pytest.mark.strace
@pytest.mark.parametrize(("call", "point"), POINTS)
def test_kill_at_a_write_loses_and_doubles_nothing(daemon: Daemon, call: str, point: int) -> None:
    """The process dies in the middle of its n-th write to the disk since its start, or its n-th flush."""
    session, record = begin(daemon), Record()
    load_briefly(daemon, session, record)
    daemon.stop()
    daemon.start(wrapper=strace(f"{call}:signal=KILL:when={point}+"), wait=False)
    assert daemon.process is not None
    if daemon.serves_or_ends():
        load_until(daemon, session, record, 1, lambda: daemon.process and daemon.process.wait(120))
    assert daemon.process.wait(120) != 0
    daemon.start()
    events, meta = settle(daemon, session, record)
    check_log(events, record, meta)


def load_briefly(daemon: Daemon, session: str, record: Record) -> None:
    """Some acknowledged writes from before."""
    client = daemon.client()
    for n in range(20):
        meta = client.session.set_provider_model(session, provider_id="ollama", model_id=f"before-{n}").meta
        record.writes[meta.revision] = meta
    client.close()
