"""Writers and starters that live through crashes of the daemon and remember what they were told."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from flowd import errors
from flowd.v1 import run_pb2, session_pb2
from harness.daemon import Daemon

FLOWS = ("a", "b", "c")


@dataclass
class Record:
    """What one session's clients were told, over all of the daemon's lives."""

    #: By revision: the metadata of an acknowledged write.
    writes: dict[int, session_pb2.SessionMeta] = field(default_factory=dict)
    #: By request id: the acknowledged run; `None` while the answer is missing.
    starts: dict[str, Any] = field(default_factory=dict)
    failures: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge_start(self, request_id: str, reply: Any) -> None:
        with self.lock:
            known = self.starts.get(request_id)
            if known is not None and known.run_id != reply.run_id:
                self.failures.append(AssertionError(f"{request_id} names runs {known.run_id} and {reply.run_id}"))
            self.starts[request_id] = known or reply

    @property
    def unanswered(self) -> list[str]:
        return [request_id for request_id, reply in self.starts.items() if reply is None]


class Loader(threading.Thread):
    """Sends random writes and starts until the daemon dies."""

    def __init__(self, daemon: Daemon, session: str, record: Record, name: str, start_share: float = 0.05) -> None:
        super().__init__(name=name)
        self.client = daemon.client()
        self.session, self.record, self.start_share = session, record, start_share
        self.chance = random.Random(name)
        self.count = 0

    def run(self) -> None:
        try:
            while True:
                burst = [self.send() for _ in range(self.chance.choice((1, 2, 8)))]
                for request_id, future in burst:
                    self.note(request_id, future.result(60))
        except errors.Unavailable:
            return
        except BaseException as failure:
            self.record.failures.append(failure)
        finally:
            self.client.close()

    def send(self) -> Any:
        self.count += 1
        calls = self.client.pipelined
        kind = self.chance.random()
        if kind < self.start_share:
            request_id = f"{self.name}/{self.count}"
            with self.record.lock:
                self.record.starts[request_id] = None
            return request_id, calls.flow.start(self.session, request_id=request_id, if_active="IF_ACTIVE_PARALLEL")
        if kind < 0.3:
            return None, calls.session.set_executed_flow(self.session, flow_id=self.chance.choice(FLOWS))
        model = f"{self.name}-{self.count}"
        return None, calls.session.set_provider_model(self.session, provider_id="ollama", model_id=model)

    def note(self, request_id: Any, reply: Any) -> None:
        if request_id is not None:
            self.record.acknowledge_start(request_id, reply)
            return
        with self.record.lock:
            assert reply.meta.revision not in self.record.writes, f"revision {reply.meta.revision} was given twice"
            self.record.writes[reply.meta.revision] = reply.meta


def retry_unanswered(daemon: Daemon, session: str, record: Record) -> None:
    """Repeats the starts whose answer was lost, with their request ids."""
    client = daemon.client()
    for request_id in record.unanswered:
        reply = client.flow.start(session, request_id=request_id, if_active="IF_ACTIVE_PARALLEL")
        record.acknowledge_start(request_id, reply)
    client.close()


def check_log(events: list[Any], record: Record, meta: session_pb2.SessionMeta) -> None:
    """The log holds all that was acknowledged, without gaps, and every run exactly once."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1)), "the sequence has a gap"
    revisions: dict[int, session_pb2.SessionMeta] = {}
    admitted: dict[str, Any] = {}
    finished: dict[str, int] = {}
    for event in events:
        kind = event.WhichOneof("kind")
        if kind == "session_meta_changed":
            changed = event.session_meta_changed.meta
            assert changed.revision == len(revisions) + 1, f"revision {len(revisions) + 1} is missing"
            revisions[changed.revision] = changed
        elif kind == "run_started":
            assert event.run_id not in admitted, f"run {event.run_id} was started twice"
            snapshot = admitted[event.run_id] = event.run_started.snapshot
            held = revisions[snapshot.revision]
            assert snapshot.revision == len(revisions)
            assert (snapshot.flow_id, snapshot.model_id) == (held.executed_flow_id, held.model_id)
        elif kind == "run_finished":
            assert event.run_id in admitted
            assert event.run_finished.status == run_pb2.RUN_STATUS_SUCCEEDED, event
            assert finished.setdefault(event.run_id, event.seq) == event.seq, f"run {event.run_id} ended twice"
    assert meta.revision == len(revisions)
    for revision, acknowledged in record.writes.items():
        assert same(revisions.get(revision), acknowledged), f"acknowledged revision {revision} is not in the log"
    runs = {reply.run_id: reply.snapshot for reply in record.starts.values()}
    assert len(runs) == len(record.starts), "two request ids name one run"
    assert admitted == runs, "the log's runs are not the acknowledged ones"
    assert set(finished) == set(admitted), "a run has not ended"


def same(stored: Any, acknowledged: session_pb2.SessionMeta) -> bool:
    """Equal but for what a start after the write may have changed."""
    if stored is None:
        return False
    left, right = session_pb2.SessionMeta(), session_pb2.SessionMeta()
    left.CopyFrom(stored)
    right.CopyFrom(acknowledged)
    for meta in (left, right):
        meta.ClearField("last_used_flow_id")
    return left == right
