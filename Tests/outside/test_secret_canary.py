"""Secrets that every kind of step uses, and that come back in every way, are in nothing the daemon keeps or tells."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import pathlib
import re
import shlex
import sqlite3
import urllib.parse
from typing import Any, Callable, Iterator

import pytest

from harness import agents, processes
from harness.flowfile import agent, flow, http, run
from harness.stage import SUCCEEDED, Stage, steps, word
from peers.chat import Chat, Exchange, refuses
from peers.ports import free_port
from peers.scripted import RESET, Scripted, head
from peers.web import Web

#: With all that is escaped somewhere; not in a header, so without a line break.
CANARY = 'c4n4ry-Zx9/+ %"\\<é>&\'~=end'
SOURCES = ("client", "daemon", "file")
REFERENCE = "${{ secrets.CANARY }}"


def spellings(value: str) -> dict[str, bytes]:
    """How programs write a value; of base64 what does not depend on what stands around it."""
    data = value.encode()
    quoted = urllib.parse.quote(value, safe="")
    found = {
        "as it is": data,
        "JSON": json.dumps(value, ensure_ascii=False)[1:-1].encode(),
        "JSON in ASCII": json.dumps(value)[1:-1].encode(),
        "JSON in JSON": json.dumps(json.dumps(value))[3:-3].encode(),
        "URL": quoted.encode(),
        "URL in lower case": "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in value if c != "é").encode(),
        "path": urllib.parse.quote(value).encode(),
        "form": urllib.parse.quote_plus(value).encode(),
        "hexadecimal": data.hex().encode(),
        "taken for Latin-1": data.decode("latin-1").encode(),
        "Latin-1": value.encode("latin-1"),
        "Latin-1 taken for UTF-8": value.encode("latin-1").decode(errors="replace").encode(),
        "Latin-1 in a URL": urllib.parse.quote(value, safe="", encoding="latin-1").encode(),
        "HTML": html.escape(value).encode(),
        "HTML, decimal": html.escape(value).replace("&#x27;", "&#39;").encode(),
        "JSON in HTML": html.escape(json.dumps(value)[1:-1]).encode(),
        "HTML in JSON": json.dumps(html.escape(value))[1:-1].encode(),
        "HTML in a URL": urllib.parse.quote(html.escape(value), safe="").encode(),
        "shell": shlex.quote(value)[1:-1].encode(),
        "shell, apostrophes apart": value.replace("'", r"'\''").encode(),
        "shell, backslashes": re.sub(r"""([ "\\<>&'~])""", r"\\\1", value).encode(),
    }
    for before in range(3):
        whole = base64.b64encode(b"-" * before + data)
        inner = whole[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
        found[f"base64 after {before}"] = inner
        found[f"URL-safe base64 after {before}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return found


def kept(stage: Stage) -> Iterator[tuple[str, bytes]]:
    """All that the daemon wrote: its files, the database's values, its log."""
    for path in stage.daemon.place.state.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # It was removed meanwhile.
            if path.is_file():
                yield str(path), path.read_bytes()
    yield "the log", stage.daemon.place.log.read_bytes()
    # A value in a file's pages may be cut by their ends.
    (file,) = stage.daemon.place.state.glob("flowd.db")
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    yield f"table {table}", value if isinstance(value, bytes) else str(value).encode()


def told(stage: Stage, ids: list[str]) -> Iterator[tuple[str, bytes]]:
    """All that a client can be told."""
    for event in stage.events():
        yield f"event {event.seq}, {event.WhichOneof('kind')}", event.SerializeToString()
    for id in ids:
        yield f"run {id}", stage.run(id).SerializeToString()
        yield f"export of {id}", stage.client.flow.export_run(id).SerializeToString()
    yield "the list of runs", b"".join(run.SerializeToString() for run in stage.client.flow.list_runs().runs)
    yield "the providers", stage.client.provider.list().SerializeToString()


def command_lines() -> Iterator[tuple[str, bytes]]:
    for pid in processes.pids():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            yield f"command line of {pid}", pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()


def hits(stage: Stage, ids: list[str], value: str = CANARY) -> list[str]:
    forms = spellings(value)
    return [
        f"{form} in {place}"
        for place, data in (*kept(stage), *told(stage, ids), *command_lines())
        for form, needle in forms.items()
        if needle in data
    ]


def test_the_search_finds_what_it_looks_for(stage: Stage) -> None:
    text = flow(run(["printf", "%s\n%s", CANARY, urllib.parse.quote(CANARY, safe="")], "leak"))
    found = " ".join(hits(stage, [stage.end(stage.start(text)).run_id]))
    for place in ("flowd.db", "table event", "step_output", "export of", "as it is", "URL", "JSON"):
        assert place in found, f"{place} is not among {found}"


class Planted:
    """A stage whose secret CANARY comes from one of the sources."""

    def __init__(self, make: Callable[..., Stage], source: str, config: dict[str, Any]) -> None:
        self.stage = make(config, environment={"CANARY": CANARY} if source == "daemon" else {})
        self.environment = dict(self.stage.daemon.place.environment)
        if source == "client":
            self.environment["CANARY"] = CANARY
        if source == "file":
            folder = self.stage.daemon.place.config.parent / "secrets"
            folder.mkdir(mode=0o700)
            (folder / "CANARY").touch(mode=0o600)
            (folder / "CANARY").write_text(CANARY + "\n")

    def end(self, *made: dict[str, Any], **keys: Any) -> Any:
        steps = [{**step, "needs": step.get("needs", []), "continue-on-error": True} for step in made]
        return self.stage.end(self.stage.start(flow(*steps, **keys), env=self.environment), 120)


@pytest.fixture(params=SOURCES)
def plant(request: pytest.FixtureRequest, make_stage: Callable[..., Stage]) -> Callable[..., Planted]:
    return lambda config=None: Planted(make_stage, request.param, config or {})


def test_requests_and_what_servers_make_of_them(plant: Callable[..., Planted], web: Web) -> None:
    planted = plant()
    token = {"token": REFERENCE}
    headers = {"X-Token": f"<{REFERENCE}>", "Authorization": f"Bearer {REFERENCE}"}
    checks = [{"json": "$.query", "==": "x"}, {"body": {"contains": "y"}}]
    read = {"all": "${{ response.text }}", "j": "${{ response.json }}"}
    ended = planted.end(
        http(f"{web.url}/echo/header", "header", headers=headers),
        http(f"{web.url}/echo/basic", "basic", auth={"basic": {"user": "ada", "password": REFERENCE}}),
        http(f"{web.url}/echo/bearer", "bearer", auth={"bearer": REFERENCE}),
        http(f"{web.url}/echo/query", "query", query=token),
        http(f"{web.url}/echo/url?t={REFERENCE}", "url"),
        http(f"{web.url}/echo/json", "json", method="POST", json={"deep": [token]}),
        http(f"{web.url}/echo/form", "form", method="POST", form=token),
        http(f"{web.url}/echo/body", "body", method="POST", body=f"a {REFERENCE} b"),
        http(f"{web.url}/status/401", "unauthorized", query={"body": REFERENCE}, auth={"bearer": REFERENCE}),
        http(f"{web.url}/status/503", "unavailable", query={"body": REFERENCE}, retry={"limit": 1, "delay": "1ms"}),
        http(f"{web.url}/redirect", "redirect", query={"to": f"/echo/there?again={REFERENCE}"}),
        http(f"{web.url}/redirect", "redirects", query={"to": f"/redirect/9?{REFERENCE}"}, redirects=2),
        http(f"{web.url}/page/500", "page", headers=headers),
        http(f"{web.url}/page/200", "pages", query=token, headers=headers),
        http(f"{web.url}/echo/check", "check", query=token, expect=checks),
        http(f"{web.url}/echo/read", "read", query=token, outputs=read),
        run('printf %s "$SEEN"', "later", needs=["read"], env={"SEEN": "${{ steps.read.outputs.all }}"}),
        report="${{ steps.read.response.text }} ${{ steps.header.response.json.headers }}",
    )
    found = {id: word(step.status) for id, step in steps(ended).items()}
    failing = {"unauthorized", "unavailable", "redirects", "page", "check"}
    assert found == {id: "failed" if id in failing else "succeeded" for id in found}, ended
    sent = {request.path: request for request in web.requests}
    assert sent["/echo/header"].header("x-token").encode("latin-1") == f"<{CANARY}>".encode(), "it was not sent"
    assert dict(sent["/echo/query"].query)["token"] == CANARY
    assert json.loads(sent["/echo/json"].body) == {"deep": [{"token": CANARY}]}
    assert "[secret]" in ended.report and b"[secret]" in steps(ended)["later"].stdout
    assert hits(planted.stage, [ended.run_id]) == []


def test_requests_that_fail(plant: Callable[..., Planted], web: Web) -> None:
    planted = plant()
    pieces = [CANARY.encode()[place : place + 3] for place in range(0, len(CANARY.encode()), 3)]
    chunked = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]
    echo = head("200 OK", f"X-Echo: {CANARY}", "Transfer-Encoding: chunked")
    query = {"token": REFERENCE}
    no_gzip = [head("200 OK", "Content-Encoding: gzip", f"Content-Length: {len(CANARY) + 1}"), CANARY.encode()]
    with (
        Scripted([echo, *chunked, b"0\r\n\r\n"]) as whole,
        Scripted([echo, *chunked, RESET]) as reset,
        Scripted([b"HTTP/1.1 500 no " + CANARY.encode() + b"\r\nContent-Length: 0\r\n\r\n"]) as reason,
        Scripted([CANARY.encode() + b"\r\n\r\n"]) as garbage,
        Scripted(no_gzip) as packed,
    ):
        ended = planted.end(
            http(f"http://127.0.0.1:{free_port()}/", "refused", query=query),
            http("http://nobody.invalid/", "unknown", query=query, timeout="15s"),
            http(f"https://127.0.0.1:{web.port}/", "tls", query=query, headers={"X-Token": REFERENCE}),
            http(f"{web.url}/hold", "slow", query=query, timeout="300ms"),
            http(f"{web.url}/echo", "large", query=query, method="POST", body=REFERENCE * 20, max_body=64),
            http(f"http://{REFERENCE}/", "host"),
            http(whole.url, "chunks", query=query),
            http(reset.url, "reset", query=query),
            http(reason.url, "reason", query=query),
            http(garbage.url, "garbage", query=query),
            http(packed.url, "packed", query=query),
        )
    found = {id: word(step.status) for id, step in steps(ended).items()}
    assert found == {id: "succeeded" if id == "chunks" else "failed" for id in found}, ended
    assert hits(planted.stage, [ended.run_id]) == []


PRINT = """
import base64, html, json, os, shlex, sys, time, urllib.parse
value = os.environ["TOKEN"]
print(value)
print(json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps(json.dumps([value])))
print(urllib.parse.quote(value), urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value))
for before in ("", "a", "ab", "user:"):
    print(base64.b64encode((before + value + before).encode()).decode())
    print(base64.urlsafe_b64encode((before + value + before).encode()).decode())
print(value.encode().hex(), value.encode().hex().upper(), repr(value), ascii(value))
print(html.escape(value), html.escape(value).replace("&#x27;", "&#39;"), html.escape(html.escape(value)))
print(html.escape(json.dumps(value)), json.dumps(html.escape(value)), "".join(f"&#{ord(c)};" for c in value))
print(shlex.quote(value), shlex.join(["curl", "-d", json.dumps({"token": value})]))
sys.stdout.flush()
sys.stdout.buffer.write(b"<" + value.encode("latin-1") + b">\\n")
sys.stdout.flush()
for byte in value.encode():
    os.write(2, bytes([byte]))
    time.sleep(0.003)  # Not a wait: so that pieces of it are read by themselves.
held = 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        held += value.encode() in open(f"/proc/{pid}/cmdline", "rb").read()
    except OSError:
        pass
print("command lines with it:", held)
"""


def test_commands_that_show_it_in_every_way(plant: Callable[..., Planted]) -> None:
    planted = plant()
    (planted.stage.workspace / "print.py").write_text(PRINT)
    token = {"TOKEN": REFERENCE}
    ended = planted.end(
        run([agents.PYTHON, "print.py"], "shows", env=token),
        run('echo "$TOKEN" >&2; echo "$TOKEN"; exit 3', "fails", env=token),
        run(["no-such-program"], "missing", env=token),
        run(["bash", "-xc", 'printf "%q\\n" "$TOKEN"'], "traces", env=token),
        run(["sh", "-xc", ': "$TOKEN"'], "traced", env=token),
        run('echo "$TOKEN"; sleep 60', "slow", env=token, timeout="500ms"),
        run('printf %s "$TOKEN" | base64 -w 8', "wrapped", env=token),
        run('printf %s "$SEEN"', "later", needs=["shows"], env={"SEEN": "${{ steps.shows.stdout }}"}),
        report="${{ steps.shows.stdout }} ${{ steps.fails.stderr }}",
    )
    found = {id: word(step.status) for id, step in steps(ended).items()}
    assert found == {id: "failed" if id in ("fails", "missing", "slow") else "succeeded" for id in found}, ended
    shown = steps(ended)["shows"]
    assert b"command lines with it: 0" in shown.stdout, shown.stdout
    for id in ("traces", "traced"):
        assert b"[secret]" in steps(ended)[id].stderr, steps(ended)[id].stderr
    assert shown.stdout.count(b"[secret]") >= 25 and shown.stderr == b"[secret]", (shown.stdout, shown.stderr)
    assert hits(planted.stage, [ended.run_id]) == []


def test_agents_and_their_keys(plant: Callable[..., Planted], chat: Chat) -> None:
    chat.key = CANARY.encode().decode("latin-1")  # As its header is read.

    def echo(exchange: Exchange) -> None:
        exchange.begin()
        for letter in f"the key is {CANARY}, as JSON {json.dumps(CANARY)}":
            exchange.chunk({"content": letter})
        exchange.end()

    chat.script("echo", echo)
    chat.script("refuse", refuses(401, f"Incorrect API key provided: {CANARY}"))
    chat.script("break", lambda exchange: exchange.refuse(400, f"{CANARY} is no JSON".encode()))
    house = {"kind": "openai", "base-url": chat.url, "key": "secret:CANARY", "models": ["echo", "refuse", "break"]}
    env = {"KEY": "secret:CANARY"}
    mine = agents.text(env=env)
    streams, acp = agents.stream(env=env), agents.acp(env=env)
    planted = plant({"providers": {"house": house, "mine": mine, "streams": streams, "acp": acp}})
    shown = "think $KEY\nplan $KEY,b\nread $KEY\nask $KEY\ntool $KEY\ncomplain $KEY\nsay <$KEY>\n"
    ended = planted.end(
        agent("Say it.", "echo", provider="house", model="echo"),
        agent("Say it.", "refuse", provider="house", model="refuse"),
        agent("Say it.", "break", provider="house", model="break"),
        agent("env KEY", "command", provider="mine", model="m"),
        agent("env KEY\nexit 3", "fails", provider="mine", model="m"),
        agent(shown, "streams", provider="streams", model="m"),
        agent(f"{shown}\nerror $KEY\njunk\nexit 3", "stream-fails", provider="streams", model="m"),
        agent(shown, "acp", provider="acp", model="a"),
        agent(f"{shown}fail $KEY", "acp-fails", provider="acp", model="a"),
        agent("say ${{ steps.echo.text }}", "later", needs=["echo"], provider="mine", model="m"),
        report="${{ steps.echo.text }} ${{ steps.command.text }} ${{ steps.streams.text }} ${{ steps.acp.text }}",
    )
    found = {id: word(step.status) for id, step in steps(ended).items()}
    good = {"echo", "command", "streams", "acp", "later"}
    assert {id for id, status in found.items() if status == "succeeded"} == good, ended
    assert ended.report.count("[secret]") >= 5, ended.report
    assert hits(planted.stage, [ended.run_id]) == []


def test_what_a_restart_needs_is_in_a_private_file_only(make_stage: Callable[..., Stage], web: Web) -> None:
    planted = Planted(make_stage, "client", {})
    stage = planted.stage
    text = flow(
        http(f"{web.url}/hold", "hold", query={"token": REFERENCE}, on_restart="retry"),
        http(f"{web.url}/echo/after", "after", query={"token": REFERENCE}),
    )
    id = stage.start(text, env=planted.environment)
    stage.until(lambda: web.to("/hold"), "the first request")
    private = str(stage.daemon.place.state / "secrets")
    stage.restart()
    assert [hit for hit in hits(stage, [id]) if private not in hit] == []
    web.gate.set()
    assert stage.end(id).status == SUCCEEDED
    assert dict(web.to("/echo/after")[0].query)["token"] == CANARY
    stage.until(lambda: hits(stage, [id]) == [], "the end of what was kept for the run")
