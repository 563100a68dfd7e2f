"""Watching events: an iterator that survives lost connections and restarts of the daemon."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from typing import Callable, Deque, Optional

from flowd import errors
from flowd._backoff import Backoff
from flowd._calls import Calls
from flowd._cursor import Cursor
from flowd._frames import FrameError
from flowd._generated import methods
from flowd.v1 import event_pb2

_READ_BYTES = 65_536


class Inbox:
    """Takes the frames of one watch call."""

    def __init__(self) -> None:
        self.messages: Deque[bytes] = deque()
        self.is_over = False
        self.error: Optional[errors.FlowdError] = None

    def message(self, payload: bytes) -> None:
        self.messages.append(payload)

    def succeed(self, payload: bytes) -> None:
        self.is_over = True

    def fail(self, error: errors.FlowdError) -> None:
        self.is_over, self.error = True, error


class Watch:
    """Every event after a point exactly once and in order, over as many connections as it takes.

    Each watch has a connection of its own and reads from it only when asked for an event, so a slow consumer costs
    nobody else anything. `close` may be called from any thread and ends the iteration.
    """

    def __init__(self, connect: Callable[[], socket.socket], cursor: Cursor, patience: Optional[float]) -> None:
        self._connect = connect
        self._cursor = cursor
        self._patience = patience
        self._backoff = Backoff()
        self._failing_since: Optional[float] = None
        self._connection: Optional[socket.socket] = None
        self._calls = Calls()
        self._inbox = Inbox()
        self._closed = threading.Event()
        # Of the connection, which `close` takes away from the thread that reads.
        self._lock = threading.Lock()

    @property
    def after_seq(self) -> int:
        """The `seq` of the last event that was handed out."""
        return self._cursor.after_seq

    @property
    def after_position(self) -> int:
        """The `position` of the last event that was handed out."""
        return self._cursor.after_position

    def __iter__(self) -> Watch:
        return self

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __next__(self) -> event_pb2.Event:
        while not self._closed.is_set():
            while self._inbox.messages:
                event = self._take(self._inbox.messages.popleft())
                if event is not None:
                    self._failing_since = None
                    self._backoff.reset()
                    return event
            if self._inbox.is_over:
                self._end()
                continue
            try:
                self._read()
            except (OSError, FrameError, errors.Unavailable) as error:
                self._lose(error)
        raise StopIteration

    def close(self) -> None:
        """Ends the watch."""
        self._closed.set()
        self._disconnect()

    def _read(self) -> None:
        connection = self._connection
        if connection is None:
            self._calls, self._inbox = Calls(), Inbox()
            connection = self._keep(self._connect())
            _, request = self._calls.begin(methods.EVENT_WATCH, self._cursor.request(), None, self._inbox)
            connection.sendall(request)
        data = connection.recv(_READ_BYTES)
        if not data:
            raise errors.ConnectionLost("the daemon closed the connection")
        answer = self._calls.receive(data)
        if answer:
            connection.sendall(answer)

    def _keep(self, connection: socket.socket) -> socket.socket:
        """Raises where the watch was closed meanwhile: nobody would end this connection."""
        with self._lock:
            if not self._closed.is_set():
                self._connection = connection
                return connection
        connection.close()
        raise errors.ConnectionLost("the watch was closed")

    def _take(self, payload: bytes) -> Optional[event_pb2.Event]:
        try:
            return self._cursor.take(payload)
        except errors.DataLoss:
            self.close()
            raise

    def _end(self) -> None:
        error = self._inbox.error
        if isinstance(error, errors.Unavailable):
            self._lose(error)
            return
        self.close()
        if error is not None:
            raise error

    def _lose(self, error: Exception) -> None:
        """Prepares another try, or raises `Unavailable` when patience is at its end."""
        self._disconnect()
        self._inbox = Inbox()
        if self._closed.is_set():
            return
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if self._patience is not None and now - self._failing_since >= self._patience:
            self.close()
            raise errors.Unavailable(f"the watch could not be resumed in {self._patience:g} s: {error}") from error
        self._closed.wait(self._backoff.delay())

    def _disconnect(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # The peer was faster.
            connection.close()
