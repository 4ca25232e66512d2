"""The pages of every style, joined, are everything once; and no list goes on for ever."""

import functools
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.declarative.adapter import DeclarativeAdapter
from gateway.spi import (
    Address,
    AfterId,
    AnyOf,
    BadAnswer,
    ErrorCode,
    Field,
    First,
    GiveUp,
    Offset,
    PageIndex,
    PagingAbility,
    PagingStyle,
    RawPage,
    StartOver,
    Token,
    VendorTotal,
)
from tests.adapters.declarative.honest import PAGINGS, SIGNS, HonestVendor, paginate
from tests.adapters.declarative.speaking import (
    URL,
    Parts,
    adapter_of,
    context,
    desk,
    over,
    page_of,
    planned,
    query_of,
    replied,
)
from tests.support.examples import examples

_FIRST = First()
ALL = sorted((style, tuple(signs)) for style in PAGINGS for signs in SIGNS[style])


def listing(
    paging: dict[str, Any], said: Parts | None = None, **options: object
) -> DeclarativeAdapter:
    listed = {"request": {"path": "/sessions"}, "records": "rows", "paginate": paging}
    return adapter_of({"list": listed, **(said or {})}, **options)


@functools.cache
def honest(style: str, signs: tuple[str, ...]) -> DeclarativeAdapter:
    return listing(paginate(style, [*signs]))


async def everything(
    adapter: DeclarativeAdapter, vendor: HonestVendor, size: int | None, at: Address = _FIRST
) -> list[RawPage]:
    plan = replace(planned(adapter), page_size=size)
    pages = [await adapter.fetch_page(plan, at, context(vendor))]
    while pages[-1].next is not None:
        assert len(pages) < 100, "no end"
        pages.append(await adapter.fetch_page(plan, pages[-1].next, context(vendor)))
    return pages


def ids_of(pages: list[RawPage]) -> list[str]:
    return [msgspec.json.decode(row)["id"] for page in pages for row in page.records]


@pytest.mark.parametrize(("style", "signs"), ALL)
@settings(max_examples=examples(20))
@given(rows=st.integers(0, 25), size=st.none() | st.integers(1, 9))
async def test_the_pages_joined_are_everything_once(
    style: str, signs: tuple[str, ...], rows: int, size: int | None
) -> None:
    vendor = HonestVendor(rows)

    pages = await everything(honest(style, signs), vendor, size)

    assert ids_of(pages) == [f"s-{number:03}" for number in range(rows)]
    most = rows // min(size or 8, 8) + 2
    assert len(vendor.requests) == len(pages) <= most


# By short pages alone a cap cannot be told from an end, nor by a total where a token does not tell
# how many rows came before: that there is no cap is what honoured promises.
CAPPED = [
    (style, signs)
    for style, signs in ALL
    if "short_page" not in signs or ("total" in signs and style != "after_other_id")
]


@pytest.mark.parametrize(("style", "signs"), CAPPED)
@settings(max_examples=examples(20))
@given(rows=st.integers(0, 25), size=st.integers(1, 9), caps=st.integers(1, 8))
async def test_a_vendor_that_gives_fewer_rows_than_asked_for_is_read_whole(
    style: str, signs: tuple[str, ...], rows: int, size: int, caps: int
) -> None:
    vendor = HonestVendor(rows, caps)

    pages = await everything(honest(style, signs), vendor, size)

    assert ids_of(pages) == [f"s-{number:03}" for number in range(rows)]


@pytest.mark.parametrize(("style", "signs"), ALL)
@settings(max_examples=examples(10))
@given(rows=st.integers(1, 25), size=st.integers(1, 9), data=st.data())
async def test_from_every_address_the_rest_can_be_read(
    style: str, signs: tuple[str, ...], rows: int, size: int, data: st.DataObject
) -> None:
    adapter, vendor = honest(style, signs), HonestVendor(rows)
    pages = await everything(adapter, vendor, size)
    number = data.draw(st.integers(0, len(pages) - 1))
    before = [First(), *(page.next for page in pages)][number]
    assert before is not None

    # Of a place that was remembered it is not always known how many rows came before it.
    match before:
        case AfterId(native_id=last):
            before = AfterId(last, seen=0)
        case PageIndex(index=index, size=own):
            before = PageIndex(index, own, seen=0)

    assert ids_of(await everything(adapter, vendor, size, before)) == ids_of(pages[number:])


@pytest.mark.parametrize(
    ("style", "following"),
    [
        ("offset", Offset(2)),
        ("page_index", PageIndex(1, 2, 2)),
        ("cursor", Token("t2")),
        ("after_id", AfterId("s-001", 2)),
        ("after_other_id", Token("n-001")),
        ("link", Token("/sessions?size=2&from=2")),
        ("link_header", Token("/sessions?size=2&from=2")),
    ],
)
async def test_the_address_of_the_page_that_follows(style: str, following: Address) -> None:
    pages = await everything(listing(paginate(style, SIGNS[style][0])), HonestVendor(5), 2)

    assert pages[0].next == following


@pytest.mark.parametrize(
    ("style", "is_stable", "told"),
    [
        ("offset", False, PagingStyle.OFFSET),
        ("page_index", False, PagingStyle.PAGE_INDEX),
        ("cursor", True, PagingStyle.CURSOR),
        ("after_id", False, PagingStyle.AFTER_ID),
        ("after_other_id", False, PagingStyle.CURSOR),
        ("link", True, PagingStyle.LINK),
    ],
)
def test_the_style_is_told(style: str, is_stable: bool, told: PagingStyle) -> None:
    paging = {**paginate(style, ["total", "empty_page"]), "stable": is_stable}

    assert listing(paging).abilities().paging == PagingAbility(
        told, 8, VendorTotal.PUSHED, is_stable
    )


async def test_pages_are_asked_for_in_the_size_that_is_usual_and_never_beyond_the_largest() -> None:
    size = {"in": "query", "at": "size", "max": 8, "default": 3}
    adapter, vendor = listing({**paginate("offset", ["empty_page"]), "size": size}), HonestVendor(9)

    await page_of(adapter, vendor)
    await everything(adapter, vendor, 50)

    assert [query_of(request)["size"] for request in vendor.requests[:2]] == ["3", "8"]


async def test_a_size_that_is_not_said_is_not_asked_for() -> None:
    paging = {
        name: said for name, said in paginate("cursor", ["no_token"]).items() if name != "size"
    }
    adapter = listing(paging)

    wire = desk(replied({"rows": [], "next": None}))
    await page_of(adapter, wire, at=Token("x"))

    assert query_of(wire.last) == {"token": "x"}
    assert planned(adapter).page_size is None
    assert adapter.abilities().paging.max_size is None


@pytest.mark.parametrize("told", [7, "7"])
async def test_a_total_is_read_from_the_body_or_a_header(told: object) -> None:
    by_body = listing(paginate("offset", ["total"]))
    by_header = listing({**paginate("offset", ["total"]), "total": {"header": "X-Total-Count"}})

    page = await page_of(by_body, desk(replied({"rows": [{"id": 1}], "meta": {"total": told}})))
    other = await page_of(by_header, desk(replied({"rows": [{"id": 1}]}, x_total_count="7")))

    assert page.total == other.total == 7


@pytest.mark.parametrize("told", [None, -1, "many", True, [], 1.5])
async def test_a_total_that_is_none_is_not_told(told: object) -> None:
    adapter = listing(paginate("offset", ["total", "short_page"]))

    page = await page_of(adapter, desk(replied({"rows": [{"id": 1}], "meta": {"total": told}})))

    assert (page.total, page.next) == (None, None), "the next sign tells the end"


async def test_a_total_of_all_rows_does_not_promise_more_of_those_filtered_for() -> None:
    status = {"eq": "exact", "send": {"in": "query", "at": "title"}}
    paging = {**paginate("offset", ["total", "short_page"]), "total": {"at": "n", "counts": "all"}}
    mapped = {"native_id": {"at": "id"}, "title": {"at": "t"}}
    adapter = listing(paging, {"map": mapped, "abilities": {"filters": {"title": status}}})
    wire = desk(replied({"rows": [{"id": 1}], "n": 50}))

    plain = await page_of(adapter, wire)
    filtered = await page_of(adapter, wire, AnyOf(Field.TITLE, frozenset({"x"})))

    assert plain.next == Offset(1)
    assert filtered.next is None


async def test_an_estimate_ends_nothing() -> None:
    total = {"at": "n", "counts": "estimate"}
    adapter = listing({**paginate("offset", ["total", "empty_page"]), "total": total})

    page = await page_of(adapter, desk(replied({"rows": [{"id": 1}], "n": 1})))

    assert (page.total, page.next) == (1, Offset(1))


async def test_a_page_that_nobody_has_is_an_empty_one() -> None:
    rule = {"when": {"status": 416, "op": "list"}, "is": "no_page"}
    adapter = listing(paginate("page_index", ["empty_page"]), {"errors": [rule]})

    page = await page_of(adapter, desk(replied({}, 416)), at=PageIndex(9, 8, 72))

    assert page == RawPage([])


async def test_the_first_page_is_never_one_that_nobody_has() -> None:
    rule = {"when": {"status": 400, "op": "list"}, "is": "no_page"}
    adapter = listing(paginate("page_index", ["empty_page"]), {"errors": [rule]})

    with pytest.raises(GiveUp) as caught:
        await page_of(adapter, desk(replied({}, 400)))

    assert caught.value.code is ErrorCode.PROTOCOL


@pytest.mark.parametrize(
    ("rows", "total", "at", "told", "following"),
    [
        (4, 9, First(), 9, PageIndex(1, 4, 4)),
        (4, 4, First(), None, PageIndex(1, 4, 4)),
        (4, 4, PageIndex(1, 4, 4), None, PageIndex(2, 4, 8)),
        (3, 3, PageIndex(1, 4, 4), None, PageIndex(2, 4, 7)),
        (3, 3, First(), 3, None),
        (0, 0, PageIndex(2, 4, 8), None, None),
    ],
)
async def test_a_total_that_may_be_of_its_page_ends_no_list_and_is_not_told(
    rows: int, total: int, at: Address, told: int | None, following: Address | None
) -> None:
    paging = paginate("page_index", ["total", "empty_page"])
    adapter = listing({**paging, "total": {"at": "n", "perhaps_of_page": True}})
    answer = {"rows": [{"id": number} for number in range(rows)], "n": total}
    plan = replace(planned(adapter), page_size=4)

    page = await adapter.fetch_page(plan, at, context(desk(replied(answer))))

    assert (page.total, page.next) == (told, following)


ROW = {"id": "s-9", "row": {"no": "n-9"}}
TOTAL = ["total", "no_token"]


@pytest.mark.parametrize(
    ("style", "signs", "at", "body"),
    [
        ("cursor", ["no_token"], Token("a"), {"rows": [ROW], "next": "a"}),
        ("cursor", ["has_more"], Token("a"), {"rows": [ROW], "meta": {"more": True}}),
        ("cursor", TOTAL, First(), {"rows": [ROW], "meta": {"total": 2}}),
        ("link", ["no_token"], Token("/s?p=1"), {"rows": [ROW], "link": f"{URL}/s?p=1"}),
        ("after_id", ["empty_page"], AfterId("s-9", 9), {"rows": [ROW]}),
        ("after_id", ["empty_page"], First(), {"rows": [{"no": 1}, 7]}),
        ("after_other_id", ["empty_page"], Token("n-9"), {"rows": [ROW]}),
        ("offset", ["has_more"], Offset(3), {"rows": [], "meta": {"more": True}}),
        ("page_index", ["empty_page"], PageIndex(1, 1, 1), {"rows": [ROW, ROW]}),
    ],
)
async def test_a_list_that_does_not_go_on_is_a_bad_answer(
    style: str, signs: list[str], at: Address, body: object
) -> None:
    with pytest.raises(BadAnswer) as caught:
        await page_of(listing(paginate(style, signs)), desk(replied(body)), at=at)

    assert caught.value.code is ErrorCode.PROTOCOL


async def test_rows_without_an_id_are_gone_on_from_those_before_them() -> None:
    rows = [{"id": "a"}, {"id": None}, {"id": [1]}, 7]

    page = await page_of(
        listing(paginate("after_id", ["empty_page"])), desk(replied({"rows": rows}))
    )

    assert page.next == AfterId("a", 4)


async def test_everything_at_once_is_everything_or_a_bad_answer() -> None:
    adapter = listing({"style": "single", "total": {"at": "n"}})
    wire = desk(replied({"rows": [1], "n": 1}), replied({"rows": [1], "n": 2}))

    assert (await page_of(adapter, wire)).next is None
    with pytest.raises(BadAnswer):
        await page_of(adapter, wire)


@pytest.mark.parametrize(
    ("link", "place"),
    [
        (f"{URL}/sessions?page=2&q=a%20b", "/sessions?page=2&q=a%20b"),
        ("/api/other?page=2", "/other?page=2"),
        ("?page=2", "/sessions?page=2"),
        ("sessions?page=2", "/sessions?page=2"),
    ],
)
async def test_links_lead_below_the_address_whole_or_relative(link: str, place: str) -> None:
    adapter = listing({"style": "link"}, {"transport": over(auth=KEY)}, secret="k")
    wire = desk(replied({"rows": [ROW]}, link=f'<{link}>; rel="next"'), replied({"rows": []}))

    page = await page_of(adapter, wire)
    assert page.next == Token(place)
    await page_of(adapter, wire, at=page.next)

    path, _, query = place.partition("?")
    assert wire.last.path == path
    assert query_of(wire.last) == {**dict(parse_qsl(query)), "key": "k"}


KEY = {"kind": "query", "name": "key", "value": "${options.secret}"}


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/sessions?page=2",
        "//evil.example/api/sessions",
        "http://vendor.example/api/sessions",
        "https://vendor.example:8443/api/sessions",
        "https://user@vendor.example/api/sessions",
        "/elsewhere",
        "../../etc",
        "https://vendor.example/api/%2e%2e/admin",
        "http://[",
        "\\\\evil.example/api/x",
    ],
)
@pytest.mark.parametrize("is_in_body", [True, False])
async def test_links_to_anywhere_else_are_refused(link: str, is_in_body: bool) -> None:
    adapter = listing({"style": "link", **({"next": "link"} if is_in_body else {})})
    reply = replied({"rows": [ROW], "link": link}, link=f'<{link}>; rel="next"')

    with pytest.raises(BadAnswer):
        await page_of(adapter, desk(reply))


async def test_a_link_in_the_body_is_a_text() -> None:
    adapter = listing({"style": "link", "next": "link"})

    assert (await page_of(adapter, desk(replied({"rows": [], "link": ""})))).next is None
    with pytest.raises(BadAnswer):
        await page_of(adapter, desk(replied({"rows": [], "link": 7})))


@pytest.mark.parametrize("token", [True, 1.5, ["a"], {}])
async def test_a_token_is_a_text_or_a_whole_number(token: object) -> None:
    adapter = listing(paginate("cursor", ["no_token"]))

    assert (await page_of(adapter, desk(replied({"rows": [], "next": 7})))).next == Token("7")
    with pytest.raises(BadAnswer):
        await page_of(adapter, desk(replied({"rows": [], "next": token})))


@pytest.mark.parametrize("token", [7, "7", "a"])
@pytest.mark.parametrize("style", ["cursor", "after_other_id"])
async def test_what_is_sent_as_json_is_of_the_kind_that_it_came_in(
    style: str, token: str | int
) -> None:
    place = {"in": "body", "at": "page.from"}
    paging = {**paginate(style, ["no_token" if style == "cursor" else "empty_page"])}
    paging |= {"token": place} if style == "cursor" else {"after": place}
    adapter = listing(paging)
    row = {**ROW, "row": {"no": token}}
    wire = desk(replied({"rows": [row], "next": token}), replied({"rows": []}))

    page = await page_of(adapter, wire)
    assert page.next is not None
    await page_of(adapter, wire, at=page.next)

    assert msgspec.json.decode(wire.last.body or b"") == {"page": {"from": token}}


async def test_a_token_of_before_the_file_was_changed_is_one_to_start_over_from() -> None:
    place = {"in": "body", "at": "from"}
    adapter = listing({**paginate("cursor", ["no_token"]), "token": place})

    with pytest.raises(StartOver):
        await page_of(adapter, desk(), at=Token("t-7"))


async def test_whether_there_is_more_is_true_or_false() -> None:
    adapter = listing(paginate("cursor", ["has_more"]))

    with pytest.raises(BadAnswer):
        await page_of(adapter, desk(replied({"rows": [], "meta": {"more": "yes"}})))
