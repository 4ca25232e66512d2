"""Writes: what is asked for, whether it may be done, and what became of it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import assert_never
from urllib.parse import quote

from aiohttp import web

from gateway.federation.backend import Backend, Failed
from gateway.federation.writing import Carried, WriteResult
from gateway.model.report import BackendReport, BackendStatus, ErrorCode, Failure
from gateway.model.session import Json, Session
from gateway.spi.abilities import Operation
from gateway.spi.adapter import Refusal, Refused, Write
from gateway.web.documents import WriteAnswer
from gateway.web.fields import read_fields
from gateway.web.idempotency import Ending
from gateway.web.problems import ParameterError, Problem, bad_parameters, not_found, unprocessable
from gateway.web.refusals import failure_problem
from gateway.web.render import json_response

_NOT_TOLD_APART = "session_not_told_apart"


def named_backend(
    document: Mapping[str, Json], visible: Mapping[str, Backend], disabled: frozenset[str]
) -> Backend:
    """Find the backend that a document names; raise the problem that fits where there is none."""
    name = document.get("backend")
    if name is None:
        raise unprocessable([ParameterError("backend", "missing_field", "is a backend's name")])
    if not isinstance(name, str):
        raise unprocessable([ParameterError("backend", "wrong_kind", "is a text")])
    if name in disabled:
        raise not_enabled("The backend is switched off.")
    if name not in visible:
        error = ParameterError("backend", "invalid_parameter", "there is no backend of this name")
        raise bad_parameters([error])
    return visible[name]


def decided(
    backend: Backend, operation: Operation, native_id: str | None, document: Mapping[str, Json]
) -> Write:
    """Make the write that a document asks for; raise the problem that fits where it cannot be.

    Nothing has been sent by then.
    """
    abilities = backend.abilities()
    if isinstance(abilities, Failed):
        raise failure_problem([abilities.failure])
    if operation not in abilities.operations:
        detail = f"A {backend.adapter.vendor} backend has no operation {operation.value}."
        raise Problem(HTTPStatus.NOT_IMPLEMENTED, "operation_not_supported", detail)
    if operation not in backend.operations:
        raise not_enabled(f"The configuration of the backend does not allow {operation.value}.")
    return Write(operation, native_id, read_fields(document, abilities.operations[operation]))


def not_enabled(detail: str) -> Problem:
    """Refuse what the operator has not let through."""
    return Problem(HTTPStatus.FORBIDDEN, "operation_not_enabled", detail)


def ending(backend: Backend, write: Write, result: WriteResult, path: str) -> Ending:
    """Write down what became of a write, and whether that is its end."""
    match result:
        case Carried():
            return Ending(_carried(write, result))
        case Refused():
            return Ending(_refused(result).response(path))
        case Failure():
            is_unknown = result.code is ErrorCode.WRITE_OUTCOME_UNKNOWN
            return Ending(_failed(backend, result).response(path), is_final=is_unknown)
        case _:
            assert_never(result)


def outcome_unknown(backend: str) -> Problem:
    """Say that a write may have been carried out, and that nobody knows."""
    failure = Failure(ErrorCode.WRITE_OUTCOME_UNKNOWN, retryable=False)
    report = BackendReport(status=BackendStatus.FAILED, error=failure)
    return Problem(
        HTTPStatus.BAD_GATEWAY,
        ErrorCode.WRITE_OUTCOME_UNKNOWN.value,
        "The vendor may have carried this out, or not: look before you send it again.",
        backends={backend: report},
    )


def _carried(write: Write, carried: Carried) -> web.Response:
    answer = WriteAnswer(data=carried.session, backend=carried.report)
    if carried.session is None:
        answer["warnings"] = [_NOT_TOLD_APART]
        return json_response(answer, HTTPStatus.ACCEPTED)
    if write.operation is Operation.CREATE and carried.is_new:
        return json_response(answer, HTTPStatus.CREATED, _located(carried.session))
    return json_response(answer)


def _located(session: Session) -> dict[str, str]:
    return {"Location": f"/v1/sessions/{quote(session.id, safe=':')}"}


def _refused(refused: Refused) -> Problem:
    match refused.refusal:
        case Refusal.NOT_FOUND:
            return not_found("There is no such session.")
        case Refusal.NOT_OWN_SESSION:
            detail = "The vendor lets the backend's account write to its own session only."
            return Problem(HTTPStatus.CONFLICT, "not_own_session", detail)
        case Refusal.INVALID_FIELD:
            name = refused.field or "*"
            detail = "the vendor does not take this value"
            return unprocessable([ParameterError(name, "invalid_field", detail)])
        case _:
            assert_never(refused.refusal)


def _failed(backend: Backend, failure: Failure) -> Problem:
    if failure.code is ErrorCode.WRITE_OUTCOME_UNKNOWN:
        return outcome_unknown(backend.name)
    report = BackendReport(status=BackendStatus.FAILED, error=failure)
    problem = failure_problem([failure], {backend.name: report})
    problem.detail = "Nothing was done: the backend could not be asked."
    return problem
