"""What holds for every simulator: changes, reading and counting."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings

from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held
from gateway.spi.registry import load_adapter
from tests.simulators.lives import EVENTS, Clock, Event, Pass
from tests.support.adapters import NOON, driving, mapped
from tests.support.examples import examples
from tests.support.gateway import SIMULATORS

every_vendor = pytest.mark.parametrize("simulator_class", SIMULATORS)


def made(simulator_class: type[VendorServer], clock: Clock, rows: int = 60) -> VendorServer:
    return simulator_class(rows=rows, seed=3, clock=clock)


async def read(server: VendorServer, clock: Clock) -> tuple[list[bytes], set[Held]]:
    """Read every record, and what its adapter makes of them."""
    address = await server.start()
    adapter = load_adapter(server.adapter)
    async with driving(adapter, server.options(address), now=clock.now) as driver:
        records = [record for page in await driver.pages() for record in page.records]
    sessions = [mapped(driver.adapter, record, clock.now).session for record in records]
    seen = {Held(s.native_id, s.started_at, s.status.value) for s in sessions}
    assert len(seen) == len(sessions)
    return [bytes(record) for record in records], seen


def told(server: VendorServer) -> set[Held]:
    """Give what a simulator holds, but for users."""
    return {Held(held.native_id, held.started_at, held.status) for held in server.held()}


@every_vendor
@settings(max_examples=examples(15))
@given(events=EVENTS)
async def test_what_is_read_is_what_is_held_and_reading_changes_nothing(
    simulator_class: type[VendorServer], events: list[Event]
) -> None:
    clock = Clock()
    read_often, read_once = made(simulator_class, clock), made(simulator_class, clock)
    try:
        for event in (*events, Pass(timedelta(seconds=1))):
            before = clock.now
            event.happen(read_often.world, clock)
            clock.now, after = before, clock.now
            event.happen(read_once.world, clock)
            assert clock.now == after

            records, seen = await read(read_often, clock)

            assert seen == told(read_often)

        assert (await read(read_once, clock))[0] == records
    finally:
        await asyncio.gather(read_often.stop(), read_once.stop())


@every_vendor
def test_what_is_inserted_is_held_until_it_is_deleted(
    simulator_class: type[VendorServer],
) -> None:
    clock = Clock()
    server = made(simulator_class, clock)
    before = {held.native_id for held in server.held()}

    stay = server.world.insert(NOON - timedelta(days=9), NOON - timedelta(days=9, hours=-1))
    held = {held.native_id: held for held in server.held()}
    server.world.delete(stay.number)
    afterwards = {held.native_id for held in server.held()}

    (new,) = held.keys() - before
    assert held[new].started_at == stay.start
    assert afterwards == before


@every_vendor
async def test_requests_are_counted_by_kind(simulator_class: type[VendorServer]) -> None:
    server = made(simulator_class, Clock(), rows=250)
    address = await server.start()
    try:
        async with driving(load_adapter(server.adapter), server.options(address)) as driver:
            logged_in = server.served.copy()
            pages = await driver.pages()
            listed = server.served.copy()
    finally:
        await server.stop()

    assert logged_in.keys() <= {"other"}
    assert listed - logged_in == {"listing": len(pages)}
