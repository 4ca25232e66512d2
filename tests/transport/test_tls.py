"""Which servers are trusted, over HTTPS and over WebSockets alike."""

import asyncio
import contextlib
import hashlib
import ssl
import warnings
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest
import trustme

from gateway.spi import BadAnswer, ErrorCode, GiveUp, HttpRequest, TryAgainLater, UpstreamError
from gateway.transport.limits import Limits, Trust
from gateway.transport.tls import verification
from tests.support.wires import (
    BRIEF,
    HOST,
    PATIENT,
    Peer,
    RpcPeer,
    Script,
    Visit,
    connections_to,
    echo,
    http_wire,
    reply,
    replying,
    rpc_wire,
)

AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert(HOST)
GET = HttpRequest("GET", "/")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """Trust the authority, by its file."""
    ca_file = tmp_path_factory.mktemp("tls") / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(ca_file)
    return Trust(ca_file=ca_file)


def server_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Give what a server needs to show a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def pin_of(certificate: trustme.LeafCert) -> Trust:
    """Trust a certificate by its own fingerprint."""
    der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
    return Trust(fingerprint_sha256=hashlib.sha256(der).digest())


Reach: TypeAlias = Callable[[ssl.SSLContext, Trust], Awaitable[None]]


async def by_https(tls: ssl.SSLContext, trust: Trust) -> None:
    """Make a request; when it fails, show that none was sent."""
    async with (
        Peer(replying(reply()), tls) as peer,
        http_wire(peer.url, PATIENT, trust) as wire,
    ):
        try:
            await wire.send(GET)
        except UpstreamError:
            assert peer.requests == []
            raise


async def by_wss(tls: ssl.SSLContext, trust: Trust) -> None:
    """Make a call; when it fails, show that no connection came about."""
    async with RpcPeer(echo, tls=tls) as peer, rpc_wire(peer.url, PATIENT, trust) as wire:
        try:
            await wire.call("ping", {})
        except UpstreamError:
            assert peer.visits == 0
            raise


both_ways = pytest.mark.parametrize("reach", [by_https, by_wss])


async def refusal(reach: Reach, tls: ssl.SSLContext, trust: Trust) -> str:
    """Give the words of a refusal, which is final."""
    with pytest.raises(GiveUp) as caught:
        await reach(tls, trust)
    assert (caught.value.code, caught.value.attempts) == (ErrorCode.TLS, 1)
    return str(caught.value).partition(": ")[2]


@both_ways
async def test_an_authority_of_a_file_is_trusted(reach: Reach, known: Trust) -> None:
    await reach(server_of(CERTIFICATE), known)


@both_ways
async def test_an_authority_that_nobody_named_is_not_trusted(reach: Reach) -> None:
    words = await refusal(reach, server_of(CERTIFICATE), Trust())

    assert words == "the certificate is not trusted"


@both_ways
async def test_a_certificate_for_another_name_is_not_trusted(reach: Reach, known: Trust) -> None:
    elsewhere = AUTHORITY.issue_cert("elsewhere.example")

    assert await refusal(reach, server_of(elsewhere), known) == "the certificate is not trusted"


@both_ways
async def test_an_expired_certificate_is_not_trusted(reach: Reach, known: Trust) -> None:
    expired = AUTHORITY.issue_cert(HOST, not_after=datetime(2020, 1, 1, tzinfo=UTC))

    assert await refusal(reach, server_of(expired), known) == "the certificate is not trusted"


@both_ways
async def test_a_pinned_certificate_needs_neither_authority_nor_name(reach: Reach) -> None:
    self_made = trustme.CA().issue_cert("elsewhere.example")

    await reach(server_of(self_made), pin_of(self_made))


@both_ways
async def test_a_certificate_other_than_the_pinned_one_is_not_trusted(reach: Reach) -> None:
    another = AUTHORITY.issue_cert(HOST)

    words = await refusal(reach, server_of(another), pin_of(CERTIFICATE))

    assert words == "the certificate is not trusted"


@pytest.mark.skipif(not ssl.HAS_TLSv1_1, reason="this OpenSSL cannot speak TLS 1.1 at all")
@pytest.mark.parametrize("is_pinned", [False, True])
async def test_tls_1_1_is_not_spoken(is_pinned: bool, known: Trust) -> None:
    trust = pin_of(CERTIFICATE) if is_pinned else known
    lax = ssl.create_default_context(cafile=known.ca_file)
    async with Peer(replying(reply()), only_tls_1_1(server_of(CERTIFICATE))) as peer:
        _, writer = await asyncio.open_connection(HOST, peer.port, ssl=only_tls_1_1(lax))
        writer.close()
        with contextlib.suppress(ssl.SSLError):  # TLS 1.1 has no clean end here
            await writer.wait_closed()
        async with http_wire(peer.url, PATIENT, trust) as wire:
            with pytest.raises(UpstreamError) as caught:
                await wire.send(GET)

    assert caught.value.code is ErrorCode.TLS


def only_tls_1_1(context: ssl.SSLContext) -> ssl.SSLContext:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # for naming TLS 1.1 at all
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    return context


async def bad_request(visit: Visit) -> None:
    """Answer as a server does that takes the beginning of TLS for a request."""
    await visit.reader.read(65536)
    await visit.send(reply(status="400 Bad Request"))
    visit.writer.close()
    await visit.writer.wait_closed()


async def leaving(visit: Visit) -> None:
    await visit.reader.read(65536)


@pytest.mark.parametrize(("script", "kind"), [(bad_request, BadAnswer), (leaving, TryAgainLater)])
async def test_a_server_without_tls_is_told_from_one_that_is_not_there(
    script: Script, kind: type[UpstreamError], known: Trust
) -> None:
    async with Peer(script) as peer:
        async with http_wire(f"https://{HOST}:{peer.port}", PATIENT, known) as http:
            with pytest.raises(kind) as caught:
                await http.send(GET)
        async with rpc_wire(f"wss://{HOST}:{peer.port}", PATIENT, known) as rpc:
            with pytest.raises(kind) as caught_too:
                await rpc.call("ping")

    assert {caught.value.code, caught_too.value.code} == {ErrorCode.TLS}


async def test_plain_http_to_a_tls_port_gets_no_reply() -> None:
    async with (
        Peer(bad_request, server_of(CERTIFICATE)) as peer,
        http_wire(f"http://{HOST}:{peer.port}") as wire,
    ):
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(GET)

    assert caught.value.code is ErrorCode.RESET


async def test_a_server_that_never_ends_the_handshake_is_left_in_time(known: Trust) -> None:
    async def mute(visit: Visit) -> None:
        await visit.until_left()

    limits = Limits(timeout_seconds=20, connect_timeout_seconds=0.2)
    async with Peer(mute) as peer, http_wire(f"https://{HOST}:{peer.port}", limits, known) as wire:
        with pytest.raises(TryAgainLater) as caught:
            async with asyncio.timeout(5):
                await wire.send(GET)

    assert caught.value.code is ErrorCode.TIMEOUT


class Hung:
    """Takes a request and does nothing more: it does not even end TLS."""

    def __init__(self) -> None:
        self.taken = asyncio.Event()

    async def __call__(self, visit: Visit) -> None:
        await visit.request()
        visit.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it can
        self.taken.set()
        await asyncio.Event().wait()


async def test_a_hung_server_is_not_waited_for_to_end_tls_when_time_is_over(known: Trust) -> None:
    async with Peer(Hung(), server_of(CERTIFICATE)) as peer:
        async with http_wire(peer.url, BRIEF, known) as wire:
            with pytest.raises(TryAgainLater):
                await wire.send(GET)
        left_open = connections_to(peer.port)

    assert left_open == 0


async def test_a_hung_server_is_not_waited_for_to_end_tls_when_closing(known: Trust) -> None:
    hung = Hung()
    async with Peer(hung, server_of(CERTIFICATE)) as peer:
        async with http_wire(peer.url, PATIENT, known) as wire:
            request = asyncio.create_task(wire.send(GET))
            await hung.taken.wait()
        left_open = connections_to(peer.port)
        await asyncio.wait((request,))

    assert left_open == 0
    assert isinstance(request.exception(), TryAgainLater)


async def test_closing_ends_kept_connections_too(known: Trust) -> None:
    async with Peer(replying(reply()), server_of(CERTIFICATE)) as peer:
        async with http_wire(peer.url, PATIENT, known) as wire:
            await wire.send(GET)
            kept = connections_to(peer.port)
        left_open = connections_to(peer.port)

    assert (kept, left_open) == (1, 0)


def test_every_context_verifies_and_begins_at_tls_1_2(known: Trust) -> None:
    for trust in (Trust(), known):
        context = verification(trust)

        assert isinstance(context, ssl.SSLContext)
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_certificates_is_named(content: str | None, tmp_path: Path) -> None:
    ca_file = tmp_path / "authority.pem"
    if content is not None:
        ca_file.write_text(content)

    with pytest.raises(ValueError, match=r"ca_file .*authority\.pem: no PEM certificates"):
        verification(Trust(ca_file=ca_file))


def test_a_pin_that_is_no_sha_256_is_refused() -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        verification(Trust(fingerprint_sha256=b"short"))
