"""The head of every answer over the built gateway: freshness, links, ids, formats, and hygiene."""

import asyncio
import gzip
import json
import logging
import re
import zlib
from collections.abc import AsyncIterator

import pytest
from yarl import URL

from adapters.simulators.roundware import RoundwareSimulator
from gateway.config import CorsSettings, Settings
from gateway.config.settings import CacheSettings
from tests.support.adapters import noon
from tests.support.gateway import Answer, Gateway, backend, running, settings_for
from tests.support.wires import Peer, silent
from tests.web.test_front_door import problem

NOWHERE = {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ORIGIN = "https://dashboard.example"
SESSIONS, SUMMARY = "/v1/sessions", "/v1/sessions/summary?by=status"


@pytest.fixture
async def museum() -> AsyncIterator[RoundwareSimulator]:
    simulator = RoundwareSimulator(rows=60, seed=4, clock=noon)
    yield simulator
    await simulator.stop()


@pytest.fixture
async def settings(museum: RoundwareSimulator) -> Settings:
    address = await museum.start()
    long, short = CacheSettings(ttl_s=3600), CacheSettings(ttl_s=600)
    return settings_for(
        backend("roundware", museum.options(address), name="museum", cache=long),
        backend("roundware", museum.options(address), name="9th-gallery", cache=short),
        backend("roundware", NOWHERE, name="attic", cache=long),
    )


@pytest.fixture
async def gateway(settings: Settings) -> AsyncIterator[Gateway]:
    async with running(settings) as gateway:
        yield gateway


async def asked(gateway: Gateway, path: str = SESSIONS, **headers: str) -> Answer:
    """Ask the two backends that answer."""
    mark = "&" if "?" in path else "?"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    both = f"{path}{mark}backend=museum&backend=9th-gallery"
    return await gateway.call("GET", both, headers=named)


async def raw(gateway: Gateway, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes and read what comes until the connection ends."""
    url = URL(gateway.address)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(sent)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in lines), body


def chunked(body: bytes) -> list[bytes]:
    """Take a chunked body apart."""
    chunks = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        chunks.append(rest[: int(size, 16)])
        body = rest[int(size, 16) + 2 :]
    return chunks[:-1]


async def test_an_answer_says_how_long_it_serves_by_the_strictest_backend(
    gateway: Gateway,
) -> None:
    answer = await asked(gateway)

    found = re.fullmatch(r"private, max-age=(\d+)", answer.headers["Cache-Control"])
    assert found
    assert 540 < int(found[1]) <= 600
    assert "Age" not in answer.headers


@pytest.mark.parametrize("path", [SESSIONS, SUMMARY])
async def test_the_same_answer_has_the_same_tag_and_is_not_sent_again(
    gateway: Gateway, path: str
) -> None:
    first = await asked(gateway, path, X_Request_Id="one")
    second = await asked(gateway, path, X_Request_Id="two", Cache_Control="no-cache")
    third = await asked(gateway, path, If_None_Match=f'"other", {first.headers["ETag"]}')

    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["ETag"].startswith('W/"')
    assert (third.status, third.body) == (304, None)
    assert third.headers["ETag"] == first.headers["ETag"]
    assert third.headers["Cache-Control"].startswith("private, max-age=")
    assert third.headers["Vary"] == first.headers["Vary"]


async def test_another_answer_has_another_tag(gateway: Gateway) -> None:
    queries = ("", "?limit=3", "?limit=4", "?fields=id", "?count=none", "?q=project")

    tags = {(await asked(gateway, SESSIONS + query)).headers["ETag"] for query in queries}

    assert len(tags) == len(queries)


async def test_one_session_has_a_tag_too(gateway: Gateway) -> None:
    path = f"{SESSIONS}/{(await asked(gateway)).ids[0]}"
    first = await gateway.get(path)
    second = await gateway.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"].startswith("private, max-age=")
    assert second.status == 304


async def test_an_incomplete_answer_is_not_to_be_kept(gateway: Gateway) -> None:
    answer = await gateway.get(SESSIONS)

    assert answer.body["complete"] is False
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    again = await gateway.get(SESSIONS, headers={"If-None-Match": "*"})
    assert again.status == 200


async def test_each_backend_says_where_its_part_came_from_and_how_long_it_took(
    gateway: Gateway,
) -> None:
    first = await gateway.get(SESSIONS)
    second = await gateway.get(SESSIONS)

    live, kept = (each.headers["Cache-Status"].split(", ") for each in (first, second))
    assert re.fullmatch(r"museum; fwd=miss; stored; ttl=3[56]\d\d", live[0])
    assert re.fullmatch(r'"9th-gallery"; fwd=miss; stored; ttl=[56]\d\d', live[1])
    assert live[2] == "attic; fwd=miss; detail=connect"
    assert re.fullmatch(r"museum; hit; ttl=3[56]\d\d", kept[0])
    timings = [member.split(";dur=") for member in first.headers["Server-Timing"].split(", ")]
    assert [name for name, _ in timings] == ["museum", "9th-gallery", "attic"]
    assert float(timings[0][1]) > 0


async def test_links_lead_to_the_next_page_and_the_first(gateway: Gateway) -> None:
    page = await asked(gateway, f"{SESSIONS}?limit=7&q=project%20%26%22%3E")
    links = dict(
        re.findall(
            r'<([^>]*)>; rel="(\w+)"', (await asked(gateway, f"{SESSIONS}?limit=7")).headers["Link"]
        )
    )
    leading = {relation: target for target, relation in links.items()}
    following = await gateway.get(leading["next"])
    first = await gateway.get(leading["first"])

    assert all(target.startswith("/v1/sessions?") for target in leading.values())
    assert len(set(following.ids) | set(first.ids)) == 14
    assert following.body["page"]["next"] is not None
    assert page.headers["Link"].count("<") == page.headers["Link"].count(">") == 1
    last = await asked(gateway, f"{SESSIONS}?limit=1000")
    assert 'rel="next"' not in last.headers["Link"]


async def test_a_link_that_no_client_could_read_is_left_out(gateway: Gateway) -> None:
    names = "&".join(f"client={'x' * 1000}" for _ in range(7))

    answer = await asked(gateway, f"{SESSIONS}?limit=1&{names}")

    assert answer.status == 200
    assert "Link" not in answer.headers


@pytest.mark.parametrize(
    "path", [SESSIONS, SUMMARY, "/v1/backends", "/healthz", "/nothing", "/problems/not_found"]
)
async def test_every_answer_is_harmless(gateway: Gateway, path: str) -> None:
    headers = (await gateway.call("HEAD", path)).headers

    assert headers["Vary"] == "Authorization, X-API-Key, Accept, Accept-Encoding"
    assert headers["Server"] == "session-gateway"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in headers, "it was not asked over HTTPS"
    assert not {name for name in headers if name.startswith("Access-Control")}


async def test_a_request_keeps_its_id_and_its_trace(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "gateway.requests")
    parent = f"00-{TRACE}-00f067aa0ba902b7-01"

    answer = await asked(gateway, X_Request_Id="mine-7", traceparent=parent)
    other = await asked(gateway, X_Request_Id="not mine", traceparent="nonsense")

    assert answer.headers["X-Request-Id"] == "mine-7"
    assert re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-01", answer.headers["traceresponse"])
    assert re.fullmatch(r"[0-9a-f]{16}", other.headers["X-Request-Id"])
    assert TRACE not in other.headers["traceresponse"]
    assert f"mine-7 trace {TRACE}" in caplog.text


async def test_how_long_a_client_waits_is_heeded_and_told(gateway: Gateway) -> None:
    waited = await asked(gateway, Prefer="respond-async, wait=7.5")
    unsaid = await asked(gateway, Prefer="respond-async")

    assert waited.headers["Preference-Applied"] == "wait=7.5"
    assert "Preference-Applied" not in unsaid.headers


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson", "text/csv"])
async def test_a_call_ends_when_its_client_no_longer_waits(accept: str) -> None:
    async with Peer(silent) as peer:
        options = {"url": f"http://127.0.0.1:{peer.port}/api/2", "token": "s3cret"}
        async with running(settings_for(backend("roundware", options))) as gateway:
            answer = await gateway.get(SESSIONS, headers={"Prefer": "wait=0.3", "Accept": accept})

    problem(answer, 504, "timeout")
    assert answer.headers["Preference-Applied"] == "wait=0.3"


async def test_clients_say_how_fresh_an_answer_is_to_be(
    gateway: Gateway, museum: RoundwareSimulator
) -> None:
    problem(await asked(gateway, Cache_Control="only-if-cached"), 504, "not_cached")
    assert museum.requests == []
    await asked(gateway)

    kept = await asked(gateway, Cache_Control="only-if-cached, max-age=60, max-stale")
    renewed = await asked(gateway, Cache_Control="no-cache")
    at_once = await asked(gateway, Cache_Control="max-age=0")

    sources = [each.body["backends"]["museum"]["served_from"] for each in (kept, renewed, at_once)]
    assert sources == ["cache", "live", "cache"]


async def test_what_is_kept_serves_who_wants_it_for_long_enough_yet(gateway: Gateway) -> None:
    await asked(gateway)

    # The gallery keeps for 600 seconds, and the museum for 3600.
    answers = [
        await asked(gateway, Cache_Control=f"min-fresh={seconds}") for seconds in (500, 600, 700)
    ]
    museum = await gateway.get(
        SESSIONS, backend="museum", headers={"Cache-Control": "min-fresh=700"}
    )

    sources = [each.body["backends"]["9th-gallery"]["served_from"] for each in answers]
    assert sources == ["cache", "live", "cache"], "a vendor is asked for it once a second"
    assert museum.body["backends"]["museum"]["served_from"] == "cache"


@pytest.mark.parametrize(
    "path", [SESSIONS, SUMMARY, "/v1/sessions?limit=0", "/openapi.json", "/healthz"]
)
async def test_an_answer_that_the_client_would_not_have_stored_says_so(
    gateway: Gateway, path: str
) -> None:
    answer = await gateway.get(path, headers={"Cache-Control": "max-age=60, no-store"})

    assert answer.headers["Cache-Control"] == "no-store"


async def test_who_stores_nothing_is_served_what_is_kept_and_told_it_is_the_same(
    gateway: Gateway,
) -> None:
    first = await asked(gateway, Cache_Control="no-store")
    known = await asked(gateway, Cache_Control="no-store", If_None_Match=first.headers["ETag"])
    other = await asked(gateway)

    assert (known.status, known.headers["Cache-Control"]) == (304, "no-store")
    assert other.body["backends"]["museum"]["served_from"] == "cache"
    assert other.headers["Cache-Control"].startswith("private, max-age=")


async def test_directives_that_nobody_knows_are_passed_over(gateway: Gateway) -> None:
    await asked(gateway)

    answer = await asked(gateway, Cache_Control='stale-if-error=5, x="no-cache", no-transform,, =')

    assert answer.body["backends"]["museum"]["served_from"] == "cache"


async def test_of_what_is_kept_in_part_the_rest_has_failed(gateway: Gateway) -> None:
    await asked(gateway)

    answer = await gateway.get(SESSIONS, headers={"Cache-Control": "only-if-cached"})

    assert answer.status == 200
    assert answer.body["backends"]["attic"]["error"]["code"] == "not_cached"
    assert "attic; detail=not_cached" in answer.headers["Cache-Status"]


@pytest.mark.parametrize("path", [SESSIONS, SUMMARY, "/v1/backends", "/v1/sessions/museum:1"])
async def test_what_nobody_would_read_is_not_answered(gateway: Gateway, path: str) -> None:
    answer = await gateway.get(path, headers={"Accept": "text/html, */*;q=0"})

    problem(answer, 406, "not_acceptable")


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson", "text/csv"])
async def test_who_accepts_gzip_is_sent_it(gateway: Gateway, accept: str) -> None:
    url = URL(f"{gateway.address}{SESSIONS}?backend=museum&limit=50", encoded=True)
    plain, packed = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "br, gzip;q=0.5"}
    bodies = []
    for coding in (plain, packed):
        async with gateway.client.get(url, headers={"Accept": accept, **coding}) as response:
            told = response.headers.get("Content-Encoding")
            bodies.append(
                re.sub(rb'"(as_of|next|served_from|requests)":[^,}]*', b"", await response.read())
            )
            assert told == ("gzip" if coding is packed else None)

    assert bodies[0] == bodies[1]


async def test_lines_are_flushed_as_they_are_sent(gateway: Gateway) -> None:
    head = b"GET /v1/sessions?backend=museum HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    sent = head + b"Accept: application/x-ndjson\r\nAccept-Encoding: gzip\r\n\r\n"

    _, _, body = await raw(gateway, sent)

    chunks = chunked(body)
    first = zlib.decompressobj(31).decompress(chunks[0])
    assert first.endswith(b"\n"), "a chunk can be read to its end when it comes"
    assert json.loads(first.splitlines()[0])["backend"] == "museum"
    assert len(chunks) > 1
    assert gzip.decompress(b"".join(chunks)).splitlines()[-1].startswith(b'{"end":true')


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/sessions", "GET, HEAD, OPTIONS, POST"),
        ("/v1/sessions/museum:1", "GET, HEAD, OPTIONS"),
        ("/v1/sessions/museum:1/end", "OPTIONS, POST"),
        ("/v1/backends", "GET, HEAD, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
        ("/problems/timeout", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_path_tells_its_methods(gateway: Gateway, path: str, allowed: str) -> None:
    options = await gateway.call("OPTIONS", path)
    wrong = await gateway.call("DELETE", path)

    assert (options.status, options.headers["Allow"]) == (204, allowed)
    problem(wrong, 405, "method_not_allowed")
    assert wrong.headers["Allow"] == allowed


async def test_options_of_nothing_and_of_the_whole_server(gateway: Gateway) -> None:
    problem(await gateway.call("OPTIONS", "/nothing"), 404, "not_found")

    status, headers, _ = await raw(
        gateway, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )

    assert (status, headers["Allow"]) == (204, "GET, HEAD, POST")


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson", "text/csv"])
async def test_head_is_get_without_a_body(gateway: Gateway, accept: str) -> None:
    url = URL(f"{gateway.address}{SESSIONS}?backend=museum", encoded=True)
    heads, bodies = [], []
    for method in ("GET", "HEAD"):
        async with gateway.client.request(method, url, headers={"Accept": accept}) as response:
            bodies.append(await response.read())
            heads.append((response.status, response.content_type, response.headers.get("ETag")))

    assert heads[0] == heads[1]
    assert bodies[0]
    assert not bodies[1]


@pytest.mark.parametrize(("host", "status"), [("here.example", 200), ("evil.example", 400)])
async def test_other_hosts_are_not_served(gateway: Gateway, host: str, status: int) -> None:
    line = f"GET http://{host}/healthz HTTP/1.1\r\n".encode()

    got, _, body = await raw(gateway, line + b"Host: here.example\r\nConnection: close\r\n\r\n")

    assert got == status
    assert (json.loads(body).get("code") == "invalid_target") is (status == 400)


@pytest.fixture
async def shared(settings: Settings) -> AsyncIterator[Gateway]:
    cors = CorsSettings(origins=(ORIGIN,))
    async with running(settings.model_copy(update={"cors": cors})) as gateway:
        yield gateway


async def test_pages_of_configured_origins_may_call(shared: Gateway) -> None:
    preflight = await shared.call(
        "OPTIONS",
        SESSIONS,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-api-key,idempotency-key",
        },
    )
    answer = await asked(shared, Origin=ORIGIN)
    refused = await shared.get(f"{SESSIONS}?limit=0", headers={"Origin": ORIGIN})

    assert preflight.status == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"].split(", ")
    allowed = preflight.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"x-api-key", "authorization", "idempotency-key", "prefer"} <= set(allowed)
    for each in (preflight, answer, refused):
        assert each.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Access-Control-Allow-Credentials" not in each.headers
        assert each.headers["Vary"].endswith("Accept-Encoding, Origin")
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Link", "X-Request-Id", "Retry-After", "Cache-Status"} <= exposed


@pytest.mark.parametrize(
    "origin",
    [
        "https://dashboard.example.evil.example",
        "https://dashboard.example:8443",
        "http://dashboard.example",
        "https://DASHBOARD.example",
        "null",
        "*",
        "",
    ],
)
async def test_pages_of_other_origins_may_not(shared: Gateway, origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    preflight = await shared.call("OPTIONS", SESSIONS, headers=headers)
    answer = await asked(shared, Origin=origin)

    for each in (preflight, answer):
        assert not {name for name in each.headers if name.startswith("Access-Control")}
        assert "Origin" in each.headers["Vary"]


async def test_by_default_no_page_of_another_origin_may(gateway: Gateway) -> None:
    answer = await asked(gateway, Origin=ORIGIN)

    assert not {name for name in answer.headers if name.startswith("Access-Control")}
