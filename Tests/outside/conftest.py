"""Every test gets daemons of its own, on real sockets and real disks."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import sys
import tempfile
from typing import Any, Callable, Iterator, Optional

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "clients" / "python" / "src"), str(pathlib.Path(__file__).parent)]

from flowd import Client  # noqa: E402
from harness.daemon import BINARIES, Daemon, Place  # noqa: E402
from harness.stage import Stage  # noqa: E402
from peers.authority import Authority  # noqa: E402
from peers.chat import Chat  # noqa: E402
from peers.litellm_proxy import LiteLLM  # noqa: E402
from peers.nginx import Nginx  # noqa: E402
from peers.web import Web  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not (BINARIES / "flowd").exists():
        raise pytest.UsageError(f"no flowd in {BINARIES}; build it, or set FLOWD_BIN")
    for item in items:
        if item.get_closest_marker("strace") and shutil.which("strace") is None:
            item.add_marker(pytest.mark.skip(reason="strace is not installed"))
        if item.get_closest_marker("root") and os.getuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    setattr(item, f"report_{report.when}", report)


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.remove()


@pytest.fixture
def make_daemon(request: pytest.FixtureRequest) -> Iterator[Callable[..., Daemon]]:
    """Makes daemons that are ended with the test; a failed test shows the end of their logs."""
    made: list[Daemon] = []

    def make(place: Place | None = None) -> Daemon:
        daemon = Daemon(place or Place())
        made.append(daemon)
        return daemon

    yield make
    failed = getattr(request.node, "report_call", None) and request.node.report_call.failed
    for daemon in made:
        daemon.end()
        if failed:
            print(f"--- log of the daemon in {daemon.place.folder}\n{daemon.log_text()[-4000:]}")
        daemon.place.remove()


@pytest.fixture
def daemon(make_daemon: Callable[..., Daemon]) -> Daemon:
    """A daemon that serves."""
    return make_daemon().start()


@pytest.fixture
def client(daemon: Daemon) -> Client:
    return daemon.client()


@pytest.fixture
def stage(daemon: Daemon) -> Stage:
    """A daemon with one session whose questions wait for a person."""
    return Stage(daemon, mode="INTERACTIVE")


@pytest.fixture
def make_stage(make_daemon: Callable[..., Daemon]) -> Callable[..., Stage]:
    """Makes daemons with a configuration, each with a session; `environment` is the daemon's own."""

    def make(
        config: Optional[dict[str, Any]] = None,
        *,
        mode: str = "BATCH",
        environment: Optional[dict[str, str]] = None,
        **options: Any,
    ) -> Stage:
        daemon = make_daemon()
        daemon.environment = environment or {}
        daemon.place.config.write_text(json.dumps(config or {}))
        return Stage(daemon.start(**options), mode=mode)

    return make


# What the daemon talks to.


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def nginx(authority: Authority) -> Iterator[Nginx]:
    # A Unix socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="n", dir="/tmp") as folder:
        server = Nginx(pathlib.Path(folder), authority)
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    yield server
    server.stop()


@pytest.fixture
def chat() -> Iterator[Chat]:
    server = Chat()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def litellm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteLLM]:
    server = LiteLLM(tmp_path_factory.mktemp("litellm")).start()
    try:
        yield server.wait()
    finally:
        server.stop()
