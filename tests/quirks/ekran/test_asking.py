"""How Ekran is asked for sessions: by whom, for how many, and for nothing but a window."""

import re

import pytest
from pydantic import ValidationError

from adapters.ekran import EkranAdapter
from adapters.simulators.ekran import KEY, Manners
from gateway.spi import ErrorCode, GiveUp, LogInAgain
from tests.quirks.ekran.visiting import visiting
from tests.support.adapters import driving


async def test_a_list_is_asked_for_by_post() -> None:
    """4.1.3. Sessions (Post) Endpoint: its type is POST, and GET that of another on the path."""
    async with visiting(rows=20) as visit:
        assert (await visit.ask()).status == 200
        assert (await visit.ask(method="GET")).status == 405
        visit.simulator.served.clear()

        await visit.driver.pages()

    assert visit.simulator.served == {"listing": 1}
    assert visit.driver.adapter.abilities().operations == {}


async def test_a_saas_has_no_such_api() -> None:
    """4.1.3. Sessions (Post) Endpoint: "NOT AVAILABLE IN SAAS"."""
    async with visiting(rows=20) as visit:
        assert (await visit.ask("/saas/ekranapi/sessions")).status == 404
        options = visit.simulator.options(visit.driver.adapter.endpoint().url)
        async with driving(EkranAdapter, options) as elsewhere:
            with pytest.raises(GiveUp) as caught:
                await elsewhere.pages()

    assert caught.value.code is ErrorCode.CONFIG


async def test_the_key_is_sent_as_it_is() -> None:
    """4.1.9. Endpoint Access Control Access Requests (Get) Endpoint: brackets, bars and all."""
    assert re.search(r"[]})(@_|!]", KEY)
    async with visiting(rows=20) as visit:
        assert (await visit.ask()).status == 200
        for wrong in (KEY.lower(), KEY[:-1], "", None):
            assert (await visit.ask(key=wrong)).status == 401
        assert len(await visit.driver.sessions()) == len(visit.held)

        options = visit.simulator.options(visit.driver.adapter.endpoint().url)
        options["url"] = visit.driver.adapter.endpoint().url
        for other in ("wrong", None):
            async with driving(EkranAdapter, options | {"api_key": other}) as stranger:
                with pytest.raises(LogInAgain):
                    await stranger.pages()
        with pytest.raises(ValidationError, match="api_key must be one line"):
            EkranAdapter.options_model.model_validate(options | {"api_key": f"{KEY}\n"})


async def test_no_session_is_asked_for_alone() -> None:
    """4.1.3. Sessions (Post) Endpoint: it has no id to ask for, and no other verb."""
    async with visiting(rows=20) as visit:
        native_id = next(iter(visit.held))
        for method in ("GET", "POST", "DELETE", "PATCH"):
            assert (await visit.ask(f"/ekranapi/sessions/{native_id}", method)).status == 404
        everything = await visit.ask()
        assert (await visit.ask(sessionId=int(native_id))).rows.keys() == everything.rows.keys()
        abilities = visit.driver.adapter.abilities()

    assert not abilities.has_detail
    assert abilities.operations == {}


async def test_nothing_but_a_window_chooses() -> None:
    """4.1.3. Sessions (Post) Endpoint: start, end, sessionCount and pageIndex are all there is."""
    async with visiting(rows=60) as visit:
        everything = list((await visit.ask()).rows)
        assert list((await visit.ask(userId=61, sort="-loginDate", order="asc")).rows) == everything
        starts = [visit.held[native_id].started_at for native_id in everything]
        abilities = visit.driver.adapter.abilities()

    assert starts not in (sorted(starts), sorted(starts, reverse=True))  # type: ignore[type-var]  # all have one
    assert abilities.sorts == ()
    assert {field for field, _ in abilities.filters} == {"started_at"}


async def test_more_than_a_thousand_are_refused() -> None:
    """4.1.3. Sessions (Post) Endpoint: "more than 1000, a status code of 400 is returned"."""
    async with visiting(rows=1100) as visit:
        assert (await visit.ask(sessionCount=1000)).status == 200
        assert (await visit.ask(sessionCount=1001)).status == 400
        pages = await visit.driver.pages()

    assert [len(page.records) for page in pages] == [999, len(visit.held) - 999]


async def test_a_thousand_come_unasked() -> None:
    """4.1.3. Sessions (Post) Endpoint: default 1000, so an unheard number looks like a page."""
    deaf = Manners(parameters_in="query")
    async with visiting(rows=1100, manners=deaf, parameters_in="body") as visit:
        assert len((await visit.ask()).rows) == 1000
        assert len((await visit.ask(sessionCount=7, pageIndex=3)).rows) == 1000

        with pytest.raises(GiveUp, match="try parameters_in: query") as caught:
            await visit.driver.pages()

    assert caught.value.code is ErrorCode.CONFIG


async def test_pages_are_counted_from_zero() -> None:
    """4.1.3. Sessions (Post) Endpoint: "Any integer from 0 upwards"."""
    async with visiting(rows=60) as visit:
        everything = list((await visit.ask()).rows)
        pages = [
            list((await visit.ask(sessionCount=25, pageIndex=index)).rows) for index in range(4)
        ]
        assert (await visit.ask(pageIndex=-1)).status == 400
        read = await visit.driver.pages(page_size=25)

    assert pages == [everything[:25], everything[25:50], everything[50:], []]
    assert [len(page.records) for page in read] == [len(page) for page in pages[:3]]
