"""Asking a fake vendor by plain requests, with no adapter between."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from adapters.declarative.fake.reach import reachable
from adapters.declarative.fake.server import GeneratedVendor
from adapters.declarative.language.spec import Spec
from gateway.documents.yaml_source import parse

EXAMPLES = Path(__file__).parents[4] / "examples/vendors"
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@dataclass
class Moment:
    """A clock that is set by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, step: timedelta) -> None:
        self.now += step


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass
class Visitor:
    """Somebody who asks one fake; ``headers`` go with every request."""

    fake: GeneratedVendor
    address: str
    client: aiohttp.ClientSession
    clock: Moment
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **request: Any) -> Reply:  # noqa: ANN401  # aiohttp's
        """Send one request."""
        async with self.client.request(
            method, self.address + path, headers=self.headers, **request
        ) as reply:
            body = await reply.json(content_type=None)
            return Reply(reply.status, dict(reply.headers), body)

    async def call(self, path: str, method: str, params: Any = None) -> Any:  # noqa: ANN401  # JSON
        """Make one call by JSON-RPC."""
        given = {} if params is None else {"params": params}
        frame = {"jsonrpc": "2.0", "id": 7, "method": method, **given}
        return (await self.ask("POST", path, json=frame)).body


def spec_of(text: str) -> Spec:
    """Read a file."""
    return Spec.model_validate(parse(text).tree)


def example(name: str, *changes: tuple[str, str]) -> Spec:
    """Read one of the examples, in which some texts are replaced."""
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return spec_of(text)


@asynccontextmanager
async def visiting(
    spec: Spec, options: Mapping[str, str], *, rows: int = 23, largest: int | None = None
) -> AsyncIterator[Visitor]:
    """Run a fake, and somebody who asks it."""
    clock = Moment()
    fake = GeneratedVendor(reachable(spec), options, rows, clock, largest=largest)
    address = await fake.start()
    try:
        async with aiohttp.ClientSession() as client:
            yield Visitor(fake, address, client, clock)
    finally:
        await fake.stop()
