"""Flows and runs: definitions, starting, reading, cancelling."""

from __future__ import annotations

import json
import os
import re

import pytest

from flowd import Client, errors
from flowd.v1 import flow_pb2, run_pb2
from harness import flows
from harness.daemon import Daemon
from harness.eventually import eventually

UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"


def test_flows_are_listed_with_source_and_hash(daemon: Daemon, client: Client) -> None:
    workspace = str(daemon.place.workspace)
    daemon.place.flow("mine", "name: Mine\ndescription: For me.\n" + flows.TRUE)
    daemon.place.flow("broken", flows.INVALID)
    user = daemon.place.config.parent / "flows"
    user.mkdir()
    (user / "theirs.flow.yaml").write_text(flows.TRUE)
    found = {flow.flow_id: flow for flow in client.flow.list(workspace=workspace).flows}
    assert list(found) == sorted(found)
    mine, broken, theirs = found["mine"], found["broken"], found["theirs"]
    assert (mine.name, mine.description, mine.source) == ("Mine", "For me.", flow_pb2.FLOW_SOURCE_WORKSPACE)
    assert re.fullmatch("[0-9a-f]{64}", mine.definition_hash) and mine.path.endswith("/mine.flow.yaml")
    assert broken.definition_hash == "" and broken.diagnostics[0].line > 0
    assert theirs.source == flow_pb2.FLOW_SOURCE_USER
    assert found["hello"].source == flow_pb2.FLOW_SOURCE_BUILTIN and found["hello"].path == ""
    assert {flow.flow_id for flow in client.flow.list().flows} == {"hello", "theirs"}


def test_a_flow_is_read_as_it_is(daemon: Daemon, client: Client) -> None:
    workspace = str(daemon.place.workspace)
    daemon.place.flow("mine", flows.TRUE)
    got = client.flow.get(workspace=workspace, flow_id="mine")
    assert got.content.decode() == flows.TRUE
    assert json.loads(got.definition)["steps"][0]["id"] == "only"
    with pytest.raises(errors.NotFound) as caught:
        client.flow.get(workspace=workspace, flow_id="yours")
    assert caught.value.reason == "FLOW_NOT_FOUND" and caught.value.metadata["flow_id"] == "yours"


def test_validating_tells_everything_that_is_wrong_at_once(daemon: Daemon, client: Client) -> None:
    text = "steps:\n  - id: a\n    uses: nothing\n  - id: a\n    uses: run\n    with: { command: 'true' }\n    needs: [zzz]\n"
    answer = client.flow.validate(content=text.encode(), file="x.flow.yaml")
    assert not answer.valid and answer.definition_hash == "" and len(answer.diagnostics) >= 3
    assert {diagnostic.file for diagnostic in answer.diagnostics} == {"x.flow.yaml"}
    assert all(diagnostic.line > 0 and diagnostic.message for diagnostic in answer.diagnostics)
    good = client.flow.validate(content=flows.TRUE.encode())
    assert good.valid and list(good.diagnostics) == [] and len(good.definition_hash) == 64
    daemon.place.flow("mine", flows.TRUE)
    found = client.flow.validate(flow_id="mine", workspace=str(daemon.place.workspace))
    assert found.valid and found.definition_hash == good.definition_hash
    with pytest.raises(errors.NotFound):
        client.flow.validate(flow_id="yours", workspace=str(daemon.place.workspace))


def test_a_start_returns_on_admission_and_the_run_ends(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("w", flows.waiting()))
    started = client.flow.start(meta.session_id, env=daemon.place.environment)
    assert not started.existing and started.status == run_pb2.RUN_STATUS_RUNNING
    assert (started.snapshot.flow_id, started.snapshot.revision) == ("w", meta.revision)
    active = client.session.get_current_meta(session_id=meta.session_id)
    assert active.active_run.run_id == started.run_id and active.meta.last_used_flow_id == "w"
    (daemon.place.workspace / "go").touch()
    run = daemon.wait_for(client, started.run_id)
    assert run.status == run_pb2.RUN_STATUS_SUCCEEDED and run.steps[0].stdout == b"done\n"
    assert run.steps[0].exit_code == 0 and run.steps[0].HasField("exit_code")
    assert run.cwd == str(daemon.place.workspace)
    assert not client.session.get_current_meta(session_id=meta.session_id).HasField("active_run")


def test_a_failed_step_fails_the_run_and_those_after_it_are_not_run(daemon: Daemon, client: Client) -> None:
    text = flows.steps(("a", "exit 3", {}), ("b", "true", {}))
    meta = daemon.session(client, flow=daemon.place.flow("f", text))
    run = daemon.wait_for(client, client.flow.start(meta.session_id, env=daemon.place.environment).run_id)
    assert run.status == run_pb2.RUN_STATUS_FAILED and '"a"' in run.error
    assert [step.status for step in run.steps] == [run_pb2.STEP_STATUS_FAILED, run_pb2.STEP_STATUS_NOT_RUN]
    assert run.steps[0].exit_code == 3 and not run.steps[1].HasField("exit_code")


def test_inputs_are_checked_completed_and_passed(daemon: Daemon, client: Client) -> None:
    text = "inputs:\n  size: { type: choice, options: [small, large], default: small }\n  name: { required: true }\n"
    text += flows.shell('printf "%s %s" "$INPUT_SIZE" "$INPUT_NAME"')
    meta = daemon.session(client, flow=daemon.place.flow("f", text))
    hostile = "$(touch /tmp/never); `id` \"'\\ é"
    started = client.flow.start(meta.session_id, inputs={"name": hostile}, env=daemon.place.environment)
    run = daemon.wait_for(client, started.run_id)
    assert run.steps[0].stdout.decode() == f"small {hostile}"
    assert json.loads(run.inputs) == {"size": "small", "name": hostile}
    for inputs in ({}, {"name": "n", "size": "huge"}, {"name": "n", "other": 1}, {"name": 5}, [1]):
        with pytest.raises(errors.InvalidArgument) as caught:
            client.flow.start(meta.session_id, inputs=inputs)
        assert caught.value.reason == "INPUT_INVALID" and caught.value.metadata["field"].startswith("inputs")
    with pytest.raises(errors.InvalidArgument) as caught:
        client.flow.start(meta.session_id, inputs=b'{"name":')
    assert caught.value.metadata["field"] == "inputs"


def test_environment_and_directory_are_the_clients(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("f", "steps:\n  - { id: e, uses: run, with: { command: [env] } }\n"))
    elsewhere = daemon.place.folder / "elsewhere"
    elsewhere.mkdir()
    given = {"PATH": os.environ["PATH"], "MINE": "a b=c\nd", "EMPTY": "", "ÜNI": "é"}
    started = client.flow.start(meta.session_id, env=given, cwd=str(elsewhere))
    run = daemon.wait_for(client, started.run_id)
    seen = dict(line.partition("=")[::2] for line in run.steps[0].stdout.decode().splitlines() if "=" in line)
    assert run.cwd == str(elsewhere)
    assert seen["MINE"] == "a b=c" and seen["EMPTY"] == "" and seen["ÜNI"] == "é"
    own = {name for name in seen if not name.startswith("FLOWD_")} - set(given) - {"_"}
    assert own == set(), "nothing of the daemon's own environment"
    assert (seen["FLOWD_SESSION_ID"], seen["FLOWD_RUN_ID"]) == (meta.session_id, started.run_id)


def test_a_relative_directory_of_a_step_begins_at_the_runs(daemon: Daemon, client: Client) -> None:
    (daemon.place.workspace / "core").mkdir()
    text = flows.steps(("a", "pwd", {}), ("b", "pwd", {"cwd": "core"}), ("c", "pwd", {"cwd": "/"}))
    meta = daemon.session(client, flow=daemon.place.flow("f", text))
    run = daemon.wait_for(client, client.flow.start(meta.session_id, env=daemon.place.environment).run_id)
    assert [step.stdout.decode().strip() for step in run.steps] == [meta.workspace, f"{meta.workspace}/core", "/"]


def test_a_run_pins_its_definition(daemon: Daemon, client: Client) -> None:
    wait = 'until [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.02; done'
    daemon.place.flow("w", flows.steps(("a", wait, {}), ("b", "echo old", {})))
    meta = daemon.session(client, flow="w")
    started = client.flow.start(meta.session_id, env=daemon.place.environment)
    daemon.place.flow("w", flows.shell("echo new", step="other"))
    (daemon.place.workspace / "go").touch()
    run = daemon.wait_for(client, started.run_id)
    assert [step.step_id for step in run.steps] == ["a", "b"] and run.steps[1].stdout == b"old\n"
    again = client.flow.start(meta.session_id, env=daemon.place.environment)
    assert again.snapshot.definition_hash != started.snapshot.definition_hash
    assert daemon.wait_for(client, again.run_id).steps[0].stdout == b"new\n"


def test_a_flow_that_is_not_valid_may_be_chosen_and_not_started(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE))
    daemon.place.flow("f", flows.INVALID)
    with pytest.raises(errors.FailedPrecondition) as caught:
        client.flow.start(meta.session_id)
    assert caught.value.reason == "FLOW_INVALID"
    (daemon.place.workspace / ".flowd" / "flows" / "f.flow.yaml").unlink()
    with pytest.raises(errors.NotFound) as gone:
        client.flow.start(meta.session_id)
    assert gone.value.reason == "FLOW_NOT_FOUND"


def test_the_flows_that_a_flow_runs_are_looked_up_with_it(daemon: Daemon, client: Client) -> None:
    workspace = str(daemon.place.workspace)
    text = "steps:\n  - { id: a, uses: flow, with: { flow: lower } }\n"
    missing = client.flow.validate(content=text.encode(), file="upper.flow.yaml", workspace=workspace)
    assert not missing.valid
    assert [(d.line, d.column, d.message) for d in missing.diagnostics] == [(2, 40, "unknown flow 'lower'")]
    daemon.place.flow("lower", flows.TRUE)
    assert client.flow.validate(content=text.encode(), file="upper.flow.yaml", workspace=workspace).valid
    # Without a workspace nobody knows which flows there are in it.
    told = client.flow.validate(content=text.encode())
    assert told.valid and not told.definition_hash
    assert [d.message for d in told.diagnostics] == [
        "unknown flow 'lower'; only the user's own and the built-in ones were looked at, since no workspace was given"
    ]
    assert told.diagnostics[0].severity == flow_pb2.DIAGNOSTIC_SEVERITY_WARNING
    asking = "steps:\n  - { id: a, uses: agent, with: { prompt: x, persona: reviewer, contracts: [%s] } }\n"
    known = client.flow.validate(content=(asking % "evidence").encode())
    assert known.valid and known.definition_hash and not known.diagnostics
    unknown = client.flow.validate(content=(asking % "house").encode())
    assert unknown.valid and "unknown contract 'house'; only the user's own" in unknown.diagnostics[0].message
    meta = daemon.session(client, flow=daemon.place.flow("upper", text))
    daemon.place.flow("lower", flows.INVALID)
    with pytest.raises(errors.FailedPrecondition) as caught:
        client.flow.start(meta.session_id)
    assert caught.value.reason == "FLOW_INVALID" and "lower.flow.yaml" in str(caught.value)


@pytest.mark.parametrize("restart", [False, True], ids=["same-daemon", "after-restart"])
def test_a_request_id_names_one_run(daemon: Daemon, client: Client, restart: bool) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE))
    first = client.flow.start(meta.session_id, request_id="once")
    daemon.wait_for(client, first.run_id)
    if restart:
        daemon.kill()
        client = daemon.start().client()
    again = client.flow.start(meta.session_id, request_id="once")
    assert again.existing and again.run_id == first.run_id and again.snapshot == first.snapshot
    assert again.event_seq == first.event_seq
    other = daemon.session(client, flow="f")
    assert client.flow.start(other.session_id, request_id="once").run_id != first.run_id


def test_runs_are_listed_and_filtered(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("good", flows.TRUE)
    daemon.place.flow("bad", flows.FAIL)
    meta = daemon.session(client)
    made = []
    for flow in ("good", "bad", "good", "bad", "good"):
        client.session.set_executed_flow(meta.session_id, flow_id=flow)
        made.append(client.flow.start(meta.session_id, env=daemon.place.environment).run_id)
        daemon.wait_for(client, made[-1])
    ids = [run.run_id for run in client.flow.list_runs(session_id=meta.session_id).runs]
    assert ids == made[::-1]
    failed = client.flow.list_runs(workspace=meta.workspace, statuses=[run_pb2.RUN_STATUS_FAILED]).runs
    assert [run.run_id for run in failed] == [made[3], made[1]]
    assert [run.run_id for run in client.flow.list_runs(flow_id="good").runs] == [made[4], made[2], made[0]]
    page = client.flow.list_runs(page_size=2)
    rest = client.flow.list_runs(page_size=5, page_token=page.next_page_token)
    assert [run.run_id for run in [*page.runs, *rest.runs]] == made[::-1] and rest.next_page_token == ""


@pytest.mark.parametrize("run_id", [UNKNOWN, "no-uuid"])
def test_unknown_runs_are_not_found(client: Client, daemon: Daemon, run_id: str) -> None:
    session = daemon.session(client).session_id
    for call in (
        lambda: client.flow.get_run(run_id),
        lambda: client.flow.cancel(session, run_id=run_id),
        lambda: client.flow.cancel("", run_id=run_id),
        lambda: next(client.watch(run_id=run_id)),
        lambda: client.flow.answer(run_id, step_id="s", input_id="i", value=1),
        lambda: client.flow.pause(run_id),
        lambda: client.flow.resume(run_id),
        lambda: client.flow.rerun(run_id),
        lambda: client.flow.export_run(run_id),
    ):
        with pytest.raises(errors.NotFound) as caught:
            call()
        assert caught.value.reason == "RUN_NOT_FOUND" and caught.value.metadata["run_id"] == run_id


def test_a_run_of_another_session_is_not_cancelled(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("w", flows.waiting()))
    run = client.flow.start(meta.session_id, env=daemon.place.environment)
    other = daemon.session(client)
    with pytest.raises(errors.NotFound):
        client.flow.cancel(other.session_id, run_id=run.run_id)
    assert client.flow.get_run(run.run_id).run.status == run_pb2.RUN_STATUS_RUNNING
    client.flow.cancel(meta.session_id, mode=run_pb2.CANCEL_MODE_FORCE)
    assert daemon.wait_for(client, run.run_id).status == run_pb2.RUN_STATUS_CANCELLED


def test_with_several_active_runs_a_cancel_has_to_name_one(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("w", flows.waiting()))
    start = {"if_active": "IF_ACTIVE_PARALLEL", "env": daemon.place.environment}
    runs = [client.flow.start(meta.session_id, **start).run_id for _ in range(2)]
    with pytest.raises(errors.FailedPrecondition) as caught:
        client.flow.cancel(meta.session_id)
    assert caught.value.reason == "RUN_AMBIGUOUS" and all(run in caught.value.metadata["run_ids"] for run in runs)
    with pytest.raises(errors.FailedPrecondition) as active:
        client.flow.start(meta.session_id)
    assert active.value.reason == "RUN_ACTIVE" and active.value.metadata["run_id"] in runs
    for run in runs:
        client.flow.cancel(meta.session_id, run_id=run, mode=run_pb2.CANCEL_MODE_FORCE)
        daemon.wait_for(client, run)


def test_providers_are_listed_by_id(daemon: Daemon) -> None:
    daemon.stop()
    daemon.place.config.write_text(
        "providers:\n  house: { label: Ours, models: [one, two], default-model: two }\n  qwen: null\n"
    )
    found = {provider.provider_id: provider for provider in daemon.start().client().provider.list().providers}
    assert list(found) == sorted(found) and "qwen" not in found
    house = found["house"]
    assert (house.label, list(house.model_ids), house.any_model, house.default_model_id) == ("Ours", ["one", "two"], False, "two")
    assert found["ollama"].any_model


def test_status_tells_who_and_where(daemon: Daemon, client: Client) -> None:
    status = client.daemon.status()
    assert status.pid == daemon.pid and status.socket_path == str(daemon.place.socket)
    assert status.state_path == str(daemon.place.state) and status.config_path == str(daemon.place.config)
    hello = client.daemon.hello(client="outside", features=["ping", "levitate"])
    assert hello.epoch == status.epoch and hello.protocol_version == "flowd.v1" and "levitate" not in hello.features
    assert hello.limits["frame_bytes_max"] == 4_194_304
    daemon.kill()
    again = daemon.start().client().daemon.status()
    assert again.epoch != status.epoch
    assert eventually(lambda: again.version == status.version)
