"""Driving the Canopsis adapter against its simulator."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from adapters.canopsis import CanopsisAdapter
from adapters.simulators.canopsis import AS_RECORDED, FINAL, CanopsisSimulator, Dialect, Manners
from adapters.simulators.canopsis.accounts import ACCOUNTS
from gateway.federation.sending_once import SendingOnce
from gateway.spi import (
    Done,
    HttpReply,
    HttpRequest,
    HttpTransport,
    Operation,
    Session,
    UpstreamError,
    Write,
    WriteOutcome,
)
from tests.support.adapters import NOON, Driver, driving, mapped

CREATE, KEEPALIVE, HIDE = Operation.CREATE, Operation.KEEPALIVE, Operation.HIDE
VIEW, TAB, PAGE = "/view/da7ac9b9", "view-tab_edd5855b", "/exploitation/pbehaviors"

Event: TypeAlias = Callable[[], object]

KEYS = {account.name: account.key for account in ACCOUNTS}
LIST = "GET /api/v2/sessions"
NOON_SECOND = int(NOON.timestamp())


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Line:
    """A wire on which things happen to the requests, counted from 0, as they are sent.

    An error is raised and a reply given in place of what would have come; what can be called is
    called before the request goes its way.
    """

    def __init__(
        self, wire: HttpTransport, events: Mapping[int, UpstreamError | HttpReply | Event]
    ) -> None:
        self.requests: list[HttpRequest] = []
        self._wire = wire
        self._events = events

    async def send(self, request: HttpRequest) -> HttpReply:
        event = self._events.get(len(self.requests))
        self.requests.append(request)
        match event:
            case UpstreamError():
                raise event
            case HttpReply():
                return event
            case None:
                return await self._wire.send(request)
        event()
        return await self._wire.send(request)


@dataclass
class Office:
    """A simulator, an adapter that speaks with it, and the clock of both."""

    simulator: CanopsisSimulator
    driver: Driver
    clock: Clock

    def meeting(self, events: Mapping[int, UpstreamError | HttpReply | Event]) -> Line:
        """Let things happen to the next requests."""
        line = Line(self.driver.wire, events)
        self.driver.wire = line
        return line

    @property
    def writes(self) -> int:
        """How many writes the server has been sent."""
        return self.simulator.served["write"]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.now += timedelta(seconds=seconds)
        self.driver.now = self.clock.now

    async def log_in(self) -> None:
        """Log in again, as the gateway does where the server no longer knows us."""
        self.driver.ticket = await self.driver.adapter.log_in(self.driver.wire)

    async def write(
        self, operation: Operation, native_id: str | None = None, **fields: str | int | bool | None
    ) -> WriteOutcome:
        """Write, over a wire that sends everything once, as the gateway does."""
        context = self.driver.context
        once = replace(context, transport=SendingOnce(context.transport))
        return await self.driver.adapter.write(Write(operation, native_id, fields), once)

    async def sessions(self) -> dict[str, Session]:
        """Read everybody's sessions, by their native ids."""
        return {session.native_id: session for session in await self.driver.sessions()}


def document(username: str, *, last_ping: int = NOON_SECOND) -> dict[str, object]:
    """Build a document as the server stores it."""
    return {
        "_id": f"of {username}",
        "id_beaker_session": "bWFyaWVfMTc5NTM0ODc0MA==",
        "username": username,
        "start": NOON_SECOND - 900,
        "last_ping": last_ping,
        "last_visible_ping": NOON_SECOND - 900,
    }


def empty(
    dialect: Dialect = FINAL, clock: Clock | None = None, manners: Manners = AS_RECORDED
) -> CanopsisSimulator:
    """Build a simulator that holds nothing."""
    spoken = replace(manners, dialect=dialect)
    simulator = CanopsisSimulator(rows=0, seed=1, clock=clock or Clock(), manners=spoken)
    simulator.load([])
    return simulator


@asynccontextmanager
async def serving(simulator: CanopsisSimulator, **options: object) -> AsyncIterator[Driver]:
    """Start a simulator, and drive an adapter with its options but for these."""
    address = await simulator.start()
    try:
        own = simulator.options(address) | options
        async with driving(CanopsisAdapter, own, now=simulator.world.now()) as driver:
            yield driver
    finally:
        await simulator.stop()


@asynccontextmanager
async def working(
    dialect: Dialect = FINAL,
    options: Mapping[str, object] = MappingProxyType({}),
    manners: Manners = AS_RECORDED,
) -> AsyncIterator[Office]:
    """Hold an empty server, and a backend that may write as marie."""
    clock = Clock()
    simulator = empty(dialect, clock, manners)
    marie = {"auth_key": KEYS["marie"], "username": "marie"}
    async with serving(simulator, **{**marie, **options}) as driver:
        yield Office(simulator, driver, clock)


def told(office: Office, outcome: WriteOutcome) -> Session:
    """Map the session that a write gave back."""
    assert isinstance(outcome, Done)
    assert outcome.record is not None
    return mapped(office.driver.adapter, outcome.record, office.driver.now).session


@asynccontextmanager
async def begun(
    dialect: Dialect, manners: Manners = AS_RECORDED
) -> AsyncIterator[tuple[Office, Session]]:
    """Hold a server on which the account's session has begun, a minute ago."""
    async with working(dialect, manners=manners) as office:
        own = told(office, await office.write(CREATE))
        office.wait(60)
        yield office, own


def fields_of(operation: Operation) -> dict[str, str]:
    """Give the least that a write takes."""
    return {} if operation is CREATE else {"path": VIEW}
