"""L9: an adapter sends what it is expected to send, and no more."""

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, checks_of, holds
from gateway.conformance.rig import Rig, rigged
from gateway.spi import Address, First

_A_PAGE = 4
_MOST_FOR_ONE = 2


async def one_request_a_page(harness: Harness) -> None:
    """A page costs one request, wherever it is, and as many pages come as there have to be."""
    async with rigged(harness) as rig:
        await rig.log_in()
        plan = rig.plan(page_size=_A_PAGE)
        following: Address | None = First()
        pages = rows = 0
        while following is not None:
            begun = len(rig.tap.heard)
            page = await rig.page(plan, following)
            sent = len(rig.tap.heard) - begun
            holds(sent == 1, f"the page at {following} costs {sent} requests")
            following, pages, rows = page.next, pages + 1, rows + len(page.records)
        most = 1 if plan.page_size is None else -(-rows // plan.page_size) + 1
        holds(pages <= most, f"{rows} rows in pages of {plan.page_size} come in {pages} pages")


async def one_log_in(harness: Harness) -> None:
    """A log-in serves every call that follows it."""
    async with rigged(harness) as rig:
        await rig.log_in()
        begun = len(rig.tap.heard)
        for _ in range(3):
            await rig.page(rig.plan(), First())
        sent = len(rig.tap.heard) - begun
        holds(sent == 3, f"three pages after a log-in cost {sent} requests")  # noqa: PLR2004


async def detail(harness: Harness) -> None:
    """A session alone costs one request, or two where the first leaves some of it out."""
    async with rigged(harness) as rig:
        if rig.adapter.abilities().has_detail:
            await rig.log_in()
            for native_id in rig.held_ids()[:5]:
                sent = await _cost(rig, native_id)
                holds(sent <= _MOST_FOR_ONE, f"get() of {native_id} costs {sent} requests")


async def _cost(rig: Rig, native_id: str) -> int:
    begun = len(rig.tap.heard)
    await rig.get(native_id)
    return len(rig.tap.heard) - begun


CHECKS = checks_of(Law.BUDGET, one_request_a_page, one_log_in, detail)
