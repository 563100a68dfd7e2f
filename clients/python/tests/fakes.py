"""A daemon for watchers: serves a log of events over a real socket and cuts connections at given places."""

from __future__ import annotations

import pathlib
import socket
import threading
from typing import Callable, Optional

from peer import Peer

from flowd.v1 import event_pb2


def event(seq: int, position: Optional[int] = None) -> event_pb2.Event:
    return event_pb2.Event(
        session_id="s", seq=seq, position=position or seq * 10, run_paused=event_pb2.RunPaused()
    )


def snapshot(seq: int, position: int) -> event_pb2.Event:
    return event_pb2.Event(session_id="s", seq=seq, position=position, snapshot=event_pb2.Snapshot(selected=True))


class EventDaemon:
    """Runs `serve(peer, stream, request)` for each watch; the connection is closed when it returns."""

    def __init__(
        self, path: pathlib.Path, serve: Callable[[Peer, int, event_pb2.EventServiceWatchRequest], None]
    ) -> None:
        self.requests: list[event_pb2.EventServiceWatchRequest] = []
        self._serve = serve
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(16)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            peer = Peer(connection)
            try:
                stream, envelope = peer.request()
                request = event_pb2.EventServiceWatchRequest.FromString(envelope.payload)
                self.requests.append(request)
                self._serve(peer, stream, request)
            except (OSError, AssertionError):
                pass  # The watcher has gone.
            peer.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(60)
