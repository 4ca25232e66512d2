"""Finding one session: by the vendor's detail call, or in the backend's whole listing."""

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

from gateway.federation.backend import Backend, Failed
from gateway.federation.fan_out import Deadline
from gateway.federation.filling import Listings
from gateway.federation.tally import Tally
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus, BackendWarning, Failure
from gateway.model.session import Session
from gateway.paging.planner import Unanswerable


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
            abilities = backend.abilities()
            if isinstance(abilities, Failed):
                return abilities.failure
            if abilities.has_detail:
                return await _by_detail_call(backend, native_id)
            return await _in_listing(backend, native_id, listings)
    except TimeoutError:
        return backend.timed_out().failure


async def _by_detail_call(backend: Backend, native_id: str) -> Lookup:
    page = await backend.session(native_id)
    if isinstance(page, Failed):
        return page.failure
    # A vendor may answer to another spelling of an id, but a session has one id only.
    if page is None or page.sessions[0].native_id != native_id:
        return Missing()
    warnings = (BackendWarning.UNREADABLE_FIELDS,) if page.unreadable else ()
    return Found(
        page.sessions[0], _report(Tally(as_of=page.as_of, requests=page.requests), warnings)
    )


async def _in_listing(backend: Backend, native_id: str, listings: Listings) -> Lookup:
    query = Query((backend.name,))
    plan = backend.plan(query)
    if isinstance(plan, Failed):
        return plan.failure
    if isinstance(plan, Unanswerable):
        raise TypeError("a query without conditions can always be answered")
    tally = Tally()
    session = await listings.session(backend, plan, native_id, query.order, tally)
    if isinstance(session, Failed):
        return session.failure
    return Missing() if session is None else Found(session, _report(tally))


def _report(tally: Tally, warnings: tuple[BackendWarning, ...] = ()) -> BackendReport:
    return BackendReport(
        status=BackendStatus.OK,
        served_from=tally.served_from,
        as_of=tally.as_of,
        rows=1,
        requests=tally.requests,
        warnings=warnings,
    )
