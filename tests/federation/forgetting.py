"""A vendor that lists only what goes on, and a gateway that keeps what has vanished."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from gateway.federation.deadline import Deadline
from gateway.federation.federation import Federation
from gateway.federation.listing import REMEMBERED_BYTES
from gateway.federation.lookup import Found
from gateway.federation.run import PageRequest, SessionPage
from gateway.federation.writing import Carried
from gateway.model.query import NEWEST_FIRST, AnyOf, Condition, Field, Order, Query, Sort
from gateway.model.report import BackendStatus
from gateway.spi import (
    Abilities,
    Context,
    Done,
    HttpTransport,
    Operation,
    Session,
    Write,
    WriteOutcome,
)
from tests.federation.liars import Scripted
from tests.federation.test_growing import Time
from tests.support.fakes import FakeRow, Manners, backend, federation, record

TTL = 15.0
HOUR = timedelta(hours=1)
LAST_ENDED_FIRST = (Sort(Field.ENDED_AT, is_descending=True),)
IS_ACTIVE = AnyOf(Field.STATUS, frozenset({"active"}))
IS_ENDED = AnyOf(Field.STATUS, frozenset({"ended"}))


def running(*numbers: int) -> list[FakeRow]:
    """Make sessions that go on, each begun as many microseconds after 1970."""
    return [FakeRow(str(number), number, "active") for number in numbers]


@dataclass
class Forgetting(Scripted):
    """A vendor that lists what goes on; a write ends a session, or begins one."""

    kept_for: timedelta | None = HOUR

    def abilities(self) -> Abilities:
        abilities = super().abilities()
        return replace(abilities, keep_vanished_for=self.kept_for)

    async def write(self, write: Write, context: Context[HttpTransport]) -> WriteOutcome:
        del context
        if write.operation is Operation.CREATE:
            (made,) = running(len(self.rows))
            self.rows = [*self.rows, made]
            return Done(record(made), is_new=True)
        (over,) = (row for row in self.rows if row.native_id == write.native_id)
        self.rows = [row for row in self.rows if row != over]
        return Done(record(replace(over, status="ended")))


@dataclass
class Lab:
    """A gateway over such a vendor, whose list is read anew each time."""

    vendor: Forgetting
    time: Time = field(default_factory=Time)
    ttl: float = 0.0
    remembered_bytes: int = REMEMBERED_BYTES
    asked: Federation = field(init=False)

    def __post_init__(self) -> None:
        self.asked = federation(
            backend("a", self.vendor, ttl=self.ttl, clock=self.time.clock),
            timer=self.time.timer,
            remembered_bytes=self.remembered_bytes,
        )

    def at(self, second: float, rows: Collection[FakeRow]) -> datetime:
        """Let the vendor list these from now on, and give the instant."""
        self.time.passed = second
        self.vendor.rows = list(rows)
        return self.time.clock()

    async def page(
        self,
        *conditions: Condition,
        order: Order = NEWEST_FIRST,
        **more: Any,  # noqa: ANN401
    ) -> SessionPage:
        request = PageRequest(Query(("a",), conditions, order), more.pop("limit", 1000), **more)
        return await self.asked.page(request, Deadline.within(60))

    async def statuses(self, *conditions: Condition) -> dict[str, str]:
        page = await self.page(*conditions)
        assert page.reports["a"].status is BackendStatus.OK
        return {session.native_id: session.status.value for session in page.sessions}

    async def one(self, native_id: str) -> Session:
        found = await self.asked.session("a", native_id, Deadline.within(60))
        assert isinstance(found, Found)
        return found.session

    async def write(self, operation: Operation, native_id: str | None = None) -> None:
        result = await self.asked.write("a", Write(operation, native_id), Deadline.within(60))
        assert isinstance(result, Carried)


def lab(*numbers: int, manners: Manners | None = None, **more: Any) -> Lab:  # noqa: ANN401
    return Lab(Forgetting(running(*numbers), manners or Manners()), **more)
