"""What Ekran tells of a session: as far as that is known."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.spi import Status
from tests.quirks.ekran.visiting import visiting
from tests.support.adapters import NOON
from tests.support.payloads import sample

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)


async def test_midnight_ends_every_session() -> None:
    """Monitoring Windows Clients: "at 00:00 (midnight) all live sessions are terminated"."""
    begun = NOON - 2 * DAY
    async with visiting(rows=0) as visit:
        visit.simulator.world.insert(begun, NOON)
        sessions = sorted(await visit.driver.sessions(), key=lambda s: s.started_at or NOON)

    midnights = [datetime(2026, 11, day, tzinfo=PARIS).astimezone(UTC) for day in (21, 22)]
    assert [session.started_at for session in sessions] == [begun, *midnights]
    assert [session.ended_at for session in sessions] == [*midnights, NOON]
    assert len({session.native_id for session in sessions}) == 3


async def test_nothing_says_whether_a_session_goes_on() -> None:
    """4.1.2. Sessions (Get) Endpoint: of its five fields none is a status."""
    async with visiting() as visit:
        rows = (await visit.ask()).rows
        held = visit.held

        for native_id, row in rows.items():
            assert row.keys() >= {"clientGuid", "logoutDate", "loginDate", "sessionId", "userId"}
            assert not any(re.search("status|live|active", name, re.IGNORECASE) for name in row)
            session = visit.read(row)
            assert session.status == held[native_id].status
            assert session.inferred == ("status",)
            assert (row["logoutDate"] is None) == (session.status is Status.ACTIVE)


async def test_ids_are_small_numbers() -> None:
    """4.1.2. Sessions (Get) Endpoint: 124 and 61, both int32."""
    async with visiting(rows=20) as visit:
        for row in (await visit.ask()).rows.values():
            assert type(row["sessionId"]) is type(row["userId"]) is int
            assert max(row["sessionId"], row["userId"]) < 2**31
            session = visit.read(row)
            assert session.id == f"here:{row['sessionId']}"
            assert session.user is not None
            assert session.user.id == str(row["userId"])


async def test_a_client_guid_is_no_guid() -> None:
    """4.1.2. Sessions (Get) Endpoint: 1d4fegdr-g3ff-4114-a814-f3aeee14dgdg."""
    guid = re.compile("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
    async with visiting(rows=20) as visit:
        for row in (await visit.ask()).rows.values():
            assert not guid.fullmatch(row["clientGuid"])
            device = visit.read(row).device
            assert device is not None
            assert device.id == row["clientGuid"]


async def test_durations_are_dotnet_time_spans() -> None:
    """4.1.3. Sessions (Post) Endpoint: 20:20:40.0020000, and by .NET no fraction where it is 0."""
    span = re.compile(r"(\d+\.)?\d\d:\d\d:\d\d(\.\d{7})?")
    written = sample("ekran/session_fragment.json")["duration"]
    async with visiting(rows=0) as visit:
        # The whole of the 25th of October, on which clocks were set back, and a day before.
        long = datetime(2026, 10, 23, 22, tzinfo=UTC)
        visit.simulator.world.insert(long, long + timedelta(hours=49))
        visit.simulator.world.insert(NOON - DAY, NOON - DAY + timedelta(seconds=90.25))
        rows = (await visit.ask()).rows.values()
        read = [visit.read(row).duration_s for row in rows]

    told = {row["duration"] for row in rows}
    assert all(span.fullmatch(duration) for duration in [written, *told])
    assert {"1.00:00:00", "1.01:00:00", "00:01:30.2500000"} <= told
    assert {86_400.0, 90_000.0, 90.25} <= set(read)


async def test_offsets_differ_within_one_answer() -> None:
    """4.1.7. User Productivity (Get) Endpoint: +05:00 and +03:00 in one sample."""
    async with visiting() as visit:
        rows = (await visit.ask()).rows
        held = visit.held

        assert {row["loginDate"][-6:] for row in rows.values()} == {"+01:00", "+05:00"}
        for native_id, row in rows.items():
            assert re.search(r"\.\d{7}[+]", row["loginDate"])
            assert visit.read(row).started_at == held[native_id].started_at
