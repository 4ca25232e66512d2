"""Getting a backend's whole listing: the kept one, grown or not, or all its pages read and sorted.

What is fetched is fetched by a task of its own: it goes on when its callers have given up, so that
the next one finds it done.
"""

from collections.abc import Callable, Coroutine, Hashable, Sequence
from contextlib import suppress
from typing import Any

from gateway.federation.backend import Backend, Failed
from gateway.federation.flaws import FLAWLESS, Flaws, is_ahead
from gateway.federation.flights import LastingFlights
from gateway.federation.freshness import AS_IT_SERVES, NOT_CACHED, Acceptance, Life
from gateway.federation.gathering import note_list
from gateway.federation.growing import grow
from gateway.federation.harvest import Harvest
from gateway.federation.list_sharing import ListSharing
from gateway.federation.listing import REMEMBERED_BYTES, Listing, SortedListing
from gateway.federation.listings import Held, Kept, KeptListings, ListingKey
from gateway.federation.tally import Tally
from gateway.federation.waits import Waits
from gateway.model.query import Order
from gateway.model.report import ServedFrom
from gateway.model.session import Session
from gateway.paging.planner import BackendPlan
from gateway.paging.rows import Row
from gateway.spi.errors import BadAnswer, UpstreamError


class Listings:
    """Whole listings for all who ask. Those who ask for the same one at once share one fetch."""

    def __init__(self, kept: KeptListings, *, remembered_bytes: int = REMEMBERED_BYTES) -> None:
        """Take what keeps them, and what each may take to remember its sessions."""
        self.kept = kept
        self._remembered_bytes = remembered_bytes
        self._fills: LastingFlights[Listing | Failed] = LastingFlights()
        self._growths: LastingFlights[Listing | Failed] = LastingFlights()
        self._sorts: LastingFlights[Sequence[Row]] = LastingFlights()
        self._waits = Waits(kept.now)

    async def whole(
        self,
        backend: Backend,
        plan: BackendPlan,
        order: Order,
        tally: Tally,
        *,
        accepted: Acceptance = AS_IT_SERVES,
    ) -> SortedListing | Failed:
        """Give the listing of what the plan pushes; whoever starts the fetch counts it."""
        listing = await self._listing(backend, plan, order, tally, accepted)
        if isinstance(listing, Failed):
            return listing
        try:
            rows = await self._sorted(listing, order)
        except UpstreamError as error:
            return backend.failed(error)
        tally.flaws += Flaws(rejected=len(listing.records) - len(rows))
        return SortedListing(listing, rows)

    def is_kept(
        self, backend: Backend, plan: BackendPlan, accepted: Acceptance = AS_IT_SERVES
    ) -> bool:
        """Say whether a listing of what the plan pushes is kept, and may serve."""
        return self.kept.find(_key(backend, plan), accepted) is not None

    def keep(  # noqa: PLR0913, PLR0917  # all that a listing is made of
        self,
        backend: Backend,
        plan: BackendPlan,
        rows: Sequence[Row],
        order: Order,
        tally: Tally,
        life: Life,
    ) -> None:
        """Keep every session of what the plan pushes for its life, if there is room for them."""
        harvest = self._harvest(order)
        with suppress(BadAnswer):
            harvest.take([(row.placed, row.raw) for row in rows if row.raw is not None])
            listing = harvest.listing(backend.maker, tally.as_of or backend.now(), tally)
            self.kept.keep_read(_key(backend, plan), Kept(listing, life, life.read_at, None))

    async def session(  # noqa: PLR0913  # as for a whole listing
        self,
        backend: Backend,
        plan: BackendPlan,
        native_id: str,
        order: Order,
        tally: Tally,
        *,
        accepted: Acceptance = AS_IT_SERVES,
    ) -> Session | Failed | None:
        """Give one session of the listing, if there is one; the flaws counted are its own."""
        listing = await self._listing(backend, plan, order, tally, accepted)
        if isinstance(listing, Failed):
            return listing
        try:
            session = listing.session(native_id)
        except UpstreamError as error:
            return backend.failed(error)
        # Which of its fields could not be read is not kept.
        tally.flaws = Flaws(ahead=is_ahead(session, listing.mapped_as_of)) if session else FLAWLESS
        return session

    async def forget(self, backend: Backend) -> None:
        """End what is fetched of a backend that nobody asks any more, and drop its listings."""
        for flights in (self._fills, self._growths):
            await flights.end(lambda flight: _is_of(backend, flight))
        self._waits.forget(backend.identity)
        self.kept.drop(backend.identity)

    async def close(self) -> None:
        """End all that is being fetched."""
        for flights in (self._fills, self._growths, self._sorts):
            await flights.close()

    async def _listing(
        self, backend: Backend, plan: BackendPlan, order: Order, tally: Tally, accepted: Acceptance
    ) -> Listing | Failed:
        key, now = _key(backend, plan), self.kept.now()
        held = self.kept.held(key)
        # What serves now is given, though that take a while.
        kept = held.serving(now, accepted)
        if accepted.is_kept_only:
            listing: Listing | Failed | None = kept or Failed(NOT_CACHED)
        else:
            self._renew(key, backend, plan, order, held)
            listing = kept or await self._grown(key, backend, tally, held)
        if isinstance(listing, Listing):
            tally.served_from = ServedFrom.CACHE
        if listing is None:
            on_error = backend.accepted_on_error(AS_IT_SERVES)
            tally.note_need(lambda each: held.serving(now, each) is not None, on_error)
            # A fill takes in what is written meanwhile, as far as anybody knows what that was.
            second = accepted.second(self.kept.now())
            flight = (key, backend.changes.unknown, second, accepted.is_refresh)
            listing = await _counted(
                tally,
                self._fills,
                flight,
                lambda own: self._fill(key, backend, plan, order, own, accepted=accepted),
            )
        if isinstance(listing, Listing):
            self._count(key, listing, tally, now if listing is kept else None)
        return listing

    def _count(
        self, key: ListingKey, listing: Listing, tally: Tally, served_at: float | None
    ) -> None:
        """Count what is given of a listing that was kept and served; what was just read is not."""
        tally.as_of = listing.as_of
        tally.flaws = listing.flaws
        tally.duplicates = listing.duplicates
        tally.has_drifted = listing.has_drifted
        life = self.kept.held(key).life_of(listing)
        if life is None:
            tally.note_fresh_until(self.kept.now())
        elif served_at is None:
            tally.note_life(life)
        else:
            tally.note_kept(life, served_at)

    def _renew(
        self, key: ListingKey, backend: Backend, plan: BackendPlan, order: Order, held: Held
    ) -> None:
        """Have a listing that grows asked for anew where it is due.

        Nobody waits for it: the kept one serves, and if it fails another tries again later.
        """
        if self._is_due(held) and not self._waits.is_held_back(backend.identity):
            flight = (key, backend.changes.unknown, None, False)
            self._fills.start(flight, lambda: self._fill_anew(key, backend, plan, order))

    async def _grown(
        self, key: ListingKey, backend: Backend, tally: Tally, held: Held
    ) -> Listing | Failed | None:
        """Give the kept listing with what is new; none if all has to be read."""
        growing = held.growing
        if growing is None:
            return None
        growth = (key, backend.changes.count)
        listing = await _counted(
            tally, self._growths, growth, lambda own: self._grow(key, backend, growing, own)
        )
        if isinstance(listing, Failed) and not listing.failure.retryable:
            return None
        return listing

    def _is_due(self, held: Held) -> bool:
        return held.growing is not None and self.kept.is_due(held.growing)

    async def _fill_anew(
        self, key: ListingKey, backend: Backend, plan: BackendPlan, order: Order
    ) -> Listing | Failed:
        """Fill a listing that is due. As long as it stays so it is not tried at every request."""
        listing = await self._fill(key, backend, plan, order, Tally())
        self._waits.note(backend.identity, has_gone_well=not self._is_due(self.kept.held(key)))
        return listing

    async def _fill(  # noqa: PLR0913  # as for a whole listing
        self,
        key: ListingKey,
        backend: Backend,
        plan: BackendPlan,
        order: Order,
        tally: Tally,
        *,
        accepted: Acceptance = AS_IT_SERVES,
    ) -> Listing | Failed:
        with backend.changes.watched() as begun:
            return await self._filled(key, backend, plan, order, tally, begun, accepted=accepted)

    async def _filled(  # noqa: PLR0913, PLR0917  # as for a whole listing
        self,
        key: ListingKey,
        backend: Backend,
        plan: BackendPlan,
        order: Order,
        tally: Tally,
        begun: int,
        *,
        accepted: Acceptance,
    ) -> Listing | Failed:
        sharing = ListSharing(backend, plan, self.kept.now, lambda: self._harvest(order))
        found = await sharing.gathered(tally, accepted)
        if isinstance(found, Failed):
            return found
        harvest, as_of = found.harvest, tally.as_of or backend.now()
        try:
            note_list(harvest, backend, plan, tally, begun)
            harvest.take_vanished(backend.vanished.at(backend.now()))
        except UpstreamError as error:
            return backend.failed(error)
        listing = harvest.listing(backend.maker, as_of, tally)
        await listing.in_order_of(harvest.keys, order)
        changes = backend.changes.since(begun)
        if changes is None:
            return listing
        for session, record in changes:
            listing = listing.overwritten(session, record)
        self.kept.keep_read(key, Kept(listing, found.life, found.life.read_at, found.full_list_due))
        if found.is_taken:
            held = self.kept.held(key)
            if held.growing is not None and held.serving(self.kept.now(), accepted) is None:
                return await self._grow(key, backend, held.growing, tally)
        return listing

    async def _grow(
        self, key: ListingKey, backend: Backend, kept: Kept, tally: Tally
    ) -> Listing | Failed:
        grown = await grow(kept.listing, backend, tally)
        if isinstance(grown, Listing):
            self.kept.keep_grown(key, kept, grown, backend.lifetimes)
        return grown

    async def _sorted(self, listing: Listing, order: Order) -> Sequence[Row]:
        rows = listing.known_order(order)
        if rows is None:
            rows = await self._sorts.join((listing, order), lambda: listing.sorted_by(order))
        return rows

    def _harvest(self, order: Order) -> Harvest:
        return Harvest(
            order, max_bytes=self.kept.max_bytes, remembered_bytes=self._remembered_bytes
        )


def _key(backend: Backend, plan: BackendPlan) -> ListingKey:
    return ListingKey(backend.identity, frozenset(plan.scan.pushed))


def _is_of(backend: Backend, flight: Hashable) -> bool:
    match flight:
        case (ListingKey(backend=identity), *_):
            return identity == backend.identity
    return False


async def _counted(
    tally: Tally,
    flights: LastingFlights[Listing | Failed],
    key: Hashable,
    call: Callable[[Tally], Coroutine[Any, Any, Listing | Failed]],
) -> Listing | Failed:
    """Join a fetch. Whoever starts it counts its requests, as far as it waits."""
    own = Tally()
    try:
        return await flights.join(key, lambda: call(own))
    finally:
        tally.requests += own.requests
        if own.served_from is ServedFrom.CACHE:
            tally.served_from = own.served_from
