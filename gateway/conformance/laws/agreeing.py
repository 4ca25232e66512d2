"""L12: a session alone is the session of the list, and tells no less."""

import msgspec

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.rig import NAME, Rig, rigged
from gateway.federation.deadline import Deadline
from gateway.federation.lookup import Found, Missing
from gateway.model.session import Json, Session
from gateway.spi import UpstreamError

_SECONDS = 60.0
_MOST = 12

_NO_SESSIONS = (
    *("no-such-session", "0", "-1", "../", "..", ".", "%2e%2e%2f", "a/b", "a?b=c", "a#b"),
    *("", " ", "\x00", "é", "\u202e", "a" * 900, "1e3", "null", "[]", "{}"),
)


async def with_list(harness: Harness) -> None:
    """The detail call tells all that the list tells of a session, and it alike."""
    async with rigged(harness) as rig:
        if not rig.adapter.abilities().has_detail:
            return
        listed = await rig.stream(rig.plan())
        for session in listed[:: max(1, len(listed) // _MOST)]:
            record = await rig.get(session.native_id)
            if record is None:
                broken(f"{session.native_id} is listed, but there is no such session")
            _compare(session, rig.session(record))


async def found(harness: Harness) -> None:
    """The gateway finds each session of the list by its id."""
    async with rigged(harness) as rig:
        federation = rig.federation(ttl_seconds=60.0)
        for native_id in rig.held_ids()[:_MOST]:
            lookup = await federation.session(NAME, native_id, Deadline.within(_SECONDS))
            is_it = isinstance(lookup, Found) and lookup.session.native_id == native_id
            holds(is_it, f"{native_id} is held, but looking for it brings {lookup}")


async def of_nobody(harness: Harness) -> None:
    """An id that nobody has is no session, whatever is in it."""
    async with rigged(harness) as rig:
        federation = rig.federation(ttl_seconds=60.0)
        for native_id in {*_NO_SESSIONS} - {*rig.held_ids()}:
            lookup = await federation.session(NAME, native_id, Deadline.within(_SECONDS))
            holds(isinstance(lookup, Missing), f"{native_id!r} is nobody's, but brings {lookup}")
            await _get_nobody(rig, native_id)


async def _get_nobody(rig: Rig, native_id: str) -> None:
    if not rig.adapter.abilities().has_detail:
        return
    try:
        record = await rig.get(native_id)
    except UpstreamError as error:
        broken(f"get() of {native_id!r} raises {error!r}: there is no such session, so give none")
    holds(record is None, f"get() of {native_id!r}, which nobody has, brings a record")


def _compare(listed: Session, alone: Session) -> None:
    told, more = msgspec.to_builtins(listed), msgspec.to_builtins(alone)
    for name, value in told.items():
        known = more.get(name)
        holds(_tells(known, value), f"{name}: the list tells {value!r}, the detail {known!r}")


def _tells(known: Json, value: Json) -> bool:
    """Say whether something tells at least as much: a null and an empty list tell nothing."""
    if isinstance(value, dict) and isinstance(known, dict):
        return all(_tells(known.get(name), each) for name, each in value.items())
    return value in (None, [], known)


CHECKS = checks_of(Law.AGREEING, with_list, found, of_nobody)
