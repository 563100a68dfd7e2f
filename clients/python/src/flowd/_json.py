"""JSON values where the contract has `bytes`."""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence, Union

#: Text as it is, or a value to be written as JSON.
Json = Union[bytes, None, bool, int, float, str, Sequence[Any], Mapping[str, Any]]

#: No value: the daemon takes a question's default.
DEFAULT = b""


def json_bytes(value: Json) -> bytes:
    """The JSON text of a value; bytes are taken to be JSON text already."""
    if isinstance(value, bytes):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
