"""Which addresses http steps may reach: by default not those where a machine keeps its credentials."""

from __future__ import annotations

import pathlib
import shutil
import sys
import tempfile
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional

import pytest

from flowd.v1 import run_pb2
from harness.daemon import ROOT
from harness.flowfile import flow, http
from harness.stage import FAILED, SUCCEEDED, Stage
from peers.web import Web

FATAL = run_pb2.ERROR_CLASS_FATAL
LOOPBACK, METADATA = "http://127.0.0.1:8000", "169.254.169.254"


@dataclass
class Island:
    """A stage whose daemon is in a network namespace of its own, with two servers."""

    stage: Stage
    folder: pathlib.Path

    def asked(self, name: str) -> list[str]:
        return (self.folder / name).read_text().splitlines()


def outcome(stage: Stage, url: str, network: Optional[dict[str, Any]] = None) -> str:
    """Empty where the request succeeded, else the message of its fatal error."""
    keys = {"network": network} if network is not None else {}
    run = stage.end(stage.start(flow(http(url), **keys)))
    if run.status == SUCCEEDED:
        return ""
    assert run.status == FAILED and getattr(run.steps[0].error, "class") == FATAL, run.steps[0].error
    return str(run.steps[0].error.message)


@pytest.fixture
def island(make_stage: Callable[..., Stage]) -> Iterator[Callable[..., Island]]:
    folders: list[pathlib.Path] = []

    def make(config: Optional[dict[str, Any]] = None) -> Island:
        folders.append(pathlib.Path(tempfile.mkdtemp(prefix="fn", dir="/tmp")))
        script = ROOT / "Tests" / "outside" / "harness" / "namespace.py"
        return Island(make_stage(config, wrapper=[sys.executable, str(script), str(folders[-1])]), folders[-1])

    yield make
    for folder in folders:
        shutil.rmtree(folder)


@pytest.mark.root
def test_metadata_addresses_are_refused_however_they_are_written(island: Callable[..., Island]) -> None:
    here = island()
    forms = [
        METADATA, "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]", f"{METADATA}:80",
    ]  # fmt: skip
    for form in forms:
        message = outcome(here.stage, f"http://{form}/echo/latest")
        assert message, f"{form} was reached"
    assert METADATA in outcome(here.stage, f"http://{METADATA}/echo/latest")
    assert here.asked("others") == []


@pytest.mark.root
def test_a_redirect_to_a_metadata_address_is_refused(island: Callable[..., Island]) -> None:
    here = island()
    for target in (f"http://{METADATA}/echo", "http://2852039166/echo", "http://[::ffff:169.254.169.254]/echo"):
        message = outcome(here.stage, f"{LOOPBACK}/redirect?to={target}")
        assert message, f"{target} was reached"
    assert len(here.asked("loopback")) == 3 and here.asked("others") == []


@pytest.mark.root
def test_link_local_addresses_are_allowed_by_configuration_and_flow_together(island: Callable[..., Island]) -> None:
    here, url = island({"network": {"link-local": True}}), "http://169.254.7.7/echo"
    assert outcome(here.stage, url) == "" or outcome(here.stage, url, {"link-local": True}) == ""
    asked = here.asked("others")
    assert asked and set(asked) == {"169.254.7.7 /echo"}
    assert outcome(here.stage, url, {"link-local": False}), "a flow narrows what the configuration allows"
    assert outcome(here.stage, f"http://{METADATA}/echo", {"link-local": True}), "metadata are another matter"
    closed = island()
    assert outcome(closed.stage, url, {"link-local": True}), "a flow cannot widen it"
    assert closed.asked("others") == [] and here.asked("others") == asked


@pytest.mark.root
def test_a_metadata_address_is_reached_only_where_it_is_named(island: Callable[..., Island]) -> None:
    """Otherwise the tests above could not fail."""
    here = island({"network": {"link-local": True, "allow": [METADATA]}})
    url = f"http://{METADATA}/echo"
    found = [outcome(here.stage, url), outcome(here.stage, url, {"link-local": True, "allow": [METADATA]})]
    assert "" in found and set(here.asked("others")) == {f"{METADATA} /echo"}, found
    wide = island({"network": {"link-local": True, "allow": ["0.0.0.0/0"]}})
    assert outcome(wide.stage, url, {"link-local": True, "allow": ["0.0.0.0/0"]}), "a wide rule does not name it"
    assert wide.asked("others") == []


def test_loopback_can_be_switched_off_by_flow_and_by_configuration(make_stage: Callable[..., Stage], web: Web) -> None:
    stage = make_stage()
    assert outcome(stage, f"{web.url}/echo") == ""
    for form in (web.url, f"http://localhost:{web.port}", f"http://127.1:{web.port}", f"http://0.0.0.0:{web.port}",
                 f"http://[::ffff:127.0.0.1]:{web.port}", f"http://2130706433:{web.port}"):  # fmt: skip
        assert outcome(stage, f"{form}/echo", {"loopback": False}), f"{form} was reached"
    assert len(web.requests) == 1
    strict = make_stage({"network": {"loopback": False}})
    assert outcome(strict, f"{web.url}/echo") and outcome(strict, f"{web.url}/echo", {"loopback": True})
    assert len(web.requests) == 1


def test_lists_of_hosts_and_networks_allow_and_deny(make_stage: Callable[..., Stage], web: Web) -> None:
    stage = make_stage()
    local = f"http://localhost:{web.port}/echo"
    assert outcome(stage, local, {"allow": ["localhost"]}) == ""
    assert outcome(stage, local, {"allow": ["127.0.0.0/8", "::1"]}) == ""
    assert outcome(stage, local, {"allow": ["api.example.com", "10.0.0.0/8"]})
    assert outcome(stage, f"{web.url}/echo", {"deny": ["127.0.0.1"]})
    assert outcome(stage, f"{web.url}/echo", {"allow": ["127.0.0.1"], "deny": ["127.0.0.0/8"]}), "deny goes before"
    assert outcome(stage, f"{web.url}/redirect?to={local}", {"deny": ["localhost"]}), "also on a redirect"
    assert len(web.to("/echo")) == 2


def test_a_proxy_and_a_unix_socket_are_no_way_around_the_policy(make_stage: Callable[..., Stage], web: Web) -> None:
    stage = make_stage({"network": {"loopback": False}})
    text = flow(http("http://api.example.invalid/echo", proxy=web.url))
    run = stage.end(stage.start(text))
    assert run.status == FAILED and web.requests == [], "the proxy itself is at a refused address"
