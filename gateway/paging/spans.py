"""What is read by windows of time: the part of an order that may hold rows of a page.

An instant is written as the value it has in a key: microseconds that grow along the order,
whichever its direction. So the rules of windows need not know the direction.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from gateway.model.query import AtOrAfter, Before, Condition, Field, Query, Sort
from gateway.paging.order import BEFORE_ALL, Key

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1) // _MICROSECOND

_BEGIN_OF_HISTORY = datetime(2000, 1, 1, tzinfo=UTC)
"""No vendor's sessions are older, but for dates that were never set."""


@dataclass(frozen=True, slots=True)
class Window:
    """The values from ``first`` up to ``end``, which is not in it: none where it is open."""

    first: int | None
    end: int | None

    def holds(self, value: int) -> bool:
        """Say whether a value lies in it."""
        is_late_enough = self.first is None or value >= self.first
        return is_late_enough and (self.end is None or value < self.end)


@dataclass(frozen=True, slots=True)
class Span:
    """What windows have to cover: from ``first`` up to ``end``.

    Where it is open, whatever comes before or beyond belongs to it too. ``lacks_before`` and
    ``lacks_beyond`` say that a horizon hides what comes there.
    """

    first: int
    end: int
    is_open_before: bool
    is_open_beyond: bool
    is_newest_last: bool
    lacks_before: bool = False
    lacks_beyond: bool = False

    @property
    def is_empty(self) -> bool:
        """Say whether nothing can lie in it."""
        return self.first >= self.end


def span_of(
    query: Query,
    *,
    now: datetime,
    boundary: Key = BEFORE_ALL,
    until: Key | None = None,
    horizon: timedelta | None = None,
) -> Span:
    """Find what a page must be looked for in that begins beyond a boundary.

    It reaches from the beginning of history to ``now``, and is open at both ends, unless the
    query or the page has narrower ones, or sessions that started longer ago than ``horizon`` are
    not to be looked for.
    """
    span = _from_boundary(_of_query(query, now, horizon), boundary)
    if until is not None and not _is_null(until):
        span = _up_to(span, _value(until) + 1)
    return _anchored(span)


def conditions_of(window: Window, sort: Sort) -> Iterator[Condition]:
    """Say as conditions that a start lies in a window."""
    first, end = _instant(window.first, sort), _instant(window.end, sort)
    since, before = (end, first) if sort.is_descending else (first, end)
    if since is not None:
        yield AtOrAfter(Field.STARTED_AT, since)
    if before is not None:
        yield Before(Field.STARTED_AT, before)


def _of_query(query: Query, now: datetime, horizon: timedelta | None) -> Span:
    since = max(_bounds(query, AtOrAfter), default=_BEGIN_OF_HISTORY)
    before = min(_bounds(query, Before), default=now)
    hidden = now - horizon if horizon is not None else _BEGIN_OF_HISTORY
    is_cut = since < hidden and horizon is not None
    since = max(since, hidden)
    # An end at which the query ends needs no bound of its own.
    is_open_behind, is_open_ahead = since <= _BEGIN_OF_HISTORY, before >= now
    edge = _edges(query.order[0])
    before = min(before, now)
    if query.order[0].is_descending:
        return Span(
            edge(before),
            edge(since),
            is_open_before=is_open_ahead,
            is_open_beyond=is_open_behind,
            is_newest_last=False,
            lacks_beyond=is_cut,
        )
    return Span(
        edge(since),
        edge(before),
        is_open_before=is_open_behind,
        is_open_beyond=is_open_ahead,
        is_newest_last=True,
        lacks_before=is_cut,
    )


def _bounds(query: Query, kind: type[AtOrAfter] | type[Before]) -> Iterator[datetime]:
    for condition in query.conditions:
        if isinstance(condition, kind) and condition.field is Field.STARTED_AT:
            yield condition.instant


def _from_boundary(span: Span, boundary: Key) -> Span:
    if not boundary:
        return span
    if _is_null(boundary):
        # What is left has no start: it is looked for in the last window.
        return replace(span, first=span.end, is_open_before=False)
    first = _value(boundary) if span.is_open_before else max(span.first, _value(boundary))
    return replace(span, first=first, is_open_before=False)


def _up_to(span: Span, end: int) -> Span:
    if not span.is_open_beyond and span.end <= end:
        return span
    return replace(span, end=end, is_open_beyond=False, lacks_beyond=False)


def _anchored(span: Span) -> Span:
    """Give a span that is open a length, where only what lies beyond its end is left of it."""
    if span.is_empty and span.is_open_beyond:
        return replace(span, end=span.first + _HOUR)
    if span.is_empty and span.is_open_before:
        return replace(span, first=span.end - _HOUR)
    return span


def _is_null(key: Key) -> bool:
    return key[0] == (1, 0)


def _value(key: Key) -> int:
    component = key[0]
    if isinstance(component, str) or not isinstance(component[1], int):
        raise TypeError("a key that does not begin with an instant")
    return component[1]


def _edges(sort: Sort) -> Callable[[datetime], int]:
    """Make the value from which on, or up to which, starts lie on one side of an instant."""

    def edge(instant: datetime) -> int:
        microseconds = (instant - _EPOCH) // _MICROSECOND
        return 1 - microseconds if sort.is_descending else microseconds

    return edge


def _instant(edge: int | None, sort: Sort) -> datetime | None:
    """Read back the instant of an edge; none where there is none, or the calendar has no such."""
    if edge is None:
        return None
    try:
        return _EPOCH + (1 - edge if sort.is_descending else edge) * _MICROSECOND
    except OverflowError:
        return None
