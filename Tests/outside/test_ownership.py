"""One daemon owns a socket and a database; the others leave them alone."""

from __future__ import annotations

import fcntl
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
from typing import Callable

import pytest

from flowd import Client
from harness import flows, processes
from harness.daemon import BINARIES, ROOT, Daemon, Place
from harness.eventually import eventually
from harness.tracing import strace

#: Exit code of a daemon that another one keeps out.
TAKEN = 75


def mode(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_fifty_starts_make_one_daemon(make_daemon: Callable[..., Daemon]) -> None:
    daemon = make_daemon()
    place = daemon.place
    log = place.log.open("ab")
    started = [
        subprocess.Popen(place.command(), env=place.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(50)
    ]
    try:
        running = eventually(lambda: _one_left(started), "one daemon", 120)
        assert {process.returncode for process in started if process is not running} == {TAKEN}
        daemon.process = running
        assert daemon.serves_or_ends(), "the one that is left serves"
        assert daemon.client().daemon.status().pid == running.pid
        assert daemon.session().revision == 1
        assert "another flowd" in daemon.log_text()
    finally:
        for process in started:
            if process.poll() is None and process is not daemon.process:
                process.kill()
        log.close()


def _one_left(started: list) -> subprocess.Popen | None:
    alive = [process for process in started if process.poll() is None]
    return alive[0] if len(alive) == 1 else None


def test_a_stale_socket_is_replaced(daemon: Daemon) -> None:
    daemon.kill()
    assert daemon.place.socket.is_socket()
    with socket.socket(socket.AF_UNIX) as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(str(daemon.place.socket))
    assert daemon.start().client().daemon.status().pid == daemon.pid


def test_a_live_socket_is_not_stolen(daemon: Daemon, make_daemon: Callable[..., Daemon]) -> None:
    thief = make_daemon()
    command = [str(BINARIES / "flowd"), "--socket", str(daemon.place.socket), "--state", str(thief.place.state)]
    done = subprocess.run(command, env=thief.place.environment, capture_output=True, timeout=60)
    assert done.returncode == TAKEN and str(daemon.pid).encode() in done.stderr
    assert daemon.client().daemon.status().pid == daemon.pid
    assert daemon.session().revision == 1


def test_a_live_database_is_not_shared(daemon: Daemon, make_daemon: Callable[..., Daemon]) -> None:
    other = make_daemon()
    command = [str(BINARIES / "flowd"), "--socket", str(other.place.socket), "--state", str(daemon.place.state)]
    done = subprocess.run(command, env=other.place.environment, capture_output=True, timeout=60)
    assert done.returncode == TAKEN and not other.place.socket.exists()
    assert daemon.session().revision == 1


def test_only_the_owner_can_reach_it(make_daemon: Callable[..., Daemon]) -> None:
    place = Place()
    place.socket = place.folder / "run" / "deep" / "s"
    daemon = make_daemon(place).start(umask=0)
    assert mode(place.socket) == 0o600 and mode(place.socket.parent) == 0o700 and mode(place.state) == 0o700
    for path in place.state.iterdir():
        assert mode(path) & 0o077 == 0, path
    assert daemon.stop() == 0
    assert not place.socket.exists(), "the socket is left behind"


@pytest.mark.parametrize("what", ["file", "link", "open-folder", "long-path"])
def test_a_place_that_is_not_safe_is_refused(place: Place, what: str) -> None:
    folder = place.folder / "run"
    target = folder / "s"
    if what == "file":
        folder.mkdir(mode=0o700)
        target.write_text("precious")
    elif what == "link":
        (place.folder / "real").mkdir(mode=0o700)
        folder.symlink_to(place.folder / "real")
    elif what == "open-folder":
        folder.mkdir()
        os.chmod(folder, 0o777)
    else:
        target = folder / ("x" * 107)
    place.socket = target
    done = subprocess.run(place.command(), env=place.environment, capture_output=True, timeout=60)
    assert done.returncode == 1 and str(folder).encode() in done.stderr
    assert what != "file" or target.read_text() == "precious"


def test_another_user_is_refused(daemon: Daemon) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root to be somebody else")
    os.chmod(daemon.place.folder, 0o755)
    os.chmod(daemon.place.socket, 0o666)
    script = f"""
import os, socket
os.setgid(65534); os.setuid(65534)
s = socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect({str(daemon.place.socket)!r})
s.sendall(bytes.fromhex("00000000000000010100"))
raise SystemExit(0 if s.recv(100) == b"" else 1)
"""
    done = subprocess.run(["python3", "-c", script], capture_output=True)
    assert done.returncode == 0 or b"ConnectionResetError" in done.stderr or b"BrokenPipe" in done.stderr, done.stderr
    assert daemon.client().daemon.status().pid == daemon.pid


def test_clients_start_the_daemon_once(make_daemon: Callable[..., Daemon]) -> None:
    daemon = make_daemon()
    place = daemon.place
    script = f"""
import sys
sys.path[:0] = {[str(ROOT / "clients" / "python" / "src")]!r}
from flowd import Client
command = {place.command()[:1] + place.command()[3:]!r}
print(Client({str(place.socket)!r}, spawn=command).daemon.status().pid)
"""
    programs = [
        subprocess.Popen([sys.executable, "-c", script], env=place.environment, stdout=subprocess.PIPE)
        for _ in range(8)
    ]
    pids = {program.communicate(timeout=120)[0].strip() for program in programs}
    (pid,) = pids
    os.kill(int(pid), 15)
    eventually(lambda: not place.socket.exists(), "the end of the daemon")


def test_a_client_waits_for_a_daemon_that_is_leaving(daemon: Daemon) -> None:
    """Between SIGTERM and the end the lock is held: a client that comes then gets the next daemon."""
    command = [*daemon.place.command()[:1], *daemon.place.command()[3:]]
    first = daemon.pid
    os.kill(first, 15)
    eventually(lambda: not daemon.place.socket.exists(), "the end of the socket")
    with Client(str(daemon.place.socket), spawn=command) as client:
        pid = client.daemon.status().pid
    assert pid != first
    assert daemon.process is not None
    daemon.process.wait(60)
    os.kill(pid, 15)
    eventually(lambda: not daemon.place.socket.exists(), "the end of the second daemon")


@pytest.mark.strace
def test_flowctl_waits_for_a_daemon_that_is_just_starting(place: Place) -> None:
    """While somebody has the state and does not listen yet, flowctl tries on."""
    state = place.folder / ".local" / "state" / "flowd"
    state.mkdir(parents=True, mode=0o700)
    lock = os.open(state / "flowd.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.write(lock, f"{os.getpid()}\n".encode())
    command = [str(BINARIES / "flowctl"), "--socket", str(place.socket), "--json", "status"]
    status = subprocess.Popen(command, env=place.environment, cwd=place.workspace, stdout=subprocess.PIPE)
    log = state / "flowd.log"
    eventually(lambda: log.exists() and "another flowd" in log.read_text(), "a daemon that was kept out")
    os.close(lock)
    output, _ = status.communicate(timeout=20)
    assert status.returncode == 0, log.read_text()
    with Client(str(place.socket), spawn=None) as client:
        pid = client.daemon.status().pid
    assert pid and output
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: not place.socket.exists(), "the end of the daemon")


def test_a_daemon_killed_while_it_starts_a_command_is_followed_at_once(daemon: Daemon) -> None:
    """Between fork and exec the child has the dead daemon's descriptors, and its lock with them."""
    session = daemon.session(flow=daemon.place.flow("f", flows.TRUE)).session_id
    daemon.stop()
    daemon.start(wrapper=strace("execve:delay_enter=1000000"))
    client = daemon.client()
    pid = daemon.pid
    client.flow.start(session)
    eventually(lambda: _children(pid), "the child that is to become a command")
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: processes.state(pid) in ("", "Z", "X"), "the end of the daemon")
    tracer = daemon.process
    daemon.start(wait=False)
    assert daemon.serves_or_ends() and daemon.process is not None, daemon.log_text()
    assert tracer is not None
    tracer.wait(60)


def _children(pid: int) -> list[int]:
    return [other for other in processes.pids() if processes.is_child(other, pid)]
