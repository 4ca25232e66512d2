"""The published description is one that linters of others find nothing in."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.gateway import Gateway, backend, running, settings_for
from tests.support.linters import FOLDER, program

LINTERS = {
    "spectral": ("lint", "--ruleset", str(FOLDER / "spectral.yaml"), "--fail-severity", "hint"),
    "redocly": ("lint", "--config", str(FOLDER / "redocly.yaml")),
}
# It would tell its makers, and ask for its newest version.
SILENCE = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


@pytest.fixture(params=LINTERS)
def linter(request: pytest.FixtureRequest) -> str:
    """Name a linter that is installed. In CI all of them are."""
    name: str = request.param
    program(name)
    return name


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    never_asked = {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"}
    async with running(settings_for(backend("roundware", never_asked))) as gateway:
        yield gateway


async def lint(linter: str, document: dict[str, Any], folder: Path) -> tuple[int | None, str]:
    """Say how the linter ended, and what it told."""
    file = folder / "openapi.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(document)))
    process = await asyncio.create_subprocess_exec(
        *(str(program(linter)), *LINTERS[linter], str(file)),
        cwd=folder,
        env={**os.environ, **SILENCE},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()


async def test_it_finds_nothing_in_what_is_served(
    linter: str, gateway: Gateway, tmp_path: Path
) -> None:
    served = await gateway.get("/openapi.json")

    status, told = await lint(linter, served.body, tmp_path)

    assert status == 0, told


async def test_it_finds_what_is_only_worth_a_warning(
    linter: str, gateway: Gateway, tmp_path: Path
) -> None:
    served = await gateway.get("/openapi.json")
    del served.body["tags"][0]["description"]

    status, told = await lint(linter, served.body, tmp_path)

    assert (status, "tag-description" in told) == (1, True), told
