"""Whole listings, kept for a while: for vendors that can only list everything.

Kept, a walk over many pages asks the vendor once, not once a page.
"""

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cachetools import TLRUCache

from gateway.model.matching import matches
from gateway.model.query import Condition, Order
from gateway.paging.merge import Row
from gateway.paging.order import Key

MAX_KEPT_BYTES = 256 * 1024 * 1024

_BYTES_PER_ROW = 1700
"""What a session, its key and its place take beside its attributes, measured on five vendors."""

_BYTES_PER_RECORD_BYTE = 2
_REMEMBERED_COUNTS = 64


@dataclass(frozen=True, slots=True)
class ListingKey:
    """What a listing holds: a backend's sessions for which the pushed conditions hold."""

    backend: str
    pushed: frozenset[Condition]
    order: Order


@dataclass(frozen=True, slots=True)
class Listing:
    """Every session of one scan, sorted."""

    rows: Sequence[Row]
    as_of: datetime
    rejected: int
    unreadable: int
    duplicates: int
    record_bytes: int
    _counts: dict[tuple[Condition, ...], int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Estimate the memory it takes, in bytes."""
        return len(self.rows) * _BYTES_PER_ROW + self.record_bytes * _BYTES_PER_RECORD_BYTE

    def first_beyond(self, boundary: Key) -> int:
        """Give the index of the first row above the boundary."""
        return bisect.bisect_right(self.rows, boundary, key=lambda row: row.key)

    def count(self, conditions: tuple[Condition, ...]) -> int:
        """Count the sessions for which the conditions hold."""
        if not conditions:
            return len(self.rows)
        if conditions not in self._counts:
            while len(self._counts) >= _REMEMBERED_COUNTS:
                self._counts.pop(next(iter(self._counts)))
            self._counts[conditions] = sum(matches(row.session, conditions) for row in self.rows)
        return self._counts[conditions]


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
        whole = ListingKey(key.backend, frozenset(), key.order)
        kept = self._kept.get(whole) or self._kept.get(key)
        return kept.listing if kept else None

    def keep(self, key: ListingKey, listing: Listing, ttl_seconds: float) -> None:
        """Keep a listing, unless it is larger than all there is room for."""
        if listing.size <= self._kept.maxsize:
            self._kept[key] = _Kept(listing, ttl_seconds)
