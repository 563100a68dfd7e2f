"""Agent steps on a real LiteLLM proxy: answers, errors and keys as people meet them."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest

from flowd.v1 import provider_pb2, run_pb2
from harness.flowfile import agent, flow, script
from harness.stage import FAILED, SUCCEEDED, Stage, steps
from peers.litellm_proxy import LiteLLM

FATAL, RECOVERABLE = run_pb2.ERROR_CLASS_FATAL, run_pb2.ERROR_CLASS_RECOVERABLE
NEEDS_USER = run_pb2.ERROR_CLASS_NEEDS_USER
SMALL = "The small one says hello."
YES, NO = provider_pb2.CHECK_ANSWER_YES, provider_pb2.CHECK_ANSWER_NO


def configuration(litellm: LiteLLM) -> dict[str, Any]:
    provider = {"kind": "openai", "base-url": litellm.url, "key": "secret:LITELLM_KEY", "models": "any"}
    return {"providers": {"house": provider, "other": {**provider, "key": "secret:OTHER_KEY"}}}


@pytest.fixture
def on_litellm(make_stage: Callable[..., Stage], litellm: LiteLLM) -> Stage:
    stage = make_stage(configuration(litellm), environment={"LITELLM_KEY": litellm.key, "OTHER_KEY": "sk-wrong-one"})
    stage.client.session.set_provider_model(stage.session, provider_id="house", model_id="qwen-small")
    return stage


def test_an_answer_comes_in_pieces_with_what_it_used(on_litellm: Stage) -> None:
    stage = on_litellm
    id = stage.start(flow(agent("Say hello."), script("return steps.ask.text .. steps.ask.model")))
    run = stage.end(id)
    assert run.status == SUCCEEDED, run.error
    ask = steps(run)["ask"]
    assert json.loads(ask.result) == SMALL and json.loads(steps(run)["script"].result) == SMALL + "qwen-small"
    use = ask.agent
    assert (use.provider_id, use.model_id, use.finish_reason) == ("house", "qwen-small", "stop")
    assert use.input_tokens > 0 and use.output_tokens > 0 and not use.partial and "Say hello." in use.prompt
    assert stage.said(id, "ask") == SMALL


def test_a_step_may_ask_another_model_than_its_run(on_litellm: Stage) -> None:
    stage = on_litellm
    text = flow(
        agent("Hello?", "own"),
        agent("Hello?", "other", model="qwen-large"),
        agent("?", "text", output="json", model="json"),
    )
    run = stage.end(stage.start(text))
    assert run.status == SUCCEEDED, run.error
    found = steps(run)
    assert [json.loads(found[id].result) for id in ("own", "other")] == [SMALL, "The large one says hello."]
    assert json.loads(found["text"].result) == {"verdict": "fine", "score": 7}
    assert [found[id].agent.model_id for id in ("own", "other", "text")] == ["qwen-small", "qwen-large", "json"]


def error_of(stage: Stage, **keys: Any) -> run_pb2.StepError:
    run = stage.end(stage.start(flow(agent("Hello?", **keys))))
    assert run.status == FAILED, run
    return run.steps[0].error


def test_errors_have_their_classes(on_litellm: Stage) -> None:
    stage = on_litellm
    limited = error_of(stage, model="limited")
    assert getattr(limited, "class") == RECOVERABLE and "rate limit" in limited.message.lower(), limited
    long = error_of(stage, model="long")
    assert getattr(long, "class") == FATAL and "context" in long.message.lower(), long
    broken = error_of(stage, model="broken")
    assert getattr(broken, "class") == RECOVERABLE and "500" in broken.message, broken
    missing = error_of(stage, model="no-such-model")
    assert getattr(missing, "class") == FATAL and "no-such-model" in missing.message, missing


def test_a_wrong_key_fails_a_batch_run_and_is_told_without_the_key(on_litellm: Stage) -> None:
    error = error_of(on_litellm, provider="other", model="qwen-small")
    assert getattr(error, "class") == NEEDS_USER and "OTHER_KEY" in error.message, error
    assert "sk-wrong-one" not in error.message


def test_a_wrong_key_asks_a_person_who_corrects_it(make_stage: Callable[..., Stage], litellm: LiteLLM) -> None:
    stage = make_stage(configuration(litellm), mode="INTERACTIVE")
    secrets = stage.daemon.place.config.parent / "secrets"
    secrets.mkdir(mode=0o700)
    key = secrets / "LITELLM_KEY"
    key.write_text("sk-mistyped")
    key.chmod(0o600)
    id = stage.start(flow(agent("Hello?", provider="house", model="qwen-small")))
    question = stage.asks(id, "ask")
    assert question.reason == run_pb2.INPUT_REASON_ERROR and "LITELLM_KEY" in question.prompt, question.prompt
    assert set(question.options) >= {"retry", "fail"}
    stage.restart()
    assert stage.asks(id, "ask").prompt == question.prompt
    key.write_text(litellm.key + "\n")
    stage.answer(id, value="retry")
    run = stage.end(id)
    assert run.status == SUCCEEDED and json.loads(run.steps[0].result) == SMALL, run.error
    assert b"sk-mistyped" not in run.SerializeToString() and b"sk-master" not in run.SerializeToString()


def test_a_key_that_is_nowhere_is_named(make_stage: Callable[..., Stage], litellm: LiteLLM) -> None:
    stage = make_stage(configuration(litellm))
    error = error_of(stage, provider="house", model="qwen-small")
    assert "LITELLM_KEY" in error.message, error


def test_providers_can_be_checked(on_litellm: Stage) -> None:
    found = {each.provider_id: each for each in on_litellm.client.provider.list(check=True).providers}
    house, other = found["house"], found["other"]
    assert (house.kind, house.check.reachable, house.check.authorised) == ("openai", YES, YES), house
    assert {"qwen-small", "qwen-large", "json"} <= set(house.check.model_ids)
    assert (other.check.reachable, other.check.authorised) == (YES, NO) and "key" in other.check.detail, other
