"""What clients saw of one session, and whether one order of calls explains it.

Every reply names the session's revision, so no search is needed: writes in the order of their revisions must agree with
the order in which calls and replies happened in real time, and every start must hold exactly what the writes before it
fold to.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Optional


@dataclass
class Entry:
    """One call that succeeded."""

    #: Monotonic times around the call.
    invoked: float
    replied: float
    revision: int
    #: What a write set; `None` for a start.
    change: Optional[dict[str, Any]]
    #: What the reply says the session, or the run's snapshot, holds.
    seen: dict[str, Any]
    #: Place among the calls of one connection, which are decided in the order in which they were sent.
    connection: int = 0
    place: int = 0


@dataclass
class History:
    """Filled by many threads."""

    base: dict[str, Any]
    base_revision: int
    entries: list[Entry] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, entry: Entry) -> None:
        with self._lock:
            self.entries.append(entry)

    def check(self, *, gapless: bool = True) -> None:
        """Raises `AssertionError` naming the first thing that no order explains.

        gapless: every write that took effect is in the history (none was lost with a connection).
        """
        writes = sorted((entry for entry in self.entries if entry.change is not None), key=lambda entry: entry.revision)
        revisions = [entry.revision for entry in writes]
        assert len(set(revisions)) == len(revisions), "two writes have one revision"
        if gapless:
            assert revisions == list(range(self.base_revision + 1, self.base_revision + 1 + len(writes)))
            self._check_fold(writes)
        self._check_real_time()
        self._check_connections()

    def _check_fold(self, writes: list[Entry]) -> None:
        states = {self.base_revision: dict(self.base)}
        state = dict(self.base)
        for write in writes:
            assert write.change is not None
            state = {**state, **write.change}
            states[write.revision] = state
            assert write.seen == state, f"write {write.revision} saw {write.seen}, the fold is {state}"
        for entry in self.entries:
            if entry.change is None:
                expected = states[entry.revision]
                assert entry.seen == expected, f"a start at {entry.revision} saw {entry.seen}, the fold is {expected}"

    def _check_real_time(self) -> None:
        """A call that was replied to before another was made has a lower revision (a start: not a higher one)."""
        highest_write, highest_start = self.base_revision, self.base_revision
        replied = sorted(self.entries, key=lambda entry: entry.replied)
        at = 0
        for entry in sorted(self.entries, key=lambda entry: entry.invoked):
            while at < len(replied) and replied[at].replied < entry.invoked:
                if replied[at].change is None:
                    highest_start = max(highest_start, replied[at].revision)
                else:
                    highest_write = max(highest_write, replied[at].revision)
                at += 1
            if entry.change is None:
                assert entry.revision >= max(highest_write, highest_start), f"a start went back: {entry}"
            else:
                assert entry.revision > max(highest_write, highest_start), f"a write went back: {entry}"

    def _check_connections(self) -> None:
        last: dict[int, int] = {}
        for entry in sorted(self.entries, key=lambda entry: (entry.connection, entry.place)):
            before = last.get(entry.connection, self.base_revision)
            assert entry.revision >= before + (entry.change is not None), f"out of the order of its connection: {entry}"
            last[entry.connection] = entry.revision


def now() -> float:
    return time.monotonic()


def held(meta: Any) -> dict[str, Any]:
    """What a session's metadata or a run's snapshot holds, in common terms."""
    flow = getattr(meta, "executed_flow_id", None)
    return {
        "flow": meta.flow_id if flow is None else flow,
        "provider": meta.provider_id,
        "model": meta.model_id,
        "mode": meta.mode,
    }
