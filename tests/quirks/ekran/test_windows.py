"""What a window chooses of Ekran's sessions, and what it makes of their times."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.simulators.ekran import Manners
from gateway.model.matching import matches
from gateway.spi import AtOrAfter, Before, Condition, Field, Session, Status
from tests.quirks.ekran.visiting import Visit, visiting
from tests.support.adapters import NOON

HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")


def local(instant: datetime) -> str:
    """Write an instant as the simulator's server takes it."""
    return instant.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S")


def since(instant: datetime) -> Condition:
    return AtOrAfter(Field.STARTED_AT, instant)


def before(instant: datetime) -> Condition:
    return Before(Field.STARTED_AT, instant)


async def matching(visit: Visit, *conditions: Condition) -> dict[str, Session]:
    """Read what the vendor finds, and keep what matches as the gateway does."""
    found = await visit.driver.sessions(*conditions)
    return {s.native_id: s for s in found if matches(s, conditions)}


async def whole(visit: Visit) -> dict[str, Session]:
    """Read every session with its own times."""
    return {
        native_id: visit.read(row)
        for native_id, row in (await visit.ask(sessionCount=1000)).rows.items()
    }


async def test_without_bounds_everything_comes() -> None:
    """4.1.3. Sessions (Post) Endpoint, note 1: "all sessions in the database"."""
    async with visiting() as visit:
        answer = await visit.ask()

        assert answer.rows.keys() == visit.held.keys()
        assert answer.body["totalCount"] == len(visit.held)
        assert (await matching(visit)).keys() == visit.held.keys()


async def test_a_window_chooses_by_overlap() -> None:
    """4.1.3. Sessions (Post) Endpoint: "started or finished after", and note 1 of the end."""
    start, end = NOON - 30 * HOUR, NOON - 20 * HOUR
    async with visiting() as visit:
        sessions = await whole(visit)
        both = await visit.ask(start=local(start), end=local(end))
        late = await visit.ask(start=local(start))
        early = await visit.ask(end=local(end))
        found = await matching(visit, since(start), before(end))

    ends = {name: s.ended_at or NOON for name, s in sessions.items()}
    starts = {name: s.started_at or NOON for name, s in sessions.items()}
    assert late.rows.keys() == {name for name in sessions if ends[name] > start}
    assert early.rows.keys() == {name for name in sessions if starts[name] < end}
    assert both.rows.keys() == late.rows.keys() & early.rows.keys()
    assert found == {name: s for name, s in sessions.items() if start <= starts[name] < end}
    assert found.keys() < both.rows.keys()


async def test_a_start_before_the_window_is_shown_inside_it() -> None:
    """4.1.3. Sessions (Post) Endpoint, note 2: "the first activity after the start"."""
    start = NOON - 30 * HOUR
    async with visiting() as visit:
        sessions = await whole(visit)
        shown = {n: visit.read(r) for n, r in (await visit.ask(start=local(start))).rows.items()}
        found = await matching(visit, since(start))

    moved = {n for n in shown if shown[n].started_at != sessions[n].started_at}
    assert moved
    for name in moved:
        own, told = sessions[name].started_at, shown[name].started_at
        assert own is not None
        assert told is not None
        assert own < start < told
    assert not moved & found.keys()
    assert all(found[name] == sessions[name] for name in found)


async def test_an_end_behind_the_window_is_shown_inside_it() -> None:
    """4.1.3. Sessions (Post) Endpoint, note 3: "the last activity before the end"."""
    end = NOON - 30 * HOUR
    async with visiting() as visit:
        sessions = await whole(visit)
        shown = {n: visit.read(r) for n, r in (await visit.ask(end=local(end))).rows.items()}
        found = await matching(visit, before(end))

    moved = {n for n in shown if shown[n].ended_at != sessions[n].ended_at}
    assert moved
    for name in moved:
        told = shown[name].ended_at
        assert told is not None
        assert told < end < (sessions[name].ended_at or NOON)
    assert moved <= found.keys()
    assert all(found[name] == sessions[name] for name in found)


async def test_what_goes_on_looks_finished_in_a_window_with_an_end() -> None:
    """4.1.3. Sessions (Post) Endpoint, note 3: of a live session the last activity is told too."""
    async with visiting() as visit:
        sessions = await whole(visit)
        bounded = await visit.ask(end=local(NOON + HOUR))
        found = await matching(visit, before(NOON + HOUR))

    live = [name for name, session in sessions.items() if session.status is Status.ACTIVE]
    assert live
    for name in live:
        assert visit.read(bounded.rows[name]).status is Status.ENDED
        assert found[name].status is Status.ACTIVE


async def test_the_same_session_has_other_times_in_another_window() -> None:
    """4.1.3. Sessions (Post) Endpoint, notes 2 and 3: one id, with times that never were."""
    async with visiting() as visit:
        sessions = await whole(visit)
        long = max(
            (name for name in sessions if sessions[name].status is Status.ENDED),
            key=lambda name: sessions[name].duration_s or 0,
        )
        start = sessions[long].started_at or NOON
        told = set()
        for minutes in (-60, 25, 50):
            window = await visit.ask(start=local(start + timedelta(minutes=minutes)))
            told.add(window.rows[long]["loginDate"])
            conditions = (since(start + timedelta(minutes=minutes)),)
            found = await matching(visit, *conditions)
            assert (long in found) == (minutes <= 0)

    assert len(told) == 3


async def test_bounds_have_no_zone() -> None:
    """4.1.3. Sessions (Post) Endpoint: "2021-04-01", "2021-04-01T12:00", "2021-04-01T12:00:00"."""
    async with visiting() as visit:
        for form in ("2026-11-22", "2026-11-22T00:00", "2026-11-22T00:00:00"):
            late = await visit.ask(start=form)
            assert late.rows.keys() == (await visit.ask(start=local(NOON - 13 * HOUR))).rows.keys()
        for form in ("2026-11-22T00:00:00Z", "2026-11-22T00:00:00+01:00", "2026-11-22T00:00:00.5"):
            assert (await visit.ask(start=form)).status == 400

    async with visiting(manners=Manners(parameters_in="query")) as visit:
        await visit.driver.pages(since(NOON))
        assert visit.simulator.requests[-1].endswith("&start=2026-11-21T11:00:00")
