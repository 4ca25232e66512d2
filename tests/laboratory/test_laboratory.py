"""The laboratory does what it says: otherwise a gateway would be praised for nothing."""

import asyncio
import gzip
import logging
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.laboratory.blackholes import black_hole, counting_connects, name_server, refused_port
from tests.laboratory.certificates import Certificates, Identity
from tests.laboratory.descriptors import none_left
from tests.laboratory.http_faults import bomb, honest, resetting
from tests.laboratory.server import HOST, FaultServer
from tests.laboratory.toxics import Proxy, Toxics
from tests.laboratory.vendors import Roundware
from tests.laboratory.watch import watched

REQUEST = b"GET /sessions/ HTTP/1.1\r\nHost: x\r\n\r\n"


async def fetched(port: int) -> bytes:
    """Ask once, and read what comes until it is whole or the connection ends."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        return await reader.readexactly(int(head.rpartition(b":")[2]))
    finally:
        writer.transport.abort()


def test_a_bomb_of_gzip_is_small_and_whole() -> None:
    packed = bomb(3)

    assert len(packed) < 5000
    assert gzip.decompress(packed) == b" " * 3 * 1024 * 1024


async def test_requests_and_connections_are_counted_with_their_times() -> None:
    begun = time.monotonic()

    async with FaultServer(Roundware(), honest) as server:
        await fetched(server.port)
        await fetched(server.port)

    assert server.count("GET /sessions/") == len(server.connections) == 2
    assert begun <= server.connections[0] <= server.arrivals[0].at <= server.arrivals[1].at


async def test_a_reset_is_seen_as_one() -> None:
    async with FaultServer(Roundware(), resetting) as server:
        with pytest.raises(ConnectionResetError):
            await fetched(server.port)


async def test_a_black_hole_neither_accepts_nor_refuses() -> None:
    with black_hole() as port, counting_connects(port) as tries:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.open_connection(HOST, port), 0.1)

        assert tries.count == 1


async def test_a_refused_port_refuses() -> None:
    with refused_port() as port, pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, port)


async def test_a_hanging_name_server_hangs_for_its_own_name() -> None:
    loop = asyncio.get_running_loop()

    with name_server("vendor.invalid", is_hanging=True) as names:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(loop.getaddrinfo("vendor.invalid", 80), 0.05)
        assert await loop.getaddrinfo(HOST, 80)

    assert names.tries.count == 1


async def test_a_proxy_without_toxics_changes_nothing() -> None:
    async with FaultServer(Roundware(), honest) as server, Proxy(server.port) as proxy:
        assert await fetched(proxy.port) == await fetched(server.port)


@pytest.mark.parametrize(
    "toxics",
    [Toxics(is_half_open=True), Toxics(bytes_per_second=100), Toxics(latency_s=1)],
)
async def test_toxics_hold_up_what_comes_back(toxics: Toxics) -> None:
    async with FaultServer(Roundware(), honest) as server, Proxy(server.port, toxics) as proxy:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(fetched(proxy.port), 0.2)


@pytest.mark.parametrize("toxics", [Toxics(is_down=True), Toxics(reset_after_bytes=100)])
async def test_toxics_cut_off_what_comes_back(toxics: Toxics) -> None:
    async with FaultServer(Roundware(), honest) as server, Proxy(server.port, toxics) as proxy:
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await fetched(proxy.port)


def test_slices_are_no_larger_than_told() -> None:
    assert Toxics(slice_bytes=2).slices_of(b"abcde") == [b"ab", b"cd", b"e"]


CERTIFICATES: dict[str, tuple[Callable[[Certificates], Identity], str]] = {
    "expired": (lambda c: c.expired, "certificate has expired"),
    "another name": (lambda c: c.of_another_name, "IP address mismatch"),
    "unknown issuer": (lambda c: c.of_unknown_issuer, "unable to get local issuer|self-signed"),
}


@pytest.mark.parametrize("name", CERTIFICATES)
async def test_bad_certificates_are_bad_for_their_own_reason(name: str, tmp_path: Path) -> None:
    chosen, reason = CERTIFICATES[name]
    certificates = Certificates(tmp_path)
    trust = ssl.create_default_context(cafile=certificates.ca_file)

    async with FaultServer(Roundware(), honest, tls=chosen(certificates).tls) as server:
        with pytest.raises(ssl.SSLCertVerificationError, match=reason):
            await asyncio.open_connection(HOST, server.port, ssl=trust)


def test_no_descriptor_is_left_for_a_while() -> None:
    with none_left(), pytest.raises(OSError, match="Too many open files"):
        socket.socket()

    socket.socket().close()


async def test_a_watch_finds_a_socket_that_was_left_open() -> None:
    left: list[socket.socket] = []

    with pytest.raises(AssertionError, match="socket"):
        async with watched():
            left.append(socket.socket())

    left[0].close()


async def test_a_watch_finds_a_task_that_was_left() -> None:
    left: list[asyncio.Task[None]] = []

    with pytest.raises(AssertionError, match="Task"):
        async with watched():
            left.append(asyncio.create_task(asyncio.sleep(60)))

    left[0].cancel()


async def fail() -> None:
    """Break."""
    raise ValueError("broken")


async def test_a_watch_finds_an_error_that_nobody_fetched() -> None:
    with pytest.raises(AssertionError, match="never retrieved"):
        async with watched():
            asyncio.create_task(fail())  # noqa: RUF006  # nobody is to keep it


async def test_a_watch_finds_what_asyncio_complains_of() -> None:
    with pytest.raises(AssertionError, match="slow"):
        async with watched():
            logging.getLogger("asyncio").warning("slow")
