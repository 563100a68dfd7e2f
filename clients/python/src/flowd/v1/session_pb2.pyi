from flowd.v1 import run_pb2 as _run_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExpectedMeta(_message.Message):
    __slots__ = ["executed_flow_id", "model_id", "provider_id", "revision"]
    EXECUTED_FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    executed_flow_id: str
    model_id: str
    provider_id: str
    revision: int
    def __init__(self, revision: _Optional[int] = ..., executed_flow_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., model_id: _Optional[str] = ...) -> None: ...

class SessionListEntry(_message.Message):
    __slots__ = ["active_run_id", "client", "closed", "meta", "selected"]
    ACTIVE_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    SELECTED_FIELD_NUMBER: _ClassVar[int]
    active_run_id: str
    client: str
    closed: bool
    meta: SessionMeta
    selected: bool
    def __init__(self, meta: _Optional[_Union[SessionMeta, _Mapping]] = ..., selected: bool = ..., active_run_id: _Optional[str] = ..., closed: bool = ..., client: _Optional[str] = ...) -> None: ...

class SessionMeta(_message.Message):
    __slots__ = ["created_at", "executed_flow_id", "last_used_flow_id", "mode", "model_id", "provider_id", "revision", "session_id", "title", "updated_at", "workspace"]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_USED_FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    created_at: _timestamp_pb2.Timestamp
    executed_flow_id: str
    last_used_flow_id: str
    mode: _run_pb2.RunMode
    model_id: str
    provider_id: str
    revision: int
    session_id: str
    title: str
    updated_at: _timestamp_pb2.Timestamp
    workspace: str
    def __init__(self, session_id: _Optional[str] = ..., workspace: _Optional[str] = ..., title: _Optional[str] = ..., executed_flow_id: _Optional[str] = ..., last_used_flow_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., model_id: _Optional[str] = ..., mode: _Optional[_Union[_run_pb2.RunMode, str]] = ..., revision: _Optional[int] = ..., created_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SessionServiceCloseRequest(_message.Message):
    __slots__ = ["cancel_active", "session_id"]
    CANCEL_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    cancel_active: bool
    session_id: str
    def __init__(self, session_id: _Optional[str] = ..., cancel_active: bool = ...) -> None: ...

class SessionServiceCloseResponse(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: SessionMeta
    def __init__(self, meta: _Optional[_Union[SessionMeta, _Mapping]] = ...) -> None: ...

class SessionServiceGetCurrentMetaRequest(_message.Message):
    __slots__ = ["session_id", "workspace"]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    workspace: str
    def __init__(self, session_id: _Optional[str] = ..., workspace: _Optional[str] = ...) -> None: ...

class SessionServiceGetCurrentMetaResponse(_message.Message):
    __slots__ = ["active_run", "event_seq", "meta"]
    ACTIVE_RUN_FIELD_NUMBER: _ClassVar[int]
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    active_run: _run_pb2.Run
    event_seq: int
    meta: SessionMeta
    def __init__(self, meta: _Optional[_Union[SessionMeta, _Mapping]] = ..., active_run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., event_seq: _Optional[int] = ...) -> None: ...

class SessionServiceListRequest(_message.Message):
    __slots__ = ["include_closed", "page_size", "page_token", "workspace"]
    INCLUDE_CLOSED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    include_closed: bool
    page_size: int
    page_token: str
    workspace: str
    def __init__(self, workspace: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., include_closed: bool = ...) -> None: ...

class SessionServiceListResponse(_message.Message):
    __slots__ = ["next_page_token", "sessions"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    sessions: _containers.RepeatedCompositeFieldContainer[SessionListEntry]
    def __init__(self, sessions: _Optional[_Iterable[_Union[SessionListEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SessionServiceNewRequest(_message.Message):
    __slots__ = ["client", "from_session_id", "title", "workspace"]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    FROM_SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    client: str
    from_session_id: str
    title: str
    workspace: str
    def __init__(self, workspace: _Optional[str] = ..., title: _Optional[str] = ..., from_session_id: _Optional[str] = ..., client: _Optional[str] = ...) -> None: ...

class SessionServiceNewResponse(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: SessionMeta
    def __init__(self, meta: _Optional[_Union[SessionMeta, _Mapping]] = ...) -> None: ...

class SessionServiceSelectRequest(_message.Message):
    __slots__ = ["session_id"]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class SessionServiceSelectResponse(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: SessionMeta
    def __init__(self, meta: _Optional[_Union[SessionMeta, _Mapping]] = ...) -> None: ...

class SessionServiceSetExecutedFlowRequest(_message.Message):
    __slots__ = ["expected", "flow_id", "session_id"]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    FLOW_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    expected: ExpectedMeta
    flow_id: str
    session_id: str
    def __init__(self, session_id: _Optional[str] = ..., flow_id: _Optional[str] = ..., expected: _Optional[_Union[ExpectedMeta, _Mapping]] = ...) -> None: ...

class SessionServiceSetExecutedFlowResponse(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: SessionMeta
    def __init__(self, meta: _Optional[_Union[SessionMeta, _Mapping]] = ...) -> None: ...

class SessionServiceSetModeRequest(_message.Message):
    __slots__ = ["expected", "mode", "session_id"]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    expected: ExpectedMeta
    mode: _run_pb2.RunMode
    session_id: str
    def __init__(self, session_id: _Optional[str] = ..., mode: _Optional[_Union[_run_pb2.RunMode, str]] = ..., expected: _Optional[_Union[ExpectedMeta, _Mapping]] = ...) -> None: ...

class SessionServiceSetModeResponse(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: SessionMeta
    def __init__(self, meta: _Optional[_Union[SessionMeta, _Mapping]] = ...) -> None: ...

class SessionServiceSetProviderModelRequest(_message.Message):
    __slots__ = ["expected", "model_id", "provider_id", "session_id"]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    expected: ExpectedMeta
    model_id: str
    provider_id: str
    session_id: str
    def __init__(self, session_id: _Optional[str] = ..., provider_id: _Optional[str] = ..., model_id: _Optional[str] = ..., expected: _Optional[_Union[ExpectedMeta, _Mapping]] = ...) -> None: ...

class SessionServiceSetProviderModelResponse(_message.Message):
    __slots__ = ["meta"]
    META_FIELD_NUMBER: _ClassVar[int]
    meta: SessionMeta
    def __init__(self, meta: _Optional[_Union[SessionMeta, _Mapping]] = ...) -> None: ...
