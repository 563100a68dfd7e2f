"""kill -9 in the middle of runs: they go on, nothing that had finished runs again, and the log tells all of it."""

from __future__ import annotations

import os
import random
import time
from typing import Any

import pytest

from flowd.v1 import run_pb2
from harness import flows
from harness.stage import BEGIN, END, SUCCEEDED, Stage, steps, words

SEED = int(os.environ.get("FLOWD_SEED", "7"))
KILLS = int(os.environ.get("FLOWD_RUN_KILLS", "4"))
#: Steps of the long run, those of its lists included.
STEPS = int(os.environ.get("FLOWD_RUN_STEPS", "1000"))


def long_flow(count: int) -> str:
    """Some `count` steps of many kinds: commands, waits, scripts, lists, retries, skipped ones, and a sub-flow."""
    mark = f"{BEGIN}; {END}"
    text = "concurrency: { max-parallel: 16 }\nsteps:\n"
    width = count // 4
    text += (
        "  - id: numbers\n    uses: script\n"
        f"    with: {{ lua: 'local l = {{}} for i = 1, {width} do l[i] = i end return l' }}\n"
        f"  - id: list\n    uses: run\n    foreach: {{ in: '${{{{ steps.numbers.result }}}}', as: n, max-parallel: 12 }}\n"
        f"    with: {{ command: '{mark}; echo $N' }}\n    env: {{ N: '${{{{ n }}}}' }}\n"
        f"  - id: waits\n    uses: wait\n    needs: []\n"
        f"    foreach: {{ in: {list(range(width // 3))}, max-parallel: 5 }}\n    with: {{ for: 50ms }}\n"
    )
    for n in range(count - width - width // 3 - 10):
        kind = n % 10
        needs = "[]" if n < 10 else f"[s{n - 10}]"
        if kind == 0:
            text += f"  - {{ id: s{n}, uses: wait, needs: {needs}, with: {{ for: 20ms }} }}\n"
        elif kind == 1:
            text += f"  - {{ id: s{n}, uses: script, needs: {needs}, with: {{ lua: 'return {n}' }} }}\n"
        elif kind == 2:
            text += f"  - {{ id: s{n}, uses: run, needs: {needs}, if: 'false', with: {{ command: '{mark}' }} }}\n"
        elif kind == 3 and n < 100:
            text += (
                f"  - {{ id: s{n}, uses: run, needs: {needs}, retry: {{ limit: 3, delay: 30ms, jitter: 0 }}, "
                f"with: {{ command: '{BEGIN}; [ -e \"$FLOWD_WORKSPACE/once-{n}\" ] || {{ touch \"$FLOWD_WORKSPACE/once-{n}\"; exit 1; }}; {END}' }} }}\n"
            )
        else:
            text += f"  - {{ id: s{n}, uses: run, needs: {needs}, with: {{ command: '{mark}' }} }}\n"
    text += "  - { id: child, uses: flow, needs: [], with: { flow: child, inputs: { n: 5 } } }\n"
    # So that it does not end before the last kill, however late that comes.
    text += "  - { id: hold, uses: run, needs: [], with: { command: 'until [ -e \"$FLOWD_WORKSPACE/go\" ]; do sleep 0.02; done' } }\n"
    text += "  - { id: last, uses: script, needs: [list, waits, child, hold], with: { lua: 'return #steps.list' } }\n"
    return text + "report: '${{ steps.last.result }} ${{ steps.child.outputs.sum }}'\n"


CHILD = (
    "inputs: { n: number }\noutputs: { sum: '${{ steps.b.result }}' }\nsteps:\n"
    f"  - {{ id: a, uses: run, with: {{ command: '{BEGIN}; sleep 0.3; {END}' }}, foreach: [1, 2, 3, 4] }}\n"
    "  - { id: b, uses: script, with: { lua: 'return #steps.a + inputs.n' } }\n"
)


def check_restarts(events: list[Any], run_id: str) -> None:
    """A step runs again only where the log says that its attempt was cut off or failed."""
    finished: set[str] = set()
    open_attempts: dict[str, int] = {}
    for event in (event for event in events if event.run_id == run_id):
        kind = event.WhichOneof("kind")
        if kind == "step_started":
            started = event.step_started
            assert started.step_id not in finished, f"{started.step_id} began again after it had finished"
            assert started.step_id not in open_attempts, f"{started.step_id} has two attempts in hand"
            open_attempts[started.step_id] = started.attempt
        elif kind == "step_retrying":
            assert open_attempts.pop(event.step_retrying.step_id) == event.step_retrying.attempt
        elif kind == "step_finished":
            finished.add(event.step_finished.step.step_id)
            open_attempts.pop(event.step_finished.step.step_id, None)
    assert not open_attempts


def test_kills_in_the_middle_of_a_long_run_lose_and_repeat_nothing(stage: Stage) -> None:
    chance = random.Random(SEED)
    stage.daemon.place.flow("child", CHILD)
    run = stage.start(long_flow(STEPS))
    total = len(stage.run(run).steps) + STEPS // 4 + STEPS // 12
    for kill in range(KILLS):
        goal = total * (kill + chance.random()) / (KILLS + 1)
        stage.until(lambda: done(stage, run) >= goal, f"{goal:.0f} settled steps", 180)
        time.sleep(chance.random() * 0.05)
        before = {step.step_id: step for step in stage.client.flow.get_run(run).run.steps}
        stage.restart()
        after = steps(stage.client.flow.get_run(run).run)
        for name, step in before.items():
            if step.HasField("finished_at"):
                assert after[name] == step, f"{name} was settled and has changed"
    (stage.workspace / "go").touch()
    ended = stage.end(run, 240)
    assert ended.status == SUCCEEDED, ended.error
    assert len(ended.steps) >= STEPS * 0.95 and set(words(ended).values()) == {"succeeded", "skipped"}
    assert ended.report == f"{STEPS // 4} 9"
    check_restarts(stage.events(), run)
    stage.check_marks()
    child = stage.run(steps(ended)["child"].child_run_id)
    stage.check(child)
    assert child.status == SUCCEEDED
    restarts = [e for e in stage.events() if e.run_id == run and e.WhichOneof("kind") == "run_resumed"]
    # A daemon that was killed before it went on with the run told nothing of it.
    assert 0 < len(restarts) <= KILLS and all(event.run_resumed.after_restart for event in restarts)


def done(stage: Stage, run: str) -> int:
    return sum(step.HasField("finished_at") for step in stage.client.flow.get_run(run).run.steps)


def test_random_kills_of_many_small_runs(stage: Stage) -> None:
    """Short lives of the daemon, at any moment of a start, a retry, a list, a wait or an end."""
    chance = random.Random(SEED)
    text = (
        "steps:\n"
        f"  - {{ id: a, uses: run, retry: {{ limit: 2, delay: 10ms }}, with: {{ command: '{BEGIN}; {END}' }} }}\n"
        "  - { id: w, uses: wait, with: { for: 15ms } }\n"
        f"  - {{ id: l, uses: run, foreach: [1, 2, 3], with: {{ command: '{BEGIN}; {END}' }} }}\n"
        "  - { id: s, uses: script, with: { lua: 'return len(steps.l)' } }\n"
        "report: '${{ steps.s.result }}'\n"
    )
    runs = []
    for _ in range(KILLS * 2):
        runs += [stage.start(text) for _ in range(chance.randrange(1, 4))]
        time.sleep(chance.random() * 0.15)
        stage.restart()
    for run in runs:
        ended = stage.end(run, 120)
        assert (ended.status, ended.report) == (SUCCEEDED, "3"), ended.error
    events = stage.events()
    for run in runs:
        check_restarts(events, run)
    stage.check_marks()


@pytest.mark.parametrize("policy", ["retry", "fail", "ask"])
def test_an_attempt_that_was_cut_off_goes_by_on_restart(stage: Stage, policy: str) -> None:
    wait = f'{BEGIN}\nuntil [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.01; done\n{END}'
    run = stage.start(flows.steps(("a", wait, {"on-restart": policy}), ("b", "true", {})))
    stage.until(lambda: stage.marks(), "the first attempt")
    stage.restart()
    (stage.workspace / "go").touch()
    if policy == "ask":
        question = stage.asks(run, "a")
        assert question.reason == run_pb2.INPUT_REASON_RESTART and list(question.options) == ["retry", "fail", "skip"]
        stage.restart()
        assert stage.asks(run, "a").input_id == question.input_id, "asked once, also after another restart"
        stage.answer(run, input_id=question.input_id, value="retry")
    ended = stage.end(run)
    if policy == "fail":
        assert words(ended) == {"a": "failed", "b": "not_run"} and "cut off" in ended.steps[0].error.message
        return
    assert words(ended) == {"a": "succeeded", "b": "succeeded"} and ended.steps[0].attempt == 2
    stage.check_marks()


@pytest.mark.parametrize(("decision", "outcome"), [("fail", "failed"), ("skip", "skipped")])
def test_a_person_may_decide_against_a_step_that_was_cut_off(stage: Stage, decision: str, outcome: str) -> None:
    run = stage.start(flows.shell(f"{BEGIN}\nsleep 60", **{"on-restart": "ask"}))
    stage.until(lambda: stage.marks(), "the first attempt")
    stage.restart()
    stage.asks(run, "only")
    stage.answer(run, value=decision)
    assert words(stage.end(run)) == {"only": outcome}


def test_in_batch_nobody_is_asked_after_a_restart(stage: Stage) -> None:
    stage.set_mode("BATCH")
    run = stage.start(flows.shell(f"{BEGIN}\nsleep 60", **{"on-restart": "ask"}))
    stage.until(lambda: stage.marks(), "the first attempt")
    stage.restart()
    ended = stage.end(run)
    assert words(ended) == {"only": "failed"} and "cut off" in ended.error


def test_a_cancel_that_was_acknowledged_is_in_force_after_a_kill(stage: Stage) -> None:
    for mode, outcome in (("CANCEL_MODE_FORCE", "CANCELLED"), ("CANCEL_MODE_GRACEFUL", "INTERRUPTED")):
        run = stage.start(flows.steps(("a", f"{BEGIN}\nsleep 60", {}), ("b", "true", {})))
        stage.until(lambda: any(name.startswith(run) for _, name, _ in stage.marks()), "the first attempt")
        stage.client.flow.cancel(stage.session, run_id=run, mode=mode)
        stage.restart()
        ended = stage.end(run)
        assert ended.status == run_pb2.RunStatus.Value(f"RUN_STATUS_{outcome}")
        assert words(ended)["b"] == "not_run"
