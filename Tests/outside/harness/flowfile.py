"""Flow files of http and agent steps, written as JSON, which is YAML too: no text in them needs quotes."""

from __future__ import annotations

import json
from typing import Any

#: Keys of a step; all others belong to its `with`.
STEP_KEYS = {
    "needs", "if", "foreach", "env", "cwd", "expect", "+expect", "until", "outputs", "retry", "timeout", "deadline",
    "on-restart", "continue-on-error", "circuit", "label",
}  # fmt: skip


def flow(*steps: dict[str, Any], **keys: Any) -> str:
    """`max_parallel` in a keyword is `max-parallel` in the file, `if_` is `if`; so it is in steps."""
    return json.dumps({**{_name(key): value for key, value in keys.items()}, "steps": list(steps)}, ensure_ascii=False)


def step(uses: str, id: str, **keys: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": id, "uses": uses}
    inner: dict[str, Any] = {}
    for key, value in keys.items():
        name = "read_only" if key == "read_only" else _name(key)
        (made if name in STEP_KEYS else inner)[name] = value
    return {**made, "with": inner}


def http(url: str, id: str = "call", **keys: Any) -> dict[str, Any]:
    return step("http", id, url=url, **keys)


def agent(prompt: str, id: str = "ask", **keys: Any) -> dict[str, Any]:
    return step("agent", id, prompt=prompt, **keys)


def run(command: Any, id: str, **keys: Any) -> dict[str, Any]:
    return step("run", id, command=command, **keys)


def script(lua: str, id: str = "script", **keys: Any) -> dict[str, Any]:
    return step("script", id, lua=lua, **keys)


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
