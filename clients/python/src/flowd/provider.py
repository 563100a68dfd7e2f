"""What a provider's fields mean for whoever chooses one."""

from __future__ import annotations

import time
from typing import Optional

from flowd.v1 import provider_pb2


def is_usable(provider: provider_pb2.Provider) -> bool:
    """Whether its last check, of `client.provider.list(check=True)`, found nothing against it.

    A provider that was not checked, and one that nothing says how to reach, is not.
    """
    if not provider.kind or not provider.HasField("check"):
        return False
    check = provider.check
    return provider_pb2.CHECK_ANSWER_NO not in (check.installed, check.reachable, check.authorised)


def held_seconds(provider: provider_pb2.Provider, now: Optional[float] = None) -> float:
    """How long its exhausted quota keeps its steps waiting from now on; 0: it does not.

    `now` is seconds since 1970 as `time.time()` gives them, which is the default.
    """
    if not provider.HasField("held_until"):
        return 0
    return max(0.0, provider.held_until.ToNanoseconds() / 1e9 - (time.time() if now is None else now))
