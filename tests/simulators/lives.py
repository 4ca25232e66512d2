"""What may happen to a world while somebody reads it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hypothesis import strategies as st

from adapters.simulators.world import World
from tests.support.adapters import NOON


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


class Event(Protocol):
    """Something that happens."""

    def happen(self, world: World, clock: Clock) -> None:
        """Let it happen."""


@dataclass(frozen=True)
class Pass:
    """Time passes, in which sessions start, end and go over midnight."""

    time: timedelta

    def happen(self, _world: World, clock: Clock) -> None:
        """Move the clock."""
        clock.now += self.time


@dataclass(frozen=True)
class Insert:
    """Somebody enters a session that began a while ago; without a length chance decides."""

    age: timedelta
    length: timedelta | None = None

    def happen(self, world: World, clock: Clock) -> None:
        """Insert a stay."""
        start = clock.now - self.age
        world.insert(start, None if self.length is None else start + self.length)


@dataclass(frozen=True)
class Delete:
    """Somebody deletes a session, of those there are."""

    place: int

    def happen(self, world: World, _clock: Clock) -> None:
        """Delete a stay, if there are any."""
        stays = world.stays()
        if stays:
            world.delete(stays[self.place % len(stays)].number)


@dataclass(frozen=True)
class End:
    """Somebody ends a session, of those there are: one that has ended stays as it is."""

    place: int

    def happen(self, world: World, _clock: Clock) -> None:
        """End a stay, if there are any."""
        stays = world.stays()
        if stays:
            world.end(stays[self.place % len(stays)].number)


_HOUR = timedelta(hours=1)
_PASSES = st.sampled_from(
    [timedelta(0), timedelta(seconds=1), timedelta(seconds=40), _HOUR / 9, 3 * _HOUR, 13 * _HOUR]
).map(Pass)
_AGES = st.sampled_from([timedelta(0), _HOUR / 60, _HOUR]) | st.timedeltas(
    timedelta(0), timedelta(days=2)
)
_LENGTHS = st.none() | st.timedeltas(timedelta(0), timedelta(days=3))
# The newest are under way: -1 is the last.
_PLACES = st.integers(-5, 200)
EVENTS = st.lists(
    _PASSES | st.builds(Insert, _AGES, _LENGTHS) | _PLACES.map(Delete) | _PLACES.map(End),
    max_size=6,
)
