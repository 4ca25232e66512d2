"""A client that asks as it is told, and shows what came as it came."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
from yarl import URL

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
