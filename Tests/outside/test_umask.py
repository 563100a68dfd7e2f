"""What runs make has the permissions that their shell would give it; the daemon's own files are private."""

from __future__ import annotations

import os
import pathlib
import re
import stat
import subprocess
import sys
from typing import Any, Callable

import pytest

from flowd import errors
from harness import agents
from harness.daemon import BINARIES, ROOT, Daemon, Place
from harness.eventually import eventually
from harness.flowfile import agent, flow, http, run as command, step
from harness.stage import SUCCEEDED, Stage, steps
from harness.terminal import environment, flowctl
from peers.web import Web

MASKS = [0o022, 0o077, 0o002]
MAKE = "umask; : > made-by-$FLOWD_STEP_ID; mkdir folder-of-$FLOWD_STEP_ID"


def mode(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def expect_made(workspace: pathlib.Path, step_id: str, mask: int) -> None:
    assert oct(mode(workspace / f"made-by-{step_id}")) == oct(0o666 & ~mask), step_id
    assert oct(mode(workspace / f"folder-of-{step_id}")) == oct(0o777 & ~mask), step_id


def expect_private(folder: pathlib.Path) -> set[str]:
    """Nobody else may look at anything in a folder; returns the names of what is in it, as deep as it goes."""
    found = [folder, *folder.rglob("*")]
    for path in found:
        held = path.lstat().st_mode
        assert held & 0o077 == 0, f"{path}: {held:o}"
        assert stat.S_IMODE(held) == (0o700 if stat.S_ISDIR(held) else 0o600), f"{path}: {held:o}"
    return {str(path.relative_to(folder)) for path in found}


@pytest.mark.parametrize("mask", MASKS, ids=oct)
def test_a_run_has_the_umask_it_was_started_with_also_after_a_crash(
    make_daemon: Callable[..., Daemon], web: Web, mask: int
) -> None:
    daemon = make_daemon()
    stage = Stage(daemon.start(umask=0))
    daemon.place.flow("child", flow(command(MAKE, "inner")))
    held = f"umask; : > made-by-held; : > began; until [ -e go ]; do sleep 0.02; done"
    text = flow(
        command(MAKE, "before"),
        command(held, "held", on_restart="retry"),
        command(MAKE, "after"),
        http(f"{web.url}/json", "saved", save_to="made-by-saved"),
        step("flow", "sub", flow="child"),
    )
    id = stage.start(text, cwd=str(stage.workspace), umask=mask)
    stage.until(lambda: (stage.workspace / "began").exists(), "the second step")
    daemon.kill()
    (stage.workspace / "made-by-held").unlink()
    daemon.start(umask=0o007)
    stage.client = daemon.client()
    stage.until(lambda: (stage.workspace / "made-by-held").exists(), "the second attempt")
    (stage.workspace / "go").touch()
    run = stage.end(id)
    assert run.status == SUCCEEDED, run.error
    made = steps(run)
    assert made["held"].attempt == 2
    for step_id in ("before", "held", "after"):
        assert made[step_id].stdout.decode().split() == [f"{mask:04o}"]
    for step_id in ("before", "after", "inner"):
        expect_made(stage.workspace, step_id, mask)
    for name in ("made-by-held", "made-by-saved"):
        assert oct(mode(stage.workspace / name)) == oct(0o666 & ~mask), name


@pytest.mark.parametrize("mask", MASKS, ids=oct)
def test_flowctl_and_the_python_client_send_the_umask_of_their_process(daemon: Daemon, mask: int) -> None:
    place = daemon.place
    place.flow("f", flow(command(MAKE, "a")))
    script = f"""
import os, sys
sys.path[:0] = [{str(ROOT / "clients" / "python" / "src")!r}]
from flowd import Client
client = Client({str(place.socket)!r}, spawn=None)
session = client.session.new(workspace={str(place.workspace)!r}).meta.session_id
client.session.set_executed_flow(session, flow_id="f")
print(client.flow.start(session, env=dict(os.environ)).run_id)
"""
    words = [str(BINARIES / "flowctl"), "--no-spawn"]
    for program in ([*words, "run", "f"], [*words, "start", "f"], [*words, "rerun"], [sys.executable, "-c", script]):
        done = subprocess.run(
            program, env=environment(place), cwd=place.workspace, umask=mask, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        client = daemon.client()
        (newest, *_) = client.flow.list_runs(workspace=str(place.workspace)).runs
        assert daemon.wait_for(client, newest.run_id).status == SUCCEEDED
        expect_made(place.workspace, "a", mask)
        (place.workspace / "made-by-a").unlink()
        (place.workspace / "folder-of-a").rmdir()


def test_a_start_that_says_nothing_gets_what_the_daemon_was_started_with(make_daemon: Callable[..., Daemon]) -> None:
    daemon = make_daemon()
    stage = Stage(daemon.start(umask=0o027))
    daemon.place.flow("f", flow(command(MAKE, "a")))
    stage.client.session.set_executed_flow(stage.session, flow_id="f")
    told = flowctl(daemon.place, "call", "flow.start", f'{{"sessionId": "{stage.session}"}}')
    assert told.returncode == 0, told.stderr
    stage.until(stage.ended, "the end of the run")
    expect_made(stage.workspace, "a", 0o027)


def test_a_rerun_that_says_nothing_has_the_umask_of_the_run(stage: Stage) -> None:
    id = stage.start(flow(command("umask", "a")), umask=0o002)
    stage.end(id)
    told = flowctl(stage.daemon.place, "call", "flow.rerun", f'{{"runId": "{id}"}}')
    assert told.returncode == 0, told.stderr
    stage.until(lambda: len(stage.ended()) == 2, "the end of the second run")
    (again,) = stage.ended() - {id}
    assert stage.run(again).steps[0].stdout == b"0002\n"


def test_a_umask_has_permissions_only(stage: Stage) -> None:
    with pytest.raises(errors.InvalidArgument) as refused:
        stage.start(flow(command("umask", "a")), umask=0o1022)
    assert "umask" in str(refused.value)
    id = stage.start(flow(command("umask", "a")), umask=0o777)
    assert stage.end(id).steps[0].stdout == b"0777\n"


@pytest.mark.parametrize("mask", MASKS, ids=oct)
def test_a_confined_agent_has_the_umask_of_the_run_and_a_private_folder(
    make_stage: Callable[..., Stage], mask: int
) -> None:
    script = f'cat > /dev/null; {MAKE}; stat -c %a "$TMPDIR"'
    provider = {"kind": "agent", "command": ["sh", "-c", script], "output": "text"}
    stage = make_stage({"providers": {"own": provider}}, umask=0)
    text = flow(agent("go", provider="own", read_only=False))
    run = stage.end(stage.start(text, cwd=str(stage.workspace), umask=mask))
    assert run.status == SUCCEEDED, run.error
    assert run.steps[0].stdout.decode().split() == [f"{mask:04o}", "700"]
    expect_made(stage.workspace, "ask", mask)


def test_what_is_the_daemons_own_is_private_whatever_it_was_started_with(
    make_stage: Callable[..., Stage], web: Web
) -> None:
    provider = agents.text(prompt="file", command=[*agents.command("text_agent.py"), "--prompt-file", "{prompt_file}"])
    stage = make_stage({"providers": {"own": provider}}, umask=0, mode="INTERACTIVE")
    place = stage.daemon.place
    text = flow(
        http(f"{web.url}/bytes/2000000", "long"),
        http(f"{web.url}/bake", "cookies"),
        step("input", "secret", type="secret", prompt="Which?"),
        agent("args\nsleep 30", "busy", provider="own"),
    )
    id = stage.start(text, cwd=str(stage.workspace), umask=0)
    stage.asks(id, "secret")
    stage.answer(id, step_id="secret", value='"canary"')
    told = stage.until(lambda: re.search(r"/\S+/prompt\.md", stage.said(id, "busy")), "the place of the prompt")
    assert expect_private(pathlib.Path(told[0]).parent) == {".", "prompt.md"}
    found = expect_private(place.state)
    wanted = ("flowd.db", "flowd.db-wal", "flowd.db-shm", "flowd.lock", "secrets/", "http/bodies/", "http/cookies/")
    for name in (*wanted, "agents/private/"):
        assert any(path.startswith(name) for path in found), (name, found)
    assert mode(place.socket) == 0o600
    stage.client.flow.cancel(stage.session, run_id=id)
    stage.end(id)


@pytest.mark.root
def test_a_user_saves_over_what_is_writable_and_gives_no_group_more_than_everybody(place: Place, web: Web) -> None:
    """Beside root, who may give files to anybody and write everything."""
    nobody: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        subprocess.run([str(BINARIES / "flowctl"), "version"], capture_output=True, timeout=20, **nobody)
    except PermissionError:
        pytest.skip("other users cannot reach the build")
    for name, mask in (("locked", 0o444), ("shared", 0o672)):
        (place.workspace / name).write_text("old")
        (place.workspace / name).chmod(mask)
    calls = [http(f"{web.url}/json", name, save_to=name, needs=[]) for name in ("locked", "shared")]
    place.flow("f", flow(*calls))
    for path in [place.folder, *place.folder.rglob("*")]:
        if path.name != "shared":
            os.chown(path, 65534, 65534)
    daemon = Daemon(place).start(wait=False, **nobody)
    words = [str(BINARIES / "flowctl"), "--no-spawn", "run", "f"]
    try:
        eventually(place.socket.exists, "the socket")
        done = subprocess.run(
            words, env=environment(place), cwd=place.workspace, capture_output=True, text=True, timeout=60, **nobody
        )
    finally:
        daemon.stop()
        daemon.end()
    assert done.returncode == 1 and "cannot write" in done.stdout + done.stderr, done
    assert (place.workspace / "locked").read_text() == "old" and mode(place.workspace / "locked") == 0o444
    saved = place.workspace / "shared"
    assert saved.read_text() != "old" and saved.stat().st_uid == 65534
    assert oct(mode(saved)) == oct(0o622)


def test_a_file_that_is_saved_anew_keeps_its_permissions_and_its_link(stage: Stage, web: Web) -> None:
    target = stage.workspace / "real" / "tool"
    target.parent.mkdir()
    target.write_text("old")
    target.chmod(0o755)
    link = stage.workspace / "tool"
    link.symlink_to("real/tool")
    run = stage.end(stage.start(flow(http(f"{web.url}/json", save_to="tool")), cwd=str(stage.workspace), umask=0o077))
    assert run.status == SUCCEEDED, run.error
    assert link.is_symlink() and mode(target) == 0o755
    assert target.read_bytes() == run.steps[0].stdout
    assert os.listdir(target.parent) == ["tool"]
