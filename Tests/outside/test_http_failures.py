"""What goes wrong with a request is told apart, and retried only where that can help."""

from __future__ import annotations

import datetime
import email.utils
import threading
import time
from typing import Any, Iterator, Union

import pytest

from flowd.v1 import run_pb2
from harness import processes
from harness.flowfile import flow, http
from harness.stage import CANCELLED, FAILED, INTERRUPTED, SUCCEEDED, Stage, word
from peers.ports import free_port
from peers.scripted import RESET, SILENCE, Scripted, dripped, head
from peers.web import Web

RECOVERABLE, FATAL = run_pb2.ERROR_CLASS_RECOVERABLE, run_pb2.ERROR_CLASS_FATAL
NEEDS_USER = run_pb2.ERROR_CLASS_NEEDS_USER
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ONCE = {"limit": 1, "delay": "1ms", "jitter": 0}


def failure(stage: Stage, step: dict[str, Any]) -> tuple[int, str]:
    """The class and the message of the error of a run of that one step."""
    run = stage.end(stage.start(flow(step)))
    assert run.status == FAILED, "it did not fail"
    return getattr(run.steps[0].error, "class"), run.steps[0].error.message


def test_a_refused_connection_is_recoverable(stage: Stage) -> None:
    port = free_port()
    kind, message = failure(stage, http(f"http://127.0.0.1:{port}/"))
    assert kind == RECOVERABLE and "refused" in message and str(port) in message, message


def test_a_name_that_nobody_has_is_told_as_such(stage: Stage) -> None:
    kind, message = failure(stage, http("http://nobody.invalid/", timeout="15s"))
    assert "nobody.invalid" in message and kind == RECOVERABLE, message


def test_what_is_no_url_is_fatal(stage: Stage) -> None:
    for url in ("http://", "http://[::1", "http://a b/", "http://127.0.0.1:99999/", "not a url"):
        run = stage.end(stage.start(flow(http("${{ inputs.url }}"), inputs={"url": "string"}), inputs={"url": url}))
        assert run.status == FAILED and getattr(run.steps[0].error, "class") == FATAL, url


def test_a_timeout_is_recoverable_and_ends_the_request(stage: Stage) -> None:
    with Scripted([head("200 OK", "Content-Length: 10"), b"abc", SILENCE]) as server:
        began = time.monotonic()
        kind, message = failure(stage, http(server.url, timeout="300ms"))
        assert kind == RECOVERABLE and ("timed out" in message or "timeout" in message), message
        assert 0.3 <= time.monotonic() - began < 20
        stage.until(lambda: server.abandoned == 1, "the end of the connection")


@pytest.mark.parametrize(
    "pieces",
    [[RESET], [b"HTTP/1.1 200 OK\r\nContent-Le", RESET], [head("200 OK", "Content-Length: 100"), b"half", RESET]],
    ids=["before", "in the headers", "in the body"],
)
def test_a_reset_is_recoverable_wherever_it_comes(stage: Stage, pieces: list[object]) -> None:
    with Scripted(pieces) as server:
        kind, message = failure(stage, http(server.url, method="POST", json=[1]))
        assert kind == RECOVERABLE and message, message
        assert len(server.requests) == 1, "a request that may have had an effect is not sent again in silence"
    with Scripted(pieces, OK) as server:
        run = stage.end(stage.start(flow(http(server.url, retry=ONCE))))
        assert (run.status, run.steps[0].stdout, run.steps[0].attempt) == (SUCCEEDED, b"ok", 2), run.error


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
    ],
    ids=["nothing", "short", "no last chunk", "no chunk size", "another protocol", "no gzip", "tls"],
)
def test_what_is_no_whole_response_is_an_error(stage: Stage, reply: bytes) -> None:
    with Scripted(reply) as server:
        kind, message = failure(stage, http(server.url, timeout="10s"))
        assert kind in (RECOVERABLE, FATAL) and message and "200" not in message.split(":")[0], message


def test_more_than_the_content_length_is_not_read(stage: Stage) -> None:
    with Scripted(
        head("200 OK", "Content-Length: 2", "Connection: close") + b"okHTTP/1.1 200 OK\r\n\r\nmore"
    ) as server:
        run = stage.end(stage.start(flow(http(server.url))))
        assert (run.status, run.steps[0].stdout) == (SUCCEEDED, b"ok"), run.error


def test_endless_headers_are_cut_off(stage: Stage) -> None:
    def reply() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        for n in range(1_000_000):
            yield b"X-%d: %s\r\n" % (n, b"x" * 1000)

    with Scripted(reply) as server:
        before = processes.resident_bytes(stage.daemon.pid)
        kind, message = failure(stage, http(server.url, timeout="20s"))
        assert kind == FATAL and "header" in message, message
        assert processes.resident_bytes(stage.daemon.pid) - before < 64 << 20
        stage.until(lambda: server.abandoned == 1, "the end of the connection")


def test_an_endless_body_is_cut_off_at_the_bound(stage: Stage) -> None:
    def reply() -> Iterator[bytes]:
        yield head("200 OK", "Connection: close")
        while True:
            yield b"x" * 65_536

    with Scripted(reply) as server:
        kind, message = failure(stage, http(server.url, max_body="1MiB", timeout="20s"))
        assert kind == FATAL and ("1048576" in message or "1 MiB" in message), message
        stage.until(lambda: server.abandoned == 1, "the end of the connection")


def test_a_dripped_response_is_read_and_delays_nobody(stage: Stage, web: Web) -> None:
    reply = head("200 OK", "Content-Length: 20", "X-Slow: 1") + b"x" * 20
    gate = threading.Event()

    def drips() -> Iterator[bytes]:
        yield from dripped(reply[:-1], 0.01)
        gate.wait(60)
        yield reply[-1:]

    with Scripted(drips) as server:
        slow = stage.start(flow(http(server.url)), "slow")
        run = stage.end(stage.start(flow(http(f"{web.url}/echo")), "quick"))
        assert run.status == SUCCEEDED and stage.run(slow).status not in (SUCCEEDED, FAILED)
        gate.set()
        ended = stage.end(slow)
        assert (ended.status, ended.steps[0].stdout) == (SUCCEEDED, b"x" * 20), ended.error


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, FATAL), (403, FATAL), (404, FATAL), (422, FATAL), (408, RECOVERABLE), (409, RECOVERABLE), (429, RECOVERABLE),
     (500, RECOVERABLE), (502, RECOVERABLE), (503, RECOVERABLE), (504, RECOVERABLE)],
)  # fmt: skip
def test_a_status_has_a_class_and_only_recoverable_ones_are_tried_again(
    stage: Stage, web: Web, status: int, kind: int
) -> None:
    found, message = failure(stage, http(f"{web.url}/status/{status}", retry=ONCE))
    assert found == kind and str(status) in message, message
    assert len(web.requests) == (2 if kind == RECOVERABLE else 1)


def test_a_server_that_recovers_is_tried_until_it_does(stage: Stage, web: Web) -> None:
    retry = {"limit": 3, "delay": "1ms", "jitter": 0}
    id = stage.start(
        flow(http(f"{web.url}/flaky?fail=2", retry=retry, outputs={"count": "${{ response.json.count }}"}))
    )
    run = stage.end(id)
    assert run.status == SUCCEEDED and run.steps[0].attempt == 3, run.error
    assert stage.kinds(id, "call").count("step_retrying") == 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_next_attempt_waits_as_long_as_the_server_asked(stage: Stage, status: int, form: str) -> None:
    wall = time.time()
    if form == "seconds":
        asked: Union[int, str] = 2
        earliest = 2.0
    else:
        due = int(wall) + 4  # A date has whole seconds: this is three to four seconds away.
        asked = email.utils.format_datetime(datetime.datetime.fromtimestamp(due, datetime.timezone.utc), usegmt=True)
        earliest = due - wall
    reply = head(f"{status} Later", f"Retry-After: {asked}", "Content-Length: 0", "Connection: close")
    with Scripted(reply, OK) as server:
        began = time.monotonic()
        id = stage.start(flow(http(server.url, retry=ONCE)))
        waiting = stage.until(lambda: stage.step(id, "call").HasField("wake_at") and stage.step(id, "call"), "the wait")
        assert word(waiting.status) == "waiting_retry"
        run = stage.end(id)
        assert run.status == SUCCEEDED, run.error
        first, second = server.times
        since = second - (began if form == "date" else first)
        assert since >= earliest - 0.01 and second - first < earliest + 20


def test_a_wait_that_a_server_asked_for_goes_on_after_a_crash(stage: Stage) -> None:
    reply = head("429 Later", "Retry-After: 3", "Content-Length: 0", "Connection: close")
    with Scripted(reply, OK) as server:
        id = stage.start(flow(http(server.url, retry=ONCE)))
        stage.until(lambda: word(stage.step(id, "call").status) == "waiting_retry", "the wait")
        stage.restart()
        run = stage.end(id)
        assert run.status == SUCCEEDED, run.error
        assert len(server.times) == 2 and server.times[1] - server.times[0] >= 2.9


def test_a_graceful_cancel_lets_the_request_finish(stage: Stage, web: Web) -> None:
    id = stage.start(flow(http(f"{web.url}/hold", "hold"), http(f"{web.url}/echo", "next")))
    stage.until(lambda: web.to("/hold"), "the request")
    stage.client.flow.cancel(stage.session, run_id=id, mode="CANCEL_MODE_GRACEFUL")
    web.gate.set()
    run = stage.end(id)
    assert run.status == INTERRUPTED
    assert [word(step.status) for step in run.steps] == ["succeeded", "not_run"]
    assert run.steps[0].stdout == b'{"held": true}' and not web.to("/echo")


def test_a_forced_cancel_aborts_the_request(stage: Stage) -> None:
    with Scripted([head("200 OK", "Content-Length: 100"), b"the beginning", SILENCE]) as server:
        id = stage.start(flow(http(server.url)))
        stage.until(lambda: server.requests, "the request")
        began = time.monotonic()
        stage.client.flow.cancel(stage.session, run_id=id, mode="CANCEL_MODE_FORCE")
        run = stage.end(id)
        assert run.status == CANCELLED and word(run.steps[0].status) == "cancelled"
        assert time.monotonic() - began < 4.5, "it does not wait as a process may"
        stage.until(lambda: server.abandoned == 1, "the end of the connection")


def test_a_request_that_a_crash_cut_off_is_sent_again_or_asked_about(stage: Stage, web: Web) -> None:
    for number, (policy, then) in enumerate((("retry", SUCCEEDED), ("fail", FAILED))):
        web.gate.clear()
        id = stage.start(flow(http(f"{web.url}/hold/{policy}", on_restart=policy)), policy)
        stage.until(lambda: web.to(f"/hold/{policy}"), "the request")
        stage.daemon.kill()
        web.gate.set()
        stage.again()
        run = stage.end(id)
        assert run.status == then, (number, run.error)
        assert len(web.to(f"/hold/{policy}")) == (2 if policy == "retry" else 1)


def test_a_crash_in_a_request_with_an_effect_is_asked_about(stage: Stage, web: Web) -> None:
    id = stage.start(flow(http(f"{web.url}/hold/effect", method="POST", json={"n": 1})))
    stage.until(lambda: web.to("/hold"), "the request")
    stage.daemon.kill()
    web.gate.set()
    stage.again()
    question = stage.asks(id, "call")
    assert question.reason == run_pb2.INPUT_REASON_RESTART and len(web.to("/hold")) == 1
    stage.answer(id, value="retry")
    assert stage.end(id).status == SUCCEEDED and len(web.to("/hold")) == 2


def test_failures_in_a_row_open_the_circuit_of_their_host(stage: Stage, web: Web) -> None:
    for _ in range(5):
        failure(stage, http(f"{web.url}/status/503"))
    circuits = {circuit.name: circuit for circuit in stage.client.daemon.status().circuits}
    assert [name for name in circuits if str(web.port) in name or "127.0.0.1" in name], circuits
    held = stage.start(flow(http(f"{web.url}/echo")))
    stage.until(lambda: stage.step(held, "call").HasField("wake_at"), "being held back")
    assert not web.to("/echo")
    other = Web()
    try:
        run = stage.end(stage.start(flow(http(f"{other.url.replace('127.0.0.1', 'localhost')}/echo"))))
        assert run.status == SUCCEEDED, "another host is another circuit"
    finally:
        other.stop()
    stage.client.flow.cancel(stage.session, run_id=held, mode="CANCEL_MODE_FORCE")
    stage.end(held)
