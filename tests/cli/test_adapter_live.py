"""``adapter try`` and ``adapter record`` with a vendor at the other end."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.declarative.fake.server import GeneratedVendor
from gateway.cli.main import main
from tests.adapters.declarative.fake.asking import Moment, spec_of
from tests.adapters.declarative.vendors.harbour import Harbour
from tests.adapters.declarative.vendors.quarry import KEY, Quarry
from tests.support.commands import Ended, command, on_terminal

EXAMPLES = Path(__file__).parents[2] / "examples/vendors"
SECRET = "made-up: secret&more"


@dataclass(frozen=True)
class Place:
    """A file, and what leads to its vendor."""

    file: Path
    options: tuple[str, ...]

    async def adapter(self, name: str, *arguments: str) -> Ended:
        env = {"HARBOUR_SECRET": SECRET, "QUARRY_KEY": KEY}
        return await command("adapter", name, str(self.file), *self.options, *arguments, env=env)


def copied(name: str, folder: Path) -> Path:
    """Copy an example without its samples."""
    file = folder / f"{name}.yaml"
    text = (EXAMPLES / file.name).read_text(encoding="utf-8").partition("\nsamples:")[0]
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
async def harbour(tmp_path: Path) -> AsyncIterator[Place]:
    vendor = Harbour(9)
    address = await vendor.start()
    secret = "client_secret=${env:HARBOUR_SECRET}"
    options = ("--set", f"base_url={address}", "--set", "client_id=quay", "--set", secret)
    yield Place(copied("harbour", tmp_path), options)
    await vendor.stop()


@pytest.fixture
async def quarry(tmp_path: Path) -> AsyncIterator[Place]:
    vendor = Quarry(60)
    options = ("--set", f"url={await vendor.start()}", "--set", "key=${env:QUARRY_KEY}")
    yield Place(copied("quarry", tmp_path), options)
    await vendor.stop()


async def test_records_stand_beside_their_sessions(harbour: Place) -> None:
    told = await harbour.adapter("try", "--rows", "2")

    assert told.status == 0, told.error
    lines = told.text.splitlines()
    assert lines[0].split() == ["RECORD", "SESSION"]
    assert sum('"native_id": "V0000' in line for line in lines) == 2
    assert any('"uid": "V0000' in line and '"id": "tried:V0000' in line for line in lines)
    assert "9 records of 9, 2 of them shown; there are no more" in told.error


async def test_a_page_fits_the_terminal(harbour: Place) -> None:
    env = {"HARBOUR_SECRET": SECRET}
    arguments = ("adapter", "try", str(harbour.file), *harbour.options, "--explain")

    async with on_terminal(*arguments, columns=60, env=env) as terminal:
        assert await terminal.end() == 0

    lines = terminal.text.replace("\x1b[1m", "").replace("\x1b[0m", "").split("\r\n")
    assert max(map(len, lines)) == 60
    assert any("…" in line for line in lines)


async def test_what_filters_and_orders_would_send_is_told_without_secrets(harbour: Place) -> None:
    told = await harbour.adapter("try", "--explain")

    assert told.status == 0, told.error
    (order,) = [line for line in told.text.splitlines() if line.startswith("sort by -started_at")]
    assert order.split("  ")[-1].strip() == "query sort=-arrived"
    assert "device = " in told.text
    assert "query headset=" in told.text
    assert SECRET not in told.text + told.error
    assert "Bearer" not in told.text
    assert "per_page" not in told.text


async def test_a_page_as_json_is_whole(quarry: Place) -> None:
    told = json.loads((await quarry.adapter("try", "--json", "--explain")).output)

    assert len(told["records"]) == 50
    assert (told["total"], told["has_more"]) == (60, True)
    first = told["records"][0]
    assert str(first["record"]["no"]) == first["session"]["native_id"]
    questions = {each["question"].partition(" ")[0]: each for each in told["questions"]}
    assert questions["client"]["sent"]["body params.where.tool"] in {"A", "B"}
    assert questions["status"]["support"] == "exact"


async def test_what_cannot_be_read_is_told(quarry: Place) -> None:
    text = quarry.file.read_text(encoding="utf-8")
    quarry.file.write_text(text.replace("from, cast: epoch_s", "lamp, cast: epoch_s"))

    told = await quarry.adapter("try")

    assert "50 times: cannot be read: lamp" in told.error


async def test_the_options_of_a_backend_serve_too(quarry: Place, tmp_path: Path) -> None:
    config = tmp_path / "gateway.yaml"
    address = quarry.options[1].removeprefix("url=")
    entry = (
        "  - {name: NAME, adapter: declarative,"
        f" options: {{spec: quarry.yaml, url: '{address}', key: '${{env:QUARRY_KEY}}'}}}}\n"
    )
    config.write_text("backends:\n" + entry.replace("NAME", "pit"))
    place = Place(quarry.file, ("-c", str(config)))

    alone = await place.adapter("try")
    unknown = await place.adapter("try", "--backend", "none")
    config.write_text("backends:\n" + entry.replace("NAME", "pit") + entry.replace("NAME", "two"))
    unclear = await place.adapter("try")
    chosen = await place.adapter("try", "--backend", "two")

    assert '"id": "pit:' in alone.text
    assert (unknown.status, unclear.status) == (2, 2)
    assert "none is no backend of" in unknown.error
    assert "--backend: say which of them is meant: pit, two" in unclear.error
    assert '"id": "two:' in chosen.text


async def test_a_vendor_that_refuses_is_an_error_in_a_line(quarry: Place) -> None:
    address = quarry.options[:2]
    refused = await Place(quarry.file, (*address, "--set", "key=${env:HOME}")).adapter("try")

    assert refused.status == 1
    assert refused.error == "Error: auth: POST /rpc: 401\n"


def test_options_that_are_wrong_are_told_by_name() -> None:
    def told(*arguments: str) -> tuple[int, str]:
        file = str(EXAMPLES / "quarry.yaml")
        result = CliRunner().invoke(main, ["adapter", "try", file, *arguments])
        return result.exit_code, result.stderr

    missing = told("--set", "url=https://quarry.example")
    literal = told("--set", "url=https://quarry.example", "--set", "key=plain-secret")
    no_pair = told("--set", "url")
    both = told("--set", "url=x", "-c", "gateway.yaml")
    lost = told("--backend", "pit")

    assert missing == (2, "Error: --set key: is missing\n")
    assert literal[0] == 2
    assert "--set key: a secret must not stand on the command line" in literal[1]
    assert "plain-secret" not in literal[1]
    assert (no_pair[0], both[0], lost[0]) == (2, 2, 2)
    assert "'url' is not NAME=VALUE" in no_pair[1]


async def test_samples_are_written_once_and_tried(harbour: Place) -> None:
    made = await harbour.adapter("record")
    sample = harbour.file.parent / "samples/harbour-1.json"
    first = sample.read_bytes()
    again = await harbour.adapter("record")
    kept = sample.read_bytes()
    forced = await harbour.adapter("record", "--force")

    assert (made.status, again.status, forced.status) == (0, 1, 0)
    assert "say in the file: samples: [samples/harbour-1.json]" in made.text
    assert "there already; --force writes over them" in again.error
    assert first == kept != sample.read_bytes()
    with harbour.file.open("a", encoding="utf-8") as file:
        file.write("\nsamples: [samples/harbour-1.json]\n")
    assert (await command("adapter", "lint", str(harbour.file))).status == 0
    assert (await command("adapter", "conform", str(harbour.file), "--law", "L6")).status == 0


async def test_nobody_of_the_vendor_is_in_its_samples(harbour: Place) -> None:
    await harbour.adapter("record")

    text = (harbour.file.parent / "samples/harbour-1.json").read_text(encoding="utf-8")
    planted = ("Inês", "Lobo", "lobo", "João", "Zoë", "王", "V0000", "Berth", "direita", SECRET)
    assert [each for each in planted if each in text] == []
    assert {"uid", "arrived", "guest", "berth"} < json.loads(text)[0].keys()


async def test_each_page_is_a_sample_and_ids_are_theirs_alone(quarry: Place) -> None:
    made = await quarry.adapter("record", "--pages", "5")

    folder = quarry.file.parent / "samples"
    names = sorted(file.name for file in folder.iterdir())
    pages = [json.loads((folder / name).read_bytes())["result"] for name in names]
    ids = [shift["no"] for page in pages for shift in page["shifts"]]
    assert made.status == 0, made.error
    assert names == ["quarry-1.json", "quarry-2.json"]
    assert [page["count"] for page in pages] == [60, 60]
    assert len({*ids}) == len(ids) == 60


SOCKET = """
spec: 1
vendor: {id: booth, title: Booth}
transport:
  kind: jsonrpc_ws
  url: ${options.url}
  handshake: [{method: authorize, params: {key: "${options.key}"}, keep: {token: vendorToken}}]
list:
  request: {method: querySessions, params: {token: "${session.token}"}}
  records: result
  paginate: {style: single}
map: {native_id: {at: id}, user.name: {at: who}}
"""


@pytest.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Place]:
    file = tmp_path / "booth.yaml"
    file.write_text(SOCKET, encoding="utf-8")
    vendor = GeneratedVendor(spec_of(SOCKET), {"key": KEY}, 7, Moment())
    address = (await vendor.start()).replace("http", "ws", 1)
    yield Place(file, ("--set", f"url={address}", "--set", "key=${env:QUARRY_KEY}"))
    await vendor.stop()


async def test_a_socket_is_tried_and_recorded_alike(booth: Place) -> None:
    tried: Any = json.loads((await booth.adapter("try", "--json")).output)
    recorded = await booth.adapter("record")

    sample = json.loads((booth.file.parent / "samples/booth-1.json").read_bytes())
    assert len(tried["records"]) == len(sample["result"]) == 7
    assert recorded.error == ""
    assert KEY not in json.dumps(sample)
