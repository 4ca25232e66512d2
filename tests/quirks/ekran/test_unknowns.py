"""What is not known of Ekran: whichever way it is, the same sessions are read."""

from datetime import timedelta

import pytest

from adapters.simulators.ekran.facts import FACTS
from gateway.model.matching import matches
from gateway.spi import AtOrAfter, Before, Condition, Field, Session
from tests.quirks.ekran.visiting import Visit, visiting
from tests.support.adapters import NOON

WAYS = {name: manners for unknown in FACTS.unknowns for name, manners in unknown.ways.items()}
HOUR = timedelta(hours=1)


def told(session: Session) -> tuple[object, ...]:
    """Give what the simulator can tell of a session too."""
    user = session.user
    words = {user.id, user.name} - {None} if user is not None else set()
    return session.native_id, session.started_at, session.status.value, frozenset(words)


async def read(visit: Visit, *conditions: Condition, page_size: int | None = None) -> set[object]:
    """Read what the vendor finds, and keep what matches as the gateway does."""
    found = await visit.driver.sessions(*conditions, page_size=page_size)
    matching = [told(session) for session in found if matches(session, conditions)]
    assert len(matching) == len(set(matching))
    return set(matching)


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_the_vendor_may_turn_out_is_read_right(way: str) -> None:
    """All sessions, by large pages and by small ones, and those of several times."""
    async with visiting(rows=1000, manners=WAYS[way]) as visit:
        held = {(h.native_id, h.started_at, h.status, h.user) for h in visit.simulator.held()}

        assert await read(visit) == held
        assert await read(visit, page_size=50) == held
        for first, last in ((0, 1), (70, 90), (31.5, 31), (200, 12)):
            since, before = NOON - max(first, last) * HOUR, NOON - min(first, last) * HOUR
            bounds = AtOrAfter(Field.STARTED_AT, since), Before(Field.STARTED_AT, before)
            of_the_time = {row for row in held if row[1] and since <= row[1] < before}
            assert await read(visit, *bounds) == of_the_time != set()
