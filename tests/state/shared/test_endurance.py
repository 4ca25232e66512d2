"""Late answers are borne with a few times, and those who wait together lose the time once."""

from gateway.state.shared.endurance import MOST_SECONDS, Endurance
from tests.support.clock import Clock


def test_what_was_lost_by_waiting_grows_back_slowly() -> None:
    clock = Clock()
    endurance = Endurance(clock)

    clock.now = 0.030
    endurance.lose(since=0.0)
    left = [round(endurance.left(), 4)]
    for clock.now in (0.530, 1.030, 1000.0):
        left.append(round(endurance.left(), 4))

    assert left == [0.015, 0.025, 0.035, MOST_SECONDS]


def test_who_waits_at_the_same_time_loses_it_once() -> None:
    clock = Clock()
    endurance = Endurance(clock)

    clock.now = 0.020
    for since in (0.0, 0.001, 0.010):
        endurance.lose(since)
    clock.now = 0.025
    endurance.lose(since=0.005)

    assert round(endurance.left(), 3) == 0.020


def test_never_less_than_nothing_is_left_and_all_of_it_is_restored() -> None:
    clock = Clock()
    endurance = Endurance(clock)

    clock.now = 5.0
    endurance.lose(since=0.0)
    spent = endurance.left()
    endurance.restore()

    assert (spent, endurance.left()) == (0.0, MOST_SECONDS)
