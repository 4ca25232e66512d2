"""Bytes under way are counted for those who are charged for them, and bounded over all."""

import asyncio
import gzip

import pytest

from gateway.spi import ErrorCode, HttpRequest, TryAgainLater
from gateway.transport.in_flight import USUAL_BYTES, Bill, InFlight, ahead_of, charge
from gateway.transport.limits import Limits
from gateway.transport.room import Room
from tests.support.wires import (
    BRIEF,
    Peer,
    RpcPeer,
    Script,
    Visit,
    echo,
    http_wire,
    reply,
    replying,
    rpc_wire,
)

GET = HttpRequest("GET", "/sessions")
LARGE = bytes(3 * USUAL_BYTES)
ROOMY = Limits(timeout_seconds=20.0, max_body_bytes=4 * USUAL_BYTES)


async def test_the_budget_is_one_for_all_and_comes_back() -> None:
    budget = InFlight(1000)

    with budget.charged():
        await charge(600, "one")
        with budget.charged(), pytest.raises(TryAgainLater) as caught:
            await charge(401, "another")
        await charge(400, "one")

    assert caught.value.code is ErrorCode.OVERLOADED
    assert budget.taken == 0


async def test_whoever_is_not_charged_is_not_bound() -> None:
    await charge(10**12, "anybody")


async def test_a_body_is_charged_while_it_comes() -> None:
    budget = InFlight(1000)
    body = reply(bytes(600))
    async with Peer(replying(body, body)) as peer, http_wire(peer.url) as wire:
        with budget.charged():
            await wire.send(GET)
            assert budget.taken == 600
            with pytest.raises(TryAgainLater):
                await wire.send(GET)

    assert budget.taken == 0


async def test_a_result_of_a_call_is_charged_when_it_has_come() -> None:
    budget = InFlight(1000)
    async with RpcPeer(echo) as peer, rpc_wire(peer.url) as wire:
        with budget.charged():
            await wire.call("echo", {"text": "x" * 600})
            assert 600 < budget.taken < 700
            with pytest.raises(TryAgainLater):
                await wire.call("echo", {"text": "x" * 600})

    assert budget.taken == 0


async def test_tasks_are_charged_each_for_its_own() -> None:
    budget = InFlight(10_000)
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


def test_what_follows_the_beginning_of_a_body_is_what_was_told_of_it() -> None:
    assert ahead_of(10, 100, 1000) == 90
    assert ahead_of(10, 5000, 1000) == 990, "more is not let through"
    assert ahead_of(200, 100, 1000) == 0


def test_what_follows_a_body_of_unknown_length_counts_once_it_is_larger_than_usual() -> None:
    most = 4 * USUAL_BYTES

    assert ahead_of(USUAL_BYTES, None, most) == 0
    assert ahead_of(USUAL_BYTES + 1, None, most) == most - USUAL_BYTES - 1
    assert ahead_of(USUAL_BYTES + 1, None, 10**9) == 16 * USUAL_BYTES


class Noting(Room):
    """Notes that room was taken, and how much at most."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self.was_taken = asyncio.Event()
        self.most = 0

    async def make_room(self, bill: Bill, count: int, ahead: int, what: str) -> None:
        await super().make_room(bill, count, ahead, what)
        self.most = max(self.most, self.taken)
        self.was_taken.set()


def beginning(told: int) -> Script:
    """Begin a body of so many bytes, and never go on."""

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(reply(bytes(told))[:1000])
        await visit.until_left()

    return script


async def test_there_is_room_for_all_of_a_body_of_a_told_length_from_its_first_byte() -> None:
    room = Noting(10 * USUAL_BYTES)

    async def read() -> None:
        with room.charged():
            await wire.send(GET)

    async with Peer(beginning(3 * USUAL_BYTES)) as peer, http_wire(peer.url, ROOMY) as wire:
        reading = asyncio.create_task(read())
        await room.was_taken.wait()
        assert room.taken == 3 * USUAL_BYTES
        reading.cancel()
        await asyncio.wait([reading])

    assert room.taken == 0


@pytest.mark.parametrize("is_packed", [False, True])
async def test_bodies_for_which_there_is_no_room_wait_until_there_is(is_packed: bool) -> None:
    room = Room(4 * USUAL_BYTES)
    packed = reply(gzip.compress(LARGE), "Content-Encoding: gzip")
    body = packed if is_packed else reply(LARGE)
    most = 0

    async def read() -> int:
        nonlocal most
        with room.charged():
            answer = await wire.send(GET)
            most = max(most, room.taken)
            return len(answer.body)

    async with Peer(replying(body)) as peer, http_wire(peer.url, ROOMY) as wire:
        sizes = await asyncio.gather(*(read() for _ in range(8)))

    assert sizes == [len(LARGE)] * 8
    # Packed ones are larger than usual only when so much of each of them has come.
    assert most <= 4 * USUAL_BYTES + 8 * (USUAL_BYTES + 65536) * is_packed
    assert room.taken == 0


async def test_there_is_room_for_all_that_a_large_body_of_unknown_length_may_be() -> None:
    room = Noting(10 * USUAL_BYTES)
    packed = reply(gzip.compress(LARGE), "Content-Encoding: gzip")

    async with Peer(replying(packed)) as peer, http_wire(peer.url, ROOMY) as wire:
        with room.charged():
            await wire.send(GET)
            assert room.taken == len(LARGE), "once it has come, only for its own bytes"

    assert room.most == ROOMY.max_body_bytes


async def test_whoever_gets_no_room_in_time_was_not_failed_by_the_vendor() -> None:
    room = Room(USUAL_BYTES)
    brief = Limits(timeout_seconds=BRIEF.timeout_seconds, max_body_bytes=4 * USUAL_BYTES)

    async with Peer(replying(reply(LARGE))) as peer, http_wire(peer.url, brief) as wire:
        with room.charged():
            await charge(2 * USUAL_BYTES, "the oldest")
            with room.charged(), pytest.raises(TryAgainLater) as caught:
                await wire.send(GET)

    assert (caught.value.code, caught.value.attempts) == (ErrorCode.OVERLOADED, 1)
    assert not caught.value.is_trouble
    assert room.taken == 0


async def test_a_vendor_that_is_silent_when_there_is_room_at_last_has_timed_out() -> None:
    room = Room(USUAL_BYTES)
    told = 3 * USUAL_BYTES
    brief = Limits(timeout_seconds=BRIEF.timeout_seconds, max_body_bytes=told)
    is_waiting = asyncio.Event()

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(reply(bytes(told))[:1000])
        is_waiting.set()
        await visit.until_left()

    async def read() -> None:
        with room.charged():
            await wire.send(GET)

    async with Peer(script) as peer, http_wire(peer.url, brief) as wire:
        with room.charged():
            await charge(2 * USUAL_BYTES, "the oldest")
            reading = asyncio.create_task(read())
            await is_waiting.wait()
            for _ in range(20):
                await asyncio.sleep(0)
        with pytest.raises(TryAgainLater) as caught:
            await reading

    assert caught.value.code is ErrorCode.TIMEOUT


async def test_large_results_of_calls_wait_for_room_too() -> None:
    room = Room(USUAL_BYTES)
    text = "x" * (2 * USUAL_BYTES)

    async def read() -> None:
        with room.charged():
            await wire.call("echo", {"text": text})

    async with RpcPeer(echo) as peer, rpc_wire(peer.url, ROOMY) as wire:
        with room.charged():
            await charge(2 * USUAL_BYTES, "the oldest")
            reading = asyncio.create_task(read())
            await asyncio.wait([reading], timeout=0.05)
            assert not reading.done()
        await reading

    assert room.taken == 0
