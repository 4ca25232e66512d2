"""Reading all that a backend lists: at once, or page after page, and missing what is not there."""

from gateway.federation.backend import Backend, Failed
from gateway.federation.harvest import Harvest
from gateway.federation.mapping import BackendPage
from gateway.federation.scan import Scan
from gateway.federation.tally import Tally
from gateway.model.report import ErrorCode
from gateway.paging.planner import BackendPlan
from gateway.spi.abilities import PagingStyle
from gateway.spi.errors import GiveUp, UpstreamError
from gateway.transport.in_flight import Bill

MAX_PAGES_OF_A_LISTING = 2_000
"""Requests for one whole list: a vendor with more pages has to be asked for less."""


async def gather(
    harvest: Harvest, backend: Backend, plan: BackendPlan, tally: Tally, second: int | None
) -> Failed | None:
    """Read all there is. Of what a vendor sends at once no session is held longer than needed."""
    if plan.paging is PagingStyle.SINGLE:
        page = await backend.only_page(
            plan.scan, harvest, tally.count_request, is_outlined=harvest.is_outlined
        )
        if isinstance(page, BackendPage):
            tally.add(page)
        return page if isinstance(page, Failed) else None
    with backend.under_way.listings.billed() as bill:
        return await _gather_pages(
            harvest,
            Scan(backend, plan, tally, second=second, is_outlined=harvest.is_outlined),
            bill,
        )


def note_list(
    harvest: Harvest, backend: Backend, plan: BackendPlan, tally: Tally, begun: int
) -> None:
    """Have it known what has vanished, if this list is surely whole.

    What was written since it was begun may not be on it.
    """
    changes = backend.changes.since(begun)
    if not backend.vanished.are_kept or changes is None:
        return
    if plan.scan.pushed or tally.flaws.rejected or tally.has_drifted:
        return
    written = {session.native_id: bytes(record) for session, record in changes}
    backend.vanished.note_list({**harvest.records, **written}, tally.as_of or backend.now())


async def _gather_pages(harvest: Harvest, scan: Scan, bill: Bill) -> Failed | None:
    backend = scan.backend
    while scan.next is not None:
        if scan.tally.requests >= MAX_PAGES_OF_A_LISTING:
            message = f"a list of more than {MAX_PAGES_OF_A_LISTING} pages"
            return backend.failed(GiveUp(ErrorCode.BUDGET_EXCEEDED, message))
        outcome = await scan.next_page()
        if isinstance(outcome, Failed):
            return outcome
        try:
            backend.under_way.listings.add(bill, outcome.size, "a list of many pages")
            harvest.take(list(zip(outcome.sessions, outcome.records, strict=True)))
        except UpstreamError as error:
            return backend.failed(error)
    return None
