"""Sorting many keys without keeping others waiting."""

import asyncio
import heapq
from collections.abc import Iterator, Sequence
from itertools import islice

from gateway.paging.order import Key

RUN = 2_000
"""Keys sorted, or merged, at a stretch: a few milliseconds each."""


async def sorted_in_turns(keys: Sequence[Key], *, run: int = RUN) -> list[Key]:
    """Sort keys, of which no two are the same, letting others take their turns in between."""
    runs = []
    for start in range(0, len(keys), run):
        runs.append(sorted(keys[start : start + run]))
        await asyncio.sleep(0)
    return runs[0] if len(runs) == 1 else await _drained(heapq.merge(*runs), run)


async def _drained(merged: Iterator[Key], run: int) -> list[Key]:
    found: list[Key] = []
    while stretch := list(islice(merged, run)):
        found += stretch
        await asyncio.sleep(0)
    return found
