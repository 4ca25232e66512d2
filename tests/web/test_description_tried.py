"""The published description tried on the built gateway by a program that knows nothing else."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.config import BackendSettings
from gateway.spi import Operation
from tests.support.gateway import all_vendors, running
from tests.support.scribe import install_scribe, scribe
from tests.web.writing import notes, writable

FOLDER = Path(__file__).parent
LINKED = (
    *("list_sessions", "get_session", "create_session", "keep_session_alive", "hide_session"),
    *("end_session", "list_backends", "get_backend"),
)
# How many of the links between these are followed at least.
FOLLOWED = 7


def allowing_all(backend: BackendSettings) -> BackendSettings:
    return backend.model_copy(update={"operations": tuple(Operation)})


@pytest.fixture
async def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Give where the gateway is, over every vendor, with all writes allowed."""
    install_scribe(tmp_path, monkeypatch)
    async with all_vendors(3) as vendors, scribe() as server:
        for native_id in ("n1", "n2"):
            server.add(native_id)
        backends = [*map(allowing_all, vendors.backends.values()), notes(server)]
        async with running(writable(*backends, state_dir=tmp_path)) as gateway:
            yield gateway.address


@pytest.mark.timeout(300)
async def test_what_is_published_is_what_is_served(address: str, tmp_path: Path) -> None:
    phases = ("--phases", "examples,coverage,fuzzing", "--max-examples", "5")

    status, told = await tried(address, tmp_path, "schemathesis.toml", *phases)

    assert status == 0, told


@pytest.mark.timeout(300)
async def test_what_answers_lead_to_is_what_is_served(address: str, tmp_path: Path) -> None:
    among = (f"--include-operation-id={name}" for name in LINKED)

    status, told = await tried(
        address, tmp_path, "schemathesis.links.toml", "--phases", "stateful", *among
    )

    assert status == 0, told
    covered = re.search(r"API Links: +(\d+) covered", told)
    assert covered is not None, told
    assert int(covered[1]) >= FOLLOWED, told


async def tried(
    address: str, folder: Path, configuration: str, *options: str
) -> tuple[int | None, str]:
    """Send what the description allows and what it does not, and check the answers by it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
        *("--config-file", str(FOLDER / configuration), "run", f"{address}/openapi.json"),
        *("--checks", "all", "--continue-on-failure", "--no-color", *options),
        *("--generation-deterministic", "--header", "X-API-Key: writer"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()
