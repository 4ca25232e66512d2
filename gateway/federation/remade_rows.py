"""The rows of a listing that remembers no sessions."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Protocol, overload

from msgspec import Raw

from gateway.federation.remembered import Maker
from gateway.model.query import Order
from gateway.model.session import Placed, Session
from gateway.paging.order import is_outlined, keying
from gateway.paging.rows import Row
from gateway.spi.errors import UpstreamError


class Records(Protocol):
    """Records by native id, of which sessions are made again."""

    @property
    def records(self) -> Mapping[str, bytes]:
        """Give the records."""

    @property
    def maker(self) -> Maker:
        """Give what makes the sessions of those that were outlined."""

    def made(self, native_ids: Sequence[str]) -> Sequence[Session]:
        """Make the sessions of these ids, in their order."""

    def placed(self, native_ids: Sequence[str], *, is_outlined: bool) -> Sequence[Placed]:
        """Make these sessions, or outlines of them if those will do."""


class RemadeRows(Sequence[Row]):
    """Rows that are made again each time they are taken."""

    def __init__(self, native_ids: Sequence[str], records: Records, order: Order) -> None:
        """Take the ids in the order of the rows."""
        self._native_ids = native_ids
        self._records = records
        self._is_outlined = is_outlined(order)
        self._key = keying(order)

    def __len__(self) -> int:
        return len(self._native_ids)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return self._rows(self._native_ids[index])
        return self._rows([self._native_ids[index]])[0]

    def seen(self, index: slice) -> list[Row]:
        """Give rows with their sessions, made at once without outlining them first.

        Where a record is none, or another than was sorted, it gives outlines: whoever has the
        sessions of those made is told what is wrong.
        """
        native_ids = self._native_ids[index]
        try:
            rows = self._rows_of(native_ids, self._records.made(native_ids))
        except UpstreamError:
            return self._rows(native_ids)
        return rows if _are_as_sorted(rows, native_ids) else self._rows(native_ids)

    def _rows(self, native_ids: Sequence[str]) -> list[Row]:
        placed = self._records.placed(native_ids, is_outlined=self._is_outlined)
        return self._rows_of(native_ids, placed)

    def _rows_of(self, native_ids: Sequence[str], placed: Sequence[Placed]) -> list[Row]:
        key, records, make = self._key, self._records.records, self._records.maker.made
        return [
            Row(key(each), each, Raw(records[native_id]), make)
            for native_id, each in zip(native_ids, placed, strict=True)
        ]


def _are_as_sorted(rows: list[Row], native_ids: Sequence[str]) -> bool:
    is_rising = all(before.key < row.key for before, row in pairwise(rows))
    return is_rising and native_ids == [row.placed.native_id for row in rows]
