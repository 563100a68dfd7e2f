"""Questions to people: answers, several UIs, modes, times, restarts."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from flowd import Client, errors
from flowd.v1 import flow_pb2, run_pb2
from harness.eventually import eventually
from harness.stage import FAILED, SUCCEEDED, WAITING, Stage, steps, words


def ask(name: str = "q", keys: str = "", more: str = "") -> str:
    """A step that asks."""
    return f"  - {{ id: {name}, uses: input, with: {{ prompt: 'What is {name}?'{keys} }}{more} }}\n"


QUESTION = "steps:\n" + ask() + "report: ${{ json.encode(steps.q.result) }}\n"
TWO = "steps:\n" + ask("x", more=", needs: []") + ask("y", more=", needs: []") + "report: '${{ steps.x.result }} ${{ steps.y.result }}'\n"


# Answers.


@pytest.mark.parametrize(
    ("keys", "good", "bad"),
    [
        ("", "Grüße 🐟\n\"'$(id)", 5),
        (", type: number", 1.5, "1.5"),
        (", type: boolean", False, "false"),
        (", type: choice, options: [one, 'два']", "два", "three"),
    ],
)
def test_an_answer_has_the_type_that_was_asked_for(stage: Stage, keys: str, good: Any, bad: Any) -> None:
    run = stage.start("steps:\n" + ask(keys=keys) + "report: ${{ json.encode(steps.q.result) }}\n")
    question = stage.asks(run, "q")
    assert question.prompt == "What is q?" and question.reason == run_pb2.INPUT_REASON_INPUT
    assert stage.reaches(run, WAITING).steps[0].status == run_pb2.STEP_STATUS_WAITING_INPUT
    with pytest.raises(errors.InvalidArgument) as caught:
        stage.client.flow.answer(run, value=bad)
    assert caught.value.metadata["field"] == "value" and stage.asks(run, "q") == question
    with pytest.raises(errors.InvalidArgument):
        stage.client.flow.answer(run, value=b"{")
    reply = stage.client.flow.answer(run, value=good)
    assert reply.outcome == flow_pb2.ANSWER_OUTCOME_ACCEPTED
    ended = stage.end(run)
    assert json.loads(ended.report) == good and json.loads(ended.steps[0].result) == good
    answered = [e.step_input_answered for e in stage.events() if e.HasField("step_input_answered")]
    assert [(json.loads(a.value), a.by) for a in answered] == [(good, run_pb2.ANSWERED_BY_PERSON)]


def test_an_empty_answer_is_the_default_and_without_one_it_is_refused(stage: Stage) -> None:
    run = stage.start("steps:\n" + ask(keys=", default: blue") + ask("r"))
    stage.asks(run, "q")
    stage.client.flow.answer(run)
    stage.asks(run, "r")
    with pytest.raises(errors.InvalidArgument):
        stage.client.flow.answer(run)
    stage.client.flow.answer(run, value="x")
    assert json.loads(stage.end(run).steps[0].result) == "blue"


def test_an_answer_larger_than_the_bound_is_refused_and_the_question_waits_on(stage: Stage) -> None:
    run = stage.start(QUESTION)
    stage.asks(run, "q")
    for size in (1_048_576, 3_000_000):
        with pytest.raises(errors.InvalidArgument) as caught:
            stage.client.flow.answer(run, value="x" * size)
        assert caught.value.metadata["field"] == "value"
    with pytest.raises(errors.FlowdError):
        stage.client.flow.answer(run, value="x" * 10_000_000)
    stage.client = stage.daemon.client()
    whole = "x" * (1_048_576 - 2)
    stage.client.flow.answer(run, value=whole)
    assert json.loads(stage.end(run).steps[0].result) == whole


def test_two_waiting_questions_are_answered_by_name(stage: Stage) -> None:
    run = stage.start(TWO)
    x, y = stage.asks(run, "x"), stage.asks(run, "y")
    with pytest.raises(errors.FailedPrecondition) as caught:
        stage.client.flow.answer(run, value="?")
    assert caught.value.reason == "INPUT_AMBIGUOUS"
    assert all(question.input_id in caught.value.metadata["input_ids"] for question in (x, y))
    stage.client.flow.answer(run, input_id=y.input_id, value="Y")
    assert words(stage.run(run)) == {"x": "waiting_input", "y": "succeeded"}
    stage.client.flow.answer(run, step_id="x", value="X")
    assert stage.end(run).report == "X Y"


def test_answers_to_nothing_say_so(stage: Stage) -> None:
    run = stage.start(TWO)
    stage.asks(run, "x")
    for arguments, kind, reason in (
        ({"step_id": "z"}, errors.NotFound, "INPUT_NOT_FOUND"),
        ({"input_id": "z#1"}, errors.NotFound, "INPUT_NOT_FOUND"),
        ({"step_id": "x", "input_id": "y#1"}, errors.FlowdError, ""),
        ({"input_id": "x#2"}, errors.FlowdError, ""),
    ):
        with pytest.raises(kind) as caught:
            stage.client.flow.answer(run, value="?", **arguments)
        assert not reason or caught.value.reason == reason
    assert words(stage.run(run)) == {"x": "waiting_input", "y": "waiting_input"}


def test_of_two_answers_at_once_one_wins_and_the_other_is_told(stage: Stage) -> None:
    clients = [stage.daemon.client() for _ in range(4)]
    for _ in range(10):
        run = stage.start(QUESTION + "  \n")
        question = stage.asks(run, "q")
        futures = [
            client.pipelined.flow.answer(run, input_id=question.input_id, value=f"answer {n}")
            for n, client in enumerate(clients)
        ]
        told = [future.exception(60) for future in futures]
        won = [n for n, error in enumerate(told) if error is None]
        assert len(won) == 1
        for error in told:
            assert error is None or isinstance(error, errors.FailedPrecondition)
            assert error is None or error.reason in ("INPUT_ANSWERED", "RUN_ENDED")  # type: ignore[attr-defined]
        assert json.loads(stage.end(run).report) == f"answer {won[0]}"


def test_the_same_answer_again_is_no_mistake(stage: Stage) -> None:
    run = stage.start("steps:\n" + ask() + ask("r"))
    stage.asks(run, "q")
    again = [stage.client.flow.answer(run, input_id="q#1", value="same").outcome for _ in range(3)]
    assert again == [flow_pb2.ANSWER_OUTCOME_ACCEPTED] + 2 * [flow_pb2.ANSWER_OUTCOME_REPEATED]
    with pytest.raises(errors.FailedPrecondition) as caught:
        stage.client.flow.answer(run, input_id="q#1", value="other")
    assert caught.value.reason == "INPUT_ANSWERED"
    stage.restart()
    try:
        assert stage.client.flow.answer(run, input_id="q#1", value="same").outcome == flow_pb2.ANSWER_OUTCOME_REPEATED
    except errors.FailedPrecondition as error:
        assert error.reason == "INPUT_ANSWERED"
    assert json.loads(stage.step(run, "q").result) == "same"


# Restarts.


def test_an_acknowledged_answer_survives_and_a_question_can_be_answered_after_a_restart(stage: Stage) -> None:
    run = stage.start(TWO)
    x, y = stage.asks(run, "x"), stage.asks(run, "y")
    stage.client.flow.answer(run, step_id="x", value="X")
    stage.restart()
    assert words(stage.run(run)) == {"x": "succeeded", "y": "waiting_input"}
    assert stage.asks(run, "y") == y and stage.run(run).status == WAITING
    with pytest.raises(errors.FailedPrecondition):
        stage.client.flow.answer(run, input_id=x.input_id, value="other")
    stage.answer(run, input_id=y.input_id, value="Y")
    assert stage.end(run).report == "X Y"
    assert stage.kinds(run, "y").count("step_input_required") == 1, "asked once"


#: Flows whose question answers itself some seconds later.
SELF_ANSWERING = {
    "timeout": "steps:\n" + ask(keys=", default: auto, timeout: 5s"),
    "input-expiry": "input-expiry: { after: 5s, then: default }\nsteps:\n" + ask(keys=", default: auto"),
    "input-timeout": "mode: hybrid\ninput-timeout: 5s\nsteps:\n" + ask(keys=", default: auto"),
}


def test_a_questions_time_goes_on_over_a_restart(stage: Stage) -> None:
    began = time.monotonic()
    runs = {rule: stage.start(text, rule) for rule, text in SELF_ANSWERING.items()}
    due = {rule: stage.asks(run, "q").due_at for rule, run in runs.items()}
    stage.restart()
    for rule, run in runs.items():
        after = stage.asks(run, "q").due_at
        # Nobody can have watched while there was no daemon, so it may only be counted from the restart.
        counts_anew = rule == "input-timeout" and after.ToNanoseconds() > due[rule].ToNanoseconds()
        assert after == due[rule] or counts_anew, rule
    for run in runs.values():
        eventually(lambda: stage.run(run).status == SUCCEEDED, "the default")
    took = time.monotonic() - began
    assert 4.9 < took < 30, took
    answered = {e.run_id: e.step_input_answered.by for e in stage.events() if e.HasField("step_input_answered")}
    by = {rule: answered.get(run) for rule, run in runs.items()}
    timeout, expiry = run_pb2.ANSWERED_BY_TIMEOUT, run_pb2.ANSWERED_BY_EXPIRY
    assert by == {"timeout": timeout, "input-expiry": expiry, "input-timeout": timeout}


@pytest.mark.parametrize(("policy", "outcome"), [("fail", "failed"), ("default", "succeeded")])
def test_a_question_that_expires_goes_by_its_policy(stage: Stage, policy: str, outcome: str) -> None:
    run = stage.start(f"input-expiry: {{ after: 200ms, then: {policy} }}\nsteps:\n" + ask(keys=", default: auto"))
    ended = stage.end(run)
    assert words(ended) == {"q": outcome}
    assert outcome == "succeeded" or "expired" in ended.error


# Modes.


def test_in_batch_nobody_is_asked(stage: Stage) -> None:
    stage.set_mode("BATCH")
    ended = stage.end(stage.start("steps:\n" + ask(keys=", type: number, default: 7") + "report: ${{ steps.q.result }}\n"))
    assert (ended.status, ended.report) == (SUCCEEDED, "7")
    ended = stage.end(stage.start(QUESTION))
    assert ended.status == FAILED and "BATCH" in ended.error.upper()
    assert ended.steps[0].error.__getattribute__("class") == run_pb2.ERROR_CLASS_NEEDS_USER
    assert not any(e.HasField("step_input_required") for e in stage.events())


def test_batch_decides_waiting_questions_at_once(stage: Stage) -> None:
    parked = stage.start("steps:\n" + ask(keys=", default: auto"))
    other = stage.start(QUESTION)
    stage.asks(parked, "q")
    stage.asks(other, "q")
    stage.set_mode("BATCH")
    assert stage.run(parked).status == SUCCEEDED and stage.run(other).status == FAILED, "within the same decision"
    answered = [e.step_input_answered.by for e in stage.events() if e.HasField("step_input_answered")]
    assert answered == [run_pb2.ANSWERED_BY_MODE]
    for run in (parked, other):
        assert stage.end(run).mode == run_pb2.RUN_MODE_BATCH


def test_a_mode_that_was_acknowledged_is_in_force_after_a_kill(stage: Stage) -> None:
    run = stage.start("steps:\n  - { id: w, uses: wait, with: { for: 300ms } }\n" + ask(keys=", default: auto"))
    stage.set_mode("BATCH")
    stage.restart()
    assert stage.run(run).mode == run_pb2.RUN_MODE_BATCH
    assert stage.end(run).status == SUCCEEDED


def test_hybrid_waits_while_somebody_watches_and_times_out_when_nobody_does(stage: Stage) -> None:
    stage.set_mode("HYBRID")
    viewer = stage.daemon.client()
    watch = viewer.watch(session_id=stage.session)
    seen: list[Any] = []
    thread = threading.Thread(target=lambda: seen.extend(watch), daemon=True)
    thread.start()
    eventually(lambda: stage.client.daemon.status().counters["watchers"] >= 1, "a watcher")
    run = stage.start("input-timeout: 300ms\nsteps:\n" + ask(keys=", default: auto"))
    question = stage.asks(run, "q")
    assert not question.HasField("due_at"), "somebody watches"
    time.sleep(0.8)
    assert stage.run(run).status == WAITING
    watch.close()
    thread.join(60)
    eventually(lambda: stage.run(run).status == SUCCEEDED, "the default once nobody watches")
    alone = stage.start("input-timeout: 300ms\nsteps:\n" + ask(keys=", default: auto"))
    assert stage.end(alone).status == SUCCEEDED


def test_a_watcher_that_comes_in_time_stops_the_clock(stage: Stage) -> None:
    stage.set_mode("HYBRID")
    run = stage.start("input-timeout: 60s\nsteps:\n" + ask(keys=", default: auto"))
    assert stage.asks(run, "q").HasField("due_at")
    watch = stage.daemon.client().watch(session_id=stage.session, after_seq=0)
    next(watch)
    eventually(lambda: not stage.asks(run, "q").HasField("due_at"), "a clock that stands still")
    stage.client.flow.answer(run, value="me")
    watch.close()
    assert json.loads(stage.end(run).steps[0].result) == "me"


def test_a_flows_mode_is_over_the_sessions(stage: Stage) -> None:
    ended = stage.end(stage.start("mode: batch\nsteps:\n" + ask(keys=", default: auto")))
    assert ended.status == SUCCEEDED and ended.snapshot.mode == run_pb2.RUN_MODE_BATCH


# Several UIs.


def test_every_ui_sees_every_event_once_and_in_order_with_cuts_anywhere(stage: Stage) -> None:
    """Three UIs of one session; each loses its connection again and again and answers what it is asked."""
    seen: list[list[Any]] = [[], [], []]
    stop = threading.Event()

    def ui(place: int) -> None:
        client = stage.daemon.client()
        after = 0
        while not stop.is_set():
            watch = client.watch(session_id=stage.session, after_seq=after)
            for count, event in enumerate(watch):
                seen[place].append(event)
                after = event.seq
                if event.HasField("step_input_required"):
                    required = event.step_input_required
                    try:
                        client.flow.answer(event.run_id, input_id=required.input.input_id, value=f"ui {place}")
                    except errors.FailedPrecondition:
                        pass  # Another was faster.
                if event.HasField("session_meta_changed") and event.session_meta_changed.meta.model_id == "the-end":
                    return
                if count == 3 + place * 5:
                    break
            watch.close()

    threads = [threading.Thread(target=ui, args=(place,), daemon=True) for place in range(3)]
    for thread in threads:
        thread.start()
    text = "steps:\n  - { id: l, uses: run, foreach: [1, 2, 3, 4], with: { command: echo }, needs: [] }\n" + ask("x", more=", needs: []") + ask("y", more=", needs: []")
    runs = [stage.start(text) for _ in range(4)]
    for run in runs:
        assert stage.end(run).status == SUCCEEDED
    stage.client.session.set_provider_model(stage.session, provider_id="ollama", model_id="the-end")
    for thread in threads:
        thread.join(60)
    stop.set()
    log = stage.events()
    assert all(events == log for events in seen)


