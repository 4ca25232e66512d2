"""The rows of several lanes that can be emitted, the smallest first."""

import bisect
import heapq
from collections import deque
from collections.abc import Iterator, Mapping

from gateway.paging.order import Key
from gateway.paging.rows import Row


class Ready:
    """A queue for each lane, whose rows nearly always come in order, and the heads of all."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Row]] = {}
        self._heads: list[tuple[Key, str]] = []

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self._heads)

    @property
    def first(self) -> Key:
        """Give the key of the smallest."""
        return self._heads[0][0]

    @property
    def heads(self) -> Mapping[str, Key]:
        """Give the key of the smallest of each lane that has any."""
        return {name: key for key, name in self._heads}

    @property
    def keys(self) -> Iterator[Key]:
        """Give the keys of all."""
        return (row.key for queue in self._queues.values() for row in queue)

    def push(self, row: Row) -> None:
        """Take a row."""
        name = row.placed.backend
        queue = self._queues.setdefault(name, deque())
        if not queue:
            queue.append(row)
            heapq.heappush(self._heads, (row.key, name))
        elif row.key >= queue[-1].key:
            queue.append(row)
        else:
            self._insert(row, name, queue)

    def pop(self) -> Row:
        """Give the smallest."""
        _, name = self._heads[0]
        queue = self._queues[name]
        row = queue.popleft()
        if queue:
            heapq.heapreplace(self._heads, (queue[0].key, name))
        else:
            heapq.heappop(self._heads)
        return row

    def _insert(self, row: Row, name: str, queue: deque[Row]) -> None:
        at = bisect.bisect_right(queue, row.key, key=_key)
        queue.insert(at, row)
        if at == 0:
            self._heads = [head for head in self._heads if head[1] != name]
            self._heads.append((row.key, name))
            heapq.heapify(self._heads)


def _key(row: Row) -> Key:
    return row.key
