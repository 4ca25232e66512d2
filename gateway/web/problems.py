"""Errors as clients see them: problem documents (RFC 9457) with stable codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NotRequired, TypedDict

import msgspec
from aiohttp import web

from gateway.model.report import BackendReport
from gateway.web.catalogue import CATALOGUE, problem_type

_CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ParameterError:
    """What is wrong with one parameter."""

    parameter: str
    code: str
    detail: str


class ProblemDocument(TypedDict):
    """A problem as it is written down (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: NotRequired[list[ParameterError]]
    backends: NotRequired[dict[str, BackendReport]]


class ProblemResponse(web.Response):
    """An answer that is a problem, by its code."""

    code = ""


@dataclass(eq=False)
class Problem(Exception):  # RFC 9457's own word
    """A call that has no other answer. ``code`` is stable, ``detail`` is for people."""

    status: HTTPStatus
    code: str
    detail: str
    errors: Sequence[ParameterError] = ()
    backends: Mapping[str, BackendReport] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, instance: str) -> web.Response:
        """Write it down. ``instance`` is the path that was called."""
        kind = CATALOGUE.get(self.code)
        document: ProblemDocument = {
            "type": problem_type(self.code),
            "title": kind.title if kind else self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
        }
        if self.errors:
            document["errors"] = list(self.errors)
        if self.backends is not None:
            document["backends"] = dict(self.backends)
        response = ProblemResponse(
            status=self.status.value,
            body=msgspec.json.encode(document),
            content_type=_CONTENT_TYPE,
            headers={"Cache-Control": "no-store", **self.headers},
        )
        response.code = self.code
        return response


def bad_parameters(errors: Sequence[ParameterError]) -> Problem:
    """Refuse a request for all that is wrong with its parameters at once."""
    names = ", ".join(dict.fromkeys(error.parameter for error in errors))
    return Problem(
        HTTPStatus.BAD_REQUEST, errors[0].code, f"Not acceptable: {names}.", tuple(errors)
    )


def unprocessable(errors: Sequence[ParameterError]) -> Problem:
    """Refuse a body for all that is wrong with its fields at once."""
    names = ", ".join(dict.fromkeys(error.parameter for error in errors))
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, errors[0].code, f"Not acceptable: {names}.", tuple(errors)
    )


def not_gathered() -> Problem:
    """Say that not all that is to be told could be had of the processes beside this one."""
    detail = "The other workers could not be asked."
    headers = {"Retry-After": "1"}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "overloaded", detail, headers=headers)


def not_found(detail: str) -> Problem:
    """Say that there is no such thing, or none that the caller may know of."""
    return Problem(HTTPStatus.NOT_FOUND, "not_found", detail)
