"""What a query would have each backend do, without doing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.federation.backend import Backend, Failed
from gateway.federation.listings import KeptListings, ListingKey
from gateway.model.query import Condition, Query
from gateway.model.report import BackendStatus, Count, Failure, Relation
from gateway.paging.cursor import Position
from gateway.paging.domains import domain_of
from gateway.paging.planner import BackendPlan, Unanswerable
from gateway.spi.abilities import PagingStyle, Support

NO_REQUESTS = Count(0, Relation.EQUAL)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A condition that is sent to the vendor, and how well the vendor checks it."""

    condition: Condition
    support: Support


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one backend would do for a page.

    ``status`` is what can be told of it beforehand. What is not ``pushed`` is ``residual``: it is
    checked here, as is everything that is not pushed exactly. ``order`` says how the vendor's rows
    come, ``resume`` how they are read from a cursor on, ``cache`` whether a kept listing serves.
    """

    status: BackendStatus
    pushed: Sequence[Pushed] = ()
    residual: Sequence[Condition] = ()
    order: str | None = None
    resume: str | None = None
    cache: str | None = None
    expected_requests: Count = NO_REQUESTS
    error: Failure | None = None


def explain(
    backend: Backend, query: Query, position: Position, *, limit: int, kept: KeptListings
) -> Explanation:
    """Plan a backend's part of a page and say what the plan is."""
    plan = backend.plan(query, boundary=position.boundary)
    match plan:
        case Failed(failure):
            return Explanation(status=BackendStatus.FAILED, error=failure)
        case Unanswerable():
            return Explanation(status=BackendStatus.UNANSWERABLE)
        case BackendPlan() if domain_of(query.conditions).is_empty:
            return Explanation(status=BackendStatus.OK, resume="nothing")
        case BackendPlan() if backend.name in position.ended:
            return Explanation(status=BackendStatus.OK, resume="ended")
    is_kept = kept.find(ListingKey(backend.name, frozenset(plan.scan.pushed))) is not None
    is_served = is_kept and not plan.is_ordered
    is_sliced = plan.is_sliceable and not is_served
    return Explanation(
        status=BackendStatus.OK,
        pushed=[Pushed(condition, support) for condition, support in plan.scan.pushed.items()],
        residual=[c for c in query.conditions if plan.scan.pushed.get(c) is not Support.EXACT],
        order="total" if is_sliced else _order(plan),
        resume="windows" if is_sliced else _resume(plan, query, position),
        cache="kept" if is_served else "none" if plan.is_ordered or is_sliced else "fetched",
        expected_requests=NO_REQUESTS if is_served else _requests(plan, query, limit),
    )


def _order(plan: BackendPlan) -> str:
    if plan.coarsening.is_total:
        return "total"
    return "groups" if plan.is_ordered else "none"


def _resume(plan: BackendPlan, query: Query, position: Position) -> str:
    if not plan.is_ordered:
        return "listing"
    is_narrowed = bool(plan.scan.pushed.keys() - set(query.conditions))
    return "range" if is_narrowed or not position.boundary else "restart"


def _requests(plan: BackendPlan, query: Query, limit: int) -> Count:
    """Tell the requests of a page: surely, where one is certain to be enough."""
    if plan.paging is PagingStyle.SINGLE:
        return Count(1, Relation.EQUAL)
    is_exact = all(plan.scan.pushed.get(c) is Support.EXACT for c in query.conditions)
    size = plan.scan.page_size or 0
    is_enough = plan.is_ordered and is_exact and size > limit
    return Count(1, Relation.EQUAL if is_enough else Relation.AT_LEAST)
