"""Questions, answers and exports: what is sent, and what is made of replies."""

from __future__ import annotations

import concurrent.futures

import pytest
from pair import PairClient
from peer import Peer

from flowd import Question
from flowd._json import DEFAULT
from flowd.v1 import event_pb2, flow_pb2, run_pb2

RUN = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.fixture(name="client")
def paired_client(paired: PairClient) -> PairClient:
    return paired


def in_background(work: object, *arguments: object) -> concurrent.futures.Future[object]:
    return concurrent.futures.ThreadPoolExecutor(1).submit(work, *arguments)  # type: ignore[arg-type]


def first_call(client: PairClient) -> tuple[Peer, int, bytes]:
    while not client.peers:
        pass
    stream, envelope = client.peers[0].request()
    return client.peers[0], stream, envelope.payload


def asked(step: str, at: int, **pending: object) -> run_pb2.Step:
    step_message = run_pb2.Step(
        step_id=step,
        status=run_pb2.STEP_STATUS_WAITING_INPUT,
        input=run_pb2.PendingInput(input_id=f"{step}#1", **pending),  # type: ignore[arg-type]
    )
    step_message.input.asked_at.FromSeconds(at)
    return step_message


def test_questions_of_a_run_come_in_the_order_in_which_they_were_asked() -> None:
    run = run_pb2.Run(
        run_id=RUN,
        steps=[
            asked("second", 20, type="choice", options=["a", "b"]),
            run_pb2.Step(step_id="done", status=run_pb2.STEP_STATUS_SUCCEEDED),
            asked("first", 10, type="boolean", prompt="Sure?", default_value=b"false"),
        ],
    )
    first, second = Question.of_run(run)
    assert (first.step_id, first.input_id, first.prompt) == ("first", "first#1", "Sure?")
    assert first.has_default and first.default is False
    assert second.options == ("a", "b") and not second.has_default and second.default is None


def test_a_question_is_read_from_its_event_only() -> None:
    event = event_pb2.Event(
        run_id=RUN,
        step_input_required=event_pb2.StepInputRequired(
            step_id="login", input=run_pb2.PendingInput(input_id="login#2", type="secret")
        ),
    )
    question = Question.of_event(event)
    assert question is not None and (question.run_id, question.type) == (RUN, "secret")
    assert Question.of_event(event_pb2.Event(run_paused=event_pb2.RunPaused())) is None


@pytest.mark.parametrize(
    ("value", "sent"), [(True, b"true"), (1.5, b"1.5"), ("ö", '"ö"'.encode()), (b"[1]", b"[1]"), (DEFAULT, b"")]
)
def test_an_answer_names_its_question_and_is_json(client: PairClient, value: object, sent: bytes) -> None:
    (question,) = Question.of_run(run_pb2.Run(run_id=RUN, steps=[asked("approve", 1)]))
    future = in_background(client.answer, question, value)
    peer, stream, payload = first_call(client)
    request = flow_pb2.FlowServiceAnswerRequest.FromString(payload)
    assert (request.run_id, request.step_id, request.input_id) == (RUN, "approve", "approve#1")
    assert request.value == sent
    assert client.action_in_flight(RUN) and client.action_in_flight() and not client.action_in_flight("another")
    peer.reply(stream, flow_pb2.FlowServiceAnswerResponse(outcome=flow_pb2.ANSWER_OUTCOME_ACCEPTED))
    assert future.result(60).outcome == flow_pb2.ANSWER_OUTCOME_ACCEPTED  # type: ignore[attr-defined]
    assert not client.action_in_flight()


def test_an_export_is_asked_for_until_its_last_piece(client: PairClient) -> None:
    future = in_background(lambda: list(client.export_run(RUN)))
    pieces = [
        flow_pb2.FlowServiceExportRunResponse(
            run=run_pb2.Run(run_id=RUN), definition=b"{}", events=[event_pb2.Event(seq=4)], next_after_seq=4
        ),
        flow_pb2.FlowServiceExportRunResponse(events=[event_pb2.Event(seq=5)], next_after_seq=5),
        flow_pb2.FlowServiceExportRunResponse(),
    ]
    for piece, after in zip(pieces, [0, 4, 5]):
        peer, stream, payload = first_call(client)
        assert flow_pb2.FlowServiceExportRunRequest.FromString(payload).after_seq == after
        peer.reply(stream, piece)
    assert future.result(60) == pieces


def test_an_export_ends_when_the_daemon_does_not_go_on(client: PairClient) -> None:
    future = in_background(lambda: len(list(client.export_run(RUN))))
    for _ in range(2):
        peer, stream, _payload = first_call(client)
        peer.reply(stream, flow_pb2.FlowServiceExportRunResponse(next_after_seq=7))
    assert future.result(60) == 2
