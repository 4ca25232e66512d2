"""The simulator of Digital Samba is as awkward as its documents say."""

from typing import Any

import aiohttp

from adapters.simulators.digital_samba import DEVELOPER_KEY
from tests.vendors.digital_samba import (
    ENDED_ROW,
    LIVE_ROW,
    OPENAPI_ROW,
    OPENAPI_STATISTICS,
    STATISTICS,
    team,
)


async def ask(path: str, **manners: Any) -> tuple[int, Any]:  # noqa: ANN401  # the simulator's
    """Ask a simulator without an adapter."""
    async with team(**manners) as (simulator, _):
        url = f"{await simulator.start()}/api/v1/{path}"
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {DEVELOPER_KEY}"}) as client,
            client.get(url) as answer,
        ):
            return answer.status, await answer.json()


async def test_the_simulator_prints_the_fields_of_the_page() -> None:
    _, listed = await ask("sessions")
    rows = {row["live"]: row for row in listed["data"]}
    _, statistics = await ask(f"sessions/{rows[False]['id']}")

    assert rows[True].keys() == LIVE_ROW.keys()
    assert rows[False].keys() == ENDED_ROW.keys()
    assert statistics.keys() == STATISTICS.keys()
    assert listed["total_count"] == 250


async def test_the_simulator_prints_the_fields_of_the_openapi_document() -> None:
    _, listed = await ask("sessions", form="openapi")
    rows = {row["live"]: row for row in listed["data"]}
    _, statistics = await ask(f"sessions/{rows[False]['id']}", form="openapi")

    assert rows[True].keys() == OPENAPI_ROW.keys()
    assert any("participants_live" not in row for row in listed["data"])
    assert statistics.keys() == OPENAPI_STATISTICS.keys()
    assert listed["total_count"] == "250"
