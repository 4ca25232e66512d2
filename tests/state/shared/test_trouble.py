"""Replicas leave a vendor alone as one of them was asked to, and log in one after the other."""

import asyncio

import pytest

from gateway.federation.account import Account
from gateway.federation.sharing import Trouble
from gateway.model.report import ErrorCode
from gateway.spi.errors import LogInAgain, SlowDown, UpstreamError
from gateway.state.shared.cache import SharedCache
from tests.support.caches import cache_at
from tests.support.clock import Clock
from tests.support.redis_server import RedisServer, free_port

REFUSED = Trouble("LogInAgain", "auth", 60.0, (0.0, 100.0), 2)


def account(cache: SharedCache, name: str = "account") -> Account:
    """Make an account, as a replica has it, by a timer of its own that stands still."""
    return Account(timer=Clock(1000.0), trouble=cache.trouble(name), draw=lambda: 0.5)


async def throttled() -> None:
    raise SlowDown("wants fewer calls", retry_after_seconds=120)


async def refused() -> None:
    raise LogInAgain("wrong password")


async def fine() -> str:
    return "fine"


async def test_what_was_told_is_heard_as_long_as_it_matters(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        await one.trouble("a").tell(REFUSED)
        heard = await other.trouble("a").hear()
        of_another = await other.trouble("b").hear()
        async with server.client() as client:
            [key] = await client.keys("*:trouble")
            await client.pexpire(key, 930_000)
            later = await other.trouble("a").hear()
            await client.pexpire(key, 800_000)
            last = await other.trouble("a").hear()

    assert heard is not None
    assert heard.left_s == pytest.approx(60, abs=5)
    assert of_another is None
    assert later is not None
    assert later.left_s == pytest.approx(30, abs=1)
    assert later.refused == pytest.approx((30, 130), abs=1)
    assert last is not None
    assert (last.left_s, last.refused_in_a_row) == (0, 2)


async def test_a_pause_of_one_replica_is_one_of_all(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        with pytest.raises(SlowDown):
            await account(one).call(throttled, is_repeatable=False)
        with pytest.raises(UpstreamError) as met:
            await account(other).call(fine, is_repeatable=False)
        unrelated = await account(other, "another").call(fine, is_repeatable=False)

    assert met.value.code is ErrorCode.RATE_LIMITED
    assert isinstance(met.value, SlowDown)
    assert met.value.retry_after_seconds == pytest.approx(120, abs=5)
    assert unrelated == "fine"


async def test_a_refused_log_in_counts_for_all(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        first, second = account(one), account(other)
        with pytest.raises(LogInAgain):
            await first.log_in(refused)
        with pytest.raises(LogInAgain) as met:
            await second.log_in(fine)  # never called

    assert "left alone" in str(met.value)
    assert second.pause.left() == pytest.approx(60, abs=5)


async def test_pauses_go_on_doubling_in_another_replica(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        await one.trouble("account").tell(Trouble("LogInAgain", "auth", 0.0, (61.0,), 1))
        later = account(other)
        with pytest.raises(LogInAgain):
            await later.log_in(refused)

    assert later.pause.left() == pytest.approx(120, abs=5)


async def test_replicas_that_start_together_try_one_wrong_password_once(
    server: RedisServer,
) -> None:
    tries = 0

    async def wrong() -> None:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0)
        raise LogInAgain("wrong password")

    async with cache_at(server.url) as one, cache_at(server.url) as other:
        accounts = [account(cache) for cache in (one, other) for _ in range(5)]
        met = await asyncio.gather(
            *(each.log_in(wrong) for each in accounts), return_exceptions=True
        )

    assert [type(each) for each in met] == [LogInAgain] * 10
    assert tries == 1


@pytest.mark.parametrize("garbage", [b"", b"x", b"\xff" * 100])
async def test_garbage_is_no_trouble(server: RedisServer, garbage: bytes) -> None:
    async with cache_at(server.url) as cache, server.client() as client:
        await cache.trouble("a").tell(REFUSED)
        [key] = await client.keys("*:trouble")
        await client.set(key, garbage)

        assert await cache.trouble("a").hear() is None


async def test_an_account_does_without_the_cache() -> None:
    async with cache_at(f"redis://127.0.0.1:{free_port()}") as cache:
        of_account = account(cache)

        assert await of_account.log_in(fine) == "fine"
        assert await of_account.call(fine, is_repeatable=True) == "fine"
