"""EMOTIV Cortex from version 2 on, through the gateway: what is closed stays, as ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.simulators.cortex import HEADSETS, CortexSimulator
from gateway.config.settings import CacheSettings
from tests.support.adapters import NOON
from tests.support.gateway import Answer, Gateway, backend, running
from tests.vendors.cortex import V2, serving
from tests.web.writing import WRITER, writable


@dataclass
class Lab:
    """A gateway over a service, and the time that both tell."""

    now: datetime = NOON

    @asynccontextmanager
    async def gateway(
        self, options: dict[str, object], *, remember_closed: bool = True
    ) -> AsyncIterator[Gateway]:
        """Run a gateway that asks anew for each list."""
        configured = backend(
            "cortex",
            {**options, "remember_closed": remember_closed},
            cache=CacheSettings(ttl_s=0, stale_if_error_s=0),
            operations=("create", "end"),
        )
        async with running(writable(configured), clock=lambda: self.now) as gateway:
            yield gateway

    def service(self) -> CortexSimulator:
        """Make a service without a past, where others begin sessions as time goes on."""
        return CortexSimulator(rows=0, seed=1, clock=lambda: self.now, manners=V2)

    def pass_minutes(self, minutes: int) -> None:
        """Let time go on."""
        self.now += timedelta(minutes=minutes)


async def opened(gateway: Gateway, headset: str) -> dict[str, Any]:
    wanted = {"backend": "cortex", "device": {"id": headset}}
    answer = await gateway.post("/v1/sessions", wanted, headers=WRITER)
    assert answer.status == 201, answer.body
    session: dict[str, Any] = answer.body["data"]
    return session


async def closed(gateway: Gateway, session: dict[str, Any]) -> Answer:
    return await gateway.post(f"/v1/sessions/{session['id']}/end", headers=WRITER)


async def listed(gateway: Gateway, **query: object) -> dict[str, dict[str, Any]]:
    answer = await gateway.get("/v1/sessions", headers=WRITER, **query)
    assert answer.body["complete"], answer.body
    return {session["id"]: session for session in answer.body["data"]}


async def test_a_session_whose_headset_is_lost_ended_when_it_was_first_missed() -> None:
    lab = Lab()
    simulator = lab.service()
    async with serving(simulator) as options, lab.gateway(options) as gateway:
        lost, going_on = [await opened(gateway, headset) for headset in HEADSETS]
        before = await listed(gateway, include="raw")
        await simulator.lose_headset(lost["native_id"])
        for _ in range(2):
            lab.pass_minutes(1)
            after = await listed(gateway, include="raw")
        there = {f"cortex:{held.native_id}" for held in simulator.held()}
        alone = await gateway.get(f"/v1/sessions/{lost['id']}", headers=WRITER)
        refused = await closed(gateway, lost)

    over = after[lost["id"]]
    assert {each for each in after if after[each]["status"] == "active"} == there
    assert after[going_on["id"]] == before[going_on["id"]]
    assert over == before[lost["id"]] | {
        "status": "ended",
        "ended_at": "2026-11-22T12:01:00Z",
        "duration_s": 60.0,
        "inferred": ["status", "ended_at"],
    }
    assert over["native_status"] == "opened"
    assert alone.status == 200
    assert alone.body["data"] == {name: over[name] for name in over if name != "raw"}
    assert (refused.status, refused.body["code"]) == (404, "not_found")


async def test_a_session_that_was_closed_here_stays_as_the_vendor_told_its_end() -> None:
    lab = Lab()
    async with serving(lab.service()) as options, lab.gateway(options) as gateway:
        session = await opened(gateway, HEADSETS[0])
        lab.pass_minutes(2)
        answer = await closed(gateway, session)
        lab.pass_minutes(3)
        after = await listed(gateway, status="ended")
        again = await closed(gateway, session)

    told = answer.body["data"]
    assert after == {session["id"]: told}
    assert (told["native_status"], told["ended_at"]) == ("closed", "2026-11-22T12:02:00Z")
    assert told["inferred"] == ["last_activity_at"]
    assert again.status == 404


async def test_a_list_that_fails_ends_nothing_and_the_next_one_does() -> None:
    """When the connection breaks the vendor destroys what was made over it ("Sessions")."""
    lab = Lab()
    simulator = lab.service()
    async with serving(simulator) as options, lab.gateway(options) as gateway:
        session = await opened(gateway, HEADSETS[0])
        await listed(gateway)
        simulator.hangs_up_on = {"querySessions"}
        lab.pass_minutes(1)
        failed = await gateway.get("/v1/sessions", headers=WRITER)
        simulator.hangs_up_on = set()
        lab.pass_minutes(1)
        after = await listed(gateway)

    assert failed.status >= 500
    assert after[session["id"]]["ended_at"] == "2026-11-22T12:02:00Z"


async def test_pages_of_one_go_over_what_is_open_and_what_has_ended() -> None:
    lab = Lab()
    simulator = lab.service()
    async with serving(simulator) as options, lab.gateway(options) as gateway:
        made = []
        for _ in range(4):
            made.append(await opened(gateway, HEADSETS[0]))
            lab.pass_minutes(1)
            await closed(gateway, made[-1])
        made.append(await opened(gateway, HEADSETS[0]))

        pages, query = [], {"limit": 1}
        while True:
            page = await gateway.get("/v1/sessions", headers=WRITER, **query)
            pages += page.ids
            if page.body["page"]["next"] is None:
                break
            query = {"limit": 1, "cursor": page.body["page"]["next"]}

    ids = [session["id"] for session in made]
    assert [each for each in pages if each in ids] == ids[::-1]
    assert page.body["total"] == {"value": len(set(pages)), "relation": "eq"}
    assert len(set(pages)) == len(pages)


async def test_a_gateway_that_is_started_anew_and_one_that_was_not_told_to_remember_nothing() -> (
    None
):
    lab = Lab()
    simulator = lab.service()
    async with serving(simulator) as options:
        for remember_closed in (True, False):
            async with lab.gateway(options, remember_closed=remember_closed) as gateway:
                await closed(gateway, await opened(gateway, HEADSETS[0]))
                assert len(await listed(gateway)) == remember_closed
