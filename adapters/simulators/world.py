"""The made-up lives that simulators tell in each vendor's words.

A world is a time line fixed by its seed. What a simulator shows at an instant is the part of the
line up to that instant: seen with a running clock sessions start, go on and end; with a
standing clock nothing changes but what a test inserts and deletes.
"""

import random
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

_FIRST_NAMES = (
    "Amélie", "Björn", "Chiara", "Dmitri", "Esra", "Fatou", "Gábor", "Hana", "Ines", "Jonas",
    "Kofi", "Léa", "Mateo", "Nuria", "Olu", "Priya", "Quentin", "Rosa", "Søren", "Tomáš",
)  # fmt: skip
_LAST_NAMES = (
    "Adler", "Brandt", "Costa", "Dubois", "Eriksen", "Fontaine", "García", "Horvat", "Ito",
    "Jansen", "Keller", "Lindqvist", "Moreau", "Novák", "Okafor", "Petrov", "Ricci", "Silva",
)  # fmt: skip

_MEAN_GAP_PAST = timedelta(minutes=9)
_MEAN_GAP_LIVE = timedelta(seconds=25)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is not real."""

    number: int
    first_name: str
    last_name: str

    @property
    def login(self) -> str:
        """Give the account name, in ASCII."""
        return f"user{self.number:03d}"

    @property
    def full_name(self) -> str:
        """Give the name as people write it."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch of somebody's presence.

    ``number`` counts from 1 as stays come to be held: in the order of starts, but for those that
    are inserted later.
    """

    number: int
    start: datetime
    end: datetime
    person: Person
    luck: float
    """A number in [0, 1) that decides the stay's small differences."""

    def choose(self, *among: str) -> str:
        """Choose by luck."""
        return among[int(self.luck * 9973) % len(among)]


@dataclass(frozen=True, slots=True)
class Change:
    """A stay that came to be held, or that was deleted."""

    stay: Stay
    is_deletion: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a simulator holds, in canonical words: the oracle of tests."""

    native_id: str
    started_at: datetime | None
    status: str
    user: frozenset[str] = frozenset()


by_start = attrgetter("start", "number")
"""The order of starts; the number decides between those of one instant."""


class World:
    """A time line of stays, and the clock it is watched with, which never goes back."""

    def __init__(self, *, rows: int, seed: int, clock: Callable[[], datetime]) -> None:
        """Make ``rows`` stays that started before now, and more to come as the clock goes on."""
        self.now = clock
        opened = clock()
        self._stays: list[Stay] = []
        self._changes: list[Change] = []
        self._held: dict[int, Stay] = {}
        self._last_number = 0
        self._insertions = random.Random(f"{seed}-insertions")
        self._future = _future(random.Random(f"{seed}-future"), opened, rows)
        for stay in _past(random.Random(f"{seed}-past"), opened, rows):
            self._hold(stay)
        self._next = next(self._future)

    def stays(self) -> Sequence[Stay]:
        """Give every stay that has started by now and is not deleted, oldest first."""
        self._go_on()
        return self._stays

    def watch(self) -> Callable[[], Sequence[Change]]:
        """Give a call that tells what has changed since it was called last, in that order.

        The first time it tells everything, from a world of no stays on.
        """
        told = 0

        def changes() -> Sequence[Change]:
            nonlocal told
            self._go_on()
            news = self._changes[told:]
            told += len(news)
            return news

        return changes

    def insert(self, start: datetime, end: datetime | None = None) -> Stay:
        """Hold one more stay, which began at any instant up to now; without an end chance has it.

        ValueError: the start is yet to come.
        """
        if start > self.now():
            raise ValueError(f"inserting a stay that starts at {start}, which is yet to come")
        self._go_on()
        stay = _stay(self._insertions, self._last_number + 1, start)
        stay = replace(stay, end=end or stay.end)
        self._hold(stay)
        return stay

    def delete(self, number: int) -> None:
        """Hold a stay no longer; its number is not given again. KeyError: it is not held."""
        self._go_on()
        stay = self._held.pop(number)
        del self._stays[bisect_left(self._stays, by_start(stay), key=by_start)]
        self._changes.append(Change(stay, is_deletion=True))

    def end(self, number: int) -> Stay:
        """Let a stay that goes on end now; to those who watch it goes, and comes changed.

        KeyError: it is not held.
        """
        self._go_on()
        stay = self._held[number]
        ended = replace(stay, end=min(stay.end, self.now()))
        self._stays[bisect_left(self._stays, by_start(stay), key=by_start)] = ended
        self._held[number] = ended
        self._changes += [Change(stay, is_deletion=True), Change(ended)]
        return ended

    def _go_on(self) -> None:
        now = self.now()
        while self._next.start <= now:
            self._hold(replace(self._next, number=self._last_number + 1))
            self._next = next(self._future)

    def _hold(self, stay: Stay) -> None:
        self._last_number = stay.number
        self._held[stay.number] = stay
        insort(self._stays, stay, key=by_start)
        self._changes.append(Change(stay))


def _past(chance: random.Random, opened: datetime, rows: int) -> list[Stay]:
    starts = []
    start = opened - timedelta(seconds=chance.uniform(1, 40))
    for _ in range(rows):
        starts.append(start)
        start -= _gap(chance, _MEAN_GAP_PAST)
    return [_stay(chance, number, at) for number, at in enumerate(reversed(starts), start=1)]


def _future(chance: random.Random, opened: datetime, rows: int) -> Iterator[Stay]:
    start, number = opened, rows
    while True:
        number += 1
        start += _gap(chance, _MEAN_GAP_LIVE) + timedelta(seconds=1)
        yield _stay(chance, number, start)


def _gap(chance: random.Random, mean: timedelta) -> timedelta:
    """Leave no gap now and then: starts in the same instant are what tie-breaks are for."""
    if chance.random() < 0.08:  # noqa: PLR2004  # one start in twelve
        return timedelta(0)
    return timedelta(microseconds=round(chance.expovariate(1 / mean.total_seconds()) * 1e6))


def _stay(chance: random.Random, number: int, start: datetime) -> Stay:
    length = timedelta(seconds=round(20 + chance.lognormvariate(6.2, 1.1), 3))
    person = chance.randrange(200)
    return Stay(
        number=number,
        start=start,
        end=start + min(length, timedelta(hours=9)),
        person=Person(
            person,
            _FIRST_NAMES[person % len(_FIRST_NAMES)],
            _LAST_NAMES[person % len(_LAST_NAMES)],
        ),
        luck=chance.random(),
    )
