"""Messages: one of each shape as it is written, and what has to be refused although a lenient reader takes it."""

from . import samples
from .contract import Contract

ABOUT = {
    "format": "messages/1",
    "fields": {
        "message": "full name",
        "hex": "the message's bytes",
        "decoded": "canonical proto3 JSON; null when refused",
        "canonical": "encoding `decoded` gives exactly these bytes (map entries sorted by key)",
        "direction": "who sends it",
        "refused": "the ErrorInfo reason a server answers with, under INVALID_ARGUMENT",
    },
}
SESSION = samples.SESSION.encode()
#: Field 1 of most requests, as written.
SESSION_FIELD = b"\x0a\x24" + SESSION
GET_META = "flowd.v1.SessionServiceGetCurrentMetaRequest"
SET_FLOW = "flowd.v1.SessionServiceSetExecutedFlowRequest"
START = "flowd.v1.FlowServiceStartRequest"
LIST = "flowd.v1.SessionServiceListRequest"


def document(contract: Contract) -> dict:
    return {**ABOUT, "messages": [*written(contract), *lenient(contract), *malformed()]}


def written(contract: Contract) -> list:
    def entry(name: str, meaning: str, message: str, value: dict | str, direction: str = "server") -> dict:
        data = contract.encode(message, value)
        return {
            "name": name, "meaning": meaning, "message": message, "direction": direction, "hex": data.hex(),
            "decoded": contract.decode(message, data), "canonical": True,
        }  # fmt: skip

    run = {"runId": samples.RUN, "sessionId": samples.SESSION, "status": "RUN_STATUS_RUNNING", "snapshot": samples.SNAPSHOT,
           "cwd": "/home/ada/project", "inputs": samples.INPUTS, "admittedAt": "2023-06-30T12:34:56.789Z",
           "startedAt": "2023-06-30T12:34:56.789Z", "steps": [samples.STEP, {"stepId": "link", "kind": "run",
           "status": "STEP_STATUS_PENDING"}], "firstEventSeq": "42"}  # fmt: skip
    event = {"sessionId": samples.SESSION, "seq": "18446744073709551615", "position": "1"}
    return [
        entry("meta/full", "Every field of a session.", "flowd.v1.SessionMeta", samples.META),
        entry("meta/empty", "No field at all.", "flowd.v1.SessionMeta", {}),
        entry("run/full", "A run with steps.", "flowd.v1.Run", run),
        entry("step/exit-zero", "A oneof keeps a zero: exited with 0 is not the same as not exited.", "flowd.v1.Step",
              {"stepId": "a", "exitCode": 0}),
        entry("step/exit-negative", "A negative int32 takes ten bytes.", "flowd.v1.Step", {"stepId": "a", "exitCode": -1}),
        entry("expected/zero", "A check against revision 0 and against no flow is a check.", "flowd.v1.ExpectedMeta",
              {"revision": "0", "executedFlowId": ""}, "client"),
        entry("expected/none", "No check.", "flowd.v1.ExpectedMeta", {}, "client"),
        entry("start/full", "A start with a map.", START, samples.PAYLOADS["start"][1], "client"),
        entry("watch/all", "A oneof of a bool.", "flowd.v1.EventServiceWatchRequest",
              {"all": True, "afterPosition": "18446744073709551615"}, "client"),
        entry("watch/run", "A oneof out of field order.", "flowd.v1.EventServiceWatchRequest",
              {"runId": samples.RUN, "snapshot": True, "untilNow": True}, "client"),
        entry("list-runs/statuses", "Repeated enums are packed.", "flowd.v1.FlowServiceListRunsRequest",
              {"sessionId": samples.SESSION, "statuses": ["RUN_STATUS_FAILED", "RUN_STATUS_CANCELLED"], "pageSize": 500},
              "client"),
        entry("event/largest-seq", "The largest uint64.", "flowd.v1.Event",
              {**event, "sessionMetaChanged": {"meta": {"revision": "1"}}}),
        entry("event/empty-kind", "A kind without fields is present all the same.", "flowd.v1.Event",
              {**event, "runPaused": {}}),
        entry("event/run-started", "The roster.", "flowd.v1.Event",
              {**event, "runId": samples.RUN, "runStarted": {"snapshot": samples.SNAPSHOT, "roster": [samples.STEP],
               "cwd": "/"}}),
        entry("event/snapshot", "Made for one watcher.", "flowd.v1.Event",
              {**event, "snapshot": {"meta": samples.META, "activeRuns": [run], "selected": True}}),
        entry("hello/limits", "A map of numbers.", "flowd.v1.DaemonServiceHelloResponse",
              {"version": "0.1.0", "protocolVersion": "flowd.v1", "features": ["cancel", "ping"], "epoch": "e",
               "limits": {"frame_bytes_max": "4194304", "id_bytes_max": "128"}}),
        entry("timestamp/before-1970", "Negative seconds, positive nanoseconds.", "google.protobuf.Timestamp",
              "1969-12-31T23:59:59.500Z"),
        entry("error-info/full", "The typed detail of every error.", "google.rpc.ErrorInfo",
              {"reason": "INVALID_FIELD", "domain": "flowd", "metadata": {"field": "flow_id"}}),
    ]  # fmt: skip


def lenient(contract: Contract) -> list:
    """Not as this project writes them, and accepted all the same."""

    def entry(name: str, meaning: str, message: str, data: bytes) -> dict:
        return {
            "name": name, "meaning": meaning, "message": message, "direction": "client", "hex": data.hex(),
            "decoded": contract.decode(message, data), "canonical": False,
        }  # fmt: skip

    return [
        entry("accepted/unknown-fields", "Unknown fields of each wire type are skipped.", GET_META,
              SESSION_FIELD + b"\x98\x06\x01" + b"\xa1\x06" + bytes(8) + b"\xaa\x06\x03abc" + b"\xb5\x06" + bytes(4)),
        entry("accepted/unknown-invalid-utf8", "Of an unknown field nobody knows that it is text.", GET_META,
              SESSION_FIELD + b"\xaa\x06\x02\xff\x00"),
        entry("accepted/out-of-order", "Fields may come in any order.", SET_FLOW, b"\x12\x05build" + SESSION_FIELD),
        entry("accepted/scalar-twice", "Of a scalar given twice the last counts.", SET_FLOW,
              SESSION_FIELD + b"\x12\x04test" + b"\x12\x05build"),
        entry("accepted/default-written", "A default that is written out is a default.", LIST, b"\x0a\x00\x10\x00"),
        entry("accepted/long-varint", "A varint may be longer than it has to be.", LIST, b"\x10\x85\x80\x00"),
        entry("accepted/unpacked-enums", "Repeated enums one by one.", "flowd.v1.FlowServiceListRunsRequest",
              b"\x18\x06\x18\x07"),
        entry("accepted/unknown-enum", "A number that the enum does not have is kept as a number.",
              "flowd.v1.SessionServiceSetModeRequest", SESSION_FIELD + b"\x10\x63"),
        entry("accepted/oneof-twice", "Of a oneof the last member counts.", GET_META, b"\x12\x02/a" + SESSION_FIELD),
        entry("accepted/empty-map-entry", "An entry without key and value.", START, SESSION_FIELD + b"\x3a\x00"),
    ]  # fmt: skip


def malformed() -> list:
    def entry(name: str, meaning: str, message: str, data: bytes, **more) -> dict:
        return {
            "name": f"malformed/{name}", "meaning": meaning, "message": message, "direction": "client",
            "hex": data.hex(), "decoded": None, "canonical": False, "refused": "MESSAGE_MALFORMED", **more,
        }  # fmt: skip

    expected = b"\x1a\x02\x08\x07"
    return [
        entry("truncated-varint", "The value ends in the middle.", LIST, b"\x10\x80"),
        entry("truncated-tag", "The tag ends in the middle.", LIST, b"\x80"),
        entry("eleven-byte-varint", "No varint has more than ten bytes.", LIST, b"\x10" + b"\xff" * 10 + b"\x01"),
        entry("truncated-string", "The string is shorter than announced.", GET_META, b"\x0a\x24" + SESSION[:35]),
        entry("huge-length", "A length far beyond the message.", GET_META, b"\x0a\xff\xff\xff\xff\x0f"),
        entry("huge-length-64", "A length that overflows when added.", GET_META, b"\x0a" + b"\xff" * 9 + b"\x01"),
        entry("truncated-fixed", "An unknown fixed64 of seven bytes.", GET_META, SESSION_FIELD + b"\xa1\x06" + bytes(7)),
        entry("field-zero", "No field has number 0.", GET_META, b"\x00\x00"),
        entry("group", "Groups are not part of proto3.", GET_META, SESSION_FIELD + b"\x9b\x06\x9c\x06"),
        entry("open-group", "A group that never ends.", GET_META, SESSION_FIELD + b"\x9b\x06"),
        entry("stray-group-end", "The end of a group that never began.", GET_META, SESSION_FIELD + b"\x9c\x06"),
        entry("wire-type-6", "No such wire type.", GET_META, SESSION_FIELD + b"\x9e\x06\x00"),
        entry("wire-type-7", "No such wire type.", GET_META, SESSION_FIELD + b"\x9f\x06\x00"),
        entry("wrong-wire-type", "A string field as a varint.", GET_META, b"\x08\x01"),
        entry("wrong-wire-type-scalar", "A number field as bytes.", LIST, b"\x12\x01\x05"),
        entry("invalid-utf8", "0xFF begins no character.", SET_FLOW, SESSION_FIELD + b"\x12\x02\xffa"),
        entry("overlong-utf8", "A slash in two bytes.", SET_FLOW, SESSION_FIELD + b"\x12\x02\xc0\xaf"),
        entry("surrogate-utf8", "Half a pair of UTF-16.", SET_FLOW, SESSION_FIELD + b"\x12\x03\xed\xa0\x80"),
        entry("beyond-utf8", "Above U+10FFFF.", SET_FLOW, SESSION_FIELD + b"\x12\x04\xf4\x90\x80\x80"),
        entry("cut-utf8", "A character without its end.", SET_FLOW, SESSION_FIELD + b"\x12\x02\xe4\xb8"),
        entry("nul", "A NUL would cut the string short.", SET_FLOW, SESSION_FIELD + b"\x12\x07bui\x00ld!"),
        entry("nul-in-map", "The same in a map.", START, SESSION_FIELD + b"\x3a\x07\x0a\x03A\x00B\x12\x00"),
        entry("message-twice", "A singular message in two parts: readers disagree about the first.", SET_FLOW,
              SESSION_FIELD + expected + expected),
        entry("nested-truncated", "The nested message ends in the middle.", SET_FLOW, SESSION_FIELD + b"\x1a\x02\x08\x80"),
    ]  # fmt: skip
