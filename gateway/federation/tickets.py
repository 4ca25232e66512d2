"""Making calls under the ticket of a log-in, which is renewed in time, or where it was refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from gateway.federation.flights import Flights
from gateway.spi.adapter import NO_TICKET, Context, Ticket
from gateway.spi.errors import LogInAgain, UpstreamError
from gateway.spi.transport import HttpTransport, RpcTransport

_LONGEST_LEEWAY_SECONDS = 60.0
_LARGEST_LEEWAY_SHARE = 0.2
"""A ticket is renewed so long before it ends: the lesser of both counts."""

_LONGEST_LIFETIME_SECONDS = 10 * 365 * 24 * 3600.0

T = TypeVar("T")


@dataclass(slots=True)
class _Held:
    """A ticket, and when it is to be renewed; none for both where it lives until it is refused."""

    ticket: Ticket
    due: datetime | None = None
    ends: datetime | None = None

    @classmethod
    def since(cls, now: datetime, ticket: Ticket) -> "_Held":
        lifetime = ticket.lifetime_seconds
        if lifetime is None or not 0 < lifetime <= _LONGEST_LIFETIME_SECONDS:
            return cls(ticket)
        leeway = min(_LONGEST_LEEWAY_SECONDS, lifetime * _LARGEST_LEEWAY_SHARE)
        ends = now + timedelta(seconds=lifetime)
        return cls(ticket, ends - timedelta(seconds=leeway), ends)

    def is_due(self, now: datetime) -> bool:
        return self.due is not None and now >= self.due

    def has_ended(self, now: datetime) -> bool:
        return self.ends is not None and now >= self.ends


class Tickets:
    """The ticket of one backend: brought by the first call, and renewed when that is needed."""

    def __init__(
        self,
        transport: HttpTransport | RpcTransport,
        log_in: Callable[[], Awaitable[Ticket]],
    ) -> None:
        self._transport = transport
        self._log_in_anew = log_in
        self._held: _Held | None = None
        self._log_ins: Flights[Ticket] = Flights()

    async def call(self, call: Callable[[Context[Any]], Awaitable[T]], now: datetime) -> T:
        """Make a call, and once more after a new log-in if the vendor no longer knows us.

        Lifetimes of tickets are counted by what calls take for ``now``.
        """
        ticket = await self._current(now)
        try:
            return await call(Context(self._transport, ticket, now))
        except LogInAgain:
            if ticket is NO_TICKET:
                raise
        ticket = await self._other_than(ticket, now)
        return await call(Context(self._transport, ticket, now))

    async def _current(self, now: datetime) -> Ticket:
        """Give a ticket that lives."""
        held = self._held
        if held is None:
            return await self._new(now)
        if not held.is_due(now):
            return held.ticket
        try:
            return await self._new(now)
        except UpstreamError:
            if held.has_ended(now):
                raise
        # It serves to its end. A vendor that is in trouble is not asked at every call until then.
        held.due = held.ends
        return held.ticket

    async def _other_than(self, refused: Ticket, now: datetime) -> Ticket:
        """Give a ticket in place of one that was refused, which another call may have brought."""
        if self._held is not None and self._held.ticket is not refused:
            return self._held.ticket
        self._held = None
        return await self._new(now)

    async def _new(self, now: datetime) -> Ticket:
        """Give the ticket of a log-in that all who need one share."""
        return await self._log_ins.join("log in", lambda: self._log_in(now))

    async def _log_in(self, now: datetime) -> Ticket:
        ticket = await self._log_in_anew()
        # Counted from before the log-in: the vendor does so from later on.
        self._held = _Held.since(now, ticket)
        return ticket
