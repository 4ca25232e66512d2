"""Reading the records of one page: known again, outlined or mapped, and checked before use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from msgspec import UNSET, Raw, UnsetType

from gateway.federation.familiar import FamiliarRecords, Known
from gateway.federation.misfits import Misfits
from gateway.model.report import ErrorCode
from gateway.model.session import Placed, Session
from gateway.spi.adapter import Mapped, Provenance, SessionAdapter
from gateway.spi.errors import BadAnswer
from gateway.spi.pages import RawPage

_LONGEST_ID_BYTES = 1000
"""A session with a longer id could not be named in a cursor or a path."""

_SURELY_SHORT = _LONGEST_ID_BYTES // 4
"""No character takes more than four bytes."""

_LONGEST_SECONDS = 10_000 * 366 * 24 * 3600.0
"""A duration beyond the calendar's years cannot be compared with others."""

_Until: TypeAlias = datetime | UnsetType | None
"""When time alone makes another session of a record: never, or nobody says."""

PlacedT = TypeVar("PlacedT", bound=Placed)

Pair: TypeAlias = tuple[PlacedT, Raw]
"""A session, or what places it, and the record it was."""


@dataclass(slots=True)
class RecordReader:
    """The records of one page being read, and what of them does not fit."""

    adapter: SessionAdapter[Any]
    provenance: Provenance
    misfits: Misfits
    familiar: FamiliarRecords
    unreadable: int = 0

    def placed_of(self, raw: RawPage) -> "Callable[[Raw], Pair[Placed] | None]":
        """Give what places the records of a page."""
        return self.recognised if self._are_sought(raw) else self.placed

    def mapped_of(self, raw: RawPage) -> "Callable[[Raw], Pair[Session] | None]":
        """Give what maps the records of a page."""
        return self.mapped_again if self._are_sought(raw) else self.mapped

    def _are_sought(self, raw: RawPage) -> bool:
        return self.familiar.begin(len(raw.records), size_of(raw), self.provenance.as_of)

    def recognised(self, sent: Raw) -> Pair[Placed] | None:
        """Place a record as it was placed before, else anew."""
        written = bytes(sent)
        known = self.familiar.find(written, self.provenance.as_of)
        return known or self._noted(written, self._placed)

    def mapped_again(self, sent: Raw) -> Pair[Session] | None:
        """Map a record as it was mapped before, else anew."""
        written = bytes(sent)
        known = self.familiar.find(written, self.provenance.as_of)
        if known is not None and isinstance(known[0], Session):
            return known[0], known[1]
        return self._noted(written, self._mapped)

    def _noted(
        self, written: bytes, read: Callable[[Raw], tuple[PlacedT, _Until] | None]
    ) -> Pair[PlacedT] | None:
        """Read a record, and remember what it was placed as for as long as that holds."""
        record = Raw(written)
        found = read(record)
        if found is None:
            return None
        placed, until = found
        if until is not UNSET:
            self.familiar.note(written, Known(record, placed, self.provenance.as_of, until))
        return placed, record

    def placed(self, sent: Raw) -> Pair[Placed] | None:
        """Outline a record, else map it; none if it is no session that can be named."""
        record = sent.copy()
        found = self._placed(record)
        return None if found is None else (found[0], record)

    def mapped(self, sent: Raw) -> Pair[Session] | None:
        """Map a record; none if it is no session that can be named."""
        record = sent.copy()
        found = self._mapped(record)
        return None if found is None else (found[0], record)

    def _placed(self, record: Raw) -> tuple[Placed, _Until] | None:
        outline = self.adapter.outline(record, self.provenance)
        if outline is None:
            return self._mapped(record)
        return (outline, outline.holds_until) if self._is_sound(outline) else None

    def _mapped(self, record: Raw) -> tuple[Session, _Until] | None:
        mapped = self.adapter.normalise(record, self.provenance)
        if not isinstance(mapped, Mapped):
            return None
        session = mapped.session
        if not 0 <= (session.duration_s or 0) <= _LONGEST_SECONDS:
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "a duration beyond all time")
        if not self._is_sound(session):
            return None
        if not (mapped.unreadable or mapped.is_status_unknown):
            return session, mapped.holds_until
        if mapped.unreadable:
            self.unreadable += 1
            self.misfits.note_unreadable(mapped.unreadable)
        self.misfits.unknown_statuses += mapped.is_status_unknown
        return session, UNSET  # Its flaws are counted whenever it comes.

    def _is_sound(self, session: Placed) -> bool:
        """Say whether a session can be named; raise for what cannot be one of this backend."""
        if session.backend != self.provenance.backend:
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "a session of another backend")
        for instant in (session.started_at, session.ended_at, session.last_activity_at):
            if instant is not None and instant.tzinfo is None:
                raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "an instant without a zone")
        native_id = session.native_id
        return len(native_id) <= _SURELY_SHORT or len(native_id.encode()) <= _LONGEST_ID_BYTES


def size_of(raw: RawPage) -> int:
    """Count the bytes of the records of a page."""
    return sum(map(len, raw.records))
