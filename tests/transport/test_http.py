"""HTTP to one vendor: what is sent, and what comes back."""

import gzip

import pytest

from gateway.spi import HttpRequest
from tests.support.wires import (
    Peer,
    http_wire,
    reply,
    replying,
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


async def test_links_of_several_headers_are_given_together() -> None:
    links = ('Link: </a>; rel="next"', "Date: now", 'link: </b>; rel="last"')
    async with Peer(replying(reply(b"", *links))) as peer, http_wire(peer.url) as wire:
        got = await wire.send(HttpRequest("GET", "/"))

    assert got.headers["link"] == '</a>; rel="next", </b>; rel="last"'


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


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_given_as_it_is_and_never_followed(status: int, method: str) -> None:
    request = HttpRequest(method, "/", (("token", "secret"),), {"X-API-Key": "secret"}, b"secret")
    async with Peer(replying(reply())) as elsewhere:
        answer = reply(b"", f"Location: {elsewhere.url}/", status=f"{status} Elsewhere")
        async with Peer(replying(answer)) as peer, http_wire(peer.url) as wire:
            got = await wire.send(request)

    assert got.status == status
    assert elsewhere.visits == 0


async def test_a_cookie_of_one_vendor_never_reaches_another() -> None:
    """Cookies know no ports, so one jar for both would send it."""
    setting = reply(b"", "Set-Cookie: a=b; Path=/")
    async with (
        Peer(replying(setting)) as one,
        Peer(replying(reply())) as other,
        http_wire(f"http://localhost:{one.port}") as to_one,
        http_wire(f"http://localhost:{other.port}") as to_other,
    ):
        await to_one.send(GET)
        await to_other.send(GET)

    assert b"cookie" not in other.requests[0].lower()


async def test_what_one_request_holds_is_in_no_later_one() -> None:
    request = HttpRequest("POST", "/", (("token", "s3cret"),), {"X-API-Key": "s3cret"}, b"s3cret")
    async with Peer(replying(reply())) as peer, http_wire(peer.url) as wire:
        await wire.send(request)
        await wire.send(GET)

    assert peer.requests[0].count(b"s3cret") == 3
    assert b"s3cret" not in peer.requests[1]


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
