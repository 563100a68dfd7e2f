"""Cookies live as long as their run, also over crashes; redirects are bounded, and leave credentials behind."""

from __future__ import annotations

import pytest

from flowd.v1 import run_pb2
from harness.flowfile import flow, http, run as command
from harness.stage import FAILED, SUCCEEDED, Stage, steps
from peers.nginx import Nginx
from peers.web import Request, Web

HOLD = 'until [ -e "$FLOWD_WORKSPACE/go" ]; do sleep 0.02; done'


def cookies(request: Request) -> dict[str, str]:
    pairs = (pair.strip().partition("=") for pair in request.header("cookie").split(";") if pair.strip())
    return {name: value for name, _, value in pairs}


def test_cookies_are_kept_for_the_run_and_for_no_other(stage: Stage, web: Web, nginx: Nginx) -> None:
    text = flow(
        http(f"{web.url}/bake?session=abc", "login"),
        http(f"{web.url}/echo/next", "next"),
        http(f"{web.url.replace('127.0.0.1', 'localhost')}/echo/foreign", "foreign"),
        http(f"{web.url}/echo/without", "without", cookies=False),
        http(f"{nginx.plain}/cookie", "taste"),
        http(f"{nginx.plain}/tasted", "tasted"),
    )
    run = stage.end(stage.start(text))
    assert run.status == SUCCEEDED, run.error
    next_, foreign, without = web.to("/echo")
    assert cookies(next_)["session"] == "abc" and not {"gone", "alien", "narrow"} & set(cookies(next_))
    assert cookies(foreign) == cookies(without) == {}
    assert ("session", "abc") in [(cookie.name, cookie.value) for cookie in steps(run)["login"].http.cookies]
    assert steps(run)["tasted"].stdout == b"sweet"
    run = stage.end(stage.start(flow(http(f"{web.url}/echo/other-run"))))
    assert run.status == SUCCEEDED and cookies(web.requests[-1]) == {}


def test_cookies_survive_a_crash_in_the_middle_of_their_run(stage: Stage, web: Web) -> None:
    text = flow(
        http(f"{web.url}/bake?session=abc&more=d", "login"),
        command(HOLD, "hold"),
        http(f"{web.url}/echo/after", "after"),
    )
    run = stage.start(text)
    stage.until(lambda: stage.step(run, "hold").status == run_pb2.STEP_STATUS_RUNNING, "the step in the middle")
    stage.restart()
    (stage.workspace / "go").touch()
    ended = stage.end(run)
    assert ended.status == SUCCEEDED, ended.error
    (after,) = web.to("/echo/after")
    assert cookies(after) == {"session": "abc", "more": "d"} and len(web.to("/bake")) == 1


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [(301, "GET", "GET"), (302, "POST", "GET"), (303, "PUT", "GET"), (307, "POST", "POST"), (308, "PUT", "PUT")],
)
def test_a_redirect_keeps_or_changes_the_method_as_its_status_says(
    stage: Stage, web: Web, status: int, method: str, then: str
) -> None:
    body = {} if method == "GET" else {"json": {"n": 1}}
    run = stage.end(
        stage.start(flow(http(f"{web.url}/redirect?to=/echo/there&status={status}", method=method, **body)))
    )
    assert run.status == SUCCEEDED, run.error
    (there,) = web.to("/echo/there")
    assert there.method == then and bool(there.body) == (then != "GET")
    assert run.steps[0].http.redirects == 1 and run.steps[0].http.url == f"{web.url}/echo/there"


def test_redirects_are_bounded_and_can_be_left_alone(stage: Stage, web: Web, nginx: Nginx) -> None:
    run = stage.end(stage.start(flow(http(f"{web.url}/redirect/3", redirects=3))))
    assert run.status == SUCCEEDED and run.steps[0].http.redirects == 3, run.error
    run = stage.end(stage.start(flow(http(f"{web.url}/redirect/3", redirects=2))))
    error = run.steps[0].error
    assert run.status == FAILED and "redirect" in error.message and getattr(error, "class") == run_pb2.ERROR_CLASS_FATAL
    before = len(nginx.requests("/circle"))
    run = stage.end(stage.start(flow(http(f"{nginx.plain}/circle"))))
    assert run.status == FAILED
    # It writes its log after it has answered.
    assert stage.until(lambda: len(nginx.requests("/circle")) - before >= 11, "its log")
    assert len(nginx.requests("/circle")) - before == 11
    for none in (0, False):
        run = stage.end(stage.start(flow(http(f"{nginx.plain}/moved", redirects=none))))
        assert run.status == SUCCEEDED and run.steps[0].http.status == 301, run.error


def test_credentials_and_cookies_stay_with_their_origin(stage: Stage, web: Web) -> None:
    other = Web()
    try:
        headers = {"Authorization": "Bearer t0ken", "X-Harmless": "1", "Cookie": "mine=1"}
        for target, expected in ((f"{web.url}/echo/here", "Bearer t0ken"), (f"{other.url}/echo/there", "")):
            run = stage.end(stage.start(flow(http(f"{web.url}/redirect?to={target}", headers=headers))))
            assert run.status == SUCCEEDED, run.error
            arrived = (web.to("/echo/here") + other.to("/echo/there"))[-1]
            assert arrived.header("authorization") == expected and arrived.header("x-harmless") == "1"
        assert "mine" not in other.requests[-1].header("cookie")
        auth = {"basic": {"user": "ada", "password": "pw"}}
        run = stage.end(stage.start(flow(http(f"{web.url}/redirect?to={other.url}/echo/basic", auth=auth))))
        assert run.status == SUCCEEDED, run.error
        assert web.requests[-1].header("authorization") and not other.requests[-1].header("authorization")
    finally:
        other.stop()


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x", "dict://127.0.0.1/x"]
)
def test_only_http_and_https_are_followed_or_asked(stage: Stage, web: Web, target: str) -> None:
    text = flow(http("${{ inputs.url }}", expect=[{"status": {">": 0}}]), inputs={"url": "string"})
    for url in (f"{web.url}/redirect?to={target}", target):
        run = stage.end(stage.start(text, inputs={"url": url}))
        error = run.steps[0].error
        assert run.status == FAILED and getattr(error, "class") == run_pb2.ERROR_CLASS_FATAL, error
        assert target.split(":")[0] in error.message, error
        assert b"root:" not in run.SerializeToString()
