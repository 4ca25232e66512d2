"""Reading an ordered backend page by page."""

from gateway.federation.backend import Backend, Failed
from gateway.federation.readers import Delivered, Delivery, Reader
from gateway.federation.scan import Scan
from gateway.model.query import Query
from gateway.paging.merge import Row
from gateway.paging.order import key_of
from gateway.paging.planner import BackendPlan


class PageReader(Reader):
    """Reads an ordered backend page by page, as far as the merge needs."""

    def __init__(self, backend: Backend, plan: BackendPlan, query: Query) -> None:
        super().__init__()
        self.coarsening = plan.coarsening
        self._scan = Scan(backend, plan, self.tally)
        self._query = query

    async def read(self) -> Delivered:
        """Read the next page from the vendor."""
        page = await self._scan.next_page()
        if isinstance(page, Failed):
            return page
        order = self._query.order
        rows = [
            Row(key_of(session, order), session, record)
            for session, record in zip(page.sessions, page.records, strict=True)
        ]
        return Delivery(rows, page.next is None)
