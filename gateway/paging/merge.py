"""Merging ordered streams into one page, reading no more than the page needs.

The merge does no I/O: it says which backends it needs another page of, and is told what came.
A session is emitted once nothing that is still unread can come before it.
"""

import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import gt

from gateway.model.query import Condition
from gateway.paging.order import BEFORE_ALL, Coarsening, Key, is_null
from gateway.paging.ready import Ready
from gateway.paging.rows import Row, row_key
from gateway.paging.sieve import sieve

MAX_GROUP_ROWS = 5_000
"""Rows of one backend that may wait for each other, because it leaves their order open."""

_REMEMBERED_IDS = 10_000
"""Ids of a lane that are remembered, and as many before those, to know a row that comes twice."""


@dataclass(slots=True)
class Lane:
    """One backend's part in a merge.

    ``frontier`` is a lower bound of every row that has not been released: none once there are
    no more. ``waiting`` holds the rows beyond it in order: those of the group being read, and those
    without a value to sort by, which come last wherever a vendor puts them that leaves ties open.
    A row up to ``begins`` is none of this merge: it was given out before, or is newer than what
    was promised. ``matched`` counts the rows beyond it for which the conditions hold.
    """

    coarsening: Coarsening
    frontier: Key | None = BEFORE_ALL
    begins: Key = BEFORE_ALL
    waiting: list[Row] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    seen_before: set[str] = field(default_factory=set)
    matched: int = 0
    emitted: int = 0
    late: int = 0
    duplicates: int = 0
    given_up_at: Key | None = None
    """The frontier when it failed: what comes before it has been released."""

    @property
    def has_failed(self) -> bool:
        """Say whether the lane was given up."""
        return self.given_up_at is not None

    @property
    def is_overfull(self) -> bool:
        """Say whether more rows wait for each other than may."""
        return len(self.waiting) > MAX_GROUP_ROWS

    def fresh(self, rows: list[Row]) -> list[Row]:
        """Give the rows that have not come before, and remember that they have come."""
        native_ids = [row.placed.native_id for row in rows]
        if self._are_new(native_ids):
            self._make_room(len(native_ids))
            self.seen.update(native_ids)
            return rows
        # The same one by one: a row may come twice among these.
        fresh = [row for row in rows if not self.has_seen(row.placed.native_id)]
        self.duplicates += len(rows) - len(fresh)
        return fresh

    def has_seen(self, native_id: str) -> bool:
        """Say whether a row came before, and remember that it has come."""
        if native_id in self.seen or native_id in self.seen_before:
            return True
        self._make_room(1)
        self.seen.add(native_id)
        return False

    def advance(self, rows: list[Row], bound: Key | None = None) -> None:
        """Move the frontier up to where rows in order show it to be, or to a better bound."""
        if not self.coarsening.is_total:
            rows = rows[: bisect.bisect_left(rows, x=True, key=_is_without_value)]
        if rows:
            self._move(self.coarsening.group(rows[-1].key))
        if bound is not None:
            self._move(bound)

    def hold(self, rows: list[Row]) -> None:
        """Have rows in order wait."""
        self.waiting = sorted([*self.waiting, *rows], key=row_key) if self.waiting else rows

    def release(self) -> list[Row]:
        """Take away the rows that wait no longer, in order: those up to the frontier."""
        waiting, frontier = self.waiting, self.frontier
        if frontier is None or (waiting and waiting[-1].key <= frontier):
            self.waiting = []
            return waiting
        end = bisect.bisect_right(waiting, frontier, key=row_key)
        self.waiting = waiting[end:]
        return waiting[:end]

    def _are_new(self, native_ids: list[str]) -> bool:
        """Say whether rows that come at once are surely others than came before."""
        distinct = set(native_ids)
        is_each_once = len(distinct) == len(native_ids) <= _REMEMBERED_IDS
        return (
            is_each_once
            and distinct.isdisjoint(self.seen)
            and distinct.isdisjoint(self.seen_before)
        )

    def _make_room(self, more: int) -> None:
        # Forgotten all at once: to find the oldest of a set each time takes the longer the more go.
        if len(self.seen) + more > _REMEMBERED_IDS:
            self.seen, self.seen_before = set(), self.seen

    def _move(self, frontier: Key) -> None:
        if frontier > (self.frontier or BEFORE_ALL):
            self.frontier = frontier


class Merge:
    """The merge of several lanes from a boundary on, up to a number of rows."""

    def __init__(
        self,
        lanes: dict[str, Coarsening],
        *,
        limit: int,
        boundary: Key = BEFORE_ALL,
        until: Key | None = None,
        conditions: Sequence[Condition] = (),
    ) -> None:
        self.lanes = {name: Lane(coarsening, begins=boundary) for name, coarsening in lanes.items()}
        self.page: list[Row] = []
        self.limit = limit
        self._until = until
        self._last = boundary
        self._passing = sieve(conditions)
        self._ready = Ready()

    @property
    def has_more(self) -> bool:
        """Say whether rows may follow the page: from any lane that can still be read."""
        return bool(self._ready) or any(lane.frontier is not None for lane in self.lanes.values())

    def ended(self) -> frozenset[str]:
        """Name the lanes that were read to their end, and of which every row is on the page."""
        waiting = self._ready.heads
        return frozenset(
            name
            for name, lane in self.lanes.items()
            if lane.frontier is None and not lane.has_failed and name not in waiting
        )

    @property
    def last_key(self) -> Key:
        """Give the key up to which all is decided: of the last row, or the boundary without any."""
        return self._last

    def expect(self, peeks: Mapping[str, Key]) -> None:
        """Take lower bounds of what lanes have: a page that ends below one need not read it."""
        for name in self.lanes.keys() & peeks.keys():
            lane = self.lanes[name]
            lane.frontier = peeks[name]
            lane.begins = max(lane.begins, peeks[name])

    def peeks(self) -> dict[str, Key]:
        """Give a lower bound of what each lane has beyond the page, for those that have more."""
        found = {n: lane.frontier for n, lane in self.lanes.items() if lane.frontier is not None}
        for name, key in self._ready.heads.items():
            found[name] = min(found.get(name, key), key)
        for name, lane in self.lanes.items():
            for row in lane.waiting[:1]:
                found[name] = min(found.get(name, row.key), row.key)
        return found

    def cut(self) -> None:
        """End the page where reading has come to: what was read and does not match stays behind."""
        floor, _ = self._lowest()
        if floor is not None and floor > self._last:
            self._last = floor

    def step(self) -> frozenset[str]:
        """Emit what can be emitted, and name the lanes to be read next: none at the end.

        They are the ones whose frontier is the smallest: any other page might not be needed.
        """
        floor, lowest = self._lowest()
        while rows := self._ready.take(self.limit - len(self.page), up_to=floor):
            self._emit(rows)
        return lowest if len(self.page) < self.limit else frozenset()

    def ahead(self, wanted: frozenset[str]) -> frozenset[str]:
        """Name the lanes to be read next should those that are wanted now never be."""
        floor, lowest = self._lowest(without=wanted)
        ready = sum(floor is None or key <= floor for key in self._ready.keys)
        return lowest if len(self.page) + ready < self.limit else frozenset()

    def deliver(
        self, name: str, rows: Iterable[Row], *, is_end: bool, bound: Key | None = None
    ) -> None:
        """Take the rows of a page as they came, and whether the stream ends with it.

        ``bound`` is a lower bound of every row to come, where there is a better one than the
        rows tell.
        """
        lane = self.lanes[name]
        in_order = sorted(rows, key=row_key)
        lane.hold(self._wanted(lane, in_order))
        lane.advance(in_order, bound)
        if is_end or self._is_past_the_end(lane):
            lane.frontier = None
        self._ready.push(name, lane.release())

    def fail(self, name: str) -> None:
        """Give a lane up: what is not released yet of it may come after rows never read."""
        lane = self.lanes[name]
        lane.given_up_at = lane.frontier or BEFORE_ALL
        lane.frontier = None

    def withdraw(self, name: str, rows: int) -> None:
        """Count rows of a lane as none, that turned out to be no sessions."""
        lane = self.lanes[name]
        lane.emitted -= rows
        lane.matched -= rows

    def break_off(self, name: str, begins: Key) -> None:
        """Give a lane up with all of it that was emitted beyond a key."""
        self.fail(name)
        self.lanes[name].given_up_at = begins

    def _lowest(self, without: frozenset[str] = frozenset()) -> tuple[Key | None, frozenset[str]]:
        frontiers = {
            name: lane.frontier
            for name, lane in self.lanes.items()
            if lane.frontier is not None and name not in without
        }
        floor = min(frontiers.values(), default=None)
        return floor, frozenset(name for name, found in frontiers.items() if found == floor)

    def turn(self) -> list[Row]:
        """Take the page away and begin the next, from where it ended."""
        page, self.page = self.page, []
        return page

    def _is_past_the_end(self, lane: Lane) -> bool:
        return self._until is not None and (lane.frontier or BEFORE_ALL) > self._until

    def _wanted(self, lane: Lane, rows: list[Row]) -> list[Row]:
        """Give those of rows in order that belong on this page or beyond, and count the others."""
        fresh = lane.fresh(rows)
        if self._until is not None:
            fresh = fresh[: bisect.bisect_right(fresh, self._until, key=row_key)]
        begins = bisect.bisect_right(fresh, self._last, key=row_key)
        wanted = self._passing(fresh[begins:])
        lane.matched += len(wanted)
        if begins:
            # Up to where the lane begins it is on an earlier page; within this one it is too late.
            late = [row for row in fresh[:begins] if row.key > lane.begins]
            lane.late += len(self._passing(late))
        return wanted

    def _emit(self, rows: list[Row]) -> None:
        """Put rows in order on the page, each once."""
        keys = [self._last, *[row.key for row in rows]]
        fresh = list(compress(rows, map(gt, keys[1:], keys)))
        emitted = _count(fresh)
        for name, count in emitted.items():
            self.lanes[name].emitted += count
        if len(fresh) < len(rows):
            for name, count in (_count(rows) - emitted).items():
                self.lanes[name].duplicates += count
        self._last = keys[-1]
        self.page += fresh


def _is_without_value(row: Row) -> bool:
    return is_null(row.key)


def _count(rows: list[Row]) -> Counter[str]:
    return Counter([row.placed.backend for row in rows])
