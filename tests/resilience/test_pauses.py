"""Pauses: the one that ends last counts, and what a vendor asks for is clamped."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.resilience.pauses import Pause, throttled_seconds
from gateway.spi import (
    BadAnswer,
    ErrorCode,
    GiveUp,
    LogInAgain,
    SlowDown,
    StartOver,
    TryAgainLater,
    UpstreamError,
)
from tests.support.clock import Clock
from tests.support.examples import examples

ERRORS = (
    TryAgainLater(ErrorCode.UNAVAILABLE, "token=hush", attempts=2),
    SlowDown("token=hush", retry_after_seconds=7),
    LogInAgain("token=hush"),
    GiveUp(ErrorCode.TLS, "token=hush"),
    BadAnswer(ErrorCode.SCHEMA, "token=hush"),
    StartOver("token=hush"),
)


def test_there_is_none_to_begin_with() -> None:
    pause = Pause(Clock())

    assert (pause.left(), pause.error()) == (0, None)


@pytest.mark.parametrize("reason", ERRORS, ids=lambda error: type(error).__name__)
def test_callers_meet_a_new_error_of_the_same_kind_that_says_how_long(
    reason: UpstreamError,
) -> None:
    clock = Clock()
    pause = Pause(clock)
    reason.has_been_sent = True
    pause.begin(10, reason)
    clock.now += 4

    error = pause.error()

    assert error is not None
    assert error is not reason
    assert type(error) is type(reason)
    assert str(error) == f"not asked: {reason.code}, left alone for another 6.0 s"
    assert (error.code, error.retry_after_seconds) == (reason.code, 6)
    assert (error.attempts, error.has_been_sent) == (1, False)
    assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)


def test_each_caller_meets_an_error_of_its_own() -> None:
    pause = Pause(Clock())
    pause.begin(10, ERRORS[0])

    assert pause.error() is not pause.error()


def test_it_is_over_when_it_is_ended() -> None:
    pause = Pause(Clock())
    pause.begin(10, ERRORS[0])

    pause.end()

    assert (pause.left(), pause.error()) == (0, None)


@pytest.mark.parametrize("seconds", [0, -5, math.nan])
def test_no_time_is_no_pause(seconds: float) -> None:
    pause = Pause(Clock(100))

    pause.begin(seconds, ERRORS[0])

    assert (pause.left(), pause.error()) == (0, None)


class Pauses(RuleBasedStateMachine):
    """Puts a pause beside all that were ever begun."""

    @initialize()
    def begin_anew(self) -> None:
        self.clock = Clock()
        self.pause = Pause(self.clock)
        self.begun: list[tuple[float, UpstreamError]] = []

    @rule(quarters=st.integers(0, 40), error=st.sampled_from(ERRORS))
    def begin(self, quarters: int, error: UpstreamError) -> None:
        self.pause.begin(quarters / 4, error)
        self.begun.append((self.clock.now + quarters / 4, error))

    @rule(quarters=st.integers(0, 40))
    def go_on(self, quarters: int) -> None:
        self.clock.now += quarters / 4

    @rule()
    def end(self) -> None:
        self.pause.end()
        self.begun.clear()

    @invariant()
    def the_one_that_ends_last_counts(self) -> None:
        last = max((until for until, _ in getattr(self, "begun", [])), default=0.0)
        if not hasattr(self, "pause"):
            return
        error = self.pause.error()
        assert self.pause.left() == max(0.0, last - self.clock.now)
        assert (error is None) is (last <= self.clock.now)
        reasons = {(type(each), each.code) for until, each in self.begun if until == last}
        assert error is None or (type(error), error.code) in reasons


Pauses.TestCase.settings = settings(max_examples=examples(40), stateful_step_count=30)
TestPauses = Pauses.TestCase


def slow_down(asked: float | None) -> SlowDown:
    return SlowDown("too many", retry_after_seconds=asked)


@pytest.mark.parametrize(
    ("asked", "given"), [(0.0, 0.0), (0.5, 0.5), (600.0, 600.0), (601.0, 600.0), (1e300, 600.0)]
)
def test_what_a_vendor_asks_for_counts_up_to_ten_minutes(asked: float, given: float) -> None:
    assert throttled_seconds(slow_down(asked), 3, lambda: 0.5) == given


@pytest.mark.parametrize("asked", [None, -1.0, -math.inf, math.inf, math.nan])
def test_where_a_vendor_asks_for_nothing_usable_the_wait_is_drawn(asked: float | None) -> None:
    waits = [throttled_seconds(slow_down(asked), times, lambda: 0.5) for times in (1, 2, 9)]

    assert waits == [0.75, 1.5, 15], "from the upper half"


@given(st.none() | st.floats(), st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_no_wish_of_a_vendor_is_more_than_ten_minutes(
    asked: float | None, times: int, draw: float
) -> None:
    assert 0 <= throttled_seconds(slow_down(asked), times, lambda: draw) <= 600
