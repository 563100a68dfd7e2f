from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

ANSWERED_BY_EXPIRY: AnsweredBy
ANSWERED_BY_MODE: AnsweredBy
ANSWERED_BY_PERSON: AnsweredBy
ANSWERED_BY_TIMEOUT: AnsweredBy
ANSWERED_BY_UNSPECIFIED: AnsweredBy
CANCEL_MODE_FORCE: CancelMode
CANCEL_MODE_GRACEFUL: CancelMode
CANCEL_MODE_UNSPECIFIED: CancelMode
CIRCUIT_STATE_CLOSED: CircuitState
CIRCUIT_STATE_HALF_OPEN: CircuitState
CIRCUIT_STATE_OPEN: CircuitState
CIRCUIT_STATE_UNSPECIFIED: CircuitState
DESCRIPTOR: _descriptor.FileDescriptor
ERROR_CLASS_FATAL: ErrorClass
ERROR_CLASS_NEEDS_USER: ErrorClass
ERROR_CLASS_RECOVERABLE: ErrorClass
ERROR_CLASS_UNSPECIFIED: ErrorClass
INPUT_REASON_ERROR: InputReason
INPUT_REASON_INPUT: InputReason
INPUT_REASON_PERMISSION: InputReason
INPUT_REASON_RESTART: InputReason
INPUT_REASON_UNSPECIFIED: InputReason
RUN_MODE_BATCH: RunMode
RUN_MODE_HYBRID: RunMode
RUN_MODE_INTERACTIVE: RunMode
RUN_MODE_UNSPECIFIED: RunMode
RUN_STATUS_CANCELLED: RunStatus
RUN_STATUS_FAILED: RunStatus
RUN_STATUS_INTERRUPTED: RunStatus
RUN_STATUS_PAUSED: RunStatus
RUN_STATUS_QUEUED: RunStatus
RUN_STATUS_RUNNING: RunStatus
RUN_STATUS_SUCCEEDED: RunStatus
RUN_STATUS_UNSPECIFIED: RunStatus
RUN_STATUS_WAITING_INPUT: RunStatus
STEP_STATUS_CANCELLED: StepStatus
STEP_STATUS_FAILED: StepStatus
STEP_STATUS_NOT_RUN: StepStatus
STEP_STATUS_PENDING: StepStatus
STEP_STATUS_RUNNING: StepStatus
STEP_STATUS_SKIPPED: StepStatus
STEP_STATUS_SUCCEEDED: StepStatus
STEP_STATUS_UNSPECIFIED: StepStatus
STEP_STATUS_WAITING_INPUT: StepStatus
STEP_STATUS_WAITING_RETRY: StepStatus

class AgentPermission(_message.Message):
    __slots__ = ["answer", "question"]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    answer: str
    question: str
    def __init__(self, question: _Optional[str] = ..., answer: _Optional[str] = ...) -> None: ...

class AgentUse(_message.Message):
    __slots__ = ["confinement", "finish_reason", "input_tokens", "model_id", "output_tokens", "partial", "permissions", "prompt", "provider_id", "reported_model", "system"]
    CONFINEMENT_FIELD_NUMBER: _ClassVar[int]
    FINISH_REASON_FIELD_NUMBER: _ClassVar[int]
    INPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    REPORTED_MODEL_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    confinement: str
    finish_reason: str
    input_tokens: int
    model_id: str
    output_tokens: int
    partial: bool
    permissions: _containers.RepeatedCompositeFieldContainer[AgentPermission]
    prompt: str
    provider_id: str
    reported_model: str
    system: str
    def __init__(self, provider_id: _Optional[str] = ..., model_id: _Optional[str] = ..., reported_model: _Optional[str] = ..., system: _Optional[str] = ..., prompt: _Optional[str] = ..., finish_reason: _Optional[str] = ..., input_tokens: _Optional[int] = ..., output_tokens: _Optional[int] = ..., partial: bool = ..., confinement: _Optional[str] = ..., permissions: _Optional[_Iterable[_Union[AgentPermission, _Mapping]]] = ...) -> None: ...

class CheckResult(_message.Message):
    __slots__ = ["check", "line", "passed", "seen"]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    check: str
    line: int
    passed: bool
    seen: str
    def __init__(self, check: _Optional[str] = ..., passed: bool = ..., seen: _Optional[str] = ..., line: _Optional[int] = ...) -> None: ...

class Circuit(_message.Message):
    __slots__ = ["failures", "name", "reason", "retry_at", "state"]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    failures: int
    name: str
    reason: str
    retry_at: _timestamp_pb2.Timestamp
    state: CircuitState
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[CircuitState, str]] = ..., failures: _Optional[int] = ..., retry_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class HttpExchange(_message.Message):
    __slots__ = ["body_bytes", "body_preview", "connect_us", "cookies", "file", "first_byte_us", "headers", "method", "name_lookup_us", "redirects", "request_body", "request_headers", "status", "substitutions", "tls_us", "total_us", "url", "version"]
    BODY_BYTES_FIELD_NUMBER: _ClassVar[int]
    BODY_PREVIEW_FIELD_NUMBER: _ClassVar[int]
    CONNECT_US_FIELD_NUMBER: _ClassVar[int]
    COOKIES_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    FIRST_BYTE_US_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    NAME_LOOKUP_US_FIELD_NUMBER: _ClassVar[int]
    REDIRECTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_BODY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_HEADERS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SUBSTITUTIONS_FIELD_NUMBER: _ClassVar[int]
    TLS_US_FIELD_NUMBER: _ClassVar[int]
    TOTAL_US_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    body_bytes: int
    body_preview: str
    connect_us: int
    cookies: _containers.RepeatedCompositeFieldContainer[HttpHeader]
    file: str
    first_byte_us: int
    headers: _containers.RepeatedCompositeFieldContainer[HttpHeader]
    method: str
    name_lookup_us: int
    redirects: int
    request_body: str
    request_headers: _containers.RepeatedCompositeFieldContainer[HttpHeader]
    status: int
    substitutions: bytes
    tls_us: int
    total_us: int
    url: str
    version: str
    def __init__(self, method: _Optional[str] = ..., url: _Optional[str] = ..., request_headers: _Optional[_Iterable[_Union[HttpHeader, _Mapping]]] = ..., request_body: _Optional[str] = ..., substitutions: _Optional[bytes] = ..., status: _Optional[int] = ..., version: _Optional[str] = ..., headers: _Optional[_Iterable[_Union[HttpHeader, _Mapping]]] = ..., cookies: _Optional[_Iterable[_Union[HttpHeader, _Mapping]]] = ..., redirects: _Optional[int] = ..., body_bytes: _Optional[int] = ..., file: _Optional[str] = ..., name_lookup_us: _Optional[int] = ..., connect_us: _Optional[int] = ..., tls_us: _Optional[int] = ..., first_byte_us: _Optional[int] = ..., total_us: _Optional[int] = ..., body_preview: _Optional[str] = ...) -> None: ...

class HttpHeader(_message.Message):
    __slots__ = ["name", "value"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class PendingInput(_message.Message):
    __slots__ = ["asked_at", "default_value", "due_at", "input_id", "options", "prompt", "reason", "type"]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    INPUT_ID_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    asked_at: _timestamp_pb2.Timestamp
    default_value: bytes
    due_at: _timestamp_pb2.Timestamp
    input_id: str
    options: _containers.RepeatedScalarFieldContainer[str]
    prompt: str
    reason: InputReason
    type: str
    def __init__(self, input_id: _Optional[str] = ..., reason: _Optional[_Union[InputReason, str]] = ..., prompt: _Optional[str] = ..., type: _Optional[str] = ..., options: _Optional[_Iterable[str]] = ..., default_value: _Optional[bytes] = ..., asked_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Run(_message.Message):
    __slots__ = ["admitted_at", "cancel_requested", "concurrency_group", "cwd", "error", "finished_at", "first_event_seq", "inputs", "mode", "outputs", "parent_run_id", "parent_step_id", "pause_requested", "report", "reused_from_run_id", "run_id", "session_id", "snapshot", "started_at", "status", "step_by_step", "steps"]
    ADMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    CONCURRENCY_GROUP_FIELD_NUMBER: _ClassVar[int]
    CWD_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    FIRST_EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PARENT_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_STEP_ID_FIELD_NUMBER: _ClassVar[int]
    PAUSE_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    REUSED_FROM_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    STEP_BY_STEP_FIELD_NUMBER: _ClassVar[int]
    admitted_at: _timestamp_pb2.Timestamp
    cancel_requested: CancelMode
    concurrency_group: str
    cwd: str
    error: str
    finished_at: _timestamp_pb2.Timestamp
    first_event_seq: int
    inputs: bytes
    mode: RunMode
    outputs: bytes
    parent_run_id: str
    parent_step_id: str
    pause_requested: bool
    report: str
    reused_from_run_id: str
    run_id: str
    session_id: str
    snapshot: RunSnapshot
    started_at: _timestamp_pb2.Timestamp
    status: RunStatus
    step_by_step: bool
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    def __init__(self, run_id: _Optional[str] = ..., session_id: _Optional[str] = ..., status: _Optional[_Union[RunStatus, str]] = ..., snapshot: _Optional[_Union[RunSnapshot, _Mapping]] = ..., cwd: _Optional[str] = ..., inputs: _Optional[bytes] = ..., admitted_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., started_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., report: _Optional[str] = ..., error: _Optional[str] = ..., cancel_requested: _Optional[_Union[CancelMode, str]] = ..., first_event_seq: _Optional[int] = ..., mode: _Optional[_Union[RunMode, str]] = ..., pause_requested: bool = ..., step_by_step: bool = ..., parent_run_id: _Optional[str] = ..., parent_step_id: _Optional[str] = ..., reused_from_run_id: _Optional[str] = ..., concurrency_group: _Optional[str] = ..., outputs: _Optional[bytes] = ...) -> None: ...

class RunSnapshot(_message.Message):
    __slots__ = ["definition_hash", "flow_id", "mode", "model_id", "provider_id", "revision"]
    DEFINITION_HASH_FIELD_NUMBER: _ClassVar[int]
    FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    definition_hash: str
    flow_id: str
    mode: RunMode
    model_id: str
    provider_id: str
    revision: int
    def __init__(self, flow_id: _Optional[str] = ..., definition_hash: _Optional[str] = ..., provider_id: _Optional[str] = ..., model_id: _Optional[str] = ..., mode: _Optional[_Union[RunMode, str]] = ..., revision: _Optional[int] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ["agent", "attempt", "checks", "child_count", "child_run_id", "error", "exit_code", "finished_at", "http", "input", "item", "kind", "label", "needs", "outputs", "parent_step_id", "result", "reused", "started_at", "status", "stderr", "stderr_truncated", "stdout", "stdout_truncated", "step_id", "wake_at"]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    CHILD_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHILD_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    HTTP_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PARENT_STEP_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    REUSED_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STDERR_FIELD_NUMBER: _ClassVar[int]
    STDERR_TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    STDOUT_FIELD_NUMBER: _ClassVar[int]
    STDOUT_TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    WAKE_AT_FIELD_NUMBER: _ClassVar[int]
    agent: AgentUse
    attempt: int
    checks: _containers.RepeatedCompositeFieldContainer[CheckResult]
    child_count: int
    child_run_id: str
    error: StepError
    exit_code: int
    finished_at: _timestamp_pb2.Timestamp
    http: HttpExchange
    input: PendingInput
    item: int
    kind: str
    label: str
    needs: _containers.RepeatedScalarFieldContainer[str]
    outputs: bytes
    parent_step_id: str
    result: bytes
    reused: bool
    started_at: _timestamp_pb2.Timestamp
    status: StepStatus
    stderr: bytes
    stderr_truncated: bool
    stdout: bytes
    stdout_truncated: bool
    step_id: str
    wake_at: _timestamp_pb2.Timestamp
    def __init__(self, step_id: _Optional[str] = ..., label: _Optional[str] = ..., kind: _Optional[str] = ..., status: _Optional[_Union[StepStatus, str]] = ..., attempt: _Optional[int] = ..., started_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., exit_code: _Optional[int] = ..., error: _Optional[_Union[StepError, _Mapping]] = ..., stdout: _Optional[bytes] = ..., stderr: _Optional[bytes] = ..., stdout_truncated: bool = ..., stderr_truncated: bool = ..., needs: _Optional[_Iterable[str]] = ..., outputs: _Optional[bytes] = ..., result: _Optional[bytes] = ..., checks: _Optional[_Iterable[_Union[CheckResult, _Mapping]]] = ..., parent_step_id: _Optional[str] = ..., item: _Optional[int] = ..., child_count: _Optional[int] = ..., child_run_id: _Optional[str] = ..., wake_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., input: _Optional[_Union[PendingInput, _Mapping]] = ..., reused: bool = ..., http: _Optional[_Union[HttpExchange, _Mapping]] = ..., agent: _Optional[_Union[AgentUse, _Mapping]] = ...) -> None: ...

class StepError(_message.Message):
    __slots__ = ["message"]
    CLASS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ..., **kwargs) -> None: ...

class RunMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class RunStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class StepStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CancelMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class InputReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class AnsweredBy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CircuitState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ErrorClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
