"""flowctl as a person uses it: on a terminal of its own, or piped."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from harness.daemon import BINARIES, Place

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def environment(place: Place, **more: str) -> dict[str, str]:
    return {**place.environment, "FLOWD_SOCKET": str(place.socket), "TERM": "xterm-256color", **more}


def flowctl(
    place: Place, *words: str, input: str = "", seconds: float = 120, **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs a command in the workspace with its output piped."""
    return subprocess.run(
        [str(BINARIES / "flowctl"), "--no-spawn", *words],
        env=environment(place, **more), cwd=place.workspace, input=input, capture_output=True, text=True,
        timeout=seconds,
    )  # fmt: skip


class Terminal:
    """A command on a pseudo-terminal, and what it wrote there so far."""

    def __init__(self, place: Place, *words: str, columns: int = 100, rows: int = 30, **more: str) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._ours = ours
        self._theirs = theirs
        self.text = ""
        # A character may come in two pieces.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        # A session of its own, whose controlling terminal this becomes.
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", str(BINARIES / "flowctl"), "--no-spawn", *words],
            env=environment(place, **more), cwd=place.workspace, stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(60)
        os.close(self._ours)
        os.close(self._theirs)

    def expect(self, pattern: str, seconds: float = 120, after: int = 0) -> int:
        """Waits until what was written, without control sequences, matches; returns where the match ends."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.compile(pattern).search(self.plain, after)
            if found:
                return found.end()
            left = deadline - time.monotonic()
            assert left > 0, f"{pattern!r} was not shown in {seconds:g} s; shown: {self.plain[-3000:]!r}"
            self._read(min(left, 0.2))

    def send(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed by itself."""
        return bool(termios.tcgetattr(self._theirs)[3] & termios.ECHO)

    def end(self, seconds: float = 120) -> int:
        """The exit status, once everything was read."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it did not end in {seconds:g} s; shown: {self.plain[-3000:]!r}"
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.returncode

    @property
    def plain(self) -> str:
        return CONTROL.sub("", self.text)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return False
        self.text += self._decoder.decode(os.read(self._ours, 65_536))
        return True


def short(run_id: str) -> str:
    return run_id[-8:]
