"""Canopsis: what nobody knows of a server, and that it is read all the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.simulators.canopsis import AS_RECORDED, FACTS, CanopsisSimulator, Manners
from gateway.spi import AnyOf, Field, Session
from tests.quirks.raw import RawClient, calls_made
from tests.support.adapters import NOON, Driver
from tests.vendors.canopsis import HIDE, KEEPALIVE, KEYS, VIEW, Clock, begun, serving

WAYS = {name: way for unknown in FACTS.unknowns for name, way in unknown.ways.items()}
MANNERS = WAYS | {name: dialect.manners for name, dialect in FACTS.dialects.items()}


@asynccontextmanager
async def office(manners: Manners) -> AsyncIterator[tuple[CanopsisSimulator, Driver]]:
    """Run a server of these manners and of three hundred sessions."""
    simulator = CanopsisSimulator(rows=300, seed=1, clock=Clock(), manners=manners)
    async with serving(simulator) as driver:
        yield simulator, driver


@pytest.mark.parametrize("way", MANNERS)
async def test_every_way_the_vendor_may_turn_out_is_read_right(way: str) -> None:
    async with office(MANNERS[way]) as (simulator, driver):
        sessions = await driver.sessions()
        held = {(each.native_id, each.started_at, each.status) for each in simulator.held()}
        name = next(iter(simulator.held()[0].user))
        of_one = await driver.sessions(AnyOf(Field.USER, frozenset({name})))

    assert len(sessions) >= 300
    assert {_told(session) for session in sessions} == held
    assert {each.native_id for each in of_one} == {
        each.native_id for each in sessions if each.user and each.user.name == name
    }


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_is_another_than_that_of_the_recordings(
    raw_client: RawClient, way: str
) -> None:
    assert await _shown(raw_client, AS_RECORDED) != await _shown(raw_client, WAYS[way])


@pytest.mark.parametrize("name", FACTS.dialects)
async def test_a_dialect_is_chosen_by_its_options(name: str) -> None:
    dialect = FACTS.dialects[name]
    simulator = CanopsisSimulator(rows=20, seed=1, clock=Clock(), manners=dialect.manners)

    async with serving(simulator, **dialect.options) as driver:
        sessions = await driver.sessions()

    assert {_told(session) for session in sessions} == {
        (each.native_id, each.started_at, each.status) for each in simulator.held()
    }


async def test_the_calls_are_those_of_the_facts() -> None:
    made = set()
    for dialect in FACTS.dialects.values():
        async with begun(dialect.manners.dialect) as (office, own):
            await office.sessions()
            await office.write(KEEPALIVE, own.native_id)
            await office.write(HIDE, own.native_id, path=VIEW)
            made |= calls_made(FACTS, office.simulator.requests)

    assert made == {call.name for call in FACTS.calls}


def _told(session: Session) -> tuple[object, ...]:
    return session.native_id, session.started_at, session.status.value


async def _shown(raw: RawClient, manners: Manners) -> list[tuple[int, str]]:
    """Ask a server of these manners for all that may be different."""
    simulator = CanopsisSimulator(rows=40, seed=1, clock=lambda: NOON, manners=manners)
    address = f"{await simulator.start()}/api/v2"
    key = {"x-canopsis-authkey": KEYS["root"]}
    body = b'{"visible": true, "path": ["a.b"]}'
    replies = [
        await raw.ask("GET", f"{address}/sessions?active=true", headers=key),
        await raw.ask("GET", f"{address}/sessions", headers=key),
        await raw.ask("POST", f"{address}/keepalive", headers=key, body=body),
    ]
    await simulator.stop()
    return [(reply.status, reply.text) for reply in replies]
