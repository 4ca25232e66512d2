"""What Digital Samba tells of a session, in rows of its list and of one alone."""

import re
from datetime import UTC, datetime, timedelta

from gateway.spi import AnyOf, Field, Participants, Status, Support
from tests.quirks.digital_samba.visiting import visiting
from tests.support.adapters import NOON
from tests.vendors.digital_samba import (
    ENDED_ROW,
    LIVE_ROW,
    OPENAPI_ROW,
    OPENAPI_STATISTICS,
    STATISTICS,
)

# The vendor's word, and that of its statistics.
OTHER_NAMES = {
    "start_time": "session_start_time",
    "end_time": "session_end_time",
    "live": "session_live",
    "friendly_url": "room_friendly_url",
    "participants_live": "live_participants",
    "participants_total": "active_participants",
    "participants_max": "max_concurrent_participants",
}


async def test_times_of_a_list_have_no_zone() -> None:
    """List (Sessions): 2024-03-27 08:15:36, and nothing on where that was.

    Every time that has a zone, in each of the samples, is in UTC.
    """
    bare = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
    async with visiting(rows=60) as visit:
        rows = (await visit.ask(live="false")).body["data"]
        started = {held.native_id: held.started_at for held in visit.simulator.held()}

        zoned = [STATISTICS["session_start_time"], OPENAPI_ROW["start_time"]]
        assert {datetime.fromisoformat(time).tzinfo for time in zoned} == {UTC}
        assert bare.fullmatch(ENDED_ROW["start_time"])
        for row in rows:
            assert bare.fullmatch(row["start_time"])
            assert bare.fullmatch(row["end_time"])
            assert visit.read(row).started_at == started[row["id"]]


async def test_times_of_a_list_have_microseconds_in_one_document() -> None:
    """OpenAPI document: 2024-03-21T05:09:31.000000Z."""
    style = "%Y-%m-%dT%H:%M:%S.000000Z"
    async with visiting(rows=60, form="openapi") as visit:
        rows = (await visit.ask()).body["data"]
        started = {held.native_id: held.started_at for held in visit.simulator.held()}

        assert datetime.strptime(OPENAPI_ROW["start_time"], style)  # noqa: DTZ007  # only its form
        for row in rows:
            session = visit.read(row)
            assert session.started_at == started[row["id"]]
            assert session.started_at is not None
            assert row["start_time"] == session.started_at.strftime(style)


async def test_times_of_one_session_end_in_z() -> None:
    """List (Sessions): 2024-03-22T09:18:49Z, where the rows above it have a space and no zone."""
    style = "%Y-%m-%dT%H:%M:%SZ"
    async with visiting(rows=20) as visit:
        last = visit.simulator.held()[-1]
        alone = (await visit.ask(f"/sessions/{last.native_id}")).body

        assert datetime.strptime(STATISTICS["session_start_time"], style)  # noqa: DTZ007
        assert last.started_at is not None
        assert alone["session_start_time"] == last.started_at.strftime(style)
        assert visit.read(alone).started_at == last.started_at


async def test_a_live_row_has_no_end() -> None:
    """List (Sessions): the live row of the sample lacks ``end_time``, which the other has."""
    async with visiting(rows=60) as visit:
        (live, *_) = (await visit.ask(live="true")).body["data"]
        (ended, *_) = (await visit.ask(live="false")).body["data"]

        assert live.keys() == LIVE_ROW.keys() == ended.keys() - {"end_time"}
        assert ended.keys() == ENDED_ROW.keys()
        assert (visit.read(live).status, visit.read(live).ended_at) == (Status.ACTIVE, None)
        assert visit.read(ended).ended_at is not None


async def test_a_live_row_may_have_an_end_for_all_that() -> None:
    """OpenAPI document: its row is ``live`` and has an ``end_time``."""
    async with visiting(rows=60, form="openapi") as visit:
        (live, *_) = (await visit.ask(live="true")).body["data"]
        session = visit.read(live)

    assert (OPENAPI_ROW["live"], live["live"]) == (True, True)
    assert live.keys() == OPENAPI_ROW.keys()
    assert (session.status, session.ended_at) == (Status.ACTIVE, None)
    assert session.attributes["end_time"] == live["end_time"]


async def test_a_duration_is_in_minutes_cut_off() -> None:
    """List (Sessions): 15 for a session from 09:18:49 to 09:34:34."""
    length = timedelta(minutes=15, seconds=45)
    async with visiting(rows=0) as visit:
        visit.simulator.world.insert(NOON - timedelta(hours=1), NOON - timedelta(hours=1) + length)
        (native_id,) = (await visit.ask()).ids
        alone = (await visit.ask(f"/sessions/{native_id}")).body
        sample, session = visit.read(STATISTICS), visit.read(alone)

    assert STATISTICS["session_duration"] == alone["session_duration"] == 15
    assert sample.duration_s == session.duration_s == length.total_seconds()
    assert session.attributes["session_duration"] == 15


async def test_one_session_alone_has_other_names() -> None:
    """List (Sessions): ``session_start_time`` and more, beside the names of rows."""
    async with visiting(rows=20) as visit:
        row = (await visit.ask(live="false")).body["data"][0]
        alone = (await visit.ask(f"/sessions/{row['id']}")).body
        listed, read = visit.read(row), await visit.alone(row["id"])

    assert alone.keys() == STATISTICS.keys() >= set(OTHER_NAMES.values())
    assert row.keys() >= OTHER_NAMES.keys()
    assert not alone.keys() & OTHER_NAMES.keys()
    for name in ("status", "started_at", "ended_at", "space", "participants", "title"):
        assert getattr(read, name) == getattr(listed, name)


async def test_one_session_alone_has_two_ids() -> None:
    """List (Sessions): ``id`` cf6706ee, as asked for in the sample, and ``session_id`` c7bcb25f."""
    async with visiting(rows=20) as visit:
        (native_id, *_) = (await visit.ask()).ids
        alone = (await visit.ask(f"/sessions/{native_id}")).body
        session = visit.read(alone)

    assert STATISTICS["id"] != STATISTICS["session_id"]
    assert alone["id"] == native_id != alone["session_id"]
    assert session.native_id == native_id
    assert session.attributes["session_id"] == alone["session_id"]


async def test_one_session_alone_may_have_no_id() -> None:
    """OpenAPI document: its statistics have a ``session_id``, which is what was asked for."""
    async with visiting(rows=20, form="openapi") as visit:
        (native_id, *_) = (await visit.ask()).ids
        alone = (await visit.ask(f"/sessions/{native_id}")).body

        assert alone.keys() == OPENAPI_STATISTICS.keys()
        assert "id" not in alone
        assert visit.read(alone).native_id == native_id


async def test_one_session_alone_lacks_what_its_row_tells() -> None:
    """List (Sessions): the sample has neither ``room_external_id`` nor a description."""
    async with visiting() as visit:
        rows = [row for row in (await visit.ask()).body["data"] if row["description"]]
        row = next(row for row in rows if row["room_external_id"])
        alone = (await visit.ask(f"/sessions/{row['id']}")).body
        read = await visit.alone(row["id"])

    lacking = {"room_external_id", "room_description", "description"}
    assert not lacking & STATISTICS.keys()
    assert not lacking & alone.keys()
    assert read.title == row["description"]
    assert read.attributes["room_external_id"] == row["room_external_id"]


async def test_the_room_may_have_no_description() -> None:
    """List (Sessions): it is null in both rows of the sample, as is the room's external id."""
    async with visiting() as visit:
        rows = (await visit.ask()).body["data"]
        named = {visit.read(row).title for row in rows if row["description"] is not None}
        nameless = {visit.read(row).title for row in rows if row["description"] is None}

    assert {row["description"] for row in (LIVE_ROW, ENDED_ROW)} == {None}
    assert {row["room_external_id"] for row in (LIVE_ROW, ENDED_ROW)} == {None}
    assert None in {row["room_external_id"] for row in rows}
    assert nameless == {None}
    assert named
    assert None not in named


async def test_a_row_may_lack_who_is_inside() -> None:
    """OpenAPI document: ``participants_live`` is not among the fields that must be there."""
    async with visiting(form="openapi") as visit:
        rows = (await visit.ask(live="false")).body["data"]
        row = next(row for row in rows if "participants_live" not in row)
        session = visit.read(row)

    assert session.participants == Participants(
        current=None, peak=row["participants_max"], total=row["participants_total"]
    )


async def test_an_empty_room_keeps_its_session_alive() -> None:
    """Rooms: a session ends when its room has been empty for five minutes."""
    now = NOON
    async with visiting(rows=0, clock=lambda: now) as visit:
        visit.simulator.world.insert(NOON, NOON + timedelta(minutes=20))
        seen = []
        for minutes in (14, 16, 19, 20):
            now = NOON + timedelta(minutes=minutes)
            row = (await visit.ask(order="asc")).body["data"][0]
            seen.append((row["live"], row["participants_live"] > 0, visit.read(row).status))

    assert seen == [
        (True, True, Status.ACTIVE),
        (True, False, Status.ACTIVE),
        (True, False, Status.ACTIVE),
        (False, False, Status.ENDED),
    ]


async def test_sessions_outlive_their_room() -> None:
    """List (Sessions): ``room_is_deleted`` is a field of the rows there are."""
    async with visiting() as visit:
        rows = (await visit.ask()).body["data"]
        gone = [row for row in rows if row["room_is_deleted"]]
        read = {session.native_id: session for session in await visit.driver.sessions()}

    assert "room_is_deleted" in ENDED_ROW
    assert gone
    for row in gone:
        assert read[row["id"]].attributes["room_is_deleted"] is True
        assert read[row["id"]].status is Status.ENDED


async def test_rows_name_nobody() -> None:
    """List (Sessions): a row has numbers of participants, none of whom has a name."""
    anna = AnyOf(Field.USER, frozenset({"anna"}))
    async with visiting(rows=20) as visit:
        rows = (await visit.ask()).body["data"]
        abilities = visit.driver.adapter.abilities()
        read = [visit.read(row) for row in rows]

    persons = re.compile("user|name|owner|device|client")
    assert not any(persons.search(name) for name in [*ENDED_ROW, *rows[0]])
    assert {(session.user, session.client, session.device) for session in read} == {
        (None, None, None)
    }
    assert abilities.support(anna) is Support.ABSENT
