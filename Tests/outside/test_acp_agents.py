"""Agents of the Agent Client Protocol, built on its reference SDK: what they do, ask and are kept from."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest

from flowd.v1 import event_pb2, run_pb2
from harness import agents, processes
from harness.flowfile import agent, flow
from harness.stage import CANCELLED, FAILED, INTERRUPTED, SUCCEEDED, Stage, word

PERMISSION = run_pb2.INPUT_REASON_PERMISSION
THOUGHT, TOOL, PLAN, USAGE = (
    event_pb2.ACTIVITY_KIND_THOUGHT, event_pb2.ACTIVITY_KIND_TOOL_CALL, event_pb2.ACTIVITY_KIND_PLAN,
    event_pb2.ACTIVITY_KIND_USAGE,
)  # fmt: skip


@pytest.fixture
def on_acp(make_stage: Callable[..., Stage]) -> Stage:
    providers = {
        "acp": agents.acp(env={"ACP_LOG": "acp.log"}),
        "planning": agents.acp(**{"read-only-mode": "plan"}),
        "modeless": agents.acp(**{"read-only-mode": "no-such-mode"}),
        "stubborn": agents.acp(env={"ACP_STUBBORN": "1"}),
    }
    stage = make_stage({"providers": providers}, mode="INTERACTIVE")
    stage.client.session.set_provider_model(stage.session, provider_id="acp", model_id="b")
    return stage


def start(stage: Stage, *steps: dict[str, Any]) -> str:
    return stage.start(flow(*steps), cwd=str(stage.workspace))


def ended(stage: Stage, prompt: str, **keys: Any) -> Any:
    return stage.end(start(stage, agent(prompt, **keys))).steps[0]


def answer(stage: Stage, prompt: str, **keys: Any) -> str:
    step = ended(stage, prompt, **keys)
    assert word(step.status) == "succeeded", step.error
    return str(json.loads(step.result))


def log(stage: Stage) -> list[str]:
    """What the agents of steps that may write were told."""
    path = stage.workspace / "acp.log"
    return path.read_text().splitlines() if path.exists() else []


def test_what_an_agent_does_is_told_as_it_happens(on_acp: Stage) -> None:
    orders = "think Hmm, well.\nplan look,decide\nread /etc/hostname\nusage 100 2000\nsay It is\nsay  fine."
    id = start(on_acp, agent(orders))
    run = on_acp.end(id)
    assert run.status == SUCCEEDED, run.error
    step = run.steps[0]
    assert json.loads(step.result) == "It is fine." and step.agent.confinement == "read-only"
    assert (step.agent.input_tokens, step.agent.output_tokens, step.agent.finish_reason) == (11, 5, "end_turn")
    told = [event.step_activity for event in on_acp.events() if event.HasField("step_activity")]
    kinds = {activity.kind: activity.text for activity in told}
    assert kinds[THOUGHT] == "Hmm, well." and "look" in kinds[PLAN] and "decide" in kinds[PLAN]
    assert "Read /etc/hostname" in kinds[TOOL]
    usage = [activity.text for activity in told if activity.kind == USAGE]
    assert any("100 of 2000" in text for text in usage) and any("11 tokens in" in text for text in usage), usage
    assert {activity.attempt for activity in told} == {1}


def test_the_model_of_the_run_is_set_and_the_answer_compared(on_acp: Stage) -> None:
    assert answer(on_acp, "model") == "b"
    assert answer(on_acp, "model", model="a") == "a"
    missing = ended(on_acp, "model", model="z")
    assert word(missing.status) == "failed" and '"z"' in missing.error.message.replace("'", '"'), missing.error
    stubborn = ended(on_acp, "say I am another", provider="stubborn", model="b")
    assert word(stubborn.status) == "failed" and not stubborn.stdout, "it was never prompted"
    assert "model" in stubborn.error.message and "a" in stubborn.error.message


def test_a_read_only_step_sets_the_mode_and_the_kernel_denies_what_is_written(on_acp: Stage) -> None:
    assert answer(on_acp, "mode", provider="planning", model="a") == "plan"
    assert answer(on_acp, "mode", provider="planning", model="a", read_only=False) == "default"
    modeless = ended(on_acp, "say hello", provider="modeless", model="a")
    assert word(modeless.status) == "failed" and "no-such-mode" in modeless.error.message
    target = on_acp.workspace / "written"
    assert answer(on_acp, f"write {target}").startswith("could not write") and not target.exists()
    assert answer(on_acp, f"write {target}", read_only=False) == "wrote" and target.exists()


def test_a_read_only_step_denies_a_permission_to_write_without_asking(on_acp: Stage) -> None:
    id = start(on_acp, agent("ask /etc/passwd\nsay done"))
    run = on_acp.end(id)
    assert run.status == SUCCEEDED and json.loads(run.steps[0].result).startswith("[no]"), run.error
    (permission,) = run.steps[0].agent.permissions
    assert "Edit /etc/passwd" in permission.question and "read-only" in permission.answer
    assert "step_input_required" not in on_acp.kinds(id)


def test_a_permission_is_asked_of_a_person_and_the_agent_goes_on(on_acp: Stage) -> None:
    for option, heard in (("Allow once", "[yes]"), ("Reject", "[no]")):
        id = start(on_acp, agent("say Before.\nask notes.txt\nsay After.", read_only=False))
        question = on_acp.asks(id, "ask")
        assert question.reason == PERMISSION and "Edit notes.txt" in question.prompt
        assert list(question.options) == ["Allow once", "Allow always", "Reject"]
        assert word(on_acp.step(id, "ask").status) == "waiting_input"
        on_acp.answer(id, value=option)
        run = on_acp.end(id)
        text = json.loads(run.steps[0].result)
        assert run.status == SUCCEEDED and heard in text and text.endswith("After."), run.error
        assert run.steps[0].attempt == 1
        (permission,) = run.steps[0].agent.permissions
        assert permission.answer == option


def test_nobody_is_asked_in_a_batch_run(on_acp: Stage) -> None:
    on_acp.set_mode("BATCH")
    id = start(on_acp, agent("ask notes.txt\nsay After.", read_only=False))
    run = on_acp.end(id)
    assert run.status == SUCCEEDED and "[no]" in json.loads(run.steps[0].result), run.error
    assert "step_input_required" not in on_acp.kinds(id)


def test_a_permission_can_be_answered_after_a_crash(on_acp: Stage) -> None:
    id = start(on_acp, agent("say Before.\nask notes.txt\nsay After.", read_only=False))
    question = on_acp.asks(id, "ask")
    on_acp.restart()
    again = on_acp.asks(id, "ask")
    assert (again.prompt, again.reason, list(again.options)) == (question.prompt, PERMISSION, list(question.options))
    assert not processes.attempts_under(on_acp.daemon.place.folder), "the agent ended with its daemon"
    on_acp.answer(id, value="Allow once")
    run = on_acp.end(id)
    assert run.status == SUCCEEDED, run.error
    prompts = [line for line in log(on_acp) if line.startswith("prompt")]
    assert len(prompts) == 2 and "Allow once" in prompts[1] and "Edit notes.txt" in prompts[1]
    assert "Allow once" not in prompts[0] and run.steps[0].attempt == 2
    text = json.loads(run.steps[0].result)
    assert "[told before: Allow once]" in text and text.endswith("After.")


def test_questions_come_one_at_a_time(on_acp: Stage) -> None:
    id = start(on_acp, agent("ask one.txt\nask two.txt\nsay After.", read_only=False))
    first = on_acp.asks(id, "ask")
    assert "one.txt" in first.prompt
    on_acp.answer(id, value="Allow once")
    on_acp.until(lambda: "two.txt" in on_acp.step(id, "ask").input.prompt, "the second question")
    on_acp.answer(id, value="Reject")
    run = on_acp.end(id)
    assert run.status == SUCCEEDED, run.error
    assert [line for line in log(on_acp) if line.startswith("answered")] == ["answered yes", "answered no"]


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ("say half\ndie 7", "7"),
        ("complain It is all wrong.\ndie 1", "It is all wrong."),
        ("fail the disk is full", "disk is full"),
        ("say no\nstop refusal", "refus"),
    ],
)
def test_an_agent_that_dies_or_refuses_is_explained(on_acp: Stage, orders: str, expected: str) -> None:
    step = ended(on_acp, orders)
    assert word(step.status) == "failed" and expected in step.error.message, step.error
    if orders.startswith("say half"):
        assert step.stdout == b"half" and step.agent.partial


def test_the_answers_end_by_the_agents_own_bound_is_told(on_acp: Stage) -> None:
    step = ended(on_acp, "say only half\nstop max_tokens")
    assert word(step.status) == "failed" and step.agent.finish_reason == "max_tokens" and step.agent.partial
    assert step.stdout == b"only half"


def test_a_forced_cancel_tells_the_agent_and_leaves_nothing(on_acp: Stage) -> None:
    id = start(on_acp, agent("say half\nsleep 60\nsay whole", read_only=False))
    on_acp.until(lambda: "step_output" in on_acp.kinds(id, "ask"), "the first half")
    on_acp.client.flow.cancel(on_acp.session, run_id=id, mode="CANCEL_MODE_FORCE")
    run = on_acp.end(id)
    assert run.status == CANCELLED and run.steps[0].stdout == b"half" and run.steps[0].agent.partial
    assert processes.attempts_under(on_acp.daemon.place.folder) == {}
    assert "cancelled" in log(on_acp)


def test_a_graceful_cancel_lets_the_agent_finish(on_acp: Stage) -> None:
    go = on_acp.workspace / "go"
    id = start(on_acp, agent(f"say half\nuntil {go}\nsay  whole", "one"), agent("say more", "two"))
    on_acp.until(lambda: "step_output" in on_acp.kinds(id, "one"), "the first half")
    on_acp.client.flow.cancel(on_acp.session, run_id=id, mode="CANCEL_MODE_GRACEFUL")
    go.touch()
    run = on_acp.end(id)
    assert run.status == INTERRUPTED and json.loads(run.steps[0].result) == "half whole"
    assert word(run.steps[1].status) == "not_run"


def test_a_cancel_takes_the_question_back(on_acp: Stage) -> None:
    id = start(on_acp, agent("ask notes.txt\nsay After.", read_only=False))
    on_acp.asks(id, "ask")
    on_acp.client.flow.cancel(on_acp.session, run_id=id, mode="CANCEL_MODE_FORCE")
    run = on_acp.end(id)
    assert run.status == CANCELLED and not run.steps[0].HasField("input")
    on_acp.until(lambda: not processes.attempts_under(on_acp.daemon.place.folder), "the end of the agent")
    heard = [line for line in log(on_acp) if not line.startswith("prompt")]
    assert heard[:1] == ["answered cancelled"] or heard == ["cancelled"], heard


def test_an_agent_that_is_not_installed_is_named(make_stage: Callable[..., Stage]) -> None:
    provider = {"kind": "agent", "command": ["no-such-agent-anywhere", "--acp"], "output": "acp"}
    stage = make_stage({"providers": {"none": provider}})
    run = stage.end(stage.start(flow(agent("say hello", provider="none", model="m"))))
    assert run.status == FAILED and "no-such-agent-anywhere" in run.steps[0].error.message
