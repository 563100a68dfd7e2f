"""The stand-in for an OpenAI-compatible server that the examples come with, as a daemon's provider `local`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

from harness.daemon import ROOT, Daemon
from harness.eventually import eventually

KEY = "a-key-that-nobody-may-read"


class Models:
    """The server, and what it was asked for."""

    def __init__(self, daemon: Daemon) -> None:
        folder = daemon.place.folder
        self.log, port = folder / "models.log", folder / "models.port"
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "examples" / "mock-openai.py", "--key", KEY, "--log", self.log, "--port-file", port],
            stdout=subprocess.DEVNULL,
        )
        eventually(port.exists, "the models' server")
        self.url = f"http://127.0.0.1:{port.read_text()}/v1"

    def configure(self, daemon: Daemon, *more: str, key: str = KEY) -> None:
        """Makes it the provider `local` of a running daemon."""
        secrets = daemon.place.config.parent / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        (secrets / "LOCAL_KEY").touch(0o600)
        (secrets / "LOCAL_KEY").write_text(key)
        provider = {
            "kind": "openai", "base-url": self.url, "key": "secret:LOCAL_KEY", "models": ["quick-model", "careful-model"],
        }  # fmt: skip
        lines = [f"  local: {json.dumps(provider)}", *more]
        daemon.place.config.write_text("providers:\n" + "\n".join(lines) + "\n")
        os.kill(daemon.pid, signal.SIGHUP)
        client, wanted = daemon.client(), {line.strip().partition(":")[0] for line in lines}

        def has_been_read() -> bool:
            return wanted <= {each.provider_id for each in client.provider.list().providers}

        eventually(has_been_read, "the providers")

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def end(self) -> None:
        self.process.kill()
        self.process.wait(60)
