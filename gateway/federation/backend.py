"""One configured backend: its adapter, its wire, its log-in, and how it has been doing."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from msgspec import Raw

from gateway.federation.flights import Flights
from gateway.federation.selectivity import Selectivity
from gateway.model.query import Query
from gateway.model.report import ErrorCode, Failure
from gateway.model.session import Session
from gateway.paging.order import BEFORE_ALL, Key
from gateway.paging.planner import Planned, plan_backend
from gateway.paging.windows import Pace
from gateway.spi.abilities import Abilities
from gateway.spi.adapter import NO_TICKET, Context, Mapped, Provenance, SessionAdapter, Ticket
from gateway.spi.errors import BadAnswer, LogInAgain, StartOver, TryAgainLater, UpstreamError
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
    size: int
    """Bytes of the records as they came."""


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

    last_success: datetime | None = None
    last_failure: datetime | None = None
    error: Failure | None = None
    """Why the last call failed, none if it did not."""


class Backend:
    """One backend. Its failures are values; nothing but cancellation leaves its methods."""

    def __init__(
        self,
        name: str,
        adapter: SessionAdapter[Any],
        transport: HttpTransport | RpcTransport,
        *,
        ttl_seconds: float,
        clock: Callable[[], datetime],
    ) -> None:
        self.name = name
        self.adapter = adapter
        self.ttl_seconds = ttl_seconds
        self.health = Health()
        self.selectivity = Selectivity()
        self.pace = Pace()
        self._transport = transport
        self._clock = clock
        self._ticket: Ticket | None = None
        self._log_ins: Flights[Ticket] = Flights()
        self._pages: Flights[Outcome | Lost] = Flights()
        self._disorders = 0

    def now(self) -> datetime:
        """Read the clock that its pages are dated by."""
        return self._clock()

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

        All who want the same page at the same time share one request. ``sent`` is called by whoever
        sends it.
        """
        key = (frozenset(plan.pushed), plan.sorted_by, plan.page_size, at)
        return await self._pages.join(key, lambda: self._page(plan, at, sent))

    async def _page(self, plan: ScanPlan, at: Address, sent: Callable[[], None]) -> Outcome | Lost:
        as_of = self._clock()
        sent()

        async def fetch(context: Context[Any]) -> RawPage | Lost:
            try:
                return await self.adapter.fetch_page(plan, at, context)
            except StartOver:
                return Lost()

        async def read() -> BackendPage | Lost:
            raw = await self._logged_in(fetch, as_of)
            if isinstance(raw, Lost):
                return raw
            page = await self._mapped(raw, as_of)
            return _legible(page) if isinstance(at, First) else page

        return await self._outcome(read)

    async def session(self, native_id: str) -> Outcome | None:
        """Read one session by the vendor's detail call; none if the vendor has no such."""
        as_of = self._clock()

        async def get(context: Context[Any]) -> Raw | None:
            return await self.adapter.get(native_id, context)

        async def read() -> BackendPage | None:
            record = await self._logged_in(get, as_of)
            if record is None:
                return None
            return _legible(await self._mapped(RawPage([record]), as_of))

        return await self._outcome(read)

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
            with _translated():
                return call()
        except UpstreamError as error:
            return self.failed(error)

    async def _outcome(self, call: Callable[[], Awaitable[T]]) -> T | Failed:
        try:
            with _translated():
                result = await call()
        except UpstreamError as error:
            return self.failed(error)
        if self.health.error is not None:
            _LOG.info("backend %s: answers again", self.name)
        self.health.error = None
        self.health.last_success = self._clock()
        return result

    async def _logged_in(self, call: Callable[[Context[Any]], Awaitable[T]], now: datetime) -> T:
        """Make a call, and once more after a new log-in if the vendor no longer knows us."""
        ticket = await self._current_ticket(refused=None)
        try:
            return await call(Context(self._transport, ticket, now))
        except LogInAgain:
            if ticket is NO_TICKET:
                raise
        ticket = await self._current_ticket(refused=ticket)
        return await call(Context(self._transport, ticket, now))

    async def _current_ticket(self, *, refused: Ticket | None) -> Ticket:
        """Give the ticket, from a log-in that all who need one share."""
        if self._ticket is refused:
            self._ticket = None
        return self._ticket or await self._log_ins.join("log in", self._log_in)

    async def _log_in(self) -> Ticket:
        self._ticket = await self.adapter.log_in(self._transport)
        return self._ticket

    async def _mapped(self, raw: RawPage, as_of: datetime) -> BackendPage:
        provenance = Provenance(self.name, self.adapter.vendor, as_of)
        sessions: list[Session] = []
        records: list[Raw] = []
        unreadable = 0
        for start in range(0, len(raw.records), _SLICE):
            for record in raw.records[start : start + _SLICE]:
                mapped = self.adapter.normalise(record, provenance)
                if isinstance(mapped, Mapped) and self._is_usable(mapped.session):
                    sessions.append(mapped.session)
                    records.append(record)
                    unreadable += bool(mapped.unreadable)
            await asyncio.sleep(0)
        return BackendPage(
            sessions=sessions,
            records=records,
            next=raw.next,
            total=raw.total,
            as_of=as_of,
            rejected=len(raw.records) - len(sessions),
            unreadable=unreadable,
            size=sum(memoryview(record).nbytes for record in raw.records),
        )

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
    if page.rejected and not page.sessions:
        raise BadAnswer(ErrorCode.SCHEMA, f"none of {page.rejected} records is a session")
    return page


@contextmanager
def _translated() -> Iterator[None]:
    """Raise an error of the closed set for whatever an adapter raises."""
    try:
        yield
    except UpstreamError:
        raise
    except asyncio.CancelledError:
        if _is_being_cancelled():
            raise
        raise TryAgainLater(ErrorCode.RESET, "broken off by nobody who asked") from None
    except Exception as error:  # the one place: an adapter's bug costs its backend, never the page
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__} at {where.filename}:{where.lineno}"
        raise BadAnswer(ErrorCode.UPSTREAM_ERROR, message) from error


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
