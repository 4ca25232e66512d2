"""The sessions of an Ekran server, and what a window makes of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from adapters.simulators.catalogue import Catalogue
from adapters.simulators.ekran.manners import Manners
from adapters.simulators.world import Stay, World

ABROAD = timezone(timedelta(hours=5))
"""The zone of the clients that are not where the server is."""

_MOST_DAYS = 8  # that one stay touches: session numbers of different stays keep apart
_LONGEST = timedelta(hours=25)  # from midnight to midnight
_DAWN, _DUSK = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Visit:
    """A session: a stay, or what of it lies between two midnights."""

    number: int
    start: datetime
    end: datetime
    stay: Stay

    def activity_after(self, instant: datetime) -> datetime:
        """Give the first activity behind an instant."""
        return self.start + ((instant - self.start) // self._pause + 1) * self._pause

    def activity_before(self, instant: datetime) -> datetime:
        """Give the last activity ahead of an instant."""
        return self.start - ((self.start - instant) // self._pause + 1) * self._pause

    @property
    def _pause(self) -> timedelta:
        # Who does nothing between login and logout is clipped the furthest.
        is_idle = self.stay.luck < 0.3  # noqa: PLR2004  # three in ten
        return timedelta(days=2) if is_idle else timedelta(minutes=2 + self.stay.number % 11)


@dataclass(frozen=True, slots=True)
class Window:
    """What ``start`` and ``end`` choose, and what they do to it."""

    start: datetime | None
    end: datetime | None
    bounds_count: bool = False
    leaves_out_spanning: bool = False

    def chooses(self, visit: Visit) -> bool:
        """Choose by overlap ("4.1.3. Sessions (Post) Endpoint", note 1)."""
        if self.bounds_count and (visit.end == self.start or visit.start == self.end):
            return True
        is_late_enough = self.start is None or visit.end > self.start
        is_early_enough = self.end is None or visit.start < self.end
        return is_late_enough and is_early_enough and not self._leaves_out(visit)

    def _leaves_out(self, visit: Visit) -> bool:
        """Say whether a visit neither starts nor ends within, and whether that matters."""
        if not self.leaves_out_spanning or self.start is None or self.end is None:
            return False
        return visit.start < self.start and visit.end > self.end

    def span(self) -> tuple[datetime, datetime]:
        """Bound the starts of what it chooses."""
        return max(self.start or _DAWN, _DAWN) - _LONGEST, self.end or _DUSK

    def is_to_come(self, now: datetime) -> bool:
        """Say whether nothing can have overlapped it yet, not even what goes on."""
        return self.start is not None and now <= self.start

    def clip(self, visit: Visit, now: datetime) -> tuple[datetime, datetime]:
        """Move the ends of a visit to the activity within the window (the same, notes 2 and 3)."""
        first, last = visit.start, min(visit.end, now)
        if self.start is not None and first < self.start:
            first = min(visit.activity_after(self.start), last)
        if self.end is not None and last > self.end:
            last = max(visit.activity_before(self.end), first)
        return first, last


class Visits:
    """Every visit begun, by stays and by midnights."""

    def __init__(self, world: World, seed: int, manners: Manners) -> None:
        self._begun: Catalogue[Visit, Window] = Catalogue(
            order=_newest_first if manners.order == "newest_first" else _scattered_by(seed),
            chooses=Window.chooses,
        )
        self._news = world.watch()
        self._manners = manners
        self._to_come: list[Visit] = []

    def chosen(self, window: Window, now: datetime) -> Sequence[Visit]:
        """Give what overlaps a window by now, in the server's order."""
        self.catch_up(now)
        return [] if window.is_to_come(now) else self._begun.answer(window)

    def catch_up(self, now: datetime) -> None:
        """Let begin what has begun by now, and forget what was deleted."""
        self._begin(self._to_come, now)
        for change in self._news():
            visits = list(divided(change.stay, self._manners))
            if change.is_deletion:
                self._forget(visits)
            else:
                self._begin([*self._to_come, *visits], now)

    def _begin(self, visits: list[Visit], now: datetime) -> None:
        self._to_come = []
        for visit in visits:
            if visit.start <= now:
                self._begun.add(visit)
            else:
                self._to_come.append(visit)

    def _forget(self, visits: list[Visit]) -> None:
        for visit in visits:
            if visit in self._to_come:
                self._to_come.remove(visit)
            else:
                self._begun.remove(visit)


def divided(stay: Stay, manners: Manners) -> Iterator[Visit]:
    """Divide a stay: at midnight one session ends and another starts.

    So says "Monitoring Windows Clients". Whose midnight is not said.
    """
    zone = _zone_of(stay, manners)
    start, end = stay.start, _end(stay)
    for day in range(_MOST_DAYS):
        midnight = _midnight_after(start, zone)
        yield Visit(stay.number * _MOST_DAYS + day, start, min(end, midnight), stay)
        start = midnight
        if start >= end:
            break


def is_abroad(stay: Stay) -> bool:
    """Say whether a client is in another zone than the server."""
    return stay.number % 5 == 0


def _scattered_by(seed: int) -> Callable[[Visit], int]:
    """No order is documented: this one is stable, and follows nothing a reader knows."""
    return lambda visit: (visit.number * 2654435761 + seed) % 2**32


def _newest_first(visit: Visit) -> tuple[float, int]:
    return -visit.start.timestamp(), visit.number


def _zone_of(stay: Stay, manners: Manners) -> tzinfo:
    is_of_client = manners.midnights_of == "client" and is_abroad(stay)
    return ABROAD if is_of_client else ZoneInfo(manners.timezone)


def _midnight_after(instant: datetime, zone: tzinfo) -> datetime:
    tomorrow = instant.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


def _end(stay: Stay) -> datetime:
    """Leave now and then somebody logged in over a long weekend."""
    return stay.end + timedelta(hours=75) if stay.number % 29 == 0 else stay.end
