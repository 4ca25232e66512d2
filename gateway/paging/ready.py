"""The rows of several lanes that can be emitted, the smallest first."""

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain

from gateway.paging.order import Key
from gateway.paging.rows import Row, row_key


class Ready:
    """A queue for each lane, in order: what comes nearly always belongs behind what is there."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, list[Row]] = defaultdict(list)

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return any(self._queues.values())

    @property
    def heads(self) -> Mapping[str, Key]:
        """Give the key of the smallest of each lane that has any."""
        return {name: queue[0].key for name, queue in self._queues.items() if queue}

    @property
    def keys(self) -> Iterator[Key]:
        """Give the keys of all."""
        return map(row_key, chain.from_iterable(self._queues.values()))

    def push(self, name: str, rows: list[Row]) -> None:
        """Take rows of a lane, which come in order."""
        queue = self._queues[name]
        is_in_order = not (queue and rows) or queue[-1].key <= rows[0].key
        queue += rows
        if not is_in_order:
            queue.sort(key=row_key)

    def take(self, most: int, up_to: Key | None = None) -> list[Row]:
        """Take some of the smallest, in order, so many at most: none if none are up to a key."""
        queues = {name: queue for name, queue in self._queues.items() if queue}
        if not queues or most < 1:
            return []
        # Enough if every lane gives as many: to sort more than are taken would be of no use.
        share = -(-most // len(queues))
        bound = max(queue[:share][-1].key for queue in queues.values())
        if up_to is not None and up_to < bound:
            bound = up_to
        # Where one lane's next row is far off, another has many up to there: none gives too many.
        ends = {
            name: bisect.bisect_right(queue, bound, hi=min(most, len(queue)), key=row_key)
            for name, queue in queues.items()
        }
        found = [row for name, end in ends.items() for row in queues[name][:end]]
        found.sort(key=row_key)
        left = Counter([row.placed.backend for row in found[most:]])
        for name, end in ends.items():
            del queues[name][: end - left[name]]
        return found[:most]
