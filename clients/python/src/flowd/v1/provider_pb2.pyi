from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CHECK_ANSWER_NO: CheckAnswer
CHECK_ANSWER_UNSPECIFIED: CheckAnswer
CHECK_ANSWER_YES: CheckAnswer
DESCRIPTOR: _descriptor.FileDescriptor
PROVIDER_HEALTH_DEGRADED: ProviderHealth
PROVIDER_HEALTH_OK: ProviderHealth
PROVIDER_HEALTH_UNAVAILABLE: ProviderHealth
PROVIDER_HEALTH_UNSPECIFIED: ProviderHealth

class Provider(_message.Message):
    __slots__ = ["any_model", "check", "default_model_id", "health", "held_until", "kind", "label", "location", "model_ids", "provider_id"]
    ANY_MODEL_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    HELD_UNTIL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    MODEL_IDS_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    any_model: bool
    check: ProviderCheck
    default_model_id: str
    health: ProviderHealth
    held_until: _timestamp_pb2.Timestamp
    kind: str
    label: str
    location: str
    model_ids: _containers.RepeatedScalarFieldContainer[str]
    provider_id: str
    def __init__(self, provider_id: _Optional[str] = ..., label: _Optional[str] = ..., any_model: bool = ..., model_ids: _Optional[_Iterable[str]] = ..., health: _Optional[_Union[ProviderHealth, str]] = ..., default_model_id: _Optional[str] = ..., kind: _Optional[str] = ..., location: _Optional[str] = ..., held_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., check: _Optional[_Union[ProviderCheck, _Mapping]] = ...) -> None: ...

class ProviderCheck(_message.Message):
    __slots__ = ["authorised", "detail", "installed", "model_ids", "reachable", "version"]
    AUTHORISED_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_FIELD_NUMBER: _ClassVar[int]
    MODEL_IDS_FIELD_NUMBER: _ClassVar[int]
    REACHABLE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    authorised: CheckAnswer
    detail: str
    installed: CheckAnswer
    model_ids: _containers.RepeatedScalarFieldContainer[str]
    reachable: CheckAnswer
    version: str
    def __init__(self, installed: _Optional[_Union[CheckAnswer, str]] = ..., reachable: _Optional[_Union[CheckAnswer, str]] = ..., authorised: _Optional[_Union[CheckAnswer, str]] = ..., version: _Optional[str] = ..., model_ids: _Optional[_Iterable[str]] = ..., detail: _Optional[str] = ...) -> None: ...

class ProviderServiceListRequest(_message.Message):
    __slots__ = ["check", "provider_id"]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    check: bool
    provider_id: str
    def __init__(self, check: bool = ..., provider_id: _Optional[str] = ...) -> None: ...

class ProviderServiceListResponse(_message.Message):
    __slots__ = ["providers"]
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    providers: _containers.RepeatedCompositeFieldContainer[Provider]
    def __init__(self, providers: _Optional[_Iterable[_Union[Provider, _Mapping]]] = ...) -> None: ...

class CheckAnswer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ProviderHealth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
