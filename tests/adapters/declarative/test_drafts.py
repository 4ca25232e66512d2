"""What is sent is what the file says, with each value in its place and nothing else of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.declarative.drafts import Draft, Known
from adapters.declarative.language.requests import Place, RestRequest
from gateway.spi import AnyOf, Field, HttpRequest
from tests.adapters.declarative.speaking import (
    adapter_of,
    body_of,
    desk,
    over,
    page_of,
    query_of,
    replied,
    steps_of,
)


def place(in_: str, at: str) -> Place:
    return Place.model_validate({"in": in_, "at": at})


def drafted(request: dict[str, Any], *puts: tuple[str, str, Any], known: Known) -> HttpRequest:
    draft = Draft(RestRequest.model_validate(request), known)
    draft.put_all((place(in_, at), value) for in_, at, value in puts)
    return draft.over_http()


OPTIONS = Known({"team": "a/b ü", "trick": "${options.team} {native_id}"}, {"token": "t&1"})


def test_everything_that_is_always_sent_is_sent() -> None:
    request = drafted(
        {
            "method": "POST",
            "path": "/teams/${options.team}/search",
            "query": {"view": "full", "t": "${session.token}"},
            "headers": {"X-Team": "of ${options.trick}"},
            "body": {"a": {"b": ["${options.team}", 1, None, True]}},
        },
        known=OPTIONS,
    )

    assert request.method == "POST"
    assert request.path == "/teams/a%2Fb%20%C3%BC/search"
    assert request.query == (("view", "full"), ("t", "t&1"))
    assert request.headers["X-Team"] == "of ${options.team} {native_id}", "filled once only"
    assert request.headers["Content-Type"] == "application/json"
    assert body_of(request) == {"a": {"b": ["a/b ü", 1, None, True]}}


def test_without_anything_in_it_there_is_no_body() -> None:
    request = drafted({"path": "/sessions"}, ("query", "n", 1), known=OPTIONS)

    assert request.body is None
    assert request.headers == {"Accept": "application/json"}


def test_values_go_to_their_places_and_replace_what_stands_there() -> None:
    request = drafted(
        {
            "method": "POST",
            "path": "/rooms/{room}/sessions",
            "query": {"order": "old"},
            "headers": {"x-mode": "plain"},
            "body": {"filter": {"kept": 1, "state": "any"}, "flat": "text"},
        },
        ("path", "room", "a b/..?#%"),
        ("query", "order", "new"),
        ("query", "flags", (True, 2.5, "x")),
        ("query", "ids", ["a", 1]),
        ("header", "X-Mode", "fast"),
        ("body", "filter.state", ["LIVE"]),
        ("body", "flat.deep.er", False),
        known=OPTIONS,
    )

    assert request.path == "/rooms/a%20b%2F..%3F%23%25/sessions"
    assert request.query == (
        ("order", "new"),
        *(("flags", each) for each in ("true", "2.5", "x")),
        ("ids", '["a",1]'),
    )
    assert "x-mode" not in request.headers
    assert request.headers["X-Mode"] == "fast"
    assert body_of(request) == {
        "filter": {"kept": 1, "state": ["LIVE"]},
        "flat": {"deep": {"er": False}},
    }


def test_what_is_put_into_one_request_is_in_no_other() -> None:
    file = {"method": "POST", "path": "/s", "body": {"filter": {"kept": 1}}}
    request = RestRequest.model_validate(file)
    first = Draft(request, OPTIONS)
    first.put(place("body", "filter.state"), "LIVE")

    assert body_of(Draft(request, OPTIONS).over_http()) == {"filter": {"kept": 1}}


@given(native_id=st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_an_id_is_one_step_of_the_path_whatever_it_holds(native_id: str) -> None:
    known = Known({}, native_id=native_id.encode("utf-8", "ignore").decode())

    request = drafted({"path": "/sessions/{native_id}/end"}, known=known)

    assert steps_of(request) == ["", "sessions", known.native_id, "end"]
    assert request.path.isascii()


def test_an_id_stands_wherever_the_file_has_it() -> None:
    request = drafted(
        {
            "method": "POST",
            "path": "/get",
            "query": {"id": "{native_id}"},
            "body": {"where": {"ids": ["{native_id}"]}},
        },
        known=Known({}, native_id="a&b"),
    )

    assert query_of(request) == {"id": "a&b"}
    assert body_of(request) == {"where": {"ids": ["a&b"]}}


async def test_headers_of_all_requests_give_way_to_those_of_one_and_to_credentials() -> None:
    transport = over(
        headers={"X-A": "all", "X-B": "all", "Authorization": "none"},
        auth={"kind": "bearer", "token": "${options.token}"},
    )
    listing = {
        "request": {"path": "/sessions", "headers": {"x-b": "one"}},
        "records": "rows",
        "paginate": {"style": "single"},
    }
    adapter = adapter_of({"transport": transport, "list": listing}, token="t")
    wire = desk(replied({"rows": []}))

    await page_of(adapter, wire)

    assert wire.last.headers == {
        "Accept": "application/json",
        "X-A": "all",
        "x-b": "one",
        "Authorization": "Bearer t",
    }


@pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", " a", "ü", "a\n", ""])
async def test_what_would_not_be_itself_in_a_header_is_not_sent_there(text: str) -> None:
    sent = {"eq": "exact", "send": {"in": "header", "at": "X-Title"}}
    mapped = {"native_id": {"at": "id"}, "title": {"at": "title"}}
    adapter = adapter_of({"map": mapped, "abilities": {"filters": {"title": sent}}})
    wire = desk(replied({"rows": []}))

    await page_of(adapter, wire, AnyOf(Field.TITLE, frozenset({text})))

    assert ("X-Title" in wire.last.headers) is (text == "")
