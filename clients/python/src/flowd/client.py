"""The blocking client."""

from __future__ import annotations

import concurrent.futures
import socket
import threading
import time
import uuid
from typing import Any, Iterator, Optional, Sequence, TypeVar

from google.protobuf.message import Message

from flowd import _socket, _spawn, errors
from flowd._backoff import Backoff
from flowd._cursor import Cursor
from flowd._future import FutureSink
from flowd._generated import blocking, pipelined
from flowd._link import Link
from flowd._json import DEFAULT, Json
from flowd._method import Method, Request, Response
from flowd._pending import Pending
from flowd.question import Question
from flowd.v1 import flow_pb2, run_pb2
from flowd.watch import Watch

Self = TypeVar("Self", bound="Client")
#: What a reply may need on top of the time the daemon was given.
_GRACE_SECONDS = 1.0


class Client(blocking.Services):
    """Calls of the daemon; any thread may use it.

    A connection is made by the first call and again by the first call after it was lost; a call that was under way
    then fails with `ConnectionLost`, for only the caller knows whether to repeat it. Calls are taken by the daemon in
    the order in which they are made here. `pipelined` has the same methods, returning futures; what is added to a
    future with `add_done_callback` runs on the thread that reads replies, so it must not wait for one.
    """

    def __init__(
        self,
        path: Optional[str] = None,
        *,
        spawn: Optional[Sequence[str]] = ("flowd",),
        name: str = "python",
        timeout: Optional[float] = 30.0,
    ) -> None:
        """
        path: of the socket; by default `$FLOWD_SOCKET`, else the user's.
        spawn: the command that starts a daemon when none listens; `None`: start none.
        name: of this program, for people who read the daemon's logs.
        timeout: of calls that give none, in seconds; `None`: wait for ever.
        """
        super().__init__(_Blocking(self))
        self.pipelined = pipelined.Services(_Pipelined(self))
        self.path = _socket.default_path() if path is None else path
        self.timeout = timeout
        self._spawn = spawn
        self._name = name
        # Held while sending, which may have to wait for the daemon; the reader thread never takes it.
        self._order = threading.Lock()
        self._link: Optional[Link] = None
        # Guards the counts; held for a moment only.
        self._counts = threading.Lock()
        self._pending = Pending()
        self._is_closed = False

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; calls under way fail with `ConnectionLost`."""
        with self._order:
            self._is_closed = True
            link, self._link = self._link, None
        if link is not None:
            link.close()

    @property
    def features(self) -> frozenset[str]:
        """Extensions in force on the present connection."""
        link = self._link
        return link.features if link is not None else frozenset()

    def call_async(
        self, method: Method[Request, Response], request: Request, timeout: Optional[float] = None
    ) -> concurrent.futures.Future[Response]:
        """Sends a call now and returns the future of its response."""
        return self._send(method, request, self.timeout if timeout is None else timeout)[0]

    def call(
        self, method: Method[Request, Response], request: Request, timeout: Optional[float] = None
    ) -> Response:
        """Sends a call and waits for its response."""
        timeout = self.timeout if timeout is None else timeout
        future, link, stream = self._send(method, request, timeout)
        try:
            return future.result(None if timeout is None else max(timeout, 0) + _GRACE_SECONDS)
        except concurrent.futures.TimeoutError:
            with self._order:
                link.abandon(stream)
            future.cancel()
            raise errors.DeadlineExceeded(
                f"{method.alias}: no reply in {timeout:g} s; it is not known whether it took effect",
                reason="DEADLINE_EXCEEDED",
            ) from None

    def start_once(
        self,
        session_id: str,
        *,
        request_id: Optional[str] = None,
        patience: float = 30.0,
        **arguments: Any,
    ) -> flow_pb2.FlowServiceStartResponse:
        """`flow.start` that is repeated under one `request_id` while the daemon cannot be reached or its answer was lost.

        The arguments are those of `flow.start`. However often it is sent, one run is admitted.
        """
        request_id = request_id or str(uuid.uuid4())
        deadline = time.monotonic() + patience
        backoff = Backoff()
        while True:
            try:
                return self.flow.start(session_id, request_id=request_id, **arguments)
            except (errors.Unavailable, errors.Unknown, errors.DeadlineExceeded):
                delay = backoff.delay()
                if time.monotonic() + delay >= deadline:
                    raise
                time.sleep(delay)

    def answer(
        self, question: Question, value: Json = DEFAULT, timeout: Optional[float] = None
    ) -> flow_pb2.FlowServiceAnswerResponse:
        """Answers a question, with its default when no value is given. The first valid answer counts."""
        return self.flow.answer(
            question.run_id, step_id=question.step_id, input_id=question.input_id, value=value, timeout=timeout
        )

    def get_run(self, run_id: str, *, include_output: bool = False, timeout: Optional[float] = None) -> run_pb2.Run:
        """A run with all its steps, in as many calls as it takes.

        timeout: of each call.
        """
        answer = self.flow.get_run(run_id, include_output=include_output, timeout=timeout)
        self._add_steps(answer.run, answer.next_step_page_token, include_output=include_output, timeout=timeout)
        return answer.run

    def _add_steps(
        self, run: run_pb2.Run, token: str, *, include_output: bool = False, timeout: Optional[float] = None
    ) -> None:
        """Adds the steps that an answer had no room for."""
        while token:
            page = self.flow.get_run(
                run.run_id, include_output=include_output, step_page_token=token, timeout=timeout
            )
            run.steps.extend(page.run.steps)
            # A daemon that does not go on would be asked for ever.
            token = page.next_step_page_token if page.run.steps else ""

    def export_run(
        self, run_id: str, timeout: Optional[float] = None
    ) -> Iterator[flow_pb2.FlowServiceExportRunResponse]:
        """The whole execution log of a run, in pieces; the first one has the run too, and its definition if that fits.

        timeout: of each piece.
        """
        after_seq = 0
        while True:
            piece = self.flow.export_run(run_id, after_seq=after_seq, timeout=timeout)
            if piece.next_step_page_token:
                self._add_steps(piece.run, piece.next_step_page_token, timeout=timeout)
                piece.next_step_page_token = ""
            yield piece
            # 0 after the last piece; a daemon that did not go on would be asked for ever.
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
    ) -> Watch:
        """Iterates over events of one session, workspace, run or all, in order, each exactly once.

        A run's are those of the runs that are its steps too; they end with the run itself.

        patience: seconds without a connection after which it gives up with `Unavailable`; `None`: never.
        """
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
        return Watch(self._open, cursor, patience)

    def is_metadata_pending(self, session_id: Optional[str] = None) -> bool:
        """Whether a choice of flow, provider, model or mode has no reply yet."""
        with self._counts:
            return self._pending.metadata_count(session_id) > 0

    def action_in_flight(self, id: Optional[str] = None) -> bool:
        """Whether a start, cancel, answer, pause, resume or rerun has no reply yet.

        id: of the session or run that the call named; `None`: any.
        """
        with self._counts:
            return self._pending.action_count(id) > 0

    def _send(
        self, method: Method[Request, Response], request: Request, timeout: Optional[float]
    ) -> tuple[FutureSink[Response], Link, int]:
        if method.is_server_streaming:
            raise TypeError(f"{method.alias} is a stream; use watch")
        future = FutureSink(method)
        self._note(method, request, 1)
        future.add_done_callback(lambda _: self._note(method, request, -1))
        try:
            with self._order:
                while True:
                    link = self._connected()
                    stream = link.send(method, request, timeout, future)
                    if stream is not None:
                        return future, link, stream
        except errors.FlowdError:
            future.cancel()
            raise

    def _open(self) -> socket.socket:
        return _spawn.connect_or_spawn(self.path, self._spawn)

    def _note(self, method: Method[Any, Any], request: Message, change: int) -> None:
        with self._counts:
            self._pending.note(method, request, change)

    def _connected(self) -> Link:
        if self._is_closed:
            raise errors.Unavailable("the client is closed")
        if self._link is None or not self._link.is_usable:
            self._link = Link(self._open())
            self._link.hello(self._name)
        return self._link


class _Blocking:
    def __init__(self, client: Client) -> None:
        self._client = client

    def call(self, method: Method[Request, Response], request: Request, timeout: Optional[float]) -> Response:
        return self._client.call(method, request, timeout)


class _Pipelined:
    def __init__(self, client: Client) -> None:
        self._client = client

    def call(
        self, method: Method[Request, Response], request: Request, timeout: Optional[float]
    ) -> concurrent.futures.Future[Response]:
        return self._client.call_async(method, request, timeout)
