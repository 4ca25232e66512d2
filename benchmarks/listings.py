"""What kept listings take in memory, beside what the gateway takes them for.

    python benchmarks/listings.py [--rows 20000]

Of each vendor a listing of that many sessions is measured in two orders: once with its sessions
remembered, once with its records alone. The loop's longest silence, in CPU time, is that of
filling the second.
"""

import argparse
import asyncio
import gc
import time
import tracemalloc
from collections.abc import Sequence
from typing import Any

from msgspec import Raw
from pages import FROZEN_AT

from gateway.federation.backend import Backend, Failed
from gateway.federation.freshness import Lifetimes
from gateway.federation.harvest import Harvest
from gateway.federation.listing import Listing
from gateway.federation.tally import Tally
from gateway.model.query import NEWEST_FIRST, Field, Sort
from gateway.spi import (
    BackendQuery,
    Context,
    First,
    HttpEndpoint,
    Mapped,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    SessionAdapter,
    Simulator,
)
from gateway.spi.registry import load_adapter, load_simulator, simulator_names
from gateway.transport.limits import Limits, Trust
from gateway.transport.wire import open_wire

_LIMITS = Limits(timeout_seconds=600, max_body_bytes=1024 * 1024 * 1024)
_BY_TITLE = (Sort(Field.TITLE, is_descending=True),)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    print(f"{'':16}{'bytes a':>9}{'remembered':>13}{'':13}{'records':>10}{'':13}{'silence':>9}")
    print(f"{'':16}{'record':>9}" + f"{'measured':>13}{'estimated':>13}" * 2 + f"{'ms':>6}")
    for name in simulator_names():
        simulator = load_simulator(name)(rows=rows, seed=1, clock=lambda: FROZEN_AT)
        print(f"{name:16}{asyncio.run(_row(simulator))}", flush=True)


async def _row(simulator: Simulator) -> str:
    adapter_class = load_adapter(simulator.adapter)
    address = await simulator.start()
    adapter = adapter_class(adapter_class.options_model.model_validate(simulator.options(address)))
    records = await _records(adapter)
    await simulator.stop()
    mean = sum(memoryview(record).nbytes for record in records) / len(records)
    told = [await _measured(adapter, records, limit) for limit in (2**40, 0)]
    figures = "".join(f"{measured:13.0f}{estimated:13.0f}" for measured, estimated in told)
    return f"{mean:9.0f}{figures}{await _silence(adapter, records):6.0f}"


async def _records(adapter: SessionAdapter[Any]) -> Sequence[Raw]:
    """Read all there are, as slices of their pages."""
    wire = open_wire(adapter.endpoint(), _LIMITS, Trust())
    try:
        context: Context[Any] = Context(wire, await adapter.log_in(wire), FROZEN_AT)
        plan = adapter.plan(BackendQuery((), NEWEST_FIRST))
        page = await adapter.fetch_page(plan, First(), context)
        records = list(page.records)
        while page.next is not None:
            page = await adapter.fetch_page(plan, page.next, context)
            records += page.records
        return records
    finally:
        await wire.close()


async def _measured(
    adapter: SessionAdapter[Any], records: Sequence[Raw], remembered_bytes: int
) -> tuple[float, float]:
    """Give the bytes a session that a listing takes, and those that it is taken for."""
    gc.collect()
    tracemalloc.start()
    begun, _ = tracemalloc.get_traced_memory()
    listing = await _listing(adapter, records, remembered_bytes)
    await listing.sorted_by(_BY_TITLE)
    gc.collect()
    ended, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (ended - begun) / len(listing.records), listing.size / len(listing.records)


async def _listing(
    adapter: SessionAdapter[Any], records: Sequence[Raw], remembered_bytes: int
) -> Listing:
    """Fill a listing as the gateway does, a few records at a stretch."""
    harvest = Harvest(NEWEST_FIRST, max_bytes=2**40, remembered_bytes=remembered_bytes)
    backend = Backend(
        "measured",
        _Canned(adapter, records),
        _NOWHERE,
        lifetimes=Lifetimes(0),
        clock=lambda: FROZEN_AT,
    )
    page = await backend.only_page(_EVERYTHING, harvest, lambda: None)
    if isinstance(page, Failed):
        raise SystemExit(f"not filled: {page.failure}")
    backend.maker.forget()  # What is known of records is no part of the listing.
    listing = harvest.listing(backend.maker, FROZEN_AT, Tally())
    await listing.in_order_of(harvest.keys, NEWEST_FIRST)
    return listing


async def _silence(adapter: SessionAdapter[Any], records: Sequence[Raw]) -> float:
    """Give the most CPU time, in ms, that filling a listing left nobody else a turn for."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - begun)

    watcher = asyncio.create_task(watch())
    await (await _listing(adapter, records, 0)).sorted_by(_BY_TITLE)
    watcher.cancel()
    return 1000 * longest


_EVERYTHING = ScanPlan({}, None, None)
_NOWHERE: Any = None


class _Canned(SessionAdapter[Any]):
    """An adapter whose vendor's whole list has come already."""

    def __init__(self, adapter: SessionAdapter[Any], records: Sequence[Raw]) -> None:
        self._adapter = adapter
        self._records = records

    @property
    def vendor(self) -> str:  # type: ignore[override]  # that of another, which only that knows
        return self._adapter.vendor

    def endpoint(self) -> HttpEndpoint:
        return HttpEndpoint("http://127.0.0.1:9")

    async def fetch_page(self, *_: object) -> RawPage:
        return RawPage(self._records)

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        return self._adapter.normalise(record, provenance)


if __name__ == "__main__":
    main()
