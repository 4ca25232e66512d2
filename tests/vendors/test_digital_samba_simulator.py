"""The simulator of Digital Samba is as awkward as its documents say."""

from typing import Any

import aiohttp
import pytest

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


@pytest.mark.parametrize(
    "parameter", ["live=yes", "date_start=2026-13-01", "date_end=22.11.2026", "limit=ten"]
)
async def test_the_simulator_refuses_what_it_cannot_read(parameter: str) -> None:
    status, body = await ask(f"sessions?{parameter}")

    assert status == 422
    assert list(body["errors"]) == [parameter.partition("=")[0]]


@pytest.mark.parametrize(("refuses", "status"), [(False, 200), (True, 422)])
async def test_the_simulator_never_gives_more_than_a_hundred(refuses: bool, status: int) -> None:
    told, body = await ask("sessions?limit=1000", refuses_large_limits=refuses)

    assert told == status
    assert len(body.get("data", [])) == (0 if refuses else 100)


async def test_the_simulator_lists_a_room_by_its_id() -> None:
    _, everything = await ask("sessions")
    newest = everything["data"][0]

    _, filtered = await ask(f"sessions?room_id={newest['room_id']}")

    assert {row["friendly_url"] for row in filtered["data"]} == {newest["friendly_url"]}


async def test_the_simulator_skips_an_offset() -> None:
    _, whole = await ask("sessions")
    _, rest = await ask("sessions?offset=90&limit=10")

    assert rest["data"] == whole["data"][90:]


async def test_the_simulator_has_live_sessions_that_everybody_has_left() -> None:
    _, live = await ask("sessions?live=true")

    assert {row["participants_live"] > 0 for row in live["data"]} == {True, False}
