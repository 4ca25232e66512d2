"""L4: the pages, joined, are everything once, whatever their size, and they come to an end."""

from aiohttp import web

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.rig import Fetched, Rig, ids_of, rigged
from gateway.conformance.tap import Exchange, HttpTrouble, Reply
from gateway.federation.deadline import Deadline
from gateway.federation.run import PageRequest
from gateway.model.query import Query
from gateway.model.report import BackendStatus
from gateway.spi import (
    Address,
    AfterId,
    Offset,
    PageIndex,
    PagingStyle,
    RawPage,
    ScanPlan,
    UpstreamError,
    VendorTotal,
)

_A_PAGE = 5
_FAR = 1000
_MOST_REQUESTS = 500


async def sizes(harness: Harness) -> None:
    """Pages of every size bring everything once."""
    async with rigged(harness) as rig:
        held = len(rig.held_ids())
        largest = rig.adapter.abilities().paging.max_size or held
        for size in sorted({1, 2, held - 1, held, held + 1, largest}):
            if 0 < size <= largest:
                await _check_everything(rig, rig.plan(page_size=size))


async def counts(harness: Harness) -> None:
    """Nothing at all, one session, and just as many as fill pages, come whole and end."""
    for rows in (0, 1, _A_PAGE, 2 * _A_PAGE):
        async with rigged(harness, rows=rows) as rig:
            await _check_everything(rig, rig.plan(page_size=_A_PAGE))


async def capped(harness: Harness) -> None:
    """A page that is shorter than asked for is not the end."""
    if not await _has_pages(harness):
        return
    if harness.capped is None:
        broken("the harness has no vendor that gives fewer rows a page than it is asked for")
    async with rigged(harness, vendor=harness.capped(harness.rows)) as rig:
        plan = rig.plan(page_size=rig.adapter.abilities().paging.max_size)
        pages = await _check_everything(rig, plan)
        holds(len(pages) > 1, "the capped vendor of the harness caps nothing")


async def beyond(harness: Harness) -> None:
    """Behind the last row there is nothing and an end, or an error."""
    async with rigged(harness) as rig:
        plan = rig.plan(page_size=_A_PAGE)
        pages = await rig.pages(plan)
        address = _beyond(rig, pages)
        if address is None:
            return
        try:
            page = await rig.page(plan, address)
        except UpstreamError:
            return
        holds(not page.records, f"there are rows at {address}, which is behind the last")
        holds(page.next is None, f"there is a page behind {address}, which is behind the last")


async def totals(harness: Harness) -> None:
    """A total is told where one is declared, and is the count it is declared to be."""
    async with rigged(harness) as rig:
        plan = rig.plan(page_size=_A_PAGE)
        pages = await rig.pages(plan)
        declared = rig.adapter.abilities().paging.total
        told = {each.page.total for each in pages}
        rows = sum(len(each.page.records) for each in pages)
        match declared:
            case VendorTotal.NONE:
                holds(told == {None}, f"totals {told} are told, but none is declared")
            case VendorTotal.PUSHED | VendorTotal.ALL:
                holds(told == {rows}, f"totals {told} are told of {rows} rows")


async def loops(harness: Harness) -> None:
    """A vendor that sends the same page again and again is given up, not followed for ever."""
    vendor = harness.capped(harness.rows) if harness.capped else None
    async with rigged(harness, vendor=vendor) as rig:
        rig.tap.make_trouble(_repeating(), None)
        run = rig.federation().run(PageRequest(Query((_name(rig),)), _FAR))
        page = await run.next_page(Deadline.within(60.0))
        run.finish()
        sent = len(rig.tap.heard)
        holds(sent <= _MOST_REQUESTS, f"the same page was read {sent} times")
        told = ids_of(page.sessions)
        holds(told == sorted({*told}), "a session is given out twice")
        report = page.reports[_name(rig)]
        is_whole = told == rig.held_ids() or report.status is not BackendStatus.OK
        holds(is_whole, "the same page again and again is taken for everything there is")


def _name(rig: Rig) -> str:
    return rig.provenance().backend


async def _has_pages(harness: Harness) -> bool:
    async with rigged(harness) as rig:
        return rig.adapter.abilities().paging.style is not PagingStyle.SINGLE


async def _check_everything(rig: Rig, plan: ScanPlan) -> list[Fetched]:
    pages = await rig.pages(plan)
    got = ids_of([rig.session(record) for each in pages for record in each.page.records])
    size = f"pages of {plan.page_size}"
    twice = sorted({native_id for native_id in got if got.count(native_id) > 1})
    holds(not twice, f"{size} bring some sessions twice: {twice}")
    lost = sorted({*rig.held_ids()} - {*got})
    holds(not lost, f"{size} lose sessions: {lost}")
    invented = sorted({*got} - {*rig.held_ids()})
    holds(not invented, f"{size} bring sessions that are not held: {invented}")
    style = rig.adapter.abilities().paging.style
    holds(style is not PagingStyle.SINGLE or len(pages) == 1, "a single page has a next one")
    return pages


def _beyond(rig: Rig, pages: list[Fetched]) -> Address | None:
    """Give the address behind the last row; none where the style has none that is known."""
    rows = sum(len(each.page.records) for each in pages)
    match rig.adapter.abilities().paging.style:
        case PagingStyle.OFFSET:
            return Offset(rows + _FAR)
        case PagingStyle.PAGE_INDEX:
            return PageIndex(len(pages) + _FAR, _A_PAGE, rows)
        case PagingStyle.AFTER_ID if last := _last(pages):
            return AfterId(rig.session(last.records[-1]).native_id, rows)
        case _:
            return None


def _last(pages: list[Fetched]) -> RawPage | None:
    return next((each.page for each in reversed(pages) if each.page.records), None)


def _repeating() -> HttpTrouble:
    first: dict[tuple[str, str], Reply] = {}

    async def repeat(exchange: Exchange) -> web.StreamResponse:
        asked = (exchange.request.method, exchange.request.path)
        if asked not in first:
            first[asked] = await exchange.forward()
        return first[asked].response()

    return repeat


CHECKS = checks_of(Law.PAGING, sizes, counts, capped, beyond, totals, loops)
