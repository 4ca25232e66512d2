"""The parameters of the endpoints, read off the tables that they are parsed by."""

import re
from collections.abc import Callable, Iterable, Mapping

from gateway.model.query import NEWEST_FIRST
from gateway.model.schema import Schema
from gateway.paging.order import SORTABLE
from gateway.spi.abilities import ATTRIBUTES
from gateway.web import parse, summary, values
from gateway.web.form import MAX_VALUES

_MEANINGS: Mapping[str, str] = {
    "backend": "A backend's name.",
    "vendor": "A vendor's name, such as `ekran`.",
    "status": "Whether the session is going on.",
    "user": "The id or the name of who it is of, exactly.",
    "device": "The id or the name of the device, exactly.",
    "client": "The name of the application.",
    "space": "The id or the name of where it takes place, exactly.",
    "language": "The language, as the vendor tells it.",
    "tag": "One of the tags.",
    "native_id": "The vendor's own id.",
    "native_status": "The vendor's own word for the status.",
    "started_after": "It began at this instant or later.",
    "started_before": "It began before this instant.",
    "ended_after": "It ended at this instant or later.",
    "ended_before": "It ended before this instant.",
    "active_after": "Its last activity was at this instant or later.",
    "active_before": "Its last activity was before this instant.",
    "min_duration": "It ended, and took as long or longer: seconds, or ISO 8601.",
    "max_duration": "It ended, and took shorter: seconds, or ISO 8601.",
    "q": "Words in the title, user, device or space, whatever the letter case.",
    "sort": "A comma list of fields, with `-` for descending. Nulls come last.",
    "limit": f"Sessions on the page; more than {parse.MAX_LIMIT} is read as that.",
    "cursor": "The `page.next` of the page before, with the same other parameters.",
    "count": "What is done for the total: what is known anyway, read on to count, or nothing.",
    "fields": "A comma list of the document fields to give.",
    "include": "The vendor's untouched record, too.",
    "require": "`all`, or a comma list of asked backends: without them the call fails.",
    "explain": "Give what each backend would do, without asking any.",
    "by": "A comma list of what to count by. It or `bucket` is needed.",
    "bucket": "How long the buckets of the start are, aligned in UTC.",
}
_DEFAULTS: Mapping[str, str | int | bool] = {
    "sort": ",".join("-" * each.is_descending + each.field for each in NEWEST_FIRST),
    "limit": parse.DEFAULT_LIMIT,
    "count": parse.CountEffort.CHEAP.value,
    "explain": False,
}


def components() -> Schema:
    """Describe every parameter of a query, by its name."""
    return {each["name"]: each for each in (*conditions(), *shaping(), *counting())}


def refer(names: Iterable[str]) -> list[Schema]:
    """Refer to parameters, and to headers of calls, by their names."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def conditions() -> list[Schema]:
    """Describe the parameters that say which sessions are asked for."""
    return [
        *(_many(name, values.text) for name in parse.DIRECTORY),
        *(_many(name, read) for name, (_, read) in parse.EQUALITIES.items()),
        *(_one(name, values.instant) for name in parse.INSTANT_BOUNDS),
        *(_one(name, values.duration) for name in parse.LENGTH_BOUNDS),
        _one(*parse.WORDS),
        _attributes(),
    ]


def shaping() -> list[Schema]:
    """Describe the parameters that say what a list gives."""
    return [_one(name, read) for name, read in parse.SHAPING.items()]


def counting() -> list[Schema]:
    """Describe the parameters that say what a summary counts by."""
    return [_one(name, read) for name, read in summary.PARAMETERS.items()]


def _one(name: str, read: Callable[[str], object]) -> Schema:
    default = {"default": _DEFAULTS[name]} if name in _DEFAULTS else {}
    return _parameter(name, {**_value(read), **default})


def _many(name: str, read: Callable[[str], object]) -> Schema:
    several = {"type": "array", "items": _value(read), "maxItems": MAX_VALUES}
    return {**_parameter(name, several), "style": "form", "explode": True}


def _parameter(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": _MEANINGS[name], "schema": schema}


def _attributes() -> Schema:
    """Describe the parameters whose names begin alike: an object that is spread out."""
    return {
        "name": "attributes",
        "in": "query",
        "description": "`attributes.NAME=VALUE`: the JSON text of that attribute, if it is a"
        " scalar. It may be repeated for other values.",
        "style": "form",
        "explode": True,
        "schema": {
            "type": "object",
            "propertyNames": {"pattern": rf"^{re.escape(ATTRIBUTES)}.+$"},
            "additionalProperties": {"type": "string"},
        },
    }


def _value(read: Callable[[str], object]) -> Schema:
    """Describe the values that a reader takes."""
    if isinstance(read, values.OneOf):
        return {"type": "string", "enum": [*read.words]}
    if isinstance(read, values.SomeOf):
        return {"type": "string", "pattern": _list_of(read.words)}
    return dict(_READERS[read])


def _list_of(words: Iterable[str], prefix: str = "") -> str:
    word = f"{prefix}(?:{'|'.join(words)})"
    return f"^{word}(?:,{word})*$"


def _whole(*patterns: re.Pattern[str]) -> str:
    """Write patterns in the dialect of JSON Schema, for the whole of a text."""
    plain = (re.sub(r"\?P<\w+>", "?:", each.pattern) for each in patterns)
    return f"^(?:{'|'.join(plain)})$"


_READERS: Mapping[Callable[[str], object], Schema] = {
    str: {"type": "string"},
    values.text: {"type": "string", "minLength": 1},
    values.limit: {"type": "integer", "minimum": 1},
    values.boolean: {"type": "boolean"},
    values.instant: {
        "type": "string",
        "anyOf": [{"format": "date-time"}, {"format": "date"}],
        "examples": ["2026-11-22T06:00:00Z", "2026-11-22"],
    },
    values.duration: {
        "type": "string",
        "pattern": _whole(values.SECONDS, values.ISO_DURATION),
        "examples": ["5400", "PT1H30M"],
    },
    values.order: {"type": "string", "pattern": _list_of(SORTABLE, "-?")},
}
