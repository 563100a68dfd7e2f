"""Waiting for something to become true, with a bound and without a fixed sleep."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

Value = TypeVar("Value")


def eventually(condition: Callable[[], Value], what: str = "the condition", seconds: float = 120) -> Value:
    """Polls until the condition is true and returns its value; fails with the last value after `seconds`.

    The bound is there to end a test that has failed: it is far from what a slow machine needs.
    """
    deadline = time.monotonic() + seconds
    pause = 0.001
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true in {seconds:g} s; last: {value!r}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
