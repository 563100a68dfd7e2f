"""The promise, seen from the model's side: a run asks the model that its session held when the start was admitted."""

from __future__ import annotations

import json
import random
from typing import Any, Callable

import pytest

from harness.flowfile import agent, flow
from harness.stage import Stage
from peers.chat import Chat

ROUNDS = 500
MODELS = [f"m{n}" for n in range(7)]


@pytest.fixture
def racing(make_stage: Callable[..., Stage], chat: Chat) -> Stage:
    provider = {"kind": "openai", "base-url": chat.url, "key": "secret:CHAT_KEY", "models": MODELS}
    config: dict[str, Any] = {"providers": {"one": provider, "two": {**provider, "headers": {"X-Two": "2"}}}}
    return make_stage(config, environment={"CHAT_KEY": chat.key})


def test_500_switches_and_starts_at_once_ask_exactly_the_models_that_were_acknowledged(
    racing: Stage, chat: Chat
) -> None:
    stage, seed = racing, random.randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    stage.daemon.place.flow("race", flow(agent("${{ inputs.n }}"), inputs={"n": "string"}))
    other = stage.daemon.client()
    sessions = [stage.session, *(stage.daemon.session(other).session_id for _ in range(3))]
    clients = [stage.client, other]
    for session in sessions:
        stage.client.session.set_executed_flow(session, flow_id="race")
    env = stage.daemon.place.environment
    calls = []
    for n in range(ROUNDS):
        session, client = rng.choice(sessions), rng.choice(clients)
        provider, model = rng.choice(["one", "two"]), rng.choice(MODELS)
        switch = client.pipelined.session.set_provider_model(session, provider_id=provider, model_id=model)
        start = client.pipelined.flow.start(session, inputs={"n": str(n)}, env=env, if_active="IF_ACTIVE_PARALLEL")
        calls.append((session, provider, model, switch, start))
    held: dict[str, dict[int, tuple[str, str]]] = {session: {} for session in sessions}
    started = []
    for n, (session, provider, model, switch, start) in enumerate(calls):
        meta = switch.result(120).meta
        assert (meta.provider_id, meta.model_id) == (provider, model)
        held[session][meta.revision] = (provider, model)
        reply = start.result(120)
        started.append((n, session, reply))
    runs = {}
    for n, session, reply in started:
        snapshot = reply.snapshot
        latest = max(revision for revision in held[session] if revision <= snapshot.revision)
        assert (snapshot.provider_id, snapshot.model_id) == held[session][latest], f"start {n}"
        runs[n] = (reply.run_id, snapshot.model_id)
    stage.until(lambda: len(chat.asked) >= ROUNDS, "all requests", 180)
    asked = {int(each.prompt.strip()): each.model for each in chat.asked}
    assert len(chat.asked) == ROUNDS and asked == {n: model for n, (_, model) in runs.items()}
    for run, model in rng.sample(sorted(runs.values()), 20):
        ended = stage.daemon.wait_for(stage.client, run)
        assert json.loads(ended.steps[0].result).startswith(f"{model} heard: ")
        assert ended.steps[0].agent.model_id == model
