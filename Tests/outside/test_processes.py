"""The processes of steps: none outlives its step, its cancel or its daemon."""

from __future__ import annotations

import pathlib
import subprocess
from typing import Any

import pytest

from flowd import Client
from flowd.v1 import run_pb2
from harness import flows, processes
from harness.daemon import Daemon
from harness.eventually import eventually

FORCE, GRACEFUL = run_pb2.CANCEL_MODE_FORCE, run_pb2.CANCEL_MODE_GRACEFUL
CANCELLED, INTERRUPTED = run_pb2.RUN_STATUS_CANCELLED, run_pb2.RUN_STATUS_INTERRUPTED
SUCCEEDED = run_pb2.RUN_STATUS_SUCCEEDED
PYTHON_DAEMON = """
python3 - <<'END'
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open(os.environ["FLOWD_WORKSPACE"] + "/escaped", "w").write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
os.wait()
END
"""
STUBBORN = "trap '' TERM INT HUP; echo began > \"$FLOWD_WORKSPACE/began\"; while :; do sleep 1; done"


def start(daemon: Daemon, client: Client, text: str, name: str = "f") -> Any:
    meta = daemon.session(client, flow=daemon.place.flow(name, text))
    return client.flow.start(meta.session_id, env=daemon.place.environment)


def began(daemon: Daemon, file: str = "began") -> str:
    path: pathlib.Path = daemon.place.workspace / file
    return eventually(lambda: path.exists() and path.read_text(), f"the file {file}")


def census(daemon: Daemon) -> dict[int, str]:
    return processes.attempts_under(daemon.place.folder)


def test_every_process_of_a_step_carries_its_attempt(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.waiting())
    began(daemon)
    assert set(census(daemon).values()) == {f"{run.run_id}/0/1"}
    (daemon.place.workspace / "go").touch()
    daemon.wait_for(client, run.run_id)
    eventually(lambda: not census(daemon), "an empty census")


@pytest.mark.parametrize("mode", [FORCE, GRACEFUL], ids=["force", "graceful"])
def test_cancelling_an_ended_run_succeeds_and_says_so(daemon: Daemon, client: Client, mode: int) -> None:
    run = start(daemon, client, flows.TRUE)
    ended = daemon.wait_for(client, run.run_id)
    reply = client.flow.cancel(ended.session_id, run_id=run.run_id, mode=mode)
    assert reply.outcome == 2 and reply.run.status == SUCCEEDED


def test_a_graceful_cancel_finishes_what_runs_and_starts_nothing(daemon: Daemon, client: Client) -> None:
    text = flows.steps(
        ("a", 'echo began > "$FLOWD_WORKSPACE/began"; until [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.02; done; echo whole', {}),
        ("b", 'touch "$FLOWD_WORKSPACE/never"', {}),
    )  # fmt: skip
    run = start(daemon, client, text)
    began(daemon)
    reply = client.flow.cancel("", run_id=run.run_id, mode=GRACEFUL)
    assert reply.outcome == 1 and reply.run.status == run_pb2.RUN_STATUS_RUNNING
    assert client.flow.cancel("", run_id=run.run_id).outcome == 1, "asking again is a success"
    assert census(daemon), "the running step was ended"
    (daemon.place.workspace / "go").touch()
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == INTERRUPTED and ended.cancel_requested == GRACEFUL
    assert [step.status for step in ended.steps] == [run_pb2.STEP_STATUS_SUCCEEDED, run_pb2.STEP_STATUS_NOT_RUN]
    assert ended.steps[0].stdout == b"whole\n"
    assert not (daemon.place.workspace / "never").exists()


def test_a_forced_cancel_keeps_the_partial_output_and_leaves_nothing(daemon: Daemon, client: Client) -> None:
    text = flows.steps(
        ("a", 'echo partial; echo began > "$FLOWD_WORKSPACE/began"; sleep 600 & sleep 600', {}), ("b", "true", {})
    )
    run = start(daemon, client, text)
    began(daemon)
    client.flow.cancel("", run_id=run.run_id, mode=FORCE)
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == CANCELLED
    assert [step.status for step in ended.steps] == [run_pb2.STEP_STATUS_CANCELLED, run_pb2.STEP_STATUS_NOT_RUN]
    assert ended.steps[0].stdout == b"partial\n"
    assert census(daemon) == {}


def test_force_follows_grace(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.waiting())
    began(daemon)
    client.flow.cancel("", run_id=run.run_id, mode=GRACEFUL)
    client.flow.cancel("", run_id=run.run_id, mode=FORCE)
    assert daemon.wait_for(client, run.run_id).status == CANCELLED
    assert census(daemon) == {}


def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.shell(STUBBORN))
    began(daemon)
    client.flow.cancel("", run_id=run.run_id, mode=FORCE)
    assert client.daemon.status().counters["active_runs"] == 1, "it was not given its grace"
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == CANCELLED and census(daemon) == {}


def test_a_child_that_daemonises_ends_with_its_step(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.shell(PYTHON_DAEMON + "\necho done"))
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == SUCCEEDED and ended.steps[0].stdout.endswith(b"done\n")
    pid = int(began(daemon, "escaped"))
    eventually(lambda: processes.state(pid) in ("", "Z", "X"), f"the end of process {pid}")
    assert census(daemon) == {}


def test_a_child_that_daemonises_ends_with_a_forced_cancel(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.shell(PYTHON_DAEMON + "\nsleep 600"))
    pid = int(began(daemon, "escaped"))
    client.flow.cancel("", run_id=run.run_id, mode=FORCE)
    assert daemon.wait_for(client, run.run_id).status == CANCELLED
    assert processes.state(pid) in ("", "Z", "X") and census(daemon) == {}


def test_a_step_past_its_timeout_fails_and_leaves_nothing(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.shell("echo partial; sleep 600 & sleep 600", timeout="2500ms"))
    ended = daemon.wait_for(client, run.run_id)
    step = ended.steps[0]
    assert (ended.status, step.status) == (run_pb2.RUN_STATUS_FAILED, run_pb2.STEP_STATUS_FAILED)
    error_class = getattr(step.error, "class")
    assert error_class == run_pb2.ERROR_CLASS_RECOVERABLE and "2.5 s" in step.error.message
    assert step.stdout == b"partial\n" and census(daemon) == {}


def test_a_failing_step_ends_its_siblings(daemon: Daemon, client: Client) -> None:
    text = flows.steps(
        ("slow", 'echo began > "$FLOWD_WORKSPACE/began"; sleep 600', {"needs": "[]"}),
        ("bad", 'until [ -e "$FLOWD_WORKSPACE/began" ]; do sleep 0.02; done; exit 7', {"needs": "[]"}),
        ("after", "true", {"needs": "[slow]"}),
    )
    ended = daemon.wait_for(client, start(daemon, client, text).run_id)
    assert ended.status == run_pb2.RUN_STATUS_FAILED
    statuses = {step.step_id: step.status for step in ended.steps}
    assert statuses["bad"] == run_pb2.STEP_STATUS_FAILED and statuses["slow"] == run_pb2.STEP_STATUS_CANCELLED
    assert statuses["after"] == run_pb2.STEP_STATUS_NOT_RUN and census(daemon) == {}


@pytest.mark.parametrize("script", ["while :; do sleep 0.05; done", STUBBORN], ids=["plain", "ignores-term"])
def test_a_daemon_killed_in_mid_run_leaves_orphans_that_the_next_one_ends(daemon: Daemon, script: str) -> None:
    """The step is tried again, in a process of the second attempt only, and the run finishes."""
    text = flows.steps(
        ("first", "echo first", {}),
        ("second", f'[ -e "$FLOWD_WORKSPACE/go" ] && echo again && exit; echo x > "$FLOWD_WORKSPACE/began"; {script}', {}),
        ("third", "echo third", {}),
    )  # fmt: skip
    run = start(daemon, daemon.client(), text)
    began(daemon)
    before = census(daemon)
    assert before and set(before.values()) == {f"{run.run_id}/1/1"}
    daemon.kill()
    (daemon.place.workspace / "go").touch()
    client = daemon.start().client()
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == SUCCEEDED
    assert [(step.attempt, step.stdout) for step in ended.steps] == [(1, b"first\n"), (2, b"again\n"), (1, b"third\n")]
    assert all(processes.state(pid) in ("", "Z", "X") for pid in before) and census(daemon) == {}
    kinds = [event.WhichOneof("kind") for event in client.watch(run_id=run.run_id)]
    assert kinds.count("run_started") == 1 and kinds.count("run_resumed") == 1 and kinds.count("run_finished") == 1
    assert kinds.index("run_resumed") < kinds.index("step_retrying")


def test_a_step_that_must_not_be_repeated_fails_after_a_crash(daemon: Daemon) -> None:
    text = flows.shell('echo x >> "$FLOWD_WORKSPACE/began"; sleep 600', **{"on-restart": "fail"})
    run = start(daemon, daemon.client(), text)
    began(daemon)
    daemon.kill()
    client = daemon.start().client()
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == run_pb2.RUN_STATUS_FAILED and ended.steps[0].attempt == 1
    assert (daemon.place.workspace / "began").read_text() == "x\n" and census(daemon) == {}


@pytest.mark.parametrize("mode", [GRACEFUL, FORCE], ids=["graceful", "force"])
def test_a_cancel_survives_a_crash(daemon: Daemon, mode: int) -> None:
    client = daemon.client()
    run = start(daemon, client, flows.shell(STUBBORN))
    began(daemon)
    client.flow.cancel("", run_id=run.run_id, mode=mode)
    daemon.kill()
    client = daemon.start().client()
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == (CANCELLED if mode == FORCE else INTERRUPTED) and ended.cancel_requested == mode
    assert ended.steps[0].status == run_pb2.STEP_STATUS_CANCELLED and census(daemon) == {}


def test_a_process_that_only_looks_like_an_orphan_is_let_be(daemon: Daemon) -> None:
    """An attempt of another database, which another daemon owns."""
    run = start(daemon, daemon.client(), flows.waiting())
    began(daemon)
    stranger = {**daemon.place.environment, "FLOWD_ATTEMPT": "01890a5d-ac96-774b-bcce-b302099a8057/0/1"}
    with subprocess.Popen(["sleep", "600"], env=stranger) as other:
        daemon.kill()
        (daemon.place.workspace / "go").touch()
        daemon.wait_for(daemon.start().client(), run.run_id)
        assert other.poll() is None
        other.kill()


def test_queued_and_replacing_runs(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("w", flows.waiting("$FLOWD_WORKSPACE/go-$INPUT_N").replace("steps:", "inputs: { n: {} }\nsteps:"))
    session = daemon.session(client, flow="w").session_id

    def begin(n: int, if_active: str) -> Any:
        return client.flow.start(session, inputs={"n": str(n)}, if_active=if_active, env=daemon.place.environment)

    first, second, third = (begin(n, "IF_ACTIVE_QUEUE") for n in (1, 2, 3))
    statuses = [client.flow.get_run(run.run_id).run.status for run in (first, second, third)]
    assert statuses == [run_pb2.RUN_STATUS_RUNNING, run_pb2.RUN_STATUS_QUEUED, run_pb2.RUN_STATUS_QUEUED]
    assert client.session.get_current_meta(session_id=session).active_run.run_id == first.run_id
    client.flow.cancel(session, run_id=second.run_id)
    skipped = daemon.wait_for(client, second.run_id)
    assert skipped.status == INTERRUPTED and not skipped.HasField("started_at")
    (daemon.place.workspace / "go-1").touch()
    assert daemon.wait_for(client, first.run_id).status == SUCCEEDED
    eventually(lambda: client.flow.get_run(third.run_id).run.status == run_pb2.RUN_STATUS_RUNNING, "the queued run")
    replacing = begin(4, "IF_ACTIVE_REPLACE")
    assert daemon.wait_for(client, third.run_id).status == CANCELLED
    (daemon.place.workspace / "go-4").touch()
    assert daemon.wait_for(client, replacing.run_id).status == SUCCEEDED


def test_output_without_end_is_cut_and_marked(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.shell("head -c 20000000 /dev/zero | tr '\\0' y; echo end >&2"))
    ended = daemon.wait_for(client, run.run_id)
    step = ended.steps[0]
    assert ended.status == SUCCEEDED and step.stdout_truncated and not step.stderr_truncated
    assert step.stdout == b"y" * 1_048_576 and step.stderr == b"end\n"
    chunks: dict[int, bytes] = {1: b"", 2: b""}
    truncated = 0
    for event in client.watch(run_id=run.run_id):
        if event.HasField("step_output"):
            output = event.step_output
            assert output.offset == len(chunks[output.stream]) and len(output.chunk) <= 16_384
            chunks[output.stream] += output.chunk
            truncated += output.truncated
    assert len(chunks[1]) == 8_388_608 and truncated == 1 and chunks[2] == b"end\n"


def test_output_that_is_no_text_is_made_text(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.shell("printf 'a\\377b\\000c'; printf 'é' | head -c 1"))
    assert daemon.wait_for(client, run.run_id).steps[0].stdout.decode() == "a\ufffdb\ufffdc\ufffd"


def test_standard_input_is_empty_and_nothing_else_is_open(daemon: Daemon, client: Client) -> None:
    run = start(daemon, client, flows.shell("cat; ls /proc/self/fd | wc -l"))
    output = daemon.wait_for(client, run.run_id).steps[0].stdout.decode()
    assert int(output) == 4, "0, 1, 2 and the folder that ls reads"


def test_a_program_that_is_not_there_fails_the_step(daemon: Daemon, client: Client) -> None:
    text = "steps:\n  - { id: a, uses: run, with: { command: [no-such-program] } }\n"
    ended = daemon.wait_for(client, start(daemon, client, text).run_id)
    assert ended.steps[0].status == run_pb2.STEP_STATUS_FAILED and "no-such-program" in ended.steps[0].error.message
    text = "steps:\n  - { id: a, uses: run, with: { command: [pwd] }, cwd: /no/such/folder }\n"
    ended = daemon.wait_for(client, start(daemon, client, text, "g").run_id)
    assert ended.steps[0].status == run_pb2.STEP_STATUS_FAILED and "/no/such/folder" in ended.steps[0].error.message


def test_no_more_steps_run_at_once_than_the_flow_says(daemon: Daemon, client: Client) -> None:
    script = 'd="$FLOWD_WORKSPACE/d"; mkdir -p "$d"; me="$d/$FLOWD_STEP_ID"; touch "$me"; ls "$d" | wc -l; sleep 0.3; rm "$me"'
    text = "concurrency: { max-parallel: 3 }\n" + flows.steps(*((f"s{n}", script, {"needs": "[]"}) for n in range(12)))
    ended = daemon.wait_for(client, start(daemon, client, text).run_id)
    seen = [int(step.stdout) for step in ended.steps]
    assert ended.status == SUCCEEDED and max(seen) <= 3 and max(seen) >= 2
