"""Reading a backend that cannot sort, but can choose by start: window of time by window."""

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gateway.federation.backend import Backend, Failed
from gateway.federation.freshness import AS_IT_SERVES, NOT_CACHED, Acceptance, Life
from gateway.federation.mapping import BackendPage
from gateway.federation.range_sharing import RangeSharing
from gateway.federation.ranges import Extent, KeptRange, KeptRanges
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.federation.scan import Scan
from gateway.federation.tally import Tally
from gateway.model.query import Query
from gateway.model.report import Failure
from gateway.model.session import Placed
from gateway.paging.order import BEFORE_ALL, TOTAL, Key, is_outlined, keying
from gateway.paging.planner import BackendPlan, Unanswerable
from gateway.paging.resume import ReadPage
from gateway.paging.rows import Row
from gateway.paging.spans import Span, Window, conditions_of
from gateway.paging.windows import Windows
from gateway.spi.abilities import VendorTotal
from gateway.spi.pages import First

KeepWhole = Callable[[Sequence[Row], Tally, Life], None]
"""Keeps all sessions of a backend for which its plan's pushed conditions hold, for a life."""


@dataclass(frozen=True, slots=True)
class Slicing:
    """What is to be read by windows: the plan of the whole, and from which key on.

    ``span_beyond`` gives the part of the order in which what lies beyond a key is to be found.
    ``accepted`` is what of all that is kept may serve.
    """

    plan: BackendPlan
    query: Query
    boundary: Key
    span_beyond: Callable[[Key], Span]
    accepted: Acceptance = AS_IT_SERVES


@dataclass(slots=True)
class _Reading:
    """A window that is being read, and what has come of it so far."""

    window: Window
    scan: Scan
    is_whole: bool
    before: Tally
    """The tally as it was before."""
    received: int = 0
    ids: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)


class WindowReader(Reader):
    """Reads windows of time along the order, each to its end, and sorts it here.

    A vendor may clip sessions to what it is asked for, so a row counts only in the window in
    which it starts. Rows without a start are given at the very end.
    """

    coarsening = TOTAL

    def __init__(
        self, backend: Backend, slicing: Slicing, ranges: KeptRanges, keep_whole: KeepWhole
    ) -> None:
        """Take what is to be read, and who keeps what was read: a part of it, or all of it."""
        super().__init__()
        self._backend = backend
        self._plan = slicing.plan
        self._query = slicing.query
        self._slicing = slicing
        self._ranges = ranges
        self._keep_whole = keep_whole
        self._begins = slicing.boundary
        self._ends: Key | None = slicing.boundary
        self._span = slicing.span_beyond(slicing.boundary)
        self._windows: Windows | None = None
        self._reading: _Reading | None = None
        self._undated: dict[str, Row] = {}
        self._given: list[Row] = []
        self._accepted = slicing.accepted
        self._sought_at = ranges.timer()
        self._life = backend.lifetimes.begin(ranges.timer())
        self._changes = backend.changes.count
        self._windows_read = 0
        self._sharing = RangeSharing(backend, slicing.query, ranges)

    @property
    def is_at_horizon(self) -> bool:
        """Say so from the beginning, or at the end, on whichever side of it the horizon is."""
        is_over = self._windows is not None and self._windows.current is None
        return self._span.lacks_before or (self._span.lacks_beyond and is_over)

    async def read(self) -> Delivered:
        """Give what is kept; then page after page of windows, whose rows come with the last."""
        if self._windows is None:
            kept = self.kept(self._accepted) or await self._fetched()
            if kept is not None:
                return self._given_from(kept)
            if self._accepted.is_kept_only:
                return Failed(NOT_CACHED)
            self._note_need()
            self._windows = self._begun()
        with self._sharing:
            return await self._read_of(self._windows)

    def forget(self, reached: Key) -> None:
        """Let go of the rows up to a key."""
        passed = bisect.bisect_right(self._given, reached, key=lambda row: row.key)
        if passed:
            del self._given[:passed]
            self._begins = reached

    def keep(self) -> None:
        """Keep the rows of the windows that were read for whoever asks next."""
        kept = self._range()
        if kept is not None:
            self._ranges.keep(self._backend.identity, self._query.order, kept)
        if self._windows_read != 1:
            self._sharing.share(lambda: kept)  # the first alone has been

    async def _fetched(self) -> KeptRange | None:
        """Find what another replica has read; if none has, have the others wait for us."""
        pushed = self._plan.pushed_of(self._query.conditions)
        accepted = await self._sharing.take(self._accepted, pushed, self._begins)
        kept = None if accepted is None else self.kept(accepted)
        if kept is not None and kept.extent.begins == BEFORE_ALL and kept.extent.ends is None:
            # It is all there is: a list that is kept would serve on, and never be read anew.
            rows = sorted(kept.rows, key=lambda row: row.key)
            self._keep_whole(rows, kept.tally, kept.extent.life)
        return kept

    def _range(self) -> KeptRange | None:
        """Give the rows of the windows that were read; none if they are not to be kept."""
        if self._ends == self._begins or not self._backend.lifetimes.is_kept:
            return None
        if self._backend.changes.count != self._changes:
            return None  # What was read before something was written is not what is there now.
        extent = Extent(
            pushed=self._plan.pushed_of(self._query.conditions),
            begins=self._begins,
            ends=self._ends,
            next=None,
            life=self._life,
        )
        pages = (ReadPage(First(), tuple(self._given)),)
        return KeptRange(extent, pages, self.tally.so_far())

    def kept(self, accepted: Acceptance) -> KeptRange | None:
        """Find what is kept from where the windows begin on."""
        self._sought_at = self._ranges.timer()  # What serves then is given, though it take a while.
        return self._ranges.find(self._backend.identity, self._query, self._begins, accepted)

    def fall_back(self, failure: Failure) -> bool:
        """Turn to what is kept, if no window has been read, and it may serve now."""
        accepted = self._backend.accepted_on_error(self._accepted)
        has_read = self._ends != self._slicing.boundary
        if has_read or self.tally.fallen_back or self.kept(accepted) is None:
            return False
        self._windows = self._reading = None
        self._undated.clear()
        self.tally = self.tally.of_no_use()
        self._accepted, self.tally.fallen_back = accepted, failure
        return True

    async def _read_of(self, windows: Windows) -> Delivered:
        """Give page after page of windows."""
        window = windows.current
        if window is None:
            return Delivery((), is_end=True)
        reading = self._reading or self._opened(window)
        if isinstance(reading, Failed):
            self._sharing.end()
            return reading
        self._reading = reading
        page = await reading.scan.next_page()
        if isinstance(page, Failed):
            self._sharing.end()
            return page
        self._take(page, reading)
        if page.next is None:
            return self._completed(windows, reading)
        size = max(self._told(page), reading.received)
        if windows.is_too_large(size):
            self._begin_again(windows, reading, size)
        return Delivery((), is_end=False)

    def _note_need(self) -> None:
        on_error = self._backend.accepted_on_error(AS_IT_SERVES)
        self.tally.note_need(lambda accepted: self.kept(accepted) is not None, on_error)

    def _given_from(self, kept: KeptRange) -> Delivery:
        """Give the rows of a range, and get ready to go on behind it."""
        kept.count_into(self.tally, self._sought_at)
        ends = kept.extent.ends
        self._begins = self._ends = ends or self._begins
        rows = sorted(kept.closed_rows, key=lambda row: row.key)
        return Delivery(rows, is_end=ends is None, bound=ends)

    def _begun(self) -> Windows:
        """Begin with the windows beyond what is kept."""
        self._span = self._slicing.span_beyond(self._begins)
        page_size = self._plan.scan.page_size or 0
        return Windows.of_pages(page_size, self._span, self._backend.pace)

    def _opened(self, window: Window) -> _Reading | Failed:
        asked = self._query.conditions
        bounds = [c for c in conditions_of(window, self._query.order[0]) if c not in asked]
        narrowed = replace(self._query, conditions=(*asked, *bounds)) if bounds else self._query
        plan = self._backend.plan(narrowed)
        if isinstance(plan, Failed):
            return plan
        if isinstance(plan, Unanswerable):
            raise TypeError("a backend that can choose by start has starts")
        return _Reading(
            window,
            Scan(
                self._backend,
                plan,
                self.tally,
                second=self._accepted.second(self._ranges.timer()),
                is_outlined=is_outlined(self._query.order),
            ),
            is_whole=not bounds,
            before=self.tally.so_far(),
        )

    def _take(self, page: BackendPage[Placed], reading: _Reading) -> None:
        if not reading.is_whole:
            # What the vendor counts in a window is not what was asked for.
            self.tally.vendor_total = reading.before.vendor_total
        reading.received += len(page.sessions)
        key, make = keying(self._query.order), self._backend.maker.made
        for session, record in zip(page.sessions, page.records, strict=True):
            if session.native_id in reading.ids:
                self.tally.duplicates += 1
                continue
            reading.ids.add(session.native_id)
            self._place(Row(key(session), session, record, make), reading)

    def _place(self, row: Row, reading: _Reading) -> None:
        value = start_of(row)
        if value is None:
            self._undated.setdefault(row.placed.native_id, row)
        elif reading.window.holds(value):
            reading.rows.append(row)

    def _told(self, page: BackendPage[Placed]) -> int:
        is_of_window = self._plan.counts is VendorTotal.PUSHED
        return (page.total or 0) if is_of_window else 0

    def _begin_again(self, windows: Windows, reading: _Reading, size: int) -> None:
        """Ask for a shorter window. What was met in this one will be met again."""
        self.tally.flaws = reading.before.flaws
        self.tally.duplicates = reading.before.duplicates
        starts = [start_of(row) for row in reading.rows]
        windows.shrink(size, [start for start in starts if start is not None])
        self._reading = None

    def _completed(self, windows: Windows, reading: _Reading) -> Delivery:
        rows = reading.rows
        windows.advance(received=reading.received, accepted=len(rows))
        self._backend.pace = windows.pace
        self._reading = None
        is_end = windows.current is None
        if is_end:
            rows = [*rows, *self._undated.values()]
        rows.sort(key=lambda row: row.key)
        if reading.is_whole:
            life = self._backend.lifetimes.begin(self._ranges.timer())
            self._keep_whole(rows, self.tally, life)
        self._given += rows
        end = reading.window.end
        bound: Key | None = None if end is None else ((0, end),)
        self._ends = None if is_end and not self._span.lacks_beyond else bound
        self.tally.note_live()
        self.tally.note_life(self._life)
        self._windows_read += 1
        if self._windows_read == 1:
            self._sharing.share(self._range)
        return Delivery(rows, is_end, bound=bound)


def start_of(row: Row) -> int | None:
    """Give the value of a row's start in its key; none if it has no start."""
    component = row.key[0]
    if isinstance(component, str) or component[0] != 0 or not isinstance(component[1], int):
        return None
    return component[1]
