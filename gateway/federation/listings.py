"""Whole listings, kept for a while: for vendors that can only list everything.

Kept, a walk over many pages asks the vendor once, not once a page.
"""

import math
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from cachetools import TLRUCache
from msgspec import Raw, Struct
from msgspec.structs import replace

from gateway.federation.freshness import AS_IT_SERVES, Acceptance, Life, Lifetimes
from gateway.federation.listing import Listing
from gateway.model.query import Condition
from gateway.model.session import Session

MAX_KEPT_BYTES = 512 * 1024 * 1024
"""Room for listings of 100,000 sessions of each of five vendors."""


_ALL: frozenset[Condition] = frozenset()


class ListingKey(NamedTuple):
    """What a listing holds: a backend's sessions for which the pushed conditions hold.

    The backend is named by its identity.
    """

    backend: str
    pushed: frozenset[Condition]


class Kept(Struct, frozen=True):
    """A listing that is kept, and how long it serves as it is.

    It was read when it was last known to be what the vendor has, and ``listed_at`` is when the
    whole list was asked for. One that grows is kept for ever, and asked for anew from
    ``full_list_due`` on.
    """

    listing: Listing
    life: Life
    listed_at: float
    full_list_due: float | None

    @property
    def ends(self) -> float:
        """Give the instant from which on it is of no use."""
        return self.life.ends if self.full_list_due is None else math.inf


class Held(Struct, frozen=True):
    """All that was kept, at one look, of what holds at least what was asked for."""

    kept: tuple[Kept, ...]

    def serving(self, now: float, accepted: Acceptance) -> Listing | None:
        """Give a listing that may serve: of several the one that is fresh for longer."""
        serving = [kept for kept in self.kept if kept.life.serves(now, accepted)]
        best = max(serving, key=lambda kept: kept.life.fresh_until, default=None)
        return best.listing if best else None

    @property
    def growing(self) -> Kept | None:
        """Give one that grows, fresh or not."""
        return next((kept for kept in self.kept if kept.full_list_due is not None), None)

    def life_of(self, listing: Listing) -> Life | None:
        """Give the life of a listing, if it is among them."""
        return next((kept.life for kept in self.kept if kept.listing is listing), None)


class KeptListings:
    """Listings by what they hold, within a bound of bytes, each for its time to live."""

    def __init__(self, *, timer: Callable[[], float], max_bytes: int = MAX_KEPT_BYTES) -> None:
        """Keep up to ``max_bytes``, by a monotonic timer in seconds."""
        self.max_bytes = max_bytes
        self.changes: Counter[str] = Counter()
        """How often another listing of a backend was kept, or one was dropped."""
        self._timer = timer
        self._kept: TLRUCache[ListingKey, Kept] = TLRUCache(
            max_bytes,
            ttu=lambda _key, kept, _now: kept.ends,
            timer=timer,
            getsizeof=lambda kept: kept.listing.size,
        )

    def __len__(self) -> int:
        """Count the listings that are kept."""
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """Estimate the memory that they take, in bytes."""
        return int(self._kept.currsize)

    def held(self, key: ListingKey) -> Held:
        """Look for what is kept of all of a backend, and of what the key asks for alone."""
        own = self._kept.get(key)
        of_all = self._kept.get(ListingKey(key.backend, _ALL)) if key.pushed else None
        return Held(tuple(kept for kept in (of_all, own) if kept is not None))

    def find(self, key: ListingKey, accepted: Acceptance = AS_IT_SERVES) -> Listing | None:
        """Give a kept listing that holds at least what the key asks for, and may serve."""
        return self.held(key).serving(self.now(), accepted)

    def now(self) -> float:
        """Read the timer."""
        return self._timer()

    def is_due(self, kept: Kept) -> bool:
        """Say whether a listing that grows is to be asked for anew."""
        return kept.full_list_due is not None and kept.full_list_due <= self.now()

    def keep(
        self,
        key: ListingKey,
        listing: Listing,
        lifetimes: Lifetimes,
        *,
        read_at: float | None = None,
    ) -> None:
        """Keep a listing that was asked for now, unless told otherwise, and has come now."""
        now = self.now()
        listed_at = now if read_at is None else read_at
        self.keep_read(key, Kept(listing, lifetimes.begin(listed_at, now), listed_at, None))

    def keep_read(self, key: ListingKey, kept: Kept) -> None:
        """Keep a listing for its life, unless there is no room for it, or one is newer."""
        before = self._kept.get(key)
        is_older = before is not None and kept.listed_at < before.listed_at
        if not is_older and kept.listing.size <= self.max_bytes:
            self.changes[key.backend] += 1
            self._kept[key] = kept

    def keep_grown(
        self, key: ListingKey, kept: Kept, listing: Listing, lifetimes: Lifetimes
    ) -> None:
        """Keep what a listing has grown to in its place, if it is still there."""
        if self._kept.get(key) is kept:
            self.keep_read(key, replace(kept, listing=listing, life=lifetimes.begin(self.now())))

    def put(self, backend: str, session: Session, record: Raw) -> None:
        """Put a session as it was written into the listings of a backend.

        One of some sessions may hold more than those: all conditions are checked here.
        """
        for key, kept in self._taken(backend):
            listing = kept.listing.overwritten(session, record)
            self.keep_read(key, replace(kept, listing=listing))

    def drop(self, backend: str) -> None:
        """Drop all listings of a backend."""
        self._taken(backend)

    def _taken(self, backend: str) -> list[tuple[ListingKey, Kept]]:
        """Take out the listings of a backend."""
        self.changes[backend] += 1
        keys = [key for key in self._kept if key.backend == backend]
        taken = [(key, self._kept.pop(key, None)) for key in keys]
        return [(key, kept) for key, kept in taken if kept is not None]
