"""The gateway over all five vendors: one ordered union, whatever each of them is like."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapters.simulators.world import Held
from tests.support.adapters import NOON
from tests.support.gateway import Gateway, Vendors, all_vendors, running

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(rows=120) as vendors:
        yield vendors


@pytest.fixture
async def gateway(vendors: Vendors) -> AsyncIterator[Gateway]:
    async with running(vendors.settings()) as gateway:
        yield gateway


def union(vendors: Vendors, wanted: Callable[[Held], bool] = lambda _: True) -> list[str]:
    """Sort what the simulators hold, from their own books."""
    held = [
        (row.started_at is None, -(row.started_at or EPOCH).timestamp(), name, row.native_id)
        for name, server in vendors.servers.items()
        for row in server.held()
        if wanted(row)
    ]
    return [f"{name}:{native_id}" for _, _, name, native_id in sorted(held)]


async def test_one_page_holds_all_five_newest_first(vendors: Vendors, gateway: Gateway) -> None:
    page = await gateway.get("/v1/sessions", limit=40)

    assert page.ids == union(vendors)[:40]
    assert {session["backend"] for session in page.body["data"]} == set(vendors.servers)
    assert page.body["complete"] is True
    assert page.body["total"] == {"value": len(union(vendors)), "relation": "eq"}


@pytest.mark.parametrize("limits", [[7], [1, 30, 3, 500], [1000]])
async def test_pages_joined_are_the_sorted_union(
    vendors: Vendors, gateway: Gateway, limits: list[int]
) -> None:
    pages = await gateway.walk(limits)

    assert [id_ for page in pages for id_ in page.ids] == union(vendors)
    assert all(page.body["complete"] for page in pages)


async def test_a_walk_asks_a_vendor_that_lists_everything_once(
    vendors: Vendors, gateway: Gateway
) -> None:
    await gateway.walk([50])

    assert vendors.servers["roundware"].requests == ["GET /api/2/sessions/"]
    assert vendors.servers["canopsis"].requests == ["GET /api/v2/sessions"]


@pytest.mark.parametrize("status", ["active", "ended", "unknown"])
async def test_a_status_filters_every_vendor(
    vendors: Vendors, gateway: Gateway, status: str
) -> None:
    pages = await gateway.walk([25], status=status)

    expected = union(vendors, lambda row: row.status == status)
    assert [id_ for page in pages for id_ in page.ids] == expected
    assert expected


async def test_two_statuses_mean_either(vendors: Vendors, gateway: Gateway) -> None:
    pages = await gateway.walk([200], status=["active", "unknown"])

    expected = union(vendors, lambda row: row.status in {"active", "unknown"})
    assert [id_ for page in pages for id_ in page.ids] == expected


async def test_a_range_of_starts_filters_every_vendor(vendors: Vendors, gateway: Gateway) -> None:
    after, before = NOON - timedelta(hours=9), NOON - timedelta(hours=2)

    pages = await gateway.walk(
        [25], started_after=after.isoformat(), started_before=before.isoformat()
    )

    expected = union(
        vendors, lambda row: row.started_at is not None and after <= row.started_at < before
    )
    assert [id_ for page in pages for id_ in page.ids] == expected
    assert len(expected) > 100


async def test_a_user_is_found_by_id_or_name_where_vendors_tell_users(
    vendors: Vendors, gateway: Gateway
) -> None:
    word = next(iter(vendors.servers["canopsis"].held()[0].user))

    page = await gateway.get("/v1/sessions", user=word, limit=1000)

    assert page.ids == union(vendors, lambda row: word in row.user)
    assert page.ids
    reports = page.body["backends"]
    assert reports["digital-samba"]["status"] == "unanswerable"
    assert reports["roundware"]["status"] == "unanswerable"
    assert reports["ekran"]["status"] == "ok"
    assert page.body["complete"] is False
    assert page.body["total"]["relation"] == "gte"


async def test_only_the_asked_backends_answer(vendors: Vendors, gateway: Gateway) -> None:
    page = await gateway.get("/v1/sessions", backend=["ekran", "cortex"], vendor="ekran")

    assert set(page.body["backends"]) == {"ekran"}
    assert {session["vendor"] for session in page.body["data"]} == {"ekran"}
    assert vendors.servers["cortex"].requests == []


async def test_a_dead_vendor_is_named_and_the_others_still_answer(
    vendors: Vendors, gateway: Gateway
) -> None:
    await vendors.servers["digital-samba"].stop()

    page = await gateway.get("/v1/sessions", limit=1000)

    del vendors.servers["digital-samba"]
    assert page.ids == union(vendors)
    assert page.body["complete"] is False
    report = page.body["backends"]["digital-samba"]
    assert report["status"] == "failed"
    assert report["error"] == {"code": "connect", "retryable": True, "retry_after_s": None}
    assert page.body["total"]["relation"] == "gte"


async def test_every_session_of_a_page_is_found_by_its_id(gateway: Gateway) -> None:
    page = await gateway.get("/v1/sessions", limit=25)

    for session in page.body["data"]:
        found = await gateway.get(f"/v1/sessions/{session['id']}")

        assert found.status == 200, session["id"]
        assert found.body["data"]["id"] == session["id"]
        assert found.body["data"]["started_at"] == session["started_at"]
        assert found.body["backend"]["status"] == "ok"


async def test_a_cursor_outlives_the_gateway_that_made_it(vendors: Vendors) -> None:
    settings = vendors.settings(cursor={"keys": ["a key that both gateways have"]})
    async with running(settings) as first:
        page = await first.get("/v1/sessions", limit=30)

    async with running(settings) as second:
        rest = await second.get("/v1/sessions", limit=1000, cursor=page.body["page"]["next"])

    assert page.ids + rest.ids == union(vendors)


async def test_five_thousand_rows_a_vendor_are_walked_to_the_end() -> None:
    async with all_vendors(rows=5000) as vendors, running(vendors.settings()) as gateway:
        pages = await gateway.walk([1000])

        assert [id_ for page in pages for id_ in page.ids] == union(vendors)
