"""What follows from the map: which fields there are, and from what of the vendor's each is read."""

from collections.abc import Iterable, Mapping

from adapters.declarative.compiling import Sources, is_native, parts_of
from adapters.declarative.language import mapping as written
from gateway.spi import Field

_FED_BY: Mapping[Field, frozenset[str]] = {
    Field.STATUS: frozenset({"status"}),
    Field.NATIVE_STATUS: frozenset({"native_status"}),
    Field.TITLE: frozenset({"title"}),
    Field.USER: frozenset({"user.id", "user.name"}),
    Field.DEVICE: frozenset({"device.id", "device.name"}),
    Field.CLIENT: frozenset({"client.name"}),
    Field.SPACE: frozenset({"space.id", "space.name"}),
    Field.LANGUAGE: frozenset({"language"}),
    Field.TAG: frozenset({"tags"}),
    Field.STARTED_AT: frozenset({"started_at"}),
    Field.ENDED_AT: frozenset({"ended_at"}),
    Field.LAST_ACTIVITY_AT: frozenset({"last_activity_at"}),
    Field.DURATION: frozenset({"duration_s"}),
}
"""What of the map a question about a field is answered by: any of these."""

_OF_PEOPLE = frozenset({"user", "device"})


def absent(mapping: written.Mapping) -> frozenset[Field]:
    """Name the fields that no part of the map feeds, so that nothing can be asked of them."""
    told = {*parts_of(mapping)}
    if is_native(mapping):
        told.add("native_status")
    if {"status", "started_at", "ended_at"} <= told:
        told.add("duration_s")
    return frozenset(field for field, names in _FED_BY.items() if names.isdisjoint(told))


def always(mapping: written.Mapping) -> frozenset[Field]:
    """Name the fields that every record has."""
    parts = parts_of(mapping).items()
    needed = {name for name, part in parts if getattr(part, "required", False)}
    return frozenset(field for field, names in _FED_BY.items() if not names.isdisjoint(needed))


def origins(mapping: written.Mapping, sources: Sources) -> dict[str, frozenset[str]]:
    """Name the vendor's own fields by the field of the session that they are read from."""
    found: dict[str, frozenset[str]] = {}
    for name, source in sources.items():
        field = name.partition(".")[0]
        found[field] = found.get(field, frozenset()) | source.fields
    if is_native(mapping):
        found["native_status"] = found["status"]
    return found


def personal(sources: Sources, others: Iterable[str]) -> frozenset[str]:
    """Name what tells of a person: whoever and whatever takes part, and what else is said to."""
    fields = {name.partition(".")[0] for name in sources}
    return frozenset(_OF_PEOPLE & fields).union(others)
