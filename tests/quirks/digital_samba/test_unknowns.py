"""What is not known of Digital Samba: whichever way it is, the same sessions are read."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from adapters.simulators.digital_samba.facts import FACTS
from gateway.model.matching import matches
from gateway.spi import (
    AnyOf,
    AtOrAfter,
    Before,
    Condition,
    Done,
    Field,
    Operation,
    Session,
    Write,
)
from tests.quirks.digital_samba.visiting import Visit, visiting
from tests.support.adapters import NOON

WAYS = {name: manners for unknown in FACTS.unknowns for name, manners in unknown.ways.items()}
HOUR = timedelta(hours=1)
AFTERNOON = (
    AtOrAfter(Field.STARTED_AT, NOON - 24 * HOUR),
    Before(Field.STARTED_AT, NOON - 18 * HOUR),
)


async def matching(visit: Visit, *conditions: Condition) -> list[Session]:
    """Read what the vendor finds, and keep what matches as the gateway does."""
    found = await visit.driver.sessions(*conditions)
    return [session for session in found if matches(session, conditions)]


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_the_vendor_may_turn_out_is_read_right(way: str) -> None:
    """All sessions, those of a status and of a time, each alone; and two are ended."""
    async with visiting(rows=600, **asdict(WAYS[way])) as visit:
        held = visit.simulator.held()
        listed = await matching(visit)

        assert [(s.native_id, s.started_at, s.status) for s in listed] == [
            (h.native_id, h.started_at, h.status) for h in held
        ]
        for status in ("active", "ended"):
            of_it = AnyOf(Field.STATUS, frozenset({status}))
            assert await matching(visit, of_it) == [s for s in listed if s.status == status] != []
        of_the_time = [session for session in listed if matches(session, AFTERNOON)]
        assert await matching(visit, *AFTERNOON) == of_the_time != []
        for session in listed[::25]:
            alone = await visit.alone(session.native_id)
            assert (alone.title, alone.space) == (session.title, session.space)
            assert (alone.status, alone.ended_at) == (session.status, session.ended_at)
            external = session.attributes.get("room_external_id")
            assert alone.attributes.get("room_external_id") == external
        for status in ("active", "ended"):
            native_id = next(h.native_id for h in held if h.status == status)
            end = Write(Operation.END, native_id)
            outcome = await visit.driver.adapter.write(end, visit.driver.context)
            assert isinstance(outcome, Done)
            assert (await visit.alone(native_id)).status == "ended"
