from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
PROVIDER_HEALTH_DEGRADED: ProviderHealth
PROVIDER_HEALTH_OK: ProviderHealth
PROVIDER_HEALTH_UNAVAILABLE: ProviderHealth
PROVIDER_HEALTH_UNSPECIFIED: ProviderHealth

class Provider(_message.Message):
    __slots__ = ["any_model", "default_model_id", "health", "label", "model_ids", "provider_id"]
    ANY_MODEL_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_IDS_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_ID_FIELD_NUMBER: _ClassVar[int]
    any_model: bool
    default_model_id: str
    health: ProviderHealth
    label: str
    model_ids: _containers.RepeatedScalarFieldContainer[str]
    provider_id: str
    def __init__(self, provider_id: _Optional[str] = ..., label: _Optional[str] = ..., any_model: bool = ..., model_ids: _Optional[_Iterable[str]] = ..., health: _Optional[_Union[ProviderHealth, str]] = ..., default_model_id: _Optional[str] = ...) -> None: ...

class ProviderServiceListRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ProviderServiceListResponse(_message.Message):
    __slots__ = ["providers"]
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    providers: _containers.RepeatedCompositeFieldContainer[Provider]
    def __init__(self, providers: _Optional[_Iterable[_Union[Provider, _Mapping]]] = ...) -> None: ...

class ProviderHealth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
