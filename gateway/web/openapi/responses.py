"""What the endpoints answer: each status, with its headers and its shapes."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from importlib import resources
from itertools import groupby

import msgspec

from gateway.model.schema import Schema
from gateway.web.catalogue import CATALOGUE
from gateway.web.formats import JSON, LINES
from gateway.web.openapi import headers, links, schemas
from gateway.web.openapi.operations import (
    OF_EVERY_CALL,
    OF_KEYED_CALLS,
    OPERATIONS,
    Answer,
    Operation,
)

_PROBLEM = "application/problem+json"
_HOME = "#/components/responses/"
_EXAMPLES_HOME = "#/components/examples/"
_EXAMPLES = resources.files(__package__) / "examples"
_MOST_SHARED = 2
"""How many problems a status may have that several endpoints answer alike: more differ."""
_SPECIAL_HEADERS: Mapping[str, str] = {
    "unauthorized": "WWW-Authenticate",
    "method_not_allowed": "Allow",
    "too_many_requests": "Retry-After",
    "unavailable": "Retry-After",
    "overloaded": "Retry-After",
}
_OF_OPTIONS = [code for code in OF_EVERY_CALL if code != "method_not_allowed"]


def components() -> Schema:
    """Describe the answers that several endpoints give alike, by their names."""
    shared = {
        _name(codes): _problem(codes)
        for groups in (_grouped(_OF_OPTIONS), *map(_problems, OPERATIONS.values()))
        for codes in groups.values()
        if len(codes) <= _MOST_SHARED
    }
    read = [operation for operation in OPERATIONS.values() if operation.body is None]
    statuses = sorted({status for operation in read for status in _problems(operation)})
    heads = {f"Head{status.value}": _head_of_problem(status) for status in statuses}
    return {**dict(sorted(shared.items())), **heads, "Methods": _methods()}


@functools.cache
def examples() -> Schema:
    """Give the problems that were recorded, by their codes."""
    files = {code: _EXAMPLES / "problems" / f"{code}.json" for code in CATALOGUE}
    return {
        code: {"summary": CATALOGUE[code].title, "value": msgspec.json.decode(file.read_bytes())}
        for code, file in files.items()
        if file.is_file()
    }


def of_call(name: str, operation: Operation) -> Schema:
    """Describe the answers of an endpoint."""
    answered = {str(a.status.value): _answer(name, a) for a in operation.answers}
    return {**answered, **_told(_problems(operation))}


def of_head(operation: Operation) -> Schema:
    """Describe what an endpoint answers without bodies."""
    answered = {str(a.status.value): _head(a) for a in operation.answers}
    problems = {
        str(status.value): {"$ref": f"{_HOME}Head{status.value}"} for status in _problems(operation)
    }
    return {**answered, **problems}


def of_options() -> Schema:
    """Describe the answers to who asks for the methods of a path."""
    status = str(HTTPStatus.NO_CONTENT.value)
    return {status: {"$ref": _HOME + "Methods"}, **_told(_grouped(_OF_OPTIONS))}


def _answer(name: str, answer: Answer) -> Schema:
    leading = {"links": links.refer(answer.links)} if answer.links else {}
    return {**_head(answer), **_content(name, answer), **leading}


def _head(answer: Answer) -> Schema:
    names = (*answer.headers, *headers.OF_EVERY_ANSWER)
    return {"description": answer.meaning, "headers": headers.refer_to_told(names)}


def _methods() -> Schema:
    names = ("Allow", *headers.OF_EVERY_ANSWER)
    return {"description": "The methods.", "headers": headers.refer_to_told(names)}


def _content(name: str, answer: Answer) -> Schema:
    if not answer.content:
        return {}
    found = {
        kind: {"schema": _shape(kind, names), **_examples(name, answer, kind)}
        for kind, names in answer.content.items()
    }
    return {"content": found}


def _shape(kind: str, names: Sequence[str]) -> Schema:
    references = [schemas.reference(name) for name in names]
    if kind == LINES:
        rows = [schemas.reference("SessionFields"), schemas.reference("Trailer")]
        # OpenAPI 3.1 has no word for the lines of a text.
        return {"type": "string", "x-line-schema": {"anyOf": rows}}
    if not references:
        return {"type": "string"}
    return references[0] if len(references) == 1 else {"anyOf": references}


def _examples(name: str, answer: Answer, kind: str) -> Schema:
    """Give the answers that were recorded of this kind."""
    file = _EXAMPLES / f"{name}.{answer.status.value}.json"
    if kind != JSON or not file.is_file():
        return {}
    recorded = {"summary": "Simulators.", "value": msgspec.json.decode(file.read_bytes())}
    return {"examples": {"recorded": recorded}}


def _problems(operation: Operation) -> Mapping[HTTPStatus, Sequence[str]]:
    """Give the problems that an endpoint may answer with."""
    of_all = (*OF_EVERY_CALL, *(OF_KEYED_CALLS if operation.is_keyed else ()))
    return _grouped([*operation.problems, *of_all])


def _grouped(codes: Sequence[str]) -> Mapping[HTTPStatus, Sequence[str]]:
    """Sort problems by their status."""
    ordered = sorted(set(codes), key=_status)
    return {status: sorted(each) for status, each in groupby(ordered, key=_status)}


def _told(problems: Mapping[HTTPStatus, Sequence[str]]) -> Schema:
    """Describe the problems of each status."""
    return {
        str(status.value): {"$ref": _HOME + _name(codes)}
        if len(codes) <= _MOST_SHARED
        else _problem(codes)
        for status, codes in problems.items()
    }


def _name(codes: Sequence[str]) -> str:
    return "-".join(codes)


def _problem(codes: Sequence[str]) -> Schema:
    return {
        "description": "\n".join(f"- `{code}`: {CATALOGUE[code].meaning}" for code in codes),
        "headers": headers.refer_to_told(_headers(codes)),
        "content": {
            _PROBLEM: {"schema": schemas.reference("ProblemDocument"), **_refer_to_examples(codes)}
        },
        "links": links.refer(links.OF_PROBLEMS),
        "x-codes": list(codes),
    }


def _refer_to_examples(codes: Sequence[str]) -> Schema:
    recorded = examples()
    named = {code: {"$ref": _EXAMPLES_HOME + code} for code in codes if code in recorded}
    return {"examples": named} if named else {}


def _head_of_problem(status: HTTPStatus) -> Schema:
    codes = [code for code in CATALOGUE if _status(code) is status]
    return {
        "description": "A problem, whose body `GET` tells.",
        "headers": headers.refer_to_told(_headers(codes)),
    }


def _headers(codes: Sequence[str]) -> Iterator[str]:
    special = [_SPECIAL_HEADERS[code] for code in codes if code in _SPECIAL_HEADERS]
    yield from ("Cache-Control", *dict.fromkeys(special), *headers.OF_EVERY_ANSWER)


def _status(code: str) -> HTTPStatus:
    return CATALOGUE[code].status
