"""``serve`` is told to stop: who watches sees it first, and nobody's request is lost."""

import asyncio
import os
import pty
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from gateway.config import BackendSettings
from tests.faults.sites import CANARY, troubled
from tests.laboratory import http_faults as http
from tests.laboratory.server import HOST, FaultServer
from tests.laboratory.vendors import digital_samba
from tests.support.commands import written
from tests.support.serving import Serving, serving, under_load


def samba(server: FaultServer) -> BackendSettings:
    options = {"url": server.url(), "developer_key": CANARY}
    return troubled("digital_samba", options, name="samba").model_copy(update={"timeout_s": 20.0})


@asynccontextmanager
async def served(folder: Path, server: FaultServer, **settings: object) -> AsyncIterator[Serving]:
    path = written(folder, [samba(server)], server={"port": 0, "deadline_s": 20, **settings})
    async with serving(path) as process:
        yield process


@asynccontextmanager
async def stopping(
    folder: Path,
) -> AsyncIterator[tuple[Serving, http.Held, asyncio.Task[int]]]:
    """Stop a gateway that has to answer one more page, whose vendor is held."""
    held = http.Held()
    async with (
        FaultServer(digital_samba(), held) as vendor,
        served(folder, vendor) as process,
        aiohttp.ClientSession() as client,
    ):
        page = asyncio.create_task(status(client, f"{process.address}/v1/sessions"))
        await held.has_come.wait()
        process.tell(signal.SIGTERM)
        await process.said("stopping")
        yield process, held, page


async def status(client: aiohttp.ClientSession, url: str) -> int:
    async with client.get(url) as answer:
        await answer.read()
        return answer.status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_nobody_under_load_fails_and_it_exits_in_time(
    number: signal.Signals, tmp_path: Path
) -> None:
    async with (
        FaultServer(digital_samba(), http.honest) as vendor,
        served(tmp_path, vendor) as process,
        under_load(f"{process.address}/v1/sessions") as load,
    ):
        await load.grown(100)
        process.tell(number)
        ended = await process.ended()

    assert (load.failed, ended) == ([], 0)
    assert load.good > 100
    assert any("stopped" in line for line in process.lines)


async def test_every_answer_before_the_end_has_its_line(tmp_path: Path) -> None:
    async with (
        FaultServer(digital_samba(), http.honest) as vendor,
        served(tmp_path, vendor) as process,
        under_load(f"{process.address}/v1/sessions") as load,
    ):
        await load.grown(50)
        process.tell(signal.SIGTERM)
        await process.ended()

    assert sum("GET /v1/sessions 200" in line for line in process.lines) == load.good


async def test_who_watches_is_told_at_once_and_served_for_a_while(tmp_path: Path) -> None:
    async with (
        FaultServer(digital_samba(), http.honest) as vendor,
        served(tmp_path, vendor, lame_duck_s=2) as process,
        aiohttp.ClientSession() as client,
    ):
        ready = await status(client, f"{process.address}/readyz")
        process.tell(signal.SIGTERM)
        await process.said("stopping")
        told = await status(client, f"{process.address}/readyz")
        async with client.get(f"{process.address}/v1/sessions") as answer:
            page, connection = await answer.json(), answer.headers.get("Connection")
        healthy = await status(client, f"{process.address}/healthz")
        ended = await process.ended()

    assert (ready, told, healthy, ended) == (200, 503, 200, 0)
    assert (len(page["data"]), connection) == (3, "close")


async def test_nobody_is_waited_for_who_does_not_watch(tmp_path: Path) -> None:
    async with (
        FaultServer(digital_samba(), http.honest) as vendor,
        served(tmp_path, vendor, lame_duck_s=20) as process,
    ):
        begun = time.monotonic()
        process.tell(signal.SIGTERM)
        ended = await process.ended()

    assert ended == 0
    assert time.monotonic() - begun < 10


async def test_what_is_under_way_is_answered_to_the_end(tmp_path: Path) -> None:
    async with stopping(tmp_path) as (process, held, page):
        await asyncio.sleep(1.5)  # Connections that are idle are closed meanwhile.
        held.is_let.set()
        answered, ended = await page, await process.ended()

    assert (answered, ended) == (200, 0)


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    async with stopping(tmp_path) as (process, held, page):
        process.tell(signal.SIGTERM)
        ended = await process.ended()
        held.is_let.set()
        with pytest.raises(aiohttp.ClientError):
            await page

    assert ended == -signal.SIGTERM


async def test_a_connection_that_is_idle_holds_nothing_up(tmp_path: Path) -> None:
    async with (
        FaultServer(digital_samba(), http.honest) as vendor,
        served(tmp_path, vendor) as process,
    ):
        reader, writer = await asyncio.open_connection(HOST, URL(process.address).port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"}")
        process.tell(signal.SIGTERM)
        rest, ended = await reader.read(), await process.ended()
        writer.close()

    assert (rest, ended) == (b"", 0)


async def test_a_terminal_that_is_closed_ends_it(tmp_path: Path) -> None:
    async with FaultServer(digital_samba(), http.honest) as vendor:
        path = written(tmp_path, [samba(vendor)], server={"port": 0})
        master, slave = pty.openpty()
        async with serving(path, stdin=slave) as process:
            os.close(slave)
            process.tell(signal.SIGHUP)
            await process.said("reloaded: nothing has changed")
            os.close(master)
            process.tell(signal.SIGHUP)
            ended = await process.ended()

    assert ended == 0
