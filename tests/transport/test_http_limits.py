"""HTTP to one vendor: how much, how many, how long, and how it ends."""

import asyncio
import gzip
import json
import tracemalloc
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from gateway.spi import BadAnswer, ErrorCode, HttpRequest, TryAgainLater
from tests.support.wires import (
    BRIEF,
    PATIENT,
    Peer,
    Visit,
    connections_to,
    http_wire,
    reply,
    replying,
    silent,
)

GET = HttpRequest("GET", "/sessions")
MIB = 1024 * 1024


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(compress: type[bytes]) -> None:
    limits = replace(PATIENT, max_body_bytes=1000)
    encoding = "Content-Encoding: gzip" if compress is not bytes else "X-Plain: yes"
    fits, does_not = (reply(compress(bytes(size)), encoding) for size in (1000, 1001))
    async with Peer(replying(fits, does_not)) as peer, http_wire(peer.url, limits) as wire:
        got = await wire.send(GET)
        with pytest.raises(BadAnswer) as caught:
            await wire.send(GET)

    assert len(got.body) == 1000
    assert caught.value.code is ErrorCode.TOO_LARGE
    assert str(caught.value) == "GET /sessions: over 1000 bytes"


class Beside(ThreadPoolExecutor):
    """Counts what is done beside the loop."""

    calls = 0

    def submit(self, *call: Any, **named: Any) -> Future[Any]:  # noqa: ANN401  # passed on
        self.calls += 1
        return super().submit(*call, **named)


@pytest.mark.parametrize(("size", "calls"), [(1, 0), (16 * MIB, 0), (16 * MIB + 1, 1)])
async def test_a_long_body_is_put_together_beside_the_loop(size: int, calls: int) -> None:
    body, beside = b"a" * (size - 1) + b"z", Beside(1)
    limits = replace(PATIENT, max_body_bytes=32 * MIB)
    async with Peer(replying(reply(body))) as peer, http_wire(peer.url, limits) as wire:
        asyncio.get_running_loop().set_default_executor(beside)
        got = await wire.send(GET)

    assert got.body == body
    assert beside.calls == calls


async def test_an_endless_body_is_cut_off_rather_than_drained() -> None:
    left = asyncio.Event()

    async def endless(visit: Visit) -> None:
        await visit.request()
        await visit.send(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                await visit.send(bytes(65536))
        finally:
            left.set()

    async with Peer(endless) as peer, http_wire(peer.url) as wire:
        with pytest.raises(BadAnswer):
            await wire.send(GET)

        await asyncio.wait_for(left.wait(), 5)


async def test_a_gzip_bomb_never_unfolds_in_memory() -> None:
    bomb = reply(gzip.compress(bytes(100 * 1024 * 1024)), "Content-Encoding: gzip")
    async with Peer(replying(bomb)) as peer, http_wire(peer.url) as wire:
        tracemalloc.start()
        with pytest.raises(BadAnswer) as caught:
            await wire.send(GET)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert caught.value.code is ErrorCode.TOO_LARGE
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
async def test_a_list_of_several_megabytes_arrives_whole(compress: type[bytes]) -> None:
    body = json.dumps([{"id": number, "text": "é" * 600} for number in range(5000)]).encode()
    encoding = "Content-Encoding: gzip" if compress is not bytes else "X-Plain: yes"
    answer = reply(compress(body), encoding)
    limits = replace(PATIENT, max_body_bytes=len(body))
    async with Peer(replying(answer)) as peer, http_wire(peer.url, limits) as wire:
        got = await wire.send(GET)

    assert len(body) > 5 * 1024 * 1024
    assert got.body == body


async def test_a_peer_that_falls_silent_is_not_waited_for_longer_than_a_gap() -> None:
    async def begins(visit: Visit) -> None:
        await visit.request()
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun")
        await visit.until_left()

    limits = replace(PATIENT, gap_seconds=0.2)
    async with Peer(begins) as peer, http_wire(peer.url, limits) as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(GET)

    assert caught.value.code is ErrorCode.TIMEOUT


async def test_a_peer_that_keeps_on_sending_may_take_longer_than_a_gap() -> None:
    async def slow(visit: Visit) -> None:
        await visit.request()
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            # A real wait: the gap is counted by the loop.
            await asyncio.sleep(0.1)
            await visit.send(b"x")

    limits = replace(PATIENT, gap_seconds=0.5)
    async with Peer(slow) as peer, http_wire(peer.url, limits) as wire:
        got = await wire.send(GET)

    assert got.body == b"x" * 8


async def test_requests_beyond_the_limit_wait_for_their_turn() -> None:
    answer = asyncio.Event()
    taken = asyncio.Semaphore(0)

    async def held(visit: Visit) -> None:
        while True:
            await visit.request()
            taken.release()
            await answer.wait()
            await visit.send(reply())

    async with Peer(held) as peer, http_wire(peer.url, replace(PATIENT, concurrency=2)) as wire:
        tasks = [asyncio.create_task(wire.send(GET)) for _ in range(5)]
        await taken.acquire()
        await taken.acquire()
        seen_at_first = len(peer.requests)
        answer.set()
        await asyncio.gather(*tasks)

    assert seen_at_first == 2
    assert (len(peer.requests), peer.visits) == (5, 2)


async def test_waiting_for_a_turn_counts_in_the_time_of_a_request() -> None:
    limits = replace(BRIEF, concurrency=1, timeout_seconds=1.0)
    async with Peer(silent) as peer, http_wire(peer.url, limits) as wire:
        begun = asyncio.get_running_loop().time()
        ends = await asyncio.gather(wire.send(GET), wire.send(GET), return_exceptions=True)
        seconds = asyncio.get_running_loop().time() - begun

    assert [getattr(end, "code", None) for end in ends] == [ErrorCode.TIMEOUT, ErrorCode.OVERLOADED]
    assert seconds < 1.9, "one after the other would take two seconds"


async def test_a_cancelled_request_closes_its_connection_and_the_next_one_works() -> None:
    taken, left = asyncio.Event(), asyncio.Event()

    async def silent_at_first(visit: Visit) -> None:
        await visit.request()
        if peer.visits > 1:
            await visit.send(reply(b"later"))
        taken.set()
        await visit.until_left()
        left.set()

    async with Peer(silent_at_first) as peer, http_wire(peer.url) as wire:
        task = asyncio.create_task(wire.send(GET))
        await taken.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await left.wait()

        assert (await wire.send(GET)).body == b"later"


async def test_closing_ends_what_is_under_way() -> None:
    """One request waits for its answer, one for the rest of a body, one for its turn."""
    begun = asyncio.Semaphore(0)

    async def half_an_answer(visit: Visit) -> None:
        await visit.request()
        if peer.visits == 2:
            await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        begun.release()
        await visit.until_left()

    limits = replace(PATIENT, concurrency=2)
    async with Peer(half_an_answer) as peer, http_wire(peer.url, limits) as wire:
        tasks = [asyncio.create_task(wire.send(GET)) for _ in range(3)]
        await begun.acquire()
        await begun.acquire()

        async with asyncio.timeout(5):
            await wire.close()

        assert connections_to(peer.port) == 0
        ends = await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(end) for end in ends] == ["GET /sessions: the wire was closed"] * 3
    assert all(isinstance(end, TryAgainLater) and end.code is ErrorCode.RESET for end in ends)


async def test_a_closed_wire_refuses_requests_and_opens_nothing() -> None:
    async with Peer(replying(reply())) as peer, http_wire(peer.url) as wire:
        await wire.send(GET)
        await wire.close()
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(GET)
        await wire.close()

    assert caught.value.code is ErrorCode.RESET
    assert peer.visits == 1


async def test_a_wire_that_was_never_used_closes() -> None:
    async with http_wire("http://127.0.0.1:9"):
        pass
