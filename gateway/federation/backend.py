"""One configured backend: its adapter, its wire, its log-in, and how it has been doing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from itertools import count, islice
from typing import Any, TypeAlias, TypeVar

from msgspec import Raw

from gateway.federation.account import Account
from gateway.federation.changes import Changes
from gateway.federation.familiar import Familiar
from gateway.federation.flights import Flights
from gateway.federation.freshness import Acceptance, Lifetimes
from gateway.federation.health import Health
from gateway.federation.mapping import BackendPage, Mapper, Taker, legible
from gateway.federation.metering import Meter
from gateway.federation.misfits import Misfits
from gateway.federation.selectivity import Selectivity
from gateway.federation.shelf import Shelf
from gateway.federation.tickets import Tickets
from gateway.federation.translating import translated
from gateway.federation.under_way import UnderWay
from gateway.federation.vanished import VanishedSessions
from gateway.figures.backends import CANCELLED, OK, BackendFigures
from gateway.model.query import Query
from gateway.model.report import ErrorCode, Failure
from gateway.model.session import Placed, Session
from gateway.paging.order import BEFORE_ALL, Key
from gateway.paging.planner import Planned, plan_backend
from gateway.paging.windows import Pace
from gateway.spans import Under, part
from gateway.spi.abilities import Abilities, Operation
from gateway.spi.adapter import NO_TICKET, Context, SessionAdapter, Ticket
from gateway.spi.errors import StartOver, TryAgainLater, UpstreamError
from gateway.spi.pages import Address, First, RawPage, ScanPlan
from gateway.spi.transport import HttpTransport, RpcTransport
from gateway.transport.in_flight import InFlight
from gateway.transport.limits import Limits

_LOG = logging.getLogger(__name__)
_BACKEND = "session_gateway.backend"
_REMEMBERED_PLANS = 64
_MOST_DISORDERS = 3
"""Scans in a row that may come in a wrong order until the order is not trusted any more."""

T = TypeVar("T")

# Named once: where a function is made within another, what it is annotated with is made, too.
_Context: TypeAlias = Context[Any]

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Failed:
    """A backend could not be read."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Lost:
    """The vendor no longer knows the address of a page."""


Outcome: TypeAlias = BackendPage[Placed] | Failed
_Found: TypeAlias = BackendPage[Placed] | Lost


class Backend:
    """One backend. Its failures are values; nothing but cancellation leaves its methods."""

    def __init__(  # noqa: PLR0913  # what a configuration says of a backend, each by its name
        self,
        name: str,
        adapter: SessionAdapter[Any],
        transport: HttpTransport | RpcTransport,
        *,
        lifetimes: Lifetimes,
        clock: Callable[[], datetime],
        operations: Collection[Operation] = (),
        account: Account | None = None,
        limits: Limits | None = None,
        under_way: UnderWay | None = None,
        figures: BackendFigures | None = None,
        shelf: Shelf | None = None,
        familiar: Familiar | None = None,
    ) -> None:
        """Take the writes that are ``operations`` as those that its operator lets through.

        Without an ``account`` that it shares with others it has one of its own, and so it is with
        what may be ``under_way``, what is ``familiar``, and the ``figures``. The ``limits`` are
        those that its wire keeps. Without a ``shelf`` it shares nothing with other replicas.
        """
        self.name = name
        self.identity = f"{name}#{next(_NUMBERS)}"
        """Its own, also if another of its name takes its place: what is kept is kept by it."""
        self.adapter = adapter
        self.lifetimes = lifetimes
        self.operations = frozenset(operations)
        self.changes = Changes()
        self.health = Health()
        self.misfits = Misfits()
        self.selectivity = Selectivity()
        self.pace = Pace()
        self.account = account or Account()
        self.limits = limits or Limits()
        self.under_way = under_way or UnderWay()
        self.figures = figures or BackendFigures()
        self.shelf = shelf or Shelf()
        self.familiar = familiar or Familiar()
        self._span = f"backend {name}"
        self._told = {_BACKEND: name}
        self._transport = transport
        self._tickets = Tickets(transport, lambda: self.account.log_in(self._log_in))
        self._clock = clock
        self.maker = Mapper(name, adapter, self.misfits, self.familiar.of_backend())
        self._pages: Flights[Outcome | Lost] = Flights()
        # To plan is pure, and the same is asked for again and again: by who polls, page after page.
        self._planned = lru_cache(_REMEMBERED_PLANS)(partial(plan_backend, adapter))
        self._disorders = 0
        abilities = self.abilities()
        kept_for = None if isinstance(abilities, Failed) else abilities.keep_vanished_for
        self.vanished = VanishedSessions(kept_for, self.maker.remade)

    def abilities(self) -> Abilities | Failed:
        """Ask the adapter what the vendor can do itself."""
        return self._tried(lambda: self.adapter.declared)

    def plan(self, query: Query, *, boundary: Key = BEFORE_ALL) -> Planned | Failed:
        """Plan this backend's part of the page that begins beyond the boundary."""
        is_trusted = self._disorders < _MOST_DISORDERS
        return self._tried(
            lambda: self._planned(query, boundary=boundary, is_order_trusted=is_trusted)
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
        self,
        plan: ScanPlan,
        at: Address,
        sent: Callable[[], None] = lambda: None,
        *,
        second: int | None = None,
        is_outlined: bool = False,
    ) -> Outcome | Lost:
        """Read one page and map its records, or outline those of which there are outlines.

        All who want the same page at the same time, of the same second, and outlined or not, share
        one request, unless something was written meanwhile. ``sent`` is called by whoever sends it,
        whenever it is sent.
        """
        what = (frozenset(plan.pushed), plan.sorted_by, plan.page_size, at)
        key = (*what, self.changes.count, second, is_outlined)
        return await self._pages.join(
            key, lambda: self._page(plan, at, sent, is_outlined=is_outlined)
        )

    async def only_page(
        self,
        plan: ScanPlan,
        taker: Taker[Placed],
        sent: Callable[[], None],
        *,
        is_outlined: bool = False,
    ) -> Outcome:
        """Read the one page of a vendor that lists everything, and hand over what is on it.

        ``sent`` is called whenever it is asked for.
        """
        page = await self._page(plan, First(), sent, taker, is_outlined=is_outlined)
        return self.lost() if isinstance(page, Lost) else page

    def lost(self) -> Failed:
        """Note that not even the beginning of the vendor's stream is known to it."""
        return self.failed(StartOver("the vendor does not know the beginning of its own list"))

    async def _page(
        self,
        plan: ScanPlan,
        at: Address,
        sent: Callable[[], None],
        taker: Taker[Placed] | None = None,
        *,
        is_outlined: bool,
    ) -> Outcome | Lost:
        async def fetch(context: _Context) -> RawPage | Lost:
            try:
                return await self.adapter.fetch_page(plan, at, context)
            except StartOver:
                return Lost()

        async def read() -> _Found:
            as_of = self._clock()
            sent()
            raw = await self._tickets.call(fetch, as_of)
            if isinstance(raw, Lost):
                return raw
            page = await self.maker.placed_page(raw, as_of, taker, is_outlined=is_outlined)
            self.figures.records += page.received + page.flaws.rejected
            self.figures.rejected += page.flaws.rejected
            return legible(page) if isinstance(at, First) else page

        under_way = self.under_way
        return await self._outcome(
            read, budget=under_way.pages if taker is None else under_way.listings
        )

    async def session(self, native_id: str) -> BackendPage[Session] | Failed | None:
        """Read one session by the vendor's detail call; none if the vendor has no such."""
        as_of = self._clock()
        requests = 0

        async def get(context: _Context) -> Raw | None:
            nonlocal requests
            meter = Meter(context.transport)
            try:
                return await self.adapter.get(native_id, replace(context, transport=meter))
            finally:
                requests += meter.requests

        async def read() -> BackendPage[Session] | None:
            record = await self._tickets.call(get, as_of)
            if record is None:
                return None
            page = legible(await self.maker.page(RawPage([record]), as_of))
            return replace(page, requests=requests)

        return await self._outcome(read)

    async def call(self, call: Callable[[Context[Any]], Awaitable[T]]) -> T | Failed:
        """Make a call that is not repeated, but for the vendor's asking for a new log-in."""
        return await self._outcome(
            lambda: self._tickets.call(call, self._clock()), is_repeatable=False
        )

    async def mapped(self, record: Raw) -> BackendPage[Session] | Failed:
        """Map one record that has just come."""
        try:
            with translated():
                return await self.maker.page(RawPage([record]), self._clock())
        except UpstreamError as error:
            return self.failed(error)

    def accepted_on_error(self, accepted: Acceptance) -> Acceptance:
        """Say what may serve somebody where the vendor cannot be read, though it was to be."""
        if accepted.is_kept_only:
            return accepted
        return Acceptance(accepted.since, max(accepted.stale_s, self.lifetimes.on_error_s))

    def now(self) -> datetime:
        """Read the clock by which what it answers is dated."""
        return self._clock()

    def next_ids(self, known: Collection[str], most: int) -> list[str] | Failed:
        """Name the ids that sessions newer than those known would have, the next one first."""
        return self._tried(lambda: list(islice(self.adapter.next_ids(known), most)))

    def failed(self, error: UpstreamError) -> Failed:
        """Note a failure and give it as a value. Each kind is logged once until all is well."""
        now = self._clock()
        failure = self.health.note_failure(self.name, error, now)
        self.misfits.note_failure(failure.code, now)
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

    async def _log_in(self) -> Ticket:
        # Of its own: it is shared, and may outlive the attempt that it was begun for.
        with self.under_way.pages.charged():
            try:
                ticket = await self.adapter.log_in(self._transport)
            except UpstreamError as error:
                self.figures.log_ins[error.code] += 1
                raise
        if ticket is not NO_TICKET:
            self.figures.log_ins[OK] += 1
        return ticket

    async def _outcome(
        self,
        call: Callable[[], Awaitable[T]],
        *,
        is_repeatable: bool = True,
        budget: InFlight | None = None,
    ) -> T | Failed:
        budget = budget or self.under_way.pages
        attempts = 0

        async def attempt() -> T:
            nonlocal attempts
            attempts += 1
            with budget.charged(), translated():
                return await call()

        with Under(part(self._span, self._told)) as span:
            try:
                result = await self.account.call(attempt, is_repeatable=is_repeatable)
            except UpstreamError as error:
                self.figures.note_call(error.code, attempts)
                if span is not None:
                    span.fail(error.code)
                return self.failed(error)
            except asyncio.CancelledError:
                self.figures.note_call(CANCELLED, attempts)
                raise
        self.figures.note_call(OK, attempts)
        self.health.note_success(self.name, self._clock())
        return result
