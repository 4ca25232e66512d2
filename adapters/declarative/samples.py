"""The samples of a file: answers of the vendor's list, by which the map is tried."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from adapters.declarative.expressions import compiled
from adapters.declarative.language.part import references
from adapters.declarative.language.spec import Spec
from adapters.declarative.options import named, typed_texts
from adapters.declarative.records import Records
from adapters.toolkit.record import read_record
from gateway.spi import Json, Provenance, Rejected
from gateway.spi.documents import Finding

_AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
_STAND_INS = {"zone": "UTC", "active_for_s": "3600"}


def unfit_samples(spec: Spec, folder: Path) -> Iterator[Finding]:
    """Find samples that are not there, or that the file does not describe.

    Their paths are relative to the folder, which is that of the file. What can be read of them is
    mapped with the options' defaults.
    """
    for index, file in enumerate(spec.samples):
        try:
            sample = (folder / file).read_bytes()
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            yield ("samples", index), f"cannot be read: {reason}"
        else:
            for message in misfits(spec, sample):
                yield ("samples", index), message


def misfits(spec: Spec, sample: bytes) -> Iterator[str]:
    """Say what a file does not describe of a sample."""
    try:
        found = compiled(spec.list.records)(msgspec.json.decode(sample))
    except (ValueError, RecursionError):
        yield "is not JSON, or has no records where list.records leads"
        return
    yield from _flaws(found, Records(spec.map, _options(spec), spec.personal), spec)


def records_in(spec: Spec, folder: Path) -> Iterator[bytes]:
    """Give every record of the samples, which fit the file: that is known since it was read."""
    search = compiled(spec.list.records)
    for file in spec.samples:
        for record in search(msgspec.json.decode((folder / file).read_bytes())):
            yield msgspec.json.encode(record)


def _flaws(found: Json, records: Records, spec: Spec) -> Iterator[str]:
    if not isinstance(found, list):
        yield "has no list where list.records leads"
        return
    provenance = Provenance("sample", spec.vendor.id, _AS_OF)
    for number, record in enumerate(found, 1):
        raw = msgspec.Raw(msgspec.json.encode(record))
        mapped = read_record(raw, provenance, records.session)
        if isinstance(mapped, Rejected):
            yield f"record {number} is no session: {mapped.reason}"
        elif mapped.unreadable:
            yield f"record {number}: cannot be read: {', '.join(mapped.unreadable)}"


def _options(spec: Spec) -> dict[str, str]:
    """Give each option its default, or a value that will do."""
    values = {name: option.default or "" for name, option in named(spec).items()}
    for path, text in typed_texts(spec):
        for _, name in references(text):
            values[name] = values[name] or _STAND_INS[str(path[-1])]
    return values
