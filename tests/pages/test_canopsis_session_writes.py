"""Canopsis API documentation, "Session": to begin a session, to keep it, to lead it elsewhere."""

from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest

from adapters.simulators.canopsis import FINAL, V2020, Dialect
from tests.pages.canopsis import KEEPALIVE, LIST, START, TAB, VIEW, Office, working
from tests.pages.relay import Printed
from tests.pages.support import BACKEND, problem
from tests.support.payloads import sample
from tests.vendors.canopsis import KEYS

KEY = {"x-canopsis-authkey": KEYS["root"]}
NOT_VALID = '{"name": "", "description": "Session Not Valid"}'


@pytest.fixture(params=[FINAL, V2020], ids=lambda dialect: dialect.name)
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    async with working(request.param) as office:
        yield office


# Création d'une session


@pytest.mark.parametrize(("dialect", "status"), [(FINAL, 201), (V2020, 200)])
async def test_creation_d_une_session(dialect: Dialect, status: int) -> None:
    """The earlier version has begun one at the log-in: without one it lists nothing."""
    async with working(dialect) as office:
        before = office.reader.held()

        answer = await office.reader.post("/v1/sessions", {"backend": BACKEND})

        own = answer.body["data"]
        assert answer.status == status, answer.body
        assert own["user"] == {"id": None, "name": "root"}
        assert own["started_at"] == own["last_activity_at"] == "2026-11-22T12:00:00Z"
        assert own["status"] == "active"
        assert await office.shown(own["id"]) == own
        assert [each for each in office.reader.held() if each not in before] == [own["native_id"]]
        assert office.writes == len(office.reader.relay.calls(START)) == (2, 1)[dialect is FINAL]


async def test_creation_methode_post() -> None:
    """It is GET (final-02-routing.json, steps 1 and 2), and the answer is that of the page."""
    async with working(FINAL) as office:
        refused, _ = await office.reader.page_says("POST", "/api/v2/sessionstart", headers=KEY)
        status, told = await office.reader.page_says("GET", "/api/v2/sessionstart", headers=KEY)

        await office.begin()

    assert refused == HTTPStatus.METHOD_NOT_ALLOWED
    assert (status, told) == (200, sample("canopsis/session_start.json"))
    assert "POST /api/v2/sessionstart" not in {call.name for call in office.reader.relay.asked}


async def test_creation_exemple_du_corps_de_la_reponse() -> None:
    """It does not tell the session, which is looked for: here there is none, for nothing begins."""
    async with working(FINAL) as office:
        office.reader.relay.answers[START] = Printed.sample("canopsis/session_start.json")

        answer = await office.reader.post("/v1/sessions", {"backend": BACKEND})

    assert (answer.status, answer.body["data"]) == (202, None)
    assert answer.body["warnings"] == ["session_not_told_apart"]


async def test_creation_while_the_session_is_active_does_nothing(office: Office) -> None:
    own = await office.begin()
    office.wait(299)

    answer = await office.reader.post("/v1/sessions", {"backend": BACKEND})

    assert answer.status == 200
    assert answer.body["data"]["id"] == own["id"]
    assert answer.body["data"]["started_at"] == own["started_at"]


async def test_creation_after_silence_begins_another(office: Office) -> None:
    own = await office.begin()
    office.wait(301)

    answer = await office.reader.post("/v1/sessions", {"backend": BACKEND})

    assert answer.status in (200, 201)
    assert answer.body["data"]["id"] != own["id"]
    assert answer.body["data"]["started_at"] == "2026-11-22T12:05:01Z"
    assert (await office.shown(own["id"]))["status"] == "ended"


# keepalive


async def test_keepalive(office: Office) -> None:
    own = await office.begin()
    office.wait(60)
    before = office.writes

    answer = await office.reader.post(
        f"/v1/sessions/{own['id']}/keepalive", {"visible": True, "path": VIEW, "tab": TAB}
    )

    shown = await office.shown(own["id"])
    assert answer.status == 200, answer.body
    assert answer.body["data"] == shown
    assert shown["last_activity_at"] == "2026-11-22T12:01:00Z"
    assert shown["attributes"]["visible_duration"] == 60
    assert shown["attributes"]["last_visible_path"] == [VIEW, TAB]
    assert shown["attributes"]["tab_duration"] == {VIEW: {TAB: 60}}
    assert office.writes == before + 1


async def test_keepalive_exemple_de_corps_de_requete(office: Office) -> None:
    """Its path is sent as the list it means.

    The text of the page would be counted by its first character (final-05-bad-bodies.json, 4).
    """
    example = sample("canopsis/keepalive_request.json")
    own = await office.begin()

    await office.reader.post(
        f"/v1/sessions/{own['id']}/keepalive",
        {"visible": example["visible"], "path": VIEW, "tab": TAB},
    )

    (call,) = office.reader.relay.calls(KEEPALIVE)
    assert call.body == {"visible": True, "path": [VIEW, TAB]}
    assert f"[{','.join(call.body['path'])}]" == example["path"]
    assert call.headers["Content-Type"] == "application/json"


async def test_keepalive_visible_false(office: Office) -> None:
    """A sign of life, and nothing else is counted (final-03-lifecycle.json, step 5)."""
    own = await office.begin()
    office.wait(60)

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/keepalive", {"visible": False})

    (call,) = office.reader.relay.calls(KEEPALIVE)
    shown = await office.shown(own["id"])
    assert answer.body["data"] == shown
    assert call.body == {"visible": False, "path": []}
    assert shown["last_activity_at"] == "2026-11-22T12:01:00Z"
    assert shown["attributes"] == own["attributes"]


async def test_keepalive_condition_session_active(office: Office) -> None:
    """In silence it ends: the later version would begin another without a word."""
    own = await office.begin()
    office.wait(301)
    held, before = office.reader.held(), len(office.reader.relay.calls(KEEPALIVE))

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/keepalive", {"path": VIEW})

    problem(answer, 409, "not_own_session", "Session Not Valid")
    assert len(office.reader.relay.calls(KEEPALIVE)) == before == 0
    assert office.reader.held() == held


async def test_keepalive_of_a_session_that_is_none(office: Office) -> None:
    await office.begin()

    answer = await office.reader.post(f"/v1/sessions/{BACKEND}:da7ac9b9/keepalive", {"path": VIEW})

    problem(answer, 404, "not_found", "Session Not Valid")
    assert office.reader.relay.calls(KEEPALIVE) == []


async def test_keepalive_of_somebody_elses_session(office: Office) -> None:
    await office.begin()
    other, *_ = office.reader.held(lambda row: row.status == "active" and "root" not in row.user)

    answer = await office.reader.post(f"/v1/sessions/{BACKEND}:{other}/keepalive", {"path": VIEW})

    problem(answer, 409, "not_own_session")
    assert office.reader.relay.calls(KEEPALIVE) == []


async def test_keepalive_without_visible_and_path_together(office: Office) -> None:
    """The server breaks where something is seen, and not told what (final-05, steps 9 to 12)."""
    own = await office.begin()

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/keepalive", {"visible": True})

    problem(answer, 422, "invalid_field")
    assert [error["parameter"] for error in answer.body["errors"]] == ["path"]
    assert office.reader.relay.calls(KEEPALIVE) == []


async def test_keepalive_exemple_du_corps_de_la_reponse(office: Office) -> None:
    """It tells nothing of the session but what was sent: the session is read from the list."""
    own = await office.begin()
    office.wait(60)
    office.reader.relay.answers[KEEPALIVE] = Printed.sample("canopsis/keepalive.json")

    answer = await office.reader.post(
        f"/v1/sessions/{own['id']}/keepalive", {"visible": True, "path": VIEW, "tab": TAB}
    )

    assert answer.status == 200
    assert answer.body["data"] == own  # For the vendor was not asked.
    assert office.reader.relay.asked[-1].name == LIST


async def test_keepalive_answered_that_the_session_is_not_valid(office: Office) -> None:
    """v2020-04-keepalive-without-start.json: it fell silent just now."""
    own = await office.begin()
    office.reader.relay.answers[KEEPALIVE] = Printed(NOT_VALID, 400)

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/keepalive", {"path": VIEW})

    problem(answer, 409, "not_own_session", "Session Not Valid")


async def test_keepalive_answered_by_a_fault_of_the_server(office: Office) -> None:
    """Whether it is done is not known, so it is not sent again."""
    own = await office.begin()
    page = "<html><h1>Error: 500 Internal Server Error</h1></html>"
    office.reader.relay.answers[KEEPALIVE] = Printed(page, 500, "text/html")

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/keepalive", {"path": VIEW})

    problem(answer, 502, "write_outcome_unknown", "Internal Server Error")
    assert len(office.reader.relay.calls(KEEPALIVE)) == 1


# /api/v2/session-hide


async def test_session_hide(office: Office) -> None:
    """It hides nothing, but counts the time to the page that is gone to, as its first line says.

    The page's own name for it is 404 in either version (v2020-02-routing.json, step 6).
    """
    own = await office.begin()
    office.wait(60)
    before = office.writes

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/hide", {"path": VIEW, "tab": TAB})

    shown = await office.shown(own["id"])
    (call,) = office.reader.relay.calls(office.navigation)
    assert answer.status == 200, answer.body
    assert answer.body["data"] == shown
    assert call.body == {"path": [VIEW, TAB]}
    assert (
        f"[{','.join(call.body['path'])}]" == sample("canopsis/session_hide_request.json")["path"]
    )
    assert shown["status"] == "active"
    assert shown["last_activity_at"] == "2026-11-22T12:01:00Z"
    assert shown["attributes"]["tab_duration"] == {VIEW: {TAB: 60}}
    assert office.writes == before + 1
    assert await _page_is_missing(office)


async def test_session_hide_condition_session_active(office: Office) -> None:
    own = await office.begin()
    office.wait(301)

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/hide", {"path": VIEW})

    problem(answer, 409, "not_own_session", "Session Not Valid")
    assert office.reader.relay.calls(office.navigation) == []


async def test_session_hide_without_a_path(office: Office) -> None:
    own = await office.begin()

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/hide", {})

    problem(answer, 422, "missing_field")
    assert office.reader.relay.calls(office.navigation) == []


async def test_session_hide_answered_that_the_session_is_not_valid(office: Office) -> None:
    own = await office.begin()
    office.reader.relay.answers[office.navigation] = Printed(NOT_VALID, 400)

    answer = await office.reader.post(f"/v1/sessions/{own['id']}/hide", {"path": VIEW})

    problem(answer, 409, "not_own_session", "Session Not Valid")


async def _page_is_missing(office: Office) -> bool:
    status, _ = await office.reader.page_says("POST", "/api/v2/session-hide", headers=KEY, body={})
    return status == HTTPStatus.NOT_FOUND
