"""Counting sessions by what they have in common."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gateway.model.matching import label
from gateway.model.query import Field
from gateway.model.session import Session

MAX_CELLS = 5_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TooManyCellsError(ValueError):
    """There are more different cells than an answer may hold."""


@dataclass(slots=True)
class Tabulation:
    """Counts of sessions by fields, and by the time of their start."""

    by: Sequence[Field]
    bucket: timedelta | None = None
    cells: Counter[tuple[str | datetime | None, ...]] = field(default_factory=Counter)

    def add(self, sessions: Iterable[Session]) -> None:
        """Count sessions in; raise :class:`TooManyCellsError` beyond the most there may be."""
        self.cells.update(map(self._cell, sessions))
        if len(self.cells) > MAX_CELLS:
            raise TooManyCellsError(f"more than {MAX_CELLS} cells")

    def _cell(self, session: Session) -> tuple[str | datetime | None, ...]:
        values = tuple(_VALUES[each](session) for each in self.by)
        return (
            values if self.bucket is None else (*values, self._begin_of_bucket(session.started_at))
        )

    def _begin_of_bucket(self, started_at: datetime | None) -> datetime | None:
        """Give the beginning of the bucket in which an instant lies, aligned in UTC."""
        if started_at is None or self.bucket is None:
            return None
        return started_at - (started_at - _EPOCH) % self.bucket


_VALUES: Mapping[Field, Callable[[Session], str | None]] = {
    Field.STATUS: lambda session: session.status.value,
    Field.BACKEND: lambda session: session.backend,
    Field.VENDOR: lambda session: session.vendor,
    Field.USER: lambda session: label(session.user),
    Field.SPACE: lambda session: label(session.space),
    Field.LANGUAGE: lambda session: session.language,
    Field.CLIENT: lambda session: session.client.name if session.client else None,
    Field.DEVICE: lambda session: label(session.device),
}

GROUPINGS = tuple(_VALUES)
"""What sessions can be counted by."""
