"""Commands on a terminal: tables that fit it, colours, progress, and Ctrl-C."""

import asyncio
import fcntl
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.simulators.digital_samba import DigitalSambaSimulator
from gateway.cli.text import cells
from gateway.config import BackendSettings
from tests.support.adapters import noon
from tests.support.commands import command, on_terminal, started, written
from tests.support.gateway import Vendors, all_vendors, backend

ESCAPES = re.compile(r"\x1b\[[0-9;]*[mK]|\r")


class HangingSamba(DigitalSambaSimulator):
    """Holds its answers back from the one on that it is told."""

    def __init__(self, *, rows: int, silent_from: int) -> None:
        super().__init__(rows=rows, seed=1, clock=noon)
        self.silent_from = silent_from
        self.is_held = asyncio.Event()
        self.may_answer = asyncio.Event()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Give the vendor's calls, the list held back."""
        listing, *others = super().routes()
        assert isinstance(listing, web.RouteDef)
        handler: Any = listing.handler

        async def held_back(request: web.Request) -> web.StreamResponse:
            if self.served["listing"] >= self.silent_from:
                self.is_held.set()
                await self.may_answer.wait()
            answer: web.StreamResponse = await handler(request)
            return answer

        return [web.get(listing.path, held_back, name="listing"), *others]


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(rows=30) as vendors:
        yield vendors


@pytest.fixture
def file(tmp_path: Path, vendors: Vendors) -> str:
    return written(tmp_path, vendors.backends.values())


def lines_of(text: str) -> list[str]:
    return ESCAPES.sub("", text).split("\n")


@pytest.mark.parametrize("columns", [20, 60, 80, 200])
async def test_a_table_fits_its_terminal(file: str, columns: int) -> None:
    async with on_terminal("sessions", "-c", file, "--limit=9", columns=columns) as terminal:
        status = await terminal.end()

    table = lines_of(terminal.text)[:10]
    assert status == 0
    assert max(map(cells, table)) <= columns
    assert ("…" in terminal.text) == (columns < 200)


async def test_colours_are_for_terminals_that_want_them(file: str) -> None:
    piped = await command("sessions", "-c", file)
    async with on_terminal("sessions", "-c", file) as coloured:
        await coloured.end()
    async with on_terminal("sessions", "-c", file, env={"NO_COLOR": "1"}) as plain:
        await plain.end()

    assert "\x1b[32mactive\x1b[0m" in coloured.text
    assert "\x1b[3" not in plain.text
    assert b"\x1b" not in piped.output


async def test_json_is_laid_out_for_people_alone(file: str) -> None:
    piped = await command("sessions", "-c", file, "--json", "--limit=1")
    async with on_terminal("sessions", "-c", file, "--json", "--limit=1") as terminal:
        await terminal.end()

    assert len(piped.output.splitlines()) == 1
    assert '\n  "data": [' in terminal.text.replace("\r", "")


async def hanging(silent_from: int, rows: int = 200) -> tuple[HangingSamba, BackendSettings]:
    samba = HangingSamba(rows=rows, silent_from=silent_from)
    options = samba.options(await samba.start())
    return samba, backend(samba.adapter, options)


async def test_while_it_waits_it_tells_so_and_wipes_that_off(tmp_path: Path) -> None:
    samba, configured = await hanging(silent_from=1)
    file = written(tmp_path, [configured])
    async with on_terminal("sessions", "-c", file, "--limit=3") as terminal:
        await terminal.wait_for("0 sessions, 0 s")
        samba.may_answer.set()
        status = await terminal.end()
    await samba.stop()

    assert status == 0
    wiped = terminal.text.rindex("\r\x1b[K")
    assert "STARTED" in terminal.text[wiped:]
    assert "0 sessions, " not in terminal.text[wiped:]


async def test_a_long_walk_tells_how_far_it_has_come(tmp_path: Path) -> None:
    samba, configured = await hanging(silent_from=8, rows=1000)
    output = tmp_path / "lines"
    file = written(tmp_path, [configured])
    async with on_terminal("sessions", "-c", file, "--ndjson", output=output) as terminal:
        await terminal.wait_for("500 of 1,00")
        samba.may_answer.set()
        status = await terminal.end()
    await samba.stop()

    assert status == 0
    assert len(output.read_bytes().splitlines()) > 1000


async def test_lines_on_a_terminal_have_no_progress_among_them(tmp_path: Path) -> None:
    samba, configured = await hanging(silent_from=8, rows=1000)
    file = written(tmp_path, [configured])
    async with on_terminal("sessions", "-c", file, "--ndjson", "--fields=id") as terminal:
        await samba.is_held.wait()
        # A progress line would begin in 0.2 s, on a clock that is another process's.
        await asyncio.sleep(0.5)
        samba.may_answer.set()
        await terminal.end()
    await samba.stop()

    assert "\x1b" not in terminal.text


@pytest.mark.parametrize("form", ["--json", "--ndjson", "--csv", "--fields=id"])
async def test_ctrl_c_ends_it_at_once_and_closes_its_connections(tmp_path: Path, form: str) -> None:
    samba, configured = await hanging(silent_from=1)
    file = written(tmp_path, [configured])
    async with on_terminal("sessions", "-c", file, form, "-v") as terminal:
        await samba.is_held.wait()
        terminal.interrupt()
        status = await terminal.end()
    samba.may_answer.set()
    await samba.stop()

    assert status == 130
    assert "Unclosed" not in terminal.text
    assert "Traceback" not in terminal.text
    assert "Aborted" not in terminal.text


@pytest.mark.parametrize(
    "asked",
    [("sessions",), ("sessions", "--csv"), ("backends",), ("check", "--online"), ("serve",)],
    ids=" ".join,
)
async def test_ctrl_c_ends_it_as_cleanly_before_any_backend_is_open(
    tmp_path: Path, asked: tuple[str, ...]
) -> None:
    file = tmp_path / "gateway.yaml"
    os.mkfifo(file)
    async with on_terminal(*asked, "-c", str(file)) as terminal:
        # Whoever opens it waits for the other: so the configuration is being read.
        writer = await asyncio.to_thread(os.open, file, os.O_WRONLY)
        terminal.interrupt()
        status = await terminal.end()
        os.close(writer)

    assert status == 130
    assert terminal.text in ("", "^C")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("options", [[], ["--limit=60", "--fields=id"]])
async def test_ctrl_c_ends_it_while_nobody_reads_what_it_writes(
    tmp_path: Path, options: list[str], unbuffered: str
) -> None:
    samba, configured = await hanging(silent_from=10_000, rows=3000)
    unread, output = os.pipe()
    fcntl.fcntl(output, fcntl.F_SETPIPE_SZ, 4096)
    file = written(tmp_path, [configured])
    env = {"PYTHONUNBUFFERED": unbuffered}
    asked = ("sessions", "-c", file, "--ndjson", *options)
    process = await started(*asked, output=output, env=env)
    os.close(output)
    # There is more than the pipe holds: once it begins to come, the writer waits.
    await asyncio.to_thread(os.read, unread, 1)
    process.send_signal(signal.SIGINT)
    _, error = await process.communicate()
    os.close(unread)
    await samba.stop()

    assert process.returncode == 130
    assert "Traceback" not in error.decode()


async def test_check_online_shows_what_each_backend_answered(vendors: Vendors, file: str) -> None:
    await vendors.servers["ekran"].stop()
    async with on_terminal("check", "-c", file, "--online") as terminal:
        status = await terminal.end()

    rows = {line.split()[0]: line.split() for line in lines_of(terminal.text) if line}
    assert status == 1
    assert rows["roundware"][1:3] == ["roundware", "ok"]
    assert rows["ekran"][2] == "failed"
    assert "ekran: no connection to it could be made (connect)" in terminal.text
    assert "no answer of: ekran" in terminal.text
