"""``sessions`` as people and scripts meet it: a real process over simulators of every vendor."""

import asyncio
import csv
import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.simulators.digital_samba import DigitalSambaSimulator
from gateway.app import utc_now
from gateway.cli.main import main
from gateway.cli.options import HELP
from gateway.web.parse import PARAMETERS
from tests.support.adapters import noon
from tests.support.commands import command, started, written
from tests.support.gateway import Gateway, Vendors, all_vendors, backend, running

ROWS = 130


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(rows=ROWS) as vendors:
        yield vendors


@pytest.fixture
def file(tmp_path: Path, vendors: Vendors) -> str:
    return written(tmp_path, vendors.backends.values())


@pytest.fixture
async def gateway(vendors: Vendors) -> AsyncIterator[Gateway]:
    async with running(vendors.settings(), clock=utc_now) as gateway:
        yield gateway


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def test_every_parameter_of_the_list_is_an_option() -> None:
    assert HELP.keys() == PARAMETERS


QUERIES: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--limit", "7", "--count", "exact"], {"limit": 7, "count": "exact"}),
    (
        ["--status", "active", "--status", "unknown", "--backend", "ekran", "--vendor", "ekran"],
        {"status": ["active", "unknown"], "backend": "ekran", "vendor": "ekran"},
    ),
    (
        ["--started-after", "2026-11-21", "--started-before", "2026-11-22T13:00:00+01:00"],
        {"started_after": "2026-11-21", "started_before": "2026-11-22T13:00:00+01:00"},
    ),
    (["--sort", "-duration_s,user", "--q", "a"], {"sort": "-duration_s,user", "q": "a"}),
    (
        ["--min-duration", "PT10M", "--max-duration", "7200"],
        {
            "min_duration": "PT10M",
            "max_duration": "7200",
        },
    ),
    (
        ["--attributes", "markers=0", "--fields", "id,attributes", "--include", "raw"],
        {
            "attributes.markers": "0",
            "fields": "id,attributes",
            "include": "raw",
        },
    ),
]


@pytest.mark.parametrize(("options", "query"), QUERIES)
async def test_json_is_the_document_of_the_api(
    gateway: Gateway, file: str, options: list[str], query: dict[str, Any]
) -> None:
    ended = await command("sessions", "-c", file, "--json", *options)
    answer = await gateway.get("/v1/sessions", **query)

    assert ended.status == 0, ended.error
    document = json.loads(ended.text)
    assert document["data"] == answer.body["data"]
    assert document["total"] == answer.body["total"]
    assert document.keys() == answer.body.keys()
    assert document["backends"].keys() == answer.body["backends"].keys()
    assert len(document["data"]) > 3


async def test_a_cursor_goes_on_where_the_page_before_ended(file: str) -> None:
    first = json.loads((await command("sessions", "-c", file, "--json")).text)
    table = await command("sessions", "-c", file)
    cursor = table.error.split("--cursor ")[1].split()[0]

    second = await command("sessions", "-c", file, "--json", "--cursor", cursor)
    whole = await command("sessions", "-c", file, "--json", "--limit", "100")

    assert ids(first["data"] + json.loads(second.text)["data"]) == ids(
        json.loads(whole.text)["data"]
    )


async def test_lines_are_the_whole_answer_and_its_trailer(gateway: Gateway, file: str) -> None:
    pages = await gateway.walk([1000])

    ended = await command("sessions", "-c", file, "--ndjson")

    *sessions, trailer = map(json.loads, ended.text.splitlines())
    assert ended.status == 0, ended.error
    assert ids(sessions) == [id_ for page in pages for id_ in page.ids]
    assert len(sessions) >= ROWS * 5
    assert trailer["end"] is True
    assert trailer["complete"] is True
    assert trailer["total"] == {"value": len(sessions), "relation": "eq"}


async def test_a_limit_caps_lines(file: str) -> None:
    ended = await command("sessions", "-c", file, "--ndjson", "--limit", "501", "--fields", "id")

    *sessions, trailer = map(json.loads, ended.text.splitlines())
    assert len(sessions) == 501
    assert trailer["next"] is not None


async def test_a_sheet_holds_every_session_flat(gateway: Gateway, file: str) -> None:
    pages = await gateway.walk([1000])

    ended = await command("sessions", "-c", file, "--csv")

    rows = list(csv.DictReader(io.StringIO(ended.output.decode(), newline="")))
    expected = [session for page in pages for session in page.body["data"]]
    assert ended.status == 0, ended.error
    assert ids(rows) == ids(expected)
    assert [row["started_at"] for row in rows] == [s["started_at"] or "" for s in expected]
    assert [json.loads(row["attributes"]) for row in rows] == [s["attributes"] for s in expected]


async def test_a_table_shows_when_how_what_and_the_id(gateway: Gateway, file: str) -> None:
    answer = await gateway.get("/v1/sessions", limit=20)

    ended = await command("sessions", "-c", file, "--limit", "20")

    header, *rows = ended.text.splitlines()
    assert header.split() == ["STARTED", "(UTC)", "STATUS", "LASTED", "SESSION", "ID"]
    assert [row.split()[-1] for row in rows] == answer.ids
    for row, session in zip(rows, answer.body["data"], strict=True):
        assert row.startswith(session["started_at"][:19].replace("T", " "))
        assert f" {session['status']} " in row
    assert f"20 of {answer.body['total']['value']} sessions" in ended.error


async def test_chosen_fields_are_the_columns_of_a_table(file: str) -> None:
    ended = await command("sessions", "-c", file, "--fields", "id,space", "--backend", "roundware")

    header, *rows = ended.text.splitlines()
    assert header.split() == ["id", "space.kind", "space.id", "space.name"]
    assert all("project" in row for row in rows)


async def test_a_plan_asks_nobody(vendors: Vendors, file: str) -> None:
    table = await command("sessions", "-c", file, "--explain", "--status", "ended")
    document = await command("sessions", "-c", file, "--explain", "true", "--json")

    assert "status = ended" in table.text
    assert json.loads(document.text)["plan"].keys() == vendors.backends.keys()
    assert not any(server.requests for server in vendors.servers.values())


async def test_what_a_backend_could_not_give_is_told_in_words(vendors: Vendors, file: str) -> None:
    await vendors.servers["ekran"].stop()

    ended = await command("sessions", "-c", file, "--json")

    assert ended.status == 0
    assert json.loads(ended.text)["complete"] is False
    assert "ekran: no connection to it could be made (connect)" in ended.error
    assert "Traceback" not in ended.error


@pytest.mark.parametrize("form", ["--json", "--ndjson", "--csv", "--fields=id"])
async def test_an_answer_without_what_is_required_is_a_failure(
    vendors: Vendors, file: str, form: str
) -> None:
    await vendors.servers["ekran"].stop()

    ended = await command("sessions", "-c", file, form, "--require", "all")

    assert ended.status == 1
    assert ended.output == b""
    assert "ekran: no connection" in ended.error


async def test_a_sheet_is_whole_or_none(vendors: Vendors, file: str) -> None:
    await vendors.servers["ekran"].stop()

    ended = await command("sessions", "-c", file, "--csv")

    assert ended.status == 1
    assert ended.output == b""
    assert "ekran: no connection" in ended.error


@pytest.mark.parametrize("form", ["--csv", "--ndjson"])
async def test_a_backend_that_dies_on_the_way_ends_what_requires_it(
    tmp_path: Path, form: str
) -> None:
    samba = DigitalSambaSimulator(rows=1000, seed=1, clock=noon)
    options = samba.options(await samba.start())
    file = written(tmp_path, [backend(samba.adapter, options)])

    def die() -> None:
        if samba.served["listing"] > 7:
            raise RuntimeError("the vendor's own trouble")

    samba.before_answering = die

    ended = await command("sessions", "-c", file, form, "--require", "all")
    await samba.stop()

    assert ended.status == 1
    assert len(ended.output.splitlines()) > 500
    assert "digital-samba: it answered with an error of its own" in ended.error


async def test_without_any_answer_it_has_failed(vendors: Vendors, file: str) -> None:
    for server in vendors.servers.values():
        await server.stop()

    ended = await command("sessions", "-c", file)

    assert ended.status == 1
    assert all(f"{name}: no connection" in ended.error for name in vendors.backends)


async def test_a_backend_that_is_switched_off_is_missed_where_it_is_named(
    vendors: Vendors, tmp_path: Path
) -> None:
    ekran = vendors.backends["ekran"].model_copy(update={"enabled": False})
    file = written(tmp_path, [ekran, vendors.backends["roundware"]])

    ended = await command("sessions", "-c", file, "--backend=ekran", "--backend=roundware")

    assert ended.status == 0
    assert "ekran: is switched off" in ended.error


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--limit", "0", "--sort", "shoe-size"], ["--limit: ", "--sort: "]),
        (["--limit", "1", "--limit", "2"], ["--limit: may be given once only"]),
        (["--started-after", "2026-11-22T06:00:00"], ["--started-after: has no offset"]),
        (["--backend", "nobody"], ["--backend: there is no backend of this name"]),
        (["--attributes", "colour"], ["--attributes: "]),
        (["--cursor", "made-up"], ["--cursor: "]),
        (["--fields", "shoe"], ["--fields: "]),
        (["--require", "nobody"], ["--require: "]),
        (["--json", "--csv"], ["--json and --csv"]),
        (["--explain", "--csv"], ["--explain: "]),
        (["--explain", "perhaps"], ["--explain: is true or false"]),
        (["--colour", "red"], ["--colour"]),
    ],
)
def test_wrong_options_are_told_by_their_names_before_anybody_is_asked(
    tmp_path: Path, options: list[str], told: list[str]
) -> None:
    nobody = backend("roundware", {"url": "http://127.0.0.1:1/api/2", "token": "t0ken"})

    result = CliRunner().invoke(main, ["sessions", "-c", written(tmp_path, [nobody]), *options])

    assert result.exit_code == 2
    assert result.stdout == ""
    assert all(words in result.stderr for words in told), result.stderr
    assert "no connection" not in result.stderr


async def test_an_argument_that_is_not_utf_8_is_told(file: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "sessions", "-c", file, "--user", b"\xff"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()

    assert process.returncode == 2
    assert "--user: is not UTF-8" in error.decode()


def test_a_wrong_configuration_ends_with_2(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text("backends: []\n", encoding="utf-8")

    for name in ("sessions", "backends"):
        result = CliRunner().invoke(main, [name, "-c", str(file)])

        assert result.exit_code == 2
        assert f"{file}:1:" in result.output


async def test_the_log_is_told_to_who_asks(vendors: Vendors, file: str) -> None:
    await vendors.servers["ekran"].stop()

    quiet = await command("sessions", "-c", file, "--limit", "1")
    verbose = await command("sessions", "-c", file, "--limit", "1", "-v")

    assert "backend ekran: connect:" not in quiet.error
    assert "backend ekran: connect:" in verbose.error


async def test_a_reader_who_leaves_ends_it_quietly(file: str) -> None:
    process = await started("sessions", "-c", file, "--ndjson")
    assert process.stdout is not None
    assert process.stderr is not None
    await process.stdout.readline()
    process.stdout._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  # as head does
    error = (await process.stderr.read()).decode()
    status = await process.wait()

    assert status in {0, 1}
    assert "Traceback" not in error


async def test_no_server_is_loaded_to_tell_how_to_use_it() -> None:
    code = (
        "import sys; from gateway.cli.main import main\n"
        "try: main(['sessions', '--help'])\n"
        "except SystemExit: pass\n"
        "print('aiohttp' in sys.modules)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()

    assert output.decode().splitlines()[-1] == "False"
