"""One method of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Type, TypeVar

from google.protobuf.message import Message

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


@dataclass(frozen=True)
class Method(Generic[Request, Response]):
    """What a call needs to know: the names it goes by on the wire and its messages."""

    service: str
    name: str
    #: The short name, such as `session.setExecutedFlow`.
    alias: str
    request: Type[Request]
    response: Type[Response]
    is_server_streaming: bool

    def parse(self, payload: bytes) -> Response:
        """The response in a payload; raises `DecodeError` for bytes that are not one."""
        return self.response.FromString(payload)
