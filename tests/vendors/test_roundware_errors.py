"""Roundware: what its recorded refusals and faults are told as, and whether to try again."""

import pytest

from adapters.roundware import RoundwareAdapter, RoundwareOptions
from gateway.spi import HttpReply
from tests.support.replies import Told, detail_error, list_error, recorded, reply

ADAPTER = RoundwareAdapter(
    RoundwareOptions.model_validate({"url": "https://museum.example/api/2", "token": "s3cret"})
)

_RECORDED = {
    "list_no_credentials_401": Told("auth"),
    "list_bad_token_401": Told("auth"),
    "list_bearer_401": Told("auth"),
    "list_empty_token_401": Told("auth"),
    "throttled_unauthenticated_401": Told("auth"),
    "list_no_trailing_slash_301": Told("config"),
    "get_no_trailing_slash_301": Told("config"),
    "list_not_acceptable_406": Told("protocol"),
    "login_bad_400": Told("protocol"),
    "delete_list_405": Told("protocol"),
    "throttled_429": Told("rate_limited", is_retryable=True, seconds=60),
    # The page with which it fails on a caller's mistake as on its own: no such mistake is sent.
    "get_id_not_a_number_500": Told("upstream_error", is_retryable=True),
    "count_endpoint_absent_500": Told("upstream_error", is_retryable=True),
}


@pytest.mark.parametrize("name", _RECORDED)
async def test_a_recorded_refusal_is_told_for_what_it_is(name: str) -> None:
    answer = recorded(f"roundware/{name}")

    assert await list_error(ADAPTER, answer) == _RECORDED[name]
    assert await detail_error(ADAPTER, answer) == _RECORDED[name]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(403, {"detail": "?"}), Told("forbidden")),
        (reply(502, b"<html>"), Told("upstream_error", is_retryable=True)),
        (reply(503, b"<html>", retry_after="9"), Told("unavailable", is_retryable=True, seconds=9)),
        # The browsable page, which comes with "Accept: text/html" (the API's own framework).
        (reply(200, b"<html>"), Told("bad_payload")),
        (reply(200, {"detail": "?"}), Told("schema")),
        (recorded("roundware/get_unknown_path_404_html"), Told("config")),
        (recorded("roundware/get_404"), Told("config")),
    ],
)
async def test_a_reply_that_is_no_list_is_told_for_what_it_is(
    answer: HttpReply, told: Told
) -> None:
    assert await list_error(ADAPTER, answer) == told
