"""A failed request says whether it may have been received."""

import asyncio
from dataclasses import replace

import pytest

from gateway.spi import ErrorCode, HttpRequest, UpstreamError
from gateway.transport.limits import Limits
from tests.support.wires import (
    BRIEF,
    PATIENT,
    Conversation,
    Peer,
    RpcPeer,
    Script,
    Talk,
    Visit,
    http_wire,
    reply,
    replying,
    replying_and_leaving,
    rpc_wire,
    silent,
)

POST = HttpRequest("POST", "/sessions", body=b"{}")


async def http_failure(url: str, limits: Limits = BRIEF) -> UpstreamError:
    async with http_wire(url, limits) as wire:
        with pytest.raises(UpstreamError) as caught:
            await wire.send(POST)
    return caught.value


async def rpc_failure(url: str) -> UpstreamError:
    async with rpc_wire(url, BRIEF) as wire:
        with pytest.raises(UpstreamError) as caught:
            await wire.call("createSession")
    return caught.value


async def breaking_off_in_the_body(visit: Visit) -> None:
    await visit.request()
    await visit.send(b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nhalf")


async def leaving_at_once(visit: Visit) -> None:
    visit.reset()


@pytest.mark.parametrize(
    "script",
    [
        silent,
        replying_and_leaving(b""),
        replying_and_leaving(b"SSH-2.0-OpenSSH_9.9\r\n"),
        breaking_off_in_the_body,
        replying(reply(b"x" * (BRIEF.max_body_bytes + 1))),
    ],
    ids=["silence", "no answer", "another protocol", "half an answer", "too long an answer"],
)
async def test_what_fails_after_a_request_went_out_may_have_been_received(script: Script) -> None:
    async with Peer(script) as peer:
        error = await http_failure(peer.url)

    assert error.has_been_sent
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://no-such-host.invalid", ErrorCode.DNS),
        ("http://127.0.0.1:1", ErrorCode.CONNECT),
    ],
)
async def test_what_fails_before_there_is_a_connection_has_reached_nobody(
    url: str, code: ErrorCode
) -> None:
    error = await http_failure(url)

    assert (error.code, error.has_been_sent) == (code, False)


async def test_what_fails_in_the_handshake_of_tls_has_reached_nobody() -> None:
    async with Peer(leaving_at_once) as peer:
        error = await http_failure(peer.url.replace("http:", "https:"))

    assert (error.code, error.has_been_sent) == (ErrorCode.TLS, False)


async def test_what_waits_for_its_turn_in_vain_has_reached_nobody() -> None:
    has_come = asyncio.Event()

    async def taking_one(visit: Visit) -> None:
        await visit.request()
        has_come.set()
        await visit.until_left()

    limits = replace(PATIENT, concurrency=1)
    async with Peer(taking_one) as peer, http_wire(peer.url, limits) as wire:
        both = asyncio.gather(wire.send(POST), wire.send(POST), return_exceptions=True)
        await has_come.wait()
        await wire.close()
        ends = await both

    errors = [end for end in ends if isinstance(end, UpstreamError)]
    assert sorted(error.has_been_sent for error in errors) == [False, True]
    assert len(peer.requests) == 1


async def test_a_get_that_may_not_be_repeated_is_sent_once() -> None:
    request = HttpRequest("GET", "/sessionstart", is_repeatable=False)
    async with Peer(replying_and_leaving(b"")) as peer, http_wire(peer.url) as wire:
        with pytest.raises(UpstreamError) as caught:
            await wire.send(request)

    assert caught.value.has_been_sent
    assert len(peer.requests) == 1


async def hanging(talk: Talk) -> None:
    await talk.call()
    await talk.until_left()


async def vanishing(talk: Talk) -> None:
    await talk.call()
    talk.transport.abort()


@pytest.mark.parametrize("conversation", [hanging, vanishing])
async def test_a_call_that_gets_no_answer_may_have_been_received(
    conversation: Conversation,
) -> None:
    async with RpcPeer(conversation) as peer:
        error = await rpc_failure(peer.url)

    assert error.has_been_sent


async def test_a_call_whose_connection_is_refused_has_reached_nobody() -> None:
    async with Peer(replying(reply(status="503 Unavailable"))) as peer:
        error = await rpc_failure(peer.url.replace("http:", "ws:"))

    assert (error.code, error.has_been_sent) == (ErrorCode.UNAVAILABLE, False)
