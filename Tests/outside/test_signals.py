"""Starting and stopping: signals, idleness, socket activation, readiness, configuration."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Callable

import pytest

from flowd import Client, errors
from flowd.v1 import run_pb2
from harness import flows, processes
from harness.daemon import BINARIES, Daemon
from harness.eventually import eventually
from harness.raw import Raw


def test_sigterm_answers_what_was_decided_and_ends(daemon: Daemon) -> None:
    client = daemon.client()
    session = daemon.session(client).session_id
    futures = [
        client.pipelined.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}") for n in range(500)
    ]
    futures[100].result(60)
    os.kill(daemon.pid, signal.SIGTERM)
    answered = refused = 0
    for future in futures:
        try:
            answered = future.result(60).meta.revision
        except errors.Unavailable:
            refused += 1
    assert daemon.process is not None and daemon.process.wait(60) == 0
    assert not daemon.place.socket.exists()
    assert answered - 1 + refused == 500
    after = daemon.start().client().session.get_current_meta(session_id=session).meta
    assert after.revision >= answered


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_daemon_goes_on_with_its_runs_at_the_next_start(daemon: Daemon, number: int) -> None:
    client = daemon.client()
    meta = daemon.session(client, flow=daemon.place.flow("w", flows.waiting()))
    run = client.flow.start(meta.session_id, env=daemon.place.environment)
    eventually((daemon.place.workspace / "began").exists, "the step")
    os.kill(daemon.pid, number)
    assert daemon.process is not None and daemon.process.wait(60) == 0
    assert processes.attempts_under(daemon.place.folder) == {}, "a command outlived its daemon"
    (daemon.place.workspace / "go").touch()
    client = daemon.start().client()
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == run_pb2.RUN_STATUS_SUCCEEDED and ended.steps[0].attempt == 2


def test_while_draining_calls_are_refused_as_unavailable(daemon: Daemon) -> None:
    raw = Raw(daemon.place.socket)
    raw.is_alive(1)
    os.kill(daemon.pid, signal.SIGTERM)
    eventually(lambda: not daemon.place.socket.exists(), "draining")
    raw.call(3, "session", "list")
    try:
        error = raw.error(3)
        assert isinstance(error, errors.Unavailable) and error.reason == "DRAINING"
    except (AssertionError, BrokenPipeError, ConnectionResetError):
        assert daemon.process is not None and daemon.process.wait(60) == 0
    raw.close()


def test_sighup_reads_the_configuration_and_leaves_admitted_runs_alone(daemon: Daemon) -> None:
    client = daemon.client()
    meta = daemon.session(client, flow=daemon.place.flow("w", flows.waiting()))
    client.session.set_provider_model(meta.session_id, provider_id="qwen", model_id="x")
    run = client.flow.start(meta.session_id, env=daemon.place.environment)
    daemon.place.config.write_text("providers:\n  qwen: null\n  house: { models: [one] }\n")
    os.kill(daemon.pid, signal.SIGHUP)
    ids = eventually(lambda: _providers(client, "house"), "the new configuration")
    assert "qwen" not in ids
    with pytest.raises(errors.NotFound):
        client.session.set_provider_model(meta.session_id, provider_id="qwen", model_id="x")
    (daemon.place.workspace / "go").touch()
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == run_pb2.RUN_STATUS_SUCCEEDED
    assert (ended.snapshot.provider_id, ended.snapshot.model_id) == ("qwen", "x")


def _providers(client: object, wanted: str) -> list[str] | None:
    ids = [provider.provider_id for provider in client.provider.list().providers]  # type: ignore[attr-defined]
    return ids if wanted in ids else None


def test_a_broken_configuration_is_not_taken(daemon: Daemon) -> None:
    client = daemon.client()
    before = client.provider.list()
    daemon.place.config.write_text("providers: [\n")
    os.kill(daemon.pid, signal.SIGHUP)
    eventually(lambda: "configuration was not changed" in daemon.log_text(), "the log entry")
    assert client.provider.list() == before
    daemon.stop()
    daemon.start(wait=False)
    assert daemon.process is not None and daemon.process.wait(60) == 1
    assert f"{daemon.place.config}:" in daemon.log_text()


def test_an_idle_daemon_ends_and_a_used_one_does_not(make_daemon: Callable[..., Daemon]) -> None:
    daemon = make_daemon()
    daemon.start("--idle-exit", "1500ms", wait=False)
    client = daemon.client()
    # The first connection stays: without one it may end at any moment from now on.
    eventually(lambda: is_answered(client), "a daemon that serves")
    meta = daemon.session(client, flow=daemon.place.flow("w", flows.waiting()))
    assert daemon.process is not None
    with pytest.raises(subprocess.TimeoutExpired):
        daemon.process.wait(2)
    run = client.flow.start(meta.session_id, env=daemon.place.environment)
    daemon.end_clients()
    with pytest.raises(subprocess.TimeoutExpired):
        daemon.process.wait(2)
    (daemon.place.workspace / "go").touch()
    assert daemon.process.wait(60) == 0
    ended = daemon.start().client().flow.get_run(run.run_id).run
    assert ended.status == run_pb2.RUN_STATUS_SUCCEEDED


def is_answered(client: Client) -> bool:
    try:
        return client.daemon.status().pid > 0
    except errors.Unavailable:
        return False


ACTIVATE = """
import os, socket, sys
path, command = sys.argv[1], sys.argv[2:]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(64)
if listener.fileno() != 3:
    os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(command[0], command)
"""


def test_socket_activation(make_daemon: Callable[..., Daemon]) -> None:
    daemon = make_daemon()
    wrapper = [sys.executable, "-c", ACTIVATE, str(daemon.place.socket)]
    daemon.start(wrapper=wrapper)
    status = daemon.client().daemon.status()
    assert status.socket_path == str(daemon.place.socket)
    session = daemon.session(flow=daemon.place.flow("f", flows.shell("env"))).session_id
    client = daemon.client()
    run = client.flow.start(session, env=daemon.place.environment)
    assert b"LISTEN_" not in daemon.wait_for(client, run.run_id).steps[0].stdout
    assert daemon.stop() == 0
    assert daemon.place.socket.exists(), "an inherited socket belongs to whoever made it"


def test_activation_meant_for_another_process_is_ignored(daemon: Daemon) -> None:
    daemon.stop()
    daemon.start(environment={"LISTEN_FDS": "1", "LISTEN_PID": "1"})
    assert daemon.client().daemon.status().pid == daemon.pid


def test_a_service_manager_is_told(make_daemon: Callable[..., Daemon]) -> None:
    daemon = make_daemon()
    path = daemon.place.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(path))
        notify.settimeout(60)
        daemon.start(wait=False, environment={"NOTIFY_SOCKET": str(path)})
        assert b"READY=1" in notify.recv(4096).split(b"\n")
        assert daemon.client().daemon.status().pid == daemon.pid, "ready means that it serves"
        daemon.stop()
        assert b"STOPPING=1" in notify.recv(4096).split(b"\n")


def test_the_command_line_says_what_is_wrong_with_it() -> None:
    wrong = ((["--sokcet", "x"], b"--socket"), (["--idle-exit", "soon"], b"idle-exit"), (["--state"], b"--state"))
    for arguments, wanted in wrong:
        done = subprocess.run([BINARIES / "flowd", *arguments], capture_output=True, timeout=60)
        assert done.returncode == 2 and wanted in done.stderr and done.stdout == b""
    for argument in ("--help", "--version"):
        done = subprocess.run([BINARIES / "flowd", argument], capture_output=True, timeout=60)
        assert done.returncode == 0 and done.stdout and done.stderr == b""


def test_pauses_change_nothing(daemon: Daemon) -> None:
    """SIGSTOP and SIGCONT: answers come late and in order."""
    client = daemon.client()
    session = daemon.session(client).session_id
    stop = threading.Event()

    def pause() -> None:
        while not stop.is_set():
            os.kill(daemon.pid, signal.SIGSTOP)
            time.sleep(0.02)  # Not a wait: the length of the pause.
            os.kill(daemon.pid, signal.SIGCONT)
            stop.wait(0.02)

    pauser = threading.Thread(target=pause, daemon=True)
    pauser.start()
    futures = [
        client.pipelined.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}") for n in range(3000)
    ]
    revisions = [future.result(120).meta.revision for future in futures]
    stop.set()
    pauser.join()
    assert revisions == list(range(2, 3002))
