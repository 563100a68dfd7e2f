"""An agent that answers in plain text and does what its prompt orders, one order a line; other lines are ignored.

    say TEXT | complain TEXT | model | prompt | args | env NAME | cwd | sleep SECONDS | until PATH | exit CODE
    signal NUMBER | read PATH | write PATH | leave (a process behind that ignores SIGTERM) | flood BYTES

The prompt comes on standard input, as `--prompt TEXT` or as `--prompt-file PATH`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time


def option(name: str) -> str:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else ""


def prompt() -> str:
    if "--prompt-file" in sys.argv:
        with open(option("--prompt-file")) as file:
            return file.read()
    return option("--prompt") or sys.stdin.read()


def say(text: str) -> None:
    print(text, flush=True)


def read(path: str) -> None:
    try:
        with open(path) as file:
            say(file.read())
    except OSError as error:
        say(f"cannot: {error}")


def obey(text: str) -> None:
    for line in text.splitlines():
        order, _, rest = line.strip().partition(" ")
        if order == "say":
            say(rest)
        elif order == "complain":
            print(rest, file=sys.stderr, flush=True)
        elif order == "model":
            say(option("--model"))
        elif order == "prompt":
            say(text)
        elif order == "args":
            say(repr(sys.argv[1:]))
        elif order == "env":
            say(os.environ.get(rest, "(not set)"))
        elif order == "cwd":
            say(os.getcwd())
        elif order == "sleep":
            time.sleep(float(rest))
        elif order == "until":
            while not os.path.exists(rest):
                time.sleep(0.02)
        elif order == "exit":
            sys.exit(int(rest))
        elif order == "signal":
            os.kill(os.getpid(), int(rest))
        elif order == "read":
            read(rest)
        elif order == "write":
            write(rest)
        elif order == "leave":
            leave()
        elif order == "flood":
            sys.stdout.write("x" * int(rest))


def write(path: str) -> None:
    try:
        with open(path, "w") as file:
            file.write("written by the agent\n")
        say("wrote")
    except OSError as error:
        say(f"could not write: {error.strerror}")


def leave() -> None:
    def ignore() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.setsid()

    left = subprocess.Popen(
        ["/bin/sleep", "300"], preexec_fn=ignore, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    say(f"left {left.pid}")


if __name__ == "__main__":
    obey(prompt())
