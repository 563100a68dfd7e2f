"""Where the socket is, and starting a daemon when there is none."""

from __future__ import annotations

import os
import pathlib
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from typing import Iterator

import pytest

from flowd import Client, _socket, _spawn, errors

DAEMON = """
import os, socket, sys
path = sys.argv[sys.argv.index("--socket") + 1]
open(sys.argv[1], "a").write(f"{os.getpid()} {os.getsid(0)} {sys.argv[2:]}\\n")
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(64)
listener.settimeout(60)
while True:
    connection, _ = listener.accept()
    while data := connection.recv(4096):
        pass
    connection.close()
    if os.path.exists(path + ".stop"):
        break
"""
CONNECT = """
import sys
from flowd._spawn import connect_or_spawn
connect_or_spawn(sys.argv[1], sys.argv[2:])
"""


@pytest.fixture
def folder() -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory(prefix="f", dir="/tmp") as name:
        yield pathlib.Path(name)


def test_the_path_rule() -> None:
    uid = os.getuid()
    assert _socket.default_path({"FLOWD_SOCKET": "/a/b", "XDG_RUNTIME_DIR": "/run/user/1"}) == "/a/b"
    assert _socket.default_path({"XDG_RUNTIME_DIR": "/run/user/1"}) == "/run/user/1/flowd/flowd.sock"
    assert _socket.default_path({"XDG_RUNTIME_DIR": "relative"}) == f"/tmp/flowd-{uid}/flowd.sock"
    assert _socket.default_path({}) == f"/tmp/flowd-{uid}/flowd.sock"


@pytest.mark.parametrize("path", ["", "/" + "x" * 107, "/" + "é" * 54])
def test_a_path_that_no_socket_can_have_is_refused(path: str) -> None:
    with pytest.raises(errors.InvalidArgument):
        _socket.check_path(path)
    _socket.check_path("/" + "x" * 106)


def test_without_spawn_an_absent_daemon_is_unavailable(folder: pathlib.Path) -> None:
    with Client(str(folder / "s"), spawn=None) as client, pytest.raises(errors.Unavailable):
        client.daemon.status()
    assert not client.action_in_flight()


def test_programs_at_once_start_one_daemon_in_a_session_of_its_own(folder: pathlib.Path) -> None:
    path, log = folder / "deep" / "s", folder / "log"
    (folder / "daemon.py").write_text(DAEMON)
    command = [sys.executable, "-c", CONNECT, str(path), sys.executable, str(folder / "daemon.py"), str(log)]
    programs = [subprocess.Popen(command) for _ in range(10)]
    assert [program.wait(120) for program in programs] == [0] * 10
    (line,) = log.read_text().splitlines()
    pid, session, arguments = line.split(" ", 2)
    assert pid == session
    assert arguments == str(["--socket", str(path), "--idle-exit", "10m"])
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    pathlib.Path(f"{path}.stop").touch()
    _socket.connect(str(path)).close()


def test_a_daemon_that_does_not_start_is_unavailable_at_once(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowd._spawn.SPAWN_SECONDS_MAX", 3600)
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    with pytest.raises(errors.Unavailable) as caught:
        Client(str(path), spawn=["false"]).daemon.status()
    assert "status 1" in str(caught.value)


def test_a_start_is_tried_again_while_an_old_daemon_is_leaving(folder: pathlib.Path) -> None:
    path, log = folder / "s", folder / "log"
    (folder / "daemon.py").write_text(DAEMON)
    script = f"""
    n=$(cat {folder}/n 2>/dev/null || echo 0); echo $((n + 1)) > {folder}/n
    [ $n -ge 2 ] || exit 75
    exec {sys.executable} {folder}/daemon.py {log} "$@"
    """
    pathlib.Path(f"{path}.stop").touch()
    _spawn.connect_or_spawn(str(path), ["sh", "-c", script, "sh"]).close()
    assert (folder / "n").read_text() == "3\n"


def test_a_daemon_that_is_just_starting_is_waited_for(folder: pathlib.Path) -> None:
    path = folder / "s"
    listener = socket.socket(socket.AF_UNIX)

    def listen() -> None:
        while not (folder / "n").exists():
            time.sleep(0.001)
        listener.bind(str(path))
        listener.listen()

    other = threading.Thread(target=listen)
    other.start()
    _spawn.connect_or_spawn(str(path), ["sh", "-c", f"touch {folder}/n; exit 75"]).close()
    other.join()
    listener.close()


def test_a_daemon_that_is_kept_out_for_long_is_unavailable(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowd._spawn.SPAWN_SECONDS_MAX", 0.3)
    with pytest.raises(errors.Unavailable, match="another one keeps it out"):
        _spawn.connect_or_spawn(str(folder / "s"), ["sh", "-c", "exit 75"])


def test_a_command_that_is_not_there_is_unavailable(folder: pathlib.Path) -> None:
    with pytest.raises(errors.Unavailable):
        Client(str(folder / "s"), spawn=["/nowhere/flowd"]).daemon.status()
