"""Canopsis: what its recorded refusals and faults are told as, and whether to try again."""

import json

import pytest

from adapters.canopsis import CanopsisAdapter, CanopsisOptions
from gateway.spi import HttpReply
from tests.support.payloads import recording
from tests.support.replies import Told, list_error, reply

ADAPTER = CanopsisAdapter(
    CanopsisOptions.model_validate({"url": "https://canopsis.example", "auth_key": "a-key"})
)


def recorded(name: str, step: int) -> HttpReply:
    """Give the reply of a recorded step."""
    [response] = [
        exchange["response"]
        for exchange in recording(f"canopsis/{name}.json")["exchanges"]
        if exchange["step"] == step
    ]
    body = response["body"] if isinstance(response["body"], str) else json.dumps(response["body"])
    headers = {header.lower(): value for header, value in response["headers"]}
    return HttpReply(response["status"], headers, body.encode())


@pytest.mark.parametrize(
    ("name", "step", "told"),
    [
        ("final-01-auth", 1, Told("auth")),
        ("final-01-auth", 3, Told("auth")),
        ("final-01-auth", 7, Told("forbidden")),
        ("final-01-auth", 11, Told("forbidden")),
        ("final-01-auth", 15, Told("forbidden")),
        # A redirect, and what is not there: the address is not that of a server's root.
        ("final-01-auth", 16, Told("config")),
        ("final-02-routing", 10, Told("config")),
        ("final-02-routing", 12, Told("protocol")),
        # Nobody knows of a 500 whether it is the server's mistake or the caller's.
        ("final-01-auth", 10, Told("upstream_error", is_retryable=True)),
        ("final-05-bad-bodies", 2, Told("upstream_error", is_retryable=True)),
        ("final-10-non-ascii-user", 2, Told("upstream_error", is_retryable=True)),
        ("v2020-10-non-ascii-user", 2, Told("auth")),
        ("v2020-10-non-ascii-user", 4, Told("upstream_error", is_retryable=True)),
        # Only a log-in begins the session that is missing.
        ("v2020-04-keepalive-without-start", 4, Told("auth")),
        # A good answer to another call.
        ("final-02-routing", 8, Told("bad_payload")),
        ("final-03-lifecycle", 1, Told("schema")),
    ],
)
async def test_a_recorded_reply_that_is_no_list_is_told_for_what_it_is(
    name: str, step: int, told: Told
) -> None:
    assert await list_error(ADAPTER, recorded(name, step)) == told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        # As the rewrite of versions 4.2 to 4.4 refuses.
        (reply(401, {"error": "Unauthorized"}), Told("auth")),
        (reply(400, {"errors": {"active": "Active is not a boolean."}}), Told("protocol")),
        (reply(400, {"description": "Session Expired"}), Told("protocol")),
        (reply(418, b"<html>"), Told("protocol")),
        (reply(429, b"", retry_after="7"), Told("rate_limited", is_retryable=True, seconds=7)),
        (reply(502, b"<html>"), Told("upstream_error", is_retryable=True)),
        (reply(503, b"<html>"), Told("unavailable", is_retryable=True)),
        # The bare list that a later page prints.
        (reply(200, []), Told("schema")),
    ],
)
async def test_any_other_reply_that_is_no_list_is_told_for_what_it_is(
    answer: HttpReply, told: Told
) -> None:
    assert await list_error(ADAPTER, answer) == told
