"""Saying what one believes a session holds."""

from __future__ import annotations

from typing import Optional

from flowd.v1 import session_pb2


def expect(
    meta: Optional[session_pb2.SessionMeta] = None,
    *,
    revision: Optional[int] = None,
    executed_flow_id: Optional[str] = None,
    provider_id: Optional[str] = None,
    model_id: Optional[str] = None,
) -> session_pb2.ExpectedMeta:
    """An `expected` for a write or start: all that `meta` shows, or the parts that are named.

    With `meta`, flow, provider, model and revision are compared, so what a screen shows is what runs.
    """
    if meta is not None:
        revision, executed_flow_id = meta.revision, meta.executed_flow_id
        provider_id, model_id = meta.provider_id, meta.model_id
    return session_pb2.ExpectedMeta(
        revision=revision, executed_flow_id=executed_flow_id, provider_id=provider_id, model_id=model_id
    )
