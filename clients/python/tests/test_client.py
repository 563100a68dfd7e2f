"""The blocking client: order, errors, timeouts, lost connections, what is under way."""

from __future__ import annotations

import concurrent.futures
import os
import threading

import pytest
from pair import PairClient, eventually
from peer import Peer

from flowd import errors, expect
from flowd._frames import CANCEL, DATA, GOAWAY, PING, REQUEST, RESPONSE
from flowd._generated import methods, ttrpc_pb2
from flowd.v1 import daemon_pb2, flow_pb2, run_pb2, session_pb2

SESSION = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.fixture(name="client")
def paired_client(paired: PairClient) -> PairClient:
    return paired


def in_background(work: object, *arguments: object) -> concurrent.futures.Future[object]:
    return concurrent.futures.ThreadPoolExecutor(1).submit(work, *arguments)  # type: ignore[arg-type]


def pipelined(client: PairClient, count: int = 1) -> list[concurrent.futures.Future[object]]:
    return [client.pipelined.daemon.status() for _ in range(count)]  # type: ignore[misc]


def grant(peer: Peer, *features: str) -> None:
    """Answers the client's hello, which is its first frame."""
    hello = peer.read()
    assert hello is not None and hello.stream == 1
    peer.reply(1, daemon_pb2.DaemonServiceHelloResponse(features=features))


def test_the_first_frame_is_a_hello_that_nobody_waits_for(client: PairClient) -> None:
    (future,) = pipelined(client)
    hello, status = client.peers[0].read(), client.peers[0].read()
    assert hello and status
    request = daemon_pb2.DaemonServiceHelloRequest.FromString(ttrpc_pb2.Request.FromString(hello.body).payload)
    assert (request.client, list(request.features)) == ("python", ["cancel", "ping", "goaway"])
    client.peers[0].reply(status.stream, daemon_pb2.DaemonServiceStatusResponse(pid=7))
    assert future.result(60) == daemon_pb2.DaemonServiceStatusResponse(pid=7)


def test_answers_may_come_in_any_order(client: PairClient) -> None:
    futures = pipelined(client, 50)
    peer = client.peers[0]
    streams = [peer.request()[0] for _ in futures]
    assert streams == list(range(3, 103, 2))
    for stream in reversed(streams):
        peer.reply(stream, daemon_pb2.DaemonServiceStatusResponse(pid=stream))
    assert [future.result(60).pid for future in futures] == streams  # type: ignore[attr-defined]


def test_frames_of_many_threads_are_whole(client: PairClient) -> None:
    pipelined(client)
    threads = [threading.Thread(target=pipelined, args=(client, 100)) for _ in range(8)]
    for thread in threads:
        thread.start()
    peer = client.peers[0]
    streams = [peer.request()[0] for _ in range(801)]
    for thread in threads:
        thread.join()
    assert streams == list(range(3, 3 + 2 * 801, 2))
    assert len(client.peers) == 1


def test_an_error_carries_its_details(client: PairClient) -> None:
    future = in_background(lambda: client.session.set_executed_flow(SESSION, flow_id="x", expected=expect(revision=3)))
    eventually(lambda: client.peers)
    stream, envelope = client.peers[0].request()
    request = session_pb2.SessionServiceSetExecutedFlowRequest.FromString(envelope.payload)
    assert request.expected.revision == 3 and request.expected.WhichOneof("executed_flow_check") is None
    response = ttrpc_pb2.Response()
    response.status.code, response.status.message = 10, "changed"
    response.status.details.add().Pack(session_pb2.SessionMeta(session_id=SESSION, revision=4))
    client.peers[0].send(stream, RESPONSE, 0, response.SerializeToString())
    error = future.exception(60)
    assert isinstance(error, errors.Aborted) and error.meta is not None and error.meta.revision == 4


def test_a_lost_connection_fails_what_is_under_way_and_the_next_call_makes_another(client: PairClient) -> None:
    futures = pipelined(client, 3)
    client.peers[0].close()
    for future in futures:
        assert isinstance(future.exception(60), errors.ConnectionLost)
    (again,) = pipelined(client)
    stream, _ = client.peers[1].request()
    client.peers[1].reply(stream, daemon_pb2.DaemonServiceStatusResponse())
    assert again.result(60) == daemon_pb2.DaemonServiceStatusResponse()


@pytest.mark.parametrize("method", ["start", "rerun"])
@pytest.mark.parametrize("given", [None, 0, 0o027])
def test_a_run_gets_the_umask_of_this_process_unless_another_is_given(
    client: PairClient, method: str, given: int | None
) -> None:
    own = os.umask(0o031)
    try:
        future = getattr(client.pipelined.flow, method)(SESSION, umask=given)
    finally:
        os.umask(own)
    stream, request = client.peers[0].request()
    kind = {"start": flow_pb2.FlowServiceStartRequest, "rerun": flow_pb2.FlowServiceRerunRequest}[method]
    sent = kind.FromString(request.payload)
    assert sent.HasField("umask") and sent.umask == (0o031 if given is None else given)
    client.peers[0].reply(stream, flow_pb2.FlowServiceStartResponse())
    future.result(5)


def test_start_once_repeats_under_one_request_id(client: PairClient) -> None:
    future = in_background(lambda: client.start_once(SESSION, inputs={"size": "small"}))
    ids = set()
    for attempt in range(3):
        eventually(lambda: len(client.peers) > attempt)
        stream, envelope = client.peers[attempt].request()
        request = flow_pb2.FlowServiceStartRequest.FromString(envelope.payload)
        assert request.inputs == b'{"size":"small"}'
        ids.add(request.request_id)
        if attempt == 0:
            client.peers[0].close()
        elif attempt == 1:
            client.peers[1].refuse(stream, 14, "DRAINING")
            client.peers[1].close()
        else:
            client.peers[2].reply(stream, flow_pb2.FlowServiceStartResponse(run_id="r", existing=True))
    assert future.result(60) == flow_pb2.FlowServiceStartResponse(run_id="r", existing=True)
    assert len(ids) == 1 and ids != {""}


def test_a_call_without_an_answer_ends_after_its_timeout_and_is_given_up(client: PairClient) -> None:
    future = in_background(lambda: client.daemon.status(timeout=0.05))
    eventually(lambda: client.peers)
    peer = client.peers[0]
    grant(peer, "cancel")
    stream, envelope = peer.request()
    assert envelope.timeout_nano == 50_000_000
    assert isinstance(future.exception(60), errors.DeadlineExceeded)
    given_up = peer.read()
    assert given_up and (given_up.stream, given_up.type) == (stream, CANCEL)
    peer.reply(stream, daemon_pb2.DaemonServiceStatusResponse())
    (next_call,) = pipelined(client)
    stream, _ = peer.request()
    peer.reply(stream, daemon_pb2.DaemonServiceStatusResponse(pid=1))
    assert next_call.result(60) == daemon_pb2.DaemonServiceStatusResponse(pid=1)


def test_a_timeout_that_is_over_is_sent_as_negative(client: PairClient) -> None:
    client.call_async(methods.DAEMON_STATUS, daemon_pb2.DaemonServiceStatusRequest(), -3)
    assert client.peers[0].request()[1].timeout_nano == -1


def test_what_is_under_way_is_counted_by_session(client: PairClient) -> None:
    write = client.pipelined.session.set_provider_model(SESSION, provider_id="p", model_id="m")
    start = client.pipelined.flow.start(SESSION, if_active="IF_ACTIVE_QUEUE")
    assert client.is_metadata_pending(SESSION) and client.is_metadata_pending()
    assert client.action_in_flight(SESSION) and not client.action_in_flight("another")
    peer = client.peers[0]
    peer.reply(peer.request()[0], session_pb2.SessionServiceSetProviderModelResponse())
    write.result(60)
    assert not client.is_metadata_pending(SESSION) and client.action_in_flight(SESSION)
    peer.refuse(peer.request()[0], 9, "RUN_ACTIVE", run_id="r")
    error = start.exception(60)
    assert isinstance(error, errors.FailedPrecondition) and error.metadata == {"run_id": "r"}
    assert not client.action_in_flight()


def test_a_lost_connection_leaves_nothing_under_way(client: PairClient) -> None:
    future = client.pipelined.session.set_mode(SESSION, mode=run_pb2.RUN_MODE_BATCH)
    assert client.is_metadata_pending(SESSION)
    client.peers[0].close()
    assert isinstance(future.exception(60), errors.ConnectionLost)
    assert not client.is_metadata_pending(SESSION)


def test_a_request_that_no_frame_holds_is_refused_before_it_is_sent(client: PairClient) -> None:
    with pytest.raises(errors.ResourceExhausted):
        client.flow.validate(content=bytes(4_194_305))
    assert not client.action_in_flight()
    (future,) = pipelined(client)
    assert client.peers[0].request()[0] == 3
    client.peers[0].reply(3, daemon_pb2.DaemonServiceStatusResponse())
    future.result(60)


def test_a_ping_is_answered_and_unknown_frames_are_ignored(client: PairClient) -> None:
    (future,) = pipelined(client)
    peer = client.peers[0]
    stream, _ = peer.request()
    peer.send(0, PING, 0, b"12345678")
    peer.send(0, 0x7F, 0, b"?")
    peer.send(stream + 100, DATA, 0, b"?")
    answer = peer.read()
    assert answer and (answer.type, answer.flags, answer.body) == (PING, 1, b"12345678")
    peer.reply(stream, daemon_pb2.DaemonServiceStatusResponse())
    future.result(60)


def test_after_goaway_calls_take_another_connection(client: PairClient) -> None:
    (first,) = pipelined(client)
    grant(client.peers[0], "goaway")
    stream, _ = client.peers[0].request()
    client.peers[0].send(0, GOAWAY, 0, bytes(8) + b"draining")
    eventually(lambda: client._link is not None and not client._link.is_usable)
    (second,) = pipelined(client)
    client.peers[0].reply(stream, daemon_pb2.DaemonServiceStatusResponse(pid=1))
    assert first.result(60) == daemon_pb2.DaemonServiceStatusResponse(pid=1)
    assert client.peers[0].read() is None
    other, _ = client.peers[1].request()
    client.peers[1].reply(other, daemon_pb2.DaemonServiceStatusResponse(pid=2))
    assert second.result(60) == daemon_pb2.DaemonServiceStatusResponse(pid=2)


def test_bytes_that_are_no_frames_end_the_connection(client: PairClient) -> None:
    (future,) = pipelined(client)
    client.peers[0].connection.sendall(b"\xff" * 64)
    assert isinstance(future.exception(60), errors.ConnectionLost)


def test_a_closed_client_makes_no_calls(client: PairClient) -> None:
    (future,) = pipelined(client)
    client.close()
    assert isinstance(future.exception(60), errors.ConnectionLost)
    with pytest.raises(errors.Unavailable):
        client.daemon.status()


def test_a_stream_is_not_called(client: PairClient) -> None:
    with pytest.raises(TypeError):
        client.call_async(methods.EVENT_WATCH, methods.EVENT_WATCH.request())


def test_requests_are_of_the_frame_type_request(client: PairClient) -> None:
    pipelined(client)
    frame = client.peers[0].read()
    assert frame and (frame.type, frame.flags) == (REQUEST, 0)
