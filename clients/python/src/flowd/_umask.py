"""The file mode mask that runs are started with."""

from __future__ import annotations

from typing import Optional


def umask_or_own(umask: Optional[int]) -> Optional[int]:
    """What the caller says, else the mask of this process; `None` where the kernel does not tell it."""
    # umask(2) tells the mask only by setting another one, which every thread would make files with meanwhile.
    return _own() if umask is None else umask


def _own() -> Optional[int]:
    try:
        with open("/proc/self/status", "rb") as status:
            for line in status:
                if line.startswith(b"Umask:"):
                    return int(line.split()[1], 8)
    except OSError:
        pass
    return None
