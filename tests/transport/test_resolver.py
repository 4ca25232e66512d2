"""Host names are looked up for each wire alone."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from gateway.spi import ErrorCode, GiveUp, HttpRequest, TryAgainLater
from tests.support.names import Names, named
from tests.support.wires import HOST, PATIENT, Peer, http_wire, reply, replying

GET = HttpRequest("GET", "/")
BRIEFLY = replace(PATIENT, connect_timeout_seconds=0.1)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    with named(monkeypatch) as names:
        yield names


def look_ups() -> int:
    return sum(thread.name.startswith("look-up") for thread in threading.enumerate())


async def test_a_name_is_looked_up_once_for_many_requests(names: Names) -> None:
    names.addresses["vendor.example"] = [HOST]
    async with (
        Peer(replying(reply())) as peer,
        http_wire(f"http://vendor.example:{peer.port}") as wire,
    ):
        await asyncio.gather(*(wire.send(GET) for _ in range(3)))

    assert names.asked == ["vendor.example"]


async def test_name_servers_that_hang_keep_no_other_vendor_waiting(names: Names) -> None:
    # More than the threads that the loop has for everybody.
    hosts = [f"hanging-{number}.example" for number in range(40)]
    names.hanging.update(hosts)
    names.addresses["vendor.example"] = [HOST]
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(Peer(replying(reply())))
        hanging = [await stack.enter_async_context(http_wire(f"http://{host}")) for host in hosts]
        waiting = [asyncio.create_task(wire.send(GET)) for wire in hanging]
        await asyncio.sleep(0)
        wire = await stack.enter_async_context(http_wire(f"http://vendor.example:{peer.port}"))
        got = await wire.send(GET)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)

    assert got.status == 200


async def test_a_look_up_that_hangs_runs_into_the_time_for_connecting(names: Names) -> None:
    names.hanging.add("hanging.example")
    async with http_wire("http://hanging.example", BRIEFLY) as wire:
        for _ in range(5):
            with pytest.raises(TryAgainLater) as caught:
                await wire.send(GET)
        threads = look_ups()

    assert caught.value.code is ErrorCode.TIMEOUT
    assert not caught.value.has_been_sent
    assert threads <= 2


async def test_a_look_up_that_hung_for_a_while_serves_whoever_asks_then(names: Names) -> None:
    names.hanging.add("vendor.example")
    names.addresses["vendor.example"] = [HOST]
    async with (
        Peer(replying(reply())) as peer,
        http_wire(f"http://vendor.example:{peer.port}", BRIEFLY) as wire,
    ):
        with pytest.raises(TryAgainLater):
            await wire.send(GET)
        names.end()
        got = await wire.send(GET)

    assert got.status == 200


async def test_a_name_that_cannot_be_one_is_a_configuration_error() -> None:
    async with http_wire(f"http://{'a' * 64}.example") as wire:
        with pytest.raises(GiveUp) as caught:
            await wire.send(GET)

    assert caught.value.code is ErrorCode.CONFIG


async def test_no_thread_to_look_up_in_is_no_trouble_of_the_vendors(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    names.addresses["vendor.example"] = [HOST]
    async with (
        Peer(replying(reply())) as peer,
        http_wire(f"http://vendor.example:{peer.port}") as wire,
    ):
        with monkeypatch.context() as exhausted:
            exhausted.setattr(threading.Thread, "start", refuse)
            for _ in range(3):
                with pytest.raises(TryAgainLater) as caught:
                    await wire.send(GET)
        async with asyncio.timeout(5):
            got = await wire.send(GET)

    assert (caught.value.code, caught.value.has_been_sent) == (ErrorCode.OVERLOADED, False)
    assert got.status == 200, "those that failed left their places to the next"


HANGING_AT_THE_END = """
import asyncio, socket, time

socket.getaddrinfo = lambda *_, **__: time.sleep(3600)

from gateway.spi import HttpEndpoint, HttpRequest, UpstreamError
from gateway.transport.http import HttpWire
from gateway.transport.limits import Limits, Trust

async def main():
    wire = HttpWire(HttpEndpoint("https://vendor.example"), Limits(timeout_seconds=0.1), Trust())
    try:
        await wire.send(HttpRequest("GET", "/"))
    except UpstreamError as error:
        print(error.code)
    await wire.close()

asyncio.run(main())
"""


def test_a_name_server_that_hangs_does_not_keep_the_process_from_ending() -> None:
    ended = subprocess.run(  # noqa: S603  # of what stands above
        [sys.executable, "-c", HANGING_AT_THE_END],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert (ended.stdout, ended.stderr) == ("timeout\n", "")
