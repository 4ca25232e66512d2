"""Which page of its sessions a fake vendor gives, and what it tells of those that follow. Pure."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from adapters.declarative.fake.answers import RefusedError
from adapters.declarative.fake.choosing import NotAskableError
from adapters.declarative.fake.meaning import Held, look
from adapters.declarative.fake.ordering import Key, Order
from adapters.declarative.fake.planting import planted
from adapters.declarative.fake.received import Filled, Received
from adapters.declarative.language.mapping import IdField
from adapters.declarative.language.paging import (
    AfterIdPaging,
    CursorPaging,
    LinkPaging,
    OffsetPaging,
    PageIndexPaging,
    PageSize,
    Paging,
    SinglePage,
)
from adapters.declarative.language.requests import Place
from gateway.spi import Json

LINKED = "page_token"
"""The parameter of a link that holds the place, and what the request had in its body."""

_USUAL_SIZE = 1000
"""Rows of a page of which nobody says how many it has."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a question brings, in order; ``known`` are those of all questions, ever."""

    rows: Sequence[Held]
    order: Order
    known: Sequence[Held] = ()

    def index_behind(self, key: Key) -> int:
        """Say how many rows come up to this place."""
        return sum(self.order(row) <= key for row in self.rows)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``next`` is how the one that follows is asked for, by a token."""

    rows: Sequence[Held]
    has_more: bool
    next: str | None = None


def page_of(
    paging: Paging, asked: Filled, rows: Rows, largest: int | None, place: str | None = None
) -> Page:
    """Give the page that was asked for, of so many rows at most; ``place`` is that of a link.

    Raises :class:`NotAskableError` where what was sent cannot be read, and
    :class:`RefusedError` for a place that it does not know, or no longer.
    """
    if isinstance(paging, SinglePage):
        return Page(rows.rows, has_more=False)
    size = _size(paging.size, asked, largest)
    begin = _begin(paging, asked, rows, size) if place is None else _behind_token([place], rows)
    shown = rows.rows[begin : begin + size]
    has_more = begin + size < len(rows.rows)
    token = _token(paging, rows, shown, begin) if isinstance(paging, _TOKENS) else None
    is_ended = not has_more and (not shown or "no_token" in paging.end)
    return Page(shown, has_more, None if is_ended else token)


_TOKENS = CursorPaging | LinkPaging


def link_of(page: Page, received: Received) -> str | None:
    """Give the link to the page that follows: what was asked for, and the place."""
    if page.next is None:
        return None
    token = _packed([page.next, received.tree])
    query = [(name, value) for name, value in received.query if name != LINKED]
    return f"{received.root}{received.path}?{urlencode([*query, (LINKED, token)])}"


def linked(received: Received, method: str) -> tuple[Received, str | None]:
    """Give the request that a link stands for, and the place in it.

    Raises :class:`RefusedError` for a place that it does not know, or no longer.
    """
    tokens = [value for name, value in received.query if name == LINKED]
    if not tokens:
        return received, None
    match _unpacked(tokens[0]):
        case [str() as place, tree]:
            query = tuple(pair for pair in received.query if pair[0] != LINKED)
            return replace(received, method=method, query=query, tree=tree), place
    raise RefusedError("start_over")


def as_asked_first(received: Received, method: str) -> Received:
    """Give a request by a link the method of the one it goes on from."""
    is_linked = any(name == LINKED for name, _ in received.query)
    return replace(received, method=method) if is_linked else received


def told(
    paging: Paging, page: Page, received: Received, counts: Mapping[str, int], body: Json
) -> Json:
    """Put into an answer what it tells beside its rows."""
    if paging.total is not None and paging.total.at is not None:
        body = planted(paging.total.at, counts[paging.total.counts], body)
    if isinstance(paging, SinglePage):
        return body
    if paging.has_more is not None:
        body = planted(paging.has_more, page.has_more, body)
    following = link_of(page, received) if isinstance(paging, LinkPaging) else page.next
    if isinstance(paging, _TOKENS) and paging.next is not None and following is not None:
        body = planted(paging.next, following, body)
    return body


def told_in_headers(
    paging: Paging, page: Page, received: Received, counts: Mapping[str, int]
) -> Mapping[str, str]:
    """Give the headers that tell something beside the rows."""
    headers = {}
    if paging.total is not None and paging.total.header is not None:
        headers[paging.total.header] = f"{counts[paging.total.counts]}"
    link = link_of(page, received)
    if isinstance(paging, LinkPaging) and paging.next is None and link is not None:
        headers["Link"] = f'<{received.root}/>; rel="first", <{link}>; rel="next"'
    return headers


def places_of(paging: Paging) -> Iterator[Place]:
    """Give every place where something of a page goes."""
    if isinstance(paging, SinglePage):
        return
    if paging.size is not None:
        yield paging.size
    match paging:
        case OffsetPaging():
            yield paging.offset
        case PageIndexPaging():
            yield paging.index
        case CursorPaging():
            yield paging.token
        case AfterIdPaging():
            yield paging.after


def _size(size: PageSize | None, asked: Filled, largest: int | None) -> int:
    if size is None:
        return largest or _USUAL_SIZE
    wanted = _number(asked, size)
    if wanted is None:
        wanted = size.default or size.max
    if not 0 < wanted <= size.max:
        raise NotAskableError(f"{size.at}: not 1 to {size.max}")
    given = wanted if size.honoured else min(wanted + 1, size.max)
    return min(given, largest or given)


def _begin(paging: Paging, asked: Filled, rows: Rows, size: int) -> int:
    match paging:
        case OffsetPaging():
            return _not_negative(_number(asked, paging.offset) or 0)
        case PageIndexPaging():
            index = _number(asked, paging.index)
            first = paging.index.first
            return _not_negative(first if index is None else index, first) * size
        case CursorPaging():
            return _behind_token(asked.values(paging.token), rows)
        case AfterIdPaging():
            return _behind_row(paging, asked, rows)
        case _:
            return 0


def _number(asked: Filled, place: Place) -> int | None:
    try:
        return asked.number(place)
    except ValueError as error:
        raise NotAskableError(str(error)) from error


def _not_negative(number: int, first: int = 0) -> int:
    if number < first:
        raise NotAskableError(f"{number} is less than {first}")
    return number - first


def _token(paging: CursorPaging | LinkPaging, rows: Rows, shown: Sequence[Held], begin: int) -> str:
    """Name what follows: by the last row where a place is to last, else by its number."""
    is_by_key = paging.stable and shown
    place = rows.order(shown[-1]) if is_by_key else begin + len(shown)
    return _packed(place)


def _behind_token(tokens: Sequence[Json], rows: Rows) -> int:
    if not tokens:
        return 0
    match _unpacked(tokens[0]):
        case int() as place:
            return place
        case [int() as level, int() as value, str() as equal]:
            return rows.index_behind((level, value, equal))
    raise RefusedError("start_over")


def _behind_row(paging: AfterIdPaging, asked: Filled, rows: Rows) -> int:
    wanted = asked.values(paging.after)
    if not wanted:
        return 0
    for row in rows.known if paging.stable else rows.rows:
        if _row_id(paging, row) == f"{wanted[0]}":
            return rows.index_behind(rows.order(row))
    raise RefusedError("start_over")


def _row_id(paging: AfterIdPaging, row: Held) -> str:
    if paging.id is None:
        return row.native_id
    return str(look(IdField(at=paging.id), row.record))


def _packed(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def _unpacked(text: Json) -> Json:
    try:
        return json.loads(base64.urlsafe_b64decode(text))
    except (ValueError, TypeError) as error:
        raise RefusedError("start_over") from error
