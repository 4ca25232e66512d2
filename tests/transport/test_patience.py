"""Garbage on a WebSocket: some is passed over, and who goes on sending it is left."""

import asyncio

import pytest

from gateway.spi import BadAnswer, ErrorCode
from gateway.transport.patience import Patience
from tests.support.wires import RpcPeer, Talk, echo, rpc_wire


class Timer:
    """Tells the time that it was set to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("times", "is_lost"),
    [
        ([0, 0], False),
        ([0, 0, 0], True),
        ([0, 30, 60], True),
        ([0, 30, 61], False),
        ([0, 30, 61, 90], True),
        ([0, 61, 122, 183], False),
    ],
)
def test_patience_is_lost_with_the_third_piece_within_a_minute(
    times: list[float], is_lost: bool
) -> None:
    timer = Timer()
    patience = Patience(timer)

    for timer.now in times[:-1]:
        assert not patience.is_lost()
    timer.now = times[-1]

    assert patience.is_lost() == is_lost


GARBAGE: list[object] = [
    "{",
    "17",
    b"\x00\x01",
    {"id": 99, "result": "of nobody's"},
    {"id": "1", "result": "of a text"},
    {"id": None, "error": {"code": -32700}},
    '{"id": 1, "result": NaN}',
]
SENSE: list[object] = [
    {"sid": "a", "met": [1, 2, 3]},
    {"jsonrpc": "2.0", "warning": {"code": 6}},
    {"jsonrpc": "2.0", "method": "ping", "id": 7},
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=str)
async def test_who_sends_garbage_again_and_again_is_left(garbage: object) -> None:
    has_left = asyncio.Event()

    async def rude(talk: Talk) -> None:
        await talk.call()
        for _ in range(3):
            await talk.tell(garbage)
        await talk.until_left()
        has_left.set()

    async with RpcPeer(rude, echo) as peer, rpc_wire(peer.url) as wire:
        with pytest.raises(BadAnswer) as caught:
            await wire.call("list")
        await asyncio.wait_for(has_left.wait(), 5)
        again = await wire.call("list", {"n": 2})

    assert (caught.value.code, caught.value.attempts) == (ErrorCode.PROTOCOL, 1)
    assert str(caught.value) == "list: not an understandable message"
    assert bytes(again) == b'{"n": 2}'
    assert peer.visits == 2


@pytest.mark.parametrize("sense", SENSE, ids=str)
async def test_who_sends_what_nobody_asked_for_is_listened_to(sense: object) -> None:
    async def chatty(talk: Talk) -> None:
        call = await talk.call()
        for _ in range(10):
            await talk.tell(sense)
        await talk.answer(call, "the answer")
        await talk.until_left()

    async with RpcPeer(chatty) as peer, rpc_wire(peer.url) as wire:
        assert bytes(await wire.call("list")) == b'"the answer"'


async def test_late_answers_are_no_garbage() -> None:
    taken = asyncio.Semaphore(0)

    async def late(talk: Talk) -> None:
        calls = []
        for _ in range(5):
            calls.append(await talk.call())
            taken.release()
        last = await talk.call()
        for call in calls:
            await talk.answer(call, "late")
        await talk.answer(last, "in time")
        await talk.until_left()

    async with RpcPeer(late) as peer, rpc_wire(peer.url) as wire:
        for _ in range(5):
            task = asyncio.create_task(wire.call("list"))
            await taken.acquire()
            task.cancel()
            await asyncio.wait((task,))

        assert bytes(await wire.call("list")) == b'"in time"'
