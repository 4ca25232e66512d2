"""How much room and time clients are given, and who is in it now."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServingLimits:
    """What all clients together, one address and one request may take.

    ``idle_seconds`` are for the head of a request too, from the last answer on; a connection too
    many has ``hasty_seconds`` for it. ``calls`` are those that are being answered at a time.
    """

    connections: int = 800
    connections_per_address: int = 400
    calls: int = 256
    idle_seconds: float = 30.0
    hasty_seconds: float = 1.0
    body_seconds: float = 10.0


@dataclass(slots=True)
class Crowd:
    """Who is connected, by address, and how many calls are being answered."""

    limits: ServingLimits
    _connections: Counter[str] = field(default_factory=Counter)
    _calls: int = 0

    def join(self, address: str) -> bool:
        """Count a connection in; say whether there was room for it. It leaves in either case."""
        self._connections[address] += 1
        return (
            self._connections.total() <= self.limits.connections
            and self._connections[address] <= self.limits.connections_per_address
        )

    def leave(self, address: str) -> None:
        """Count a connection out."""
        self._connections[address] -= 1
        if not self._connections[address]:
            del self._connections[address]

    @contextmanager
    def call(self) -> Iterator[bool]:
        """Count a call as long as it lasts; say whether there is room for it."""
        self._calls += 1
        try:
            yield self._calls <= self.limits.calls
        finally:
            self._calls -= 1
