"""Callers are held to their rates as one replica alone would hold them, over all of them."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.web.rates import Limiter, Quota, SharedQuotas, Standing
from tests.support.caches import cache_at
from tests.support.examples import examples
from tests.support.redis_server import RedisServer, free_port

HOUR = 3600
STILL: Callable[[], float] = float
"""A timer that stands still: so little time goes by in a test as does not matter for an hour."""


def quota(requests: int, seconds: int = HOUR) -> Quota:
    """Make a quota."""
    return Quota("key", requests, seconds)


def told(standing: Standing | None) -> tuple[bool, int, float] | None:
    """Give what is told of a standing; a minute more or less to wait is the same."""
    if standing is None:
        return None
    return standing.is_within, standing.remaining, round(standing.wait_s / 60)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 9),
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from("abc")), max_size=40),
)
async def test_several_replicas_let_through_what_one_would(
    server: RedisServer, requests: int, calls: list[tuple[int, str]]
) -> None:
    quotas = dict.fromkeys("abc", quota(requests))
    alone = Limiter(quota(requests), STILL)
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        async with server.client() as client:
            await client.flushall()
        shared = [SharedQuotas(quotas, each.rates) for each in (one, other)]
        for replica, subject in calls:
            found = await shared[replica].spend(subject)

            assert told(found) == told(alone.spend(subject))


@pytest.mark.parametrize("requests", [1, 3, 7, 50, 999, 10_000])
async def test_a_whole_bucket_is_let_through_at_once_and_no_more(
    server: RedisServer, requests: int
) -> None:
    async with cache_at(server.url) as cache:
        shared = SharedQuotas({"a": quota(requests)}, cache.rates)
        standings = [await shared.spend("a") for _ in range(min(requests, 60) + 1)]

    remaining = [each.remaining for each in standings if each is not None]
    assert remaining[:2] == [requests - 1, max(0, requests - 2)]
    assert sum(1 for each in standings if each and each.is_within) == min(requests, 61)


async def set_full_at(server: RedisServer, seconds: float) -> None:
    """Have the one bucket be full again in so many seconds."""
    async with server.client() as client:
        [key] = await client.keys("*:rate")
        now, _ = await client.time()
        await client.set(key, (now - 1_760_000_000 + seconds) * 1_000_000)


@pytest.mark.parametrize(
    ("seconds", "remaining"), [(-1000, 9), (0, 9), (HOUR / 2, 4), (HOUR, 0), (10**9, 0)]
)
async def test_a_bucket_fills_up_as_time_goes_by(
    server: RedisServer, seconds: float, remaining: int
) -> None:
    async with cache_at(server.url) as cache:
        shared = SharedQuotas({"a": quota(10)}, cache.rates)
        await shared.spend("a")
        await set_full_at(server, seconds)
        standing = await shared.spend("a")

    assert standing is not None
    assert abs(standing.remaining - remaining) <= 1
    assert standing.is_within is (seconds < HOUR)
    assert standing.wait_s <= HOUR / 10 + 2


@pytest.mark.parametrize("garbage", [b"", b"x", b"nan", b"-inf", b"inf", b"\xff\xfe"])
async def test_garbage_is_a_full_bucket_or_an_empty_one(
    server: RedisServer, garbage: bytes
) -> None:
    async with cache_at(server.url) as cache:
        shared = SharedQuotas({"a": quota(10)}, cache.rates)
        await shared.spend("a")
        async with server.client() as client:
            [key] = await client.keys("*:rate")
            await client.set(key, garbage)
        standing = await shared.spend("a")

    assert standing is not None
    assert standing.remaining in {0, 9}
    assert standing.wait_s <= HOUR / 10 + 2


async def test_calls_at_once_are_counted_one_by_one(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        shared = [SharedQuotas({"a": quota(10)}, each.rates) for each in (one, other)]
        standings = await asyncio.gather(*(shared[n % 2].spend("a") for n in range(40)))

    assert sum(1 for each in standings if each and each.is_within) == 10


async def test_where_nobody_counts_there_is_no_standing() -> None:
    async with cache_at(f"redis://127.0.0.1:{free_port()}") as cache:
        assert await SharedQuotas({"a": quota(10)}, cache.rates).spend("a") is None
