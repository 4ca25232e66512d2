"""Rows are placed by outlines, and become sessions when somebody is to see them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw, structs

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.query import NEWEST_FIRST, AnyOf, Condition, Field, Order, Query, Sort
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode
from gateway.spi import Mapped, Outline, Provenance, Rejected, Status
from tests.support.examples import examples
from tests.support.fakes import FakeAdapter, FakeRow, Manners, backend, federation, outlined

BY_USER: Order = (Sort(Field.USER), *NEWEST_FIRST)


@dataclass
class Outlining(FakeAdapter):
    """Outlines every record, and notes which, and those that it maps."""

    mapped: list[str] = field(default_factory=list)
    outlined: list[str] = field(default_factory=list)
    none_after_all: frozenset[str] = frozenset()
    """Ids of records that turn out to be no sessions once they are mapped."""

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        mapped = super().normalise(record, provenance)
        assert isinstance(mapped, Mapped)
        self.outlined.append(mapped.session.native_id)
        return outlined(mapped.session, provenance.as_of)

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        assert isinstance(mapped, Mapped)
        self.mapped.append(mapped.session.native_id)
        if mapped.session.native_id in self.none_after_all:
            return Rejected("a number that is too large")
        return mapped


class Liar(Outlining):
    """Outlines other sessions than it maps."""

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        outline = super().outline(record, provenance)
        return outline and structs.replace(outline, status=Status.UNKNOWN)


class Broken(Outlining):
    """Cannot map what it has outlined."""

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        raise KeyError(f"a secret of the vendor: {record!r} of {provenance.vendor}")


def found(count: int = 10) -> list[FakeRow]:
    """Make rows, the newest last, of two users in turn."""
    return [
        FakeRow(str(n), n, status="active" if n % 2 else "ended", user=f"user {n % 2}")
        for n in range(count)
    ]


async def page_of(
    *adapters: FakeAdapter,
    limit: int = 3,
    conditions: tuple[Condition, ...] = (),
    order: Order = NEWEST_FIRST,
) -> SessionPage:
    """Ask backends named a, b, and so on for their first page."""
    backends = [backend(name, adapter) for name, adapter in zip("abc", adapters, strict=False)]
    names = tuple(each.name for each in backends)
    request = PageRequest(Query(names, conditions, order), limit)
    return await federation(*backends).page(request, Deadline.within(10.0))


async def walk_over(asked: Federation, *conditions: Condition, limit: int = 4) -> list[SessionPage]:
    """Read page after page of a backend named a, to the end."""
    run = asked.run(PageRequest(Query(("a",), conditions), limit))
    pages = [await run.next_page(Deadline.within(10.0))]
    while pages[-1].next is not None:
        pages.append(await run.next_page(Deadline.within(10.0)))
    return pages


def ids(page: SessionPage) -> list[str]:
    return [session.id for session in page.sessions]


STYLES = pytest.mark.parametrize(
    "manners", [Manners(), Manners(granule=1), Manners(page_cap=4)], ids=["list", "pages", "short"]
)


@STYLES
async def test_only_sessions_that_are_seen_are_made(manners: Manners) -> None:
    adapter = Outlining(found(), manners)

    page = await page_of(adapter)

    assert ids(page) == ["a:9", "a:8", "a:7"]
    assert sorted(adapter.mapped) == ["7", "8", "9"]
    assert all(row.session.user is not None and row.raw is not None for row in page.rows)


LONG_LIST_OR_PAGES = pytest.mark.parametrize(
    "manners", [Manners(), Manners(page_cap=4, granule=1)], ids=["list", "pages"]
)


@LONG_LIST_OR_PAGES
@pytest.mark.parametrize("conditions", [(), (AnyOf(Field.USER, frozenset({"user 1"})),)])
async def test_of_a_walk_on_which_all_is_looked_at_nothing_is_outlined(
    manners: Manners, conditions: tuple[Condition, ...]
) -> None:
    adapter = Outlining(found(250), manners)
    asked = federation(backend("a", adapter, ttl=60), remembered_bytes=0)
    await walk_over(asked)
    adapter.outlined.clear()

    pages = await walk_over(asked, *conditions)

    given = [session.id for page in pages for session in page.sessions]
    assert given == [f"a:{n}" for n in reversed(range(250)) if n % 2 or not conditions]
    # Of a list the place to begin at is found by a few of its rows, in halves.
    assert len(adapter.outlined) <= 16


async def test_of_a_walk_by_what_outlines_tell_only_those_that_match_are_made() -> None:
    adapter = Outlining(found(250))
    active = AnyOf(Field.STATUS, frozenset({"active"}))

    await walk_over(federation(backend("a", adapter, ttl=60), remembered_bytes=0), active)

    assert {int(native_id) % 2 for native_id in adapter.mapped} == {1}


@LONG_LIST_OR_PAGES
async def test_a_record_that_turns_out_none_on_a_walk_is_left_out_and_told(
    manners: Manners,
) -> None:
    adapter = Outlining(found(250), manners, none_after_all=frozenset({"8", "120"}))
    asked = federation(backend("a", adapter, ttl=60), remembered_bytes=0)

    pages = await walk_over(asked)

    given = [session.native_id for page in pages for session in page.sessions]
    assert given == [str(n) for n in reversed(range(250)) if n not in {8, 120}]
    report = pages[-1].reports["a"]
    assert report.status is BackendStatus.PARTIAL
    assert BackendWarning.REJECTED_ROWS in report.warnings
    assert report.rows == 248


@dataclass
class Displaced(Outlining):
    """Outlines a start that its sessions do not have."""

    def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
        outline = super().outline(record, provenance)
        if outline is None or outline.started_at is None or outline.native_id != "120":
            return outline
        return structs.replace(outline, started_at=outline.started_at + timedelta(days=1))


async def test_a_list_that_was_sorted_by_wrong_outlines_costs_its_backend_a_walk() -> None:
    asked = federation(backend("a", Displaced(found(250)), ttl=60), remembered_bytes=0)

    pages = await walk_over(asked)

    error = pages[-1].reports["a"].error
    assert error is not None
    assert error.code is ErrorCode.UPSTREAM_ERROR


@STYLES
async def test_what_outlines_tell_is_looked_at_first(manners: Manners) -> None:
    adapter = Outlining(found(), manners)
    active = AnyOf(Field.STATUS, frozenset({"active"}))
    user = AnyOf(Field.USER, frozenset({"user 1"}))

    page = await page_of(adapter, limit=2, conditions=(user, active))

    assert ids(page) == ["a:9", "a:7"]
    assert {int(native_id) % 2 for native_id in adapter.mapped} <= {0, 1}
    assert len(adapter.mapped) <= len(found())


async def test_a_session_is_made_once_for_all_who_look_at_it() -> None:
    adapter = Outlining(found())
    asked = federation(backend("a", adapter, ttl=60))
    request = PageRequest(Query(("a",)), 10)

    for _ in range(3):
        page = await asked.page(request, Deadline.within(10.0))
        assert len(page.rows) == 10

    assert sorted(adapter.mapped) == sorted(row.native_id for row in found())


async def test_an_order_that_looks_at_more_is_followed() -> None:
    page = await page_of(Outlining(found(6)), Outlining(found(6)), limit=12, order=BY_USER)

    users = [(session.user.id, session.started_at) for session in page.sessions if session.user]
    assert [user for user, _ in users] == ["user 0"] * 6 + ["user 1"] * 6
    assert page.reports["a"].status is BackendStatus.OK


@STYLES
@pytest.mark.parametrize("order", [NEWEST_FIRST, BY_USER], ids=["newest", "user"])
async def test_a_record_that_turns_out_none_is_left_out_and_told(
    manners: Manners, order: Order
) -> None:
    adapter = Outlining(found(), manners, none_after_all=frozenset({"8"}))

    page = await page_of(adapter, Outlining(found()), limit=20, order=order)

    assert "a:8" not in ids(page)
    assert len(page.rows) == 19
    report = page.reports["a"]
    assert report.status is BackendStatus.PARTIAL
    assert BackendWarning.REJECTED_ROWS in report.warnings
    assert report.rows == 9
    assert page.total.value == 19


async def test_it_is_left_out_of_a_long_list_too() -> None:
    adapter = Outlining(found(250), none_after_all=frozenset({"8", "120"}))

    page = await page_of(adapter, limit=1000, order=BY_USER)

    assert len(page.rows) == 248
    assert page.total.value == 248


async def test_a_condition_on_more_leaves_it_out_too() -> None:
    adapter = Outlining(found(), none_after_all=frozenset({"8"}))

    page = await page_of(adapter, conditions=(AnyOf(Field.USER, frozenset({"user 0"})),))

    assert ids(page) == ["a:6", "a:4", "a:2"]


@STYLES
@pytest.mark.parametrize("kind", [Liar, Broken])
async def test_an_adapter_whose_outlines_are_wrong_costs_its_own_rows_only(
    manners: Manners, kind: type[Outlining]
) -> None:
    page = await page_of(kind(found(), manners), Outlining(found()), limit=4)

    assert {session.backend for session in page.sessions} == {"b"}
    report = page.reports["a"]
    assert report.status is BackendStatus.FAILED
    assert report.error is not None
    assert report.error.code is ErrorCode.UPSTREAM_ERROR
    gap = page.gaps["a"]
    assert gap.boundary == (), "all of its rows are owed, also those that were read"


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["active", "ended"])), max_size=12),
    st.sampled_from([NEWEST_FIRST, BY_USER]),
    st.sampled_from([Manners(), Manners(granule=1), Manners(page_cap=3)]),
)
@settings(max_examples=examples(100))
async def test_outlined_or_not_the_same_is_given(
    told: Sequence[tuple[int, str]], order: Order, manners: Manners
) -> None:
    rows = [FakeRow(str(n), at, status, f"user {n % 3}") for n, (at, status) in enumerate(told)]

    class Whole(FakeAdapter):
        def outline(self, record: Raw, provenance: Provenance) -> Outline | None:
            del record, provenance
            return None

    some = await page_of(Outlining(rows, manners), limit=7, order=order)
    none = await page_of(Whole(rows, manners), limit=7, order=order)

    assert some.sessions == none.sessions
    assert some.reports == none.reports
    assert some.next == none.next
