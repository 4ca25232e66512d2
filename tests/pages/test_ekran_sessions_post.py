"""Ekran System documentation, "4.1.3. Sessions (Post) Endpoint": its call and its parameters."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.simulators.ekran import EkranSimulator, Manners
from adapters.toolkit.durations import dotnet_time_span
from tests.pages.ekran import SESSIONS, began_within, local, rows, sent
from tests.pages.support import BACKEND, Reader, problem, reading
from tests.support.adapters import noon

FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
"""The fullest of the three forms of the page."""


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    async with reading(EkranSimulator(rows=700, seed=3, clock=noon)) as reader:
        yield reader


# "Gets a list of sessions with details"


async def test_sessions_with_details(reader: Reader) -> None:
    listed = await reader.listed()

    assert [session["native_id"] for session in listed] == reader.held()
    assert {(s["native_id"], s["status"], frozenset({s["user"]["id"]})) for s in listed} == {
        (row.native_id, row.status, row.user) for row in reader.vendor.held()
    }
    told = await rows(reader)
    assert all(
        session["attributes"][name] == told[session["native_id"]][name]
        for session in listed
        for name in ("productivityTime", "idleTime")
    )
    over = [session for session in listed if session["status"] == "ended"]
    assert [session["duration_s"] for session in over] == [
        dotnet_time_span(told[session["native_id"]]["duration"]).total_seconds() for session in over
    ]
    assert {call.name for call in reader.relay.asked} == {SESSIONS}
    assert {call.headers["Content-Type"] for call in reader.relay.asked} == {"application/json"}
    assert all(call.parameters == {} for call in reader.relay.asked)


async def test_sessions_where_parameters_are_read_from_the_query() -> None:
    """The page does not tell where they go, so it is an option."""
    manners = Manners(parameters_in="query")
    async with reading(EkranSimulator(rows=60, seed=3, clock=noon, manners=manners)) as reader:
        assert await reader.ids(sort="user") != []
        assert sorted(await reader.ids()) == sorted(reader.held())

    first = reader.relay.asked[0]
    assert (first.name, first.body) == (SESSIONS, None)
    assert first.parameters == {"sessionCount": "999", "pageIndex": "0"}


# Request parameters


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T12:00:00Z", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("2026-11-21T12:00:00+05:00", datetime(2026, 11, 21, 7, tzinfo=UTC)),
    ],
)
async def test_parameter_start(reader: Reader, written: str, instant: datetime) -> None:
    """26 hours more are asked for: whoever was clipped then starts before what is looked for."""
    found = await reader.ids(started_after=written, sort="user")

    assert sorted(found) == sorted(reader.held(began_within(instant, None)))
    assert 0 < len(found) < len(reader.held())
    assert sent(reader, "start") == [local(instant - timedelta(hours=26))]
    assert sent(reader, "end") == [None]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T12:00:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
    ],
)
async def test_parameter_end(reader: Reader, written: str, instant: datetime) -> None:
    found = await reader.ids(started_before=written, sort="user")

    assert sorted(found) == sorted(reader.held(began_within(None, instant)))
    assert 0 < len(found) < len(reader.held())
    assert sent(reader, "start") == [None]
    assert sent(reader, "end") == [local(instant + timedelta(hours=26, seconds=1))]


async def test_parameters_start_and_end_have_a_documented_form(reader: Reader) -> None:
    await reader.listed(
        started_after="2026-11-20T10:00:00.5Z", started_before="2026-11-20T16:00:00.25Z"
    )
    await reader.listed()

    bounds = [*sent(reader, "start"), *sent(reader, "end")]
    assert any(bounds)
    assert all(FORM.fullmatch(bound) for bound in bounds if bound is not None)


async def test_parameter_session_count_is_at_most_one_less_than_the_maximum(
    reader: Reader,
) -> None:
    """A page of a thousand would show that the parameters are not heard: it comes unasked."""
    for limit in (1, 50, 999, 1000, 5000):
        await reader.get(limit=limit)

    assert all(1 <= count <= 999 for count in sent(reader, "sessionCount"))


async def test_parameter_session_count_of_the_default_that_comes_unasked() -> None:
    """Who answers with more than was asked for has not heard what was asked."""
    manners = Manners(parameters_in="query")
    simulator = EkranSimulator(rows=1100, seed=3, clock=noon, manners=manners)
    async with reading(simulator, parameters_in="body") as reader:
        answer = await reader.get(sort="user")

    problem(answer, 502, "upstream_failed")
    assert answer.body["backends"][BACKEND]["error"]["code"] == "config"


async def test_parameter_page_index() -> None:
    async with reading(EkranSimulator(rows=2100, seed=3, clock=noon)) as reader:
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await reader.get(limit=1000, sort="duration_s", **cursor)
            assert answer.body["complete"] is True
            found += [session["native_id"] for session in answer.body["data"]]
            if answer.body["page"]["next"] is None:
                break
            cursor = {"cursor": answer.body["page"]["next"]}

        assert sorted(found) == sorted(reader.held())
        assert set(sent(reader, "pageIndex")) == set(range(len(found) // 999 + 1))
        assert set(sent(reader, "sessionCount")) == {999}


# Note 1


async def test_note_1_neither_start_nor_end(reader: Reader) -> None:
    found = await reader.ids(sort="user")

    assert sorted(found) == sorted(await rows(reader))
    assert (sent(reader, "start"), sent(reader, "end")) == ([None], [None])


async def test_note_1_no_start(reader: Reader) -> None:
    """All that were started before the end: the same, but what starts at just that second."""
    end = datetime(2026, 11, 20, 6, tzinfo=UTC)

    assert set(await reader.ids(started_before=end.isoformat())) == set(
        await rows(reader, end=local(end))
    )


async def test_note_1_no_end(reader: Reader) -> None:
    """Who was started before and finished after is found by when it finished."""
    start = datetime(2026, 11, 20, 6, tzinfo=UTC)

    begun = set(await reader.ids(started_after=start.isoformat()))
    ended = set(await reader.ids(ended_after=start.isoformat()))
    going_on = set(await reader.ids(status="active"))

    assert begun < set(await rows(reader, start=local(start)))
    assert begun | ended | going_on == set(await rows(reader, start=local(start)))
