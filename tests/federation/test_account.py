"""Whether a vendor is asked, asked again, or left alone."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from gateway.federation.account import Account
from gateway.federation.patience import Waiting
from gateway.model.report import ErrorCode
from gateway.resilience.breaker import BreakerRules, BreakerState
from gateway.spi.errors import (
    BadAnswer,
    GiveUp,
    LogInAgain,
    SlowDown,
    TryAgainLater,
    UpstreamError,
)
from tests.support.clock import Clock

RESET = TryAgainLater(ErrorCode.RESET, "the connection broke")
SILENCE = TryAgainLater(ErrorCode.TIMEOUT, "no answer in time")
REFUSED = TryAgainLater(ErrorCode.CONNECT, "no connection")
GARBLED = BadAnswer(ErrorCode.BAD_PAYLOAD, "half an answer", attempts=2)


@dataclass
class Vendor:
    """Answers in turn what it was told to, and its last answer for ever."""

    answers: list[UpstreamError | None]
    asked: int = 0
    log_ins: int = 0
    doors: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self) -> str:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if answer is not None:
            raise answer
        return "sessions"

    async def never(self) -> str:
        self.asked += 1
        await self.doors.wait()
        return "sessions"


def account(clock: Clock | None = None, rules: BreakerRules | None = None) -> Account:
    """Make one that repeats at once where it repeats."""
    return Account(rules, timer=clock or Clock(), draw=lambda: 0.0)


async def outcome(
    of: Account, attempt: Callable[[], Awaitable[str]], *, is_repeatable: bool = True
) -> str | ErrorCode:
    try:
        return await of.call(attempt, is_repeatable=is_repeatable)
    except UpstreamError as error:
        return error.code


@contextmanager
def patient(seconds: float, *, spent: float = 0.0) -> Iterator[None]:
    """Wait for so many seconds, of which some have gone by."""
    now = asyncio.get_running_loop().time()
    with Waiting(now - spent, now - spent + seconds):
        yield


async def test_a_call_that_only_reads_is_made_again_where_that_may_help() -> None:
    vendor = Vendor([RESET, RESET, None])

    assert await outcome(account(), vendor.answer) == "sessions"
    assert vendor.asked == 3


async def test_it_is_not_made_more_often_than_its_failure_is_worth() -> None:
    broken, garbled, refusing = Vendor([RESET]), Vendor([GARBLED]), Vendor([GiveUp(*FORBIDDEN)])

    assert await outcome(account(), broken.answer) is ErrorCode.RESET
    assert await outcome(account(), garbled.answer) is ErrorCode.BAD_PAYLOAD
    assert await outcome(account(), refusing.answer) is ErrorCode.FORBIDDEN
    assert [broken.asked, garbled.asked, refusing.asked] == [3, 2, 1]


FORBIDDEN = (ErrorCode.FORBIDDEN, "not yours")


async def test_a_write_is_made_once() -> None:
    vendor = Vendor([RESET, None])

    assert await outcome(account(), vendor.answer, is_repeatable=False) is ErrorCode.RESET
    assert vendor.asked == 1


async def test_calls_in_trouble_share_a_budget_of_repetitions() -> None:
    vendor = Vendor([RESET])
    shared = account(rules=BreakerRules(least_calls=1000))

    for _ in range(50):
        await outcome(shared, vendor.answer)

    assert vendor.asked <= 50 + 2 + 5, "a tenth of the calls, and two"


async def test_who_did_not_answer_in_time_is_asked_again_if_half_of_the_time_is_left() -> None:
    early, late = Vendor([SILENCE, None]), Vendor([SILENCE, None])

    with patient(10, spent=4):
        assert await outcome(account(), early.answer) == "sessions"
    with patient(10, spent=6):
        assert await outcome(account(), late.answer) is ErrorCode.TIMEOUT
    assert [early.asked, late.asked] == [2, 1]


async def test_nothing_is_repeated_for_those_who_have_left() -> None:
    vendor = Vendor([RESET, None])

    with patient(10, spent=11):
        assert await outcome(account(), vendor.answer) is ErrorCode.RESET
    assert vendor.asked == 1


async def test_a_vendor_that_asks_for_fewer_calls_is_left_alone_by_everybody() -> None:
    clock = Clock()
    vendor, shared = Vendor([SlowDown("slowly", retry_after_seconds=7), None]), account(clock)

    with pytest.raises(UpstreamError) as first, patient(10):
        await shared.call(vendor.answer, is_repeatable=True)
    clock.now += 3
    with pytest.raises(UpstreamError) as second, patient(10):
        await shared.call(vendor.answer, is_repeatable=False)

    assert [error.value.code for error in (first, second)] == [ErrorCode.RATE_LIMITED] * 2
    assert second.value.retry_after_seconds == pytest.approx(4)
    assert vendor.asked == 1
    clock.now += 4
    assert await outcome(shared, vendor.answer) == "sessions"


async def test_a_short_pause_is_waited_out_by_whoever_has_the_time() -> None:
    loop = asyncio.get_running_loop()
    shared = Account(timer=loop.time)
    vendor = Vendor([SlowDown("slowly", retry_after_seconds=0.05), None])

    with patient(10):
        assert await outcome(shared, vendor.answer) == "sessions"
    assert vendor.asked == 2

    hasty = Vendor([SlowDown("slowly", retry_after_seconds=0.05), None])
    with patient(0.1):
        assert await outcome(shared, hasty.answer) is ErrorCode.RATE_LIMITED
    assert hasty.asked == 1


async def test_what_was_under_way_does_not_prolong_a_pause() -> None:
    shared = account()

    async def slowed() -> str:
        await asyncio.sleep(0)
        raise SlowDown("slowly")

    with patient(1):
        codes = await asyncio.gather(*(outcome(shared, slowed) for _ in range(8)))

    assert codes == [ErrorCode.RATE_LIMITED] * 8
    assert shared.pause.left() == pytest.approx(0.5), "as after the first, not the eighth"


async def test_what_was_under_way_prolongs_a_pause_where_the_vendor_says_for_how_long() -> None:
    shared, turned_away = account(), asyncio.Event()

    async def busy() -> str:
        turned_away.set()
        raise TryAgainLater(ErrorCode.UNAVAILABLE, "busy", retry_after_seconds=6)

    async def slowed() -> str:
        await turned_away.wait()
        raise SlowDown("slowly", retry_after_seconds=300)

    with patient(1):
        codes = await asyncio.gather(outcome(shared, slowed), outcome(shared, busy))

    assert set(codes) == {ErrorCode.RATE_LIMITED, ErrorCode.UNAVAILABLE}
    assert shared.pause.left() == 300


async def test_a_busy_vendor_that_says_for_how_long_is_left_alone() -> None:
    busy = TryAgainLater(ErrorCode.UNAVAILABLE, "busy", retry_after_seconds=30)
    vendor, shared = Vendor([busy]), account()

    for _ in range(3):
        assert await outcome(shared, vendor.answer) is ErrorCode.UNAVAILABLE
    assert vendor.asked == 1


async def test_after_too_much_trouble_nobody_asks_until_a_probe_went_well() -> None:
    clock = Clock()
    vendor, shared = Vendor([RESET] * 10 + [None]), account(clock)
    for _ in range(10):
        await outcome(shared, vendor.answer, is_repeatable=False)

    with pytest.raises(TryAgainLater) as refused:
        await shared.call(vendor.answer, is_repeatable=True)

    assert vendor.asked == 10
    assert refused.value.code is ErrorCode.CIRCUIT_OPEN
    assert refused.value.retry_after_seconds == pytest.approx(4), "five, less a fifth at random"
    clock.now += 4
    for _ in range(3):
        assert await outcome(shared, vendor.answer) == "sessions"
    assert shared.breaker.state is BreakerState.CLOSED


async def test_a_host_that_refuses_five_times_in_a_row_is_left_alone() -> None:
    vendor, shared = Vendor([REFUSED]), account()

    codes = [await outcome(shared, vendor.answer, is_repeatable=False) for _ in range(6)]

    assert codes == [ErrorCode.CONNECT] * 5 + [ErrorCode.CIRCUIT_OPEN]


@pytest.mark.parametrize(
    "error",
    [
        GiveUp(ErrorCode.PROTOCOL, "418"),
        SlowDown("slowly", retry_after_seconds=0),
        BadAnswer(ErrorCode.TOO_LARGE, "over a limit of ours"),
        TryAgainLater(ErrorCode.OVERLOADED, "no room here", attempts=1),
    ],
)
async def test_what_is_no_trouble_of_the_vendors_leaves_the_breaker_closed(
    error: UpstreamError,
) -> None:
    vendor, shared = Vendor([error]), account()

    for _ in range(30):
        await outcome(shared, vendor.answer, is_repeatable=False)

    assert vendor.asked == 30
    assert shared.breaker.state is BreakerState.CLOSED


async def test_a_cancelled_probe_leaves_its_place_to_the_next() -> None:
    clock = Clock()
    vendor, shared = Vendor([REFUSED] * 5 + [None]), account(clock)
    for _ in range(5):
        await outcome(shared, vendor.answer, is_repeatable=False)
    clock.now += 6

    probe = asyncio.create_task(outcome(shared, vendor.never))
    await asyncio.sleep(0)
    assert await outcome(shared, vendor.answer) is ErrorCode.CIRCUIT_OPEN, "one probe at a time"
    probe.cancel()
    await asyncio.wait([probe])

    assert probe.cancelled()
    vendor.answers = [None]
    assert await outcome(shared, vendor.answer) == "sessions"


async def test_a_certificate_that_is_not_trusted_is_looked_at_once_a_minute() -> None:
    clock = Clock()
    vendor, shared = Vendor([GiveUp(ErrorCode.TLS, "not trusted")]), account(clock)

    for _ in range(3):
        assert await outcome(shared, vendor.answer) is ErrorCode.TLS
    assert vendor.asked == 1
    clock.now += 60
    await outcome(shared, vendor.answer)
    assert vendor.asked == 2


async def test_whoever_is_refused_all_the_time_is_not_locked_out() -> None:
    clock = Clock()
    vendor, shared = Vendor([LogInAgain("401")]), account(clock)
    asked_at = []

    for second in range(3600):
        clock.now = second
        before = vendor.asked
        with patient(1):
            assert await outcome(shared, vendor.answer) is ErrorCode.AUTH
        asked_at += [second] * (vendor.asked - before)

    assert asked_at[:3] == [0, 60, 180]
    assert all(
        sum(begin <= instant < begin + 900 for instant in asked_at) <= 3 for begin in range(3600)
    )
