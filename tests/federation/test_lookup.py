"""One session is found by the vendor's detail call, or in the whole listing."""

import asyncio
from dataclasses import dataclass, replace

import pytest
from msgspec import Raw

from gateway.federation.backend import Backend
from gateway.federation.deadline import Deadline
from gateway.federation.fan_out import TIMED_OUT
from gateway.federation.freshness import Lifetimes
from gateway.federation.lookup import Found, Lookup, Missing
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode, Failure, ServedFrom
from gateway.spi import (
    Abilities,
    Context,
    HttpReply,
    HttpRequest,
    HttpTransport,
    Mapped,
    Provenance,
    Rejected,
)
from tests.federation.liars import (
    Mishap,
    Rejecting,
    Scripted,
    Unable,
    Unplanned,
    failing_at,
    never,
    rows,
)
from tests.support.adapters import NOON, noon
from tests.support.fakes import FakeAdapter, Manners, federation
from tests.support.payloads import raw


@dataclass
class Detailed(FakeAdapter):
    """A fake with a detail call, which does not care how an id is written."""

    requests_a_call: int = 1
    is_silent: bool = False
    is_broken: bool = False

    def abilities(self) -> Abilities:
        return replace(super().abilities(), has_detail=True)

    async def get(self, native_id: str, context: Context[HttpTransport]) -> Raw | None:
        for _ in range(self.requests_a_call):
            await context.transport.send(HttpRequest("GET", f"/{native_id}"))
        if self.is_silent:
            await asyncio.Event().wait()
        if self.is_broken:
            raise Mishap
        for row in self.rows:
            if row.native_id == native_id.lower():
                return raw({"native_id": row.native_id, "started": row.started})
        return None

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        mapped = super().normalise(record, provenance)
        return Mapped(mapped.session, ("x",)) if isinstance(mapped, Mapped) else mapped


class Wire(HttpTransport):
    """A wire on which everything is answered with nothing."""

    async def send(self, request: HttpRequest) -> HttpReply:
        del request
        return HttpReply(200, {}, b"")


def backend(adapter: FakeAdapter) -> Backend:
    return Backend("a", adapter, Wire(), lifetimes=Lifetimes(60), clock=noon)


async def lookup(adapter: FakeAdapter, native_id: str, *, seconds: float = 60) -> Lookup:
    asked = federation(backend(adapter))
    return await asked.session("a", native_id, Deadline.within(seconds))


def found(lookup: Lookup) -> Found:
    assert isinstance(lookup, Found), lookup
    return lookup


async def test_a_detail_call_finds_a_session() -> None:
    adapter = Detailed(rows(1, 2))

    one = found(await lookup(adapter, "1"))

    assert one.session.id == "a:1"
    assert one.report.status is BackendStatus.OK
    assert (one.report.rows, one.report.requests, one.report.as_of) == (1, 1, NOON)
    assert one.report.served_from is ServedFrom.LIVE
    assert one.report.warnings == (BackendWarning.UNREADABLE_FIELDS,)


async def test_all_that_a_detail_call_sends_is_counted() -> None:
    one = found(await lookup(Detailed(rows(1), requests_a_call=2), "0"))

    assert one.report.requests == 2


async def test_what_a_detail_call_does_not_know_is_missing() -> None:
    assert await lookup(Detailed(rows(1)), "7") == Missing()


async def test_another_spelling_of_an_id_is_no_session() -> None:
    adapter = Detailed([replace(rows(1)[0], native_id="ab")])

    assert await lookup(adapter, "AB") == Missing()
    assert found(await lookup(adapter, "ab")).session.id == "a:ab"


async def test_a_record_that_is_no_session_is_a_failure() -> None:
    @dataclass
    class Hopeless(Detailed, Rejecting):
        """Rejects the record that its detail call gives."""

        def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
            return Rejecting.normalise(self, record, provenance)

    outcome = await lookup(Hopeless(rows(1), unusable=frozenset({"0"})), "0")

    assert outcome == Failure(ErrorCode.SCHEMA, retryable=False)


@pytest.mark.parametrize("adapter_class", [FakeAdapter, Detailed])
async def test_an_unknown_id_is_missing_either_way(adapter_class: type[FakeAdapter]) -> None:
    assert await lookup(adapter_class([]), "1") == Missing()


async def test_without_a_detail_call_the_whole_listing_is_searched() -> None:
    adapter = FakeAdapter(rows(*range(9)), Manners(page_cap=4))
    asked = federation(backend(adapter))

    first = found(await asked.session("a", "7", Deadline.within(60)))
    second = found(await asked.session("a", "3", Deadline.within(60)))

    assert (first.session.id, second.session.id) == ("a:7", "a:3")
    assert (first.report.requests, first.report.served_from) == (3, ServedFrom.LIVE)
    assert (second.report.requests, second.report.served_from) == (0, ServedFrom.CACHE)
    assert adapter.requests == 3


async def test_a_scan_that_fails_on_the_way_does_not_say_missing() -> None:
    adapter = Scripted(rows(1, 2, 3), Manners(page_cap=1), script=failing_at(2))

    assert await lookup(adapter, "7") == Failure(ErrorCode.UNAVAILABLE, retryable=True)


@pytest.mark.parametrize(
    "adapter",
    [Unable(rows(1)), Unplanned(rows(1)), Detailed(rows(1), is_broken=True)],
    ids=["its abilities", "its plan", "its detail call"],
)
async def test_an_adapter_that_breaks_is_a_failure(adapter: FakeAdapter) -> None:
    assert await lookup(adapter, "0") == Failure(ErrorCode.UPSTREAM_ERROR, retryable=False)


@pytest.mark.parametrize(
    "adapter",
    [Detailed(rows(1), is_silent=True), Scripted(rows(1), script=never)],
    ids=["its detail call", "its listing"],
)
async def test_silence_is_a_failure_within_the_deadline(adapter: FakeAdapter) -> None:
    silent = backend(adapter)
    loop = asyncio.get_running_loop()
    begun = loop.time()

    asked = federation(silent)

    outcome = await asked.session("a", "0", Deadline.within(0.1))

    assert outcome == TIMED_OUT
    assert loop.time() - begun <= 0.1 + 0.25
    assert silent.health.error == TIMED_OUT
    await asked.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
