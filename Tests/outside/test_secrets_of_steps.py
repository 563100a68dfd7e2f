"""A planted key goes through every way in which a request or an agent can fail, and is found nowhere afterwards."""

from __future__ import annotations

import base64
import json
import urllib.parse
from typing import Any, Callable

import pytest

from harness import agents
from harness.flowfile import agent, flow, http, run as command, script
from harness.stage import SUCCEEDED, Stage, steps, word
from peers.chat import Chat, Exchange, refuses
from peers.ports import free_port
from peers.scripted import RESET, Scripted, head
from peers.web import Web
from test_secrets import places_with, told

#: Written in another way in URLs, in JSON and in base64.
CANARY = 'c4n4ry/&"Zx9+='
FORMS = {
    "as it is": CANARY,
    "in a URL": urllib.parse.quote(CANARY, safe=""),
    "in a form": urllib.parse.quote_plus(CANARY),
    "in JSON": json.dumps(CANARY)[1:-1],
    "in JSON of other writers": json.dumps(CANARY)[1:-1].replace("/", "\\/"),
    "as a password": base64.b64encode(f"ada:{CANARY}".encode()).decode(),
    "in base64": base64.b64encode(CANARY.encode()).decode(),
}


def check(stage: Stage, *runs: str) -> None:
    for way, form in FORMS.items():
        assert places_with(form, stage) == [], f"found {way}"
        for run in runs:
            assert form.encode() not in told(stage, run), f"told {way}"


@pytest.fixture
def planted(make_stage: Callable[..., Stage], chat: Chat) -> Stage:
    chat.key = CANARY
    house = {
        "kind": "openai",
        "base-url": chat.url,
        "key": "secret:KEY",
        "models": ["small"],
        "headers": {"X-Key": "secret:KEY"},
    }
    providers = {
        "house": house, "text": agents.text(env={"KEY": "secret:KEY"}), "acp": agents.acp(env={"KEY": "secret:KEY"}),
        "away": {**house, "base-url": f"http://127.0.0.1:{free_port()}/v1"},
    }  # fmt: skip
    stage = make_stage({"providers": providers}, environment={"KEY": CANARY})
    stage.client.session.set_provider_model(stage.session, provider_id="house", model_id="small")
    return stage


def test_a_key_is_nowhere_after_any_failure_of_a_request(planted: Stage, web: Web) -> None:
    stage = planted
    key = "${{ secrets.KEY }}"
    echo = head("200 OK", "Connection: close", f"X-Echo: {CANARY}", f"Set-Cookie: k={FORMS['in a URL']}")
    echoing, resetting = (
        Scripted(echo + b"you said " + CANARY.encode()),
        Scripted([head("200 OK", "Content-Length: 99"), RESET]),
    )
    garbage = Scripted(f"{CANARY} is no HTTP\r\n\r\n".encode())
    away = f"http://127.0.0.1:{free_port()}"
    parts: list[dict[str, Any]] = [
        {"url": f"{web.url}/echo", "query": {"key": key}, "headers": {"X-Key": key}, "json": {"key": key}},
        {"url": f"{web.url}/status/401", "query": {"body": key}},
        {"url": f"{web.url}/redirect", "query": {"to": f"/echo?key={key}", "key": key}},
        {
            "url": f"{web.url}/redirect",
            "query": {"to": f"ftp://127.0.0.1/{key}"},
            "headers": {"X-Key": key},
        },
        {"url": f"{web.url}/echo", "auth": {"basic": {"user": "ada", "password": key}}},
        {"url": f"{web.url}/digest", "auth": {"digest": {"user": "ada", "password": key}}},
        {"url": f"{web.url}/echo", "method": "POST", "form": {"key": key}},
        {
            "url": f"{web.url}/echo",
            "method": "POST",
            "body": f"<{key}>",
            "expect": [{"body": {"contains": "no such text"}}],
        },
        {"url": f"{web.url}/echo", "method": "POST", "multipart": [{"name": "key", "value": key}]},
        {"url": f"{away}/path", "query": {"key": key}},
        {"url": "http://nobody.invalid/", "query": {"key": key}, "timeout": "10s"},
        {"url": echoing.url, "headers": {"X-Key": key}},
        {"url": resetting.url, "headers": {"X-Key": key}},
        {"url": garbage.url, "headers": {"X-Key": key}},
        {"url": f"{web.url}/echo", "proxy": f"http://ada:{key}@127.0.0.1:{free_port()}"},
    ]
    made = [http(id=f"s{n}", needs=[], continue_on_error=True, **part) for n, part in enumerate(parts)]
    text = flow(
        *made,
        script("return steps.s0.response", "all", needs={"s0": "any"}),
        command('printf \'the key is %s\\n\' "$KEY"; echo "$KEY" >&2', "shell", needs=[], env={"KEY": key}),
        report="${{ steps.s0.response.text }}",
    )
    run = stage.start(text, "every")
    ended = stage.end(run, 120)
    found = steps(ended)
    assert {word(found[id].status) for id in ("s0", "s2", "s4", "s6", "s8", "s11", "shell")} == {"succeeded"}, ended
    assert {word(found[id].status) for id in ("s1", "s3", "s7", "s9", "s10", "s12", "s13", "s14")} == {"failed"}
    assert CANARY in {request.header("x-key") for request in web.to("/echo")}, "it was not sent"
    check(stage, run)
    stage.restart()
    check(stage, run)
    for server in (echoing, resetting, garbage):
        server.__exit__()


def test_a_key_is_nowhere_after_any_failure_of_an_agent(planted: Stage, chat: Chat) -> None:
    stage = planted

    def leaks(exchange: Exchange) -> None:
        exchange.begin()
        for piece in (CANARY[:5], CANARY[5:9], CANARY[9:]):
            exchange.chunk({"content": piece})
        exchange.end()

    def leaks_and_breaks_off(exchange: Exchange) -> None:
        exchange.begin()
        exchange.chunk({"content": CANARY})
        exchange.raw(b"data: " + json.dumps({"error": {"message": f"bad key {CANARY}"}}).encode() + b"\n\n")

    chat.script(
        "small", leaks, leaks_and_breaks_off, refuses(401, f"Incorrect API key provided: {CANARY}"),
        refuses(400, f"no: {CANARY}"), lambda exchange: exchange.refuse(500, CANARY.encode()),
    )  # fmt: skip
    tries = [{"provider": "house"} for _ in range(5)] + [{"provider": "away"}]
    house = [agent("Go.", f"h{n}", continue_on_error=True, model="small", **each) for n, each in enumerate(tries)]
    orders = ["env KEY", "env KEY\nexit 3"]
    texts = [
        agent(order, f"t{n}", provider="text", model="m", continue_on_error=True) for n, order in enumerate(orders)
    ]
    run = stage.start(flow(*house, *texts), "every")
    ended = stage.end(run, 120)
    assert word(steps(ended)["h0"].status) == "succeeded" and word(steps(ended)["h1"].status) == "failed", ended
    assert len(chat.asked) == 5 and {asked.authorization for asked in chat.asked} == {f"Bearer {CANARY}"}
    check(stage, run)
    stage.restart()
    check(stage, run)


def test_a_key_is_in_no_command_line_while_an_agent_runs(planted: Stage) -> None:
    run = planted.start(flow(agent("say here\nsleep 30", provider="text", model="m")))
    planted.until(lambda: "step_output" in planted.kinds(run, "ask"), "the agent")
    check(planted, run)
    planted.client.flow.cancel(planted.session, run_id=run, mode="CANCEL_MODE_FORCE")
    planted.end(run)


def test_a_stored_secret_file_that_others_may_read_is_refused(make_stage: Callable[..., Stage], web: Web) -> None:
    stage = make_stage()
    secrets = stage.daemon.place.config.parent / "secrets"
    secrets.mkdir(mode=0o700)
    (secrets / "TOKEN").write_text("t0ken-in-a-file\n")
    step = http(f"{web.url}/echo", headers={"X-Token": "${{ secrets.TOKEN }}"})
    (secrets / "TOKEN").chmod(0o644)
    run = stage.end(stage.start(flow(step)))
    assert word(run.steps[0].status) == "failed" and "TOKEN" in run.steps[0].error.message and web.requests == []
    (secrets / "TOKEN").chmod(0o600)
    run = stage.end(stage.start(flow(step)))
    assert run.status == SUCCEEDED and web.requests[0].header("x-token") == "t0ken-in-a-file", run.error
    env = {**stage.daemon.place.environment, "TOKEN": "t0ken-of-the-client"}
    run = stage.end(stage.start(flow(step), env=env))
    assert run.status == SUCCEEDED and web.requests[1].header("x-token") == "t0ken-of-the-client", (
        "the client's goes first"
    )


def test_what_only_the_daemon_can_look_up_is_shown_by_no_step(stage: Stage, web: Web) -> None:
    """Also by those that do not name it: it came to them by way of a file."""
    secrets = stage.daemon.place.config.parent / "secrets"
    secrets.mkdir(mode=0o700)
    (secrets / "FILED").touch(mode=0o600)
    (secrets / "FILED").write_text(CANARY + "\n")
    text = flow(
        command('printf %s "$KEY" > kept', "keep", env={"KEY": "${{ secrets.FILED }}"}),
        command("cat kept", "show", needs=["keep"]),
        http(f"{web.url}/echo", "send", method="POST", file="kept", needs=["keep"]),
    )
    run = stage.start(text)
    shown = steps(stage.end(run))
    assert shown["show"].stdout == b"[secret]" and b"[secret]" in shown["send"].stdout
    check(stage, run)


def test_a_text_that_reads_like_a_reference_is_only_that_text(planted: Stage, web: Web) -> None:
    page = Scripted(head("200 OK", "Content-Length: 10", "Connection: close") + b"secret:KEY")
    said = "${{ steps.page.response.text }}"
    text = flow(
        http(page.url, "page"),
        http(f"{web.url}/echo", "post", method="POST", body=f"{said} {said}", headers={"X-Said": said}),
        command('printf "%s %s" "$A" "$B"', "shell", env={"A": said, "B": "${{ inputs.text }}"}),
        command('printf %s "$K" | wc -c', "real", env={"K": "${{ inputs.k }}"}),
        inputs={"k": {"type": "secret", "default": "secret:KEY"}, "text": {"default": "secret:KEY"}},
    )
    with page:
        run = planted.end(planted.start(text))
    assert run.status == SUCCEEDED, run.error
    shown = steps(run)
    assert shown["shell"].stdout == b"secret:KEY secret:KEY"
    echo = json.loads(shown["post"].stdout)
    assert echo["body"] == "secret:KEY secret:KEY" and "secret:KEY" in json.dumps(echo["headers"])
    assert shown["real"].stdout.strip() == str(len(CANARY)).encode()
