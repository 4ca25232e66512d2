"""Reading one backend's part of a page: straight from the vendor, or from a whole listing."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gateway.federation.backend import Backend, Failed
from gateway.federation.listings import SortedListing
from gateway.federation.scan import Scan, Tally
from gateway.model.query import Query
from gateway.paging.merge import Row
from gateway.paging.order import TOTAL, Coarsening, Key, key_of
from gateway.paging.planner import BackendPlan

_LONGEST_STRETCH = 2_000
"""Rows of a listing merged at a stretch: more would keep other requests waiting."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Rows in the order in which they came, and whether no more will come."""

    rows: Sequence[Row]
    is_end: bool


Delivered: TypeAlias = Delivery | Failed


class Reader(ABC):
    """Reads one backend's rows, a stretch at a time."""

    coarsening: Coarsening

    def __init__(self) -> None:
        self.tally = Tally()

    @abstractmethod
    async def read(self) -> Delivered:
        """Read the next stretch. Not to be called again after the end or a failure."""


class PageReader(Reader):
    """Reads an ordered backend page by page, as far as the merge needs."""

    def __init__(self, backend: Backend, plan: BackendPlan, query: Query) -> None:
        super().__init__()
        self.coarsening = plan.coarsening
        self._scan = Scan(backend, plan, self.tally)
        self._query = query

    async def read(self) -> Delivered:
        """Read the next page from the vendor."""
        page = await self._scan.next_page()
        if isinstance(page, Failed):
            return page
        order = self._query.order
        rows = [
            Row(key_of(session, order), session, record)
            for session, record in zip(page.sessions, page.records, strict=True)
        ]
        return Delivery(rows, page.next is None)


class ListingReader(Reader):
    """Reads a backend that follows no order: from its whole listing, sorted."""

    coarsening = TOTAL

    def __init__(
        self,
        whole: Callable[[Tally], Awaitable[SortedListing | Failed]],
        *,
        boundary: Key,
        stretch: int,
    ) -> None:
        """Take what gives the listing, and read from ``boundary`` on, ``stretch`` rows at first."""
        super().__init__()
        self.listing: SortedListing | None = None
        self._whole = whole
        self._boundary = boundary
        self._stretch = stretch
        self._given = 0

    async def read(self) -> Delivered:
        """Give the next stretch of the listing beyond the boundary."""
        if self.listing is None:
            listing = await self._whole(self.tally)
            if isinstance(listing, Failed):
                return listing
            self.listing = listing
            self._given = listing.first_beyond(self._boundary)
        rows = self.listing.rows[self._given : self._given + self._stretch]
        self._given += len(rows)
        # Doubled, because few of many rows may match, and each stretch is a round of the merge.
        self._stretch = min(2 * self._stretch, _LONGEST_STRETCH)
        return Delivery(rows, self._given >= len(self.listing.rows))
