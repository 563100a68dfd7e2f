"""Agent steps on an OpenAI-compatible server: what is sent, what is kept, what a crash changes."""

from __future__ import annotations

import json
import time
from typing import Any, Callable

import pytest

from flowd.v1 import provider_pb2, run_pb2
from harness.flowfile import agent, flow, script
from harness.stage import CANCELLED, FAILED, INTERRUPTED, SUCCEEDED, Stage, steps, word
from peers.chat import Chat, Exchange, breaks_off, refuses, says

FATAL, RECOVERABLE = run_pb2.ERROR_CLASS_FATAL, run_pb2.ERROR_CLASS_RECOVERABLE
SCHEMA = {
    "type": "object",
    "required": ["verdict", "score"],
    "properties": {"verdict": {"enum": ["good", "bad"]}, "score": {"type": "integer", "minimum": 0}},
    "additionalProperties": False,
}


@pytest.fixture
def on_chat(make_stage: Callable[..., Stage], chat: Chat) -> Stage:
    provider = {
        "kind": "openai", "base-url": chat.url, "key": "secret:CHAT_KEY", "models": ["small", "large"],
        "headers": {"X-Team": "a"}, "parameters": {"temperature": 0, "top_p": 0.5},
    }  # fmt: skip
    config = {"providers": {"house": provider, "bare": {"models": ["m"]}}}
    stage = make_stage(config, environment={"CHAT_KEY": chat.key})
    stage.client.session.set_provider_model(stage.session, provider_id="house", model_id="small")
    return stage


def failed(stage: Stage, step: dict[str, Any]) -> Any:
    run = stage.end(stage.start(flow(step)))
    assert run.status == FAILED, "it did not fail"
    return run.steps[0]


def test_the_request_has_the_prompt_the_model_and_the_providers_parameters(on_chat: Stage, chat: Chat) -> None:
    text = flow(agent("Look at ${{ inputs.what }}.", system="You are terse."), inputs={"what": "string"})
    run = on_chat.end(on_chat.start(text, inputs={"what": "ünïcode"}))
    assert run.status == SUCCEEDED, run.error
    (asked,) = chat.asked
    assert (asked.model, asked.authorization) == ("small", "Bearer sk-chat")
    assert asked.body["temperature"] == 0 and asked.body["top_p"] == 0.5 and asked.body["stream"] is True
    assert "Look at ünïcode." in asked.prompt and "You are terse." in json.dumps(asked.messages[0])
    assert asked.messages[0]["role"] in ("system", "developer") and asked.messages[-1]["role"] == "user"


def test_the_configurations_network_policy_holds_for_providers_and_a_flows_does_not(on_chat: Stage, chat: Chat) -> None:
    narrow = flow(agent("One."), network={"loopback": False})
    run = on_chat.end(on_chat.start(narrow))
    assert run.status == SUCCEEDED, f"a flow's policy is for its requests: {run.error}"
    place = on_chat.daemon.place
    config = json.loads(place.config.read_text())
    place.config.write_text(json.dumps({**config, "network": {"deny": ["127.0.0.0/8"]}}))
    on_chat.reload()
    step = failed(on_chat, agent("Two."))
    assert "127.0.0.1" in step.error.message and "policy" in step.error.message, step.error
    assert getattr(step.error, "class") == FATAL
    (listed,) = on_chat.client.provider.list(check=True, provider_id="house").providers
    assert listed.check.reachable == provider_pb2.CHECK_ANSWER_NO and "policy" in listed.check.detail, listed
    assert len(chat.asked) == 1, "a denied address was asked"
    place.config.write_text(json.dumps(config))
    on_chat.reload()
    assert on_chat.end(on_chat.start(flow(agent("Three.")))).status == SUCCEEDED


def test_persona_and_contracts_are_part_of_the_prompt(on_chat: Stage, chat: Chat) -> None:
    folder = on_chat.workspace / ".flowd"
    (folder / "personas").mkdir()
    (folder / "contracts").mkdir()
    (folder / "personas" / "sceptic.md").write_text("You doubt everything.\n")
    (folder / "contracts" / "evidence.md").write_text("Cite a line for every claim.\n")
    run = on_chat.end(on_chat.start(flow(agent("Review.", persona="sceptic", contracts=["evidence"]))))
    assert run.status == SUCCEEDED, run.error
    sent = json.dumps(chat.asked[0].messages)
    assert "You doubt everything." in sent and "Cite a line for every claim." in sent and "Review." in sent
    use = run.steps[0].agent
    assert "You doubt everything." in use.system + use.prompt


def test_pieces_are_told_while_the_answer_is_being_made(on_chat: Stage, chat: Chat) -> None:
    def slowly(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk({"role": "assistant", "content": "The first half"})
        chat.gate.wait(60)
        exchange.chunk({"content": " and the second."})
        exchange.end()

    chat.script("small", slowly)
    id = on_chat.start(flow(agent("Tell me.")))

    on_chat.until(lambda: "The first half" in on_chat.said(id), "the first half")
    assert word(on_chat.step(id, "ask").status) == "running"
    chat.gate.set()
    run = on_chat.end(id)
    assert run.status == SUCCEEDED and json.loads(run.steps[0].result) == "The first half and the second."
    use = run.steps[0].agent
    assert (use.input_tokens, use.output_tokens, use.finish_reason) == (7, 5, "stop")


def test_any_way_to_write_the_stream_is_read(on_chat: Stage, chat: Chat) -> None:
    def strangely(exchange: Exchange) -> None:
        def data(content: str) -> str:
            return json.dumps({"choices": [{"index": 0, "delta": {"content": content}}]}, ensure_ascii=False)

        exchange.begin()
        exchange.raw(
            b"\xef\xbb\xbf: a comment\r\n\r\nevent: message\r\nid: 1\r\ndata:" + data("a").encode() + b"\r\n\r\n"
        )
        exchange.raw(b"data: " + data("b").encode() + b"\r\r")
        one, two = data("ü€😀").encode().split(b"\x82", 1)
        exchange.raw(b"data: " + one)
        time.sleep(0.05)  # Not a wait: it cuts a character in two.
        exchange.raw(b"\x82" + two + b"\n\n")
        exchange.raw(b'data: {"choices": [{"index": 0,\ndata: "delta": {"content": "!"}}]}\n\n')
        exchange.raw(
            b'data: {"choices": []}\n\nretry: 10\n\ndata: {"choices": [{"index": 0, "delta": {"content": null}}]}\n\n'
        )
        exchange.end()

    chat.script("small", strangely)
    run = on_chat.end(on_chat.start(flow(agent("Strange."))))
    assert run.status == SUCCEEDED and json.loads(run.steps[0].result) == "abü€😀!", run.error


@pytest.mark.parametrize("how", ["end", "reset", "error"])
def test_an_answer_that_breaks_off_is_kept_marked_and_not_asked_for_again(on_chat: Stage, chat: Chat, how: str) -> None:
    chat.script("small", breaks_off("one ", "two", how=how), says("never asked for"))
    text = flow(
        agent("Count.", continue_on_error=True),
        script("return { steps.ask.text, steps.ask.partial }", needs={"ask": "any"}),
    )
    run = on_chat.end(on_chat.start(text))
    ask = steps(run)["ask"]
    assert word(ask.status) == "failed" and ask.stdout == b"one two" and ask.agent.partial
    assert json.loads(steps(run)["script"].result) == ["one two", True]
    assert len(chat.asked) == 1
    if how == "error":
        assert "out of memory" in ask.error.message
    else:
        assert "broke off" in ask.error.message or "stream ended" in ask.error.message, ask.error


def test_an_answer_cut_by_the_models_own_bound_is_told_as_such(on_chat: Stage, chat: Chat) -> None:
    chat.script("small", says("only the beginning", finish="length"))
    run = on_chat.end(on_chat.start(flow(agent("Talk."))))
    assert run.steps[0].agent.finish_reason == "length" and run.steps[0].agent.partial
    assert run.steps[0].stdout == b"only the beginning"


def test_errors_before_the_first_piece_are_tried_again_where_that_can_help(on_chat: Stage, chat: Chat) -> None:
    retry = {"limit": 3, "delay": "1ms", "jitter": 0}
    chat.script(
        "small", refuses(500, "oops"), refuses(429, "slow down", retry_after="1"), breaks_off(how="reset"), says("fine")
    )
    run = on_chat.end(on_chat.start(flow(agent("Go.", retry=retry))))
    assert run.status == SUCCEEDED and run.steps[0].attempt == 4, run.error
    times = [asked.at for asked in chat.asked]
    assert times[2] - times[1] >= 0.99, "it waits as long as it was told to"
    chat.script("small", refuses(400, "The context is too long.", code="context_length_exceeded"), says("never"))
    ask = failed(on_chat, agent("Go.", retry=retry))
    assert getattr(ask.error, "class") == FATAL and "context" in ask.error.message and ask.attempt == 1


def test_the_servers_own_word_on_retries_wins(on_chat: Stage, chat: Chat) -> None:
    retry = {"limit": 2, "delay": "1ms", "jitter": 0}
    chat.script("small", refuses(500, "never again", x_should_retry="false"), says("never"))
    assert failed(on_chat, agent("Go.", retry=retry)).attempt == 1
    chat.script("small", refuses(429, "a moment", retry_after_ms="300"), says("fine"))
    before = len(chat.asked)
    run = on_chat.end(on_chat.start(flow(agent("Go.", retry=retry))))
    assert run.status == SUCCEEDED, run.error
    first, second = chat.asked[before:]
    assert 0.29 <= second.at - first.at < 15


def test_json_that_fits_the_schema_is_a_value(on_chat: Stage, chat: Chat) -> None:
    chat.script("small", says('```json\n{"verdict": "good", "score": 3}\n```'))
    text = flow(
        agent("Judge.", output="json", schema=SCHEMA, outputs={"score": "${{ result.score }}"}),
        script("return steps.ask.result.score + steps.ask.outputs.score"),
    )
    run = on_chat.end(on_chat.start(text))
    assert run.status == SUCCEEDED, run.error
    assert json.loads(steps(run)["ask"].result) == {"verdict": "good", "score": 3}
    assert json.loads(steps(run)["script"].result) == 6 and len(chat.asked) == 1


@pytest.mark.parametrize("first", ["I think it is good.", '{"verdict": "good"}', '{"verdict": "great", "score": -1}'])
def test_an_answer_that_does_not_fit_is_repaired_once(on_chat: Stage, chat: Chat, first: str) -> None:
    chat.script("small", says(first), says('{"verdict": "bad", "score": 0}'))
    run = on_chat.end(on_chat.start(flow(agent("Judge.", output="json", schema=SCHEMA))))
    assert run.status == SUCCEEDED and json.loads(run.steps[0].result) == {"verdict": "bad", "score": 0}, run.error
    assert len(chat.asked) == 2 and first in json.dumps(
        [message["content"] for message in chat.asked[1].messages], ensure_ascii=False
    ).replace('\\"', '"'), "it is told what it said"
    chat.script("small", says(first), says("still no JSON"), says('{"verdict": "bad", "score": 0}'))
    ask = failed(on_chat, agent("Judge.", output="json", schema=SCHEMA))
    assert len(chat.asked) == 4 and getattr(ask.error, "class") == FATAL and "asked for again" in ask.error.message, (
        ask.error
    )


def test_an_answer_past_its_bound_fails_and_ends_the_stream(on_chat: Stage, chat: Chat) -> None:
    def endlessly(exchange: Exchange) -> None:
        exchange.begin()
        while True:
            exchange.chunk({"content": "x" * 1000})

    chat.script("small", endlessly)
    ask = failed(on_chat, agent("Talk.", max_output="64KiB"))
    assert "65536" in ask.error.message or "64 KiB" in ask.error.message, ask.error
    assert len(ask.stdout) <= 65_536


def test_silence_ends_an_attempt(make_stage: Callable[..., Stage], chat: Chat) -> None:
    provider = {
        "kind": "openai",
        "base-url": chat.url,
        "key": "secret:CHAT_KEY",
        "models": ["small"],
        "silence": "300ms",
    }
    stage = make_stage({"providers": {"house": provider}}, environment={"CHAT_KEY": chat.key})

    def silent(exchange: Exchange) -> None:
        exchange.begin()
        chat.gate.wait(60)

    chat.script("small", silent)
    ask = failed(stage, agent("Talk.", provider="house", model="small"))
    assert getattr(ask.error, "class") == RECOVERABLE and "has sent nothing for 0.3" in ask.error.message


def test_the_same_prompt_is_sent_again_after_a_crash(on_chat: Stage, chat: Chat) -> None:
    persona = on_chat.workspace / ".flowd" / "personas"
    persona.mkdir()
    (persona / "clock.md").write_text("You are a clock of the first kind.\n")

    def hold(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk({"content": "It is "})
        chat.gate.wait(60)

    chat.script("small", hold, says("It is late."))
    id = on_chat.start(flow(agent("It is ${{ now() }}; what time is it?", persona="clock")))
    on_chat.until(lambda: chat.asked, "the request")
    on_chat.daemon.kill()
    (persona / "clock.md").write_text("You are a clock of another kind.\n")
    chat.gate.set()
    on_chat.again()
    run = on_chat.end(id)
    assert run.status == SUCCEEDED and json.loads(run.steps[0].result) == "It is late.", run.error
    first, second = chat.asked
    assert first.messages == second.messages and run.steps[0].attempt == 2


def test_a_graceful_cancel_lets_the_answer_end_and_force_cuts_it(on_chat: Stage, chat: Chat) -> None:
    def hold(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk({"content": "half"})
        chat.gate.wait(60)
        exchange.chunk({"content": " whole"})
        exchange.end()

    chat.script("small", hold)
    for mode, status, text in (("FORCE", CANCELLED, b"half"), ("GRACEFUL", INTERRUPTED, b"half whole")):
        count = len(chat.asked)
        id = on_chat.start(flow(agent("Go.", "one"), agent("Go on.", "two")), mode.lower())
        on_chat.until(lambda: len(chat.asked) > count, "the request")
        on_chat.until(lambda: "step_output" in on_chat.kinds(id, "one"), "the first piece")
        on_chat.client.flow.cancel(on_chat.session, run_id=id, mode=f"CANCEL_MODE_{mode}")
        if mode == "GRACEFUL":
            chat.gate.set()
        run = on_chat.end(id)
        one, two = run.steps
        assert run.status == status and one.stdout == text and word(two.status) == "not_run"
        assert one.agent.partial == (mode == "FORCE") and len(chat.asked) == count + 1


def test_a_provider_that_nothing_is_known_of_fails_with_a_sentence(on_chat: Stage) -> None:
    ask = failed(on_chat, agent("Hello?", provider="bare", model="m"))
    assert getattr(ask.error, "class") == FATAL and "bare" in ask.error.message, ask.error


def test_circuits_of_providers_open_after_failures(on_chat: Stage, chat: Chat) -> None:
    chat.script("small", refuses(503, "overloaded"))
    for _ in range(5):
        failed(on_chat, agent("Go."))
    circuits = {circuit.name: circuit for circuit in on_chat.client.daemon.status().circuits}
    assert circuits["provider house"].state == run_pb2.CIRCUIT_STATE_OPEN
