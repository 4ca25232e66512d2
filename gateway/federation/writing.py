"""Carrying out writes: each is sent once, and goes on to its end whoever waits for it."""

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

from gateway.federation.attempt import Attempt, Written
from gateway.federation.backend import Backend, Failed
from gateway.federation.changes import Change
from gateway.federation.deadline import Deadline
from gateway.federation.details import KeptDetails
from gateway.federation.filling import Listings
from gateway.federation.flights import LastingFlights
from gateway.federation.ranges import KeptRanges
from gateway.model.report import (
    BackendReport,
    BackendStatus,
    ErrorCode,
    Failure,
    ServedFrom,
)
from gateway.model.session import Session
from gateway.spi.adapter import Refused, Write

_End: TypeAlias = Written | Refused | Failed


@dataclass(frozen=True, slots=True)
class Carried:
    """A write was carried out. ``session`` is none where it is not told apart from others."""

    session: Session | None
    is_new: bool
    report: BackendReport


WriteResult: TypeAlias = Carried | Refused | Failure


class Writing:
    """Writes to all backends, and what they change of what is kept."""

    def __init__(self, listings: Listings, ranges: KeptRanges, details: KeptDetails) -> None:
        self._listings = listings
        self._ranges = ranges
        self._details = details
        self._under_way: LastingFlights[_End] = LastingFlights()

    async def carry_out(self, backend: Backend, write: Write, deadline: Deadline) -> WriteResult:
        """Carry out a write, and say by the deadline what became of it.

        One that the vendor may have been sent by then goes on by itself, and its end is unknown;
        one that has not come so far is given up.
        """
        attempt = Attempt(backend, write)
        task = self._under_way.start(attempt, lambda: self._ended(attempt))
        await asyncio.wait([task], timeout=deadline.left())
        if not task.done() and not attempt.has_begun:
            task.cancel()
            await asyncio.wait([task])
            return backend.timed_out().failure
        if not task.done():
            return backend.failed(attempt.unknown("no answer within a deadline")).failure
        return _result(task.result())

    async def settled(self) -> None:
        """Wait until the writes under way have come to their ends."""
        await self._under_way.settled()

    async def close(self) -> None:
        """End the writes under way."""
        await self._under_way.close()

    async def _ended(self, attempt: Attempt) -> _End:
        try:
            end = await attempt.make()
        except asyncio.CancelledError:
            if attempt.has_begun:
                self._note(attempt.backend, None)
            raise
        match end:
            case Written():
                self._note(attempt.backend, end.change)
            case Failed(Failure(code=ErrorCode.WRITE_OUTCOME_UNKNOWN)):
                self._note(attempt.backend, None)
        return end

    def _note(self, backend: Backend, change: Change | None) -> None:
        """Have the next list show what was written; where that is not known, have all read anew."""
        backend.changes.note(change)
        backend.shelf.outdate()
        self._ranges.drop(backend.identity)
        self._details.drop(backend.identity)
        if change is None:
            self._listings.kept.drop(backend.identity)
        else:
            backend.vanished.note_write(change)
            self._listings.kept.put(backend.identity, *change)


def _result(end: _End) -> WriteResult:
    match end:
        case Written():
            return Carried(end.change[0] if end.change else None, end.is_new, _report(end))
        case Failed(failure):
            return failure
        case Refused():
            return end


def _report(written: Written) -> BackendReport:
    rejected = written.flaws.rejected
    return BackendReport(
        status=BackendStatus.PARTIAL if rejected else BackendStatus.OK,
        served_from=ServedFrom.LIVE,
        as_of=written.as_of,
        rows=0 if written.change is None else 1,
        requests=written.requests,
        rejected=rejected,
        warnings=tuple(written.flaws.warnings),
    )
