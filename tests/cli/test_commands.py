"""``serve``, ``check`` and ``keys new`` as an operator meets them."""

import asyncio
import hashlib
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner

from adapters.simulators.roundware import RoundwareSimulator
from gateway.cli.main import main
from gateway.config import load
from tests.support.adapters import noon

GOOD = """
server: {port: 0}
cursor: {keys: ["${env:CURSOR_KEY}"]}
backends:
  - name: museum
    adapter: roundware
    options: {url: "URL/api/2", token: "${env:MUSEUM_TOKEN}"}
"""
SECRETS = {"CURSOR_KEY": "a key of sixteen or more", "MUSEUM_TOKEN": "s3cret"}


def written(folder: Path, text: str) -> str:
    path = folder / "gateway.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_good_file_is_in_order(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("URL", "https://museum.example"))

    result = CliRunner().invoke(main, ["check", "-c", path], env=SECRETS)

    assert result.exit_code == 0, result.output
    assert "in order; backends: museum" in result.output
    assert "s3cret" not in result.output


def test_every_error_of_a_broken_file_is_told_with_its_place(tmp_path: Path) -> None:
    text = GOOD.replace("URL", "http://museum.example").replace(
        "port: 0", "port: many, colour: red"
    )
    path = written(tmp_path, text)

    result = CliRunner().invoke(main, ["check", "-c", path], env=SECRETS)

    assert result.exit_code == 2
    assert f"{path}:2:" in result.output
    assert "server.port" in result.output
    assert "server.colour" in result.output
    assert "backends[0].options" in result.output
    assert "not encrypted" in result.output
    assert "Traceback" not in result.output
    assert "s3cret" not in result.output


@pytest.mark.parametrize(
    "text", ["", "- a\n", "a: [", "\t", "a: &x 1\n", "server: {workers: 65}\n"]
)
def test_no_broken_file_ends_in_a_traceback(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)

    result = CliRunner().invoke(main, ["serve", "-c", path])

    assert result.exit_code == 2
    assert path in result.output
    assert isinstance(result.exception, SystemExit)


def test_an_absent_file_is_a_wrong_configuration(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["check", "-c", str(tmp_path / "none.yaml")])

    assert result.exit_code == 2
    assert "none.yaml" in result.output


def test_strangers_are_not_served_without_keys(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("URL", "https://museum.example"))

    result = CliRunner().invoke(main, ["serve", "-c", path, "--host", "0.0.0.0"], env=SECRETS)  # noqa: S104  # what is refused

    assert result.exit_code == 2
    assert "server.host" in result.output


def test_a_new_key_is_let_in_by_the_line_that_comes_with_it(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["keys", "new", "--name", 'dash "boards"'])
    entry = result.output.partition("entry for auth.keys:\n")[2]
    text = GOOD.replace("URL", "https://museum.example") + "auth:\n  keys:\n  " + entry

    settings = load(written(tmp_path, text), SECRETS)

    key = result.output.split()[4]
    assert key.startswith("sgw_")
    assert settings.auth.keys[0].name == 'dash "boards"'
    assert settings.auth.keys[0].sha256 == hashlib.sha256(key.encode()).hexdigest()


def test_no_two_keys_are_alike() -> None:
    outputs = {CliRunner().invoke(main, ["keys", "new"]).output for _ in range(20)}

    assert len(outputs) == 20


def test_wrong_usage_ends_with_2() -> None:
    assert CliRunner().invoke(main, ["serve"]).exit_code == 2
    assert CliRunner().invoke(main, ["dance"]).exit_code == 2


async def test_a_served_file_answers_until_it_is_told_to_stop(tmp_path: Path) -> None:
    museum = RoundwareSimulator(rows=9, seed=1, clock=noon)
    address = await museum.start()
    options = museum.options(address)
    path = written(tmp_path, GOOD.replace("URL", address))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "gateway", "serve", "-c", path),
        stderr=PIPE,
        env={**os.environ, **SECRETS, "MUSEUM_TOKEN": str(options["token"])},
    )
    assert process.stderr is not None
    line = (await process.stderr.readline()).decode()
    found = re.search(r"serving on (\S+)", line)
    assert found, line
    async with aiohttp.ClientSession() as client, client.get(f"{found[1]}/v1/sessions") as reply:
        page = await reply.json()
    process.send_signal(signal.SIGTERM)
    log = (await process.stderr.read()).decode()
    status = await process.wait()
    await museum.stop()

    assert len(page["data"]) == 9
    assert status == 0
    assert re.search(r"GET /v1/sessions 200 [0-9.]+ ms [0-9a-f]{16}", log), log
    assert str(options["token"]) not in log


async def test_a_taken_port_is_told_without_a_traceback(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    text = GOOD.replace("URL", "https://museum.example").replace("port: 0", f"port: {port}")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "gateway", "serve", "-c", written(tmp_path, text)),
        stderr=PIPE,
        env={**os.environ, **SECRETS},
    )
    _, error = await process.communicate()
    taken.close()

    assert process.returncode == 1
    assert f"127.0.0.1:{port}: cannot listen here" in error.decode()
    assert "Traceback" not in error.decode()
