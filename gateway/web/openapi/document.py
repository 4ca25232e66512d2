"""The OpenAPI document, made from the endpoints that are served."""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version

from aiohttp import web

from gateway.model.schema import Schema
from gateway.web.catalogue import CATALOGUE
from gateway.web.form import MAX_PARAMETERS, MAX_VALUES_IN_ALL
from gateway.web.formats import JSON
from gateway.web.openapi import headers, links, parameters, responses, schemas
from gateway.web.openapi.operations import OPERATIONS, TAGS, Operation

_KEYS: list[Schema] = [{"bearer": []}, {"key": []}]
_PATH_PARAMETERS: Mapping[str, str] = {
    "id": "The `id` of a session document, percent-encoded.",
    "name": "A backend's name.",
    "code": "The code of a problem.",
    "folder": "The kind of file.",
    "file": "The name of the file.",
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
            paths.setdefault(path, _options(route)).update(_methods(route, path))
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": _info(),
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": meaning} for name, meaning in TAGS.items()],
        "security": [*_KEYS, {}],
        "paths": {path: _item(path, methods) for path, methods in paths.items()},
        "components": {
            "schemas": schemas.components(),
            "parameters": {**parameters.components(), **headers.sent()},
            "responses": responses.components(),
            "headers": headers.told(),
            "examples": responses.examples(),
            "links": links.components(),
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


def _item(path: str, methods: Schema) -> Schema:
    """Describe a path, ``OPTIONS`` last."""
    options = methods.pop("options")
    named = [*_path_parameters(path)]
    return {**({"parameters": named} if named else {}), **methods, "options": options}


def _path_parameters(path: str) -> Iterator[Schema]:
    for name in re.findall(r"{(\w+)}", path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PATH_PARAMETERS[name],
            "schema": {"type": "string", "minLength": 1},
        }


def _methods(route: web.RouteDef, path: str) -> Schema:
    """Describe an endpoint, and the head of it that aiohttp serves besides."""
    name = route.handler.__name__
    operation = OPERATIONS[name]
    asked = {
        "tags": [operation.tag],
        **_security(operation),
        "parameters": [*_known(path), *_parameters(operation)],
    }
    described = {
        "operationId": name,
        "summary": inspect.cleandoc(route.handler.__doc__ or ""),
        "description": operation.description,
        **asked,
        **_body(operation),
        "responses": responses.of_call(name, operation),
    }
    if not route.kwargs.get("allow_head"):
        return {route.method.lower(): described}
    head = {
        "operationId": f"{name}_head",
        "summary": "Give the head of what `GET` gives.",
        "description": "The status and the headers are those of `GET`.",
        **asked,
        "responses": responses.of_head(operation),
    }
    return {route.method.lower(): described, "head": head}


def _options(route: web.RouteDef) -> Schema:
    """Describe what tells the methods of a path, by the first endpoint there."""
    name = route.handler.__name__
    described = {
        "operationId": f"{name}_options",
        "tags": [OPERATIONS[name].tag],
        "summary": "Tell the methods of the path.",
        "description": "No key is needed, and nothing is looked up: the path may lead nowhere.",
        "security": [],
        "parameters": parameters.refer(headers.OF_EVERY_CALL),
        "responses": responses.of_options(),
    }
    return {"options": described}


def _security(operation: Operation) -> Schema:
    """Say where a key is needed: for reading that is configured."""
    if operation.is_key_needed:
        return {"security": _KEYS}
    return {} if operation.is_keyed else {"security": []}


def _known(path: str) -> Iterator[Schema]:
    """Name the values of what stands in a path, where they are known."""
    for parameter in _path_parameters(path):
        if parameter["name"] == "code":
            yield {**parameter, "schema": {"type": "string", "enum": [*CATALOGUE]}}


def _parameters(operation: Operation) -> list[Schema]:
    given = [parameter["name"] for group in operation.query for parameter in group()]
    return parameters.refer((*given, *operation.headers, *headers.OF_EVERY_CALL))


def _body(operation: Operation) -> Schema:
    if operation.body is None:
        return {}
    content = {JSON: {"schema": schemas.reference(operation.body)}}
    return {"requestBody": {"required": operation.is_body_needed, "content": content}}
