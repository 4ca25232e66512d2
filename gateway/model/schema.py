"""The published JSON Schema of the session document."""

import inspect
from collections.abc import Mapping
from typing import TypeAlias

from msgspec.json import schema_components

from gateway.model.session import Json, Session

Schema: TypeAlias = dict[str, Json]


def session_schema() -> Schema:
    """Describe the session document in JSON Schema 2020-12."""
    _, found = schema_components([Session], ref_template="#/$defs/{name}")
    types = {name: _polished(schema) for name, schema in sorted(found.items())}
    session = types.pop(Session.__name__)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": types, **session}


def _polished(schema: Mapping[str, Json]) -> Schema:
    polished = {**schema, "description": inspect.cleandoc(schema["description"])}
    # msgspec lists the values of an enumeration without saying of which type they are.
    return polished | {"type": "string"} if "enum" in schema else polished
