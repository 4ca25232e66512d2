"""Listings to test with: what they hold, where readers have them from, and a timer."""

from dataclasses import dataclass

from gateway.federation.backend import Failed
from gateway.federation.harvest import Harvest
from gateway.federation.listing import Listing, SortedListing
from gateway.federation.listings import ListingKey
from gateway.federation.tally import Tally
from gateway.model.query import NEWEST_FIRST, AnyOf, Condition, Field
from tests.support.adapters import NOON
from tests.support.fakes import FakeAdapter, FakeRow, backend, record

ENDED: Condition = AnyOf(Field.STATUS, frozenset({"ended"}))
ACTIVE: Condition = AnyOf(Field.STATUS, frozenset({"active"}))


@dataclass
class Clock:
    """A timer that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def listing(*found: FakeRow, is_remembered: bool = True) -> Listing:
    """Make a listing, which remembers its sessions or makes them again."""
    harvest = Harvest(NEWEST_FIRST, max_bytes=10**9, remembered_bytes=10**9 if is_remembered else 0)
    harvest.take([(row.session("a"), record(row)) for row in found])
    return harvest.listing(backend("a", FakeAdapter(found)).maker, NOON, Tally())


async def newest_first(*found: FakeRow, is_remembered: bool = True) -> SortedListing:
    kept = listing(*found, is_remembered=is_remembered)
    return SortedListing(kept, await kept.sorted_by(NEWEST_FIRST))


def key(backend: str = "a", *pushed: Condition) -> ListingKey:
    return ListingKey(backend, frozenset(pushed))


@dataclass
class Source:
    """A listing that is there."""

    kept: SortedListing

    async def whole(self, tally: Tally) -> SortedListing | Failed:
        del tally
        return self.kept

    def fall_back(self) -> bool:
        return False
