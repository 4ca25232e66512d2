"""Adapters that do not keep their word, and one that does what a test says."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from msgspec import Raw, structs

from gateway.spi import (
    Abilities,
    Address,
    AnyOf,
    BackendQuery,
    Context,
    ErrorCode,
    Field,
    First,
    HttpTransport,
    Mapped,
    Offset,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Sort,
    SortAbility,
    Support,
    TryAgainLater,
    VendorTotal,
)
from tests.support.fakes import FakeAdapter, FakeRow, Manners

ORDERED = Manners(granule=1, page_cap=2)
UNORDERED = Manners(page_cap=2)

Fetch = Callable[[Address, int], Awaitable[RawPage | None]]


def rows(*starts: int | None) -> list[FakeRow]:
    """Make rows that started at these microseconds, with ids from 0 on."""
    return [FakeRow(str(number), start) for number, start in enumerate(starts)]


@dataclass
class Scripted(FakeAdapter):
    """Does what a test says at each request, and the usual where that is nothing."""

    script: Fetch | None = None

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, at, context)
        scripted = await self.script(at, self.requests) if self.script else None
        return page if scripted is None else scripted


async def never(_at: Address, _request: int) -> RawPage | None:
    """Wait for ever."""
    await asyncio.Event().wait()
    return None


def silent_from(request: int) -> Fetch:
    """Answer no request from this one on, counted from 1."""

    async def script(at: Address, number: int) -> RawPage | None:
        return await never(at, number) if number >= request else None

    return script


def failing_at(*requests: int) -> Fetch:
    """Fail at these requests, counted from 1."""

    async def script(_at: Address, number: int) -> RawPage | None:
        if number in requests:
            raise TryAgainLater(ErrorCode.UNAVAILABLE, "the fake: as told", attempts=1)
        return None

    return script


@dataclass
class Repeater(FakeAdapter):
    """Says after every page that the first one follows."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        return replace(await super().fetch_page(plan, at, context), next=First())


@dataclass
class Endless(FakeAdapter):
    """Sends its first page for ever, each time at another address."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, First(), context)
        return replace(page, next=Offset(at.rows + 1 if isinstance(at, Offset) else 1))


@dataclass
class Deaf(FakeAdapter):
    """Sends its first page whatever it is asked for, and its end where that would be."""

    def abilities(self) -> Abilities:
        abilities = super().abilities()
        return replace(abilities, paging=replace(abilities.paging, total=VendorTotal.PUSHED))

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        page = await super().fetch_page(plan, First(), context)
        behind = (at.rows if isinstance(at, Offset) else 0) + len(page.records)
        total = len(self.stream(plan))
        return replace(page, next=None if behind == total else Offset(behind), total=total)


@dataclass
class Stammerer(FakeAdapter):
    """Sends every row twice, across pages too."""

    def stream(self, plan: ScanPlan) -> list[FakeRow]:
        return [row for row in super().stream(plan) for _ in range(2)]


@dataclass
class Scrambler(FakeAdapter):
    """Claims an order and sends its rows as a test says."""

    order: Sequence[int] = ()

    def stream(self, plan: ScanPlan) -> list[FakeRow]:
        stream = super().stream(plan)
        return [stream[number % len(stream)] for number in self.order] if stream else []


@dataclass
class Early(FakeAdapter):
    """Says after its first page that there are no more."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        return replace(await super().fetch_page(plan, at, context), next=None)


@dataclass
class Inventor(FakeAdapter):
    """Pushes a condition that nobody asked for."""

    def plan(self, query: BackendQuery) -> ScanPlan:
        invented = AnyOf(Field.STATUS, frozenset({"active"}))
        return replace(super().plan(query), pushed={invented: Support.EXACT})


@dataclass
class Contrary(FakeAdapter):
    """Sorts by what nobody asked for."""

    def plan(self, query: BackendQuery) -> ScanPlan:
        return replace(super().plan(query), sorted_by=SortAbility(Sort(Field.STARTED_AT)))


class Mishap(Exception):
    """A bug in an adapter. Its text may hold anything."""

    def __init__(self) -> None:
        super().__init__("a secret of the vendor")


async def broken(_at: Address, _request: int) -> RawPage | None:
    """Break at every request."""
    raise Mishap


async def self_cancelling(_at: Address, _request: int) -> RawPage | None:
    """Let a cancellation out that nobody asked for."""
    raise asyncio.CancelledError


@dataclass
class Unplanned(FakeAdapter):
    """Breaks when it plans."""

    def plan(self, query: BackendQuery) -> ScanPlan:
        del query
        raise Mishap


@dataclass
class Unable(FakeAdapter):
    """Breaks when it is asked what it can do."""

    def abilities(self) -> Abilities:
        raise Mishap


@dataclass
class Shapeless(FakeAdapter):
    """Answers something that is no page."""

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        del plan, at, context
        return None  # type: ignore[return-value]  # that is the lie


@dataclass
class Illegible(FakeAdapter):
    """Breaks at every record."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        del record, provenance
        raise Mishap


@dataclass
class Impostor(FakeAdapter):
    """Gives its sessions as those of another backend."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        return super().normalise(record, replace(provenance, backend="good"))


@dataclass
class Timeless(FakeAdapter):
    """Gives instants without a zone."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        if isinstance(mapped, Rejected) or mapped.session.started_at is None:
            return mapped
        naive = mapped.session.started_at.replace(tzinfo=None)
        return Mapped(structs.replace(mapped.session, started_at=naive))


@dataclass
class Squinting(FakeAdapter):
    """Cannot read a field of some records."""

    unreadable: frozenset[str] = field(default=frozenset())

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        if isinstance(mapped, Rejected) or mapped.session.native_id not in self.unreadable:
            return mapped
        return Mapped(mapped.session, ("odd",))


@dataclass
class Rejecting(FakeAdapter):
    """Rejects the records of some ids."""

    unusable: frozenset[str] = field(default=frozenset())

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        is_unusable = isinstance(mapped, Mapped) and mapped.session.native_id in self.unusable
        return Rejected("as told") if is_unusable else mapped
