"""A Roundware server to be asked by hand, by the recordings, and by the gateway."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.roundware import RoundwareAdapter
from adapters.simulators.roundware import AS_RECORDED, TOKEN, Manners, RoundwareSimulator
from gateway.spi import Done, Operation, Session, Write, WriteOutcome
from tests.quirks.raw import Json, RawClient, RawReply
from tests.support.adapters import Driver, driving, mapped, noon
from tests.support.gateway import Gateway, backend, running, settings_for
from tests.support.payloads import recording

ROWS = 60
RECORDED_ROWS = 302


@dataclass
class Museum:
    """A server of sixty sessions, its address, and an adapter that asks it."""

    simulator: RoundwareSimulator
    driver: Driver
    address: str
    raw: RawClient

    async def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> RawReply:
        """Ask for a path below the API, with the token and with a body of JSON if there is one."""
        own = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
        written = None if body is None else json.dumps(body).encode()
        return await self.raw.ask(
            method, f"{self.address}/api/2{path}", headers=headers or own, body=written
        )

    async def replay(self, name: str) -> tuple[RawReply, RawReply]:
        """Send a recorded request; give the recorded reply and our own.

        Of a recorded list the first rows are there; see :func:`is_whole`.
        """
        exchange = recording(f"roundware/{name}")
        asked, told = exchange["request"], exchange["response"]
        body = asked["body"]
        written = body if isinstance(body, str) or body is None else json.dumps(body)
        reply = await self.raw.ask(
            asked["method"],
            self.address + asked["path"],
            headers=asked["headers"],
            body=None if written is None else written.encode(),
        )
        headers = {name.lower(): value for name, value in told["headers"].items()}
        text = told["body"] if isinstance(told["body"], str) else json.dumps(told["body"])
        return RawReply(told["status"], headers, text), reply

    async def rows(self, query: str = "") -> list[dict[str, Any]]:
        """List by hand."""
        rows: list[dict[str, Any]] = (await self.ask(f"/sessions/?{query}")).json
        return rows

    async def create(self, **fields: str | bool | None) -> WriteOutcome:
        """Create by the adapter, in project 1 unless told; underscores in pairs are dots."""
        named = {name.replace("__", "."): value for name, value in fields.items()}
        write = Write(Operation.CREATE, None, {"space.id": "1", **named})
        return await self.driver.adapter.write(write, self.driver.context)

    async def begun(self, **fields: str | bool | None) -> Session:
        """Create by the adapter, and map what comes."""
        outcome = await self.create(**fields)
        assert isinstance(outcome, Done)
        assert outcome.record is not None
        return mapped(self.driver.adapter, outcome.record, self.driver.now).session

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[Gateway]:
        """Run a gateway over the server."""
        options = self.simulator.options(self.address)
        async with running(settings_for(backend("roundware", options))) as gateway:
            yield gateway


def is_whole(name: str, reply: RawReply) -> bool:
    """Say whether a recorded list was the whole table, as ours is."""
    recorded: Json = recording(f"roundware/{name}")["response"]["true_count"]
    return recorded == RECORDED_ROWS and len(reply.json) == ROWS


@asynccontextmanager
async def opened(
    raw: RawClient,
    manners: Manners = AS_RECORDED,
    *,
    clock: Callable[[], datetime] = noon,
) -> AsyncIterator[Museum]:
    """Run a server of these manners."""
    simulator = RoundwareSimulator(rows=ROWS, seed=1, clock=clock, manners=manners)
    address = await simulator.start()
    try:
        options = simulator.options(address)
        async with driving(RoundwareAdapter, options, now=clock()) as driver:
            yield Museum(simulator, driver, address, raw)
    finally:
        await simulator.stop()
