"""Reading a backend that follows no order: from its whole listing."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from gateway.federation.backend import Backend, Failed
from gateway.federation.listing import REMAKING_STRETCH, SortedListing
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.federation.tally import Tally
from gateway.model.query import Condition
from gateway.model.report import Failure
from gateway.paging.order import TOTAL, Key
from gateway.paging.rows import Row
from gateway.paging.sieve import are_outlined
from gateway.spi.errors import UpstreamError

_LONGEST_STRETCH = 1_000
"""Rows of a listing merged at a stretch: more would keep other requests waiting."""


class ListingSource(Protocol):
    """Where a reader has its listing from."""

    async def whole(self, tally: Tally) -> SortedListing | Failed:
        """Give the listing, sorted."""

    def fall_back(self) -> bool:
        """Turn to what is kept, though it be stale; say whether there is any."""


class ListingReader(Reader):
    """Reads a backend that follows no order: from its whole listing, sorted."""

    coarsening = TOTAL

    def __init__(  # noqa: PLR0913  # what is read, from where on, and what for
        self,
        backend: Backend,
        source: ListingSource,
        *,
        boundary: Key,
        stretch: int,
        conditions: tuple[Condition, ...] = (),
        is_walked: bool = False,
    ) -> None:
        """Take what gives the listing, and read from ``boundary`` on, ``stretch`` rows at first.

        The ``conditions`` are what its rows will be put to. If they are ``is_walked`` all those for
        which they hold are given out, page after page.
        """
        super().__init__()
        self.listing: SortedListing | None = None
        self.is_waiting = False
        """Whether a read is under way, or was broken off, while the listing was being fetched."""
        self._backend = backend
        self._source = source
        self._boundary = boundary
        self._stretch = stretch
        self._needs_sessions = not are_outlined(conditions)
        """Whether a condition looks at more than outlines tell."""
        self._is_seen = self._needs_sessions or (is_walked and not conditions)
        """Whether sessions are made of all rows: then here, some at a stretch."""
        # Where all match, more than are soon given out would only be held.
        self._longest = REMAKING_STRETCH if is_walked and not conditions else _LONGEST_STRETCH
        self._given = 0

    def allowance(self) -> None:
        """Set no bound: the listing has been read, or has bounds of its own."""

    def fall_back(self, failure: Failure) -> bool:
        """Turn to the listing that is kept, if none has come."""
        if self.listing is not None or self.tally.fallen_back or not self._source.fall_back():
            return False
        self.tally.fallen_back = failure
        return True

    def at_hand(self) -> Delivered | None:
        """Give the next stretch of the listing, if it has come and the stretch is short."""
        if self.listing is None or self._stretch > REMAKING_STRETCH:
            return None
        try:
            rows = self._stretch_of(self.listing, self._given, self._given + self._stretch)
        except UpstreamError as error:
            return self._backend.failed(error)
        return self._delivered(self.listing, rows)

    async def read(self) -> Delivered:
        """Give the next stretch of the listing beyond the boundary."""
        try:
            return await self._read()
        except UpstreamError as error:
            return self._backend.failed(error)

    async def count(self, conditions: tuple[Condition, ...]) -> None:
        """Have the listing know how many of its sessions the conditions hold for."""
        if self.listing is not None:
            await self.listing.listing.count(conditions)

    async def _read(self) -> Delivered:
        if self.listing is None:
            self.is_waiting = True
            listing = await self._source.whole(self.tally)
            self.is_waiting = False
            if isinstance(listing, Failed):
                return listing
            if self._needs_sessions:
                await listing.listing.make_all()
            self.listing = listing
            self._given = listing.first_beyond(self._boundary)
        return self._delivered(self.listing, await self._rows(self.listing))

    def _delivered(self, listing: SortedListing, rows: Sequence[Row]) -> Delivery:
        """Give rows of the listing, and go on behind them."""
        self._given += len(rows)
        # Doubled, because few of many rows may match, and each stretch is a round of the merge.
        self._stretch = min(2 * self._stretch, self._longest)
        return Delivery(rows, self._given >= len(listing.rows))

    async def _rows(self, listing: SortedListing) -> list[Row]:
        end = self._given + self._stretch
        rows: list[Row] = []
        for begin in range(self._given, end, REMAKING_STRETCH):
            if begin > self._given:
                await asyncio.sleep(0)
            rows += self._stretch_of(listing, begin, min(begin + REMAKING_STRETCH, end))
        return rows

    def _stretch_of(self, listing: SortedListing, begin: int, end: int) -> Sequence[Row]:
        return listing.seen(begin, end) if self._is_seen else listing.rows[begin:end]
