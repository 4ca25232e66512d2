"""Pacing: a burst at once, evenly from then on, and no stretch of time with more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.transport.pacing import Pacer
from tests.support.clock import Clock


def test_a_burst_goes_out_at_once_and_the_rest_evenly() -> None:
    pacer = Pacer(2, 1.0, Clock(), burst=3)

    assert [pacer.delay() for _ in range(6)] == [0, 0, 0, 0.5, 1, 1.5]


def test_after_a_while_of_nothing_there_is_a_burst_again_and_no_more() -> None:
    clock = Clock()
    pacer = Pacer(2, 1.0, clock, burst=3)
    for _ in range(3):
        pacer.delay()

    clock.now += 1000

    assert [pacer.delay() for _ in range(5)] == [0, 0, 0, 0.5, 1]


def test_time_that_went_by_brings_back_as_much_of_a_burst() -> None:
    clock = Clock()
    pacer = Pacer(2, 1.0, clock, burst=3)
    for _ in range(3):
        pacer.delay()

    clock.now += 1

    assert [pacer.delay() for _ in range(4)] == [0, 0, 0.5, 1]


@pytest.mark.parametrize(
    ("requests", "seconds", "burst"), [(1, 1, 1), (20, 1, 5), (1000, 60, 17), (600, 3600, 1)]
)
def test_a_burst_is_what_a_second_holds_and_no_more_than_a_quarter(
    requests: int, seconds: float, burst: int
) -> None:
    pacer = Pacer(requests, seconds, Clock())

    delays = [pacer.delay() for _ in range(burst + 1)]

    assert delays[:burst] == pytest.approx([0] * burst)
    assert delays[burst] == pytest.approx(seconds / requests)


def test_to_ask_for_the_wait_takes_no_place() -> None:
    pacer = Pacer(2, 1.0, Clock(), burst=1)
    pacer.delay()

    asked = [pacer.wait() for _ in range(3)]

    assert (asked, pacer.delay()) == ([0.5] * 3, 0.5)


@given(
    requests=st.integers(1, 50),
    seconds=st.sampled_from([0.5, 1.0, 7.0, 60.0]),
    burst=st.integers(1, 20),
    begin=st.sampled_from([0.0, 1e6]),
    pauses=st.lists(st.just(0.0) | st.floats(0, 100), min_size=1, max_size=60),
)
def test_no_stretch_of_time_holds_more_than_a_burst_and_what_its_length_allows(
    requests: int, seconds: float, burst: int, begin: float, pauses: list[float]
) -> None:
    clock = Clock(begin)
    pacer = Pacer(requests, seconds, clock, burst)
    places = []
    for pause in pauses:
        clock.now += pause
        places.append(clock.now + pacer.delay())

    assert places == sorted(places)
    for index, first in enumerate(places):
        for count, last in enumerate(places[index:], start=1):
            # Floats of so many seconds are good to a microsecond.
            assert count <= burst + (last - first + 1e-6) * requests / seconds


@given(
    requests=st.integers(1, 8),
    burst=st.integers(1, 5),
    quarters=st.lists(st.integers(0, 10), min_size=1, max_size=40),
)
def test_nobody_waits_for_longer_than_that_takes(
    requests: int, burst: int, quarters: list[int]
) -> None:
    clock = Clock()
    pacer = Pacer(requests, float(requests) / 4, clock, burst)
    places: list[float] = []
    for each in quarters:
        clock.now += each / 4
        place = clock.now + pacer.delay()

        earliest = [at + 0.25 * (len(places) - index) for index, at in enumerate(places)]
        full = max(earliest, default=0.0) - 0.25 * (burst - 1)
        assert place == max(clock.now, full)
        places.append(place)
