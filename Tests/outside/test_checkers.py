"""The checkers themselves: each fault they are for is found."""

from __future__ import annotations

import copy
from typing import Any, Callable

import pytest

from flowd.v1 import event_pb2, flow_pb2, run_pb2, session_pb2
from harness.history import Entry, History
from harness.load import Record, check_log

BASE = {"flow": "a", "model": "x"}


def good() -> History:
    history = History(dict(BASE), 1)
    history.add(Entry(0, 1, 2, {"flow": "b"}, {"flow": "b", "model": "x"}, 1, 1))
    history.add(Entry(2, 3, 2, None, {"flow": "b", "model": "x"}, 2, 1))
    history.add(Entry(2, 5, 3, {"model": "y"}, {"flow": "b", "model": "y"}, 1, 2))
    history.add(Entry(6, 7, 3, None, {"flow": "b", "model": "y"}, 2, 2))
    return history


HISTORY_FAULTS: dict[str, Callable[[list[Entry]], Any]] = {
    "a stale start": lambda entries: setattr(entries[3], "seen", {"flow": "b", "model": "x"}),
    "a start that went back": lambda entries: setattr(entries[3], "revision", 2),
    "a torn write": lambda entries: setattr(entries[2], "seen", {"flow": "a", "model": "y"}),
    "a lost write": lambda entries: entries.pop(0),
    "a revision given twice": lambda entries: setattr(entries[2], "revision", 2),
    "a start from the future": lambda entries: (setattr(entries[1], "revision", 3), setattr(entries[2], "invoked", 4)),
    "disorder on one connection": lambda entries: (setattr(entries[2], "place", 0), setattr(entries[2], "invoked", 0)),
}


def test_a_good_history_passes() -> None:
    good().check()


@pytest.mark.parametrize("name", HISTORY_FAULTS)
def test_a_fault_in_a_history_is_found(name: str) -> None:
    history = good()
    HISTORY_FAULTS[name](history.entries)
    with pytest.raises(AssertionError):
        history.check()


def event(seq: int, run: str = "", **kind: Any) -> event_pb2.Event:
    return event_pb2.Event(session_id="s", run_id=run, seq=seq, **kind)


def meta(revision: int) -> session_pb2.SessionMeta:
    return session_pb2.SessionMeta(session_id="s", revision=revision, executed_flow_id="f", model_id=f"m{revision}")


def changed(seq: int, revision: int) -> event_pb2.Event:
    return event(seq, session_meta_changed=event_pb2.SessionMetaChanged(meta=meta(revision)))


def snapshot(revision: int) -> run_pb2.RunSnapshot:
    return run_pb2.RunSnapshot(flow_id="f", model_id=f"m{revision}", revision=revision)


def log() -> tuple[list[event_pb2.Event], Record]:
    finished = event_pb2.RunFinished(status=run_pb2.RUN_STATUS_SUCCEEDED)
    events = [
        changed(1, 1),
        changed(2, 2),
        event(3, "r", run_started=event_pb2.RunStarted(snapshot=snapshot(2))),
        event(4, "r", run_finished=finished),
    ]
    record = Record(writes={2: meta(2)})
    record.starts["q"] = flow_pb2.FlowServiceStartResponse(run_id="r", snapshot=snapshot(2))
    return events, record


LOG_FAULTS: dict[str, Callable[[list[Any], Record], Any]] = {
    "a gap": lambda events, record: events.pop(1),
    "a lost write": lambda events, record: record.writes.update({3: meta(3)}),
    "another value": lambda events, record: setattr(events[1].session_meta_changed.meta, "model_id", "m9"),
    "a run twice": lambda events, record: events.append(_again(events[2], 5)),
    "an end twice": lambda events, record: events.append(_again(events[3], 5)),
    "no end": lambda events, record: events.pop(),
    "an unknown run": lambda events, record: record.starts.clear(),
    "a lost run": lambda events, record: record.starts.update(p=flow_pb2.FlowServiceStartResponse(run_id="o")),
    "a stale snapshot": lambda events, record: setattr(events[2].run_started.snapshot, "revision", 1),
}


def _again(original: event_pb2.Event, seq: int) -> event_pb2.Event:
    again = copy.deepcopy(original)
    again.seq = seq
    return again


def test_a_good_log_passes() -> None:
    check_log(*log(), meta(2))


@pytest.mark.parametrize("name", LOG_FAULTS)
def test_a_fault_in_a_log_is_found(name: str) -> None:
    events, record = log()
    LOG_FAULTS[name](events, record)
    with pytest.raises((AssertionError, KeyError)):
        check_log(events, record, meta(2))
