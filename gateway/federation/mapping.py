"""From the records of a backend to sessions: what an adapter gives is checked before it is used."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Raw

from gateway.federation.flaws import Flaws, is_ahead
from gateway.federation.misfits import Misfits
from gateway.federation.translating import translated
from gateway.model.report import ErrorCode
from gateway.model.session import Session
from gateway.spi.adapter import Mapped, Provenance, Rejected, SessionAdapter
from gateway.spi.errors import BadAnswer
from gateway.spi.pages import Address, RawPage

_SLICE = 200
"""Records mapped at a stretch: several pages may be mapped in the same turn of the loop."""

_LONGEST_ID_BYTES = 1000
"""A session with a longer id could not be named in a cursor or a path."""

_LONGEST_SECONDS = 10_000 * 366 * 24 * 3600.0
"""A duration beyond the calendar's years cannot be compared with others."""

Take: TypeAlias = Callable[[Session, Raw], None]
"""What is done with a session and the record it was. It may raise an upstream error."""


@dataclass(frozen=True, slots=True)
class BackendPage:
    """One page of a backend in canonical words, and beside each session the record it was."""

    sessions: Sequence[Session]
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

    def __init__(self, name: str, adapter: SessionAdapter[Any], misfits: Misfits) -> None:
        self._name = name
        self._adapter = adapter
        self._misfits = misfits

    async def page(self, raw: RawPage, as_of: datetime, take: Take | None = None) -> BackendPage:
        """Map the records of a page, some at a stretch; what is taken is not kept."""
        provenance = self._provenance(as_of)
        sessions: list[Session] = []
        records: list[Raw] = []
        received = unreadable = ahead = size = 0
        if len(raw.records) > _SLICE:
            await asyncio.sleep(0)  # To take so many out of their page took a while, too.
        for start in range(0, len(raw.records), _SLICE):
            for one in raw.records[start : start + _SLICE]:
                # A slice would keep the whole page for as long as anybody keeps a session of it.
                record = one.copy()
                size += memoryview(record).nbytes
                mapped = self._adapter.normalise(record, provenance)
                if not isinstance(mapped, Mapped) or not self._is_usable(mapped.session):
                    continue
                received += 1
                if mapped.unreadable:
                    unreadable += 1
                    self._misfits.note_unreadable(mapped.unreadable)
                self._misfits.unknown_statuses += mapped.is_status_unknown
                ahead += is_ahead(mapped.session, as_of)
                if take is not None:
                    take(mapped.session, record)
                    continue
                sessions.append(mapped.session)
                records.append(record)
            await asyncio.sleep(0)
        rejected = len(raw.records) - received
        self._misfits.note_records(len(raw.records), rejected, as_of)
        return BackendPage(
            sessions=sessions,
            records=records,
            next=raw.next,
            total=raw.total,
            as_of=as_of,
            flaws=Flaws(rejected, unreadable, ahead),
            received=received,
            size=size,
        )

    def remade(self, records: Iterable[Raw], as_of: datetime) -> list[Session]:
        """Map records again that were sessions at this instant; raise for one that is none now."""
        provenance = self._provenance(as_of)
        with translated():
            return [_session(self._adapter.normalise(record, provenance)) for record in records]

    def _provenance(self, as_of: datetime) -> Provenance:
        return Provenance(self._name, self._adapter.vendor, as_of)

    def _is_usable(self, session: Session) -> bool:
        """Say whether a session can be named; raise if it cannot be one of this backend."""
        if session.backend != self._name:
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "a session of another backend")
        instants = (session.started_at, session.ended_at, session.last_activity_at)
        if any(instant is not None and instant.tzinfo is None for instant in instants):
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "an instant without a zone")
        if not 0 <= (session.duration_s or 0) <= _LONGEST_SECONDS:
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "a duration beyond all time")
        return len(session.native_id.encode()) <= _LONGEST_ID_BYTES


def legible(page: BackendPage) -> BackendPage:
    """Refuse a stream that begins with records of which none is a session."""
    rejected = page.flaws.rejected
    if rejected and not page.received:
        raise BadAnswer(ErrorCode.SCHEMA, f"none of {rejected} records is a session")
    return page


def _session(mapped: Mapped | Rejected) -> Session:
    if isinstance(mapped, Rejected):
        raise BadAnswer(ErrorCode.SCHEMA, "a record that was a session is none any more")
    return mapped.session
