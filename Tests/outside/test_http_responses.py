"""What becomes of a response: bodies, bounds, expressions, checks, polling."""

from __future__ import annotations

import gzip
import hashlib
import json
import pathlib
import zlib

import pytest

from flowd.v1 import run_pb2
from harness.flowfile import flow, http, run as command, script
from harness.stage import FAILED, SUCCEEDED, Stage, steps
from peers.nginx import Nginx
from peers.scripted import Scripted, head
from peers.web import DOCUMENT, Web

MIB = 1 << 20


def test_everything_of_a_response_can_be_read(stage: Stage, web: Web) -> None:
    lua = """
      local r = steps.call.response
      return {
        status = r.status, type = r.headers['content-type'], twice = r.headers['x-twice'], name = r.json.name,
        text = len(r.text) > 100, bytes = r.bytes, took = r.duration >= 0, total = r.timings.total >= 0, url = r.url,
        none = r.json.none == null,
      }
    """
    run = stage.end(stage.start(flow(http(f"{web.url}/json"), script(lua))))
    assert run.status == SUCCEEDED, run.error
    body = json.dumps(DOCUMENT).encode()
    assert json.loads(steps(run)["script"].result) == {
        "status": 200, "type": "application/json", "twice": "a, b", "name": "Grüße", "text": True, "bytes": len(body),
        "took": True, "total": True, "url": f"{web.url}/json", "none": True,
    }  # fmt: skip
    assert steps(run)["call"].stdout == body


def test_all_checks_are_reported_with_what_was_seen(stage: Stage, web: Web) -> None:
    expect = [
        {"status": 200},
        {"status": {"<": 300}},
        {"header": "Content-Type", "contains": "json"},
        {"header": "X-Missing", "exists": False},
        {"json": "$.people[?@.age > 40].name", "contains": "Alan"},
        {"json": "$.tags", "count": 4},
        {"json": "$.price", "<": 10},
        {"body": {"contains": "Ada"}},
        {"bytes": {">": 10_000}},
        {"duration": {"<": 60_000}},
        {"cookie": "taste", "exists": True},
        {"header": "X-Twice", "==": "b"},
    ]
    run = stage.end(stage.start(flow(http(f"{web.url}/json", expect=expect))))
    checks = run.steps[0].checks
    assert run.status == FAILED and len(checks) >= len(expect)
    failed = {check.check: check.seen for check in checks if not check.passed}
    assert len(failed) >= 4, failed
    assert any("count" in name and "3" in seen for name, seen in failed.items()), failed
    assert any("price" in name and "12.5" in seen for name, seen in failed.items()), failed
    assert any("bytes" in name for name in failed) and any("taste" in name for name in failed), failed
    passed = [check.check for check in checks if check.passed]
    assert any(name.startswith("status") for name in passed) and any("Alan" in name for name in passed), passed


def test_a_status_is_an_error_unless_a_check_says_otherwise(stage: Stage, web: Web) -> None:
    run = stage.end(stage.start(flow(http(f"{web.url}/status/404"))))
    assert run.status == FAILED and "404" in run.steps[0].error.message
    assert (run.steps[0].http.status, run.steps[0].stdout) == (404, b"{}"), "the response is kept"
    run = stage.end(stage.start(flow(http(f"{web.url}/status/404", expect=[{"status": 404}]))))
    assert run.status == SUCCEEDED, run.error
    run = stage.end(stage.start(flow(http(f"{web.url}/status/404", expect=[{"body": {"contains": "{"}}]))))
    assert run.status == FAILED, "a check of something else says nothing about the status"


def test_until_repeats_the_request_and_only_the_last_attempt_decides(stage: Stage, web: Web) -> None:
    until = {"condition": "${{ response.json.count >= 4 }}", "interval": "1ms", "deadline": "20s"}
    step = http(f"{web.url}/count", until=until, outputs={"count": "${{ response.json.count }}"})
    run = stage.end(stage.start(flow(step)))
    assert run.status == SUCCEEDED and json.loads(run.steps[0].outputs) == {"count": 4}
    assert len(web.requests) == 4


def test_a_compressed_body_is_unpacked_unless_the_step_says_not_to(stage: Stage, nginx: Nginx) -> None:
    url = f"{nginx.plain}/gzip/numbers.json"
    run = stage.end(stage.start(flow(http(url, outputs={"last": "${{ response.json.numbers[5000] }}"}))))
    assert run.status == SUCCEEDED and json.loads(run.steps[0].outputs) == {"last": 4999}, run.error
    assert ("Content-Encoding", "gzip") in [(header.name, header.value) for header in run.steps[0].http.headers]
    headers = {"Accept-Encoding": "gzip"}
    run = stage.end(
        stage.start(flow(http(url, decompress=False, headers=headers, save_to="raw.gz")), cwd=str(stage.workspace))
    )
    assert run.status == SUCCEEDED, run.error
    assert json.loads(gzip.decompress((stage.workspace / "raw.gz").read_bytes()))["numbers"][-1] == 4999


@pytest.mark.parametrize(("encoding", "size"), [("gzip", 16), ("deflate", 16), ("gzip", 300)])
def test_a_bomb_is_not_unpacked(stage: Stage, encoding: str, size: int) -> None:
    packer = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    bomb = b"".join([packer.compress(bytes(MIB)) for _ in range(size)] + [packer.flush()])
    headers = [f"Content-Encoding: {encoding}", f"Content-Length: {len(bomb)}", "Connection: close"]
    with Scripted([head("200 OK", *headers), bomb]) as server:
        run = stage.end(stage.start(flow(http(server.url, max_body="4GiB"))))
    error = run.steps[0].error
    assert run.status == FAILED and getattr(error, "class") == run_pb2.ERROR_CLASS_FATAL, error
    assert "unpack" in error.message or "compress" in error.message, error
    assert run.steps[0].http.body_bytes < 8 * MIB, f"{len(bomb)} bytes were sent"


def test_a_body_past_the_bound_fails_and_a_body_at_the_bound_does_not(stage: Stage, web: Web) -> None:
    run = stage.end(stage.start(flow(http(f"{web.url}/bytes/2048", max_body="2KiB"))))
    assert run.status == SUCCEEDED and run.steps[0].http.body_bytes == 2048, run.error
    run = stage.end(stage.start(flow(http(f"{web.url}/bytes/2049", max_body=2048))))
    error = run.steps[0].error
    assert run.status == FAILED and getattr(error, "class") == run_pb2.ERROR_CLASS_FATAL
    assert "2048" in error.message or "2 KiB" in error.message, error


def test_a_body_that_is_too_long_to_keep_is_in_a_file_while_the_run_goes_on(stage: Stage, nginx: Nginx) -> None:
    digest = command(
        'sha256sum < "$BODY"; stat -c %a "$BODY"', "digest", env={"BODY": "${{ steps.call.response.file }}"}
    )
    text = flow(http(f"{nginx.plain}/large.txt"), digest, script("return steps.call.response.bytes"))
    run = stage.end(stage.start(text))
    assert run.status == SUCCEEDED, run.error
    call = steps(run)["call"]
    assert call.http.body_bytes == 5 * MIB and len(call.stdout) <= MIB
    assert json.loads(steps(run)["script"].result) == 5 * MIB
    expected = hashlib.sha256(b"0123456789abcdef" * (5 * MIB // 16)).hexdigest()
    assert steps(run)["digest"].stdout.decode().split() == [expected, "-", "600"]
    stage.until(lambda: not pathlib.Path(call.http.file).exists(), "the end of what nobody needs")


def test_a_body_is_saved_where_the_step_says(stage: Stage, nginx: Nginx) -> None:
    step = http(f"{nginx.plain}/large.txt", save_to="kept/large.txt")
    (stage.workspace / "kept").mkdir()
    run = stage.end(stage.start(flow(step), cwd=str(stage.workspace)))
    assert run.status == SUCCEEDED, run.error
    assert (stage.workspace / "kept" / "large.txt").stat().st_size == 5 * MIB
    assert run.steps[0].http.file == str(stage.workspace / "kept" / "large.txt")
    nowhere = http(f"{nginx.plain}/large.txt", save_to="no/such/folder/large.txt")
    run = stage.end(stage.start(flow(nowhere), cwd=str(stage.workspace)))
    assert run.status == FAILED and "no/such/folder" in run.steps[0].error.message


def test_a_body_that_is_no_text_is_saved_to_the_byte(stage: Stage) -> None:
    content = bytes(range(256)) * 64
    with Scripted([head("200 OK", f"Content-Length: {len(content)}"), content]) as server:
        text = flow(http(server.url, "keep", save_to="out.bin"), http(server.url, "look"))
        run = stage.end(stage.start(text, cwd=str(stage.workspace)))
    assert run.status == SUCCEEDED, run.error
    assert (stage.workspace / "out.bin").read_bytes() == content
    assert steps(run)["look"].http.body_bytes == len(content)


def test_many_requests_at_once_are_all_answered(stage: Stage, nginx: Nginx) -> None:
    text = flow(
        http(f"{nginx.plain}/hello.txt", "get", foreach={"in": "${{ inputs.list }}", "max-parallel": 16}),
        inputs={"list": "json"},
    )
    run = stage.end(stage.start(text, inputs={"list": list(range(200))}), 60)
    assert run.status == SUCCEEDED, run.error
    children = [step for step in run.steps if step.parent_step_id]
    assert len(children) == 200 and {step.http.status for step in children} == {200}
