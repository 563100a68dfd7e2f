"""An exhausted quota with a known reset parks every step on its provider until then, and one probe goes first."""

from __future__ import annotations

import time
from typing import Any, Callable

import pytest

from flowd.v1 import run_pb2
from harness.flowfile import agent, flow
from harness.stage import FAILED, SUCCEEDED, Stage, word
from peers.chat import Chat, Exchange, refuses, says

EXHAUSTED = "You exceeded your current quota, please check your plan and billing details."


def exhausted(seconds: int) -> Any:
    return refuses(429, EXHAUSTED, kind="insufficient_quota", code="insufficient_quota", retry_after=str(seconds))


@pytest.fixture
def house(make_stage: Callable[..., Stage], chat: Chat) -> Stage:
    provider = {"kind": "openai", "base-url": chat.url, "key": "secret:CHAT_KEY", "models": ["small", "large"]}
    config = {"providers": {"house": provider, "garden": provider}}
    stage = make_stage(config, environment={"CHAT_KEY": chat.key})
    stage.client.session.set_provider_model(stage.session, provider_id="house", model_id="small")
    return stage


def circuit(stage: Stage) -> Any:
    return next((each for each in stage.client.daemon.status().circuits if each.name == "provider house"), None)


def held_until(stage: Stage) -> float:
    (house,) = stage.client.provider.list(provider_id="house").providers
    return house.held_until.ToNanoseconds() / 1e9 if house.HasField("held_until") else 0


def test_every_step_on_the_provider_waits_until_the_reset_over_crashes_too(house: Stage, chat: Chat) -> None:
    def probe(exchange: Exchange) -> None:
        chat.gate.wait(60)
        says("back again")(exchange)

    chat.script("small", exhausted(8), probe, says("fine"))
    began = time.time()
    first = house.start(flow(agent("One.")), "first")
    house.until(lambda: circuit(house) is not None, "the circuit")
    told = circuit(house)
    assert told.state == run_pb2.CIRCUIT_STATE_OPEN and "quota" in told.reason, told
    assert began + 7.9 <= held_until(house) <= time.time() + 8.1
    many = flow(*(agent("More.", f"s{n}", needs=[]) for n in range(6)))
    second = house.start(many, "second")
    other = house.end(house.start(flow(agent("Else.", provider="garden", model="large")), "other"))
    assert other.status == SUCCEEDED, "another provider is another matter"
    for run in (first, second):
        found = house.run(run).steps
        assert {word(step.status) for step in found} <= {"waiting_retry", "pending", "running"}
        assert all(step.HasField("wake_at") for step in found), "a person can see until when"
    assert len(chat.to("small")) == 1, "nothing is asked of it meanwhile"
    until = held_until(house)
    house.restart()
    assert abs(held_until(house) - until) < 0.01 and "quota" in circuit(house).reason
    assert len(chat.to("small")) == 1
    house.until(lambda: len(chat.to("small")) == 2, "the probe")
    assert time.time() >= until - 0.01
    assert len(chat.to("small")) == 2, "one goes first"
    chat.gate.set()
    for run in (first, second):
        ended = house.end(run)
        assert ended.status == SUCCEEDED, ended.error
    assert len(chat.to("small")) == 8 and circuit(house) is None and held_until(house) == 0


def test_a_probe_that_finds_it_exhausted_parks_it_again(house: Stage, chat: Chat) -> None:
    chat.script("small", exhausted(3), exhausted(1), says("fine"))
    ids = [house.start(flow(agent("Go.")), "first")]
    house.until(lambda: circuit(house) is not None, "the circuit")
    ids += [house.start(flow(agent("Go.")), name) for name in ("second", "third")]
    for id in ids:
        assert house.end(id).status == SUCCEEDED
    first, second, *rest = [asked.at for asked in chat.to("small")]
    assert second - first >= 2.99 and len(rest) == 3 and rest[0] - second >= 0.99


def test_an_exhausted_quota_without_a_reset_is_no_reason_to_wait(house: Stage, chat: Chat) -> None:
    chat.script("small", refuses(429, EXHAUSTED, kind="insufficient_quota", code="insufficient_quota"), says("never"))
    retry = {"limit": 3, "delay": "1ms", "jitter": 0}
    run = house.end(house.start(flow(agent("Go.", retry=retry))))
    assert run.status == FAILED and "quota" in run.steps[0].error.message and len(chat.asked) == 1
    assert getattr(run.steps[0].error, "class") in (run_pb2.ERROR_CLASS_FATAL, run_pb2.ERROR_CLASS_NEEDS_USER)


def test_what_waits_for_a_reset_can_be_cancelled(house: Stage, chat: Chat) -> None:
    chat.script("small", exhausted(600))
    id = house.start(flow(agent("Go.")))
    house.until(lambda: circuit(house) is not None, "the circuit")
    house.client.flow.cancel(house.session, run_id=id, mode="CANCEL_MODE_FORCE")
    assert house.end(id).status == run_pb2.RUN_STATUS_CANCELLED
