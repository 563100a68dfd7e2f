"""How a server is reached: TLS, HTTP/2, proxies, Unix sockets."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from flowd.v1 import run_pb2
from harness.flowfile import flow, http
from harness.stage import FAILED, SUCCEEDED, Stage, steps
from peers.authority import Authority
from peers.forward import ForwardProxy
from peers.nginx import Nginx
from peers.web import Web

FATAL = run_pb2.ERROR_CLASS_FATAL


def answer(stage: Stage, step: dict[str, Any]) -> str:
    run = stage.end(stage.start(flow(step)))
    assert run.status == SUCCEEDED, run.error
    return run.steps[0].stdout.decode()


def refusal(stage: Stage, step: dict[str, Any]) -> run_pb2.StepError:
    run = stage.end(stage.start(flow(step)))
    assert run.status == FAILED, run
    return run.steps[0].error


def test_a_certificate_of_an_unknown_authority_is_refused_with_a_sentence(stage: Stage, nginx: Nginx) -> None:
    error = refusal(stage, http(f"{nginx.tls}/who?unknown"))
    assert getattr(error, "class") == FATAL and "certificate" in error.message and "localhost" in error.message
    assert nginx.requests("/who?unknown") == [], "nothing was sent"


def test_a_ca_file_makes_it_known_and_another_does_not(stage: Stage, nginx: Nginx, authority: Authority) -> None:
    tls = {"ca": authority.certificate("ca")}
    assert "TLSv1" in answer(stage, http(f"{nginx.tls}/who", tls=tls))
    assert (
        "certificate" in refusal(stage, http(f"{nginx.tls}/who", tls={"ca": authority.certificate("stranger")})).message
    )
    missing = refusal(stage, http(f"{nginx.tls}/who", tls={"ca": "/nowhere/ca.pem"}))
    assert "/nowhere/ca.pem" in missing.message and getattr(missing, "class") == FATAL
    wrong_name = http(f"{nginx.tls.replace('localhost', '127.0.0.2')}/who", tls=tls)
    assert getattr(refusal(stage, wrong_name), "class") in (FATAL, run_pb2.ERROR_CLASS_RECOVERABLE)


def test_verification_is_off_only_by_name(stage: Stage, nginx: Nginx) -> None:
    assert "TLSv1" in answer(stage, http(f"{nginx.tls}/who", tls={"verify": False}))
    assert "certificate" in refusal(stage, http(f"{nginx.tls}/who", tls={"verify": True})).message


def test_a_client_certificate_is_shown(stage: Stage, nginx: Nginx, authority: Authority) -> None:
    tls = {"ca": authority.certificate("ca")}
    run = stage.end(stage.start(flow(http(f"{nginx.mutual}/who", tls=tls))))
    assert run.status == FAILED and run.steps[0].http.status == 400
    own = {"certificate": authority.certificate("client"), "key": authority.key("client")}
    assert answer(stage, http(f"{nginx.mutual}/who", tls={**tls, **own})) == "CN=client"


def test_http_2_is_spoken_where_the_server_has_it(stage: Stage, nginx: Nginx, authority: Authority) -> None:
    tls = {"ca": authority.certificate("ca")}
    for version, protocol, told in (("any", "HTTP/2.0", "2"), ("2", "HTTP/2.0", "2"), ("1.1", "HTTP/1.1", "1.1")):
        run = stage.end(stage.start(flow(http(f"{nginx.tls}/who", tls=tls, version=version))))
        assert run.status == SUCCEEDED and protocol in run.steps[0].stdout.decode(), run.error
        assert run.steps[0].http.version == told
        assert run.steps[0].http.tls_us > 0 or version != "any", "the first one has no connection yet"


def test_requests_of_one_run_share_connections(stage: Stage, web: Web) -> None:
    text = flow(*(http(f"{web.url}/echo/{n}", f"s{n}") for n in range(5)))
    run = stage.end(stage.start(text))
    assert run.status == SUCCEEDED, run.error
    assert len({request.port for request in web.requests}) == 1


def test_a_proxy_is_used_where_the_step_says_so(stage: Stage, web: Web, nginx: Nginx, authority: Authority) -> None:
    with ForwardProxy() as proxy:
        answer(stage, http(f"{web.url}/echo/plain", proxy=proxy.url))
        assert web.requests[-1].header("via") == "1.1 forward"
        answer(stage, http(f"{nginx.tls}/who", proxy=proxy.url, tls={"ca": authority.certificate("ca")}))
        assert [line.split()[0] for line in proxy.log] == ["GET", "CONNECT"]
        answer(stage, http(f"{web.url}/echo/direct"))
        assert len(proxy.log) == 2


def test_a_proxy_of_the_environment_is_not_used(make_stage: Callable[..., Stage], web: Web) -> None:
    with ForwardProxy() as proxy:
        variables = {"http_proxy": proxy.url, "HTTP_PROXY": proxy.url, "ALL_PROXY": proxy.url, "all_proxy": proxy.url}
        stage = make_stage(environment=variables)
        answer(stage, http(f"{web.url}/echo/direct"))
        assert proxy.log == [] and len(web.requests) == 1


def test_a_proxys_password_is_sent_to_it_and_shown_to_nobody(stage: Stage, web: Web) -> None:
    with ForwardProxy("ada", "pr0xy-word") as proxy:
        url = proxy.url.replace("//", "//ada:${{ secrets.W }}@")
        env = {**stage.daemon.place.environment, "W": "pr0xy-word"}
        run = stage.end(stage.start(flow(http(f"{web.url}/echo", proxy=url)), env=env))
        assert run.status == SUCCEEDED, run.error
        assert b"pr0xy-word" not in run.SerializeToString()
        refused = refusal(stage, http(f"{web.url}/echo", proxy=proxy.url))
        assert "407" in refused.message or "proxy" in refused.message.lower(), refused


def test_a_proxy_that_is_not_there_is_named(stage: Stage, web: Web) -> None:
    error = refusal(stage, http(f"{web.url}/echo", proxy="http://127.0.0.1:1"))
    assert "proxy" in error.message.lower() and web.requests == []


def test_a_unix_socket_is_reached_and_the_host_is_only_a_name(stage: Stage, nginx: Nginx) -> None:
    step = http("http://docker.invalid/who", unix_socket=str(nginx.socket))
    assert answer(stage, step) == "GET docker.invalid HTTP/1.1"
    error = refusal(stage, http("http://docker.invalid/who", unix_socket="/nowhere/socket"))
    assert "/nowhere/socket" in error.message


def test_http_on_the_daemons_own_socket_harms_nobody(stage: Stage) -> None:
    step = http("http://flowd.invalid/", unix_socket=str(stage.daemon.place.socket), timeout="5s")
    run = stage.end(stage.start(flow(step)))
    assert run.status == FAILED
    assert stage.client.daemon.status().pid == stage.daemon.pid


def test_an_ipv6_address_in_brackets_is_reached(stage: Stage) -> None:
    try:
        server = Web("::1")
    except OSError:
        pytest.skip("no IPv6 on this machine")
    try:
        run = stage.end(stage.start(flow(http(f"http://[::1]:{server.port}/echo"))))
        assert run.status == SUCCEEDED, run.error
        assert steps(run)["call"].http.status == 200
    finally:
        server.stop()
