"""JSON-RPC over one WebSocket: how it opens, breaks, opens again, and closes."""

import asyncio
import json
from dataclasses import replace

import aiohttp
import pytest

from gateway.spi import (
    BadAnswer,
    ErrorCode,
    GiveUp,
    TryAgainLater,
    UpstreamError,
)
from tests.support.wires import (
    BRIEF,
    HOST,
    PATIENT,
    Conversation,
    Peer,
    RpcPeer,
    Talk,
    connections_to,
    echo,
    reply,
    replying,
    rpc_wire,
)


async def test_it_connects_at_the_first_call_and_stays_connected() -> None:
    async with RpcPeer(echo) as peer, rpc_wire(peer.url) as wire:
        before = peer.visits
        for _ in range(3):
            await wire.call("ping")

    assert (before, peer.visits) == (0, 1)


async def test_calls_that_begin_together_share_one_connection() -> None:
    async with RpcPeer(echo) as peer, rpc_wire(peer.url) as wire:
        results = await asyncio.gather(*(wire.call("echo", {"n": n}) for n in range(8)))

    assert [json.loads(bytes(result)) for result in results] == [{"n": n} for n in range(8)]
    assert peer.visits == 1


async def test_a_serial_vendor_gets_the_next_call_only_after_its_answer() -> None:
    order = []

    async def noting(talk: Talk) -> None:
        for _ in range(2):
            call = await talk.call()
            order.append(f"got {call['method']}")
            await talk.websocket.ping()  # whatever was sent by now arrives before the pong
            message = await talk.websocket.receive()
            order.append(message.type.name)
            await talk.answer(call, None)
        await talk.until_left()

    async with RpcPeer(noting) as peer, rpc_wire(peer.url, is_serial=True) as wire:
        await asyncio.gather(wire.call("first"), wire.call("second"))

    assert order == ["got first", "PONG", "got second", "PONG"]


async def closing(talk: Talk) -> None:
    await talk.call()
    await talk.websocket.close()


async def closing_as_too_big(talk: Talk) -> None:
    """Refuse the call as too big, which is not the same as an answer that is."""
    await talk.call()
    await talk.websocket.close(code=aiohttp.WSCloseCode.MESSAGE_TOO_BIG)


async def vanishing(talk: Talk) -> None:
    await talk.call()
    talk.transport.abort()


async def vanishing_in_an_answer(talk: Talk) -> None:
    await talk.call()
    talk.transport.write(b'\x81\x7e\x10\x00{"id": 1, "result": "and so')
    talk.transport.close()


async def vanishing_after_a_ping(talk: Talk) -> None:
    await talk.call()
    talk.transport.write(b"\x89\x00" * 1000)
    talk.transport.abort()


async def breaking_the_protocol(talk: Talk) -> None:
    await talk.call()
    talk.transport.write(b"\xff\xff\xff\xff")
    await talk.until_left()


async def answering_too_much(talk: Talk) -> None:
    await talk.answer(await talk.call(), "x" * PATIENT.max_body_bytes)
    await talk.until_left()


@pytest.mark.parametrize(
    ("conversation", "kind", "code"),
    [
        (closing, TryAgainLater, ErrorCode.RESET),
        (closing_as_too_big, TryAgainLater, ErrorCode.RESET),
        (vanishing, TryAgainLater, ErrorCode.RESET),
        (vanishing_in_an_answer, TryAgainLater, ErrorCode.RESET),
        (vanishing_after_a_ping, TryAgainLater, ErrorCode.RESET),
        (breaking_the_protocol, BadAnswer, ErrorCode.PROTOCOL),
        (answering_too_much, BadAnswer, ErrorCode.TOO_LARGE),
    ],
)
async def test_a_connection_that_breaks_ends_its_calls_and_the_next_call_opens_another(
    conversation: Conversation, kind: type[UpstreamError], code: ErrorCode
) -> None:
    async with RpcPeer(conversation, echo) as peer, rpc_wire(peer.url) as wire:
        with pytest.raises(UpstreamError) as caught:
            await wire.call("list")
        again = await wire.call("list", {"n": 2})

    assert (type(caught.value), caught.value.code) == (kind, code)
    assert str(caught.value).startswith("list: ")
    assert caught.value.has_been_sent
    assert bytes(again) == b'{"n": 2}'
    assert peer.visits == 2


async def test_a_call_whose_connection_breaks_is_made_once() -> None:
    async with RpcPeer(vanishing) as peer, rpc_wire(peer.url) as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.call("list")

    assert (caught.value.code, caught.value.attempts) == (ErrorCode.RESET, 3)
    assert peer.visits == 1


async def test_what_was_answered_with_too_much_is_not_asked_for_again() -> None:
    async with RpcPeer(answering_too_much) as peer, rpc_wire(peer.url) as wire:
        with pytest.raises(BadAnswer):
            await wire.call("list")

    assert peer.visits == 1


async def test_a_call_that_waits_for_its_answer_has_been_sent_and_one_in_line_has_not() -> None:
    async def silent(talk: Talk) -> None:
        await talk.until_left()

    limits = replace(PATIENT, timeout_seconds=0.3)
    async with RpcPeer(silent) as peer, rpc_wire(peer.url, limits, is_serial=True) as wire:
        ends = await asyncio.gather(wire.call("asked"), wire.call("queued"), return_exceptions=True)

    sent = {str(end): end.has_been_sent for end in ends if isinstance(end, UpstreamError)}
    assert sent == {"asked: no answer in time": True, "queued: no turn in time": False}


async def test_what_json_cannot_hold_is_not_sent() -> None:
    async with RpcPeer(echo) as peer, rpc_wire(peer.url) as wire:
        with pytest.raises(GiveUp) as caught:
            await wire.call("list", {"text": "\ud800"})

    assert caught.value.code is ErrorCode.CONFIG
    assert not caught.value.has_been_sent


async def test_a_connection_that_broke_while_idle_is_opened_anew() -> None:
    gone = asyncio.Event()

    async def once(talk: Talk) -> None:
        await talk.answer(await talk.call(), 1)
        await talk.websocket.close()
        gone.set()

    async with RpcPeer(once, echo) as peer, rpc_wire(peer.url) as wire:
        await wire.call("list")
        await gone.wait()

        assert bytes(await wire.call("list", {"n": 2})) == b'{"n": 2}'


async def test_a_half_open_connection_is_found_by_its_silence() -> None:
    async def deaf(talk: Talk) -> None:
        await talk.until_left()  # without ever answering a ping

    limits = replace(PATIENT, heartbeat_seconds=0.1)
    async with RpcPeer(deaf, echo) as peer, rpc_wire(peer.url, limits) as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.call("list")
        again = await wire.call("list", {})

    assert caught.value.code is ErrorCode.TIMEOUT
    assert bytes(again) == b"{}"


async def test_closing_ends_the_calls_that_wait_and_says_goodbye() -> None:
    taken, goodbye = asyncio.Event(), asyncio.Event()

    async def silent(talk: Talk) -> None:
        await talk.call()
        taken.set()
        await talk.until_left()
        if talk.websocket.close_code == aiohttp.WSCloseCode.OK:
            goodbye.set()

    async with RpcPeer(silent) as peer, rpc_wire(peer.url, is_serial=True) as wire:
        tasks = [asyncio.create_task(wire.call(method)) for method in ("asked", "queued")]
        await taken.wait()

        async with asyncio.timeout(5):
            await wire.close()

        assert connections_to(peer.port) == 0
        assert "rpc reader" not in {task.get_name() for task in asyncio.all_tasks()}
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(goodbye.wait(), 5)

    assert [str(end) for end in ends] == [
        "asked: the wire was closed",
        "queued: the wire was closed",
    ]
    assert all(isinstance(end, TryAgainLater) and end.code is ErrorCode.RESET for end in ends)


async def test_a_closed_wire_refuses_calls_and_opens_nothing() -> None:
    async with RpcPeer(echo) as peer, rpc_wire(peer.url) as wire:
        await wire.call("ping")
        await wire.close()
        with pytest.raises(TryAgainLater) as caught:
            await wire.call("ping")
        await wire.close()

    assert caught.value.code is ErrorCode.RESET
    assert peer.visits == 1


async def test_closing_does_not_wait_for_a_server_that_only_talks() -> None:
    async def flooding(talk: Talk) -> None:
        await talk.answer(await talk.call(), 1)
        while True:
            await talk.tell({"sid": "a"})
            await asyncio.sleep(0)  # or it would fill the buffers before anybody else's turn

    limits = replace(PATIENT, connect_timeout_seconds=0.2)
    async with RpcPeer(flooding) as peer, rpc_wire(peer.url, limits) as wire:
        await wire.call("subscribe")
        async with asyncio.timeout(5):
            await wire.close()
        assert connections_to(peer.port) == 0


async def test_a_wire_that_was_never_used_closes() -> None:
    async with rpc_wire("ws://127.0.0.1:9"):
        pass


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("200 OK", BadAnswer, ErrorCode.PROTOCOL),
        ("302 Found", GiveUp, ErrorCode.CONFIG),
        ("400 Bad Request", BadAnswer, ErrorCode.PROTOCOL),
        ("401 Unauthorized", GiveUp, ErrorCode.AUTH),
        ("403 Forbidden", GiveUp, ErrorCode.FORBIDDEN),
        ("404 Not Found", GiveUp, ErrorCode.CONFIG),
        ("429 Too Many Requests", TryAgainLater, ErrorCode.RATE_LIMITED),
        ("502 Bad Gateway", TryAgainLater, ErrorCode.UPSTREAM_ERROR),
        ("503 Service Unavailable", TryAgainLater, ErrorCode.UNAVAILABLE),
        ("101 Switching Protocols", BadAnswer, ErrorCode.PROTOCOL),
    ],
)
async def test_a_server_without_a_websocket_is_judged_by_its_status(
    status: str, kind: type[UpstreamError], code: ErrorCode
) -> None:
    answer = reply(b"hunter2", status=status)
    async with Peer(replying(answer)) as peer, rpc_wire(f"ws://{HOST}:{peer.port}") as wire:
        with pytest.raises(UpstreamError) as caught:
            await wire.call("list")

    assert (type(caught.value), caught.value.code) == (kind, code)
    assert str(caught.value) == f"list: no WebSocket, but status {status[:3]}"


async def test_a_redirect_is_not_followed_to_another_websocket() -> None:
    async with RpcPeer(echo) as elsewhere:
        answer = reply(b"", f"Location: {elsewhere.url}/", status="302 Found")
        async with Peer(replying(answer)) as peer, rpc_wire(f"ws://{HOST}:{peer.port}") as wire:
            with pytest.raises(GiveUp):
                await wire.call("list")

    assert elsewhere.visits == 0


async def test_a_server_that_is_not_there_may_be_tried_again() -> None:
    async with RpcPeer(echo) as gone:
        pass

    async with rpc_wire(gone.url) as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.call("list")

    assert caught.value.code is ErrorCode.CONNECT
    assert not caught.value.has_been_sent


class Doorman:
    """Leaves the first handshake unanswered, and says when it began."""

    def __init__(self) -> None:
        self.knocked = asyncio.Event()

    async def __call__(self, number: int) -> None:
        self.knocked.set()
        if number == 1:
            await asyncio.Event().wait()


async def test_a_handshake_that_hangs_runs_out_of_time_and_the_next_one_is_new() -> None:
    async with RpcPeer(echo, doorman=Doorman()) as peer, rpc_wire(peer.url, BRIEF) as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.call("first")
        second = await wire.call("second", {})

    assert caught.value.code is ErrorCode.TIMEOUT
    assert bytes(second) == b"{}"


async def test_a_call_that_gives_up_connecting_leaves_it_to_the_next_in_line() -> None:
    doorman = Doorman()
    async with RpcPeer(echo, doorman=doorman) as peer, rpc_wire(peer.url) as wire:
        first = asyncio.create_task(wire.call("first"))
        second = asyncio.create_task(wire.call("second", {}))
        await doorman.knocked.wait()
        first.cancel()

        assert bytes(await second) == b"{}"

    assert first.cancelled()
    assert peer.visits == 2


async def test_closing_ends_a_handshake_that_hangs() -> None:
    doorman = Doorman()
    async with RpcPeer(echo, doorman=doorman) as peer, rpc_wire(peer.url) as wire:
        call = asyncio.create_task(wire.call("list"))
        await doorman.knocked.wait()

        async with asyncio.timeout(5):
            await wire.close()

        assert connections_to(peer.port) == 0
        with pytest.raises(TryAgainLater, match="list: the wire was closed"):
            await call
