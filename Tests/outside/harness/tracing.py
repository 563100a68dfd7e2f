"""strace as an injector of faults, from the start of a daemon or from now on."""

from __future__ import annotations

import pathlib
import subprocess
from contextlib import contextmanager
from typing import Iterator

from harness.eventually import eventually


def strace(*injections: str) -> list[str]:
    """The command that runs another one with faults, such as `pwrite64:error=ENOSPC:when=3`, counted from its start."""
    names = ",".join(sorted({injection.partition(":")[0] for injection in injections}))
    options = [option for injection in injections for option in ("-e", f"inject={injection}")]
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={names}", *options]


@contextmanager
def faults(pid: int, *injections: str) -> Iterator[None]:
    """Injects faults into a process that runs already; a call's count begins now, for each of its threads."""
    tracer = subprocess.Popen([*strace(*injections), "-p", str(pid)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: tracer.poll() is not None or _is_traced(pid), "strace")
        assert tracer.poll() is None, f"strace cannot attach to {pid}"
        yield
    finally:
        # Killed: on SIGTERM it waits for tracees that wait for each other. The kernel lets them all go on.
        tracer.kill()
        tracer.wait(60)


def _is_traced(pid: int) -> bool:
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    try:
        return all("TracerPid:\t0\n" not in (task / "status").read_text() for task in tasks)
    except (FileNotFoundError, ProcessLookupError):
        return False  # A thread ended meanwhile: look again.
