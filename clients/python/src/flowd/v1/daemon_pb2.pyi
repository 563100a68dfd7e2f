from flowd.v1 import run_pb2 as _run_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DAEMON_HEALTH_DRAINING: DaemonHealth
DAEMON_HEALTH_READ_ONLY: DaemonHealth
DAEMON_HEALTH_SERVING: DaemonHealth
DAEMON_HEALTH_UNSPECIFIED: DaemonHealth
DESCRIPTOR: _descriptor.FileDescriptor

class DaemonServiceHelloRequest(_message.Message):
    __slots__ = ["client", "features"]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    client: str
    features: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, client: _Optional[str] = ..., features: _Optional[_Iterable[str]] = ...) -> None: ...

class DaemonServiceHelloResponse(_message.Message):
    __slots__ = ["epoch", "features", "limits", "methods", "protocol_version", "version"]
    class LimitsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    features: _containers.RepeatedScalarFieldContainer[str]
    limits: _containers.ScalarMap[str, int]
    methods: _containers.RepeatedScalarFieldContainer[str]
    protocol_version: str
    version: str
    def __init__(self, version: _Optional[str] = ..., protocol_version: _Optional[str] = ..., features: _Optional[_Iterable[str]] = ..., epoch: _Optional[str] = ..., limits: _Optional[_Mapping[str, int]] = ..., methods: _Optional[_Iterable[str]] = ...) -> None: ...

class DaemonServiceStatusRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class DaemonServiceStatusResponse(_message.Message):
    __slots__ = ["circuits", "config_path", "counters", "epoch", "health", "health_message", "pid", "socket_path", "started_at", "state_path", "version"]
    class CountersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    CIRCUITS_FIELD_NUMBER: _ClassVar[int]
    CONFIG_PATH_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    HEALTH_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    SOCKET_PATH_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    STATE_PATH_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    circuits: _containers.RepeatedCompositeFieldContainer[_run_pb2.Circuit]
    config_path: str
    counters: _containers.ScalarMap[str, int]
    epoch: str
    health: DaemonHealth
    health_message: str
    pid: int
    socket_path: str
    started_at: _timestamp_pb2.Timestamp
    state_path: str
    version: str
    def __init__(self, health: _Optional[_Union[DaemonHealth, str]] = ..., health_message: _Optional[str] = ..., version: _Optional[str] = ..., epoch: _Optional[str] = ..., pid: _Optional[int] = ..., started_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., socket_path: _Optional[str] = ..., state_path: _Optional[str] = ..., config_path: _Optional[str] = ..., counters: _Optional[_Mapping[str, int]] = ..., circuits: _Optional[_Iterable[_Union[_run_pb2.Circuit, _Mapping]]] = ...) -> None: ...

class DaemonHealth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
