"""What an answer says about each backend, and the counts that follow from it."""

from collections.abc import Iterable

from msgspec import Struct

from gateway.federation.listing_reader import ListingReader
from gateway.federation.readers import Reader
from gateway.model.query import Query
from gateway.model.report import (
    BackendReport,
    BackendStatus,
    BackendWarning,
    Count,
    Failure,
    Relation,
    ServedFrom,
)
from gateway.paging.cursor import Position
from gateway.paging.merge import Lane
from gateway.paging.planner import BackendPlan
from gateway.spi.abilities import Support, VendorTotal


class Part(Struct, frozen=True):
    """One backend's part in a page: what is read of it, how, and from where on."""

    name: str
    query: Query
    plan: BackendPlan
    reader: Reader
    position: Position

    @property
    def given_before(self) -> int | None:
        """Count the sessions on the pages before; none if some of those may lack some."""
        return self.position.given.get(self.name) if self.position.boundary else 0


def unanswerable() -> BackendReport:
    """Report a backend whose vendor lacks a field that was asked for."""
    return BackendReport(status=BackendStatus.UNANSWERABLE)


def nothing() -> BackendReport:
    """Report a backend that has nothing to give: the conditions contradict each other."""
    return BackendReport(status=BackendStatus.OK, total=Count(0, Relation.EQUAL))


def skipped() -> BackendReport:
    """Report a backend that is switched off, and was asked by name."""
    return BackendReport(status=BackendStatus.SKIPPED)


def failed(failure: Failure) -> BackendReport:
    """Report a backend that could not even be planned for."""
    return BackendReport(status=BackendStatus.FAILED, error=failure)


def ended(name: str, position: Position) -> BackendReport:
    """Report a backend that had no more before this page began."""
    count = position.given.get(name, position.totals.get(name))
    total = Count(count, Relation.EQUAL) if count is not None else None
    return BackendReport(status=BackendStatus.OK, total=total)


def report(
    part: Part, lane: Lane, failure: Failure | None, *, is_spent: bool = False
) -> BackendReport:
    """Report a backend that was read, and whether its budget ended the page."""
    tally = part.reader.tally
    status = _status(part, lane, failure, is_spent=is_spent)
    return BackendReport(
        status=status,
        served_from=tally.served_from if tally.as_of else None,
        as_of=tally.as_of,
        rows=lane.emitted,
        requests=tally.requests,
        rejected=tally.flaws.rejected,
        late=lane.late,
        duplicates=tally.duplicates + lane.duplicates,
        total=None if failure else _count(part, lane),
        warnings=tuple(_warnings(part, lane, failure, is_spent=is_spent)),
        error=failure or (tally.fallen_back if status is BackendStatus.STALE else None),
    )


def _status(part: Part, lane: Lane, failure: Failure | None, *, is_spent: bool) -> BackendStatus:
    if failure is not None:
        return BackendStatus.FAILED
    if part.reader.tally.served_from is ServedFrom.STALE:
        return BackendStatus.STALE
    is_partial = is_spent or lacks_rows(part, lane)
    return BackendStatus.PARTIAL if is_partial else BackendStatus.OK


def lacks_rows(part: Part, lane: Lane) -> bool:
    """Say whether rows were lost, or may be.

    No session could be made of them, they came too late, moved while they were read, or lie behind
    a horizon.
    """
    tally = part.reader.tally
    is_short = tally.has_drifted or part.reader.is_at_horizon
    return bool(tally.flaws.rejected or lane.late or is_short)


def _warnings(
    part: Part, lane: Lane, failure: Failure | None, *, is_spent: bool
) -> Iterable[BackendWarning]:
    tally = part.reader.tally
    if failure is not None and isinstance(part.reader, ListingReader) and part.reader.is_waiting:
        yield BackendWarning.WARMING
    yield from tally.flaws.warnings
    if tally.duplicates + lane.duplicates:
        yield BackendWarning.DUPLICATES
    if lane.late:
        yield BackendWarning.ORDER_VIOLATION
    if tally.has_drifted:
        yield BackendWarning.PAGE_DRIFT
    if is_spent:
        yield BackendWarning.BUDGET_REACHED
    if part.reader.is_at_horizon:
        yield BackendWarning.HORIZON_REACHED


def _count(part: Part, lane: Lane) -> Count:
    """Count the backend's sessions in the whole answer, and say how surely."""
    known = _known_to_listing(part)
    if known is not None:
        return Count(known, Relation.EQUAL)
    counted = (part.given_before or 0) + lane.matched
    is_end = lane.frontier is None and part.position.until is None
    is_end = is_end and not part.reader.is_at_horizon
    is_whole = is_end and part.given_before is not None and not lane.late
    told = vendors_total(part, lane)
    if is_whole or told is None:
        return Count(counted, Relation.EQUAL if is_whole else Relation.AT_LEAST)
    return Count(told, Relation.EQUAL)


def _known_to_listing(part: Part) -> int | None:
    if not isinstance(part.reader, ListingReader) or part.reader.listing is None:
        return None
    return part.reader.listing.listing.known_count(part.query.conditions)


def vendors_total(part: Part, lane: Lane) -> int | None:
    """Give the vendor's own count, where it counts just what was asked for and can be right."""
    is_first_page = not part.position.boundary
    told = _told_by_vendor(part) if is_first_page else part.position.totals.get(part.name)
    counted = (part.given_before or 0) + lane.matched
    is_doubtful = part.reader.tally.flaws.rejected or lane.duplicates or lane.late
    return None if told is None or told < counted or is_doubtful else told


def _told_by_vendor(part: Part) -> int | None:
    """Take the vendor's count if it counts just what was asked for."""
    match part.plan.counts:
        case VendorTotal.ALL if not part.query.conditions:
            return part.reader.tally.vendor_total
        case VendorTotal.PUSHED if _is_all_pushed(part):
            return part.reader.tally.vendor_total
        case _:
            return None


def _is_all_pushed(part: Part) -> bool:
    pushed = part.plan.scan.pushed
    return all(pushed.get(condition) is Support.EXACT for condition in part.query.conditions)


def sum_of(reports: Iterable[BackendReport]) -> Count:
    """Add up what the backends have; surely only if each of them is sure."""
    counts = [report.total for report in reports]
    is_sure = all(count is not None and count.relation is Relation.EQUAL for count in counts)
    value = sum(count.value for count in counts if count is not None)
    return Count(value, Relation.EQUAL if is_sure else Relation.AT_LEAST)
