"""Futures that a reply settles."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Callable, Generic, Union

from google.protobuf.message import DecodeError

from flowd import errors
from flowd._method import Method, Request, Response


def parse(method: Method[Request, Response], payload: bytes) -> Union[Response, errors.FlowdError]:
    """The response in a payload, or the error that says it is none."""
    try:
        return method.parse(payload)
    except DecodeError as error:
        return errors.DataLoss(f"{method.alias}: the response cannot be read: {error}")


class FutureSink(concurrent.futures.Future[Response]):
    """The future of a blocking client's call."""

    def __init__(self, method: Method[Request, Response]) -> None:
        super().__init__()
        self._parse: Callable[[bytes], Union[Response, errors.FlowdError]] = lambda payload: parse(method, payload)

    def message(self, payload: bytes) -> None:
        """Unary calls have none."""

    def succeed(self, payload: bytes) -> None:
        if not self.set_running_or_notify_cancel():
            return
        result = self._parse(payload)
        if isinstance(result, errors.FlowdError):
            self.set_exception(result)
        else:
            self.set_result(result)

    def fail(self, error: errors.FlowdError) -> None:
        if self.set_running_or_notify_cancel():
            self.set_exception(error)


class AsyncSink(Generic[Response]):
    """Settles a future of the running event loop."""

    def __init__(self, method: Method[Request, Response]) -> None:
        self.future: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._parse: Callable[[bytes], Union[Response, errors.FlowdError]] = lambda payload: parse(method, payload)

    def message(self, payload: bytes) -> None:
        """Unary calls have none."""

    def succeed(self, payload: bytes) -> None:
        if self.future.done():
            return
        result = self._parse(payload)
        if isinstance(result, errors.FlowdError):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)

    def fail(self, error: errors.FlowdError) -> None:
        if not self.future.done():
            self.future.set_exception(error)
