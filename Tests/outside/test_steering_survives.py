"""What was acknowledged before a kill -9 is in force after it: pauses, steps, reruns, timers, sub-flows."""

from __future__ import annotations

import time

import pytest

from harness import flows
from harness.stage import BEGIN, CANCELLED, END, PAUSED, RUNNING, SUCCEEDED, Stage, steps, words

WAIT = 'until [ -e "$FLOWD_WORKSPACE/go-$FLOWD_STEP_ID" ]; do sleep 0.01; done'


def held(*ids: str) -> str:
    return flows.steps(*((name, f"{BEGIN}\n{WAIT}\n{END}", {}) for name in ids))


def let_go(stage: Stage, *ids: str) -> None:
    for name in ids:
        (stage.workspace / f"go-{name}").touch()


def test_a_pause_survives_before_and_after_it_took_effect(stage: Stage) -> None:
    run = stage.start(held("a", "b"))
    stage.client.flow.pause(run)
    stage.restart()
    assert stage.run(run).pause_requested
    let_go(stage, "a")
    # The attempt that was cut off does not run again while the run is paused, or it ran before.
    stage.reaches(run, PAUSED)
    stage.restart()
    paused = stage.run(run)
    assert paused.status == PAUSED and paused.pause_requested and words(paused)["b"] == "pending"
    stage.client.flow.resume(run)
    stage.restart()
    let_go(stage, "b")
    assert stage.end(run).status == SUCCEEDED
    stage.check_marks()


def test_one_step_at_a_time_survives(stage: Stage) -> None:
    run = stage.start(held("a", "b", "c"), step_by_step=True)
    let_go(stage, "a", "b", "c")
    stage.reaches(run, PAUSED)
    stage.restart()
    assert stage.run(run).step_by_step and stage.run(run).status == PAUSED
    stage.client.flow.resume(run, step_by_step=True)
    stage.restart()
    assert words(stage.reaches(run, PAUSED)) == {"a": "succeeded", "b": "succeeded", "c": "pending"}
    stage.client.flow.resume(run)
    stage.restart()
    assert stage.end(run).status == SUCCEEDED


def test_a_rerun_survives_with_the_results_it_took_over(stage: Stage) -> None:
    big = "head -c 300000 /dev/zero | tr '\\0' x"
    text = flows.steps(("a", f"{BEGIN}; {big}; {END}", {}), ("b", f"{WAIT}", {}))
    text += "  - { id: c, uses: script, with: { lua: 'return #steps.a.stdout' } }\nreport: ${{ steps.c.result }}\n"
    let_go(stage, "b")
    first = stage.end(stage.start(text))
    assert first.report == "300000"
    (stage.workspace / "go-b").unlink()
    env = stage.daemon.place.environment
    again = stage.client.flow.rerun(first.run_id, from_step_id="b", env=env, request_id="r").run.run_id
    stage.restart()
    repeated = stage.client.flow.rerun(first.run_id, from_step_id="b", env=env, request_id="r")
    assert repeated.existing and repeated.run.run_id == again
    assert steps(stage.run(again))["a"].reused
    let_go(stage, "b")
    ended = stage.end(again)
    assert (ended.status, ended.report, ended.reused_from_run_id) == (SUCCEEDED, "300000", first.run_id)
    assert len(stage.marks()) == 2, "the step that was taken over did not run again"


def test_a_wait_ends_when_it_was_due_whatever_happened_in_between(stage: Stage) -> None:
    began = time.monotonic()
    run = stage.start("steps:\n  - { id: w, uses: wait, with: { for: 5s } }\n")
    due = stage.step(run, "w").wake_at
    stage.restart()
    assert stage.step(run, "w").wake_at == due
    stage.restart()
    ended = stage.end(run)
    took = ended.finished_at.ToNanoseconds() - due.ToNanoseconds()
    assert ended.status == SUCCEEDED and 0 <= took < 5e9 and 4.9 < time.monotonic() - began < 30


def test_a_wait_that_became_due_without_a_daemon_ends_at_once(stage: Stage) -> None:
    run = stage.start("steps:\n  - { id: w, uses: wait, with: { for: 300ms } }\n")
    stage.daemon.kill()
    time.sleep(0.5)
    stage.again()
    assert stage.end(run).status == SUCCEEDED


def test_a_retry_comes_when_it_was_due(stage: Stage) -> None:
    text = flows.steps(("a", f"{BEGIN}\n[ -e \"$FLOWD_WORKSPACE/fixed\" ]\n{END}", {"retry": "{ limit: 1, delay: 4s, jitter: 0 }"}))
    run = stage.start(text)
    stage.until(lambda: words(stage.run(run))["a"] == "waiting_retry", "a retry")
    due = stage.step(run, "a").wake_at
    stage.restart()
    assert stage.step(run, "a").wake_at == due and words(stage.run(run))["a"] == "waiting_retry"
    (stage.workspace / "fixed").touch()
    ended = stage.end(run)
    late = ended.steps[0].started_at.ToNanoseconds() - due.ToNanoseconds()
    assert ended.status == SUCCEEDED and ended.steps[0].attempt == 2 and 0 <= late < 5e9
    stage.check_marks()


CHILD = (
    f"inputs: {{ n: number }}\noutputs: {{ twice: '${{{{ inputs.n * 2 }}}}' }}\nsteps:\n"
    f"  - {{ id: one, uses: run, with: {{ command: '{BEGIN}; {END}' }} }}\n"
    f"  - {{ id: hold, uses: run, with: {{ command: '{BEGIN}; {WAIT}; {END}' }} }}\n"
)
PARENT = (
    "steps:\n  - { id: sub, uses: flow, with: { flow: child, inputs: { n: 21 } } }\n"
    "report: '${{ steps.sub.outputs.twice }}'\n"
)


def test_sub_flows_go_on_with_their_parent(stage: Stage) -> None:
    stage.daemon.place.flow("child", CHILD)
    run = stage.start(PARENT)
    child = stage.until(lambda: stage.step(run, "sub").child_run_id, "the child")
    stage.until(lambda: words(stage.run(child)).get("hold") == "running", "the step that waits")
    for _ in range(2):
        stage.restart()
        assert stage.run(run).status == RUNNING and stage.run(child).parent_run_id == run
        assert stage.step(run, "sub").attempt == 1 and stage.step(run, "sub").child_run_id == child
    let_go(stage, "hold")
    ended = stage.end(run)
    assert (ended.status, ended.report) == (SUCCEEDED, "42") and steps(ended)["sub"].attempt == 1
    assert stage.run(child).parent_step_id == "sub"
    assert stage.end(child).status == SUCCEEDED
    stage.check_marks()
    assert sum(name.endswith("/one") for letter, name, _ in stage.marks() if letter == "b") == 1


def test_a_cancel_of_the_parent_reaches_the_child_over_a_restart(stage: Stage) -> None:
    stage.daemon.place.flow("child", CHILD)
    run = stage.start(PARENT)
    child = stage.until(lambda: stage.step(run, "sub").child_run_id, "the child")
    stage.client.flow.cancel(stage.session, run_id=run, mode="CANCEL_MODE_FORCE")
    stage.restart()
    assert stage.end(run).status == CANCELLED and stage.end(child).status == CANCELLED


def test_a_question_of_a_sub_flow_is_answered_after_a_restart(stage: Stage) -> None:
    stage.daemon.place.flow("child", "outputs: { a: '${{ steps.q.result }}' }\nsteps:\n  - { id: q, uses: input, with: { prompt: '?' } }\n")
    run = stage.start(PARENT.replace("twice", "a").replace(", inputs: { n: 21 }", ""))
    child = stage.until(lambda: stage.step(run, "sub").child_run_id, "the child")
    stage.asks(child, "q")
    stage.restart()
    stage.answer(child, value="yes")
    assert stage.end(run).report == "yes"


@pytest.mark.parametrize("state", ["paused", "stepping"])
def test_sub_flows_pause_with_their_parent(stage: Stage, state: str) -> None:
    stage.daemon.place.flow("child", CHILD)
    run = stage.start(PARENT, step_by_step=state == "stepping")
    child = stage.until(lambda: stage.step(run, "sub").child_run_id, "the child")
    if state == "paused":
        stage.until(lambda: words(stage.run(child)).get("hold") == "running", "the step that waits")
        stage.client.flow.pause(run)
        let_go(stage, "hold")
        # The child has nothing left to do, so both end or pause; neither starts anything.
        stage.until(lambda: words(stage.run(child))["hold"] == "succeeded", "the end of the step")
        if stage.run(run).status == PAUSED:
            stage.client.flow.resume(run)
    else:
        let_go(stage, "hold")
        stage.until(lambda: stage.run(child).status == PAUSED, "a pause of the child")
        stage.restart()
        assert stage.run(child).status == PAUSED and words(stage.run(child))["hold"] == "pending"
        stage.client.flow.resume(run)
    assert stage.end(run).status == SUCCEEDED
