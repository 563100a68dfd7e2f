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
        loader.join(30)
        assert not loader.is_alive()
    assert record.failures == [], record.failures[0]


def settle(daemon: Daemon, session: str, record: Record) -> tuple[list[Any], Any]:
    """Retries what was lost, waits for every run to end, and returns the log and the metadata."""
    retry_unanswered(daemon, session, record)
    client = daemon.client()
    eventually(lambda: client.daemon.status().counters["active_runs"] == 0, "the end of all runs", 60)
    meta = client.session.get_current_meta(session_id=session).meta
    return list(client.watch(session_id=session, until_now=True)), meta


def test_kill_at_random_moments_loses_and_doubles_nothing(daemon: Daemon) -> None:
    chance = random.Random(SEED)
    session, record = begin(daemon), Record()
    follower = Follower(daemon.client(), session)
    follower.start()
    for round_number in range(ROUNDS):

        def end() -> None:
            time.sleep(chance.uniform(0.005, 0.12))  # Not a wait: the moment of the crash.
            daemon.kill()

        load_until(daemon, session, record, round_number, end)
        daemon.start()
        known = daemon.client().session.get_current_meta(session_id=session).meta.revision
        assert known >= max(record.writes, default=1), f"round {round_number}, seed {SEED}: an acknowledged write is lost"
        retry_unanswered(daemon, session, record)
    events, meta = settle(daemon, session, record)
    check_log(events, record, meta)
    eventually(lambda: len(follower.events) >= len(events), "the follower")
    follower.watch.close()
    follower.join(10)
    assert follower.failure is None
    assert follower.events == events, "what the follower saw is not the log"
    assert len(record.writes) > ROUNDS and len(record.starts) >= ROUNDS // 10


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


@pytest.mark.strace
@pytest.mark.parametrize("point", [1, 2, 3, 5, 8, 13, 21, 40, 77, 150])
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_kill_at_a_write_loses_and_doubles_nothing(daemon: Daemon, call: str, point: int) -> None:
    """The process dies in the middle of its n-th write to the disk under load, or its n-th flush."""
    if call == "fdatasync" and point > 40:
        pytest.skip("so many flushes take long under strace")
    session, record = begin(daemon), Record()
    load_briefly(daemon, session, record)
    daemon.stop()
    daemon.start(wrapper=traced(f"{call}:signal=KILL:when={point}+"), wait=False)
    assert daemon.process is not None
    if daemon.serves_or_ends():
        load_until(daemon, session, record, 1, lambda: daemon.process and daemon.process.wait(60))
    assert daemon.process.wait(60) != 0
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


def traced(injection: str) -> list[str]:
    name = injection.partition(":")[0]
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={injection}"]
