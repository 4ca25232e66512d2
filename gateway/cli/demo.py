"""``demo``: a simulator of each vendor, and the gateway over them, on free loopback ports."""

import asyncio
import contextlib
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import click

from gateway.app.listening import url_of
from gateway.cli.ending import fail
from gateway.cli.serve import started
from gateway.config.settings import BackendSettings, CacheSettings, ServerSettings, Settings
from gateway.spi.registry import load_adapter, simulator_names

_START_SECONDS = 30.0
_STOP_SECONDS = 3.0
_SHOWN_ROWS = 15
_QUERY = f"/v1/sessions?limit={_SHOWN_ROWS}"


@dataclass(frozen=True, slots=True)
class _Vendor:
    """A simulator that runs."""

    name: str
    adapter: str
    address: str
    options: dict[str, object]
    process: Process


def run_demo(*, rows: int, port: int, is_frozen: bool) -> None:
    """Run until Ctrl-C, and leave nothing behind."""
    frozen_at = datetime.now(UTC) if is_frozen else None
    asyncio.run(_demo(rows, port, frozen_at))


async def _demo(rows: int, port: int, frozen_at: datetime | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        names = simulator_names()
        arguments = ["--rows", str(rows)]
        if frozen_at is not None:
            arguments += ["--frozen-at", frozen_at.isoformat()]
        vendors = [
            await stack.enter_async_context(_simulator(name, [*arguments, "--seed", str(seed)]))
            for seed, name in enumerate(names)
        ]
        runner = await started(_settings(vendors, port))
        stack.push_async_callback(runner.stop, _STOP_SECONDS)
        address = url_of(runner.addresses[0])
        answer = await _asked(address + _QUERY)
        _tell(address, vendors, answer)
        await stop.wait()
        click.echo("\nStopping.")


@asynccontextmanager
async def _simulator(name: str, arguments: list[str]) -> AsyncIterator[_Vendor]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway.cli.simulate", name, *arguments, stdin=PIPE, stdout=PIPE
    )
    try:
        yield await _started(name, process)
    finally:
        await _ended(process)


async def _started(name: str, process: Process) -> _Vendor:
    assert process.stdout is not None  # noqa: S101  # it was asked for
    line = b""
    with contextlib.suppress(TimeoutError):
        line = await asyncio.wait_for(process.stdout.readline(), _START_SECONDS)
    if not line:
        fail(f"the simulator of {name} did not start")
    told = json.loads(line)
    return _Vendor(name, told["adapter"], told["address"], told["options"], process)


async def _ended(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _settings(vendors: list[_Vendor], port: int) -> Settings:
    return Settings(
        server=ServerSettings(port=port),
        backends=tuple(
            BackendSettings(
                name=vendor.name.replace("_", "-"),
                adapter=vendor.adapter,
                # Nothing is kept, so that what is killed or begins shows in the very next answer.
                cache=CacheSettings(ttl_s=0, stale_if_error_s=0),
                options=load_adapter(vendor.adapter).options_model.model_validate(vendor.options),
            )
            for vendor in vendors
        ),
    )


async def _asked(url: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as client, client.get(url) as response:
        answer: dict[str, Any] = await response.json()
        return answer


def _tell(address: str, vendors: list[_Vendor], answer: dict[str, Any]) -> None:
    click.echo(f"\nThe gateway serves {len(vendors)} simulated vendors on {address}\n")
    for vendor in vendors:
        click.echo(f"  {vendor.name:14} {vendor.address:24} process {vendor.process.pid}")
    click.echo(f"\nOpen: {address}/")
    click.echo(f"Try:  curl '{address}{_QUERY}'\n\nIt answered:\n")
    for session in answer["data"]:
        click.echo("  " + _line(session))
    total = answer["total"]
    mark = "" if total["relation"] == "eq" else "at least "
    click.echo(f"\n  {len(answer['data'])} of {mark}{total['value']} sessions,", nl=False)
    click.echo(f" complete: {json.dumps(answer['complete'])}")
    click.echo("\nEnd a simulator (kill its process) and ask again: the answer will name it.")
    click.echo("Stop all with Ctrl-C.")


def _line(session: dict[str, Any]) -> str:
    began = (session["started_at"] or "-")[: len("2026-11-22T06:00:00")]
    return f"{began:19}  {session['status']:7}  {_label(session)[:22]:22}  {session['id']}"


def _label(session: dict[str, Any]) -> str:
    """Choose what a person would know the session by."""
    space = session["space"]
    kinds = {"user": session["user"], space["kind"] if space else "space": space}
    words = [f"{kind} {each['name'] or each['id']}" for kind, each in kinds.items() if each]
    return str(session["title"] or next(iter(words), ""))
