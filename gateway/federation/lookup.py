"""Finding one session: by the vendor's detail call, or in the backend's whole listing."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from gateway.federation.backend import Backend, Failed
from gateway.federation.fan_out import TIMED_OUT, Deadline
from gateway.federation.filling import Listings
from gateway.federation.scan import Tally
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus, BackendWarning, Failure, ServedFrom
from gateway.model.session import Session
from gateway.paging.planner import BackendPlan, plan_backend
from gateway.spi.adapter import Mapped


@dataclass(frozen=True, slots=True)
class Found:
    """The session that was asked for."""

    session: Session
    report: BackendReport


@dataclass(frozen=True, slots=True)
class Missing:
    """The backend answered, and has no such session."""


Lookup: TypeAlias = Found | Missing | Failure


async def find(backend: Backend, native_id: str, listings: Listings, deadline: Deadline) -> Lookup:
    """Find a session of a backend within the deadline."""
    try:
        async with asyncio.timeout_at(deadline.due):
            if backend.adapter.abilities().has_detail:
                return await _by_detail_call(backend, native_id)
            return await _in_listing(backend, native_id, listings)
    except TimeoutError:
        return TIMED_OUT


async def _by_detail_call(backend: Backend, native_id: str) -> Lookup:
    outcome = await backend.session(native_id)
    match outcome:
        case Failed(failure):
            return failure
        case Mapped(session, unreadable):
            warnings = (BackendWarning.UNREADABLE_FIELDS,) if unreadable else ()
            return Found(session, _report(backend.health.last_success, warnings=warnings))
        case None:
            return Missing()


async def _in_listing(backend: Backend, native_id: str, listings: Listings) -> Lookup:
    query = Query((backend.name,))
    plan = plan_backend(backend.adapter, query)
    if not isinstance(plan, BackendPlan):
        raise TypeError("a query without conditions can always be answered")
    tally = Tally()
    listing = await listings.whole(backend, plan, query.order, tally)
    if isinstance(listing, Failed):
        return listing.failure
    for row in listing.rows:
        if row.session.native_id == native_id:
            return Found(row.session, _report(tally.as_of, tally))
    return Missing()


def _report(
    as_of: datetime | None, tally: Tally | None = None, warnings: tuple[BackendWarning, ...] = ()
) -> BackendReport:
    return BackendReport(
        status=BackendStatus.OK,
        served_from=tally.served_from if tally else ServedFrom.LIVE,
        as_of=as_of,
        rows=1,
        requests=tally.requests if tally else 1,
        warnings=warnings,
    )
