"""What the replies to a new session of Roundware mean."""

import pytest

from adapters.simulators.roundware import Manners
from gateway.spi import (
    Done,
    ErrorCode,
    GiveUp,
    HttpReply,
    LogInAgain,
    Refusal,
    Refused,
    SlowDown,
    TryAgainLater,
    Unclear,
    UpstreamError,
)
from tests.support.adapters import mapped
from tests.support.replies import Replies, recorded, reply
from tests.vendors.roundware import ADAPTER, body_of, creating, museum, outcome_of


async def test_the_recorded_reply_is_the_session() -> None:
    """post_documented_ok.json: 200 and no Location."""
    wire = Replies(recorded("roundware/post_documented_ok"))

    outcome = await outcome_of(wire, creating(client__name="iPhone"))

    assert isinstance(outcome, Done)
    assert outcome.record is not None
    assert mapped(ADAPTER, outcome.record).session.id == "here:304"


async def test_a_language_that_went_meanwhile_is_refused_by_the_server() -> None:
    """post_unknown_language_id_400.json: so its number is sent, and not its code."""
    wire = Replies(
        recorded("roundware/languages_list"), recorded("roundware/post_unknown_language_id_400")
    )

    outcome = await outcome_of(wire, creating(language="es"))

    assert body_of(wire) == {"project_id": 1, "language_id": 2}
    assert outcome == Refused(Refusal.INVALID_FIELD, "language")


async def test_without_the_languages_nothing_is_created() -> None:
    wire = Replies(reply(500))

    with pytest.raises(TryAgainLater):
        await outcome_of(wire, creating(language="es"))

    assert wire.asked == ["GET /languages/"]


@pytest.mark.parametrize("fields", [{}, {"attributes__geo_listen_enabled": True}])
async def test_an_unknown_project_is_the_callers_mistake(fields: dict[str, bool]) -> None:
    """post_unknown_project_500.json, post_unknown_project_geo_given_400.json."""
    async with museum() as (simulator, driver):
        outcome = await driver.adapter.write(creating(space__id="99", **fields), driver.context)

    assert outcome == Refused(Refusal.INVALID_FIELD, "space.id")
    assert simulator.served["write"] == 1
    assert len(simulator.held()) == 60


@pytest.mark.parametrize(
    "projects",
    [
        recorded("roundware/projects_list"),
        recorded("roundware/post_unknown_project_500"),
        recorded("roundware/list_no_credentials_401"),
        reply(200, b"<html>"),
        TryAgainLater(ErrorCode.TIMEOUT, "GET /projects/"),
    ],
)
async def test_a_fault_that_no_project_explains_leaves_it_open_what_was_done(
    projects: HttpReply | UpstreamError,
) -> None:
    wire = Replies(recorded("roundware/post_unknown_project_500"), projects)

    assert await outcome_of(wire, creating(space__id="1")) == Unclear()
    assert wire.asked == ["POST /sessions/", "GET /projects/"]


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_fault_on_the_way_leaves_it_open_what_was_done(status: int) -> None:
    wire = Replies(reply(status, b"<html>"))

    assert await outcome_of(wire, creating()) == Unclear()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'[{"id": 1}]', b'{"session_id": 7}', b'{"id": null}']
)
async def test_a_good_reply_that_is_no_session_leaves_it_open_what_was_done(body: bytes) -> None:
    """post_no_trailing_slash_301.json: a POST that became a GET brings the whole list with 200."""
    assert await outcome_of(Replies(reply(200, body)), creating()) == Unclear()


@pytest.mark.parametrize(
    ("fields", "name", "wrong"),
    [
        ({"attributes__timezone": "PST"}, "post_bad_timezone_400", "attributes.timezone"),
        (
            {"attributes__client_system": "x" * 129, "client__version": None},
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
        (
            {"attributes__language_id": 9},
            "post_unknown_language_id_400",
            "attributes.language_id",
        ),
    ],
)
async def test_what_the_server_finds_fault_with_is_told_in_the_names_of_the_caller(
    fields: dict[str, str | int | bool | None], name: str, wrong: str
) -> None:
    outcome = await outcome_of(Replies(recorded(f"roundware/{name}")), creating(**fields))

    assert outcome == Refused(Refusal.INVALID_FIELD, wrong)


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (recorded("roundware/post_no_trailing_slash_301"), GiveUp, ErrorCode.CONFIG),
        # A fault of the account, or of what the adapter wrote, is none of the caller's.
        (recorded("roundware/post_malformed_json_400"), GiveUp, ErrorCode.PROTOCOL),
        (reply(400, {"device_id": ["Too long."]}), GiveUp, ErrorCode.PROTOCOL),
        (reply(400, b"<html>"), GiveUp, ErrorCode.PROTOCOL),
        (recorded("roundware/post_no_credentials_401"), LogInAgain, ErrorCode.AUTH),
        (recorded("roundware/put_session_405"), GiveUp, ErrorCode.PROTOCOL),
        (recorded("roundware/post_text_plain_415"), GiveUp, ErrorCode.PROTOCOL),
        (recorded("roundware/throttled_429"), SlowDown, ErrorCode.RATE_LIMITED),
    ],
)
async def test_any_other_refusal_is_an_error_and_nothing_was_done(
    answer: HttpReply, error: type[UpstreamError], code: ErrorCode
) -> None:
    with pytest.raises(error) as caught:
        await outcome_of(Replies(answer), creating())

    assert caught.value.code is code
    assert not caught.value.has_been_sent


async def test_it_is_sent_once_even_where_the_connection_breaks() -> None:
    async with museum(Manners(drops_writes=True)) as (simulator, driver):
        with pytest.raises(TryAgainLater) as caught:
            await driver.adapter.write(creating(), driver.context)

    assert caught.value.code is ErrorCode.RESET
    assert simulator.served["write"] == 1
    assert len(simulator.held()) == 61
