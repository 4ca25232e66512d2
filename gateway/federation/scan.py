"""The way through a backend's pages, and the count of what was met on it."""

from dataclasses import dataclass, field
from datetime import datetime

from gateway.federation.backend import Backend, BackendPage, Failed, Take
from gateway.model.report import ErrorCode, ServedFrom
from gateway.paging.planner import BackendPlan
from gateway.spi.errors import BadAnswer
from gateway.spi.pages import Address, First

MAX_PAGES = 10_000
"""Pages of one scan: a vendor that never comes to its end must not be followed for ever."""


@dataclass(slots=True)
class Tally:
    """What a reader has seen: the report of its backend is made from it."""

    served_from: ServedFrom = ServedFrom.LIVE
    as_of: datetime | None = None
    requests: int = 0
    rejected: int = 0
    unreadable: int = 0
    duplicates: int = 0
    received: int = 0
    record_bytes: int = 0
    vendor_total: int | None = None

    def add(self, page: BackendPage) -> None:
        """Count a page in."""
        self.as_of = self.as_of or page.as_of
        self.received += page.received
        self.record_bytes += page.size
        self.rejected += page.rejected
        self.unreadable += page.unreadable
        if page.total is not None:
            self.vendor_total = page.total


@dataclass(slots=True)
class Scan:
    """Pages one after the other, which must come to an end, counted in a tally.

    Where there is a ``take``, their sessions are handed to it rather than held by the pages.
    """

    backend: Backend
    plan: BackendPlan
    tally: Tally
    at: Address = field(default_factory=First)
    visited: set[Address] = field(default_factory=set)
    take: Take | None = None

    async def next_page(self) -> BackendPage | Failed:
        """Read the page that follows. Not to be called again after the one without a next."""
        if self.at in self.visited or len(self.visited) >= MAX_PAGES:
            message = f"no end after {len(self.visited)} pages"
            return self.backend.failed(BadAnswer(ErrorCode.PROTOCOL, message))
        self.tally.requests += 1
        page = await self.backend.page(self.plan.scan, self.at, self.take)
        # Not before: a read that was broken off may be made again.
        self.visited.add(self.at)
        if isinstance(page, BackendPage):
            self.tally.add(page)
            self.at = page.next or self.at
        return page
