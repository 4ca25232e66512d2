"""The sessions of a Digital Samba team, found by id and by what a list is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from operator import le, lt

from adapters.simulators.catalogue import Catalogue
from adapters.simulators.digital_samba.records import id_of, room_id_of
from adapters.simulators.world import Stay, World, by_start

_DAY = timedelta(days=1)
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Filter:
    """What chooses sessions: by the days of their start, or by all the days they go on."""

    live: bool | None
    room_id: str | None
    date_start: date
    date_end: date
    is_of_overlap: bool = False

    def span(self) -> tuple[datetime, datetime]:
        """Bound the starts of what it chooses: days differ from those of UTC by less than one."""
        first = _FIRST_DAY if self.is_of_overlap else max(self.date_start, _FIRST_DAY)
        last = min(self.date_end, _LAST_DAY)
        return (
            datetime.combine(first, time(), UTC) - _DAY,
            datetime.combine(last, time(), UTC) + 2 * _DAY,
        )


class Sessions:
    """Every session begun, in the order of starts."""

    def __init__(self, world: World, seed: int, *, day_zone: tzinfo, last_day_counts: bool) -> None:
        self._now = world.now
        self._news = world.watch()
        self._seed = seed
        self._day_zone = day_zone
        self._is_within = le if last_day_counts else lt
        self._by_id: dict[str, Stay] = {}
        self._live: dict[int, Stay] = {}
        self._begun: Catalogue[Stay, Filter] = Catalogue(order=by_start, chooses=self._chooses)

    def find(self, native_id: str) -> Stay | None:
        """Give a session by its id."""
        self.catch_up()
        return self._by_id.get(native_id)

    def matching(self, asked: Filter) -> Sequence[Stay]:
        """Give what a filter chooses by now, the oldest first."""
        self.catch_up()
        return self._begun.answer(asked)

    def catch_up(self) -> None:
        """Let begin and end what does by now, and forget what was deleted."""
        now = self._now()
        for change in self._news():
            if change.is_deletion:
                self._forget(change.stay)
            else:
                self._begin(change.stay, now)
        for stay in [stay for stay in self._live.values() if stay.end <= now]:
            self._end(stay)

    def _begin(self, stay: Stay, now: datetime) -> None:
        if now < stay.end:
            self._live[stay.number] = stay
        self._by_id[id_of(stay, self._seed)] = stay
        self._begun.add(stay)

    def _end(self, stay: Stay) -> None:
        self._begun.remove(stay)
        del self._live[stay.number]
        self._begun.add(stay)  # among those that are not live

    def _forget(self, stay: Stay) -> None:
        self._begun.remove(stay)
        self._live.pop(stay.number, None)
        del self._by_id[id_of(stay, self._seed)]

    def _chooses(self, asked: Filter, stay: Stay) -> bool:
        day = stay.start.astimezone(self._day_zone).date()
        return (
            asked.live in (None, stay.number in self._live)
            and asked.room_id in (None, room_id_of(stay, self._seed))
            and asked.date_start <= (self._last_day(stay) if asked.is_of_overlap else day)
            and self._is_within(day, asked.date_end)
        )

    def _last_day(self, stay: Stay) -> date:
        is_live = stay.number in self._live
        return date.max if is_live else stay.end.astimezone(self._day_zone).date()
