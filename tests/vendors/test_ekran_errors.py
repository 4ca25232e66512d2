"""Ekran: what each of its refusals and faults is told as, and whether it is worth another try."""

import pytest

from adapters.ekran import EkranAdapter, EkranOptions
from gateway.spi import HttpReply
from tests.support.replies import Told, list_error, reply

ADAPTER = EkranAdapter(EkranOptions.model_validate({"url": "https://ekran.example/ekranapi"}))

# Only the 400 for too large a page is documented (4.1.3). The others are what ASP.NET behind IIS
# answers, which the product's guides name as its server.
_PAGE = b"<!DOCTYPE html>\r\n<html><head><title>IIS Detailed Error</title></head></html>"
_PROBLEM = {
    "title": "One or more validation errors occurred.",
    "status": 400,
    "errors": {"sessionCount": ["The value '1001' is not valid."]},
}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(400, _PROBLEM, content_type="application/problem+json"), Told("protocol")),
        (reply(400, b"Bad Request - Invalid Hostname"), Told("protocol")),
        (reply(401, _PAGE, content_type="text/html"), Told("auth")),
        (reply(401, b""), Told("auth")),
        (reply(403, _PAGE, content_type="text/html"), Told("forbidden")),
        # The component is not installed, or the product is a SaaS, where it does not exist.
        (reply(404, _PAGE, content_type="text/html"), Told("config")),
        (reply(302, b"", location="/login"), Told("config")),
        (reply(405, b""), Told("protocol")),
        (reply(413, _PAGE), Told("protocol")),
        (reply(415, b""), Told("protocol")),
        (reply(418, b"?"), Told("protocol")),
        (reply(429, b"", retry_after="7"), Told("rate_limited", is_retryable=True, seconds=7)),
        (reply(500, _PAGE, content_type="text/html"), Told("upstream_error", is_retryable=True)),
        (reply(502, _PAGE), Told("upstream_error", is_retryable=True)),
        (reply(503, _PAGE), Told("unavailable", is_retryable=True)),
        (reply(503, b"", retry_after="30"), Told("unavailable", is_retryable=True, seconds=30)),
        (reply(504, _PAGE), Told("upstream_error", is_retryable=True)),
        (reply(200, _PAGE, content_type="text/html"), Told("bad_payload")),
        (reply(200, b""), Told("bad_payload")),
        (reply(200, []), Told("schema")),
        (reply(200, {"sessions": None, "totalCount": 0}), Told("schema")),
        (reply(200, {"sessions": [], "totalCount": "many"}), Told("schema")),
    ],
)
async def test_a_reply_that_is_no_page_is_told_for_what_it_is(
    answer: HttpReply, told: Told
) -> None:
    assert await list_error(ADAPTER, answer) == told
