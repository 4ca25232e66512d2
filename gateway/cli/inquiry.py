"""A question of the command line, put to the configured backends by this process itself."""

import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from multidict import MultiMapping

from gateway.app import cursor_sealer, open_federation
from gateway.config import Settings
from gateway.federation.deadline import Deadline
from gateway.federation.explaining import Explanation
from gateway.federation.federation import Federation
from gateway.federation.run import PageRequest, SessionPage
from gateway.model.report import BackendReport
from gateway.web.answers import stretches
from gateway.web.callers import ANYONE
from gateway.web.cursors import Cursors
from gateway.web.parse import CountEffort, Directory, ListRequest, parse_list
from gateway.web.refusals import refuse_unless_served

_PATH = "/v1/sessions"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question that was read by the rules of the front door, and whom it is put to."""

    settings: Settings
    federation: Federation
    asked: ListRequest
    cursors: Cursors

    async def page(self) -> SessionPage:
        """Read one page; raise the problem that fits if it is not what was required."""
        deadline = Deadline.within(self.settings.server.deadline_s)
        is_counted = self.asked.count is CountEffort.EXACT
        page = await self.federation.page(self._request(), deadline, is_counted=is_counted)
        self.refuse_unless_served(page)
        return page

    def stretches(self) -> AsyncGenerator[SessionPage, None]:
        """Read the whole answer, a stretch at a time; the last one tells of all of it."""
        run = self.federation.run(self._request())
        seconds = self.settings.server.deadline_s
        return stretches(run, self.cursors, lambda: Deadline.within(seconds))

    def plan(self) -> Mapping[str, Explanation]:
        """Say what would be asked, and ask nobody."""
        return self.federation.explain(self._request())

    def reports(self, page: SessionPage) -> Mapping[str, BackendReport]:
        """Give the reports on the backends."""
        return self.cursors.reports(page)

    def refuse_unless_served(self, page: SessionPage) -> None:
        """Raise the problem that fits if a page is not what was required."""
        refuse_unless_served(page, self.reports(page), self.asked)

    def _request(self) -> PageRequest:
        asked = self.asked
        return PageRequest(asked.query, asked.page_size, asked.position, asked.required)


@asynccontextmanager
async def inquiring(
    settings: Settings, parameters: MultiMapping[str], *, is_all_required: bool = False
) -> AsyncIterator[Inquiry]:
    """Read a question, and be ready to put it to all backends that may be asked.

    Raises a problem that names everything that is wrong with it. ``is_all_required`` requires
    every asked backend, whatever the parameters say.
    """
    async with open_federation(settings) as federation:
        sealer = cursor_sealer(settings)
        asked = parse_list(parameters, ANYONE, _directory(federation), sealer)
        if is_all_required:
            asked = dataclasses.replace(asked, required=frozenset(asked.query.backends))
        cursors = Cursors(sealer, asked, _PATH, parameters)
        yield Inquiry(settings, federation, asked, cursors)


def _directory(federation: Federation) -> Directory:
    vendors = {name: backend.adapter.vendor for name, backend in federation.backends.items()}
    return Directory(vendors, federation.disabled)
