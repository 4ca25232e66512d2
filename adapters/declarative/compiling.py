"""From the map of a file to what reads each field of a session, by its canonical name."""

from collections.abc import Mapping as Values
from typing import Any, TypeAlias

from adapters.declarative import casts
from adapters.declarative.casts import Cast
from adapters.declarative.language import mapping as written
from adapters.declarative.language.part import substituted
from adapters.declarative.sources import Source, defaulting, required, transformed
from adapters.toolkit.record import identifier

Part: TypeAlias = written.Source | written.StatusField
Sources: TypeAlias = Values[str, Source[Any]]

_TRUTHS = {"true", "false"}


def parts_of(mapping: written.Mapping) -> dict[str, Part]:
    """Give what the map says of each field that is in it, by its canonical name, as ``user.id``."""
    names = {field.alias or name: name for name, field in written.Mapping.model_fields.items()}
    found = {name: getattr(mapping, own) for name, own in names.items()}
    return {
        name: part
        for name, part in found.items()
        if isinstance(part, written.Source | written.StatusField)
    }


def sources_of(mapping: written.Mapping, options: dict[str, str]) -> Sources:
    """Compile the map: the source of every field that is read.

    Raises :class:`~gateway.spi.registry.NotUsableError` for a transform that is not there.
    """
    return {
        name: _plain(part, options) if isinstance(part, written.Source) else _status(part, mapping)
        for name, part in parts_of(mapping).items()
        if isinstance(part, written.Source) or part.ended_with is None
    }


def is_native(mapping: written.Mapping) -> bool:
    """Say whether what the status is read from is also the vendor's own word for it."""
    status = mapping.status
    if status is None or status.ended_with is not None or mapping.native_status is not None:
        return False
    return not status.values.keys() <= _TRUTHS


def _status(part: written.StatusField, mapping: written.Mapping) -> Source[str]:
    """Read the word. Where several mean the same and none is kept, the attribute says which."""
    is_told = is_native(mapping) or len({*part.values.values()}) == len(part.values)
    return Source(part, casts.word, is_kept=not is_told)


def _plain(part: written.Source, options: dict[str, str]) -> Source[Any]:
    cast = _cast(part, options)
    if part.transform is not None:
        cast = transformed(part.transform, cast)
    is_kept = part.transform is not None or _is_ambiguous(part)
    source: Source[Any] = Source(part, cast, none_if=part.none_if, is_kept=is_kept)
    default = part.default if isinstance(part, written.TextField) else None
    if default is not None:
        source.read = defaulting(source.read, default)
    if isinstance(part, written.TextField | written.InstantField) and part.required:
        source.read = required(source.read, part.at or part.expr or "")
    return source


def _is_ambiguous(part: written.Source) -> bool:
    """Say whether several words stand for the same, so that it does not tell which it was."""
    meanings = part.values if isinstance(part, written.TextField) else None
    return meanings is not None and len({*meanings.values()}) < len(meanings)


def _cast(part: written.Source, options: dict[str, str]) -> Cast[Any]:
    match part:
        case written.IdField():
            return identifier
        case written.TextField(values=meanings):
            return casts.text if meanings is None else casts.translated(meanings)
        case written.InstantField(cast=cast, zone=zone):
            return casts.instant(cast, zone and substituted(zone, {"options": options}))
        case written.DurationField(cast=cast):
            return casts.duration(cast)
        case written.CountField():
            return casts.count
        case written.TagsField(cast=cast):
            return casts.listed if cast == "list" else casts.divided
        case _:
            raise TypeError(f"no field of a session: {type(part).__name__}")
