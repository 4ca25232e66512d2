"""What replicas find of each other's pages: as in a store in memory, whatever else is there."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.federation.sharing import Elsewhere, Grant, Look, Parcel, SharedStore
from gateway.state.shared import pages
from gateway.state.shared.cache import SharedCache
from tests.laboratory.toxics import Proxy
from tests.support.caches import KEYS, cache_at
from tests.support.clock import Clock
from tests.support.examples import examples
from tests.support.memory_store import MemoryStore
from tests.support.redis_server import RedisServer

FOR_S = 60.0


def grant_of(look: Look) -> Grant:
    """Give a lease that was to be had."""
    assert isinstance(look, Grant)
    return look


def body_of(look: Look) -> bytes:
    """Give a value that was to be there."""
    assert isinstance(look, Parcel)
    return look.body


async def put(cache: SharedCache, name: str, body: bytes, scope: str = "s") -> None:
    """Read something, and share it."""
    grant = grant_of(await cache.pages.look(scope, name))
    await cache.pages.put(scope, name, body, FOR_S, grant)


async def test_who_looks_first_reads_and_the_others_wait_and_find_it(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        lease = grant_of(await one.pages.look("s", "n"))
        meanwhile = await other.pages.look("s", "n")
        await one.pages.put("s", "n", b"body", FOR_S, lease)
        afterwards = await other.pages.look("s", "n")

    assert isinstance(meanwhile, Elsewhere)
    assert isinstance(afterwards, Parcel)
    assert afterwards.body == b"body"
    assert FOR_S - 5 < afterwards.left_s <= FOR_S


async def test_who_lets_go_leaves_it_to_the_next(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        await one.pages.let_go("s", "n", grant_of(await one.pages.look("s", "n")))

        assert isinstance(await other.pages.look("s", "n"), Grant)


async def lease_left_ms(server: RedisServer) -> int:
    """Say how long the one lease holds yet."""
    async with server.client() as client:
        [key] = await client.keys("*:lease:*")
        return int(await client.pttl(key))


async def test_a_lease_is_renewed_while_it_is_held_and_no_longer(server: RedisServer) -> None:
    async with cache_at(server.url) as cache:
        lease = grant_of(await cache.pages.look("s", "n"))
        async with server.client() as client:
            [key] = await client.keys("*:lease:*")
            await client.pexpire(key, 500)
            await cache.tend()
            renewed = await lease_left_ms(server)
            del lease
            await client.pexpire(key, 500)
            await cache.tend()
            forgotten = await lease_left_ms(server)

    assert renewed > 1000
    assert forgotten <= 500


async def test_what_was_read_before_a_change_is_neither_found_nor_put_there(
    server: RedisServer,
) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        await put(one, "before", b"body")
        reading = grant_of(await one.pages.look("s", "n"))
        assert await other.pages.outdate("s")
        await one.pages.put("s", "n", b"body", FOR_S, reading)

        assert isinstance(await one.pages.look("s", "before"), Grant)
        assert isinstance(await one.pages.look("s", "n"), Grant)


async def test_what_comes_too_late_takes_nobodys_place(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        late = grant_of(await one.pages.look("s", "n"))
        await one.pages.outdate("s")
        async with server.client() as client:
            await client.delete("session-gateway:1:s:lease:n")  # it has run out
        await put(other, "n", b"newer")
        await one.pages.put("s", "n", b"older", FOR_S, late)

        assert body_of(await one.pages.look("s", "n")) == b"newer"


@pytest.mark.parametrize("end", ["put", "let go"])
async def test_who_comes_too_late_ends_nobody_elses_lease(server: RedisServer, end: str) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        late = grant_of(await one.pages.look("s", "n"))
        async with server.client() as client:
            await client.delete("session-gateway:1:s:lease:n")  # it has run out
        held = grant_of(await other.pages.look("s", "n"))
        await one.pages.outdate("s")
        if end == "put":
            await one.pages.put("s", "n", b"older", FOR_S, late)
        else:
            await one.pages.let_go("s", "n", late)

        assert isinstance(await one.pages.look("s", "n"), Elsewhere)
        del held


async def test_who_could_not_let_go_does_not_wait_for_itself(server: RedisServer) -> None:
    clock = Clock()
    async with Proxy(server.port) as proxy:
        cache = SharedCache(f"redis://127.0.0.1:{proxy.port}", KEYS, timer=clock)
        await cache.tend()
        lease = grant_of(await cache.pages.look("s", "n"))
        proxy.toxics.is_down = True
        await server_resets(cache)
        await cache.pages.let_go("s", "n", lease)
        proxy.toxics.is_down = False
        while not cache.link.is_up:
            clock.now += 60
            await cache.tend()
        again = await cache.pages.look("s", "n")
        await cache.close()

    assert isinstance(again, Grant)


async def server_resets(cache: SharedCache) -> None:
    """Lose the connections."""
    await cache.link.close()


async def test_a_change_is_heard_by_the_others_alone(server: RedisServer) -> None:
    heard: list[str] = []
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        one.pages.watch("s", lambda: heard.append("one"))
        other.pages.watch("s", lambda: heard.append("other"))
        await one.tend()
        await other.tend()
        await one.pages.outdate("s")
        for _ in range(2):
            await one.tend()
            await other.tend()

    assert heard == ["other"]


async def test_a_cache_that_was_wiped_is_no_change(server: RedisServer) -> None:
    heard: list[str] = []
    async with cache_at(server.url) as cache, server.client() as client:
        await cache.pages.outdate("s")
        cache.pages.watch("s", lambda: heard.append("change"))
        await cache.tend()
        await client.flushall()
        await cache.tend()

    assert heard == []


@pytest.mark.parametrize("size", [0, 1, 262_127, 262_128, 262_129, 3_000_000])
async def test_values_of_any_size_come_back_whole(server: RedisServer, size: int) -> None:
    body = random.Random(size).randbytes(size)
    async with cache_at(server.url) as cache:
        await put(cache, "n", body)

        assert body_of(await cache.pages.look("s", "n")) == body


async def test_what_is_too_large_is_waited_for_by_nobody(server: RedisServer) -> None:
    body = random.Random(1).randbytes(pages.LARGEST_VALUE_BYTES + 1)
    async with cache_at(server.url) as cache:
        await put(cache, "n", body)
        async with server.client() as client:
            kept = [await client.strlen(key) for key in await client.keys("*:page:*")]

        assert await cache.pages.look("s", "n") is None
        assert kept == []


GARBAGE = (b"", b"x", b"\x00" * 100, b"----------------" + b"\xff" * 40, b"9" * 16)


async def spoil(server: RedisServer, kind: str, garbage: bytes) -> None:
    """Put garbage in the place of all that is there."""
    async with server.client() as client:
        for key in await client.keys("session-gateway:1:*"):
            await client.delete(key)
            if kind == "text":
                await client.set(key, garbage)
            else:
                await client.rpush(key, garbage)


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("kind", ["text", "list"])
async def test_garbage_is_as_if_nothing_were_there(
    server: RedisServer, kind: str, garbage: bytes
) -> None:
    async with cache_at(server.url) as cache:
        await put(cache, "n", b"body")
        await cache.pages.outdate("s")
        await put(cache, "n", b"body")
        await cache.pages.look("s", "another")
        await spoil(server, kind, garbage)

        assert isinstance(await cache.pages.look("s", "another"), Grant)
        await put(cache, "n", b"body again")
        assert body_of(await cache.pages.look("s", "n")) == b"body again"
        assert cache.link.is_up


async def test_a_value_that_was_put_into_anothers_place_is_not_taken(server: RedisServer) -> None:
    async with cache_at(server.url) as cache, server.client() as client:
        await put(cache, "n", b"body")
        await client.rename("session-gateway:1:s:page:n", "session-gateway:1:s:page:m")

        assert isinstance(await cache.pages.look("s", "m"), Grant)


@pytest.mark.parametrize("trouble", ["killed", "wiped"])
async def test_nothing_is_raised_when_the_cache_goes(server: RedisServer, trouble: str) -> None:
    async with cache_at(server.url) as cache:
        lease = grant_of(await cache.pages.look("s", "n"))
        if trouble == "killed":
            await server.kill()
        else:
            async with server.client() as client:
                await client.flushall()
        await cache.pages.put("s", "n", b"body", FOR_S, lease)
        await cache.pages.let_go("s", "n", lease)
        await cache.tend()
        found = await cache.pages.look("s", "m")

    assert isinstance(found, Grant) is (trouble == "wiped")


@dataclass
class Replicas:
    """Two replicas, each with a store, and the leases that they hold."""

    stores: Sequence[SharedStore]
    leases: list[tuple[str, str, Grant]] = field(default_factory=list)

    async def do(self, step: "Step") -> str:
        """Do one thing, and say what came of it."""
        store = self.stores[step.replica]
        match step.kind:
            case "look" | "look anew":
                found = await store.look(step.scope, step.name, is_anew=step.kind == "look anew")
                return self._told(step, found)
            case "put" | "let go" if self.leases:
                scope, name, grant = self.leases.pop(step.number % len(self.leases))
                if step.kind == "put":
                    await store.put(scope, name, bytes([step.number]), FOR_S, grant)
                else:
                    await store.let_go(scope, name, grant)
            case "outdate":
                await store.outdate(step.scope)
        return step.kind

    def _told(self, step: "Step", found: Look) -> str:
        if isinstance(found, Grant):
            self.leases.append((step.scope, step.name, found))
        return f"{type(found).__name__} {getattr(found, 'body', b'')!r}"


@dataclass(frozen=True)
class Step:
    """One thing that one of the replicas does."""

    kind: str
    replica: int
    scope: str
    name: str
    number: int


STEPS = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(
            ["look", "look", "look", "look anew", "put", "put", "let go", "outdate"]
        ),
        replica=st.integers(0, 1),
        scope=st.sampled_from("ab"),
        name=st.sampled_from("mn"),
        number=st.integers(0, 255),
    ),
    max_size=40,
)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_it_is_as_a_store_in_memory(server: RedisServer, steps: list[Step]) -> None:
    memory = MemoryStore(timer=float)
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        async with server.client() as client:
            await client.flushall()
        model, real = Replicas([memory, memory]), Replicas([one.pages, other.pages])
        for step in steps:
            assert await real.do(step) == await model.do(step), step


async def test_many_who_look_at_once_are_given_one_lease(server: RedisServer) -> None:
    async with cache_at(server.url) as one, cache_at(server.url) as other:
        stores = [one.pages, other.pages] * 20
        found = await asyncio.gather(*(store.look("s", "n") for store in stores))

    assert [type(each) for each in found].count(Grant) == 1
