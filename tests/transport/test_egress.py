"""Where wires connect to, whatever a name is said to stand for."""

import ipaddress
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spi import ErrorCode, GiveUp, HttpRequest, TryAgainLater
from gateway.transport.egress import Egress
from gateway.transport.limits import Trust
from tests.support.names import Names, named
from tests.support.wires import HOST, Peer, RpcPeer, echo, http_wire, reply, replying, rpc_wire

GET = HttpRequest("GET", "/")
ANYWHERE = Egress(443, is_loopback_only=False)
HERE = Egress(443, is_loopback_only=True)
OPEN = Trust(allow_plaintext=True)

NOBODY = "0.0.0.0"  # noqa: S104  # connected to, not listened at

NEVER_MEANT = [
    "169.254.169.254",  # where clouds tell secrets
    "169.254.0.1",
    "fe80::1",
    "fe80::1%1",
    "224.0.0.1",
    "239.255.255.255",
    "ff02::1",
    NOBODY,
    "0.1.2.3",
    "::",
    "255.255.255.255",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "::ffff:224.0.0.1",
    "::169.254.169.254",
    "2002:a9fe:a9fe::",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::169.254.169.254",
    "2001:0:a9fe:a9fe::",
]
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]
ELSEWHERE = [
    "10.0.0.7",
    "192.168.1.1",
    "192.0.2.7",
    "fd00::1",
    "2606:4700::1111",
    "::ffff:10.0.0.7",
]


@pytest.mark.parametrize("address", NEVER_MEANT)
@pytest.mark.parametrize("egress", [ANYWHERE, HERE])
def test_some_addresses_are_never_connected_to(egress: Egress, address: str) -> None:
    assert not egress.permits(address, 443)


@pytest.mark.parametrize("address", [*LOOPBACK, *ELSEWHERE])
def test_a_vendor_may_be_anywhere_else(address: str) -> None:
    assert ANYWHERE.permits(address, 443)
    assert HERE.permits(address, 443) == (address in LOOPBACK)


@pytest.mark.parametrize("address", [*LOOPBACK, *ELSEWHERE])
def test_only_the_configured_port_is_connected_to(address: str) -> None:
    assert not ANYWHERE.permits(address, 80)


@given(st.ip_addresses(v=4).map(int))
def test_an_address_is_judged_alike_in_every_guise(number: int) -> None:
    plain = str(ipaddress.IPv4Address(number))
    guises = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]

    for guise in guises:
        assert ANYWHERE.permits(str(guise), 443) <= ANYWHERE.permits(plain, 443)
        assert HERE.permits(str(guise), 443) <= HERE.permits(plain, 443)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    with named(monkeypatch) as names:
        yield names


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", NOBODY])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_name_that_stands_for_a_refused_address_is_a_configuration_error(
    names: Names, scheme: str, address: str
) -> None:
    names.addresses["vendor.example"] = [address, address]
    async with http_wire(f"{scheme}://vendor.example", trust=OPEN) as wire:
        with pytest.raises(GiveUp) as caught:
            await wire.send(GET)

    assert caught.value.code is ErrorCode.CONFIG
    assert str(caught.value) == "GET /: not an address to connect to"
    assert not caught.value.has_been_sent


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]"])
async def test_an_address_that_is_written_as_one_is_judged_too(host: str) -> None:
    async with http_wire(f"https://{host}") as http, rpc_wire(f"wss://{host}") as rpc:
        with pytest.raises(GiveUp) as by_http:
            await http.send(GET)
        with pytest.raises(GiveUp) as by_rpc:
            await rpc.call("ping")

    assert (by_http.value.code, by_rpc.value.code) == (ErrorCode.CONFIG, ErrorCode.CONFIG)


async def test_nothing_unencrypted_goes_beyond_this_machine_unless_allowed(names: Names) -> None:
    names.addresses["localhost"] = ["192.0.2.7"]
    async with http_wire("http://localhost") as http, rpc_wire("ws://localhost") as rpc:
        with pytest.raises(GiveUp) as by_http:
            await http.send(GET)
        with pytest.raises(GiveUp) as by_rpc:
            await rpc.call("ping")

    assert (by_http.value.code, by_rpc.value.code) == (ErrorCode.CONFIG, ErrorCode.CONFIG)


async def test_a_name_that_changes_its_address_is_judged_by_where_it_leads_now(
    names: Names,
) -> None:
    names.addresses["localhost"] = [HOST]
    async with Peer(replying(reply())) as peer:
        url = f"http://localhost:{peer.port}"
        async with http_wire(url) as wire:
            await wire.send(GET)
        names.addresses["localhost"] = ["169.254.169.254"]
        async with http_wire(url) as wire:
            with pytest.raises(GiveUp):
                await wire.send(GET)

    assert len(peer.requests) == 1


async def test_a_name_with_one_good_address_leads_there(names: Names) -> None:
    names.addresses["vendor.example"] = ["169.254.169.254", HOST]
    async with (
        Peer(replying(reply())) as peer,
        http_wire(f"http://vendor.example:{peer.port}") as wire,
    ):
        got = await wire.send(GET)

    assert got.status == 200


async def test_an_odd_name_of_this_machine_is_judged_by_its_address() -> None:
    """The system takes the name for a number, and that for an address."""
    async with Peer(replying(reply())) as peer:
        async with http_wire(f"http://0x7f000001:{peer.port}") as wire:
            got = await wire.send(GET)
        async with http_wire(f"https://0xa9fea9fe:{peer.port}") as wire:
            with pytest.raises(GiveUp) as caught:
                await wire.send(GET)

    assert got.status == 200
    assert caught.value.code is ErrorCode.CONFIG


async def test_this_machine_is_reached_by_its_name() -> None:
    async with RpcPeer(echo) as peer, rpc_wire(f"ws://localhost:{peer.port}") as wire:
        assert bytes(await wire.call("ping", {})) == b"{}"


async def test_where_another_address_is_only_not_there_it_may_be_tried_again(
    names: Names,
) -> None:
    async with Peer(replying(reply())) as gone:
        pass
    names.addresses["vendor.example"] = [HOST]
    async with http_wire(f"http://vendor.example:{gone.port}") as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(GET)

    assert caught.value.code is ErrorCode.CONNECT
