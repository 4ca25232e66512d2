"""Canopsis: what is odd about saying that one is there, and where."""

import json
from typing import Any

import pytest

from adapters.simulators.canopsis import FINAL, V2020, Dialect
from gateway.spi import Done, Operation, Refusal, Refused, Status, Unclear
from tests.quirks.canopsis.tape import Both, Tape, tape
from tests.vendors.canopsis import HIDE, KEEPALIVE, PAGE, TAB, VIEW, begun, told

BOTH = (FINAL, V2020)


def only(both: Both) -> list[dict[str, Any]]:
    """Give the one session that each lists."""
    assert both.counts == {1}
    return [reply.sessions[0] for reply in both]


async def test_the_documented_name_of_navigation_is_not_found() -> None:
    """final-02-routing.json, step 6; v2020-02-routing.json has the same."""
    for name in ("final-02-routing.json", "v2020-02-routing.json"):
        async with tape(name) as routing:
            assert (await routing.step(6)).statuses == {404}


@pytest.mark.parametrize("dialect", BOTH, ids=lambda dialect: dialect.name)
async def test_navigation_has_another_name_in_each_version(dialect: Dialect) -> None:
    """v2020-02-routing.json, steps 7 and 8, and the same steps of final-02-routing.json."""
    async with tape(f"{dialect.name}-02-routing.json") as routing:
        hide, tracepath = await routing.steps(7, 8)
    expected = ({404}, {200}) if dialect is FINAL else ({200}, {404})
    assert (hide.statuses, tracepath.statuses) == expected

    async with begun(dialect) as (office, own):
        assert isinstance(await office.write(HIDE, own.native_id, path=VIEW), Done)


async def test_navigation_answers_nothing() -> None:
    """final-02-routing.json, step 8."""
    async with tape("final-02-routing.json") as routing:
        for reply in await routing.step(8):
            assert (reply.status, reply.content_type, reply.body) == (200, "text/html", "")

    async with begun(FINAL) as (office, own):
        outcome = await office.write(HIDE, own.native_id, path=VIEW)
        assert told(office, outcome).native_id == own.native_id


async def test_navigation_hides_nothing() -> None:
    """final-03-lifecycle.json, steps 6 and 8: time is counted to their pages in step 11."""
    async with tape("final-03-lifecycle.json") as life:
        assert [both.statuses for both in await life.steps(6, 8)] == [{200}] * 2
        for document in only(await life.step(11)):
            assert document["tab_duration"][_view(document)]["view-tab_other"] == 30

    async with begun(FINAL) as (office, own):
        session = told(office, await office.write(HIDE, own.native_id, path=VIEW))
        assert session.status is Status.ACTIVE
        assert session.attributes["visible_duration"] == 60


async def test_time_is_counted_to_the_page_that_is_named() -> None:
    """final-03-lifecycle.json, step 11: 60 s to the tab of step 4, 30 s to that of step 6."""
    async with tape("final-03-lifecycle.json") as life:
        for document in only(await life.step(11)):
            tabs = document["tab_duration"][_view(document)]
            assert sorted(tabs.values()) == [30, 60]

    async with begun(FINAL) as (office, own):
        session = told(office, await office.write(KEEPALIVE, own.native_id, path=VIEW, tab=TAB))
        assert session.attributes["tab_duration"] == {VIEW: {TAB: 60}}


async def test_a_hidden_keepalive_moves_the_last_ping_alone() -> None:
    """final-05-bad-bodies.json, steps 10 and 11: an empty path, and null."""
    async with tape("final-05-bad-bodies.json") as bodies:
        assert [both.statuses for both in await bodies.steps(10, 11)] == [{200}] * 2

    async with begun(FINAL) as (office, own):
        session = told(office, await office.write(KEEPALIVE, own.native_id))
        assert session.last_activity_at == office.driver.now
        assert session.attributes == own.attributes


async def test_a_path_comes_back_as_paths() -> None:
    """final-03-lifecycle.json, step 4."""
    async with tape("final-03-lifecycle.json") as life:
        for reply in await life.step(4):
            assert reply.body.keys() == {"description", "time", "visible", "paths"}
            assert len(reply.body["paths"]) == 2

    async with begun(FINAL) as (office, own):
        outcome = await office.write(KEEPALIVE, own.native_id, path=VIEW)
        assert told(office, outcome).attributes["last_visible_path"] == [VIEW]


async def test_a_view_counted_by_tab_breaks_as_a_whole() -> None:
    """final-03-lifecycle.json, step 9."""
    async with tape("final-03-lifecycle.json") as life:
        assert (await life.step(9)).statuses == {500}

    async with begun(FINAL) as (office, own):
        await office.write(HIDE, own.native_id, path=VIEW, tab=TAB)
        writes = office.writes
        outcome = await office.write(HIDE, own.native_id, path=VIEW)
        assert outcome == Refused(Refusal.INVALID_FIELD, "tab")
        assert office.writes == writes


async def test_a_page_counted_as_a_whole_loses_its_tabs() -> None:
    """final-03-lifecycle.json, step 10, of which step 11 shows what was counted."""
    async with tape("final-03-lifecycle.json") as life:
        assert (await life.step(10)).statuses == {200}
        for document in only(await life.step(11)):
            assert document["tab_duration"][PAGE] == 40

    async with begun(FINAL) as (office, own):
        await office.write(HIDE, own.native_id, path=PAGE)
        office.wait(10)
        session = told(office, await office.write(HIDE, own.native_id, path=PAGE, tab=TAB))
        assert session.attributes["tab_duration"] == {PAGE: 70}


async def test_the_documents_own_sample_breaks_the_server() -> None:
    """final-05-bad-bodies.json, step 2."""
    async with tape("final-05-bad-bodies.json") as bodies:
        assert (await bodies.step(2)).statuses == {500}


async def test_a_missing_field_breaks_the_server() -> None:
    """final-05-bad-bodies.json, steps 5 to 9, 12, 16 and 17."""
    async with tape("final-05-bad-bodies.json") as bodies:
        for both in await bodies.steps(5, 6, 7, 8, 9, 12, 16, 17):
            assert both.statuses == {500}

    async with begun(FINAL) as (office, own):
        writes = office.writes
        for operation, fields in (
            (KEEPALIVE, {"visible": True}),
            (KEEPALIVE, {"visible": True, "path": ""}),
            (HIDE, {"path": ""}),
        ):
            outcome = await office.write(operation, own.native_id, **fields)
            assert outcome == Refused(Refusal.INVALID_FIELD, "path")
        assert office.writes == writes


async def test_the_text_false_is_true() -> None:
    """final-05-bad-bodies.json, step 13: it counts, as step 19 shows."""
    async with tape("final-05-bad-bodies.json") as bodies:
        before, after = await _visible_durations(bodies, 4, 13, 19)
    assert before < after

    async with begun(FINAL) as (office, own):
        line = office.meeting({})
        await office.write(KEEPALIVE, own.native_id, path=VIEW, visible=False)
    assert _bodies(line.requests) == [{"visible": False, "path": [VIEW]}]


async def test_a_path_of_three_breaks_the_server() -> None:
    """final-05-bad-bodies.json, step 14."""
    async with tape("final-05-bad-bodies.json") as bodies:
        assert (await bodies.step(14)).statuses == {500}

    async with begun(FINAL) as (office, own):
        line = office.meeting({})
        await office.write(HIDE, own.native_id, path="/a,b", tab="c,d")
    assert _bodies(line.requests) == [{"path": ["/a,b", "c,d"]}]


@pytest.mark.parametrize("operation", [KEEPALIVE, HIDE])
async def test_a_name_with_dots_breaks_when_half_is_done(operation: Operation) -> None:
    """final-05-bad-bodies.json, step 15, and step 19: the path is stored, and not counted."""
    async with tape("final-05-bad-bodies.json") as bodies:
        assert (await bodies.step(15)).statuses == {500}
        for document in only(await bodies.step(19)):
            assert document["last_visible_path"] == ["a.b", "c.d"]
            assert "a.b" not in document["tab_duration"]

    async with begun(FINAL) as (office, own):
        writes = office.writes
        assert await office.write(operation, own.native_id, path="a.b", tab="c.d") == Unclear()
        assert office.writes == writes + 1


def _view(session: dict[str, Any]) -> str:
    """Name the one view that is counted by tab."""
    [view] = [
        name for name, counted in session["tab_duration"].items() if isinstance(counted, dict)
    ]
    return str(view)


async def _visible_durations(
    bodies: Tape, before: int, between: int, after: int
) -> tuple[list[int], list[int]]:
    first = [session["visible_duration"] for session in only(await bodies.step(before))]
    assert (await bodies.step(between)).statuses == {200}
    return first, [session["visible_duration"] for session in only(await bodies.step(after))]


def _bodies(requests: list[Any]) -> list[Any]:
    return [json.loads(request.body) for request in requests if request.method == "POST"]
