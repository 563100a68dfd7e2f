"""Where a watcher is: what to ask for next, and whether an event is the next one."""

from __future__ import annotations

from typing import Optional

from flowd import errors
from flowd.v1 import event_pb2


class Cursor:
    """The target of a watch and the last event that was handed out.

    Events of one session or run are counted by `seq`, those of a workspace or of all by `position`.
    """

    def __init__(
        self,
        *,
        session_id: str = "",
        workspace: str = "",
        run_id: str = "",
        all: bool = False,
        after_seq: int = 0,
        after_position: int = 0,
        snapshot: bool = False,
        until_now: bool = False,
    ) -> None:
        if [bool(session_id), bool(workspace), bool(run_id), all].count(True) != 1:
            raise ValueError("watch one of session_id, workspace, run_id and all")
        self._session_id = session_id
        self._workspace = workspace
        self._run_id = run_id
        self._until_now = until_now
        self._wants_snapshot = snapshot
        self._counts_positions = bool(workspace) or all
        self.after_seq = after_seq
        self.after_position = after_position

    def request(self) -> event_pb2.EventServiceWatchRequest:
        """Asks for everything after the last event that was handed out."""
        request = event_pb2.EventServiceWatchRequest(
            after_seq=self.after_seq,
            after_position=self.after_position,
            snapshot=self._wants_snapshot,
            until_now=self._until_now,
        )
        if self._session_id:
            request.session_id = self._session_id
        elif self._workspace:
            request.workspace = self._workspace
        elif self._run_id:
            request.run_id = self._run_id
        else:
            request.all = True
        return request

    def take(self, payload: bytes) -> Optional[event_pb2.Event]:
        """The event of a message if it is to be handed out, `None` for a repetition. Raises `DataLoss` for a gap."""
        event = event_pb2.EventServiceWatchResponse.FromString(payload).event
        if event.WhichOneof("kind") == "snapshot":
            self._take_snapshot(event)
            return event
        if self._counts_positions:
            if event.position <= self.after_position:
                return None
            self.after_position = event.position
        else:
            if event.seq <= self.after_seq:
                return None
            if self._session_id and event.seq != self.after_seq + 1:
                raise errors.DataLoss(f"event {self.after_seq + 1} of session {self._session_id} is missing")
            self.after_seq = event.seq
        self._wants_snapshot = False
        return event

    def _take_snapshot(self, event: event_pb2.Event) -> None:
        self.after_seq = event.seq
        self.after_position = max(self.after_position, event.position)
        # A session has one snapshot. Of a workspace's several, some may be lost with a connection: ask for all again.
        self._wants_snapshot = self._counts_positions
