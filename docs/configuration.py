"""Writes the reference of the configuration file into ``docs/configuration.md``: ``make docs``.

All of it is read from the published schema, which is made from the models that read the file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from gateway.config import configuration_schema
from gateway.spi import AdapterOptions

FILE = Path(__file__).parent / "configuration.md"

Schema: TypeAlias = Mapping[str, Any]

_INTRODUCTION = """
Every key of the file, written by `make docs` from the models that read it. So is the
[JSON Schema](schemas/configuration.schema.json) by which editors complete it.
[Operating](operating.md) tells how the keys play together.
[config.example.yaml](../config.example.yaml) is a commented file with a backend of each vendor, and
there are files to begin with for [a laptop](../examples/configurations/laptop.yaml),
[one server](../examples/configurations/server.yaml) and
[several replicas](../examples/configurations/replicas.yaml).

Unknown and repeated keys are errors. Relative paths are taken from the folder of the file. Every
value may be a *reference* to where it stands, always as a whole: `${env:NAME}`,
`${env:NAME:-default}` or `${file:PATH}`; a *secret* has to be one. What is *needed* has no default.
"""

_OPTIONS = """
What the `options` of a backend are, its `adapter` says. Every adapter has these, those of plugins
too:
"""

_REFERENCE = "#/$defs/Reference"
_NULL = {"type": "null"}
_KINDS = {
    "boolean": "`true` or `false`",
    "integer": "whole number",
    "number": "number",
    "object": "mapping",
    "path": "path",
    "date-time": "instant",
    "string": "text",
}


class Reference:
    """The words for what one schema describes."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._definitions: Schema = schema["$defs"]

    def page(self) -> str:
        """Give the text of the whole page."""
        parts = [
            "# Configuration",
            _INTRODUCTION,
            "## The file",
            self._table(self._schema["properties"], self._schema["required"]),
            *self._sections(self._schema, ""),
            "## Options of adapters",
            _OPTIONS,
            *self._adapters(),
        ]
        return "\n\n".join(part.strip() for part in parts) + "\n"

    def _sections(self, section: Schema, path: str) -> Iterator[str]:
        """Describe the sections in a section, and what is in those."""
        for name, key in section["properties"].items():
            found = self._section_in(key)
            place = _place(path, name, key)
            # What a backend says of its cache and limits is described with the defaults.
            if found is not None and place not in ("backends[].cache", "backends[].limits"):
                yield f"## `{place}`"
                yield _prose(found["description"])
                yield self._table(found["properties"], found.get("required", ()), place)
                yield from self._sections(found, place)

    def _adapters(self) -> Iterator[str]:
        models = dict(self._options())
        shared = AdapterOptions.model_fields
        first = next(iter(models.values()))["properties"]
        yield self._table({name: first[name] for name in shared}, ["url"])
        for name, model in models.items():
            own = {key: told for key, told in model["properties"].items() if key not in shared}
            yield f"### `{name}`"
            yield _prose(model["description"])
            yield self._table(own, model.get("required", ()))

    def _options(self) -> Iterator[tuple[str, Schema]]:
        """Give the options of each adapter by its name."""
        for rule in self._definitions["BackendEntry"]["allOf"]:
            name = rule["if"]["properties"]["adapter"]["const"]
            yield name, self._followed(rule["then"]["properties"]["options"])

    def _table(self, keys: Schema, needed: Sequence[str], path: str = "") -> str:
        lines = [
            (
                f"`{name}`",
                self._value(key, _place(path, name, key)),
                "needed" if name in needed else self._default(key, path, name),
                self._meaning(key),
            )
            for name, key in sorted(keys.items(), key=lambda item: item[0] not in needed)
        ]
        heads = ("key", "value", "default", "meaning")
        return "\n".join(f"| {' | '.join(line)} |" for line in [heads, ("---",) * 4, *lines])

    def _default(self, key: Schema, path: str, name: str) -> str:
        if path == "backends[]" and name in self._definitions["DefaultSettings"]["properties"]:
            return "of `defaults`"
        return f"`{json.dumps(key['default'])}`" if "default" in key else ""

    def _meaning(self, key: Schema) -> str:
        """Give what is said of a key, or else of the section that it holds."""
        return _prose(key.get("description") or (self._section_in(key) or {})["description"])

    def _value(self, key: Schema, place: str) -> str:
        """Say what a value is."""
        members = list(self._members(key))
        kinds = dict.fromkeys(
            self._kind(each, place) for each in members if each != _NULL and "anyOf" not in each
        )
        if len(kinds) > 1:
            kinds.pop("secret", None)  # any other value may be a reference, which is said once
        is_optional = _NULL in members
        return " or ".join(kinds) + _narrowed(members) + ("; or `null`" if is_optional else "")

    def _members(self, key: Schema) -> Iterator[Schema]:
        """Give a value's schema and all that it is made of, one by one."""
        if "$ref" in key and "anyOf" in self._followed(key):
            yield from self._members(self._followed(key))
            return
        yield key
        for each in key.get("anyOf", ()):
            yield from self._members(each)

    def _kind(self, key: Schema, place: str) -> str:
        if key.get("$ref") == _REFERENCE:
            return "secret"
        if "$ref" in key:
            return _link(place.replace("backends[].", "defaults."))
        if "enum" in key:
            return ", ".join(f"`{value}`" for value in key["enum"])
        if "items" in key:
            return f"list of {self._value(key['items'], place)}"
        return _KINDS[key.get("format", key.get("type", "object"))]

    def _section_in(self, key: Schema) -> Schema | None:
        """Find the section that a value is, or that a list is of."""
        for each in self._members(key):
            followed = self._followed(each.get("items", each))
            if "properties" in followed:
                return followed
        return None

    def _followed(self, key: Schema) -> Schema:
        found: Schema = self._definitions.get(key.get("$ref", "").removeprefix("#/$defs/"), key)
        return found


def _place(path: str, name: str, key: Schema) -> str:
    """Name a key as messages do."""
    return f"{path}.{name}".removeprefix(".") + ("[]" if "items" in key else "")


def _link(place: str) -> str:
    anchor = "".join(each for each in place if each.isalnum() or each == "_")
    return f"[`{place}`](#{anchor})"


def _narrowed(members: Sequence[Schema]) -> str:
    """Say what bounds a value, and give examples."""
    told = {keyword: value for each in members for keyword, value in each.items()}
    bounds = [
        f"{words} `{told[keyword]}`".replace("|", "\\|")
        for keyword, words in {
            "exclusiveMinimum": "above",
            "minimum": "from",
            "maximum": "to",
            "maxLength": "of a length up to",
            "pattern": "that matches",
        }.items()
        if keyword in told
    ]
    examples = ", ".join(f"`{each}`" for each in told.get("examples", ()))
    return "".join(
        [f" {' '.join(bounds)}" if bounds else "", f", such as {examples}" if examples else ""]
    )


def _prose(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def reference() -> str:
    """Give the text of the page."""
    return Reference(configuration_schema()).page()


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
