"""Circuit breakers, which all runs share, and groups of runs that wait for each other."""

from __future__ import annotations

from typing import Any

import pytest

from flowd.v1 import run_pb2
from harness import flows
from harness.stage import BEGIN, END, FAILED, QUEUED, RUNNING, SUCCEEDED, Stage

OPEN = run_pb2.CIRCUIT_STATE_OPEN
FLAKY = flows.shell(f'{BEGIN}\n[ -e "$FLOWD_WORKSPACE/fixed" ]\n{END}', circuit="backend")


def circuits(stage: Stage) -> dict[str, Any]:
    return {circuit.name: circuit for circuit in stage.client.daemon.status().circuits}


def changes(stage: Stage) -> list[Any]:
    return [event.circuit_changed.circuit for event in stage.events() if event.HasField("circuit_changed")]


def test_a_circuit_opens_after_failures_in_a_row_and_closes_after_a_success(stage: Stage) -> None:
    for n in range(5):
        assert circuits(stage).get("backend", run_pb2.Circuit()).failures == n
        assert stage.end(stage.start(FLAKY)).status == FAILED
    found = circuits(stage)["backend"]
    assert (found.state, found.failures) == (OPEN, 5) and found.HasField("retry_at")
    assert [(c.name, c.state) for c in changes(stage)] == [("backend", OPEN)]
    attempts = len(stage.marks())
    (stage.workspace / "fixed").touch()
    held = stage.start(FLAKY)
    step = stage.step(held, "only")
    assert step.attempt == 0 and step.wake_at.ToNanoseconds() >= found.retry_at.ToNanoseconds()
    assert stage.run(held).status == RUNNING and len(stage.marks()) == attempts, "nothing is tried while it is open"
    other = stage.start(flows.shell("true", circuit="another"))
    assert stage.end(other).status == SUCCEEDED, "another circuit is another matter"
    ended = stage.end(held)
    assert ended.status == SUCCEEDED
    assert ended.steps[0].started_at.ToNanoseconds() >= found.retry_at.ToNanoseconds()
    assert "backend" not in circuits(stage) and changes(stage)[-1].state == run_pb2.CIRCUIT_STATE_CLOSED


def test_what_is_held_back_can_be_cancelled_and_a_restart_tries_again(stage: Stage) -> None:
    for _ in range(5):
        stage.end(stage.start(FLAKY))
    held = stage.start(FLAKY)
    assert stage.step(held, "only").attempt == 0
    stage.client.flow.cancel(stage.session, run_id=held, mode="CANCEL_MODE_FORCE")
    assert stage.end(held).status == run_pb2.RUN_STATUS_CANCELLED
    (stage.workspace / "fixed").touch()
    stage.restart()
    assert "backend" not in circuits(stage)
    assert stage.end(stage.start(FLAKY)).status == SUCCEEDED


def test_fatal_failures_do_not_open_a_circuit(stage: Stage) -> None:
    for _ in range(6):
        stage.end(stage.start(flows.shell("exit 64", circuit="backend")))
    assert "backend" not in circuits(stage)


HELD = flows.shell(f'{BEGIN}\nuntil [ -e "$FLOWD_WORKSPACE/go-$FLOWD_SESSION_ID" ]; do sleep 0.01; done\n{END}')


@pytest.mark.parametrize("restart", [False, True], ids=["same-daemon", "after-restart"])
def test_runs_of_a_group_wait_for_each_other_across_sessions(stage: Stage, restart: bool) -> None:
    grouped = "inputs: { g: string }\nconcurrency: { group: 'deploy-${{ inputs.g }}' }\n" + HELD
    stage.daemon.place.flow("g", grouped)
    sessions = [stage.session, *(stage.daemon.session(stage.client, flow="g").session_id for _ in range(2))]
    stage.client.session.set_executed_flow(stage.session, flow_id="g")
    env = stage.daemon.place.environment
    runs = [stage.client.flow.start(session, inputs={"g": "x"}, env=env).run_id for session in sessions]
    other = stage.client.flow.start(sessions[2], inputs={"g": "y"}, env=env, if_active="IF_ACTIVE_PARALLEL").run_id
    if restart:
        stage.restart()
        stage.until(lambda: stage.run(other).status == RUNNING, "runs that go on")
    statuses = [stage.run(run).status for run in runs]
    assert statuses == [RUNNING, QUEUED, QUEUED] and stage.run(other).status == RUNNING
    assert {stage.run(run).concurrency_group for run in runs} == {"deploy-x"}
    for n, session in enumerate(sessions):
        assert [stage.run(run).status for run in runs[n + 1 :]] == [QUEUED] * (2 - n)
        (stage.workspace / f"go-{session}").touch()
        stage.until(lambda: stage.run(runs[n]).status == SUCCEEDED, "the end of the run")
        if n < 2:
            stage.until(lambda: stage.run(runs[n + 1]).status == RUNNING, "the next of the group")
    stage.until(lambda: stage.run(other).status == SUCCEEDED, "the other group's")


def test_a_run_that_waits_for_its_group_can_be_cancelled(stage: Stage) -> None:
    text = "concurrency: { group: one }\n" + HELD
    first, second, third = (stage.start(text) for _ in range(3))
    assert stage.run(second).status == stage.run(third).status == QUEUED
    stage.client.flow.cancel(stage.session, run_id=second)
    stage.until(lambda: stage.run(second).status not in (QUEUED, RUNNING), "the end of what never began")
    assert stage.run(third).status == QUEUED
    (stage.workspace / f"go-{stage.session}").touch()
    assert stage.end(first).status == SUCCEEDED and stage.end(third).status == SUCCEEDED
