"""Agents that are plain commands: how they get their prompt, what their output means, how they end."""

from __future__ import annotations

import json
import os
from typing import Any, Callable

import pytest

from flowd.v1 import event_pb2, run_pb2
from harness import agents, processes
from harness.eventually import eventually
from harness.flowfile import agent, flow, script
from harness.stage import CANCELLED, FAILED, SUCCEEDED, Stage, steps, word

SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}


@pytest.fixture
def on_commands(make_stage: Callable[..., Stage]) -> Stage:
    argument = agents.command("text_agent.py", "--model={model}", "--prompt", "{prompt}")
    file = agents.command("text_agent.py", "--prompt-file", "{prompt_file}")
    providers = {
        "stdin": agents.text(env={"HOUSE": "ours", "KEY": "secret:AGENT_KEY"}),
        "argument": agents.text(command=argument, prompt="argument"),
        "file": agents.text(command=file, prompt="file"),
        "cautious": agents.text(**{"read-only-arguments": ["--plan"]}),
        "stream": agents.stream(),
        "quiet": agents.stream(silence="3s"),
    }
    stage = make_stage({"providers": providers}, environment={"AGENT_KEY": "k3y-of-an-agent"})
    stage.client.session.set_provider_model(stage.session, provider_id="stdin", model_id="m 1")
    return stage


def ended(stage: Stage, prompt: str, **keys: Any) -> Any:
    return stage.end(stage.start(flow(agent(prompt, **keys)))).steps[0]


def answer(stage: Stage, prompt: str, **keys: Any) -> str:
    step = ended(stage, prompt, **keys)
    assert word(step.status) == "succeeded", step.error
    return str(json.loads(step.result)).strip()


@pytest.mark.parametrize("provider", ["stdin", "argument", "file"])
def test_the_prompt_arrives_whole_whichever_way(on_commands: Stage, provider: str) -> None:
    prompt = "say ü; $(touch /tmp/x) `id` \"'\\\nsay {model} {prompt}\nsay --version"
    step = ended(on_commands, prompt, provider=provider, model="m 1")
    assert word(step.status) == "succeeded", step.error
    assert json.loads(step.result).strip() == "ü; $(touch /tmp/x) `id` \"'\\\n{model} {prompt}\n--version"


def test_the_model_is_one_argument_whatever_is_in_it(on_commands: Stage) -> None:
    assert answer(on_commands, "args") == "['--model', 'm 1']"
    found = answer(on_commands, "args", provider="argument", model="x;y").split("\n")[0]
    assert found.startswith("['--model=x;y', '--prompt', ")


def test_its_own_read_only_arguments_go_along_with_the_confinement(on_commands: Stage) -> None:
    assert "'--plan'" in answer(on_commands, "args", provider="cautious", model="m")
    assert "'--plan'" not in answer(on_commands, "args", provider="cautious", model="m", read_only=False)


def test_what_is_hidden_is_what_the_configuration_says_when_it_starts(on_commands: Stage) -> None:
    place = on_commands.daemon.place
    (place.folder / "diary").mkdir()
    (place.folder / "diary" / "today").write_text("dear diary")
    assert "dear diary" in answer(on_commands, f"read {place.folder}/diary/today")
    config = json.loads(place.config.read_text())
    for hidden, is_read in (([str(place.folder / "diary")], False), ([], True)):
        place.config.write_text(json.dumps({**config, "agents": {"hidden": hidden}}))
        on_commands.reload()
        assert ("dear diary" in answer(on_commands, f"read {place.folder}/diary/today")) is is_read


def test_it_runs_where_the_run_does_with_its_environment(on_commands: Stage) -> None:
    stage = on_commands
    orders = "cwd\nenv HOUSE\nenv FROM_CLIENT\nenv KEY"
    env = {**stage.daemon.place.environment, "FROM_CLIENT": "yes"}
    id = stage.start(flow(agent(orders)), env=env, cwd=str(stage.workspace))
    run = stage.end(id)
    assert run.status == SUCCEEDED, run.error
    lines = json.loads(run.steps[0].result).strip().split("\n")
    assert lines[:3] == [os.path.realpath(stage.workspace), "ours", "yes"]
    assert "k3y-of-an-agent" not in lines[3], "it has the key, and what it tells of it is redacted"
    assert lines[3] != "(not set)"
    assert b"k3y-of-an-agent" not in run.SerializeToString()


def test_lines_of_json_are_understood_by_the_mapping(on_commands: Stage) -> None:
    id = on_commands.start(
        flow(agent("think Hmm.\ntool grep\nsay one\njunk\nsay  two\nusage 12 3", provider="stream", model="m"))
    )
    run = on_commands.end(id)
    step = run.steps[0]
    assert run.status == SUCCEEDED and json.loads(step.result) == "one two", run.error
    assert (step.agent.reported_model, step.agent.input_tokens, step.agent.output_tokens) == ("m", 12, 3)
    told = [event.step_activity for event in on_commands.events() if event.HasField("step_activity")]
    assert {(a.kind, a.text) for a in told} >= {
        (event_pb2.ACTIVITY_KIND_THOUGHT, "Hmm."), (event_pb2.ACTIVITY_KIND_TOOL_CALL, "grep"),
    }  # fmt: skip
    whole = answer(on_commands, "say pieces\nresult The whole answer", provider="stream", model="m")
    assert whole == "The whole answer"
    failed = ended(on_commands, "say half\nerror quota of nothing", provider="stream", model="m")
    assert word(failed.status) == "failed" and "quota of nothing" in failed.error.message and failed.stdout == b"half"


def test_a_long_line_is_read_and_an_endless_answer_is_not(on_commands: Stage) -> None:
    step = ended(on_commands, f"long {700_000}", provider="stream", model="m")
    assert word(step.status) == "succeeded" and len(json.loads(step.result)) == 700_000, step.error
    step = ended(on_commands, "flood 3000000", max_output="64KiB")
    assert word(step.status) == "failed" and ("65536" in step.error.message or "64 KiB" in step.error.message), (
        step.error
    )


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ("complain The moon is full.\nexit 3", ("3", "The moon is full.")),
        ("say half\nexit 127", ("127", "not installed")),
        ("signal 11", ("SIGSEGV",)),
        ("signal 9", ("SIGKILL",)),
    ],
)
def test_a_bad_end_is_explained_and_what_it_said_is_kept(
    on_commands: Stage, orders: str, expected: tuple[str, ...]
) -> None:
    step = ended(on_commands, orders)
    assert word(step.status) == "failed"
    assert all(text in step.error.message for text in expected), step.error
    if "complain" in orders:
        assert step.stderr == b"The moon is full.\n"
    if "half" in orders:
        assert step.stdout == b"half\n" and step.agent.partial


def test_what_an_agent_says_beside_its_answer_is_kept(on_commands: Stage) -> None:
    step = ended(on_commands, "complain a warning\nsay fine")
    assert word(step.status) == "succeeded" and step.stderr == b"a warning\n"


def test_json_is_asked_for_and_repaired_by_commands_too(on_commands: Stage) -> None:
    step = ended(on_commands, 'say {"n": 3}', output="json", schema=SCHEMA)
    assert word(step.status) == "succeeded" and json.loads(step.result) == {"n": 3}, step.error
    step = ended(on_commands, 'say {"n": "three"}', output="json", schema=SCHEMA)
    assert word(step.status) == "failed" and "$.n: expected an integer" in step.error.message, step.error


def test_silence_and_a_timeout_end_an_agent_with_all_its_processes(on_commands: Stage) -> None:
    folder = on_commands.daemon.place.folder
    step = ended(on_commands, "say half\nsleep 60", provider="quiet", model="m")
    assert word(step.status) == "failed" and step.stdout == b"half", step.error
    step = ended(on_commands, "say half\nsleep 60", timeout="500ms")
    assert word(step.status) == "failed" and getattr(step.error, "class") == run_pb2.ERROR_CLASS_RECOVERABLE, step.error
    assert processes.attempts_under(folder) == {}


def test_what_an_agent_leaves_behind_is_ended(on_commands: Stage) -> None:
    left = answer(on_commands, "leave")
    pid = int(left.split()[1])
    eventually(lambda: processes.state(pid) in ("", "Z", "X"), f"the end of {pid}")


def test_a_crash_ends_agents_and_the_prompt_is_used_again(on_commands: Stage) -> None:
    stage, folder = on_commands, on_commands.daemon.place.folder
    go = stage.workspace / "go"
    id = stage.start(flow(agent(f"say at ${{{{ now() }}}}\nprompt\nuntil {go}")))
    stage.until(lambda: "step_output" in stage.kinds(id), "the agent")
    before = stage.step(id, "ask").agent.prompt
    stage.restart()
    go.touch()
    run = stage.end(id)
    assert run.status == SUCCEEDED and run.steps[0].attempt == 2, run.error
    assert run.steps[0].agent.prompt == before and "say at " in before
    assert processes.attempts_under(folder) == {}


def test_a_forced_cancel_ends_an_agent_that_will_not(on_commands: Stage) -> None:
    id = on_commands.start(flow(agent("leave\nsleep 60")))
    on_commands.until(lambda: "step_output" in on_commands.kinds(id), "the agent")
    on_commands.client.flow.cancel(on_commands.session, run_id=id, mode="CANCEL_MODE_FORCE")
    run = on_commands.end(id)
    assert run.status == CANCELLED and run.steps[0].agent.partial
    assert processes.attempts_under(on_commands.daemon.place.folder) == {}


def test_agents_of_one_step_for_each_element_run_side_by_side(on_commands: Stage) -> None:
    each = agent("say ${{ item }}", "each", foreach=["a", "b", "c", "d"])
    lua = "return map(steps.each, function(e) return match(e.text, '%w+') end)"
    run = on_commands.end(on_commands.start(flow(each, script(lua))))
    assert run.status == SUCCEEDED, run.error
    assert json.loads(steps(run)["script"].result) == ["a", "b", "c", "d"] or json.loads(
        steps(run)["script"].result
    ) == [["a"], ["b"], ["c"], ["d"]]


def test_a_program_that_is_missing_is_named(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage({"providers": {"none": agents.text(command=["no-such-agent-anywhere"])}})
    run = stage.end(stage.start(flow(agent("hello", provider="none", model="m"))))
    error = run.steps[0].error
    assert run.status == FAILED and "no-such-agent-anywhere" in error.message
