"""A session that was listed and is listed no more stays, as ended, where that is asked for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gateway.federation.deadline import Deadline
from gateway.federation.listing import REMEMBERED_BYTES
from gateway.federation.lookup import Missing
from gateway.model.matching import matches
from gateway.model.query import NEWEST_FIRST, Condition, Field, Order, Sort
from gateway.model.report import Count, ErrorCode, Relation
from gateway.paging.cursor import FROM_THE_START, Position
from gateway.paging.order import key_of
from gateway.spi import (
    Session,
    Status,
    TryAgainLater,
)
from tests.federation.forgetting import (
    HOUR,
    IS_ACTIVE,
    IS_ENDED,
    LAST_ENDED_FIRST,
    Forgetting,
    Lab,
    lab,
    running,
)
from tests.support.fakes import EPOCH, FakeRow


@pytest.mark.parametrize("remembered_bytes", [REMEMBERED_BYTES, 0])
async def test_what_is_listed_no_more_ended_when_it_was_first_missed(remembered_bytes: int) -> None:
    here = lab(1, 2, remembered_bytes=remembered_bytes)
    await here.page()

    missed_at = here.at(10, running(2))
    first = await here.page()
    here.at(20, running(2))
    again = await here.page()

    going_on, over = first.sessions
    assert first.sessions == again.sessions
    assert going_on.status is Status.ACTIVE
    assert over.native_id == "1"
    assert (over.status, over.ended_at) == (Status.ENDED, missed_at)
    assert over.duration_s == (missed_at - EPOCH - timedelta(microseconds=1)).total_seconds()
    assert over.inferred == ("status", "ended_at")
    untouched = {"status", "ended_at", "duration_s", "inferred"}
    before = FakeRow("1", 1, "active").session("a")
    for name in set(over.__struct_fields__) - untouched:
        assert getattr(over, name) == getattr(before, name)


async def test_one_that_is_listed_again_is_what_the_vendor_says() -> None:
    here = lab(1, 2)
    await here.page()
    here.at(10, running(2))
    await here.page()

    here.at(20, running(1, 2))
    assert await here.statuses() == {"1": "active", "2": "active"}
    missed_at = here.at(30, running(2))

    assert (await here.one("1")).ended_at == missed_at


async def test_where_it_is_not_asked_for_what_is_gone_is_gone() -> None:
    here = Lab(Forgetting(running(1, 2), kept_for=None))
    await here.page()

    here.at(10, running(2))

    assert await here.statuses() == {"2": "active"}


async def test_one_session_is_told_as_it_ended_and_none_that_never_was() -> None:
    here = lab(1, 2)
    await here.page()

    missed_at = here.at(10, running(2))

    assert (await here.one("1")).ended_at == missed_at
    assert await here.asked.session("a", "3", Deadline.within(60)) == Missing()


async def test_what_vanished_is_filtered_sorted_counted_and_walked_like_all_others() -> None:
    here = lab(*range(8))
    await here.page()
    for second in range(1, 6):
        here.at(second, running(*range(second, 8)))
        await here.page()

    ended = await here.page(IS_ENDED, order=LAST_ENDED_FIRST)
    walked: list[str] = []
    position: Position | None = FROM_THE_START
    while position is not None:
        page = await here.page(order=LAST_ENDED_FIRST, limit=3, position=position)
        walked += [session.native_id for session in page.sessions]
        position = page.next

    assert [session.native_id for session in ended.sessions] == ["4", "3", "2", "1", "0"]
    assert walked == ["4", "3", "2", "1", "0", "5", "6", "7"]
    assert ended.reports["a"].total == Count(5, Relation.EQUAL)
    assert (await here.page()).reports["a"].total == Count(8, Relation.EQUAL)


async def test_a_walk_gives_each_session_once_whatever_ends_between_its_pages() -> None:
    here = lab(*range(8))
    walked: list[str] = []
    position: Position | None = FROM_THE_START
    while position is not None:
        page = await here.page(limit=2, position=position)
        walked += [session.native_id for session in page.sessions]
        position = page.next
        here.at(here.time.passed + 1, here.vendor.rows[1:-1])

    assert walked == ["7", "6", "5", "4", "3", "2", "1", "0"]


async def test_what_vanished_is_forgotten_after_its_time() -> None:
    here = lab(1, 2)
    await here.page()
    here.at(10, running(2))
    await here.page()

    here.time.passed = 10 + HOUR.total_seconds() - 1
    assert await here.statuses() == {"1": "ended", "2": "active"}
    here.time.passed = 10 + HOUR.total_seconds()

    assert await here.statuses() == {"2": "active"}


_IDS = st.integers(0, 5)
_MOMENTS = st.lists(st.none() | st.sets(_IDS), min_size=1, max_size=8)
_ORDERS = st.sampled_from([NEWEST_FIRST, LAST_ENDED_FIRST, (Sort(Field.DURATION),)])
_CONDITIONS = st.sampled_from([(), (IS_ACTIVE,), (IS_ENDED,)])


@given(
    moments=_MOMENTS,
    order=_ORDERS,
    conditions=_CONDITIONS,
    limit=st.integers(1, 7),
    remembered_bytes=st.sampled_from([REMEMBERED_BYTES, 0]),
)
async def test_pages_are_the_sorted_filtered_union_of_what_is_there_and_what_has_ended(
    moments: Sequence[set[int] | None],
    order: Order,
    conditions: tuple[Condition, ...],
    limit: int,
    remembered_bytes: int,
) -> None:
    """A moment is what the vendor lists, or that it fails."""
    is_failing = False

    async def script(_at: object, _request: int) -> None:
        if is_failing:
            raise TryAgainLater(ErrorCode.UNAVAILABLE, "the fake: as told", attempts=1)

    vendor = Forgetting([], script=script)
    here = Lab(vendor, remembered_bytes=remembered_bytes)
    there: set[int] = set()
    ends: dict[int, datetime] = {}
    for second, moment in enumerate(moments):
        is_failing = moment is None
        now = here.at(second, running(*(moment or ())))
        await here.page()
        if moment is not None:
            ends = {number: end for number, end in ends.items() if number not in moment}
            ends |= dict.fromkeys(there - moment, now)
            there = moment

    is_failing = False
    here.at(here.time.passed, running(*there))
    given_out: list[Session] = []
    position: Position | None = FROM_THE_START
    while position is not None:
        page = await here.page(*conditions, order=order, limit=limit, position=position)
        given_out += page.sessions
        position = page.next

    rows = [row.session("a") for row in running(*there, *ends)]
    sessions = [_told(session, ends.get(int(session.native_id))) for session in rows]
    expected = [session for session in sessions if matches(session, conditions)]
    assert given_out == sorted(expected, key=lambda session: key_of(session, order))


def _told(session: Session, ended_at: datetime | None) -> Session:
    """Give a session as it is to be told, if it ended then."""
    if ended_at is None or session.started_at is None:
        return session
    return structs.replace(
        session,
        status=Status.ENDED,
        ended_at=ended_at,
        duration_s=(ended_at - session.started_at).total_seconds(),
        inferred=("status", "ended_at"),
    )
