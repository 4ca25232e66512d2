"""What is wrong with a cursor is told together with all else that is wrong with a request."""

from collections.abc import AsyncIterator

import pytest

from adapters.simulators.roundware import RoundwareSimulator
from gateway.paging.cursor import FROM_THE_START, CursorSealer
from tests.support.adapters import noon
from tests.support.gateway import Answer, Gateway, backend, running, settings_for

KEY = "the key of the gateway's cursors"
OF_ANOTHER_QUESTION = CursorSealer([KEY.encode()]).seal(FROM_THE_START, "another question")
OF_ANOTHER_GATEWAY = CursorSealer([b"another key"]).seal(FROM_THE_START, "a question")


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    museum = RoundwareSimulator(rows=9, seed=4, clock=noon)
    configured = backend("roundware", museum.options(await museum.start()), name="museum")
    async with running(settings_for(configured, cursor={"keys": [KEY]})) as gateway:
        yield gateway
    await museum.stop()


def told(answer: Answer) -> list[tuple[str, str]]:
    """Give what is wrong with which parameter."""
    assert answer.status == 400, answer.body
    return [(each["parameter"], each["code"]) for each in answer.body["errors"]]


UNREADABLE = {
    "limit=0": ("limit", "invalid_parameter"),
    "status=gone": ("status", "invalid_parameter"),
    "colour=red": ("colour", "unknown_parameter"),
    "sort=shoe-size": ("sort", "invalid_parameter"),
    "require=nobody": ("require", "invalid_parameter"),
}


@pytest.mark.parametrize("cursor", ["made-up", OF_ANOTHER_GATEWAY])
@pytest.mark.parametrize("query", UNREADABLE)
async def test_a_cursor_that_cannot_be_opened_is_told_with_all_else(
    gateway: Gateway, query: str, cursor: str
) -> None:
    answer = await gateway.get(f"/v1/sessions?{query}&cursor={cursor}")

    assert told(answer) == [UNREADABLE[query], ("cursor", "invalid_cursor")]


@pytest.mark.parametrize("query", ["limit=0", "require=nobody"])
async def test_a_cursor_of_another_question_is_told_where_the_question_can_be_read(
    gateway: Gateway, query: str
) -> None:
    answer = await gateway.get(f"/v1/sessions?{query}&cursor={OF_ANOTHER_QUESTION}")

    assert told(answer) == [UNREADABLE[query], ("cursor", "cursor_mismatch")]


@pytest.mark.parametrize("query", ["status=gone", "colour=red", "sort=shoe-size"])
async def test_a_cursor_is_not_held_to_a_question_that_cannot_be_read(
    gateway: Gateway, query: str
) -> None:
    answer = await gateway.get(f"/v1/sessions?{query}&cursor={OF_ANOTHER_QUESTION}")

    assert told(answer) == [UNREADABLE[query]]


async def test_a_cursor_of_the_same_question_is_not_blamed_for_the_rest(
    gateway: Gateway,
) -> None:
    page = await gateway.get("/v1/sessions", limit=2)

    answer = await gateway.get("/v1/sessions", limit=0, cursor=page.body["page"]["next"])

    assert told(answer) == [("limit", "invalid_parameter")]
