"""What was read of a backend as bytes, for other replicas: records, and what is known of them.

Sessions are made of the records again by whoever takes them. Ages are told instead of instants, as
the clocks of replicas differ; ``as_of`` alone is a date, and only shown.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Raw

from gateway.federation.backend import Backend
from gateway.federation.details import Detail
from gateway.federation.flaws import Flaws
from gateway.federation.freshness import Life
from gateway.federation.harvest import Harvest
from gateway.federation.listing import REMAKING_STRETCH
from gateway.federation.ranges import Extent, KeptRange
from gateway.federation.sharing import Parcel
from gateway.federation.tally import Tally
from gateway.federation.translating import translated
from gateway.model.query import Condition, Order
from gateway.model.session import Session
from gateway.paging.addresses import Written, address_of, written
from gateway.paging.order import Component, key_of
from gateway.paging.resume import ReadPage
from gateway.paging.rows import Row
from gateway.spi.errors import UpstreamError

_WrittenKey = list[Component | str]


class _Told(msgspec.Struct, array_like=True, frozen=True):
    """How long ago it was asked for when it was put there, for how long, and what was counted."""

    asked_s: float
    for_s: float
    as_of: datetime
    rejected: int
    unreadable: int
    ahead: int
    duplicates: int = 0
    vendor_total: int | None = None
    has_drifted: bool = False


class _Page(msgspec.Struct, array_like=True, frozen=True):
    at: Written
    records: list[bytes]


class _Range(msgspec.Struct, array_like=True, frozen=True, tag="range"):
    told: _Told
    begins: _WrittenKey
    ends: _WrittenKey | None
    next: Written | None
    pages: list[_Page]


class _Listing(msgspec.Struct, array_like=True, frozen=True, tag="listing"):
    told: _Told
    records: list[bytes]


class _Detail(msgspec.Struct, array_like=True, frozen=True, tag="detail"):
    told: _Told
    record: bytes


_encode = msgspec.msgpack.Encoder().encode
_StructT = TypeVar("_StructT", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago something was asked for, and came, in seconds."""

    asked_s: float
    came_s: float


def packed_range(kept: KeptRange, now: float, for_s: float) -> bytes:
    """Pack a range that was read of a vendor, to be kept for so long."""
    extent, tally = kept.extent, kept.tally
    if tally.as_of is None:
        raise TypeError("what was read was read at some time")
    pages = [
        _Page(written(page.at), [bytes(row.raw) for row in page.rows if row.raw is not None])
        for page in kept.pages
    ]
    following = None if extent.next is None else written(extent.next)
    ends = None if extent.ends is None else list(extent.ends)
    told = _told(tally, tally.as_of, now - extent.life.read_at, for_s)
    return _encode(_Range(told, list(extent.begins), ends, following, pages))


def unpacked_range(
    parcel: Parcel, backend: Backend, order: Order, pushed: frozenset[Condition], now: float
) -> KeptRange | None:
    """Give a range of what the backend was asked for; none if it is not to be read."""
    packed = _decoded(parcel, _Range)
    if packed is None:
        return None
    age = _age(packed.told, parcel)
    try:
        pages = [
            ReadPage(address_of(page.at), _rows(page.records, backend, order, packed.told.as_of))
            for page in packed.pages
        ]
        following = None if packed.next is None else address_of(packed.next)
    except (UpstreamError, ValueError):
        return None
    extent = Extent(
        pushed=pushed,
        begins=tuple(packed.begins),
        ends=None if packed.ends is None else tuple(packed.ends),
        next=following,
        life=_life(backend, age, now),
    )
    tally = _tally(packed.told)
    tally.record_bytes = sum(len(each) for page in packed.pages for each in page.records)
    return KeptRange(extent, pages, tally)


def packed_listing(
    harvest: Harvest, tally: Tally, as_of: datetime, asked_s: float, for_s: float
) -> bytes:
    """Pack all records of a whole list, which came just now."""
    told = _told(tally, as_of, asked_s, for_s)
    return _encode(_Listing(told, list(harvest.records.values())))


async def unpacked_listing(
    parcel: Parcel, backend: Backend, harvest: Harvest, tally: Tally
) -> Age | None:
    """Put a whole list into a harvest, and what is known of it into a tally; give its age.

    None if it is not to be read: neither is of use then.
    """
    packed = _decoded(parcel, _Listing)
    if packed is None:
        return None
    as_of = packed.told.as_of
    try:
        for begin in range(0, len(packed.records), REMAKING_STRETCH):
            stretch = packed.records[begin : begin + REMAKING_STRETCH]
            harvest.take(_sessions(stretch, backend, as_of))
            await asyncio.sleep(0)
    except UpstreamError:
        return None
    known = _tally(packed.told)
    tally.as_of, tally.flaws, tally.has_drifted = as_of, known.flaws, known.has_drifted
    return _age(packed.told, parcel)


def packed_detail(detail: Detail, record: Raw, now: float, for_s: float) -> bytes:
    """Pack what a vendor told of one session."""
    told = _told(Tally(flaws=detail.flaws), detail.as_of, now - detail.life.read_at, for_s)
    return _encode(_Detail(told, bytes(record)))


def unpacked_detail(parcel: Parcel, backend: Backend, now: float) -> Detail | None:
    """Give what a vendor told of one session; none if it is not to be read."""
    packed = _decoded(parcel, _Detail)
    if packed is None:
        return None
    as_of = packed.told.as_of
    try:
        [(session, _)] = _sessions([packed.record], backend, as_of)
    except UpstreamError:
        return None
    life = _life(backend, _age(packed.told, parcel), now)
    return Detail(session, as_of, _tally(packed.told).flaws, life)


def _decoded(parcel: Parcel, kind: type[_StructT]) -> _StructT | None:
    try:
        return msgspec.msgpack.decode(parcel.body, type=kind)
    except ValueError:
        return None  # It is of another version: what is sealed was not altered.


def _told(tally: Tally, as_of: datetime, asked_s: float, for_s: float) -> _Told:
    flaws = tally.flaws
    return _Told(
        asked_s,
        for_s,
        as_of,
        flaws.rejected,
        flaws.unreadable,
        flaws.ahead,
        tally.duplicates,
        tally.vendor_total,
        tally.has_drifted,
    )


def _tally(told: _Told) -> Tally:
    return Tally(
        as_of=told.as_of,
        flaws=Flaws(told.rejected, told.unreadable, told.ahead),
        duplicates=told.duplicates,
        vendor_total=told.vendor_total,
        has_drifted=told.has_drifted,
    )


def _age(told: _Told, parcel: Parcel) -> Age:
    """Say how old it is, by how long it has lain there."""
    lain_s = max(0.0, told.for_s - parcel.left_s)
    return Age(told.asked_s + lain_s, lain_s)


def _life(backend: Backend, age: Age, now: float) -> Life:
    """Give the life of what is as old as it was asked for."""
    return backend.lifetimes.begin(now - age.asked_s)


def _rows(records: Sequence[bytes], backend: Backend, order: Order, as_of: datetime) -> list[Row]:
    return [
        Row(key_of(session, order), session, record)
        for session, record in _sessions(records, backend, as_of)
    ]


def _sessions(
    records: Sequence[bytes], backend: Backend, as_of: datetime
) -> list[tuple[Session, Raw]]:
    """Make the sessions of records again; raise an upstream error where one is none."""
    raw = [Raw(each) for each in records]
    with translated():
        return list(zip(backend.maker.remade(raw, as_of), raw, strict=True))
