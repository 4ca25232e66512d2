"""Finding one session: by the vendor's detail call, or in the backend's whole listing."""

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

from gateway.federation.backend import Backend, Failed
from gateway.federation.deadline import Deadline
from gateway.federation.freshness import NOT_CACHED, Freshness
from gateway.federation.reading import Reading
from gateway.federation.run import Serving, serving
from gateway.federation.tally import Tally
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus, Failure
from gateway.model.session import Session
from gateway.paging.planner import Unanswerable


@dataclass(frozen=True, slots=True)
class Found:
    """The session that was asked for."""

    session: Session
    report: BackendReport
    serving: Serving


@dataclass(frozen=True, slots=True)
class Missing:
    """The backend answered, and has no such session."""


Lookup: TypeAlias = Found | Missing | Failure


async def find(
    backend: Backend, native_id: str, reading: Reading, deadline: Deadline, freshness: Freshness
) -> Lookup:
    """Find a session of a backend within the deadline."""
    try:
        with deadline.handed_down():
            async with asyncio.timeout_at(deadline.due):
                return await _looked_up(backend, native_id, reading, freshness)
    except TimeoutError:
        return backend.timed_out().failure


async def _looked_up(
    backend: Backend, native_id: str, reading: Reading, freshness: Freshness
) -> Lookup:
    abilities = backend.abilities()
    if isinstance(abilities, Failed):
        return abilities.failure
    if not abilities.has_detail:
        return await _in_listing(backend, native_id, reading, freshness)
    if freshness.is_kept_only:
        return NOT_CACHED  # What a detail call told is not kept.
    return await _by_detail_call(backend, native_id, reading)


async def _by_detail_call(backend: Backend, native_id: str, reading: Reading) -> Lookup:
    begun = reading.ranges.timer()
    page = await backend.session(native_id)
    if isinstance(page, Failed):
        return page.failure
    # A vendor may answer to another spelling of an id, but a session has one id only.
    if page is None or page.sessions[0].native_id != native_id:
        return Missing()
    tally = Tally(as_of=page.as_of, requests=page.requests, flaws=page.flaws, fresh_until=begun)
    return _found(page.sessions[0], tally, begun, reading)


async def _in_listing(
    backend: Backend, native_id: str, reading: Reading, freshness: Freshness
) -> Lookup:
    query = Query((backend.name,))
    plan = backend.plan(query)
    if isinstance(plan, Failed):
        return plan.failure
    if isinstance(plan, Unanswerable):
        raise TypeError("a query without conditions can always be answered")
    begun = reading.ranges.timer()
    if freshness.is_kept_only and not reading.listings.is_kept(
        backend, plan, freshness.since(begun)
    ):
        return NOT_CACHED
    tally, since = Tally(), reading.since(backend, freshness)
    session = await reading.listings.session(
        backend, plan, native_id, query.order, tally, since=since
    )
    if isinstance(session, Failed):
        return session.failure
    return Missing() if session is None else _found(session, tally, begun, reading)


def _found(session: Session, tally: Tally, begun: float, reading: Reading) -> Found:
    now = reading.ranges.timer()
    tally.seconds = now - begun
    return Found(session, _report(tally), serving(tally, now))


def _report(tally: Tally) -> BackendReport:
    return BackendReport(
        status=BackendStatus.OK,
        served_from=tally.served_from,
        as_of=tally.as_of,
        rows=1,
        requests=tally.requests,
        warnings=tuple(tally.flaws.warnings),
    )
