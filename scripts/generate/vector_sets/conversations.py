"""Conversations: what a client sends on one connection, and what has to come back."""

from .contract import DATA, NO_DATA, REMOTE_CLOSED, REQUEST, RESPONSE, Contract, frame

ABOUT = {
    "format": "conversations/1",
    "fields": {
        "needs": "variables that must have a value before the first step; `session_id` is of a new session whose flow "
        "is not chosen, `workspace` a folder with the flows of `setup`",
        "client": "a client library makes these very calls when asked to; the others break rules on purpose",
        "steps": "`send` and `expect` in order. Expected frames of one stream come in the order given; frames of "
        "different streams may come in any order unless `ordered`",
        "hex": "the frame's bytes; null where a variable is part of it",
        "request / response / data / status / raw": "the body: an envelope with its payload, a message, an error, bytes",
        "values": "`${name}` stands for a variable: it is filled in where sent, compared where known, and bound where "
        "not. `${any}` matches whatever is there. Expected messages name the fields that matter; a field named with "
        "its default value must be absent or have it",
        "one_of": "any of these frames will do",
    },
    "setup": {"flows": {"hello": "steps:\n  - id: greet\n    uses: run\n    with: { command: echo hello }\n"}},
}
SESSIONS, FLOWS, EVENTS, DAEMON = (f"flowd.v1.{name}Service" for name in ("Session", "Flow", "Event", "Daemon"))


class Writer:
    """Builds the steps of one conversation."""

    def __init__(self, contract: Contract, name: str, meaning: str, *, client: bool = True, needs=(), ordered: bool = False):
        self.contract = contract
        self.document = {
            "name": name, "meaning": meaning, "client": client, "needs": list(needs), "ordered": ordered, "steps": [],
        }  # fmt: skip

    def call(self, stream: int, service: str, method: str, value: dict | None = None, *, kind: str = "", **more) -> "Writer":
        """Sends a request; `kind` is the request's message when it cannot be told from the names."""
        is_stream = service == EVENTS
        kind = kind or f"{service}{method}Request"
        request = {"service": service, "method": method, "payload": {"message": kind, "json": value or {}}, **more}
        flags = REMOTE_CLOSED if is_stream else 0
        body = None
        if "${" not in str(value):
            options = {"timeout_nano": int(more.get("timeoutNano", 0))}
            options["metadata"] = [(pair["key"], pair["value"]) for pair in more.get("metadata", [])]
            body = self.contract.request(service, method, self.contract.encode(kind, value or {}), **options)
        return self._add("send", stream, REQUEST, flags, body, request=request)

    def raw(self, stream: int, kind: int, flags: int, body: bytes = b"", repeat: int = 0) -> "Writer":
        """Sends bytes as they are, then `repeat` zeros that the header already counts."""
        data = frame(stream, kind, flags, body)
        data = (len(body) + repeat).to_bytes(4, "big") + data[4:]
        step = {"stream": stream, "type": kind, "flags": flags, "hex": data.hex(), "raw": body.hex()}
        if repeat:
            step["repeat"] = {"hex": "00", "count": repeat}
        self.document["steps"].append({"send": step})
        return self

    def reply(self, stream: int, message: str, value: dict | None = None) -> "Writer":
        """Expects a response."""
        return self._add("expect", stream, RESPONSE, 0, response={"message": message, "json": value or {}})

    def error(self, stream: int, code: int, reason: str, **metadata: str) -> "Writer":
        """Expects an error."""
        status = {"code": code, "reason": reason, "metadata": metadata}
        return self._add("expect", stream, RESPONSE, 0, status=status)

    def data(self, stream: int, value: dict) -> "Writer":
        """Expects one message of a watch."""
        message = {"message": "flowd.v1.EventServiceWatchResponse", "json": value}
        return self._add("expect", stream, DATA, 0, data=message)

    def end(self, stream: int) -> "Writer":
        """Expects the good end of a stream."""
        return self._add("expect", stream, DATA, REMOTE_CLOSED | NO_DATA, b"", raw="")

    def either(self, *frames: dict) -> "Writer":
        self.document["steps"].append({"expect": {"stream": frames[0]["stream"], "one_of": list(frames)}})
        return self

    def expect_raw(self, stream: int, kind: int, flags: int, body: bytes) -> "Writer":
        return self._add("expect", stream, kind, flags, body, raw=body.hex())

    def _add(self, direction: str, stream: int, kind: int, flags: int, body: bytes | None = None, **parts) -> "Writer":
        data = frame(stream, kind, flags, body).hex() if body is not None else None
        self.document["steps"].append({direction: {"stream": stream, "type": kind, "flags": flags, "hex": data, **parts}})
        return self


def document(contract: Contract) -> dict:
    from . import conversations_broken, conversations_calls

    writers = [*conversations_calls.all(contract), *conversations_broken.all(contract)]
    return {**ABOUT, "conversations": [writer.document for writer in writers]}


def status_call(writer: Writer, stream: int) -> Writer:
    """A call that always works: the connection is as good as before."""
    return writer.call(stream, DAEMON, "Status").reply(
        stream, "flowd.v1.DaemonServiceStatusResponse", {"health": "DAEMON_HEALTH_SERVING"}
    )



