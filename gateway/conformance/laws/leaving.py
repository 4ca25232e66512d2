"""L8: a call that is cancelled, and an adapter that is closed, leave nothing behind."""

import asyncio
from collections.abc import Callable

from gateway.conformance.harness import Harness
from gateway.conformance.law import Law, broken, checks_of, holds
from gateway.conformance.rig import Rig, rigged
from gateway.spi import First

_AT_MOST_SECONDS = 5.0
_PAUSE_SECONDS = 0.01


async def cancelled(harness: Harness) -> None:
    """A call that is cancelled ends at once, and the next one works."""
    async with rigged(harness) as rig:
        plan = rig.plan()
        right = await rig.page(plan, First())
        await _cancel(rig)
        page = await rig.page(plan, First())
        same = [bytes(record) for record in page.records] == [bytes(r) for r in right.records]
        holds(same, "after a call was cancelled the next one brings something else")


async def closed(harness: Harness) -> None:
    """When its wire is closed no task goes on and no connection is open."""
    async with rigged(harness) as rig:
        before = asyncio.all_tasks()
        await rig.pages(rig.plan())
        await _cancel(rig)
        await rig.close()
        await _until(lambda: rig.tap.open_connections == 0, "connections are open still")
        await _until(lambda: not asyncio.all_tasks() - before, "tasks go on")


async def _cancel(rig: Rig) -> None:
    await rig.log_in()
    rig.tap.gate.clear()
    begun = len(rig.tap.heard)
    call = asyncio.create_task(rig.page(rig.plan(), First()))
    await _until(lambda: len(rig.tap.heard) > begun, "a call does not reach the vendor")
    call.cancel()
    await asyncio.wait([call], timeout=_AT_MOST_SECONDS)
    is_over = call.done() and call.cancelled()
    rig.tap.gate.set()
    if not is_over:
        call.cancel()
        broken("a call that is cancelled does not end as cancelled")


async def _until(is_so: Callable[[], bool], otherwise: str) -> None:
    try:
        async with asyncio.timeout(_AT_MOST_SECONDS):
            while not is_so():  # noqa: ASYNC110  # nobody tells when it is so
                await asyncio.sleep(_PAUSE_SECONDS)
    except TimeoutError:
        broken(f"after {_AT_MOST_SECONDS:.0f} s {otherwise}")


CHECKS = checks_of(Law.LEAVING, cancelled, closed)
