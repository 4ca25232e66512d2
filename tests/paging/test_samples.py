"""Some of the rows tell how far the first of all of them reach."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.paging.samples import reach_of

ALL = [1000 + number * number for number in range(20_000)]
"""The rows lie ever less densely."""


@pytest.mark.parametrize("wanted", [500, 2000, 10_000])
def test_a_fair_sample_tells_about_how_far_the_first_rows_reach(wanted: int) -> None:
    sample = random.Random(4711).sample(ALL, 1000)

    reach = reach_of(sample, of=len(ALL), wanted=wanted)

    assert reach is not None
    assert wanted * 0.7 < sum(value < reach for value in ALL) < wanted * 1.4


@pytest.mark.parametrize("wanted", [20, 500, 999])
def test_of_rows_in_the_order_the_first_are_known(wanted: int) -> None:
    reach = reach_of(ALL[:1000], of=len(ALL), wanted=wanted)

    assert reach == ALL[wanted]


def test_beyond_rows_in_the_order_it_goes_on_as_it_ends() -> None:
    reach = reach_of(range(1000, 2000), of=20_000, wanted=5000)

    assert reach == 6000


def test_rows_in_the_opposite_order_tell_nothing_of_the_beginning() -> None:
    assert reach_of(ALL[:-1000:-1], of=len(ALL), wanted=500) is None


@pytest.mark.parametrize("values", [[], [1], [5] * 10, [5] * 1000])
def test_too_few_values_tell_nothing(values: list[int]) -> None:
    assert reach_of(values, of=20_000, wanted=500) is None


@given(st.lists(st.integers(), max_size=40), st.integers(1, 10**6), st.integers(1, 1000))
def test_whatever_came_nothing_before_the_nearest_row_is_told(
    values: list[int], more: int, wanted: int
) -> None:
    reach = reach_of(values, of=len(values) + more, wanted=wanted)

    assert reach is None or reach >= min(values)
