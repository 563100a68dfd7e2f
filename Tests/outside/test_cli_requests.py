"""flowctl: how requests, agents and providers are shown."""

from __future__ import annotations

import json
from typing import Iterator

import pytest

from harness.daemon import Daemon
from harness.eventually import eventually
from harness.models import KEY, Models
from harness.terminal import Terminal, flowctl

#: The models' server answers requests too: the second one is refused.
REQUESTS = """
inputs: {{ what: {{ type: string, default: models }} }}
steps:
  - id: list
    uses: http
    with: {{ url: "{url}/${{{{ inputs.what }}}}", headers: {{ Authorization: "Bearer ${{{{ secrets.LOCAL_KEY }}}}" }} }}
    expect: [{{ json: "$.data[0].id", "==": quick-model }}]
  - id: refused
    uses: http
    with: {{ method: POST, url: "{url}/chat/completions", json: {{ model: none, messages: [] }} }}
"""
AGENTS = """
steps:
  - id: answer
    uses: agent
    with: { prompt: "What is this?\\nTell me.", model: careful-model, provider: local }
"""


@pytest.fixture
def models(daemon: Daemon) -> Iterator[Models]:
    made = Models(daemon)
    made.configure(daemon)
    yield made
    made.end()


def test_a_request_is_shown_with_its_status_and_a_refused_one_with_all_that_is_known(
    daemon: Daemon, models: Models
) -> None:
    daemon.place.flow("requests", REQUESTS.format(url=models.url))
    told = flowctl(daemon.place, "run", "requests", LOCAL_KEY=KEY)
    assert told.returncode == 1, told.stdout + told.stderr
    lines = told.stdout.splitlines()
    assert any(line.startswith(f"list: GET {models.url}/models → 200 in ") for line in lines), told.stdout
    assert any(line.startswith(f"refused: POST {models.url}/chat/completions → 401 in ") for line in lines), told.stdout
    shown = flowctl(daemon.place, "show").stdout
    assert f"    GET {models.url}/models → 200" in shown and "the key is wrong" in shown
    assert 'content       {"model":"none","messages":[]}' in shown and "✓ json $.data[0].id" in shown
    assert "Authorization" not in shown, "of a step that went well only a line"
    whole = flowctl(daemon.place, "show", "-v").stdout
    assert "Authorization: [secret]" in whole and "inputs.what = \"models\"" in whole and "careful-model" in whole
    logs = flowctl(daemon.place, "logs").stdout
    assert "==> list <==" in logs and "/models → 200" in logs
    assert "→" not in flowctl(daemon.place, "logs", "--stdout").stdout
    export = flowctl(daemon.place, "export", "--format", "markdown").stdout
    assert "## Requests and agents" in export and "- refused: POST " in export
    for text in (told.stdout, shown, whole, logs, export, flowctl(daemon.place, "export").stdout):
        assert KEY not in text


def test_an_agent_is_shown_with_its_model_and_its_tokens(daemon: Daemon, models: Models) -> None:
    daemon.place.flow("agents", AGENTS)
    told = flowctl(daemon.place, "run", "agents")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "answer | careful-model read: What is this?" in told.stdout
    assert "answer: local/careful-model, " in told.stdout and " tokens in, " in told.stdout
    whole = flowctl(daemon.place, "show", "-v").stdout
    assert "prompt        What is this?" in whole and "Tell me." in whole
    assert "answer        careful-model read: What is this?" in whole
    with Terminal(daemon.place, "run", "agents") as terminal:
        assert terminal.end() == 0
        terminal.expect("local/careful-model, ")


def test_providers_are_checked(daemon: Daemon, models: Models) -> None:
    fine = flowctl(daemon.place, "providers", "--check")
    assert fine.returncode == 0, fine.stdout
    [row] = [line.split() for line in fine.stdout.splitlines() if line.startswith("local ")]
    assert row[1:5] == ["openai", "-", "yes", "yes"], fine.stdout
    assert "quick-model" in fine.stdout and "anthropic" in fine.stdout
    assert not models.requests, "a check uses no model"
    assert flowctl(daemon.place, "providers", "anthropic", "--check").returncode == 1, "one that was named"
    unknown = flowctl(daemon.place, "providers", "lokal", "--check")
    assert unknown.returncode == 4 and "did you mean 'local'?" in unknown.stderr.replace('"', "'")
    doctor = flowctl(daemon.place, "doctor").stdout
    assert "Landlock" in doctor and "providers that can be used: local" in doctor, doctor


def test_a_provider_that_cannot_be_used_is_found_out(daemon: Daemon, models: Models) -> None:
    models.configure(daemon, "  mine: { kind: agent, command: [no-such-agent, '{prompt}'], prompt: argument }", key="wrong")
    told = flowctl(daemon.place, "providers", "--check", "--json")
    assert told.returncode == 1
    found = {each["providerId"]: each for each in json.loads(told.stdout)["providers"]}
    assert found["local"]["check"]["authorised"] == "CHECK_ANSWER_NO" and found["local"]["check"]["detail"]
    assert found["mine"]["check"]["installed"] == "CHECK_ANSWER_NO"
    shown = flowctl(daemon.place, "providers", "--check")
    assert "✗ local: " in shown.stdout and "✗ mine: " in shown.stdout and "no-such-agent" in shown.stdout
    assert flowctl(daemon.place, "providers").returncode == 0, "without a check it is a list"
    doctor = flowctl(daemon.place, "doctor")
    assert "providers that cannot be used: " in doctor.stdout and "local" in doctor.stdout and doctor.returncode == 0


def test_the_question_of_a_step_names_it_once(daemon: Daemon, models: Models) -> None:
    daemon.place.flow("asked", "mode: interactive\n" + AGENTS)
    assert flowctl(daemon.place, "start", "asked", LOCAL_KEY="not-the-key").returncode == 0
    told = eventually(lambda: asked(daemon), "a question")
    assert told.startswith("flowctl answer: answer asks: ") and told.count("answer asks") == 1, told
    assert "asks: answer:" not in told and "401" in told, told
    assert flowctl(daemon.place, "answer", "answer", "fail").returncode == 0
    eventually(lambda: "waiting" not in flowctl(daemon.place, "runs").stdout, "the end of the run")


def asked(daemon: Daemon) -> str:
    told = flowctl(daemon.place, "answer").stderr
    return told if " asks: " in told else ""
