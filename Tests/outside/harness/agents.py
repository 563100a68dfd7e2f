"""Providers for the scripted agents in `agents/`, as they are written in a configuration."""

from __future__ import annotations

import pathlib
import sys
from typing import Any

AGENTS = pathlib.Path(__file__).resolve().parents[1] / "agents"
PYTHON = sys.executable

#: What the lines of `stream_agent.py` mean.
MAPPING = [
    {"when": {"type": "system"}, "is": "model", "text": "model"},
    {"when": {"type": "message"}, "is": "delta", "text": "delta.text"},
    {"when": {"type": "thinking"}, "is": "thought", "text": "text"},
    {"when": {"type": "tool_use"}, "is": "tool", "text": "tool.name"},
    {"when": {"type": "result"}, "is": "answer", "text": "message.content[*].text"},
    {"when": {"type": "error"}, "is": "error", "text": "error.message"},
    {"when": {"type": "usage"}, "is": "usage", "text": "usage"},
]


def command(name: str, *arguments: str) -> list[str]:
    return [PYTHON, str(AGENTS / name), *arguments]


def acp(**keys: Any) -> dict[str, Any]:
    return {"kind": "agent", "command": command("acp_agent.py"), "output": "acp", **keys}


def text(**keys: Any) -> dict[str, Any]:
    return {"kind": "agent", "command": command("text_agent.py", "--model", "{model}"), "output": "text", **keys}


def stream(**keys: Any) -> dict[str, Any]:
    made = command("stream_agent.py", "--model", "{model}")
    return {"kind": "agent", "command": made, "output": "stream-json", "mapping": MAPPING, **keys}
