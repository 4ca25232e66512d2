"""A backend in trouble costs its own rows, is named, and never the deadline."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest

from adapters.simulators.canopsis import CanopsisSimulator
from adapters.simulators.roundware import TOKEN
from gateway.config import ServerSettings
from tests.support.adapters import noon
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.support.wires import Peer, Script, Visit, reply, replying, silent

DEADLINE = 1.0


async def drip(visit: Visit) -> None:
    """Send a byte now and then: no gap is long, and no body comes to its end."""
    await visit.request()
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[")
    while True:
        await asyncio.sleep(0.05)
        await visit.send(b" ")


async def hang_up(visit: Visit) -> None:
    """Take a request and close the connection."""
    await visit.request()


def sends(body: bytes, *headers: str, status: str = "200 OK") -> Script:
    """Answer every request with this."""
    return replying(reply(body, *headers, status=status))


@asynccontextmanager
async def museum_beside_monitoring(script: Script) -> AsyncIterator[Gateway]:
    """Run a gateway over a troubled Roundware server and a good Canopsis server."""
    good = CanopsisSimulator(rows=30, seed=1, clock=noon)
    address = await good.start()
    async with Peer(script) as troubled:
        settings = settings_for(
            backend("canopsis", good.options(address)),
            backend("roundware", {"url": f"{troubled.url}/api/2", "token": TOKEN}),
            server=ServerSettings(port=0, deadline_s=DEADLINE),
        )
        async with running(settings) as gateway:
            yield gateway
    await good.stop()


TROUBLES = [
    pytest.param(silent, "timeout", 504, id="hangs"),
    pytest.param(drip, "timeout", 504, id="drips"),
    pytest.param(hang_up, "reset", 502, id="hangs up"),
    pytest.param(sends(b""), "bad_payload", 502, id="answers nothing"),
    pytest.param(sends(b'[{"id": 1'), "bad_payload", 502, id="stops in the middle"),
    pytest.param(sends(b"<html>Log in</html>"), "bad_payload", 502, id="shows a log-in page"),
    pytest.param(sends(b'{"rows": []}'), "schema", 502, id="answers another envelope"),
    pytest.param(sends(b'[{"no": "id"}]'), "schema", 502, id="has no readable record"),
    pytest.param(sends(b"[" * 100_000), "bad_payload", 502, id="nests too deep"),
    pytest.param(sends(b"", status="401 Unauthorized"), "auth", 502, id="knows us not"),
    pytest.param(sends(b"", status="403 Forbidden"), "forbidden", 502, id="forbids"),
    pytest.param(sends(b"", status="404 Not Found"), "config", 502, id="is not there"),
    pytest.param(
        sends(b"", "Location: http://127.0.0.1:9/", status="301 Moved"),
        "config",
        502,
        id="redirects",
    ),
    pytest.param(sends(b"", status="418 Teapot"), "protocol", 502, id="refuses oddly"),
    pytest.param(sends(b"boom", status="500 Oops"), "upstream_error", 502, id="breaks"),
    pytest.param(sends(b"", "Retry-After: 7", status="503 Busy"), "unavailable", 503, id="is busy"),
    pytest.param(sends(b"", status="429 Slow down"), "rate_limited", 503, id="slows us down"),
    pytest.param(sends(b"", "X: " + "y" * 20_000), "protocol", 502, id="sends a long header"),
]


@pytest.mark.parametrize(("script", "code", "status"), TROUBLES)
async def test_trouble_costs_one_backends_rows_within_the_deadline(
    script: Script, code: str, status: int
) -> None:
    async with museum_beside_monitoring(script) as gateway:
        begun = monotonic()
        page = await gateway.get("/v1/sessions", limit=1000)
        elapsed = monotonic() - begun
        alone = await gateway.get("/v1/sessions", backend="roundware")

    assert page.status == 200
    assert len(page.ids) == 30
    assert page.body["complete"] is False
    assert page.body["backends"]["roundware"]["status"] == "failed"
    assert page.body["backends"]["roundware"]["error"]["code"] == code
    assert elapsed <= DEADLINE + 0.25
    assert alone.status == status
    assert alone.body["backends"]["roundware"]["error"]["code"] == code
    assert (alone.headers.get("Retry-After") is not None) == (status == 503)


async def test_a_walk_goes_on_past_a_backend_that_fails() -> None:
    async with museum_beside_monitoring(hang_up) as gateway:
        pages = await gateway.walk([7])

    assert sum(len(page.ids) for page in pages) == 30
    assert [page.body["complete"] for page in pages] == [False] * len(pages)


async def test_one_record_without_an_id_is_counted_and_the_rest_arrive() -> None:
    rows = b'[{"id": 7, "starttime": "2026-11-22T11:00:00"}, {"starttime": "2026-11-22T11:00:00"}]'

    async with museum_beside_monitoring(sends(rows)) as gateway:
        page = await gateway.get("/v1/sessions", backend="roundware")

    assert page.ids == ["roundware:7"]
    report = page.body["backends"]["roundware"]
    assert report["status"] == "partial"
    assert report["rejected"] == 1
    assert report["warnings"] == ["rejected_rows"]
    assert page.body["complete"] is False


async def test_an_unreadable_field_is_null_and_warned_of() -> None:
    rows = b'[{"id": 7, "starttime": "yesterday", "extra": {"kept": true}}]'

    async with museum_beside_monitoring(sends(rows)) as gateway:
        page = await gateway.get("/v1/sessions", backend="roundware")

    session = page.body["data"][0]
    assert session["started_at"] is None
    assert session["attributes"] == {"starttime": "yesterday", "extra": {"kept": True}}
    report = page.body["backends"]["roundware"]
    assert report["status"] == "ok"
    assert report["warnings"] == ["unreadable_fields"]


async def test_a_repeated_record_is_counted_and_given_once() -> None:
    row = b'{"id": 7, "starttime": "2026-11-22T11:00:00"}'

    async with museum_beside_monitoring(sends(b"[" + row + b"," + row + b"]")) as gateway:
        page = await gateway.get("/v1/sessions", backend="roundware")

    assert page.ids == ["roundware:7"]
    assert page.body["backends"]["roundware"]["duplicates"] == 1
    assert page.body["backends"]["roundware"]["warnings"] == ["duplicates"]


async def test_no_word_of_a_vendor_reaches_the_client() -> None:
    words = "the vendor's own words"
    script = sends(words.encode(), f"X-Vendor: {words}", status=f"500 {words}")

    async with museum_beside_monitoring(script) as gateway:
        answers = [
            await gateway.get("/v1/sessions"),
            await gateway.get("/v1/sessions", backend="roundware"),
            await gateway.get("/v1/sessions/roundware:7"),
            await gateway.get("/v1/backends"),
        ]

    for answer in answers:
        told = str(answer.body) + str(answer.headers)
        assert words not in told
        assert TOKEN not in told
        assert "/api/2" not in told
    assert [answer.status for answer in answers] == [200, 502, 502, 200]


async def test_a_backend_that_answers_again_is_whole_again() -> None:
    script = replying(reply(status="418 Teapot"), reply(b"[]"))

    async with museum_beside_monitoring(script) as gateway:
        first = await gateway.get("/v1/sessions")
        second = await gateway.get("/v1/sessions")
        health = (await gateway.get("/v1/backends/roundware")).body["data"]["health"]

    assert first.body["complete"] is False
    assert second.body["complete"] is True
    assert health["error"] is None
    assert health["last_success"] == health["last_failure"]
