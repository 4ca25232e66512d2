"""``POST /v1/backends/{name}/refresh``: an operator wants nothing served that was read before."""

from collections.abc import Mapping
from http import HTTPStatus

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.model.report import ErrorCode
from gateway.model.session import Json
from gateway.web.backends import describe
from gateway.web.documents import RefreshAnswer
from gateway.web.idempotency import Ending
from gateway.web.problems import ParameterError, Problem, unprocessable
from gateway.web.rates import Limiter, Quota
from gateway.web.refusals import failure_problem
from gateway.web.render import json_response
from gateway.web.views import View

REFRESHES_OF_A_BACKEND = Quota("refreshes", requests=1, seconds=1)
"""How often a backend is refreshed, whoever asks for it."""


def refuse_fields(document: Mapping[str, Json]) -> None:
    """Raise a 422 for a body that says anything."""
    errors = [ParameterError(name, "unsupported_field", "has no effect") for name in document]
    if errors:
        raise unprocessable(errors)


async def refreshed(
    view: View, backend: Backend, limiter: Limiter, deadline: Deadline, path: str
) -> Ending:
    """Refresh a backend, and write down what became of it: a problem where it cannot be read.

    That is not the end of the call: the same one may yet come to good.
    """
    standing = limiter.spend(backend.identity)
    if not standing.is_within:
        detail = "The backend was refreshed less than a second ago."
        headers = {"Retry-After": str(standing.wait_s)}
        problem = Problem(
            HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", detail, headers=headers
        )
        return Ending(problem.response(path), is_final=False)
    report = await view.refresh(backend.name, deadline)
    if report.error is not None:
        problem = failure_problem([report.error], {backend.name: report})
        problem.detail = "What was kept is dropped, but the backend could not be read anew."
        return Ending(problem.response(path), is_final=False)
    return Ending(json_response(RefreshAnswer(data=describe(backend), backend=report)))


def refresh_unknown() -> Problem:
    """Say that nobody knows how far a refresh came. What is kept does not outlive the process."""
    return Problem(
        HTTPStatus.BAD_GATEWAY,
        ErrorCode.WRITE_OUTCOME_UNKNOWN.value,
        "The gateway broke off while it refreshed the backend: refresh it with another key.",
    )
