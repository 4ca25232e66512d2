"""Whole listings, kept for a while: for vendors that can only list everything.

Kept, a walk over many pages asks the vendor once, not once a page.
"""

import asyncio
import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from cachetools import TLRUCache
from msgspec import Raw

from gateway.model.matching import predicate
from gateway.model.query import Condition, Order
from gateway.model.session import Session
from gateway.paging.merge import Row
from gateway.paging.order import Key, key_of

MAX_KEPT_BYTES = 256 * 1024 * 1024

# What sessions take with their places in two orders: at least what was measured for listings of
# five vendors (2.0 to 5.2 kB a session). Decoded attributes take several times their JSON.
_BYTES_PER_ROW = 1000
_BYTES_PER_RECORD_BYTE = 7

_KEYS_AT_A_STRETCH = 2_000
"""Keys made at a stretch: more would keep other requests waiting."""

_REMEMBERED_ORDERS = 2

_REMEMBERED_COUNTS = 64


Entry: TypeAlias = tuple[Session, Raw]
"""A session and the record it was."""


@dataclass(frozen=True, slots=True)
class ListingKey:
    """What a listing holds: a backend's sessions for which the pushed conditions hold."""

    backend: str
    pushed: frozenset[Condition]


@dataclass(frozen=True, slots=True)
class Listing:
    """Every session of one scan, in any order."""

    entries: Sequence[Entry]
    as_of: datetime
    rejected: int
    unreadable: int
    duplicates: int
    record_bytes: int
    _counts: dict[tuple[Condition, ...], int] = field(default_factory=dict)
    _sorted: dict[Order, Sequence[Row]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Estimate the memory it takes, in bytes."""
        return len(self.entries) * _BYTES_PER_ROW + self.record_bytes * _BYTES_PER_RECORD_BYTE

    async def sorted_by(self, order: Order) -> Sequence[Row]:
        """Give its rows in an order; the orders asked for last are remembered."""
        if order not in self._sorted:
            rows = await _sorted(self, order)
            _make_room(self._sorted, _REMEMBERED_ORDERS)
            self._sorted[order] = rows
        return self._sorted[order]

    def count(self, conditions: tuple[Condition, ...]) -> int:
        """Count the sessions for which the conditions hold."""
        if not conditions:
            return len(self.entries)
        if conditions not in self._counts:
            count = sum(map(predicate(conditions), (session for session, _ in self.entries)))
            _make_room(self._counts, _REMEMBERED_COUNTS)
            self._counts[conditions] = count
        return self._counts[conditions]


@dataclass(frozen=True, slots=True)
class SortedListing:
    """A listing in one order."""

    listing: Listing
    rows: Sequence[Row]

    def first_beyond(self, boundary: Key) -> int:
        """Give the index of the first row above the boundary."""
        return bisect.bisect_right(self.rows, boundary, key=lambda row: row.key)


async def _sorted(listing: Listing, order: Order) -> tuple[Row, ...]:
    rows = []
    for number, (session, record) in enumerate(listing.entries, start=1):
        rows.append(Row(key_of(session, order), session, record))
        if number % _KEYS_AT_A_STRETCH == 0:
            await asyncio.sleep(0)
    rows.sort(key=lambda row: row.key)
    return tuple(rows)


def _make_room(remembered: dict[Any, Any], most: int) -> None:
    """Forget what has been remembered the longest."""
    while len(remembered) >= most:
        remembered.pop(next(iter(remembered)))


@dataclass(frozen=True, slots=True)
class _Kept:
    listing: Listing
    ttl_seconds: float


class KeptListings:
    """Listings by what they hold, within a bound of bytes, each for its time to live."""

    def __init__(self, *, timer: Callable[[], float], max_bytes: int = MAX_KEPT_BYTES) -> None:
        """Keep up to ``max_bytes``, by a monotonic timer in seconds."""
        self._kept: TLRUCache[ListingKey, _Kept] = TLRUCache(
            max_bytes,
            ttu=lambda _key, kept, now: now + kept.ttl_seconds,
            timer=timer,
            getsizeof=lambda kept: kept.listing.size,
        )

    def find(self, key: ListingKey) -> Listing | None:
        """Give a kept listing that holds at least what the key asks for."""
        whole = ListingKey(key.backend, frozenset())
        kept = self._kept.get(whole) or self._kept.get(key)
        return kept.listing if kept else None

    def keep(self, key: ListingKey, listing: Listing, ttl_seconds: float) -> None:
        """Keep a listing, unless it is larger than all there is room for."""
        if listing.size <= self._kept.maxsize:
            self._kept[key] = _Kept(listing, ttl_seconds)
