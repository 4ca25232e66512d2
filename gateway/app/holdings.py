"""What outlasts a snapshot: connections, what is kept of vendors, and the record of calls."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from gateway.app.peers import Peers
from gateway.app.vendors import Wired
from gateway.federation.details import KeptDetails
from gateway.federation.filling import Listings
from gateway.federation.ranges import KeptRanges
from gateway.figures.figures import Figures
from gateway.state.idempotency import IdempotencyRecords
from gateway.web.tracing import Tracer


class Holdings:
    """What several snapshots may use at a time: the last one to leave a thing has it closed."""

    def __init__(  # noqa: PLR0913  # what there is, each by its name
        self,
        *,
        listings: Listings,
        ranges: KeptRanges,
        details: KeptDetails,
        records: IdempotencyRecords | None,
        figures: Figures,
        peers: Peers,
        tracer: Tracer | None,
    ) -> None:
        """Take them over, not opened yet."""
        self.listings = listings
        self.ranges = ranges
        self.details = details
        self.records = records
        self.figures = figures
        self.peers = peers
        self.tracer = tracer
        self._has_records = False
        self._users: Counter[str] = Counter()
        self._snapshots = 0

    def enter(self, vendors: Sequence[Wired]) -> None:
        """Count in a snapshot that uses these backends."""
        self._snapshots += 1
        self._users.update(each.backend.identity for each in vendors)

    async def open(self) -> None:
        """Open what has to be, if it is not; raise :class:`StateError` if that cannot be done."""
        if self.records is not None and not self._has_records:
            await self.records.open()
            self._has_records = True

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
        await self.listings.forget(vendor.backend)
        self.ranges.drop(vendor.backend.identity)
        self.details.drop(vendor.backend.identity)
        await vendor.wire.close()

    async def _close(self) -> None:
        await self.listings.close()
        if self.records is not None and self._has_records:
            await self.records.close()
        if self.tracer is not None:
            await asyncio.to_thread(self.tracer.close)
