"""Canopsis: what becomes of a session that is begun, kept alive and led to another page."""

import pytest

from adapters.simulators.canopsis import FINAL, V2020, Dialect
from gateway.spi import (
    Done,
    HttpRequest,
    Operation,
    Refusal,
    Refused,
    Status,
    Unclear,
)
from tests.vendors.canopsis import (
    CREATE,
    HIDE,
    KEEPALIVE,
    KEYS,
    PAGE,
    TAB,
    VIEW,
    begun,
    document,
    told,
    working,
)

both = pytest.mark.parametrize("dialect", [FINAL, V2020], ids=lambda dialect: dialect.name)
every_visit = pytest.mark.parametrize("operation", [KEEPALIVE, HIDE])


@both
@pytest.mark.parametrize(
    "credentials",
    [{"auth_key": KEYS["marie"]}, {"auth_key": None, "password": "marie"}],
)
async def test_a_session_is_begun_once_and_then_it_is_the_one_that_is_active(
    dialect: Dialect, credentials: dict[str, object]
) -> None:
    """A start while active does nothing (final-03-lifecycle.json, steps 1 to 3)."""
    async with working(dialect, credentials) as office:
        first = await office.write(CREATE)
        office.wait(299)
        second = await office.write(CREATE)

        assert isinstance(first, Done)
        # The earlier dialect has begun one already, to be let read.
        assert first.is_new == (dialect is FINAL)
        assert isinstance(second, Done)
        assert not second.is_new
        assert office.writes == (2 if dialect is FINAL else 3)
        assert list(await office.sessions()) == [told(office, first).native_id]
        assert told(office, first).native_id == told(office, second).native_id
        assert {held.native_id for held in office.simulator.held()} == set(await office.sessions())


@both
async def test_after_silence_a_new_session_is_begun_by_the_same_log_in(dialect: Dialect) -> None:
    """It has the same identity and another id (final-03-lifecycle.json, steps 17 and 18)."""
    async with begun(dialect) as (office, before):
        office.wait(240)

        outcome = await office.write(CREATE)

        after = told(office, outcome)
        assert isinstance(outcome, Done)
        assert outcome.is_new
        assert after.native_id != before.native_id
        assert after.attributes["id_beaker_session"] == before.attributes["id_beaker_session"]
        assert after.started_at == office.driver.now
        assert (await office.sessions())[before.native_id].status is Status.ENDED


@both
async def test_a_visible_keepalive_counts_to_the_page_it_names(dialect: Dialect) -> None:
    """So it does in final-03-lifecycle.json, steps 4 and 11."""
    async with begun(dialect) as (office, own):
        outcome = await office.write(KEEPALIVE, own.native_id, visible=True, path=VIEW, tab=TAB)

        session = told(office, outcome)
        assert session == (await office.sessions())[own.native_id]
        assert session.last_activity_at == office.driver.now
        assert session.attributes["visible_duration"] == 60
        assert session.attributes["last_visible_path"] == [VIEW, TAB]
        assert session.attributes["tab_duration"] == {VIEW: {TAB: 60}}
        assert isinstance(outcome, Done)
        assert not outcome.is_new


@both
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"visible": None, "path": None, "tab": None},
        {"visible": False},
        {"visible": False, "path": VIEW, "tab": TAB},
    ],
)
async def test_a_hidden_keepalive_is_a_sign_of_life_and_nothing_else(
    dialect: Dialect, fields: dict[str, str | bool | None]
) -> None:
    """The path is not even looked at then (final-05-bad-bodies.json, step 10)."""
    async with begun(dialect) as (office, own):
        session = told(office, await office.write(KEEPALIVE, own.native_id, **fields))

        assert session.last_activity_at == office.driver.now
        assert session.attributes == own.attributes


@both
async def test_a_path_alone_is_something_that_is_seen(dialect: Dialect) -> None:
    async with begun(dialect) as (office, own):
        session = told(office, await office.write(KEEPALIVE, own.native_id, path=PAGE))

        assert session.attributes["tab_duration"] == {PAGE: 60}


@both
async def test_hide_hides_nothing_but_counts_as_a_visible_keepalive_does(dialect: Dialect) -> None:
    """So it does in final-03-lifecycle.json, step 6, and the answer is empty."""
    async with begun(dialect) as (office, own):
        line = office.meeting({})
        session = told(office, await office.write(HIDE, own.native_id, path=VIEW, tab=TAB))

        assert session.attributes["tab_duration"] == {VIEW: {TAB: 60}}
        assert session.status is Status.ACTIVE
        assert line.requests[1].path == f"/api/v2/{dialect.navigation}"


@both
@every_visit
async def test_a_session_of_somebody_else_is_not_touched(
    dialect: Dialect, operation: Operation
) -> None:
    async with begun(dialect) as (office, own):
        held = [document("jacques")]
        office.simulator.load([*held, document("marie")])
        await office.log_in()
        before = office.writes

        for other in ("of jacques", "of marie"):
            outcome = await office.write(operation, other, path=VIEW)
            assert outcome == Refused(Refusal.NOT_OWN_SESSION)
        # The store was emptied, so that nobody's is left.
        assert await office.write(operation, own.native_id, path=VIEW) == Refused(Refusal.NOT_FOUND)
        assert office.writes == before


@every_visit
async def test_a_session_of_another_log_in_of_the_same_account_is_not_touched(
    operation: Operation,
) -> None:
    """The server goes on with that of the caller's cookie (final-09-same-user-twice.json)."""
    async with begun(FINAL) as (office, earlier):
        await office.log_in()
        own = told(office, await office.write(CREATE))
        assert own.native_id != earlier.native_id

        outcome = await office.write(operation, earlier.native_id, path=VIEW)

        assert outcome == Refused(Refusal.NOT_OWN_SESSION)
        assert told(office, await office.write(operation, own.native_id, path=VIEW)).native_id == (
            own.native_id
        )


async def test_of_two_log_ins_a_second_apart_the_later_is_ours() -> None:
    """A log-in may take so long that two identities are possible."""
    async with working(FINAL) as office:
        await office.log_in()
        await office.write(CREATE)
        [other] = await office.sessions()
        office.meeting({1: lambda: office.wait(1)})
        await office.log_in()
        assert len(office.driver.ticket.values["identities"].split()) == 2

        # Nothing tells the other one from ours before ours has begun.
        assert await office.write(KEEPALIVE, other, path=VIEW) == Unclear()
        own = told(office, await office.write(CREATE))

        assert own.native_id != other
        assert own.started_at == office.driver.now
        assert told(office, await office.write(KEEPALIVE, own.native_id)).native_id == own.native_id
        assert await office.write(KEEPALIVE, other) == Refused(Refusal.NOT_OWN_SESSION)


async def test_a_session_that_begins_beside_one_of_the_second_before_is_new() -> None:
    async with working(FINAL) as office:
        await office.log_in()
        first = told(office, await office.write(CREATE))
        office.meeting({1: lambda: office.wait(1)})
        await office.log_in()

        outcome = await office.write(CREATE)

        assert told(office, outcome).native_id != first.native_id
        assert isinstance(outcome, Done)
        assert outcome.is_new


@both
@every_visit
async def test_a_session_that_fell_silent_is_not_called_back_and_none_begins(
    dialect: Dialect, operation: Operation
) -> None:
    """The server would begin another one silently (final-04 and final-03, step 14)."""
    async with begun(dialect) as (office, own):
        office.wait(241)
        writes, held = office.writes, office.simulator.held()

        outcome = await office.write(operation, own.native_id, path=VIEW)

        assert outcome == Refused(Refusal.NOT_OWN_SESSION)
        assert office.writes == writes
        assert office.simulator.held() == held


@pytest.mark.parametrize(
    ("operation", "fields", "flaw"),
    [
        (KEEPALIVE, {"visible": True}, "path"),
        (KEEPALIVE, {"visible": True, "path": ""}, "path"),
        (KEEPALIVE, {"visible": False, "path": ""}, "path"),
        (KEEPALIVE, {"tab": TAB}, "path"),
        (KEEPALIVE, {"visible": False, "tab": TAB}, "path"),
        (KEEPALIVE, {"path": VIEW, "tab": ""}, "tab"),
        (HIDE, {"path": ""}, "path"),
        (HIDE, {"path": VIEW, "tab": ""}, "tab"),
    ],
)
async def test_what_the_server_would_break_at_is_not_sent(
    operation: Operation, fields: dict[str, str | bool], flaw: str
) -> None:
    """A path is one text or two, and needed where it counts (final-05, steps 9, 12 and 17)."""
    async with begun(FINAL) as (office, own):
        line = office.meeting({})

        outcome = await office.write(operation, own.native_id, **fields)

        assert outcome == Refused(Refusal.INVALID_FIELD, flaw)
        assert line.requests == []


@both
@every_visit
async def test_a_view_that_is_counted_by_tab_is_not_counted_as_a_whole(
    dialect: Dialect, operation: Operation
) -> None:
    """The server breaks at it, and writes nothing (final-03-lifecycle.json, step 9)."""
    async with begun(dialect) as (office, own):
        await office.write(HIDE, own.native_id, path=VIEW, tab=TAB)
        writes = office.writes

        outcome = await office.write(operation, own.native_id, path=VIEW)

        assert outcome == Refused(Refusal.INVALID_FIELD, "tab")
        assert office.writes == writes
        hidden = await office.write(KEEPALIVE, own.native_id, path=VIEW, visible=False)
        assert isinstance(hidden, Done)


async def test_every_further_visit_is_added_where_it_belongs() -> None:
    """So it is in final-03-lifecycle.json, steps 4 to 8."""
    async with begun(FINAL) as (office, own):
        for path, tab in ((VIEW, TAB), (VIEW, "other"), (VIEW, TAB), (PAGE, None), (PAGE, None)):
            outcome = await office.write(HIDE, own.native_id, path=path, tab=tab)
            office.wait(10)

        counted = told(office, outcome).attributes["tab_duration"]
        assert counted == {VIEW: {TAB: 70, "other": 10}, PAGE: 20}


async def test_a_page_that_is_counted_as_a_whole_loses_its_tab() -> None:
    """So it does in final-03-lifecycle.json, step 10."""
    async with begun(FINAL) as (office, own):
        await office.write(HIDE, own.native_id, path=PAGE)
        office.wait(10)

        session = told(office, await office.write(HIDE, own.native_id, path=PAGE, tab=TAB))

        assert session.attributes["tab_duration"] == {PAGE: 70}


async def test_the_server_is_asked_for_the_account_alone_and_for_no_size() -> None:
    async with begun(FINAL) as (office, own):
        line = office.meeting({})

        await office.write(KEEPALIVE, own.native_id, path=VIEW)

    mine = (("usernames[]", "marie"), ("active", "true"))
    assert [(request.path, request.query) for request in line.requests] == [
        ("/api/v2/sessions", mine),
        ("/api/v2/keepalive", ()),
        ("/api/v2/sessions", mine),
    ]
    assert [_key_in(request) for request in line.requests] == [False] * 3


def _key_in(request: HttpRequest) -> bool:
    return KEYS["marie"] in f"{request.query}{request.headers}"
