"""Moments as bounds of a vendor's filter: written as it reads them, rather wider than closer."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from adapters.declarative.language.abilities import RangeFilter
from adapters.declarative.language.part import substituted
from adapters.declarative.language.values import span_of

Side: TypeAlias = Literal["ge", "lt"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORIGIN = datetime(1, 1, 1)  # noqa: DTZ001  # wall time is counted from here
_MICROSECOND = timedelta(microseconds=1)

# Beyond these a bound might leave the years that can be written, once it is widened.
_EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
_LATEST = datetime(9998, 12, 31, tzinfo=UTC)

_EPOCHS = {
    "epoch_s": timedelta(seconds=1),
    "epoch_ms": timedelta(milliseconds=1),
    "epoch_us": _MICROSECOND,
}
_DAY = timedelta(days=1)
_UTC = ZoneInfo("UTC")
_STEP = timedelta(hours=1)
_MOVED = 4 * _STEP


class Bounds:
    """Writes the bounds of one filter."""

    def __init__(self, part: RangeFilter, options: Mapping[str, str]) -> None:
        """Take what a file says of them. Raises ``ValueError`` for an option that is no zone."""
        self._format = part.format
        self._zone = _zone(substituted(part.zone, {"options": dict(options)}))
        self._span = max(_EPOCHS.get(part.format, _MICROSECOND), span_of(part.granularity))
        if part.format == "date":
            self._span = max(self._span, _DAY)
        self._is_outward = part.rounding == "outward"
        self._widening = _DAY * part.widen_days
        self._is_past_only = part.past_only

    @property
    def is_precise(self) -> bool:
        """Whether every bound is sent as it was asked for, or cut as the file has it."""
        return self._is_written_as_it_is and not self._is_past_only

    @property
    def _is_written_as_it_is(self) -> bool:
        may_be_ambiguous = self._format == "iso_local" and self._zone != _UTC
        is_fine = self._span == _MICROSECOND and not self._widening
        return not self._is_outward or (is_fine and not may_be_ambiguous)

    def is_sent(self, side: Side, instant: datetime, now: datetime) -> bool:
        """Say whether a bound is sent by now: it may be that it has to be of the past."""
        if not self._is_past_only:
            return True
        # Rounded, and moved out of an hour that occurs twice, it lies no further than this.
        return instant + self._shift(side) < now - 2 * self._span - _MOVED

    def written(self, side: Side, instant: datetime) -> str | int | None:
        """Write a bound; none where it would leave nothing out, or cannot be written."""
        moment = _kept_writable(side, instant.astimezone(UTC))
        if moment is None:
            return None
        widened = moment + self._shift(side)
        if self._format in _EPOCHS:
            return self._rounded(side, widened - _EPOCH) // _EPOCHS[self._format]
        return self._on_the_wall(side, widened)

    def _shift(self, side: Side) -> timedelta:
        return -self._widening if side == "ge" else self._widening

    def _on_the_wall(self, side: Side, moment: datetime) -> str:
        """Write what a calendar and a clock show.

        A reader of local time may take an hour that occurs twice for either, and one that is left
        out for what lies before or behind it. So a bound moves on until it holds for both.
        """
        zone = UTC if self._format == "iso" else self._zone
        step = -_STEP if side == "ge" else _STEP
        wall = self._wall(side, moment, zone)
        while self._is_outward and _loses(side, _readings(wall, zone), moment):
            wall = self._wall(side, moment + step, zone)
            step *= 2
        return self._text(wall)

    def _wall(self, side: Side, moment: datetime, zone: tzinfo) -> datetime:
        """Give the wall time of a moment, rounded."""
        wall = moment.astimezone(zone).replace(tzinfo=None)
        return _ORIGIN + self._rounded(side, wall - _ORIGIN)

    def _rounded(self, side: Side, since: timedelta) -> timedelta:
        count = since // self._span
        is_between = count * self._span != since
        if side == "lt" and self._is_outward and is_between:
            count += 1
        return count * self._span

    def _text(self, wall: datetime) -> str:
        if self._format == "date":
            return wall.date().isoformat()
        is_whole_ms = wall.microsecond % 1000 == 0
        finest = "milliseconds" if is_whole_ms else "microseconds"
        written = wall.isoformat(timespec="seconds" if wall.microsecond == 0 else finest)
        return f"{written}Z" if self._format == "iso" else written


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (OSError, KeyError) as error:
        raise ValueError(f"{name!r} is no name of the IANA time zone database") from error


def _kept_writable(side: Side, moment: datetime) -> datetime | None:
    """Bring a bound into the years that can be written; none where that would lose a match."""
    if side == "ge":
        return None if moment < _EARLIEST else min(moment, _LATEST)
    return None if moment > _LATEST else max(moment, _EARLIEST)


def _readings(wall: datetime, zone: tzinfo) -> set[datetime]:
    return {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}


def _loses(side: Side, readings: set[datetime], moment: datetime) -> bool:
    """Say whether a reading would leave out what lies within the bound."""
    return max(readings) > moment if side == "ge" else min(readings) < moment
