"""The asyncio client."""

from __future__ import annotations

import asyncio
import socket
import time
import uuid
from typing import Any, AsyncIterator, List, Optional, Sequence, Tuple, TypeVar

from google.protobuf.message import Message

from flowd import _socket, _spawn, errors
from flowd._async_link import AsyncLink
from flowd._async_watch import AsyncWatch
from flowd._backoff import Backoff
from flowd._cursor import Cursor
from flowd._future import AsyncSink
from flowd._generated import awaitable
from flowd._json import DEFAULT, Json
from flowd._method import Method, Request, Response
from flowd._pending import Pending
from flowd.question import Question
from flowd.v1 import flow_pb2, run_pb2

__all__ = ["AsyncClient", "AsyncWatch"]

Self = TypeVar("Self", bound="AsyncClient")
#: What a reply may need on top of the time the daemon was given.
_GRACE_SECONDS = 1.0


class AsyncClient(awaitable.Services):
    """Calls of the daemon, for one event loop.

    A method sends its call at once and returns a future of the response; so calls are taken in the order in which
    they are made, awaited or not. A connection is made by the first call and again by the first call after it was
    lost; a call that was under way then fails with `ConnectionLost`.
    """

    def __init__(
        self,
        path: Optional[str] = None,
        *,
        spawn: Optional[Sequence[str]] = ("flowd",),
        name: str = "python",
        timeout: Optional[float] = 30.0,
    ) -> None:
        """The same parameters as `Client`."""
        super().__init__(self)
        self.path = _socket.default_path() if path is None else path
        self.timeout = timeout
        self._spawn = spawn
        self._name = name
        self._link: Optional[AsyncLink] = None
        self._waiting: List[Tuple[Method[Any, Any], Message, Optional[float], AsyncSink[Any]]] = []
        self._connecting: Optional[asyncio.Task[None]] = None
        self._pending = Pending()
        self._is_closed = False

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection; calls under way fail with `ConnectionLost`."""
        self._is_closed = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        self._refuse_waiting(errors.Unavailable("the client is closed"))
        if self._link is not None:
            self._link.close()
            await self._link.ended

    @property
    def features(self) -> frozenset[str]:
        """Extensions in force on the present connection."""
        return self._link.calls.features if self._link is not None else frozenset()

    def call(
        self, method: Method[Request, Response], request: Request, timeout: Optional[float] = None
    ) -> asyncio.Future[Response]:
        """Sends a call now and returns the future of its response."""
        if method.is_server_streaming:
            raise TypeError(f"{method.alias} is a stream; use watch")
        timeout = self.timeout if timeout is None else timeout
        sink = AsyncSink(method)
        self._pending.note(method, request, 1)
        sink.future.add_done_callback(lambda _: self._pending.note(method, request, -1))
        if self._is_closed:
            sink.fail(errors.Unavailable("the client is closed"))
        elif self._connecting is None and self._link is not None and self._link.is_usable:
            self._send(self._link, method, request, timeout, sink)
        else:
            self._waiting.append((method, request, timeout, sink))
            if self._connecting is None:
                self._connecting = asyncio.get_running_loop().create_task(self._connect())
        return sink.future

    async def start_once(
        self,
        session_id: str,
        *,
        request_id: Optional[str] = None,
        patience: float = 30.0,
        **arguments: Any,
    ) -> flow_pb2.FlowServiceStartResponse:
        """`flow.start` that is repeated under one `request_id` while the daemon cannot be reached or its answer was lost."""
        request_id = request_id or str(uuid.uuid4())
        deadline = time.monotonic() + patience
        backoff = Backoff()
        while True:
            try:
                return await self.flow.start(session_id, request_id=request_id, **arguments)
            except (errors.Unavailable, errors.Unknown, errors.DeadlineExceeded):
                delay = backoff.delay()
                if time.monotonic() + delay >= deadline:
                    raise
                await asyncio.sleep(delay)

    def answer(
        self, question: Question, value: Json = DEFAULT, timeout: Optional[float] = None
    ) -> asyncio.Future[flow_pb2.FlowServiceAnswerResponse]:
        """Answers a question, with its default when no value is given. The first valid answer counts."""
        return self.flow.answer(
            question.run_id, step_id=question.step_id, input_id=question.input_id, value=value, timeout=timeout
        )

    async def get_run(self, run_id: str, *, include_output: bool = False, timeout: Optional[float] = None) -> run_pb2.Run:
        """A run with all its steps, in as many calls as it takes.

        timeout: of each call.
        """
        answer = await self.flow.get_run(run_id, include_output=include_output, timeout=timeout)
        await self._add_steps(answer.run, answer.next_step_page_token, include_output=include_output, timeout=timeout)
        return answer.run

    async def _add_steps(
        self, run: run_pb2.Run, token: str, *, include_output: bool = False, timeout: Optional[float] = None
    ) -> None:
        """Adds the steps that an answer had no room for."""
        while token:
            page = await self.flow.get_run(
                run.run_id, include_output=include_output, step_page_token=token, timeout=timeout
            )
            run.steps.extend(page.run.steps)
            # A daemon that does not go on would be asked for ever.
            token = page.next_step_page_token if page.run.steps else ""

    async def export_run(
        self, run_id: str, timeout: Optional[float] = None
    ) -> AsyncIterator[flow_pb2.FlowServiceExportRunResponse]:
        """The whole execution log of a run, in pieces; the first one has the run too, and its definition if that fits."""
        after_seq = 0
        while True:
            piece = await self.flow.export_run(run_id, after_seq=after_seq, timeout=timeout)
            if piece.next_step_page_token:
                await self._add_steps(piece.run, piece.next_step_page_token, timeout=timeout)
                piece.next_step_page_token = ""
            yield piece
            if piece.next_after_seq <= after_seq:
                return
            after_seq = piece.next_after_seq

    def watch(
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
        patience: Optional[float] = 60.0,
    ) -> AsyncWatch:
        """Iterates over events of one session, workspace, run or all, in order, each exactly once."""
        cursor = Cursor(
            session_id=session_id,
            workspace=workspace,
            run_id=run_id,
            all=all,
            after_seq=after_seq,
            after_position=after_position,
            snapshot=snapshot,
            until_now=until_now,
        )
        return AsyncWatch(self._open, cursor, patience)

    def is_metadata_pending(self, session_id: Optional[str] = None) -> bool:
        """Whether a choice of flow, provider, model or mode has no reply yet."""
        return self._pending.metadata_count(session_id) > 0

    def action_in_flight(self, id: Optional[str] = None) -> bool:
        """Whether a start, cancel, answer, pause, resume or rerun has no reply yet.

        id: of the session or run that the call named; `None`: any.
        """
        return self._pending.action_count(id) > 0

    def _open(self) -> socket.socket:
        return _spawn.connect_or_spawn(self.path, self._spawn)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            connection = await loop.run_in_executor(None, self._open)
            link = await AsyncLink.open(connection, self._name)
        except (errors.FlowdError, OSError) as error:
            self._connecting = None
            reason = error if isinstance(error, errors.FlowdError) else errors.Unavailable(str(error))
            self._refuse_waiting(reason)
            return
        self._link, self._connecting = link, None
        waiting, self._waiting = self._waiting, []
        for method, request, timeout, sink in waiting:
            self._send(link, method, request, timeout, sink)

    def _send(
        self, link: AsyncLink, method: Method[Any, Any], request: Message, timeout: Optional[float], sink: AsyncSink[Any]
    ) -> None:
        try:
            stream = link.send(method, request, timeout, sink)
        except errors.FlowdError as error:
            sink.fail(error)
            return
        if timeout is None:
            return

        def expire() -> None:
            link.abandon(stream)
            message = f"{method.alias}: no reply in {timeout:g} s; it is not known whether it took effect"
            sink.fail(errors.DeadlineExceeded(message, reason="DEADLINE_EXCEEDED"))

        timer = asyncio.get_running_loop().call_later(max(timeout, 0) + _GRACE_SECONDS, expire)
        sink.future.add_done_callback(lambda _: timer.cancel())

    def _refuse_waiting(self, error: errors.FlowdError) -> None:
        waiting, self._waiting = self._waiting, []
        for _, _, _, sink in waiting:
            sink.fail(error)
