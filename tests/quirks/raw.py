"""A client that asks as it is told, and shows what came as it came."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
from yarl import URL

from adapters.simulators.facts import Facts

Json: TypeAlias = Any  # what a vendor answers


@dataclass(frozen=True)
class RawReply:
    """A reply; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Json:
        """Read the body."""
        return json.loads(self.text)

    @property
    def content_type(self) -> str:
        """Give the type of the body without its charset."""
        return self.headers.get("content-type", "").partition(";")[0]


class RawClient:
    """Follows no redirect, keeps no cookie, and says nothing of its own but ``Accept: */*``."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> RawReply:
        """Send a request; its address goes out letter by letter."""
        async with self._session.request(
            method,
            URL(url, encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            skip_auto_headers=["Content-Type", "User-Agent"],
        ) as reply:
            named = {name.lower(): value for name, value in reply.headers.items()}
            return RawReply(reply.status, named, await reply.text())


def calls_made(facts: Facts, requests: Iterable[str]) -> set[str]:
    """Name the calls of the facts that HTTP requests are; one that is none goes by itself."""
    patterns = {
        call.name: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(call.name)))
        for call in facts.calls
    }
    return {
        next((name for name, pattern in patterns.items() if pattern.fullmatch(path)), path)
        for path, _, _ in (request.partition("?") for request in requests)
    }
