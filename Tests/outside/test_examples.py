"""Every flow in examples/, run by the real daemon, and docs/FLOWS.md, which shows them."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
from typing import Any, Callable, Iterator, Optional

import pytest

from flowd import Client, Question, errors
from flowd.v1 import event_pb2, run_pb2
from harness.daemon import ROOT, Daemon
from harness.eventually import eventually
from harness.models import Models
from harness.terminal import flowctl
from peers.ports import free_port

EXAMPLES = ROOT / "examples"
GUIDE = ROOT / "docs" / "FLOWS.md"
NAMES = sorted(path.name.removesuffix(".flow.yaml") for path in EXAMPLES.glob("*.flow.yaml"))
#: Explained where they are used, not in the guide.
ELSEWHERE = {"echo-model", "echo-model-again", "repo-report"}

SUCCEEDED, FAILED = run_pb2.RUN_STATUS_SUCCEEDED, run_pb2.RUN_STATUS_FAILED
OK, BAD, SKIPPED, NOT_RUN = (
    run_pb2.STEP_STATUS_SUCCEEDED, run_pb2.STEP_STATUS_FAILED, run_pb2.STEP_STATUS_SKIPPED,
    run_pb2.STEP_STATUS_NOT_RUN,
)  # fmt: skip


class Ended:
    """A run that has ended, with its events."""

    def __init__(self, run: run_pb2.Run, events: list[event_pb2.Event]) -> None:
        self.run, self.events, self.report = run, events, run.report
        self.outputs = json.loads(run.outputs or b"{}")
        self.steps = {step.step_id: step for step in run.steps}

    def stdout(self, step: str) -> str:
        return self.steps[step].stdout.decode()

    def statuses(self, *steps: str) -> list[int]:
        return [self.steps[step].status for step in steps]

    def kinds(self, *kinds: str) -> list[tuple[str, Any]]:
        """The events of some kinds, in order."""
        found = [(event.WhichOneof("kind"), event) for event in self.events]
        return [(kind, getattr(event, kind)) for kind, event in found if kind in kinds]


class Stage:
    """A daemon whose workspace has the examples as its flows."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon, self.place, self.client = daemon, daemon.place, daemon.client()
        self.servers: list[Models] = []
        flows = self.place.workspace / ".flowd" / "flows"
        for path in EXAMPLES.glob("*.flow.yaml"):
            (flows / path.name).symlink_to(path)

    def tree(self, name: str, **files: str) -> pathlib.Path:
        """A folder with files; `__` in a name is a dot."""
        folder = self.place.folder / name
        folder.mkdir(exist_ok=True)
        for file, text in files.items():
            (folder / file.replace("__", ".")).write_text(text)
        return folder

    def models(self) -> Models:
        """The two models of the examples, as the provider `local`."""
        models = Models(self.daemon)
        self.servers.append(models)
        models.configure(self.daemon)
        return models

    def choose(self, flow: str, model: str) -> str:
        """A session that has chosen a flow and a model of `local`."""
        session = self.daemon.session(self.client, flow=flow).session_id
        self.client.session.set_provider_model(session, provider_id="local", model_id=model)
        return session

    def start(self, flow: str, *, env: Optional[dict[str, str]] = None, cwd: str = "", **inputs: Any) -> str:
        """Starts a flow in a session of its own."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        session = self.daemon.session(self.client, flow=flow).session_id
        return self.client.flow.start(
            session, env={**self.place.environment, **(env or {})}, cwd=cwd, inputs=given
        ).run_id  # fmt: skip

    def end(self, run: str, answers: Optional[dict[str, Any]] = None, patience: float = 120) -> Ended:
        """Watches a run to its end and answers its questions."""
        events, answers = [], dict(answers or {})
        for event in self.client.watch(run_id=run, patience=patience):
            events.append(event)
            question = Question.of_event(event)
            if question is not None and question.step_id in answers:
                self.client.answer(question, *answers.pop(question.step_id))
        assert not answers, f"not asked: {answers}"
        return Ended(self.client.flow.get_run(run, include_output=True).run, events)

    def run(self, flow: str, *, answers: Optional[dict[str, Any]] = None, **more: Any) -> Ended:
        return self.end(self.start(flow, **more), answers)

    def wait_for_step(self, run: str, step: str, status: int = run_pb2.STEP_STATUS_RUNNING) -> None:
        def has_come() -> bool:
            found = self.client.flow.get_run(run).run
            return any(each.step_id == step and each.status == status for each in found.steps)

        eventually(has_come, f"{step} of {run} in status {status}")


    def wait_for_output(self, run: str, step: str) -> None:
        def has_come() -> bool:
            told = self.client.watch(run_id=run, until_now=True)
            return any(event.step_output.step_id == step for event in told if event.HasField("step_output"))

        eventually(has_come, f"output of {step}")


@pytest.fixture
def stage(daemon: Daemon) -> Iterator[Stage]:
    made = Stage(daemon)
    yield made
    for server in made.servers:
        server.end()


SCENARIOS: dict[str, Callable[[Stage], None]] = {}


def example(function: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """Notes what has to hold of the example that the function is named after."""
    SCENARIOS[function.__name__.replace("_", "-")] = function
    return function


@pytest.mark.parametrize("name", NAMES)
def test_an_example_does_what_it_shows(stage: Stage, name: str) -> None:
    assert name in SCENARIOS, f"examples/{name}.flow.yaml has no scenario here"
    SCENARIOS[name](stage)


def test_every_scenario_has_its_example() -> None:
    assert sorted(SCENARIOS) == NAMES


def test_every_example_is_valid_and_says_what_it_shows(stage: Stage) -> None:
    told = flowctl(stage.place, "validate")
    assert told.returncode == 0 and told.stdout.split("\n")[:-1] == [f"✓ {name}" for name in NAMES], told.stdout
    for name in NAMES:
        told = flowctl(stage.place, "validate", f".flowd/flows/{name}.flow.yaml")
        assert told.returncode == 0, told.stdout
        first = (EXAMPLES / f"{name}.flow.yaml").read_text().split("\n")[0]
        assert re.fullmatch(r"# \S.{20,}\.", first), f"{name} begins with {first!r}"


# The examples, in the order of the guide.


@example
def first_look(stage: Stage) -> None:
    folder = stage.tree("t", small__txt="a", large__txt="0123456789")
    ended = stage.run("first-look", folder=str(folder))
    assert ended.run.status == SUCCEEDED and ended.stdout("count").strip() == "2"
    assert f"# {folder}\nFiles: 2\n" in ended.report and f"Largest: 10 bytes: {folder}/large.txt" in ended.report


@example
def machine_facts(stage: Stage) -> None:
    ended = stage.run("machine-facts")
    assert ended.run.status == SUCCEEDED
    order = [(kind, getattr(event, "step_id", "")) for kind, event in ended.kinds("step_started", "step_finished")]
    assert order[:4] == [("step_started", step) for step in ("kernel", "memory", "disk", "processes")]
    assert order[-2] == ("step_started", "sheet"), "it has to wait for all four"
    assert [line.split()[0] for line in ended.stdout("sheet").splitlines()] == ["kernel", "memory", "disk", "processes"]


@example
def lines_by_language(stage: Stage) -> None:
    folder = stage.tree("t", a__c="1\n2\n3\n", a__h="1\n", b__py="1\n2\n", c__md="1\n", d__yml="", e__txt="1\n")
    stage.tree("t/.hidden", f__c="1\n")
    ended = stage.run("lines-by-language", cwd=str(folder))
    assert ended.run.status == SUCCEEDED and ended.outputs == {"total": 7}
    lines = [json.loads(ended.steps[f"count[{place}]"].outputs)["lines"] for place in range(5)]
    assert lines == [4, 1, 2, 0, 0] and ended.steps["count"].child_count == 5
    assert "| C | 4 |\n| Markdown | 1 |\n| Python | 2 |\n| Swift | 0 |\n| YAML | 0 |\n| all | 7 |" in ended.report
    at_once = most = 0
    for kind, event in ended.kinds("step_started", "step_finished"):
        step = event.step_id if kind == "step_started" else event.step.step_id
        if step.startswith("count["):
            at_once += 1 if kind == "step_started" else -1
            most = max(most, at_once)
    assert most == 3, "max-parallel"


@example
def shell_scripts(stage: Stage) -> None:
    folder = stage.tree("t", good__sh="#!/bin/sh\necho\n", bad__sh="#!/bin/sh\nif\n", notes__txt="text\n")
    ended = stage.run("shell-scripts", folder=str(folder))
    assert ended.run.status == SUCCEEDED, "a broken script is found, which is no failure of the run"
    assert ended.outputs == {"checked": 2, "broken": [f"{folder}/bad.sh"]}
    assert ended.statuses("check", "check[0]", "check[1]") == [BAD, BAD, OK]
    assert f"- {folder}/bad.sh: failed\n- {folder}/good.sh: succeeded" in ended.report
    nothing = stage.run("shell-scripts", folder=str(stage.tree("empty")))
    assert nothing.run.status == SUCCEEDED and nothing.outputs == {"checked": 0, "broken": []}


@example
def disk_space(stage: Stage) -> None:
    folder = str(stage.tree("t", a="text"))
    fine = stage.run("disk-space", folder=folder, limit=101)
    assert fine.run.status == SUCCEEDED and fine.statuses("measure", "largest", "verdict") == [OK, SKIPPED, OK]
    assert fine.outputs["full"] is False and 0 <= fine.outputs["percent"] <= 100
    assert fine.report.startswith(f"{folder}: {fine.outputs['percent']} %, fine")
    full = stage.run("disk-space", folder=folder, limit=0)
    assert full.run.status == SUCCEEDED and full.statuses("measure", "largest", "verdict") == [OK, OK, OK]
    assert full.outputs["full"] is True and "too full" in full.report and folder in full.stdout("largest")


@example
def first_mirror(stage: Stage) -> None:
    third = stage.tree("third", file="found\n")
    mirrors = [str(stage.place.folder / "first"), str(stage.place.folder / "second"), str(third)]
    ended = stage.run("first-mirror", file="file", mirrors=mirrors)
    assert ended.run.status == SUCCEEDED and ended.steps["fetch"].attempt == 3
    assert ended.stdout("fetch") == "found\n", "only what the last attempt wrote is the result"
    retries = [event for _, event in ended.kinds("step_retrying")]
    assert [event.attempt for event in retries] == [1, 2]
    assert {event.error.message for event in retries} == {"exited with code 1"}
    assert ended.report == f"file came from {third} at attempt 3.\n"


@example
def copy_progress(stage: Stage) -> None:
    ended = stage.run("copy-progress", parts=4)
    assert ended.run.status == SUCCEEDED and ended.stdout("progress") == "262144\n"
    assert ended.steps["progress"].attempt > 1 and ended.kinds("step_retrying")
    assert f"Looked {ended.steps['progress'].attempt} times until 262144 bytes" in ended.report
    assert not os.path.exists(ended.stdout("folder"))


@example
def root_filesystem(stage: Stage) -> None:
    fine = stage.run("root-filesystem", free=0)
    assert fine.run.status == SUCCEEDED, fine.run.error
    assert len(fine.steps["root"].checks) == 10 and all(check.passed for check in fine.steps["root"].checks)
    assert re.fullmatch(r"All is well with \w+\.\n", fine.report)
    full = stage.run("root-filesystem", free=10**18)
    assert full.run.status == FAILED and full.statuses("root") == [BAD]
    failed = [check for check in full.steps["root"].checks if not check.passed]
    assert len(failed) == 1 and failed[0].check == "json $.filesystems[0].avail >= 1000000000000000000", failed
    assert failed[0].seen.isdigit() and "1 of 10 checks failed" in full.run.error
    assert full.report == "Look at the checks.\n"


@example
def memory(stage: Stage) -> None:
    enough = stage.run("memory", wanted=0)
    assert enough.run.status == SUCCEEDED and enough.outputs["verdict"] == "enough"
    assert isinstance(enough.outputs["percent"], int) and 0 <= enough.outputs["percent"] <= 100
    found = json.loads(enough.steps["meminfo"].outputs)
    assert found["total"] > found["available"] > 0
    assert stage.run("memory", wanted=101).outputs["verdict"] == "too little"


@example
def accounts_by_shell(stage: Stage) -> None:
    ended = stage.run("accounts-by-shell")
    assert ended.run.status == SUCCEEDED, ended.run.error
    shells = json.loads(ended.steps["group"].result)
    expected: dict[str, list[str]] = {}
    for line in pathlib.Path("/etc/passwd").read_text().splitlines():
        fields = line.split(":")
        expected.setdefault(fields[6] or "(none)", []).append(fields[0])
    assert shells == expected and sorted(ended.outputs["shells"]) == sorted(expected)
    assert all(f"| {shell} | {', '.join(accounts)} |" in ended.report for shell, accounts in expected.items())


@example
def backup_plan(stage: Stage) -> None:
    ended = stage.run("backup-plan", env={"BACKUP_KEY": "open-sesame"}, folder="/srv", when="weekly", leave_out=["*~"])
    assert ended.run.status == SUCCEEDED and ended.stdout("key") == "the key has 11 characters\n"
    assert "Runs weekly, keeps 7; " in ended.report and "tar -cz --exclude='*~' /srv" in ended.report
    assert json.loads(ended.run.inputs)["key"] == "secret:BACKUP_KEY"
    told = b"".join(piece.SerializeToString() for piece in stage.client.export_run(ended.run.run_id))
    assert b"secret:BACKUP_KEY" in told and b"open-sesame" not in told
    for inputs, message in [
        ({}, "input 'folder' is required"),
        ({"folder": "/srv", "keep": "7"}, "input 'keep' must be a number, found the string '7'"),
        ({"folder": "/srv", "when": "yearly"}, "input 'when' must be one of 'daily', 'weekly', 'monthly'; found"),
        ({"folder": "/srv", "key": "open-sesame"}, "input 'key' is a secret: give a reference such as secret:NAME"),
        ({"folder": "/srv", "fold": "/srv"}, "unknown input 'fold'; did you mean 'folder'?"),
    ]:
        with pytest.raises(errors.InvalidArgument, match=re.escape(message)):
            stage.start("backup-plan", **inputs)
    unset = stage.run("backup-plan", folder="/srv")
    assert unset.run.status == FAILED and "secret BACKUP_KEY is not set" in unset.run.error


@example
def new_account(stage: Stage) -> None:
    answers = {"login": ["ada"], "number": [], "shell": ["/bin/sh"], "home": [False], "password": ["correct horse"]}
    ended = stage.run("new-account", answers=answers)
    assert ended.run.status == SUCCEEDED and ended.stdout("strength") == "long enough\n"
    assert ended.outputs == {"command": "useradd -u 2000 -s /bin/sh -M ada"}
    asked = [event.input for _, event in ended.kinds("step_input_required")]
    assert [question.type for question in asked] == ["string", "number", "choice", "boolean", "secret"]
    assert asked[1].prompt == "User id of ada?" and json.loads(asked[1].default_value) == 2000
    assert asked[3].HasField("due_at") and not asked[4].default_value
    assert b"correct horse" not in b"".join(event.SerializeToString() for event in ended.events)
    run = stage.start("new-account")
    stage.wait_for_step(run, "login", run_pb2.STEP_STATUS_WAITING_INPUT)
    with pytest.raises(errors.InvalidArgument, match="'Login name\\?' must be a string, found the number 5"):
        stage.client.flow.answer(run, step_id="login", value=b"5")
    session = stage.client.flow.get_run(run).run.session_id
    stage.client.flow.cancel(session, run_id=run, mode="CANCEL_MODE_FORCE")
    assert stage.end(run).run.status == run_pb2.RUN_STATUS_CANCELLED


@example
def quiet_hours(stage: Stage) -> None:
    ended = stage.run("quiet-hours", at="now", between="300ms")
    assert ended.run.status == SUCCEEDED and ended.statuses("moment", "pause") == [OK, OK]
    pause = ended.steps["pause"]
    assert pause.finished_at.ToNanoseconds() - pause.started_at.ToNanoseconds() >= 300_000_000
    assert re.fullmatch(r"The load was [\d.]+, then [\d.]+\.\n", ended.report)


@example
def disk_space_everywhere(stage: Stage) -> None:
    folders = [str(stage.tree(name, a="text")) for name in ("a", "b", "c")]
    ended = stage.run("disk-space-everywhere", folders=folders, limit=0)
    assert ended.run.status == SUCCEEDED and ended.outputs == {"full": folders}
    assert [line.split(":")[0] for line in ended.report.splitlines()] == [f"- {folder}" for folder in folders]
    for place, folder in enumerate(folders):
        child = stage.client.flow.get_run(ended.steps[f"look[{place}]"].child_run_id).run
        assert child.status == SUCCEEDED and child.parent_run_id == ended.run.run_id
        assert child.parent_step_id == f"look[{place}]"
        assert child.snapshot.flow_id == "disk-space" and json.loads(child.inputs) == {"folder": folder, "limit": 0}
    assert stage.run("disk-space-everywhere", folders=folders, limit=101).outputs == {"full": []}


@example
def scratch_folder(stage: Stage) -> None:
    tree = str(stage.tree("t", a="text", b="text"))
    finalizers = ("explain", "note", "remove")
    fine = stage.run("scratch-folder", folder=tree, seconds=0)
    assert fine.run.status == SUCCEEDED and fine.statuses("publish", *finalizers) == [OK, SKIPPED, SKIPPED, OK]
    failed = stage.run("scratch-folder", folder=tree, seconds=0, most=1)
    assert failed.run.status == FAILED and failed.run.error == 'step "work": exited with code 1'
    assert failed.statuses("publish", *finalizers) == [NOT_RUN, OK, SKIPPED, OK]
    assert failed.stdout("explain") == "failed: exited with code 1\n"
    run = stage.start("scratch-folder", folder=tree, seconds=3)
    stage.wait_for_step(run, "work")
    stage.client.flow.cancel(stage.client.flow.get_run(run).run.session_id, run_id=run)
    cancelled = stage.end(run)
    assert cancelled.run.status == run_pb2.RUN_STATUS_INTERRUPTED
    assert cancelled.statuses("work", "publish", *finalizers) == [OK, NOT_RUN, SKIPPED, OK, OK]
    assert cancelled.stdout("note") == "cancelled; the work in hand was succeeded\n"
    for ended in (fine, failed, cancelled):
        assert not os.path.exists(ended.stdout("scratch")), "the scratch folder was left behind"


@example
def copy_to_share(stage: Stage) -> None:
    files, share = stage.tree("t", a="1", b="2", c="3"), stage.place.folder / "share"
    run = stage.start("copy-to-share", share=str(share), files=[str(files / name) for name in "abc"])

    def circuit() -> Any:
        return next((each for each in stage.client.daemon.status().circuits if each.name == "share"), None)

    is_open = run_pb2.CIRCUIT_STATE_OPEN
    eventually(lambda: circuit() is not None and circuit().state == is_open, "an open circuit")
    share.mkdir()
    ended = stage.end(run)
    assert ended.run.status == SUCCEEDED and ended.report == f"3 files are in {share}.\n"
    assert sorted(path.name for path in share.iterdir()) == ["a", "b", "c"]
    [opened, *_, closed] = [event.circuit for _, event in ended.kinds("circuit_changed")]
    assert (opened.state, opened.failures, closed.state) == (is_open, 5, run_pb2.CIRCUIT_STATE_CLOSED)
    assert any("circuit 'share' is open" in event.error.message for _, event in ended.kinds("step_retrying"))


@example
def load(stage: Stage) -> None:
    run = stage.start("load")
    stage.wait_for_output(run, "look")
    stage.client.flow.cancel(stage.client.flow.get_run(run).run.session_id, run_id=run)
    ended = stage.end(run)
    assert ended.run.status == run_pb2.RUN_STATUS_CANCELLED, "without on-cancel it would finish the step"
    assert ended.statuses("look") == [run_pb2.STEP_STATUS_CANCELLED]
    assert re.match(r"\d+\.\d+ \d+\.\d+ \d+\.\d+\n", ended.stdout("look"))
    assert stage.run("load", seconds=1).run.status == SUCCEEDED


@example
def archives(stage: Stage) -> None:
    into = stage.tree("into")
    folders = [str(stage.tree(name, file="x")) for name in ("one", "two", "three")]
    ended = stage.run("archives", folders=[folders[0], "/no/such/folder", folders[1]], into=str(into), seconds=2)
    assert ended.run.status == FAILED and "pack[1]" in ended.run.error
    assert ended.statuses("pack[0]", "pack[1]", "pack[2]", "sum") == [OK, BAD, NOT_RUN, NOT_RUN]
    assert [path.name for path in into.iterdir()] == ["one.tar.gz"]
    fine = stage.run("archives", folders=folders, into=str(into), seconds=0)
    assert fine.run.status == SUCCEEDED and fine.stdout("sum").count("\n") == 3


@example
def house_style(stage: Stage) -> None:
    folder = stage.tree("t", a__md="fine\n\tnot fine\n", b__md="x" * 121 + "\n", c__txt="\t \n")
    ended = stage.run("house-style", cwd=str(folder))
    assert ended.run.status == SUCCEEDED and ended.outputs == {"failed": ["long", "tabs"]}
    assert ended.statuses("long", "tabs", "blanks", "verdict") == [BAD, BAD, OK, OK]
    assert ended.report == "2 of 3 checks failed. long, tabs\n" and "./a.md:2:" in ended.stdout("tabs")


@example
def api_check(stage: Stage) -> None:
    port = free_port()
    ended = stage.run("api-check", env={"API_PASSWORD": "open-sesame"}, port=port)
    assert ended.run.status == SUCCEEDED, ended.run.error
    assert ended.outputs == {"orders": 3, "left": 12} and ended.steps["stock"].attempt == 2
    assert ended.steps["exported"].attempt == 3 and ended.steps["file"].http.redirects == 1
    assert ended.steps["file"].http.url == f"http://127.0.0.1:{port}/files/orders.json"
    assert ended.steps["intruder"].http.status == 401 and ended.statuses("intruder", "server") == [OK, OK]
    assert all(check.passed for step in ended.run.steps for check in step.checks)
    assert len(ended.steps["orders"].checks) == 11 and len(ended.steps["login"].checks) == 4
    [waited] = [event for _, event in ended.kinds("step_retrying") if event.step_id == "stock"]
    assert "503" in waited.error.message
    assert "ada sees 3 orders; number 1 is first.\nThe stock answered at attempt 2" in ended.report
    told = b"".join(piece.SerializeToString() for piece in stage.client.export_run(ended.run.run_id))
    assert b"[secret]" in told and b"open-sesame" not in told
    unset = stage.run("api-check", port=port)
    assert unset.run.status == FAILED and "API_PASSWORD" in unset.run.error, unset.run.error


@example
def ask(stage: Stage) -> None:
    models = stage.models()
    (stage.place.workspace / "letter.txt").touch()
    session = stage.choose("ask", "careful-model")
    start = stage.client.flow.start(session, inputs={"question": "What is this?"}, env=stage.place.environment)
    # Chosen after the start, so this is for the next one.
    stage.client.session.set_provider_model(session, provider_id="local", model_id="quick-model")
    ended = stage.end(start.run_id)
    assert ended.run.status == SUCCEEDED, ended.run.error
    use = ended.steps["answer"].agent
    assert (use.provider_id, use.model_id, use.finish_reason) == ("local", "careful-model", "stop")
    assert "What is this?" in use.prompt and "letter.txt" in use.prompt
    assert "careful-model read: What is this?" in ended.report and "(local/careful-model)" in ended.report
    assert [request["model"] for request in models.requests] == ["careful-model"]


@example
def review(stage: Stage) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    models, folder = stage.models(), stage.tree("repo")
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"]
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True, env=stage.place.environment)
    for text in ("print(1)\n", "print(1)\ntime.sleep(1)  # TODO: why?\n"):
        stage.tree("repo", a__py=text)
        for command in (["add", "."], [*who, "commit", "-q", "-m", "Next"]):
            subprocess.run(["git", *command], cwd=folder, check=True, env=stage.place.environment)
    reports = {}
    for model, size, angles in (("quick-model", "small", 1), ("careful-model", "large", 5)):
        before, session = len(models.requests), stage.choose("review", model)
        start = stage.client.flow.start(
            session, inputs={"size": size}, cwd=str(folder), env=stage.place.environment
        )  # fmt: skip
        ended = stage.end(start.run_id)
        assert ended.run.status == SUCCEEDED, ended.run.error
        assert {request["model"] for request in models.requests[before:]} == {ended.run.snapshot.model_id} == {model}
        assert ended.steps["review"].child_count == angles
        assert len(models.requests) - before == angles + ended.steps["verify"].child_count
        assert f"By local/{model}. Angles: correctness" in ended.report
        reports[model] = ended
    quick, careful = reports["quick-model"], reports["careful-model"]
    assert quick.outputs["refuted"] == 0 < careful.outputs["refuted"] and careful.outputs["confirmed"] > 0
    assert "**medium** `a.py:2` Waits by the clock" in careful.report and "Waits by the clock" not in quick.report
    same = stage.client.flow.start(
        stage.choose("review", "quick-model"), inputs={"base": "HEAD"}, cwd=str(folder), env=stage.place.environment
    )  # fmt: skip
    nothing = stage.end(same.run_id)
    assert nothing.run.status == SUCCEEDED and nothing.outputs == {"confirmed": 0, "refuted": 0}, nothing.run.error


@example
def restart_proof(stage: Stage) -> None:
    run = stage.start("restart-proof", seconds=3)
    for step in ("collect", "publish", "announce"):
        stage.wait_for_step(run, step)
        stage.daemon.kill()
        stage.daemon.start()
        if step == "publish":
            stage.wait_for_step(run, step, run_pb2.STEP_STATUS_WAITING_INPUT)
            question = Question.of_run(stage.client.flow.get_run(run).run)[0]
            assert question.prompt == "publish was cut off when the daemon stopped. Run it again?"
            assert question.options == ("retry", "fail", "skip")
            stage.client.answer(question, "retry")
    ended = stage.end(run)
    assert [ended.steps[step].attempt for step in ("collect", "publish", "announce")] == [2, 2, 1]
    assert ended.statuses("collect", "publish", "announce") == [OK, OK, BAD] and ended.run.status == FAILED
    assert ended.run.error.endswith("cut off when the daemon stopped, and on-restart is fail")
    assert len(ended.kinds("run_resumed")) == 3
    calm = stage.run("restart-proof", seconds=0)
    assert calm.run.status == SUCCEEDED and "| collect | 1 |\n| publish | 1 |\n| announce | 1 |" in calm.report


@example
def folder_digests(stage: Stage) -> None:
    tree, journal = stage.tree("t"), stage.place.folder / "journal"
    for name in "abcde":
        stage.tree(f"t/{name}", file=name)
    run = stage.start("folder-digests", cwd=str(tree), journal=str(journal), seconds=2)

    def is_between() -> Optional[run_pb2.Run]:
        """Two are made and two have just begun, so that none begins in the moment of the kill."""
        found = stage.client.flow.get_run(run).run
        each = [step.status for step in found.steps if step.parent_step_id]
        begun = len(journal.read_text().split()) if journal.exists() else 0
        return found if (each.count(OK), each.count(run_pb2.STEP_STATUS_RUNNING), begun) == (2, 2, 4) else None

    before = eventually(is_between, "two digests that are made, and two that are being made")
    stage.daemon.kill()
    stage.daemon.start()
    ended = stage.end(run)
    assert ended.run.status == SUCCEEDED and len(ended.kinds("run_resumed")) == 1
    done = [step.step_id for step in before.steps if step.parent_step_id and step.status == OK]
    assert len(done) >= 1 and {ended.steps[step].attempt for step in done} == {1}
    attempts = {f"./{name}": ended.steps[f"digest[{place}]"].attempt for place, name in enumerate("abcde")}
    begun = journal.read_text().split()
    assert {folder: begun.count(folder) for folder in attempts} == attempts and max(attempts.values()) == 2
    rows = re.findall(r"\| (\./\w) \| [0-9a-f]{12}… \| (\d) \|", ended.report)
    assert rows == [(folder, str(count)) for folder, count in attempts.items()], ended.report


@example
def one_at_a_time(stage: Stage) -> None:
    first = stage.start("one-at-a-time", host="web1", seconds=2)
    second = stage.start("one-at-a-time", host="web1", seconds=0)
    other = stage.start("one-at-a-time", host="web2", seconds=0)
    assert stage.client.flow.get_run(second).run.status == run_pb2.RUN_STATUS_QUEUED
    assert stage.end(other).run.status == SUCCEEDED
    one, two = stage.end(first).run, stage.end(second).run
    assert one.status == two.status == SUCCEEDED and one.concurrency_group == two.concurrency_group == "deploy-web1"
    assert two.started_at.ToNanoseconds() >= one.finished_at.ToNanoseconds()


@example
def unattended(stage: Stage) -> None:
    folder = stage.tree("t", old="", new="")
    os.utime(folder / "old", (0, 0))
    run = stage.start("unattended", folder=str(folder))
    # Read, not watched: a watcher would be somebody who could answer.
    eventually(lambda: stage.client.flow.get_run(run).run.HasField("finished_at"), "an end")
    ended = stage.end(run)
    assert ended.run.status == SUCCEEDED and ended.statuses("remove", "work") == [OK, SKIPPED]
    [(_, answered)] = ended.kinds("step_input_answered")
    assert answered.by == run_pb2.ANSWERED_BY_TIMEOUT and json.loads(answered.value) is False
    assert ended.report == "Mode hybrid: kept 1 files.\n" and (folder / "old").exists()
    watched = stage.run("unattended", folder=str(folder), answers={"remove": [True]})
    assert watched.statuses("remove", "work") == [OK, OK] and watched.report == "Mode hybrid: removed 1 files.\n"
    assert not (folder / "old").exists() and (folder / "new").exists()


@example
def name_lookups(stage: Stage) -> None:
    ended = stage.run("name-lookups", env={"LC_ALL": "de_DE.UTF-8"})
    assert ended.run.status == SUCCEEDED, ended.run.error
    checks = {step: [check.check for check in ended.steps[step].checks] for step in ended.steps}
    assert checks["account"] == ["exit == 0", "stderr isEmpty"]
    assert checks["host"] == ["exit == 0", "stderr isEmpty", 'stdout matches "\\\\blocalhost\\\\b"'], checks["host"]
    assert checks["nobody"] == ["exit == 2", "stdout isEmpty"]


@example
def folder_report(stage: Stage) -> None:
    folder = stage.tree("t", small="x", large="x" * 2048, middle="x" * 1024)
    ended = stage.run("folder-report", folder=str(folder), top=2)
    assert ended.run.status == SUCCEEDED and "3 files, 0.0 MiB.\nThe largest:\n" in ended.report
    assert f"| `{folder}/large` | 2.0 |\n| `{folder}/middle` | 1.0 |\n\n" in ended.report
    assert "<!-- ${{ is how a report says ${{ itself. -->" in ended.report
    assert "All of them:" in stage.run("folder-report", folder=str(folder), top=3).report


@example
def echo_model(stage: Stage) -> None:
    echoes_the_model(stage, "echo-model")


@example
def echo_model_again(stage: Stage) -> None:
    echoes_the_model(stage, "echo-model-again")


def echoes_the_model(stage: Stage, flow: str) -> None:
    session = stage.daemon.session(stage.client, flow=flow).session_id
    stage.client.session.set_provider_model(session, provider_id="openai", model_id="gpt-5")
    ended = stage.end(stage.client.flow.start(session, env=stage.place.environment).run_id)
    assert ended.run.status == SUCCEEDED and ended.stdout("echo") == f"{flow} openai gpt-5"


@example
def repo_report(stage: Stage) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = stage.tree("repo", a__txt="one\n# TODO: two\n")
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "First"]):
        subprocess.run(["git", *command], cwd=folder, check=True, env=stage.place.environment)
    ended = stage.run("repo-report", cwd=str(folder))
    assert ended.run.status == SUCCEEDED and all(step.status == OK for step in ended.run.steps)
    assert "1 commits, 1 files" in ended.report and "| Ada | 1 |" in ended.report and "| `a.txt` | 2 |" in ended.report


def test_the_flow_in_the_readme_runs(stage: Stage) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    found = re.search(r"```yaml\n(name: Check\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found
    stage.place.flow("check", found[1])
    folder = stage.tree("repo", a__txt="one\n")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=folder, check=True, env=stage.place.environment)
    ended = stage.run("check", cwd=str(folder), who="Ada")
    assert ended.run.status == SUCCEEDED and ended.report.startswith("# Checked\nAda has 1 files; the model is ")


def test_the_requests_and_agents_in_the_readme_are_valid(stage: Stage) -> None:
    found = re.search(r"```yaml\n(name: Release notes\n.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found
    (stage.place.workspace / "notes.flow.yaml").write_text(found[1])
    told = flowctl(stage.place, "validate", "notes.flow.yaml")
    assert told.returncode == 0, told.stdout


def test_the_configurations_in_the_guide_to_providers_are_valid(stage: Stage) -> None:
    blocks = re.findall(r"```yaml\n(providers:\n.*?)```", (ROOT / "docs" / "PROVIDERS.md").read_text(), re.DOTALL)
    assert len(blocks) >= 3
    for block in blocks:
        stage.place.config.write_text(block)
        checked = subprocess.run(
            stage.place.command("--check-config"), env=stage.place.environment, capture_output=True, text=True
        )  # fmt: skip
        assert checked.returncode == 0, checked.stderr


# The guide.


def blocks() -> Iterator[tuple[str, str, str]]:
    """The fenced blocks of the guide: the line before each, its language, its text."""
    before, lines = "", iter(GUIDE.read_text().split("\n"))
    for line in lines:
        if line.startswith("```"):
            text = []
            for inner in lines:
                if inner == "```":
                    break
                text.append(inner)
            yield before, line[3:], "\n".join(text) + "\n"
            before = ""
        elif line:
            before = line


def test_the_guide_shows_every_example_as_it_is() -> None:
    shown = []
    for before, language, text in blocks():
        link = re.fullmatch(r"\[(\S+)\.flow\.yaml\]\(\.\./examples/(\S+)\.flow\.yaml\)", before)
        if link:
            assert language == "yaml" and link[1] == link[2]
            assert text == (EXAMPLES / f"{link[1]}.flow.yaml").read_text(), f"{link[1]} is another in the guide"
            shown.append(link[1])
        else:
            assert language != "yaml" or text.startswith("# mistake"), f"a flow that is no example: {text}"
    assert sorted(shown) == sorted(set(NAMES) - ELSEWHERE)


def test_the_mistakes_in_the_guide_are_reported_as_it_says(stage: Stage) -> None:
    mistake, count = "", 0
    for _, language, text in blocks():
        if mistake:
            (stage.place.workspace / "mistake.flow.yaml").write_text(mistake)
            told = flowctl(stage.place, "validate", "mistake.flow.yaml")
            assert told.returncode == 1 and told.stdout == text, told.stdout
            mistake, count = "", count + 1
        elif language == "yaml" and text.startswith("# mistake"):
            mistake = text
    assert not mistake and count >= 5


def test_the_guide_links_to_what_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", GUIDE.read_text())
    assert links and all((GUIDE.parent / link).exists() for link in links), links
