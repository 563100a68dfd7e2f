"""One connection of the blocking client, and the thread that reads it."""

from __future__ import annotations

import socket
import threading
from typing import Callable, List, Optional

from google.protobuf.message import Message

from flowd import errors
from flowd._calls import Calls, Sink
from flowd._frames import FrameError
from flowd._generated import methods
from flowd._method import Method, Request, Response
from flowd.v1 import daemon_pb2

_READ_BYTES = 262_144
FEATURES = ("cancel", "ping", "goaway")


class Link:
    """Sends calls in order; replies settle their sinks on the reader thread.

    Two locks: the client's, under which `send` is called, fixes the order on the wire; `_lock` guards the table of
    calls and is never held while anything waits. Sinks are told with neither held.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._calls = Calls()
        self._ready: List[Callable[[], None]] = []
        self._is_lost = False
        self._reader = threading.Thread(target=self._read, name="flowd-reader", daemon=True)
        self._reader.start()

    @property
    def is_usable(self) -> bool:
        """Takes further calls."""
        return not (self._is_lost or self._calls.is_going_away or self._calls.is_exhausted)

    @property
    def features(self) -> frozenset[str]:
        """Extensions in force."""
        return self._calls.features

    def hello(self, name: str) -> None:
        """Asks for extensions; does not wait."""
        request = daemon_pb2.DaemonServiceHelloRequest(client=name, features=FEATURES)
        self.send(methods.DAEMON_HELLO, request, None, HelloSink(self._calls))

    def send(
        self, method: Method[Request, Response], request: Message, timeout: Optional[float], sink: Sink
    ) -> Optional[int]:
        """Sends a call and returns its stream id; `None` when the connection is lost already: nothing was sent."""
        with self._lock:
            if self._is_lost:
                return None
            stream, data = self._calls.begin(method, request, timeout, _Deferred(sink, self._ready))
        self._write(data)
        return stream

    def abandon(self, stream: int) -> None:
        """Forgets a call; called under the client's lock."""
        with self._lock:
            data = self._calls.abandon(stream)
        self._write(data)

    def close(self) -> None:
        """Ends the connection; the reader then fails what is under way."""
        self._is_lost = True
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The peer was faster.
        if threading.current_thread() is not self._reader:
            self._reader.join()

    def _write(self, data: bytes) -> None:
        try:
            if data:
                self._connection.sendall(data)
        except OSError:
            self._shut_down()

    def _shut_down(self) -> None:
        self._is_lost = True
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The reader finds out by itself.

    def _read(self) -> None:
        reason = "the daemon closed the connection"
        try:
            while data := self._connection.recv(_READ_BYTES):
                with self._lock:
                    answer = self._calls.receive(data)
                    is_done = self._calls.is_going_away and self._calls.count == 0
                self._tell()
                self._write(answer)
                if is_done:
                    break
        except (OSError, FrameError) as error:
            reason = str(error)
        with self._lock:
            self._is_lost = True
            self._calls.close(errors.ConnectionLost(f"{reason}; it is not known whether the call took effect"))
        self._connection.close()
        self._tell()

    def _tell(self) -> None:
        """Runs what sinks were to be told; only the reader thread adds to the list and empties it."""
        ready, self._ready[:] = list(self._ready), []
        for action in ready:
            action()


class HelloSink:
    """Puts the granted extensions into force; a daemon that knows no hello has none."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def message(self, payload: bytes) -> None:
        """A unary call has none."""

    def succeed(self, payload: bytes) -> None:
        response = methods.DAEMON_HELLO.parse(payload)
        self._calls.features = frozenset(response.features)

    def fail(self, error: errors.FlowdError) -> None:
        """Nothing is granted."""


class _Deferred:
    """Notes what a sink is to be told, for when no lock is held."""

    def __init__(self, sink: Sink, ready: List[Callable[[], None]]) -> None:
        self._sink = sink
        self._ready = ready

    def message(self, payload: bytes) -> None:
        self._ready.append(lambda: self._sink.message(payload))

    def succeed(self, payload: bytes) -> None:
        self._ready.append(lambda: self._sink.succeed(payload))

    def fail(self, error: errors.FlowdError) -> None:
        self._ready.append(lambda: self._sink.fail(error))
