"""Roundware: what is odd about its addresses, and about being let in."""

from http import HTTPStatus

import pytest

from adapters.roundware import RoundwareAdapter
from adapters.simulators.roundware import TOKEN, Manners
from gateway.spi import ErrorCode, GiveUp, HttpRequest, LogInAgain, Operation, SlowDown
from tests.quirks.raw import RawClient
from tests.quirks.roundware.museum import Museum, opened
from tests.support.adapters import driving


async def test_a_missing_slash_is_redirected(museum: Museum) -> None:
    """list_no_trailing_slash_301.json and get_no_trailing_slash_301.json."""
    for name in ("list_no_trailing_slash_301.json", "get_no_trailing_slash_301.json"):
        recorded, reply = await museum.replay(name)
        assert reply.status == recorded.status == HTTPStatus.MOVED_PERMANENTLY
        assert reply.headers["location"] == recorded.headers["location"]
        assert reply.text == ""

    followed = await museum.driver.wire.send(HttpRequest("GET", "/sessions"))
    await museum.driver.sessions()

    assert followed.status == HTTPStatus.MOVED_PERMANENTLY
    assert museum.simulator.requests[-2:] == ["GET /api/2/sessions", "GET /api/2/sessions/"]


@pytest.mark.parametrize("native_id", ["count", "2147483648", "-1", "1.5"])
async def test_an_id_that_is_no_number_breaks_the_server(museum: Museum, native_id: str) -> None:
    """get_id_not_a_number_500.json; count_endpoint_absent_500.json is the same."""
    recorded, reply = await museum.replay("get_id_not_a_number_500.json")
    other = await museum.ask(f"/sessions/{native_id}/")
    for answer in (recorded, reply, other):
        assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
        assert answer.content_type == "text/html"

    asked = len(museum.simulator.requests)
    assert await museum.driver.adapter.get(native_id, museum.driver.context) is None
    assert len(museum.simulator.requests) == asked


async def test_an_unknown_path_is_a_page_of_html(museum: Museum) -> None:
    """get_unknown_path_404_html.json, where get_404.json is JSON."""
    recorded, reply = await museum.replay("get_unknown_path_404_html.json")
    _, unknown_id = await museum.replay("get_404.json")
    assert reply.status == recorded.status == HTTPStatus.NOT_FOUND
    assert reply.content_type == recorded.content_type == "text/html"
    assert unknown_id.content_type == "application/json"

    async with driving(RoundwareAdapter, {"url": museum.address, "token": TOKEN}) as elsewhere:
        with pytest.raises(GiveUp) as caught:
            await elsewhere.pages()
    assert caught.value.code is ErrorCode.CONFIG


@pytest.mark.parametrize("scheme", ["token", "Token", "TOKEN"])
async def test_the_scheme_is_read_in_any_letters(museum: Museum, scheme: str) -> None:
    """The document sessions/ writes it small, the recorded server names itself Token."""
    reply = await museum.ask("/sessions/", headers={"Authorization": f"{scheme} {TOKEN}"})

    assert reply.status == HTTPStatus.OK


async def test_another_scheme_reads_as_no_credentials(museum: Museum) -> None:
    """list_bearer_401.json is told what list_no_credentials_401.json is."""
    recorded, bearer = await museum.replay("list_bearer_401.json")
    _, nothing = await museum.replay("list_no_credentials_401.json")

    assert bearer.status == HTTPStatus.UNAUTHORIZED
    assert bearer.json == nothing.json == recorded.json


async def test_a_wrong_token_is_never_forbidden(museum: Museum) -> None:
    """list_bad_token_401.json and list_empty_token_401.json."""
    for name in ("list_bad_token_401.json", "list_empty_token_401.json"):
        recorded, reply = await museum.replay(name)
        assert reply.status == recorded.status == HTTPStatus.UNAUTHORIZED
        assert reply.headers["www-authenticate"] == recorded.headers["www-authenticate"]
        assert reply.json == recorded.json

    options = museum.simulator.options(museum.address) | {"token": "wrong"}
    async with driving(RoundwareAdapter, options) as driver:
        with pytest.raises(LogInAgain) as caught:
            await driver.pages()
    assert caught.value.code is ErrorCode.AUTH


async def test_too_many_requests_say_how_long_to_wait(raw_client: RawClient) -> None:
    """throttled_429.json: the rate was lowered to three a minute."""
    async with opened(raw_client, Manners(most_a_minute=3)) as museum:
        for _ in range(3):
            await museum.driver.pages()

        recorded, reply = await museum.replay("throttled_429.json")
        with pytest.raises(SlowDown) as caught:
            await museum.driver.pages()

    assert reply.status == recorded.status == HTTPStatus.TOO_MANY_REQUESTS
    assert reply.headers["retry-after"] == recorded.headers["retry-after"] == "60"
    assert reply.json == recorded.json
    assert caught.value.retry_after_seconds == 60


async def test_who_shows_no_token_is_refused_before_the_limit(raw_client: RawClient) -> None:
    """throttled_unauthenticated_401.json."""
    async with opened(raw_client, Manners(most_a_minute=1)) as museum:
        await museum.driver.pages()

        recorded, reply = await museum.replay("throttled_unauthenticated_401.json")
        _, known = await museum.replay("throttled_429.json")

    assert reply.status == recorded.status == HTTPStatus.UNAUTHORIZED
    assert reply.json == recorded.json
    assert known.status == HTTPStatus.TOO_MANY_REQUESTS


async def test_no_other_form_than_json_or_a_page_is_spoken(museum: Museum) -> None:
    """list_not_acceptable_406.json asks for XML."""
    recorded, reply = await museum.replay("list_not_acceptable_406.json")

    assert reply.status == recorded.status == HTTPStatus.NOT_ACCEPTABLE
    assert reply.json == recorded.json
    assert await museum.driver.sessions()


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xml;q=0.9,*/*;q=0.8"])
@pytest.mark.parametrize("token", [TOKEN, "wrong"])
async def test_a_browser_is_answered_with_a_page(museum: Museum, accept: str, token: str) -> None:
    """options_list.json names what it renders."""
    recorded, _ = await museum.replay("options_list.json")
    assert recorded.json["renders"] == ["application/json", "text/html"]

    headers = {"Authorization": f"Token {token}"}
    page = await museum.ask("/sessions/", headers={**headers, "Accept": accept})
    either = await museum.ask("/sessions/", headers={**headers, "Accept": "application/*"})

    assert page.content_type == "text/html"
    assert either.content_type == "application/json"
    assert page.status == either.status


async def test_sessions_cannot_be_changed_or_deleted(museum: Museum) -> None:
    """patch_session_405.json, put_session_405.json, and delete_session_405.json."""
    before = museum.simulator.held()
    for name in ("patch_session_405.json", "put_session_405.json", "delete_session_405.json"):
        recorded, reply = await museum.replay(name)
        assert reply.status == recorded.status == HTTPStatus.METHOD_NOT_ALLOWED
        assert reply.json == recorded.json

    assert museum.simulator.held() == before
    assert museum.driver.adapter.abilities().operations.keys() == {Operation.CREATE}
