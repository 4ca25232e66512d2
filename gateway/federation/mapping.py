"""From the records of a backend to sessions: what an adapter gives is checked before it is used."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Raw

from gateway.federation.familiar import Familiar, FamiliarRecords
from gateway.federation.flaws import Flaws, count_ahead
from gateway.federation.misfits import Misfits
from gateway.federation.reading_records import Pair, PlacedT, RecordReader, size_of
from gateway.federation.translating import translated
from gateway.model.report import ErrorCode
from gateway.model.session import Outline, Placed, Session
from gateway.spi.adapter import Mapped, Provenance, Rejected, SessionAdapter
from gateway.spi.errors import BadAnswer
from gateway.spi.pages import Address, RawPage

_SLICE = 200
"""Records mapped at a stretch: several pages may be mapped in the same turn of the loop."""

PlacedT_co = TypeVar("PlacedT_co", bound=Placed, covariant=True)
PlacedT_contra = TypeVar("PlacedT_contra", bound=Placed, contravariant=True)


class Taker(Protocol[PlacedT_contra]):
    """Takes what is on a page, some at a stretch."""

    def expect(self, records: int, size: int) -> None:
        """Get ready for so many records, of so many bytes in all."""

    def take(self, pairs: Sequence[tuple[PlacedT_contra, Raw]]) -> None:
        """Take some sessions, and the records they were. It may raise an upstream error."""


@dataclass(frozen=True, slots=True)
class BackendPage(Generic[PlacedT_co]):
    """One page of a backend in canonical words, and beside each session the record it was."""

    sessions: Sequence[PlacedT_co]
    records: Sequence[Raw]
    next: Address | None
    total: int | None
    as_of: datetime
    flaws: Flaws
    received: int
    """How many sessions were read: here, or by who took them."""
    size: int
    """Bytes of the records as they came."""
    requests: int = 1
    """How many were sent for it."""


class Mapper:
    """Maps the records of one backend, and counts what of them does not fit."""

    def __init__(
        self,
        name: str,
        adapter: SessionAdapter[Any],
        misfits: Misfits,
        familiar: FamiliarRecords | None = None,
    ) -> None:
        self._name = name
        self._adapter = adapter
        self._misfits = misfits
        self._familiar = familiar or Familiar().of_backend()
        self._last: Provenance | None = None

    async def page(self, raw: RawPage, as_of: datetime) -> BackendPage[Session]:
        """Map the records of a page."""
        reading = self._reading(as_of)
        return await _read(raw, reading, reading.mapped)

    async def placed_page(
        self,
        raw: RawPage,
        as_of: datetime,
        taker: Taker[Placed] | None = None,
        *,
        is_outlined: bool,
    ) -> BackendPage[Placed]:
        """Map the records of a page, or outline those of which the adapter gives outlines.

        What is taken is not kept.
        """
        reading = self._reading(as_of)
        if is_outlined:
            return await _read(raw, reading, reading.placed_of(raw), taker)
        return await _read(raw, reading, reading.mapped_of(raw), taker)

    def forget(self) -> None:
        """Forget what records were, so that each is read anew."""
        self._familiar.forget()

    def remade(self, records: Iterable[Raw], as_of: datetime) -> list[Session]:
        """Map records again that were sessions at this instant; raise for one that is none now."""
        provenance = self._provenance(as_of)
        with translated():
            return [_session(self._adapter.normalise(record, provenance)) for record in records]

    def replaced(
        self, records: Iterable[Raw], as_of: datetime, *, is_outlined: bool
    ) -> list[Placed]:
        """Map records again, or outline those of which the adapter gives outlines."""
        provenance, adapter = self._provenance(as_of), self._adapter
        if not is_outlined:
            return [*self.remade(records, as_of)]
        with translated():
            return [
                adapter.outline(record, provenance)
                or _session(adapter.normalise(record, provenance))
                for record in records
            ]

    def made(self, record: Raw, outline: Outline) -> Session:
        """Map a record that was outlined; raise if it is none, or another than was said."""
        with translated():
            session = _session(self._adapter.normalise(record, self._provenance(outline.as_of)))
        if _outlined(session) != _outlined(outline):
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "an outline of another session")
        self._familiar.note_made(record, outline, session)
        return session

    def _reading(self, as_of: datetime) -> RecordReader:
        return RecordReader(self._adapter, self._provenance(as_of), self._misfits, self._familiar)

    def _provenance(self, as_of: datetime) -> Provenance:
        # Sessions are made one by one of what was read at one instant.
        if self._last is None or self._last.as_of is not as_of:
            self._last = Provenance(self._name, self._adapter.vendor, as_of)
        return self._last


_OF_TIME = {"as_of", "holds_until"}
_outlined = attrgetter(*(name for name in Outline.__struct_fields__ if name not in _OF_TIME))


async def _read(
    raw: RawPage,
    reading: RecordReader,
    read: Callable[[Raw], Pair[PlacedT] | None],
    taker: Taker[PlacedT] | None = None,
) -> BackendPage[PlacedT]:
    """Read the records of a page, some at a stretch."""
    as_of = reading.provenance.as_of
    pairs: list[Pair[PlacedT]] = []
    received = ahead = 0
    size = size_of(raw)
    if taker is not None:
        taker.expect(len(raw.records), size)
    for start in range(0, len(raw.records), _SLICE):
        if len(raw.records) > _SLICE:
            await asyncio.sleep(0)  # To take so many out of their page took a while, too.
        sent = raw.records[start : start + _SLICE]
        # Slices would keep the whole page for as long as anybody keeps a session of it.
        some = [pair for pair in map(read, sent) if pair is not None]
        received += len(some)
        ahead += count_ahead((placed for placed, _ in some), as_of)
        if taker is not None:
            taker.take(some)
        else:
            pairs += some
    rejected = len(raw.records) - received
    reading.misfits.note_records(len(raw.records), rejected, as_of)
    return BackendPage(
        sessions=[placed for placed, _ in pairs],
        records=[record for _, record in pairs],
        next=raw.next,
        total=raw.total,
        as_of=as_of,
        flaws=Flaws(rejected, reading.unreadable, ahead),
        received=received,
        size=size,
    )


def legible(page: BackendPage[PlacedT]) -> BackendPage[PlacedT]:
    """Refuse a stream that begins with records of which none is a session."""
    rejected = page.flaws.rejected
    if rejected and not page.received:
        raise BadAnswer(ErrorCode.SCHEMA, f"none of {rejected} records is a session")
    return page


def _session(mapped: Mapped | Rejected) -> Session:
    if isinstance(mapped, Rejected):
        raise BadAnswer(ErrorCode.SCHEMA, "a record that was a session is none any more")
    return mapped.session
