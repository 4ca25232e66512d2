"""What outlasts a snapshot: connections, what is kept or read anew, and the record of calls."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from gateway.app.peers import Peers
from gateway.app.sharing import Sharing
from gateway.app.vendors import Wired
from gateway.federation.backend import Backend
from gateway.federation.details import KeptDetails
from gateway.federation.filling import Listings
from gateway.federation.freshness import Renewals
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import KeptRanges
from gateway.federation.refreshing import Refreshing
from gateway.figures.figures import Figures
from gateway.state.idempotency import CallRecords
from gateway.web.rates import Limiter
from gateway.web.refreshes import REFRESHES_OF_A_BACKEND
from gateway.web.tracing import Tracer


class Holdings:
    """What several snapshots may use at a time: the last one to leave a thing has it closed."""

    def __init__(  # what there is, each by its name
        self,
        timer: Callable[[], float],
        *,
        records: CallRecords | None,
        sharing: Sharing | None,
        peers: Peers,
        tracer: Tracer | None,
    ) -> None:
        """Keep nothing yet, by a timer in seconds. What is taken over is not opened yet."""
        self.listings = Listings(KeptListings(timer=timer))
        self.ranges = KeptRanges(timer=timer)
        self.details = KeptDetails(timer=timer)
        self.renewals = Renewals()
        self.refreshing = Refreshing(timer)
        self.refreshes = Limiter(REFRESHES_OF_A_BACKEND, timer)
        self.figures = Figures()
        self.records = records
        self.sharing = sharing
        self.peers = peers
        self.tracer = tracer
        self._is_open = False
        self._users: Counter[str] = Counter()
        self._snapshots = 0

    def enter(self, vendors: Sequence[Wired]) -> None:
        """Count in a snapshot that uses these backends."""
        self._snapshots += 1
        for each in vendors:
            if not self._users[each.backend.identity]:
                each.backend.shelf.watch(partial(self._outdated, each.backend))
        self._users.update(each.backend.identity for each in vendors)

    async def open(self) -> None:
        """Open what has to be, if it is not; raise :class:`StateError` if that cannot be done."""
        if self._is_open:
            return
        if self.sharing is not None:
            await self.sharing.open()
        if self.records is not None:
            await self.records.open()
        self._is_open = True

    async def leave(self, vendors: Sequence[Wired]) -> None:
        """Count out a snapshot; end what nobody uses any more, and forget what was kept of it."""
        self._snapshots -= 1
        self._users.subtract(each.backend.identity for each in vendors)
        self._users, unused = (
            +self._users,
            [each for each in vendors if not self._users[each.backend.identity]],
        )
        await asyncio.gather(*map(self._end, unused))
        if not self._snapshots:
            await self._close()

    async def _end(self, vendor: Wired) -> None:
        identity = vendor.backend.identity
        await self.refreshing.end(identity)
        await self.listings.forget(vendor.backend)
        await vendor.backend.shelf.close()
        self.ranges.drop(identity)
        self.details.drop(identity)
        self.renewals.forget(identity)
        await vendor.wire.close()

    async def _close(self) -> None:
        await self.refreshing.close()
        await self.listings.close()
        if self.records is not None and self._is_open:
            await self.records.close()
        if self.sharing is not None:
            await self.sharing.close()
        if self.tracer is not None:
            await asyncio.to_thread(self.tracer.close)

    def _outdated(self, backend: Backend) -> None:
        """Have nothing serve that was read before another replica wrote to a backend."""
        backend.changes.note(None)
        self.listings.kept.drop(backend.identity)
        self.ranges.drop(backend.identity)
        self.details.drop(backend.identity)
