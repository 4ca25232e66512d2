"""Windows of time, one after the other along an order: each is to be read whole, and sorted.

The rules do no I/O: they say which window is next, and are told how many rows came.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.paging.samples import reach_of
from gateway.paging.spans import Span, Window

_MICROSECOND = timedelta(microseconds=1)
_YEAR = timedelta(days=365) // _MICROSECOND
_FASTEST_GROWTH = 4

_LEAST_ROOM = 4
"""A quarter of what a window should be of is to be rows that lie in it."""

LEAST_CAP = 1_000
"""Rows of a window that are never too many, however small the vendor's pages are."""

_PAGES = 2
"""A window of so many of the vendor's pages is not too large."""

_LEAST_AIM = 100
"""Rows that are worth a window, however small the vendor's pages are."""

_FILLED = 15 / 16
"""How much of one of the vendor's pages a window should fill: one more row is another request."""

SHORTEST = timedelta(hours=1) // _MICROSECOND
"""The length of a window that is read whatever its size, in microseconds."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What reading a backend has taught: it saves requests, and nothing depends on it.

    ``length`` is that of a window with the wanted number of rows, in microseconds; ``margin`` the
    number of rows that come with a window and do not lie in it.
    """

    length: int | None = None
    margin: int = 0


class Windows:
    """The windows that cover a span, without a gap and without an overlap.

    Where nothing is known of the backend the first is the whole span: what comes of it tells how
    many rows there are. A window of more than ``cap`` rows is shrunk before it is read whole. With
    what comes beside it a window should be of ``aim`` rows: half of the cap where nothing is said.
    """

    def __init__(
        self, span: Span, *, cap: int, aim: int | None = None, pace: Pace = Pace()
    ) -> None:
        self.pace = pace
        self._span = span
        self._cap = cap
        self._aim = aim or cap // 2
        self._first = span.first
        self._is_open_before = span.is_open_before
        self._length = pace.length or span.end - span.first
        self._is_known = pace.length is not None
        # Whether the rows of a window may tell how many are in a part of it.
        self._is_even = True
        # Where a stretch ends that begins here and is known to hold too many rows, and how many.
        self._crowd: tuple[int, int] | None = None
        self._is_over = span.is_empty

    @classmethod
    def of_pages(cls, page_size: int, span: Span, pace: Pace) -> "Windows":
        """Cover a span by windows that suit pages of this size, nought where it is not known."""
        cap = max(LEAST_CAP, _PAGES * page_size)
        aim = min(max(_LEAST_AIM, round(_FILLED * page_size)), cap // 2)
        return cls(span, cap=cap, aim=aim, pace=pace)

    @property
    def current(self) -> Window | None:
        """Give the window to be read: none when all were."""
        if self._is_over:
            return None
        return Window(
            None if self._is_open_before else self._first,
            None if self._is_last and self._span.is_open_beyond else self._end,
        )

    def is_too_large(self, rows: int) -> bool:
        """Say whether the window is to be shrunk, if this many rows come of it or more."""
        return rows - self.pace.margin > self._cap and self._end - self._first > SHORTEST

    def shrink(self, rows: int, values: Sequence[int] = ()) -> None:
        """Make the window shorter, as it would bring this many rows.

        ``values`` are those of the rows that came of it so far, as they came.
        """
        rows -= self.pace.margin
        length = self._end - self._first
        self._crowd = (self._end, rows)
        shrunk = min(length * self._wanted // rows if self._is_even else length, length // 2)
        self._length = max(SHORTEST, shrunk if self._is_known else self._guess(rows, values))
        self._is_known = True

    def advance(self, *, received: int, accepted: int) -> None:
        """Go on to the next, as this one was read: ``accepted`` of the rows lay in it."""
        end, length = self._end, self._end - self._first
        is_telling = accepted > 0 and self._is_between_instants
        self._is_over = self._is_last
        self.pace = replace(self.pace, margin=self._beside(received - accepted))
        self._length = max(SHORTEST, self._grown(length, accepted))
        if is_telling:
            self.pace = replace(self.pace, length=self._length)
        self._first, self._is_open_before = end, False
        self._is_known = True
        self._is_even = accepted > 0
        self._go_half_way_to_the_crowd(accepted)

    @property
    def _end(self) -> int:
        return min(self._first + self._length, self._span.end)

    @property
    def _is_last(self) -> bool:
        return self._first + self._length >= self._span.end

    @property
    def _is_between_instants(self) -> bool:
        """Say whether its length is about that of the time in which its rows lie."""
        is_from_the_past = self._is_open_before and self._span.is_newest_last
        return not (self._is_last or is_from_the_past)

    @property
    def _wanted(self) -> int:
        """Give how many rows should lie in a window.

        Where what comes beside them leaves no room they should at least be worth it.
        """
        margin = self.pace.margin
        left = self._aim - margin
        if left * _LEAST_ROOM >= self._aim:
            return left
        return max(self._cap // 2 - margin, min(margin, self._cap))

    def _beside(self, rows: int) -> int:
        """Give how many come beside a window: they come at both ends, unless one is open."""
        is_open_beyond = self._is_last and self._span.is_open_beyond
        return rows * 2 if self._is_open_before != is_open_beyond else rows

    def _guess(self, rows: int, values: Sequence[int]) -> int:
        """Take the rows that came for what they tell, else all to lie in the newest year.

        What comes beside a window is not known yet: so it is to be of half as many rows.
        """
        reach = reach_of(values, of=rows, wanted=self._wanted // 2)
        if reach is not None:
            return min(reach, self._span.end) - self._first
        length = self._span.end - self._first
        year = min(_YEAR, length)
        before = length - year if self._span.is_newest_last else 0
        return before + year * self._wanted // rows

    def _grown(self, length: int, rows: int) -> int:
        fastest = length * _FASTEST_GROWTH
        if rows == 0:
            return fastest
        return max(length // _FASTEST_GROWTH, min(fastest, length * self._wanted // rows))

    def _go_half_way_to_the_crowd(self, rows: int) -> None:
        """Halve a stretch with too many rows that has none at its beginning, or not enough."""
        if self._crowd is None:
            return
        end, left = self._crowd[0], self._crowd[1] - rows
        self._crowd = (end, left) if left > self._cap and self._first < end else None
        if self._crowd is not None and (rows == 0 or self._first + self._length >= end):
            self._length = max(SHORTEST, (end - self._first) // 2)
