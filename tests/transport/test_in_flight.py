"""Bytes under way are counted for those who are charged for them, and bounded over all."""

import asyncio

import pytest

from gateway.spi import ErrorCode, HttpRequest, TryAgainLater
from gateway.transport.in_flight import InFlight, charge
from tests.support.wires import Peer, RpcPeer, echo, http_wire, reply, replying, rpc_wire

GET = HttpRequest("GET", "/sessions")


def test_the_budget_is_one_for_all_and_comes_back() -> None:
    budget = InFlight(max_bytes=1000)

    with budget.charged():
        charge(600, "one")
        with budget.charged(), pytest.raises(TryAgainLater) as caught:
            charge(401, "another")
        charge(400, "one")

    assert caught.value.code is ErrorCode.OVERLOADED
    assert budget.taken == 0


def test_whoever_is_not_charged_is_not_bound() -> None:
    charge(10**12, "anybody")


async def test_a_body_is_charged_while_it_comes() -> None:
    budget = InFlight(max_bytes=1000)
    body = reply(bytes(600))
    async with Peer(replying(body, body)) as peer, http_wire(peer.url) as wire:
        with budget.charged():
            await wire.send(GET)
            assert budget.taken == 600
            with pytest.raises(TryAgainLater):
                await wire.send(GET)

    assert budget.taken == 0


async def test_a_result_of_a_call_is_charged_when_it_has_come() -> None:
    budget = InFlight(max_bytes=1000)
    async with RpcPeer(echo) as peer, rpc_wire(peer.url) as wire:
        with budget.charged():
            await wire.call("echo", {"text": "x" * 600})
            assert 600 < budget.taken < 700
            with pytest.raises(TryAgainLater):
                await wire.call("echo", {"text": "x" * 600})

    assert budget.taken == 0


async def test_tasks_are_charged_each_for_its_own() -> None:
    budget = InFlight()
    both_read = asyncio.Barrier(2)

    async def read() -> int:
        with budget.charged():
            await wire.send(GET)
            await both_read.wait()
            return budget.taken

    async with Peer(replying(reply(bytes(600)))) as peer, http_wire(peer.url) as wire:
        taken = await asyncio.gather(read(), read())

    assert max(taken) == 1200
    assert budget.taken == 0
