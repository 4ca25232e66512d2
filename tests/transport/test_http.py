"""HTTP to one vendor: what is sent, what comes back, and the limits of both."""

import asyncio
import gzip
import json
import tracemalloc
from dataclasses import replace

import pytest

from gateway.spi import BadAnswer, ErrorCode, HttpRequest, TryAgainLater
from tests.support.wires import (
    BRIEF,
    PATIENT,
    Peer,
    Visit,
    connections_to,
    http_wire,
    reply,
    replying,
    replying_and_leaving,
    silent,
)

GET = HttpRequest("GET", "/sessions")


async def line_sent(request: HttpRequest, base: str = "") -> str:
    """Give the first line that a server receives."""
    async with Peer(replying(reply())) as peer, http_wire(peer.url + base) as wire:
        await wire.send(request)
    return peer.requests[0].split(b"\r\n")[0].decode()


async def test_a_reply_is_given_whole_with_its_headers_in_lower_case() -> None:
    answer = reply(b'{"a": 1}', "X-Odd: Yes", status="418 I'm a teapot")
    async with Peer(replying(answer)) as peer, http_wire(peer.url) as wire:
        got = await wire.send(GET)

    assert got.status == 418
    assert got.body == b'{"a": 1}'
    assert got.headers["x-odd"] == "Yes"


async def test_method_headers_and_body_are_sent_as_they_are() -> None:
    request = HttpRequest("POST", "/x", headers={"Authorization": "Token t"}, body=b"{}")
    async with Peer(replying(reply())) as peer, http_wire(peer.url) as wire:
        await wire.send(request)

    head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Token t" in head
    assert body == b"{}"


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ((), "/a"),
        ((("usernames[]", "x"), ("usernames[]", "y")), "/a?usernames%5B%5D=x&usernames%5B%5D=y"),
        ((("q", "a+b c"),), "/a?q=a%2Bb+c"),
        ((("q", "100%"), ("p", "%20")), "/a?q=100%25&p=%2520"),
        ((("q", "Zoë & Jürgen=é"),), "/a?q=Zo%C3%AB+%26+J%C3%BCrgen%3D%C3%A9"),
        ((("q", "#1;2"), ("empty", "")), "/a?q=%231%3B2&empty="),
    ],
)
async def test_a_query_is_encoded_exactly_once(
    query: tuple[tuple[str, str], ...], sent: str
) -> None:
    assert await line_sent(HttpRequest("GET", "/a", query)) == f"GET {sent} HTTP/1.1"


@pytest.mark.parametrize(
    ("base", "path", "sent"),
    [
        ("", "/sessions/a%2Fb%20%C3%BC%25", "/sessions/a%2Fb%20%C3%BC%25"),
        ("", "/a%2fb%7E", "/a%2fb%7E"),
        ("/api/2", "/sessions/", "/api/2/sessions/"),
        ("/api/2/", "/sessions", "/api/2/sessions"),
        ("/api/2", "", "/api/2"),
        ("", "", "/"),
    ],
)
async def test_an_encoded_path_is_appended_and_neither_decoded_nor_encoded_again(
    base: str, path: str, sent: str
) -> None:
    assert await line_sent(HttpRequest("GET", path), base) == f"GET {sent} HTTP/1.1"


async def test_no_path_leads_to_another_host() -> None:
    async with (
        Peer(replying(reply())) as elsewhere,
        Peer(replying(reply())) as peer,
        http_wire(peer.url) as wire,
    ):
        await wire.send(HttpRequest("GET", f"@127.0.0.1:{elsewhere.port}/"))

    assert elsewhere.visits == 0
    assert peer.visits == 1


async def test_only_gzip_is_accepted_and_decompressed() -> None:
    answer = reply(gzip.compress(b"[1]"), "Content-Encoding: gzip")
    async with Peer(replying(answer)) as peer, http_wire(peer.url) as wire:
        got = await wire.send(GET)

    assert got.body == b"[1]"
    assert b"\r\nAccept-Encoding: gzip\r\n" in peer.requests[0]


async def test_a_connection_is_kept_for_the_next_request() -> None:
    async with Peer(replying(reply())) as peer, http_wire(peer.url) as wire:
        for _ in range(3):
            await wire.send(GET)

    assert (len(peer.requests), peer.visits) == (3, 1)


async def test_a_redirect_is_given_as_it_is_and_never_followed() -> None:
    async with Peer(replying(reply())) as elsewhere:
        answer = reply(b"", f"Location: {elsewhere.url}/", status="308 Permanent Redirect")
        async with Peer(replying(answer)) as peer, http_wire(peer.url) as wire:
            got = await wire.send(HttpRequest("POST", "/", body=b"secret"))

    assert got.status == 308
    assert elsewhere.visits == 0


async def test_a_cookie_is_not_sent_back() -> None:
    answer = reply(b"", "Set-Cookie: a=b")
    # A cookie jar would take none from a bare address.
    async with Peer(replying(answer)) as peer, http_wire(f"http://localhost:{peer.port}") as wire:
        await wire.send(GET)
        await wire.send(GET)

    assert b"cookie" not in peer.requests[1].lower()


async def test_proxies_and_passwords_of_the_environment_are_not_heeded(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("default login somebody password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    async with Peer(replying(reply())) as proxy, Peer(replying(reply())) as peer:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        async with http_wire(peer.url) as wire:
            await wire.send(GET)

    assert proxy.visits == 0
    assert b"authorization" not in peer.requests[0].lower()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_what_may_be_a_write_is_never_sent_twice(method: str) -> None:
    async with Peer(replying_and_leaving(b"")) as peer, http_wire(peer.url) as wire:
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(HttpRequest(method, "/x"))

    assert caught.value.code is ErrorCode.RESET
    assert str(caught.value) == f"{method} /x: the connection broke"
    assert len(peer.requests) == 1


async def test_a_read_is_repeated_once_when_the_connection_ended_before_an_answer() -> None:
    async with Peer(replying_and_leaving(b"")) as peer, http_wire(peer.url) as wire:
        with pytest.raises(TryAgainLater):
            await wire.send(GET)

    assert len(peer.requests) == 2


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(compress: type[bytes]) -> None:
    limits = replace(PATIENT, max_body_bytes=1000)
    encoding = "Content-Encoding: gzip" if compress is not bytes else "X-Plain: yes"
    fits, does_not = (reply(compress(bytes(size)), encoding) for size in (1000, 1001))
    async with Peer(replying(fits, does_not)) as peer, http_wire(peer.url, limits) as wire:
        got = await wire.send(GET)
        with pytest.raises(BadAnswer) as caught:
            await wire.send(GET)

    assert len(got.body) == 1000
    assert caught.value.code is ErrorCode.TOO_LARGE
    assert str(caught.value) == "GET /sessions: over 1000 bytes"


async def test_an_endless_body_is_cut_off_rather_than_drained() -> None:
    left = asyncio.Event()

    async def endless(visit: Visit) -> None:
        await visit.request()
        await visit.send(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                await visit.send(bytes(65536))
        finally:
            left.set()

    async with Peer(endless) as peer, http_wire(peer.url) as wire:
        with pytest.raises(BadAnswer):
            await wire.send(GET)

        await asyncio.wait_for(left.wait(), 5)


async def test_a_gzip_bomb_never_unfolds_in_memory() -> None:
    bomb = reply(gzip.compress(bytes(100 * 1024 * 1024)), "Content-Encoding: gzip")
    async with Peer(replying(bomb)) as peer, http_wire(peer.url) as wire:
        tracemalloc.start()
        with pytest.raises(BadAnswer) as caught:
            await wire.send(GET)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert caught.value.code is ErrorCode.TOO_LARGE
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
async def test_a_list_of_several_megabytes_arrives_whole(compress: type[bytes]) -> None:
    body = json.dumps([{"id": number, "text": "é" * 600} for number in range(5000)]).encode()
    encoding = "Content-Encoding: gzip" if compress is not bytes else "X-Plain: yes"
    answer = reply(compress(body), encoding)
    limits = replace(PATIENT, max_body_bytes=len(body))
    async with Peer(replying(answer)) as peer, http_wire(peer.url, limits) as wire:
        got = await wire.send(GET)

    assert len(body) > 5 * 1024 * 1024
    assert got.body == body


async def test_requests_beyond_the_limit_wait_for_their_turn() -> None:
    answer = asyncio.Event()
    taken = asyncio.Semaphore(0)

    async def held(visit: Visit) -> None:
        while True:
            await visit.request()
            taken.release()
            await answer.wait()
            await visit.send(reply())

    async with Peer(held) as peer, http_wire(peer.url, replace(PATIENT, concurrency=2)) as wire:
        tasks = [asyncio.create_task(wire.send(GET)) for _ in range(5)]
        await taken.acquire()
        await taken.acquire()
        seen_at_first = len(peer.requests)
        answer.set()
        await asyncio.gather(*tasks)

    assert seen_at_first == 2
    assert (len(peer.requests), peer.visits) == (5, 2)


async def test_waiting_for_a_turn_counts_in_the_time_of_a_request() -> None:
    async with Peer(silent) as peer, http_wire(peer.url, replace(BRIEF, concurrency=1)) as wire:
        ends = await asyncio.gather(wire.send(GET), wire.send(GET), return_exceptions=True)

    assert [getattr(end, "code", None) for end in ends] == [ErrorCode.TIMEOUT, ErrorCode.TIMEOUT]
    assert len(peer.requests) == 1


async def test_a_cancelled_request_closes_its_connection_and_the_next_one_works() -> None:
    taken, left = asyncio.Event(), asyncio.Event()

    async def silent_at_first(visit: Visit) -> None:
        await visit.request()
        if peer.visits > 1:
            await visit.send(reply(b"later"))
        taken.set()
        await visit.until_left()
        left.set()

    async with Peer(silent_at_first) as peer, http_wire(peer.url) as wire:
        task = asyncio.create_task(wire.send(GET))
        await taken.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await left.wait()

        assert (await wire.send(GET)).body == b"later"


async def test_closing_ends_what_is_under_way() -> None:
    """One request waits for its answer, one for the rest of a body, one for its turn."""
    begun = asyncio.Semaphore(0)

    async def half_an_answer(visit: Visit) -> None:
        await visit.request()
        if peer.visits == 2:
            await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        begun.release()
        await visit.until_left()

    limits = replace(PATIENT, concurrency=2)
    async with Peer(half_an_answer) as peer, http_wire(peer.url, limits) as wire:
        tasks = [asyncio.create_task(wire.send(GET)) for _ in range(3)]
        await begun.acquire()
        await begun.acquire()

        await wire.close()

        assert connections_to(peer.port) == 0
        ends = await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(end) for end in ends] == ["GET /sessions: the wire was closed"] * 3
    assert all(isinstance(end, TryAgainLater) and end.code is ErrorCode.RESET for end in ends)


async def test_a_closed_wire_refuses_requests_and_opens_nothing() -> None:
    async with Peer(replying(reply())) as peer, http_wire(peer.url) as wire:
        await wire.send(GET)
        await wire.close()
        with pytest.raises(TryAgainLater) as caught:
            await wire.send(GET)
        await wire.close()

    assert caught.value.code is ErrorCode.RESET
    assert peer.visits == 1


async def test_a_wire_that_was_never_used_closes() -> None:
    async with http_wire("http://127.0.0.1:9"):
        pass
