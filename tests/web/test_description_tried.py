"""The published description tried on the built gateway by a program that knows nothing else."""

import asyncio
import sys
from pathlib import Path

import pytest

from gateway.config import BackendSettings
from gateway.spi import Operation
from tests.support.gateway import all_vendors, running
from tests.support.scribe import install_scribe, scribe
from tests.web.writing import notes, writable

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def allowing_all(backend: BackendSettings) -> BackendSettings:
    return backend.model_copy(update={"operations": tuple(Operation)})


@pytest.mark.timeout(300)
async def test_what_is_published_is_what_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_scribe(tmp_path, monkeypatch)
    async with all_vendors(3) as vendors, scribe() as server:
        for native_id in ("n1", "n2"):
            server.add(native_id)
        backends = [*map(allowing_all, vendors.backends.values()), notes(server)]
        async with running(writable(*backends, state_dir=tmp_path)) as gateway:
            status, told = await tried(gateway.address, tmp_path)

    assert status == 0, told


async def tried(address: str, folder: Path) -> tuple[int | None, str]:
    """Send what the description allows and what it does not, and check the answers by it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
        *("--config-file", str(CONFIGURATION), "run", f"{address}/openapi.json"),
        *("--checks", "all", "--max-examples", "5", "--continue-on-failure", "--no-color"),
        *("--generation-deterministic", "--header", "X-API-Key: writer"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()
