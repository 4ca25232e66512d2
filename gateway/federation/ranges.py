"""Kept ranges: what was read of an ordered backend, kept for the next page and for others.

A range knows from which key to which it holds every row, not how many it holds: so it answers
narrower questions, and what lies beyond it is read from there.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from cachetools import TLRUCache

from gateway.federation.freshness import AS_IT_SERVES, Acceptance, Life
from gateway.federation.tally import Tally
from gateway.model.query import Condition, Order, Query
from gateway.paging.domains import Domain, domain_of
from gateway.paging.order import Key
from gateway.paging.resume import ReadPage
from gateway.paging.rows import Row
from gateway.spi.pages import Address

MAX_KEPT_BYTES = 64 * 1024 * 1024

# As for whole listings: at least what was measured of sessions with their keys.
_BYTES_PER_RANGE = 1500
_BYTES_PER_ROW = 1500
_BYTES_PER_RECORD_BYTE = 7

_REMEMBERED_DOMAINS = 64

_KEPT_BETWEEN_SWEEPS = 16

_MOST_OF_A_KIND = 64
"""Ranges of one backend and order: each is looked at when one is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What a range holds: all beyond ``begins`` and before ``ends`` for which the conditions hold.

    ``ends`` is none where there is no more, ``next`` is where the vendor's stream goes on, where
    it has addresses. Its life is by the timer of the cache.
    """

    pushed: frozenset[Condition]
    begins: Key
    ends: Key | None
    next: Address | None
    life: Life

    def covers(self, boundary: Key) -> bool:
        """Say whether it holds what follows a boundary at once."""
        return self.begins <= boundary and (self.ends is None or boundary < self.ends)


@dataclass(frozen=True, slots=True)
class KeptRange:
    """Rows of an extent as they came, page by page, and what was counted of them.

    Some may lie before the extent or beyond it: there, others may be missing.
    """

    extent: Extent
    pages: Sequence[ReadPage]
    tally: Tally

    @property
    def rows(self) -> Iterator[Row]:
        """Give its rows as they came."""
        return (row for page in self.pages for row in page.rows)

    @property
    def closed_rows(self) -> list[Row]:
        """Give those of its rows behind which no other can be missing before its end."""
        ends = self.extent.ends
        return [row for row in self.rows if ends is None or row.key < ends]

    @property
    def size(self) -> int:
        """Estimate the memory it takes, in bytes."""
        rows = sum(len(page.rows) for page in self.pages)
        return (
            _BYTES_PER_RANGE
            + rows * _BYTES_PER_ROW
            + self.tally.record_bytes * _BYTES_PER_RECORD_BYTE
        )

    def count_into(self, tally: Tally, now: float) -> None:
        """Count what is given of it now, by the timer."""
        known = [each for each in (tally.as_of, self.tally.as_of) if each is not None]
        tally.as_of = min(known, default=None)
        tally.note_kept(self.extent.life, now)
        tally.flaws += self.tally.flaws
        tally.duplicates += self.tally.duplicates
        tally.has_drifted |= self.tally.has_drifted
        tally.vendor_total = self.tally.vendor_total


class _Kind(NamedTuple):
    backend: str
    order: Order


class _Place(NamedTuple):
    kind: _Kind
    pushed: frozenset[Condition]
    begins: Key


class KeptRanges:
    """Ranges of all backends within a bound of bytes, each for its time to live.

    Backends are named by their identities.
    """

    def __init__(self, *, timer: Callable[[], float], max_bytes: int = MAX_KEPT_BYTES) -> None:
        """Keep up to ``max_bytes``, by a monotonic timer in seconds."""
        self.timer = timer
        self.max_bytes = max_bytes
        self.changes: Counter[str] = Counter()
        """How often another range of a backend was kept, or all were dropped."""
        self._ranges: TLRUCache[_Place, KeptRange] = TLRUCache(
            max_bytes,
            ttu=lambda _place, kept, _now: kept.extent.life.ends,
            timer=timer,
            getsizeof=lambda kept: kept.size,
        )
        self._places: dict[_Kind, dict[_Place, tuple[Domain, Extent]]] = {}
        """What is known of ranges without asking the cache, which takes longer."""
        self._since_swept = 0
        # The same is looked for again and again: by who polls, and by who reads it to keep it.
        self._domain_of = lru_cache(_REMEMBERED_DOMAINS)(domain_of)

    def __len__(self) -> int:
        """Count the ranges that are kept."""
        return len(self._ranges)

    @property
    def bytes(self) -> int:
        """Estimate the memory that they take, in bytes."""
        return int(self._ranges.currsize)

    def find(
        self,
        backend: str,
        query: Query,
        boundary: Key,
        accepted: Acceptance = AS_IT_SERVES,
    ) -> KeptRange | None:
        """Find what holds the answer to a query from a boundary on, and may serve.

        Of several it is the furthest.
        """
        now = self.timer()
        serving = [
            (_reach(extent), place, domain)
            for place, (domain, extent) in self._places.get(_Kind(backend, query.order), {}).items()
            if extent.life.serves(now, accepted) and extent.covers(boundary)
        ]
        if not serving:
            return None
        sought = self._domain_of(query.conditions)
        for _, place, domain in sorted(serving, key=itemgetter(0), reverse=True):
            if sought.lies_in(domain) and (kept := self._still_kept(place)) is not None:
                return kept
        return None

    def keep(self, backend: str, order: Order, kept: KeptRange) -> None:
        """Keep a range, unless it is larger than all there is room for, or one is newer."""
        if kept.size > self.max_bytes:
            return
        self.changes[backend] += 1
        place = _Place(_Kind(backend, order), kept.extent.pushed, kept.extent.begins)
        before = self._ranges.get(place)
        if before is not None and kept.extent.life.read_at < before.extent.life.read_at:
            return
        self._sweep()
        places = self._places.setdefault(place.kind, {})
        places.pop(place, None)
        places[place] = self._domain_of(kept.extent.pushed), kept.extent
        self._ranges[place] = kept
        while len(places) > _MOST_OF_A_KIND:
            self._forget(next(iter(places)))

    def drop(self, backend: str) -> None:
        """Drop all ranges of a backend."""
        self.changes[backend] += 1
        for kind in [kind for kind in self._places if kind.backend == backend]:
            for place in self._places.pop(kind):
                self._ranges.pop(place, None)

    def _still_kept(self, place: _Place) -> KeptRange | None:
        kept = self._ranges.get(place)
        if kept is None:
            self._forget(place)
        return kept

    def _sweep(self) -> None:
        """Forget the places of ranges that are gone, as often as there are new ones."""
        self._since_swept += 1
        if self._since_swept <= _KEPT_BETWEEN_SWEEPS or self._since_swept <= len(self._ranges):
            return
        self._since_swept = 0
        places = [place for places in self._places.values() for place in places]
        for place in places:
            self._still_kept(place)

    def _forget(self, place: _Place) -> None:
        self._ranges.pop(place, None)
        places = self._places[place.kind]
        places.pop(place, None)
        if not places:
            del self._places[place.kind]


def _reach(extent: Extent) -> tuple[bool, Key]:
    return extent.ends is None, extent.ends or ()
