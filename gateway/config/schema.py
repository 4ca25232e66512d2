"""The published JSON Schema of the configuration file, by which editors complete and check.

What only the gateway can know, such as whether a file exists or which values are in force, is for
``check``.
"""

import inspect
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

from pydantic.json_schema import models_json_schema

from gateway.config.settings import BackendEntry, ConfigurationFile
from gateway.documents.schema import document_schema
from gateway.spi import Json
from gateway.spi.registry import NotUsableError, adapter_names, load_adapter

Schema: TypeAlias = dict[str, Any]

_REFERENCE = "Reference"
_REFERENCE_SCHEMA: Schema = {
    "description": "Where a value stands: ${env:NAME}, ${env:NAME:-default} or ${file:PATH}.",
    "type": "string",
    "pattern": r"^\$\{(env:[A-Za-z_][A-Za-z0-9_]*(:-[^{}]*)?|file:[^{}]+)\}$",
}
_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
"""What pydantic calls bounds where it cannot tell that a value is a number."""

_TOLD = ("description", "default", "examples")
"""What is for people, whatever the value."""

_NARROWING = {"pattern", "enum", "maxLength"}
"""Keywords by which a text would not be a reference."""


def configuration_schema(
    adapters: Iterable[str] | None = None, plugins: Collection[str] = ()
) -> Schema:
    """Describe the configuration file in JSON Schema 2020-12, with the options of these adapters.

    Unless named, they are those of this distribution and of the ``plugins``. A backend of another
    may have any options. Every value may be a reference, and a secret has to be one. Raises what
    :func:`load_adapter` does.
    """
    names = sorted(adapter_names(plugins) if adapters is None else adapters)
    models = {name: load_adapter(name, plugins).options_model for name in names}
    places, written = models_json_schema(
        [
            (ConfigurationFile, "validation"),
            *((model, "validation") for model in models.values()),
        ],
        ref_template="#/$defs/{model}",
    )
    definitions = {name: _described(each) for name, each in sorted(written["$defs"].items())}
    options = {name: places[model, "validation"] for name, model in models.items()}
    _tell_options(definitions[BackendEntry.__name__], options)
    file = definitions.pop(ConfigurationFile.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **file,
        "$defs": {**definitions, _REFERENCE: _REFERENCE_SCHEMA},
    }


def file_schema(adapter: str, plugins: Collection[str] = ()) -> Schema:
    """Describe the file that the options of an adapter name.

    Raises what :func:`load_adapter` does, and :class:`~gateway.spi.registry.NotUsableError` where
    its options name no file.
    """
    model = load_adapter(adapter, plugins).options_model.file_model
    if model is None:
        raise NotUsableError(f"the options of {adapter} name no file")
    return document_schema(model)


def _tell_options(backend: Schema, options: Mapping[str, Schema]) -> None:
    """Say which options go with which adapter."""
    any_name = backend["properties"]["adapter"]
    told = {"description": any_name.pop("description")}
    backend["properties"]["adapter"] = {"anyOf": [{"enum": list(options)}, any_name], **told}
    backend["allOf"] = [
        {
            "if": {"properties": {"adapter": {"const": name}}, "required": ["adapter"]},
            "then": {"properties": {"options": place}, "required": ["options"]},
        }
        for name, place in options.items()
    ]


def _described(schema: Schema) -> Schema:
    """Describe what stands in a file, where pydantic describes what is made of it."""
    described = {
        _BOUNDS.get(keyword, keyword): _inner(keyword, value)
        for keyword, value in schema.items()
        if not _is_noise(keyword, value)
    }
    told: Schema = {word: described.pop(word) for word in _TOLD if word in described}
    return {**_or_reference(described), **told}


def _inner(keyword: str, value: Json) -> Json:
    match keyword, value:
        case "properties", dict():
            return {name: _described(each) for name, each in value.items()}
        case (("items" | "additionalProperties"), dict()):
            return _described(value)
        case "anyOf", list():
            return [_described(each) for each in value]
        case "description", str():
            return inspect.cleandoc(value).replace("``", "`")
    return value


def _is_noise(keyword: str, value: Json) -> bool:
    """Find what repeats a name, and what a whole section is by default: its keys tell that."""
    return keyword == "title" or (keyword == "default" and isinstance(value, dict))


def _or_reference(schema: Schema) -> Schema:
    reference = {"$ref": f"#/$defs/{_REFERENCE}"}
    if schema.get("format") == "password":
        return reference
    kind = schema.get("type")
    is_text = kind == "string" and not (
        _NARROWING & schema.keys() or schema.get("format") == "date-time"
    )
    if is_text or kind in (None, "null", "array", "object"):
        return schema
    return {"anyOf": [schema, reference]}
