"""The head of an answer that is given again says what one that is laid out anew does."""

import asyncio
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from itertools import product

import pytest
from yarl import URL

from tests.support.scribe import install_scribe
from tests.web.test_repeats import OWN, placed

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
LINES = ("GET {} HTTP/1.1", "HEAD {} HTTP/1.1", "GET {} HTTP/1.0")
LEAVING = ("Connection: close", "Connection: keep-alive")
SENT = (
    (),
    ("Accept-Encoding: gzip",),
    ("Origin: https://elsewhere.example",),
    ("Prefer: wait=5",),
    ("If-None-Match: *",),
)
REQUESTS = [*product(LINES, LEAVING, SENT)]
KEY = ("Host: x", "X-API-Key: all")


@pytest.fixture(scope="module", autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        install_scribe(tmp_path_factory.mktemp("scribe"), patch)
        yield


async def told(address: URL, *requests: tuple[str, ...]) -> list[tuple[set[str], bytes]]:
    """Send requests on one connection; give the lines of each head, and what follows."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        return [await _answer(reader, writer, lines) for lines in requests]
    finally:
        writer.close()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lines: tuple[str, ...]
) -> tuple[set[str], bytes]:
    writer.write("\r\n".join((lines[0].format("/v1/sessions"), *lines[1:], *KEY, "", "")).encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    has_body = lines[0].startswith("GET") and head[0].endswith("200 OK")
    length = int(_value(head, "Content-Length")) if has_body else 0
    return {*head}, await reader.readexactly(length)


def _value(head: list[str] | set[str], name: str) -> str:
    return next(line.partition(": ")[2] for line in head if line.startswith(f"{name}: "))


def common(head: set[str]) -> set[str]:
    return {line for line in head if line.partition(":")[0].lower() not in OWN}


@pytest.mark.parametrize(("line", "leaving", "sent"), REQUESTS)
async def test_whoever_asks_and_how_it_is_the_head_that_would_be_laid_out(
    line: str, leaving: str, sent: tuple[str, ...]
) -> None:
    async with placed() as place:
        keeping, making = await place.gateway(), await place.gateway(max_bytes=0)
        for gateway in (keeping, making):
            await told(gateway.address, *[LINES[:1]] * 2)
        for place.timer.now in (0.25, 0.5, 1.25):
            await told(keeping.address, *[LINES[:1]] * 2)
            again = await told(keeping.address, (line, leaving, *sent))
            anew = await told(making.address, (line, leaving, *sent))

            assert [(common(head), body) for head, body in again] == [
                (common(head), body) for head, body in anew
            ]


async def test_each_has_the_ids_of_its_own_call_and_the_date_of_now() -> None:
    traced = (*LINES[:1], "X-Request-Id: mine", f"traceparent: 00-{TRACE}-00f067aa0ba902b7-01")
    async with placed() as place:
        gateway = await place.gateway()
        await told(gateway.address, *[LINES[:1]] * 2)
        place.timer.now = 0.25
        heads = [head for head, _ in await told(gateway.address, *[LINES[:1]] * 5, traced)]

    assert _value(heads[-1], "X-Request-Id") == "mine"
    assert _value(heads[-1], "traceresponse").startswith(f"00-{TRACE}-")
    for name in ("X-Request-Id", "traceresponse"):
        assert len({_value(head, name) for head in heads}) == len(heads)
    dates = [parsedate_to_datetime(_value(head, "Date")) for head in heads]
    assert dates == sorted(dates)


async def test_a_connection_is_kept_or_closed_as_its_client_wants() -> None:
    async with placed() as place:
        gateway = await place.gateway()
        await told(gateway.address, *[LINES[:1]] * 2)
        place.timer.now = 0.25
        reader, writer = await asyncio.open_connection(gateway.address.host, gateway.address.port)
        for _ in range(3):
            await _answer(reader, writer, LINES[:1])
        await _answer(reader, writer, (LINES[0], LEAVING[0]))

        assert await reader.read() == b""
        writer.close()
