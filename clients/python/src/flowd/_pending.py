"""Counts of calls without a reply, by session and run: what an interface needs to show a button as busy."""

from __future__ import annotations

from collections import Counter
from typing import Any, Counter as CounterType, Optional

from google.protobuf.message import Message

from flowd._generated import methods
from flowd._method import Method

_METADATA = {
    methods.SESSION_SET_EXECUTED_FLOW.alias,
    methods.SESSION_SET_PROVIDER_MODEL.alias,
    methods.SESSION_SET_MODE.alias,
}
_ACTIONS = {
    methods.FLOW_START.alias,
    methods.FLOW_CANCEL.alias,
    methods.FLOW_ANSWER.alias,
    methods.FLOW_PAUSE.alias,
    methods.FLOW_RESUME.alias,
    methods.FLOW_RERUN.alias,
}


class Pending:
    """Un-replied metadata writes, and un-replied calls that act on a session or run; not thread-safe."""

    def __init__(self) -> None:
        self._metadata = _Counts()
        self._actions = _Counts()

    def note(self, method: Method[Any, Any], request: Message, change: int) -> None:
        """Counts a call that was sent (`change` 1) or has its reply (-1)."""
        if method.alias in _METADATA:
            self._metadata.note(request, change)
        elif method.alias in _ACTIONS:
            self._actions.note(request, change)

    def metadata_count(self, session_id: Optional[str]) -> int:
        """Metadata writes of a session, or of all, that have no reply yet."""
        return self._metadata.of(session_id)

    def action_count(self, id: Optional[str]) -> int:
        """Actions on a session or run, or on any, that have no reply yet."""
        return self._actions.of(id)


class _Counts:
    """Calls by the sessions and runs that their requests name."""

    def __init__(self) -> None:
        self._total = 0
        self._by_id: CounterType[str] = Counter()

    def note(self, request: Message, change: int) -> None:
        self._total += change
        for name in ("session_id", "run_id"):
            id: str = getattr(request, name, "")
            if not id:
                continue
            self._by_id[id] += change
            if self._by_id[id] <= 0:
                del self._by_id[id]

    def of(self, id: Optional[str]) -> int:
        return self._total if id is None else self._by_id[id]
