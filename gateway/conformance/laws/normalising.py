"""L6: whatever a record holds it is mapped or rejected, and nothing of it is lost."""

import json
from datetime import timedelta

import msgspec
from msgspec import Raw

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.odd_records import ODD, raw_records, records, written
from gateway.conformance.rig import Rig, rigged
from gateway.model.matching import instant_of
from gateway.model.session import Json, Session, Status
from gateway.paging.order import INSTANTS
from gateway.spi import Mapped, Rejected

_NOT_JSON = (b"", b"{", b"[1,", b'{"id": 1', b"\xff\xfe", b"nul", b'{"a": 1e99999}', b'"\\ud800"')

_SENTINEL = "sentinel 4711"


async def total(harness: Harness) -> None:
    """Any JSON, and what is none, is mapped or rejected: nothing is raised."""
    async with rigged(harness) as rig:
        for value in ODD:
            _map(rig, json.dumps(value).encode())
        for body in (*_NOT_JSON, b"[" * 5000, b'{"a":' * 5000):
            holds(isinstance(_map(rig, body), Rejected), f"a session is made of {body[:20]!r}")
        holds(isinstance(_map(rig, b"{}"), Rejected), "a session is made of an empty record")


async def mutated(harness: Harness) -> None:
    """Any value in any field of a real record is mapped or rejected, and is kept."""
    async with rigged(harness) as rig:
        for record in await records(rig):
            for name in record:
                for value in ODD:
                    mapped = _map(rig, written(record | {name: value}))
                    _check_kept(mapped, name, value)
                _map(rig, written({k: v for k, v in record.items() if k != name}))


async def lossless(harness: Harness) -> None:
    """What a field holds is found in the session, also where it is of the wrong kind."""
    async with rigged(harness) as rig:
        for record in await records(rig):
            for name in record:
                for value in (_SENTINEL, {"deep": [_SENTINEL]}):
                    mapped = _map(rig, written(record | {name: value}))
                    is_there = _SENTINEL in _dumped(mapped) or isinstance(mapped, Rejected)
                    holds(is_there, f"what {name} holds is lost: {value}")


async def unknown_fields(harness: Harness) -> None:
    """A field that nobody knows is kept as it is."""
    async with rigged(harness) as rig:
        for record in await records(rig):
            mapped = _map(rig, written(record | {"nobody_knows_this": [1, {"a": None}]}))
            if isinstance(mapped, Rejected):
                broken(f"an unknown field makes a record useless: {mapped.reason}")
            kept = mapped.session.attributes.get("nobody_knows_this")
            holds(kept == [1, {"a": None}], "an unknown field is not among the attributes")


async def unknown_status(harness: Harness) -> None:
    """A word for the status that is not known is no status, and is kept."""
    async with rigged(harness) as rig:
        for record in await records(rig):
            native = rig.session(Raw(written(record))).native_status
            for name in (name for name, value in record.items() if native and value == native):
                mapped = _map(rig, written(record | {name: _SENTINEL}))
                if isinstance(mapped, Mapped):
                    is_guess = mapped.session.status is not Status.UNKNOWN
                    holds(not is_guess or mapped.session.inferred, "an unknown status is guessed")
                    holds(mapped.session.native_status == _SENTINEL, "the word is lost")


async def canonical(harness: Harness) -> None:
    """Every session has the id it should, instants in UTC, and the same values at every time."""
    async with rigged(harness) as rig:
        for record in await raw_records(rig):
            session, again = rig.session(record), rig.session(record)
            holds(session == again, "the same record is mapped to two sessions")
            _check_canonical(session, rig)


async def held(harness: Harness) -> None:
    """Each session starts when the vendor says it did, and goes on if the vendor says so."""
    async with rigged(harness) as rig:
        told = {s.native_id: (s.started_at, s.status.value) for s in await rig.stream(rig.plan())}
        held = {h.native_id: (h.started_at, h.status) for h in rig.vendor.held()}
        for native_id, truth in held.items():
            got = told.get(native_id)
            holds(got in (truth, None), f"{native_id} is told as {got}, and is {truth}")


def _map(rig: Rig, body: bytes) -> Mapped | Rejected:
    try:
        mapped = rig.adapter.normalise(Raw(body), rig.provenance())
    except Exception as error:  # noqa: BLE001  # whatever an adapter may raise
        broken(f"normalise() raises {error!r} for {body[:200]!r}")
    holds(isinstance(mapped, Mapped | Rejected), f"normalise() gives {mapped!r}")
    if isinstance(mapped, Mapped):
        _check_canonical(mapped.session, rig)
    return mapped


def _check_canonical(session: Session, rig: Rig) -> None:
    expected = rig.provenance().identity(session.native_id)
    told = {name: getattr(session, name) for name in expected}
    holds(told == expected, f"identified as {told}, not as {expected}")
    is_named = isinstance(session.native_id, str) and session.native_id != ""
    holds(is_named, f"the id {session.native_id!r} names nothing")
    for field in INSTANTS:
        instant = instant_of(session, field)
        offset = timedelta(0) if instant is None else instant.utcoffset()
        holds(offset == timedelta(0), f"{field.value} is not in UTC: {instant}")
    duration = session.duration_s
    holds(duration is None or 0 <= duration < float("inf"), f"a duration of {duration}")


def _check_kept(mapped: Mapped | Rejected, name: str, value: Json) -> None:
    """Check that what could not be read is untouched among the attributes."""
    if isinstance(mapped, Mapped) and name in mapped.unreadable:
        kept = mapped.session.attributes.get(name)
        holds(_alike(kept, value), f"{name}: {value!r} could not be read, and is kept as {kept!r}")


def _alike(kept: Json, value: Json) -> bool:
    return json.dumps(kept) == json.dumps(value) or kept == value


def _dumped(mapped: Mapped | Rejected) -> str:
    return "" if isinstance(mapped, Rejected) else msgspec.json.encode(mapped.session).decode()


CHECKS = checks_of(
    Law.NORMALISING, total, mutated, lossless, unknown_fields, unknown_status, canonical, held
)
