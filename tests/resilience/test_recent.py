"""What happened of late is counted, and nothing older is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resilience.recent import Recent
from tests.support.clock import Clock


@given(st.lists(st.integers(0, 12), max_size=60))
def test_what_is_younger_than_nine_tenths_counts_and_what_is_older_than_all_does_not(
    quarters: list[int],
) -> None:
    clock = Clock()
    recent = Recent(10.0, clock)
    noted: list[float] = []

    for each in quarters:
        clock.now += each / 4
        recent.note()
        noted.append(clock.now)
        ages = [clock.now - at for at in noted]

        assert sum(age <= 9 for age in ages) <= recent.count() <= sum(age < 10 for age in ages)


@pytest.mark.parametrize("seconds", [10, 1000])
def test_nothing_is_left_after_its_time(seconds: float) -> None:
    clock = Clock()
    recent = Recent(10.0, clock)
    recent.note()

    clock.now += seconds

    assert recent.count() == 0
