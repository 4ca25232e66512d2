"""L6 of what is placed by its outline: that says what the session says, wherever there is one."""

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Raw

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.odd_records import ODD, raw_records, records, written
from gateway.conformance.rig import Rig, rigged
from gateway.model.session import Outline
from gateway.spi import Rejected

_TELLING = ("backend", "native_id", "status", "started_at", "ended_at", "last_activity_at")

_LEVELS = 250
"""More than an adapter reads."""


async def outlined(harness: Harness) -> None:
    """An outline says what the session of its record says, of which all could be read."""
    async with rigged(harness) as rig:
        for record in await raw_records(rig):
            _check(rig, bytes(record))
        for body in (b"{}", b"[]", *(json.dumps(value).encode() for value in ODD)):
            _check(rig, body)


async def outlined_if_odd(harness: Harness) -> None:
    """Any value in any field of a real record leaves its outline true, or there is none."""
    async with rigged(harness) as rig:
        for record in await records(rig):
            for name in record:
                for body in _spoilt(record, name):
                    _check(rig, body)


def _spoilt(record: dict[str, Any], name: str) -> Iterator[bytes]:
    """Write a record without a field, with another value in it, in capitals, and with it twice."""
    others = {k: v for k, v in record.items() if k != name}
    yield written(others)
    yield written({**others, name.upper(): record[name]})
    deep = json.loads("[" * _LEVELS + "]" * _LEVELS)
    for value in (*ODD, *others.values(), deep):
        yield written({**record, name: value})
        once, again = written({name: value}), written(record)
        yield once[:-1] + b"," + again[1:]
        yield again[:-1] + b"," + once[1:]


def _check(rig: Rig, body: bytes) -> None:
    outline = _outline(rig, body)
    if outline is None:
        return
    mapped = rig.mapped(Raw(body))
    if isinstance(mapped, Rejected):
        broken(f"there is an outline of what is no session: {body[:200]!r}")
    for name in _TELLING:
        told, true = getattr(outline, name), getattr(mapped.session, name)
        holds(told == true, f"in outline {name} is {told}, and in full {true}: {body[:200]!r}")
    is_clear = not mapped.unreadable and not mapped.is_status_unknown
    holds(is_clear, f"there is an outline of what cannot all be read: {body[:200]!r}")
    holds(outline.as_of == rig.provenance().as_of, f"an outline is as of {outline.as_of}")


def _outline(rig: Rig, body: bytes) -> Outline | None:
    try:
        return rig.adapter.outline(Raw(body), rig.provenance())
    except Exception as error:  # noqa: BLE001  # whatever an adapter may raise
        broken(f"outline() raises {error!r} for {body[:200]!r}")


CHECKS = checks_of(Law.NORMALISING, outlined, outlined_if_odd)
