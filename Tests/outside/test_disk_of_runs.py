"""A disk that is full in the middle of runs: they go on when there is space, nothing ran twice, no event is missing."""

from __future__ import annotations

import pytest

from flowd import errors
from flowd.v1 import daemon_pb2
from harness.eventually import eventually
from harness.stage import BEGIN, END, SUCCEEDED, Stage
from harness.tracing import faults

#: Goes on to its commands once the disk is going to fail.
FLOW = (
    "concurrency: { max-parallel: 6 }\nsteps:\n"
    "  - { id: gate, uses: run, with: { command: 'until [ -e \"$FLOWD_WORKSPACE/go\" ]; do sleep 0.02; done' } }\n"
    f"  - {{ id: l, uses: run, foreach: {list(range(60))}, with: {{ command: '{BEGIN}; echo out; {END}' }} }}\n"
    "  - { id: w, uses: wait, needs: [gate], with: { for: 50ms } }\n"
    f"  - {{ id: r, uses: run, needs: [w], retry: {{ limit: 3, delay: 20ms }}, "
    f"with: {{ command: '{BEGIN}; [ ${{FLOWD_ATTEMPT##*/}} -ge 2 ]; {END}' }} }}\n"
    "  - { id: s, uses: script, needs: [l, r], with: { lua: 'return #steps.l' } }\n"
    "report: '${{ steps.s.result }}'\n"
)


@pytest.mark.strace
@pytest.mark.parametrize(("moment", "writes"), [(3, 3), (25, 6)])
def test_runs_go_on_when_there_is_space_again(stage: Stage, moment: int, writes: int) -> None:
    run = stage.start(FLOW)
    with faults(stage.daemon.pid, f"pwrite64:error=ENOSPC:when={moment}..{moment + writes}"):
        (stage.workspace / "go").touch()
        eventually(lambda: has_ended(stage, run), "the end of the run", 120)
    ended = stage.end(run)
    assert (ended.status, ended.report) == (SUCCEEDED, "60"), ended.error
    assert stage.client.daemon.status().health == daemon_pb2.DAEMON_HEALTH_SERVING
    stage.check_marks()
    begun = [mark for mark in stage.marks() if mark[0] == "b"]
    assert len(begun) == 62, "60 of the list, and the one that failed once"


def has_ended(stage: Stage, run: str) -> bool:
    try:
        return run in stage.ended()
    except errors.ResourceExhausted:  # It would have told of what could not be stored.
        return False


@pytest.mark.strace
def test_steering_is_refused_while_the_disk_is_full_and_leaves_no_trace(stage: Stage) -> None:
    run = stage.start("steps:\n  - { id: q, uses: input, with: { prompt: '?' } }\n  - { id: w, uses: wait, with: { for: 10ms } }\n")
    stage.asks(run, "q")
    with faults(stage.daemon.pid, "pwrite64:error=ENOSPC:when=1+"):
        for call in (
            lambda: stage.client.flow.pause(run),
            lambda: stage.client.flow.answer(run, value="lost"),
            lambda: stage.set_mode("BATCH"),
            lambda: stage.client.flow.cancel(stage.session, run_id=run),
        ):
            with pytest.raises(errors.ResourceExhausted) as caught:
                call()
            assert caught.value.reason == "DISK_FULL"
        seen = stage.run(run)
        assert not seen.pause_requested and seen.steps[0].HasField("input") and not seen.cancel_requested

    def answered() -> bool:
        try:
            stage.client.flow.answer(run, value="kept")
        except errors.ResourceExhausted:
            return False
        return True

    eventually(answered, "an answer after the disk was full")
    ended = stage.end(run)
    assert ended.status == SUCCEEDED and ended.steps[0].result == b'"kept"'


@pytest.mark.strace
def test_a_kill_while_the_disk_is_full_loses_nothing_that_was_told(stage: Stage) -> None:
    run = stage.start(FLOW)
    with faults(stage.daemon.pid, "pwrite64:error=ENOSPC:when=20+"):
        (stage.workspace / "go").touch()
        eventually(lambda: stage.client.daemon.status().health == daemon_pb2.DAEMON_HEALTH_READ_ONLY, "a full disk")
        before = stage.events()
    stage.restart()
    ended = stage.end(run, 120)
    assert (ended.status, ended.report) == (SUCCEEDED, "60"), ended.error
    assert stage.events()[: len(before)] == before
    stage.check_marks()
