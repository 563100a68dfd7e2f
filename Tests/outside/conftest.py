"""Every test gets daemons of its own, on real sockets and real disks."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys
from typing import Callable, Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "clients" / "python" / "src"), str(pathlib.Path(__file__).parent)]

from flowd import Client  # noqa: E402
from harness.daemon import BINARIES, Daemon, Place  # noqa: E402
from harness.stage import Stage  # noqa: E402


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
