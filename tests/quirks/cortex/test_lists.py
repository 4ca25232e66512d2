"""What is odd about which sessions Cortex lists."""

from datetime import timedelta

from adapters.cortex import CortexAdapter
from adapters.simulators.cortex import GATEWAY, PRO, Manners
from gateway.spi import AnyOf, Field, Status
from tests.quirks.cortex.raw import NOON, V1, V2, read, service, talking
from tests.support.adapters import driving
from tests.vendors.cortex import BOTH

IS_ACTIVE = AnyOf(Field.STATUS, frozenset({"active"}))


async def test_a_required_query_may_be_left_out() -> None:
    """As in "Cortex API v1, querySessions": "Example: Query all" is without it."""
    async with service(V1) as (simulator, talk, options):
        assert len(await talk.sessions()) == 300

        assert len(await read(options)) == len(simulator.held())


async def test_a_status_in_a_query_is_one_native_word() -> None:
    """As in "Cortex API v1, querySessions": "Example: Query by status"."""
    async with service(V1) as (_, talk, options), driving(CortexAdapter, options) as driver:
        found = {
            word: {row["status"] for row in await talk.sessions(query={"status": word})}
            for word in ("opened", "activated", "open", "active")
        }
        sessions = await driver.sessions(IS_ACTIVE)

        assert driver.plan(IS_ACTIVE).pushed == {}

    assert found == {
        "opened": {"opened"},
        "activated": {"activated"},
        "open": set(),
        "active": set(),
    }
    active = {s.native_status for s in sessions if s.status is Status.ACTIVE}
    assert active == {"opened", "activated"}


async def test_version_2_takes_no_query() -> None:
    """As in "Cortex API, querySessions": its only parameter is the token."""
    async with service(V2) as (_, talk, options), driving(CortexAdapter, options) as driver:
        rows = await talk.sessions(query={"status": "opened"})

        assert driver.plan(IS_ACTIVE).pushed == {}

    assert {row["status"] for row in rows} == {"opened", "activated"}


@BOTH
async def test_there_is_no_order(manners: Manners) -> None:
    """As in "Cortex API v1, querySessions", and in later versions alike."""
    async with service(manners) as (_, talk, options):
        told = [row["id"] for row in await talk.sessions()]
        sessions = await read(options)

    starts = [sessions[id_].started_at for id_ in told]
    known = [start for start in starts if start is not None]
    assert known not in (sorted(known), sorted(known, reverse=True))


async def test_only_open_sessions_are_listed_from_version_2_on() -> None:
    """As in "Cortex API, querySessions": the current sessions, and no past ones."""
    async with service(V2) as (simulator, talk, options):
        rows = await talk.sessions()
        sessions = await read(options)

    assert len(simulator.world.stays()) > 300
    assert 0 < len(rows) < 20
    assert {row["status"] for row in rows} == {"opened", "activated"}
    assert sessions.keys() == {row["id"] for row in rows}
    assert {session.status for session in sessions.values()} == {Status.ACTIVE}


async def test_an_application_sees_its_own_sessions_alone() -> None:
    """As in "Cortex API, querySessions": those of the current application."""
    other = {"client_id": PRO.client_id, "client_secret": PRO.client_secret}
    async with service(V2) as (_, talk, options):
        own = await talk.sessions()
        await talk.authorize(V2, PRO)
        others = await talk.sessions()

        assert (await read(options)).keys() == {row["id"] for row in own}
        assert (await read({**options, **other})).keys() == {row["id"] for row in others}

    assert {row["appId"] for row in own} == {GATEWAY.id}
    assert {row["appId"] for row in others} == {PRO.id}


async def test_sessions_end_with_the_connection_that_made_them() -> None:
    """As in "Cortex API, Sessions": those of an application are closed when it disconnects."""
    async with service(V2) as (_, talk, options), driving(CortexAdapter, options) as driver:
        async with talking(options) as leaving:
            await leaving.authorize(V2)
            made = (await leaving.create())["id"]
            assert made in {s.native_id for s in await driver.sessions()}

        assert made not in {row["id"] for row in await talk.sessions()}
        assert made not in {s.native_id for s in await driver.sessions()}


async def test_a_headset_that_is_lost_ends_its_session() -> None:
    """As in "Cortex API, Warning Objects": 103, 0 and 1 are pushed."""
    async with service(V2) as (simulator, talk, options):
        lost = (await talk.create())["id"]
        await simulator.lose_headset(lost)
        await talk.send("getUserLogin")
        frames = await talk.frames()

        assert lost not in {row["id"] for row in await talk.sessions()}
        assert lost not in await read(options)

    warnings = [frame["warning"] for frame in frames if "warning" in frame][:3]
    assert [warning["code"] for warning in warnings] == [103, 0, 1]
    assert warnings[2]["message"]["sessionId"] == lost


async def test_a_session_that_nobody_closes_stays_open() -> None:
    """As in "Cortex API v1, Session lifecycle": it is left by a call, or with the headset."""
    async with service(V1) as (_, talk, options):
        rows = [row for row in await talk.sessions() if row["status"] != "closed"]
        sessions = await read(options)

    open_ones = [sessions[row["id"]] for row in rows]
    oldest = min(session.started_at or NOON for session in open_ones)
    assert oldest < NOON - timedelta(hours=12)
    assert {(s.status, s.ended_at) for s in open_ones} == {(Status.ACTIVE, None)}
