"""A start asks no vendor, nor do the pages that tell whether the gateway lives and is ready."""

import asyncio
import re
from pathlib import Path

import aiohttp

from tests.support.commands import started, written
from tests.support.gateway import backend

ADAPTERS = {
    "canopsis": ("http", {"auth_key": "made-up"}),
    "cortex": ("ws", {"dialect": "v1"}),
    "digital_samba": ("http", {"developer_key": "made-up"}),
    "ekran": ("http", {"api_key": "made-up", "timezone": "Europe/Paris"}),
    "roundware": ("http", {"token": "made-up"}),
}


async def test_no_vendor_is_asked_before_a_client_asks_for_its_sessions(tmp_path: Path) -> None:
    connected = asyncio.Event()

    def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        writer.transport.abort()

    vendor = await asyncio.start_server(refuse, "127.0.0.1", 0)
    host = f"127.0.0.1:{vendor.sockets[0].getsockname()[1]}"
    backends = [
        backend(name, {"url": f"{scheme}://{host}", **options})
        for name, (scheme, options) in ADAPTERS.items()
    ]
    process = await started("serve", "-c", written(tmp_path, backends), "--port", "0")
    assert process.stderr is not None
    line = (await process.stderr.readline()).decode()
    found = re.search(r"serving on (\S+)", line)
    assert found, line

    async with aiohttp.ClientSession(found[1]) as client:
        for path in ("/healthz", "/readyz") * 3:
            async with client.get(path) as answer:
                assert answer.status == 200
        was_asked = connected.is_set()
        async with client.get("/v1/sessions", headers={"Prefer": "wait=1"}) as answer:
            await answer.read()
    process.terminate()
    await process.communicate()
    vendor.close()

    assert not was_asked
    assert connected.is_set(), "or nothing is known by this"
