"""A new session of Roundware: what may be told of it, and what is sent."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spi import (
    Client,
    Done,
    FieldKind,
    Operation,
    Refusal,
    Refused,
    Space,
    Write,
)
from tests.support.adapters import NOON, mapped
from tests.support.replies import Replies, recorded
from tests.vendors.roundware import ADAPTER, body_of, creating, museum, outcome_of


async def test_a_session_begins_with_all_that_it_is_told() -> None:
    async with museum() as (simulator, driver):
        write = creating(
            space__id="2",
            client__name="iPhone",
            client__version="15.1",
            language="fr",
            attributes__geo_listen_enabled=True,
            attributes__demo_stream_enabled=True,
            attributes__timezone="-0800",
        )

        outcome = await driver.adapter.write(write, driver.context)
        listed = {session.native_id: session for session in await driver.sessions()}

    assert isinstance(outcome, Done)
    assert outcome.is_new
    assert outcome.record is not None
    begun = mapped(driver.adapter, outcome.record).session
    assert begun == listed[begun.native_id]
    assert begun.started_at == NOON
    assert begun.space == Space("project", id="2")
    assert begun.client == Client("iPhone", "15.1")
    assert begun.attributes == {
        "client_system": "iOS 15.1",
        "language_id": 3,
        "geo_listen_enabled": True,
        "demo_stream_enabled": True,
        "timezone": "-0800",
    }
    assert begun.native_id in {held.native_id for held in simulator.held()}
    assert simulator.served["write"] == 1


async def test_a_language_may_be_named_by_its_number() -> None:
    """As in "sessions/", POST; no list of languages is asked for."""
    async with museum() as (simulator, driver):
        outcome = await driver.adapter.write(creating(attributes__language_id=3), driver.context)

    assert isinstance(outcome, Done)
    assert outcome.record is not None
    assert mapped(driver.adapter, outcome.record).session.attributes["language_id"] == 3
    assert simulator.requests == ["POST /api/2/sessions/"]


async def test_the_same_twice_makes_two() -> None:
    async with museum() as (simulator, driver):
        outcomes = [await driver.adapter.write(creating(), driver.context) for _ in range(2)]

        ids = {
            json.loads(bytes(o.record))["id"] for o in outcomes if isinstance(o, Done) and o.record
        }

    assert len(ids) == 2
    assert len(simulator.held()) == 62


async def test_what_is_not_told_is_left_to_the_server() -> None:
    """post_project_default_geo_ok.json: the project's own setting; null would be refused."""
    wire = Replies(recorded("roundware/post_minimal_ok"))

    await outcome_of(wire, creating(client__name=None, attributes__timezone=None, language=None))

    assert body_of(wire) == {"project_id": 1}
    assert wire.asked == ["POST /sessions/"]
    assert wire.sent[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("client", "system"),
    [
        (("iPhone", "15.1"), "iOS 15.1"),
        (("iPad", "16.6"), "iOS 16.6"),
        (("iOS", "15.1"), "iOS 15.1"),
        (("Android", "9"), "Android 9"),
        (("web", "119.0"), "web 119.0"),
        (("Museum Kiosk", "2.1-beta"), "Museum Kiosk 2.1-beta"),
    ],
)
async def test_a_version_is_written_so_that_it_is_read_again(
    client: tuple[str, str], system: str
) -> None:
    async with museum() as (_, driver):
        write = creating(client__name=client[0], client__version=client[1])

        outcome = await driver.adapter.write(write, driver.context)

    assert isinstance(outcome, Done)
    assert outcome.record is not None
    session = mapped(driver.adapter, outcome.record).session
    assert session.client == Client(*client)
    assert session.attributes["client_system"] == system


async def test_a_system_is_sent_as_it_is() -> None:
    wire = Replies(recorded("roundware/post_minimal_ok"))

    await outcome_of(wire, creating(attributes__client_system="Mozilla/5.0 (X11; Linux x86_64)"))

    assert body_of(wire) == {"project_id": 1, "client_system": "Mozilla/5.0 (X11; Linux x86_64)"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        # The server fails on what is no number (get_id_not_a_number_500.json has the same).
        ({"space__id": "abc"}, "space.id"),
        ({"space__id": "1.5"}, "space.id"),
        ({"space__id": "-1"}, "space.id"),
        ({"space__id": "01"}, "space.id"),
        ({"space__id": "٤"}, "space.id"),
        ({"space__id": ""}, "space.id"),
        ({"space__id": "2147483648"}, "space.id"),
        # There would be nothing to tell it apart by.
        ({"client__version": "15.1"}, "client.version"),
        ({"client__version": "15.1", "client__name": None}, "client.version"),
        ({"client__version": "fifteen", "client__name": "iOS"}, "client.version"),
        ({"client__version": "15 1", "client__name": "iOS"}, "client.version"),
        # Both go to one field of the server.
        (
            {"client__version": "1", "client__name": "x", "attributes__client_system": "y 2"},
            "attributes.client_system",
        ),
        # Of both the server would take the code.
        ({"attributes__language_id": 1, "language": "en"}, "attributes.language_id"),
        ({"attributes__language_id": 0}, "attributes.language_id"),
        ({"attributes__language_id": 2147483648}, "attributes.language_id"),
        ({"client__name": ""}, "client.name"),
        ({"attributes__timezone": ""}, "attributes.timezone"),
    ],
)
async def test_what_the_server_cannot_keep_is_refused_before_anything_is_sent(
    fields: dict[str, str | int], wrong: str
) -> None:
    wire = Replies()

    outcome = await outcome_of(wire, creating(**fields))

    assert outcome == Refused(Refusal.INVALID_FIELD, wrong)
    assert wire.sent == []


@pytest.mark.parametrize("code", ["xx", "FR", "es-MX", "1"])
async def test_a_language_the_server_does_not_have_is_refused_before_it_makes_another_of_it(
    code: str,
) -> None:
    """post_unknown_language_ok.json: it would be the language of number 1, without a word.

    post_long_language_ok.json: of es-MX it would be es.
    """
    async with museum() as (simulator, driver):
        outcome = await driver.adapter.write(creating(language=code), driver.context)

    assert outcome == Refused(Refusal.INVALID_FIELD, "language")
    assert simulator.requests == ["GET /api/2/languages/"]


_VALUES = {
    FieldKind.TEXT: st.text(max_size=140),
    FieldKind.BOOLEAN: st.booleans(),
    FieldKind.WHOLE_NUMBER: st.integers(),
}
_FIELDS = {
    name: _VALUES[field.kind] | st.none()
    for name, field in ADAPTER.abilities().operations[Operation.CREATE].items()
    if name != "space.id"
}


@given(fields=st.fixed_dictionaries({"space.id": st.text() | st.just("1")}, optional=_FIELDS))
async def test_whatever_is_asked_is_sent_once_or_refused(fields: dict[str, Any]) -> None:
    wire = Replies(recorded("roundware/languages_list"), recorded("roundware/post_minimal_ok"))
    if fields.get("language") is None:
        wire = Replies(recorded("roundware/post_minimal_ok"))

    outcome = await outcome_of(wire, Write(Operation.CREATE, None, fields))

    posts = [request for request in wire.sent if request.method == "POST"]
    if isinstance(outcome, Refused):
        assert outcome.field in fields
        assert posts == []
    else:
        assert isinstance(outcome, Done)
        assert len(posts) == 1


def test_a_session_can_be_created_and_nothing_else() -> None:
    """patch_session_405.json, put_session_405.json, delete_session_405.json."""
    assert ADAPTER.abilities().operations.keys() == {Operation.CREATE}
