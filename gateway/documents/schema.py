"""The JSON Schema of a file that people write, by which editors complete, check and explain."""

import inspect
from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from gateway.model.session import Json

Schema: TypeAlias = dict[str, Any]


def document_schema(model: type[BaseModel]) -> Schema:
    """Describe a file in JSON Schema 2020-12; every key that may be in it says what it is for.

    One that does not say so itself says what stands there; the word by which a form is told apart
    says what the form is. A ``$comment`` of a kind of value is added to what its keys say.
    """
    written = model.model_json_schema(ref_template="#/$defs/{model}")
    definitions: Schema = written.pop("$defs", {})
    told = {f"#/$defs/{name}": each.get("description") for name, each in definitions.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_plain(written, told),
        "$defs": {name: _plain(each, told) for name, each in sorted(definitions.items())},
    }


def _plain(schema: Schema, told: Mapping[str, str | None]) -> Schema:
    described = {
        keyword: _inner(keyword, value, told)
        for keyword, value in schema.items()
        if not _is_noise(keyword, value)
    }
    if remark := described.pop("$comment", None):
        described["description"] = " ".join([*_told(described), remark])
    properties = described.get("properties", {})
    for name, key in properties.items():
        properties[name] = _explained(key, described, told)
    return described


def _inner(keyword: str, value: Json, told: Mapping[str, str | None]) -> Json:
    match keyword, value:
        case "properties", dict():
            return {name: _plain(each, told) for name, each in value.items()}
        case (("items" | "additionalProperties"), dict()):
            return _plain(value, told)
        case (("anyOf" | "oneOf" | "prefixItems"), list()):
            return [_plain(each, told) for each in value]
        case "description", str():
            return " ".join(inspect.cleandoc(value).split())
    return value


def _told(schema: Schema) -> list[str]:
    return [schema["description"]] if "description" in schema else []


def _is_noise(keyword: str, value: Json) -> bool:
    """Find what repeats a name, is for OpenAPI alone, or is a whole part by default."""
    is_part = keyword == "default" and isinstance(value, dict | list)
    return keyword in ("title", "discriminator") or is_part


def _explained(key: Schema, owner: Schema, told: Mapping[str, str | None]) -> Schema:
    if "description" in key:
        return key
    kinds = [key, *key.get("anyOf", ())]
    texts = (told.get(kind["$ref"]) for kind in kinds if "$ref" in kind)
    text = next(texts, None) or (owner.get("description") if "const" in key else None)
    return key if text is None else {**key, "description": " ".join(text.split())}
