"""Where a gateway meets a fault: a backend in trouble, and how often it was asked."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gateway.config import BackendSettings
from gateway.config.settings import CacheSettings
from tests.laboratory import vendors
from tests.laboratory.blackholes import (
    black_hole,
    counting_connects,
    name_server,
    refused_port,
)
from tests.laboratory.certificates import Certificates, Identity
from tests.laboratory.http_faults import honest
from tests.laboratory.rpc_faults import RpcFault, conversing
from tests.laboratory.server import HOST, Fault, FaultServer, Vendor
from tests.laboratory.toxics import Proxy, Toxics
from tests.laboratory.vendors import Canopsis, Ekran, Roundware, digital_samba
from tests.support.gateway import backend

CANARY = "canary"
"""A part of every credential and of every word of a vendor: nobody may be told it."""

NOTHING_KEPT = CacheSettings(ttl_s=0, stale_if_error_s=0)

_BRIEF = 0.25
_PATIENT = 5.0
_CREDENTIALS = {
    "client_id": "canary-id",
    "client_secret": "canary-secret",
    "username": "canary-user",
    "password": "canary-password",
}


@dataclass(frozen=True)
class Troubled:
    """A backend in trouble.

    ``asked`` tells how often its vendor was asked, or was tried to be, and ``sent`` what it was
    sent, where there is a vendor to be sent anything.
    """

    backend: BackendSettings
    asked: Callable[[], int]
    sent: Callable[[], str] = str


Site: TypeAlias = Callable[[Path], AbstractAsyncContextManager[Troubled]]
"""Opens a site; it may keep files in a folder."""


def samba(
    fault: Fault = honest,
    *,
    vendor: Callable[[], Vendor] = digital_samba,
    timeout_s: float = _BRIEF,
    greeting: bytes = b"",
) -> Site:
    """Meet it at Digital Samba: pages, by GET, with the credential in a header."""

    @asynccontextmanager
    async def site(_: Path) -> AsyncIterator[Troubled]:
        async with FaultServer(vendor(), fault, greeting=greeting) as server:
            yield _at(server, _samba(server.url(), timeout_s=timeout_s), "GET")

    return site


def ekran(fault: Fault, *, count: int = 3) -> Site:
    """Meet it at Ekran: pages, by POST, with the credential in a header."""

    @asynccontextmanager
    async def site(_: Path) -> AsyncIterator[Troubled]:
        async with FaultServer(Ekran(count), fault) as server:
            options = {"url": server.url(), "api_key": "canary-key"}
            yield _at(server, troubled("ekran", options), "POST")

    return site


def roundware(fault: Fault) -> Site:
    """Meet it at Roundware: a single list."""

    @asynccontextmanager
    async def site(_: Path) -> AsyncIterator[Troubled]:
        async with FaultServer(Roundware(), fault) as server:
            options = {"url": server.url(), "token": "canary-token"}
            yield _at(server, troubled("roundware", options), "GET")

    return site


def canopsis(fault: Fault) -> Site:
    """Meet it at Canopsis: a log-in, with the credential in the query, and then a single list."""

    @asynccontextmanager
    async def site(_: Path) -> AsyncIterator[Troubled]:
        async with FaultServer(Canopsis(), fault) as server:
            options = {"url": server.url(), "auth_key": "canary-key", "username": "watcher"}
            yield _at(server, troubled("canopsis", options), "GET")

    return site


def cortex(fault: RpcFault, method: str = "querySessions", *, timeout_s: float = _BRIEF) -> Site:
    """Meet it at Cortex: calls over a WebSocket, with credentials in the parameters."""

    @asynccontextmanager
    async def site(_: Path) -> AsyncIterator[Troubled]:
        talking = conversing(vendors.cortex, method, fault)
        async with FaultServer(Roundware(), talking) as server:
            options = {"url": server.url("ws"), "dialect": "v1", **_CREDENTIALS}
            settings = troubled("cortex", options, timeout_s=timeout_s)
            yield _at(server, settings, method)

    return site


def behind(toxics: Toxics) -> Site:
    """Meet it on the way to an honest Digital Samba."""

    @asynccontextmanager
    async def site(_: Path) -> AsyncIterator[Troubled]:
        async with (
            FaultServer(digital_samba(), honest) as server,
            Proxy(server.port, toxics) as proxy,
        ):
            settings = _samba(f"http://{HOST}:{proxy.port}")
            yield Troubled(settings, lambda: server.count("GET"))

    return site


@asynccontextmanager
async def refused(_: Path) -> AsyncIterator[Troubled]:
    """Meet nobody."""
    with refused_port() as port, counting_connects(port) as tries:
        yield Troubled(_samba(f"http://{HOST}:{port}"), lambda: tries.count)


def swallowed(*, timeout_s: float) -> Site:
    """Meet nobody, and be told nothing."""

    @asynccontextmanager
    async def site(_: Path) -> AsyncIterator[Troubled]:
        with black_hole() as port, counting_connects(port) as tries:
            settings = _samba(f"http://{HOST}:{port}", timeout_s=timeout_s)
            yield Troubled(settings, lambda: tries.count)

    return site


def nameless(*, is_hanging: bool, timeout_s: float = _BRIEF) -> Site:
    """Look for a name that does not exist, or is never told of."""

    @asynccontextmanager
    async def site(_: Path) -> AsyncIterator[Troubled]:
        with name_server("vendor.invalid", is_hanging=is_hanging) as names:
            settings = _samba("https://vendor.invalid", timeout_s=timeout_s)
            yield Troubled(settings, lambda: names.tries.count)

    return site


def encrypted(
    shown: Callable[[Certificates], Identity | None],
    *,
    pinned: Callable[[Certificates], Identity] | None = None,
) -> Site:
    """Meet a server that shows a certificate, or none; trust an authority, or a pin alone."""

    @asynccontextmanager
    async def site(folder: Path) -> AsyncIterator[Troubled]:
        certificates = Certificates(folder)
        identity = shown(certificates)
        tls = identity.tls if identity else None
        trust: dict[str, Path | str] = {"ca_file": certificates.ca_file}
        if pinned is not None:
            trust = {"fingerprint_sha256": pinned(certificates).pin}
        async with FaultServer(digital_samba(), honest, tls=tls) as server:
            with counting_connects(server.port) as tries:
                yield Troubled(_samba(server.url("https"), trust), lambda: tries.count)

    return site


def troubled(
    adapter: str,
    options: Mapping[str, object],
    *,
    name: str = "troubled",
    timeout_s: float = _BRIEF,
) -> BackendSettings:
    """Configure a backend of which nothing is kept."""
    return backend(adapter, options, name=name, timeout_s=timeout_s, cache=NOTHING_KEPT)


@asynccontextmanager
async def others() -> AsyncIterator[list[BackendSettings]]:
    """Run the honest: a Roundware and an Ekran server."""
    async with AsyncExitStack() as stack:
        museum = await stack.enter_async_context(FaultServer(Roundware(), honest))
        office = await stack.enter_async_context(FaultServer(Ekran(), honest))
        yield [
            troubled(
                "roundware",
                {"url": museum.url(), "token": "canary"},
                name="museum",
                timeout_s=_PATIENT,
            ),
            troubled(
                "ekran",
                {"url": office.url(), "api_key": "canary"},
                name="office",
                timeout_s=_PATIENT,
            ),
        ]


def _at(server: FaultServer, settings: BackendSettings, what: str) -> Troubled:
    return Troubled(settings, lambda: server.count(what), server.sent)


def _samba(
    url: str, trust: Mapping[str, Path | str] = {}, *, timeout_s: float = _BRIEF
) -> BackendSettings:
    options = {"url": url, "developer_key": "canary-key", **trust}
    return troubled("digital_samba", options, timeout_s=timeout_s)
