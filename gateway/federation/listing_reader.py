"""Reading a backend that follows no order: from its whole listing."""

from collections.abc import Awaitable, Callable

from gateway.federation.backend import Failed
from gateway.federation.listings import SortedListing
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.federation.scan import Tally
from gateway.paging.order import TOTAL, Key

_LONGEST_STRETCH = 2_000
"""Rows of a listing merged at a stretch: more would keep other requests waiting."""


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

    def allowance(self) -> None:
        """Set no bound: the listing has been read, or has bounds of its own."""

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
