"""Conversations that keep the rules."""

from .contract import CANCEL, PING, RESPONSE, Contract
from .conversations import DAEMON, EVENTS, FLOWS, SESSIONS, Writer, status_call

SESSION = "${session_id}"


def all(contract: Contract) -> list[Writer]:
    return [*calls(contract), *refusals(contract), *streams(contract), *extensions(contract)]


def calls(contract: Contract) -> list[Writer]:
    def new(name: str, meaning: str, **more) -> Writer:
        return Writer(contract, name, meaning, **more)

    hello = new("call/hello", "What a client says first, if it wants extensions.")
    hello.call(1, DAEMON, "Hello", {"client": "vectors 1.0", "features": ["cancel", "ping"]})
    hello.reply(1, "flowd.v1.DaemonServiceHelloResponse", {"protocolVersion": "flowd.v1", "epoch": "${any}"})

    opened = new("call/new-session", "A session is opened and read back on the same connection.", needs=["workspace"])
    meta = {"sessionId": "${new_session_id}", "workspace": "${workspace}", "title": "T", "revision": "${revision}"}
    opened.call(1, SESSIONS, "New", {"workspace": "${workspace}", "title": "T", "client": "vectors"})
    opened.reply(1, "flowd.v1.SessionServiceNewResponse", {"meta": meta})
    opened.call(3, SESSIONS, "GetCurrentMeta", {"sessionId": "${new_session_id}"})
    opened.reply(3, "flowd.v1.SessionServiceGetCurrentMetaResponse", {"meta": meta})

    pipelined = new(
        "call/pipelined-start",
        "Choices and a start sent in one go: the run is admitted with exactly these choices.",
        needs=["session_id"],
        ordered=True,
    )
    chosen = {"executedFlowId": "hello", "providerId": "ollama", "modelId": "m-1"}
    pipelined.call(1, SESSIONS, "SetExecutedFlow", {"sessionId": SESSION, "flowId": "hello"})
    pipelined.call(3, SESSIONS, "SetProviderModel", {"sessionId": SESSION, "providerId": "ollama", "modelId": "m-1"})
    pipelined.call(5, FLOWS, "Start", {"sessionId": SESSION, "requestId": "r-1", "env": {"PATH": "/usr/bin:/bin"}})
    pipelined.reply(1, "flowd.v1.SessionServiceSetExecutedFlowResponse", {"meta": {"executedFlowId": "hello"}})
    pipelined.reply(3, "flowd.v1.SessionServiceSetProviderModelResponse", {"meta": {**chosen, "revision": "${revision}"}})
    snapshot = {"flowId": "hello", "providerId": "ollama", "modelId": "m-1", "revision": "${revision}"}
    pipelined.reply(5, "flowd.v1.FlowServiceStartResponse", {"runId": "${run_id}", "snapshot": snapshot, "existing": False})

    repeated = new("call/repeated-start", "The same request id again: the same run.", needs=["session_id"], ordered=True)
    repeated.call(1, SESSIONS, "SetExecutedFlow", {"sessionId": SESSION, "flowId": "hello"})
    repeated.call(3, FLOWS, "Start", {"sessionId": SESSION, "requestId": "r-2"})
    repeated.call(5, FLOWS, "Start", {"sessionId": SESSION, "requestId": "r-2"})
    repeated.reply(1, "flowd.v1.SessionServiceSetExecutedFlowResponse", {"meta": {"executedFlowId": "hello"}})
    repeated.reply(3, "flowd.v1.FlowServiceStartResponse", {"runId": "${run_id}", "existing": False})
    repeated.reply(5, "flowd.v1.FlowServiceStartResponse", {"runId": "${run_id}", "existing": True})

    alias = new("call/alias", "A method by its alias.", client=False, needs=["session_id"])
    request = "flowd.v1.SessionServiceSetExecutedFlowRequest"
    alias.call(1, "session", "setExecutedFlow", {"sessionId": SESSION, "flowId": "hello"}, kind=request)
    alias.reply(1, "flowd.v1.SessionServiceSetExecutedFlowResponse", {"meta": {"executedFlowId": "hello"}})

    metadata = new("call/metadata", "Metadata does no harm.", client=False)
    metadata.call(1, DAEMON, "Status", metadata=[{"key": "trace", "value": "a1"}, {"key": "trace", "value": "b2"}])
    metadata.reply(1, "flowd.v1.DaemonServiceStatusResponse", {"health": "DAEMON_HEALTH_SERVING"})

    late = new("call/ids-out-of-order", "Ids may come a little out of order.", client=False)
    for stream in (5, 1, 3):
        status_call(late, stream)

    far = new("call/ids-with-gaps", "Ids may leave others out.", client=False)
    for stream in (1, 1001, 1003):
        status_call(far, stream)
    return [hello, opened, pipelined, repeated, alias, metadata, late, far]


def refusals(contract: Contract) -> list[Writer]:
    unknown_flow = Writer(
        contract, "refused/unknown-flow", "An unknown flow is NOT_FOUND, and nothing changed.", needs=["session_id"]
    )
    unknown_flow.call(1, SESSIONS, "GetCurrentMeta", {"sessionId": SESSION})
    unknown_flow.reply(1, "flowd.v1.SessionServiceGetCurrentMetaResponse", {"meta": {"revision": "${revision}"}})
    unknown_flow.call(3, SESSIONS, "SetExecutedFlow", {"sessionId": SESSION, "flowId": "nowhere"})
    unknown_flow.error(3, 5, "FLOW_NOT_FOUND", flow_id="nowhere")
    unknown_flow.call(5, SESSIONS, "GetCurrentMeta", {"sessionId": SESSION})
    unchanged = {"meta": {"revision": "${revision}", "executedFlowId": ""}}
    unknown_flow.reply(5, "flowd.v1.SessionServiceGetCurrentMetaResponse", unchanged)

    unknown_session = Writer(contract, "refused/unknown-session", "No such session.")
    missing = "01890a5d-ac96-774b-bcce-b302099a8057"
    unknown_session.call(1, SESSIONS, "GetCurrentMeta", {"sessionId": missing})
    unknown_session.error(1, 5, "SESSION_NOT_FOUND", session_id=missing)

    field = Writer(contract, "refused/field", "The field that is wrong is named.")
    field.call(1, SESSIONS, "SetExecutedFlow", {"sessionId": missing, "flowId": "x" * 129})
    field.error(1, 3, "INVALID_FIELD", field="flow_id")

    beyond = Writer(contract, "refused/beyond-the-end", "A watch after an event that does not exist.", needs=["session_id"])
    beyond.call(1, EVENTS, "Watch", {"sessionId": SESSION, "afterSeq": "1000000"})
    beyond.error(1, 11, "SEQUENCE_BEYOND_END", field="after_seq")

    unknown_run = Writer(contract, "refused/unknown-run", "No such run.")
    for stream, method in enumerate(("Answer", "Pause", "Resume", "Rerun", "ExportRun")):
        unknown_run.call(2 * stream + 1, FLOWS, method, {"runId": missing})
        unknown_run.error(2 * stream + 1, 5, "RUN_NOT_FOUND", run_id=missing)

    aborted = Writer(
        contract, "refused/expectation", "The session is not what the caller expects.", needs=["session_id"]
    )
    expected = {"executedFlowId": "something-else"}
    aborted.call(1, SESSIONS, "SetExecutedFlow", {"sessionId": SESSION, "flowId": "hello", "expected": expected})
    aborted.error(1, 10, "EXPECTATION_FAILED", session_id=SESSION)

    no_flow = Writer(contract, "refused/no-flow", "Nothing was chosen to start.", needs=["session_id"])
    no_flow.call(1, FLOWS, "Start", {"sessionId": SESSION})
    no_flow.error(1, 9, "NO_FLOW_SELECTED")

    no_run = Writer(contract, "refused/no-run", "No run is active.", needs=["session_id"])
    no_run.call(1, FLOWS, "Cancel", {"sessionId": SESSION})
    no_run.error(1, 9, "NO_ACTIVE_RUN")

    expired = Writer(contract, "refused/expired", "A negative timeout has expired already.", needs=["session_id"], client=False)
    expired.call(1, SESSIONS, "SetExecutedFlow", {"sessionId": SESSION, "flowId": "hello"}, timeoutNano="-1")
    expired.error(1, 4, "DEADLINE_EXCEEDED")
    status_call(expired, 3)
    return [unknown_flow, unknown_session, field, beyond, unknown_run, aborted, no_flow, no_run, expired]


def streams(contract: Contract) -> list[Writer]:
    log = Writer(contract, "stream/until-now", "The log so far, then the good end: 01/01, 03/00 …, 03/05.", needs=["session_id"])
    log.call(1, SESSIONS, "SetExecutedFlow", {"sessionId": SESSION, "flowId": "hello"})
    log.reply(1, "flowd.v1.SessionServiceSetExecutedFlowResponse", {"meta": {"revision": "${revision}"}})
    log.call(3, SESSIONS, "GetCurrentMeta", {"sessionId": SESSION})
    log.reply(3, "flowd.v1.SessionServiceGetCurrentMetaResponse", {"eventSeq": "${seq}"})
    log.call(5, SESSIONS, "SetMode", {"sessionId": SESSION, "mode": "RUN_MODE_BATCH"})
    log.reply(5, "flowd.v1.SessionServiceSetModeResponse", {"meta": {"mode": "RUN_MODE_BATCH", "revision": "${later}"}})
    log.call(7, EVENTS, "Watch", {"sessionId": SESSION, "afterSeq": "${seq}", "untilNow": True})
    changed = {"meta": {"sessionId": SESSION, "mode": "RUN_MODE_BATCH", "revision": "${later}"}}
    log.data(7, {"event": {"sessionId": SESSION, "sessionMetaChanged": changed}})
    log.end(7)

    empty = Writer(contract, "stream/empty", "A stream without messages.", needs=["session_id"])
    empty.call(1, SESSIONS, "GetCurrentMeta", {"sessionId": SESSION})
    empty.reply(1, "flowd.v1.SessionServiceGetCurrentMetaResponse", {"eventSeq": "${seq}"})
    empty.call(3, EVENTS, "Watch", {"sessionId": SESSION, "afterSeq": "${seq}", "untilNow": True})
    empty.end(3)

    snapshot = Writer(contract, "stream/snapshot", "The state, then nothing more.", needs=["session_id"])
    snapshot.call(1, EVENTS, "Watch", {"sessionId": SESSION, "snapshot": True, "untilNow": True})
    snapshot.data(1, {"event": {"sessionId": SESSION, "snapshot": {"meta": {"sessionId": SESSION}}}})
    snapshot.end(1)

    failed = Writer(contract, "stream/error", "A stream that fails ends with a response: 02/00.")
    missing = "01890a5d-ac96-774b-bcce-b302099a8057"
    failed.call(1, EVENTS, "Watch", {"sessionId": missing})
    failed.error(1, 5, "SESSION_NOT_FOUND", session_id=missing)
    return [log, empty, snapshot, failed]


def extensions(contract: Contract) -> list[Writer]:
    def hello(name: str, meaning: str, feature: str, needs=()) -> Writer:
        writer = Writer(contract, name, meaning, client=False, needs=needs)
        writer.call(1, DAEMON, "Hello", {"client": "vectors 1.0", "features": [feature]})
        return writer.reply(1, "flowd.v1.DaemonServiceHelloResponse", {"features": [feature]})

    ping = hello("extension/ping", "A ping and its answer.", "ping")
    ping.raw(0, PING, 0, bytes(range(8))).expect_raw(0, PING, 1, bytes(range(8)))

    cancel = hello("extension/cancel", "A watch is given up: one terminal frame.", "cancel", ["session_id"])
    cancel.call(3, EVENTS, "Watch", {"sessionId": SESSION, "snapshot": True})
    cancel.data(3, {"event": {"snapshot": {"meta": {"sessionId": SESSION}}}})
    cancel.raw(3, CANCEL, 0)
    terminal = {"stream": 3, "type": RESPONSE, "flags": 0, "hex": None, "status": {"code": 1, "reason": "${any}", "metadata": {}}}
    cancel.either(terminal)
    status_call(cancel, 5)
    return [ping, cancel]
