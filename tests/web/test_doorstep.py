"""What is answered before the application says what every answer says, to whoever may read it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from gateway.app import build_app
from gateway.config import CorsSettings
from gateway.web.limits import ServingLimits
from gateway.web.serving import Runner
from tests.support.gateway import backend, settings_for
from tests.web.test_headers import NOWHERE, ORIGIN
from tests.web.test_limits import LIST, answer, connected
from tests.web.writing import AUTH

IDS = b"X-Request-Id: mine-7\r\nOrigin: https://dashboard.example\r\n\r\n"


@asynccontextmanager
async def serving(limits: ServingLimits) -> AsyncIterator[tuple[str, int]]:
    cors = CorsSettings(origins=(ORIGIN,))
    app = build_app(settings_for(backend("roundware", NOWHERE), auth=AUTH, cors=cors))
    runner = Runner(app, limits=limits, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][:2]
    finally:
        await runner.cleanup()


def with_ids(sent: bytes) -> bytes:
    return sent.replace(b"\r\n\r\n", b"\r\n" + IDS, 1)


BODY = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nX-API-Key: writer\r\n"
JSON = b"Content-Type: application/json\r\n"

# Requests with a head that was read, the limits they meet, and their answers.
REFUSED = {
    "a call too many": (ServingLimits(calls=0), with_ids(LIST), "overloaded"),
    "a connection too many": (ServingLimits(connections=0), with_ids(LIST), "overloaded"),
    "one address too often": (
        ServingLimits(connections_per_address=0),
        with_ids(LIST),
        "overloaded",
    ),
    "an expectation": (
        ServingLimits(),
        with_ids(LIST.replace(b"\r\n\r\n", b"\r\nExpect: more\r\n\r\n")),
        "expectation_failed",
    ),
    "a body that does not come": (
        ServingLimits(body_seconds=0.1),
        with_ids(BODY + JSON + b"Content-Length: 9\r\n\r\n"),
        "request_timeout",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_refused_early_is_answered_like_anything_else(
    case: str, caplog: pytest.LogCaptureFixture
) -> None:
    limits, sent, code = REFUSED[case]
    caplog.set_level("INFO", "gateway.requests")

    async with serving(limits) as place, connected(place) as visit:
        await visit.send(sent)
        _, headers, told = await answer(visit)

    assert told["code"] == code
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-Id"] == "mine-7"
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", headers["traceresponse"])
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "X-Request-Id" in headers["Access-Control-Expose-Headers"]
    assert headers["Vary"].endswith("Origin")
    assert "mine-7" in caplog.text


UNREADABLE = {
    "no request": b"nonsense\r\n\r\n",
    "a long request line": b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n" + IDS,
    "a long header": b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 9000 + b"\r\n" + IDS,
    "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 200 + IDS,
}


@pytest.mark.parametrize("case", UNREADABLE)
async def test_what_cannot_be_read_has_an_id_of_its_own(
    case: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "gateway.requests")

    async with serving(ServingLimits()) as place, connected(place) as visit:
        await visit.send(UNREADABLE[case])
        _, headers, told = await answer(visit)

    assert told["status"] in (400, 414, 431)
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-Id"])
    assert f"{told['code']} {headers['X-Request-Id']}" in caplog.text
    assert not {name for name in headers if name.startswith("Access-Control")}


async def test_pages_of_other_origins_may_not_read_what_is_refused_early() -> None:
    other = with_ids(LIST).replace(b"dashboard.example", b"evil.example")

    async with serving(ServingLimits(calls=0)) as place, connected(place) as visit:
        await visit.send(other)
        status, headers, _ = await answer(visit)

    assert status == 503
    assert not {name for name in headers if name.startswith("Access-Control")}


async def test_a_connection_is_kept_where_only_the_call_was_too_many() -> None:
    async with serving(ServingLimits(calls=0)) as place, connected(place) as visit:
        for _ in range(3):
            await visit.send(LIST)
            status, headers, _ = await answer(visit)

            assert status == 503
            assert "Connection" not in headers


async def test_the_refusal_of_a_connection_is_its_last_answer() -> None:
    async with serving(ServingLimits(connections=0)) as place, connected(place) as visit:
        await visit.send(LIST * 3)
        await answer(visit)

        async with asyncio.timeout(20):
            assert await visit.reader.read() == b""
