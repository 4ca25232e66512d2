"""The demo as a newcomer runs it: real processes, real ports, one Ctrl-C."""

import asyncio
import os
import signal
from time import monotonic

import pytest

from tests.support.demos import running_demo, sessions

pytestmark = pytest.mark.timeout(120)

VENDORS = {"canopsis", "cortex", "digital-samba", "ekran", "roundware"}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_the_demo_shows_five_vendors_and_leaves_nothing_behind() -> None:
    async with running_demo() as demo:
        simulators = demo.simulators
        status = await demo.interrupt()

    assert status == 0
    assert len(simulators) == len(VENDORS)
    assert not any(is_alive(pid) for pid in simulators.values())
    assert all(f" {vendor}:" in demo.printed for vendor in VENDORS), demo.printed
    assert "complete: true" in demo.printed
    assert f"curl '{demo.address}/v1/sessions?limit=" in demo.printed


@pytest.mark.parametrize("killed", ["digital_samba", "roundware", "cortex"])
async def test_a_simulator_that_is_killed_is_named_by_the_next_answer(killed: str) -> None:
    name = killed.replace("_", "-")
    async with running_demo("--frozen") as demo:
        before = await sessions(demo.address)
        os.kill(demo.simulators[killed], signal.SIGKILL)
        begun = monotonic()
        after = await sessions(demo.address)
        elapsed = monotonic() - begun
        await demo.interrupt()

    assert before["complete"] is True
    assert after["complete"] is False
    reports = after["backends"]
    assert isinstance(reports, dict)
    failed = {name for name, report in reports.items() if report["status"] == "failed"}
    assert failed == {name}
    assert reports[name]["error"]["code"] in {"connect", "reset"}
    rows = after["data"]
    assert isinstance(rows, list)
    assert {row["backend"] for row in rows} == VENDORS - {name}
    assert elapsed < 10


async def test_simulators_end_with_a_demo_that_is_killed() -> None:
    async with running_demo() as demo:
        simulators = demo.simulators
        os.kill(demo.process.pid, signal.SIGKILL)
        await demo.process.wait()
        # Their input has ended. They are nobody's children now: wait for them to be gone.
        async with asyncio.timeout(20):
            while any(is_alive(pid) for pid in simulators.values()):  # noqa: ASYNC110  # nobody tells of the end of another's child
                await asyncio.sleep(0.05)
