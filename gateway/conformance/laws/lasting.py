"""L6 of what lasts: a record means the same for as long as it is said to, whatever the time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import UNSET, Raw

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, checks_of, holds
from gateway.conformance.odd_records import raw_records
from gateway.conformance.rig import Rig, rigged
from gateway.spi import Mapped

_LATER = tuple(timedelta(days=days) for days in (0.0001, 0.01, 1, 30, 3650))


async def lasting(harness: Harness) -> None:
    """What an outline or a session says until when it holds, it holds until then."""
    async with rigged(harness) as rig:
        for record in await raw_records(rig):
            mapped = rig.mapped(record)
            outline = rig.adapter.outline(record, rig.provenance())
            if outline is not None and outline.holds_until is not UNSET:
                _check(rig, record, outline.holds_until)
            if isinstance(mapped, Mapped) and mapped.holds_until is not UNSET:
                _check(rig, record, mapped.holds_until)


def _check(rig: Rig, record: Raw, until: datetime | None) -> None:
    known = rig.mapped(record)
    for instant in _until(rig.provenance().as_of, until):
        is_same = rig.mapped(record, instant) == known
        holds(is_same, f"as of {instant} another session is made of {bytes(record)[:200]!r}")


def _until(now: datetime, until: datetime | None) -> Iterator[datetime]:
    instants = (now + after for after in _LATER)
    if until is None:
        yield from instants
    else:
        yield from (each for each in instants if each < until)
        yield until - timedelta.resolution


CHECKS = checks_of(Law.NORMALISING, lasting)
