"""L5: an address means the same page whenever it is read, and survives being written down."""

from dataclasses import replace

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.rig import Fetched, Rig, rigged
from gateway.paging.cursor import FROM_THE_START, CursorSealer
from gateway.spi import Address, AfterId, PagingStyle, RawPage, ScanPlan, StartOver, Token

_A_PAGE = 4


async def again(harness: Harness) -> None:
    """An address that is read again brings the same page, in whatever order they are read."""
    async with rigged(harness) as rig:
        plan = rig.plan(page_size=_A_PAGE)
        pages = await rig.pages(plan)
        for each in [*reversed(pages), *pages]:
            page = await rig.page(plan, each.at)
            holds(_same(page, each.page), f"{each.at} brings another page the second time")


async def suffixes(harness: Harness) -> None:
    """From any address on, another adapter of the same options reads the rest."""
    async with rigged(harness) as rig:
        plan = rig.plan(page_size=_A_PAGE)
        pages = await rig.pages(plan)
        rig.adapter = harness.adapter(rig.options)
        for index, each in enumerate(pages):
            rest = await rig.pages(plan, each.at)
            holds(_rows(rest) == _rows(pages[index:]), f"from {each.at} on other rows follow")


async def written(harness: Harness) -> None:
    """An address survives being written into a cursor and read again."""
    async with rigged(harness) as rig:
        for each in await rig.pages(rig.plan(page_size=_A_PAGE)):
            holds(_through_a_cursor(each.at) == each.at, f"{each.at} is lost in a cursor")


async def gone(harness: Harness) -> None:
    """A place that the vendor no longer knows is told as such, and is not taken for the end."""
    async with rigged(harness) as rig:
        plan = rig.plan(page_size=_A_PAGE)
        match rig.adapter.abilities().paging.style:
            case PagingStyle.CURSOR:
                await _read_unknown(rig, plan, Token("no-such-token"))
            case PagingStyle.AFTER_ID:
                await _read_behind_what_is_gone(rig, plan)


async def _read_unknown(rig: Rig, plan: ScanPlan, at: Address) -> None:
    try:
        page = await rig.page(plan, at)
    except StartOver:
        return
    broken(f"{at}, which the vendor cannot know, brings a page of {len(page.records)} rows")


async def _read_behind_what_is_gone(rig: Rig, plan: ScanPlan) -> None:
    pages = await rig.pages(plan)
    address = pages[1].at if len(pages) > 1 else None
    if not isinstance(address, AfterId):
        broken(f"the second page is at {address}, which names no row")
    rig.vendor.delete(address.native_id)
    try:
        rest = await rig.pages(plan, address)
    except StartOver:
        return
    lost = {*_rows(pages[1:])} - {*_rows(rest)}
    holds(not lost, f"behind {address}, which is gone, rows are lost")


def _through_a_cursor(address: Address) -> Address | None:
    sealer = CursorSealer([b"any"])
    try:
        token = sealer.seal(replace(FROM_THE_START, places={"here": (address,)}), "any")
    except (TypeError, ValueError):
        return None
    return sealer.open(token, "any").places.get("here", (None,))[0]


def _same(page: RawPage, other: RawPage) -> bool:
    return _bytes(page) == _bytes(other) and page.next == other.next and page.total == other.total


def _rows(pages: list[Fetched]) -> list[bytes]:
    return [row for each in pages for row in _bytes(each.page)]


def _bytes(page: RawPage) -> list[bytes]:
    return [bytes(record) for record in page.records]


CHECKS = checks_of(Law.RESUMING, again, suffixes, written, gone)
