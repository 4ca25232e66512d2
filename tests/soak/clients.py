"""Clients that ask a gateway for all kinds of things, some of them rudely; drawn by a seed."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import aiohttp

from tests.web.writing import READER, WRITER

_ADMIN = {"X-API-Key": "admin"}
_CLIENTS = 6
_LONGEST_PAUSE_SECONDS = 0.12
_PAGES = 4
_LISTS: tuple[dict[str, str], ...] = (
    {},
    {"limit": "100"},
    {"limit": "5", "sort": "started_at"},
    {"status": "ended", "limit": "30"},
    {"backend": "troubled-samba"},
    {"backend": "troubled-ekran", "limit": "20"},
    {"backend": "ekran", "limit": "200"},
    {"q": "room", "count": "exact"},
    {"sort": "-user", "limit": "40"},
    {"explain": "true"},
)
_WRONG: tuple[tuple[str, str], ...] = (
    ("GET", "/v1/sessions?limit=many"),
    ("GET", "/v1/sessions?cursor=none"),
    ("GET", "/v1/sessions/nowhere:1"),
    ("GET", "/nothing"),
    ("POST", "/v1/sessions"),
    ("DELETE", "/v1/backends"),
)


@dataclass
class Clients:
    """Those who ask, and what they were answered."""

    url: str
    seed: int
    statuses: Counter[int] = field(default_factory=Counter)
    ids: list[str] = field(default_factory=list)

    async def ask(self, seconds: float) -> None:
        """Ask for so long."""
        until = asyncio.get_running_loop().time() + seconds
        async with aiohttp.ClientSession(self.url) as client, asyncio.TaskGroup() as group:
            for number in range(_CLIENTS):
                visitor = Visitor(self, client, random.Random(self.seed + number))
                group.create_task(visitor.visit(until))

    async def refresh(self) -> None:
        """Have all that is kept be let go of, but for the newest sessions of each backend."""
        async with aiohttp.ClientSession(self.url, headers=_ADMIN) as client:
            async with client.get("/v1/backends") as answer:
                names = [each["name"] for each in (await answer.json())["data"]]
            for name in names:
                async with client.post(f"/v1/backends/{name}/refresh") as answer:
                    await answer.read()


_Visit: TypeAlias = Callable[["Visitor"], Awaitable[None]]


@dataclass
class Visitor:
    """One client."""

    clients: Clients
    client: aiohttp.ClientSession
    draw: random.Random

    async def visit(self, until: float) -> None:
        """Ask until an instant of the loop's clock."""
        while asyncio.get_running_loop().time() < until:
            await self.draw.choice(_VISITS)(self)
            await asyncio.sleep(self.draw.uniform(0, _LONGEST_PAUSE_SECONDS))

    async def list(self) -> None:
        """Ask for a page."""
        await self._page(self.draw.choice(_LISTS))

    async def walk(self) -> None:
        """Ask for some pages, one after the other."""
        asked = {"limit": "20"}
        for _ in range(_PAGES):
            page = await self._page(asked)
            following = page.get("page", {}).get("next")
            if following is None:
                return
            asked = {"limit": "20", "cursor": following}

    async def leave(self) -> None:
        """Leave in the midst of a stream."""
        headers = {**READER, "Accept": "application/x-ndjson"}
        async with self.client.get("/v1/sessions", headers=headers) as answer:
            self.clients.statuses[answer.status] += 1
            await answer.content.read(200)

    async def detail(self) -> None:
        """Ask for one session."""
        if self.clients.ids:
            await self._ask("GET", f"/v1/sessions/{self.draw.choice(self.clients.ids)}", READER)

    async def write(self) -> None:
        """End a session: what has ended stays as it is."""
        ended = [each for each in self.clients.ids if each.startswith("digital-samba:")]
        if ended:
            key = {"Idempotency-Key": f"key-{self.draw.randrange(50)}"}
            path = f"/v1/sessions/{self.draw.choice(ended)}/end"
            await self._ask("POST", path, WRITER | key)

    async def err(self) -> None:
        """Ask for what cannot be given."""
        method, path = self.draw.choice(_WRONG)
        await self._ask(method, path, WRITER)

    async def look(self) -> None:
        """Ask how things are."""
        for path in ("/healthz", "/v1/backends", "/v1/sessions/summary?by=status"):
            await self._ask("GET", path, READER)

    async def _page(self, asked: dict[str, str]) -> dict[str, dict[str, str]]:
        async with self.client.get("/v1/sessions", params=asked, headers=READER) as answer:
            self.clients.statuses[answer.status] += 1
            page = await answer.json(content_type=None)
        found = [session["id"] for session in page.get("data") or []]
        self.clients.ids = found or self.clients.ids
        return page if isinstance(page, dict) else {}

    async def _ask(self, method: str, path: str, headers: dict[str, str]) -> None:
        async with self.client.request(method, path, headers=headers) as answer:
            self.clients.statuses[answer.status] += 1
            await answer.read()


_VISITS: tuple[_Visit, ...] = (
    *(Visitor.list,) * 5,
    *(Visitor.walk,) * 2,
    *(Visitor.leave,) * 2,
    *(Visitor.detail,) * 2,
    Visitor.write,
    Visitor.err,
    Visitor.look,
)
