"""The pages that are measured: 100 records of each vendor, the same bytes in every run.

They come from the simulators by way of the adapters, held still at one instant. It lies in the
past, so that what the adapters make of the records does not change with the day either.
"""

from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from gateway.spi import (
    BackendQuery,
    Context,
    First,
    HttpReply,
    HttpRequest,
    RawPage,
    ScanPlan,
    SessionAdapter,
    Simulator,
    Sort,
    Ticket,
)
from gateway.spi import Field as SessionField
from gateway.spi.registry import load_adapter, load_simulator, simulator_names
from gateway.transport.limits import Limits, Trust
from gateway.transport.wire import open_wire

FROZEN_AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
RECORDS = 100

_ENVELOPES = {
    "canopsis": (b'{"description": "Sessions", "sessions": [', b"]}"),
    "cortex": (b"[", b"]"),
    "digital_samba": (b'{"total_count": %d, "data": [' % RECORDS, b"]}"),
    "ekran": (b'{"totalCount": %d, "sessions": [' % RECORDS, b"]}"),
    "roundware": (b"[", b"]"),
}
_TICKETS = {"cortex": {"dialect": "v1", "token": "not looked at"}}
"""What a log-in brings, where the adapter looks at it."""

_NEWEST_FIRST = (Sort(SessionField.STARTED_AT, is_descending=True),)

T = TypeVar("T")


async def vendor_pages() -> dict[str, bytes]:
    """Make a page of each vendor: the body of its answer, or the result of its call."""
    return {name: await _page(name, seed) for seed, name in enumerate(simulator_names())}


class Reader:
    """An adapter over a page that is there already."""

    def __init__(self, adapter: SessionAdapter[Any], body: bytes) -> None:
        self.adapter = adapter
        self._plan = _everything(adapter)
        ticket = Ticket(_TICKETS.get(adapter.vendor, {}))
        self._context: Context[Any] = Context(_Canned(body), ticket, FROZEN_AT)

    def page(self) -> RawPage:
        """Read the page into slices, one a record."""
        return _at_once(self.adapter.fetch_page(self._plan, First(), self._context))


def reader_of(vendor: str, body: bytes) -> Reader:
    """Give a vendor's adapter with this page before it, and no network."""
    return Reader(_adapter(_simulator(vendor), "http://127.0.0.1:9"), body)


def _simulator(name: str, seed: int = 0) -> Simulator:
    return load_simulator(name)(rows=RECORDS, seed=seed, clock=lambda: FROZEN_AT)


def _adapter(simulator: Simulator, address: str) -> SessionAdapter[Any]:
    adapter_class = load_adapter(simulator.adapter)
    return adapter_class(adapter_class.options_model.model_validate(simulator.options(address)))


def _everything(adapter: SessionAdapter[Any]) -> ScanPlan:
    return adapter.plan(BackendQuery((), _NEWEST_FIRST))


async def rewritten_pages(times: int) -> dict[str, list[bytes]]:
    """Make each page so many times, with every record written in another way each time.

    What changes is white space, so all servers make the same of it: none is asked for more than
    to see that it is not what came before.
    """
    pages = {}
    for seed, name in enumerate(simulator_names()):
        records = await _first_records(name, seed)
        pages[name] = [
            _enclosed(name, [_rewritten(record, number) for record in records])
            for number in range(times)
        ]
    return pages


def _rewritten(record: bytes, number: int) -> bytes:
    blanks = f"{number:b}".translate({ord("0"): " ", ord("1"): "\t"})
    return record[:1] + blanks.encode() + record[1:]


def _enclosed(name: str, records: Sequence[bytes]) -> bytes:
    begin, end = _ENVELOPES[name]
    return begin + b", ".join(records) + end


async def _page(name: str, seed: int) -> bytes:
    return _enclosed(name, await _first_records(name, seed))


async def _first_records(name: str, seed: int) -> list[bytes]:
    # One that divides sessions at midnight has a few more than it was asked for.
    return [bytes(record) for record in (await _records(_simulator(name, seed)))[:RECORDS]]


async def _records(simulator: Simulator) -> Sequence[msgspec.Raw]:
    adapter = _adapter(simulator, await simulator.start())
    wire = open_wire(adapter.endpoint(), Limits(), Trust())
    try:
        context: Context[Any] = Context(wire, await adapter.log_in(wire), FROZEN_AT)
        return (await adapter.fetch_page(_everything(adapter), First(), context)).records
    finally:
        await wire.close()
        await simulator.stop()


class _Canned:
    """A transport of either kind that has its answer ready."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def send(self, _request: HttpRequest) -> HttpReply:
        return HttpReply(200, {}, self._body)

    async def call(
        self,
        _method: str,
        _params: object = None,
        *,
        is_repeatable: bool = False,  # noqa: ARG002  # nothing breaks
    ) -> msgspec.Raw:
        return msgspec.Raw(self._body)


def _at_once(call: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing, which needs no event loop."""
    try:
        call.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("it waits for something")
