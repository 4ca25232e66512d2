"""The rows of a listing that remembers no sessions."""

from collections.abc import Callable, Mapping, Sequence
from typing import overload

from msgspec import Raw

from gateway.model.session import Placed
from gateway.paging.order import Key
from gateway.paging.rows import Make, Row


class RemadeRows(Sequence[Row]):
    """Rows that are made again each time they are taken."""

    def __init__(
        self,
        native_ids: Sequence[str],
        records: Mapping[str, Raw],
        place: Callable[[Sequence[str]], Sequence[Placed]],
        key: Callable[[Placed], Key],
        make: Make,
    ) -> None:
        """Take the ids in the order of the rows, and what places the records of some of them."""
        self._native_ids = native_ids
        self._records = records
        self._place = place
        self._key = key
        self._make = make

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

    def _rows(self, native_ids: Sequence[str]) -> list[Row]:
        return [
            Row(self._key(each), each, self._records[native_id], self._make)
            for native_id, each in zip(native_ids, self._place(native_ids), strict=True)
        ]
