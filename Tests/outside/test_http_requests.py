"""What an http step sends: methods, bodies, queries, headers, credentials, defaults."""

from __future__ import annotations

import base64
import email
import email.policy
import json
from typing import Any

import pytest

from flowd.v1 import run_pb2
from harness.flowfile import flow, http, script
from harness.stage import FAILED, SUCCEEDED, Stage, steps
from peers.nginx import Nginx
from peers.web import Request, Web

FATAL = run_pb2.ERROR_CLASS_FATAL


def sent(stage: Stage, web: Web, step: dict[str, Any], **options: Any) -> Request:
    """What the server was sent by a run of that one step, which succeeds."""
    before = len(web.requests)
    run = stage.end(stage.start(flow(step), **options))
    assert run.status == SUCCEEDED, run.error
    assert len(web.requests) == before + 1
    return web.requests[-1]


def parts_of(request: Request) -> dict[str, Any]:
    """The parts of a multipart body by name."""
    head = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    return {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
def test_a_method_is_sent_as_it_is_written(stage: Stage, web: Web, method: str) -> None:
    request = sent(stage, web, http(f"{web.url}/echo", method=method))
    assert (request.method, request.body) == (method, b"")


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST", "PUT", "PATCH"])
def test_a_body_is_sent_with_every_method(stage: Stage, web: Web, method: str) -> None:
    request = sent(stage, web, http(f"{web.url}/echo", method=method, json={"of": method, "list": [1, None, "ü"]}))
    assert request.method == method and json.loads(request.body) == {"of": method, "list": [1, None, "ü"]}
    assert request.header("content-type") == "application/json"


def test_the_kinds_of_bodies(stage: Stage, web: Web) -> None:
    form = {"name": "Ada & Söhne", "tag": ["a", "b c"], "empty": ""}
    request = sent(stage, web, http(f"{web.url}/echo", method="POST", form=form))
    assert request.header("content-type") == "application/x-www-form-urlencoded"
    assert request.body == b"name=Ada+%26+S%C3%B6hne&tag=a&tag=b+c&empty=" or (
        request.body == b"name=Ada%20%26%20S%C3%B6hne&tag=a&tag=b%20c&empty="
    )
    request = sent(stage, web, http(f"{web.url}/echo", method="POST", body="plain\r\ntext: ü"))
    assert request.body == "plain\r\ntext: ü".encode()
    xml = http(f"{web.url}/echo", method="POST", body="<a/>", headers={"Content-Type": "application/xml"})
    request = sent(stage, web, xml)
    assert (request.body, request.header("content-type")) == (b"<a/>", "application/xml")
    content = bytes(range(256)) * 1000
    (stage.workspace / "upload.bin").write_bytes(content)
    request = sent(stage, web, http(f"{web.url}/echo", method="PUT", file="upload.bin"), cwd=str(stage.workspace))
    assert request.body == content


def test_a_multipart_body_has_values_and_files(stage: Stage, web: Web) -> None:
    (stage.workspace / "photo.bin").write_bytes(b"\x00\xffphoto")
    multipart = [
        {"name": "title", "value": 'A "title" – ü'},
        {"name": "photo", "file": "photo.bin", "filename": "my photo.png", "type": "image/png"},
        {"name": "meta", "value": "{}", "type": "application/json"},
    ]
    request = sent(stage, web, http(f"{web.url}/echo", method="POST", multipart=multipart), cwd=str(stage.workspace))
    assert request.header("content-type").startswith("multipart/form-data; boundary=")
    parts = parts_of(request)
    assert list(parts) == ["title", "photo", "meta"]
    assert parts["title"].get_payload(decode=True) == 'A "title" – ü'.encode() and not parts["title"].get_filename()
    assert parts["photo"].get_payload(decode=True) == b"\x00\xffphoto"
    assert (parts["photo"].get_filename(), parts["photo"].get_content_type()) == ("my photo.png", "image/png")
    assert parts["meta"].get_content_type() == "application/json"


def test_a_file_that_is_missing_fails_before_anything_is_sent(stage: Stage, web: Web) -> None:
    run = stage.end(stage.start(flow(http(f"{web.url}/echo", method="PUT", file="nowhere.bin"))))
    error = run.steps[0].error
    assert run.status == FAILED and getattr(error, "class") == FATAL and "nowhere.bin" in error.message
    assert web.requests == []


def test_a_query_is_added_and_encoded(stage: Stage, web: Web) -> None:
    query = {"q": "${{ inputs.q }}", "tag": ["a", "b"], "n": 3, "none": None, "on": True}
    text = flow(http(f"{web.url}/echo?first=1", query=query), inputs={"q": "string"})
    run = stage.end(stage.start(text, inputs={"q": "x & y=z #ü?"}))
    assert run.status == SUCCEEDED, run.error
    expected = [("first", "1"), ("q", "x & y=z #ü?"), ("tag", "a"), ("tag", "b"), ("n", "3"), ("on", "true")]
    assert web.requests[0].query == expected


def test_headers_go_as_written_and_a_line_break_in_one_is_refused(stage: Stage, web: Web) -> None:
    headers = {"X-One": "1", "X-Empty": "", "User-Agent": "test/1", "X-Said": "${{ inputs.said }}"}
    text = flow(http(f"{web.url}/echo", headers=headers), inputs={"said": "string"})
    run = stage.end(stage.start(text, inputs={"said": "grüße"}))
    assert run.status == SUCCEEDED, run.error
    request = web.requests[0]
    assert request.header("x-one") == "1" and request.header("user-agent") == "test/1"
    assert ("x-empty", "") in request.headers
    assert request.header("x-said").encode("latin-1").decode() == "grüße"
    run = stage.end(stage.start(text, inputs={"said": "a\r\nX-Smuggled: yes"}))
    assert run.status == FAILED and getattr(run.steps[0].error, "class") == FATAL
    assert len(web.requests) == 1, "the header would have become two"


def test_basic_bearer_and_digest_credentials(stage: Stage, web: Web, nginx: Nginx) -> None:
    ada = {"user": "ada", "password": "${{ secrets.P }}"}
    env = {**stage.daemon.place.environment, "P": "open sesame", "T": "t0ken-abc"}
    run = stage.end(stage.start(flow(http(f"{nginx.plain}/private/hello.txt", auth={"basic": ada})), env=env))
    assert (run.status, run.steps[0].stdout) == (SUCCEEDED, b"hello from nginx\n")
    request = sent(stage, web, http(f"{web.url}/echo", auth={"basic": ada}), env=env)
    assert request.header("authorization") == "Basic " + base64.b64encode(b"ada:open sesame").decode()
    request = sent(stage, web, http(f"{web.url}/echo", auth={"bearer": "${{ secrets.T }}"}), env=env)
    assert request.header("authorization") == "Bearer t0ken-abc"
    run = stage.end(
        stage.start(flow(http(f"{web.url}/digest", auth={"digest": ada}, method="POST", json=[1])), env=env)
    )
    assert run.status == SUCCEEDED, run.error
    last = web.requests[-1]
    assert last.header("authorization").startswith("Digest ") and last.body == b"[1]"
    wrong = flow(http(f"{web.url}/digest", auth={"digest": {"user": "ada", "password": "wrong"}}))
    run = stage.end(stage.start(wrong))
    assert run.status == FAILED and run.steps[0].http.status == 401


def test_a_netrc_file_gives_the_credentials_of_its_host_only(stage: Stage, web: Web) -> None:
    netrc = stage.workspace / "my-netrc"
    netrc.write_text("machine 127.0.0.1 login ada password open-sesame\nmachine other.example login x password y\n")
    netrc.chmod(0o600)
    request = sent(stage, web, http(f"{web.url}/echo", auth={"netrc": str(netrc)}))
    assert request.header("authorization") == "Basic " + base64.b64encode(b"ada:open-sesame").decode()
    request = sent(stage, web, http(f"{web.url.replace('127.0.0.1', 'localhost')}/echo", auth={"netrc": str(netrc)}))
    assert request.header("authorization") == "", "localhost is not in the file"
    (stage.daemon.place.folder / ".netrc").write_text("machine 127.0.0.1 login home password from-home\n")
    (stage.daemon.place.folder / ".netrc").chmod(0o600)
    assert sent(stage, web, http(f"{web.url}/echo")).header("authorization") == "", "not without being told to"
    request = sent(stage, web, http(f"{web.url}/echo", auth={"netrc": True}))
    assert request.header("authorization") == "Basic " + base64.b64encode(b"home:from-home").decode()


def test_defaults_give_the_base_url_headers_checks_and_retries(stage: Stage, web: Web) -> None:
    defaults = {
        "baseUrl": f"{web.url}/echo/v1/", "headers": {"X-Team": "a", "X-Both": "default"}, "timeout": "10s",
        "expect": [{"json": "$.method", "==": "GET"}], "retry": {"limit": 1, "delay": "1ms"},
    }  # fmt: skip
    text = flow(
        http("users", "one", headers={"X-Both": "step"}),
        http(f"{web.url}/echo/absolute", "two"),
        http("users", "three", method="POST", continue_on_error=True),
        defaults=defaults,
    )
    run = stage.end(stage.start(text))
    assert run.status == SUCCEEDED, run.error
    one, two = web.requests[:2]
    assert one.path.endswith("/users") and one.path.startswith("/echo") and two.path == "/echo/absolute"
    assert (one.header("x-team"), one.header("x-both")) == ("a", "step")
    assert two.header("x-team") == "a"
    (check,) = steps(run)["three"].checks
    assert not check.passed and "POST" in check.seen


def test_a_flow_may_read_one_answer_and_send_the_next(stage: Stage, web: Web) -> None:
    text = flow(
        http(f"{web.url}/json", "first", outputs={"who": "${{ response.json.people[2].name }}"}),
        http(
            f"{web.url}/echo/${{{{ steps.first.outputs.who }}}}", "second", method="POST",
            json={"all": "${{ steps.first.response.json.people }}", "n": "${{ steps.first.response.json.count }}"},
        ),
        script("return steps.second.response.json.body", "third"),
    )  # fmt: skip
    run = stage.end(stage.start(text))
    assert run.status == SUCCEEDED, run.error
    people = [{"name": "Ada", "age": 36}, {"name": "Alan", "age": 41}]
    assert web.requests[1].path == "/echo/Alan" and json.loads(web.requests[1].body) == {"all": people, "n": 3}
    assert json.loads(json.loads(steps(run)["third"].result)) == {"all": people, "n": 3}


def test_the_request_and_the_response_are_told_without_secrets(stage: Stage, web: Web) -> None:
    step = http(
        f"{web.url}/echo/${{{{ inputs.name }}}}", method="POST", query={"key": "${{ secrets.T }}"},
        headers={"X-Key": "k ${{ secrets.T }}"}, json={"name": "${{ inputs.name }}", "token": "${{ secrets.T }}"},
    )  # fmt: skip
    env = {**stage.daemon.place.environment, "T": "c4nary-of-http"}
    id = stage.start(flow(step, inputs={"name": "string"}), inputs={"name": "ada"}, env=env)
    run = stage.end(id)
    assert run.status == SUCCEEDED, run.error
    request = web.requests[0]
    assert request.header("x-key") == "k c4nary-of-http" and json.loads(request.body)["token"] == "c4nary-of-http"
    (finished,) = [event.step_finished.step for event in stage.events() if event.HasField("step_finished")]
    for told in (finished.http, run.steps[0].http):
        assert (told.method, told.status, told.version) == ("POST", 200, "1.1")
        assert f"{web.url}/echo/ada?key=" in told.url and '"name": "ada"' in told.request_body.replace('":"', '": "')
        assert "X-Key" in {header.name for header in told.request_headers}
        assert ("Content-Type", "application/json") in [(header.name, header.value) for header in told.headers]
        assert json.loads(told.substitutions)["inputs.name"] == "ada"
        assert '"method": "POST"' in told.body_preview
        assert told.total_us >= told.first_byte_us > 0
    everything = b"".join(event.SerializeToString() for event in stage.events()) + run.SerializeToString()
    everything += stage.client.flow.export_run(id).SerializeToString()
    assert b"c4nary-of-http" not in everything, "also where the server sent it back"
