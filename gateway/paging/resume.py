"""Where in a backend's stream to go on, and how far to step back should the place have moved.

A place is a hint: it saves reading again what was given out, and without it the stream is read
from its beginning. So a place may lie too early, never too late.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gateway.paging.order import BEFORE_ALL, Coarsening, Key
from gateway.paging.rows import Row
from gateway.spi.abilities import PagingStyle
from gateway.spi.pages import Address, AfterId, First, Offset, PageIndex, Token

Places: TypeAlias = tuple[Address, ...]
"""Addresses to go on from, the best first. Without any: the beginning."""

_MOST_IDS = 3
"""Ids to go on after: the session of the newest may be gone, or of the newest two."""

_LONGEST_TOKEN = 512
"""Characters of a vendor's token that a cursor may carry."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where reading begins: all up to the boundary is given, and what follows is at the places."""

    boundary: Key = BEFORE_ALL
    places: Places = ()


FROM_THE_BEGINNING = Start()


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Rows that came from an address, in the order in which they came."""

    at: Address
    rows: Sequence[Row]


def has_passed(key: Key, boundary: Key, coarsening: Coarsening) -> bool:
    """Say whether all that a stream brings before a key surely lies up to the boundary."""
    if coarsening.is_total or not boundary:
        return key <= boundary
    return coarsening.group(key) < coarsening.group(boundary)


def places_behind(
    pages: Sequence[ReadPage], boundary: Key, coarsening: Coarsening, style: PagingStyle
) -> Places:
    """Give where to go on for what lies beyond the boundary."""
    passed: list[str] = []
    for page in reversed(pages):
        for index in range(len(page.rows) - 1, -1, -1):
            row = page.rows[index]
            if not passed and not has_passed(row.key, boundary, coarsening):
                continue
            if style is not PagingStyle.AFTER_ID:
                return _place_of(page.at, index, style)
            passed.append(row.placed.native_id)
            if len(passed) == _MOST_IDS:
                return _after(passed)
    begun = pages[0].at if pages else First()
    # What they begin behind was passed already, and it may be all that was.
    return (*_after(passed), *([begun] if isinstance(begun, AfterId) else []))


def _after(native_ids: Sequence[str]) -> Places:
    return tuple(AfterId(native_id, seen=0) for native_id in native_ids)


def _place_of(at: Address, index: int, style: PagingStyle) -> Places:
    """Give the place of a row by the page it is on and its index there."""
    match at:
        case First():
            return (Offset(index),) if index and style is PagingStyle.OFFSET else ()
        case Offset(rows):
            return (Offset(rows + index),)
        case PageIndex(number, size, seen):
            # What came before is known where every page was full, whatever is deleted meanwhile.
            return (PageIndex(number, size, seen if seen == number * size else 0),)
        case Token(text):
            return (at,) if len(text) <= _LONGEST_TOKEN else ()
        case AfterId():
            return (at,)


def ladder(places: Places) -> Iterator[Address]:
    """Give where to begin, best first: each place, then ever further back, then the beginning."""
    for place in places:
        stepping, steps = place, 1
        while stepping != First():
            yield stepping
            stepping, steps = _back(stepping, steps), 2 * steps
    yield First()


def _back(address: Address, steps: int) -> Address:
    match address:
        case Offset(rows) if rows > steps:
            return Offset(rows - steps)
        case PageIndex(number, size, seen) if number > steps:
            return PageIndex(number - steps, size, max(0, seen - steps * size))
        case _:
            return First()


class LoopGuard:
    """Notices that addresses repeat, remembering one of them only.

    The one remembered is replaced after 1, 2, 4, 8 ... addresses, so a loop is noticed within three
    times as many addresses as lead into it and once through it.
    """

    def __init__(self) -> None:
        self._remembered: Address | None = None
        self._left = 1
        self._span = 1

    def repeats(self, address: Address) -> bool:
        """Take the next address, and say whether it has been there before."""
        if address == self._remembered:
            return True
        self._left -= 1
        if self._left == 0:
            self._remembered = address
            self._span *= 2
            self._left = self._span
        return False
