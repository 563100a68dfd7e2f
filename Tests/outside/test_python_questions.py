"""The Python client's questions, answers and exports against the daemon."""

from __future__ import annotations

import asyncio

import pytest

from flowd import AsyncClient, Client, Question, errors
from flowd.v1 import flow_pb2, run_pb2
from harness.daemon import Daemon
from harness.eventually import eventually

ASK = """
mode: interactive
steps:
  - { id: sure, uses: input, with: { prompt: "Sure?", type: boolean, default: true } }
  - { id: size, uses: input, with: { prompt: "Size?", type: choice, options: [small, large] } }
outputs: { size: "${{ steps.size.result }}", sure: "${{ steps.sure.result }}" }
"""


def asked(client: Client, run: str) -> Question:
    def look() -> list[Question]:
        return Question.of_run(client.flow.get_run(run).run)

    return eventually(look, "a question")[0]


def test_questions_of_a_run_are_those_of_its_events(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client, flow=daemon.place.flow("ask", ASK)).session_id
    run = client.flow.start(session).run_id
    seen: list[Question] = []
    for event in client.watch(run_id=run):
        question = Question.of_event(event)
        if question is None:
            continue
        seen.append(question)
        assert Question.of_run(client.flow.get_run(run).run) == [question]
        client.answer(question, "large" if question.type == "choice" else False)
    assert [question.prompt for question in seen] == ["Sure?", "Size?"]
    assert seen[0].default is True and seen[1].options == ("small", "large")
    ended = client.flow.get_run(run).run
    assert ended.status == run_pb2.RUN_STATUS_SUCCEEDED and ended.outputs == b'{"size":"large","sure":false}'


def test_the_first_answer_counts(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client, flow=daemon.place.flow("ask", ASK)).session_id
    run = client.flow.start(session).run_id
    question = asked(client, run)
    assert client.answer(question).outcome == flow_pb2.ANSWER_OUTCOME_ACCEPTED
    assert client.answer(question, True).outcome == flow_pb2.ANSWER_OUTCOME_REPEATED
    with pytest.raises(errors.FailedPrecondition) as late:
        client.answer(question, False)
    assert late.value.reason == "INPUT_ANSWERED"
    with pytest.raises(errors.InvalidArgument):
        client.answer(asked(client, run), "huge")


def test_an_export_has_every_event_also_by_asyncio(daemon: Daemon, client: Client) -> None:
    session = daemon.session(client, flow=daemon.place.flow("ask", ASK)).session_id
    run = client.flow.start(session).run_id
    client.answer(asked(client, run))
    eventually(lambda: asked(client, run).step_id == "size", "the second question")
    client.answer(asked(client, run), "small")
    events = list(client.watch(run_id=run))
    pieces = list(client.export_run(run))
    assert [event for piece in pieces for event in piece.events] == events
    assert pieces[0].run.run_id == run and pieces[0].definition

    async def export() -> list[flow_pb2.FlowServiceExportRunResponse]:
        async with AsyncClient(str(daemon.place.socket), spawn=None) as other:
            return [piece async for piece in other.export_run(run)]

    assert asyncio.run(export()) == pieces
