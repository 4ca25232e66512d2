"""Canopsis: what is odd about a document."""

import base64
import json
from email.utils import parsedate_to_datetime
from typing import Any

from adapters.canopsis import CanopsisAdapter, CanopsisOptions
from adapters.simulators.canopsis import FINAL
from gateway.spi import Session, Status
from tests.quirks.canopsis.tape import Reply, tape
from tests.support.adapters import mapped
from tests.support.payloads import raw
from tests.vendors.canopsis import CREATE, KEEPALIVE, begun, told, working

ADAPTER = CanopsisAdapter(
    CanopsisOptions.model_validate({"url": "https://canopsis.example", "auth_key": "a-key"})
)


def read(document: object) -> Session:
    """Map a document whose every field is understood."""
    result = mapped(ADAPTER, raw(document))
    assert result.unreadable == ()
    return result.session


def named(reply: Reply, username: str) -> dict[str, Any]:
    """Find the first document of a user."""
    return next(each for each in reply.sessions if each["username"] == username)


async def test_times_are_seconds_since_1970() -> None:
    """final-06-list-filters.json, step 3: the first document is of 19 November 2019."""
    async with tape("final-06-list-filters.json") as filters:
        for reply in await filters.step(3):
            document = named(reply, "jacques")
            assert document["start"] == 1574150400

            session = read(document)

            assert session.started_at is not None
            assert session.started_at.isoformat() == "2019-11-19T08:00:00+00:00"
            assert session.duration_s == document["last_ping"] - document["start"]


async def test_nothing_says_that_a_session_has_ended() -> None:
    """final-06-list-filters.json, step 3: the fields of one that ended long ago."""
    fields = {"_id", "id_beaker_session", "username", "start", "last_ping", "last_visible_ping"}
    seen = {"last_visible_path", "visible_duration", "tab_duration"}
    async with tape("final-06-list-filters.json") as filters:
        for reply in await filters.step(3):
            document = named(reply, "jacques")
            assert document.keys() == fields | seen

            session = read(document)

            assert session.status is Status.ENDED
            assert session.ended_at == session.last_activity_at
            assert session.inferred == ("status", "ended_at")


async def test_a_path_not_seen_yet_is_the_text_none() -> None:
    """final-03-lifecycle.json, step 3; after step 4 it is a list."""
    async with tape("final-03-lifecycle.json") as life:
        for reply in await life.step(3):
            assert named(reply, "jacques")["last_visible_path"] == "None"
        for reply in await life.step(11):
            assert isinstance(named(reply, "jacques")["last_visible_path"], list)

    async with begun(FINAL) as (_, own):
        assert own.attributes["last_visible_path"] == "None"


async def test_views_and_their_tabs_are_counted_in_one_object() -> None:
    """final-06-list-filters.json, step 3: 3000 seconds of a tab, and 700 of a page."""
    async with tape("final-06-list-filters.json") as filters:
        for reply in await filters.step(3):
            durations = named(reply, "jacques")["tab_duration"]
            assert {type(counted) for counted in durations.values()} == {dict, int}

            assert read(named(reply, "jacques")).attributes["tab_duration"] == durations


async def test_sessions_of_one_log_in_share_its_identity() -> None:
    """final-03-lifecycle.json, step 18, after 530 seconds of silence."""
    async with tape("final-03-lifecycle.json") as life:
        for reply in await life.step(18):
            assert len(reply.sessions) == 2
            assert len({each["id_beaker_session"] for each in reply.sessions}) == 1

            assert len({read(each).native_id for each in reply.sessions}) == 2


async def test_an_identity_is_a_name_and_a_second() -> None:
    """final-03-lifecycle.json, step 3: the second is that of the Date of step 1."""
    async with tape("final-03-lifecycle.json") as life:
        log_in, listed = await life.steps(1, 3)
        for entered, reply in zip(log_in, listed, strict=True):
            second = int(parsedate_to_datetime(entered.headers["date"]).timestamp())
            identity = named(reply, "jacques")["id_beaker_session"]
            assert base64.b64decode(identity).decode() == f"jacques_{second}"

    async with working(FINAL) as office:
        own = told(office, await office.write(CREATE))
        [identity] = office.driver.ticket.values["identities"].split()
        assert own.attributes["id_beaker_session"] == identity


async def test_a_path_that_is_a_text_is_kept_and_its_first_letter_counted() -> None:
    """final-05-bad-bodies.json, steps 3 and 4."""
    async with tape("final-05-bad-bodies.json") as bodies:
        assert (await bodies.step(3)).statuses == {200}
        for reply in await bodies.step(4):
            document = named(reply, "root")
            assert document["last_visible_path"] == "[/view/x,view-tab_y]"
            assert document["tab_duration"] == {"[": 10}
            assert read(document).attributes["tab_duration"] == {"[": 10}

    async with begun(FINAL) as (office, own):
        line = office.meeting({})
        await office.write(KEEPALIVE, own.native_id, path="/view/x", tab="tab")
    [body] = [request.body for request in line.requests if request.method == "POST"]
    assert body is not None
    assert json.loads(body)["path"] == ["/view/x", "tab"]
