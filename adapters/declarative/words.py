"""The vendor's words for the values of a filter, and how several of them are written."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from adapters.declarative.drafts import Value, fits, written
from adapters.declarative.language.abilities import SendEquality
from adapters.declarative.language.mapping import Mapping as MappingPart
from adapters.declarative.language.mapping import StatusField, TextField
from gateway.spi import Field, Json, Status

Translate: TypeAlias = Callable[[str], list[Json] | None]
"""Gives all of the vendor's words for a value; none where not all of them can be told."""


def translation(field: Field, send: SendEquality, mapping: MappingPart) -> Translate:
    """Say how the values of a field are translated."""
    translate = _translation(field, send, mapping)
    if field is not Field.STATUS:
        return translate
    # Whatever no word is known for has this status: no words could say it.
    return lambda value: None if value == Status.UNKNOWN else translate(value)


def together(words: list[Json], send: SendEquality) -> Value | None:
    """Write several words as the vendor wants them; none where that cannot be done."""
    if not words or not all(fits(send, word) for word in words):
        return None
    match send.as_:
        case "text":
            return words[0] if len(words) == 1 else None
        case "list":
            return words
        case "repeat":
            return tuple(words)
        case "comma":
            texts = [written(word) for word in words]
            return None if any("," in text for text in texts) else ",".join(texts)


def _translation(field: Field, send: SendEquality, mapping: MappingPart) -> Translate:
    match send.values:
        case dict() as words:
            return lambda value: [words[value]] if value in words else None
        case "from_map":
            return _reversed(_mapped(field, mapping))
        case "as_is":
            return lambda value: [value]


def _mapped(field: Field, mapping: MappingPart) -> StatusField | TextField | None:
    """Give what is said of how a field is read."""
    sources = {
        Field.STATUS: mapping.status,
        Field.NATIVE_STATUS: mapping.native_status,
        Field.TITLE: mapping.title,
        Field.USER: mapping.user_id,
        Field.DEVICE: mapping.device_id,
        Field.CLIENT: mapping.client_name,
        Field.SPACE: mapping.space_id,
        Field.LANGUAGE: mapping.language,
    }
    return sources.get(field)


def _reversed(source: StatusField | TextField | None) -> Translate:
    """Translate back what is translated as records are read."""
    if isinstance(source, StatusField):
        return _words_of(source.values, but=source.else_)
    if source is None or source.values is None:
        return lambda value: [value]
    return _words_of(source.values, but=source.default)


def _words_of(values: Mapping[str, str], but: str | None) -> Translate:
    """List the words for a value: not for the one that stands for all words that are not listed."""
    return lambda value: (
        None if value == but else [word for word, meant in values.items() if meant == value]
    )
