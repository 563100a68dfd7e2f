"""What /proc says of processes: who they are, what they hold, what they cost."""

from __future__ import annotations

import os
import pathlib
import signal
from typing import Iterator

PROC = pathlib.Path("/proc")


def pids() -> Iterator[int]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def name(pid: int) -> str:
    return (PROC / str(pid) / "comm").read_text().strip()


def parent(pid: int) -> int:
    return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])


def state(pid: int) -> str:
    """One letter of proc(5), such as `Z`; empty when there is no such process."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def descendant(pid: int, wanted: str) -> int:
    """The process itself or the first one beneath it that has that name."""
    waiting = [pid]
    while waiting:
        candidate = waiting.pop(0)
        try:
            if name(candidate) == wanted:
                return candidate
        except (FileNotFoundError, ProcessLookupError):
            continue
        waiting += [other for other in pids() if is_child(other, candidate)]
    raise AssertionError(f"no process {wanted} at or beneath {pid}")


def is_child(pid: int, of: int) -> bool:
    try:
        return parent(pid) == of
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return False


def environment(pid: int) -> dict[str, str]:
    """Empty for a process that is gone or a zombie."""
    try:
        data = (PROC / str(pid) / "environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return {}
    pairs = (entry.partition("=") for entry in data.decode(errors="replace").split("\0") if entry)
    return {key: value for key, _, value in pairs}


def attempts_under(folder: pathlib.Path) -> dict[int, str]:
    """Living processes of steps whose workspace is in `folder`: pid to the attempt it belongs to."""
    found = {}
    for pid in pids():
        variables = environment(pid)
        if "FLOWD_ATTEMPT" in variables and variables.get("FLOWD_WORKSPACE", "").startswith(f"{folder}/"):
            if state(pid) not in ("Z", "X", ""):
                found[pid] = variables["FLOWD_ATTEMPT"]
    return found


def end_attempts_under(folder: pathlib.Path) -> None:
    for pid in attempts_under(folder):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # It ended by itself.


def descriptors(pid: int) -> int:
    return len(os.listdir(PROC / str(pid) / "fd"))


def threads(pid: int) -> int:
    return len(os.listdir(PROC / str(pid) / "task"))


def resident_bytes(pid: int) -> int:
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def peak_bytes(pid: int) -> int:
    """The most memory that a process had at one time."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"process {pid} tells nothing of its memory")


def cpu_seconds(pid: int) -> float:
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
