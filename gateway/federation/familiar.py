"""Records that came before as they are, and what they were placed as.

Who polls a vendor is sent most of what it was sent before. To know a record again takes a fraction
of what it takes to read it.
"""

from datetime import datetime, timedelta
from weakref import WeakSet

from msgspec import Raw, Struct

from gateway.model.session import Outline, Placed, Session

MAX_FAMILIAR_BYTES = 6 * 1024 * 1024
"""Of records and what places them, in each of two generations; seen sessions come on top."""

BESIDE_BYTES = 400
"""What a record takes beside its own bytes: an outline, its instants, and where they are found."""

_GENERATION = timedelta(seconds=60)

_SHARE_OF_A_PAGE = 0.5
"""A page that is longer would leave no room for others: those are lists, which are kept."""

_LEAST_SHARE = 0.1
"""Of the records of a page: to look for fewer costs more than it spares."""

_MOST_IN_VAIN = 5
"""Looks in vain that count: 2 to the power of this pages, less one, are passed by at most."""


class Known(Struct, gc=False):
    """What a record was placed as, as of an instant: that holds until another, or for ever."""

    record: Raw
    placed: Placed
    as_of: datetime
    until: datetime | None

    def holds(self, as_of: datetime) -> bool:
        """Say whether it is the same as of an instant."""
        return self.as_of <= as_of and (self.until is None or as_of < self.until)


class Familiar:
    """Room for the familiar records of all backends.

    They are in two generations. When the younger one is full, or a minute old, the elder is
    forgotten: what has not come again by then hardly will.
    """

    def __init__(self, max_bytes: int = MAX_FAMILIAR_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._begun: datetime | None = None
        self._backends: WeakSet[FamiliarRecords] = WeakSet()

    def of_backend(self) -> "FamiliarRecords":
        """Give a backend its part of the room."""
        records = FamiliarRecords(self)
        self._backends.add(records)
        return records

    def begin(self, as_of: datetime) -> None:
        """Begin another generation if this one is old as of an instant, or of the future."""
        if self._begun is None or not timedelta(0) <= as_of - self._begun < _GENERATION:
            self._grow_old(as_of)

    def suits(self, records: int, size: int) -> bool:
        """Say whether a page of so many records, of so many bytes in all, may be remembered."""
        return size + records * BESIDE_BYTES <= self._max_bytes * _SHARE_OF_A_PAGE

    def make_room(self, size: int) -> None:
        """Count a record of so many bytes in; it begins another generation if this one is full."""
        if self._bytes + size + BESIDE_BYTES > self._max_bytes:
            self._grow_old(self._begun)
        self._bytes += size + BESIDE_BYTES

    def _grow_old(self, begun: datetime | None) -> None:
        self._bytes, self._begun = 0, begun
        for each in self._backends:
            each.grow_old()


class FamiliarRecords:
    """The familiar records of one backend.

    Where next to none comes again they are looked for in ever fewer pages, up to two of 33: the
    second tells whether those of the first have come again.
    """

    def __init__(self, room: Familiar) -> None:
        self._room = room
        self._young: dict[bytes, Known] = {}
        self._old: dict[bytes, Known] = {}
        self._found = 0
        self._missed = 0
        self._in_vain = 0
        """How often in a row they were looked for in vain, as far as it matters."""
        self._is_second = False
        """Whether they were looked for in the page before the last, too."""
        self._passed_by = 0
        """Pages that follow in which they are not looked for."""

    def begin(self, records: int, size: int, as_of: datetime) -> bool:
        """Begin a page of so many records and bytes; say whether they are to be looked for."""
        self._judge()
        self._room.begin(as_of)
        if self._passed_by:
            self._passed_by -= 1
            self._is_second = False
            return False
        return self._room.suits(records, size)

    def find(self, written: bytes, as_of: datetime) -> tuple[Placed, Raw] | None:
        """Give what a record was placed as before, if that holds as of now, and the record.

        One that is found stays familiar for longer.
        """
        entry = self._young.get(written)
        if entry is None:
            entry = self._old.pop(written, None)
            if entry is None:
                self._missed += 1
                return None
            self.note(written, entry)
        self._found += 1
        return (entry.placed, entry.record) if entry.holds(as_of) else None

    def note(self, written: bytes, known: Known) -> None:
        """Remember what a record was placed as."""
        self._room.make_room(len(written))
        self._young[written] = known

    def note_made(self, record: Raw, outline: Outline, session: Session) -> None:
        """Remember the session that was made of an outline, if that is remembered."""
        entry = self._young.get(bytes(record)) if self._young else None
        if entry is not None and entry.placed is outline:
            entry.placed = session

    def forget(self) -> None:
        """Forget all of them."""
        self._young, self._old = {}, {}

    def grow_old(self) -> None:
        """Forget the elder generation, and begin another."""
        self._old, self._young = self._young, {}

    def _judge(self) -> None:
        """Judge by the last page whether it is worth while to go on."""
        sought = self._found + self._missed
        if sought == 0:
            return
        if self._found >= sought * _LEAST_SHARE:
            self._in_vain = 0
        elif self._is_second:
            self._in_vain = min(self._in_vain + 1, _MOST_IN_VAIN)
            self._passed_by = 2**self._in_vain - 1
        self._is_second = True
        self._found = self._missed = 0
