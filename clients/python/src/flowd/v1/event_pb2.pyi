from flowd.v1 import run_pb2 as _run_pb2
from flowd.v1 import session_pb2 as _session_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

ACTIVITY_KIND_NOTICE: ActivityKind
ACTIVITY_KIND_PERMISSION: ActivityKind
ACTIVITY_KIND_PLAN: ActivityKind
ACTIVITY_KIND_THOUGHT: ActivityKind
ACTIVITY_KIND_TOOL_CALL: ActivityKind
ACTIVITY_KIND_UNSPECIFIED: ActivityKind
ACTIVITY_KIND_USAGE: ActivityKind
DESCRIPTOR: _descriptor.FileDescriptor
OUTPUT_STREAM_STDERR: OutputStream
OUTPUT_STREAM_STDOUT: OutputStream
OUTPUT_STREAM_UNSPECIFIED: OutputStream

class CircuitChanged(_message.Message):
    __slots__ = ["circuit"]
    CIRCUIT_FIELD_NUMBER: _ClassVar[int]
    circuit: _run_pb2.Circuit
    def __init__(self, circuit: _Optional[_Union[_run_pb2.Circuit, _Mapping]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ["at", "circuit_changed", "position", "run_cancel_requested", "run_finished", "run_id", "run_mode_changed", "run_pause_requested", "run_paused", "run_queued", "run_resumed", "run_started", "seq", "session_closed", "session_id", "session_meta_changed", "session_selected", "snapshot", "step_activity", "step_finished", "step_input_answered", "step_input_required", "step_output", "step_retrying", "step_started"]
    AT_FIELD_NUMBER: _ClassVar[int]
    CIRCUIT_CHANGED_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RUN_CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    RUN_FINISHED_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_MODE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    RUN_PAUSED_FIELD_NUMBER: _ClassVar[int]
    RUN_PAUSE_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    RUN_QUEUED_FIELD_NUMBER: _ClassVar[int]
    RUN_RESUMED_FIELD_NUMBER: _ClassVar[int]
    RUN_STARTED_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SESSION_CLOSED_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_META_CHANGED_FIELD_NUMBER: _ClassVar[int]
    SESSION_SELECTED_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    STEP_ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    STEP_FINISHED_FIELD_NUMBER: _ClassVar[int]
    STEP_INPUT_ANSWERED_FIELD_NUMBER: _ClassVar[int]
    STEP_INPUT_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    STEP_OUTPUT_FIELD_NUMBER: _ClassVar[int]
    STEP_RETRYING_FIELD_NUMBER: _ClassVar[int]
    STEP_STARTED_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    circuit_changed: CircuitChanged
    position: int
    run_cancel_requested: RunCancelRequested
    run_finished: RunFinished
    run_id: str
    run_mode_changed: RunModeChanged
    run_pause_requested: RunPauseRequested
    run_paused: RunPaused
    run_queued: RunQueued
    run_resumed: RunResumed
    run_started: RunStarted
    seq: int
    session_closed: SessionClosed
    session_id: str
    session_meta_changed: SessionMetaChanged
    session_selected: SessionSelected
    snapshot: Snapshot
    step_activity: StepActivity
    step_finished: StepFinished
    step_input_answered: StepInputAnswered
    step_input_required: StepInputRequired
    step_output: StepOutput
    step_retrying: StepRetrying
    step_started: StepStarted
    def __init__(self, session_id: _Optional[str] = ..., run_id: _Optional[str] = ..., seq: _Optional[int] = ..., at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., position: _Optional[int] = ..., session_meta_changed: _Optional[_Union[SessionMetaChanged, _Mapping]] = ..., session_selected: _Optional[_Union[SessionSelected, _Mapping]] = ..., run_started: _Optional[_Union[RunStarted, _Mapping]] = ..., step_started: _Optional[_Union[StepStarted, _Mapping]] = ..., step_output: _Optional[_Union[StepOutput, _Mapping]] = ..., step_input_required: _Optional[_Union[StepInputRequired, _Mapping]] = ..., step_input_answered: _Optional[_Union[StepInputAnswered, _Mapping]] = ..., step_retrying: _Optional[_Union[StepRetrying, _Mapping]] = ..., step_finished: _Optional[_Union[StepFinished, _Mapping]] = ..., run_paused: _Optional[_Union[RunPaused, _Mapping]] = ..., run_resumed: _Optional[_Union[RunResumed, _Mapping]] = ..., run_finished: _Optional[_Union[RunFinished, _Mapping]] = ..., run_queued: _Optional[_Union[RunQueued, _Mapping]] = ..., run_cancel_requested: _Optional[_Union[RunCancelRequested, _Mapping]] = ..., session_closed: _Optional[_Union[SessionClosed, _Mapping]] = ..., run_pause_requested: _Optional[_Union[RunPauseRequested, _Mapping]] = ..., run_mode_changed: _Optional[_Union[RunModeChanged, _Mapping]] = ..., circuit_changed: _Optional[_Union[CircuitChanged, _Mapping]] = ..., step_activity: _Optional[_Union[StepActivity, _Mapping]] = ..., snapshot: _Optional[_Union[Snapshot, _Mapping]] = ...) -> None: ...

class EventServiceWatchRequest(_message.Message):
    __slots__ = ["after_position", "after_seq", "all", "run_id", "session_id", "snapshot", "until_now", "workspace"]
    AFTER_POSITION_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_NOW_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    after_position: int
    after_seq: int
    all: bool
    run_id: str
    session_id: str
    snapshot: bool
    until_now: bool
    workspace: str
    def __init__(self, session_id: _Optional[str] = ..., workspace: _Optional[str] = ..., all: bool = ..., run_id: _Optional[str] = ..., after_seq: _Optional[int] = ..., after_position: _Optional[int] = ..., snapshot: bool = ..., until_now: bool = ...) -> None: ...

class EventServiceWatchResponse(_message.Message):
    __slots__ = ["event"]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: Event
    def __init__(self, event: _Optional[_Union[Event, _Mapping]] = ...) -> None: ...

class RunCancelRequested(_message.Message):
    __slots__ = ["mode"]
    MODE_FIELD_NUMBER: _ClassVar[int]
    mode: _run_pb2.CancelMode
    def __init__(self, mode: _Optional[_Union[_run_pb2.CancelMode, str]] = ...) -> None: ...

class RunFinished(_message.Message):
    __slots__ = ["error", "outputs", "report", "status"]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    error: str
    outputs: bytes
    report: str
    status: _run_pb2.RunStatus
    def __init__(self, status: _Optional[_Union[_run_pb2.RunStatus, str]] = ..., report: _Optional[str] = ..., error: _Optional[str] = ..., outputs: _Optional[bytes] = ...) -> None: ...

class RunModeChanged(_message.Message):
    __slots__ = ["mode"]
    MODE_FIELD_NUMBER: _ClassVar[int]
    mode: _run_pb2.RunMode
    def __init__(self, mode: _Optional[_Union[_run_pb2.RunMode, str]] = ...) -> None: ...

class RunPauseRequested(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class RunPaused(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class RunQueued(_message.Message):
    __slots__ = ["snapshot"]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    snapshot: _run_pb2.RunSnapshot
    def __init__(self, snapshot: _Optional[_Union[_run_pb2.RunSnapshot, _Mapping]] = ...) -> None: ...

class RunResumed(_message.Message):
    __slots__ = ["after_restart"]
    AFTER_RESTART_FIELD_NUMBER: _ClassVar[int]
    after_restart: bool
    def __init__(self, after_restart: bool = ...) -> None: ...

class RunStarted(_message.Message):
    __slots__ = ["cwd", "inputs", "parent_run_id", "parent_step_id", "reused_from_run_id", "roster", "snapshot"]
    CWD_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    PARENT_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_STEP_ID_FIELD_NUMBER: _ClassVar[int]
    REUSED_FROM_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    ROSTER_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    cwd: str
    inputs: bytes
    parent_run_id: str
    parent_step_id: str
    reused_from_run_id: str
    roster: _containers.RepeatedCompositeFieldContainer[_run_pb2.Step]
    snapshot: _run_pb2.RunSnapshot
    def __init__(self, snapshot: _Optional[_Union[_run_pb2.RunSnapshot, _Mapping]] = ..., roster: _Optional[_Iterable[_Union[_run_pb2.Step, _Mapping]]] = ..., cwd: _Optional[str] = ..., inputs: _Optional[bytes] = ..., parent_run_id: _Optional[str] = ..., parent_step_id: _Optional[str] = ..., reused_from_run_id: _Optional[str] = ...) -> None: ...

class SessionClosed(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: _session_pb2.SessionMeta
    def __init__(self, meta: _Optional[_Union[_session_pb2.SessionMeta, _Mapping]] = ...) -> None: ...

class SessionMetaChanged(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: _session_pb2.SessionMeta
    def __init__(self, meta: _Optional[_Union[_session_pb2.SessionMeta, _Mapping]] = ...) -> None: ...

class SessionSelected(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: _session_pb2.SessionMeta
    def __init__(self, meta: _Optional[_Union[_session_pb2.SessionMeta, _Mapping]] = ...) -> None: ...

class Snapshot(_message.Message):
    __slots__ = ["active_runs", "meta", "selected"]
    ACTIVE_RUNS_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    active_runs: _containers.RepeatedCompositeFieldContainer[_run_pb2.Run]
    meta: _session_pb2.SessionMeta
    selected: bool
    def __init__(self, meta: _Optional[_Union[_session_pb2.SessionMeta, _Mapping]] = ..., active_runs: _Optional[_Iterable[_Union[_run_pb2.Run, _Mapping]]] = ..., selected: bool = ...) -> None: ...

class StepActivity(_message.Message):
    __slots__ = ["attempt", "kind", "step_id", "text"]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    kind: ActivityKind
    step_id: str
    text: str
    def __init__(self, step_id: _Optional[str] = ..., attempt: _Optional[int] = ..., kind: _Optional[_Union[ActivityKind, str]] = ..., text: _Optional[str] = ...) -> None: ...

class StepFinished(_message.Message):
    __slots__ = ["step"]
    STEP_FIELD_NUMBER: _ClassVar[int]
    step: _run_pb2.Step
    def __init__(self, step: _Optional[_Union[_run_pb2.Step, _Mapping]] = ...) -> None: ...

class StepInputAnswered(_message.Message):
    __slots__ = ["by", "input_id", "step_id", "value"]
    BY_FIELD_NUMBER: _ClassVar[int]
    INPUT_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    by: _run_pb2.AnsweredBy
    input_id: str
    step_id: str
    value: bytes
    def __init__(self, step_id: _Optional[str] = ..., input_id: _Optional[str] = ..., value: _Optional[bytes] = ..., by: _Optional[_Union[_run_pb2.AnsweredBy, str]] = ...) -> None: ...

class StepInputRequired(_message.Message):
    __slots__ = ["input", "step_id"]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    input: _run_pb2.PendingInput
    step_id: str
    def __init__(self, step_id: _Optional[str] = ..., input: _Optional[_Union[_run_pb2.PendingInput, _Mapping]] = ...) -> None: ...

class StepOutput(_message.Message):
    __slots__ = ["attempt", "chunk", "offset", "step_id", "stream", "truncated"]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    chunk: bytes
    offset: int
    step_id: str
    stream: OutputStream
    truncated: bool
    def __init__(self, step_id: _Optional[str] = ..., attempt: _Optional[int] = ..., stream: _Optional[_Union[OutputStream, str]] = ..., chunk: _Optional[bytes] = ..., offset: _Optional[int] = ..., truncated: bool = ...) -> None: ...

class StepRetrying(_message.Message):
    __slots__ = ["attempt", "attempts_max", "error", "next_at", "step_id"]
    ATTEMPTS_MAX_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    NEXT_AT_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    attempts_max: int
    error: _run_pb2.StepError
    next_at: _timestamp_pb2.Timestamp
    step_id: str
    def __init__(self, step_id: _Optional[str] = ..., attempt: _Optional[int] = ..., error: _Optional[_Union[_run_pb2.StepError, _Mapping]] = ..., next_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., attempts_max: _Optional[int] = ...) -> None: ...

class StepStarted(_message.Message):
    __slots__ = ["attempt", "attempts_max", "child_count", "child_run_id", "step_id"]
    ATTEMPTS_MAX_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    CHILD_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHILD_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    attempts_max: int
    child_count: int
    child_run_id: str
    step_id: str
    def __init__(self, step_id: _Optional[str] = ..., attempt: _Optional[int] = ..., child_count: _Optional[int] = ..., child_run_id: _Optional[str] = ..., attempts_max: _Optional[int] = ...) -> None: ...

class OutputStream(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ActivityKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
