"""Maps as a file has them, and what they make of records."""

import json
from datetime import UTC, datetime

import msgspec

from adapters.declarative.language.mapping import Mapping
from adapters.declarative.records import Records
from adapters.toolkit.record import read_record
from gateway.spi import Json, Mapped, Provenance, Rejected, Session

AS_OF = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROVENANCE = Provenance("lab", "orbitlab", AS_OF)


def records_of(*, options: dict[str, str] | None = None, **fields: Json) -> Records:
    """Compile a map of these fields; dots in names are written as two underscores."""
    written = {name.replace("__", "."): field for name, field in fields.items()}
    mapping = Mapping.model_validate({"native_id": {"at": "id"}} | written)
    return Records(mapping, options or {})


def outcome(records: Records, record: Json) -> Mapped | Rejected:
    """Map a record."""
    return read_record(msgspec.Raw(json.dumps(record).encode()), PROVENANCE, records.session)


def mapped(record: dict[str, Json], **fields: Json) -> Mapped:
    """Map a record, whose id need not be said, by these fields."""
    found = outcome(records_of(**fields), {"id": "1", **record})
    assert isinstance(found, Mapped)
    return found


def session(record: dict[str, Json], **fields: Json) -> Session:
    """Map a record of which everything can be read."""
    found = mapped(record, **fields)
    assert found.unreadable == ()
    return found.session
