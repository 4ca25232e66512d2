"""Adapters of other distributions, as operators meet them: real processes, real distributions."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from adapters.simulators.roundware import RoundwareSimulator
from tests.support.adapters import noon
from tests.support.commands import command, written
from tests.support.crews import workers
from tests.support.distributions import GOOD, SitePackages
from tests.support.gateway import backend
from tests.support.serving import Serving, serving

BROKEN = "import nowhere_to_be_found"
POINTS = {"acme": "acme_sessions:Adapter"}
REASON = (
    "adapter acme (acme_sessions:Adapter): not loaded: ModuleNotFoundError: nowhere_to_be_found"
)


@pytest.fixture
def site(tmp_path: Path) -> SitePackages:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    site = SitePackages(folder)
    site.install("acme-sessions", BROKEN, **POINTS)
    return site


@pytest.fixture
def env(site: SitePackages) -> Mapping[str, str]:
    """Have processes find what is installed there, beside what this one finds."""
    own = str(Path(__file__).parents[2])
    return {"PYTHONPATH": os.pathsep.join([str(site.folder), own])}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[str]:
    """Write a file of a backend of our own and one of the plugin."""
    server = RoundwareSimulator(rows=3, seed=1, clock=noon)
    own = backend("roundware", server.options(await server.start()), name="museum")
    kiosk = own.model_copy(update={"name": "kiosk", "adapter": "acme"})
    yield written(tmp_path, [own, kiosk], server={"port": 0}, plugins=["acme-sessions"])
    await server.stop()


async def statuses(process: Serving) -> dict[str, str]:
    url = f"{process.address}/v1/sessions"
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        reports = (await answer.json())["backends"]
    return {name: report["status"] for name, report in reports.items()}


async def test_serve_goes_on_without_the_plugin_and_takes_it_in_once_it_loads(
    site: SitePackages, env: Mapping[str, str], path: str
) -> None:
    async with serving(path, env=env) as process:
        without = await statuses(process)
        unchanged = await process.reload()
        site.install("acme-sessions", GOOD, **POINTS)
        changed = await process.reload()
        with_it = await statuses(process)
        said = [line for line in process.lines if REASON in line]

    assert without == {"museum": "ok", "kiosk": "failed"}
    assert with_it == {"museum": "ok", "kiosk": "ok"}
    assert (unchanged, changed) == ("nothing has changed\n", "changed: kiosk\n")
    assert len(said) == 1
    assert "backend kiosk: config: " in said[0]


async def test_every_worker_goes_on_without_the_plugin(env: Mapping[str, str], path: str) -> None:
    async with workers(path, env=env) as crew:
        await crew.logged(REASON, times=2)
        async with aiohttp.ClientSession() as client:
            answer = await client.get(f"{crew.url}/v1/backends")
            told = {each["name"]: each["health"] for each in (await answer.json())["data"]}

    assert told["museum"]["error"] is None
    assert told["kiosk"]["error"]["code"] == "config"


@pytest.mark.parametrize("arguments", [("check",), ("check", "--online"), ("config", "show")])
async def test_whoever_looks_at_a_file_is_told_that_a_plugin_does_not_load(
    env: Mapping[str, str], path: str, arguments: tuple[str, ...]
) -> None:
    ended = await command(*arguments, "-c", path, env=env)

    assert ended.status == 2
    assert ended.error.endswith(f": backends[1].adapter: {REASON}\n")


async def test_commands_that_ask_tell_what_the_plugin_costs(
    env: Mapping[str, str], path: str
) -> None:
    asked = await command("sessions", "-c", path, "--json", env=env)
    listed = await command("backends", "-c", path, env=env)

    assert (asked.status, len(json.loads(asked.text)["data"])) == (0, 3)
    assert "kiosk: its configuration, or the adapter it names, cannot be used" in asked.error
    assert "config" in next(line for line in listed.text.splitlines() if "kiosk" in line)


async def test_the_schema_describes_plugins_that_are_named(
    site: SitePackages, env: Mapping[str, str]
) -> None:
    broken = await command("schema", "--plugin", "acme-sessions", env=env)
    absent = await command("schema", "--plugin", "acme-two", env=env)
    site.install("acme-sessions", GOOD, **POINTS)
    described = await command("schema", "--plugin", "acme-sessions", env=env)
    usual = await command("schema", env=env)

    known = {"acme": described, "nothing of it": usual}
    schemas = {name: json.loads(each.text)["$defs"] for name, each in known.items()}
    adapters = {
        name: schema["BackendEntry"]["properties"]["adapter"]["anyOf"][0]["enum"]
        for name, schema in schemas.items()
    }
    assert (broken.status, broken.error) == (2, f"{REASON}\n")
    assert (absent.status, absent.error) == (2, "--plugin acme-two: not installed\n")
    assert adapters["acme"] == ["acme", *adapters["nothing of it"]]
