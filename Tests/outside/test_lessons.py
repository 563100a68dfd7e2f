"""Faults that other systems of this kind had: each has a test that it is not in this one."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from flowd import errors
from flowd.v1 import run_pb2
from harness import flows, processes
from harness.stage import BEGIN, CANCELLED, END, FAILED, SUCCEEDED, Stage, steps, words

UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"
WAIT = 'until [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.01; done'


def let_go(stage: Stage) -> None:
    (stage.workspace / "go").touch()


# What runs is what was shown, and it does not change under way.


def test_settings_that_change_during_a_run_do_not_reach_it(stage: Stage) -> None:
    stage.client.session.set_provider_model(stage.session, provider_id="ollama", model_id="first")
    stage.daemon.place.flow("child", flows.shell("echo $FLOWD_MODEL"))
    text = flows.steps(("a", f"{WAIT}\necho $FLOWD_MODEL", {}), ("b", "echo $FLOWD_MODEL", {}))
    text += "  - { id: c, uses: flow, with: { flow: child } }\nreport: '${{ run.model }}'\n"
    run = stage.start(text)
    stage.client.session.set_provider_model(stage.session, provider_id="openai", model_id="second")
    stage.restart()
    let_go(stage)
    ended = stage.end(run)
    assert [ended.steps[n].stdout for n in (0, 1)] == [b"first\n", b"first\n"] and ended.report == "first"
    child = stage.run(steps(ended)["c"].child_run_id)
    assert child.steps[0].stdout == b"first\n" and child.snapshot.provider_id == "ollama"
    meta = stage.client.session.get_current_meta(session_id=stage.session).meta
    assert (meta.provider_id, meta.model_id) == ("openai", "second"), "the run did not write its own back"


@pytest.mark.parametrize("change", ["changed", "broken", "deleted"])
@pytest.mark.parametrize("restart", [False, True], ids=["same-daemon", "after-restart"])
def test_a_run_keeps_to_the_flows_it_began_with(stage: Stage, change: str, restart: bool) -> None:
    """The flow's file and a sub-flow's, before that one has begun; also for a rerun."""
    stage.daemon.place.flow("child", "outputs: { o: '${{ steps.x.result }}' }\nsteps:\n  - { id: x, uses: script, with: { lua: 'return \"old\"' } }\n")
    text = flows.steps(("a", WAIT, {})) + "  - { id: c, uses: flow, with: { flow: child } }\nreport: 'old ${{ steps.c.outputs.o }}'\n"
    run = stage.start(text)
    for name in ("f", "child"):
        path = stage.workspace / ".flowd" / "flows" / f"{name}.flow.yaml"
        if change == "deleted":
            path.unlink()
        else:
            path.write_text(flows.INVALID if change == "broken" else flows.shell("exit 9"))
    if restart:
        stage.restart()
    let_go(stage)
    ended = stage.end(run)
    assert (ended.status, ended.report) == (SUCCEEDED, "old old"), ended.error
    again = stage.client.flow.rerun(run, env=stage.daemon.place.environment).run.run_id
    ended = stage.end(again)
    assert (ended.status, ended.report) == (SUCCEEDED, "old old"), ended.error


def test_a_flow_is_not_stored_before_it_is_known_to_exist(stage: Stage) -> None:
    before = stage.client.session.get_current_meta(session_id=stage.session)
    with pytest.raises(errors.NotFound):
        stage.client.session.set_executed_flow(stage.session, flow_id="nowhere")
    stage.restart()
    assert stage.client.session.get_current_meta(session_id=stage.session).meta == before.meta


def test_an_unknown_session_is_never_accepted(stage: Stage) -> None:
    for call in (
        lambda: stage.client.flow.start(UNKNOWN),
        lambda: stage.client.flow.cancel(UNKNOWN),
        lambda: stage.client.session.set_mode(UNKNOWN, mode="RUN_MODE_BATCH"),
        lambda: stage.client.session.set_provider_model(UNKNOWN, provider_id="ollama", model_id="m"),
        lambda: next(stage.client.watch(session_id=UNKNOWN)),
    ):
        with pytest.raises(errors.NotFound) as caught:
            call()
        assert caught.value.reason == "SESSION_NOT_FOUND"


def test_nothing_comes_after_the_end(stage: Stage) -> None:
    """A command that ignores its end and writes on, cancelled by force: no event follows the run's last."""
    run = stage.start(flows.shell(f"trap 'echo late; sleep 0.2; echo later' TERM\n{BEGIN}\nwhile :; do sleep 0.05; done"))
    stage.until(lambda: stage.marks(), "the attempt")
    stage.client.flow.cancel(stage.session, run_id=run, mode="CANCEL_MODE_FORCE")
    assert stage.end(run).status == CANCELLED
    time.sleep(0.5)
    own = [event for event in stage.events() if event.run_id == run]
    assert own[-1].HasField("run_finished")


def test_a_second_start_does_not_replace_the_first(stage: Stage) -> None:
    run = stage.start(flows.shell(f"{BEGIN}\n{WAIT}\n{END}"))
    with pytest.raises(errors.FailedPrecondition) as caught:
        stage.client.flow.start(stage.session, if_active="IF_ACTIVE_REJECT")
    assert caught.value.metadata["run_id"] == run
    let_go(stage)
    assert stage.end(run).status == SUCCEEDED


# Steps.


def test_a_condition_sees_results_and_not_what_was_known_at_the_start(stage: Stage) -> None:
    text = flows.steps(("a", "echo yes", {}), ("b", "true", {"if": "match(steps.a.stdout, '^yes')"}), ("c", "true", {"if": "steps.a.exit ~= 0"}))
    assert words(stage.end(stage.start(text))) == {"a": "succeeded", "b": "succeeded", "c": "skipped"}


def test_a_skip_satisfies_those_that_wait_for_it_and_can_be_read(stage: Stage) -> None:
    text = flows.steps(
        ("a", "true", {"needs": "[]", "if": "'false'"}), ("b", "true", {"needs": "[]"}), ("c", "echo \"[$A]\"", {"needs": "[a, b]", "env": "{ A: '${{ steps.a.stdout }}' }"})
    ).replace("if: 'false'", "if: 1 == 2")
    ended = stage.end(stage.start(text + "report: '<${{ steps.a.stdout }}|${{ steps.a.status }}|${{ steps.c.stdout }}>'\n"))
    assert words(ended) == {"a": "skipped", "b": "succeeded", "c": "succeeded"}
    assert ended.report == "<|skipped|[]\n>"


def test_a_failure_leaves_no_process_and_no_step_unsettled(stage: Stage) -> None:
    roots = {"needs": "[]"}
    text = flows.steps(
        ("slow", f"{BEGIN}\nsleep 60 & sleep 60", roots),
        ("bad", 'until [ -e "$FLOWD_WORKSPACE/marks" ]; do sleep 0.01; done; exit 3', roots),
        ("after", "true", {"needs": "[slow, bad]"}),
    )
    ended = stage.end(stage.start(text))
    assert ended.status == FAILED and words(ended) == {"slow": "cancelled", "bad": "failed", "after": "not_run"}
    assert processes.attempts_under(stage.daemon.place.folder) == {}


def test_a_sub_flow_that_failed_is_no_empty_success(stage: Stage) -> None:
    stage.daemon.place.flow("child", "outputs: { o: '${{ steps.only.stdout }}' }\n" + flows.shell("echo half; exit 7"))
    text = "steps:\n  - { id: c, uses: flow, with: { flow: child } }\n  - { id: z, uses: script, with: { lua: 'return 1' } }\n"
    ended = stage.end(stage.start(text))
    assert ended.status == FAILED and words(ended) == {"c": "failed", "z": "not_run"}
    assert "7" in ended.error and steps(ended)["c"].error.message


def test_a_list_with_a_failed_element_fails_and_names_it(stage: Stage) -> None:
    text = "steps:\n  - { id: l, uses: run, foreach: [0, 5, 0], with: { command: [sh, -c, 'exit $0', '${{ item }}'] } }\n"
    ended = stage.end(stage.start(text))
    assert ended.status == FAILED and "l[1]" in ended.error and "5" in ended.error
    allowed = stage.end(stage.start(text.replace("uses: run,", "uses: run, continue-on-error: true,")))
    assert allowed.status == SUCCEEDED and words(allowed) == {"l": "failed", "l[0]": "succeeded", "l[1]": "failed", "l[2]": "succeeded"}


@pytest.mark.parametrize(
    "lua", ["return steps.a.nothing", "return inputs.absent.x", "return nothing()", "error('why')", "return function() end"]
)
def test_a_script_that_goes_wrong_fails_with_its_place(stage: Stage, lua: str) -> None:
    text = f"steps:\n  - {{ id: a, uses: script, with: {{ lua: 'return 1' }} }}\n  - id: b\n    uses: script\n    with:\n      lua: |\n        local x = 1\n        {lua}\n"
    try:
        ended = stage.end(stage.start(text))
    except errors.FailedPrecondition as error:
        assert error.reason == "FLOW_INVALID" and ":8:" in error.message, error
        return
    if lua != "return steps.a.nothing" or ended.status == FAILED:
        assert ended.status == FAILED and "f.flow.yaml:" in ended.error, ended.error


def test_a_name_that_is_missing_is_an_error_and_no_empty_text(stage: Stage) -> None:
    ended = stage.end(stage.start("inputs: { v: string }\nsteps:\n  - { id: a, uses: run, with: { command: [echo, 'x${{ inputs.v }}'] } }\n"))
    assert ended.status == FAILED and "inputs.v" in ended.error and "f.flow.yaml:3" in ended.error
    fine = stage.end(stage.start("inputs: { v: string }\nsteps:\n  - { id: a, uses: run, with: { command: [echo, \"${{ default(inputs.v, 'none') }}\"] } }\n"))
    assert fine.steps[0].stdout == b"none\n"


@pytest.mark.parametrize(
    ("keys", "attempts", "words_of_error"),
    [
        ({"timeout": "200ms"}, 1, "timed out"),
        ({"timeout": "200ms", "retry": "{ limit: 2, delay: 10ms }"}, 3, "timed out"),
        ({"deadline": "2s", "retry": "{ limit: 100, delay: 50ms, jitter: 0 }", "timeout": "200ms"}, 0, "timed out"),
    ],
)
def test_everything_ends(stage: Stage, keys: dict[str, str], attempts: int, words_of_error: str) -> None:
    began = time.monotonic()
    ended = stage.end(stage.start(flows.shell("sleep 60", **keys)))
    assert ended.status == FAILED and words_of_error in ended.error and time.monotonic() - began < 30
    made = ended.steps[0].attempt
    assert made == attempts if attempts else 2 <= made <= 9


def test_a_fatal_failure_is_not_tried_again_and_any_is_where_it_is_asked_for(stage: Stage) -> None:
    for when, attempts in (("recoverable", 1), ("any", 3), ("exit == 64", 3), ("exit == 1", 1)):
        before = len(stage.marks())
        keys = {"retry": f"{{ limit: 2, delay: 5ms, when: {when} }}"}
        assert stage.end(stage.start(flows.shell(f"{BEGIN}\nexit 64", **keys))).status == FAILED
        assert len(stage.marks()) - before == attempts, when


def test_until_repeats_and_only_the_last_attempt_decides(stage: Stage) -> None:
    text = (
        "steps:\n  - id: poll\n    uses: run\n    with: { command: 'echo x >> \"$FLOWD_WORKSPACE/n\"; wc -l < \"$FLOWD_WORKSPACE/n\"; exit $(( $(wc -l < \"$FLOWD_WORKSPACE/n\") < 4 ))' }\n"
        "    until: { condition: 'tonumber(stdout) >= 4', interval: 20ms, deadline: 10s }\n"
    )
    ended = stage.end(stage.start(text))
    assert ended.status == SUCCEEDED and ended.steps[0].attempt == 4 and ended.steps[0].stdout.strip() == b"4"
    never = stage.end(stage.start("steps:\n  - { id: p, uses: run, with: { command: 'true' }, until: { condition: 'false', interval: 20ms, deadline: 100ms } }\n"))
    assert never.status == FAILED and "until" in never.error


# Checks.


def test_a_steps_checks_replace_the_default_ones_and_plus_adds(stage: Stage) -> None:
    text = (
        "defaults: { expect: [ { exit: 0 } ] }\nsteps:\n"
        "  - { id: own, uses: run, with: { command: 'exit 3' }, expect: [ { exit: 3 } ] }\n"
        "  - { id: plus, uses: run, with: { command: 'echo hi; exit 0' }, +expect: [ { stdout: hi } ] }\n"
        "  - { id: both, uses: run, with: { command: 'echo ho; exit 3' }, +expect: [ { stdout: hi } ], continue-on-error: true }\n"
    )
    ended = stage.end(stage.start(text))
    assert words(ended) == {"own": "succeeded", "plus": "succeeded", "both": "failed"}, ended.error
    assert [check.passed for check in steps(ended)["both"].checks] == [False, False]


def test_every_check_is_evaluated_and_told(stage: Stage) -> None:
    body = json.dumps({"token": "t", "items": [{"price": 5}, {"price": 15}]})
    text = (
        f"steps:\n  - id: a\n    uses: run\n    with: {{ command: [printf, '%s', '{body}'] }}\n    expect:\n"
        "      - { json: '$.token', exists: true }\n      - { json: '$.items[?@.price < 10]', count: 7 }\n"
        "      - { json: '$.items[0].price', '>=': 1, '<': 3 }\n      - { exit: 0 }\n      - { duration: { '<': 1m } }\n"
    )
    ended = stage.end(stage.start(text))
    assert ended.status == FAILED and "2 of 6" in ended.error, ended.error
    assert [check.passed for check in ended.steps[0].checks if "price" not in check.check] == [True, True, True]
    assert [check.passed for check in ended.steps[0].checks if "price" in check.check].count(False) == 2
    assert all(check.line > 0 and check.seen for check in ended.steps[0].checks)


# Clients come and go.


def test_a_run_needs_nobody_to_watch_it(stage: Stage) -> None:
    """The UI is gone from the start to the end; when it comes back nothing is missing."""
    run = stage.start(flows.steps(("a", "echo one", {}), ("b", f"{WAIT}\necho two", {})))
    stage.daemon.end_clients()
    let_go(stage)
    time.sleep(0.3)
    stage.client = stage.daemon.client()
    ended = stage.end(run)
    assert [step.stdout for step in ended.steps] == [b"one\n", b"two\n"]
    output = b"".join(e.step_output.chunk for e in stage.events() if e.HasField("step_output"))
    assert output == b"one\ntwo\n"


def test_a_failure_in_the_background_is_told_to_whoever_asks(stage: Stage) -> None:
    text = "steps:\n  - { id: a, uses: script, with: { lua: \"error('deep inside')\" } }\n"
    run = stage.start(text)
    stage.end(run)
    found: Any = next(r for r in stage.client.flow.list_runs(session_id=stage.session).runs if r.run_id == run)
    assert found.status == FAILED and "deep inside" in found.error
    last = [e for e in stage.events() if e.run_id == run][-1]
    assert last.run_finished.status == run_pb2.RUN_STATUS_FAILED and "deep inside" in last.run_finished.error
