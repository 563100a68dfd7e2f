"""The conversations that a client library takes part in, with the daemon's side played from the vectors."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any, Optional

import pytest
from pair import PairClient, vectors
from google.protobuf import json_format
from google.protobuf.message import Message
from peer import Peer

from flowd import AsyncClient, Client, FlowdError
from flowd._generated import methods, ttrpc_pb2

DOCUMENT = vectors("conversations")
CONVERSATIONS = [conversation for conversation in DOCUMENT["conversations"] if conversation["client"]]
UUID = "01890a5d-ac96-774b-bcce-b302099a8057"
VALUES = {"workspace": "/w", "revision": "4", "later": "5", "seq": "9", "any": "x"}
METHODS = {(method.service, method.name): method for method in methods.ALL}


@pytest.fixture(name="client")
def paired_client(paired: PairClient) -> PairClient:
    return paired


def filled(value: Any) -> Any:
    text = json.dumps(value)
    for name in ("session_id", "new_session_id", "run_id"):
        text = text.replace("${%s}" % name, UUID)
    for name, replacement in VALUES.items():
        text = text.replace("${%s}" % name, replacement)
    return json.loads(text)


def sends(conversation: Any) -> list[Any]:
    return [step["send"] for step in conversation["steps"] if "send" in step]


def expects(conversation: Any, stream: int) -> list[Any]:
    return [step["expect"] for step in conversation["steps"] if step.get("expect", {}).get("stream") == stream]


def play(peer: Peer, conversation: Any, failures: list[str]) -> None:
    """The daemon's side: checks each request against the vector, then sends what the vector expects of a daemon."""
    for step in sends(conversation):
        number, envelope = peer.request()
        request = step["request"]
        expected = request["payload"]["json"]
        method = METHODS[(request["service"], request["method"])]
        got = json_format.MessageToDict(method.request.FromString(envelope.payload))
        wanted = json_format.MessageToDict(json_format.ParseDict(filled(expected), method.request()))
        if (envelope.service, envelope.method, got) != (method.service, method.name, wanted):
            failures.append(f"sent {envelope.service}/{envelope.method} {got}, not {wanted}")
        if step["hex"] is not None:
            vector = ttrpc_pb2.Request.FromString(bytes.fromhex(step["hex"])[10:])
            if envelope.payload != vector.payload:
                failures.append(f"{method.alias}: other bytes than the vector's")
        for answer in expects(conversation, step["stream"]):
            send(peer, number, answer, method)


def send(peer: Peer, number: int, answer: Any, method: Any) -> None:
    if "status" in answer:
        status = filled(answer["status"])
        peer.refuse(number, status["code"], status["reason"], **status["metadata"])
    elif "response" in answer:
        peer.reply(number, json_format.ParseDict(filled(answer["response"]["json"]), method.response()))
    elif "data" in answer:
        peer.data(number, with_sequence(json_format.ParseDict(filled(answer["data"]["json"]), method.response())))
    else:
        peer.end(number)


def with_sequence(message: Any) -> Any:
    message.event.seq = 10
    return message


def check(answers: list[Any], outcome: Any, method: Any) -> None:
    """Compares what the client made of the answers with the answers."""
    last = answers[-1]
    if "status" in last:
        status = filled(last["status"])
        assert isinstance(outcome, FlowdError)
        assert (outcome.code, outcome.reason, outcome.metadata) == (status["code"], status["reason"], status["metadata"])
    elif "response" in last:
        assert outcome == json_format.ParseDict(filled(last["response"]["json"]), method.response())
    else:
        messages = [answer["data"]["json"] for answer in answers if "data" in answer]
        parsed = [with_sequence(json_format.ParseDict(filled(message), method.response())).event for message in messages]
        assert outcome == parsed


def request_of(step: Any) -> tuple[Any, Message]:
    request = step["request"]
    method = METHODS[(request["service"], request["method"])]
    return method, json_format.ParseDict(filled(request["payload"]["json"]), method.request())


def watch_arguments(request: Any) -> dict[str, Any]:
    return {field.name: value for field, value in request.ListFields()}


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[c["name"] for c in CONVERSATIONS])
def test_the_blocking_client_holds_the_conversation(client: PairClient, conversation: Any) -> None:
    for part in connections(conversation):
        run_blocking(client, part)


def connections(conversation: Any) -> list[Any]:
    """The client gives each watch a connection of its own, so the calls and each watch are played apart."""
    watches = [step for step in sends(conversation) if step["request"]["method"] == "Watch"]
    calls = [step for step in sends(conversation) if step not in watches]
    parts = []
    for group in [calls, *[[watch] for watch in watches]]:
        streams = {step["stream"] for step in group}
        steps = [step for step in conversation["steps"] if next(iter(step.values()))["stream"] in streams]
        parts += [{**conversation, "steps": steps}] if group else []
    return parts


def run_blocking(client: PairClient, conversation: Any) -> None:
    failures: list[str] = []
    before = len(client.peers)
    steps = [(step, *request_of(step)) for step in sends(conversation)]
    thread: Optional[threading.Thread] = None

    def start_peer() -> None:
        nonlocal thread
        thread = threading.Thread(target=play, args=(client.peers[-1], conversation, failures))
        thread.start()

    outcomes: list[Any] = []
    if steps[0][1].is_server_streaming:
        watch = client.watch(**watch_arguments(steps[0][2]))
        opener = client._open
        watch._connect = lambda: (opener(), start_peer())[0]  # type: ignore[func-returns-value]
        try:
            outcomes.append(list(watch))
        except FlowdError as error:
            outcomes.append(error)
    else:
        futures = [client.call_async(method, request) for _, method, request in steps]
        if len(client.peers) > before:
            start_peer()
        outcomes = [future.exception(60) or future.result() for future in futures]
    assert thread is not None
    thread.join(60)
    assert failures == []
    for (step, method, _), outcome in zip(steps, outcomes):
        check(expects(conversation, step["stream"]), outcome, method)


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[c["name"] for c in CONVERSATIONS])
def test_the_asyncio_client_holds_the_conversation(conversation: Any) -> None:
    for part in connections(conversation):
        asyncio.run(run_async(part))


async def run_async(conversation: Any) -> None:
    opener = PairClient()
    failures: list[str] = []

    class Pair(AsyncClient):
        def _open(self) -> Any:
            ours = opener._open()
            threading.Thread(target=play, args=(opener.peers[-1], conversation, failures)).start()
            return ours

    steps = [(step, *request_of(step)) for step in sends(conversation)]
    async with Pair("/nowhere") as client:
        outcomes: list[Any] = []
        if steps[0][1].is_server_streaming:
            async with client.watch(**watch_arguments(steps[0][2])) as watch:
                try:
                    outcomes.append([event async for event in watch])
                except FlowdError as error:
                    outcomes.append(error)
        else:
            futures = [client.call(method, request) for _, method, request in steps]
            outcomes = await asyncio.gather(*futures, return_exceptions=True)
    assert failures == []
    for (step, method, _), outcome in zip(steps, outcomes):
        check(expects(conversation, step["stream"]), outcome, method)
    for peer in opener.peers:
        peer.close()


def test_the_blocking_client_is_what_the_tests_replay() -> None:
    assert issubclass(PairClient, Client) and len(CONVERSATIONS) >= 10
