"""How much room and time clients are given: the rest is refused, and we live on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest
from aiohttp import web

from gateway.app import build_app
from gateway.web.limits import Crowd, ServingLimits
from gateway.web.serving import Runner
from tests.support.gateway import backend, settings_for
from tests.support.wires import Peer, Visit
from tests.web.test_headers import NOWHERE
from tests.web.writing import AUTH

ONE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LIST = b"GET /v1/sessions HTTP/1.1\r\nHost: x\r\nX-API-Key: reader\r\n\r\n"
WRITE = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nX-API-Key: writer\r\n"


@asynccontextmanager
async def serving(
    limits: ServingLimits, options: dict[str, str] = NOWHERE
) -> AsyncIterator[tuple[str, int]]:
    """Run the gateway within limits; give where it is."""
    app = build_app(settings_for(backend("roundware", options), auth=AUTH))
    runner = Runner(app, limits=limits, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def connected(place: tuple[str, int]) -> AsyncIterator[Visit]:
    """Connect as a client who sends what it likes."""
    reader, writer = await asyncio.open_connection(*place)
    try:
        yield Visit(reader, writer, [])
    finally:
        writer.transport.abort()


async def answer(visit: Visit) -> tuple[int, dict[str, str], dict[str, object]]:
    """Read one answer."""
    head = (await visit.reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.strip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    body = await visit.reader.readexactly(int(headers.get("Content-Length", 0)))
    return int(status.split()[1]), headers, json.loads(body)


async def asked(visit: Visit, sent: bytes) -> int:
    await visit.send(sent)
    return (await answer(visit))[0]


async def dripped(visit: Visit, data: bytes) -> None:
    """Send byte by byte, faster than any limit of a test."""
    try:
        for byte in data:
            await visit.send(bytes([byte]))
            await asyncio.sleep(0.02)
    except ConnectionError:
        pass  # The gateway has had enough.


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET", b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: ", ONE, ONE + b"GET /healthz HT"],
    ids=["nothing", "half a line", "half a head", "nothing more", "half of another"],
)
async def test_who_sends_no_whole_head_in_time_is_left(sent: bytes) -> None:
    async with serving(ServingLimits(idle_seconds=0.1)) as place, connected(place) as visit:
        await visit.send(sent)

        async with asyncio.timeout(20):
            await visit.until_left()


async def test_a_dripped_head_gets_no_more_time_than_a_missing_one() -> None:
    async with serving(ServingLimits(idle_seconds=0.1)) as place, connected(place) as visit:
        drip = asyncio.create_task(dripped(visit, ONE.replace(b"x", b"x" * 5000)))

        async with asyncio.timeout(20):
            await visit.until_left()

        assert not drip.done()
        drip.cancel()


@pytest.mark.parametrize("is_dripped", [False, True])
@pytest.mark.parametrize(
    "head", [b"Content-Length: 5000\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"]
)
async def test_a_body_that_does_not_come_in_time_is_refused(head: bytes, is_dripped: bool) -> None:
    async with serving(ServingLimits(body_seconds=0.1)) as place, connected(place) as visit:
        await visit.send(WRITE + b"Content-Type: application/json\r\n" + head)
        more = b"1\r\n \r\n" * 1000 if b"chunked" in head else b" " * 4000
        drip = asyncio.create_task(dripped(visit, more if is_dripped else b""))

        status, headers, told = await answer(visit)

        assert (status, told["code"]) == (408, "request_timeout")
        assert headers["Connection"] == "close"
        drip.cancel()


async def test_a_connection_too_many_is_told_so_and_left() -> None:
    limits = ServingLimits(connections=2, hasty_seconds=0.1)
    async with serving(limits) as place, connected(place) as first, connected(place) as second:
        assert [await asked(each, ONE) for each in (first, second)] == [200, 200]
        async with connected(place) as third:
            await third.send(LIST)
            status, headers, told = await answer(third)
            async with asyncio.timeout(20):
                await third.until_left()
        async with connected(place) as silent_one, asyncio.timeout(20):
            await silent_one.until_left()

        assert (status, told["code"], headers["Retry-After"]) == (503, "overloaded", "1")
        assert await asked(first, LIST) == 502


async def test_room_is_there_again_once_somebody_left() -> None:
    async with serving(ServingLimits(connections=1)) as place:
        for _ in range(3):
            async with connected(place) as visit:
                assert await asked(visit, LIST) == 502
                await visit.send(ONE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
                await visit.until_left()


async def test_who_watches_is_answered_on_any_connection() -> None:
    async with serving(ServingLimits(connections=0, calls=0)) as place:
        async with connected(place) as visit:
            assert await asked(visit, ONE) == 200
        async with connected(place) as visit:
            assert await asked(visit, ONE.replace(b"healthz", b"readyz")) == 200
        async with connected(place) as visit:
            assert await asked(visit, LIST) == 503


async def test_one_address_does_not_get_all_connections() -> None:
    limits = ServingLimits(connections=9, connections_per_address=1)
    async with serving(limits) as place, connected(place) as first, connected(place) as second:
        assert await asked(first, LIST) == 502
        assert await asked(second, LIST) == 503


def test_addresses_are_counted_each_for_itself() -> None:
    crowd = Crowd(ServingLimits(connections=3, connections_per_address=2))
    one, other = "192.0.2.1", "192.0.2.2"

    joined = [crowd.join(address) for address in (one, one, one, other)]
    for seat in joined[:2]:
        crowd.leave(seat)

    assert [seat.has_room for seat in joined] == [True, True, False, False]
    assert crowd.join(other).has_room


def test_addresses_of_one_ipv6_network_are_counted_as_one() -> None:
    crowd = Crowd(ServingLimits(connections_per_address=1))

    seats = [crowd.join(f"2001:db8:0:{network}::{host}") for network in (1, 2) for host in (1, 2)]

    assert [seat.has_room for seat in seats] == [True, False, True, False]


def test_a_trusted_proxy_has_all_the_room_there_is() -> None:
    limits = ServingLimits(connections=3, connections_per_address=1)
    crowd = Crowd(limits, trusted_proxies=[ip_network("10.0.0.0/8")])

    seats = [crowd.join("10.1.2.3") for _ in range(4)]

    assert [seat.has_room for seat in seats] == [True, True, True, False]


async def test_a_call_too_many_is_told_so_at_once() -> None:
    is_asked = asyncio.Event()

    async def never_answer(visit: Visit) -> None:
        await visit.request()
        is_asked.set()
        await visit.until_left()

    async with Peer(never_answer) as vendor:
        options = {"url": f"{vendor.url}/api/2", "token": "t"}
        async with serving(ServingLimits(calls=1), options) as place, connected(place) as slow:
            await slow.send(LIST)
            await is_asked.wait()
            async with connected(place) as other:
                await other.send(LIST)
                status, headers, told = await answer(other)
            async with connected(place) as watching:
                health = await asked(watching, ONE)

    assert (status, told["code"], headers["Retry-After"]) == (503, "overloaded", "1")
    assert headers["Server"] == "session-gateway"
    assert health == 200


async def test_room_for_a_call_is_there_again_once_one_has_ended() -> None:
    async with serving(ServingLimits(calls=1)) as place, connected(place) as visit:
        assert [await asked(visit, LIST) for _ in range(3)] == [502] * 3


async def test_many_requests_at_once_on_one_connection_are_answered_in_turn() -> None:
    async with serving(ServingLimits()) as place, connected(place) as visit:
        await visit.send((ONE + LIST) * 50)

        statuses = [(await answer(visit))[0] for _ in range(100)]

    assert statuses[::2] == [200] * 50
    assert set(statuses[1::2]) == {502, 503}, "nobody listens there, and then nobody asks any more"
