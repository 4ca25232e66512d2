"""Reading a backend that cannot sort, but can choose by start: window of time by window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gateway.federation.backend import Backend, BackendPage, Failed
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.federation.scan import Scan, Tally
from gateway.model.query import Query
from gateway.paging.merge import Row
from gateway.paging.order import TOTAL, key_of
from gateway.paging.planner import BackendPlan, Unanswerable
from gateway.paging.spans import Span, Window, conditions_of
from gateway.paging.windows import Windows
from gateway.spi.abilities import VendorTotal

_LEAST_CAP = 1_000
"""Rows of a window that are never too many, however small the vendor's pages are."""

_PAGES_OF_A_WINDOW = 2

KeepWhole = Callable[[Sequence[Row], Tally], None]
"""Keeps all sessions of a backend for which its plan's pushed conditions hold."""


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
        self, backend: Backend, plan: BackendPlan, query: Query, span: Span, keep: KeepWhole
    ) -> None:
        """Take what plans the whole, the query, and the part of its order to be read.

        What proves to be whole after the first window goes to ``keep``.
        """
        super().__init__()
        self._backend = backend
        self._plan = plan
        self._query = query
        self._span = span
        self._keep = keep
        cap = max(_LEAST_CAP, _PAGES_OF_A_WINDOW * (plan.scan.page_size or 0))
        self._windows = Windows(span, cap=cap, pace=backend.pace)
        self._reading: _Reading | None = None
        self._undated: dict[str, Row] = {}

    @property
    def is_at_horizon(self) -> bool:
        """Say so from the beginning, or at the end, on whichever side of it the horizon is."""
        is_over = self._windows.current is None
        return self._span.lacks_before or (self._span.lacks_beyond and is_over)

    async def read(self) -> Delivered:
        """Read the next page of a window; its rows are given once it is complete."""
        window = self._windows.current
        if window is None:
            return Delivery((), is_end=True)
        reading = self._reading or self._begun(window)
        if isinstance(reading, Failed):
            return reading
        self._reading = reading
        page = await reading.scan.next_page()
        if isinstance(page, Failed):
            return page
        self._take(page, reading)
        if page.next is None:
            return self._completed(reading)
        size = max(self._told(page), reading.received)
        if self._windows.is_too_large(size):
            self._begin_again(reading, size)
        return Delivery((), is_end=False)

    def _begun(self, window: Window) -> _Reading | Failed:
        asked = self._query.conditions
        bounds = [c for c in conditions_of(window, self._query.order[0]) if c not in asked]
        narrowed = replace(self._query, conditions=(*asked, *bounds))
        plan = self._backend.plan(narrowed)
        if isinstance(plan, Failed):
            return plan
        if isinstance(plan, Unanswerable):
            raise TypeError("a backend that can choose by start has starts")
        return _Reading(
            window,
            Scan(self._backend, plan, self.tally),
            is_whole=not bounds,
            before=replace(self.tally),
        )

    def _take(self, page: BackendPage, reading: _Reading) -> None:
        if not reading.is_whole:
            # What the vendor counts in a window is not what was asked for.
            self.tally.vendor_total = reading.before.vendor_total
        reading.received += len(page.sessions)
        for session, record in zip(page.sessions, page.records, strict=True):
            if session.native_id in reading.ids:
                self.tally.duplicates += 1
                continue
            reading.ids.add(session.native_id)
            row = Row(key_of(session, self._query.order), session, record)
            self._place(row, reading)

    def _place(self, row: Row, reading: _Reading) -> None:
        value = start_of(row)
        if value is None:
            self._undated.setdefault(row.session.native_id, row)
        elif reading.window.holds(value):
            reading.rows.append(row)

    def _told(self, page: BackendPage) -> int:
        is_of_window = self._plan.counts is VendorTotal.PUSHED
        return (page.total or 0) if is_of_window else 0

    def _begin_again(self, reading: _Reading, size: int) -> None:
        """Ask for a shorter window. What was met in this one will be met again."""
        self.tally.rejected = reading.before.rejected
        self.tally.unreadable = reading.before.unreadable
        self.tally.duplicates = reading.before.duplicates
        self._windows.shrink(size)
        self._reading = None

    def _completed(self, reading: _Reading) -> Delivery:
        rows = reading.rows
        self._windows.advance(received=reading.received, accepted=len(rows))
        self._backend.pace = self._windows.pace
        self._reading = None
        is_end = self._windows.current is None
        if is_end:
            rows = [*rows, *self._undated.values()]
        rows.sort(key=lambda row: row.key)
        if reading.is_whole:
            self._keep(rows, self.tally)
        end = reading.window.end
        return Delivery(rows, is_end, bound=None if end is None else ((0, end),))


def start_of(row: Row) -> int | None:
    """Give the value of a row's start in its key; none if it has no start."""
    component = row.key[0]
    if isinstance(component, str) or component[0] != 0 or not isinstance(component[1], int):
        return None
    return component[1]
