"""What a query would have each backend do, without doing it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.federation.backend import Backend, Failed
from gateway.federation.reading import Kept, Reading, Way
from gateway.federation.run import PageRequest
from gateway.model.query import Condition
from gateway.model.report import BackendStatus, Count, Failure, Relation
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
    come, ``resume`` how they are read from a cursor on, ``cache`` whether what is kept serves.
    """

    status: BackendStatus
    pushed: Sequence[Pushed] = ()
    residual: Sequence[Condition] = ()
    order: str | None = None
    resume: str | None = None
    cache: str | None = None
    expected_requests: Count = NO_REQUESTS
    error: Failure | None = None


def explain(backend: Backend, request: PageRequest, reading: Reading) -> Explanation:
    """Plan a backend's part of a page and say what the plan is."""
    query, position = request.query, request.position
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
    kept = reading.kept(backend, plan, request)
    way = reading.way(backend, plan, request.freshness.accepted(reading.timer()))
    return Explanation(
        status=BackendStatus.OK,
        pushed=[Pushed(condition, support) for condition, support in plan.scan.pushed.items()],
        residual=[c for c in query.conditions if c in plan.residual(query.conditions)],
        order="total" if way is Way.WINDOWS else _order(plan),
        resume=_resume(backend, plan, request, way),
        cache="kept" if kept else "fetched" if way is Way.LISTING else "none",
        expected_requests=_requests(backend, plan, request, kept),
    )


def _order(plan: BackendPlan) -> str:
    if plan.coarsening.is_total:
        return "total"
    return "groups" if plan.is_ordered else "none"


def _resume(backend: Backend, plan: BackendPlan, request: PageRequest, way: Way) -> str:
    if way is not Way.PAGES:
        return way.value
    position = request.position
    if position.places.get(backend.name):
        return plan.paging.value
    is_bounded = not position.boundary or plan.begins == position.boundary
    return "range" if is_bounded else "restart"


def _requests(
    backend: Backend, plan: BackendPlan, request: PageRequest, kept: Kept | None
) -> Count:
    """Tell the requests of a page: surely, where nothing can change them."""
    if kept is not None:
        is_enough = kept is Kept.ENOUGH
        return Count(0, Relation.EQUAL if is_enough else Relation.AT_LEAST)
    if backend.name in request.position.peeks:
        return Count(0, Relation.AT_LEAST)
    if plan.paging is PagingStyle.SINGLE:
        return Count(1, Relation.EQUAL)
    is_exact = not plan.residual(request.query.conditions)
    size = plan.scan.page_size or 0
    # Where ties are left open they may go on to the next page, and the next.
    is_enough = plan.coarsening.is_total and is_exact and size >= request.limit
    return Count(1, Relation.EQUAL if is_enough else Relation.AT_LEAST)
