"""What one backend's replicas share: one of them reads, the others wait for it and take that."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from weakref import WeakValueDictionary

from gateway.federation.flights import Flights, LastingFlights
from gateway.federation.freshness import Life
from gateway.federation.patience import patience
from gateway.federation.sharing import Alone, Elsewhere, Grant, Parcel, SharedStore

LONGEST_WAIT_SECONDS = 3.0
"""How long a page is waited for that another replica reads."""

_SHARE_OF_PATIENCE = 0.3
"""Of the time that is left: whoever waited in vain still has to read it."""

_FIRST_POLL_SECONDS = 0.02
_LONGEST_POLL_SECONDS = 0.2
_MOST_PUTS = 32
"""Under way at a time: what is beyond is not shared."""

Take: TypeAlias = Callable[[Parcel], Awaitable[Life | None]]
"""Keeps what a parcel holds; gives its life, none if it is not to be read."""


class Lease:
    """Leave to read something for all replicas. The others wait until it is put there, or ended."""

    def __init__(self, shelf: "Shelf", name: str, grant: Grant) -> None:
        """Take what it is leave for."""
        self._shelf = shelf
        self._name = name
        self._grant = grant
        self._is_held = grant.token is not None

    def put(self, body: bytes, for_s: float) -> None:
        """Share what was read, for so many seconds: behind the scenes, and as often as it grows."""
        self._is_held = False
        self._shelf.put(self._name, body, for_s, self._grant)

    def end(self) -> None:
        """Have nobody wait any more."""
        if self._is_held:
            self._is_held = False
            self._shelf.let_go(self._name, self._grant)


class Shelf:
    """Shares what is read of one backend, by a scope that its equals in other replicas have."""

    def __init__(self, store: SharedStore | None = None, scope: str = "") -> None:
        """Take the store; without one there is nobody to share with."""
        self._store = store or Alone()
        self._scope = scope
        self._looks: Flights[Life | Lease | None] = Flights()
        self._leases: WeakValueDictionary[str, Lease] = WeakValueDictionary()
        self._sendings: LastingFlights[None] = LastingFlights()
        self._under_way = 0
        self._is_outdated = False

    @property
    def is_shared(self) -> bool:
        """Say whether there is anybody to share with at present."""
        return self._store.is_up

    def watch(self, on_change: Callable[[], None]) -> None:
        """Have it told when another replica has written to the backend."""
        self._store.watch(self._scope, on_change)

    async def fetch(
        self, name: str, take: Take, *, wait_s: float | None = None
    ) -> Life | Lease | None:
        """Take what another replica has read, or is reading; else give leave to read it for all.

        None where nothing is shared. Those who want the same at once share one look. Unless told
        how long, it waits for a part of its caller's time.
        """
        if not self.is_shared:
            return None
        lease = self._leases.get(name)
        if lease is not None:
            return lease
        return await self._looks.join(name, lambda: self._fetch(name, take, wait_s))

    def put(self, name: str, body: bytes, for_s: float, grant: Grant) -> None:
        """Share something, behind the scenes."""
        self._leases.pop(name, None)
        if for_s > 0 and self._under_way < _MOST_PUTS:
            self._send(lambda: self._store.put(self._scope, name, body, for_s, grant))
        else:
            self.let_go(name, grant)

    def let_go(self, name: str, grant: Grant) -> None:
        """Keep nobody waiting, behind the scenes."""
        self._leases.pop(name, None)
        if grant.token is not None:
            self._send(lambda: self._store.let_go(self._scope, name, grant))

    def outdate(self) -> None:
        """Have nothing serve that was read before now. Until that is told, nothing is taken."""
        self._is_outdated = True
        self._leases.clear()
        if self.is_shared:
            self._send(self._tell_outdated)

    async def close(self) -> None:
        """Tell what is being told, and nothing more."""
        self._store.unwatch(self._scope)
        await self._sendings.settled()
        await self._sendings.close()

    async def _fetch(self, name: str, take: Take, wait_s: float | None) -> Life | Lease | None:
        if self._is_outdated:
            await self._tell_outdated()
        if self._is_outdated:
            return None
        found = await self._look(name, wait_s)
        if isinstance(found, Parcel):
            life = await take(found)
            if life is not None:
                return life
            found = await self._store.look(self._scope, name, is_anew=True)
        if isinstance(found, Elsewhere):
            found = Grant(found.epoch)
        if not isinstance(found, Grant):
            return None
        lease = Lease(self, name, found)
        self._leases[name] = lease
        return lease

    async def _look(self, name: str, wait_s: float | None) -> Parcel | Grant | Elsewhere | None:
        """Look, and while another reads it look again."""
        loop, poll = asyncio.get_running_loop(), _FIRST_POLL_SECONDS
        until = loop.time() + (_own_wait() if wait_s is None else wait_s)
        while True:
            found = await self._store.look(self._scope, name)
            if not isinstance(found, Elsewhere) or loop.time() >= until:
                return found
            await asyncio.sleep(min(poll, max(0.0, until - loop.time())))
            poll = min(1.5 * poll, _LONGEST_POLL_SECONDS)

    async def _tell_outdated(self) -> None:
        if await self._store.outdate(self._scope):
            self._is_outdated = False

    def _send(self, send: Callable[[], Awaitable[None]]) -> None:
        async def sending() -> None:
            await send()

        self._under_way += 1
        task = self._sendings.start(object(), sending)
        task.add_done_callback(lambda _: self._count_down())

    def _count_down(self) -> None:
        self._under_way -= 1


def _own_wait() -> float:
    return min(LONGEST_WAIT_SECONDS, _SHARE_OF_PATIENCE * patience().left())
