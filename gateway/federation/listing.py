"""One whole listing: the vendor's records, in as many orders as are asked for.

A session takes several times the memory of the record it is made of. So a long listing holds
records alone and makes sessions of them again where they are needed; a short one keeps both.
"""

import asyncio
import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from msgspec import Raw

from gateway.federation.flaws import Flaws
from gateway.federation.listing_counts import Counts
from gateway.federation.remade_rows import RemadeRows
from gateway.federation.remembered import Maker, Remembered
from gateway.federation.sorting import made_in_order
from gateway.federation.weights import RECORDS_ALONE, REMEMBERED
from gateway.model.query import Condition, Order
from gateway.model.session import Placed, Session, Status
from gateway.paging.order import BEFORE_ALL, Key, is_outlined, key_of, keying
from gateway.paging.rows import Row
from gateway.paging.sieve import sieve
from gateway.spi.errors import UpstreamError

REMEMBERED_BYTES = 96 * 1024 * 1024
"""What a listing may take to remember its sessions: those of about 20,000 usual records.

To make that many again takes a quarter of a second of each page on which few match.
"""

REMAKING_STRETCH = 100
"""Sessions made again at a stretch: several listings may be read in the same turn of the loop."""

_REMEMBERED_ORDERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """Every session of one scan, by native id, in no order.

    ``as_of`` is when the vendor was asked for the list. ``mapped_as_of`` is the instant that its
    sessions tell of: it is later where time alone has gone on since. All sessions are
    ``remembered`` or, with none, made again when they are asked for. ``vanished`` are those that
    are no longer at the vendor: no record tells how they ended.
    """

    records: Mapping[str, bytes]
    maker: Maker
    as_of: datetime
    mapped_as_of: datetime
    flaws: Flaws
    duplicates: int
    record_bytes: int
    remembered: Remembered | None = None
    vanished: Mapping[str, Session] = field(default_factory=dict)
    has_drifted: bool = False
    _counts: Counts = field(default_factory=Counts)
    _rows: dict[Order, Sequence[Row]] = field(default_factory=dict)
    _ids: dict[Order, Sequence[str]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Estimate the memory it takes, in bytes: rather too much than too little."""
        weights = RECORDS_ALONE if self.remembered is None else REMEMBERED
        return weights.estimate(len(self.records), self.record_bytes)

    def session(self, native_id: str) -> Session | None:
        """Give the session of this id, if there is one."""
        return self.made([native_id])[0] if native_id in self._known else None

    def made(self, native_ids: Sequence[str]) -> list[Session]:
        """Give the sessions of these ids, in their order."""
        if self.remembered is not None:
            return [self.remembered.session(native_id) for native_id in native_ids]
        remade = iter(self.maker.remade(self._there(native_ids), self.mapped_as_of))
        return [self.vanished.get(each) or next(remade) for each in native_ids]

    def placed(self, native_ids: Sequence[str], *, is_outlined: bool) -> list[Placed]:
        """Give the sessions of these ids, in their order, or outlines of them if those will do.

        Those that turned out to be none meanwhile are left out.
        """
        if not is_outlined:
            return [*self.made(native_ids)]
        if self.remembered is not None:
            known = map(self.remembered.placed.get, native_ids)
            return [each for each in known if each is not None]
        there = self._there(native_ids)
        again = iter(self.maker.replaced(there, self.mapped_as_of, is_outlined=True))
        return [self.vanished.get(each) or next(again) for each in native_ids]

    @property
    def _known(self) -> Mapping[str, Placed | bytes]:
        """Give what is there of each session, by native id."""
        return self.records if self.remembered is None else self.remembered.placed

    def _there(self, native_ids: Sequence[str]) -> list[Raw]:
        return [Raw(self.records[each]) for each in native_ids if each not in self.vanished]

    def known_order(self, order: Order) -> Sequence[Row] | None:
        """Give its rows in an order that is remembered."""
        if order in self._ids:
            return self._remade_rows(order, self._ids[order])
        return self._rows.get(order)

    async def sorted_by(self, order: Order) -> Sequence[Row]:
        """Give its rows in an order; the orders asked for last are remembered.

        What turns out to be no session is left out.
        """
        keys: list[Key] = []
        for stretch in _stretches(list(self._known)):
            # All orders share the texts of the ids that the records lie by.
            own = dict(zip(stretch, stretch, strict=True))
            keys += [(*key[:-1], own[_native_id(key)]) for key in self._keys(stretch, order)]
            await asyncio.sleep(0)
        return await self.in_order_of(keys, order)

    async def in_order_of(self, keys: list[Key], order: Order) -> Sequence[Row]:
        """Give its rows in an order, by the keys of all its sessions, and remember it.

        The keys are used up.
        """
        if self.remembered is None:
            ids = await made_in_order(keys, _native_id)
            _make_room(self._ids)
            self._ids[order] = ids
            return self._remade_rows(order, ids)
        rows = await made_in_order(keys, self.remembered.row)
        _make_room(self._rows)
        self._rows[order] = rows
        return rows

    def _remade_rows(self, order: Order, native_ids: Sequence[str]) -> RemadeRows:
        return RemadeRows(native_ids, self, order)

    def _keys(self, native_ids: Sequence[str], order: Order) -> list[Key]:
        key = keying(order)
        if is_outlined(order):
            return list(map(key, self.placed(native_ids, is_outlined=True)))
        sessions = map(self._found, native_ids)
        return [key(session) for session in sessions if session is not None]

    def _found(self, native_id: str) -> Session | None:
        try:
            return self.made([native_id])[0]
        except UpstreamError:
            return None

    def grown(self, found: Sequence[tuple[Session, Raw]], flaws: Flaws, now: datetime) -> "Listing":
        """Give the listing with more sessions, and its own as they are at a later instant.

        Time alone has gone on: it may end what was active, and changes no session's place.
        """
        sessions = [session for session, _ in found]
        records = {
            **self.records,
            **{session.native_id: bytes(record) for session, record in found},
        }
        return replace(
            self,
            records=records,
            record_bytes=self.record_bytes + sum(len(records[each.native_id]) for each in sessions),
            mapped_as_of=now,
            flaws=self.flaws + flaws,
            remembered=self._remembered_at(now, sessions, records),
            _counts=Counts(),
            _rows={},
            _ids={order: self._grown_order(order, sessions) for order in self._ids},
        )

    def overwritten(self, session: Session, record: Raw) -> "Listing":
        """Give the listing with a session as it was written, in the place of the one it was."""
        native_id = session.native_id
        records = {**self.records, native_id: bytes(record)}
        more = len(records[native_id]) - len(self.records.get(native_id, b""))
        return replace(
            self,
            records=records,
            record_bytes=self.record_bytes + more,
            remembered=self._remembering([session], records),
            vanished={each: self.vanished[each] for each in self.vanished if each != native_id},
            _counts=Counts(),
            _rows={},
            _ids={order: self._grown_order(order, [session]) for order in self._ids},
        )

    def _remembered_at(
        self, now: datetime, found: Sequence[Session], records: Mapping[str, bytes]
    ) -> Remembered | None:
        if self.remembered is None:
            return None
        placed = self.remembered.placed.values()
        active = [each.native_id for each in placed if each.status is Status.ACTIVE]
        there = [Raw(self.records[native_id]) for native_id in active]
        again = self.maker.replaced(there, now, is_outlined=True)
        return self._remembering([*again, *found], records)

    def _remembering(
        self, changed: Iterable[Placed], records: Mapping[str, bytes]
    ) -> Remembered | None:
        """Remember what was remembered, but for what has changed."""
        if self.remembered is None:
            return None
        placed = self.remembered.placed | {each.native_id: each for each in changed}
        return Remembered(placed, records, self.maker)

    def _grown_order(self, order: Order, found: Sequence[Session]) -> list[str]:
        changed = {session.native_id for session in found}
        others = [native_id for native_id in self._ids[order] if native_id not in changed]
        rows, ids = self._remade_rows(order, others), list(others)
        # From the last on, so that the places of the others stay what they are.
        for key in sorted((key_of(session, order) for session in found), reverse=True):
            ids.insert(bisect.bisect(rows, key, key=_key), _native_id(key))
        return ids

    def known_count(self, conditions: tuple[Condition, ...]) -> int | None:
        """Give how many sessions the conditions hold for, if that costs little to say."""
        if not conditions:
            return len(self._known)
        return self._counts.known(conditions, self.remembered)

    async def count(self, conditions: tuple[Condition, ...]) -> int:
        """Count the sessions for which the conditions hold, whatever it costs."""
        known = self.known_count(conditions)
        if known is not None:
            return known
        count, passing = 0, sieve(conditions)
        for stretch in _stretches(list(self._known)):
            count += len(passing(list(self._unsorted(stretch))))
            await asyncio.sleep(0)
        self._counts.note(conditions, count)
        return count

    async def make_all(self) -> None:
        """Have the sessions that are remembered be made."""
        if self.remembered is not None:
            await self.remembered.make_all()

    def _unsorted(self, native_ids: Sequence[str]) -> Iterator[Row]:
        for each in self.placed(native_ids, is_outlined=True):
            yield Row(BEFORE_ALL, each, Raw(self.records[each.native_id]), self.maker.made)


@dataclass(frozen=True, slots=True)
class SortedListing:
    """A listing in one order."""

    listing: Listing
    rows: Sequence[Row]

    def seen(self, begin: int, end: int) -> Sequence[Row]:
        """Give rows of which somebody looks at the sessions: made where none are remembered."""
        if isinstance(self.rows, RemadeRows):
            return self.rows.seen(slice(begin, end))
        return self.rows[begin:end]

    def first_beyond(self, boundary: Key) -> int:
        """Give the index of the first row above the boundary."""
        return bisect.bisect_right(self.rows, boundary, key=_key)


def _key(row: Row) -> Key:
    return row.key


def _native_id(key: Key) -> str:
    return str(key[-1])


def _stretches(native_ids: Iterable[str]) -> Iterator[list[str]]:
    """Give ids a few at a time."""
    left = iter(native_ids)
    while stretch := list(islice(left, REMAKING_STRETCH)):
        yield stretch


def _make_room(remembered: dict[Order, Any]) -> None:
    """Forget the order that has been remembered the longest."""
    while len(remembered) >= _REMEMBERED_ORDERS:
        remembered.pop(next(iter(remembered)))
