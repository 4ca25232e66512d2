"""Canopsis API documentation, "Session": the list, and who may see it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.simulators.canopsis import FINAL, V2020, CanopsisSimulator
from tests.pages.canopsis import LIST, Office, working
from tests.pages.relay import Printed
from tests.pages.support import BACKEND, problem, reading
from tests.support.adapters import NOON
from tests.vendors.canopsis import KEYS, Clock

KEY = {"x-canopsis-authkey": KEYS["root"]}


@pytest.fixture(params=[FINAL, V2020], ids=lambda dialect: dialect.name)
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    async with working(request.param) as office:
        yield office


@pytest.fixture
async def later() -> AsyncIterator[Office]:
    """Give a server that answers the page's own calls without a session."""
    async with working(FINAL) as office:
        yield office


async def page_ids(office: Office, query: str) -> list[str]:
    """List at the vendor itself, as the page does."""
    _, told = await office.reader.page_says("GET", f"/api/v2/sessions?{query}", headers=KEY)
    return [document["_id"] for document in told["sessions"]]


def listings(office: Office) -> list[dict[str, Any]]:
    """Give the parameters of each list that was asked for a client."""
    asked = [dict(call.parameters) for call in office.reader.relay.calls(LIST)]
    return [parameters for parameters in asked if parameters.get("usernames[]") != ""]


# /api/v2/sessions: "Permet de lister les sessions."


async def test_sessions(office: Office) -> None:
    reader = office.reader

    listed = await reader.listed()

    assert [session["native_id"] for session in listed] == reader.held()
    assert {(s["native_id"], s["status"], frozenset({s["user"]["name"]})) for s in listed} == {
        (row.native_id, row.status, row.user) for row in reader.vendor.held()
    }
    assert listings(office) == [{}]


async def test_sessions_url_of_the_page(later: Office) -> None:
    """It is that of the call before, by mistake (final-02-routing.json)."""
    status, _ = await later.reader.page_says("GET", "/api/v2/session-hide", headers=KEY)

    await later.reader.listed()

    assert status == 404
    assert {call.name for call in later.reader.relay.asked} == {LIST}


async def test_sessions_authentification_requise() -> None:
    """The vendor's page of an error (final-01-auth.json, step 1) stays there."""
    server = CanopsisSimulator(rows=5, seed=4, clock=Clock())
    async with reading(server, auth_key="nobody's key") as reader:
        status, words = await reader.page_says("GET", "/api/v2/sessions")
        answer = await reader.get()

    assert status == 401
    assert "Not authorized" in words
    problem(answer, 502, "upstream_failed", "Not authorized", "nobody's key")
    assert answer.body["backends"][BACKEND]["error"]["code"] == "auth"


async def test_sessions_of_the_earlier_version_are_for_who_has_a_session() -> None:
    """In silence the account's own ends, and another is begun (v2020-04, steps 3 to 6)."""
    async with working(V2020) as office:
        await office.reader.listed()
        office.wait(301)

        assert await office.reader.ids() == office.reader.held()
        assert office.writes == 2


async def test_sessions_that_are_refused_for_want_of_a_session() -> None:
    async with working(V2020) as office:
        words = '{"name": "", "description": "Session Not Valid"}'
        office.reader.relay.answers[LIST] = Printed(words, 400)

        answer = await office.reader.get()

    problem(answer, 502, "upstream_failed", "Session Not Valid")


@pytest.mark.parametrize("name", ["root", "jacques"])
async def test_sessions_permissions_requises_aucune(name: str) -> None:
    """Whoever has an account sees everybody's."""
    server = CanopsisSimulator(rows=30, seed=4, clock=Clock())
    async with reading(server, auth_key=KEYS[name]) as reader:
        assert await reader.ids() == reader.held()


# Paramètres


async def test_parametre_usernames(later: Office) -> None:
    (name,) = later.reader.vendor.held()[7].user

    found = await later.reader.ids(user=name)

    assert found == later.reader.held(lambda row: name in row.user)
    assert sorted(found) == sorted(await page_ids(later, f"usernames[]={name}"))
    assert listings(later) == [{"usernames[]": name}]


async def test_parametre_usernames_of_several(office: Office) -> None:
    names = sorted({name for row in office.reader.vendor.held()[:9] for name in row.user})[:3]

    found = await office.reader.ids(user=names)

    assert found == office.reader.held(lambda row: not row.user.isdisjoint(names))
    assert len(found) >= 3
    assert listings(office) == [{"usernames[]": names}]


async def test_parametre_usernames_of_nobody(office: Office) -> None:
    assert await office.reader.ids(user="Jacques") == []
    assert listings(office) == [{"usernames[]": "Jacques"}]


@pytest.mark.parametrize("status", ["active", "ended"])
async def test_parametre_active(office: Office, status: str) -> None:
    """Not sent: it knows no session that was last seen just 300 seconds ago.

    So it is in final-07-activity-boundary.json, steps 8 and 9.
    """
    found = await office.reader.ids(status=status)

    assert found
    assert found == office.reader.held(lambda row: row.status == status)
    assert listings(office) == [{}]


async def test_parametre_active_loses_who_is_on_its_boundary(later: Office) -> None:
    own = await later.begin()
    later.wait(300)
    page = [*await page_ids(later, "active=true"), *await page_ids(later, "active=false")]

    found = [*await later.reader.ids(status="active"), *await later.reader.ids(status="ended")]

    assert own["native_id"] not in page
    assert own["native_id"] in await later.reader.ids(status="ended")
    assert sorted(found) == sorted(later.reader.held())


async def test_parametre_started_after(later: Office) -> None:
    """Not sent: whatever it says, the vendor gives nothing (final-06, steps 18 to 21)."""
    since = NOON - timedelta(hours=3)
    assert await page_ids(later, f"started_after={int(since.timestamp())}") == []

    found = await later.reader.ids(started_after=since.isoformat())

    assert found
    assert found == later.reader.held(
        lambda row: row.started_at is not None and row.started_at >= since
    )
    assert listings(later) == [{}]


async def test_parametre_stopped_before(later: Office) -> None:
    """Not sent: whatever it says, the vendor gives nothing (final-06, steps 22 to 25).

    Who has expired has ended, at the last sign of life.
    """
    until = NOON - timedelta(hours=3)
    assert await page_ids(later, f"stopped_before={int(until.timestamp())}") == []

    found = await later.reader.listed(ended_before=until.isoformat())

    everybody = await later.reader.listed()
    assert found
    assert found == [s for s in everybody if s["ended_at"] and _instant(s["ended_at"]) < until]
    assert all("ended_at" in session["inferred"] for session in found)
    assert {session["native_id"] for session in found} < set(
        later.reader.held(lambda row: row.status == "ended")
    )
    assert listings(later) == [{}, {}]


@pytest.mark.parametrize("limit", [1, 7, 50])
async def test_parametres_limit_et_offset(later: Office, limit: int) -> None:
    """Not sent: they are ignored (final-06, steps 27 to 30). Pages are made here."""
    everybody = later.reader.held()
    assert sorted(await page_ids(later, f"limit={limit}&offset=3")) == sorted(everybody)

    first = await later.reader.get(limit=limit)
    second = await later.reader.get(limit=limit, cursor=first.body["page"]["next"])

    pages = [[s["native_id"] for s in answer.body["data"]] for answer in (first, second)]
    assert pages == [everybody[:limit], everybody[limit : 2 * limit]]
    assert listings(later) == [{}, {}]


async def test_all_parametres_together(office: Office) -> None:
    names = sorted({name for row in office.reader.vendor.held() for name in row.user})[:20]
    since, until = NOON - timedelta(hours=8), NOON - timedelta(hours=1)

    found = await office.reader.listed(
        user=names,
        status="ended",
        started_after=since.isoformat(),
        ended_before=until.isoformat(),
    )

    everybody = await office.reader.listed()
    assert found
    assert found == [
        session
        for session in everybody
        if session["user"]["name"] in names
        and session["status"] == "ended"
        and _instant(session["started_at"]) >= since
        and _instant(session["ended_at"]) < until
    ]
    assert listings(office)[0] == {"usernames[]": names}


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
