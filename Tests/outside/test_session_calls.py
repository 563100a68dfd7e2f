"""Sessions: opening, selecting, listing, closing, and the metadata writes."""

from __future__ import annotations

import pytest

from flowd import Client, errors, expect
from flowd.v1 import run_pb2, session_pb2
from harness import flows
from harness.daemon import Daemon
from harness.eventually import eventually

UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"


def meta_of(client: Client, session_id: str) -> session_pb2.SessionMeta:
    return client.session.get_current_meta(session_id=session_id).meta


def test_a_new_session_holds_what_was_asked_and_is_selected(daemon: Daemon, client: Client) -> None:
    meta = client.session.new(workspace=str(daemon.place.workspace), title="Grüße, 世界", client="editor 1").meta
    assert (meta.workspace, meta.title) == (str(daemon.place.workspace), "Grüße, 世界")
    assert meta.mode == run_pb2.RUN_MODE_INTERACTIVE and meta.revision == 1
    assert (meta.executed_flow_id, meta.provider_id, meta.model_id, meta.last_used_flow_id) == ("", "", "", "")
    (entry,) = client.session.list(workspace=str(daemon.place.workspace)).sessions
    assert entry.meta == meta and entry.selected and not entry.closed and entry.client == "editor 1"
    assert client.session.get_current_meta(workspace=str(daemon.place.workspace)).meta == meta


def test_a_new_session_inherits_from_the_selected_one_or_the_one_named(daemon: Daemon, client: Client) -> None:
    for name in ("a", "b"):
        daemon.place.flow(name, flows.TRUE)
    first = daemon.session(client, flow="a")
    client.session.set_provider_model(first.session_id, provider_id="ollama", model_id="m1")
    client.session.set_mode(first.session_id, mode=run_pb2.RUN_MODE_BATCH)
    second = daemon.session(client)
    held = (second.executed_flow_id, second.provider_id, second.model_id, second.mode)
    assert held == ("a", "ollama", "m1", run_pb2.RUN_MODE_BATCH)
    client.session.set_executed_flow(second.session_id, flow_id="b")
    assert daemon.session(client).executed_flow_id == "b"
    assert daemon.session(client, from_session_id=first.session_id).executed_flow_id == "a"


def test_a_new_session_holds_the_configured_defaults(daemon: Daemon) -> None:
    daemon.stop()
    daemon.place.flow("a", flows.TRUE)
    daemon.place.config.write_text("defaults: { flow: a, provider: ollama, model: m, mode: batch }\n")
    meta = daemon.start().session()
    held = (meta.executed_flow_id, meta.provider_id, meta.model_id, meta.mode)
    assert held == ("a", "ollama", "m", run_pb2.RUN_MODE_BATCH)


def test_selecting_tells_every_watcher(daemon: Daemon, client: Client) -> None:
    first, second = daemon.session(client), daemon.session(client)
    workspace = str(daemon.place.workspace)
    assert client.session.get_current_meta(workspace=workspace).meta.session_id == second.session_id
    client.session.select(first.session_id)
    assert client.session.get_current_meta(workspace=workspace).meta.session_id == first.session_id
    kinds = [
        (event.session_id, event.WhichOneof("kind")) for event in client.watch(workspace=workspace, until_now=True)
    ]
    assert kinds[-1] == (first.session_id, "session_selected")
    assert [entry.selected for entry in client.session.list(workspace=workspace).sessions] == [False, True]


def test_lists_are_paged_newest_first(daemon: Daemon, client: Client) -> None:
    made = [daemon.session(client).session_id for _ in range(7)]
    found, token = [], ""
    while True:
        page = client.session.list(workspace=str(daemon.place.workspace), page_size=3, page_token=token)
        assert len(page.sessions) <= 3
        found += [entry.meta.session_id for entry in page.sessions]
        token = page.next_page_token
        if not token:
            break
    assert found == made[::-1]
    assert [entry.meta.session_id for entry in client.session.list().sessions] == made[::-1]
    assert list(client.session.list(workspace="/somewhere/else").sessions) == []


def test_a_closed_session_takes_no_writes_and_is_listed_on_demand(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("a", flows.TRUE)
    meta = daemon.session(client, flow="a")
    client.session.close(meta.session_id)
    client.session.close(meta.session_id)
    for write in (
        lambda: client.session.set_executed_flow(meta.session_id, flow_id="a"),
        lambda: client.session.set_mode(meta.session_id, mode=run_pb2.RUN_MODE_BATCH),
        lambda: client.session.select(meta.session_id),
        lambda: client.flow.start(meta.session_id),
    ):
        with pytest.raises(errors.FailedPrecondition) as caught:
            write()
        assert caught.value.reason == "SESSION_CLOSED"
    workspace = str(daemon.place.workspace)
    assert list(client.session.list(workspace=workspace).sessions) == []
    (entry,) = client.session.list(workspace=workspace, include_closed=True).sessions
    assert entry.closed and not entry.selected
    with pytest.raises(errors.NotFound):
        client.session.get_current_meta(workspace=workspace)


def test_closing_is_refused_while_a_run_is_active_unless_it_may_be_cancelled(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("w", flows.waiting()))
    run = client.flow.start(meta.session_id, env=daemon.place.environment)
    with pytest.raises(errors.FailedPrecondition) as caught:
        client.session.close(meta.session_id)
    assert caught.value.reason == "RUN_ACTIVE" and caught.value.metadata["run_id"] == run.run_id
    client.session.close(meta.session_id, cancel_active=True)
    assert daemon.wait_for(client, run.run_id).status == run_pb2.RUN_STATUS_CANCELLED


def test_each_write_is_one_revision_and_one_event(daemon: Daemon, client: Client) -> None:
    daemon.place.flow("a", flows.TRUE)
    meta = daemon.session(client)
    writes = [
        client.session.set_executed_flow(meta.session_id, flow_id="a").meta,
        client.session.set_provider_model(meta.session_id, provider_id="qwen", model_id="x").meta,
        client.session.set_mode(meta.session_id, mode=run_pb2.RUN_MODE_HYBRID).meta,
    ]
    assert [write.revision for write in writes] == [2, 3, 4]
    events = list(client.watch(session_id=meta.session_id, until_now=True))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    changes = [event.session_meta_changed.meta for event in events if event.WhichOneof("kind") == "session_meta_changed"]
    assert changes == [meta, *writes]


def refused(daemon: Daemon, client: Client) -> dict:
    """Writes that have to be refused, with the reason."""
    session = {"session_id": daemon.session(client, flow="a").session_id}
    session_id = session["session_id"]
    model = {"provider_id": "house", "model_id": "one"}
    stale = expect(revision=99)
    return {
        "FLOW_NOT_FOUND": [lambda: client.session.set_executed_flow(session_id, flow_id="nowhere")],
        "PROVIDER_NOT_FOUND": [
            lambda: client.session.set_provider_model(session_id, provider_id="nobody", model_id="one")
        ],
        "MODEL_NOT_FOUND": [lambda: client.session.set_provider_model(session_id, provider_id="house", model_id="two")],
        "EXPECTATION_FAILED": [
            lambda: client.session.set_executed_flow(session_id, flow_id="a", expected=stale),
            lambda: client.session.set_provider_model(session_id, **model, expected=expect(executed_flow_id="b")),
            lambda: client.session.set_provider_model(session_id, **model, expected=expect(provider_id="x")),
            lambda: client.session.set_mode(session_id, mode=run_pb2.RUN_MODE_BATCH, expected=expect(model_id="x")),
            lambda: client.flow.start(session_id, expected=stale),
        ],
        "INVALID_FIELD": [
            lambda: client.session.set_executed_flow(session_id, flow_id=""),
            lambda: client.session.set_provider_model(session_id, provider_id="house", model_id=""),
            lambda: client.session.set_mode(session_id, mode=run_pb2.RUN_MODE_UNSPECIFIED),
        ],
        "NO_ACTIVE_RUN": [lambda: client.flow.cancel(session_id)],
    }


def test_a_refused_write_changes_nothing(daemon: Daemon) -> None:
    daemon.stop()
    daemon.place.config.write_text("providers:\n  house: { models: [one] }\n")
    client = daemon.start().client()
    daemon.place.flow("a", flows.TRUE)
    calls = refused(daemon, client)
    (entry,) = client.session.list().sessions
    before = client.session.get_current_meta(session_id=entry.meta.session_id)
    for reason, attempts in calls.items():
        for attempt in attempts:
            with pytest.raises(errors.FlowdError) as caught:
                attempt()
            assert caught.value.reason == reason
            if reason == "EXPECTATION_FAILED":
                assert isinstance(caught.value, errors.Aborted) and caught.value.meta == before.meta
    assert client.session.get_current_meta(session_id=entry.meta.session_id) == before
    daemon.kill()
    after = daemon.start().client().session.get_current_meta(session_id=entry.meta.session_id)
    assert after == before


@pytest.mark.parametrize("session_id", [UNKNOWN, "not-a-uuid"])
def test_every_call_that_names_an_unknown_session_is_not_found(client: Client, session_id: str) -> None:
    for call in (
        lambda: client.session.select(session_id),
        lambda: client.session.close(session_id),
        lambda: client.session.get_current_meta(session_id=session_id),
        lambda: client.session.set_executed_flow(session_id, flow_id="hello"),
        lambda: client.session.set_provider_model(session_id, provider_id="ollama", model_id="m"),
        lambda: client.session.set_mode(session_id, mode=run_pb2.RUN_MODE_BATCH),
        lambda: client.session.new(workspace="/w", from_session_id=session_id),
        lambda: client.flow.start(session_id),
        lambda: client.flow.cancel(session_id),
        lambda: next(client.watch(session_id=session_id)),
    ):
        with pytest.raises(errors.NotFound) as caught:
            call()
        assert caught.value.reason == "SESSION_NOT_FOUND" and session_id in caught.value.metadata.values()
    assert list(client.session.list().sessions) == []


def test_a_session_survives_the_daemon(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client, flow=daemon.place.flow("a", flows.TRUE), title="kept")
    assert daemon.stop() == 0
    after = daemon.start().client()
    assert meta_of(after, meta.session_id) == meta
    assert eventually(lambda: after.session.get_current_meta(workspace=meta.workspace).meta) == meta


def test_a_flow_that_cannot_be_read_is_not_chosen(daemon: Daemon, client: Client) -> None:
    meta = daemon.session(client)
    folder = daemon.place.workspace / ".flowd" / "flows"
    (folder / "odd.flow.yaml").mkdir(parents=True)
    with pytest.raises(errors.FailedPrecondition) as refused:
        client.session.set_executed_flow(meta.session_id, flow_id="odd")
    assert refused.value.reason == "FLOW_UNREADABLE"
    assert client.session.get_current_meta(session_id=meta.session_id).meta == meta
