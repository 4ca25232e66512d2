"""The time line: what is inserted and deleted, and how it is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from adapters.simulators.world import Stay, World
from tests.simulators.lives import EVENTS, Clock, Event
from tests.support.adapters import NOON

HOUR = timedelta(hours=1)


def living(rows: int = 20) -> tuple[World, Clock]:
    """Make a world, and the clock it lives by."""
    clock = Clock()
    return World(rows=rows, seed=1, clock=clock), clock


@given(events=EVENTS)
def test_stays_are_all_that_came_and_did_not_go_by_their_starts(events: list[Event]) -> None:
    world, clock = living()
    changes = world.watch()
    held: set[Stay] = set()
    for event in events:
        event.happen(world, clock)

        for change in changes():
            if change.is_deletion:
                held.remove(change.stay)
            else:
                held.add(change.stay)

        assert list(world.stays()) == sorted(held, key=lambda stay: (stay.start, stay.number))


def test_an_inserted_stay_has_its_times_and_the_next_number() -> None:
    world, clock = living(rows=20)
    clock.now += HOUR
    last = max(stay.number for stay in world.stays())

    stay = world.insert(NOON - 30 * HOUR, NOON - 29 * HOUR)

    assert (stay.start, stay.end) == (NOON - 30 * HOUR, NOON - 29 * HOUR)
    assert stay.number == last + 1
    assert stay in world.stays()


def test_a_stay_that_is_ended_ends_now_and_one_that_has_ended_does_not_change() -> None:
    world, clock = living()
    stay = world.insert(NOON - HOUR, NOON + 2 * HOUR)
    clock.now += HOUR

    ended = world.end(stay.number)
    clock.now += HOUR / 2
    again = world.end(stay.number)

    assert again == ended == replace(stay, end=NOON + HOUR)
    assert ended in world.stays()
    assert stay not in world.stays()


def test_numbers_are_never_given_twice() -> None:
    world, clock = living()
    numbers = [stay.number for stay in world.stays()]
    for _ in range(3):
        stay = world.insert(clock.now)
        world.delete(stay.number)
        clock.now += HOUR
        numbers.append(stay.number)
    numbers += [stay.number for stay in world.stays() if stay.start > NOON]

    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_no_stay_is_inserted_before_it_starts() -> None:
    world, clock = living()

    with pytest.raises(ValueError, match="yet to come"):
        world.insert(clock.now + timedelta(microseconds=1))


def test_a_stay_is_deleted_once() -> None:
    world, _ = living()
    world.delete(7)

    with pytest.raises(KeyError):
        world.delete(7)

    assert 7 not in {stay.number for stay in world.stays()}


def test_what_is_inserted_and_deleted_leaves_the_others_as_they_would_be() -> None:
    plain, calm = living()
    world, clock = living()
    world.delete(world.insert(NOON - HOUR).number)
    calm.now = clock.now = NOON + HOUR

    told = [(stay.start, stay.end, stay.person, stay.luck) for stay in world.stays()]

    assert told == [(stay.start, stay.end, stay.person, stay.luck) for stay in plain.stays()]
