"""Pause, resume, one step at a time, rerun, cancel: what a person does to a run, and what becomes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowd import errors
from flowd.v1 import flow_pb2, run_pb2
from harness import flows
from harness.stage import BEGIN, CANCELLED, END, FAILED, INTERRUPTED, PAUSED, RUNNING, SUCCEEDED, Stage, steps, words

WAIT = 'until [ -e "$FLOWD_WORKSPACE/go-$FLOWD_STEP_ID" ]; do sleep 0.01; done'


def held(*ids: str, more: str = "", keys: Any = None) -> str:
    """Steps one after the other, each of which runs until it is let go."""
    return more + flows.steps(*((name, f"{BEGIN}\n{WAIT}\n{END}", (keys or {}).get(name, {})) for name in ids))


def let_go(stage: Stage, *ids: str) -> None:
    for name in ids:
        (stage.workspace / f"go-{name}").touch()


# Pause and resume.


def test_a_paused_run_finishes_what_it_has_in_hand_and_starts_nothing(stage: Stage) -> None:
    run = stage.start(held("a", "b"))
    paused = stage.client.flow.pause(run).run
    assert paused.pause_requested and paused.status == RUNNING, "a step is still in hand"
    let_go(stage, "a")
    assert words(stage.reaches(run, PAUSED)) == {"a": "succeeded", "b": "pending"}
    resumed = stage.client.flow.resume(run).run
    assert resumed.status == RUNNING and not resumed.pause_requested
    let_go(stage, "b")
    assert stage.end(run).status == SUCCEEDED
    kinds = stage.kinds(run)
    wanted = ["run_pause_requested", "step_finished", "run_paused", "run_resumed", "step_started"]
    assert [kind for kind in kinds if kind in wanted][1:6] == wanted


def test_pausing_and_resuming_twice_changes_nothing(stage: Stage) -> None:
    run = stage.start(held("a", "b"))
    for _ in range(3):
        stage.client.flow.pause(run)
    let_go(stage, "a")
    stage.reaches(run, PAUSED)
    stage.client.flow.pause(run)
    for _ in range(3):
        stage.client.flow.resume(run)
    let_go(stage, "b")
    stage.end(run)
    kinds = stage.kinds(run)
    assert [kinds.count(kind) for kind in ("run_pause_requested", "run_paused", "run_resumed")] == [1, 1, 1]


def test_a_pause_that_is_taken_back_before_it_took_effect_stops_nothing(stage: Stage) -> None:
    run = stage.start(held("a", "b"))
    stage.client.flow.pause(run)
    stage.client.flow.resume(run)
    let_go(stage, "a", "b")
    assert stage.end(run).status == SUCCEEDED
    assert "run_paused" not in stage.kinds(run)


def test_a_wait_that_ends_during_a_pause_does_not_start_the_next_step(stage: Stage) -> None:
    text = "steps:\n  - { id: w, uses: wait, with: { for: 1500ms } }\n" + held("b").removeprefix("steps:\n")
    run = stage.start(text)
    stage.client.flow.pause(run)
    stage.until(lambda: words(stage.run(run))["w"] == "succeeded", "the end of the wait")
    assert words(stage.reaches(run, PAUSED))["b"] == "pending"
    stage.client.flow.resume(run)
    let_go(stage, "b")
    assert stage.end(run).status == SUCCEEDED


def test_a_paused_run_is_cancelled_like_any_other(stage: Stage) -> None:
    run = stage.start(held("a", "b"))
    stage.client.flow.pause(run)
    let_go(stage, "a")
    stage.reaches(run, PAUSED)
    stage.client.flow.cancel(stage.session, run_id=run, mode=run_pb2.CANCEL_MODE_GRACEFUL)
    ended = stage.end(run)
    assert ended.status == INTERRUPTED and words(ended) == {"a": "succeeded", "b": "not_run"}


def test_one_step_at_a_time(stage: Stage) -> None:
    run = stage.start(held("a", "b", "c"), step_by_step=True)
    seen = []
    for name in ("a", "b", "c"):
        let_go(stage, name)
        if name != "c":
            seen.append(words(stage.reaches(run, PAUSED)))
            assert stage.client.flow.resume(run, step_by_step=True).run.step_by_step
    assert seen == [
        {"a": "succeeded", "b": "pending", "c": "pending"},
        {"a": "succeeded", "b": "succeeded", "c": "pending"},
    ]
    assert stage.end(run).status == SUCCEEDED


def test_one_step_at_a_time_also_where_several_could_start(stage: Stage) -> None:
    ready = {name: {"needs": "[]"} for name in ("a", "b", "c")}
    run = stage.start(held("a", "b", "c", keys=ready), step_by_step=True)
    let_go(stage, "a", "b", "c")
    for done in (1, 2):
        stage.reaches(run, PAUSED)
        assert list(words(stage.run(run)).values()).count("succeeded") == done
        stage.client.flow.resume(run, step_by_step=True)
    assert stage.end(run).status == SUCCEEDED


def test_resume_without_steps_lets_a_stepping_run_go_on(stage: Stage) -> None:
    run = stage.start(held("a", "b", "c"), step_by_step=True)
    let_go(stage, "a", "b", "c")
    stage.reaches(run, PAUSED)
    assert not stage.client.flow.resume(run).run.step_by_step
    assert stage.end(run).status == SUCCEEDED and stage.kinds(run).count("run_paused") == 1


def test_what_has_ended_is_neither_paused_nor_resumed_nor_answered(stage: Stage) -> None:
    run = stage.start(flows.TRUE)
    stage.end(run)
    for call in (
        lambda: stage.client.flow.pause(run),
        lambda: stage.client.flow.resume(run),
        lambda: stage.client.flow.answer(run, value=1),
    ):
        with pytest.raises(errors.FailedPrecondition) as caught:
            call()
        assert caught.value.reason == "RUN_ENDED" and caught.value.metadata["status"] == "succeeded"


# Cancel.


@pytest.mark.parametrize(
    ("policy", "mode", "status"),
    [
        ("", "CANCEL_MODE_UNSPECIFIED", INTERRUPTED),
        ("on-cancel: graceful\n", "CANCEL_MODE_UNSPECIFIED", INTERRUPTED),
        ("on-cancel: force\n", "CANCEL_MODE_UNSPECIFIED", CANCELLED),
        ("on-cancel: force\n", "CANCEL_MODE_GRACEFUL", INTERRUPTED),
        ("on-cancel: graceful\n", "CANCEL_MODE_FORCE", CANCELLED),
    ],
)
def test_a_cancel_goes_by_what_it_says_and_else_by_the_flow(stage: Stage, policy: str, mode: str, status: int) -> None:
    run = stage.start(held("a", "b", more=policy))
    reply = stage.client.flow.cancel(stage.session, run_id=run, mode=mode)
    assert reply.outcome == flow_pb2.CANCEL_OUTCOME_REQUESTED
    if status == INTERRUPTED:  # Otherwise it might end by itself before it is ended.
        let_go(stage, "a")
    ended = stage.end(run)
    assert ended.status == status and words(ended)["b"] == "not_run"
    first = ended.steps[0]
    if status == INTERRUPTED:
        assert first.status == run_pb2.STEP_STATUS_SUCCEEDED and ended.cancel_requested == run_pb2.CANCEL_MODE_GRACEFUL
        assert stage.marks()[-1][0] == "e", "the step in flight finishes whole"
    else:
        assert first.status == run_pb2.STEP_STATUS_CANCELLED and ended.cancel_requested == run_pb2.CANCEL_MODE_FORCE


def test_force_after_grace_ends_the_step_in_hand(stage: Stage) -> None:
    run = stage.start(held("a", "b"))
    stage.client.flow.cancel(stage.session, run_id=run, mode="CANCEL_MODE_GRACEFUL")
    assert stage.run(run).status == RUNNING
    stage.client.flow.cancel(stage.session, run_id=run, mode="CANCEL_MODE_FORCE")
    ended = stage.end(run)
    assert ended.status == CANCELLED and words(ended) == {"a": "cancelled", "b": "not_run"}


@pytest.mark.parametrize(
    ("condition", "graceful", "failed"),
    [("always()", True, True), ("cancelled()", True, False), ("failure()", False, True), ("success()", False, False)],
)
def test_finalizers_run_as_their_condition_says(stage: Stage, condition: str, graceful: bool, failed: bool) -> None:
    keys = {"z": {"if": condition, "needs": "{ a: any }"}}
    run = stage.start(held("a", "z", keys=keys))
    stage.client.flow.cancel(stage.session, run_id=run, mode="CANCEL_MODE_GRACEFUL")
    let_go(stage, "a", "z")
    ended = stage.end(run)
    assert ended.status == INTERRUPTED and (words(ended)["z"] == "succeeded") == graceful, words(ended)
    text = flows.steps(("a", "exit 3", {}), ("m", "true", {}), ("z", "true", keys["z"]))
    ended = stage.end(stage.start(text))
    assert ended.status == FAILED and words(ended)["m"] == "not_run"
    assert (words(ended)["z"] == "succeeded") == failed, words(ended)


def test_after_force_no_finalizer_starts(stage: Stage) -> None:
    run = stage.start(held("a", "z", keys={"z": {"if": "always()", "needs": "{ a: any }"}}))
    stage.client.flow.cancel(stage.session, run_id=run, mode="CANCEL_MODE_FORCE")
    ended = stage.end(run)
    assert ended.status == CANCELLED and words(ended) == {"a": "cancelled", "z": "not_run"}


@pytest.mark.parametrize(("policy", "outcome"), [("cancel", "cancelled"), ("finish", "succeeded")])
def test_a_failure_ends_the_siblings_or_lets_them_finish(stage: Stage, policy: str, outcome: str) -> None:
    more = f"on-failure: {policy}\n"
    keys = {"needs": "[]"}
    text = more + flows.steps(
        ("slow", f"{BEGIN}\n{WAIT}\n{END}", keys), ("bad", f'until [ -e "$FLOWD_WORKSPACE/marks" ]; do sleep 0.01; done\nexit 3', keys)
    )
    run = stage.start(text)
    stage.until(lambda: words(stage.run(run))["bad"] == "failed", "the failure")
    let_go(stage, "slow")
    ended = stage.end(run)
    assert ended.status == FAILED and words(ended)["slow"] == outcome


def test_a_failure_that_may_be_goes_on(stage: Stage) -> None:
    text = flows.steps(("a", "echo out; exit 3", {"continue-on-error": "true"}), ("b", "true", {}))
    ended = stage.end(stage.start(text + "report: 'a ${{ steps.a.status }} with ${{ steps.a.exit }}'\n"))
    assert ended.status == SUCCEEDED and words(ended) == {"a": "failed", "b": "succeeded"}
    assert ended.report == "a failed with 3"


# Rerun.

CHAIN = (
    flows.steps(
        ("a", f"{BEGIN}\necho one; {END}", {}),
        ("b", f'{BEGIN}\n[ -e "$FLOWD_WORKSPACE/fixed" ]; {END}', {"needs": "[a, side]"}),
        ("c", f"{BEGIN}\necho three; {END}", {}),
        ("side", f"{BEGIN}\necho side; {END}", {"needs": "[]"}),
    )
    + "report: '${{ steps.a.stdout }}${{ steps.c.stdout }}${{ steps.side.stdout }}'\n"
)


def ran(stage: Stage, run: str) -> list[str]:
    return sorted(name.rpartition("/")[2] for letter, name, _ in stage.marks() if letter == "b" and name.startswith(run))


def test_a_rerun_takes_over_what_succeeded_and_runs_the_rest(stage: Stage) -> None:
    first = stage.start(CHAIN)
    assert stage.end(first).status == FAILED
    (stage.workspace / "fixed").touch()
    again = stage.client.flow.rerun(first, reuse_succeeded=True, env=stage.daemon.place.environment, request_id="r")
    assert not again.existing and again.run.reused_from_run_id == first
    ended = stage.end(again.run.run_id)
    assert ended.status == SUCCEEDED and ended.report == "one\nthree\nside\n"
    assert ran(stage, ended.run_id) == ["b", "c"]
    assert {name for name, step in steps(ended).items() if step.reused} == {"a", "side"}
    repeated = stage.client.flow.rerun(first, reuse_succeeded=True, request_id="r")
    assert repeated.existing and repeated.run.run_id == ended.run_id


def test_a_rerun_from_a_step_runs_it_and_what_depends_on_it(stage: Stage) -> None:
    (stage.workspace / "fixed").touch()
    first = stage.start(CHAIN)
    assert stage.end(first).status == SUCCEEDED
    env = stage.daemon.place.environment
    ended = stage.end(stage.client.flow.rerun(first, from_step_id="b", env=env).run.run_id)
    assert ran(stage, ended.run_id) == ["b", "c"] and ended.report == "one\nthree\nside\n"
    whole = stage.end(stage.client.flow.rerun(first, env=env).run.run_id)
    assert ran(stage, whole.run_id) == ["a", "b", "c", "side"] and not any(step.reused for step in whole.steps)
    # Of a rerun again, whose results are partly those of the first.
    third = stage.end(stage.client.flow.rerun(ended.run_id, from_step_id="c", env=env).run.run_id)
    assert ran(stage, third.run_id) == ["c"] and third.report == "one\nthree\nside\n"


def test_a_rerun_of_a_list_reuses_its_results_in_order(stage: Stage) -> None:
    text = (
        "steps:\n  - id: l\n    uses: run\n    foreach: [x, y, z]\n    with: { command: [printf, '%s', '${{ item }}'] }\n"
        "  - id: s\n    uses: script\n    with: { lua: \"return join(map(steps.l, function(r) return r.stdout end), ',')\" }\n"
        "report: ${{ steps.s.result }}\n"
    )
    first = stage.end(stage.start(text))
    assert first.report == "x,y,z"
    again = stage.client.flow.rerun(first.run_id, from_step_id="s", env=stage.daemon.place.environment).run.run_id
    ended = stage.end(again)
    assert ended.report == "x,y,z" and steps(ended)["l[1]"].reused


def test_what_cannot_be_rerun_says_why(stage: Stage) -> None:
    run = stage.start(held("a"))
    with pytest.raises(errors.FailedPrecondition) as caught:
        stage.client.flow.rerun(run)
    assert caught.value.reason == "RUN_ACTIVE"
    let_go(stage, "a")
    stage.end(run)
    with pytest.raises(errors.InvalidArgument) as unknown:
        stage.client.flow.rerun(run, from_step_id="aa")
    assert unknown.value.metadata["field"] == "from_step_id"


def test_a_rerun_keeps_the_inputs_and_takes_the_sessions_model(stage: Stage) -> None:
    text = "inputs: { n: { type: number, required: true } }\n" + flows.shell("echo $FLOWD_MODEL")
    first = stage.end(stage.start(text, inputs={"n": 7}))
    stage.client.session.set_provider_model(stage.session, provider_id="ollama", model_id="other")
    env = stage.daemon.place.environment
    ended = stage.end(stage.client.flow.rerun(first.run_id, env=env).run.run_id)
    assert json.loads(ended.inputs) == {"n": 7} and ended.steps[0].stdout == b"other\n"
    assert ended.snapshot.definition_hash == first.snapshot.definition_hash
