from flowd.v1 import event_pb2 as _event_pb2
from flowd.v1 import run_pb2 as _run_pb2
from flowd.v1 import session_pb2 as _session_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

ANSWER_OUTCOME_ACCEPTED: AnswerOutcome
ANSWER_OUTCOME_REPEATED: AnswerOutcome
ANSWER_OUTCOME_UNSPECIFIED: AnswerOutcome
CANCEL_OUTCOME_ALREADY_ENDED: CancelOutcome
CANCEL_OUTCOME_REQUESTED: CancelOutcome
CANCEL_OUTCOME_UNSPECIFIED: CancelOutcome
DESCRIPTOR: _descriptor.FileDescriptor
DIAGNOSTIC_SEVERITY_ERROR: DiagnosticSeverity
DIAGNOSTIC_SEVERITY_UNSPECIFIED: DiagnosticSeverity
DIAGNOSTIC_SEVERITY_WARNING: DiagnosticSeverity
FLOW_SOURCE_BUILTIN: FlowSource
FLOW_SOURCE_UNSPECIFIED: FlowSource
FLOW_SOURCE_USER: FlowSource
FLOW_SOURCE_WORKSPACE: FlowSource
IF_ACTIVE_PARALLEL: IfActive
IF_ACTIVE_QUEUE: IfActive
IF_ACTIVE_REJECT: IfActive
IF_ACTIVE_REPLACE: IfActive
IF_ACTIVE_UNSPECIFIED: IfActive

class Diagnostic(_message.Message):
    __slots__ = ["column", "file", "line", "message", "severity"]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    column: int
    file: str
    line: int
    message: str
    severity: DiagnosticSeverity
    def __init__(self, severity: _Optional[_Union[DiagnosticSeverity, str]] = ..., file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class FlowServiceAnswerRequest(_message.Message):
    __slots__ = ["input_id", "run_id", "step_id", "value"]
    INPUT_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    input_id: str
    run_id: str
    step_id: str
    value: bytes
    def __init__(self, run_id: _Optional[str] = ..., step_id: _Optional[str] = ..., input_id: _Optional[str] = ..., value: _Optional[bytes] = ...) -> None: ...

class FlowServiceAnswerResponse(_message.Message):
    __slots__ = ["outcome", "run"]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    outcome: AnswerOutcome
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., outcome: _Optional[_Union[AnswerOutcome, str]] = ...) -> None: ...

class FlowServiceCancelRequest(_message.Message):
    __slots__ = ["mode", "request_id", "run_id", "session_id"]
    MODE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    mode: _run_pb2.CancelMode
    request_id: str
    run_id: str
    session_id: str
    def __init__(self, session_id: _Optional[str] = ..., run_id: _Optional[str] = ..., mode: _Optional[_Union[_run_pb2.CancelMode, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class FlowServiceCancelResponse(_message.Message):
    __slots__ = ["outcome", "run"]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    outcome: CancelOutcome
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., outcome: _Optional[_Union[CancelOutcome, str]] = ...) -> None: ...

class FlowServiceExportRunRequest(_message.Message):
    __slots__ = ["after_seq", "run_id"]
    AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    after_seq: int
    run_id: str
    def __init__(self, run_id: _Optional[str] = ..., after_seq: _Optional[int] = ...) -> None: ...

class FlowServiceExportRunResponse(_message.Message):
    __slots__ = ["definition", "events", "next_after_seq", "next_step_page_token", "run"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_SEQ_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    definition: bytes
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.Event]
    next_after_seq: int
    next_step_page_token: str
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., events: _Optional[_Iterable[_Union[_event_pb2.Event, _Mapping]]] = ..., next_after_seq: _Optional[int] = ..., definition: _Optional[bytes] = ..., next_step_page_token: _Optional[str] = ...) -> None: ...

class FlowServiceGetRequest(_message.Message):
    __slots__ = ["flow_id", "workspace"]
    FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    flow_id: str
    workspace: str
    def __init__(self, workspace: _Optional[str] = ..., flow_id: _Optional[str] = ...) -> None: ...

class FlowServiceGetResponse(_message.Message):
    __slots__ = ["content", "definition", "flow"]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    FLOW_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    definition: bytes
    flow: FlowSummary
    def __init__(self, flow: _Optional[_Union[FlowSummary, _Mapping]] = ..., content: _Optional[bytes] = ..., definition: _Optional[bytes] = ...) -> None: ...

class FlowServiceGetRunRequest(_message.Message):
    __slots__ = ["include_output", "run_id", "step_page_token"]
    INCLUDE_OUTPUT_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    include_output: bool
    run_id: str
    step_page_token: str
    def __init__(self, run_id: _Optional[str] = ..., include_output: bool = ..., step_page_token: _Optional[str] = ...) -> None: ...

class FlowServiceGetRunResponse(_message.Message):
    __slots__ = ["next_step_page_token", "run"]
    NEXT_STEP_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    next_step_page_token: str
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., next_step_page_token: _Optional[str] = ...) -> None: ...

class FlowServiceListRequest(_message.Message):
    __slots__ = ["workspace"]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    def __init__(self, workspace: _Optional[str] = ...) -> None: ...

class FlowServiceListResponse(_message.Message):
    __slots__ = ["flows"]
    FLOWS_FIELD_NUMBER: _ClassVar[int]
    flows: _containers.RepeatedCompositeFieldContainer[FlowSummary]
    def __init__(self, flows: _Optional[_Iterable[_Union[FlowSummary, _Mapping]]] = ...) -> None: ...

class FlowServiceListRunsRequest(_message.Message):
    __slots__ = ["flow_id", "page_size", "page_token", "session_id", "statuses", "workspace"]
    FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    flow_id: str
    page_size: int
    page_token: str
    session_id: str
    statuses: _containers.RepeatedScalarFieldContainer[_run_pb2.RunStatus]
    workspace: str
    def __init__(self, session_id: _Optional[str] = ..., workspace: _Optional[str] = ..., statuses: _Optional[_Iterable[_Union[_run_pb2.RunStatus, str]]] = ..., flow_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class FlowServiceListRunsResponse(_message.Message):
    __slots__ = ["next_page_token", "runs"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    runs: _containers.RepeatedCompositeFieldContainer[_run_pb2.Run]
    def __init__(self, runs: _Optional[_Iterable[_Union[_run_pb2.Run, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FlowServicePauseRequest(_message.Message):
    __slots__ = ["run_id"]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    def __init__(self, run_id: _Optional[str] = ...) -> None: ...

class FlowServicePauseResponse(_message.Message):
    __slots__ = ["run"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ...) -> None: ...

class FlowServiceRerunRequest(_message.Message):
    __slots__ = ["env", "expected", "from_step_id", "if_active", "request_id", "reuse_succeeded", "run_id", "umask"]
    class EnvEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ENV_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    FROM_STEP_ID_FIELD_NUMBER: _ClassVar[int]
    IF_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REUSE_SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    UMASK_FIELD_NUMBER: _ClassVar[int]
    env: _containers.ScalarMap[str, str]
    expected: _session_pb2.ExpectedMeta
    from_step_id: str
    if_active: IfActive
    request_id: str
    reuse_succeeded: bool
    run_id: str
    umask: int
    def __init__(self, run_id: _Optional[str] = ..., from_step_id: _Optional[str] = ..., request_id: _Optional[str] = ..., reuse_succeeded: bool = ..., env: _Optional[_Mapping[str, str]] = ..., if_active: _Optional[_Union[IfActive, str]] = ..., expected: _Optional[_Union[_session_pb2.ExpectedMeta, _Mapping]] = ..., umask: _Optional[int] = ...) -> None: ...

class FlowServiceRerunResponse(_message.Message):
    __slots__ = ["event_seq", "existing", "run"]
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    EXISTING_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    event_seq: int
    existing: bool
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., existing: bool = ..., event_seq: _Optional[int] = ...) -> None: ...

class FlowServiceResumeRequest(_message.Message):
    __slots__ = ["run_id", "step_by_step"]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_BY_STEP_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    step_by_step: bool
    def __init__(self, run_id: _Optional[str] = ..., step_by_step: bool = ...) -> None: ...

class FlowServiceResumeResponse(_message.Message):
    __slots__ = ["run"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ...) -> None: ...

class FlowServiceStartRequest(_message.Message):
    __slots__ = ["cwd", "env", "expected", "if_active", "inputs", "request_id", "session_id", "step_by_step", "umask"]
    class EnvEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CWD_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    IF_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_BY_STEP_FIELD_NUMBER: _ClassVar[int]
    UMASK_FIELD_NUMBER: _ClassVar[int]
    cwd: str
    env: _containers.ScalarMap[str, str]
    expected: _session_pb2.ExpectedMeta
    if_active: IfActive
    inputs: bytes
    request_id: str
    session_id: str
    step_by_step: bool
    umask: int
    def __init__(self, session_id: _Optional[str] = ..., request_id: _Optional[str] = ..., expected: _Optional[_Union[_session_pb2.ExpectedMeta, _Mapping]] = ..., inputs: _Optional[bytes] = ..., if_active: _Optional[_Union[IfActive, str]] = ..., cwd: _Optional[str] = ..., env: _Optional[_Mapping[str, str]] = ..., step_by_step: bool = ..., umask: _Optional[int] = ...) -> None: ...

class FlowServiceStartResponse(_message.Message):
    __slots__ = ["event_seq", "existing", "run_id", "snapshot", "status"]
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    EXISTING_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    event_seq: int
    existing: bool
    run_id: str
    snapshot: _run_pb2.RunSnapshot
    status: _run_pb2.RunStatus
    def __init__(self, run_id: _Optional[str] = ..., snapshot: _Optional[_Union[_run_pb2.RunSnapshot, _Mapping]] = ..., existing: bool = ..., event_seq: _Optional[int] = ..., status: _Optional[_Union[_run_pb2.RunStatus, str]] = ...) -> None: ...

class FlowServiceValidateRequest(_message.Message):
    __slots__ = ["content", "file", "flow_id", "workspace"]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    file: str
    flow_id: str
    workspace: str
    def __init__(self, content: _Optional[bytes] = ..., flow_id: _Optional[str] = ..., workspace: _Optional[str] = ..., file: _Optional[str] = ...) -> None: ...

class FlowServiceValidateResponse(_message.Message):
    __slots__ = ["definition_hash", "diagnostics", "valid"]
    DEFINITION_HASH_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    VALID_FIELD_NUMBER: _ClassVar[int]
    definition_hash: str
    diagnostics: _containers.RepeatedCompositeFieldContainer[Diagnostic]
    valid: bool
    def __init__(self, valid: bool = ..., diagnostics: _Optional[_Iterable[_Union[Diagnostic, _Mapping]]] = ..., definition_hash: _Optional[str] = ...) -> None: ...

class FlowSummary(_message.Message):
    __slots__ = ["definition_hash", "description", "diagnostics", "flow_id", "name", "path", "source"]
    DEFINITION_HASH_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSTICS_FIELD_NUMBER: _ClassVar[int]
    FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    definition_hash: str
    description: str
    diagnostics: _containers.RepeatedCompositeFieldContainer[Diagnostic]
    flow_id: str
    name: str
    path: str
    source: FlowSource
    def __init__(self, flow_id: _Optional[str] = ..., name: _Optional[str] = ..., source: _Optional[_Union[FlowSource, str]] = ..., path: _Optional[str] = ..., definition_hash: _Optional[str] = ..., diagnostics: _Optional[_Iterable[_Union[Diagnostic, _Mapping]]] = ..., description: _Optional[str] = ...) -> None: ...

class IfActive(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CancelOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class FlowSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class AnswerOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class DiagnosticSeverity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
