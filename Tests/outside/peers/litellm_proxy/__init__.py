"""A LiteLLM proxy, the server that most people put before their models, run without a network."""

from __future__ import annotations

import os
import pathlib
import subprocess
from typing import Optional

from harness.daemon import ROOT
from peers.ports import free_port, wait_for_port

HERE = pathlib.Path(__file__).parent
PROGRAM = ROOT / ".venv-litellm" / "bin" / "litellm"


class LiteLLM:
    key = "sk-master-of-the-tests"

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.process: Optional[subprocess.Popen[bytes]] = None

    def start(self) -> LiteLLM:
        """Takes some seconds; returns at once. Where it is not installed, `wait` says so."""
        if not PROGRAM.exists():
            return self
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_TELEMETRY": "False", "NO_PROXY": "*", "PYTHONPATH": str(HERE),
        }  # fmt: skip
        options = ["--config", str(HERE / "config.yaml"), "--host", "127.0.0.1", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM), *options, "--telemetry", "False"], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.folder,
            )  # fmt: skip
        return self

    @property
    def log(self) -> pathlib.Path:
        return self.folder / "litellm.log"

    def wait(self) -> LiteLLM:
        assert PROGRAM.exists(), "LiteLLM is missing: run scripts/setup test"
        try:
            wait_for_port(self.port, 120)
        except AssertionError:
            raise AssertionError(f"LiteLLM did not start: {self.log.read_text()[-2000:]}") from None
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
