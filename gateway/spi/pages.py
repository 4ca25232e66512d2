"""Addresses of pages, plans of scans, and one page as the vendor sent it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from msgspec import Raw

from gateway.model.query import Condition, Order
from gateway.spi.abilities import SortAbility, Support


@dataclass(frozen=True, slots=True)
class First:
    """The beginning of a stream."""


@dataclass(frozen=True, slots=True)
class Offset:
    """The page that begins this many rows into the stream."""

    rows: int


@dataclass(frozen=True, slots=True)
class PageIndex:
    """The page of this number, counted from 0, in pages of this size.

    ``seen`` is how many rows came before it: pages may be shorter than their size.
    """

    index: int
    size: int
    seen: int


@dataclass(frozen=True, slots=True)
class Token:
    """The page a vendor's own opaque token names."""

    text: str


@dataclass(frozen=True, slots=True)
class AfterId:
    """The page behind the row with this id. ``seen`` is how many rows came before it."""

    native_id: str
    seen: int


Address: TypeAlias = First | Offset | PageIndex | Token | AfterId


@dataclass(frozen=True, slots=True)
class BackendQuery:
    """Everything one backend is asked: all conditions at once, and the wanted order."""

    conditions: tuple[Condition, ...]
    order: Order


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """What of a query the vendor is asked to do.

    ``pushed`` holds the conditions that are sent and how well the vendor checks each. ``sorted_by``
    is the order the vendor is asked for, none where it cannot sort as the query wants.
    ``page_size`` is how many rows to ask for at a time, none where pages have no size.
    """

    pushed: Mapping[Condition, Support]
    sorted_by: SortAbility | None
    page_size: int | None


@dataclass(frozen=True, slots=True)
class RawPage:
    """The outcome of exactly one page request.

    ``records`` are the vendor's records as slices of JSON, untouched. ``next`` is the address of
    the page that follows, none at the end of the stream: judged on the records as they came,
    before any filter. ``total`` is the vendor's own count where it tells one.
    """

    records: Sequence[Raw]
    next: Address | None = None
    total: int | None = None
