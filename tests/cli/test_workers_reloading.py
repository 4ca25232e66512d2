"""``serve --workers`` is sent SIGHUP: every worker serves what the file says then, if it can be."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.simulators.roundware import RoundwareSimulator
from gateway.config import BackendSettings
from tests.support.adapters import noon
from tests.support.commands import written
from tests.support.crews import Serving, visits, workers
from tests.support.gateway import backend
from tests.support.serving import under_load

SERVER = {"port": 0}
WORKERS = {"worker-1", "worker-2"}
RELOADS = 5


@pytest.fixture
async def museum() -> AsyncIterator[BackendSettings]:
    server = RoundwareSimulator(rows=9, seed=1, clock=noon)
    yield backend("roundware", server.options(await server.start()), name="museum")
    await server.stop()


async def reloaded(serving: Serving, times: int) -> set[str]:
    """Have the file read again, for the so-manieth time; name the workers that then serve it."""
    serving.process.send_signal(signal.SIGHUP)
    await serving.logged("reloaded: ", times=2 * times)
    lines = [line for line in serving.lines if "reloaded: " in line]
    return {line.split()[3] for line in lines[-2:]}


def spoil(path: str) -> None:
    """Write what is no configuration."""
    Path(path).write_text("backends: [", encoding="utf-8")


async def served(serving: Serving) -> dict[str, list[str]]:
    """Name the backends that each worker serves."""
    found = {}
    async with visits(serving) as clients:
        for worker, client in clients.items():
            async with client.get("/v1/backends") as answer:
                found[worker] = [each["name"] for each in (await answer.json())["data"]]
    return found


async def test_all_workers_serve_the_changed_file_and_no_call_fails(
    museum: BackendSettings, tmp_path: Path
) -> None:
    path = written(tmp_path, [museum], server=SERVER)
    url = "/v1/sessions?limit=2&backend=museum"
    async with (
        workers(path) as serving,
        under_load(serving.url + url) as load,
    ):
        living = serving.workers
        for number in range(1, RELOADS + 1):
            other = museum.model_copy(update={"name": f"other-{number}"})
            written(tmp_path, [museum, other], server=SERVER)
            assert await reloaded(serving, number) == WORKERS
            await load.grown(10)
        after = await served(serving)
        spoil(path)
        serving.process.send_signal(signal.SIGHUP)
        await serving.logged("not reloaded")
        await load.grown(10)
        spoilt = await served(serving)
        written(tmp_path, [museum], server=SERVER)
        await reloaded(serving, RELOADS + 1)
        mended = await served(serving)
        assert serving.workers == living

    assert after == spoilt == {name: ["museum", f"other-{RELOADS}"] for name in WORKERS}
    assert mended == {name: ["museum"] for name in WORKERS}
    assert load.failed == []


async def test_workers_that_are_told_to_stop_under_load_fail_no_call(
    museum: BackendSettings, tmp_path: Path
) -> None:
    path = written(tmp_path, [museum], server=SERVER)
    async with (
        workers(path) as serving,
        under_load(serving.url + "/v1/sessions?limit=2", clients=8) as load,
    ):
        await load.grown(50)
        serving.process.send_signal(signal.SIGTERM)
        status = await serving.process.wait()

    assert (load.failed, status) == ([], 0)
