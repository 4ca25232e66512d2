"""A vendor's links lead to the vendor, or nowhere."""

import json
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Raw
from yarl import URL

from adapters.toolkit.links import rebased, request_for
from adapters.toolkit.replies import decode
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    BadAnswer,
    Context,
    ErrorCode,
    HttpEndpoint,
    HttpRequest,
    HttpTransport,
    Mapped,
    PagingAbility,
    PagingStyle,
    Provenance,
    RawPage,
    Rejected,
    ScanPlan,
    SessionAdapter,
    Ticket,
    Token,
)
from tests.support.adapters import driving
from tests.support.wires import Peer, reply, replying

BASE = "https://vendor.example/api/2"
WORDS = "a link that does not lead to the same server"


@pytest.mark.parametrize(
    ("link", "place"),
    [
        (f"{BASE}/sessions?page=2", "/sessions?page=2"),
        (f"{BASE}/sessions", "/sessions"),
        (f"{BASE}/sessions#top", "/sessions"),
        ("https://VENDOR.example:443/api/2/sessions?a=%2F&b=", "/sessions?a=%2F&b="),
        ("HTTPS://vendor.example/api/2/s%20t", "/s%20t"),
        ("//vendor.example/api/2/sessions", "/sessions"),
        ("/api/2/sessions?page=2", "/sessions?page=2"),
        ("/api/2/a:b@c", "/a:b@c"),
    ],
)
def test_a_link_to_the_same_server_is_reduced_to_what_is_asked_there(link: str, place: str) -> None:
    assert rebased(link, BASE) == place
    assert rebased(f"/api/2{place}", BASE) == place


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://vendor.example/api/2/sessions",
        "ftp://vendor.example/api/2/sessions",
        "javascript:alert(1)",
        "file:///api/2/sessions",
        "https:/api/2/../sessions",
        "https://evil.example/api/2/sessions",
        "https://vendor.example.evil.example/api/2/sessions",
        "//evil.example/api/2/sessions",
        "///evil.example/api/2/sessions",
        "https://vendor.example:444/api/2/sessions",
        "https://vendor.example:0x1/api/2/sessions",
        "https://vendor.example@evil.example/api/2/sessions",
        "https://ann:pw@vendor.example/api/2/sessions",
        "https://@vendor.example/api/2/sessions",
        "https://vendor.example\\@evil.example/api/2/sessions",
        "https://[::1/api/2/sessions",
        "https://vendor.example/sessions",
        "https://vendor.example/api/22/sessions",
        "https://vendor.example/api/2",
        "https://vendor.example/api/2/../../admin",
        "https://vendor.example/api/2/%2e%2e/admin",
        "https://vendor.example/api/2/%252e%252e/admin",
        "https://vendor.example/api/2/..%2fadmin",
        "/api/2/..%5cadmin",
        "sessions?page=2",
        "?page=2",
        "/api/2/sessions?page=%zz",
        "/api/2/sessions?page=%ff",
        "/api/2/ses sions",
        "/api/2/sessions\r\nX-Evil: yes",
        "/api/2/sess\u0131ons",
        "/api/2/sessions?" + "&".join(["a=b"] * 101),
    ],
)
def test_a_link_elsewhere_is_refused_and_not_repeated(link: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        rebased(link, BASE)

    assert (caught.value.code, str(caught.value)) == (ErrorCode.PROTOCOL, WORDS)


SIGNS = ["://", "//", "/", ":", "@", "?", "#", "&", ".", "..", "%2e", "%2F", "\\", "[::1]", "é"]
PIECES = [*SIGNS, "https", "http", "a=b", "443", "sessions", "/api/2"]
HOSTS = ["vendor.example", "evil.example"]
PARTS = st.lists(st.sampled_from([*PIECES, *HOSTS, " "]), max_size=12).map("".join)
LINKS = PARTS | PARTS.map(lambda rest: f"{BASE}{rest}") | st.text(max_size=30)


@given(LINKS)
@example("/api/2/@evil.example/")
def test_no_link_leads_to_another_server(link: str) -> None:
    try:
        place = rebased(link, BASE)
    except BadAnswer:
        return

    request = request_for(place)
    asked = URL(BASE).with_path("/api/2" + request.path, encoded=True).with_query(request.query)
    assert str(asked).startswith(f"{BASE}/")
    assert rebased(str(asked), BASE).partition("?")[0] == request.path
    assert ".." not in asked.path.split("/")


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_query_is_asked_as_it_stands_in_the_link(query: list[tuple[str, str]]) -> None:
    sendable = [(n, v) for n, v in query if (n + v).isprintable()]
    link = str(URL(f"{BASE}/sessions").with_query(sendable))

    request = request_for(rebased(link, BASE))

    assert list(request.query) == parse_qsl(urlsplit(link).query, keep_blank_values=True)
    assert request.path == "/sessions"


class _Page(msgspec.Struct):
    rows: list[Raw]
    next: str | None


class LinkedAdapter(SessionAdapter[HttpTransport]):
    """Pages by the links of its vendor."""

    vendor = "linked"
    options_model = AdapterOptions

    def __init__(self, options: AdapterOptions) -> None:
        self.options = options

    def endpoint(self) -> HttpEndpoint:
        return HttpEndpoint(self.options.url)

    def abilities(self) -> Abilities:
        return Abilities(paging=PagingAbility(PagingStyle.LINK))

    async def log_in(self, transport: HttpTransport) -> Ticket:
        del transport
        return Ticket({})

    async def fetch_page(
        self, plan: ScanPlan, at: Address, context: Context[HttpTransport]
    ) -> RawPage:
        del plan
        request = request_for(at.text) if isinstance(at, Token) else HttpRequest("GET", "/rows")
        reply = await context.transport.send(request)
        page = decode(request, reply, msgspec.json.Decoder(_Page))
        following = rebased(page.next, self.options.url) if page.next is not None else None
        return RawPage(page.rows, None if following is None else Token(following))

    def normalise(self, record: Raw, provenance: Provenance) -> Mapped | Rejected:
        del record, provenance
        return Rejected("of no interest here")


def page_of(rows: list[int], link: str | None) -> bytes:
    return reply(json.dumps({"rows": rows, "next": link}).encode())


async def test_an_adapter_pages_by_links_and_only_at_its_own_server() -> None:
    async with Peer(replying(page_of([9], None))) as elsewhere:
        answers = [
            page_of([1], "/api/rows?after=a%26b&n=2"),
            page_of([2], f"{elsewhere.url}/api/rows"),
        ]
        async with (
            Peer(replying(*answers)) as peer,
            driving(LinkedAdapter, {"url": f"{peer.url}/api"}) as driver,
        ):
            with pytest.raises(BadAnswer) as caught:
                await driver.pages()

    assert caught.value.code is ErrorCode.PROTOCOL
    assert [request.split(b"\r\n")[0] for request in peer.requests] == [
        b"GET /api/rows HTTP/1.1",
        b"GET /api/rows?after=a%26b&n=2 HTTP/1.1",
    ]
    assert elsewhere.visits == 0
