"""Reading an ordered backend: first what was kept of it, then page by page from the vendor."""

from collections.abc import Callable

from msgspec.structs import replace

from gateway.federation.backend import Backend, Failed
from gateway.federation.freshness import AS_IT_SERVES, NOT_CACHED, Acceptance
from gateway.federation.mapping import BackendPage
from gateway.federation.range_sharing import RangeSharing
from gateway.federation.ranges import Extent, KeptRange, KeptRanges
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.federation.scan import Scan
from gateway.model.query import Query
from gateway.model.report import Failure
from gateway.model.session import Placed
from gateway.paging.order import BEFORE_ALL, Key, is_null, is_outlined, keying
from gateway.paging.planner import BackendPlan
from gateway.paging.resume import (
    FROM_THE_BEGINNING,
    Places,
    ReadPage,
    Start,
    has_passed,
    places_behind,
)
from gateway.paging.rows import Row


class PageReader(Reader):
    """Reads an ordered backend from a boundary on, as far as the merge needs."""

    def __init__(  # noqa: PLR0913  # what is read, from where on, and where it is kept
        self,
        backend: Backend,
        plan: BackendPlan,
        query: Query,
        ranges: KeptRanges,
        start: Start = FROM_THE_BEGINNING,
        *,
        accepted: Acceptance = AS_IT_SERVES,
        is_seen: bool = False,
    ) -> None:
        """Read by a plan that was made for where reading begins.

        If all that is read ``is_seen`` it is made sessions of at once, and not outlined before.
        """
        super().__init__()
        self.coarsening = plan.coarsening
        self._backend = backend
        self._plan = plan
        self._query = query
        self._ranges = ranges
        self._boundary = start.boundary
        self._places = start.places
        self._scan: Scan | None = None
        self._pages_read = 0
        self._pages: list[ReadPage] = []
        self._begins = start.boundary if start.places else plan.begins
        self._kept_bytes = 0
        """Those of the records of a range that is gone on from: they were counted elsewhere."""
        self._accepted = accepted
        self._is_outlined = not is_seen and is_outlined(query.order)
        self._sought_at = ranges.timer()
        self._life = backend.lifetimes.begin(ranges.timer())
        self._changes = backend.changes.count
        self._sharing = RangeSharing(backend, query, ranges)

    async def read(self) -> Delivered:
        """Give what is kept, then page after page from the vendor."""
        if self._scan is None:
            kept = self.kept(self._accepted) or await self._fetched()
            if kept is not None:
                return self._given_from(kept)
            self._note_need()
        if self._accepted.is_kept_only:
            return Failed(NOT_CACHED)
        with self._sharing:
            return await self._read_on(self._scan or self._begun(self._places))

    def places(self, reached: Key) -> Places:
        """Give where to go on beyond a key, where a vendor cannot be asked for what lies there."""
        if not self._pages:
            return self._places
        if self._plan_beyond(reached, is_exact=True) is not None:
            return ()
        return places_behind(self._pages, reached, self.coarsening, self._plan.paging)

    def forget(self, reached: Key) -> None:
        """Let go of the pages that lie wholly before a key."""
        while len(self._pages) > 1 and self._are_passed(reached):
            del self._pages[0]
            self._begins = reached

    def kept(self, accepted: Acceptance) -> KeptRange | None:
        """Find what is kept from the boundary on, if what lies beyond it can be read."""
        self._sought_at = self._ranges.timer()  # What serves then is given, though it take a while.
        kept = self._ranges.find(self._backend.identity, self._query, self._boundary, accepted)
        return kept if kept is not None and self._can_go_on_from(kept) else None

    def fall_back(self, failure: Failure) -> bool:
        """Turn to what is kept, if it may serve now, and no page that is gone on from was given."""
        accepted = self._backend.accepted_on_error(self._accepted)
        if self._pages or self.tally.fallen_back or self.kept(accepted) is None:
            return False
        self._scan, self._accepted, self.tally.fallen_back = None, accepted, failure
        return True

    def keep(self) -> None:
        """Keep what was read of the vendor for whoever asks next."""
        self.forget(self._boundary)
        kept = self._range()
        if kept is not None:
            self._ranges.keep(self._backend.identity, self._query.order, kept)
            if self._pages_read > 1:
                self._sharing.share(lambda: kept)  # the first alone has been

    async def _fetched(self) -> KeptRange | None:
        """Find what another replica has read; if none has, have the others wait for us."""
        pushed = self._plan.pushed_of(self._query.conditions)
        accepted = await self._sharing.take(self._accepted, pushed, self._boundary)
        return None if accepted is None else self.kept(accepted)

    async def _read_on(self, scan: Scan) -> Delivered:
        """Give the vendor's next page."""
        self._scan = scan
        page = await scan.next_page()
        if isinstance(page, Failed):
            self._sharing.end()
            return page
        self.tally.note_live()
        self.tally.note_life(self._life)
        self._pages_read += 1
        rows = self._rows_of(page)
        self._pages.append(ReadPage(scan.asked, rows))
        if self._pages_read == 1:
            self._sharing.share(self._range)
        return Delivery(rows, scan.next is None)

    def _range(self) -> KeptRange | None:
        """Give what was read of the vendor; none if it is not to be kept."""
        tally, scan = self.tally, self._scan
        if scan is None or not self._pages_read or not self._backend.lifetimes.is_kept:
            return None
        if self._backend.changes.count != self._changes:
            return None  # What was read before something was written is not what is there now.
        extent = Extent(
            pushed=self._plan.pushed_of(self._query.conditions),
            begins=self._begins,
            ends=None if scan.next is None else self._frontier(),
            next=scan.next,
            life=self._life,
        )
        told = replace(tally, record_bytes=self._kept_bytes + tally.record_bytes)
        return KeptRange(extent, tuple(self._pages), told)

    def _note_need(self) -> None:
        on_error = self._backend.accepted_on_error(AS_IT_SERVES)
        self.tally.note_need(lambda accepted: self.kept(accepted) is not None, on_error)

    def _can_go_on_from(self, kept: KeptRange) -> bool:
        """Say whether what lies beyond a range can be read, should it be needed."""
        ends = kept.extent.ends
        return ends is None or self._is_same(kept) or self._plan_beyond(ends) is not None

    def _is_same(self, kept: KeptRange) -> bool:
        return kept.extent.pushed == self._plan.pushed_of(self._query.conditions)

    def _plan_beyond(self, key: Key, *, is_exact: bool = False) -> BackendPlan | None:
        """Plan what lies beyond a key, if the vendor can be asked for that, or for just that."""
        plan = self._backend.plan(self._query, boundary=key)
        if not isinstance(plan, BackendPlan) or plan.begins != key or key == BEFORE_ALL:
            return None
        return None if is_exact and plan.unbounded is not None else plan

    def _given_from(self, kept: KeptRange) -> Delivery:
        """Give the rows of a range, and get ready to go on behind it."""
        kept.count_into(self.tally, self._sought_at)
        ends = kept.extent.ends
        if ends is None:
            return Delivery(tuple(kept.rows), is_end=True)
        plan = self._plan_beyond(ends, is_exact=self._is_same(kept))
        if plan is not None:
            self._plan = plan.asking_for(self._plan.first_size)
            self._boundary = self._begins = ends
            return Delivery(kept.closed_rows, is_end=False, bound=ends)
        self._pages, self._begins = list(kept.pages), kept.extent.begins
        self._life, self._kept_bytes = kept.extent.life, kept.tally.record_bytes
        self._scan = self._begun()
        if kept.extent.next is not None:
            self._scan.go_on(kept.extent.next, behind=kept.pages)
        return Delivery(tuple(kept.rows), is_end=False)

    def _begun(self, places: Places = ()) -> Scan:
        return Scan(
            self._backend,
            self._plan,
            self.tally,
            places=places,
            is_passed=self._passing(),
            second=self._accepted.second(self._ranges.timer()),
            is_outlined=self._is_outlined,
        )

    def _passing(self) -> Callable[[Placed], bool]:
        """Give what says whether a session was passed.

        It holds nothing of this reader: all that was read would wait to be collected as garbage.
        """
        key, boundary, coarsening = keying(self._query.order), self._boundary, self.coarsening
        return lambda session: has_passed(key(session), boundary, coarsening)

    def _are_passed(self, reached: Key) -> bool:
        """Say whether a key lies beyond the first page, and beyond the beginning of the next."""
        first, second = self._pages[:2]
        rows = (*first.rows, *second.rows[:1])
        return all(has_passed(row.key, reached, self.coarsening) for row in rows)

    def _rows_of(self, page: BackendPage[Placed]) -> list[Row]:
        key, make = keying(self._query.order), self._backend.maker.made
        return [
            Row(key(session), session, record, make)
            for session, record in zip(page.sessions, page.records, strict=True)
        ]

    def _frontier(self) -> Key:
        """Give the key before which no row can follow."""
        keys = [row.key for page in self._pages for row in page.rows]
        if not self.coarsening.is_total:
            keys = [key for key in keys if not is_null(key)]
        return self.coarsening.group(max(keys)) if keys else self._begins
