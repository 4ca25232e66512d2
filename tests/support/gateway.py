"""The built gateway on a loopback port, over simulators that stand still."""

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from adapters.simulators.canopsis import CanopsisSimulator
from adapters.simulators.cortex import CortexSimulator
from adapters.simulators.digital_samba import DigitalSambaSimulator
from adapters.simulators.ekran import EkranSimulator
from adapters.simulators.roundware import RoundwareSimulator
from adapters.simulators.server import VendorServer
from gateway.app import Clock, build_app
from gateway.app.sharing import Sharing
from gateway.config import BackendLimits, BackendSettings, ServerSettings, SetBy, Settings
from gateway.spi.registry import load_adapter
from gateway.web.limits import ServingLimits
from gateway.web.serving import Runner
from gateway.web.tracing import Tracer
from tests.support.adapters import noon

SIMULATORS: tuple[type[VendorServer], ...] = (
    CanopsisSimulator,
    CortexSimulator,
    DigitalSambaSimulator,
    EkranSimulator,
    RoundwareSimulator,
)

PLUGINS = ("clinic-vendor", "scribe-vendor")
"""The distributions of vendors that are made up for tests, wherever those are installed."""


@dataclass
class Answer:
    """One answer of the gateway."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def ids(self) -> list[str]:
        """Name the sessions of a page."""
        return [session["id"] for session in self.body["data"]]


@dataclass
class Gateway:
    """A gateway that runs, and somebody who asks it."""

    address: str
    client: aiohttp.ClientSession
    runner: Runner

    async def reload(
        self,
        settings: Settings,
        *,
        clock: Clock = noon,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Serve other settings from now on."""
        app = build_app(settings, clock=clock, timer=timer, before=self.runner.app)
        await self.runner.switch(app)

    async def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, **query: object
    ) -> Answer:
        """Ask; lists are sent as repeated parameters."""
        return await self.call("GET", path, query, headers)

    async def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Call with any method."""
        pairs = [
            (name, str(each))
            for name, value in (query or {}).items()
            for each in (value if isinstance(value, list) else [value])
        ]
        url = URL(self.address + path, encoded=True)
        if pairs:
            url = url.with_query(pairs)
        async with self.client.request(method, url, headers=headers, data=body) as response:
            document = await response.json(content_type=None)
            return Answer(response.status, response.headers, document)

    async def post(
        self, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Write, with a body of JSON where there is one."""
        if body is None:
            return await self.call("POST", path, headers=headers)
        given = {"Content-Type": "application/json", **(headers or {})}
        return await self.call("POST", path, headers=given, body=json.dumps(body).encode())

    async def walk(self, limits: list[int], **query: object) -> list[Answer]:
        """Follow cursors to the end, with changing limits."""
        pages: list[Answer] = []
        asked = query
        while True:
            limit = limits[len(pages) % len(limits)]
            page = await self.call("GET", "/v1/sessions", {**asked, "limit": limit})
            assert page.status == 200, page.body
            pages.append(page)
            if page.body["page"]["next"] is None:
                return pages
            asked = {**query, "cursor": page.body["page"]["next"]}


def backend(adapter: str, options: Mapping[str, object], **settings: Any) -> BackendSettings:  # noqa: ANN401  # any setting of a backend
    """Configure a backend, named after its adapter unless told otherwise.

    It is asked as often as a test likes: a simulator need not be spared.
    """
    model = load_adapter(adapter, PLUGINS).options_model_for(options, Path())
    unpaced = BackendLimits(rate=None, rate_set_by=SetBy.BACKEND)
    return BackendSettings(
        **{"name": adapter.replace("_", "-"), "limits": unpaced, **settings},
        adapter=adapter,
        options=model.model_validate(options),
    )


def settings_for(*backends: BackendSettings, **sections: Any) -> Settings:  # noqa: ANN401  # any section
    """Configure a gateway on a free port."""
    usual = {"server": ServerSettings(port=0), "plugins": PLUGINS}
    return Settings(**{**usual, **sections}, backends=backends)


@asynccontextmanager
async def running(  # noqa: PLR0913  # what may be otherwise, each by its name
    settings: Settings,
    *,
    clock: Clock = noon,
    timer: Callable[[], float] = time.monotonic,
    limits: ServingLimits | None = None,
    sharing: Sharing | None = None,
    tracer: Tracer | None = None,
) -> AsyncIterator[Gateway]:
    """Run the built gateway on a free loopback port, with a clock that stands at noon."""
    runner = Runner(
        build_app(settings, clock=clock, timer=timer, sharing=sharing, tracer=tracer),
        limits=limits,
        access_log=None,
        shutdown_timeout=0.1,
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as client:
            yield Gateway(f"http://{host}:{port}", client, runner)
    finally:
        await runner.cleanup()


@dataclass
class Vendors:
    """All five simulators, and how to reach them."""

    servers: dict[str, VendorServer] = field(default_factory=dict)
    backends: dict[str, BackendSettings] = field(default_factory=dict)

    def settings(self, **sections: Any) -> Settings:  # noqa: ANN401  # any section
        """Configure a gateway over all of them."""
        return settings_for(*self.backends.values(), **sections)


@asynccontextmanager
async def all_vendors(rows: int, clock: Clock = noon) -> AsyncIterator[Vendors]:
    """Run a simulator of every vendor, each with this many stays; unless told, it is noon."""
    vendors = Vendors()
    async with AsyncExitStack() as stack:
        for seed, simulator_class in enumerate(SIMULATORS):
            server = simulator_class(rows=rows, seed=seed, clock=clock)
            address = await server.start()
            stack.push_async_callback(server.stop)
            configured = backend(server.adapter, server.options(address))
            vendors.servers[configured.name] = server
            vendors.backends[configured.name] = configured
        yield vendors
