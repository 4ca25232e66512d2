"""A Canopsis server of either version, and the gateway with an account that may write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters.simulators.canopsis import CanopsisSimulator, Dialect, Manners
from tests.pages.support import BACKEND, Reader, reading
from tests.support.payloads import sample
from tests.vendors.canopsis import KEYS, Clock

LIST, START, KEEPALIVE = (
    "GET /api/v2/sessions",
    "GET /api/v2/sessionstart",
    "POST /api/v2/keepalive",
)
VIEW, TAB = sample("canopsis/keepalive_request.json")["path"].strip("[]").split(",")


@dataclass
class Office:
    """A reader of the page whose account is root, and the clock of all."""

    reader: Reader
    clock: Clock
    dialect: Dialect

    @property
    def navigation(self) -> str:
        """Name what the page calls session-hide: so it never was (final-02-routing.json)."""
        return f"POST /api/v2/{self.dialect.navigation}"

    @property
    def writes(self) -> int:
        """Count the writes that have come to the vendor."""
        return self.reader.vendor.served["write"]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.now += timedelta(seconds=seconds)

    async def begin(self) -> dict[str, Any]:
        """Begin the account's own session."""
        answer = await self.reader.post("/v1/sessions", {"backend": BACKEND})
        assert answer.status in (200, 201), answer.body
        session: dict[str, Any] = answer.body["data"]
        return session

    async def shown(self, session_id: str) -> dict[str, Any]:
        """Find a session in the list."""
        listed = {session["id"]: session for session in await self.reader.listed()}
        return listed[session_id]


@asynccontextmanager
async def working(dialect: Dialect, rows: int = 60) -> AsyncIterator[Office]:
    """Run a server of this version, and the gateway."""
    clock = Clock()
    server = CanopsisSimulator(rows=rows, seed=4, clock=clock, manners=Manners(dialect))
    async with reading(server, clock=clock, username="root", auth_key=KEYS["root"]) as reader:
        yield Office(reader, clock, dialect)
