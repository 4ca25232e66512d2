"""How Digital Samba lists sessions, and lets anybody do so."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from adapters.digital_samba import DigitalSambaAdapter
from adapters.simulators.digital_samba import DEVELOPER_KEY, TEAM_ID
from gateway.model.matching import matches
from gateway.spi import (
    AnyOf,
    AtOrAfter,
    Before,
    Field,
    First,
    GiveUp,
    LogInAgain,
    SlowDown,
    Status,
)
from tests.quirks.digital_samba.visiting import visiting
from tests.support.adapters import NOON, driving
from tests.support.replies import Replies, reply
from tests.vendors.digital_samba import ENDED_ROW, LIVE_ROW, ids

PAIR = b64encode(f"{TEAM_ID}:{DEVELOPER_KEY}".encode()).decode()


async def test_the_key_is_taken_in_three_forms() -> None:
    """Authenticate to the API: Basic, Bearer with both in base64, and the key alone."""
    forms = {"basic": f"Basic {PAIR}", "bearer_pair": f"Bearer {PAIR}"}
    forms["bearer"] = f"Bearer {DEVELOPER_KEY}"
    async with visiting(rows=5) as visit:
        for form in forms.values():
            assert (await visit.ask(headers={"Authorization": form})).status == 200
        for wrong in (f"Basic {DEVELOPER_KEY}", f"Bearer {TEAM_ID}", PAIR, ""):
            assert (await visit.ask(headers={"Authorization": wrong})).status == 401

        options = {"url": visit.driver.adapter.endpoint().url, "team_id": TEAM_ID}
        for auth in forms:
            told = options | {"auth": auth, "developer_key": DEVELOPER_KEY}
            async with driving(DigitalSambaAdapter, told) as driver:
                assert len(await driver.sessions()) == 5
            async with driving(DigitalSambaAdapter, told | {"developer_key": "wrong"}) as driver:
                with pytest.raises(LogInAgain):
                    await driver.sessions()


async def test_too_many_calls_in_a_minute_are_refused() -> None:
    """Rate limiting: 1000 a minute, then 429 with ``retry-after`` and the same in words."""
    now = NOON
    async with visiting(rows=5, clock=lambda: now, calls_a_minute=1000) as visit:
        for _ in range(1000):
            await visit.ask("/sessions/none")
        now += timedelta(seconds=22)
        refusal = await visit.ask()
        with pytest.raises(SlowDown) as caught:
            await visit.driver.pages()
        now += timedelta(seconds=38)

        assert (await visit.ask()).status == 200

    assert (refusal.status, refusal.headers["retry-after"]) == (429, "38")
    assert refusal.body == {
        "message": "Too Many Attempts. You may try again in 38 seconds.",
        "error": "rate-limit",
    }
    assert caught.value.retry_after_seconds == 38


@pytest.mark.parametrize("refuses", [False, True])
async def test_a_page_holds_a_hundred_at_most(*, refuses: bool) -> None:
    """Pagination: by default and at most; whether more is refused or taken for it is not told."""
    async with visiting(refuses_large_limits=refuses) as visit:
        assert len((await visit.ask()).ids) == 100
        assert len((await visit.ask(limit="100")).ids) == 100
        larger = await visit.ask(limit="1000")

        pages = await visit.driver.pages(page_size=1000)

    assert larger.status == (422 if refuses else 200)
    assert refuses or len(larger.ids) == 100
    assert [len(page.records) for page in pages] == [100, 100, 50]


async def test_the_newest_come_first_unless_asked_otherwise() -> None:
    """Pagination: ``order`` is ``desc`` unless it is ``asc``."""
    async with visiting(rows=90) as visit:
        newest = [held.native_id for held in visit.simulator.held()]

        assert (await visit.ask()).ids == newest
        assert (await visit.ask(order="desc")).ids == newest
        assert (await visit.ask(order="asc")).ids == newest[::-1]
        assert (await visit.ask(order="newest")).status == 422

        visit.simulator.requests.clear()
        await visit.driver.pages()
        assert visit.simulator.requests == ["GET /api/v1/sessions?limit=100&order=desc"]


async def test_a_page_goes_on_after_the_last_id_of_the_one_before() -> None:
    """Pagination: ``after`` is the id of the last record; what begins meanwhile is before it."""
    now = NOON
    async with visiting(clock=lambda: now) as visit:
        before = [held.native_id for held in visit.simulator.held()]
        page = await visit.driver.adapter.fetch_page(
            visit.driver.plan(), First(), visit.driver.context
        )
        first = await visit.ask()
        now += timedelta(hours=1)
        second = await visit.ask(after=first.ids[-1])
        assert page.next is not None
        follows = await visit.driver.adapter.fetch_page(
            visit.driver.plan(), page.next, visit.driver.context
        )

    assert len(visit.simulator.held()) > len(before)
    assert first.body.keys() == {"total_count", "data"}
    assert first.ids + second.ids == before[:200]
    assert ids(page) + ids(follows) == before[:200]


async def test_an_offset_shifts_when_sessions_begin() -> None:
    """Pagination: ``offset`` skips so many, and new ones come first: rows come twice."""
    now = NOON
    async with visiting(rows=200, clock=lambda: now) as visit:
        whole = (await visit.ask()).ids
        assert (await visit.ask(offset="90", limit="10")).ids == whole[90:]
        now += timedelta(minutes=5)
        shifted = await visit.ask(offset="90", limit="10")
        visit.simulator.requests.clear()
        await visit.driver.pages()

    assert shifted.ids[0] in whole[:90]
    assert not any("offset" in request for request in visit.simulator.requests)


async def test_after_is_called_a_room_by_one_document() -> None:
    """OpenAPI document: "UUID of the room or friendly URL". Pagination has it of the record."""
    async with visiting() as visit:
        last = (await visit.ask(limit="5")).body["data"][-1]

        assert (await visit.ask(after=last["id"])).status == 200
        assert (await visit.ask(after=last["room_id"])).status == 404
        assert (await visit.ask(after=last["friendly_url"])).status == 404

        visit.simulator.requests.clear()
        await visit.driver.pages(page_size=5)
        assert visit.simulator.requests[1].endswith(f"&after={last['id']}")


async def test_the_last_page_is_not_marked() -> None:
    """Pagination: no link, and no word on whether there is more; a page may be the last, full."""
    async with visiting(rows=200) as visit:
        pages = [await visit.ask()]
        while pages[-1].ids:
            pages.append(await visit.ask(after=pages[-1].ids[-1]))
        read = await visit.driver.pages()

    assert [len(page.ids) for page in pages] == [100, 100, 0]
    assert [page.body.keys() - {"total_count", "data"} for page in pages] == [set()] * 3
    assert [len(page.records) for page in read] == [100, 100, 0]


async def test_the_total_is_not_the_length_of_the_page() -> None:
    """List (Sessions): "total amount of sessions that happened", not those in the page."""
    async with visiting() as visit:
        for offset in ("0", "200", "900"):
            assert (await visit.ask(offset=offset)).body["total_count"] == 250
        everything = await visit.driver.pages()
        active = await visit.driver.pages(AnyOf(Field.STATUS, frozenset({Status.ACTIVE})))

    assert {page.total for page in everything} == {250}
    assert {page.total for page in active} == {None}


async def test_the_total_may_be_text() -> None:
    """OpenAPI document: its sample has ``"2"``."""
    async with visiting(form="openapi") as visit:
        assert (await visit.ask()).body["total_count"] == "250"
        assert {page.total for page in await visit.driver.pages()} == {250}


async def test_sessions_may_begin_in_the_same_second() -> None:
    """List (Sessions): both rows of its sample began at 2024-03-27 08:15:36."""
    assert LIVE_ROW["start_time"] == ENDED_ROW["start_time"]
    async with visiting(rows=100) as visit:
        starts = [row["start_time"] for row in (await visit.ask()).body["data"]]
        (sort, _) = visit.driver.adapter.abilities().sorts

    assert len(set(starts)) < len(starts)
    assert starts == sorted(starts, reverse=True)
    assert sort.granularity == timedelta(seconds=1)


async def test_live_chooses_what_goes_on_or_what_has_ended() -> None:
    """List (Sessions): ``live=true`` and ``live=false``."""
    async with visiting(rows=90) as visit:
        held = {held.native_id: held.status for held in visit.simulator.held()}
        for word, status in (("true", "active"), ("false", "ended")):
            asked = await visit.ask(live=word)
            read = await visit.driver.sessions(AnyOf(Field.STATUS, frozenset({status})))

            assert asked.ids == [name for name, told in held.items() if told == status] != []
            assert [session.native_id for session in read] == asked.ids
            assert f"&live={word}" in visit.simulator.requests[-1]


async def test_dates_are_days() -> None:
    """List (Sessions): date_start=2024-04-03, and a time of day cannot be said."""
    since, before = datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 11, tzinfo=UTC)
    bounds = AtOrAfter(Field.STARTED_AT, since), Before(Field.STARTED_AT, before)
    async with visiting(rows=900) as visit:
        held = visit.simulator.held()
        day = await visit.ask(date_start="2026-11-21", date_end="2026-11-21")
        timed = await visit.ask(date_start="2026-11-21T09:00:00")
        read = await visit.driver.sessions(*bounds)

    of_the_day = [h.native_id for h in held if h.started_at and h.started_at.day == 21]
    assert day.body["total_count"] == len(of_the_day) > 100
    assert day.ids == of_the_day[:100]
    assert timed.status == 422
    found = [session.native_id for session in read if matches(session, bounds)]
    assert found == [h.native_id for h in held if h.started_at and since <= h.started_at < before]
    assert "date_start=2026-11-20&date_end=2026-11-23" in visit.simulator.requests[-1]


async def test_a_room_is_chosen_by_its_id() -> None:
    """List (Sessions): ``room_id``; of a session there is none, so nothing else is left out."""
    async with visiting() as visit:
        newest = (await visit.ask()).body["data"][0]
        of_its_room = await visit.ask(room_id=newest["room_id"])
        assert (await visit.ask(id=newest["id"])).body["total_count"] == 250
        visit.simulator.requests.clear()
        await visit.alone(newest["id"])

    assert {row["room_id"] for row in of_its_room.body["data"]} == {newest["room_id"]}
    assert f"room_id={newest['room_id']}&date_start=" in visit.simulator.requests[1]


async def test_what_cannot_be_read_is_refused_field_by_field() -> None:
    """API Error Reference: 422, with the texts of each field under ``errors``."""
    async with visiting(rows=5) as visit:
        refusal = await visit.ask(live="yes", date_start="2026-13-01", limit="ten")
        answer = reply(refusal.status, refusal.body)
        with pytest.raises(GiveUp) as caught:
            await Replies(answer).driver(visit.driver.adapter).pages()

    assert refusal.status == 422
    assert refusal.body["errors"].keys() == {"live", "date_start", "limit"}
    assert str(caught.value) == "GET /sessions: 422"
