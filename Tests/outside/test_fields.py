"""Bad fields are refused by name, before anything else is looked at."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from flowd import Client, errors, expect
from flowd.v1 import run_pb2

LONG = "x" * 129
PATH = "/" + "p" * 4096
ANY = "01890a5d-ac96-774b-bcce-b302099a8057"
MODE = run_pb2.RUN_MODE_BATCH

CASES: list[tuple[str, Callable[[Client], Any]]] = [
    ("workspace", lambda c: c.session.new()),
    ("workspace", lambda c: c.session.new(workspace="relative")),
    ("workspace", lambda c: c.session.new(workspace=PATH)),
    ("title", lambda c: c.session.new(workspace="/w", title="t" * 257)),
    ("client", lambda c: c.session.new(workspace="/w", client="t" * 257)),
    ("from_session_id", lambda c: c.session.new(workspace="/w", from_session_id=LONG)),
    ("session_id", lambda c: c.session.select("")),
    ("session_id", lambda c: c.session.select(LONG)),
    ("session_id", lambda c: c.session.close("")),
    ("session_id", lambda c: c.session.get_current_meta()),
    ("session_id", lambda c: c.session.get_current_meta(session_id="")),
    ("workspace", lambda c: c.session.get_current_meta(workspace="relative")),
    ("page_size", lambda c: c.session.list(page_size=501)),
    ("page_token", lambda c: c.session.list(page_token="nonsense")),
    ("page_token", lambda c: c.session.list(page_token="-1")),
    ("workspace", lambda c: c.session.list(workspace="relative")),
    ("session_id", lambda c: c.session.set_executed_flow("", flow_id="a")),
    ("flow_id", lambda c: c.session.set_executed_flow(ANY, flow_id="")),
    ("flow_id", lambda c: c.session.set_executed_flow(ANY, flow_id=LONG)),
    ("flow_id", lambda c: c.session.set_executed_flow(ANY, flow_id="é" * 65)),
    ("expected.provider_id", lambda c: c.session.set_executed_flow(ANY, flow_id="a", expected=expect(provider_id=LONG))),
    ("session_id", lambda c: c.session.set_provider_model("", provider_id="p", model_id="m")),
    ("provider_id", lambda c: c.session.set_provider_model(ANY, provider_id="", model_id="m")),
    ("model_id", lambda c: c.session.set_provider_model(ANY, provider_id="p", model_id="")),
    ("model_id", lambda c: c.session.set_provider_model(ANY, provider_id="p", model_id=LONG)),
    ("session_id", lambda c: c.session.set_mode("", mode=MODE)),
    ("mode", lambda c: c.session.set_mode(ANY)),
    ("mode", lambda c: c.session.set_mode(ANY, mode=99)),
    ("session_id", lambda c: c.flow.start("")),
    ("request_id", lambda c: c.flow.start(ANY, request_id=LONG)),
    ("if_active", lambda c: c.flow.start(ANY, if_active=99)),
    ("inputs", lambda c: c.flow.start(ANY, inputs=b"{")),
    ("inputs", lambda c: c.flow.start(ANY, inputs=b'"' + b"x" * 1_048_576 + b'"')),
    ("inputs", lambda c: c.flow.start(ANY, inputs=b"[" * 65 + b"]" * 65)),
    ("cwd", lambda c: c.flow.start(ANY, cwd="relative")),
    ("env", lambda c: c.flow.start(ANY, env={"": "v"})),
    ("env", lambda c: c.flow.start(ANY, env={"A=B": "v"})),
    ("env", lambda c: c.flow.start(ANY, env={f"N{n}": "" for n in range(4097)})),
    ("env", lambda c: c.flow.start(ANY, env={"A": "x" * 1_048_577})),
    ("session_id", lambda c: c.flow.cancel("")),
    ("run_id", lambda c: c.flow.cancel(ANY, run_id=LONG)),
    ("mode", lambda c: c.flow.cancel(ANY, mode=99)),
    ("request_id", lambda c: c.flow.cancel(ANY, request_id=LONG)),
    ("run_id", lambda c: c.flow.get_run("")),
    ("run_id", lambda c: c.flow.get_run(LONG)),
    ("page_size", lambda c: c.flow.list_runs(page_size=1000)),
    ("page_token", lambda c: c.flow.list_runs(page_token="x")),
    ("session_id", lambda c: c.flow.list_runs(session_id=LONG)),
    ("statuses", lambda c: c.flow.list_runs(statuses=[99])),
    ("flow_id", lambda c: c.flow.list_runs(flow_id=LONG)),
    ("workspace", lambda c: c.flow.list(workspace="relative")),
    ("flow_id", lambda c: c.flow.get(workspace="/w")),
    ("flow_id", lambda c: c.flow.get(workspace="/w", flow_id="../etc/passwd")),
    ("content", lambda c: c.flow.validate()),
    ("workspace", lambda c: c.flow.validate(content=b"x", workspace="relative")),
    ("session_id", lambda c: list(_watch(c, session_id=LONG))),
    ("workspace", lambda c: list(_watch(c, workspace="relative"))),
    ("run_id", lambda c: list(_watch(c, run_id=LONG))),
    ("client", lambda c: c.daemon.hello(client="x" * 257)),
]


def _watch(client: Client, **target: Any) -> Any:
    return client.watch(**target)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from harness.daemon import Daemon, Place

    daemon = Daemon(Place()).start()
    yield daemon.client()
    daemon.end()
    daemon.place.remove()


@pytest.mark.parametrize(("field", "call"), CASES, ids=[f"{field}-{n}" for n, (field, _) in enumerate(CASES)])
def test_the_field_is_named(shared: Client, field: str, call: Callable[[Client], Any]) -> None:
    with pytest.raises(errors.InvalidArgument) as caught:
        call(shared)
    error = caught.value
    assert (error.reason, error.metadata.get("field")) == ("INVALID_FIELD", field)
    assert error.message.startswith(field)


def test_the_longest_values_are_taken(shared: Client) -> None:
    meta = shared.session.new(workspace="/" + "p" * 4095, title="t" * 256, client="c" * 256).meta
    shared.session.set_provider_model(meta.session_id, provider_id="ollama", model_id="m" * 128)
    shared.session.list(page_size=500)
    short = shared.session.new(workspace="/short").meta
    for flow in ("x" * 128, "é" * 64):
        with pytest.raises(errors.NotFound):
            shared.session.set_executed_flow(short.session_id, flow_id=flow)


@pytest.mark.parametrize("workspace", ["/" + "p" * 4095, "/" + "p" * 300, "/dev/null/deep"])
def test_where_no_file_can_be_there_is_no_flow(shared: Client, workspace: str) -> None:
    meta = shared.session.new(workspace=workspace).meta
    with pytest.raises(errors.NotFound):
        shared.session.set_executed_flow(meta.session_id, flow_id="nowhere")


@pytest.mark.parametrize("value", ["", "1", "x" * 8, "x" * 200], ids=["empty", "digit", "short", "long"])
def test_the_most_variables_are_taken(shared: Client, value: str) -> None:
    with pytest.raises(errors.NotFound):
        shared.flow.start(ANY, env={f"N{n}": value for n in range(4096)})
