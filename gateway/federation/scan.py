"""The way through a backend's pages, from their beginning or from a place that was remembered."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import dropwhile, islice

from gateway.federation.backend import Backend, Failed, Lost
from gateway.federation.mapping import BackendPage
from gateway.federation.tally import Tally
from gateway.model.report import ErrorCode
from gateway.model.session import Placed
from gateway.paging.planner import BackendPlan
from gateway.paging.resume import LoopGuard, Places, ReadPage, ladder
from gateway.spi.abilities import PagingStyle, VendorTotal
from gateway.spi.errors import BadAnswer
from gateway.spi.pages import Address, AfterId, First, Offset, ScanPlan, Token

MAX_PAGES = 100_000
"""Pages of one scan: a vendor that never comes to its end must not be followed for ever."""

_MOST_BARREN = 50
"""Pages in a row that bring nothing new: fewer than a page of an answer may take."""

_REMEMBERED_IDS = 10_000
"""Ids a scan remembers, to know what it has given already when it has to step back."""

_FIXED_SIZE = frozenset({PagingStyle.SINGLE, PagingStyle.PAGE_INDEX})
"""Styles whose addresses mean something else when the size of pages changes."""

_FALLBACKS = 3
"""Ids to go on after, should the sessions of the newest be gone."""


class Scan:
    """Pages one after the other, which must come to an end, counted in a tally.

    It begins at the best of some places that still holds, else at the beginning. A place holds if
    the vendor knows it, and if nothing can be missing before what it brings: what it brings must
    begin with a session that was given before, or for which ``is_passed`` holds. Where a place
    does not hold the scan steps back, and leaves out what it has given already.
    """

    def __init__(  # noqa: PLR0913  # what is read, from where on, and with whom
        self,
        backend: Backend,
        plan: BackendPlan,
        tally: Tally,
        *,
        places: Places = (),
        is_passed: Callable[[Placed], bool] = lambda _: False,
        second: int | None = None,
        is_outlined: bool = False,
    ) -> None:
        self.backend = backend
        self.tally = tally
        self.asked: Address = First()
        """Where the last page was read."""
        self.next: Address | None = First()
        """Where the page that follows is: none at the end."""
        self._plan = plan
        self._scan = plan.unbounded if places and plan.unbounded else plan.scan
        self._size = plan.first_size or plan.scan.page_size
        self._is_passed = is_passed
        self._second = second
        self._is_outlined = is_outlined
        self._is_resumed = self._is_partial = bool(places)
        self._is_rereading = False
        self._has_begun_again = False
        self._goes_on = False
        self._overlaps = False
        self._ladder = ladder(places)
        self._at: Address | None = next(self._ladder)
        self._given: dict[str, None] = {}
        self._guard = LoopGuard()
        self._pages = 0
        self._barren = 0
        self._total: int | None = None

    def go_on(self, address: Address, *, behind: Sequence[ReadPage]) -> None:
        """Begin at the address that followed pages which were read before, and are given.

        Where nothing would tell that rows have moved since, the last of them is read once more.
        """
        self._is_rereading = self._is_partial = True
        self._scan = self._plan.unbounded or self._plan.scan
        self.next = address
        self._remember(row.placed.native_id for page in behind for row in page.rows)
        match address:
            case Offset(rows):
                self._turn_to((Offset(rows - 1),))
            case AfterId():
                self._turn_to(self._following(address))
            case Token() if self._plan.is_stable:
                self._turn_to((address,))
            case _:
                self._turn_to((behind[-1].at,))
        self._is_resumed = True

    def _remember(self, native_ids: Iterable[str]) -> None:
        self._given.update(dict.fromkeys(native_ids))
        # Many at once: to find the oldest of a dict each time takes the longer the more go.
        if (count := len(self._given)) > 2 * _REMEMBERED_IDS:
            self._given = dict.fromkeys(islice(self._given, count - _REMEMBERED_IDS, None))

    async def next_page(self) -> BackendPage[Placed] | Failed:
        """Read the page that follows. Not to be called again after the one without a next."""
        while self._at is not None:
            self.asked = self._at
            if self.asked == First():
                self._scan = self._plan.scan
            page = await self.backend.page(
                self._scan_plan(),
                self.asked,
                self.tally.count_request,
                second=self._second,
                is_outlined=self._is_outlined,
            )
            if isinstance(page, Failed):
                return page
            if isinstance(page, Lost) or not self._is_anchored(page):
                self._is_rereading, self._guard = True, LoopGuard()
                self._at = next(self._ladder, None)
            elif self._has_lost_rows(page) and not self._has_begun_again:
                self._begin_again()
            else:
                return self._taken(page)
        return self.backend.lost()

    def _turn_to(self, places: Places) -> None:
        self._ladder = ladder(places)
        self._at = next(self._ladder)

    def _scan_plan(self) -> ScanPlan:
        is_of_size = self._size == self._scan.page_size
        return self._scan if is_of_size else replace(self._scan, page_size=self._size)

    def _is_anchored(self, page: BackendPage[Placed]) -> bool:
        """Say whether nothing can be missing between what was read before and this page."""
        match self.asked:
            case First() | AfterId():
                return True
            case Token() if self._plan.is_stable:
                return True
            case _ if not (self._is_resumed or self._overlaps):
                return True
        first = page.sessions[0] if page.sessions else None
        return first is not None and (first.native_id in self._given or self._is_passed(first))

    def _has_lost_rows(self, page: BackendPage[Placed]) -> bool:
        return self._has_shrunk(page) or self._is_cut_short(page)

    def _has_shrunk(self, page: BackendPage[Placed]) -> bool:
        """Say whether rows are gone, so that others may have moved to pages read before."""
        before, self._total = self._total, page.total
        is_paged_by_number = self._plan.paging is PagingStyle.PAGE_INDEX
        has_shrunk = before is not None and page.total is not None and page.total < before
        self.tally.has_drifted |= is_paged_by_number and has_shrunk and self._has_begun_again
        return is_paged_by_number and has_shrunk

    def _is_cut_short(self, page: BackendPage[Placed]) -> bool:
        """Say whether a list ends of which nothing but the first page came, again and again.

        So does that of a vendor that does not look at what page it is asked for, where its total is
        reached as if it had.
        """
        has_ended = page.next is None and self._pages > 0 and page.sessions
        if not has_ended or self._goes_on or self._is_partial:
            return False
        known = len(self._given) + self.tally.flaws.rejected
        is_more = self._plan.counts is VendorTotal.PUSHED and (page.total or 0) > known
        return is_more and all(session.native_id in self._given for session in page.sessions)

    def _begin_again(self) -> None:
        self._has_begun_again = self._is_rereading = True
        self._total = None
        self._guard = LoopGuard()
        self._turn_to(())

    def _taken(self, page: BackendPage[Placed]) -> BackendPage[Placed] | Failed:
        if self._is_cut_short(page):
            message = f"an end after the same page {self._pages + 1} times"
            return self.backend.failed(BadAnswer(ErrorCode.PROTOCOL, message))
        fresh = self._fresh(page)
        is_new = any(session.native_id not in self._given for session in page.sessions)
        self._goes_on |= is_new and self._pages > 0
        self._pages += 1
        self._barren = 0 if is_new else self._barren + 1
        self.next = page.next
        if page.next is not None and self._has_no_end(page.next):
            message = f"no end after {self._pages} pages"
            return self.backend.failed(BadAnswer(ErrorCode.PROTOCOL, message))
        self._is_resumed = False
        self.tally.add(fresh)
        if page.next is not None:
            self._get_ready(page, fresh)
        return fresh

    def _get_ready(self, page: BackendPage[Placed], fresh: BackendPage[Placed]) -> None:
        """Get ready for the page that follows this one, and what was new of it."""
        self._remember(session.native_id for session in fresh.sessions)
        may_move = self._plan.paging is PagingStyle.OFFSET and not self._plan.is_stable
        # Of a page of one row an overlap would bring the same again.
        self._overlaps = may_move and len(page.sessions) > 1
        self._turn_to(self._following(self.next or First()))
        if self._plan.paging not in _FIXED_SIZE:
            self._size = self._plan.scan.page_size

    def _has_no_end(self, following: Address) -> bool:
        is_long = self._pages >= MAX_PAGES or self._barren >= _MOST_BARREN
        return is_long or self._guard.repeats(following)

    def _following(self, address: Address) -> Places:
        """Give where the page that follows can be read, the best first."""
        match address:
            case Offset(rows) if self._overlaps:
                # With the last row once more: if it is there, nothing before it is gone.
                return (Offset(rows - 1),)
            case AfterId():
                older = list(islice(reversed(self._given), 1, _FALLBACKS))
                return (address, *(AfterId(native_id, seen=0) for native_id in older))
            case _:
                return (address,)

    def _fresh(self, page: BackendPage[Placed]) -> BackendPage[Placed]:
        """Leave out what was given already and comes again because of a step back."""
        pairs = list(zip(page.sessions, page.records, strict=True))
        if self._is_rereading:
            fresh = [pair for pair in pairs if pair[0].native_id not in self._given]
        elif self._overlaps:
            fresh = list(dropwhile(lambda pair: pair[0].native_id in self._given, pairs))
        else:
            return page
        if len(fresh) == len(pairs):
            return page
        return replace(
            page,
            sessions=[pair[0] for pair in fresh],
            records=[pair[1] for pair in fresh],
            received=len(fresh),
        )
