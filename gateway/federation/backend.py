"""One configured backend: its adapter, its wire, its log-in, and how it has been doing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from msgspec import Raw

from gateway.federation.changes import Changes
from gateway.federation.flights import Flights
from gateway.federation.metering import Meter
from gateway.federation.selectivity import Selectivity
from gateway.federation.tickets import Tickets
from gateway.federation.translating import translated
from gateway.federation.vanished import VanishedSessions
from gateway.model.query import Query
from gateway.model.report import ErrorCode, Failure
from gateway.model.session import Instant, Session
from gateway.paging.order import BEFORE_ALL, Key
from gateway.paging.planner import Planned, plan_backend
from gateway.paging.windows import Pace
from gateway.spi.abilities import Abilities, Operation
from gateway.spi.adapter import (
    Context,
    Mapped,
    Provenance,
    Rejected,
    SessionAdapter,
)
from gateway.spi.errors import BadAnswer, StartOver, TryAgainLater, UpstreamError
from gateway.spi.pages import Address, First, RawPage, ScanPlan
from gateway.spi.transport import HttpTransport, RpcTransport

_LOG = logging.getLogger(__name__)
_SLICE = 500
"""Records mapped at a stretch: more would keep other requests waiting."""

_LONGEST_ID_BYTES = 1000
"""A session with a longer id could not be named in a cursor or a path."""

_LONGEST_SECONDS = 10_000 * 366 * 24 * 3600.0
"""A duration beyond the calendar's years cannot be compared with others."""

_MOST_DISORDERS = 3
"""Scans in a row that may come in a wrong order until the order is not trusted any more."""

T = TypeVar("T")

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
    rejected: int
    unreadable: int
    received: int
    """How many sessions were read: here, or by who took them."""
    size: int
    """Bytes of the records as they came."""
    requests: int = 1
    """How many were sent for it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A backend could not be read."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Lost:
    """The vendor no longer knows the address of a page."""


Outcome: TypeAlias = BackendPage | Failed


@dataclass(slots=True)
class Health:
    """What is known of a backend from the calls made to it."""

    last_success: Instant | None = None
    last_failure: Instant | None = None
    error: Failure | None = None
    """Why the last call failed, none if it did not."""


class Backend:
    """One backend. Its failures are values; nothing but cancellation leaves its methods."""

    def __init__(  # noqa: PLR0913  # what a configuration says of a backend, each by its name
        self,
        name: str,
        adapter: SessionAdapter[Any],
        transport: HttpTransport | RpcTransport,
        *,
        ttl_seconds: float,
        clock: Callable[[], datetime],
        operations: Collection[Operation] = (),
    ) -> None:
        """Take the writes that are ``operations`` as those that its operator lets through."""
        self.name = name
        self.adapter = adapter
        self.ttl_seconds = ttl_seconds
        self.operations = frozenset(operations)
        self.changes = Changes()
        self.health = Health()
        self.selectivity = Selectivity()
        self.pace = Pace()
        self._tickets = Tickets(adapter, transport)
        self._clock = clock
        self._pages: Flights[Outcome | Lost] = Flights()
        self._disorders = 0
        abilities = self.abilities()
        kept_for = None if isinstance(abilities, Failed) else abilities.keep_vanished_for
        self.vanished = VanishedSessions(kept_for, self.remade)

    def abilities(self) -> Abilities | Failed:
        """Ask the adapter what the vendor can do itself."""
        return self._tried(self.adapter.abilities)

    def plan(self, query: Query, *, boundary: Key = BEFORE_ALL) -> Planned | Failed:
        """Plan this backend's part of the page that begins beyond the boundary."""
        is_trusted = self._disorders < _MOST_DISORDERS
        return self._tried(
            lambda: plan_backend(
                self.adapter, query, boundary=boundary, is_order_trusted=is_trusted
            )
        )

    def note_order(self, *, is_kept: bool) -> None:
        """Note whether a scan of several pages came in the order it was to come in.

        After three in a row that did not, although nothing had moved meanwhile, the vendor is read
        as one that follows no order.
        """
        self._disorders = 0 if is_kept else self._disorders + 1
        if self._disorders == _MOST_DISORDERS:
            _LOG.warning("backend %s: does not keep the order it promises", self.name)

    async def page(
        self, plan: ScanPlan, at: Address, sent: Callable[[], None] = lambda: None
    ) -> Outcome | Lost:
        """Read one page and map its records.

        All who want the same page at the same time share one request, unless something was written
        meanwhile. ``sent`` is called by whoever sends it.
        """
        key = (frozenset(plan.pushed), plan.sorted_by, plan.page_size, at, self.changes.count)
        return await self._pages.join(key, lambda: self._page(plan, at, sent))

    async def only_page(self, plan: ScanPlan, take: Take) -> Outcome:
        """Read the one page of a vendor that lists everything, and hand over what is on it."""
        page = await self._page(plan, First(), lambda: None, take)
        return self.lost() if isinstance(page, Lost) else page

    def lost(self) -> Failed:
        """Note that not even the beginning of the vendor's stream is known to it."""
        return self.failed(StartOver("the vendor does not know the beginning of its own list"))

    async def _page(
        self,
        plan: ScanPlan,
        at: Address,
        sent: Callable[[], None],
        take: Take | None = None,
    ) -> Outcome | Lost:
        as_of = self._clock()
        sent()

        async def fetch(context: Context[Any]) -> RawPage | Lost:
            try:
                return await self.adapter.fetch_page(plan, at, context)
            except StartOver:
                return Lost()

        async def read() -> BackendPage | Lost:
            raw = await self._tickets.call(fetch, as_of)
            if isinstance(raw, Lost):
                return raw
            page = await self._mapped(raw, as_of, take)
            return _legible(page) if isinstance(at, First) else page

        return await self._outcome(read)

    async def session(self, native_id: str) -> Outcome | None:
        """Read one session by the vendor's detail call; none if the vendor has no such."""
        as_of = self._clock()
        requests = 0

        async def get(context: Context[Any]) -> Raw | None:
            nonlocal requests
            meter = Meter(context.transport)
            try:
                return await self.adapter.get(native_id, replace(context, transport=meter))
            finally:
                requests += meter.requests

        async def read() -> BackendPage | None:
            record = await self._tickets.call(get, as_of)
            if record is None:
                return None
            page = _legible(await self._mapped(RawPage([record]), as_of))
            return replace(page, requests=requests)

        return await self._outcome(read)

    async def call(self, call: Callable[[Context[Any]], Awaitable[T]]) -> T | Failed:
        """Make a call with a ticket, and once more where the vendor wants a new log-in."""
        return await self._outcome(lambda: self._tickets.call(call, self._clock()))

    async def mapped(self, record: Raw) -> BackendPage | Failed:
        """Map one record that has just come."""
        as_of = self._clock()
        return await self._outcome(lambda: self._mapped(RawPage([record]), as_of))

    def now(self) -> datetime:
        """Read the clock by which what it answers is dated."""
        return self._clock()

    def next_ids(self, known: Collection[str], most: int) -> list[str] | Failed:
        """Name the ids that sessions newer than those known would have, the next one first."""
        return self._tried(lambda: list(islice(self.adapter.next_ids(known), most)))

    def remade(self, records: Iterable[Raw], as_of: datetime) -> list[Session]:
        """Map records again that were sessions at this instant; raise for one that is none now."""
        provenance = self._provenance(as_of)
        with translated():
            return [_session(self.adapter.normalise(record, provenance)) for record in records]

    def failed(self, error: UpstreamError) -> Failed:
        """Note a failure and give it as a value. A change of state is logged, a repetition not."""
        failure = error.failure()
        if self.health.error is None or self.health.error.code is not failure.code:
            _LOG.warning("backend %s: %s: %s", self.name, failure.code.value, error)
        self.health.error = failure
        self.health.last_failure = self._clock()
        return Failed(failure)

    def timed_out(self) -> Failed:
        """Note that a caller's deadline came first."""
        return self.failed(TryAgainLater(ErrorCode.TIMEOUT, "no answer within a deadline"))

    def _tried(self, call: Callable[[], T]) -> T | Failed:
        try:
            with translated():
                return call()
        except UpstreamError as error:
            return self.failed(error)

    async def _outcome(self, call: Callable[[], Awaitable[T]]) -> T | Failed:
        try:
            with translated():
                result = await call()
        except UpstreamError as error:
            return self.failed(error)
        if self.health.error is not None:
            _LOG.info("backend %s: answers again", self.name)
        self.health.error = None
        self.health.last_success = self._clock()
        return result

    async def _mapped(self, raw: RawPage, as_of: datetime, take: Take | None = None) -> BackendPage:
        provenance = self._provenance(as_of)
        sessions: list[Session] = []
        records: list[Raw] = []
        received = unreadable = size = 0
        for start in range(0, len(raw.records), _SLICE):
            for record in raw.records[start : start + _SLICE]:
                size += memoryview(record).nbytes
                mapped = self.adapter.normalise(record, provenance)
                if not isinstance(mapped, Mapped) or not self._is_usable(mapped.session):
                    continue
                received += 1
                unreadable += bool(mapped.unreadable)
                if take is not None:
                    take(mapped.session, record)
                    continue
                sessions.append(mapped.session)
                records.append(record)
            await asyncio.sleep(0)
        return BackendPage(
            sessions=sessions,
            records=records,
            next=raw.next,
            total=raw.total,
            as_of=as_of,
            rejected=len(raw.records) - received,
            unreadable=unreadable,
            received=received,
            size=size,
        )

    def _provenance(self, as_of: datetime) -> Provenance:
        return Provenance(self.name, self.adapter.vendor, as_of)

    def _is_usable(self, session: Session) -> bool:
        """Say whether a session can be named; raise if it cannot be one of this backend."""
        if session.backend != self.name:
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "a session of another backend")
        instants = (session.started_at, session.ended_at, session.last_activity_at)
        if any(instant is not None and instant.tzinfo is None for instant in instants):
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "an instant without a zone")
        if not 0 <= (session.duration_s or 0) <= _LONGEST_SECONDS:
            raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "a duration beyond all time")
        return len(session.native_id.encode()) <= _LONGEST_ID_BYTES


def _legible(page: BackendPage) -> BackendPage:
    """Refuse a stream that begins with records of which none is a session."""
    if page.rejected and not page.received:
        raise BadAnswer(ErrorCode.SCHEMA, f"none of {page.rejected} records is a session")
    return page


def _session(mapped: Mapped | Rejected) -> Session:
    if isinstance(mapped, Rejected):
        raise BadAnswer(ErrorCode.SCHEMA, "a record that was a session is none any more")
    return mapped.session
