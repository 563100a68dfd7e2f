"""What a read-only agent cannot do whatever it tries, and what happens where the kernel cannot keep it from it."""

from __future__ import annotations

import json
import pathlib
import shlex
import sys
from typing import Any, Callable, Optional

import pytest

from harness import agents, processes
from harness.daemon import ROOT
from harness.eventually import eventually
from harness.flowfile import agent, flow, run as command
from harness.stage import FAILED, SUCCEEDED, Stage, word
from harness.tracing import strace
from peers.web import Web

#: Cross-device: the kernel's word for a link or a rename into a folder with other rights.
DENIED = {"EPERM", "EACCES", "ENOSYS", "EXDEV"}
#: What a step that may write may do in its working directory, and nowhere else.
WRITES = {
    "create in the workspace", "overwrite", "append", "truncate", "truncate as a reader", "rename", "link", "link out", "symlink",
    "make a folder", "make a pipe", "remove",
}  # fmt: skip
#: What anybody may do who is not confined: so each of these attempts is one that can succeed.
USUAL = (WRITES - {"link out"}) | {
    "create in /tmp", "create in /dev/shm", "create in the home", "chmod", "chown", "touch", "connect to the daemon",
    "read the daemon's state", "read a private key", "read what is hidden",
    "read what is hidden through a root", "read the daemon's secrets", "read the daemon's environment",
    "signal the daemon", "ask for the daemon", "signal the daemon's thread", "signal the daemon by a handle",
}  # fmt: skip


class Scene:
    """A daemon with the hostile agent as a provider, and things that it may not touch."""

    def __init__(self, make_stage: Callable[..., Stage], tmp_path: pathlib.Path, web: Web, **options: Any) -> None:
        hidden = tmp_path / "private"
        hidden.mkdir()
        (hidden / "diary").write_text("dear diary")
        provider = {"kind": "agent", "command": agents.command("hostile_agent.py"), "output": "text"}
        config = {"providers": {"hostile": provider}, "agents": {"hidden": [str(hidden)]}}
        self.stage = make_stage(config, environment={"D43MON_SECRET": "c4nary-of-the-daemon"}, **options)
        place = self.stage.daemon.place
        (place.folder / ".ssh").mkdir(mode=0o700)
        (place.folder / ".ssh" / "id_ed25519").write_text("PRIVATE KEY")
        secrets = place.config.parent / "secrets"
        secrets.mkdir(mode=0o700)
        (secrets / "TOKEN").write_text("t0ken-in-a-file")
        (secrets / "TOKEN").chmod(0o600)
        self.victim = place.workspace / "victim"
        self.victim.write_text("unharmed")
        self.order = {
            "workspace": str(place.workspace), "home": str(place.folder), "socket": str(place.socket),
            "state": str(place.state), "secrets": str(secrets / "TOKEN"), "hidden": str(hidden / "diary"),
            "daemon": self.stage.daemon.pid, "port": web.port,
        }  # fmt: skip

    def start(self, *, order: Optional[dict[str, Any]] = None, **keys: Any) -> str:
        prompt = json.dumps({**self.order, **(order or {})})
        text = flow(agent(prompt, provider="hostile", model="m", **keys))
        return self.stage.start(text, cwd=str(self.stage.workspace))

    def census(self) -> dict[str, tuple[int, int, bytes]]:
        """Everything in the workspace and the home that an agent might have changed."""
        place = self.stage.daemon.place
        kept = [path for path in place.folder.rglob("*") if path.is_file() and not path.is_relative_to(place.state)]
        return {
            str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes())
            for path in kept
            if path != place.log
        }


@pytest.fixture
def scene(make_stage: Callable[..., Stage], tmp_path: pathlib.Path, web: Web) -> Scene:
    return Scene(make_stage, tmp_path, web)


def is_gone(pid: int) -> bool:
    return processes.state(pid) in ("", "Z", "X")


def on_a_kernel_whose_landlock_is(version: int) -> list[str]:
    """The first call of each launcher asks for the version."""
    return [*strace(f"landlock_create_ruleset:retval={version}:when=1"), "--seccomp-bpf"] if version else []


@pytest.mark.parametrize("landlock", [0, *(pytest.param(version, marks=pytest.mark.strace) for version in (4, 1))])
def test_every_attempt_of_a_read_only_agent_is_denied_and_nothing_is_left(
    make_stage: Callable[..., Stage], tmp_path: pathlib.Path, web: Web, landlock: int
) -> None:
    """Of this kernel, and of those with an older Landlock, such as Ubuntu 24.04 and 22.04 have them."""
    scene = Scene(make_stage, tmp_path, web, wrapper=on_a_kernel_whose_landlock_is(landlock))
    scene.stage.daemon.place.flow("f", flow(agent("warm up", provider="hostile", model="m")))
    id = scene.start()
    before = {path: held for path, held in scene.census().items() if not path.endswith(".flow.yaml")}
    run = scene.stage.end(id)
    assert run.status == SUCCEEDED, run.error
    assert run.steps[0].agent.confinement == "read-only"
    found = json.loads(json.loads(run.steps[0].result))
    assert {name: what for name, what in found["allowed"].items() if what != "done"} == {}
    assert {name: what for name, what in found["denied"].items() if what not in DENIED} == {}
    assert not found["privileges"], "it can gain no privileges by executing a program"
    after = {path: held for path, held in scene.census().items() if not path.endswith(".flow.yaml")}
    assert after == before
    eventually(lambda: is_gone(found["fled"]), "the end of what had fled")
    assert processes.attempts_under(scene.stage.daemon.place.folder) == {}
    assert scene.stage.client.daemon.status().pid == scene.order["daemon"]


def test_a_step_that_may_write_writes_in_its_working_directory_only(scene: Scene) -> None:
    scene.stage.daemon.place.flow("f", flow(agent("warm up", provider="hostile", model="m")))
    run = scene.stage.end(scene.start(read_only=False))
    assert run.status == SUCCEEDED and run.steps[0].agent.confinement not in ("", "read-only"), run.error
    found = json.loads(json.loads(run.steps[0].result))
    denied = {name: what for name, what in found["denied"].items() if name not in WRITES}
    assert {name: what for name, what in denied.items() if what not in DENIED} == {}
    wanted = WRITES - {"link out"}
    assert {name: found["denied"][name] for name in wanted if found["denied"][name] != "done"} == {}
    eventually(lambda: is_gone(found["fled"]), "the end of what had fled")


def test_the_same_attempts_succeed_without_a_confinement(scene: Scene) -> None:
    """As a plain command; otherwise the tests above could not fail."""
    order = scene.stage.workspace / "order"
    order.write_text(json.dumps({**scene.order, "only": sorted(USUAL)}))
    words = " ".join(shlex.quote(word) for word in agents.command("hostile_agent.py"))
    text = flow(command(f'TMPDIR=/tmp exec {words} < "{order}"', "ask"))
    run = scene.stage.end(scene.stage.start(text))
    assert run.status == SUCCEEDED, run.error
    found = json.loads(run.steps[0].stdout)
    assert {name: what for name, what in found["denied"].items() if what != "done"} == {}
    assert set(found["denied"]) == USUAL and found["privileges"]
    pathlib.Path("/tmp/mine").unlink(missing_ok=True)


def test_an_agent_that_ignores_sigterm_and_has_fled_is_ended_by_a_timeout(scene: Scene) -> None:
    # It tries nothing else, so that it has told of itself long before.
    run = scene.stage.end(scene.start(order={"stay": True, "only": []}, timeout="4s"))
    assert word(run.steps[0].status) == "failed", run.steps[0]
    found = json.loads(run.steps[0].stdout.splitlines()[0])
    eventually(lambda: is_gone(found["fled"]), "the end of what had fled")
    assert processes.attempts_under(scene.stage.daemon.place.folder) == {}


def test_a_crash_of_the_daemon_leaves_no_agent(scene: Scene) -> None:
    id = scene.start(order={"stay": True, "only": []}, on_restart="fail")
    told = scene.stage.until(lambda: "\n" in scene.stage.said(id) and scene.stage.said(id), "the agent's report")
    fled = json.loads(told.splitlines()[0])["fled"]
    scene.stage.daemon.kill()
    eventually(lambda: is_gone(fled), "the end of what had fled")
    scene.stage.again()
    assert scene.stage.end(id).status == FAILED
    assert processes.attempts_under(scene.stage.daemon.place.folder) == {}


def test_where_the_kernel_cannot_confine_an_agent_it_is_not_started(
    make_stage: Callable[..., Stage], tmp_path: pathlib.Path, web: Web
) -> None:
    script = ROOT / "Tests" / "outside" / "harness" / "without_landlock.py"
    scene = Scene(make_stage, tmp_path, web, wrapper=[sys.executable, str(script)])
    run = scene.stage.end(scene.start())
    step = run.steps[0]
    assert word(step.status) == "failed" and not step.stdout, "it ran"
    assert "Landlock" in step.error.message or "confine" in step.error.message, step.error
    assert scene.victim.read_text() == "unharmed"
    assert word(scene.stage.end(scene.start(read_only=False)).steps[0].status) == "failed"
    assert scene.stage.end(scene.stage.start(flow(command("true", "plain")))).status == SUCCEEDED


def test_a_secret_of_the_daemon_is_not_in_an_agents_environment(make_stage: Callable[..., Stage]) -> None:
    provider = agents.text(env={"OWN": "secret:OWN_KEY"})
    stage = make_stage({"providers": {"text": provider}}, environment={"OWN_KEY": "own-k3y", "OTHER_KEY": "other-k3y"})
    run = stage.end(stage.start(flow(agent("env OTHER_KEY\nenv OWN_KEY", provider="text", model="m"))))
    assert run.status == SUCCEEDED and json.loads(run.steps[0].result).split() == ["(not", "set)", "(not", "set)"]
