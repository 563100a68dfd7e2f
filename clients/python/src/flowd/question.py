"""Questions that runs ask people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, List, Optional, Tuple

from flowd.v1 import event_pb2, run_pb2


@dataclass(frozen=True)
class Question:
    """A question that waits for a person; `Client.answer` takes one."""

    run_id: str
    step_id: str
    input_id: str
    prompt: str
    #: `string`, `number`, `boolean`, `choice` or `secret`.
    type: str
    #: Of a choice.
    options: Tuple[str, ...]
    has_default: bool
    #: A `bool`, a number or text; `None` when there is none.
    default: Any
    reason: run_pb2.InputReason

    @property
    def is_permission(self) -> bool:
        """Whether an agent asks for a permission; one of `options` is the answer."""
        return self.reason == run_pb2.INPUT_REASON_PERMISSION

    @classmethod
    def of_event(cls, event: event_pb2.Event) -> Optional[Question]:
        """The question that an event tells of; `None` when it tells of something else."""
        if event.WhichOneof("kind") != "step_input_required":
            return None
        required = event.step_input_required
        return cls._make(event.run_id, required.step_id, required.input)

    @classmethod
    def of_run(cls, run: run_pb2.Run) -> List[Question]:
        """The questions that a run waits for, in the order in which they were asked."""
        waiting = [step for step in run.steps if step.status == run_pb2.STEP_STATUS_WAITING_INPUT and step.HasField("input")]
        waiting.sort(key=lambda step: step.input.asked_at.ToNanoseconds())
        return [cls._make(run.run_id, step.step_id, step.input) for step in waiting]

    @classmethod
    def _make(cls, run_id: str, step_id: str, pending: run_pb2.PendingInput) -> Question:
        has_default = bool(pending.default_value)
        return cls(
            run_id=run_id,
            step_id=step_id,
            input_id=pending.input_id,
            prompt=pending.prompt,
            type=pending.type,
            options=tuple(pending.options),
            has_default=has_default,
            default=json.loads(pending.default_value) if has_default else None,
            reason=pending.reason,
        )
