"""Digital Samba REST API documentation, "List" of sessions: what it can be asked for."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.simulators.digital_samba import DigitalSambaSimulator
from adapters.simulators.world import Held
from tests.pages.digital_samba import LIST, page
from tests.pages.support import Reader, reading
from tests.support.adapters import noon


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading(DigitalSambaSimulator(rows=250, seed=2, clock=noon)) as reader:
        yield reader


async def page_ids(reader: Reader, query: str) -> list[str]:
    """List at the vendor itself, and go on after the last session of each page."""
    found: list[str] = []
    after = ""
    while True:
        rows = (await page(reader, f"?{query}{after}"))["data"]
        found += [row["id"] for row in rows]
        if len(rows) < 100:
            return found
        after = f"&after={found[-1]}"


def sent(reader: Reader, name: str) -> list[Any]:
    """Give what a parameter was in each call of the list; none where it was left out."""
    return [call.parameters.get(name) for call in reader.relay.calls(LIST)]


def began_within(since: datetime, until: datetime) -> Any:  # noqa: ANN401  # a condition
    def began(row: Held) -> bool:
        return row.started_at is not None and since <= row.started_at < until

    return began


# "To list all sessions you need to execute a GET request against the /sessions endpoint."


async def test_to_list_all_sessions(reader: Reader) -> None:
    listed = await reader.listed()

    assert [session["native_id"] for session in listed] == reader.held()
    assert {(s["native_id"], s["status"]) for s in listed} == {
        (row.native_id, row.status) for row in reader.vendor.held()
    }
    assert {call.name for call in reader.relay.asked} == {LIST}


# "Pagination is supported with limit, order and after arguments."


async def test_pagination_by_default_maximum_100_sessions_will_be_returned(reader: Reader) -> None:
    assert len((await page(reader))["data"]) == 100

    assert len(await reader.listed()) == 250

    assert len(reader.relay.calls(LIST)) == 3
    assert all(int(limit) <= 100 for limit in sent(reader, "limit"))


@pytest.mark.parametrize("limit", [1, 7, 40, 100])
async def test_pagination_limit(reader: Reader, limit: int) -> None:
    answer = await reader.get(limit=limit)

    assert [s["native_id"] for s in answer.body["data"]] == reader.held()[:limit]
    # One more is asked for, and where that does not do another page: a second may be shared.
    assert limit <= int(sent(reader, "limit")[0]) <= 100
    assert len(reader.relay.calls(LIST)) <= 2


@pytest.mark.parametrize(("sort", "order"), [("-started_at", "desc"), ("started_at", "asc")])
async def test_pagination_order(reader: Reader, sort: str, order: str) -> None:
    answer = await reader.get(sort=sort, limit=30)

    (first, *_) = await page_ids(reader, f"order={order}")
    starts = [session["started_at"] for session in answer.body["data"]]
    assert starts == sorted(starts, reverse=order == "desc")
    assert set(sent(reader, "order")) == {order}
    assert first in [session["native_id"] for session in answer.body["data"]]


async def test_pagination_after(reader: Reader) -> None:
    """A page is asked for after the last session of the page before."""
    listed = await reader.ids()

    in_the_vendors_order = await page_ids(reader, "limit=100")
    assert sent(reader, "after") == [None, in_the_vendors_order[99], in_the_vendors_order[199]]
    assert sorted(listed) == sorted(in_the_vendors_order)


async def test_pagination_after_through_the_pages_of_the_gateway(reader: Reader) -> None:
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await reader.get(limit=60, **cursor)
        found += [session["native_id"] for session in answer.body["data"]]
        if answer.body["page"]["next"] is None:
            break
        cursor = {"cursor": answer.body["page"]["next"]}

    assert found == reader.held()
    assert [after for after in sent(reader, "after") if after] != []
    assert set(sent(reader, "offset")) == {None}


# "To filter sessions from a concrete date interval"

SINCE, UNTIL = datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)


async def test_date_start_and_date_end(reader: Reader) -> None:
    """A day around is asked for: whose days they are, and whether the last counts, is not told."""
    found = await reader.ids(started_after="2026-11-21", started_before="2026-11-22")

    assert 0 < len(found) < 250
    assert found == reader.held(began_within(SINCE, UNTIL))
    assert found == [
        native_id
        for native_id in reader.held()
        if native_id in await page_ids(reader, "date_start=2026-11-21&date_end=2026-11-21")
    ]
    assert sent(reader, "date_start")[0] == "2026-11-20"
    assert sent(reader, "date_end")[0] == "2026-11-24"


async def test_date_start(reader: Reader) -> None:
    found = await reader.ids(started_after="2026-11-22T06:30:00+01:00")

    since = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
    assert found == reader.held(began_within(since, noon() + timedelta(days=1)))
    assert set(sent(reader, "date_start")) == {"2026-11-21"}


async def test_date_end(reader: Reader) -> None:
    found = await reader.ids(started_before="2026-11-22T05:30:00Z")

    until = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
    assert found == reader.held(began_within(datetime(2026, 1, 1, tzinfo=UTC), until))
    assert sent(reader, "date_end")[0] == "2026-11-24"
    assert set(sent(reader, "date_start")) == {None}


# "To list all sessions for a concrete room"


async def test_room_id(reader: Reader) -> None:
    room = (await page(reader))["data"][5]["room_id"]

    found = await reader.listed(space=room)

    assert {session["space"]["id"] for session in found} == {room}
    assert [s["native_id"] for s in found] == await page_ids(reader, f"room_id={room}")
    assert sent(reader, "room_id") == [room]


async def test_room_id_beside_all_other_parameters(reader: Reader) -> None:
    room = (await page(reader))["data"][5]["room_id"]

    found = await reader.ids(
        space=room, status="ended", started_after="2026-11-21", sort="started_at"
    )

    query = f"room_id={room}&live=false&order=asc&date_start=2026-11-21"
    assert found == await page_ids(reader, query)
    assert found
    (call,) = reader.relay.calls(LIST)
    assert {**call.parameters, "limit": "100"} == {
        "limit": "100",
        "order": "asc",
        "live": "false",
        "room_id": room,
        "date_start": "2026-11-20",
    }


async def test_room_id_of_no_room(reader: Reader) -> None:
    assert await reader.ids(space="87a5d383-9e79-44ea-b382-686e430f4ecc") == []


async def test_room_id_of_several_rooms(reader: Reader) -> None:
    """The parameter takes one; so it is left out, and they are chosen here."""
    rooms = [row["room_id"] for row in (await page(reader))["data"][5:7]]

    found = await reader.ids(space=rooms)

    each = [await page_ids(reader, f"room_id={room}") for room in rooms]
    assert len(set(rooms)) == 2
    assert sorted(found) == sorted([*each[0], *each[1]])
    assert set(sent(reader, "room_id")) == {None}


async def test_a_room_by_its_name(reader: Reader) -> None:
    """There is no parameter for it, so the rooms are compared here."""
    row = (await page(reader))["data"][5]

    found = await reader.ids(space=row["friendly_url"])

    assert found == await page_ids(reader, f"room_id={row['room_id']}")
    assert set(sent(reader, "room_id")) == {None}


async def test_rooms_id_sessions_is_not_needed(reader: Reader) -> None:
    """It is the page's other way to the same list, less the filters that go with ``room_id``."""
    room = (await page(reader))["data"][5]["room_id"]

    await reader.ids(space=room)

    assert {call.name for call in reader.relay.asked} == {LIST}


# "To filter live sessions only"


@pytest.mark.parametrize(("status", "live"), [("active", "true"), ("ended", "false")])
async def test_live(reader: Reader, status: str, live: str) -> None:
    found = await reader.ids(status=status)

    assert found
    assert found == reader.held(lambda row: row.status == status)
    assert sorted(found) == sorted(await page_ids(reader, f"live={live}"))
    assert set(sent(reader, "live")) == {live}


async def test_live_cannot_say_both(reader: Reader) -> None:
    assert await reader.ids(status=["active", "ended"]) == reader.held()
    assert set(sent(reader, "live")) == {None}
