"""flowctl: pausing, resuming, cancelling, repeating and exporting runs, and how they are shown."""

from __future__ import annotations

import json
import subprocess

import pytest

from flowd import Client
from flowd.v1 import run_pb2
from harness import flows
from harness.daemon import BINARIES, Daemon
from harness.eventually import eventually
from harness.terminal import Terminal, environment, flowctl, short

THREE = flows.steps(("a", "echo one", {}), ("b", "echo two $MARK", {}), ("c", "echo three", {}))
#: Fails until a file is there.
FLAKY = flows.steps(
    ("first", "echo ran >> first.log", {}), ("second", "test -e ok", {}), ("third", "echo third", {})
)
EACH = """
steps:
  - id: each
    uses: run
    foreach: { in: "${{ {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20} }}", as: n, max-parallel: 4 }
    continue-on-error: true
    with: { command: [test, "${{ n }}", -ne, "7"] }
"""
CHECKED = """
steps:
  - id: token
    uses: run
    with: { command: "echo '{}'" }
    expect:
      - { exit: 0 }
      - { json: "$.token", exists: true }
"""
RETRIED = """
steps:
  - id: flaky
    uses: run
    with: { command: "exit 3" }
    retry: { limit: 1, delay: 50ms, when: any }
"""


def started(daemon: Daemon, *words: str) -> str:
    told = flowctl(daemon.place, "start", *words)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def is_in(client: Client, run: str, status: int) -> bool:
    return client.flow.get_run(run).run.status == status


def test_a_run_goes_on_step_by_step(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("three", THREE)
    run = started(daemon, "three", "--step-by-step")
    eventually(lambda: is_in(client, run, run_pb2.RUN_STATUS_PAUSED), "a pause")
    assert f"flowctl resume {short(run)} --step" in flowctl(daemon.place, "show").stdout
    assert "paused" in flowctl(daemon.place, "runs").stdout
    assert flowctl(daemon.place, "resume", "--step").stdout == f"run {short(run)} runs one more step\n"
    eventually(lambda: is_in(client, run, run_pb2.RUN_STATUS_PAUSED), "a second pause")
    assert flowctl(daemon.place, "resume").stdout == f"run {short(run)} goes on\n"
    assert daemon.wait_for(client, run).status == run_pb2.RUN_STATUS_SUCCEEDED
    ended = flowctl(daemon.place, "resume", short(run))
    assert ended.returncode == 4 and f"run {short(run)} has ended: succeeded" in ended.stderr
    nothing = flowctl(daemon.place, "pause")
    assert nothing.returncode == 4 and "no active run to pause" in nothing.stderr


def test_a_person_steps_through_a_run_with_keys(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("three", THREE)
    with Terminal(daemon.place, "run", "three", "--step-by-step") as terminal:
        place = terminal.expect("(?s)1 of 3 steps · paused.*?Enter runs one more step")
        terminal.send("\r")
        place = terminal.expect("(?s)2 of 3 steps · paused.*?Enter runs one more step", after=place)
        terminal.send("r")
        assert terminal.end() == 0
        assert terminal.echoes()


def test_a_paused_run_says_on_the_terminal_how_to_go_on(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("three", flows.waiting() + flows.steps(("after", "echo after", {})).removeprefix("steps:\n"))
    with Terminal(daemon.place, "run", "three", "--no-input") as terminal:
        eventually((daemon.place.workspace / "began").exists, "a beginning")
        assert "pauses once the steps in hand have finished" in flowctl(daemon.place, "pause").stdout
        terminal.expect("pausing")
        (daemon.place.workspace / "go").touch()
        terminal.expect("paused; go on: flowctl resume ")
        flowctl(daemon.place, "resume")
        assert terminal.end() == 0


def test_cancel_leaves_the_way_to_the_flow(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("forced", "on-cancel: force\n" + flows.shell("sleep 60"))
    run = started(daemon, "forced")
    told = flowctl(daemon.place, "cancel")
    assert told.returncode == 0 and "is being ended" in told.stdout, told.stdout
    assert daemon.wait_for(client, run).status == run_pb2.RUN_STATUS_CANCELLED
    daemon.place.flow("waiting", "on-cancel: force\n" + flows.waiting())
    run = started(daemon, "waiting")
    eventually((daemon.place.workspace / "began").exists, "a beginning")
    assert "finishes the steps in hand" in flowctl(daemon.place, "cancel", "--graceful").stdout
    (daemon.place.workspace / "go").touch()
    assert daemon.wait_for(client, run).status in (run_pb2.RUN_STATUS_INTERRUPTED, run_pb2.RUN_STATUS_SUCCEEDED)


def test_what_failed_is_run_again_with_this_environment(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("flaky", FLAKY)
    assert flowctl(daemon.place, "run", "flaky").returncode == 1
    (daemon.place.workspace / "ok").touch()
    again = flowctl(daemon.place, "rerun", "--failed")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "third | third" in again.stdout
    assert (daemon.place.workspace / "first.log").read_text() == "ran\n", "a result was not taken over"
    assert "taken over from another run: first" in again.stdout
    whole = flowctl(daemon.place, "rerun")
    assert whole.returncode == 0 and (daemon.place.workspace / "first.log").read_text() == "ran\nran\n"
    daemon.place.flow("three", THREE)
    assert flowctl(daemon.place, "run", "three", MARK="before").returncode == 0
    part = flowctl(daemon.place, "rerun", "--from", "b", MARK="after")
    assert part.returncode == 0 and "b | two after" in part.stdout and "a | one" not in part.stdout
    detached = flowctl(daemon.place, "rerun", "--detach")
    assert len(detached.stdout.strip()) == 36
    daemon.wait_for(client, detached.stdout.strip())
    wrong = flowctl(daemon.place, "rerun", "--from", "x")
    assert wrong.returncode == 4


def test_a_run_that_has_not_ended_is_not_run_again(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("waiting", flows.waiting())
    run = started(daemon, "waiting")
    told = flowctl(daemon.place, "rerun")
    assert told.returncode == 4 and f"run {short(run)} has not ended" in told.stderr
    flowctl(daemon.place, "cancel", "--force")
    daemon.wait_for(client, run)


def test_an_export_is_complete_in_every_format(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("three", THREE + "report: |\n  # Done\n")
    assert flowctl(daemon.place, "run", "three").returncode == 0
    run = client.flow.list_runs().runs[0]
    document = json.loads(flowctl(daemon.place, "export").stdout)
    assert document["run"]["runId"] == run.run_id
    assert [step["id"] for step in document["definition"]["steps"]] == ["a", "b", "c"]
    events = list(client.watch(run_id=run.run_id))
    assert [int(event["seq"]) for event in document["events"]] == [event.seq for event in events]
    lines = [json.loads(line) for line in flowctl(daemon.place, "export", "--format", "ndjson").stdout.splitlines()]
    assert lines == document["events"]
    path = daemon.place.workspace / "run.md"
    written = flowctl(daemon.place, "export", short(run.run_id), "--format", "markdown", "-o", "run.md")
    assert written.returncode == 0 and "wrote" in written.stderr
    text = path.read_text()
    assert text.startswith("# three: succeeded\n") and "| b | run | succeeded |" in text and "# Done" in text
    assert list(daemon.place.workspace.glob("*.part")) == []
    lost = flowctl(daemon.place, "export", "-o", "nowhere/run.json")
    assert lost.returncode == 2 and "cannot write nowhere/run.json" in lost.stderr


def test_a_long_export_comes_in_pieces(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("long", flows.shell("seq 1 400000"))
    assert flowctl(daemon.place, "run", "long").returncode == 0
    exported = flowctl(daemon.place, "export", "--format", "ndjson", seconds=60).stdout
    pieces = list(client.export_run(client.flow.list_runs().runs[0].run_id))
    assert len(pieces) > 2 and pieces[0].HasField("run") and not pieces[1].HasField("run")
    assert len(exported.splitlines()) == sum(len(piece.events) for piece in pieces)


def test_children_are_counted_and_failed_ones_named(daemon: Daemon) -> None:
    daemon.place.flow("each", EACH)
    with Terminal(daemon.place, "run", "each") as terminal:
        terminal.end()
        assert "20 of 20" in terminal.plain
    piped = flowctl(daemon.place, "run", "each").stdout
    assert "each: started, 20 items" in piped and "each[6]: failed" in piped


def test_failed_checks_are_shown_with_what_was_seen(daemon: Daemon) -> None:
    daemon.place.flow("checked", CHECKED)
    with Terminal(daemon.place, "run", "checked") as terminal:
        assert terminal.end() == 1
        terminal.expect(r"✗ json \$\.token exists — saw .*\(checked\.flow\.yaml:\d+\)")
        assert "✗ exit" not in terminal.plain
    piped = flowctl(daemon.place, "run", "checked")
    assert piped.returncode == 1 and "token: ✗ json $.token exists — saw" in piped.stdout
    assert "✓ exit" in flowctl(daemon.place, "show").stdout
    exported = flowctl(daemon.place, "export", "--format", "markdown").stdout
    assert "### token failed" in exported and "- ✗ json $.token exists — saw" in exported


def test_attempts_are_told(daemon: Daemon) -> None:
    daemon.place.flow("retried", RETRIED)
    piped = flowctl(daemon.place, "run", "retried")
    assert piped.returncode == 1
    assert "flaky: attempt 1 of 2 failed, trying again in" in piped.stdout, piped.stdout
    assert "flaky: started, attempt 2 of 2" in piped.stdout


def test_the_runs_of_steps_are_told_apart(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("inner", flows.shell("echo inside"))
    daemon.place.flow("outer", "steps:\n  - { id: call, uses: flow, with: { flow: inner } }\n")
    done = flowctl(daemon.place, "run", "outer")
    assert done.returncode == 0 and "call/only | inside" in done.stdout, done.stdout
    lines = flowctl(daemon.place, "runs").stdout.splitlines()
    assert "outer" in lines[1] and "└ inner" in lines[2]
    assert "its run" in flowctl(daemon.place, "show").stdout
    inner = next(run for run in client.flow.list_runs().runs if run.parent_run_id)
    assert "part of" in flowctl(daemon.place, "show", short(inner.run_id)).stdout
    events = [json.loads(line) for line in flowctl(daemon.place, "run", "outer", "--json").stdout.splitlines()]
    assert sum("runFinished" in event for event in events) == 1


def test_a_watch_of_a_run_shows_the_runs_of_its_steps_below_them(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("inner", flows.shell("echo inside; until [ -e go ]; do sleep 0.01; done; exit 3"))
    daemon.place.flow("outer", "steps:\n  - { id: call, uses: flow, continue-on-error: true, with: { flow: inner } }\n")
    run = started(daemon, "outer")
    eventually(lambda: len(client.flow.list_runs().runs) == 2, "the run of the step")
    with Terminal(daemon.place, "watch", short(run)) as terminal:
        terminal.expect("only")
        (daemon.place.workspace / "go").touch()
        # The failure of a step's run is not the run's.
        assert terminal.end() == 0
    piped = flowctl(daemon.place, "watch", run.upper())
    assert piped.returncode == 0 and "call/only | inside" in piped.stdout, piped.stdout
    assert "call/only: failed" in piped.stdout and "inside" not in flowctl(daemon.place, "logs", short(run)).stdout
    told = flowctl(daemon.place, "watch", run, "--json")
    ends = [event["runId"] for event in map(json.loads, told.stdout.splitlines()) if "runFinished" in event]
    assert told.returncode == 0 and len(ends) == 2 and ends[1] == run
    later = json.loads(told.stdout.splitlines()[-3])["seq"]
    assert flowctl(daemon.place, "watch", run, "--after", later).stdout.count("succeeded") >= 1


def test_ctrl_c_ends_a_run_once_gracefully_twice_by_force(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("slow", flows.shell("sleep 60"))
    with Terminal(daemon.place, "run", "slow") as terminal:
        terminal.expect("⠋|⠙|⠹|⠸")
        terminal.send("\x03")
        place = terminal.expect("press Ctrl-C again to end them now")
        terminal.send("\x03")
        terminal.expect("cancelled", after=place)
        assert terminal.end() == 130


def test_the_schema_is_json_and_needs_no_daemon(daemon: Daemon) -> None:
    daemon.stop()
    told = flowctl(daemon.place, "schema")
    assert told.returncode == 0 and json.loads(told.stdout)["type"] == "object"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(daemon: Daemon, shell: str) -> None:
    assert "flowctl" in flowctl(daemon.place, "completion", shell).stdout


def test_completion_knows_the_new_commands(daemon: Daemon) -> None:
    found = flowctl(daemon.place, "__complete", "--", "re").stdout.split()
    assert "rerun" in found and "resume" in found


def test_a_step_that_the_run_does_not_have_is_told_in_the_words_of_the_command_line(
    daemon: Daemon, client: Client
) -> None:
    daemon.place.flow("three", THREE)
    assert flowctl(daemon.place, "run", "three").returncode == 0
    told = flowctl(daemon.place, "rerun", "--from", "nostep")
    assert told.returncode == 4 and "--from is 'nostep', which is no step of the run" in told.stderr, told.stderr
    assert "from_step_id" not in told.stderr


def test_a_step_of_the_newest_run_is_named_without_the_run(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("three", "steps:\n" + "".join(
        f"  - {{ id: {name}, uses: run, with: {{ command: 'echo of {name}' }} }}\n" for name in ("first", "second")))
    assert flowctl(daemon.place, "run", "three").returncode == 0
    assert flowctl(daemon.place, "logs", "second").stdout == "of second\n"
    assert flowctl(daemon.place, "logs", "last", "first").stdout == "of first\n"
    told = flowctl(daemon.place, "logs", "secnd")
    assert told.returncode == 4 and "no run 'secnd', and no step of run " in told.stderr, told.stderr
    assert "did you mean 'second'?" in told.stderr and "steps: first, second" in told.stderr, told.stderr


def test_a_run_that_goes_on_after_its_flowctl_is_told_of(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("waiting", flows.waiting())
    command = [str(BINARIES / "flowctl"), "--no-spawn", "run", "waiting"]
    process = subprocess.Popen(
        command, env=environment(daemon.place), cwd=daemon.place.workspace, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    eventually((daemon.place.workspace / "began").exists, "a beginning")
    process.terminate()
    _, told = process.communicate(timeout=20)
    run = client.flow.list_runs().runs[0].run_id
    assert process.returncode == 130
    assert f"run {short(run)} goes on; watch it: flowctl watch {short(run)}" in told, told
    (daemon.place.workspace / "go").touch()
    assert daemon.wait_for(client, run).status == run_pb2.RUN_STATUS_SUCCEEDED


def test_all_wrong_inputs_are_told_at_once(daemon: Daemon, client: Client) -> None:
    inputs = "inputs: { n: number, b: { type: boolean }, c: { type: choice, options: [small, large] }, j: json }\n"
    daemon.place.flow("asks", inputs + flows.shell("echo $INPUT_N"))
    wrong = [f"--input={word}" for word in ("n=abc", "b=maybe", "c=smal", "j={", "zz=1")]
    told = flowctl(daemon.place, "run", "asks", *wrong)
    assert told.returncode == 2, told.stderr
    for part in ("input 'n': expected a number", "input 'b'", "input 'c' must be one of", "input 'j' is not JSON", "'zz'"):
        assert part in told.stderr, told.stderr
    assert "| 5\n" in flowctl(daemon.place, "run", "asks", "--input", "n=5").stdout
