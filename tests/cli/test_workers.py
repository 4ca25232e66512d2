"""``serve --workers``: several processes behind one address, as operators and clients meet them."""

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.simulators.roundware import RoundwareSimulator
from gateway.spi import Operation
from tests.support.adapters import noon
from tests.support.commands import command, written
from tests.support.crews import Serving, visits, workers
from tests.support.gateway import backend
from tests.web.writing import AUTH, WRITER

ROWS = 9


@pytest.fixture
async def museum() -> AsyncIterator[RoundwareSimulator]:
    server = RoundwareSimulator(rows=ROWS, seed=1, clock=noon)
    yield server
    await server.stop()


@pytest.fixture
async def path(museum: RoundwareSimulator, tmp_path: Path) -> Path:
    """Write a file without a key for cursors, by which clients may write."""
    return _written(tmp_path, museum.options(await museum.start()))


def _written(folder: Path, options: dict[str, object]) -> Path:
    (folder / "state").mkdir()
    configured = backend("roundware", options)
    text = Path(written(folder, [configured], cursor={})).read_text(encoding="utf-8")
    keys = [key.model_dump(mode="json", include={"name", "sha256", "actions"}) for key in AUTH.keys]
    entry = "- adapter: roundware"
    assert entry in text
    file = folder / "gateway.yaml"
    file.write_text(
        text.replace(entry, f"- operations: [{Operation.CREATE}]\n  {entry[2:]}")
        + f"auth: {{keys: {keys}}}\nserver: {{port: 0, state_dir: state}}\n",
        encoding="utf-8",
    )
    return file


def extended(path: Path, line: str) -> int:
    """Add a line to the file; give its number."""
    text = path.read_text(encoding="utf-8") + line
    path.write_text(text, encoding="utf-8")
    return text.count("\n")


@pytest.fixture
async def serving(path: Path) -> AsyncIterator[Serving]:
    async with workers(str(path)) as serving:
        yield serving


async def test_workers_share_an_address_and_stop_together(serving: Serving) -> None:
    assert len(serving.workers) == 2
    async with visits(serving) as clients:
        for client in clients.values():
            async with client.get("/v1/sessions", headers=WRITER) as answer:
                assert len((await answer.json())["data"]) == ROWS

    serving.process.send_signal(signal.SIGTERM)
    status = await serving.process.wait()

    assert clients.keys() == {"worker-1", "worker-2"}
    assert status == 0
    await serving.left.wait()
    for name in clients:
        await serving.logged(f"{name} gateway.app.process: stopped")


async def test_a_worker_that_dies_is_replaced_while_the_other_answers(serving: Serving) -> None:
    async with visits(serving) as clients:
        victim = min(serving.workers)
        os.kill(victim, signal.SIGKILL)
        dead = (await serving.logged("ended by SIGKILL")).split()[4]
        (alive,) = clients.keys() - {dead}
        async with clients[alive].get("/v1/sessions", headers=WRITER) as answer:
            assert answer.status == 200
    await serving.logged(f"{dead} gateway.app.process: serving on", times=2)

    async with visits(serving) as clients:
        assert clients.keys() == {"worker-1", "worker-2"}
    assert victim not in serving.workers


async def test_a_cursor_of_one_worker_is_good_for_the_other(serving: Serving) -> None:
    found: list[str] = []
    asked: dict[str, str] = {"limit": "2"}
    async with visits(serving) as clients:
        turns = itertools.cycle(clients.values())
        while asked:
            async with next(turns).get("/v1/sessions", params=asked, headers=WRITER) as answer:
                page = await answer.json()
            assert answer.status == 200, page
            found += [session["id"] for session in page["data"]]
            following = page["page"]["next"]
            asked = {"limit": "2", "cursor": following} if following else {}

    assert len(found) == len(set(found)) == ROWS


async def test_of_equal_writes_at_two_workers_one_is_carried_out(
    serving: Serving, museum: RoundwareSimulator
) -> None:
    body = {"backend": "roundware", "space": {"id": "1"}, "language": "es"}
    headers = {**WRITER, "Idempotency-Key": "once"}

    async def create(client: aiohttp.ClientSession) -> int:
        async with client.post("/v1/sessions", json=body, headers=headers) as answer:
            return answer.status

    async with visits(serving) as clients:
        statuses = await asyncio.gather(*(create(client) for client in clients.values()))
        again = [await create(client) for client in clients.values()]

    assert set(statuses) <= {201, 409}
    assert again == [201, 201]
    assert museum.served["write"] == 1


async def test_a_file_that_is_wrong_reaches_no_worker(serving: Serving, path: Path) -> None:
    living = serving.workers
    at = extended(path, "colour: red\n")

    serving.process.send_signal(signal.SIGHUP)

    line = await serving.logged("not reloaded")
    assert f"gateway.yaml:{at}:1: colour: unknown key" in line
    async with visits(serving) as clients:
        assert len(clients) == 2
    assert serving.workers == living


async def test_a_worker_that_dies_after_the_file_was_spoilt_is_replaced(
    serving: Serving, path: Path
) -> None:
    extended(path, "nothing: of use\n")

    os.kill(min(serving.workers), signal.SIGKILL)

    await serving.logged("serving on", times=3)


async def test_workers_stop_when_their_supervisor_is_killed(serving: Serving) -> None:
    serving.process.kill()

    await serving.left.wait()
    for name in ("worker-1", "worker-2"):
        await serving.logged(f"{name} gateway.app.process: stopped")


async def test_a_taken_port_is_told_once(path: Path) -> None:
    taken = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]

    ended = await command("serve", "-c", str(path), "--workers", "2", "--port", str(port))
    taken.close()

    told = [line for line in ended.error.splitlines() if "warning" not in line]
    assert told == [f"127.0.0.1:{port}: cannot listen here: Address already in use"]
    assert ended.status == 1
