"""The OpenAPI document, made from the endpoints that are served."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from importlib import resources
from importlib.metadata import version
from itertools import groupby

import msgspec
from aiohttp import web

from gateway.model.schema import Schema
from gateway.web.catalogue import CATALOGUE
from gateway.web.form import MAX_PARAMETERS, MAX_VALUES_IN_ALL
from gateway.web.formats import JSON, LINES
from gateway.web.openapi import headers, schemas
from gateway.web.openapi.operations import (
    OF_EVERY_CALL,
    OF_KEYED_CALLS,
    OPERATIONS,
    Answer,
    Operation,
)

_PROBLEM = "application/problem+json"
_EXAMPLES = resources.files(__package__) / "examples"
_KEYS: list[Schema] = [{"bearer": []}, {"key": []}]
_PATH_PARAMETERS: Mapping[str, str] = {
    "id": "The `id` of a session document, percent-encoded.",
    "name": "A backend's name.",
    "code": "The code of a problem.",
}
_SPECIAL_HEADERS: Mapping[str, str] = {
    "unauthorized": "WWW-Authenticate",
    "method_not_allowed": "Allow",
    "unavailable": "Retry-After",
}
_DESCRIPTION = """One endpoint over many vendors' session APIs.

Every call may be answered with a problem; `code` says which, and `type` leads to what it means.
A query has at most {names} different parameters, and {values} values in all.
`HEAD` works wherever `GET` does, and `OPTIONS` tells the methods of a path."""


def document(endpoints: Iterable[web.AbstractRouteDef]) -> Schema:
    """Describe these endpoints. Raises ``KeyError`` for one of which nothing is said."""
    paths: dict[str, Schema] = {}
    for route in endpoints:
        if isinstance(route, web.RouteDef):
            path = re.sub(r":[^}]*}", "}", route.path)
            paths.setdefault(path, {})[route.method.lower()] = _described(route, path)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": _info(),
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(o.tag for o in OPERATIONS.values())],
        "security": [*_KEYS, {}],
        "paths": paths,
        "components": {
            "schemas": schemas.components(),
            "parameters": headers.sent(),
            "headers": headers.told(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _info() -> Schema:
    return {
        "title": "Session gateway",
        "version": version("session-gateway"),
        "summary": "Many vendors' sessions behind one endpoint.",
        "description": _DESCRIPTION.format(names=MAX_PARAMETERS, values=MAX_VALUES_IN_ALL),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def _described(route: web.RouteDef, path: str) -> Schema:
    name = route.handler.__name__
    operation = OPERATIONS[name]
    summary, _, rest = inspect.cleandoc(route.handler.__doc__ or "").partition("\n")
    return {
        "operationId": name,
        "tags": [operation.tag],
        "summary": summary,
        **({"description": rest.strip()} if rest else {}),
        **_security(operation),
        "parameters": [*_path_parameters(path), *_parameters(operation)],
        **_body(operation),
        "responses": {**_answers(name, operation), **_problems(operation)},
    }


def _security(operation: Operation) -> Schema:
    """Say where a key is needed: for reading that is configured."""
    if operation.is_key_needed:
        return {"security": _KEYS}
    return {} if operation.is_keyed else {"security": []}


def _path_parameters(path: str) -> Iterator[Schema]:
    for name in re.findall(r"{(\w+)}", path):
        schema: Schema = {"type": "string", "minLength": 1}
        if name == "code":
            schema = {"type": "string", "enum": [*CATALOGUE]}
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PATH_PARAMETERS[name],
            "schema": schema,
        }


def _parameters(operation: Operation) -> list[Schema]:
    given = [parameter for group in operation.query for parameter in group()]
    return [*given, *headers.refer_to_sent((*operation.headers, *headers.OF_EVERY_CALL))]


def _body(operation: Operation) -> Schema:
    if operation.body is None:
        return {}
    content = {JSON: {"schema": schemas.reference(operation.body)}}
    return {"requestBody": {"required": operation.is_body_needed, "content": content}}


def _answers(name: str, operation: Operation) -> Schema:
    return {
        str(answer.status.value): {
            "description": answer.meaning,
            "headers": headers.refer_to_told((*answer.headers, *headers.OF_EVERY_ANSWER)),
            **_content(name, answer),
        }
        for answer in operation.answers
    }


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


def _problems(operation: Operation) -> Schema:
    """Describe the problems of each status."""
    of_all = (*OF_EVERY_CALL, *(OF_KEYED_CALLS if operation.is_keyed else ()))
    codes = sorted({*operation.problems, *of_all}, key=_status)
    grouped = groupby(codes, key=_status)
    return {str(status.value): _problem(sorted(each)) for status, each in grouped}


def _problem(codes: Sequence[str]) -> Schema:
    special = [_SPECIAL_HEADERS[code] for code in codes if code in _SPECIAL_HEADERS]
    names = ("Cache-Control", *special, *headers.OF_EVERY_ANSWER)
    return {
        "description": "\n".join(f"- `{code}`: {CATALOGUE[code].meaning}" for code in codes),
        "headers": headers.refer_to_told(names),
        "content": {_PROBLEM: {"schema": schemas.reference("ProblemDocument")}},
        "x-codes": list(codes),
    }


def _status(code: str) -> HTTPStatus:
    return CATALOGUE[code].status
