"""From a vendor's record to a session, as the map of the file says.

The map is compiled once. For a record every field is read first, and then what has become part of
the session is taken out of it, so that the rest are its attributes.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import TypeVar

from adapters.declarative import told
from adapters.declarative.compiling import Sources, is_native, sources_of
from adapters.declarative.endings import Ends, Judge, by_end, by_words, untold
from adapters.declarative.language.mapping import Mapping, StatusField
from adapters.declarative.language.part import substituted
from adapters.declarative.sources import Read
from adapters.declarative.takings import Takings
from adapters.toolkit.record import Record, UnusableRecordError
from gateway.spi import Client, Json, Named, Participants, Provenance, Session, Space

T = TypeVar("T")
MadeT = TypeVar("MadeT")

_SIMPLE = ("title", "started_at", "last_activity_at", "language", "native_status")


class Records:
    """Reads the records of one backend.

    ``absent``, ``always``, ``origins`` and ``personal`` are what follows from the map, as
    :class:`~gateway.spi.Abilities` has them.
    """

    def __init__(
        self, mapping: Mapping, options: dict[str, str], personal: Iterable[str] = ()
    ) -> None:
        """Compile a map, with the values of the options that it refers to.

        ``personal`` is what the file says of that. Raises
        :class:`~gateway.spi.registry.NotUsableError` for a transform that is not installed.
        """
        sources = sources_of(mapping, options)
        self._native_id = sources["native_id"].read
        self._id_name = mapping.native_id.at or mapping.native_id.expr
        self._fields = tuple(_fields(sources, mapping.space_kind))
        self._judge = _judge(mapping, sources, options)
        self._takings = Takings(
            chain.from_iterable(source.taken for source in sources.values()),
            chain.from_iterable(source.names for source in sources.values()),
        )
        self.absent = told.absent(mapping)
        self.always = told.always(mapping)
        self.origins = told.origins(mapping, sources)
        self.personal = told.personal(sources, personal)

    def session(self, record: Record, provenance: Provenance) -> Session:
        """Map a record; raise :class:`UnusableRecordError` for one that has no usable id."""
        kept: list[str] = []
        native_id = self._native_id(record, kept)
        if native_id is None:
            raise UnusableRecordError(f"the record has no usable {self._id_name}")
        fields: dict[str, Json] = {**provenance.identity(native_id)}
        for name, read in self._fields:
            fields[name] = read(record, kept)
        record.holds_until = self._judge(fields, record, kept, provenance.as_of)
        self._takings.take(record, kept)
        if record.unreadable:  # Several fields may read the same.
            record.unreadable = [*dict.fromkeys(record.unreadable)]
        return Session(**fields, attributes=record.left)


def _fields(sources: Sources, space_kind: str) -> Iterator[tuple[str, Read[Json]]]:
    """Give what reads each field, but for those that have to do with the end."""
    reads = {name: source.read for name, source in sources.items()}
    yield from ((name, reads[name]) for name in _SIMPLE if name in reads)
    if "tags" in reads:
        yield "tags", _tags(reads["tags"])
    pairs: tuple[tuple[str, Callable[..., object], str, str], ...] = (
        ("user", Named, "user.id", "user.name"),
        ("device", Named, "device.id", "device.name"),
        ("client", Client, "client.name", "client.version"),
        ("space", partial(Space, space_kind), "space.id", "space.name"),
    )
    for name, make, first, second in pairs:
        if not reads.keys().isdisjoint({first, second}):
            yield name, _both(make, reads.get(first, _nothing), reads.get(second, _nothing))
    counts = [
        reads.get(f"participants.{each}", _nothing) for each in Participants.__struct_fields__
    ]
    if any(read is not _nothing for read in counts):
        yield "participants", _participants(*counts)


def _nothing(_record: Record, _kept: list[str]) -> None:
    """Read what the vendor does not tell."""


def _tags(read: Read[tuple[str, ...]]) -> Read[tuple[str, ...]]:
    return lambda record, kept: read(record, kept) or ()


def _both(make: Callable[..., MadeT], first: Read[T], second: Read[T]) -> Read[MadeT]:
    """Read what is made of two values, if there is one of them."""

    def read(record: Record, kept: list[str]) -> MadeT | None:
        one, other = first(record, kept), second(record, kept)
        return None if one is None and other is None else make(one, other)

    return read


def _participants(*reads: Read[int]) -> Read[Participants]:
    def read(record: Record, kept: list[str]) -> Participants | None:
        counts = [each(record, kept) for each in reads]
        return None if counts == [None, None, None] else Participants(*counts)

    return read


def _judge(mapping: Mapping, sources: Sources, options: dict[str, str]) -> Judge:
    """Choose how the status is told."""
    ends = Ends(
        sources.get("ended_at"), sources.get("duration_s"), has_start="started_at" in sources
    )
    status = mapping.status
    if status is None:
        return untold(ends)
    if status.ended_with is not None:
        return by_end(ends, _window(status, options))
    return by_words(
        sources["status"], status.values, status.else_, ends, is_native=is_native(mapping)
    )


def _window(status: StatusField, options: dict[str, str]) -> timedelta | None:
    seconds = status.active_for_s
    if isinstance(seconds, str):
        seconds = float(substituted(seconds, {"options": options}))
    return None if seconds is None else timedelta(seconds=seconds)
