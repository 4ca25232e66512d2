"""What no document tells of Cortex, in every way that is known."""

import pytest

from adapters.simulators.cortex import CortexSimulator, Manners
from tests.vendors.cortex import creating, done, lab

WAYS = {
    name: manners
    for unknown in CortexSimulator.facts.unknowns
    for name, manners in unknown.ways.items()
}


@pytest.mark.parametrize("manners", WAYS.values(), ids=WAYS.keys())
async def test_every_way_the_vendor_may_turn_out_is_read_right(manners: Manners) -> None:
    async with lab(manners) as (simulator, driver):
        made = await done(driver, creating())
        sessions = await driver.sessions()

        told = {
            (s.native_id, s.started_at, s.status.value, frozenset({s.user.id} if s.user else ()))
            for s in sessions
        }
        assert told == {(h.native_id, h.started_at, h.status, h.user) for h in simulator.held()}
    assert made in sessions
