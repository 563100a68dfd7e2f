"""Starting the daemon when nobody has: connect, else take a lock, connect again, start, connect (as tmux does)."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import threading
import time
from typing import Optional, Sequence

from flowd import _socket, errors

#: Ends a daemon that nobody uses.
IDLE_EXIT = "10m"
#: How long a daemon may take until it listens; more than one that is leaving gives its commands to end.
SPAWN_SECONDS_MAX = 10.0
_POLL_SECONDS = 0.01
_RETRY_SECONDS = 0.1
_RETRY_SECONDS_MAX = 1.0
#: The exit status of a daemon that another one kept out, which is just starting, or stopping.
_TAKEN = 75

_ABSENT = (FileNotFoundError, ConnectionRefusedError)


def connect_or_spawn(path: str, command: Optional[Sequence[str]]) -> socket.socket:
    """A connection to the daemon at `path`, which is started if it is not there and `command` is given.

    Raises `Unavailable` when there is no daemon and none can be started.
    """
    try:
        return _socket.connect(path)
    except _ABSENT as error:
        if command is None:
            raise errors.Unavailable(f"no daemon listens at {path}: {error}") from error
    except OSError as error:
        raise errors.Unavailable(f"cannot connect to {path}: {error}") from error
    return _spawn_under_lock(path, command)


def _spawn_under_lock(path: str, command: Sequence[str]) -> socket.socket:
    deadline = time.monotonic() + SPAWN_SECONDS_MAX
    _socket.make_folder(path)
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        if not _take(lock, deadline):
            return _connect_until(path, deadline, None)
        try:
            return _socket.connect(path)
        except _ABSENT:
            pass
        return _connect_until(path, deadline, command)
    except OSError as error:
        raise errors.Unavailable(f"cannot start the daemon at {path}: {error}") from error
    finally:
        os.close(lock)


def _take(lock: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)


def _start(path: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [*command, "--socket", path, "--idle-exit", IDLE_EXIT],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    # Takes its exit status whenever that comes, so that it is no zombie of a program that lives longer.
    threading.Thread(target=process.wait, name="flowd-reaper", daemon=True).start()
    return process


def _connect_until(path: str, deadline: float, command: Optional[Sequence[str]]) -> socket.socket:
    """Polls for the daemon; starts it if `command` is given, and again while one that is stopping keeps it out."""
    process = _start(path, command) if command else None
    delay, again = _RETRY_SECONDS, 0.0
    while True:
        # Looked at first: a daemon that listens is found even if this one ended because of it.
        status = process.poll() if process else None
        try:
            return _socket.connect(path)
        except _ABSENT as error:
            now = time.monotonic()
            if status not in (None, _TAKEN):
                why = f"what was started exited with status {status}; run it by hand to see why"
                raise errors.Unavailable(f"no daemon listens at {path}: {why}") from error
            if now >= deadline:
                why = "" if status is None else "; another one keeps it out, perhaps at another socket"
                raise errors.Unavailable(f"no daemon listened at {path} in {SPAWN_SECONDS_MAX:g} s{why}") from error
        if status is not None and not again:
            again = now + delay
            delay = min(2 * delay, _RETRY_SECONDS_MAX)
        if command and again and now >= again:
            process, again = _start(path, command), 0.0
        time.sleep(_POLL_SECONDS)
