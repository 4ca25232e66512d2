"""``GET /metrics``: what is counted, by labels that no client chooses, and for whom."""

import asyncio
import hashlib
import os
import random
from collections.abc import AsyncIterator
from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request
from yarl import URL

from gateway.config import Action, AuthSettings, BackendSettings, KeySettings
from gateway.metrics.catalogue import METRICS
from gateway.web.admission import Admission
from gateway.web.callers import ANYONE, ApiKey, Caller, Keyring
from gateway.web.keys import CALLER
from gateway.web.middlewares import authenticate
from gateway.web.problems import Problem
from tests.laboratory import http_faults as http
from tests.laboratory.server import FaultServer
from tests.laboratory.vendors import digital_samba
from tests.support.adapters import noon
from tests.support.gateway import Gateway, all_vendors, backend, running, settings_for
from tests.support.scraping import Scrape, scraped

REQUESTS = 100_000 if os.environ.get("CI") else 3_000
MOST_SERIES = 2_000
KEY = {"X-API-Key": "key"}
CALLERS = AuthSettings(
    anonymous=True,
    keys=(
        KeySettings(
            name="caller", sha256=hashlib.sha256(b"key").hexdigest(), actions=(Action.READ,)
        ),
    ),
)


@pytest.fixture
async def vendor() -> AsyncIterator[FaultServer]:
    async with FaultServer(digital_samba(), http.honest) as server:
        yield server


def samba(server: FaultServer, name: str = "samba", key: str = "one") -> BackendSettings:
    options = {"url": server.url(), "developer_key": key}
    return backend("digital_samba", options, name=name)


async def looked(gateway: Gateway) -> Scrape:
    return await scraped(gateway.address, gateway.client)


async def test_every_metric_of_the_catalogue_is_told(vendor: FaultServer) -> None:
    vendor.fault = http.first(1, http.replying(b"", "429 Too Many", "Retry-After: 60"))
    async with running(settings_for(samba(vendor), auth=CALLERS)) as gateway:
        await gateway.get("/v1/sessions")
        found = await looked(gateway)

    told = {
        f"{name}_total" if each.type == "counter" else name for name, each in found.families.items()
    }
    assert told == METRICS.keys()
    for name, metric in METRICS.items():
        family = found.families[name.removesuffix("_total")]
        assert (family.documentation, family.type) == (metric.meaning, metric.kind.value)


async def test_calls_are_counted_by_route_and_outcome_and_not_by_their_paths(
    vendor: FaultServer,
) -> None:
    async with running(settings_for(samba(vendor))) as gateway:
        await gateway.get("/v1/sessions")
        await gateway.get("/v1/sessions", limit="many")
        await gateway.get("/v1/sessions/nobody:1")
        await gateway.get("/v1/someone's-secret")
        async with gateway.client.request("PROPFIND", gateway.address + "/v1/sessions"):
            pass
        found = await looked(gateway)

    def calls(route: str, status: str, code: str = "", method: str = "GET") -> float:
        return found.value("calls_total", route=route, method=method, status=status, code=code)

    assert calls("/v1/sessions", "2xx") == 1
    assert calls("/v1/sessions", "4xx", "invalid_parameter") == 1
    assert calls("/v1/sessions/{id}", "4xx", "not_found") == 1
    assert calls("(unknown)", "4xx", "not_found") == 1
    assert calls("(unknown)", "4xx", "method_not_allowed", "other") == 1
    assert found.value("call_seconds_count", route="/v1/sessions", method="GET") == 2
    assert "secret" not in found.text
    assert "PROPFIND" not in found.text


async def test_what_is_no_call_is_counted_apart(vendor: FaultServer) -> None:
    async with running(settings_for(samba(vendor))) as gateway:
        url = URL(gateway.address)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(b"nonsense\r\n\r\n")
        await reader.read()
        writer.close()
        await looked(gateway)
        found = await looked(gateway)

    assert found.value("refused_total", code="malformed_request") == 1
    assert found.value("calls_in_flight") == 1, "the scrape itself"
    assert found.value("loop_lag_seconds_count") == 1


async def test_parts_tell_what_served_them(vendor: FaultServer) -> None:
    async with running(settings_for(samba(vendor))) as gateway:
        for _ in range(3):
            await gateway.get("/v1/sessions")
        async with gateway.client.get(
            gateway.address + "/v1/sessions?sort=started_at",
            headers={"Accept": "application/x-ndjson"},
        ) as answer:
            await answer.read()
        found = await looked(gateway)

    def parts(served_from: str) -> float:
        return found.value(
            "backend_parts_total", backend="samba", status="ok", served_from=served_from
        )

    assert (parts("live"), parts("cache")) == (2, 2)
    assert found.value("backend_rows_total", backend="samba") == 4 * 3
    assert found.value("backend_records_total", backend="samba") == 2 * 3
    assert found.value("upstream_requests_total", backend="samba", outcome="2xx") == 2
    assert found.value("upstream_request_seconds_count", backend="samba") == 2
    assert found.value("kept_entries", kind="ranges") == 1
    assert (
        0
        < found.value("kept_bytes", kind="ranges")
        < found.value("kept_bytes_limit", kind="ranges")
    )


async def test_trouble_is_told_by_its_code(vendor: FaultServer) -> None:
    vendor.fault = http.replying(b"{}", "503 Gone")
    async with running(settings_for(samba(vendor))) as gateway:
        for _ in range(5):
            await gateway.get("/v1/sessions")
        found = await looked(gateway)

    sent = found.value("upstream_requests_total", backend="samba", outcome="5xx")
    failed = found.value("backend_calls_total", backend="samba", outcome="unavailable")
    again = found.value("backend_repetitions_total", backend="samba")
    open_ = found.value("backend_calls_total", backend="samba", outcome="circuit_open")
    parts = found.value("backend_parts_total", backend="samba", status="failed", served_from="none")
    assert (sent, failed + open_, parts) == (vendor.count("GET"), 5, 5)
    assert sent == failed + again
    assert again > 0


async def test_a_vendor_that_wants_to_be_left_alone_is_told_with_the_seconds(
    vendor: FaultServer,
) -> None:
    vendor.fault = http.replying(b"{}", "429 Too Many", "Retry-After: 60")
    async with running(settings_for(samba(vendor))) as gateway:
        await gateway.get("/v1/sessions")
        found = await looked(gateway)

    left = found.value("backend_pause_seconds", backend="samba", code="rate_limited")
    assert 0 < left <= 60


async def test_who_is_let_in_is_counted(vendor: FaultServer) -> None:
    async with running(settings_for(samba(vendor), auth=CALLERS)) as gateway:
        await gateway.get("/v1/sessions", headers=KEY)
        await gateway.get("/v1/sessions", headers={"X-API-Key": "wrong"})
        found = await looked(gateway)

    assert found.value("admissions_total", outcome="admitted") == 1
    assert found.value("admissions_total", outcome="refused") == 1


async def test_counters_outlast_a_reload_and_backends_that_are_gone_are_told_no_more(
    vendor: FaultServer,
) -> None:
    async with running(settings_for(samba(vendor), samba(vendor, "other"))) as gateway:
        await gateway.get("/v1/sessions")
        before = await looked(gateway)
        await gateway.reload(settings_for(samba(vendor, key="two")))
        after = await looked(gateway)
        await gateway.get("/v1/sessions")
        later = await looked(gateway)

    assert before.value("backend_rows_total", backend="other") == 3
    assert after.of_backend("other") == []
    assert after.value("backend_rows_total", backend="samba") == 3
    assert later.value("backend_rows_total", backend="samba") == 6
    calls = {"route": "/v1/sessions", "method": "GET", "status": "2xx", "code": ""}
    assert [each.value("calls_total", **calls) for each in (before, after, later)] == [1, 1, 2]


@pytest.mark.timeout(300)
async def test_series_stay_bounded_whatever_is_asked_for(vendor: FaultServer) -> None:
    """R16: 100,000 random paths, queries and user agents, and every method, over 20 backends."""
    chance = random.Random(16)
    backends = [samba(vendor, f"samba-{number}") for number in range(20)]
    async with (
        all_vendors(3) as vendors,
        running(settings_for(*backends[5:], *vendors.backends.values())) as gateway,
    ):
        await gateway.get("/v1/sessions")
        before = await looked(gateway)
        await _ask(gateway, [_random_request(chance) for _ in range(REQUESTS)])
        after = await looked(gateway)

    told = sum(
        value
        for (name, _), value in after.series.items()
        if name in ("session_gateway_calls_total", "session_gateway_refused_total")
    )
    assert told >= REQUESTS
    assert len(after.series) <= MOST_SERIES
    labels = {value for _, each in after.series for _, value in each}
    assert not {each for each in labels if each.startswith("r-")}, "what a client made up"
    routes = after.labelled("calls_total", "route")
    assert len(routes) <= 20
    assert after.labelled("calls_total", "method") <= {"GET", "HEAD", "POST", "OPTIONS", "other"}
    assert len(after.series) - len(before.series) < 200


def _random_request(chance: random.Random) -> bytes:
    word = f"r-{chance.getrandbits(64):x}"
    method = chance.choice(("GET", "GET", "HEAD", "POST", "OPTIONS", "DELETE", "PROPFIND"))
    path = chance.choice(
        (
            f"/{word}",
            f"/v1/{word}",
            f"/v1/sessions/{word}",
            f"/v1/sessions/{word}:1",
            f"/v1/sessions/a:{word}/end",
            f"/v1/backends/{word}",
            f"/problems/{word}",
            f"/v1/sessions?{word}={word}",
            f"/v1/sessions?backend={word}",
        )
    )
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"User-Agent: {word}", f"X-API-Key: {word}"]
    return "\r\n".join([*lines, f"X-Request-Id: {word}", "\r\n"]).encode()


async def _ask(gateway: Gateway, requests: list[bytes]) -> None:
    """Send requests over one connection, and read as many answers."""
    url = URL(gateway.address)
    reader, writer = await asyncio.open_connection(url.host, url.port)

    async def send() -> None:
        for begin in range(0, len(requests), 16):
            writer.write(b"".join(requests[begin : begin + 16]))
            await writer.drain()

    sending = asyncio.create_task(send())
    answered, rest = 0, b""
    while answered < len(requests):
        read = await reader.read(1 << 16)
        assert read, "the connection was closed"
        rest += read
        answered += rest.count(b"HTTP/1.1 ")
        rest = rest[-8:]
    await sending
    writer.close()


@pytest.mark.parametrize(
    ("host", "caller", "code"),
    [
        ("127.0.0.1", None, None),
        ("127.0.0.1 for 192.0.2.7", None, "unauthorized"),
        ("192.0.2.7", None, "unauthorized"),
        ("192.0.2.7", Caller("reader"), None),
        ("192.0.2.7", Caller("admin", may_read=False, may_administer=True), None),
        ("192.0.2.7", Caller("writer", may_read=False, may_write=True), "forbidden"),
        ("192.0.2.7", Caller("museum's", frozenset({"museum"})), "forbidden"),
    ],
)
async def test_beyond_loopback_metrics_need_a_key_that_may_see_all_backends(
    host: str, caller: Caller | None, code: str | None
) -> None:
    transport = Mock()
    address, _, forwarded = host.partition(" for ")
    transport.get_extra_info.return_value = (address, 8080)
    headers = {**(KEY if caller else {}), **({"X-Forwarded-For": forwarded} if forwarded else {})}
    request = make_mocked_request("GET", "/metrics", headers=headers, transport=transport)
    keys = [ApiKey(caller or ANYONE, hashlib.sha256(b"key").digest())]
    keyring = Keyring(keys, is_key_needed=True)
    admission = Admission(keyring, rates={}, trusted_proxies=(), timer=lambda: 0.0)

    if code is None:
        await authenticate(request, admission, noon)
        assert request.get(CALLER) == caller
        return
    with pytest.raises(Problem) as refused:
        await authenticate(request, admission, noon)
    assert refused.value.code == code
