"""A server that does not answer as it should is asked no more, until it is well again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.state.shared.endurance import MOST_SECONDS
from gateway.state.shared.link import Link, Unavailable
from tests.laboratory.toxics import Proxy, Toxics
from tests.support.caches import PATIENT_SECONDS
from tests.support.clock import Clock
from tests.support.redis_server import RedisServer, free_port

ECHO = "return ARGV[1]"
LATE = 0.25
"""Seconds by which a busy machine may be late."""


@asynccontextmanager
async def linked(
    url: str, endurance_s: float = PATIENT_SECONDS
) -> AsyncIterator[tuple[Link, Clock]]:
    """Give a link that was tried once, and the clock by which it rests."""
    clock = Clock()
    link = Link(url, timer=clock, endurance_s=endurance_s)
    await link.tend()
    try:
        yield link, clock
    finally:
        await link.close()


async def echo(link: Link) -> object:
    """Ask for what is said."""
    return await link.ask(ECHO, [], ["said"])


async def asked_in_vain(link: Link) -> float:
    """Ask, and say how many seconds it took to be told no."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pytest.raises(Unavailable):
        await echo(link)
    return loop.time() - begun


async def test_a_server_that_is_well_answers(server: RedisServer) -> None:
    async with linked(server.url) as (link, _):
        assert await echo(link) == b"said"


async def test_nobody_waits_for_a_server_that_was_never_there() -> None:
    async with linked(f"redis://127.0.0.1:{free_port()}") as (link, _):
        assert not link.is_up
        with pytest.raises(Unavailable):
            await echo(link)


@asynccontextmanager
async def proxied(server: RedisServer) -> AsyncIterator[tuple[Toxics, Link, Clock]]:
    """Give what spoils answers on the way, and a link that bears with little of it."""
    async with (
        Proxy(server.port) as proxy,
        linked(f"redis://127.0.0.1:{proxy.port}", MOST_SECONDS) as (link, clock),
    ):
        yield proxy.toxics, link, clock


async def test_a_server_that_hangs_is_waited_for_once(server: RedisServer) -> None:
    async with proxied(server) as (toxics, link, _):
        toxics.is_half_open = True
        first = await asked_in_vain(link)
        second = await asked_in_vain(link)

    assert first < 0.06 + LATE
    assert second < LATE


async def test_a_server_that_is_always_slow_is_left_alone_before_60_ms_are_lost(
    server: RedisServer,
) -> None:
    lost: list[float] = []
    loop = asyncio.get_running_loop()
    async with proxied(server) as (toxics, link, _):
        toxics.latency_s = 0.02
        while link.is_up:
            begun = loop.time()
            with contextlib.suppress(Unavailable):
                assert await echo(link) == b"said"
            lost.append(loop.time() - begun)
        assert await asked_in_vain(link) < LATE

    assert sum(lost) < 0.06 + LATE


async def test_a_try_of_a_server_that_is_slow_does_not_go_well(server: RedisServer) -> None:
    async with proxied(server) as (toxics, link, clock):
        toxics.is_half_open = True
        await asked_in_vain(link)
        toxics.is_half_open, toxics.latency_s = False, 0.02
        clock.now += 60
        await link.tend()

        assert not link.is_up


async def test_a_loop_that_is_busy_makes_no_server_slow(server: RedisServer) -> None:
    async with linked(server.url, endurance_s=0.2) as (link, _), server.client() as client:
        await client.client_pause(100)
        asked = asyncio.create_task(echo(link))
        await asyncio.sleep(0.02)  # it is late by now, and comes while nobody can take it in
        hold_up_the_loop(0.4)
        answer = await asked

        assert (answer, link.is_up) == (b"said", True)


def hold_up_the_loop(seconds: float) -> None:
    """Keep everybody waiting."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        pass


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\xff", b"*-7\r\n", b""]
)
async def test_whatever_answers_instead_of_it_is_left_alone(answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        async with linked(f"redis://127.0.0.1:{port}") as (link, _):
            assert not link.is_up


async def test_it_is_asked_again_once_a_try_has_gone_well(server: RedisServer) -> None:
    async with linked(server.url) as (link, clock):
        await server.kill()
        await asked_in_vain(link)
        clock.now += 1
        await link.tend()
        was_up = link.is_up
        await server.start()
        await link.tend()
        is_tried_too_soon = link.is_up
        clock.now += 2
        await link.tend()

        assert (was_up, is_tried_too_soon) == (False, False)
        assert await echo(link) == b"said"


async def test_a_server_that_cannot_be_written_to_is_left_alone(server: RedisServer) -> None:
    async with server.client() as client:
        await client.config_set("maxmemory", 1)
    async with linked(server.url) as (link, _):
        assert not link.is_up


async def test_who_is_given_up_leaves_its_connection_in_order(server: RedisServer) -> None:
    async with linked(server.url) as (link, _):
        for _ in range(100):
            asked = asyncio.create_task(link.ask(ECHO, [], ["another"]))
            await asyncio.sleep(0)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)

        assert await asyncio.gather(*(echo(link) for _ in range(40))) == [b"said"] * 40
