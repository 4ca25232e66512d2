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
    Mapped,
    Rejected,
    SlowDown,
    TryAgainLater,
    UpstreamError,
)
from tests.support.adapters import driving, provenance
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
    ("body", "code", "attempts"),
    [
        (b"", ErrorCode.BAD_PAYLOAD, 2),
        (b"  ", ErrorCode.BAD_PAYLOAD, 2),
        (b'[{"id": 1}, {"id": 2', ErrorCode.BAD_PAYLOAD, 2),
        (b'[{"id": 1}, {"id": 2}', ErrorCode.BAD_PAYLOAD, 2),
        (b'[{"id": "tw', ErrorCode.BAD_PAYLOAD, 2),
        (b"<!DOCTYPE html><title>Log in</title>", ErrorCode.BAD_PAYLOAD, 1),
        (b'[{"id": 1}] and more', ErrorCode.BAD_PAYLOAD, 1),
        (b'[{"id": 1, "name": "Zo\xeb"}]', ErrorCode.BAD_PAYLOAD, 1),
        (b'["' + "é".encode() * 40_000 + b'\xc3"]', ErrorCode.BAD_PAYLOAD, 1),
        (b'[{"id": 1, "name": "\\ud800 and so on"}]', ErrorCode.BAD_PAYLOAD, 1),
        (b'[{"id": NaN}]', ErrorCode.BAD_PAYLOAD, 1),
        (b'[{"id": -Infinity}]', ErrorCode.BAD_PAYLOAD, 1),
        (b"[" * 5000 + b"]" * 5000, ErrorCode.BAD_PAYLOAD, 1),
        (b"null", ErrorCode.SCHEMA, 1),
        (b'{"sessions": []}', ErrorCode.SCHEMA, 1),
    ],
)
async def test_a_body_that_is_no_list_is_a_bad_answer(
    body: bytes, code: ErrorCode, attempts: int
) -> None:
    with aioresponses() as prepared:
        prepared.get(LIST, body=body)
        async with driving(RoundwareAdapter, OPTIONS) as driver:
            with pytest.raises(BadAnswer) as caught:
                await driver.pages()

    assert (caught.value.code, caught.value.attempts) == (code, attempts)


@pytest.mark.parametrize(
    "odd",
    [b"1e999", b"-1e999", b"9" * 5000, b"[" * 250 + b"]" * 250],
    ids=["1e999", "-1e999", "5,000 digits", "250 levels"],
)
async def test_one_record_that_cannot_be_held_costs_itself_alone(odd: bytes) -> None:
    """The list is JSON, so everybody can tell where the record ends."""
    with aioresponses() as prepared:
        prepared.get(LIST, body=b'[{"id": 1, "odd": ' + odd + b'}, {"id": 2, "odd": 10}]')
        async with driving(RoundwareAdapter, OPTIONS) as driver:
            [page] = await driver.pages()
            found = [
                type(driver.adapter.normalise(record, provenance("roundware")))
                for record in page.records
            ]

    assert found == [Rejected, Mapped]


def test_the_shim_is_still_needed() -> None:
    assert is_shim_needed(), "aioresponses works by itself again: remove tests/support/responses.py"
