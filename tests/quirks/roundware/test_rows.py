"""Roundware: what is odd about a row."""

from datetime import UTC, datetime, timedelta

from gateway.spi import Session, Status
from tests.quirks.raw import RawClient
from tests.quirks.roundware.museum import Museum, opened
from tests.support.adapters import NOON, mapped
from tests.support.payloads import raw, recording


def read(museum: Museum, row: object) -> Session:
    """Map a row as the adapter does."""
    return mapped(museum.driver.adapter, raw(row)).session


def body_of(name: str) -> dict[str, object]:
    """Give the row in a recorded reply."""
    body: dict[str, object] = recording(f"roundware/{name}")["response"]["body"]
    return body


async def test_session_times_are_utc_without_an_offset(museum: Museum) -> None:
    """get_session_with_events.json: the client's own clock, which says Z, agrees to a second.

    The server's clock, by which events_of_session.json has the same moment, is five hours behind.
    """
    recorded = body_of("get_session_with_events.json")
    started_at = datetime.fromisoformat(str(recorded["starttime"]))
    event = recording("roundware/events_of_session.json")["response"]["body"][3]
    told_by_client = datetime.fromisoformat(event["client_time"]).replace(tzinfo=None)
    told_by_server = datetime.fromisoformat(event["server_time"])
    assert abs(told_by_client - started_at) < timedelta(seconds=2)
    assert timedelta(hours=4) < started_at - told_by_server < timedelta(hours=6)

    reply = await museum.ask("/sessions/", "POST", body={"project_id": 1})

    assert reply.json["starttime"] == "2026-11-22T12:00:00"
    assert read(museum, reply.json).started_at == NOON
    assert read(museum, recorded).started_at == started_at.replace(tzinfo=UTC)


async def test_a_fraction_of_zero_is_not_written(museum: Museum) -> None:
    """get_with_stoptime.json has whole seconds, get_by_id.json microseconds."""
    rows = await museum.rows()
    lengths = {len(row["starttime"]) for row in rows}

    assert lengths == {
        len(str(body_of(name)["starttime"]))
        for name in ("get_with_stoptime.json", "get_by_id.json")
    }
    assert all(session.started_at for session in await museum.driver.sessions())


async def test_a_start_in_the_hour_that_clocks_skip_is_told_an_hour_later(
    raw_client: RawClient,
) -> None:
    """As roundware-server, develop 685a4d9, does in its stock zone of New York."""
    morning = datetime(2026, 3, 8, 7, tzinfo=UTC)
    async with opened(raw_client, clock=lambda: morning) as museum:
        told = sorted(row["starttime"][:13] for row in await museum.rows())
        began = [stay.start.isoformat()[:13] for stay in museum.simulator.world.stays()]

    assert "2026-03-08T02" in began
    assert told == sorted(hour.replace("08T02", "08T03") for hour in began)


async def test_no_stop_time_is_ever_written(museum: Museum) -> None:
    """get_by_id.json was read six years after its start."""
    old = read(museum, body_of("get_by_id.json"))
    assert (old.status, old.ended_at, old.inferred) == (Status.UNKNOWN, None, ("status",))

    rows = await museum.rows()

    assert sum(row["stoptime"] is None for row in rows) > len(rows) - 3
    statuses = {read(museum, row).status for row in rows if row["stoptime"] is None}
    assert statuses == {Status.ACTIVE, Status.UNKNOWN}


async def test_any_stop_time_is_taken_even_one_before_the_start(museum: Museum) -> None:
    """post_read_only_fields.json: it is written in UTC, here five hours before the start."""
    recorded, reply = await museum.replay("post_read_only_fields.json")
    assert recorded.json["stoptime"] == reply.json["stoptime"] == "2026-11-22T07:00:00"
    assert reply.json["starttime"] == "2026-11-22T12:00:00"

    result = mapped(museum.driver.adapter, raw(reply.json))

    assert result.session.ended_at is None
    assert result.session.status is Status.ACTIVE
    assert result.unreadable == ("stoptime",)


async def test_the_zone_in_a_row_is_the_clients_and_may_be_none(museum: Museum) -> None:
    """post_bogus_offset_ok.json: 80 hours from UTC."""
    recorded, reply = await museum.replay("post_bogus_offset_ok.json")
    assert recorded.json["timezone"] == reply.json["timezone"] == "-8000"

    session = read(museum, reply.json)

    assert session.started_at == NOON
    assert session.attributes["timezone"] == "-8000"


async def test_a_session_names_no_user(museum: Museum) -> None:
    """get_by_id.json has every field there is."""
    rows = await museum.rows()

    assert {frozenset(row) for row in rows} == {frozenset(body_of("get_by_id.json"))}
    assert all(session.user is None for session in await museum.driver.sessions())
    devices = [row["device_id"] for row in rows if row["device_id"]]
    assert devices.count("0" * 14) > 1


async def test_a_language_may_be_null(museum: Museum) -> None:
    """get_language_null.json: its language was deleted."""
    assert body_of("get_language_null.json")["language_id"] is None

    rows = await museum.rows()

    assert {row["language_id"] for row in rows} > {None, 1}
    sessions = await museum.driver.sessions()
    assert {session.attributes["language_id"] for session in sessions} > {None, 1}


async def test_a_user_agent_is_cut_at_127_characters(museum: Museum) -> None:
    """list_geo_true.json has one that ends before its end."""
    recorded = recording("roundware/list_geo_true.json")["response"]["body"]
    for rows in (recorded, await museum.rows()):
        longest = max((row["client_system"] or "" for row in rows), key=len)
        assert len(longest) == 127

    client = read(museum, {"id": 7, "client_type": "web", "client_system": longest}).client

    assert client is not None
    assert (client.name, client.version) == ("web", None)


async def test_a_client_may_not_say_what_it_is(museum: Museum) -> None:
    """list_unfiltered.json: neither of its first two rows does."""
    recorded = recording("roundware/list_unfiltered.json")["response"]["body"]
    for rows in (recorded, await museum.rows()):
        nameless = [row for row in rows if row["client_type"] is row["client_system"] is None]
        assert nameless

    assert [read(museum, row).client for row in nameless] == [None] * len(nameless)
