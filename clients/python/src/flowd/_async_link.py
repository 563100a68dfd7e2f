"""One connection of the asyncio client."""

from __future__ import annotations

import asyncio
import socket
from typing import Optional

from google.protobuf.message import Message

from flowd import errors
from flowd._calls import Calls, Sink
from flowd._frames import FrameError
from flowd._generated import methods
from flowd._link import FEATURES, HelloSink
from flowd._method import Method, Request, Response
from flowd.v1 import daemon_pb2


class AsyncLink(asyncio.Protocol):
    """Sends calls in order; replies settle their sinks on the event loop."""

    def __init__(self) -> None:
        self.calls = Calls()
        #: Done once the connection has ended.
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: Optional[asyncio.Transport] = None
        self._reason = "the daemon closed the connection"

    @classmethod
    async def open(cls, connection: socket.socket, name: str) -> AsyncLink:
        """Takes over a connected socket and asks for extensions, without waiting for them."""
        connection.setblocking(False)
        _, link = await asyncio.get_running_loop().create_unix_connection(cls, sock=connection)
        request = daemon_pb2.DaemonServiceHelloRequest(client=name, features=FEATURES)
        link.send(methods.DAEMON_HELLO, request, None, HelloSink(link.calls))
        return link

    @property
    def is_usable(self) -> bool:
        """Takes further calls."""
        return not (self.ended.done() or self._is_closing or self.calls.is_going_away or self.calls.is_exhausted)

    @property
    def _is_closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def send(
        self, method: Method[Request, Response], request: Message, timeout: Optional[float], sink: Sink
    ) -> int:
        """Sends a call and returns its stream id. Raises `ConnectionLost` when nothing can be sent any more."""
        if self._is_closing or self._transport is None:
            raise errors.ConnectionLost("the connection was lost before the call was sent")
        stream, data = self.calls.begin(method, request, timeout, sink)
        self._transport.write(data)
        return stream

    def abandon(self, stream: int) -> None:
        """Forgets a call."""
        data = self.calls.abandon(stream)
        if data and self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Ends the connection."""
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            answer = self.calls.receive(data)
        except FrameError as error:
            self._reason = str(error)
            self.close()
            return
        if answer and self._transport is not None:
            self._transport.write(answer)
        if self.calls.is_going_away and self.calls.count == 0:
            self.close()

    def connection_lost(self, error: Optional[Exception]) -> None:
        reason = str(error) if error else self._reason
        if not self.ended.done():
            self.ended.set_result(None)
        self.calls.close(errors.ConnectionLost(f"{reason}; it is not known whether the call took effect"))
