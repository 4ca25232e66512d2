"""Going out by a proxy, over HTTP, HTTPS and WebSockets."""

import base64
import traceback
from collections.abc import Awaitable, Callable

import pytest

from gateway.spi import (
    ErrorCode,
    GiveUp,
    HttpRequest,
    TryAgainLater,
    UpstreamError,
)
from gateway.transport.limits import Trust
from tests.support.proxies import TinyProxy
from tests.support.wires import (
    HOST,
    PATIENT,
    Peer,
    RpcPeer,
    echo,
    http_wire,
    reply,
    replying,
    replying_and_leaving,
    rpc_wire,
    silent,
)
from tests.transport.test_tls import AUTHORITY, CERTIFICATE, pin_of, server_of

PASSWORD = "hunter2 & more"
WHO = "ann:hunter2%20%26%20more@"
BASIC = b"Proxy-Authorization: Basic " + base64.b64encode(f"ann:{PASSWORD}".encode())
SECRETIVE = HttpRequest("POST", "/x", headers={"Authorization": "Token s3cret"}, body=b"{}")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Trust the authority, by its file."""
    ca_file = tmp_path_factory.mktemp("tls") / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(ca_file)
    return Trust(ca_file=ca_file)


async def send(url: str, port: int, trust: Trust | None = None, times: int = 1) -> bytes:
    """Make requests by the proxy at a port, and give the last body."""
    async with http_wire(url, PATIENT, trust, f"http://{WHO}{HOST}:{port}") as wire:
        replies = [await wire.send(SECRETIVE) for _ in range(times)]
    return replies[-1].body


async def call(url: str, port: int, trust: Trust | None = None) -> bytes:
    """Call a method by the proxy at a port."""
    async with rpc_wire(url, PATIENT, trust, f"http://{WHO}{HOST}:{port}") as wire:
        return bytes(await wire.call("echo", {"n": 1}))


async def test_https_goes_by_a_tunnel_that_holds_no_secret_of_the_vendor(known: Trust) -> None:
    async with (
        TinyProxy() as proxy,
        Peer(replying(reply(b"good")), server_of(CERTIFICATE)) as peer,
    ):
        body = await send(peer.url, proxy.port, known, times=2)

    assert body == b"good"
    assert (len(proxy.heads), len(peer.requests)) == (1, 2)
    assert proxy.heads[0].startswith(f"CONNECT {HOST}:{peer.port} HTTP/1.1\r\n".encode())
    assert BASIC in proxy.heads[0]
    assert b"s3cret" not in proxy.heads[0]
    assert not any(b"proxy" in request.lower() for request in peer.requests)


async def test_http_goes_to_the_proxy_itself() -> None:
    async with TinyProxy() as proxy, Peer(replying(reply(b"good"))) as peer:
        body = await send(peer.url, proxy.port)

    assert body == b"good"
    assert proxy.heads[0].startswith(f"POST {peer.url}/x HTTP/1.1\r\n".encode())
    assert BASIC in proxy.heads[0]


async def test_a_websocket_goes_by_a_tunnel(known: Trust) -> None:
    async with TinyProxy() as proxy, RpcPeer(echo, tls=server_of(CERTIFICATE)) as peer:
        result = await call(peer.url, proxy.port, known)

    assert result == b'{"n": 1}'
    assert proxy.heads[0].startswith(b"CONNECT ")
    assert BASIC in proxy.heads[0]


async def test_a_proxy_may_want_no_password() -> None:
    async with (
        TinyProxy() as proxy,
        Peer(replying(reply())) as peer,
        http_wire(peer.url, proxy=f"http://{HOST}:{proxy.port}") as wire,
    ):
        await wire.send(SECRETIVE)

    assert b"Proxy-Authorization" not in proxy.heads[0]


@pytest.mark.parametrize("is_pinned", [False, True])
async def test_a_vendor_behind_a_proxy_is_not_trusted_either(is_pinned: bool, known: Trust) -> None:
    elsewhere = AUTHORITY.issue_cert("elsewhere.example")
    trust = pin_of(CERTIFICATE) if is_pinned else known
    async with TinyProxy() as proxy, Peer(replying(reply()), server_of(elsewhere)) as peer:
        with pytest.raises(GiveUp) as caught:
            await send(peer.url, proxy.port, trust)

    assert caught.value.code is ErrorCode.TLS
    assert str(caught.value) == "POST /x: the certificate is not trusted"
    assert peer.requests == []


async def test_a_pinned_vendor_is_known_behind_a_proxy() -> None:
    async with (
        TinyProxy() as proxy,
        Peer(replying(reply(b"good")), server_of(CERTIFICATE)) as peer,
    ):
        assert await send(peer.url, proxy.port, pin_of(CERTIFICATE)) == b"good"


async def by_https(port: int) -> bytes:
    """Ask a vendor that only the proxy could find."""
    return await send("https://vendor.example", port)


async def by_wss(port: int) -> bytes:
    """Ask a vendor that only the proxy could find."""
    return await call("wss://vendor.example", port)


def refusing(status: str) -> bytes:
    return reply(b"hunter2", "Proxy-Authenticate: Basic realm=hunter2", status=status)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("407 Proxy Authentication Required", GiveUp, ErrorCode.CONFIG),
        ("403 Forbidden", GiveUp, ErrorCode.CONFIG),
        ("302 Found", GiveUp, ErrorCode.CONFIG),
        ("502 Bad Gateway", TryAgainLater, ErrorCode.CONNECT),
        ("504 Gateway Timeout", TryAgainLater, ErrorCode.CONNECT),
    ],
)
@pytest.mark.parametrize("reach", [by_https, by_wss])
async def test_a_proxy_that_refuses_a_tunnel_is_told_by_its_status_alone(
    reach: Callable[[int], Awaitable[bytes]],
    status: str,
    kind: type[UpstreamError],
    code: ErrorCode,
) -> None:
    async with TinyProxy(refusing(status)) as proxy:
        with pytest.raises(UpstreamError) as caught:
            await reach(proxy.port)

    error = caught.value
    assert (type(error), error.code, error.has_been_sent) == (kind, code, False)
    assert str(error).endswith(f": the proxy answers {status[:3]}")
    assert "hunter2" not in "".join(traceback.format_exception(error))


async def test_a_proxy_that_is_not_there_may_be_tried_again() -> None:
    async with Peer(silent) as gone:
        pass

    with pytest.raises(TryAgainLater) as caught:
        await send("https://vendor.example", gone.port)

    assert (caught.value.code, caught.value.has_been_sent) == (ErrorCode.CONNECT, False)


@pytest.mark.parametrize("reach", [by_https, by_wss])
async def test_a_proxy_that_leaves_has_brought_nothing_to_the_vendor(
    reach: Callable[[int], Awaitable[bytes]],
) -> None:
    async with Peer(replying_and_leaving(b"")) as proxy:
        with pytest.raises(TryAgainLater) as caught:
            await reach(proxy.port)

    assert (caught.value.code, caught.value.has_been_sent) == (ErrorCode.RESET, False)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://localhost", "http://192.0.2.7:3128"),
        ("https://vendor.example", "http://169.254.169.254:80"),
    ],
    ids=["not encrypted beyond this machine", "at a refused address"],
)
async def test_a_proxy_has_to_be_where_a_vendor_could_be(url: str, proxy: str) -> None:
    async with http_wire(url, proxy=proxy) as wire:
        with pytest.raises(GiveUp) as caught:
            await wire.send(SECRETIVE)

    assert caught.value.code is ErrorCode.CONFIG
