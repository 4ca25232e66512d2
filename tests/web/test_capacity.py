"""How many calls are let in: all there is room for, and fewer while they hold each other up."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from gateway.web.capacity import Capacity
from tests.support.clock import Clock

MOST = 256
SHORT, LONG = 0.001, 0.03


@dataclass
class Loop:
    """A loop whose laps take as long as a test says."""

    capacity: Capacity = field(default_factory=lambda: Capacity(MOST))
    clock: Clock = field(default_factory=Clock)

    def laps(self, seconds: float, times: int, running: int = MOST) -> int:
        """Let laps go by, 25 ms after each other or as long as they take; give what is let in."""
        for _ in range(times):
            self.clock.now += max(seconds, 0.025)
            self.capacity.lap(seconds, running, self.clock.now)
        return self.capacity.calls


def test_all_are_let_in_while_laps_are_short() -> None:
    assert Loop().laps(SHORT, 1000) == MOST


def test_fewer_are_let_in_than_are_answered_while_laps_are_long() -> None:
    assert Loop().laps(LONG, 6, running=40) == 32


def test_ever_fewer_are_let_in_down_to_a_few() -> None:
    loop = Loop()

    found = [loop.laps(LONG, 5, loop.capacity.calls) for _ in range(40)]

    assert found == sorted(found, reverse=True)
    assert found[-1] == 16


def test_one_long_lap_among_short_ones_changes_nothing() -> None:
    loop = Loop()
    for _ in range(50):
        loop.laps(0.2, 1)
        loop.laps(SHORT, 4)

    assert loop.capacity.calls == MOST


def test_more_are_let_in_again_little_by_little() -> None:
    loop = Loop()
    fewest = loop.laps(LONG, 200, running=16)

    soon, later = loop.laps(SHORT, 10), loop.laps(SHORT, 2000)

    assert fewest == 16
    assert 16 < soon < 32
    assert later == MOST


def test_all_are_let_in_after_a_second_of_quiet() -> None:
    loop = Loop()
    loop.laps(LONG, 200, running=16)

    loop.clock.now += 1.1
    loop.laps(LONG, 1)

    assert loop.capacity.calls == MOST


@given(
    most=st.integers(0, 300),
    laps=st.lists(st.tuples(st.floats(0, 3), st.integers(0, 300)), max_size=200),
)
def test_no_fewer_than_a_few_and_no_more_than_the_most_are_let_in(
    most: int, laps: list[tuple[float, int]]
) -> None:
    capacity, clock = Capacity(most), Clock()

    for seconds, running in laps:
        clock.now += seconds
        capacity.lap(seconds, running, clock.now)
        assert min(8, most) <= capacity.calls <= most
