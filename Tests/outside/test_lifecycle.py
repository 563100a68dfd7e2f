"""Sessions leave: archived when nobody touched them, deleted later, and never while somebody needs them."""

from __future__ import annotations

import sqlite3
from typing import Any, Iterator

import pytest

from flowd import Client, errors
from harness import flows
from harness.daemon import Daemon, Place
from harness.eventually import eventually


@pytest.fixture
def daemon(place: Place) -> Iterator[Daemon]:
    daemon = Daemon(place)
    yield daemon
    daemon.end()


def lives(daemon: Daemon, expiry: str, retention: str) -> Client:
    daemon.place.config.write_text(f"sessions: {{ expiry: {expiry}, retention: {retention} }}\n")
    daemon.start()
    return daemon.client()


def rows(daemon: Daemon, table: str) -> int:
    path = next(daemon.place.state.glob("*.db"))
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def is_gone(client: Client, session: str) -> bool:
    try:
        client.session.get_current_meta(session_id=session)
    except errors.NotFound:
        return True
    return False


def kinds(client: Client, session: str) -> list[str]:
    events = client.watch(session_id=session, until_now=True, patience=60)
    return [str(event.WhichOneof("kind")) for event in events]


def test_a_session_that_nobody_touched_is_archived_and_then_deleted(daemon: Daemon) -> None:
    client = lives(daemon, "2s", "4s")
    session = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE)).session_id
    run = client.flow.start(session).run_id
    daemon.wait_for(client, run)
    eventually(lambda: "session_closed" in kinds(client, session), "the session to be archived")
    with pytest.raises(errors.FailedPrecondition):
        client.flow.start(session)
    eventually(lambda: is_gone(client, session), "the session to be deleted")
    for table in ["session", "run", "step", "step_output", "event", "definition"]:
        eventually(lambda table=table: rows(daemon, table) == 0, f"no row of {table} to be left")


def test_a_session_with_a_run_that_waits_stays(daemon: Daemon) -> None:
    client = lives(daemon, "2s", "1s")
    asks = daemon.place.flow("asks", "steps: [{ id: ask, uses: input, with: { prompt: Go on?, type: boolean } }]\n")
    kept = daemon.session(client, flow=asks).session_id
    run = client.flow.start(kept).run_id
    other = daemon.session(client).session_id
    eventually(lambda: is_gone(client, other), "the other session to be deleted")
    assert client.flow.get_run(run).run.status == 3
    client.flow.answer(run, value=b"true")
    assert daemon.wait_for(client, run).status == 5
    eventually(lambda: is_gone(client, kept), "the session to be deleted once its run has ended")


def test_a_session_that_is_watched_stays(daemon: Daemon) -> None:
    client = lives(daemon, "2s", "1s")
    watched = daemon.session(client).session_id
    watcher = daemon.client().watch(session_id=watched, patience=60)
    next(iter(watcher))
    other = daemon.session(client).session_id
    eventually(lambda: is_gone(client, other), "the other session to be deleted")
    assert not is_gone(client, watched)
    assert "session_closed" not in kinds(client, watched)


def test_a_deletion_that_a_crash_cut_off_is_finished(daemon: Daemon) -> None:
    client = lives(daemon, "2s", "1s")
    script = "for n in $(seq 400); do echo line $n; sleep 0.001; done"
    session = daemon.session(client, flow=daemon.place.flow("much", flows.shell(script))).session_id
    runs = [client.flow.start(session, if_active="IF_ACTIVE_PARALLEL", env=daemon.place.environment) for _ in range(10)]
    for run in runs:
        daemon.wait_for(client, run.run_id, 60)
    eventually(lambda: is_gone(client, session), "the deletion to begin")
    daemon.kill()
    daemon.start()
    eventually(lambda: rows(daemon, "event") == 0 and rows(daemon, "session") == 0, "nothing to be left")


def test_keys_are_not_given_twice_after_a_deletion(daemon: Daemon) -> None:
    client = lives(daemon, "2s", "1s")
    first = daemon.session(client).session_id
    eventually(lambda: is_gone(client, first), "the session to be deleted")
    daemon.stop()
    daemon.start()
    second: Any = daemon.session(daemon.client()).session_id
    assert second != first
    path = next(daemon.place.state.glob("*.db"))
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        assert database.execute("SELECT max(key) FROM session").fetchone()[0] > 1
