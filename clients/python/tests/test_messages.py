"""Every message vector through the generated modules, and every error through `flowd.errors`."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from pair import vectors
from google.protobuf import json_format
from google.protobuf.message import Message

from flowd import _envelope, errors
from flowd._generated import methods, ttrpc_pb2

MESSAGES = vectors("messages")["messages"]
FRAMES = vectors("frames")["frames"]

MODULES = [
    *[f"flowd.v1.{name}_pb2" for name in ("run", "session", "event", "flow", "provider", "daemon")],
    "flowd._generated.ttrpc_pb2",
    "google.rpc.error_details_pb2",
    "google.protobuf.timestamp_pb2",
]
KINDS = {
    kind.DESCRIPTOR.full_name: kind
    for module in map(importlib.import_module, MODULES)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Message)
}


def new(name: str) -> Any:
    return KINDS[name]()


def named(entries: Any) -> Any:
    return pytest.mark.parametrize("entry", entries, ids=[entry["name"] for entry in entries])


@named([entry for entry in MESSAGES if entry["decoded"] is not None])
def test_a_message_reads_as_the_vector_says(entry: Any) -> None:
    message = new(entry["message"])
    message.ParseFromString(bytes.fromhex(entry["hex"]))
    assert json_format.MessageToDict(message) == entry["decoded"]


@named([entry for entry in MESSAGES if entry["canonical"]])
def test_a_message_is_written_as_the_vector_says(entry: Any) -> None:
    message = json_format.ParseDict(entry["decoded"], new(entry["message"]))
    assert message.SerializeToString(deterministic=True).hex() == entry["hex"]


@named([entry for entry in FRAMES if "payload" in entry and entry["direction"] == "client"])
def test_a_request_is_written_as_the_vector_says(entry: Any) -> None:
    body = entry["body"]["json"]
    found = [m for m in methods.ALL if (m.service, m.name) == (body["service"], body["method"])]
    if not found or "metadata" in body:
        return  # An alias, or metadata: the client sends neither.
    payload = json_format.ParseDict(entry["payload"]["json"], new(entry["payload"]["message"]))
    nanoseconds = int(body.get("timeoutNano", 0))
    timeout = nanoseconds / 1e9 if nanoseconds else None
    frame = _envelope.request_frame(entry["header"]["stream"], found[0], payload, timeout)
    assert ttrpc_pb2.Request.FromString(frame[10:]) == ttrpc_pb2.Request.FromString(bytes.fromhex(entry["hex"])[10:])
    assert frame[4:10].hex() == entry["hex"][8:20]


@named([entry for entry in FRAMES if entry["header"] and entry["header"]["type"] == 2])
def test_a_response_reads_as_the_vector_says(entry: Any) -> None:
    result = _envelope.reply_payload(bytes.fromhex(entry["hex"])[10:])
    status = entry["body"]["json"].get("status")
    if status is None:
        expected = entry.get("payload")
        assert isinstance(result, bytes)
        if expected:
            message = new(expected["message"])
            message.ParseFromString(result)
            assert json_format.MessageToDict(message) == expected["json"]
        return
    assert isinstance(result, errors.FlowdError)
    assert type(result).code == result.code == status["code"]
    assert result.message == status.get("message", "")
    details = status.get("details", [])
    if details:
        assert (result.reason, result.metadata) == (details[0]["reason"], details[0]["metadata"])
    if len(details) > 1:
        expected_meta = {name: value for name, value in details[1].items() if name != "@type"}
        assert json_format.MessageToDict(result.meta) == expected_meta


def test_every_code_has_its_error() -> None:
    from google.rpc import status_pb2

    kinds = {type(errors.from_status(status_pb2.Status(code=code))) for code in range(1, 17)}
    assert len(kinds) == 16
    assert errors.from_status(status_pb2.Status(code=99, message="odd")).code == 99


def test_an_unreadable_response_is_data_loss() -> None:
    assert isinstance(_envelope.reply_payload(b"\x0a\x7f"), errors.DataLoss)
