"""HTTPS on sockets: handshakes that do not end, that fail, and that are too many."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from gateway.app import build_app
from gateway.web.limits import ServingLimits
from gateway.web.serving import Runner
from tests.support.gateway import backend, settings_for
from tests.support.wires import Visit
from tests.web.test_headers import NOWHERE
from tests.web.test_limits import LIST, ONE, answer, asked, connected
from tests.web.writing import AUTH

HSTS = "max-age=31536000"


@asynccontextmanager
async def serving(limits: ServingLimits, tls: ssl.SSLContext) -> AsyncIterator[tuple[str, int]]:
    """Run the gateway over HTTPS within limits; give where it is."""
    app = build_app(settings_for(backend("roundware", NOWHERE), auth=AUTH))
    runner = Runner(app, limits=limits, tls=tls, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def encrypted(place: tuple[str, int], trusting: ssl.SSLContext) -> AsyncIterator[Visit]:
    """Connect, and shake hands."""
    reader, writer = await asyncio.open_connection(*place, ssl=trusting)
    try:
        yield Visit(reader, writer, [])
    finally:
        writer.transport.abort()


async def test_many_requests_are_answered_over_one_handshake(
    encrypting: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with (
        serving(ServingLimits(), encrypting) as place,
        encrypted(place, trusting) as visit,
    ):
        await visit.send((ONE + LIST) * 20)

        answers = [await answer(visit) for _ in range(40)]

    statuses = [status for status, _, _ in answers]
    assert statuses[::2] == [200] * 20
    assert set(statuses[1::2]) <= {502, 503}
    assert {headers["Strict-Transport-Security"] for _, headers, _ in answers} == {HSTS}


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01"], ids=["nothing", "half of it"])
async def test_who_does_not_finish_the_handshake_in_time_is_left(
    encrypting: ssl.SSLContext, sent: bytes
) -> None:
    limits = ServingLimits(idle_seconds=0.1)
    async with serving(limits, encrypting) as place, connected(place) as visit:
        await visit.send(sent)

        async with asyncio.timeout(20):
            await visit.until_left()


async def test_who_says_nothing_after_the_handshake_is_left(
    encrypting: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    limits = ServingLimits(idle_seconds=2)
    async with (
        serving(limits, encrypting) as place,
        encrypted(place, trusting) as visit,
        asyncio.timeout(20),
    ):
        await visit.until_left()


async def test_a_handshake_under_way_counts_as_a_connection(
    encrypting: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with (
        serving(ServingLimits(connections=1), encrypting) as place,
        connected(place) as silent,
    ):
        await silent.send(b"\x16")
        async with encrypted(place, trusting) as visit:
            await visit.send(LIST)
            status, headers, told = await answer(visit)

    assert (status, told["code"]) == (503, "overloaded")
    assert headers["Strict-Transport-Security"] == HSTS


@pytest.mark.parametrize(
    "sent",
    [ONE, b"\x16\x03\x01\x00\x04\x01\x00\x00\x00", None],
    ids=["no handshake", "a broken one", "none at all"],
)
async def test_room_is_there_again_once_a_handshake_has_failed(
    encrypting: ssl.SSLContext, trusting: ssl.SSLContext, sent: bytes | None
) -> None:
    limits = ServingLimits(connections=1)
    async with serving(limits, encrypting) as place:
        for _ in range(3):
            async with connected(place) as visit:
                if sent is None:
                    visit.reset()
                else:
                    await visit.send(sent)
                    await visit.until_left()
            await until_there_is_room(place, trusting)


async def test_no_line_of_the_key_is_told_or_logged(
    encrypting: ssl.SSLContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = [line for line in (tmp_path / "all.pem").read_text().split("\n") if line]
    heard = b""

    async with serving(ServingLimits(), encrypting) as place:
        for sent in (ONE, b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"):
            async with connected(place) as visit:
                await visit.send(sent)
                heard += await visit.reader.read()

    assert len(secret) > 10
    assert not [line for line in secret if line in caplog.text or line.encode() in heard]


async def until_there_is_room(place: tuple[str, int], trusting: ssl.SSLContext) -> None:
    """Ask again: when the other side has heard of an end is told nobody."""
    last = LIST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    status = None
    while status != 502:
        async with encrypted(place, trusting) as visit:
            status = await asked(visit, last)


async def test_a_client_who_trusts_another_authority_takes_no_room(
    encrypting: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with serving(ServingLimits(connections=1), encrypting) as place:
        for _ in range(3):
            with pytest.raises(ssl.SSLCertVerificationError):
                async with encrypted(place, stranger):
                    pass
        await until_there_is_room(place, trusting)


async def test_a_handshake_under_way_does_not_hold_up_the_end(
    encrypting: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with asyncio.timeout(20):
        async with serving(ServingLimits(), encrypting) as place:
            silent = await asyncio.open_connection(*place)
            async with encrypted(place, trusting) as visit:
                assert await asked(visit, ONE) == 200, "so whoever came before is waited for"

        assert await silent[0].read() == b""
    silent[1].close()
