"""One configured backend: its adapter, its wire, its log-in, and how it has been doing."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from msgspec import Raw

from gateway.model.report import ErrorCode, Failure
from gateway.model.session import Session
from gateway.spi.adapter import NO_TICKET, Context, Mapped, Provenance, SessionAdapter, Ticket
from gateway.spi.errors import BadAnswer, LogInAgain, UpstreamError
from gateway.spi.pages import Address, RawPage, ScanPlan
from gateway.spi.transport import HttpTransport, RpcTransport

_LOG = logging.getLogger(__name__)
_SLICE = 500
"""Records mapped at a stretch: more would keep other requests waiting."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BackendPage:
    """One page of a backend in canonical words."""

    sessions: Sequence[Session]
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
        self._transport = transport
        self._clock = clock
        self._ticket: Ticket | None = None
        self._logging_in = asyncio.Lock()

    async def page(self, plan: ScanPlan, at: Address) -> Outcome:
        """Read one page and map its records."""

        async def fetch(context: Context[Any]) -> RawPage:
            return await self.adapter.fetch_page(plan, at, context)

        as_of = self._clock()
        raw = await self._outcome(lambda: self._logged_in(fetch, as_of))
        if isinstance(raw, Failed):
            return raw
        return await self._mapped(raw, as_of)

    async def session(self, native_id: str) -> Mapped | Failed | None:
        """Read one session by the vendor's detail call; none if the vendor has no such."""

        async def get(context: Context[Any]) -> Raw | None:
            return await self.adapter.get(native_id, context)

        as_of = self._clock()
        raw = await self._outcome(lambda: self._logged_in(get, as_of))
        if raw is None or isinstance(raw, Failed):
            return raw
        mapped = self.adapter.normalise(raw, self._provenance(as_of))
        return (
            mapped
            if isinstance(mapped, Mapped)
            else Failed(Failure(ErrorCode.SCHEMA, retryable=False))
        )

    async def _outcome(self, call: Callable[[], Awaitable[T]]) -> T | Failed:
        try:
            result = await call()
        except UpstreamError as error:
            return self._failed(error)
        except Exception as error:  # noqa: BLE001  # the one place: a bug in one adapter costs its backend, never the page
            where = traceback.extract_tb(error.__traceback__)[-1]
            message = f"{type(error).__name__} at {where.filename}:{where.lineno}"
            return self._failed(BadAnswer(ErrorCode.UPSTREAM_ERROR, message))
        if self.health.error is not None:
            _LOG.info("backend %s: answers again", self.name)
        self.health.error = None
        self.health.last_success = self._clock()
        return result

    def _failed(self, error: UpstreamError) -> Failed:
        failure = error.failure()
        if self.health.error is None or self.health.error.code is not failure.code:
            _LOG.warning("backend %s: %s: %s", self.name, failure.code.value, error)
        self.health.error = failure
        self.health.last_failure = self._clock()
        return Failed(failure)

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
        async with self._logging_in:
            if self._ticket is None or self._ticket is refused:
                self._ticket = None
                self._ticket = await self.adapter.log_in(self._transport)
            return self._ticket

    async def _mapped(self, raw: RawPage, as_of: datetime) -> BackendPage | Failed:
        provenance = self._provenance(as_of)
        sessions: list[Session] = []
        unreadable = 0
        for start in range(0, len(raw.records), _SLICE):
            for record in raw.records[start : start + _SLICE]:
                mapped = self.adapter.normalise(record, provenance)
                if isinstance(mapped, Mapped):
                    sessions.append(mapped.session)
                    unreadable += bool(mapped.unreadable)
            await asyncio.sleep(0)
        if raw.records and not sessions:
            message = f"none of {len(raw.records)} records is a session"
            return self._failed(BadAnswer(ErrorCode.SCHEMA, message))
        return BackendPage(
            sessions=sessions,
            next=raw.next,
            total=raw.total,
            as_of=as_of,
            rejected=len(raw.records) - len(sessions),
            unreadable=unreadable,
            size=sum(memoryview(record).nbytes for record in raw.records),
        )

    def _provenance(self, as_of: datetime) -> Provenance:
        return Provenance(self.name, self.adapter.vendor, as_of)
