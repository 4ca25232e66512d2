"""Backends that exist in memory only: every style, any order, as honest or not as a test wants."""

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec import Raw

from gateway.federation.account import Account
from gateway.federation.backend import Backend
from gateway.federation.federation import Federation
from gateway.federation.filling import Listings
from gateway.federation.freshness import Lifetimes
from gateway.federation.listing import REMEMBERED_BYTES
from gateway.federation.listings import KeptListings
from gateway.federation.ranges import MAX_KEPT_BYTES, KeptRanges
from gateway.federation.under_way import UnderWay
from gateway.model.matching import matches
from gateway.model.query import Condition, Field, Op, Sort
from gateway.model.session import Placed
from gateway.resilience.breaker import BreakerRules
from gateway.spi import (
    Abilities,
    Address,
    AfterId,
    Context,
    HttpEndpoint,
    HttpReply,
    HttpRequest,
    HttpTransport,
    Mapped,
    Named,
    Nulls,
    Offset,
    Outline,
    PageIndex,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    Session,
    SessionAdapter,
    SortAbility,
    StartOver,
    Status,
    Support,
    Token,
)
from tests.support.adapters import noon

NEWEST = Sort(Field.STARTED_AT, is_descending=True)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FILTERS = (
    (Field.STATUS, Op.ANY_OF),
    (Field.USER, Op.ANY_OF),
    (Field.STARTED_AT, Op.AT_OR_AFTER),
    (Field.STARTED_AT, Op.BEFORE),
)


@dataclass(frozen=True, slots=True)
class FakeRow:
    """A row of a fake backend. ``started`` is in microseconds since 1970."""

    native_id: str
    started: int | None
    status: str = "ended"
    user: str | None = None

    def session(self, backend: str) -> Session:
        """Give the session that it is, as the oracle sees it."""
        started_at = None if self.started is None else EPOCH + timedelta(microseconds=self.started)
        return Session(
            id=f"{backend}:{self.native_id}",
            backend=backend,
            vendor="fake",
            native_id=self.native_id,
            status=Status(self.status),
            started_at=started_at,
            user=Named(id=self.user) if self.user else None,
        )


@dataclass(frozen=True, slots=True)
class Manners:
    """How a fake backend behaves. ``granule`` is none where it follows no order.

    ``is_stable``: its rows do not move between requests, or its tokens outlast it.
    """

    granule: int | None = None
    page_cap: int = 100
    style: PagingStyle = PagingStyle.OFFSET
    is_stable: bool = True
    support: Support = Support.UNSUPPORTED
    absent: frozenset[Field] = frozenset()
    always: frozenset[Field] = frozenset()


class NoTransport(HttpTransport):
    """A wire that leads nowhere."""

    async def send(self, request: HttpRequest) -> HttpReply:
        """Refuse."""
        raise AssertionError(f"nobody sends {request}")


@dataclass
class FakeAdapter(SessionAdapter[HttpTransport]):
    """An adapter over rows in memory. Each page is a request, and is counted."""

    vendor = "fake"

    rows: Sequence[FakeRow]
    manners: Manners = field(default_factory=Manners)
    requests: int = 0
    asked: list[Address] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def endpoint(self) -> HttpEndpoint:
        """Be nowhere."""
        return HttpEndpoint("http://127.0.0.1:9")

    def abilities(self) -> Abilities:
        """Declare what the manners say."""
        granule = self.manners.granule
        has_nulls = any(row.started is None for row in self.rows)
        sort = SortAbility(
            NEWEST,
            granularity=timedelta(microseconds=granule or 1),
            nulls=Nulls.LAST if has_nulls else Nulls.NEVER,
        )
        return Abilities(
            filters=dict.fromkeys(FILTERS, self.manners.support),
            absent=self.manners.absent,
            always=self.manners.always,
            sorts=(sort,) if granule else (),
            paging=PagingAbility(
                self.manners.style, self.manners.page_cap, is_stable=self.manners.is_stable
            ),
        )

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        """Give the rows from an address on."""
        del context
        self.requests += 1
        self.asked.append(at)
        stream = self.stream(plan)
        begin = self.begin(at, stream)
        end = begin + min(plan.page_size or self.manners.page_cap, self.manners.page_cap)
        self.sizes.append(end - begin)
        return RawPage(
            [record(row) for row in stream[begin:end]],
            self._following(end, end - begin, stream) if end < len(stream) else None,
            len(stream) if self.manners.style is PagingStyle.PAGE_INDEX else None,
        )

    def begin(self, at: Address, stream: Sequence[FakeRow]) -> int:
        """Give the index in the stream that an address stands for."""
        match at:
            case Offset(rows):
                return rows
            case PageIndex(index, size, _):
                return index * size
            case Token(text) if not self.manners.is_stable:
                return int(text)
            case Token(native_id) | AfterId(native_id):
                ids = [row.native_id for row in stream]
                if native_id not in ids:
                    raise StartOver("the fake: that row is gone")
                return ids.index(native_id) + 1
            case _:
                return 0

    def _following(self, end: int, size: int, stream: Sequence[FakeRow]) -> Address:
        """Name the place that follows so many rows of the stream."""
        match self.manners.style:
            case PagingStyle.PAGE_INDEX:
                return PageIndex(end // size, size, end)
            case PagingStyle.CURSOR:
                return Token(stream[end - 1].native_id if self.manners.is_stable else str(end))
            case PagingStyle.AFTER_ID:
                return AfterId(stream[end - 1].native_id, end)
            case _:
                return Offset(end)

    def stream(self, plan: ScanPlan) -> list[FakeRow]:
        """Give all rows that the vendor would send for a plan, in its order."""
        granule = self.manners.granule or 1
        rows = [row for row in self.rows if self._passes(row, plan.pushed)]
        rows.sort(key=lambda row: _scatter(row.native_id))
        if plan.sorted_by is not None:
            rows.sort(key=lambda row: (row.started is None, -((row.started or 0) // granule)))
        return rows

    def _passes(self, row: FakeRow, pushed: Iterable[Condition]) -> bool:
        is_sloppy = self.manners.support is Support.INEXACT and _scatter(row.native_id) % 3 == 0
        return is_sloppy or matches(row.session("x"), pushed)

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a record; one without an id is rejected."""
        fields = json.loads(bytes(record))
        if fields["native_id"] is None:
            return Rejected("no id")
        return Mapped(FakeRow(**fields).session(provenance.backend))

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        """Outline most records, so that outlines and sessions meet in every test."""
        mapped = self.normalise(record, provenance)
        if isinstance(mapped, Rejected) or mapped.unreadable or mapped.is_status_unknown:
            return None
        if _scatter(mapped.session.native_id) % 4 == 0:
            return None
        return outlined(mapped.session, provenance.as_of)


def outlined(session: Session, as_of: datetime) -> Outline:
    """Give the outline of a session."""
    return Outline(
        backend=session.backend,
        native_id=session.native_id,
        status=session.status,
        started_at=session.started_at,
        ended_at=session.ended_at,
        last_activity_at=session.last_activity_at,
        as_of=as_of,
        holds_until=None,
    )


def _scatter(native_id: str) -> int:
    """Order rows in a way that has nothing to do with their keys."""
    return zlib.crc32(native_id.encode())


def record(row: FakeRow) -> Raw:
    """Give the record that it is on the wire."""
    return Raw(json.dumps(asdict(row)).encode())


TIRELESS = BreakerRules(least_calls=10**9, connect_failures=10**9)
"""Rules by which a vendor is asked however much trouble it is in."""


def backend(  # noqa: PLR0913  # what a test may say of one, each by its name
    name: str,
    adapter: SessionAdapter[HttpTransport],
    *,
    ttl: float | Lifetimes = 0,
    clock: Callable[[], datetime] = noon,
    account: Account | None = None,
    under_way: UnderWay | None = None,
) -> Backend:
    """Make a backend over a fake adapter, which is asked however much trouble it is in."""
    kept = ttl if isinstance(ttl, Lifetimes) else Lifetimes(ttl)
    return Backend(
        name,
        adapter,
        NoTransport(),
        lifetimes=kept,
        clock=clock,
        account=account or Account(TIRELESS),
        under_way=under_way,
    )


def federation(
    *backends: Backend,
    timer: Callable[[], float] = float,
    remembered_bytes: int = REMEMBERED_BYTES,
    range_bytes: int = MAX_KEPT_BYTES,
) -> Federation:
    """Make a federation of backends; what is kept is kept by ``timer``, which stands still."""
    listings = Listings(KeptListings(timer=timer), remembered_bytes=remembered_bytes)
    return Federation(backends, listings, KeptRanges(timer=timer, max_bytes=range_bytes))


class Leaving:
    """Takes nothing of what is on a page."""

    def expect(self, records: int, size: int) -> None:
        """Get ready for nothing."""

    def take(self, pairs: Sequence[tuple[Placed, Raw]]) -> None:
        """Leave it."""
