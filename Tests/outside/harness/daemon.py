"""A daemon of its own for a test: a short folder, a process, and clients that reach it."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from typing import Any, Optional, Sequence

from flowd import Client, errors
from flowd.v1 import session_pb2
from harness import processes
from harness.eventually import eventually

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARIES = (ROOT / os.environ.get("FLOWD_BIN", ".build/debug")).resolve()
PATH = os.environ.get("PATH", "/usr/bin:/bin")


class Place:
    """A folder under /tmp with a workspace, a configuration and room for a socket and a database.

    Everything a daemon reads or writes is in here, and its environment says so.
    """

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="f", dir="/tmp"))
        self.socket = self.folder / "s"
        self.state = self.folder / "state"
        self.config = self.folder / "config" / "config.yaml"
        self.workspace = self.folder / "w"
        self.log = self.folder / "log"
        (self.workspace / ".flowd" / "flows").mkdir(parents=True)
        self.config.parent.mkdir()

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": PATH, "HOME": str(self.folder), "LANG": "C.UTF-8"}

    @property
    def database(self) -> pathlib.Path:
        return self.state / "flowd.db"

    def flow(self, name: str, text: str, workspace: Optional[pathlib.Path] = None) -> str:
        """Writes a flow file and returns the flow's id."""
        flows = (workspace or self.workspace) / ".flowd" / "flows"
        flows.mkdir(parents=True, exist_ok=True)
        (flows / f"{name}.flow.yaml").write_text(text)
        return name

    def command(self, *more: str) -> list[str]:
        paths = ["--socket", str(self.socket), "--state", str(self.state), "--config", str(self.config)]
        return [str(BINARIES / "flowd"), *paths, *more]

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Daemon:
    """One daemon, which may be stopped, killed and started again in the same place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.process: Optional[subprocess.Popen[bytes]] = None
        #: Added to its environment at every start.
        self.environment: dict[str, str] = {}
        self._clients: list[Client] = []

    def start(
        self, *more: str, wrapper: Sequence[str] = (), environment: Optional[dict[str, str]] = None, wait: bool = True,
        **options: Any,
    ) -> Daemon:  # fmt: skip
        """Starts it and waits until it serves. `wrapper` is a program that runs it, such as strace."""
        with self.place.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, *self.place.command(*more)],
                env={**self.place.environment, **self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **options,
            )  # fmt: skip
        if wait:
            eventually(self._is_serving, f"a daemon at {self.place.socket}")
        return self

    def _is_serving(self) -> bool:
        assert self.process is not None
        status = self.process.poll()
        assert status is None, f"the daemon exited with {status}: {self.log_text()}"
        return self._answers()

    def serves_or_ends(self, seconds: float = 120) -> bool:
        """Waits until it serves or has ended; whether it serves."""
        process = self.process
        assert process is not None
        return eventually(lambda: process.poll() is not None or self._answers(), "a start or an end", seconds) and (
            process.poll() is None
        )

    def _answers(self) -> bool:
        try:
            with Client(str(self.place.socket), spawn=None, timeout=20) as client:
                client.daemon.status()
        except errors.FlowdError:  # Not yet: there is no socket, or it is a dead daemon's.
            return False
        return True

    @property
    def pid(self) -> int:
        """Of the daemon itself, also beneath a wrapper."""
        assert self.process is not None
        return processes.descendant(self.process.pid, "flowd")

    def client(self, **options: Any) -> Client:
        """A client that starts no daemon; closed with this object."""
        client = Client(str(self.place.socket), spawn=None, name="outside", **{"timeout": 120, **options})
        self._clients.append(client)
        return client

    def kill(self, *, may_have_ended: bool = False) -> None:
        """kill -9, and waits until it is gone."""
        assert self.process is not None
        try:
            os.kill(self.pid, signal.SIGKILL)
        except (AssertionError, ProcessLookupError):
            if not may_have_ended:
                raise
        self.process.wait(60)

    def stop(self, seconds: float = 120) -> int:
        """SIGTERM; returns the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
        return self.process.wait(seconds)

    def end_clients(self) -> None:
        """Closes the connections of every client that `client` made."""
        for client in self._clients:
            client.close()
        self._clients.clear()

    def end(self) -> None:
        """Whatever is left, at the end of a test."""
        self.end_clients()
        if self.process is not None and self.process.poll() is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except (ProcessLookupError, AssertionError):
                self.process.kill()
            self.process.wait(60)
        processes.end_attempts_under(self.place.folder)

    def log_text(self) -> str:
        return self.place.log.read_text(errors="replace") if self.place.log.exists() else ""

    # What most tests begin with.

    def session(self, client: Optional[Client] = None, *, flow: str = "", **options: Any) -> session_pb2.SessionMeta:
        """A new session of the workspace, with a flow if one is named."""
        client = client or self.client()
        meta = client.session.new(workspace=str(self.place.workspace), **options).meta
        return client.session.set_executed_flow(meta.session_id, flow_id=flow).meta if flow else meta

    def wait_for(self, client: Client, run_id: str, seconds: float = 120) -> Any:
        """The run once it has ended."""
        began = time.monotonic()
        for _ in client.watch(run_id=run_id, patience=seconds):
            assert time.monotonic() - began < seconds, f"run {run_id} did not end in {seconds:g} s"
        return client.flow.get_run(run_id, include_output=True).run
