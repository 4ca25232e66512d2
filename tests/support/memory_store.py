"""A store that replicas share within one process: what a shared cache is held to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from gateway.federation.sharing import Elsewhere, Grant, Look, Parcel

LEASE_SECONDS = 3.0


@dataclass
class MemoryStore:
    """Values with an end, leases with a holder, and an epoch for each scope; by one timer."""

    timer: Callable[[], float]
    is_up: bool = True
    looks: int = 0
    values: dict[tuple[str, str], tuple[str, bytes, float]] = field(default_factory=dict)
    leases: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    epochs: dict[str, str] = field(default_factory=dict)
    watchers: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    async def look(self, scope: str, name: str, *, is_anew: bool = False) -> Look:
        """Give a value of this epoch, or a lease, unless it is held."""
        if not self.is_up:
            return None
        self.looks += 1
        key, now, epoch = (scope, name), self.timer(), self._epoch(scope)
        of, body, ends = self.values.get(key, ("", b"", 0.0))
        if not is_anew and now < ends and of == epoch:
            return Parcel(body, ends - now)
        if now < self.leases.get(key, ("", 0.0))[1]:
            return Elsewhere(epoch)
        token = str(next(self._numbers))
        self.leases[key] = token, now + LEASE_SECONDS
        return Grant(epoch, token)

    async def put(self, scope: str, name: str, body: bytes, for_s: float, grant: Grant) -> None:
        """Keep a value of this epoch."""
        if self.is_up and grant.epoch == self._epoch(scope):
            self.values[scope, name] = grant.epoch, body, self.timer() + for_s
        await self.let_go(scope, name, grant)

    async def let_go(self, scope: str, name: str, grant: Grant) -> None:
        """End a lease, if it is this one."""
        if self.is_up and self.leases.get((scope, name), ("", 0.0))[0] == grant.token:
            del self.leases[scope, name]

    async def outdate(self, scope: str) -> bool:
        """Begin another epoch."""
        if self.is_up:
            self.epochs[scope] = f"epoch {next(self._numbers)}"
        return self.is_up

    def watch(self, scope: str, on_change: Callable[[], None]) -> None:
        """Remember who wants to know; a test tells them."""
        self.watchers.setdefault(scope, []).append(on_change)

    def unwatch(self, scope: str) -> None:
        """Forget them."""
        self.watchers.pop(scope, None)

    def _epoch(self, scope: str) -> str:
        return self.epochs.get(scope, "-")
