"""``serve`` is sent SIGHUP: what its file says now is served, if it can be, and nobody notices."""

import asyncio
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import trustme
from yarl import URL

from adapters.simulators.cortex import CortexSimulator
from gateway.config import BackendSettings
from tests.laboratory import http_faults as http
from tests.laboratory.server import HOST, FaultServer
from tests.laboratory.vendors import digital_samba
from tests.support.adapters import noon
from tests.support.commands import written
from tests.support.gateway import backend
from tests.support.serving import Serving, serving, under_load

SERVER = {"port": 0}
RELOADS = 20


def samba(server: FaultServer, name: str = "samba", key: str = "one") -> BackendSettings:
    return backend("digital_samba", {"url": server.url(), "developer_key": key}, name=name)


@asynccontextmanager
async def vendor() -> AsyncIterator[FaultServer]:
    async with FaultServer(digital_samba(), http.honest) as server:
        yield server


def spoil(path: str, text: str) -> None:
    """Write what is no configuration."""
    Path(path).write_text(text)


async def backends(process: Serving) -> list[str]:
    """Name the backends that are served."""
    url = f"{process.address}/v1/backends"
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return [each["name"] for each in (await answer.json())["data"]]


async def test_nobody_under_load_fails_and_no_socket_to_a_vendor_is_lost(tmp_path: Path) -> None:
    cortex = CortexSimulator(rows=3, seed=1, clock=noon)
    steady = backend("cortex", cortex.options(await cortex.start()))
    async with vendor() as server:
        path = written(tmp_path, [steady, samba(server)], server=SERVER)
        async with (
            serving(path) as process,
            under_load(f"{process.address}/v1/sessions?limit=2") as load,
        ):
            for number in range(RELOADS):
                written(tmp_path, [steady, samba(server, key=f"key {number}")], server=SERVER)
                told = await process.reload()
                await load.grown(10)
            process.tell(signal.SIGTERM)
            ended = await process.ended()
    sockets = cortex.requests.count("GET /")
    await cortex.stop()

    assert (load.failed, ended, sockets) == ([], 0, 1)
    assert told == "changed: samba\n"


async def test_what_was_added_removed_and_changed_is_told_on_one_line(tmp_path: Path) -> None:
    async with vendor() as server:
        first = [samba(server, "same"), samba(server, "gone"), samba(server, "other", "1")]
        async with serving(written(tmp_path, first, server=SERVER)) as process:
            second = [samba(server, "new"), samba(server, "same"), samba(server, "other", "2")]
            written(tmp_path, second, server=SERVER, cors={"origins": ["https://a.example"]})
            told = [await process.reload(), await process.reload()]
            served = await backends(process)

    assert told == [
        "added: new; removed: gone; changed: other; other parts that changed: cors\n",
        "nothing has changed\n",
    ]
    assert served == ["new", "same", "other"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("backends: [", "gateway.yaml:1:"),
        ("server: {port: 0, colour: red}\nbackends: []\n", "gateway.yaml:1:19: server.colour"),
    ],
)
async def test_a_bad_file_is_told_with_its_places_and_replaces_nothing(
    text: str, place: str, tmp_path: Path
) -> None:
    async with vendor() as server:
        path = written(tmp_path, [samba(server)], server=SERVER)
        async with serving(path) as process:
            spoil(path, text)
            process.tell(signal.SIGHUP)
            await process.said("not reloaded: what was in force before still is")
            (error,) = await process.said(place)
            served = await backends(process)
            written(tmp_path, [samba(server)], server=SERVER)
            told = await process.reload()

    assert (served, told) == (["samba"], "nothing has changed\n")
    assert " ERROR " in error


async def test_what_takes_a_restart_is_named_and_stays_as_it_was(tmp_path: Path) -> None:
    async with vendor() as server:
        path = written(tmp_path, [samba(server)], server=SERVER)
        async with serving(path) as process:
            other = {"port": 1, "host": "localhost", "deadline_s": 3, "state_dir": str(tmp_path)}
            written(tmp_path, [samba(server)], server=other, log={"format": "json"})
            told = await process.reload()
            kept = await process.said("it takes a restart to change that", times=4)
            served = await backends(process)

    keys = [line.split(": ")[1] for line in kept]
    assert keys == ["server.host", "server.port", "server.state_dir", "log"]
    assert (told, served) == ("other parts that changed: server\n", ["samba"])


async def test_an_address_for_strangers_is_not_left_without_keys(tmp_path: Path) -> None:
    """A file that would be in order for this machine alone is not served to everybody."""
    everywhere = {"port": 0, "host": "0.0.0.0"}  # noqa: S104  # what is tried
    key = {"name": "one", "sha256": "0" * 64}
    async with vendor() as server:
        path = written(tmp_path, [samba(server)], server=everywhere, auth={"keys": [key]})
        async with serving(path) as process:
            written(tmp_path, [samba(server)], server=SERVER)
            process.tell(signal.SIGHUP)
            await process.said("not reloaded")
            url = f"http://{HOST}:{URL(process.address).port}/v1/backends"
            async with aiohttp.ClientSession() as client, client.get(url) as answer:
                status = answer.status

    assert status == 401


async def test_a_certificate_that_was_renewed_is_shown_from_then_on(tmp_path: Path) -> None:
    tls = {"cert": "cert.pem", "key": "key.pem"}
    async with vendor() as server:
        first = certified(tmp_path)
        path = written(tmp_path, [samba(server)], server={**SERVER, "tls": tls})
        async with serving(path) as process, aiohttp.ClientSession() as client:
            url = f"{process.address}/healthz"
            before = await shown_to(client, url, first)
            second = certified(tmp_path)
            await process.reload()
            after = await shown_to(client, url, second)
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await shown_to(client, url, first)

    assert (before, after) == (200, 200)


def certified(folder: Path) -> ssl.SSLContext:
    """Write a certificate of a new authority; give what trusts that."""
    authority = trustme.CA()
    issued = authority.issue_cert(HOST)
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def shown_to(client: aiohttp.ClientSession, url: str, context: ssl.SSLContext) -> int:
    headers = {"Connection": "close"}
    async with client.get(url, ssl=context, headers=headers) as answer:
        return answer.status


async def test_a_stop_amid_reloads_is_a_stop(tmp_path: Path) -> None:
    async with vendor() as server:
        path = written(tmp_path, [samba(server)], server=SERVER)
        async with serving(path) as process:
            for _ in range(3):
                process.tell(signal.SIGHUP)
                await asyncio.sleep(0)
            process.tell(signal.SIGTERM)
            ended = await process.ended()

    assert ended == 0
