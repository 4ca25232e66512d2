"""One configuration takes the place of another: what has not changed is handed on, nothing else."""

import asyncio
import gc
import hashlib
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.simulators.cortex import CortexSimulator
from gateway.config import (
    Action,
    AuthSettings,
    BackendLimits,
    BackendSettings,
    CacheSettings,
    CursorSettings,
    KeySettings,
    SetBy,
)
from gateway.spi import Rate
from tests.laboratory import http_faults as http
from tests.laboratory.server import FaultServer
from tests.laboratory.vendors import digital_samba
from tests.laboratory.watch import open_descriptors, watched
from tests.support.adapters import noon
from tests.support.gateway import Answer, Gateway, backend, running, settings_for
from tests.support.scribe import Gate, install_scribe, scribe
from tests.web.writing import WRITER, notes, writable

KEY = {"X-API-Key": "key"}
CALLERS = AuthSettings(
    keys=(
        KeySettings(
            name="caller",
            sha256=hashlib.sha256(b"key").hexdigest(),
            actions=(Action.READ,),
            rate=Rate(2, 3600),
        ),
    )
)


def samba(
    server: FaultServer,
    name: str = "samba",
    key: str = "one",
    **settings: Any,  # noqa: ANN401  # any setting
) -> BackendSettings:
    options = {"url": server.url(), "developer_key": key}
    return backend("digital_samba", options, name=name, **settings)


def limited(**figures: Any) -> BackendLimits:  # noqa: ANN401  # any limit
    set_by = {f"{name}_set_by": SetBy.BACKEND for name in figures}
    return BackendLimits(**{"rate": None, "rate_set_by": SetBy.BACKEND, **figures, **set_by})


async def ids(gateway: Gateway, **query: Any) -> list[str]:  # noqa: ANN401  # any parameter
    """Name the sessions that are found: all of them."""
    page = await gateway.get("/v1/sessions", **query)
    assert page.body["complete"], page.body
    return page.ids


@pytest_asyncio.fixture
async def vendor() -> AsyncIterator[FaultServer]:
    async with FaultServer(digital_samba(), http.honest) as server:
        yield server


@asynccontextmanager
async def simulated() -> AsyncIterator[tuple[CortexSimulator, BackendSettings]]:
    cortex = CortexSimulator(rows=3, seed=1, clock=noon)
    options = cortex.options(await cortex.start())
    try:
        yield cortex, backend("cortex", options, cache=CacheSettings(ttl_s=0))
    finally:
        await cortex.stop()


async def test_a_backend_that_has_not_changed_keeps_all_it_has(vendor: FaultServer) -> None:
    async with running(settings_for(samba(vendor))) as gateway:
        before = await ids(gateway)
        await gateway.reload(settings_for(samba(vendor, "other", "two"), samba(vendor)))
        after = await ids(gateway, backend="samba")
        told = await gateway.get("/v1/backends/samba")

    assert (after, vendor.count("GET"), len(vendor.connections)) == (before, 1, 1)
    assert told.body["data"]["health"]["last_success"] is not None


async def test_a_socket_to_a_vendor_stays_open_and_logged_in(vendor: FaultServer) -> None:
    async with simulated() as (cortex, configured):
        async with running(settings_for(configured)) as gateway:
            for number in range(5):
                await ids(gateway, backend="cortex")
                await gateway.reload(settings_for(configured, samba(vendor, f"n{number}")))
            await ids(gateway, backend="cortex")
        asked = [each for each in cortex.requests if each in ("GET /", "authorize")]

    assert sorted(asked) == ["GET /", "authorize"]


async def test_a_changed_credential_alone_is_sent_and_no_row_of_the_old_is_served(
    vendor: FaultServer,
) -> None:
    async with running(settings_for(samba(vendor, key="oldkey"))) as gateway:
        await ids(gateway)
        vendor.vendor, before = digital_samba(1), len(vendor.arrivals)
        await gateway.reload(settings_for(samba(vendor, key="newkey")))
        after = [len(await ids(gateway)) for _ in range(2)]

    sent = b"".join(each.sent for each in vendor.arrivals[before:])
    assert (after, len(vendor.arrivals) - before) == ([1, 1], 1)
    assert (b"newkey" in sent, b"oldkey" in sent) == (True, False)


async def test_what_is_fetched_when_it_is_reloaded_is_not_kept_for_the_new(
    vendor: FaultServer,
) -> None:
    held = vendor.fault = http.Held()
    async with running(settings_for(samba(vendor, key="oldkey"))) as gateway:
        late = asyncio.create_task(ids(gateway))
        await held.has_come.wait()
        vendor.fault = http.honest
        await gateway.reload(settings_for(samba(vendor, key="newkey")))
        vendor.vendor = digital_samba(1)
        first = await ids(gateway)
        vendor.vendor = digital_samba()
        held.is_let.set()
        old, second = await late, await ids(gateway)

    assert (len(old), len(first), len(second)) == (3, 1, 1)


async def test_a_removed_backend_is_let_go_of_when_its_last_request_has_left(
    vendor: FaultServer,
) -> None:
    held = http.Held()
    async with watched(), FaultServer(digital_samba(), held) as leaving:
        settings = settings_for(samba(leaving, "leaving"), samba(vendor))
        async with running(settings) as gateway:
            waiting = asyncio.create_task(ids(gateway, backend="leaving"))
            await held.has_come.wait()
            await gateway.reload(settings_for(samba(vendor)))
            gone = await gateway.get("/v1/backends/leaving")
            held.is_let.set()
            answered, still = await waiting, await ids(gateway)

    assert (gone.status, len(answered), len(still)) == (404, 3, 3)


async def test_the_old_is_freed_with_its_tasks_and_connections(vendor: FaultServer) -> None:
    snapshots = []
    async with running(settings_for(samba(vendor, "n0"))) as gateway:
        await gateway.get("/healthz")  # Its client keeps that connection.
        before = len(open_descriptors()), len(asyncio.all_tasks())
        for number in range(20):
            await ids(gateway)
            snapshots.append(weakref.ref(gateway.runner.app))
            await gateway.reload(settings_for(samba(vendor, f"n{number + 1}", str(number))))
        await gateway.get("/v1/backends")
        async with asyncio.timeout(5):
            while (len(open_descriptors()), len(asyncio.all_tasks())) != before:  # noqa: ASYNC110  # nothing tells
                await asyncio.sleep(0.01)
        gc.collect()

        assert [each() for each in snapshots] == [None] * 20


async def test_what_a_vendor_is_known_for_outlasts_a_change_of_what_uses_its_account(
    vendor: FaultServer,
) -> None:
    vendor.fault = http.replying(b"", "429 Slow", "Retry-After: 30")
    async with running(settings_for(samba(vendor), samba(vendor, "neighbour"))) as gateway:
        await gateway.get("/v1/sessions", backend="samba")
        before = vendor.count("GET")
        changed = samba(vendor, timeout_s=3.0)
        await gateway.reload(settings_for(changed, samba(vendor, "neighbour")))
        paused = [await gateway.get("/v1/sessions", backend=n) for n in ("samba", "neighbour")]
        await gateway.reload(settings_for(samba(vendor, key="two")))
        vendor.fault = http.honest
        after = await gateway.get("/v1/sessions", backend="samba")

    told = [page.body["backends"] for page in paused]
    codes = [report["error"]["code"] for reports in told for report in reports.values()]
    assert (before, codes) == (1, ["rate_limited", "rate_limited"])
    assert after.status == 200, "another account was not asked to wait"


async def test_neighbours_of_an_account_are_held_to_what_is_the_strictest_now(
    vendor: FaultServer,
) -> None:
    steady = samba(vendor, limits=limited(concurrency=8))
    narrow = samba(vendor, "narrow", limits=limited(concurrency=1))
    held = vendor.fault = http.Held()
    async with running(settings_for(steady)) as gateway:
        await gateway.reload(settings_for(steady, narrow))
        told = await gateway.get("/v1/backends/samba")
        asking = [
            asyncio.create_task(gateway.get("/v1/sessions", limit=n, backend="samba"))
            for n in range(1, 4)
        ]
        await held.has_come.wait()
        await asyncio.sleep(0.1)
        at_once = vendor.count("GET")
        await gateway.reload(settings_for(steady))
        async with asyncio.timeout(20):
            while vendor.count("GET") < len(asking):  # noqa: ASYNC110  # the laboratory does not tell
                await asyncio.sleep(0.01)
        held.is_let.set()
        statuses = [(await each).status for each in asking]

    assert told.body["data"]["limits"]["concurrency"] == 1
    assert (at_once, statuses) == (1, [200] * 3)


@pytest.mark.parametrize("keys", [(), ("a key of sixteen or more",)])
async def test_a_walk_goes_on_over_a_reload(keys: tuple[str, ...], vendor: FaultServer) -> None:
    cursor = CursorSettings.model_validate({"keys": keys})

    async with running(settings_for(samba(vendor), cursor=cursor)) as gateway:
        first = await gateway.get("/v1/sessions", limit=2, backend="samba")
        await gateway.reload(settings_for(samba(vendor, "x", "2"), samba(vendor), cursor=cursor))
        token = first.body["page"]["next"]
        second = await gateway.get("/v1/sessions", limit=2, cursor=token, backend="samba")

    assert (second.status, len(first.ids + second.ids)) == (200, 3)


async def test_how_often_a_caller_has_called_is_not_forgotten(vendor: FaultServer) -> None:
    async with running(settings_for(samba(vendor), auth=CALLERS)) as gateway:
        statuses = []
        for number in range(3):
            statuses.append((await gateway.get("/v1/backends", headers=KEY)).status)
            await gateway.reload(settings_for(samba(vendor, f"n{number}"), auth=CALLERS))

    assert statuses == [200, 200, 429]


async def test_a_key_that_is_taken_out_is_refused_from_then_on(vendor: FaultServer) -> None:
    other = CALLERS.model_copy(
        update={"keys": (CALLERS.keys[0].model_copy(update={"sha256": "0" * 64}),)}
    )
    async with running(settings_for(samba(vendor), auth=CALLERS)) as gateway:
        before = await gateway.get("/v1/backends", headers=KEY)
        await gateway.reload(settings_for(samba(vendor), auth=other))
        after = await gateway.get("/v1/backends", headers=KEY)

    assert (before.status, after.status) == (200, 401)


async def test_a_write_under_way_is_seen_to_its_end_and_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_scribe(tmp_path, monkeypatch)
    gate = Gate()
    async with scribe() as server:
        server.trouble = gate
        before = writable(notes(server), state_dir=tmp_path)
        changed = writable(notes(server, timeout_s=5.0), state_dir=tmp_path)
        async with running(before) as gateway:
            first = asyncio.create_task(create(gateway))
            await gate.has_come.wait()
            await gateway.reload(changed)
            gate.is_open.set()
            answers = [await first, await create(gateway)]

    assert [answer.status for answer in answers] == [201, 201]
    assert len(server.written) == 1


async def create(gateway: Gateway) -> Answer:
    body = {"backend": "notes", "title": "one"}
    return await gateway.post("/v1/sessions", body, headers={**WRITER, "Idempotency-Key": "k"})


async def test_what_cannot_be_built_changes_nothing(vendor: FaultServer) -> None:
    async with running(settings_for(samba(vendor))) as gateway:
        app, good = gateway.runner.app, samba(vendor)
        options = good.options.model_copy(update={"ca_file": Path("/nowhere")})
        with pytest.raises(OSError, match="nowhere"):
            await gateway.reload(settings_for(good.model_copy(update={"options": options})))
        still = await ids(gateway)

    assert gateway.runner.app is app
    assert len(still) == 3
