"""A list that takes longer than a call: told as such, read on, and found done by the next one."""

import asyncio
from dataclasses import dataclass, field

from gateway.config import ServerSettings
from tests.support.gateway import backend, running, settings_for
from tests.support.wires import Peer, Visit, reply

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ROWS = b'[{"id": 7, "starttime": "2026-11-22T11:00:00"}, {"id": 8, "starttime": null}]'


@dataclass
class Slow:
    """A Roundware server that lists its sessions when a test lets it."""

    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, visit: Visit) -> None:
        await visit.request()
        await self.ready.wait()
        await visit.send(reply(ROWS))


async def test_a_caller_that_cannot_wait_is_told_and_the_next_one_finds_it_done() -> None:
    slow = Slow()
    async with Peer(slow) as vendor:
        museum = backend("roundware", {"url": f"{vendor.url}/api/2", "token": TOKEN})
        settings = settings_for(museum, server=ServerSettings(port=0, deadline_s=0.5))
        async with running(settings) as gateway:
            early = await gateway.get("/v1/sessions")
            slow.ready.set()
            late = await gateway.get("/v1/sessions")

    assert early.status == 504
    told = early.body["backends"]["roundware"]
    assert (told["error"]["code"], told["warnings"]) == ("timeout", ["warming"])
    assert told["requests"] == 1
    assert late.ids == ["roundware:7", "roundware:8"]
    assert late.body["complete"]
    assert len(vendor.requests) == 1
