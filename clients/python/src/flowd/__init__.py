"""Client of flowd, the local daemon that owns sessions and runs flows durably.

`Client` waits for replies and may be used by any thread; `AsyncClient` is for asyncio. Messages are in `flowd.v1`,
errors in `flowd.errors`.
"""

from flowd import errors
from flowd._method import Method
from flowd._socket import default_path
from flowd.aio import AsyncClient, AsyncWatch
from flowd.client import Client
from flowd.errors import FlowdError
from flowd.expect import expect
from flowd.provider import held_seconds, is_usable
from flowd.question import Question
from flowd.watch import Watch

__version__ = "0.1.0"
__all__ = [
    "AsyncClient",
    "AsyncWatch",
    "Client",
    "FlowdError",
    "Method",
    "Question",
    "Watch",
    "default_path",
    "errors",
    "expect",
    "held_seconds",
    "is_usable",
]
