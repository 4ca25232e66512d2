"""Rules of the map, and of what it says to be personal."""

from collections.abc import Iterator

from adapters.declarative.compiling import parts_of
from adapters.declarative.language.mapping import InstantField, Source, StatusField, TextField
from adapters.declarative.language.spec import Spec
from gateway.spi.abilities import HIDEABLE, is_hideable
from gateway.spi.documents import Finding, KeyPath
from gateway.spi.registry import NotUsableError, load_transform


def unfit_fields(spec: Spec) -> Iterator[Finding]:
    """Find fields whose parts have no effect, or need what is not there."""
    mapped = parts_of(spec.map)
    for name, part in mapped.items():
        at: KeyPath = ("map", name)
        if isinstance(part, StatusField):
            yield from _unfit_status(part, at, has_end="ended_at" in mapped)
        else:
            yield from _unfit_source(part, at)
    if "duration_s" in mapped and "status" not in mapped:
        yield ("map", "duration_s"), "is told of what has ended; the map has no status to tell that"
    if "space_kind" in spec.map.model_fields_set and mapped.keys().isdisjoint(
        {"space.id", "space.name"}
    ):
        yield ("map", "space.kind"), "goes with space.id or space.name"


def unhideable(spec: Spec) -> Iterator[Finding]:
    """Find names of what cannot be hidden."""
    for index, name in enumerate(spec.personal):
        if not is_hideable(name):
            known = ", ".join(sorted(HIDEABLE))
            yield ("personal", index), f"must be attributes.NAME or one of {known}"


def _unfit_status(part: StatusField, at: KeyPath, *, has_end: bool) -> Iterator[Finding]:
    if part.ended_with is not None and not has_end:
        yield (*at, "ended_with"), "the map has no ended_at"
    if isinstance(part.active_for_s, float) and part.active_for_s <= 0:
        yield (*at, "active_for_s"), "must be more than 0"
    if part.ended_with is not None and part.values:
        yield (*at, "values"), "has no effect with ended_with"


def _unfit_source(part: Source, at: KeyPath) -> Iterator[Finding]:
    if isinstance(part, InstantField) and part.zone is not None and part.cast != "iso":
        yield (*at, "zone"), f"has no effect with cast {part.cast}"
    if isinstance(part, TextField) and part.required and part.default is not None:
        yield (*at, "default"), "has no effect, as every record is said to have a value"
    if part.transform is not None:
        try:
            load_transform(part.transform)
        except NotUsableError as error:
            yield (*at, "transform"), str(error)
