"""How many bytes vendors' answers may take, over all wires, until something is made of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from gateway.model.report import ErrorCode
from gateway.spi import TryAgainLater

MAX_IN_FLIGHT_BYTES = 512 * 1024 * 1024
"""Two of the largest bodies a backend may send by default, or many usual ones."""


@dataclass(slots=True)
class InFlight:
    """A budget of bytes that several tasks spend together."""

    max_bytes: int = MAX_IN_FLIGHT_BYTES
    taken: int = 0

    @contextmanager
    def charged(self) -> Iterator[None]:
        """Charge what the running task reads from wires to the budget; give it back at the end."""
        account = _Account(self)
        token = _account.set(account)
        try:
            yield
        finally:
            _account.reset(token)
            self.taken -= account.taken


@dataclass(slots=True)
class _Account:
    budget: InFlight
    taken: int = 0


# A task's own: a wire is shared by those whose bytes are charged and those whose are not.
_account: ContextVar[_Account | None] = ContextVar("whom bytes are charged to", default=None)


def charge(count: int, what: str) -> None:
    """Charge bytes that have come to whoever the running task reads for, if to anybody.

    Raises :class:`TryAgainLater` when the budget is spent.
    """
    account = _account.get()
    if account is None:
        return
    account.taken += count
    account.budget.taken += count
    if account.budget.taken > account.budget.max_bytes:
        raise TryAgainLater(ErrorCode.OVERLOADED, f"{what}: too many bytes under way", attempts=1)
