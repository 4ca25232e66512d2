"""What a vendor's server can do wrong, and what the gateway makes of it."""

import asyncio
import gzip
import logging
import resource
import socket
import struct
import time
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from threading import Thread

import pytest

from gateway.spi import BadAnswer, ErrorCode, GiveUp, HttpRequest, TryAgainLater, UpstreamError
from gateway.transport.limits import Limits
from tests.support.wires import (
    BRIEF,
    HOST,
    PATIENT,
    Peer,
    Script,
    Visit,
    http_wire,
    replying,
    replying_and_leaving,
    rpc_wire,
    silent,
)
from tests.support.wires import reply as good

CANARY = "hunter2"
KNOCKING = replace(PATIENT, connect_timeout_seconds=0.1)
SECRETIVE = HttpRequest(
    "POST", "/login", (("token", CANARY),), {"Authorization": CANARY}, CANARY.encode()
)


async def dripping(visit: Visit) -> None:
    """Send a byte now and then, so that no gap is ever long."""
    await visit.request()
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        await visit.send(b"x")
        await asyncio.sleep(0.02)


async def resetting(visit: Visit) -> None:
    await visit.request()
    visit.reset()


async def resetting_in_the_body(visit: Visit) -> None:
    await visit.request()
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    visit.reset()


def saying(head: str, body: bytes = b"") -> Script:
    """Answer with these lines, and leave."""
    lines = head.replace("\n", "\r\n").encode()
    return replying_and_leaving(lines + b"\r\n\r\n" + body)


def damaged(body: bytes) -> Script:
    """Answer with a body that says it is compressed."""
    return replying(good(body, "Content-Encoding: gzip"))


PACKED = gzip.compress(b"[1, 2, 3]" * 100)
MANY_HEADERS = "\n".join(f"X-Header-{number}: x" for number in range(500))

LATER, BAD = TryAgainLater, BadAnswer
FAULTS = {
    "resets before an answer": (resetting, LATER, ErrorCode.RESET, 3),
    "closes before an answer": (replying_and_leaving(b""), LATER, ErrorCode.RESET, 3),
    "closes within the head": (
        replying_and_leaving(b"HTTP/1.1 200 OK\r\nContent-"),
        LATER,
        ErrorCode.RESET,
        3,
    ),
    "resets within the body": (resetting_in_the_body, LATER, ErrorCode.RESET, 3),
    "sends a short body": (
        saying("HTTP/1.1 200 OK\nContent-Length: 9", b"half"),
        LATER,
        ErrorCode.RESET,
        3,
    ),
    "cuts a chunked body": (
        saying("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"5\r\nhalf"),
        LATER,
        ErrorCode.RESET,
        3,
    ),
    "sends what is not gzip": (damaged(b"not gzip at all"), BAD, ErrorCode.BAD_PAYLOAD, 2),
    "sends damaged gzip": (damaged(PACKED[:-8] + b"checksum"), BAD, ErrorCode.BAD_PAYLOAD, 2),
    "sends 20 kB in a header": (
        saying(f"HTTP/1.1 200 OK\nX-Long: {'x' * 20_000}"),
        BAD,
        ErrorCode.PROTOCOL,
        1,
    ),
    "sends 500 headers": (saying(f"HTTP/1.1 200 OK\n{MANY_HEADERS}"), BAD, ErrorCode.PROTOCOL, 1),
    "gives two lengths": (
        saying("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2", b"xx"),
        BAD,
        ErrorCode.PROTOCOL,
        1,
    ),
    "gives a length and chunks": (
        saying("HTTP/1.1 200 OK\nContent-Length: 1\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
        BAD,
        ErrorCode.PROTOCOL,
        1,
    ),
    "speaks another protocol": (
        replying_and_leaving(b"SSH-2.0-OpenSSH_9.9\r\n"),
        BAD,
        ErrorCode.PROTOCOL,
        1,
    ),
}


async def failure(
    url: str, request: HttpRequest = SECRETIVE, limits: Limits = BRIEF
) -> UpstreamError:
    """Give the error that a request ends in."""
    async with http_wire(url, limits) as wire:
        with pytest.raises(UpstreamError) as caught:
            await wire.send(request)
    return caught.value


async def rpc_failure(url: str) -> UpstreamError:
    """Give the error that a call ends in."""
    async with rpc_wire(url, BRIEF) as wire:
        with pytest.raises(UpstreamError) as caught:
            await wire.call("list")
    return caught.value


@pytest.mark.parametrize(("script", "kind", "code", "attempts"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_says_what_to_do_next_and_tells_no_secret(
    script: Script,
    kind: type[UpstreamError],
    code: ErrorCode,
    attempts: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with Peer(script) as peer:
        error = await failure(peer.url)

    assert (type(error), error.code, error.attempts) == (kind, code, attempts)
    assert str(error).startswith("POST /login: ")
    assert CANARY not in repr(error) + "".join(traceback.format_exception(error))
    assert CANARY not in caplog.text


@pytest.mark.parametrize("script", [silent, dripping])
async def test_a_peer_that_takes_all_the_time_is_given_up(script: Script) -> None:
    async with Peer(script) as peer:
        error = await failure(peer.url)

    assert (type(error), error.code) == (TryAgainLater, ErrorCode.TIMEOUT)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("HTTP/1.1 200 OK", b"[1, 2, 3][1, 2"),
        ("HTTP/1.1 200 OK\nContent-Encoding: gzip", PACKED[:-12]),
    ],
    ids=["without a length", "compressed"],
)
async def test_a_body_that_is_cut_where_its_end_is_not_told_looks_whole(
    head: str, body: bytes
) -> None:
    """Show why a body must not be trusted before it has been decoded."""
    async with Peer(saying(head, body)) as peer, http_wire(peer.url) as wire:
        reply = await wire.send(SECRETIVE)

    assert reply.body.startswith(b"[1, 2, 3][1, 2")


async def test_an_empty_body_is_given_as_such() -> None:
    async with Peer(replying(good())) as peer, http_wire(peer.url) as wire:
        assert (await wire.send(SECRETIVE)).body == b""


@pytest.mark.parametrize(
    "place",
    [
        "http://no-such-host.invalid",
        "https://no-such-host.invalid",
        "http://127.0.0.1:1",
        "https://169.254.169.254",
    ],
)
async def test_a_connection_that_never_was_tells_no_secret(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    error = await failure(place)

    assert CANARY not in repr(error) + "".join(traceback.format_exception(error)) + caplog.text


@pytest.mark.parametrize("url", ["https://{place}", "wss://{place}"])
async def test_a_server_that_speaks_no_tls_is_no_tls_server(url: str) -> None:
    async def bad_request(visit: Visit) -> None:
        await visit.reader.read(65536)
        await visit.send(good(status="400 Bad Request"))

    async with Peer(bad_request) as peer:
        error = await (failure if url.startswith("https") else rpc_failure)(
            url.format(place=f"{HOST}:{peer.port}")
        )

    assert (type(error), error.code, error.attempts) == (BadAnswer, ErrorCode.TLS, 1)


@pytest.mark.parametrize("scheme", ["http", "ws"])
async def test_a_tls_server_that_is_asked_without_is_not_understood(scheme: str) -> None:
    async def alerting(visit: Visit) -> None:
        """Send what TLS says to a plain request: a fatal alert."""
        await visit.request()
        await visit.send(b"\x15\x03\x03\x00\x02\x02\x46")

    async with Peer(alerting) as peer:
        error = await (failure if scheme == "http" else rpc_failure)(
            f"{scheme}://{HOST}:{peer.port}"
        )

    assert (type(error), error.code, error.attempts) == (BadAnswer, ErrorCode.PROTOCOL, 1)


async def test_a_refused_connection_may_be_tried_again() -> None:
    async with Peer(silent) as gone:
        pass

    error = await failure(gone.url)

    assert (type(error), error.code, error.attempts) == (TryAgainLater, ErrorCode.CONNECT, 3)


@contextmanager
def dying_as_it_accepts() -> Iterator[str]:
    """Reset each connection as soon as it is there, from a thread, as a killed process does."""

    def dying() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()

    with closing(socket.create_server((HOST, 0))) as server:
        thread = Thread(target=dying)
        thread.start()
        yield f"http://{HOST}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


async def stalling() -> None:
    """Hold the loop again and again, so that a reset is there before the loop looks."""
    while True:
        time.sleep(0.01)  # noqa: ASYNC251 - holding the loop is the purpose.
        await asyncio.sleep(0)


async def test_a_server_that_dies_as_it_accepts_is_no_connection() -> None:
    stalls = asyncio.create_task(stalling())
    with dying_as_it_accepts() as url:
        error = await failure(url)
    stalls.cancel()

    assert (type(error), error.code, error.attempts) == (TryAgainLater, ErrorCode.CONNECT, 3)


async def test_a_connection_that_is_never_accepted_is_given_up_in_time() -> None:
    """A backlog that is full makes the system drop what knocks, as a black hole would."""
    with closing(socket.socket()) as deaf, closing(socket.socket()) as queued:
        deaf.bind((HOST, 0))
        deaf.listen(0)
        queued.connect(deaf.getsockname())

        error = await failure(f"http://{HOST}:{deaf.getsockname()[1]}", limits=KNOCKING)

    assert (type(error), error.code, error.attempts) == (TryAgainLater, ErrorCode.TIMEOUT, 3)


async def test_a_silent_peer_is_asked_once_more_where_it_cost_only_a_gap() -> None:
    async with Peer(silent) as peer:
        error = await failure(peer.url, limits=replace(PATIENT, gap_seconds=0.1))

    assert (type(error), error.code, error.attempts) == (TryAgainLater, ErrorCode.TIMEOUT, 2)


async def test_a_host_name_that_does_not_exist_may_be_tried_again() -> None:
    error = await failure("http://no-such-host.invalid")

    assert (type(error), error.code, error.attempts) == (TryAgainLater, ErrorCode.DNS, 2)


@pytest.mark.parametrize("value", ["two\r\nlines", "nul\0"])
async def test_a_header_that_cannot_be_sent_is_a_configuration_error(value: str) -> None:
    request = HttpRequest("GET", "/x", headers={"Authorization": CANARY + value})
    async with Peer(replying(good())) as peer:
        error = await failure(peer.url, request)

    assert (type(error), error.code) == (GiveUp, ErrorCode.CONFIG)
    assert CANARY not in "".join(traceback.format_exception(error))
    assert peer.requests == []


@contextmanager
def no_more_file_descriptors() -> Iterator[None]:
    """Lower the limit to what is open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with closing(socket.socket()) as last:
        resource.setrlimit(resource.RLIMIT_NOFILE, (last.fileno(), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_running_out_of_file_descriptors_is_our_own_overload() -> None:
    async with Peer(replying(good())) as peer, http_wire(peer.url) as wire:
        with no_more_file_descriptors(), pytest.raises(TryAgainLater) as caught:
            await wire.send(SECRETIVE)

    assert (caught.value.code, caught.value.attempts) == (ErrorCode.OVERLOADED, 1)
