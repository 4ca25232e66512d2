"""The federation as one caller sees it: no session leaves it with what is hidden from them.

What its backends give is counted as it leaves.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.explaining import Explanation
from gateway.federation.federation import Federation
from gateway.federation.freshness import AS_KEPT, Freshness
from gateway.federation.lookup import Found, Lookup, Missing
from gateway.federation.run import PageRequest, Run, SessionPage
from gateway.federation.writing import Carried, WriteResult
from gateway.model.report import BackendReport, BackendStatus
from gateway.paging.rows import Row
from gateway.spi.adapter import Write
from gateway.web.counting import count_parts
from gateway.web.redaction import Redaction


@dataclass(slots=True)
class RunView:
    """One query being carried out, as a caller sees it."""

    run: Run
    redaction: Redaction
    _backends: Mapping[str, Backend] = field(repr=False)
    _told: Mapping[str, BackendReport] | None = None

    async def next_page(
        self, deadline: Deadline, limit: int | None = None, *, is_counted: bool = False
    ) -> SessionPage:
        """Read the next page, as :meth:`gateway.federation.run.Run.next_page` does."""
        page = await self.run.next_page(deadline, limit, is_counted=is_counted)
        count_parts(self._backends, page.reports, self._told)
        self._told = page.reports
        return _seen(page, self.redaction)


@dataclass(frozen=True, slots=True)
class View:
    """The federation, as a caller sees it. Which backends they may ask is decided before."""

    federation: Federation
    redaction: Redaction

    async def page(
        self, request: PageRequest, deadline: Deadline, *, is_counted: bool = False
    ) -> SessionPage:
        """Give one page."""
        page = await self.federation.page(request, deadline, is_counted=is_counted)
        count_parts(self.federation.backends, page.reports)
        return _seen(page, self.redaction)

    def run(self, request: PageRequest) -> RunView:
        """Plan a query whose pages are read one after the other."""
        return RunView(self.federation.run(request), self.redaction, self.federation.backends)

    def explain(self, request: PageRequest) -> dict[str, Explanation]:
        """Say what each asked backend would do. No condition is on what is hidden."""
        return self.federation.explain(request)

    async def session(
        self, backend: str, native_id: str, deadline: Deadline, freshness: Freshness = AS_KEPT
    ) -> Lookup:
        """Find one session."""
        lookup = await self.federation.session(backend, native_id, deadline, freshness)
        count_parts(self.federation.backends, {backend: _report(lookup)})
        if not isinstance(lookup, Found):
            return lookup
        return dataclasses.replace(lookup, session=self.redaction.redacted(lookup.session))

    async def refresh(self, backend: str, deadline: Deadline) -> BackendReport:
        """Drop what is kept of a backend, and read it anew. No session is told."""
        return await self.federation.refresh(backend, deadline)

    async def write(self, backend: str, write: Write, deadline: Deadline) -> WriteResult:
        """Carry out a write; the session that it leaves is told like any other."""
        result = await self.federation.write(backend, write, deadline)
        if not isinstance(result, Carried) or result.session is None:
            return result
        return dataclasses.replace(result, session=self.redaction.redacted(result.session))


def _report(lookup: Lookup) -> BackendReport:
    match lookup:
        case Found(report=report):
            return report
        case Missing():
            return BackendReport(status=BackendStatus.OK)
    return BackendReport(status=BackendStatus.FAILED, error=lookup)


def _seen(page: SessionPage, redaction: Redaction) -> SessionPage:
    if not redaction.words:
        return page
    rows = [Row(row.key, redaction.redacted(row.session)) for row in page.rows]
    return dataclasses.replace(page, rows=rows)
