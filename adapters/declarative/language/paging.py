"""How a vendor's list is divided into pages, and how its end is told."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from adapters.declarative.language.part import DottedPath, Expression, Part
from adapters.declarative.language.requests import Place


class PageSize(Place):
    """Where the vendor is told how many rows a page is to have."""

    default: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How many rows are asked for where nothing else is wanted; the most, if left out."""
    max: Annotated[int, Field(ge=1, le=100_000)]
    """The most rows a page has."""
    honoured: bool = True
    """Whether pages are as large as they are asked to be; else only an empty page ends the list."""


class Total(Part):
    """Where the vendor tells how many rows there are."""

    at: Expression | None = None
    """Where in the answer; else a header is named."""
    header: str | None = None
    """The header that tells it."""
    counts: Literal["pushed", "all", "estimate"] = "pushed"
    """What it counts: the rows that pass the filters that were sent, all rows, or only about so."""
    perhaps_of_page: bool = False
    """Whether it may turn out to count the rows of its page alone: where nothing else has been
    seen, it neither ends the list nor is it told."""


EndSign: TypeAlias = Literal["total", "has_more", "no_token", "short_page", "empty_page"]


class _Paged(Part):
    size: PageSize | None = None
    """Where the size of pages is told; left out if the vendor chooses it."""
    total: Total | None = None
    """Where the vendor tells how many rows there are."""
    has_more: Expression | None = None
    """Where the answer says, as true or false, whether there is more."""
    end: tuple[EndSign, ...] = ("empty_page",)
    """What tells that a page is the last, tried in this order on the rows as they came."""
    stable: bool = False
    """Whether a place stays the same whatever is inserted or deleted before it."""


class SinglePage(Part):
    """The vendor answers everything at once."""

    style: Literal["single"]
    total: Total | None = None
    """Where the vendor tells how many rows there are."""


class OffsetPaging(_Paged):
    """A page is asked for by how many rows come before it."""

    style: Literal["offset"]
    offset: Place
    """Where the number of rows before goes."""


class Index(Place):
    """Where the number of a page goes."""

    first: int = 0
    """The number of the first page."""


class PageIndexPaging(_Paged):
    """A page is asked for by its number."""

    style: Literal["page_index"]
    index: Index
    """Where the number of the page goes."""
    size: PageSize
    """Where the size of pages is told."""


class CursorPaging(_Paged):
    """Each answer holds a token by which the page that follows is asked for."""

    style: Literal["cursor"]
    token: Place
    """Where the token goes; in JSON, a number as a number."""
    next: Expression
    """Where in the answer the token of the next page is."""
    end: tuple[EndSign, ...] = ("no_token",)
    """What tells that a page is the last, tried in this order on the rows as they came."""


class AfterIdPaging(_Paged):
    """A page is asked for by the id of the last row before it."""

    style: Literal["after_id"]
    after: Place
    """Where the id goes."""
    id: DottedPath | None = None
    """Where in a row that id is; left out, it is the session's own."""


class LinkPaging(_Paged):
    """Each answer holds a link to the page that follows, on the same server."""

    style: Literal["link"]
    next: Expression | None = None
    """Where in the answer the link is; left out, the Link header with rel="next" is read."""
    end: tuple[EndSign, ...] = ("no_token",)
    """What tells that a page is the last, tried in this order on the rows as they came."""


Paging: TypeAlias = Annotated[
    SinglePage | OffsetPaging | PageIndexPaging | CursorPaging | AfterIdPaging | LinkPaging,
    Field(discriminator="style"),
]
