"""Records the answers that the published description shows: ``make docs``.

They are those of the built gateway over two simulators that stand still.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import aiohttp
import msgspec
from aiohttp import web

from gateway.app import build_app
from gateway.config import (
    AuthSettings,
    BackendSettings,
    KeySettings,
    ServerSettings,
    Settings,
)
from gateway.config.settings import Action, CursorSettings
from gateway.spi.abilities import Operation
from gateway.spi.registry import load_adapter, load_simulator
from gateway.web import openapi

FOLDER = Path(openapi.__path__[0]) / "examples"

_KEY = "an example"
_CREATION = {"backend": "museum", "space": {"id": "1"}, "language": "es"}
_CALLS: Mapping[str, tuple[str, str, object]] = {
    "list_sessions.200": ("GET", "/v1/sessions?limit=2", None),
    "summarise_sessions.200": ("GET", "/v1/sessions/summary?by=vendor,status", None),
    "get_session.200": ("GET", "/v1/sessions/museum:1", None),
    "list_backends.200": ("GET", "/v1/backends", None),
    "get_backend.200": ("GET", "/v1/backends/museum", None),
    "create_session.201": ("POST", "/v1/sessions", _CREATION),
    "health.200": ("GET", "/healthz", None),
    "readiness.200": ("GET", "/readyz", None),
}


def noon() -> datetime:
    """Be a clock that stands still."""
    return datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


async def examples() -> Mapping[str, str]:
    """Give every recorded answer by the name of its file."""
    async with AsyncExitStack() as stack:
        backends = [
            await _backend(stack, "museum", "roundware", (Operation.CREATE,)),
            await _backend(stack, "lab", "cortex", ()),
        ]
        runner = web.AppRunner(build_app(_settings(backends), clock=noon))
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        client = await stack.enter_async_context(
            aiohttp.ClientSession(f"http://{host}:{port}", headers={"X-API-Key": _KEY})
        )
        return {f"{name}.json": await _answer(client, name, *_CALLS[name]) for name in _CALLS}


async def _answer(
    client: aiohttp.ClientSession, name: str, method: str, path: str, body: object
) -> str:
    async with client.request(method, path, json=body) as response:
        text = await response.text()
        if not name.endswith(f".{response.status}"):
            raise ValueError(f"{name} was answered {response.status}: {text}")
        return msgspec.json.format(text, indent=2) + "\n"


async def _backend(
    stack: AsyncExitStack, name: str, vendor: str, operations: tuple[Operation, ...]
) -> BackendSettings:
    simulator = load_simulator(vendor)(rows=3, seed=1, clock=noon)
    address = await simulator.start()
    stack.push_async_callback(simulator.stop)
    model = load_adapter(vendor).options_model
    return BackendSettings(
        name=name,
        adapter=vendor,
        options=model.model_validate(simulator.options(address)),
        operations=operations,
    )


def _settings(backends: list[BackendSettings]) -> Settings:
    key = KeySettings(
        name="example",
        sha256=sha256(_KEY.encode()).hexdigest(),
        actions=(Action.READ, Action.WRITE),
    )
    return Settings(
        server=ServerSettings(port=0),
        auth=AuthSettings(keys=(key,)),
        cursor=CursorSettings(keys=("the key of the examples",)),
        backends=tuple(backends),
    )


if __name__ == "__main__":
    for file_name, content in asyncio.run(examples()).items():
        (FOLDER / file_name).write_text(content, encoding="utf-8")
