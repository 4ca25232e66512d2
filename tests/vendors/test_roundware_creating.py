"""A new session of Roundware: what may be told, what is sent, and what its replies mean."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.roundware import RoundwareAdapter, RoundwareOptions
from adapters.simulators.roundware import TOKEN, RoundwareSimulator
from gateway.spi import (
    NO_TICKET,
    Client,
    Done,
    ErrorCode,
    FieldKind,
    GiveUp,
    HttpReply,
    HttpRequest,
    LogInAgain,
    Operation,
    Refusal,
    Refused,
    SlowDown,
    Space,
    TryAgainLater,
    Unclear,
    UpstreamError,
    Write,
    WriteOutcome,
)
from tests.support.adapters import NOON, Driver, driving, mapped, noon
from tests.support.payloads import recording

ADAPTER = RoundwareAdapter(
    RoundwareOptions.model_validate({"url": "https://museum.example/api/2", "token": TOKEN})
)


def creating(**fields: str | bool | None) -> Write:
    """Name fields with an underscore or two for their dots."""
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return Write(Operation.CREATE, None, {"space.id": "1", **named})


def recorded(name: str) -> HttpReply:
    """Give the reply of a recording."""
    response = recording(f"roundware/{name}.json")["response"]
    body = response["body"]
    written = body if isinstance(body, str) else json.dumps(body)
    headers = {header.lower(): value for header, value in response["headers"].items()}
    return HttpReply(response["status"], headers, b"" if body is None else written.encode())


class Replies:
    """A wire that gives one reply after the other, and keeps what was sent."""

    def __init__(self, *replies: HttpReply | UpstreamError) -> None:
        self.sent: list[HttpRequest] = []
        self._replies = iter(replies)

    async def send(self, request: HttpRequest) -> HttpReply:
        self.sent.append(request)
        reply = next(self._replies)
        if isinstance(reply, UpstreamError):
            raise reply
        return reply

    @property
    def body(self) -> dict[str, Any]:
        """Read what the last request said."""
        assert self.sent[-1].body is not None
        said: dict[str, Any] = json.loads(self.sent[-1].body)
        return said

    async def outcome(self, write: Write) -> WriteOutcome:
        """Write over this wire."""
        return await ADAPTER.write(write, Driver(ADAPTER, self, NO_TICKET, NOON).context)


@pytest.fixture
async def museum() -> AsyncIterator[tuple[RoundwareSimulator, Driver]]:
    simulator = RoundwareSimulator(rows=60, seed=1, clock=noon)
    address = await simulator.start()
    try:
        async with driving(RoundwareAdapter, simulator.options(address)) as driver:
            yield simulator, driver
    finally:
        await simulator.stop()


async def test_a_session_begins_with_all_that_it_is_told(
    museum: tuple[RoundwareSimulator, Driver],
) -> None:
    simulator, driver = museum
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


async def test_the_recorded_reply_is_the_session() -> None:
    """post_documented_ok.json: 200 and no Location."""
    wire = Replies(recorded("post_documented_ok"))

    outcome = await wire.outcome(creating(client__name="iPhone"))

    assert isinstance(outcome, Done)
    assert outcome.record is not None
    assert mapped(ADAPTER, outcome.record).session.id == "here:304"


async def test_the_same_twice_makes_two(museum: tuple[RoundwareSimulator, Driver]) -> None:
    simulator, driver = museum

    outcomes = [await driver.adapter.write(creating(), driver.context) for _ in range(2)]

    ids = {json.loads(bytes(o.record))["id"] for o in outcomes if isinstance(o, Done) and o.record}
    assert len(ids) == 2
    assert len(simulator.held()) == 62


async def test_what_is_not_told_is_left_to_the_server() -> None:
    """post_project_default_geo_ok.json: the project's own setting; null would be refused."""
    wire = Replies(recorded("post_minimal_ok"))

    await wire.outcome(creating(client__name=None, attributes__timezone=None, language=None))

    assert wire.body == {"project_id": 1}
    assert str(wire.sent[0]) == "POST /sessions/"
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
    museum: tuple[RoundwareSimulator, Driver], client: tuple[str, str], system: str
) -> None:
    _, driver = museum
    write = creating(client__name=client[0], client__version=client[1])

    outcome = await driver.adapter.write(write, driver.context)

    assert isinstance(outcome, Done)
    assert outcome.record is not None
    session = mapped(driver.adapter, outcome.record).session
    assert session.client == Client(*client)
    assert session.attributes["client_system"] == system


async def test_a_system_is_sent_as_it_is() -> None:
    wire = Replies(recorded("post_minimal_ok"))

    await wire.outcome(creating(attributes__client_system="Mozilla/5.0 (X11; Linux x86_64)"))

    assert wire.body == {"project_id": 1, "client_system": "Mozilla/5.0 (X11; Linux x86_64)"}


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
        ({"client__name": ""}, "client.name"),
        ({"attributes__timezone": ""}, "attributes.timezone"),
    ],
)
async def test_what_the_server_cannot_keep_is_refused_before_anything_is_sent(
    fields: dict[str, str], wrong: str
) -> None:
    wire = Replies()

    outcome = await wire.outcome(creating(**fields))

    assert outcome == Refused(Refusal.INVALID_FIELD, wrong)
    assert wire.sent == []


@pytest.mark.parametrize("code", ["xx", "FR", "es-MX", "1"])
async def test_a_language_the_server_does_not_have_is_refused_before_it_makes_another_of_it(
    museum: tuple[RoundwareSimulator, Driver], code: str
) -> None:
    """post_unknown_language_ok.json: it would be the language of number 1, without a word.

    post_long_language_ok.json: of es-MX it would be es.
    """
    simulator, driver = museum

    outcome = await driver.adapter.write(creating(language=code), driver.context)

    assert outcome == Refused(Refusal.INVALID_FIELD, "language")
    assert simulator.requests == ["GET /api/2/languages/"]


async def test_a_language_that_went_meanwhile_is_refused_by_the_server() -> None:
    """post_unknown_language_id_400.json: so its number is sent, and not its code."""
    wire = Replies(recorded("languages_list"), recorded("post_unknown_language_id_400"))

    outcome = await wire.outcome(creating(language="es"))

    assert wire.body == {"project_id": 1, "language_id": 2}
    assert outcome == Refused(Refusal.INVALID_FIELD, "language")


async def test_without_the_languages_nothing_is_created() -> None:
    wire = Replies(HttpReply(500, {}, b""))

    with pytest.raises(TryAgainLater):
        await wire.outcome(creating(language="es"))

    assert [str(request) for request in wire.sent] == ["GET /languages/"]


@pytest.mark.parametrize("fields", [{}, {"attributes__geo_listen_enabled": True}])
async def test_an_unknown_project_is_the_callers_mistake(
    museum: tuple[RoundwareSimulator, Driver], fields: dict[str, bool]
) -> None:
    """post_unknown_project_500.json, post_unknown_project_geo_given_400.json."""
    simulator, driver = museum

    outcome = await driver.adapter.write(creating(space__id="99", **fields), driver.context)

    assert outcome == Refused(Refusal.INVALID_FIELD, "space.id")
    assert simulator.served["write"] == 1
    assert len(simulator.held()) == 60


@pytest.mark.parametrize(
    "projects",
    [
        recorded("projects_list"),
        recorded("post_unknown_project_500"),
        recorded("list_no_credentials_401"),
        HttpReply(200, {}, b"<html>"),
        TryAgainLater(ErrorCode.TIMEOUT, "GET /projects/"),
    ],
)
async def test_a_fault_that_no_project_explains_leaves_it_open_what_was_done(
    projects: HttpReply | UpstreamError,
) -> None:
    wire = Replies(recorded("post_unknown_project_500"), projects)

    assert await wire.outcome(creating(space__id="1")) == Unclear()
    assert [str(request) for request in wire.sent] == ["POST /sessions/", "GET /projects/"]


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_fault_on_the_way_leaves_it_open_what_was_done(status: int) -> None:
    wire = Replies(HttpReply(status, {}, b"<html>"))

    assert await wire.outcome(creating()) == Unclear()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'[{"id": 1}]', b'{"session_id": 7}', b'{"id": null}']
)
async def test_a_good_reply_that_is_no_session_leaves_it_open_what_was_done(body: bytes) -> None:
    """post_no_trailing_slash_301.json: a POST that became a GET brings the whole list with 200."""
    assert await Replies(HttpReply(200, {}, body)).outcome(creating()) == Unclear()


@pytest.mark.parametrize(
    ("fields", "name", "wrong"),
    [
        ({"attributes__timezone": "PST"}, "post_bad_timezone_400", "attributes.timezone"),
        (
            {"attributes__client_system": "x" * 129},
            "post_many_errors_400",
            "attributes.client_system",
        ),
        (
            {"client__name": "x" * 128, "client__version": "1"},
            "post_many_errors_400",
            "client.version",
        ),
        (
            {"attributes__geo_listen_enabled": True},
            "post_many_errors_400",
            "attributes.geo_listen_enabled",
        ),
    ],
)
async def test_what_the_server_finds_fault_with_is_told_in_the_names_of_the_caller(
    fields: dict[str, str], name: str, wrong: str
) -> None:
    outcome = await Replies(recorded(name)).outcome(creating(**fields))

    assert outcome == Refused(Refusal.INVALID_FIELD, wrong)


@pytest.mark.parametrize(
    ("reply", "error", "code"),
    [
        (recorded("post_no_trailing_slash_301"), GiveUp, ErrorCode.CONFIG),
        # A fault of the account, or of what the adapter wrote, is none of the caller's.
        (recorded("post_malformed_json_400"), GiveUp, ErrorCode.PROTOCOL),
        (HttpReply(400, {}, b'{"device_id": ["Too long."]}'), GiveUp, ErrorCode.PROTOCOL),
        (HttpReply(400, {}, b"<html>"), GiveUp, ErrorCode.PROTOCOL),
        (recorded("post_no_credentials_401"), LogInAgain, ErrorCode.AUTH),
        (recorded("put_session_405"), GiveUp, ErrorCode.PROTOCOL),
        (recorded("post_text_plain_415"), GiveUp, ErrorCode.PROTOCOL),
        (recorded("throttled_429"), SlowDown, ErrorCode.RATE_LIMITED),
    ],
)
async def test_any_other_refusal_is_an_error_and_nothing_was_done(
    reply: HttpReply, error: type[UpstreamError], code: ErrorCode
) -> None:
    with pytest.raises(error) as caught:
        await Replies(reply).outcome(creating())

    assert caught.value.code is code
    assert not caught.value.has_been_sent


async def test_it_is_sent_once_even_where_the_connection_breaks() -> None:
    simulator = RoundwareSimulator(rows=5, seed=1, clock=noon, drops_writes=True)
    address = await simulator.start()
    async with driving(RoundwareAdapter, simulator.options(address)) as driver:
        with pytest.raises(TryAgainLater) as caught:
            await driver.adapter.write(creating(), driver.context)
    await simulator.stop()

    assert caught.value.code is ErrorCode.RESET
    assert simulator.served["write"] == 1
    assert len(simulator.held()) == 6


_VALUES = {FieldKind.TEXT: st.text(max_size=140), FieldKind.BOOLEAN: st.booleans()}
_FIELDS = {
    name: _VALUES[field.kind] | st.none()
    for name, field in ADAPTER.abilities().operations[Operation.CREATE].items()
    if name != "space.id"
}


@given(fields=st.fixed_dictionaries({"space.id": st.text() | st.just("1")}, optional=_FIELDS))
async def test_whatever_is_asked_is_sent_once_or_refused(fields: dict[str, Any]) -> None:
    wire = Replies(recorded("languages_list"), recorded("post_minimal_ok"))
    if fields.get("language") is None:
        wire = Replies(recorded("post_minimal_ok"))

    outcome = await wire.outcome(Write(Operation.CREATE, None, fields))

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
