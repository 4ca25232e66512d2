"""Whether a session goes on, when it ended and how long it took: each bears on the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from adapters.declarative.sources import Source
from adapters.toolkit.durations import seconds_between
from adapters.toolkit.instants import later
from adapters.toolkit.record import Record
from gateway.spi import Json, Status

Fields: TypeAlias = dict[str, Json]
"""The fields of a session, as far as they are known."""

Judge: TypeAlias = Callable[[Fields, Record, list[str], datetime], datetime | None]
"""Adds to the fields what is known of an ending now; gives when time alone changes it, if ever."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How the end and the duration are read, where they are, and whether the start is."""

    ended_at: Source[datetime] | None
    duration: Source[float] | None
    has_start: bool

    def read_end(
        self, started_at: datetime | None, record: Record, kept: list[str]
    ) -> datetime | None:
        """Read the end; one that is before the start cannot be read."""
        source = self.ended_at
        if source is None:
            return None
        ended_at = source.read(record, kept)
        if ended_at is not None and started_at is not None and ended_at < started_at:
            source.refuse(record)
            return None
        return ended_at

    def tell(self, fields: Fields, record: Record, kept: list[str]) -> None:
        """Add how long it took: of what goes on, or may, the vendor's figure stays as it is."""
        if fields["status"] is not Status.ENDED:
            if self.duration is not None:
                kept.extend(self.duration.there(record))
            return
        length = None if self.duration is None else self.duration.read(record, kept)
        if length is None:
            length = seconds_between(fields.get("started_at"), fields["ended_at"])
        fields["duration_s"] = length


def by_words(
    source: Source[str],
    meanings: Mapping[str, str],
    otherwise: str,
    ends: Ends,
    *,
    is_native: bool,
) -> Judge:
    """Read the status from the vendor's words, which become the native status if they are it."""
    known = {said: Status(meaning) for said, meaning in meanings.items()}
    unknown = Status(otherwise)

    def judge(fields: Fields, record: Record, kept: list[str], _as_of: datetime) -> datetime | None:
        said = source.read(record, kept)
        status = Status.UNKNOWN if said is None else known.get(said, unknown)
        fields["status"] = status
        record.is_status_unknown = said is not None and said not in known
        if is_native:
            fields["native_status"] = said
        elif said is not None and said not in known:
            kept.extend(source.there(record))  # where else could it be seen?
        if status is Status.ACTIVE and ends.ended_at is not None:
            fields["ended_at"] = None
            kept.extend(ends.ended_at.there(record))  # What goes on has not ended.
        else:
            fields["ended_at"] = ends.read_end(fields.get("started_at"), record, kept)
        ends.tell(fields, record, kept)
        return None

    return judge


def by_end(ends: Ends, window: timedelta | None) -> Judge:
    """Tell the status from the end: without one it goes on, if it has not begun too long ago."""

    def judge(fields: Fields, record: Record, kept: list[str], as_of: datetime) -> datetime | None:
        before = len(record.unreadable)
        started_at = fields.get("started_at")
        ended_at = ends.read_end(started_at, record, kept)
        fields["ended_at"] = ended_at
        if ended_at is not None:
            status = Status.ENDED
        elif len(record.unreadable) > before or (ends.has_start and started_at is None):
            status = Status.UNKNOWN
        else:
            status = Status.ACTIVE if _is_within(window, started_at, as_of) else Status.UNKNOWN
        fields["status"] = status
        if status is not Status.UNKNOWN:
            fields["inferred"] = ("status",)
        ends.tell(fields, record, kept)
        if status is not Status.ACTIVE or window is None:
            return None
        return later(started_at, window)

    return judge


def untold(ends: Ends) -> Judge:
    """Say nothing of the status, where the vendor's records do not."""

    def judge(fields: Fields, record: Record, kept: list[str], _as_of: datetime) -> datetime | None:
        fields["status"] = Status.UNKNOWN
        fields["ended_at"] = ends.read_end(fields.get("started_at"), record, kept)
        ends.tell(fields, record, kept)
        return None

    return judge


def _is_within(window: timedelta | None, started_at: datetime | None, as_of: datetime) -> bool:
    """Say whether a session that began then may go on."""
    if window is None:
        return True
    return started_at is not None and as_of - started_at < window
