"""What pages cost the vendors, by the vendors' own count, beside what the gateway had expected."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from answers import Count, Page, page_of, plan_of
from bounds import Stretch, least_requests
from servers import Server, fetched
from standing_gateway import Reach


@dataclass(frozen=True)
class Vendor:
    """A simulator that runs, and the name of its backend."""

    name: str
    server: Server
    reach: Reach

    def served(self) -> int:
        """Count the lists, pages of lists and details that it was asked for."""
        served: dict[str, int] = fetched(f"{self.server.address}/served")
        return served.get("listing", 0) + served.get("detail", 0)


@dataclass(frozen=True)
class Turn:
    """Where a page begins: behind the session that started at ``boundary``."""

    number: int
    cursor: str | None = None
    boundary: datetime | None = None


@dataclass(frozen=True)
class Cost:
    """One page: of each vendor what it was asked, what was expected, told and the least there is.

    ``least`` is there for pages that are looked at alone. Memory is the gateway's after the page.
    ``rows`` are each vendor's on the page, and ``oldest`` is the start of its last, if more follow.
    """

    turn: Turn
    rows: Mapping[str, int]
    oldest: datetime | None
    made: Mapping[str, int]
    expected: Mapping[str, Count]
    told: Mapping[str, int]
    least: Mapping[str, int]
    resident_mb: float
    peak_mb: float

    @property
    def requests(self) -> int:
        """Give what all vendors were asked."""
        return sum(self.made.values())

    def contradictions(self) -> Iterator[str]:
        """Say where the gateway expected, or told, another number than the vendors counted."""
        for name, made in self.made.items():
            page = f"page {self.turn.number}, {name}: {made} requests"
            if not self.expected[name].allows(made):
                yield f"{page}, but explain expected {self.expected[name]}"
            if self.told[name] != made:
                yield f"{page}, but the report on the backend told {self.told[name]}"


@dataclass(frozen=True)
class Asked:
    """What is walked: some vendors or all, by pages of one size; some pages are looked at alone."""

    vendors: Sequence[Vendor]
    limit: int
    looked_at: Collection[int]

    @property
    def last(self) -> int:
        """Give the number of the last page."""
        return max(self.looked_at)

    def query(self, turn: Turn) -> dict[str, object]:
        """Ask for a page; sorted as it is if nothing is said."""
        query: dict[str, object] = {"limit": self.limit}
        if len(self.vendors) == 1:
            query["backend"] = self.vendors[0].name
        if turn.cursor is not None:
            query["cursor"] = turn.cursor
        return query


def walk(gateway: Server, asked: Asked) -> list[Cost]:
    """Walk from the first page to the last that is looked at, or the end."""
    costs: list[Cost] = []
    turn: Turn | None = Turn(1)
    while turn is not None and turn.number <= asked.last:
        cost, turn = _measured(gateway, asked, turn)
        costs.append(cost)
    return costs


def visit(gateway: Server, asked: Asked, turns: Sequence[Turn]) -> list[Cost]:
    """Ask for single pages, where another walk came upon them."""
    return [_measured(gateway, asked, turn)[0] for turn in turns]


def _measured(gateway: Server, asked: Asked, turn: Turn) -> tuple[Cost, Turn | None]:
    """Ask for a page; say where the next one begins."""
    query = asked.query(turn)
    expected = plan_of(gateway.address, query).plan
    before = {vendor.name: vendor.served() for vendor in asked.vendors}
    page = page_of(gateway.address, query)
    after = {vendor.name: vendor.served() for vendor in asked.vendors}
    if page is None or not page.complete:
        raise SystemExit(f"{query}: not answered in full: {page and page.backends}")
    following = _following(turn, page)
    rows = {name: sum(row.backend == name for row in page.data) for name in after}
    oldest = following.boundary if following else None
    is_looked_at = turn.number in asked.looked_at
    cost = Cost(
        turn,
        rows,
        oldest,
        made={name: after[name] - before[name] for name in after},
        expected={name: told.expected_requests for name, told in expected.items()},
        told={name: report.requests for name, report in page.backends.items()},
        least=least(asked.vendors, turn.boundary, oldest, rows) if is_looked_at else {},
        resident_mb=gateway.resident_mb(),
        peak_mb=gateway.peak_mb(),
    )
    return cost, following


def _following(turn: Turn, page: Page) -> Turn | None:
    if page.page.next is None:
        return None
    return Turn(turn.number + 1, page.page.next, page.data[-1].started_at)


def least(
    vendors: Sequence[Vendor],
    newest: datetime | None,
    oldest: datetime | None,
    rows: Mapping[str, int],
) -> dict[str, int]:
    """Give the least requests that a page, or a walk as one page, takes of each vendor."""
    return {
        vendor.name: least_requests(
            vendor.reach, Stretch(newest=newest, oldest=oldest, rows=rows[vendor.name])
        )
        for vendor in vendors
    }
