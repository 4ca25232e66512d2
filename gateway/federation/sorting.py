"""Sorting many keys without keeping others waiting."""

import asyncio
import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from gateway.paging.order import Key

T = TypeVar("T")

_FEW = 200
"""Keys that are sorted in the turn that others have just let go on."""

RUN = 2_000
"""Keys sorted at a stretch: a millisecond or two."""

_STRETCH = 500
"""Keys merged at a stretch, as long: several lists may be sorted in the same turn of the loop."""


async def made_in_order(
    keys: list[Key], make: Callable[[Key], T], *, run: int = RUN
) -> Sequence[T]:
    """Give what is made of keys, in their order; no two of them are the same.

    Others take their turns in between. The keys are taken out of their list: to let go of all of
    them at once would hold others up, too.
    """
    if len(keys) <= min(run, _FEW):
        few = [make(key) for key in sorted(keys)]
        keys.clear()
        return few
    runs = []
    while keys:
        runs.append(sorted(keys[-run:]))
        del keys[-run:]
        await asyncio.sleep(0)
    made: list[T] = []
    merged = heapq.merge(*map(_emptied, runs))
    while stretch := [make(key) for key in islice(merged, _STRETCH)]:
        made += stretch
        await asyncio.sleep(0)
    return made


def _emptied(keys: list[Key]) -> Iterator[Key]:
    keys.reverse()
    while keys:
        yield keys.pop()
