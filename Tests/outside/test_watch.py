"""Watching: targets, snapshots, ends, and what a watcher sees of a run."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from flowd import Client, errors
from flowd.v1 import event_pb2, run_pb2
from harness import flows
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.raw import DATA, Raw


def kinds(events: Any) -> list[str]:
    return [event.WhichOneof("kind") for event in events]


def test_a_run_is_told_from_its_roster_to_its_report(daemon: Daemon, client: Client) -> None:
    text = flows.steps(("a", "echo one", {"label": "First"}), ("b", "echo two >&2; exit 4", {"continue-on-error": "true"}))
    text += "report: |\n  # Done\n  ${{ steps.a.stdout }}\n"
    meta = daemon.session(client, flow=daemon.place.flow("f", text))
    started = client.flow.start(meta.session_id, env=daemon.place.environment)
    events = list(client.watch(run_id=started.run_id))
    assert kinds(events) == [
        "run_started", "step_started", "step_output", "step_finished",
        "step_started", "step_output", "step_finished", "run_finished",
    ]  # fmt: skip
    assert [event.seq for event in events] == list(range(started.event_seq + 1, started.event_seq + 9))
    assert {event.session_id for event in events} == {meta.session_id}
    assert {event.run_id for event in events} == {started.run_id}
    roster = events[0].run_started.roster
    assert [(step.step_id, step.label, step.kind, list(step.needs)) for step in roster] == [
        ("a", "First", "run", []), ("b", "b", "run", ["a"]),
    ]  # fmt: skip
    assert events[0].run_started.snapshot == started.snapshot
    assert (events[5].step_output.chunk, events[5].step_output.stream) == (b"two\n", event_pb2.OUTPUT_STREAM_STDERR)
    finished = events[6].step_finished.step
    assert (finished.status, finished.exit_code) == (run_pb2.STEP_STATUS_FAILED, 4)
    end = events[-1].run_finished
    assert end.status == run_pb2.RUN_STATUS_SUCCEEDED and end.report == "# Done\none\n\n"
    times = [event.at.ToNanoseconds() for event in events]
    assert times == sorted(times)


def test_a_watch_begins_after_what_it_has(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    for n in range(10):
        client.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}")
    everything = list(client.watch(session_id=session, until_now=True))
    for after in range(len(everything) + 1):
        assert list(client.watch(session_id=session, after_seq=after, until_now=True)) == everything[after:]
    with pytest.raises(errors.OutOfRange) as caught:
        next(client.watch(session_id=session, after_seq=len(everything) + 1))
    assert caught.value.reason == "SEQUENCE_BEYOND_END"
    with pytest.raises(errors.OutOfRange):
        next(client.watch(all=True, after_position=10**12))


def test_watchers_of_a_session_a_workspace_and_all_see_their_own(daemon: Daemon, client: Client) -> None:
    here = daemon.session(client)
    there = client.session.new(workspace="/elsewhere").meta
    for meta in (here, there, here):
        client.session.set_mode(meta.session_id, mode=run_pb2.RUN_MODE_BATCH)
    everything = list(client.watch(all=True, until_now=True))
    assert [event.position for event in everything] == sorted({event.position for event in everything})
    ours = [event for event in everything if event.session_id == here.session_id]
    assert list(client.watch(workspace=here.workspace, until_now=True)) == ours
    assert list(client.watch(session_id=here.session_id, until_now=True)) == ours
    half = everything[len(everything) // 2].position
    assert list(client.watch(all=True, after_position=half, until_now=True)) == everything[len(everything) // 2 + 1 :]


@pytest.mark.parametrize("target", ["session", "workspace", "all"])
def test_a_snapshot_is_the_state_and_what_follows_is_the_rest(daemon: Daemon, client: Client, target: str) -> None:
    daemon.place.flow("w", flows.waiting())
    other = daemon.session(client)
    meta = daemon.session(client, flow="w")
    run = client.flow.start(meta.session_id, env=daemon.place.environment)
    arguments: dict[str, Any] = {
        "session": {"session_id": meta.session_id}, "workspace": {"workspace": meta.workspace}, "all": {"all": True},
    }[target]  # fmt: skip
    current = client.session.get_current_meta(session_id=meta.session_id)
    watch = client.watch(snapshot=True, **arguments)
    states = [next(watch) for _ in range(1 if target == "session" else 2)]
    assert kinds(states) == ["snapshot"] * len(states)
    (state,) = [event for event in states if event.session_id == meta.session_id]
    assert state.snapshot.meta == current.meta and state.snapshot.selected
    (active,) = state.snapshot.active_runs
    assert active.run_id == run.run_id and active.steps[0].step_id == "only"
    assert target == "session" or {event.session_id for event in states} == {meta.session_id, other.session_id}
    (daemon.place.workspace / "go").touch()
    following = []
    for event in watch:
        following.append(event)
        if event.WhichOneof("kind") == "run_finished":
            break
    watch.close()
    log = list(client.watch(session_id=meta.session_id, after_seq=state.seq, until_now=True))
    assert [event for event in following if event.session_id == meta.session_id] == log


def test_snapshots_while_writing_never_miss_or_repeat(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    stop = threading.Event()

    def write() -> None:
        other, n = daemon.client(), 0
        while not stop.is_set():
            n += 1
            other.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}")

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    for n in range(30):
        watch = client.watch(session_id=session, snapshot=True) if n % 2 else client.watch(all=True, snapshot=True)
        state = next(watch)
        for following in range(1, 6):
            event = next(watch)
            assert event.seq == state.seq + following
            assert event.session_meta_changed.meta.revision == state.snapshot.meta.revision + following
        watch.close()
    stop.set()
    writer.join()


def test_watchers_of_all_see_concurrent_sessions_in_one_order(daemon: Daemon, client: Client) -> None:
    sessions = [client.session.new(workspace=f"/w{n % 2}").meta.session_id for n in range(6)]
    begin = [event.position for event in client.watch(all=True, until_now=True)][-1]
    watches = [client.watch(all=True, after_position=begin), client.watch(workspace="/w1", after_position=begin)]

    def write(session: str) -> None:
        own = daemon.client()
        futures = [
            own.pipelined.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}") for n in range(300)
        ]
        for future in futures:
            future.result(120)

    writers = [threading.Thread(target=write, args=(session,)) for session in sessions]
    for writer in writers:
        writer.start()
    live = [[next(watch) for _ in range(count)] for watch, count in zip(watches, (1800, 900))]
    for writer in writers:
        writer.join()
    log = list(client.watch(all=True, after_position=begin, until_now=True))
    assert live[0] == log
    assert live[1] == [event for event in log if event.session_id in sessions[1::2]]
    for session in sessions:
        sequences = [event.seq for event in log if event.session_id == session]
        assert sequences == list(range(sequences[0], sequences[0] + 300))


def test_a_watch_of_a_run_ends_with_it_also_when_it_has_ended_before(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("f", flows.TRUE))
    run = client.flow.start(meta.session_id, env=daemon.place.environment)
    live = list(client.watch(run_id=run.run_id))
    client.session.set_mode(meta.session_id, mode=run_pb2.RUN_MODE_BATCH)
    assert list(client.watch(run_id=run.run_id)) == live
    assert list(client.watch(run_id=run.run_id, after_seq=live[2].seq)) == live[3:]
    assert list(client.watch(run_id=run.run_id, after_seq=live[-1].seq)) == []


def test_two_parallel_runs_are_told_apart(daemon: Daemon, client: Client) -> None:
    script = 'for n in 1 2 3 4 5; do echo "$INPUT_N"; sleep 0.03; done'
    daemon.place.flow("f", "inputs: { n: {} }\n" + flows.shell(script))
    session = daemon.session(client, flow="f").session_id
    runs = [
        client.flow.start(session, inputs={"n": n}, if_active="IF_ACTIVE_PARALLEL", env=daemon.place.environment).run_id
        for n in ("a", "b")
    ]
    for run, letter in zip(runs, "ab"):
        output = b"".join(event.step_output.chunk for event in client.watch(run_id=run))
        assert output == f"{letter}\n".encode() * 5


def test_many_watches_of_one_connection_are_bounded(daemon: Daemon) -> None:
    session = daemon.session().session_id
    request = event_pb2.EventServiceWatchRequest(session_id=session, snapshot=True)
    with Raw(daemon.place.socket) as raw:
        for stream in range(1, 513, 2):
            raw.call(stream, "event", "watch", request, flags=1)
            frame = raw.read()
            assert frame is not None and (frame.stream, frame.type) == (stream, DATA)
        raw.call(601, "event", "watch", request, flags=1)
        assert raw.error(601).reason == "TOO_MANY_CALLS"
        daemon.client().session.set_mode(session, mode=run_pb2.RUN_MODE_BATCH)
        frames = [raw.read() for _ in range(256)]
        assert sorted(frame.stream for frame in frames if frame) == list(range(1, 513, 2))


def test_a_hundred_watchers_see_the_same(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client).session_id
    watches = [client.watch(session_id=session) for _ in range(100)]
    for watch in watches:
        next(watch)
    for n in range(50):
        client.session.set_provider_model(session, provider_id="ollama", model_id=f"m{n}")
    last = client.session.get_current_meta(session_id=session).event_seq
    seen = [[next(watch) for _ in range(last - 1)] for watch in watches]
    assert all(events == seen[0] for events in seen)
    eventually(lambda: client.daemon.status().counters["watchers"] == 100)
    for watch in watches:
        watch.close()
    eventually(lambda: client.daemon.status().counters["watchers"] == 0, "the end of the watchers")
