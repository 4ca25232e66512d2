"""The calls of a vendor: its list, the detail of one session, and writes."""

from typing import Literal, TypeAlias

from pydantic import Field

from adapters.declarative.language.paging import Paging
from adapters.declarative.language.part import Expression, Part
from adapters.declarative.language.requests import Place, Request

FieldName: TypeAlias = str


class ListCall(Part):
    """The call that lists sessions."""

    request: Request
    """What is sent."""
    records: Expression
    """Where in the answer the records are; @ if the answer itself is the list."""
    paginate: Paging
    """How the list is divided into pages."""


class GetCall(Part):
    """The call that tells more of one session."""

    request: Request
    """What is sent; {native_id} stands for the id, wherever it is."""
    record: Expression = "@"
    """Where in the answer the record is."""


class WrittenField(Part):
    """A field that a write may name."""

    send: Place
    """Where it goes."""
    kind: Literal["text", "whole_number", "boolean"] = "text"
    """What it may hold."""
    required: bool = False
    """Whether the write needs it."""


class WriteCall(Part):
    """A write. It is sent once: what may have reached the vendor is never sent again."""

    request: Request
    """What is sent; {native_id} stands for the id of the session, wherever it is."""
    fields: dict[FieldName, WrittenField] = Field(default_factory=dict)
    """What it may name, in canonical words, as space.id or attributes.timezone."""
    record: Expression | None = None
    """Where in the answer the session is as it is now; left out, it is asked for by get."""
    new_if_status: int | None = None
    """The HTTP status that says that the session was not there before."""


class Writes(Part):
    """The writes of the vendor."""

    create: WriteCall | None = None
    """Begins a session."""
    keepalive: WriteCall | None = None
    """Says that a session goes on."""
    hide: WriteCall | None = None
    """Says whether a session is looked at."""
    end: WriteCall | None = None
    """Ends a session."""
