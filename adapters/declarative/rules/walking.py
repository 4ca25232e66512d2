"""The parts of a file with their places, as the rules look at them."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from adapters.declarative.language.abilities import EqualityFilter, RangeFilter, SortOrder
from adapters.declarative.language.calls import WriteCall
from adapters.declarative.language.part import Part
from adapters.declarative.language.requests import Place, Request
from adapters.declarative.language.spec import Spec
from gateway.spi import Json
from gateway.spi.documents import KeyPath

PartT = TypeVar("PartT", bound=Part)


def parts(part: Part) -> Iterator[tuple[str, Json]]:
    """Give everything that a part says, by the keys of the file."""
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if value is not None:
            yield field.alias or name, value


def texts(value: Json, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Give every text of a part with its place."""
    match value:
        case str():
            yield path, value
        case Part():
            for name, inner in parts(value):
                yield from texts(inner, (*path, name))
        case Mapping():
            for name, inner in value.items():
                yield from texts(inner, (*path, name))
        case list() | tuple():
            for index, inner in enumerate(value):
                yield from texts(inner, (*path, index))


def writes(spec: Spec) -> Iterator[tuple[str, WriteCall]]:
    """Give the writes that the vendor has, by name."""
    for name, call in parts(spec.writes):
        if isinstance(call, WriteCall):
            yield name, call


def requests(spec: Spec) -> Iterator[tuple[KeyPath, Request]]:
    """Give every request but that of a log-in."""
    yield ("list", "request"), spec.list.request
    if spec.get is not None:
        yield ("get", "request"), spec.get.request
    for name, call in writes(spec):
        yield ("writes", name, "request"), call.request


def filters(spec: Spec) -> Iterator[tuple[str, EqualityFilter | RangeFilter]]:
    """Give the filters that the vendor has, by the field of the session."""
    for name, ability in parts(spec.abilities.filters):
        if isinstance(ability, EqualityFilter | RangeFilter):
            yield name, ability


def sorts(spec: Spec) -> Iterator[tuple[str, str, SortOrder]]:
    """Give the orders that the vendor has: field, direction, and how it is asked for."""
    for name, field in parts(spec.abilities.sorts):
        for direction, order in parts(field):
            yield name, direction, order


def places_of_list(spec: Spec) -> Iterator[tuple[KeyPath, Place]]:
    """Give where values go in the request of the list."""
    for name, value in parts(spec.list.paginate):
        if isinstance(value, Place):
            yield ("list", "paginate", name), value
    at: KeyPath = ("abilities", "filters")
    for name, ability in filters(spec):
        if isinstance(ability.send, Place):
            yield (*at, name, "send"), ability.send
        else:
            for bound, place in parts(ability.send):
                yield (*at, name, "send", bound), place
    for name, direction, order in sorts(spec):
        if order.send is not None:
            yield ("abilities", "sorts", name, direction, "send"), order.send


def places_of_write(name: str, call: WriteCall) -> Iterator[tuple[KeyPath, Place]]:
    """Give where the fields of a write go."""
    for field, written in call.fields.items():
        yield ("writes", name, "fields", field, "send"), written.send
