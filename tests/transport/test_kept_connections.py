"""What is sent once more: what met a connection that had been kept, and was dead."""

import asyncio

import pytest

from gateway.spi import ErrorCode, HttpRequest, TryAgainLater
from tests.support.wires import Peer, Script, Visit, http_wire, reply, replying_and_leaving

GET = HttpRequest("GET", "/sessions")
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def answering_then(end: Script) -> Script:
    """Answer the first request of a connection, and end it thus at the second."""

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(reply(b"1"))
        await visit.request()
        await end(visit)

    return script


async def leaving(visit: Visit) -> None:
    visit.writer.close()


async def resetting(visit: Visit) -> None:
    visit.reset()


async def leaving_within_the_head(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-")
    visit.writer.close()


async def leaving_within_the_body(visit: Visit) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    visit.writer.close()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("end", [leaving, resetting])
async def test_what_meets_a_dead_connection_is_sent_once_more_over_a_new_one(
    end: Script, method: str
) -> None:
    request = HttpRequest(method, "/x", body=b"{}")
    async with Peer(answering_then(end)) as peer, http_wire(peer.url) as wire:
        await wire.send(GET)
        got = await wire.send(request)

    assert got.body == b"1"
    assert (len(peer.requests), peer.visits) == (3, 2)
    assert peer.requests[1] == peer.requests[2]


@pytest.mark.parametrize("method", METHODS)
async def test_what_meets_a_dead_connection_and_may_not_be_repeated_is_sent_once(
    method: str,
) -> None:
    async with Peer(answering_then(leaving)) as peer, http_wire(peer.url) as wire:
        await wire.send(GET)
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(HttpRequest(method, "/x", is_repeatable=False))

    assert (caught.value.code, caught.value.has_been_sent) == (ErrorCode.RESET, True)
    assert len(peer.requests) == 2


@pytest.mark.parametrize("method", METHODS)
async def test_what_fails_over_a_new_connection_is_not_sent_again(method: str) -> None:
    async with Peer(replying_and_leaving(b"")) as peer, http_wire(peer.url) as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(HttpRequest(method, "/x"))

    assert caught.value.code is ErrorCode.RESET
    assert str(caught.value) == f"{method} /x: the connection broke"
    assert len(peer.requests) == 1


@pytest.mark.parametrize("end", [leaving_within_the_head, leaving_within_the_body])
async def test_what_was_answered_in_part_is_not_sent_again(end: Script) -> None:
    async with Peer(answering_then(end)) as peer, http_wire(peer.url) as wire:
        await wire.send(GET)
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(GET)

    assert caught.value.code is ErrorCode.RESET
    assert len(peer.requests) == 2


async def test_it_is_sent_once_more_and_no_more() -> None:
    visits = 0

    async def dead_ever_after(visit: Visit) -> None:
        nonlocal visits
        visits += 1
        await visit.request()
        if visits == 1:
            await visit.send(reply())
            await visit.request()

    async with Peer(dead_ever_after) as peer, http_wire(peer.url) as wire:
        await wire.send(GET)
        with pytest.raises(TryAgainLater):
            await wire.send(GET)

    assert (len(peer.requests), peer.visits) == (3, 2)


async def test_one_dead_connection_makes_a_wire_leave_all_that_it_has_kept() -> None:
    """As when a vendor's server was started anew: the repeat must not meet the next dead one."""
    together = asyncio.Barrier(3)

    async def met_together(visit: Visit) -> None:
        await visit.request()
        if peer.visits <= 3:
            await together.wait()
        await visit.send(reply(b"1"))
        if peer.visits > 3:
            await visit.until_left()
        await visit.request()

    async with Peer(met_together) as peer, http_wire(peer.url) as wire:
        await asyncio.gather(*(wire.send(GET) for _ in range(3)))
        got = await wire.send(GET)

    assert got.body == b"1"
    assert (len(peer.requests), peer.visits) == (5, 4)
