"""Finding one session: by the vendor's detail call, or in the backend's whole listing."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeAlias

from gateway.federation.backend import Backend, Failed
from gateway.federation.deadline import Deadline
from gateway.federation.details import Detail, lifetimes_of_absence
from gateway.federation.flaws import FLAWLESS
from gateway.federation.freshness import (
    AS_IT_SERVES,
    NOT_CACHED,
    Acceptance,
    Freshness,
    Life,
    Need,
    need,
)
from gateway.federation.naming import name_of_detail
from gateway.federation.parcels import packed_detail, unpacked_detail
from gateway.federation.reading import Reading
from gateway.federation.refreshing import counted
from gateway.federation.run import Serving, serving
from gateway.federation.sharing import Parcel
from gateway.federation.shelf import Lease
from gateway.federation.tally import Tally
from gateway.model.query import Query
from gateway.model.report import BackendReport, BackendStatus, Failure, ServedFrom
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
    """Find a session of a backend within the deadline: as it was, where reading it fails."""
    with deadline.handed_down():
        return await _looked_up(backend, native_id, reading, deadline, freshness)


async def _in_time(backend: Backend, deadline: Deadline, read: Awaitable[Lookup]) -> Lookup:
    """Wait for what is read as long as there is time to do without it."""
    try:
        async with asyncio.timeout_at(deadline.patience):
            return await read
    except TimeoutError:
        return backend.timed_out().failure


async def _looked_up(
    backend: Backend,
    native_id: str,
    reading: Reading,
    deadline: Deadline,
    freshness: Freshness,
) -> Lookup:
    abilities = backend.abilities()
    if isinstance(abilities, Failed):
        return abilities.failure
    if not abilities.has_detail:
        return await _in_listing(backend, native_id, reading, deadline, freshness)
    accepted = reading.accepted(backend, freshness)
    kept = reading.details.find(backend.identity, native_id, accepted)
    if kept is not None:
        if not freshness.is_kept_only and kept.life.fresh_until <= reading.timer():
            _renew(backend, native_id, reading)
        return _given(kept, reading)
    if freshness.is_kept_only:
        return NOT_CACHED
    read = _taken_or_read(backend, native_id, reading, accepted)
    found = await _in_time(backend, deadline, read)
    stale = reading.details.find(backend.identity, native_id, backend.accepted_on_error(accepted))
    if isinstance(found, Failure) and stale is not None:
        return _given(stale, reading, found)
    return found


def _need(backend: Backend, native_id: str, reading: Reading) -> Need:
    def is_kept(accepted: Acceptance) -> bool:
        return reading.details.find(backend.identity, native_id, accepted) is not None

    return need(is_kept, backend.accepted_on_error(AS_IT_SERVES))


async def _taken_or_read(
    backend: Backend, native_id: str, reading: Reading, accepted: Acceptance
) -> Lookup:
    """Take what another replica was told of a session; if none was, ask for all of them."""
    others = accepted.of_others(reading.timer())
    changes = backend.changes.count

    async def keep(parcel: Parcel) -> Life | None:
        detail = unpacked_detail(parcel, backend, reading.timer())
        if detail is None or backend.changes.count != changes:
            return None
        reading.details.keep(backend.identity, native_id, detail)
        return detail.life

    lease: Life | Lease | None = None
    if others is not None and backend.lifetimes.fresh_s > 0:
        lease = await backend.shelf.fetch(name_of_detail(native_id), keep)
    if isinstance(lease, Life) and lease.serves(reading.timer(), others or accepted):
        kept = reading.details.find(backend.identity, native_id, Acceptance(lease.read_at))
        if kept is not None:
            return _given(kept, reading)
    if not isinstance(lease, Lease):
        return await _by_detail_call(backend, native_id, reading)
    try:
        return await _by_detail_call(backend, native_id, reading, lease)
    finally:
        lease.end()


async def _by_detail_call(
    backend: Backend, native_id: str, reading: Reading, lease: Lease | None = None
) -> Lookup:
    begun, changes = reading.timer(), backend.changes.count
    why = _need(backend, native_id, reading)
    page = await backend.session(native_id)
    if isinstance(page, Failed):
        return page.failure
    # A vendor may answer to another spelling of an id, but a session has one id only.
    if page is not None and page.sessions[0].native_id != native_id:
        page = None
    lifetimes = backend.lifetimes if page else lifetimes_of_absence(backend.lifetimes)
    detail = Detail(
        session=page.sessions[0] if page else None,
        as_of=page.as_of if page else backend.now(),
        flaws=page.flaws if page else FLAWLESS,
        life=lifetimes.begin(begun),
    )
    if backend.changes.count == changes:
        reading.details.keep(backend.identity, native_id, detail)
    if detail.session is None or page is None:
        return Missing()
    if lease is not None and backend.changes.count == changes:
        now = reading.timer()
        for_s = detail.life.fresh_until - now
        lease.put(packed_detail(detail, page.records[0], now, for_s), for_s)
    tally = Tally(as_of=page.as_of, requests=page.requests, flaws=page.flaws, need=why)
    tally.note_life(detail.life)
    return _found(detail.session, tally, begun, reading)


def _given(kept: Detail, reading: Reading, why: Failure | None = None) -> Lookup:
    """Give what is kept: though it be stale, where reading anew has failed."""
    if kept.session is None:
        return Missing()
    now = reading.timer()
    tally = Tally(as_of=kept.as_of, flaws=kept.flaws, fallen_back=why)
    tally.note_kept(kept.life, now)
    return _found(kept.session, tally, now, reading)


def _renew(backend: Backend, native_id: str, reading: Reading) -> None:
    async def read() -> bool:
        refresh = Acceptance(reading.timer(), is_refresh=True)
        found = await _taken_or_read(backend, native_id, reading, refresh)
        return not isinstance(found, Failure)

    reading.refreshing.start(backend.identity, native_id, lambda: counted(read, backend.figures))


async def _in_listing(
    backend: Backend,
    native_id: str,
    reading: Reading,
    deadline: Deadline,
    freshness: Freshness,
) -> Lookup:
    query = Query((backend.name,))
    plan = backend.plan(query)
    if isinstance(plan, Failed):
        return plan.failure
    if isinstance(plan, Unanswerable):
        raise TypeError("a query without conditions can always be answered")
    begun = reading.timer()
    if freshness.is_kept_only and not reading.listings.is_kept(
        backend, plan, freshness.accepted(begun)
    ):
        return NOT_CACHED

    async def read(accepted: Acceptance, why: Failure | None = None) -> Lookup:
        tally = Tally(fallen_back=why)
        session = await reading.listings.session(
            backend, plan, native_id, query.order, tally, accepted=accepted
        )
        if isinstance(session, Failed):
            return why or session.failure
        return Missing() if session is None else _found(session, tally, begun, reading)

    accepted = reading.accepted(backend, freshness)
    found = await _in_time(backend, deadline, read(accepted))
    if not isinstance(found, Failure):
        return found
    on_error = backend.accepted_on_error(accepted)
    return await read(on_error.of_what_is_kept(), found)


def _found(session: Session, tally: Tally, begun: float, reading: Reading) -> Found:
    now = reading.timer()
    tally.seconds = now - begun
    return Found(session, _report(tally), serving(tally, now))


def _report(tally: Tally) -> BackendReport:
    is_stale = tally.served_from is ServedFrom.STALE
    return BackendReport(
        status=BackendStatus.STALE if is_stale else BackendStatus.OK,
        served_from=tally.served_from,
        as_of=tally.as_of,
        rows=1,
        requests=tally.requests,
        warnings=tuple(tally.flaws.warnings),
        error=tally.fallen_back if is_stale else None,
    )
