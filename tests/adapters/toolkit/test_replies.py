"""What each status of a vendor makes the gateway do next, over prepared replies."""

from http import HTTPStatus

import pytest
from aioresponses import aioresponses

from adapters.roundware import RoundwareAdapter
from gateway.spi import (
    BadAnswer,
    ErrorCode,
    GiveUp,
    LogInAgain,
    SlowDown,
    TryAgainLater,
    UpstreamError,
)
from tests.support.adapters import driving
from tests.support.responses import is_shim_needed

URL = "https://museum.example/api/2"
LIST = f"{URL}/sessions/"
OPTIONS = {"url": URL, "token": "s3cret"}


async def raised(status: int, headers: dict[str, str] | None = None) -> UpstreamError:
    with aioresponses() as prepared:
        prepared.get(LIST, status=status, headers=headers, body="the vendor's own words")
        async with driving(RoundwareAdapter, OPTIONS) as driver:
            with pytest.raises(UpstreamError) as caught:
                await driver.pages()
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (301, GiveUp, ErrorCode.CONFIG),
        (302, GiveUp, ErrorCode.CONFIG),
        (308, GiveUp, ErrorCode.CONFIG),
        (400, GiveUp, ErrorCode.PROTOCOL),
        (401, LogInAgain, ErrorCode.AUTH),
        (403, GiveUp, ErrorCode.FORBIDDEN),
        (404, GiveUp, ErrorCode.CONFIG),
        (405, GiveUp, ErrorCode.PROTOCOL),
        (418, GiveUp, ErrorCode.PROTOCOL),
        (429, SlowDown, ErrorCode.RATE_LIMITED),
        (500, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        (502, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        (503, TryAgainLater, ErrorCode.UNAVAILABLE),
        (599, TryAgainLater, ErrorCode.UPSTREAM_ERROR),
    ],
)
async def test_a_status_says_what_happens_next(
    status: int, kind: type[UpstreamError], code: ErrorCode
) -> None:
    error = await raised(status)

    assert type(error) is kind
    assert error.code is code
    assert str(error) == f"GET /sessions/: {status}"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("86400", 86400.0),
        ("100000", None),
        ("-1", None),
        ("soon", None),
        ("1.5", None),
        ("Sun, 22 Nov 2026 12:00:00 GMT", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("status", [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE])
async def test_a_wait_is_taken_where_it_is_a_sensible_number(
    status: int, written: str, seconds: float | None
) -> None:
    error = await raised(status, {"Retry-After": written})

    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("until", "date", "seconds"),
    [
        ("Sun, 22 Nov 2026 12:00:38 GMT", "Sun, 22 Nov 2026 12:00:00 GMT", 38.0),
        ("Sun, 22 Nov 2026 11:59:00 GMT", "Sun, 22 Nov 2026 12:00:00 GMT", 0.0),
        ("Fri, 22 Nov 2030 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:00 GMT", None),
        ("Sun, 22 Nov 2026 12:00:38 GMT", "noon", None),
        ("Sun, 22 Nov 99999999999999999999 12:00:38 GMT", "Sun, 22 Nov 2026 12:00:00 GMT", None),
        ("Sun, 22 Nov 2026 12:00:38", "Sun, 22 Nov 2026 12:00:00 GMT", None),
    ],
)
async def test_a_wait_until_a_date_is_counted_by_the_vendors_own_clock(
    until: str, date: str, seconds: float | None
) -> None:
    error = await raised(429, {"Retry-After": until, "Date": date})

    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", ErrorCode.BAD_PAYLOAD),
        ("<html>", ErrorCode.BAD_PAYLOAD),
        ("null", ErrorCode.SCHEMA),
        ('{"sessions": []}', ErrorCode.SCHEMA),
    ],
)
async def test_a_body_that_is_no_list_is_a_bad_answer(body: str, code: ErrorCode) -> None:
    with aioresponses() as prepared:
        prepared.get(LIST, body=body)
        async with driving(RoundwareAdapter, OPTIONS) as driver:
            with pytest.raises(BadAnswer) as caught:
                await driver.pages()

    assert caught.value.code is code


def test_the_shim_is_still_needed() -> None:
    assert is_shim_needed(), "aioresponses works by itself again: remove tests/support/responses.py"
