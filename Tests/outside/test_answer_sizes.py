"""Answers fit into a frame, however much there is to tell."""

from __future__ import annotations

from flowd import Client
from harness import flows
from harness.daemon import Daemon

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
