"""One reader's part in sharing ranges with other replicas: taking theirs, and giving its own."""

from collections.abc import Callable
from types import TracebackType

from gateway.federation.backend import Backend
from gateway.federation.freshness import Acceptance, Life
from gateway.federation.naming import name_of_range
from gateway.federation.parcels import packed_range, unpacked_range
from gateway.federation.ranges import KeptRange, KeptRanges
from gateway.federation.sharing import Parcel
from gateway.federation.shelf import Lease
from gateway.model.query import Condition, Query
from gateway.paging.order import BEFORE_ALL, Key


class RangeSharing:
    """Takes ranges that other replicas have read, and shares what is read where none has."""

    def __init__(self, backend: Backend, query: Query, ranges: KeptRanges) -> None:
        """Take whose ranges are meant, and where those that are taken are kept."""
        self._backend = backend
        self._query = query
        self._ranges = ranges
        self._changes = backend.changes.count
        self._boundary: Key = BEFORE_ALL
        self._lease: Lease | None = None

    async def take(
        self, accepted: Acceptance, pushed: frozenset[Condition], boundary: Key
    ) -> Acceptance | None:
        """Have kept what another replica has read from a boundary on, and say what serves of that.

        None if there is nothing that may serve: what is read then is for the others too.
        """
        others = accepted.of_others(self._ranges.timer())
        if others is None or self._backend.lifetimes.fresh_s <= 0:
            return None

        async def keep(parcel: Parcel) -> Life | None:
            return self._keep(parcel, pushed)

        self._boundary = boundary
        name = name_of_range(pushed, self._query.order, boundary)
        found = await self._backend.shelf.fetch(name, keep)
        if isinstance(found, Lease):
            self._lease = found
            return None
        if found is None or not found.serves(self._ranges.timer(), others):
            return None
        return Acceptance(found.read_at)

    def share(self, give: Callable[[], KeptRange | None]) -> None:
        """Give the others what was read, if they look for it; none where it is of no use."""
        if self._lease is None:
            return
        kept = give()
        if kept is None or not kept.extent.covers(self._boundary):
            self._lease.end()
            return
        now = self._ranges.timer()
        for_s = kept.extent.life.fresh_until - now
        self._lease.put(packed_range(kept, now, for_s), for_s)

    def end(self) -> None:
        """Have nobody wait any more: it came to nothing."""
        if self._lease is not None:
            self._lease.end()

    def __enter__(self) -> None:
        """Have nobody wait for what is broken off in the block."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.end()

    def _keep(self, parcel: Parcel, pushed: frozenset[Condition]) -> Life | None:
        backend, order, now = self._backend, self._query.order, self._ranges.timer()
        kept = unpacked_range(parcel, backend, order, pushed, now)
        if kept is None or backend.changes.count != self._changes:
            return None
        self._ranges.keep(backend.identity, order, kept)
        return kept.extent.life
