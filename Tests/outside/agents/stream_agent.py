"""An agent that tells in a JSON object a line, as coding agents do, and does what its prompt orders, one order a line.

    say TEXT | think TEXT | tool NAME | result TEXT | error TEXT | junk | usage IN OUT | long BYTES
    sleep SECONDS | exit CODE

`say` is a piece of the answer; `result` is the whole of it. What is no order is ignored.
`$NAME` in an order is a variable of the environment.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any


def tell(**value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def obey(text: str, model: str) -> None:
    tell(type="system", model=model)
    for line in text.splitlines():
        order, _, rest = os.path.expandvars(line.strip()).partition(" ")
        if order == "say":
            tell(type="message", delta={"text": rest})
        elif order == "think":
            tell(type="thinking", text=rest)
        elif order == "tool":
            tell(type="tool_use", tool={"name": rest})
        elif order == "result":
            tell(type="result", message={"content": [{"text": rest[:3]}, {"text": rest[3:]}]})
        elif order == "error":
            tell(type="error", error={"message": rest})
        elif order == "junk":
            print("this line is no JSON", flush=True)
        elif order == "usage":
            before, after = rest.split()
            tell(type="usage", usage={"input_tokens": int(before), "output_tokens": int(after)})
        elif order == "long":
            tell(type="message", delta={"text": "x" * int(rest)})
        elif order == "sleep":
            time.sleep(float(rest))
        elif order == "exit":
            sys.exit(int(rest))


if __name__ == "__main__":
    obey(sys.stdin.read(), sys.argv[sys.argv.index("--model") + 1] if "--model" in sys.argv else "")
