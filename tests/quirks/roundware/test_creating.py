"""Roundware: what is odd about beginning a session."""

from http import HTTPStatus

import pytest

from adapters.simulators.roundware import Manners
from gateway.spi import Done, ErrorCode, GiveUp, Refusal, Refused, Unclear
from tests.quirks.raw import RawClient
from tests.quirks.roundware.museum import ROWS, Museum, opened
from tests.support.replies import Replies, reply
from tests.vendors.roundware import creating, outcome_of


async def test_a_new_session_is_answered_with_200(museum: Museum) -> None:
    """post_documented_ok.json: the row, and no Location."""
    recorded, reply = await museum.replay("post_documented_ok.json")

    assert reply.status == recorded.status == HTTPStatus.OK
    assert "location" not in {*reply.headers, *recorded.headers}
    assert reply.json.keys() == recorded.json.keys()
    outcome = await museum.create()
    assert isinstance(outcome, Done)
    assert outcome.is_new


async def test_a_new_session_without_the_slash_is_none(museum: Museum) -> None:
    """post_no_trailing_slash_301.json, and what a client that follows would take for a session."""
    recorded, redirect = await museum.replay("post_no_trailing_slash_301.json")
    assert redirect.status == recorded.status == HTTPStatus.MOVED_PERMANENTLY
    followed = await museum.ask("/sessions/")
    assert followed.status == HTTPStatus.OK
    assert len(museum.simulator.held()) == ROWS

    assert await outcome_of(Replies(reply(200, followed.text.encode())), creating()) == Unclear()


async def test_the_same_twice_makes_two(museum: Museum) -> None:
    """post_minimal_ok.json tells nothing by which it could be told from another."""
    _, first = await museum.replay("post_minimal_ok.json")
    _, second = await museum.replay("post_minimal_ok.json")

    assert first.json["id"] != second.json["id"]
    assert len(museum.simulator.held()) == ROWS + 2
    await museum.create()
    assert museum.simulator.served["write"] == 3


async def test_start_device_and_id_are_not_the_clients_to_say(museum: Museum) -> None:
    """post_read_only_fields.json says all of them, and a name that nobody knows."""
    recorded, reply = await museum.replay("post_read_only_fields.json")

    for row in (recorded.json, reply.json):
        assert row["id"] != 5
        assert row["device_id"] != "mine"
        assert row["starttime"] > "2026-11-22"
        assert "extra" not in row


async def test_the_project_supplies_what_is_not_said(museum: Museum) -> None:
    """post_project_default_geo_ok.json: project 2 listens for no place, project 1 does."""
    recorded, reply = await museum.replay("post_project_default_geo_ok.json")
    assert recorded.json["geo_listen_enabled"] is reply.json["geo_listen_enabled"] is False

    for project, geo in (("2", False), ("1", True)):
        begun = await museum.begun(space__id=project, attributes__geo_listen_enabled=None)
        assert begun.attributes["geo_listen_enabled"] is geo


async def test_an_unknown_language_becomes_the_first(museum: Museum) -> None:
    """post_unknown_language_ok.json: of xx comes language 1."""
    recorded, reply = await museum.replay("post_unknown_language_ok.json")
    assert recorded.json["language_id"] == reply.json["language_id"] == 1
    writes = museum.simulator.served["write"]

    outcome = await museum.create(language="xx")

    assert outcome == Refused(Refusal.INVALID_FIELD, "language")
    assert museum.simulator.served["write"] == writes


async def test_the_region_of_a_language_is_cut(museum: Museum) -> None:
    """post_long_language_ok.json: of es-MX comes language 2, which is es."""
    recorded, reply = await museum.replay("post_long_language_ok.json")
    assert recorded.json["language_id"] == reply.json["language_id"] == 2

    outcome = await museum.create(language="es-MX")

    assert outcome == Refused(Refusal.INVALID_FIELD, "language")
    assert (await museum.begun(language="es")).attributes["language_id"] == 2


async def test_an_unknown_language_number_is_refused(museum: Museum) -> None:
    """post_unknown_language_id_400.json."""
    recorded, reply = await museum.replay("post_unknown_language_id_400.json")

    assert reply.status == recorded.status == HTTPStatus.BAD_REQUEST
    assert reply.json == recorded.json


async def test_faults_bear_the_names_of_the_servers_model(museum: Museum) -> None:
    """post_unknown_project_geo_given_400.json: project_id was sent, and project is at fault."""
    recorded, reply = await museum.replay("post_unknown_project_geo_given_400.json")
    assert reply.json == recorded.json
    assert list(recorded.json) == ["project"]

    outcome = await museum.create(space__id="99", attributes__geo_listen_enabled=True)

    assert outcome == Refused(Refusal.INVALID_FIELD, "space.id")


async def test_an_unknown_project_breaks_the_server(museum: Museum) -> None:
    """post_unknown_project_500.json is a page of HTML."""
    recorded, reply = await museum.replay("post_unknown_project_500.json")
    assert reply.status == recorded.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert reply.content_type == recorded.content_type == "text/html"

    outcome = await museum.create(space__id="99")

    assert outcome == Refused(Refusal.INVALID_FIELD, "space.id")
    assert museum.simulator.requests[-1] == "GET /api/2/projects/"


async def test_a_missing_project_breaks_the_server(museum: Museum) -> None:
    """post_empty_object_500.json."""
    recorded, reply = await museum.replay("post_empty_object_500.json")
    assert reply.status == recorded.status == HTTPStatus.INTERNAL_SERVER_ERROR
    writes = museum.simulator.served["write"]

    outcome = await museum.create(space__id="the first")

    assert outcome == Refused(Refusal.INVALID_FIELD, "space.id")
    assert museum.simulator.served["write"] == writes


async def test_null_is_not_the_same_as_nothing(museum: Museum) -> None:
    """post_null_language_500.json; post_many_errors_400.json has a setting that is null."""
    recorded, reply = await museum.replay("post_null_language_500.json")
    assert reply.status == recorded.status == HTTPStatus.INTERNAL_SERVER_ERROR
    setting = await museum.ask(
        "/sessions/", "POST", body={"project_id": 1, "demo_stream_enabled": None}
    )
    assert setting.json == {"demo_stream_enabled": ["This field may not be null."]}

    begun = await museum.begun(language=None, attributes__demo_stream_enabled=None)

    assert begun.attributes["language_id"] == 1


async def test_a_form_breaks_the_server(museum: Museum) -> None:
    """post_form_encoded_500.json, though options_list.json says that forms are read."""
    recorded, reply = await museum.replay("post_form_encoded_500.json")

    assert reply.status == recorded.status == HTTPStatus.INTERNAL_SERVER_ERROR


async def test_a_zone_of_another_shape_is_refused(museum: Museum) -> None:
    """post_bad_timezone_400.json: PST."""
    recorded, reply = await museum.replay("post_bad_timezone_400.json")
    assert reply.json == recorded.json

    outcome = await museum.create(attributes__timezone="PST")

    assert outcome == Refused(Refusal.INVALID_FIELD, "attributes.timezone")


async def test_a_long_text_is_refused_with_all_else_that_is_wrong(museum: Museum) -> None:
    """post_many_errors_400.json names five fields."""
    recorded, reply = await museum.replay("post_many_errors_400.json")
    assert reply.status == recorded.status == HTTPStatus.BAD_REQUEST
    assert reply.json == recorded.json

    outcome = await museum.create(attributes__client_system="x" * 129)

    assert outcome == Refused(Refusal.INVALID_FIELD, "attributes.client_system")


async def test_an_account_with_a_long_device_cannot_begin_a_session(raw_client: RawClient) -> None:
    """As roundware-server, develop 685a4d9, does: an account's device may have 255 characters."""
    async with opened(raw_client, Manners(profile_device="x" * 37)) as museum:
        refused = await museum.ask("/sessions/", "POST", body={"project_id": 1})
        with pytest.raises(GiveUp) as caught:
            await museum.create()

    assert refused.status == HTTPStatus.BAD_REQUEST
    assert refused.json.keys() == {"device_id"}
    assert caught.value.code is ErrorCode.PROTOCOL
