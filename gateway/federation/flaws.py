"""What is wrong with the records of a backend, counted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.model.report import BackendWarning
from gateway.model.session import Placed

_TOLERANCE = timedelta(seconds=60)
"""How far the clock of a vendor may be ahead before anybody is told."""


@dataclass(frozen=True, slots=True)
class Flaws:
    """How many records are no sessions, have unreadable fields, or start ahead of the clock here.

    Only those that are rejected are missing from an answer.
    """

    rejected: int = 0
    unreadable: int = 0
    ahead: int = 0

    def __add__(self, others: "Flaws") -> "Flaws":
        """Add up what is wrong here and there."""
        return Flaws(
            rejected=self.rejected + others.rejected,
            unreadable=self.unreadable + others.unreadable,
            ahead=self.ahead + others.ahead,
        )

    @property
    def warnings(self) -> Iterator[BackendWarning]:
        """Give what a report says of them."""
        if self.rejected:
            yield BackendWarning.REJECTED_ROWS
        if self.unreadable:
            yield BackendWarning.UNREADABLE_FIELDS
        if self.ahead:
            yield BackendWarning.CLOCK_SKEW


FLAWLESS = Flaws()


def count_ahead(sessions: Iterable[Placed], as_of: datetime) -> int:
    """Count the sessions that start well after the instant at which they were read."""
    latest = as_of + _TOLERANCE
    starts = (session.started_at for session in sessions)
    return sum(1 for start in starts if start is not None and start > latest)


def is_ahead(session: Placed, as_of: datetime) -> bool:
    """Say whether a session starts well after the instant at which it was read."""
    return session.started_at is not None and session.started_at - as_of > _TOLERANCE
