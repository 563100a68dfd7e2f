"""How long to wait before another try."""

from __future__ import annotations

import random


class Backoff:
    """Delays that double from 20 ms to 2 s, each with jitter; `reset` after progress."""

    FIRST_SECONDS = 0.02
    MAX_SECONDS = 2.0

    def __init__(self) -> None:
        self._next = self.FIRST_SECONDS

    def reset(self) -> None:
        """Begins again with the shortest delay."""
        self._next = self.FIRST_SECONDS

    def delay(self) -> float:
        """Seconds to wait now."""
        seconds = self._next * (0.5 + random.random() / 2)
        self._next = min(self._next * 2, self.MAX_SECONDS)
        return seconds
