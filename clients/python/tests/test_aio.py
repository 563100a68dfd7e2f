"""The asyncio client: order before and after connecting, timeouts, lost connections."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pair import PairClient
from peer import Peer

from flowd import AsyncClient, errors
from flowd.v1 import daemon_pb2, session_pb2

SESSION = "01890a5d-ac96-774b-bcce-b302099a8057"


class Pair(AsyncClient):
    def __init__(self, **options: Any) -> None:
        super().__init__("/nowhere", **options)
        self.opener = PairClient()

    def _open(self) -> Any:
        return self.opener._open()

    async def request(self, index: int = 0) -> tuple[int, Any]:
        while len(self.opener.peers) <= index:
            await asyncio.sleep(0.001)
        return await asyncio.get_running_loop().run_in_executor(None, self.opener.peers[index].request)

    def peer(self, index: int = 0) -> Peer:
        return self.opener.peers[index]


def test_calls_made_before_the_connection_exists_keep_their_order() -> None:
    async def scenario() -> None:
        async with Pair() as client:
            futures = [client.session.set_executed_flow(SESSION, flow_id=f"f{n}") for n in range(20)]
            assert client.is_metadata_pending(SESSION)
            for n in range(20):
                stream, envelope = await client.request()
                request = session_pb2.SessionServiceSetExecutedFlowRequest.FromString(envelope.payload)
                assert request.flow_id == f"f{n}"
                client.peer().reply(stream, session_pb2.SessionServiceSetExecutedFlowResponse())
            await asyncio.gather(*futures)
            assert not client.is_metadata_pending()

    asyncio.run(scenario())


def test_a_lost_connection_fails_what_is_under_way_and_the_next_call_makes_another() -> None:
    async def scenario() -> None:
        async with Pair() as client:
            first = client.flow.start(SESSION)
            await client.request()
            assert client.action_in_flight(SESSION)
            client.peer().close()
            with pytest.raises(errors.ConnectionLost):
                await first
            assert not client.action_in_flight()
            second = client.daemon.status()
            stream, _ = await client.request(1)
            client.peer(1).reply(stream, daemon_pb2.DaemonServiceStatusResponse(pid=3))
            assert (await second).pid == 3

    asyncio.run(scenario())


def test_a_call_without_an_answer_ends_after_its_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowd.aio._GRACE_SECONDS", 0.05)

    async def scenario() -> None:
        async with Pair() as client:
            with pytest.raises(errors.DeadlineExceeded):
                await client.daemon.status(timeout=0.01)

    asyncio.run(scenario())


def test_no_daemon_is_unavailable() -> None:
    async def scenario() -> None:
        async with AsyncClient("/nowhere/at/all", spawn=None) as client:
            with pytest.raises(errors.Unavailable):
                await client.daemon.status()

    asyncio.run(scenario())


def test_a_closed_client_makes_no_calls() -> None:
    async def scenario() -> None:
        client = Pair()
        waiting = client.daemon.status()
        await client.close()
        for future in (waiting, client.daemon.status()):
            with pytest.raises(errors.Unavailable):
                await future

    asyncio.run(scenario())
