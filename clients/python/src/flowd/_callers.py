"""What the generated services need of a client, one protocol for each way of waiting."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Optional, Protocol

from flowd._method import Method, Request, Response


class BlockingCaller(Protocol):
    """Waits for the reply."""

    def call(self, method: Method[Request, Response], request: Request, timeout: Optional[float]) -> Response:
        """The response, or an error of `flowd.errors`."""
        ...


class PipelinedCaller(Protocol):
    """Sends at once, waits for nothing."""

    def call(
        self, method: Method[Request, Response], request: Request, timeout: Optional[float]
    ) -> concurrent.futures.Future[Response]:
        """A future of the response."""
        ...


class AwaitableCaller(Protocol):
    """Sends at once, waits for nothing."""

    def call(
        self, method: Method[Request, Response], request: Request, timeout: Optional[float]
    ) -> asyncio.Future[Response]:
        """A future of the response, of the running event loop."""
        ...
