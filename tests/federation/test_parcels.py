"""What is packed for other replicas is unpacked as it was, and whatever else comes is not."""

import dataclasses

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.federation.freshness import Lifetimes
from gateway.federation.parcels import packed_range, unpacked_detail, unpacked_range
from gateway.federation.ranges import Extent, KeptRange
from gateway.federation.sharing import Parcel
from gateway.federation.tally import Tally
from gateway.model.query import Field, Order, Sort
from gateway.paging.order import BEFORE_ALL, key_of
from gateway.paging.resume import ReadPage
from gateway.paging.rows import Row
from gateway.spi import AfterId, First, Offset, PageIndex, Token
from tests.support.adapters import NOON
from tests.support.fakes import FakeAdapter, FakeRow, backend, record

LIFETIMES = Lifetimes(60, 60, 900)
ORDERS: tuple[Order, ...] = (
    (Sort(Field.STARTED_AT, is_descending=True),),
    (Sort(Field.USER), Sort(Field.TITLE)),
    (Sort(Field.USER, is_descending=True),),
)
ADDRESSES = st.sampled_from(
    [First(), Offset(3), PageIndex(1, 10, 10), Token("t"), AfterId("a", seen=2)]
)
VENDOR_ROWS = st.lists(
    st.builds(
        FakeRow,
        native_id=st.text(min_size=1, max_size=5).filter(lambda text: text.isprintable()),
        started=st.none() | st.integers(0, 10**15),
        user=st.none() | st.text(max_size=8).filter(lambda text: text.isprintable()),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row.native_id,
)


@given(VENDOR_ROWS, st.sampled_from(ORDERS), ADDRESSES, st.none() | ADDRESSES, st.booleans())
async def test_a_range_is_unpacked_as_it_was(
    rows: list[FakeRow],
    order: Order,
    at: First | Offset | PageIndex | Token | AfterId,
    following: First | Offset | PageIndex | Token | AfterId | None,
    has_drifted: bool,
) -> None:
    adapter = FakeAdapter(rows)
    asked = backend("a", adapter, ttl=LIFETIMES)
    records = [record(row) for row in rows]
    sessions = asked.maker.remade(records, NOON)
    read = [
        Row(key_of(session, order), session, raw)
        for session, raw in zip(sessions, records, strict=True)
    ]
    life = LIFETIMES.begin(100.0)
    extent = Extent(
        pushed=frozenset(),
        begins=BEFORE_ALL,
        ends=max(row.key for row in read),
        next=following,
        life=life,
    )
    tally = Tally(as_of=NOON, vendor_total=7, has_drifted=has_drifted, duplicates=1)
    kept = KeptRange(extent, [ReadPage(at, read)], tally)

    packed = packed_range(kept, 110.0, for_s=50.0)
    found = unpacked_range(Parcel(packed, 40.0), asked, order, frozenset(), 500.0)

    assert found is not None
    assert dataclasses.replace(found.extent, life=life) == extent
    assert found.extent.life == LIFETIMES.begin(480.0), "it was asked for 10 s before, and lay 10 s"
    assert [(page.at, list(page.rows)) for page in found.pages] == [(at, read)]
    assert [row.session for row in found.rows] == sessions
    assert (found.tally.as_of, found.tally.vendor_total) == (NOON, 7)
    assert (found.tally.has_drifted, found.tally.duplicates) == (has_drifted, 1)


@given(st.binary(max_size=60))
async def test_what_is_no_parcel_is_not_unpacked(body: bytes) -> None:
    asked = backend("a", FakeAdapter([]), ttl=LIFETIMES)
    parcel = Parcel(body, 40.0)

    assert unpacked_range(parcel, asked, ORDERS[0], frozenset(), 0.0) is None
    assert unpacked_detail(parcel, asked, 0.0) is None


async def test_a_record_that_is_no_session_here_is_not_taken() -> None:
    asked = backend("a", FakeAdapter([]), ttl=LIFETIMES)
    told = [0.0, 60.0, NOON, 0, 0, 0, 0, None, False]
    body = msgspec.msgpack.encode(["detail", told, b'{"rejected": 1}'])

    assert unpacked_detail(Parcel(body, 40.0), asked, 0.0) is None
