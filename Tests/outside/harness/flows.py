"""Flow files that tests run."""

from __future__ import annotations

TRUE = "steps:\n  - id: only\n    uses: run\n    with: { command: [/bin/true] }\n"
FAIL = "steps:\n  - id: only\n    uses: run\n    with: { command: exit 3 }\n"
INVALID = "steps:\n  - id: only\n    uses: nothing\n"


def shell(script: str, step: str = "only", **keys: str) -> str:
    """A flow of one step that runs a script."""
    return steps((step, script, keys))


def steps(*entries: tuple) -> str:
    """A flow of several steps: (id, script, more keys of the step)."""
    text = "steps:\n"
    for name, script, keys in entries:
        text += f"  - id: {name}\n    uses: run\n    with:\n      command: |\n"
        text += "".join(f"        {line}\n" for line in script.strip().splitlines())
        text += "".join(f"    {key}: {value}\n" for key, value in keys.items())
    return text


def waiting(mark: str = "$FLOWD_WORKSPACE/go") -> str:
    """A flow of one step that says that it began and ends once a file is there."""
    return shell(f'echo began > "$FLOWD_WORKSPACE/began"\nuntil [ -e "{mark}" ]; do sleep 0.02; done\necho done')
