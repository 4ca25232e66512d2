"""How often a vendor is asked for one page, and what is made of its failures."""

from pathlib import Path

import pytest

from tests.faults.asking import Asking, asking
from tests.faults.failing import After, Failing
from tests.faults.rows import FAILING
from tests.faults.sites import samba
from tests.laboratory import http_faults as http

CALLS = 12
"""As many as a breaker needs to see before it judges, and some more."""

BRIEF = 0.4
"""A deadline for so many calls in a row."""

PAUSED = [row for row in FAILING if row.after is After.PAUSE]
JUDGED = [row for row in FAILING if row.after is not After.PAUSE]


async def state(asked: Asking) -> str:
    """Read what the gateway makes of the backend in trouble."""
    answer = await asked.ask("/v1/backends/troubled")
    told: str = answer.body["data"]["health"]["breaker"]["state"]
    return told


@pytest.mark.parametrize("row", FAILING, ids=str)
async def test_a_vendor_is_asked_as_often_as_may_help(
    row: Failing, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(row.site, tmp_path, log, is_alone=True) as asked:
        await asked.alone(limit=1000)
        count = asked.site.asked()

    assert count in row.asked


@pytest.mark.parametrize("row", JUDGED, ids=str)
async def test_trouble_opens_the_breaker_and_nothing_else_does(
    row: Failing, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(row.site, tmp_path, log, is_alone=True, deadline_s=BRIEF) as asked:
        for limit in range(1, CALLS + 1):
            await asked.alone(limit=limit)
        last = asked.site.asked()
        answer = await asked.alone()
        judged = await state(asked)

    is_trouble = row.after is After.TROUBLE
    assert judged == ("open" if is_trouble else "closed")
    if is_trouble:
        assert (answer.status, asked.site.asked()) == (503, last)
        assert answer.body["backends"]["troubled"]["error"]["code"] == "circuit_open"
        assert answer.headers["Retry-After"]


@pytest.mark.parametrize("row", PAUSED, ids=str)
async def test_a_vendor_that_has_to_be_left_alone_is_left_alone(
    row: Failing, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(row.site, tmp_path, log, is_alone=True) as asked:
        for _ in range(CALLS):
            await asked.alone()
        count = asked.site.asked()
        answer = await asked.alone()
        judged = await state(asked)

    assert count in row.asked
    assert asked.site.asked() == count
    assert (answer.status, judged) == (row.status, "closed")
    assert answer.body["backends"]["troubled"]["error"]["code"] == row.code


PASSING = {
    "a reset": http.resetting,
    "a closed connection": http.closing,
    "a short body": http.cut_body,
    "truncated JSON": http.half_of_it,
    "500": http.html("500 Oops"),
    "502": http.html("502 Oops"),
    "503": http.html("503 Busy"),
    "corrupt gzip": http.corrupt_gzip,
}


@pytest.mark.parametrize("fault", PASSING)
async def test_what_passes_at_once_is_not_seen(
    fault: str, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    site = samba(http.first(1, PASSING[fault]))

    async with asking(site, tmp_path, log) as asked:
        page = await asked.ask()

    assert (page.status, page.body["complete"], len(page.ids)) == (200, True, 9)
    assert asked.site.asked() == 2


async def test_row_24_a_burst_of_errors_is_asked_for_no_more_than_the_budget_allows(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(samba(http.html("500 Oops")), tmp_path, log) as asked:
        codes = [
            (await asked.alone(limit=limit)).body["backends"]["troubled"]["error"]["code"]
            for limit in range(1, 31)
        ]

    assert codes[0] == "upstream_error"
    assert codes[-1] == "circuit_open"
    assert asked.site.asked() <= 15
