"""A daemon with one session that runs flows: what most tests of runs say, in few words."""

from __future__ import annotations

import os
import pathlib
import signal
from typing import Any, Callable, Optional

from flowd import Client, errors
from flowd.v1 import event_pb2, run_pb2
from harness.daemon import Daemon
from harness.eventually import eventually
from harness.fold import fold

SUCCEEDED, FAILED = run_pb2.RUN_STATUS_SUCCEEDED, run_pb2.RUN_STATUS_FAILED
CANCELLED, INTERRUPTED = run_pb2.RUN_STATUS_CANCELLED, run_pb2.RUN_STATUS_INTERRUPTED
RUNNING, PAUSED = run_pb2.RUN_STATUS_RUNNING, run_pb2.RUN_STATUS_PAUSED
WAITING, QUEUED = run_pb2.RUN_STATUS_WAITING_INPUT, run_pb2.RUN_STATUS_QUEUED
ENDED = (SUCCEEDED, FAILED, CANCELLED, INTERRUPTED)

#: Text for a step's `command` that says that an attempt began and that it ended, in a file of the workspace.
BEGIN = 'echo "b $FLOWD_RUN_ID/$FLOWD_STEP_ID/${FLOWD_ATTEMPT##*/}" >> "$FLOWD_WORKSPACE/marks"'
END = BEGIN.replace('"b ', '"e ')


def word(status: int) -> str:
    """A step's or run's status as one reads it."""
    return run_pb2.StepStatus.Name(status).removeprefix("STEP_STATUS_").lower()


class Stage:
    def __init__(self, daemon: Daemon, *, mode: str = "") -> None:
        self.daemon = daemon
        self.client: Client = daemon.client()
        self.session = daemon.session(self.client).session_id
        if mode:
            self.set_mode(mode)

    @property
    def workspace(self) -> pathlib.Path:
        return self.daemon.place.workspace

    def set_mode(self, mode: str) -> Any:
        return self.client.session.set_mode(self.session, mode=f"RUN_MODE_{mode}").meta

    # Runs.

    def start(self, text: str, name: str = "f", **options: Any) -> str:
        """Writes a flow, starts it and returns the run's id."""
        self.daemon.place.flow(name, text)
        return self.start_flow(name, **options)

    def start_flow(self, name: str, **options: Any) -> str:
        self.client.session.set_executed_flow(self.session, flow_id=name)
        options.setdefault("env", self.daemon.place.environment)
        options.setdefault("if_active", "IF_ACTIVE_PARALLEL")
        return self.client.flow.start(self.session, **options).run_id

    def run(self, run_id: str) -> Any:
        return self.client.flow.get_run(run_id, include_output=True).run

    def step(self, run_id: str, step_id: str) -> Any:
        return steps(self.run(run_id))[step_id]

    def reaches(self, run_id: str, status: int, seconds: float = 120) -> Any:
        """The run once it has that status."""
        self.until(lambda: self.run(run_id).status == status, f"status {run_pb2.RunStatus.Name(status)}", seconds)
        return self.run(run_id)

    def until(self, condition: Callable[[], Any], what: str, seconds: float = 120) -> Any:
        return eventually(condition, what, seconds)

    def asks(self, run_id: str, step_id: str) -> Any:
        """The question of a step once it waits for an answer."""

        def question() -> Optional[Any]:
            found = steps(self.run(run_id)).get(step_id)
            return found.input if found is not None and found.HasField("input") else None

        return eventually(question, f"a question of {step_id}")

    def answer(self, run_id: str, **arguments: Any) -> Any:
        """`flow.answer`, tried again while the run is being resumed after a restart."""

        def attempt() -> Any:
            try:
                return self.client.flow.answer(run_id, **arguments)
            except errors.Unavailable as error:
                assert error.reason == "RUN_RESUMING"
                return None

        return eventually(attempt, "a run that was resumed")

    def end(self, run_id: str, seconds: float = 120) -> Any:
        """The run once it has ended; its events must tell the same story."""
        self.until(lambda: run_id in self.ended(), f"the end of run {run_id}", seconds)
        run = self.run(run_id)
        self.check(run)
        return run

    def ended(self) -> set[str]:
        """The runs of the session that have ended. It does not watch: a HYBRID run would notice."""
        process = self.daemon.process
        assert process is not None and process.poll() is None, f"the daemon ended: {process and process.poll()}"
        runs = self.client.flow.list_runs(session_id=self.session, statuses=ENDED, page_size=500).runs
        return {run.run_id for run in runs}

    def check(self, run: Any) -> None:
        events = self.events(run.session_id)
        fold(events, run.run_id).compare(run)

    def events(self, session: str = "") -> list[Any]:
        """The whole log of the session, which has no gap."""
        events = list(self.client.watch(session_id=session or self.session, until_now=True))
        assert [event.seq for event in events] == list(range(1, len(events) + 1)), "the log has a gap"
        return events

    def said(self, run_id: str = "", step_id: str = "") -> str:
        """What steps wrote to their standard output, of one run or one step where they are named, as events tell it."""
        found = [event for event in self.events() if event.HasField("step_output")]
        return b"".join(
            event.step_output.chunk
            for event in found
            if (not run_id or event.run_id == run_id)
            and (not step_id or event.step_output.step_id == step_id)
            and event.step_output.stream == event_pb2.OUTPUT_STREAM_STDOUT
        ).decode()

    def kinds(self, run_id: str, step_id: str = "") -> list[str]:
        """The kinds of a run's events, or of one step's."""
        found = []
        for event in self.events():
            kind = event.WhichOneof("kind")
            value = getattr(event, kind)
            about = getattr(value, "step_id", "") or (value.step.step_id if kind == "step_finished" else "")
            if event.run_id == run_id and (not step_id or about == step_id):
                found.append(kind)
        return found

    # The daemon.

    def restart(self) -> None:
        """kill -9, and another daemon in its place."""
        self.daemon.kill()
        self.again()

    def again(self) -> None:
        self.daemon.end_clients()
        self.client = self.daemon.start().client()

    def reload(self) -> None:
        """Has the daemon read its configuration again."""
        said = "the configuration was read again"
        before = self.daemon.log_text().count(said)
        os.kill(self.daemon.pid, signal.SIGHUP)
        self.until(lambda: self.daemon.log_text().count(said) > before, "the new configuration")

    # Marks.

    def marks(self) -> list[tuple[str, str, int]]:
        """What `BEGIN` and `END` wrote: letter, `RUN/STEP`, attempt."""
        path = self.workspace / "marks"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(line[0], line[2:].rpartition("/")[0], int(line.rpartition("/")[2])) for line in lines]

    def check_marks(self) -> None:
        """No attempt ran twice, and every step that succeeded ran to its end in its last attempt and never again."""
        marks = self.marks()
        assert len(set(marks)) == len(marks), "an attempt ran twice"
        made: dict[str, set[tuple[str, int]]] = {}
        for letter, name, attempt in marks:
            made.setdefault(name, set()).add((letter, attempt))
        for run in self.client.flow.list_runs(session_id=self.session, page_size=500).runs:
            for step in self.client.flow.get_run(run.run_id).run.steps:
                own = made.pop(f"{run.run_id}/{step.step_id}", set())
                if own and step.status == run_pb2.STEP_STATUS_SUCCEEDED:
                    assert {("b", step.attempt), ("e", step.attempt)} <= own, f"{step.step_id} did not run to its end"
                    assert max(n for _, n in own) == step.attempt, f"{step.step_id} ran again after it had succeeded"
        assert not made, f"nobody knows of {list(made)[:3]}"


def steps(run: Any) -> dict[str, Any]:
    return {step.step_id: step for step in run.steps}


def words(run: Any) -> dict[str, str]:
    """The steps' statuses, as one reads them."""
    return {step.step_id: word(step.status) for step in run.steps}
