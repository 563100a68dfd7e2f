"""The conversations of proto/vectors, held with the real daemon."""

from __future__ import annotations

import json
import re
from typing import Any, Optional

import pytest
from google.protobuf import json_format

from flowd._frames import Frame
from flowd._generated import methods, ttrpc_pb2
from flowd.v1 import daemon_pb2, event_pb2, flow_pb2, provider_pb2, run_pb2, session_pb2
from harness.daemon import ROOT, Daemon
from harness.raw import Raw, error_info

DOCUMENT = json.loads((ROOT / "proto" / "vectors" / "conversations.json").read_text())
CONVERSATIONS = DOCUMENT["conversations"]
KINDS = {
    kind.DESCRIPTOR.full_name: kind
    for module in (daemon_pb2, event_pb2, flow_pb2, provider_pb2, run_pb2, session_pb2)
    for kind in vars(module).values()
    if isinstance(kind, type) and hasattr(kind, "DESCRIPTOR") and hasattr(kind, "FromString")
}


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[entry["name"] for entry in CONVERSATIONS])
def test_the_daemon_holds_the_conversation(daemon: Daemon, conversation: Any) -> None:
    for name, text in DOCUMENT["setup"]["flows"].items():
        daemon.place.flow(name, text)
    variables = {"workspace": str(daemon.place.workspace)}
    if "session_id" in conversation["needs"]:
        variables["session_id"] = daemon.session().session_id
    with Raw(daemon.place.socket) as raw:
        replay(raw, conversation, variables)


def replay(raw: Raw, conversation: Any, variables: dict[str, str]) -> None:
    waiting: list[Frame] = []
    for step in conversation["steps"]:
        if "send" in step:
            raw.write(bytes_of(step["send"], variables))
            continue
        expected = step["expect"]
        frame = take(raw, waiting, expected["stream"], conversation["ordered"])
        failures = []
        for candidate in expected.get("one_of", [expected]):
            failure = mismatch(frame, candidate, variables)
            if failure is None:
                break
            failures.append(failure)
        else:
            raise AssertionError("; ".join(failures))
    assert waiting == [], "more came than expected"


def take(raw: Raw, waiting: list[Frame], stream: int, ordered: bool) -> Frame:
    for frame in waiting:
        if frame.stream == stream:
            waiting.remove(frame)
            return frame
    while True:
        frame = raw.read()
        assert frame is not None, f"the daemon closed the connection; stream {stream} had no answer"
        if frame.stream == stream:
            return frame
        assert not ordered, f"a frame of stream {frame.stream} came before one of stream {stream}"
        waiting.append(frame)


def bytes_of(step: Any, variables: dict[str, str]) -> bytes:
    if step["hex"] is not None:
        repeat = step.get("repeat", {"hex": "", "count": 0})
        return bytes.fromhex(step["hex"]) + bytes.fromhex(repeat["hex"]) * repeat["count"]
    request = step["request"]
    payload = json_format.ParseDict(filled(request["payload"]["json"], variables), KINDS[request["payload"]["message"]]())
    envelope = ttrpc_pb2.Request(service=request["service"], method=request["method"], payload=payload.SerializeToString())
    envelope.timeout_nano = int(request.get("timeoutNano", 0))
    return Frame(step["stream"], step["type"], step["flags"], envelope.SerializeToString()).encode()


def filled(value: Any, variables: dict[str, str]) -> Any:
    text = json.dumps(value)
    for name, replacement in variables.items():
        text = text.replace("${%s}" % name, replacement)
    assert "${" not in text, f"a variable has no value: {text}"
    return json.loads(text)


def mismatch(frame: Frame, expected: Any, variables: dict[str, str]) -> Optional[str]:
    """Why a frame is not the expected one; binds variables where it is."""
    if (frame.type, frame.flags) != (expected["type"], expected["flags"]):
        return f"frame {frame} came, expected type {expected['type']} flags {expected['flags']}"
    if "raw" in expected:
        return None if frame.body.hex() == expected["raw"] else f"body {frame.body.hex()}, not {expected['raw']}"
    if "data" in expected:
        return compare_message(frame.body, expected["data"], variables)
    envelope = ttrpc_pb2.Response.FromString(frame.body)
    if "response" in expected:
        if envelope.HasField("status"):
            return f"an error came: {envelope.status}"
        return compare_message(envelope.payload, expected["response"], variables)
    if not envelope.status.code or envelope.payload:
        return f"a response came, not an error: {envelope}"
    info = error_info(envelope.status)
    got = {"code": envelope.status.code, "reason": info.reason, "metadata": dict(info.metadata)}
    if info.domain != "flowd" or not envelope.status.message:
        return f"the error is not complete: {envelope.status}"
    return compare(got, expected["status"], variables, "status")


def compare_message(data: bytes, expected: Any, variables: dict[str, str]) -> Optional[str]:
    message = KINDS[expected["message"]].FromString(data)
    return compare(json_format.MessageToDict(message), expected["json"], variables, expected["message"])


def compare(got: Any, expected: Any, variables: dict[str, str], where: str) -> Optional[str]:
    """Every named member must match; one that is named with its default may be absent."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            absent = type(value)() if not isinstance(value, dict) else {}
            failure = compare((got or {}).get(name, absent), value, variables, f"{where}.{name}")
            if failure:
                return failure
        return None
    variable = re.fullmatch(r"\$\{(\w+)\}", expected) if isinstance(expected, str) else None
    if variable is None:
        return None if got == expected else f"{where} is {got!r}, not {expected!r}"
    if variable[1] == "any":
        return None
    known = variables.setdefault(variable[1], got)
    return None if got == known else f"{where} is {got!r}, not {known!r}"


def test_every_method_of_the_contract_is_named_by_hello(daemon: Daemon) -> None:
    named = set(daemon.client().daemon.hello(client="outside").methods)
    assert named == {f"{method.service}/{method.name}" for method in methods.ALL}
