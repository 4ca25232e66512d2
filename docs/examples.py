"""Records the answers that the published description shows: ``make docs``.

They are those of the built gateway over two simulators that stand still; the problems are those of
one that has, besides, a backend that cannot be reached and one that is switched off.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
from aiohttp import web
from yarl import URL

from gateway.app import build_app
from gateway.config import (
    AuthSettings,
    BackendSettings,
    KeySettings,
    ServerSettings,
    Settings,
)
from gateway.config.settings import Action, CursorSettings
from gateway.spi import Rate
from gateway.spi.abilities import Operation
from gateway.spi.registry import load_adapter, load_simulator
from gateway.web import openapi
from gateway.web.serving import Runner


class Call(NamedTuple):
    """A call, made so many times; ``sender`` says whose key goes with it."""

    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = {}
    sender: str = "an example"
    times: int = 1


FOLDER = Path(openapi.__path__[0]) / "examples"

_KEY, _BLIND_KEY, _SLOW_KEY = "an example", "a blind example", "a slow example"
_UNREACHABLE = {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"}
_CREATION = {"backend": "museum", "space": {"id": "1"}, "language": "es"}
_CALLS: Mapping[str, tuple[str, str, object]] = {
    "list_sessions.200": ("GET", "/v1/sessions?limit=2", None),
    "summarise_sessions.200": ("GET", "/v1/sessions/summary?by=vendor,status", None),
    "get_session.200": ("GET", "/v1/sessions/museum:1", None),
    "list_backends.200": ("GET", "/v1/backends", None),
    "get_backend.200": ("GET", "/v1/backends/museum", None),
    "create_session.201": ("POST", "/v1/sessions", _CREATION),
    "describe_problem.200": ("GET", "/problems/not_found", None),
    "end_session.200": ("POST", "/v1/sessions/lab:0542f895-9e67-502a-8820-3594f5f67ada/end", None),
    "health.200": ("GET", "/healthz", None),
    "readiness.200": ("GET", "/readyz", None),
}

_SESSIONS = "/v1/sessions"
_KEYED = {"Idempotency-Key": "8e03978e"}

_REFUSED: Mapping[str, Call] = {
    "unknown_parameter": Call("GET", f"{_SESSIONS}?colour=red"),
    "repeated_parameter": Call("GET", f"{_SESSIONS}?limit=1&limit=2"),
    "invalid_parameter": Call("GET", f"{_SESSIONS}?limit=none&status=open"),
    "missing_parameter": Call("GET", f"{_SESSIONS}/summary"),
    "too_many_parameters": Call("GET", f"{_SESSIONS}?{'&'.join(['tag=a'] * 51)}"),
    "invalid_id": Call("GET", f"{_SESSIONS}/%ff"),
    "invalid_cursor": Call("GET", f"{_SESSIONS}?cursor=made-up"),
    "hidden_field": Call("GET", f"{_SESSIONS}?user=u1", sender="a blind example"),
    "filter_unanswerable": Call("GET", f"{_SESSIONS}?backend=museum&user=u1"),
    "invalid_body": Call("POST", _SESSIONS, []),
    "invalid_idempotency_key": Call("POST", _SESSIONS, _CREATION, {"Idempotency-Key": "two words"}),
    "idempotency_not_available": Call("POST", _SESSIONS, _CREATION, _KEYED),
    "unauthorized": Call("GET", "/v1/backends", sender="made up"),
    "forbidden": Call("POST", _SESSIONS, {"backend": "museum"}, sender="a blind example"),
    "operation_not_enabled": Call("POST", _SESSIONS, {"backend": "closed"}),
    "not_found": Call("GET", "/v1/backends/nowhere"),
    "method_not_allowed": Call("DELETE", _SESSIONS),
    "not_acceptable": Call("GET", "/v1/backends", None, {"Accept": "text/html"}),
    "body_too_large": Call("POST", _SESSIONS, {"backend": "museum" * 20_000}),
    "unsupported_media_type": Call("POST", _SESSIONS, {}, {"Content-Type": "text/plain"}),
    "unsupported_field": Call("POST", _SESSIONS, {"backend": "museum", "colour": "red"}),
    "wrong_kind": Call("POST", _SESSIONS, {"backend": "museum", "language": 5}),
    "missing_field": Call("POST", _SESSIONS, {"backend": "museum"}),
    "operation_not_supported": Call("POST", f"{_SESSIONS}/museum:1/end", {}),
    "upstream_failed": Call("GET", f"{_SESSIONS}?backend=closed"),
    "incomplete": Call("GET", f"{_SESSIONS}?backend=museum&backend=attic&require=all"),
    "not_cached": Call(
        "GET", f"{_SESSIONS}?backend=closed", None, {"Cache-Control": "only-if-cached"}
    ),
    "invalid_target": Call("GET", "/v1/backends", None, {"Host": "two hosts"}),
    "uri_too_long": Call("GET", f"{_SESSIONS}?q={'a' * 9000}"),
    "headers_too_large": Call("GET", _SESSIONS, None, {"Prefer": "a" * 9000}),
    "too_many_requests": Call("GET", "/v1/backends", sender="a slow example", times=2),
    "malformed_request": Call("GET", _SESSIONS, None, {"Transfer-Encoding": "gzip"}),
    "expectation_failed": Call("GET", _SESSIONS, None, {"Expect": "a-miracle"}),
}


def noon() -> datetime:
    """Be a clock that stands still."""
    return datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


async def examples() -> Mapping[str, str]:
    """Give every recorded answer by the name of its file."""
    return {**await _answers(), **await _problems()}


async def _answers() -> Mapping[str, str]:
    async with AsyncExitStack() as stack:
        client = await _client(stack, _settings(await _backends(stack)))
        return {f"{name}.json": await _answer(client, name, *_CALLS[name]) for name in _CALLS}


async def _problems() -> Mapping[str, str]:
    async with AsyncExitStack() as stack:
        lost = [_lost("closed", is_enabled=True), _lost("attic", is_enabled=False)]
        client = await _client(stack, _settings([*await _backends(stack), *lost]))
        return {
            f"problems/{code}.json": await _refusal(client, code, call)
            for code, call in _REFUSED.items()
        }


async def _client(stack: AsyncExitStack, settings: Settings) -> aiohttp.ClientSession:
    """Run the gateway, and give somebody who asks it."""
    runner = Runner(build_app(settings, clock=noon))
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    return await stack.enter_async_context(
        aiohttp.ClientSession(
            f"http://{host}:{port}", headers={"X-API-Key": _KEY, "Accept": "application/json"}
        )
    )


async def _refusal(client: aiohttp.ClientSession, code: str, call: Call) -> str:
    headers = {"X-API-Key": call.sender, "Content-Type": "application/json", **call.headers}
    path = URL(call.path, encoded=True)
    body = None if call.body is None else msgspec.json.encode(call.body)
    for _ in range(call.times):
        async with client.request(call.method, path, data=body, headers=headers) as response:
            text = await response.text()
    if f'"code":"{code}"' not in text:
        raise ValueError(f"{code} was not answered, but {text}")
    return msgspec.json.format(text, indent=2) + "\n"


async def _answer(
    client: aiohttp.ClientSession, name: str, method: str, path: str, body: object
) -> str:
    async with client.request(method, path, json=body) as response:
        text = await response.text()
        if not name.endswith(f".{response.status}"):
            raise ValueError(f"{name} was answered {response.status}: {text}")
        return msgspec.json.format(text, indent=2) + "\n"


async def _backends(stack: AsyncExitStack) -> list[BackendSettings]:
    return [
        await _backend(stack, "museum", "roundware", (Operation.CREATE,)),
        await _backend(stack, "lab", "cortex", (Operation.END,)),
    ]


def _lost(name: str, *, is_enabled: bool) -> BackendSettings:
    options = load_adapter("roundware").options_model.model_validate(_UNREACHABLE)
    return BackendSettings(name=name, adapter="roundware", enabled=is_enabled, options=options)


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
    actions = (Action.READ, Action.WRITE)
    key = KeySettings(name="example", sha256=_digest(_KEY), actions=actions)
    blind = KeySettings(name="blind", sha256=_digest(_BLIND_KEY), redact=("user",))
    rate = Rate(requests=1, seconds=3600)
    slow = KeySettings(name="slow", sha256=_digest(_SLOW_KEY), rate=rate)
    return Settings(
        server=ServerSettings(port=0),
        auth=AuthSettings(keys=(key, blind, slow)),
        cursor=CursorSettings(keys=("the key of the examples",)),
        backends=tuple(backends),
    )


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


if __name__ == "__main__":
    for file_name, content in asyncio.run(examples()).items():
        (FOLDER / file_name).write_text(content, encoding="utf-8")
