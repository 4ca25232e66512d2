"""The gateways whose answers are recorded: the built one, over simulators that stand still."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
from aiohttp import web
from yarl import URL

from adapters.simulators.server import VendorServer
from gateway.app import Clock, build_app
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
from gateway.web.limits import ServingLimits
from gateway.web.serving import Runner

KEY, BLIND_KEY, SLOW_KEY = "an example", "a blind example", "a slow example"
ADMIN_KEY = "an administering example"


class Call(NamedTuple):
    """A call, made so many times; ``sender`` says whose key goes with it."""

    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = {}
    sender: str = KEY
    times: int = 1


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that runs, and somebody who asks it."""

    address: tuple[str, int]
    client: aiohttp.ClientSession

    async def answer(self, call: Call) -> tuple[int, str]:
        """Give the status and the body of the last answer."""
        headers = {"X-API-Key": call.sender, "Content-Type": "application/json", **call.headers}
        path = URL(call.path, encoded=True)
        body = None if call.body is None else msgspec.json.encode(call.body)
        status, text = 0, ""
        for _ in range(call.times):
            sent = self.client.request(call.method, path, data=body, headers=headers)
            async with sent as response:
                status, text = response.status, await response.text()
        return status, text


class Place:
    """Where gateways and simulators run until the end."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def gateway(
        self,
        *backends: BackendSettings,
        state: Path | None = None,
        limits: ServingLimits | None = None,
        clock: Clock | None = None,
    ) -> Gateway:
        """Run a gateway."""
        app = build_app(_settings(backends, state), clock=clock or noon)
        runner = Runner(app, limits=limits, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        client = await self._stack.enter_async_context(
            aiohttp.ClientSession(f"http://{host}:{port}", headers={"Accept": "application/json"})
        )
        return Gateway((host, port), client)

    async def simulator(self, vendor: str, rows: int = 3) -> tuple[VendorServer, str]:
        """Run a vendor's simulator, and give its address."""
        server = load_simulator(vendor)(rows=rows, seed=1, clock=noon)
        if not isinstance(server, VendorServer):
            raise TypeError(f"{vendor} has a simulator of another kind")
        address = await server.start()
        self._stack.push_async_callback(server.stop)
        return server, address

    async def backend(
        self, name: str, vendor: str, *operations: Operation, rows: int = 3
    ) -> BackendSettings:
        """Run a simulator, and configure it as a backend."""
        server, address = await self.simulator(vendor, rows)
        return configured(name, vendor, server.options(address), *operations)

    async def museum_and_lab(self) -> Sequence[BackendSettings]:
        """Run what most examples are of."""
        return [
            await self.backend("museum", "roundware", Operation.CREATE),
            await self.backend("lab", "cortex", Operation.END),
        ]


def noon() -> datetime:
    """Be a clock that stands still."""
    return datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def configured(
    name: str, vendor: str, options: Mapping[str, object], *operations: Operation
) -> BackendSettings:
    """Configure a backend."""
    model = load_adapter(vendor).options_model
    return BackendSettings(
        name=name,
        adapter=vendor,
        options=model.model_validate(options),
        operations=operations,
    )


def lost(name: str) -> BackendSettings:
    """Configure a backend that cannot be reached."""
    options = {"url": "http://127.0.0.1:9/api/2", "token": "never sent anywhere"}
    return configured(name, "roundware", options)


def after_a_write(server: VendorServer, trouble: Callable[[], None]) -> Callable[[], None]:
    """Give what brings trouble to every request behind the next write."""
    before = server.served["write"]
    is_written = False

    def check() -> None:
        nonlocal is_written
        if is_written:
            trouble()
        is_written = server.served["write"] > before

    return check


def _settings(backends: Sequence[BackendSettings], state: Path | None) -> Settings:
    actions = (Action.READ, Action.WRITE)
    key = KeySettings(name="example", sha256=_digest(KEY), actions=actions)
    blind = KeySettings(name="blind", sha256=_digest(BLIND_KEY), redact=("user",))
    rate = Rate(requests=1, seconds=3600)
    admin = KeySettings(name="admin", sha256=_digest(ADMIN_KEY), actions=(Action.ADMIN,))
    slow = KeySettings(name="slow", sha256=_digest(SLOW_KEY), rate=rate)
    return Settings(
        server=ServerSettings(port=0, state_dir=state),
        auth=AuthSettings(keys=(key, blind, admin, slow)),
        cursor=CursorSettings(keys=("the key of the examples",)),
        backends=tuple(backends),
    )


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
