"""Somebody who has a vendor's page open, and asks the gateway instead of the vendor."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from yarl import URL

from adapters.simulators.server import VendorServer
from adapters.simulators.world import Held
from gateway.app import Clock
from gateway.config.settings import CacheSettings
from gateway.spi.registry import load_adapter
from tests.pages.relay import Relay, relaying
from tests.support.adapters import noon
from tests.support.gateway import Answer, Gateway, backend, running
from tests.web.writing import WRITER, writable

BACKEND = "here"

_NOTHING: dict[str, Any] = {
    "status": "unknown",
    "native_status": None,
    "title": None,
    "started_at": None,
    "ended_at": None,
    "last_activity_at": None,
    "duration_s": None,
    "user": None,
    "device": None,
    "client": None,
    "space": None,
    "language": None,
    "tags": [],
    "participants": None,
    "inferred": [],
    "attributes": {},
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Reader:
    """The gateway over one vendor, the calls that pass between them, and the vendor itself."""

    vendor: VendorServer
    address: str
    relay: Relay
    gateway: Gateway

    async def get(self, path: str = "/v1/sessions", /, **query: object) -> Answer:
        """Ask the gateway."""
        return await self.gateway.call("GET", path, query, WRITER)

    async def post(self, path: str, body: object = None) -> Answer:
        """Write through the gateway."""
        return await self.gateway.post(path, body, headers=WRITER)

    async def listed(self, **query: object) -> list[dict[str, Any]]:
        """List all that there is, of a vendor that is to answer."""
        answer = await self.get(limit=1000, **query)
        assert answer.status == 200, answer.body
        assert answer.body["complete"] is True, answer.body["backends"]
        assert answer.body["page"]["next"] is None
        assert answer.body["backends"][BACKEND]["warnings"] == []
        sessions: list[dict[str, Any]] = answer.body["data"]
        return sessions

    async def ids(self, **query: object) -> list[str]:
        """List, and name what is listed in the vendor's own words."""
        return [session["native_id"] for session in await self.listed(**query)]

    def held(self, wanted: Callable[[Held], bool] = lambda _: True) -> list[str]:
        """Name what the vendor holds, newest first, by its own books."""
        rows = sorted(filter(wanted, self.vendor.held()), key=_newest_first)
        return [row.native_id for row in rows]

    async def page_says(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        body: object = None,
    ) -> tuple[int, Any]:
        """Call the vendor itself, word for word as the page does."""
        url = URL(self.address + path, encoded=True)
        async with (
            aiohttp.ClientSession() as client,
            client.request(method, url, headers=headers, json=body) as reply,
        ):
            is_json = reply.content_type == "application/json"
            return reply.status, await reply.json() if is_json else await reply.text()


@asynccontextmanager
async def reading(
    vendor: VendorServer, *, clock: Clock = noon, **options: object
) -> AsyncIterator[Reader]:
    """Run the gateway over a vendor: whatever it can write is allowed, and nothing is kept."""
    address = await vendor.start()
    try:
        async with relaying(address) as (relay, relay_address):
            given = {**vendor.options(relay_address), **options}
            configured = backend(
                vendor.adapter,
                given,
                name=BACKEND,
                operations=_operations(vendor.adapter, given),
                cache=CacheSettings(ttl_s=0),
            )
            async with running(writable(configured), clock=clock) as gateway:
                yield Reader(vendor, address, relay, gateway)
    finally:
        await vendor.stop()


def document(vendor: str, native_id: str, **fields: object) -> dict[str, Any]:
    """Write a session document: what is not told is nothing."""
    identity = {
        "id": f"{BACKEND}:{native_id}",
        "backend": BACKEND,
        "vendor": vendor,
        "native_id": native_id,
    }
    return {**identity, **_NOTHING, **fields}


def problem(answer: Answer, status: int, code: str, *unsaid: str) -> None:
    """Check an error of the gateway's own, in which no word of the vendor stands."""
    assert (answer.status, answer.body["code"]) == (status, code), answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    for word in unsaid:
        assert word not in str(answer.body)


def _operations(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    adapter = load_adapter(name)
    abilities = adapter(adapter.options_model.model_validate(options)).abilities()
    return tuple(sorted(abilities.operations))


def _newest_first(row: Held) -> tuple[bool, float, str]:
    return row.started_at is None, -(row.started_at or _EPOCH).timestamp(), row.native_id
