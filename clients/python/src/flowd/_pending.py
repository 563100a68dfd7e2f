"""Counts of calls without a reply, by session: what an interface needs to show a button as busy."""

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
_ACTIONS = {methods.FLOW_START.alias, methods.FLOW_CANCEL.alias}


class Pending:
    """Un-replied metadata writes, and un-replied starts and cancels; not thread-safe."""

    def __init__(self) -> None:
        self._metadata: CounterType[str] = Counter()
        self._actions: CounterType[str] = Counter()

    def note(self, method: Method[Any, Any], request: Message, change: int) -> None:
        """Counts a call that was sent (`change` 1) or has its reply (-1)."""
        counter = self._counter(method)
        if counter is None:
            return
        session: str = getattr(request, "session_id")
        counter[session] += change
        if counter[session] <= 0:
            del counter[session]

    def metadata_count(self, session_id: Optional[str]) -> int:
        """Metadata writes of a session, or of all, that have no reply yet."""
        return _count(self._metadata, session_id)

    def action_count(self, session_id: Optional[str]) -> int:
        """Starts and cancels of a session, or of all, that have no reply yet."""
        return _count(self._actions, session_id)

    def _counter(self, method: Method[Any, Any]) -> Optional[CounterType[str]]:
        if method.alias in _METADATA:
            return self._metadata
        return self._actions if method.alias in _ACTIONS else None


def _count(counter: CounterType[str], session_id: Optional[str]) -> int:
    return sum(counter.values()) if session_id is None else counter[session_id]
