"""JSON-RPC over one WebSocket: what is an answer, and whose it is."""

import asyncio
import gc
import json
import tracemalloc
from dataclasses import replace

import msgspec
import pytest

from gateway.spi import (
    BadAnswer,
    ErrorCode,
    RpcError,
    TryAgainLater,
)
from tests.support.wires import (
    BRIEF,
    PATIENT,
    Conversation,
    RpcPeer,
    Talk,
    rpc_wire,
)


async def test_a_call_is_a_json_rpc_frame_and_its_result_comes_back_untouched() -> None:
    frames = []

    async def show(talk: Talk) -> None:
        for result in ('{"a" : 1e2}', "null"):
            call = await talk.call()
            frames.append(call)
            await talk.tell(f'{{"id": {call["id"]}, "jsonrpc": "2.0", "result": {result} }}')
        await talk.until_left()

    async with RpcPeer(show) as peer, rpc_wire(peer.url) as wire:
        first = await wire.call("list", {"key": "é"})
        second = await wire.call("ping")

    assert (bytes(first), bytes(second)) == (b'{"a" : 1e2}', b"null")
    assert [frame.pop("id") for frame in frames] == [1, 2]
    assert frames == [
        {"jsonrpc": "2.0", "method": "list", "params": {"key": "é"}},
        {"jsonrpc": "2.0", "method": "ping"},
    ]


async def test_answers_out_of_order_reach_their_own_calls() -> None:
    async def swapped(talk: Talk) -> None:
        first, second = await talk.call(), await talk.call()
        await talk.answer(second, "of the second")
        await talk.answer(first, "of the first")
        await talk.until_left()

    async with RpcPeer(swapped) as peer, rpc_wire(peer.url) as wire:
        first, second = await asyncio.gather(wire.call("first"), wire.call("second"))

    assert bytes(first) == b'"of the first"'
    assert bytes(second) == b'"of the second"'


async def test_nothing_of_a_long_answer_is_kept_until_the_next_one_comes() -> None:
    size = 700_000

    async def lengthy(talk: Talk) -> None:
        await talk.answer(await talk.call(), "x" * size)
        await talk.until_left()

    async with RpcPeer(lengthy) as peer, rpc_wire(peer.url) as wire:
        tracemalloc.start()
        try:
            answer = await wire.call("list")
            while_held, _ = tracemalloc.get_traced_memory()
            del answer
            await asyncio.sleep(0.05)
            afterwards, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert while_held > size
    assert afterwards < size / 4


NOISE: list[object] = [
    {"sid": "a", "time": 1.5, "met": [1, 2, 3]},
    {"jsonrpc": "2.0", "warning": {"code": 6, "message": "busy"}, "id": 1},
    {"jsonrpc": "2.0", "id": 1},
    {"jsonrpc": "2.0", "id": 1, "error": None},
    {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"result": 1}},
    {"jsonrpc": "2.0", "id": 99, "result": "of nobody's"},
    {"jsonrpc": "2.0", "id": "1", "result": "of a text"},
    {"jsonrpc": "2.0", "id": 1.5, "result": "of a fraction"},
    {"jsonrpc": "2.0", "id": True, "result": "of true"},
    {"jsonrpc": "2.0", "id": None, "error": {"code": -32700}},
    {"jsonrpc": "2.0", "result": "of none"},
    [{"jsonrpc": "2.0", "id": 1, "result": "in a batch"}],
    "",
    "null",
    "17",
    "{",
    '{"id": 1, "result": ',
    '{"id": 1, "result": NaN}',
    '{"id": 1, "result": ' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"id": 1, "error": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}",
    '{"id": 1' + "0" * 5000 + ', "result": 1}',
    b"\x00\x01",
    b'{"jsonrpc": "2.0", "id": 1, "result": "in a binary frame"}',
]


@pytest.mark.parametrize("noise", NOISE, ids=[str(noise)[:50] for noise in NOISE])
async def test_what_is_no_answer_is_passed_over(noise: object) -> None:
    async def noisy(talk: Talk) -> None:
        call = await talk.call()
        await talk.tell(noise)
        await talk.answer(call, "the answer")
        await talk.until_left()

    async with RpcPeer(noisy) as peer, rpc_wire(peer.url) as wire:
        assert bytes(await wire.call("list")) == b'"the answer"'


async def test_a_frame_that_is_not_utf_8_is_passed_over() -> None:
    async def garbled(talk: Talk) -> None:
        call = await talk.call()
        talk.transport.write(b"\x81\x02\xff\xfe")
        await talk.answer(call, "the answer")
        await talk.until_left()

    async with RpcPeer(garbled) as peer, rpc_wire(peer.url) as wire:
        assert bytes(await wire.call("list")) == b'"the answer"'


async def test_the_first_of_two_answers_counts() -> None:
    async def twice(talk: Talk) -> None:
        call = await talk.call()
        await talk.answer(call, "first")
        await talk.answer(call, "second")
        await talk.answer(await talk.call(), "third")
        await talk.until_left()

    async with RpcPeer(twice) as peer, rpc_wire(peer.url) as wire:
        assert bytes(await wire.call("list")) == b'"first"'
        assert bytes(await wire.call("list")) == b'"third"'


def saying(**answer: object) -> Conversation:
    """Answer every call with these fields."""

    async def conversation(talk: Talk) -> None:
        async for message in talk.websocket:
            await talk.tell({"jsonrpc": "2.0", "id": json.loads(message.data)["id"], **answer})

    return conversation


async def test_an_error_is_given_by_its_code_alone() -> None:
    refusal = saying(error={"code": -32102, "message": "token hunter2 expired", "data": {}})
    async with RpcPeer(refusal) as peer, rpc_wire(peer.url) as wire:
        with pytest.raises(RpcError) as caught:
            await wire.call("list")

    assert (caught.value.method, caught.value.code) == ("list", -32102)
    assert str(caught.value) == "list: JSON-RPC error -32102"


@pytest.mark.parametrize("result", [None, {"a": 1}])
async def test_an_error_counts_where_a_result_is_given_too(result: object) -> None:
    both = saying(result=result, error={"code": 7, "message": ""})
    async with RpcPeer(both) as peer, rpc_wire(peer.url) as wire:
        with pytest.raises(RpcError):
            await wire.call("list")


async def test_an_error_of_null_is_none() -> None:
    async with RpcPeer(saying(result=[], error=None)) as peer, rpc_wire(peer.url) as wire:
        assert bytes(await wire.call("list")) == b"[]"


@pytest.mark.parametrize(
    "error",
    ["expired", {"message": "hunter2"}, {"code": "7"}, {"code": 7.0}, {"code": True}, {}, [7], 7],
)
async def test_an_error_without_a_whole_number_breaks_the_protocol(error: object) -> None:
    async with RpcPeer(saying(error=error)) as peer, rpc_wire(peer.url) as wire:
        with pytest.raises(BadAnswer) as caught:
            await wire.call("list")

    assert caught.value.code is ErrorCode.PROTOCOL
    assert str(caught.value) == "list: an error without a code"


async def test_a_message_may_be_as_large_as_the_limit() -> None:
    frame = '{"jsonrpc": "2.0", "id": 1, "result": "%s"}'
    limits = replace(PATIENT, max_body_bytes=1000)

    async def filling(talk: Talk) -> None:
        await talk.call()
        await talk.tell(frame % ("x" * (1000 - len(frame) + 2)))
        await talk.until_left()

    async with RpcPeer(filling) as peer, rpc_wire(peer.url, limits) as wire:
        result = await wire.call("list")

    assert len(bytes(result)) == 1000 - len(frame) + 4


async def test_a_ping_is_answered() -> None:
    async def pinging(talk: Talk) -> None:
        call = await talk.call()
        await talk.websocket.ping(b"there?")
        message = await talk.websocket.receive()
        await talk.answer(call, [message.type.name, message.data.decode()])
        await talk.until_left()

    async with RpcPeer(pinging) as peer, rpc_wire(peer.url) as wire:
        assert json.loads(bytes(await wire.call("list"))) == ["PONG", "there?"]


async def test_the_late_answer_to_a_cancelled_call_reaches_nobody() -> None:
    taken = asyncio.Event()

    async def late(talk: Talk) -> None:
        first = await talk.call()
        taken.set()
        second = await talk.call()
        await talk.answer(first, "late")
        await talk.answer(second, "in time")
        await talk.until_left()

    async with RpcPeer(late) as peer, rpc_wire(peer.url, is_serial=True) as wire:
        task = asyncio.create_task(wire.call("first"))
        await taken.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert bytes(await wire.call("second")) == b'"in time"'

    assert peer.visits == 1


async def test_the_late_answer_to_a_call_that_ran_out_of_time_reaches_nobody() -> None:
    async def late(talk: Talk) -> None:
        first, second = await talk.call(), await talk.call()
        await talk.answer(first, "late")
        await talk.answer(second, "in time")
        await talk.until_left()

    async with RpcPeer(late) as peer, rpc_wire(peer.url, BRIEF, is_serial=True) as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.call("first")
        second = await wire.call("second")

    assert caught.value.code is ErrorCode.TIMEOUT
    assert str(caught.value) == "first: no answer in time"
    assert bytes(second) == b'"in time"'


async def test_calls_that_were_given_up_leave_nothing_waiting() -> None:
    taken = asyncio.Semaphore(0)

    async def deaf_later(talk: Talk) -> None:
        await talk.answer(await talk.call(), None)
        for _ in range(50):
            await talk.call()
            taken.release()
        await talk.until_left()

    async with RpcPeer(deaf_later) as peer, rpc_wire(peer.url) as wire:
        await wire.call("first")
        before = _futures()
        for _ in range(50):
            task = asyncio.create_task(wire.call("list"))
            await taken.acquire()
            task.cancel()
            await asyncio.wait((task,))

        assert _futures() < before + 10  # of which the server holds a few


def _futures() -> int:
    gc.collect()
    return sum(type(thing) is asyncio.Future for thing in gc.get_objects())


async def test_an_answer_of_several_megabytes_arrives_whole_and_stays() -> None:
    records = [{"id": number, "text": "é" * 600} for number in range(5000)]

    async def generous(talk: Talk) -> None:
        await talk.answer(await talk.call(), records)
        for number in range(100):
            await talk.answer(await talk.call(), "overwritten?" * number)
        await talk.until_left()

    limits = replace(PATIENT, max_body_bytes=32 * 1024 * 1024)
    async with RpcPeer(generous) as peer, rpc_wire(peer.url, limits) as wire:
        result = await wire.call("list")
        for _ in range(100):
            await wire.call("list")

    assert len(bytes(result)) > 5 * 1024 * 1024
    assert msgspec.json.decode(result) == records
