"""A server in trouble is left alone, and tried ever more rarely."""

from gateway.state.shared.rest import Rest
from tests.support.clock import Clock


def resting_after(*seconds_well: float) -> tuple[Rest, Clock]:
    """Give a rest that was ended and begun again, after being well for so long each time."""
    clock = Clock()
    rest = Rest(clock)
    for seconds in seconds_well:
        rest.end()
        clock.now += seconds
        rest.begin()
    return rest, clock


def wait(rest: Rest, clock: Clock) -> float:
    """Give the seconds until a try is due."""
    waited = 0.0
    while not rest.is_due:
        clock.now += 0.5
        waited += 0.5
    return waited


def test_it_is_tried_at_once_at_the_beginning_and_asked_by_nobody_before() -> None:
    rest, _ = resting_after()

    assert (rest.is_on, rest.is_due) == (True, True)


def test_tries_that_fail_come_twice_as_far_apart_up_to_half_a_minute() -> None:
    rest, clock = resting_after(1000)

    waits = []
    for _ in range(8):
        waits.append(wait(rest, clock))
        rest.prolong()

    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_trouble_that_comes_back_soon_after_a_good_try_makes_for_longer_rests() -> None:
    rest, clock = resting_after(100, 5, 5)

    assert wait(rest, clock) == 4


def test_who_was_well_for_a_minute_is_tried_again_after_a_second() -> None:
    rest, clock = resting_after(100, 5, 5, 60)

    assert wait(rest, clock) == 1


def test_trouble_is_news_once() -> None:
    rest, _ = resting_after()
    rest.end()

    assert [rest.begin(), rest.begin()] == [True, False]
