"""``backends``, ``check --online``, ``config show`` and ``schema``."""

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner

from gateway.cli.main import main
from gateway.config import configuration_schema
from tests.support.commands import command, written
from tests.support.gateway import Vendors, all_vendors, backend, running


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(rows=10) as vendors:
        yield vendors


async def test_backends_are_told_without_asking_any(vendors: Vendors, tmp_path: Path) -> None:
    ekran = vendors.backends["ekran"].model_copy(update={"enabled": False})
    file = written(tmp_path, [*list(vendors.backends.values())[:3], ekran])

    ended = await command("backends", "-c", file)

    rows = {line.split()[0]: line for line in ended.text.splitlines()}
    assert ended.status == 0
    assert "after_id" in rows["digital-samba"]
    assert "~status" in rows["cortex"]
    assert "switched off" in rows["ekran"]
    assert not any(server.requests for server in vendors.servers.values())


async def test_backends_as_json_are_the_document_of_the_api(
    vendors: Vendors, tmp_path: Path
) -> None:
    async with running(vendors.settings()) as gateway:
        answer = await gateway.get("/v1/backends")

    ended = await command("backends", "-c", written(tmp_path, vendors.backends.values()), "--json")

    assert json.loads(ended.text) == answer.body


async def test_backends_as_lines_and_as_a_sheet_are_those_of_the_document(
    vendors: Vendors, tmp_path: Path
) -> None:
    file = written(tmp_path, vendors.backends.values())

    document = json.loads((await command("backends", "-c", file, "--json")).text)
    lines = await command("backends", "-c", file, "--ndjson")
    sheet = await command("backends", "-c", file, "--csv")

    rows = list(csv.DictReader(io.StringIO(sheet.output.decode(), newline="")))
    assert [json.loads(line) for line in lines.text.splitlines()] == document["data"]
    assert [row["name"] for row in rows] == [each["name"] for each in document["data"]]
    assert len(rows) == len(vendors.backends)
    for row, told in zip(rows, document["data"], strict=True):
        assert row["vendor"] == told["vendor"]
        assert row["freshness.ttl_s"] == str(told["freshness"]["ttl_s"])
        assert row["capabilities.paging"] == told["capabilities"]["paging"]
        assert json.loads(row["capabilities.filters"]) == told["capabilities"]["filters"]
        assert json.loads(row["operations"]) == told["operations"]
    assert not any(server.requests for server in vendors.servers.values())


NAMED = [
    (["--backend", "ekran"], {"ekran"}),
    (["--backend", "ekran", "--backend", "cortex"], {"ekran", "cortex"}),
    (["--vendor", "canopsis"], {"canopsis"}),
    (["--vendor", "canopsis", "--backend", "ekran"], set()),
]


@pytest.mark.parametrize(("options", "names"), NAMED)
async def test_backends_are_those_that_are_named(
    vendors: Vendors, tmp_path: Path, options: list[str], names: set[str]
) -> None:
    file = written(tmp_path, vendors.backends.values())

    told = json.loads((await command("backends", "-c", file, "--json", *options)).text)
    table = await command("backends", "-c", file, *options)

    assert {each["name"] for each in told["data"]} == names
    assert {line.split()[0] for line in table.text.splitlines()[1:]} == names


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--backend", "nobody"], "--backend: there is no backend of this name"),
        (["--vendor", "acme"], "--vendor: there is no vendor of this name"),
        (["--json", "--csv"], "--json and --csv: only one of them can be given"),
        (["--status", "active"], "No such option"),
    ],
)
def test_wrong_options_of_backends_are_told(
    tmp_path: Path, options: list[str], message: str
) -> None:
    nobody = backend("roundware", {"url": "http://127.0.0.1:1/api/2", "token": "t0ken"})

    result = CliRunner().invoke(main, ["backends", "-c", written(tmp_path, [nobody]), *options])

    assert result.exit_code == 2
    assert message in result.stderr


async def test_backends_that_all_answer_are_in_order(vendors: Vendors, tmp_path: Path) -> None:
    samba = vendors.backends["digital-samba"].model_copy(update={"enabled": False})
    file = written(tmp_path, [vendors.backends["cortex"], vendors.backends["ekran"], samba])

    ended = await command("check", "-c", file, "--online")

    rows = {line.split()[0]: line.split() for line in ended.text.splitlines()}
    assert ended.status == 0, ended.error
    assert rows["cortex"][1:3] == ["cortex", "ok"]
    assert rows["ekran"][2] == "ok"
    assert "digital-samba: is switched off, so it was not asked" in ended.error
    assert not vendors.servers["digital-samba"].requests


async def test_what_does_not_fit_of_an_answer_is_told_by_check_online(tmp_path: Path) -> None:
    async def listed(_request: web.Request) -> web.Response:
        return web.json_response([{"id": 1, "starttime": "later"}, {"starttime": "sooner"}])

    app = web.Application()
    app.router.add_get("/sessions/", listed)
    async with TestServer(app) as museum:
        url = str(museum.make_url("/")).rstrip("/")
        file = written(tmp_path, [backend("roundware", {"url": url, "token": "t0ken"})])

        ended = await command("check", "-c", file, "--online")

    assert ended.status == 0, ended.error
    assert "roundware: records that are no sessions (of 2): 1" in ended.error
    assert "roundware: records of which starttime could not be read: 1" in ended.error


async def test_check_asks_nobody_unless_told_to(vendors: Vendors, tmp_path: Path) -> None:
    ended = await command("check", "-c", written(tmp_path, vendors.backends.values()))

    assert ended.status == 0
    assert not any(server.requests for server in vendors.servers.values())


async def test_a_configuration_is_shown_without_its_secrets(
    vendors: Vendors, tmp_path: Path
) -> None:
    file = written(tmp_path, vendors.backends.values())

    ended = await command("config", "show", "-c", file)

    assert ended.status == 0
    assert "deadline_s: 10" in ended.text
    assert "name: digital-samba" in ended.text
    assert "a key of sixteen or more" not in ended.text


def test_the_schema_is_printed_for_editors() -> None:
    result = CliRunner().invoke(main, ["schema"])

    assert result.exit_code == 0
    assert json.loads(result.output) == configuration_schema()


@pytest.mark.parametrize(
    ("adapter", "told"),
    [
        ("roundware", "the options of roundware name no file"),
        ("acme", "no adapter acme is installed"),
    ],
)
def test_only_an_adapter_that_reads_a_file_has_a_schema_of_it(adapter: str, told: str) -> None:
    result = CliRunner().invoke(main, ["schema", "--adapter", adapter])

    assert result.exit_code == 2
    assert told in result.output
