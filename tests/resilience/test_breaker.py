"""The breaker: when it opens, for how long, whom it lets through, and when it closes."""

import pytest

from gateway.resilience.breaker import Breaker, BreakerRules, BreakerState, Permit
from tests.support.clock import Clock

MIDDLE = 0.5
"""The draw that neither lengthens nor shortens."""


def breaker(clock: Clock, draw: float = MIDDLE) -> Breaker:
    return Breaker(BreakerRules(), clock, lambda: draw)


def permit(of: Breaker) -> Permit:
    permit = of.admit()
    assert permit is not None
    return permit


def opened(clock: Clock, draw: float = MIDDLE) -> Breaker:
    made = breaker(clock, draw)
    for _ in range(5):
        permit(made).bad(is_connect=True)
    return made


def probed(of: Breaker, clock: Clock) -> Permit:
    clock.now += of.wait()
    return permit(of)


def test_it_opens_at_the_tenth_call_if_half_of_them_were_bad() -> None:
    made = breaker(Clock())

    states = []
    for index in range(10):
        call = permit(made)
        call.bad() if index % 2 else call.good()
        states.append(made.state)

    assert states == [BreakerState.CLOSED] * 9 + [BreakerState.OPEN]


def test_it_stays_closed_while_fewer_than_half_of_the_calls_are_bad() -> None:
    made = breaker(Clock())

    for index in range(100):
        call = permit(made)
        call.bad() if index % 5 in {1, 3} else call.good()

    assert made.state is BreakerState.CLOSED


def test_what_happened_longer_ago_than_the_window_does_not_count() -> None:
    clock = Clock()
    made = breaker(clock)
    for _ in range(9):
        permit(made).bad()

    clock.now += 20
    permit(made).bad()

    assert made.state is BreakerState.CLOSED


def test_what_happened_within_nine_tenths_of_the_window_counts() -> None:
    clock = Clock(1.9)
    made = breaker(clock)
    for _ in range(9):
        permit(made).bad()

    clock.now += 18
    permit(made).bad()

    assert made.state is BreakerState.OPEN


def test_it_opens_at_the_fifth_failure_to_connect_with_no_good_call_between() -> None:
    made = breaker(Clock())
    for _ in range(4):
        permit(made).bad(is_connect=True)
    permit(made).good()
    for _ in range(4):
        permit(made).bad(is_connect=True)
    before = made.state

    permit(made).bad(is_connect=True)

    assert (before, made.state) == (BreakerState.CLOSED, BreakerState.OPEN)


def test_calls_that_tell_nothing_of_the_vendor_count_neither_as_good_nor_as_bad() -> None:
    made = breaker(Clock())
    for _ in range(50):
        permit(made).release()

    states = []
    for _ in range(10):
        permit(made).bad()
        states.append(made.state)

    assert states == [BreakerState.CLOSED] * 9 + [BreakerState.OPEN]


def test_a_released_call_does_not_open_it_though_old_good_ones_are_forgotten() -> None:
    clock = Clock()
    made = breaker(clock)
    for _ in range(11):
        permit(made).good()
    clock.now += 4
    for _ in range(10):
        permit(made).bad()
    clock.now += 16

    permit(made).release()

    assert made.state is BreakerState.CLOSED


def test_an_open_one_lets_nobody_through_until_its_time_is_over() -> None:
    clock = Clock()
    made = opened(clock)

    assert (made.wait(), made.admit()) == (5.0, None)
    clock.now += 4.5
    assert (made.wait(), made.admit(), made.state) == (0.5, None, BreakerState.OPEN)
    clock.now += 0.5
    assert (made.wait(), made.state) == (0.0, BreakerState.HALF_OPEN)


def test_one_probe_at_a_time_and_three_good_ones_close_it() -> None:
    clock = Clock()
    made = opened(clock)
    clock.now += 5

    for _ in range(3):
        assert made.state is BreakerState.HALF_OPEN
        probe = permit(made)
        assert (made.admit(), made.wait()) == (None, 1.0)
        probe.good()

    assert (made.state, made.wait()) == (BreakerState.CLOSED, 0.0)


def test_a_probe_that_is_released_frees_its_place_and_judges_nothing() -> None:
    clock = Clock()
    made = opened(clock)
    probed(made, clock).good()
    probed(made, clock).release()
    probed(made, clock).good()
    before = made.state

    probed(made, clock).good()

    assert (before, made.state) == (BreakerState.HALF_OPEN, BreakerState.CLOSED)


@pytest.mark.parametrize("is_connect", [False, True])
def test_a_bad_probe_opens_it_for_twice_as_long_up_to_a_minute(is_connect: bool) -> None:
    clock = Clock()
    made = opened(clock)

    waits = []
    for _ in range(6):
        probed(made, clock).bad(is_connect=is_connect)
        waits.append(made.wait())

    assert waits == [10, 20, 40, 60, 60, 60]


def test_once_closed_it_opens_for_the_shortest_time_again_and_has_forgotten_what_was() -> None:
    clock = Clock()
    made = opened(clock)
    probed(made, clock).bad()
    for _ in range(3):
        probed(made, clock).good()
    for _ in range(4):
        permit(made).bad(is_connect=True)
    assert made.state is BreakerState.CLOSED

    permit(made).bad(is_connect=True)

    assert made.wait() == 5


def test_probes_that_are_good_count_only_in_a_row() -> None:
    clock = Clock()
    made = opened(clock)
    for _ in range(2):
        probed(made, clock).good()
    probed(made, clock).bad()

    probed(made, clock).good()

    assert made.state is BreakerState.HALF_OPEN


@pytest.mark.parametrize(("draw", "wait"), [(0.0, 4.0), (MIDDLE, 5.0), (0.75, 5.5)])
def test_the_time_is_drawn_from_a_fifth_less_to_a_fifth_more(draw: float, wait: float) -> None:
    assert opened(Clock(), draw).wait() == pytest.approx(wait)


def test_years_of_bad_probes_do_not_overflow() -> None:
    clock = Clock()
    made = opened(clock)

    for _ in range(2000):
        probed(made, clock).bad()

    assert made.wait() == pytest.approx(60)


def test_a_call_from_before_it_opened_is_no_probe() -> None:
    clock = Clock()
    made = breaker(clock)
    old = [permit(made) for _ in range(4)]
    for _ in range(5):
        permit(made).bad(is_connect=True)
    clock.now += 5
    permit(made)

    old[0].good()
    old[1].bad()
    old[2].release()

    assert (made.state, made.admit()) == (BreakerState.HALF_OPEN, None)


def test_only_the_first_word_of_a_permit_counts() -> None:
    made = breaker(Clock())
    call = permit(made)
    call.good()

    for _ in range(20):
        call.bad(is_connect=True)

    assert made.state is BreakerState.CLOSED
