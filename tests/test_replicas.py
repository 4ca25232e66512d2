"""Several gateways over the same vendors, with a real Redis: they ask a vendor as one would."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, cast

import pytest
from pydantic import SecretStr

from gateway.config import AuthSettings, CacheSettings, KeySettings, Settings
from gateway.spi import Operation, Rate
from gateway.state.shared.seals import Seals
from tests.support.caches import KEYS
from tests.support.clock import Clock
from tests.support.gateway import Answer, Vendors, all_vendors
from tests.support.redis_server import RedisServer, redis_server
from tests.support.replicas import CURSOR, Replicas, lists, replicas

ROWS = 60
ONCE = {"canopsis": 1, "cortex": 1, "digital-samba": 1, "ekran": 1, "roundware": 1}
BEGUN = {"backend": "roundware", "space": {"id": "1"}}


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    """Run a server."""
    async with redis_server() as running:
        yield running


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    """Run all simulators."""
    async with all_vendors(rows=ROWS) as running:
        yield running


def sources(answer: Answer) -> set[str]:
    """Name where the parts of an answer came from."""
    return {report["served_from"] for report in answer.body["backends"].values()}


async def test_equal_calls_at_once_make_one_request_to_each_vendor(
    server: RedisServer, vendors: Vendors
) -> None:
    async with replicas(server, vendors.settings(cursor=CURSOR)) as both:
        answers = await asyncio.gather(*(both.get() for _ in range(40)))

    assert lists(vendors) == ONCE
    assert all(answer.body["complete"] for answer in answers)
    assert len({tuple(answer.ids) for answer in answers}) == 1


async def test_what_one_has_read_the_others_serve_as_it_would(
    server: RedisServer, vendors: Vendors
) -> None:
    async with replicas(server, vendors.settings(cursor=CURSOR)) as both:
        first = await both.get(limit=30)
        await both.settled()
        second = await both.get(limit=30)

    assert lists(vendors) == ONCE
    assert second.body["data"] == first.body["data"]
    assert (sources(first), sources(second)) == ({"live"}, {"cache"})
    for told in second.body["backends"].values():
        assert (told["status"], told["requests"]) == ("ok", 0)
        assert told["as_of"] == "2026-11-22T12:00:00Z"


async def test_a_walk_that_is_passed_from_one_to_the_other_gives_every_session_once(
    server: RedisServer, vendors: Vendors
) -> None:
    async with replicas(server, vendors.settings(cursor=CURSOR)) as both:
        whole = (await both.get(limit=1000)).ids
        walked = await walk(both, limit=17)

    assert walked == whole
    assert len(set(walked)) == 5 * ROWS


async def walk(both: Replicas, **query: Any) -> list[str]:  # noqa: ANN401  # any parameter
    """Follow cursors, each page at another replica."""
    walked: list[str] = []
    asked: dict[str, Any] = query
    while True:
        page = await both.get(**asked)
        assert page.status == HTTPStatus.OK, page.body
        walked += page.ids
        following = page.body["page"]["next"]
        if following is None:
            return walked
        asked = {**query, "cursor": following}


async def test_cursors_are_passed_on_without_a_cache_as_well(
    server: RedisServer, vendors: Vendors
) -> None:
    await server.kill()
    async with replicas(server, vendors.settings(cursor=CURSOR)) as both:
        whole = (await both.get(limit=1000)).ids

        assert await walk(both, limit=40) == whole


async def test_one_session_is_asked_for_once(server: RedisServer, vendors: Vendors) -> None:
    samba = vendors.servers["digital-samba"]
    async with replicas(server, vendors.settings(cursor=CURSOR)) as both:
        [session] = (await both.get(backend="digital-samba", limit=1)).ids
        samba.requests.clear()
        first = await both.get(f"/v1/sessions/{session}")
        await both.settled()
        asked = len(samba.requests)
        second = await both.get(f"/v1/sessions/{session}")

    assert second.body["data"] == first.body["data"]
    assert (asked > 0, len(samba.requests)) == (True, asked)


async def test_backends_that_differ_in_anything_share_nothing(
    server: RedisServer, vendors: Vendors
) -> None:
    ekran = vendors.backends["ekran"]
    other = ekran.model_copy(update={"cache": CacheSettings(ttl_s=16)})
    settings = [
        vendors.settings(cursor=CURSOR).model_copy(update={"backends": (each,)})
        for each in (ekran, other)
    ]
    async with replicas(server, settings) as both:
        await both.get()
        await both.settled()
        await both.get()

    assert lists(vendors)["ekran"] == 2


async def test_a_list_that_is_not_fresh_any_more_is_read_anew_by_one_for_all(
    server: RedisServer, vendors: Vendors
) -> None:
    clock = Clock()
    settings = vendors.settings(cursor=CURSOR)
    async with replicas(server, settings, timer=clock) as both:
        for _ in range(2):
            await both.get()
            await both.settled()
        clock.now += 20  # beyond ttl_s: what is kept serves, and is read anew behind the scenes
        async with server.client() as client:
            for key in await client.keys("*:page:*"):
                await client.delete(key)  # as time has done to them
        await asyncio.gather(both.get(), both.get())
        await read_anew(both)

    assert lists(vendors) == dict.fromkeys(ONCE, 2)


async def read_anew(both: Replicas) -> None:
    """Wait until every replica serves what is fresh."""
    for gateway in both.gateways:
        answer = await gateway.get("/v1/sessions")
        while "max-age=0" in answer.headers["Cache-Control"]:
            await asyncio.sleep(0.01)
            answer = await gateway.get("/v1/sessions")


KEY = "a key of forty-three characters, all visible"
KEYED = {"Authorization": f"Bearer {KEY.replace(' ', '-')}"}


def auth(rate: Rate | None = None) -> AuthSettings:
    """Let one key do everything."""
    digest = hashlib.sha256(KEY.replace(" ", "-").encode()).hexdigest()
    entry = {"name": "all", "sha256": digest, "actions": ["read", "write", "admin"]}
    return AuthSettings(keys=(KeySettings(**entry, rate=rate),))


def writing(vendors: Vendors, name: str, operation: Operation) -> Settings:
    """Let one backend be written to, and leave out the others."""
    writable = vendors.backends[name].model_copy(update={"operations": (operation,)})
    settings = vendors.settings(cursor=CURSOR, auth=auth())
    return settings.model_copy(update={"backends": (writable,)})


async def test_a_write_shows_in_the_next_list_of_every_replica(
    server: RedisServer, vendors: Vendors
) -> None:
    async with replicas(server, writing(vendors, "digital-samba", Operation.END)) as both:
        one, other = both.gateways
        for gateway in (one, other):
            listed = await gateway.get("/v1/sessions", headers=KEYED, status="active")
        await both.tend()
        session = listed.ids[0]
        ended = await one.post(f"/v1/sessions/{session}/end", headers=KEYED)
        here = await one.get("/v1/sessions", headers=KEYED, status="active")
        await both.tend()
        there = await other.get("/v1/sessions", headers=KEYED, status="active")

    assert ended.status == HTTPStatus.OK
    assert session not in here.ids
    assert session not in there.ids
    assert here.ids == there.ids


async def test_what_is_refreshed_by_one_is_read_anew_by_the_others(
    server: RedisServer, vendors: Vendors
) -> None:
    async with replicas(server, vendors.settings(cursor=CURSOR, auth=auth())) as both:
        for gateway in both.gateways:
            await gateway.get("/v1/sessions", headers=KEYED)
            await both.settled()
        await both.tend()
        await both.gateways[0].post("/v1/backends/ekran/refresh", headers=KEYED)
        await both.settled()
        async with server.client() as client:
            for key in await client.keys("*:page:*"):
                await client.delete(key)  # what was read anew would do as well
        await both.tend()
        before = lists(vendors)
        await both.gateways[1].get("/v1/sessions", headers=KEYED)

    assert before == {**ONCE, "ekran": 2}
    assert lists(vendors) == {**ONCE, "ekran": 3}


async def test_a_key_is_held_to_its_rate_over_all_replicas(
    server: RedisServer, vendors: Vendors
) -> None:
    settings = vendors.settings(cursor=CURSOR, auth=auth(Rate(6, 3600)))
    async with replicas(server, settings) as both:
        answers = [await both.gateways[n % 2].get("/v1/backends", headers=KEYED) for n in range(8)]

    assert [answer.status for answer in answers] == [200] * 6 + [429] * 2
    assert answers[2].headers["RateLimit"].startswith('"key";r=3;')


async def test_without_a_cache_each_replica_counts_for_itself(
    server: RedisServer, vendors: Vendors
) -> None:
    await server.kill()
    settings = vendors.settings(cursor=CURSOR, auth=auth(Rate(3, 3600)))
    async with replicas(server, settings) as both:
        answers = [await both.gateways[n % 2].get("/v1/backends", headers=KEYED) for n in range(8)]

    assert [answer.status for answer in answers] == [200] * 6 + [429] * 2


async def test_a_call_that_is_repeated_at_another_replica_is_not_made_again(
    server: RedisServer, vendors: Vendors
) -> None:
    async with replicas(server, writing(vendors, "roundware", Operation.CREATE)) as both:
        answers = [
            await gateway.post("/v1/sessions", BEGUN, headers={**KEYED, "Idempotency-Key": "k"})
            for gateway in both.gateways
        ]

    assert [answer.status for answer in answers] == [201, 201], answers[0].body
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert answers[0].body == answers[1].body
    assert vendors.servers["roundware"].served["write"] == 1


async def test_a_keyed_call_is_refused_while_its_key_cannot_be_recorded(
    server: RedisServer, vendors: Vendors
) -> None:
    async with replicas(server, writing(vendors, "roundware", Operation.CREATE)) as both:
        await server.kill()
        keyed = await both.gateways[0].post(
            "/v1/sessions", BEGUN, headers={**KEYED, "Idempotency-Key": "k"}
        )
        plain = await both.gateways[0].post("/v1/sessions", BEGUN, headers=KEYED)

    assert (keyed.status, keyed.body["code"]) == (503, "idempotency_failed")
    assert plain.status == 201


async def test_garbage_in_every_place_changes_no_answer(
    server: RedisServer, vendors: Vendors
) -> None:
    async with replicas(server, vendors.settings(cursor=CURSOR)) as both:
        first = await both.get()
        await both.settled()
        async with server.client() as client:
            for key in await client.keys("*"):
                await client.set(key, b"garbage" * 100)
        second = await both.get()
        third = await both.get(limit=7)

    assert second.body["data"] == first.body["data"]
    assert third.ids == first.ids[:7]


async def test_a_log_in_that_was_refused_is_not_tried_by_another_replica(
    server: RedisServer, vendors: Vendors
) -> None:
    canopsis = vendors.backends["canopsis"]
    wrong = canopsis.options.model_copy(
        update={"auth_key": SecretStr("no key of this server at all")}
    )
    settings = vendors.settings(cursor=CURSOR)
    alone = canopsis.model_copy(update={"options": wrong})
    async with replicas(server, settings.model_copy(update={"backends": (alone,)})) as both:
        vendors.servers["canopsis"].requests.clear()
        first = await both.get()
        asked = len(vendors.servers["canopsis"].requests)
        second = await both.get()

    errors = [each.body["backends"]["canopsis"]["error"]["code"] for each in (first, second)]
    assert (errors, asked > 0) == (["auth", "auth"], True)
    assert len(vendors.servers["canopsis"].requests) == asked


async def test_no_secret_lies_in_the_cache(server: RedisServer, vendors: Vendors) -> None:
    settings = vendors.settings(cursor=CURSOR, auth=auth(Rate(100, 1)))
    async with replicas(server, settings) as both:
        await both.gateways[0].get("/v1/sessions", headers=KEYED)
        await both.settled()
        async with server.client() as client:
            keys = cast("list[bytes]", await client.keys("*"))
            held = {key: cast("bytes", await client.get(key) or b"") for key in keys}

    secrets = [KEYED["Authorization"].removeprefix("Bearer "), *secrets_of(vendors)]
    told = b"".join(key + opened(key, value) for key, value in held.items()).decode("latin-1")
    assert "2026-11-22T" in told or "started" in told, "sessions lie there, and can be read here"
    assert [secret for secret in secrets if secret in told] == []


def secrets_of(vendors: Vendors) -> list[str]:
    """Give the credentials of all backends, and those of cursors."""
    values = [value for each in vendors.backends.values() for _, value in each.options]
    found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    assert len(found) > 3
    return [*found, *(key.get_secret_value() for key in CURSOR.keys)]


def opened(key: bytes, value: bytes) -> bytes:
    """Unseal a page; give anything else as it is."""
    return Seals(KEYS).open(key.decode(), value[16:]) or value
