"""A disk that fails: full, full for a moment, or broken in mid-write."""

from __future__ import annotations

import os
import pathlib
import sqlite3
import subprocess
from typing import Any, Iterator

import pytest

from flowd import Client, errors
from flowd.v1 import daemon_pb2, run_pb2
from harness import flows
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.tracing import faults, strace

DISK_FAILED = 74


def write(client: Client, session: str, model: str) -> Any:
    return client.session.set_provider_model(session, provider_id="ollama", model_id=model).meta


def write_if_possible(client: Client, session: str) -> Any:
    try:
        return write(client, session, "after")
    except errors.ResourceExhausted:
        return None


def write_until_refused(client: Client, session: str, kind: type, most: int = 3000) -> tuple[Any, errors.FlowdError]:
    """The last acknowledged metadata, and the error."""
    last = client.session.get_current_meta(session_id=session).meta
    for n in range(most):
        try:
            last = write(client, session, f"m{n}")
        except kind as error:
            return last, error
    raise AssertionError(f"{most} writes succeeded")


def check_whole(client: Client, meta: Any) -> None:
    """The log has every revision up to the metadata's, once."""
    events = list(client.watch(session_id=meta.session_id, until_now=True))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    changes = [event.session_meta_changed.meta.revision for event in events if event.HasField("session_meta_changed")]
    assert changes == list(range(1, meta.revision + 1))


@pytest.mark.strace
@pytest.mark.parametrize("moment", [1, 2, 5, 9])
def test_a_commit_without_space_is_absent_and_writes_go_on_afterwards(daemon: Daemon, moment: int) -> None:
    """ENOSPC for some writes to the disk: refused as RESOURCE_EXHAUSTED, reads go on, then it recovers by itself."""
    client = daemon.client()
    session = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE)).session_id
    with faults(daemon.pid, f"pwrite64:error=ENOSPC:when={moment}..{moment + 1}"):
        last, error = write_until_refused(client, session, errors.ResourceExhausted)
        assert error.reason == "DISK_FULL"
        assert client.session.get_current_meta(session_id=session).meta == last, "a read sees what is durable"
        assert client.session.list().sessions[0].meta == last
        after = eventually(lambda: write_if_possible(client, session), "a write after the disk was full")
    assert after.revision == last.revision + 1, "a refused write took a revision"
    assert client.daemon.status().health == daemon_pb2.DAEMON_HEALTH_SERVING
    check_whole(client, after)
    daemon.kill()
    check_whole(daemon.start().client(), after)


@pytest.mark.strace
def test_while_the_disk_is_full_everything_that_writes_is_refused_and_nothing_else(daemon: Daemon) -> None:
    client = daemon.client()
    session = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE)).session_id
    with faults(daemon.pid, "pwrite64:error=ENOSPC:when=3+"):
        last, _ = write_until_refused(client, session, errors.ResourceExhausted)
        for call in (
            lambda: daemon.session(client),
            lambda: client.session.select(session),
            lambda: client.session.close(session),
            lambda: client.session.set_executed_flow(session, flow_id="f"),
            lambda: client.flow.start(session, request_id="full"),
        ):
            with pytest.raises(errors.ResourceExhausted) as caught:
                call()
            assert caught.value.reason == "DISK_FULL"
        status = client.daemon.status()
        assert status.health == daemon_pb2.DAEMON_HEALTH_READ_ONLY and status.health_message
        assert client.session.get_current_meta(session_id=session).meta == last
        assert client.flow.list(workspace=last.workspace).flows
        assert list(client.flow.list_runs().runs) == []
        check_whole(client, last)
    daemon.kill()
    client = daemon.start().client()
    assert client.session.get_current_meta(session_id=session).meta == last
    assert not client.flow.start(session, request_id="full").existing


@pytest.mark.strace
@pytest.mark.parametrize("flush", [1, 2, 9])
def test_a_failed_flush_is_unknown_and_the_daemon_ends(daemon: Daemon, flush: int) -> None:
    """EIO from fdatasync: nobody is told OK, the daemon exits, and a repeated start is applied once."""
    client = daemon.client()
    session = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE)).session_id
    acknowledged, lost = [], ""
    with faults(daemon.pid, f"fdatasync:error=EIO:when={flush}+"):
        for n in range(200):
            try:
                acknowledged.append(client.flow.start(session, request_id=f"r{n}", if_active="IF_ACTIVE_PARALLEL"))
            except (errors.Unknown, errors.ConnectionLost) as error:
                lost = f"r{n}"
                assert isinstance(error, errors.ConnectionLost) or error.reason == "COMMIT_FAILED"
                break
        assert lost, "the flush never failed"
        assert daemon.process is not None and daemon.process.wait(60) == DISK_FAILED
    client = daemon.start().client()
    again = client.flow.start(session, request_id=lost, if_active="IF_ACTIVE_PARALLEL")
    assert client.flow.start(session, request_id=lost, if_active="IF_ACTIVE_PARALLEL").run_id == again.run_id
    runs = [run.run_id for run in client.flow.list_runs(page_size=500).runs]
    assert sorted(runs) == sorted([*(reply.run_id for reply in acknowledged), again.run_id])
    check_whole(client, client.session.get_current_meta(session_id=session).meta)


@pytest.mark.strace
def test_a_failed_flush_of_a_metadata_write_is_never_acknowledged(daemon: Daemon) -> None:
    client = daemon.client()
    session = daemon.session(client).session_id
    with faults(daemon.pid, "fdatasync:error=EIO:when=8+"):
        last, _ = write_until_refused(client, session, errors.FlowdError, most=100)
        assert daemon.process is not None and daemon.process.wait(60) == DISK_FAILED
    client = daemon.start().client()
    meta = client.session.get_current_meta(session_id=session).meta
    assert meta.revision in (last.revision, last.revision + 1)
    check_whole(client, meta)


@pytest.mark.strace
def test_a_disk_that_fails_from_the_start_stops_the_start(daemon: Daemon) -> None:
    daemon.session()
    daemon.stop()
    for injection in ("fdatasync:error=EIO", "pwrite64:error=EIO", "pwrite64:error=ENOSPC"):
        daemon.start(wrapper=strace(injection), wait=False)
        assert daemon.process is not None
        if daemon.serves_or_ends():
            with pytest.raises(errors.FlowdError):
                daemon.session()
            daemon.kill(may_have_ended=True)
        else:
            assert daemon.process.returncode in (1, DISK_FAILED), daemon.log_text()
    assert len(daemon.start().client().session.list().sessions) == 1


@pytest.mark.strace
def test_a_read_that_fails_is_an_error_and_not_wrong_data(daemon: Daemon) -> None:
    meta = daemon.session(flow=daemon.place.flow("f", flows.TRUE))
    daemon.stop()
    daemon.start(wrapper=strace("pread64:error=EIO:when=40+"), wait=False)
    if not daemon.serves_or_ends():
        assert daemon.process is not None and daemon.process.returncode not in (0, -6, -11)
        return
    client = daemon.client()
    for _ in range(50):
        try:
            assert client.session.get_current_meta(session_id=meta.session_id).meta == meta
            assert [entry.meta for entry in client.session.list().sessions] == [meta]
        except errors.FlowdError as error:
            assert isinstance(error, (errors.Unavailable, errors.Unknown)), error


@pytest.mark.strace
def test_a_slow_file_system_holds_up_only_its_own_session(daemon: Daemon) -> None:
    daemon.place.flow("f", flows.TRUE)
    slow = daemon.session(flow="f").session_id
    daemon.stop()
    path = daemon.place.workspace / ".flowd" / "flows" / "f.flow.yaml"
    delay = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(path)]
    calls = "openat,open,newfstatat,statx,lstat,stat,readlink"
    daemon.start(wrapper=[*delay, "-e", f"trace={calls}", "-e", f"inject={calls}:delay_enter=3000000:when=1"])
    client = daemon.client()
    fast = client.session.new(workspace="/elsewhere").meta.session_id
    waiting = client.pipelined.session.set_executed_flow(slow, flow_id="f")
    behind = client.pipelined.session.get_current_meta(session_id=slow)
    for n in range(10):
        write(client, fast, f"m{n}")
    assert not waiting.done() and not behind.done(), "the lookup was not slow: the test shows nothing"
    assert behind.result(60).meta == waiting.result(60).meta


@pytest.fixture
def small_disk(daemon: Daemon) -> Iterator[pathlib.Path]:
    """A file system of 2 MiB in which the daemon's state is."""
    daemon.stop()
    state = daemon.place.state
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", state], check=True)
    yield state
    daemon.end()
    subprocess.run(["umount", "-l", state], check=True)


@pytest.mark.root
def test_a_disk_that_fills_up_and_is_cleared(daemon: Daemon, small_disk: pathlib.Path) -> None:
    client = daemon.start().client()
    session = daemon.session(client).session_id
    filler = small_disk / "filler"
    ballast(filler)
    last, error = write_until_refused(client, session, errors.ResourceExhausted)
    assert error.reason == "DISK_FULL"
    assert client.session.get_current_meta(session_id=session).meta == last
    filler.unlink()

    after = eventually(lambda: write_if_possible(client, session), "a write after space was made")
    assert after.revision == last.revision + 1
    check_whole(client, after)
    daemon.kill()
    assert daemon.start().client().session.get_current_meta(session_id=session).meta == after


def ballast(path: pathlib.Path) -> None:
    """Fills the file system but for a few pages."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass  # It is full.
    os.truncate(path, max(0, path.stat().st_size - 65_536))


@pytest.mark.root
def test_a_run_that_meets_a_full_disk_goes_on_when_there_is_space(daemon: Daemon, small_disk: pathlib.Path) -> None:
    client = daemon.start().client()
    meta = daemon.session(client, flow=daemon.place.flow("w", flows.waiting()))
    run = client.flow.start(meta.session_id, env=daemon.place.environment)
    filler = small_disk / "filler"
    ballast(filler)
    write_until_refused(client, meta.session_id, errors.ResourceExhausted)
    (daemon.place.workspace / "go").touch()
    assert client.flow.get_run(run.run_id).run.status == run_pb2.RUN_STATUS_RUNNING
    filler.unlink()
    ended = daemon.wait_for(client, run.run_id)
    assert ended.status == run_pb2.RUN_STATUS_SUCCEEDED and ended.steps[0].stdout == b"done\n"


@pytest.mark.parametrize("where", [0, 100, 4096 + 50], ids=["header", "first-page", "second-page"])
def test_a_damaged_database_is_refused_and_kept(daemon: Daemon, where: int) -> None:
    for n in range(30):
        daemon.session(title=f"session {n}")
    daemon.stop()
    database = daemon.place.database
    data = bytearray(database.read_bytes())
    data[where : where + 64] = b"\xa5" * 64
    database.write_bytes(data)
    daemon.start(wait=False)
    if daemon.serves_or_ends():
        sessions = daemon.client().session.list(page_size=500).sessions
        assert len(sessions) == 30, "damage was served as truth"
        return
    assert daemon.process is not None and daemon.process.returncode not in (0, -6, -11, -5, -4)
    assert database.read_bytes() == bytes(data), "the damaged file was changed"
    assert str(database.parent) in daemon.log_text(), "the log does not say which file"


def test_a_foreign_lock_delays_and_reorders_nothing(daemon: Daemon, client: Client) -> None:
    """Another program holds a write transaction on the database for a while."""
    session = daemon.session(client).session_id
    database = daemon.place.database
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    futures = [
        client.pipelined.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}") for n in range(50)
    ]
    read = client.pipelined.session.get_current_meta(session_id=session)
    assert client.daemon.status().pid == daemon.pid
    assert not any(future.done() for future in futures)
    other.execute("ROLLBACK")
    other.close()
    assert [future.result(60).meta.model_id for future in futures] == [f"m{n}" for n in range(50)]
    assert read.result(60).meta.model_id == "m49"
