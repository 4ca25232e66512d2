"""What of a vendor's answers does not fit its adapter, counted: how a vendor that changes shows."""

from collections.abc import Iterable
from datetime import datetime

from gateway.model.report import ErrorCode

_MOST_NAMES = 50
_LONGEST_NAME = 100
OTHER_FIELDS = "*"
"""What fields are counted by whose names are too many, or too long."""

_OF_ANSWERS = frozenset({ErrorCode.BAD_PAYLOAD, ErrorCode.SCHEMA})
"""The failures by which an answer as a whole is not what was asked for."""


class Misfits:
    """The misfits of one backend: whatever is read again counts again.

    Of what the vendor sends only names of fields are told, which its adapter knows them by: no
    values, lest one tells of a person. A plugin may name anything, so they are bounded.
    """

    def __init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        """Forget what was counted before."""
        self.since: datetime | None = None
        """When the first of it was read."""
        self.records = 0
        """How many records were read."""
        self.rejected = 0
        """How many of them are no sessions."""
        self.unknown_statuses = 0
        """How many have a word for their status that is not known."""
        self.bad_answers = 0
        """How many answers could not be read at all."""
        self.unreadable_fields: dict[str, int] = {}
        """How often which field could not be read."""

    def note_failure(self, code: ErrorCode, now: datetime) -> None:
        """Count an answer that could not be read; other failures tell nothing of its form."""
        if code in _OF_ANSWERS:
            self.since = self.since or now
            self.bad_answers += 1

    def note_records(self, received: int, rejected: int, as_of: datetime) -> None:
        """Count the records of an answer."""
        self.since = self.since or as_of
        self.records += received
        self.rejected += rejected

    def note_unreadable(self, names: Iterable[str]) -> None:
        """Count the fields of one record that could not be read."""
        known = self.unreadable_fields
        for name in names:
            is_told = name in known or (
                len(known) < _MOST_NAMES and len(name) <= _LONGEST_NAME and name.isprintable()
            )
            key = name if is_told else OTHER_FIELDS
            known[key] = known.get(key, 0) + 1
