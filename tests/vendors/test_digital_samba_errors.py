"""Digital Samba: what its refusals and faults are told as, and whether another try is worth it."""

import pytest

from adapters.digital_samba import DigitalSambaAdapter, DigitalSambaOptions
from gateway.spi import HttpReply
from tests.support.replies import Told, detail_error, list_error, reply
from tests.vendors.digital_samba import KEY

ADAPTER = DigitalSambaAdapter(DigitalSambaOptions.model_validate(KEY))

_NOT_FOUND = {"message": "Not Found", "error": "not-found"}
_INVALID = {"message": "The given data was invalid.", "errors": {"limit": ["Too much."]}}
# "Rate limiting".
_LIMITED = {
    "message": "Too Many Attempts. You may try again in 38 seconds.",
    "error": "rate-limit",
}
_NOW, _SOON = "Sun, 22 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:38 GMT"

ERRORS = [
    (reply(400, _INVALID), Told("protocol")),
    (reply(401, {"message": "Unauthenticated."}), Told("auth")),
    (reply(401, b"<html>"), Told("auth")),
    (reply(403, {"message": "Forbidden"}), Told("forbidden")),
    (reply(409, {"message": "?"}), Told("protocol")),
    (reply(418, b"?"), Told("protocol")),
    (reply(422, _INVALID), Told("protocol")),
    (reply(429, _LIMITED, retry_after="38"), Told("rate_limited", is_retryable=True, seconds=38)),
    (
        reply(429, _LIMITED, retry_after=_SOON, date=_NOW),
        Told("rate_limited", is_retryable=True, seconds=38),
    ),
    (reply(429, b"<html>"), Told("rate_limited", is_retryable=True)),
    # Where it takes a caller for a browser: the configured address is another one's.
    (reply(302, b"<html>", location="/login"), Told("config")),
    (reply(500, {"message": "Server Error"}), Told("upstream_error", is_retryable=True)),
    (reply(502, b"<html>"), Told("upstream_error", is_retryable=True)),
    (reply(503, b"<html>", retry_after="60"), Told("unavailable", is_retryable=True, seconds=60)),
    (reply(200, b"<html>"), Told("bad_payload")),
    (reply(200, b""), Told("bad_payload")),
    (reply(200, []), Told("schema")),
]


@pytest.mark.parametrize(("answer", "told"), ERRORS)
async def test_a_reply_that_is_no_answer_is_told_for_what_it_is(
    answer: HttpReply, told: Told
) -> None:
    assert await list_error(ADAPTER, answer) == told
    assert await detail_error(ADAPTER, answer) == told


async def test_a_list_that_is_not_there_is_a_wrong_address() -> None:
    assert await list_error(ADAPTER, reply(404, _NOT_FOUND)) == Told("config")


async def test_a_page_without_its_rows_is_no_page() -> None:
    assert await list_error(ADAPTER, reply(200, {"total_count": 0})) == Told("schema")
