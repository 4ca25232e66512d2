"""What can be done with a file: looking it over, and putting it to the laws."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from adapters.declarative.adapter import DeclarativeAdapter
from adapters.declarative.fake.reach import Reach, reachable
from adapters.declarative.fake.records import unplayable
from adapters.declarative.fake.server import GeneratedVendor
from adapters.declarative.language.paging import SinglePage
from adapters.declarative.language.part import references
from adapters.declarative.language.spec import Spec
from adapters.declarative.options import named, options_of
from adapters.declarative.reading import options_model_of
from adapters.declarative.remarks import remarks_on
from adapters.declarative.samples import misfits, records_in
from adapters.declarative.scrubbing import samples_of
from gateway.spi import Operation
from gateway.spi.documents import read_document
from gateway.spi.harness import Harness, HeldSession, WriteExample

_NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
_CAP = 3
_ZONE = "Europe/Paris"
_SECONDS = "28800"
_EXAMPLES: Mapping[str, str | int | bool] = {"text": "made up", "whole_number": 7, "boolean": True}
_FULL_PAGES = "the file says that a page which is shorter than it is asked for is the last"


class DeclarativeWorkbench:
    """One file in YAML, read and found to be in order."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.adapter = DeclarativeAdapter.of_file(file)
        self.spec = options_model_of(file).written

    def remarks(self) -> Sequence[str]:
        """Say what is not declared, and what comes of that."""
        return [*remarks_on(self.spec)]

    def harness(self) -> Harness:
        """Give the adapter, and the fake vendor that the file makes; both live at one noon.

        Raises :class:`~gateway.spi.documents.ConfigurationError` where no fake can be made.
        """
        read_document(self._file, Spec, (unplayable,))
        spec = reachable(self.spec)
        options = {"spec": str(self._file), **made_up_options(spec)}
        vendor = partial(GeneratedVendor, spec, options, clock=_noon)
        is_full = _ends_with_a_short_page(spec)
        return Harness(
            adapter=DeclarativeAdapter.of(options_of(spec)),
            vendor=vendor,
            capped=None if is_full else partial(vendor, largest=_CAP),
            clock=_noon,
            writes=dict(_write_examples(spec)),
            samples=[*records_in(self.spec, self._file.parent)],
            excused={"L4.capped": _FULL_PAGES} if is_full else {},
        )

    @property
    def samples(self) -> Sequence[Path]:
        """Give the paths of the samples that the file names."""
        return self.spec.samples

    def samples_of(self, answers: Sequence[bytes]) -> Sequence[bytes]:
        """Make samples of answers; by what they are made nobody knows afterwards."""
        return samples_of(self.spec, answers, secrets.token_bytes(32))

    def misfits(self, sample: bytes) -> Sequence[str]:
        """Say what the file does not describe of a sample."""
        return [*misfits(self.spec, sample)]


def made_up_options(spec: Spec) -> dict[str, str]:
    """Give the options of a file as nobody has them, but for the address."""
    told = {name: option.default for name, option in named(spec).items()}
    return {
        name: _made_up(spec, name) if default is None else default
        for name, default in told.items()
        if name != Reach.of(spec).option
    }


def _noon() -> datetime:
    return _NOON


def _made_up(spec: Spec, name: str) -> str:
    """Make up an option: a zone or a number of seconds where it has to be one."""
    status = spec.map.status
    if status is not None and _is_named(f"{status.active_for_s}", name):
        return _SECONDS
    return _ZONE if any(_is_named(zone, name) for zone in _zones(spec)) else f"made-up-{name}"


def _zones(spec: Spec) -> Iterator[str]:
    """Give the texts that name a time zone."""
    for source in (spec.map.started_at, spec.map.ended_at, spec.map.last_activity_at):
        if source is not None and source.zone is not None:
            yield source.zone


def _is_named(text: str, name: str) -> bool:
    return ("options", name) in references(text)


def _ends_with_a_short_page(spec: Spec) -> bool:
    """Say whether a short page is taken for the last, whatever else is told."""
    pages = spec.list.paginate
    if isinstance(pages, SinglePage) or (pages.size is not None and not pages.size.honoured):
        return False
    told = {"total": pages.total is not None, "has_more": pages.has_more is not None}
    signs = [sign for sign in pages.end if told.get(sign, True)]
    return signs[:1] == ["short_page"]


def _write_examples(spec: Spec) -> Iterator[tuple[Operation, WriteExample]]:
    for operation in Operation:
        call = getattr(spec.writes, operation.value)
        if call is not None:
            fields = {name: _EXAMPLES[field.kind] for name, field in call.fields.items()}
            target = None if operation is Operation.CREATE else _first_active
            yield operation, WriteExample(fields, target)


def _first_active(held: Collection[HeldSession]) -> str:
    """Choose a session that goes on, if one does."""
    first = next(iter(held))
    return next((each for each in held if each.status == "active"), first).native_id
