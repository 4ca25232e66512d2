"""The whole answer as lines, and sessions counted by what they have in common."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.simulators.digital_samba import DEVELOPER_KEY, TEAM_ID
from gateway.config import ServerSettings
from gateway.federation import summary
from tests.support.adapters import NOON
from tests.support.gateway import Gateway, Vendors, all_vendors, backend, running, settings_for
from tests.support.wires import Peer, Visit

LINES = {"Accept": "application/x-ndjson"}


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(rows=250) as vendors:
        yield vendors


@pytest.fixture
async def gateway(vendors: Vendors) -> AsyncIterator[Gateway]:
    async with running(vendors.settings()) as gateway:
        yield gateway


async def stream(
    gateway: Gateway, query: dict[str, Any] | None = None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Read a stream to its end; give the sessions and the trailer."""
    url = f"{gateway.address}/v1/sessions"
    async with gateway.client.get(url, headers=LINES, params=query) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("application/x-ndjson")
        lines = [json.loads(line) for line in (await response.text()).splitlines()]
    return lines[:-1], lines[-1]


async def test_a_stream_holds_what_a_walk_holds_and_ends_with_its_trailer(
    gateway: Gateway,
) -> None:
    pages = await gateway.walk([1000])

    sessions, trailer = await stream(gateway)

    assert [s["id"] for s in sessions] == [id_ for page in pages for id_ in page.ids]
    assert len(sessions) > 1200
    assert trailer["end"] is True
    assert trailer["complete"] is True
    assert trailer["next"] is None
    assert trailer["total"] == {"value": len(sessions), "relation": "eq"}
    assert sum(report["rows"] for report in trailer["backends"].values()) == len(sessions)


@pytest.mark.parametrize("limit", [1, 499, 500, 501, 1200])
async def test_a_limit_caps_a_stream_and_its_cursor_goes_on(gateway: Gateway, limit: int) -> None:
    whole, _ = await stream(gateway)

    sessions, trailer = await stream(gateway, {"limit": limit})
    rest, end = await stream(gateway, {"cursor": trailer["next"]})

    assert len(sessions) == limit
    assert [s["id"] for s in sessions + rest] == [s["id"] for s in whole]
    assert end["next"] is None


async def test_a_stream_is_filtered_sorted_and_cut_to_fields(gateway: Gateway) -> None:
    query = {"status": "ended", "sort": "duration_s", "fields": "duration_s,status"}

    sessions, _ = await stream(gateway, query)

    durations = [s["duration_s"] for s in sessions if s["duration_s"] is not None]
    assert durations == sorted(durations)
    assert {s["status"] for s in sessions} == {"ended"}
    assert all(s.keys() == {"duration_s", "status"} for s in sessions)


async def test_a_stream_walks_a_vendor_that_pages_once_and_no_further(
    vendors: Vendors, gateway: Gateway
) -> None:
    await stream(gateway, {"backend": "digital-samba"})

    assert len(vendors.servers["digital-samba"].requests) == 3


async def test_a_dead_backend_is_named_in_the_trailer(vendors: Vendors, gateway: Gateway) -> None:
    await vendors.servers["ekran"].stop()

    sessions, trailer = await stream(gateway)

    assert "ekran" not in {s["backend"] for s in sessions}
    assert trailer["complete"] is False
    assert trailer["backends"]["ekran"]["error"]["code"] == "connect"


@pytest.mark.parametrize(
    ("accept", "is_stream"),
    [
        ("application/json, application/x-ndjson;q=0.5", False),
        ("application/json;q=0.5, application/x-ndjson", True),
        ("Application/X-NDJSON", True),
        ("application/x-ndjson;q=0, application/json", False),
        ("application/x-ndjson-like, application/json", False),
        ("*/*", False),
    ],
)
async def test_lines_are_sent_to_who_accepts_them(
    gateway: Gateway, accept: str, is_stream: bool
) -> None:
    url = f"{gateway.address}/v1/sessions"

    async with gateway.client.get(url, headers={"Accept": accept}) as response:
        await response.read()

    assert response.content_type == ("application/x-ndjson" if is_stream else "application/json")
    assert len(response.headers["X-Request-Id"]) == 16


async def test_a_capped_stream_counts_the_rest_if_that_is_wanted(gateway: Gateway) -> None:
    query = {"backend": "digital-samba", "status": "ended", "limit": 3}
    whole, _ = await stream(gateway, query | {"limit": 100_000})

    _, cheap = await stream(gateway, query)
    _, exact = await stream(gateway, query | {"count": "exact"})

    assert cheap["total"]["relation"] == "gte"
    assert exact["total"] == {"value": len(whole), "relation": "eq"}


async def test_a_stream_that_could_hold_nothing_is_a_problem(
    vendors: Vendors, gateway: Gateway
) -> None:
    await vendors.servers["ekran"].stop()

    alone = await gateway.get("/v1/sessions", headers=LINES, backend="ekran")
    required = await gateway.get("/v1/sessions", headers=LINES, require="ekran")

    assert (alone.status, required.status) == (502, 502)


async def test_nothing_more_is_read_when_the_client_leaves() -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def patient(visit: Visit) -> None:
        await visit.request()
        asked.set()
        await visit.until_left()
        left.set()

    async with Peer(patient) as peer:
        options = {"url": peer.url, "team_id": TEAM_ID, "developer_key": DEVELOPER_KEY}
        server = ServerSettings(port=0, deadline_s=30)
        settings = settings_for(backend("digital_samba", options), server=server)
        async with running(settings) as gateway:
            call = asyncio.create_task(stream(gateway))
            await asked.wait()
            call.cancel()
            await asyncio.wait_for(left.wait(), 5)


async def summarised(gateway: Gateway, **query: object) -> dict[str, Any]:
    answer = await gateway.call("GET", "/v1/sessions/summary", query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


async def test_sessions_are_counted_by_fields_and_by_stretches_of_their_start(
    gateway: Gateway,
) -> None:
    sessions, _ = await stream(gateway)

    def hour(session: dict[str, Any]) -> str | None:
        if session["started_at"] is None:
            return None
        start = datetime.fromisoformat(session["started_at"])
        return start.strftime("%Y-%m-%dT%H:00:00Z")

    body = await summarised(gateway, by="status,backend", bucket="1h")

    expected = Counter((s["status"], s["backend"], hour(s)) for s in sessions)
    told = {
        (cell["status"], cell["backend"], cell["bucket"]): cell["count"]["value"]
        for cell in body["data"]
    }
    assert told == expected
    assert {cell["count"]["relation"] for cell in body["data"]} == {"eq"}
    assert body["complete"] is True
    assert body["total"]["value"] == len(sessions)


@pytest.mark.parametrize("by", ["vendor", "user", "space", "language", "client", "device"])
async def test_every_grouping_counts_every_session_once(gateway: Gateway, by: str) -> None:
    sessions, _ = await stream(gateway)

    body = await summarised(gateway, by=by)

    assert sum(cell["count"]["value"] for cell in body["data"]) == len(sessions)
    assert all(cell.keys() == {by, "count"} for cell in body["data"])


async def test_a_summary_is_of_what_is_filtered(gateway: Gateway) -> None:
    after = (NOON - timedelta(hours=3)).isoformat()
    sessions, _ = await stream(gateway, {"started_after": after, "status": "active"})

    body = await summarised(gateway, by="status", started_after=after, status="active")

    assert body["data"] == [
        {"status": "active", "count": {"value": len(sessions), "relation": "eq"}}
    ]


async def test_a_summary_that_lacks_a_backend_counts_at_least(
    vendors: Vendors, gateway: Gateway
) -> None:
    await vendors.servers["digital-samba"].stop()

    body = await summarised(gateway, by="backend")

    assert body["complete"] is False
    assert {cell["count"]["relation"] for cell in body["data"]} == {"gte"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "by"),
        ("by=", "by"),
        ("by=colour", "by"),
        ("by=status&by=user", "by"),
        ("bucket=2h", "bucket"),
        ("by=status&limit=5", "limit"),
        ("by=status&sort=user", "sort"),
        ("by=status&status=gone", "status"),
    ],
)
async def test_a_bad_summary_is_refused(gateway: Gateway, query: str, parameter: str) -> None:
    answer = await gateway.get(f"/v1/sessions/summary?{query}")

    assert answer.status == 400
    assert parameter in [error["parameter"] for error in answer.body["errors"]]


async def test_more_cells_than_an_answer_holds_are_refused(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summary, "MAX_CELLS", 100)

    answer = await gateway.get("/v1/sessions/summary", by="user", bucket="1m")

    assert (answer.status, answer.body["code"]) == (400, "too_many_cells")
