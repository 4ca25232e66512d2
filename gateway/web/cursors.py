"""Cursors and gap links of one answer: positions, sealed for the query and the caller."""

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

from multidict import MultiMapping

from gateway.federation.run import SessionPage
from gateway.model.report import BackendReport, Gap
from gateway.paging.cursor import CursorSealer, Position
from gateway.paging.order import instant_in
from gateway.web.parse import ListRequest

_LONGEST_LINK = 6000
"""Clients and proxies refuse longer headers; the cursor is in the body besides."""

_MOST_TARGETS = 128


@dataclasses.dataclass(frozen=True, slots=True)
class Cursors:
    """Makes the cursors of the answer to a request."""

    sealer: CursorSealer
    asked: ListRequest
    path: str
    parameters: MultiMapping[str]

    def following(self, page: SessionPage) -> str | None:
        """Seal where the next page begins; none at the end."""
        if page.next is None:
            return None
        return self.sealer.seal(page.next, self.asked.binding.fingerprint)

    def links(self, following: str | None = None) -> dict[str, str]:
        """Give the header that names the first page and the next, unless it is too long."""
        kept = [(name, value) for name, value in self.parameters.items() if name != "cursor"]
        first = _target(self.path, tuple(kept))
        link = f'<{first}>; rel="first"'
        if following is not None:
            # A cursor is made of letters that stand for themselves in a URL.
            link = f'<{first}{"&" if kept else "?"}cursor={following}>; rel="next", {link}'
        return {"Link": link} if len(link) <= _LONGEST_LINK else {}

    def reports(self, page: SessionPage) -> Mapping[str, BackendReport]:
        """Give the reports, each with the link to what its backend owes."""
        return {
            name: dataclasses.replace(report, gap=self._gap(name, page.gaps[name]))
            if name in page.gaps
            else report
            for name, report in page.reports.items()
        }

    def _gap(self, name: str, owed: Position) -> Gap:
        cursor = self.sealer.seal(owed, self.asked.binding.alone(name).fingerprint)
        kept = [
            (parameter, value)
            for parameter, value in self.parameters.items()
            if parameter not in ("backend", "cursor", "require")
        ]
        sort = self.asked.query.order[0]
        return Gap(
            after=instant_in(owed.boundary[0], sort) if owed.boundary else None,
            before=instant_in(owed.until[0], sort) if owed.until else None,
            link=_target(self.path, (*kept, ("backend", name), ("cursor", cursor))),
        )


@lru_cache(_MOST_TARGETS)
def _target(path: str, parameters: tuple[tuple[str, str], ...]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path
