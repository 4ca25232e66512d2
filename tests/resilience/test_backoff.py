"""The wait before asking again: drawn from the whole of a time that doubles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resilience.backoff import backoff_seconds, doubled

ALL = 1.0
"""More than is ever drawn: shows the time that is drawn from."""


def test_the_most_doubles_from_50_ms_to_2_s() -> None:
    most = [backoff_seconds(failures, lambda: ALL) for failures in range(1, 9)]

    assert most == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2, 2]


def test_the_most_doubles_from_1_s_to_20_s_where_the_vendor_asked_for_fewer_calls() -> None:
    most = [backoff_seconds(failures, lambda: ALL, is_throttled=True) for failures in range(1, 8)]

    assert most == [1, 2, 4, 8, 16, 20, 20]


@pytest.mark.parametrize("draw", [0.0, 0.25, 0.75])
def test_the_wait_is_drawn_from_all_of_it(draw: float) -> None:
    assert backoff_seconds(2, lambda: draw) == draw * 0.1


@given(st.integers(1, 10**400), st.booleans())
def test_no_number_of_failures_is_too_large(failures: int, is_throttled: bool) -> None:
    most = backoff_seconds(failures, lambda: ALL, is_throttled=is_throttled)

    assert 0 < most <= (20 if is_throttled else 2)


def test_a_time_is_never_longer_than_the_longest() -> None:
    assert doubled(60, 0, 15) == 15
