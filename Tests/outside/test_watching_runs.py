"""A snapshot and what comes after it give the state, at any moment; an exported run is its log."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import pytest

from flowd.v1 import run_pb2
from harness.fold import Fold, without_output
from harness.stage import ENDED, SUCCEEDED, Stage, steps

FLOW = (
    "steps:\n"
    "  - { id: a, uses: run, needs: [], with: { command: 'echo one; echo two' } }\n"
    "  - { id: l, uses: run, foreach: [1, 2, 3, 4, 5], with: { command: 'echo ${#FLOWD_STEP_ID}' } }\n"
    "  - { id: w, uses: wait, needs: [], with: { for: 20ms } }\n"
    "  - { id: r, uses: run, needs: [], retry: { limit: 1, delay: 10ms }, with: { command: "
    "'[ -e \"$FLOWD_WORKSPACE/$FLOWD_RUN_ID\" ] || { touch \"$FLOWD_WORKSPACE/$FLOWD_RUN_ID\"; exit 1; }' } }\n"
    "  - { id: s, uses: script, needs: [l, w, r], with: { lua: 'return #steps.l' } }\n"
    "report: '${{ steps.s.result }}'\n"
)


class State:
    """Runs as a watcher knows them: from snapshots, then from events."""

    def __init__(self) -> None:
        self.folds: dict[str, Fold] = {}
        self.snapshots: set[str] = set()

    def take(self, event: Any) -> None:
        if event.HasField("snapshot"):
            self.snapshots.add(event.session_id)
            for run in event.snapshot.active_runs:
                self.folds[run.run_id] = from_snapshot(run)
        elif event.run_id:
            fold = self.folds.setdefault(event.run_id, Fold(event.run_id))
            if event.HasField("step_output"):
                return  # Where a stream stood is no part of a snapshot.
            fold.take(event)


def from_snapshot(run: Any) -> Fold:
    fold = Fold(run.run_id)
    fold.run.CopyFrom(run)
    fold.run.ClearField("steps")
    for step in run.steps:
        fold.steps[step.step_id] = run_pb2.Step()
        fold.steps[step.step_id].CopyFrom(step)
    return fold


@pytest.mark.parametrize("target", ["session", "workspace", "all"])
def test_a_snapshot_and_what_follows_it_are_the_state(stage: Stage, target: str) -> None:
    """Watchers come at any moment while runs of several sessions go on."""
    chance = random.Random(target)
    stage.daemon.place.flow("f", FLOW)
    sessions = [stage.daemon.session(stage.client, flow="f").session_id for _ in range(3)]
    env = stage.daemon.place.environment
    targets = {"session": {"session_id": sessions[0]}, "workspace": {"workspace": str(stage.workspace)}, "all": {"all": True}}
    states = [State() for _ in range(5)]
    watches = []

    def collect(state: State, watch: Any) -> None:
        for event in watch:
            state.take(event)

    runs = []
    for state in states:
        runs += [
            stage.client.flow.start(session, env=env, if_active="IF_ACTIVE_PARALLEL").run_id
            for session in sessions
            for _ in range(2)
        ]
        time.sleep(chance.random() * 0.08)
        watch = stage.daemon.client().watch(snapshot=True, **targets[target])
        thread = threading.Thread(target=collect, args=(state, watch), daemon=True)
        thread.start()
        watches.append((watch, thread))
    wanted = runs
    if target == "session":
        wanted = [run.run_id for run in stage.client.flow.list_runs(session_id=sessions[0], page_size=500).runs]
    final = {run: stage.reaches(run, SUCCEEDED) for run in wanted}
    stage.until(
        lambda: all(sessions[0] in state.snapshots for state in states)
        and all(fold.is_over for state in states for fold in list(state.folds.values())),
        "the ends of all runs",
    )
    for watch, thread in watches:
        watch.close()
        thread.join(60)
    seen = 0
    for state in states:
        assert sessions[0] in state.snapshots
        assert set(state.folds) <= set(wanted)
        for run_id, fold in state.folds.items():
            seen += 1
            run = final[run_id]
            assert (fold.run.status, fold.run.report) == (run.status, run.report)
            told = steps(run)
            assert set(told) == set(fold.steps)
            for name, step in fold.steps.items():
                assert without_output(step) == without_output(told[name]), name
    assert seen >= len(states)


NESTED = (
    "steps:\n"
    "  - { id: l, uses: flow, needs: [], foreach: [1, 2, 3], with: { flow: middle } }\n"
    "  - { id: a, uses: run, needs: [], with: { command: 'echo outer' } }\n"
)


def family(stage: Stage, root: str) -> set[str]:
    """A run with the runs that are its steps, and theirs."""
    found = {root}
    runs = stage.client.flow.list_runs(session_id=stage.session, page_size=500).runs
    for run in sorted(runs, key=lambda run: run.first_event_seq):
        if run.parent_run_id in found:
            found.add(run.run_id)
    return found


def test_a_watch_of_a_run_tells_of_the_runs_of_its_steps(stage: Stage) -> None:
    """Whoever comes, at any moment and from any cursor, gets each of their events once and in order, and no other's."""
    chance = random.Random(7)
    wait = "{ id: w, uses: wait, with: { for: 30ms } }"
    stage.daemon.place.flow("inner", f"steps:\n  - {wait}\n  - {{ id: e, uses: run, with: {{ command: 'echo in' }} }}\n")
    stage.daemon.place.flow("middle", f"steps:\n  - {wait}\n  - {{ id: m, uses: flow, with: {{ flow: inner }} }}\n")
    runs = [stage.start(NESTED, "outer") for _ in range(3)]
    seen: dict[int, tuple[int, list[Any]]] = {}

    def collect(number: int, after: int) -> None:
        watch = stage.daemon.client().watch(run_id=runs[0], after_seq=after)
        seen[number] = (after, list(watch))

    threads = []
    for number in range(12):
        log = stage.events()
        threads.append(threading.Thread(target=collect, args=(number, chance.choice([0, chance.randrange(len(log))])), daemon=True))
        threads[-1].start()
        time.sleep(chance.random() * 0.03)
    for thread in threads:
        thread.join(120)
    for run in runs:
        stage.end(run)
    members = family(stage, runs[0])
    assert len(members) == 7
    wanted = [event for event in stage.events() if event.run_id in members]
    assert wanted[-1].run_id == runs[0] and wanted[-1].HasField("run_finished")
    assert len(seen) == len(threads)
    for after, events in seen.values():
        assert events == [event for event in wanted if event.seq > after]
    assert list(stage.client.watch(run_id=runs[0])) == wanted


def test_a_watch_of_a_run_with_sub_runs_goes_on_after_a_crash(stage: Stage) -> None:
    wait = "until [ -e \"$FLOWD_WORKSPACE/go\" ]; do sleep 0.01; done"
    stage.daemon.place.flow("inner", f"steps:\n  - {{ id: e, uses: run, with: {{ command: 'echo in; {wait}' }} }}\n")
    stage.daemon.place.flow("middle", "steps:\n  - { id: m, uses: flow, with: { flow: inner } }\n")
    run = stage.start("steps:\n  - { id: a, uses: flow, with: { flow: middle } }\n", "outer")
    events: list[Any] = []
    thread = threading.Thread(target=lambda: events.extend(stage.daemon.client().watch(run_id=run)), daemon=True)
    thread.start()
    stage.until(lambda: len(family(stage, run)) == 3 and stage.said(), "the innermost run")
    stage.daemon.kill()
    stage.daemon.start()
    stage.client = stage.daemon.client()
    (stage.workspace / "go").touch()
    thread.join(120)
    assert not thread.is_alive()
    members = family(stage, run)
    assert events == [event for event in stage.events() if event.run_id in members]


def test_a_run_is_exported_whole_and_in_order(stage: Stage) -> None:
    text = FLOW.replace("[1, 2, 3, 4, 5]", str(list(range(300)))).replace("echo one; echo two", "head -c 3000000 /dev/zero | tr \"\\0\" x")
    run = stage.end(stage.start("concurrency: { max-parallel: 32 }\n" + text), 120)
    assert run.status == SUCCEEDED
    pieces = [stage.client.flow.export_run(run.run_id)]
    while pieces[-1].next_after_seq:
        pieces.append(stage.client.flow.export_run(run.run_id, after_seq=pieces[-1].next_after_seq))
    assert len(pieces) > 2 and all(piece.ByteSize() < 4_194_304 for piece in pieces)
    assert [piece.HasField("run") for piece in pieces] == [True] + [False] * (len(pieces) - 1)
    assert pieces[0].definition and not any(piece.definition for piece in pieces[1:])
    exported = [event for piece in pieces for event in piece.events]
    assert exported == list(stage.client.watch(run_id=run.run_id))
    assert exported == [event for event in stage.events() if event.run_id == run.run_id]
    told, fold = steps(pieces[0].run), Fold(run.run_id)
    for event in exported:
        fold.take(event)
    for name, step in fold.steps.items():
        for field in ("result", "outputs", "checks"):
            step.ClearField(field)  # The events have them.
        assert without_output(step) == without_output(told[name])


def test_an_unfinished_run_is_exported_up_to_now_and_goes_on_from_there(stage: Stage) -> None:
    wait = 'until [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.01; done'
    run = stage.start(f"steps:\n  - {{ id: a, uses: run, with: {{ command: 'echo x; {wait}' }} }}\n")
    stage.until(lambda: "step_output" in stage.kinds(run), "output")
    first = export(stage, run)
    assert first and first[-1].HasField("step_output")
    (stage.workspace / "go").touch()
    stage.end(run)
    rest = export(stage, run, first[-1].seq)
    assert first + rest == list(stage.client.watch(run_id=run)) and rest[-1].HasField("run_finished")


def export(stage: Stage, run: str, after: int = 0) -> list[Any]:
    events: list[Any] = []
    while True:
        piece = stage.client.flow.export_run(run, after_seq=after)
        events += piece.events
        after = piece.next_after_seq
        if not after:
            return events


def test_watchers_of_a_run_that_is_paused_asked_and_answered_agree_with_it(stage: Stage) -> None:
    run = stage.start(
        "steps:\n  - { id: q, uses: input, with: { prompt: '?' } }\n  - { id: a, uses: wait, with: { for: 10ms } }\n", step_by_step=True
    )
    stage.asks(run, "q")
    snapshots = []
    for _ in range(2):
        first = next(stage.client.watch(session_id=stage.session, snapshot=True))
        snapshots.append(first.snapshot)
        assert [r.run_id for r in first.snapshot.active_runs] == [run]
        assert steps(first.snapshot.active_runs[0])["q"].input == stage.asks(run, "q")
        stage.restart()
    assert snapshots[0].meta == snapshots[1].meta
    stage.answer(run, value="x")
    stage.until(lambda: stage.run(run).status == run_pb2.RUN_STATUS_PAUSED, "a pause")
    stage.client.flow.resume(run)
    assert stage.end(run).status in ENDED
