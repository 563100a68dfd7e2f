"""A run out of its events alone, to be compared with what `flow.getRun` says."""

from __future__ import annotations

from typing import Any, Iterable

from flowd.v1 import run_pb2

SETTLED = (
    run_pb2.STEP_STATUS_SUCCEEDED,
    run_pb2.STEP_STATUS_FAILED,
    run_pb2.STEP_STATUS_SKIPPED,
    run_pb2.STEP_STATUS_CANCELLED,
    run_pb2.STEP_STATUS_NOT_RUN,
)


class Fold:
    """One run as its events tell it. `take` refuses what may not happen, such as a change of a settled step."""

    def __init__(self, run_id: str) -> None:
        self.run = run_pb2.Run(run_id=run_id)
        self.steps: dict[str, run_pb2.Step] = {}
        self.output: dict[tuple[str, int, int], bytes] = {}
        self.is_over = False

    def take(self, event: Any) -> None:
        if event.run_id != self.run.run_id:
            return
        kind = event.WhichOneof("kind")
        assert not self.is_over, f"{kind} after the end of the run"
        if kind is not None and hasattr(self, f"_{kind}"):
            getattr(self, f"_{kind}")(getattr(event, kind), event)

    def _run_queued(self, value: Any, event: Any) -> None:
        assert self.run.status == run_pb2.RUN_STATUS_UNSPECIFIED, "a run was queued after its start"
        self.run.status = run_pb2.RUN_STATUS_QUEUED
        self.run.snapshot.CopyFrom(value.snapshot)

    def _run_started(self, value: Any, event: Any) -> None:
        assert self.run.status in (run_pb2.RUN_STATUS_UNSPECIFIED, run_pb2.RUN_STATUS_QUEUED), "a run started twice"
        run = self.run
        run.status, run.session_id, run.cwd, run.inputs = run_pb2.RUN_STATUS_RUNNING, event.session_id, value.cwd, value.inputs
        run.snapshot.CopyFrom(value.snapshot)
        run.started_at.CopyFrom(event.at)
        run.parent_run_id, run.parent_step_id = value.parent_run_id, value.parent_step_id
        run.reused_from_run_id, run.mode = value.reused_from_run_id, value.snapshot.mode
        for step in value.roster:
            self.steps[step.step_id] = run_pb2.Step()
            self.steps[step.step_id].CopyFrom(step)

    def _step(self, step_id: str) -> Any:
        assert self.run.status != run_pb2.RUN_STATUS_UNSPECIFIED, "a step before its run"
        step = self.steps[step_id]
        assert step.status not in SETTLED, f"step {step_id} changed after it was {run_pb2.StepStatus.Name(step.status)}"
        return step

    def _step_started(self, value: Any, event: Any) -> None:
        step = self._step(value.step_id)
        assert value.attempt == step.attempt + 1, f"attempt {value.attempt} of {value.step_id} follows {step.attempt}"
        step.status, step.attempt, step.child_run_id = run_pb2.STEP_STATUS_RUNNING, value.attempt, value.child_run_id
        if value.HasField("child_count"):
            step.child_count = value.child_count
            for place in range(value.child_count):
                child = f"{value.step_id}[{place}]"
                self.steps[child] = run_pb2.Step(step_id=child, status=run_pb2.STEP_STATUS_PENDING)

    def _step_output(self, value: Any, event: Any) -> None:
        step = self._step(value.step_id)
        assert (step.status, step.attempt) == (run_pb2.STEP_STATUS_RUNNING, value.attempt), "output of another attempt"
        key = (value.step_id, value.attempt, value.stream)
        assert value.offset == len(self.output.get(key, b"")), f"output of {value.step_id} has a gap"
        self.output[key] = self.output.get(key, b"") + value.chunk

    def _step_retrying(self, value: Any, event: Any) -> None:
        step = self._step(value.step_id)
        assert value.attempt == step.attempt
        step.status = run_pb2.STEP_STATUS_WAITING_RETRY

    def _step_input_required(self, value: Any, event: Any) -> None:
        step = self._step(value.step_id)
        step.status = run_pb2.STEP_STATUS_WAITING_INPUT
        step.input.CopyFrom(value.input)

    def _step_input_answered(self, value: Any, event: Any) -> None:
        step = self._step(value.step_id)
        step.status = run_pb2.STEP_STATUS_RUNNING
        step.ClearField("input")

    def _step_finished(self, value: Any, event: Any) -> None:
        step = self._step(value.step.step_id)
        assert value.step.status in SETTLED and value.step.attempt == step.attempt
        needs = list(step.needs)
        step.CopyFrom(value.step)
        # The roster told them.
        step.needs[:] = needs

    def _run_paused(self, value: Any, event: Any) -> None:
        assert not self.running, f"the run paused while steps run: {self.running}"
        self.run.status = run_pb2.RUN_STATUS_PAUSED

    def _run_resumed(self, value: Any, event: Any) -> None:
        self.run.status = run_pb2.RUN_STATUS_RUNNING

    def _run_mode_changed(self, value: Any, event: Any) -> None:
        self.run.mode = value.mode

    def _run_cancel_requested(self, value: Any, event: Any) -> None:
        self.run.cancel_requested = value.mode

    def _run_finished(self, value: Any, event: Any) -> None:
        unsettled = [name for name, step in self.steps.items() if step.status not in SETTLED]
        assert not unsettled, f"the run ended before {unsettled[:5]}"
        run = self.run
        run.status, run.report, run.error, run.outputs = value.status, value.report, value.error, value.outputs
        run.finished_at.CopyFrom(event.at)
        self.is_over = True

    @property
    def running(self) -> list[str]:
        """Steps with an attempt in hand, lists and sub-flows aside."""
        return [
            name
            for name, step in self.steps.items()
            if step.status == run_pb2.STEP_STATUS_RUNNING
            and not step.HasField("child_count")
            and not step.child_run_id
            and step.kind != "wait"
        ]

    def compare(self, run: Any) -> None:
        """Asserts that this is the run, which must have ended, to the last field that events tell of."""
        assert self.is_over, "the run's end is no event"
        for field in ("status", "report", "error", "outputs", "cwd", "inputs", "cancel_requested", "mode"):
            assert getattr(self.run, field) == getattr(run, field), field
        for field in ("parent_run_id", "parent_step_id", "reused_from_run_id", "session_id"):
            assert getattr(self.run, field) == getattr(run, field), field
        for field in ("snapshot", "started_at", "finished_at"):
            assert getattr(self.run, field) == getattr(run, field), field
        told = {step.step_id: without_output(step) for step in run.steps}
        assert sorted(told) == sorted(self.steps)
        for name, step in self.steps.items():
            assert without_output(step) == told[name], f"{name}: events say {step}, the run says {told[name]}"


def without_output(step: Any) -> Any:
    """What events tell of a step: neither its output nor what an agent was sent."""
    bare = run_pb2.Step()
    bare.CopyFrom(step)
    if bare.HasField("agent"):
        bare.agent.ClearField("system")
        bare.agent.ClearField("prompt")
    for field in ("stdout", "stderr", "stdout_truncated", "stderr_truncated"):
        bare.ClearField(field)
    return bare


def fold(events: Iterable[Any], run_id: str) -> Fold:
    folded = Fold(run_id)
    for event in events:
        folded.take(event)
    return folded
