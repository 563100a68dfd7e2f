"""What is made of providers."""

from __future__ import annotations

import pytest

from flowd import Question, held_seconds, is_usable
from flowd.v1 import event_pb2, provider_pb2, run_pb2

YES, NO, UNKNOWN = (
    provider_pb2.CHECK_ANSWER_YES, provider_pb2.CHECK_ANSWER_NO, provider_pb2.CHECK_ANSWER_UNSPECIFIED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "usable"),
    [((UNKNOWN, YES, YES), True), ((YES, UNKNOWN, UNKNOWN), True), ((NO, UNKNOWN, UNKNOWN), False),
     ((YES, NO, YES), False), ((YES, YES, NO), False)],
)  # fmt: skip
def test_a_provider_is_usable_unless_something_speaks_against_it(answers: tuple[int, ...], usable: bool) -> None:
    installed, reachable, authorised = answers
    check = provider_pb2.ProviderCheck(installed=installed, reachable=reachable, authorised=authorised)  # type: ignore[arg-type]
    assert is_usable(provider_pb2.Provider(kind="openai", check=check)) is usable
    assert not is_usable(provider_pb2.Provider(check=check)), "nothing says how it is reached"


def test_a_provider_that_was_not_checked_is_not_known_to_be_usable() -> None:
    assert not is_usable(provider_pb2.Provider(kind="openai"))


def test_a_hold_ends() -> None:
    provider = provider_pb2.Provider()
    assert held_seconds(provider) == 0
    provider.held_until.FromSeconds(1000)
    assert held_seconds(provider, now=940) == 60
    assert held_seconds(provider, now=1001) == 0


def test_a_permission_is_a_question() -> None:
    pending = run_pb2.PendingInput(
        input_id="i", reason=run_pb2.INPUT_REASON_PERMISSION, type="choice", options=["allow once", "reject"]
    )
    event = event_pb2.Event(step_input_required=event_pb2.StepInputRequired(step_id="review", input=pending))
    question = Question.of_event(event)
    assert question is not None and question.is_permission and question.options == ("allow once", "reject")
    pending.reason = run_pb2.INPUT_REASON_INPUT
    event.step_input_required.input.CopyFrom(pending)
    other = Question.of_event(event)
    assert other is not None and not other.is_permission
