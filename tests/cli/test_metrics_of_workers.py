"""``GET /metrics`` of several workers: whichever answers tells of all, and nothing goes back."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.simulators.roundware import RoundwareSimulator
from tests.support.adapters import noon
from tests.support.commands import written
from tests.support.crews import Serving, visits, workers
from tests.support.gateway import backend
from tests.support.scraping import Scrape

PARTS = {"backend": "roundware", "status": "ok", "served_from": "live"}
LISTS = {"route": "/v1/sessions", "method": "GET", "status": "2xx", "code": ""}


@pytest.fixture
async def museum() -> AsyncIterator[RoundwareSimulator]:
    server = RoundwareSimulator(rows=3, seed=1, clock=noon)
    yield server
    await server.stop()


@pytest.fixture
async def path(museum: RoundwareSimulator, tmp_path: Path) -> Path:
    options = museum.options(await museum.start())
    path = Path(written(tmp_path, [backend("roundware", options)], cursor={}))
    extend(path, "server: {port: 0}\n")
    return path


@pytest.fixture
async def serving(path: Path) -> AsyncIterator[Serving]:
    async with workers(str(path)) as serving:
        yield serving


def extend(path: Path, line: str) -> str:
    """Add a line to a file; give what it was before."""
    text = path.read_text(encoding="utf-8")
    put(path, text + line)
    return text


def put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


async def looked(client: aiohttp.ClientSession) -> Scrape:
    async with client.get("/metrics") as answer:
        assert answer.status == 200
        return Scrape(await answer.text())


async def test_each_worker_tells_of_all(serving: Serving) -> None:
    async with visits(serving) as clients:
        for client in clients.values():
            async with client.get("/v1/sessions") as answer:
                assert answer.status == 200
        found = [await looked(client) for client in clients.values()]

    for each in found:
        assert each.value("workers") == 2
        assert each.value("calls_total", **LISTS) == 2
        assert each.value("backend_parts_total", **PARTS) == 2
        assert each.labelled("config_generation", "worker") == {"1", "2"}


async def test_counters_do_not_go_back_when_a_worker_is_killed(serving: Serving) -> None:
    async with visits(serving) as clients:
        for client in clients.values():
            async with client.get("/v1/sessions") as answer:
                assert answer.status == 200
        before = await looked(next(iter(clients.values())))
        os.kill(min(serving.workers), signal.SIGKILL)
        dead = (await serving.logged("ended by SIGKILL")).split()[4]
        (alive,) = clients.keys() - {dead}
        between = await looked(clients[alive])
        await serving.logged(f"{dead} gateway.app.process: serving on", times=2)
        while (after := await looked(clients[alive])).value("workers") < 2:
            pass  # it has said that it serves, but perhaps not to its supervisor

    for found in (between, after):
        assert found.value("calls_total", **LISTS) == 2
        assert found.value("backend_parts_total", **PARTS) == 2
        assert found.value("worker_restarts_total") == 1
        assert found.value("call_seconds_count", route="/v1/sessions", method="GET") == 2
    assert between.value("workers") == 1
    assert before.value("worker_restarts_total") == 0


async def test_a_file_that_is_refused_shows_until_it_is_mended(
    serving: Serving, path: Path
) -> None:
    async with visits(serving) as clients:
        client = next(iter(clients.values()))
        text = extend(path, "nonsense: 1\n")
        serving.process.send_signal(signal.SIGHUP)
        await serving.logged("not reloaded")
        wrong = await looked(client)
        put(path, text)
        serving.process.send_signal(signal.SIGHUP)
        await serving.logged("reloaded: nothing has changed", times=2)
        mended = await looked(client)

    assert wrong.value("config_last_reload_failed") == 1
    assert wrong.value("config_reloads_total", outcome="refused") == 1
    assert mended.value("config_last_reload_failed") == 0
    assert mended.value("config_reloads_total", outcome="done") == 2
    assert mended.value("config_generation", worker="2") == 2
