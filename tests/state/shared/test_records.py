"""Calls are remembered by their keys over all replicas, as in one file over all processes."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.state.idempotency import (
    CallRecords,
    Claim,
    Found,
    IdempotencyRecords,
    StateError,
    StoredAnswer,
)
from gateway.state.shared.cache import SharedCache
from tests.laboratory.toxics import Proxy
from tests.support.adapters import noon
from tests.support.caches import KEYS, cache_at
from tests.support.clock import Clock
from tests.support.examples import examples
from tests.support.redis_server import RedisServer

KEY, BODY = b"key", b"body"
ANSWER = StoredAnswer(201, "application/json", "/v1/sessions/a:1", b'{"data": 1}')


@dataclass(frozen=True)
class Step:
    """One thing that a process does; it ends what it has begun itself."""

    kind: str
    process: int
    key: bytes
    body: bytes


STEPS = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(["claim", "claim", "finish", "release"]),
        process=st.integers(0, 1),
        key=st.sampled_from([b"k", b"l"]),
        body=st.sampled_from([b"a", b"b"]),
    ),
    max_size=25,
)


async def done(processes: list[CallRecords], steps: list[Step]) -> list[Found | str]:
    """Do all steps, and say what came of each."""
    held: dict[bytes, CallRecords] = {}
    outcomes: list[Found | str] = []
    for step in steps:
        records = processes[step.process]
        if step.kind == "claim":
            found = await records.claim(step.key, step.body)
            if found is Claim.OURS:
                held[step.key] = records
            outcomes.append(found)
        elif step.key in held:
            holder = held.pop(step.key)
            if step.kind == "finish":
                await holder.finish(step.key, ANSWER)
            else:
                await holder.release(step.key)
            outcomes.append(step.kind)
    return outcomes


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_it_is_as_one_file(
    server: RedisServer, tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    folder = tmp_path_factory.mktemp("state")
    files = [IdempotencyRecords(folder, noon) for _ in range(2)]
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        async with server.client() as client:
            await client.flushall()
        await one.tend()
        await other.tend()
        for each in files:
            await each.open()
        try:
            found = await done([one.records, other.records], steps)

            assert found == await done([*files], steps)
        finally:
            for each in files:
                await each.close()


async def test_a_replica_that_ended_leaves_its_calls_abandoned(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        await one.records.claim(KEY, BODY)
        running = await other.records.claim(KEY, BODY)
        await one.records.close()
        abandoned = await other.records.claim(KEY, BODY)

    assert (running, abandoned) == (Claim.RUNNING, Claim.ABANDONED)


async def test_a_replica_that_died_is_not_waited_for_longer_than_15_seconds(
    server: RedisServer,
) -> None:
    async with cache_at(server.url) as one, server.client() as client:
        await one.records.claim(KEY, BODY)
        [key] = await client.keys("*:alive")
        left_ms = await client.pttl(key)

    assert 10_000 < left_ms <= 15_000


async def test_records_are_kept_for_a_day(server: RedisServer) -> None:
    async with cache_at(server.url) as cache, server.client() as client:
        await cache.records.claim(KEY, BODY)
        [key] = await client.keys("*:call")
        begun = await client.ttl(key)
        await cache.records.finish(KEY, ANSWER)
        ended = await client.ttl(key)

    assert 86_000 < begun <= 86_400
    assert 86_000 < ended <= 86_400


@pytest.mark.parametrize("garbage", [b"", b"x", b"\xff" * 100])
async def test_of_garbage_nobody_knows_what_was_done(server: RedisServer, garbage: bytes) -> None:
    async with cache_at(server.url) as cache, server.client() as client:
        await cache.records.claim(KEY, BODY)
        await cache.records.finish(KEY, ANSWER)
        [key] = await client.keys("*:call")
        await client.set(key, garbage)

        assert await cache.records.claim(KEY, BODY) is Claim.ABANDONED


async def test_without_the_cache_no_key_is_taken(server: RedisServer) -> None:
    async with cache_at(server.url) as cache:
        await server.kill()

        with pytest.raises(StateError):
            await cache.records.claim(KEY, BODY)


async def recovered(cache: SharedCache, clock: Clock) -> None:
    """Let time go by until the cache is tried again."""
    clock.now += 60
    await cache.tend()


async def test_a_claim_whose_answer_was_lost_is_taken_back(server: RedisServer) -> None:
    clock = Clock()
    async with Proxy(server.port) as proxy:
        cache = SharedCache(f"redis://127.0.0.1:{proxy.port}", KEYS, timer=clock)
        await cache.tend()
        proxy.toxics.latency_s = 0.2  # it is recorded, and nobody hears of it
        with pytest.raises(StateError):
            await cache.records.claim(KEY, BODY)
        proxy.toxics.latency_s = 0.0
        await recovered(cache, clock)
        again = await cache.records.claim(KEY, BODY)
        await cache.close()

    assert again is Claim.OURS


async def test_an_answer_that_could_not_be_recorded_is_recorded_later(server: RedisServer) -> None:
    clock = Clock()
    async with Proxy(server.port) as proxy:
        cache = SharedCache(f"redis://127.0.0.1:{proxy.port}", KEYS, timer=clock)
        await cache.tend()
        await cache.records.claim(KEY, BODY)
        proxy.toxics.latency_s = 0.2
        with pytest.raises(StateError):
            await cache.records.finish(KEY, ANSWER)
        proxy.toxics.latency_s = 0.0
        await recovered(cache, clock)
        again = await cache.records.claim(KEY, BODY)
        await cache.close()

    assert again == ANSWER
