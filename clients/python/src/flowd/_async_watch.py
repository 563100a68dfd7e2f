"""Watching events with asyncio."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import Callable, Optional

from flowd import errors
from flowd._backoff import Backoff
from flowd._calls import Calls
from flowd._cursor import Cursor
from flowd._frames import FrameError
from flowd._generated import methods
from flowd.v1 import event_pb2
from flowd.watch import Inbox

_READ_BYTES = 65_536


class AsyncWatch:
    """Every event after a point exactly once and in order, over as many connections as it takes.

    Each watch has a connection of its own and reads ahead by a bounded amount. Use it with `async for`; `close` it,
    or leave it with `async with`, when you stop early.
    """

    def __init__(self, connect: Callable[[], socket.socket], cursor: Cursor, patience: Optional[float]) -> None:
        self._connect = connect
        self._cursor = cursor
        self._patience = patience
        self._backoff = Backoff()
        self._failing_since: Optional[float] = None
        self._reader: Optional[asyncio.StreamReader] = None
        self._writer: Optional[asyncio.StreamWriter] = None
        self._calls = Calls()
        self._inbox = Inbox()
        self._is_closed = False

    @property
    def after_seq(self) -> int:
        """The `seq` of the last event that was handed out."""
        return self._cursor.after_seq

    @property
    def after_position(self) -> int:
        """The `position` of the last event that was handed out."""
        return self._cursor.after_position

    def __aiter__(self) -> AsyncWatch:
        return self

    async def __aenter__(self) -> AsyncWatch:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def __anext__(self) -> event_pb2.Event:
        while not self._is_closed:
            while self._inbox.messages:
                event = self._take(self._inbox.messages.popleft())
                if event is not None:
                    self._failing_since = None
                    self._backoff.reset()
                    return event
            if self._inbox.is_over:
                await self._end()
                continue
            try:
                await self._read()
            except (OSError, FrameError, errors.Unavailable) as error:
                await self._lose(error)
        raise StopAsyncIteration

    def close(self) -> None:
        """Ends the watch."""
        self._is_closed = True
        self._disconnect()

    async def _read(self) -> None:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await self._open()
        data = await self._reader.read(_READ_BYTES)
        if not data:
            raise errors.ConnectionLost("the daemon closed the connection")
        answer = self._calls.receive(data)
        if answer and self._writer is not None:
            self._writer.write(answer)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._calls, self._inbox = Calls(), Inbox()
        loop = asyncio.get_running_loop()
        connection = await loop.run_in_executor(None, self._connect)
        connection.setblocking(False)
        reader, writer = await asyncio.open_unix_connection(sock=connection)
        if self._is_closed:  # Meanwhile, so that nobody else would end this connection.
            writer.close()
            raise errors.ConnectionLost("the watch was closed")
        _, request = self._calls.begin(methods.EVENT_WATCH, self._cursor.request(), None, self._inbox)
        writer.write(request)
        return reader, writer

    def _take(self, payload: bytes) -> Optional[event_pb2.Event]:
        try:
            return self._cursor.take(payload)
        except errors.DataLoss:
            self.close()
            raise

    async def _end(self) -> None:
        error = self._inbox.error
        if isinstance(error, errors.Unavailable):
            await self._lose(error)
            return
        self.close()
        if error is not None:
            raise error

    async def _lose(self, error: Exception) -> None:
        """Prepares another try, or raises `Unavailable` when patience is at its end."""
        self._disconnect()
        self._inbox = Inbox()
        if self._is_closed:
            return
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if self._patience is not None and now - self._failing_since >= self._patience:
            self.close()
            raise errors.Unavailable(f"the watch could not be resumed in {self._patience:g} s: {error}") from error
        await asyncio.sleep(self._backoff.delay())

    def _disconnect(self) -> None:
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.close()
