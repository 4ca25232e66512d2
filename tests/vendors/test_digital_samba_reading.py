"""Digital Samba over real sockets: keys, walks, filters, totals, and what it refuses."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from adapters.digital_samba import DigitalSambaAdapter, DigitalSambaOptions
from adapters.simulators.digital_samba import DEVELOPER_KEY, Form
from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.freshness import Lifetimes
from gateway.federation.run import PageRequest
from gateway.model.matching import matches
from gateway.model.query import Query
from gateway.spi import (
    AfterId,
    AnyOf,
    AtOrAfter,
    BackendQuery,
    Before,
    Condition,
    ErrorCode,
    Field,
    First,
    GiveUp,
    Sort,
    StartOver,
    Status,
    Support,
)
from tests.support.adapters import NOON, driving, mapped, noon
from tests.support.fakes import federation
from tests.vendors.digital_samba import (
    KEY,
    LIVE_ROW,
    PreparedReply,
    ids,
    team,
)

ADAPTER = DigitalSambaAdapter(DigitalSambaOptions.model_validate(KEY))
ACTIVE = AnyOf(Field.STATUS, frozenset({Status.ACTIVE}))
ENDED = AnyOf(Field.STATUS, frozenset({Status.ENDED}))
NOBODY = "9c725f12-705c-40e5-be1f-10dea6fa0a1f"


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, "Bearer made-up-developer-key"),
        ({"auth": "bearer"}, "Bearer made-up-developer-key"),
        ({"team_id": "t"}, "Basic dDptYWRlLXVwLWRldmVsb3Blci1rZXk="),
        ({"team_id": "t", "auth": "basic"}, "Basic dDptYWRlLXVwLWRldmVsb3Blci1rZXk="),
        ({"team_id": "t", "auth": "bearer"}, "Bearer made-up-developer-key"),
        ({"team_id": "t", "auth": "bearer_pair"}, "Bearer dDptYWRlLXVwLWRldmVsb3Blci1rZXk="),
    ],
)
async def test_the_key_is_sent_in_the_form_that_is_configured(
    options: dict[str, str], sent: str
) -> None:
    wire = PreparedReply({"data": []})

    await wire.page(**options)

    assert wire.requests[0].headers["Authorization"] == sent


@pytest.mark.parametrize("auth", ["basic", "bearer_pair"])
def test_a_pair_without_a_team_is_a_configuration_error(auth: str) -> None:
    with pytest.raises(ValidationError, match=f"auth {auth} needs a team_id"):
        DigitalSambaOptions.model_validate(KEY | {"auth": auth})


@pytest.mark.parametrize("team_id", ["", "a:b"])
def test_a_team_that_would_break_the_pair_is_a_configuration_error(team_id: str) -> None:
    with pytest.raises(ValidationError, match="team_id"):
        DigitalSambaOptions.model_validate(KEY | {"team_id": team_id})


@pytest.mark.parametrize(("rows", "size"), [(12, 1), (250, 7), (200, 100), (250, 100), (0, 100)])
@pytest.mark.parametrize("form", ["page", "openapi"])
async def test_a_walk_brings_every_session_newest_first(form: Form, rows: int, size: int) -> None:
    async with team(rows=rows, form=form) as (simulator, driver):
        sessions = await driver.sessions(page_size=size)

    told = [(session.native_id, session.started_at, session.status) for session in sessions]
    assert told == [(held.native_id, held.started_at, held.status) for held in simulator.held()]
    assert len(sessions) == rows
    assert len(simulator.requests) == rows // size + 1


async def test_a_walk_can_begin_with_the_oldest() -> None:
    async with team() as (simulator, driver):
        plan = driver.adapter.plan(BackendQuery((), (Sort(Field.STARTED_AT),)))
        first = await driver.adapter.fetch_page(plan, First(), driver.context)
        assert first.next is not None
        second = await driver.adapter.fetch_page(plan, first.next, driver.context)

    oldest = [held.native_id for held in reversed(simulator.held())]
    assert ids(first) + ids(second) == oldest[:200]


async def test_sessions_that_begin_during_a_walk_do_not_disturb_it() -> None:
    now = NOON
    async with team(clock=lambda: now) as (simulator, driver):
        before = [held.native_id for held in simulator.held()]
        first = await driver.adapter.fetch_page(driver.plan(), First(), driver.context)
        now += timedelta(hours=1)
        assert first.next is not None
        second = await driver.adapter.fetch_page(driver.plan(), first.next, driver.context)

    assert len(simulator.held()) > len(before)
    assert ids(first) + ids(second) == before[:200]


async def test_behind_a_row_without_an_id_the_walk_goes_on_after_the_row_before() -> None:
    page = await PreparedReply({"data": [*[LIVE_ROW] * 99, {"id": None}]}).page()

    assert page.next == AfterId(LIVE_ROW["id"], seen=100)


async def test_never_more_than_a_hundred_are_asked_for() -> None:
    async with team(refuses_large_limits=True) as (_, driver):
        assert len(await driver.sessions(page_size=1000)) == 250


@pytest.mark.parametrize("form", ["page", "openapi"])
async def test_a_status_is_filtered_by_the_vendor(form: Form) -> None:
    async with team(form=form) as (simulator, driver):
        active = await driver.sessions(ACTIVE)
        ended = await driver.sessions(ENDED)

    held = simulator.held()
    assert [s.native_id for s in active] == [h.native_id for h in held if h.status == "active"]
    assert [s.native_id for s in ended] == [h.native_id for h in held if h.status == "ended"]
    assert active
    assert ended
    assert simulator.requests[0] == "GET /api/v1/sessions?limit=100&order=desc&live=true"


@pytest.mark.parametrize("hour", [0, 9, 23])
@pytest.mark.parametrize("offset", [-12, 0, 14])
@pytest.mark.parametrize("last_day_counts", [False, True])
async def test_the_days_sent_hold_every_match_and_not_every_row_in_any_reading(
    hour: int, offset: int, last_day_counts: bool
) -> None:
    since = datetime(2026, 11, 20, hour, 0, 0, 1, tzinfo=UTC)
    until = since + timedelta(hours=5)
    bounds = AtOrAfter(Field.STARTED_AT, since), Before(Field.STARTED_AT, until)

    zone = timezone(timedelta(hours=offset))

    async with team(rows=900, day_zone=zone, last_day_counts=last_day_counts) as office:
        simulator, driver = office
        sessions = await driver.sessions(*bounds)

    held = [h.native_id for h in simulator.held() if h.started_at and since <= h.started_at < until]
    assert [session.native_id for session in sessions if matches(session, bounds)] == held
    assert 0 < len(held) < len(sessions) < 900


@pytest.mark.parametrize(
    ("conditions", "sent"),
    [
        ([AtOrAfter(Field.STARTED_AT, NOON)], {"date_start": "2026-11-21"}),
        ([Before(Field.STARTED_AT, NOON)], {"date_end": "2026-11-24"}),
        (
            [
                AtOrAfter(Field.STARTED_AT, NOON),
                AtOrAfter(Field.STARTED_AT, NOON - timedelta(days=30)),
                Before(Field.STARTED_AT, NOON),
                Before(Field.STARTED_AT, NOON + timedelta(days=30)),
            ],
            {"date_start": "2026-11-21", "date_end": "2026-11-24"},
        ),
        (
            [
                AtOrAfter(Field.STARTED_AT, datetime.min.replace(tzinfo=UTC)),
                Before(Field.STARTED_AT, datetime.max.replace(tzinfo=UTC)),
            ],
            {"date_start": "0001-01-01", "date_end": "9999-12-31"},
        ),
    ],
)
async def test_the_closest_bounds_are_sent_as_days_further_out(
    conditions: list[Condition], sent: dict[str, str]
) -> None:
    wire = PreparedReply({"data": []})

    await wire.page(*conditions)

    assert dict(wire.requests[0].query) == {"limit": "100", "order": "desc"} | sent


@pytest.mark.parametrize(
    "condition",
    [
        AnyOf(Field.STATUS, frozenset({"active", "ended"})),
        AnyOf(Field.STATUS, frozenset({"active", "unknown"})),
        AnyOf(Field.STATUS, frozenset({"unknown"})),
        AnyOf(Field.USER, frozenset({"anna"})),
        AnyOf(Field.NATIVE_ID, frozenset({NOBODY})),
        AnyOf(Field.SPACE, frozenset({"MyWebinar1"})),
        AnyOf(Field.SPACE, frozenset({NOBODY, "MyWebinar1"})),
        AnyOf(Field.SPACE, frozenset({NOBODY.upper()})),
    ],
)
async def test_what_the_vendor_cannot_filter_is_not_sent(condition: Condition) -> None:
    async with team(rows=5) as (simulator, driver):
        await driver.pages(condition)

    assert driver.plan(condition).pushed == {}
    assert simulator.requests == ["GET /api/v1/sessions?limit=100&order=desc"]


async def test_a_room_is_asked_for_by_its_id() -> None:
    async with team(rows=250) as (simulator, driver):
        every = await driver.sessions()
        room = every[0].space
        assert room is not None
        condition = AnyOf(Field.SPACE, frozenset({str(room.id)}))
        simulator.requests.clear()
        pages = await driver.pages(condition, page_size=2)
        listed = await driver.sessions(condition)

    assert driver.plan(condition).pushed == {condition: Support.EXACT}
    assert all(f"&room_id={room.id}" in request for request in simulator.requests)
    assert len(pages) > 1
    assert listed == [session for session in every if session.space == room]


def test_no_record_names_a_user() -> None:
    anna = AnyOf(Field.USER, frozenset({"anna"}))

    assert ADAPTER.abilities().support(anna) is Support.ABSENT


@pytest.mark.parametrize("form", ["page", "openapi"])
@pytest.mark.parametrize("total_is_filtered", [False, True])
async def test_a_total_is_told_only_where_nothing_is_filtered(
    form: Form, total_is_filtered: bool
) -> None:
    async with team(form=form, total_is_filtered=total_is_filtered) as (_, driver):
        everything = await driver.pages()
        active = await driver.pages(ACTIVE)

    assert [page.total for page in everything] == [250, 250, 250]
    assert {page.total for page in active} == {None}


@pytest.mark.parametrize("written", [None, "many", {}, -1, True])
async def test_a_total_that_is_no_count_is_not_told(written: object) -> None:
    page = await PreparedReply({"total_count": written, "data": [LIVE_ROW]}).page()

    assert page.total is None
    assert len(page.records) == 1


@pytest.mark.parametrize("form", ["page", "openapi"])
async def test_the_statistics_of_a_session_agree_with_its_row(form: Form) -> None:
    async with team(rows=40, form=form) as (_, driver):
        for listed in await driver.sessions():
            record = await driver.adapter.get(listed.native_id, driver.context)
            assert record is not None
            result = mapped(driver.adapter, record)

            assert result.unreadable == ()
            for name in ("id", "status", "started_at", "ended_at", "duration_s", "space"):
                assert getattr(result.session, name) == getattr(listed, name)


async def test_any_id_stays_one_part_of_the_path() -> None:
    async with team(rows=5) as (simulator, driver):
        for native_id in ("", ".", "..", "a/../b?c#d"):
            assert await driver.adapter.get(native_id, driver.context) is None

    assert simulator.requests == ["GET /api/v1/sessions/a%2F..%2Fb%3Fc%23d"]


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_place_that_is_gone_starts_the_walk_over(status: int) -> None:
    async with team(rows=5, unknown_after=status) as (_, driver):
        with pytest.raises(StartOver):
            await driver.adapter.fetch_page(driver.plan(), AfterId(NOBODY, 100), driver.context)


@pytest.mark.parametrize("unknown_after", ["first_page", 400, 404, 422])
async def test_a_walk_goes_on_behind_sessions_that_are_gone(unknown_after: object) -> None:
    """No document says what is answered to their ids: a refusal, or the first page."""
    async with team(rows=90, unknown_after=unknown_after) as (simulator, driver):
        backend = Backend("here", driver.adapter, driver.wire, lifetimes=Lifetimes(0), clock=noon)
        joined, query = federation(backend), Query(("here",))
        first = await joined.page(PageRequest(query, 30), Deadline.within(30))
        for number in range(57, 91):
            simulator.world.delete(number)
        assert first.next is not None
        rest = await joined.page(PageRequest(query, 60, first.next), Deadline.within(30))

    told = [session.native_id for session in rest.sessions]
    assert sorted(told) == sorted(held.native_id for held in simulator.held())
    assert len(told) == 56
    assert rest.next is None


async def test_a_refusal_of_the_first_page_is_no_place_that_is_gone() -> None:
    with pytest.raises(GiveUp) as caught:
        await PreparedReply({"message": "The given data was invalid."}, status=422).page()

    assert caught.value.code is ErrorCode.PROTOCOL


async def test_an_address_without_the_api_is_a_configuration_error() -> None:
    async with team(rows=5) as (simulator, _):
        options = {"url": await simulator.start(), "developer_key": DEVELOPER_KEY}
        async with driving(DigitalSambaAdapter, options) as driver:
            with pytest.raises(GiveUp) as caught:
                await driver.pages()

    assert caught.value.code is ErrorCode.CONFIG
