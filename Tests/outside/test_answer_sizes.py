"""Answers fit into a frame, however much there is to tell."""

from __future__ import annotations

import json

import pytest

from flowd import Client, errors
from harness import flows
from harness.daemon import Daemon
from harness.terminal import flowctl

STEPS = 24


def test_the_output_of_many_steps_is_cut_to_one_answer(daemon: Daemon, client: Client) -> None:
    script = "head -c 250000 /dev/zero | tr '\\0' x"
    text = flows.steps(*((f"s{number}", script, {}) for number in range(STEPS)))
    meta = daemon.session(client, flow=daemon.place.flow("f", text))
    started = client.flow.start(meta.session_id, env=daemon.place.environment, inputs=b"{}")
    daemon.wait_for(client, started.run_id)
    run = client.flow.get_run(started.run_id, include_output=True).run
    whole = [step for step in run.steps if len(step.stdout) == 250000 and not step.stdout_truncated]
    left_out = [step for step in run.steps if not step.stdout and step.stdout_truncated]
    assert len(run.steps) == STEPS == len(whole) + len(left_out)
    assert len(whole) == 2097152 // 250000
    assert sum(len(event.step_output.chunk) for event in client.watch(run_id=started.run_id)) == STEPS * 250000


def test_a_run_with_more_steps_than_fit_into_an_answer_is_read_and_exported_whole(daemon: Daemon, client: Client) -> None:
    name = "n" * 60
    text = "concurrency: { max-parallel: 256 }\nsteps:\n"
    text += "  - { id: many, uses: script, with: { lua: 'local l = {} for i = 1, 1200 do l[i] = i end return l' } }\n"
    text += (
        f"  - {{ id: {name}, uses: wait, needs: [many], label: {'l' * 4000}, "
        "foreach: '${{ steps.many.result }}', with: { for: 0s } }\n"
    )
    text += "  - { id: last, uses: run, with: { command: echo the end } }\n"
    meta = daemon.session(client, flow=daemon.place.flow("f", text))
    started = client.flow.start(meta.session_id, env=daemon.place.environment, inputs=b"{}")
    for event in client.watch(run_id=started.run_id):
        assert event.ByteSize() < 4_194_304
    wanted = ["many", name, *(f"{name}[{place}]" for place in range(1200)), "last"]
    first = client.flow.get_run(started.run_id, include_output=True)
    assert first.next_step_page_token and 4_000_000 < first.ByteSize() < 4_194_304
    run = client.get_run(started.run_id, include_output=True)
    assert [step.step_id for step in run.steps] == wanted and run.steps[-1].stdout == b"the end\n"
    assert run.snapshot == first.run.snapshot and run.steps[: len(first.run.steps)] == list(first.run.steps)
    pieces = list(client.export_run(started.run_id))
    assert [step.step_id for step in pieces[0].run.steps] == wanted and pieces[0].definition
    events = [event for piece in pieces for event in piece.events]
    assert events == list(client.watch(run_id=started.run_id))
    shown = flowctl(daemon.place, "show", started.run_id, "--json")
    assert [step["stepId"] for step in json.loads(shown.stdout)["run"]["steps"]] == wanted, shown.stderr
    exported = flowctl(daemon.place, "export", started.run_id)
    document = json.loads(exported.stdout)
    assert len(document["run"]["steps"]) == len(wanted) and len(document["events"]) == len(events)
    assert document["definition"]["steps"][0]["id"] == "many"
    with pytest.raises(errors.InvalidArgument):
        client.flow.get_run(started.run_id, step_page_token="x")


def test_a_page_of_runs_does_not_carry_their_inputs(daemon: Daemon, client: Client) -> None:
    text = "inputs: { text: string }\n" + flows.TRUE
    meta = daemon.session(client, flow=daemon.place.flow("f", text))
    for _ in range(6):
        inputs = b'{"text": "' + b"x" * 1000000 + b'"}'
        started = client.flow.start(meta.session_id, env=daemon.place.environment, inputs=inputs)
        daemon.wait_for(client, started.run_id)
    runs = client.flow.list_runs(session_id=meta.session_id).runs
    assert len(runs) == 6 and not any(run.inputs for run in runs)
    assert len(client.flow.get_run(started.run_id).run.inputs) > 1000000
