"""Which lists and writes tell that a session has vanished, and which do not."""

import pytest
from msgspec import Raw

from gateway.federation.listing import REMEMBERED_BYTES
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode
from gateway.spi import (
    Operation,
    PagingStyle,
    RawPage,
    Status,
    Support,
    TryAgainLater,
)
from tests.federation.forgetting import (
    IS_ACTIVE,
    IS_ENDED,
    TTL,
    Forgetting,
    Lab,
    lab,
    running,
)
from tests.support.fakes import FakeRow, Manners, record


async def test_a_list_that_fails_ends_nothing_and_forgets_nothing() -> None:
    async def script(_at: object, request: int) -> None:
        if request == 3:
            raise TryAgainLater(ErrorCode.UNAVAILABLE, "the fake: as told", attempts=1)

    here = Lab(Forgetting(running(1, 2, 3), script=script))
    await here.page()
    first = here.at(10, running(2, 3))
    await here.page()
    here.at(20, [])
    failed = await here.page()
    second = here.at(30, running(3))

    assert failed.reports["a"].status is BackendStatus.FAILED
    assert (await here.one("1")).ended_at == first
    assert (await here.one("2")).ended_at == second
    assert (await here.one("3")).status is Status.ACTIVE


async def test_a_list_whose_second_page_fails_ends_nothing() -> None:
    async def script(_at: object, request: int) -> None:
        if request == 4:
            raise TryAgainLater(ErrorCode.UNAVAILABLE, "the fake: as told", attempts=1)

    here = Lab(Forgetting(running(1, 2, 3), Manners(page_cap=2), script=script))
    await here.page()
    await here.page(limit=1)
    here.at(20, running(1, 2, 3))

    assert set((await here.statuses()).values()) == {"active"}
    assert here.vendor.requests == 6


async def test_a_list_with_records_that_are_no_sessions_ends_nothing() -> None:
    async def script(_at: object, request: int) -> RawPage | None:
        nameless = Raw(b'{"native_id": null}')
        return RawPage([nameless, record(running(2)[0])]) if request == 2 else None

    here = Lab(Forgetting(running(1, 2), script=script))
    await here.page()
    here.time.passed = 10
    partial = await here.page()
    missed_at = here.at(20, running(2))

    assert partial.reports["a"].status is BackendStatus.PARTIAL
    assert [session.native_id for session in partial.sessions] == ["2"]
    assert (await here.one("1")).ended_at == missed_at


async def test_a_list_whose_rows_moved_between_its_pages_ends_nothing() -> None:
    here = lab(*range(8), manners=Manners(page_cap=2, style=PagingStyle.PAGE_INDEX))
    await here.page()
    before = here.vendor.requests

    async def script(_at: object, request: int) -> None:
        if request - before in (1, 3):  # the beginning of the scan, and that of the second try
            here.vendor.rows = here.vendor.rows[1:]

    here.vendor.script = script
    here.time.passed = 10
    moving = await here.page()
    missed_at = here.at(20, here.vendor.rows)

    assert moving.reports["a"].warnings == (BackendWarning.PAGE_DRIFT,)
    assert (await here.one("0")).ended_at == (await here.one("1")).ended_at == missed_at


@pytest.mark.parametrize("remembered_bytes", [REMEMBERED_BYTES, 0])
async def test_a_list_of_what_was_pushed_ends_nothing_and_shows_what_has_ended(
    remembered_bytes: int,
) -> None:
    manners = Manners(support=Support.EXACT)
    here = lab(1, 2, 3, manners=manners, remembered_bytes=remembered_bytes)
    await here.page()
    here.at(10, running(2, 3))
    await here.page()

    here.at(20, [*running(2), FakeRow("3", 3, "ended")])

    assert await here.statuses(IS_ACTIVE) == {"2": "active"}
    assert await here.statuses(IS_ENDED) == {"3": "ended", "1": "ended"}
    here.at(30, running(2, 3))
    assert await here.statuses() == {"3": "active", "2": "active", "1": "ended"}
    here.at(40, running(1, 2, 3))
    again = await here.page(IS_ACTIVE)
    assert [session.native_id for session in again.sessions] == ["3", "2", "1"]
    assert again.reports["a"].duplicates == 0


@pytest.mark.parametrize("ttl", [0.0, TTL])
async def test_an_end_that_the_vendor_told_stays_as_it_told_it(ttl: float) -> None:
    here = lab(1, 2, ttl=ttl)
    await here.page()
    here.time.passed = 5
    await here.write(Operation.END, "1")
    at_once = await here.one("1")

    here.time.passed = 5 + TTL

    assert await here.one("1") == at_once
    assert (at_once.status, at_once.ended_at, at_once.inferred) == (Status.ENDED, None, ())


async def test_one_that_was_begun_here_is_missed_although_no_list_had_it() -> None:
    here = lab(0, ttl=TTL)
    await here.write(Operation.CREATE)
    missed_at = here.at(TTL, running(0))

    assert await here.statuses() == {"0": "active", "1": "ended"}
    assert (await here.one("1")).ended_at == missed_at


async def test_one_that_was_begun_while_a_list_was_read_is_missed_by_the_next() -> None:
    here = lab(0, 1)

    async def script(_at: object, request: int) -> RawPage | None:
        if request == 2:
            await here.write(Operation.CREATE)
            return RawPage([record(row) for row in running(0, 1)])
        return None

    here.vendor.script = script
    await here.page()
    here.time.passed = 5

    assert await here.statuses() == {"0": "active", "1": "active", "2": "active"}
    missed_at = here.at(10, running(0, 1))
    assert (await here.one("2")).ended_at == missed_at


@pytest.mark.parametrize("remembered_bytes", [REMEMBERED_BYTES, 0])
async def test_an_end_that_the_vendor_tells_late_takes_the_place_of_the_one_that_was_inferred(
    remembered_bytes: int,
) -> None:
    async def script(_at: object, request: int) -> RawPage | None:
        return RawPage([]) if request == 2 else None

    here = Lab(
        Forgetting(running(1), script=script), ttl=3 * TTL, remembered_bytes=remembered_bytes
    )
    await here.page()
    here.time.passed = 3 * TTL
    assert (await here.one("1")).inferred == ("status", "ended_at")

    await here.write(Operation.END, "1")
    told = await here.one("1")
    here.time.passed = 6 * TTL

    assert (told.status, told.ended_at, told.inferred) == (Status.ENDED, None, ())
    assert await here.one("1") == told


async def test_a_list_that_was_read_while_nobody_knew_what_was_written_ends_nothing() -> None:
    here = lab(1, 2)
    (asked,) = here.asked.backends.values()

    async def script(_at: object, request: int) -> None:
        if request == 2:
            asked.changes.note(None)

    here.vendor.script = script
    await here.page()
    here.at(10, running(2))
    assert await here.statuses() == {"2": "active"}
    missed_at = here.at(20, running(2))

    assert (await here.one("1")).ended_at == missed_at
