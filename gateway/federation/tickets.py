"""Making calls under the ticket of a log-in, and once more after a new one where it was refused."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from gateway.federation.flights import Flights
from gateway.spi.adapter import NO_TICKET, Context, Ticket
from gateway.spi.errors import LogInAgain
from gateway.spi.transport import HttpTransport, RpcTransport

T = TypeVar("T")


class Tickets:
    """The ticket of one backend: brought by the first call, and renewed where it is refused."""

    def __init__(
        self,
        transport: HttpTransport | RpcTransport,
        log_in: Callable[[], Awaitable[Ticket]],
    ) -> None:
        self._transport = transport
        self._log_in_anew = log_in
        self._ticket: Ticket | None = None
        self._log_ins: Flights[Ticket] = Flights()

    async def call(self, call: Callable[[Context[Any]], Awaitable[T]], now: datetime) -> T:
        """Make a call, and once more after a new log-in if the vendor no longer knows us."""
        ticket = await self._current(refused=None)
        try:
            return await call(Context(self._transport, ticket, now))
        except LogInAgain:
            if ticket is NO_TICKET:
                raise
        ticket = await self._current(refused=ticket)
        return await call(Context(self._transport, ticket, now))

    async def _current(self, *, refused: Ticket | None) -> Ticket:
        """Give the ticket, from a log-in that all who need one share."""
        if self._ticket is refused:
            self._ticket = None
        return self._ticket or await self._log_ins.join("log in", self._log_in)

    async def _log_in(self) -> Ticket:
        self._ticket = await self._log_in_anew()
        return self._ticket
