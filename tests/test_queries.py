"""Every filter, order and shape of an answer, over all five vendors at once.

The oracle works on the documents as a client has them, with rules of its own.
"""

import unicodedata
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.config.settings import CacheSettings
from tests.support.adapters import NOON
from tests.support.gateway import Gateway, Vendors, all_vendors, running, settings_for

Document = dict[str, Any]


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(rows=90) as vendors:
        yield vendors


@pytest.fixture
async def gateway(vendors: Vendors) -> AsyncIterator[Gateway]:
    async with running(vendors.settings()) as gateway:
        yield gateway


async def everything(gateway: Gateway, **query: object) -> list[Document]:
    pages = await gateway.walk([1000], **query)
    return [session for page in pages for session in page.body["data"]]


def has(field: str, value: str) -> Callable[[Document], bool]:
    """Say whether a named field is this, by its id or its name."""
    return lambda session: session[field] is not None and value in session[field].values()


def at(session: Document, field: str) -> datetime | None:
    return datetime.fromisoformat(session[field]) if session[field] else None


def between(field: str, after: datetime, before: datetime) -> Callable[[Document], bool]:
    def holds(session: Document) -> bool:
        instant = at(session, field)
        return instant is not None and after <= instant < before

    return holds


LATE, EARLY = NOON - timedelta(hours=1), NOON - timedelta(hours=8)

FILTERS: list[tuple[dict[str, object], Callable[[Document], bool], set[str]]] = [
    ({"device": "0" * 14}, has("device", "0" * 14), {"cortex", "ekran", "roundware"}),
    (
        {"client": ["iPhone", "Android"]},
        lambda s: s["client"] is not None and s["client"]["name"] in ("iPhone", "Android"),
        {"cortex", "roundware"},
    ),
    ({"space": "2"}, has("space", "2"), {"cortex", "digital-samba", "roundware"}),
    ({"tag": "rest"}, lambda s: "rest" in s["tags"], {"cortex"}),
    (
        {"native_status": ["opened", "closed"]},
        lambda s: s["native_status"] in ("opened", "closed"),
        {"cortex"},
    ),
    (
        {"ended_after": EARLY.isoformat(), "ended_before": LATE.isoformat()},
        between("ended_at", EARLY, LATE),
        {"canopsis", "cortex", "digital-samba", "ekran", "roundware"},
    ),
    (
        {"active_after": EARLY.isoformat(), "active_before": NOON.isoformat()},
        between("last_activity_at", EARLY, NOON),
        {"canopsis", "cortex", "digital-samba"},
    ),
    (
        {"min_duration": "PT5M", "max_duration": "900.5"},
        lambda s: s["duration_s"] is not None and 300 <= s["duration_s"] < 900.5,
        {"canopsis", "cortex", "digital-samba", "ekran", "roundware"},
    ),
    (
        {"attributes.geo_listen_enabled": "true"},
        lambda s: s["attributes"].get("geo_listen_enabled") is True,
        {"canopsis", "cortex", "digital-samba", "ekran", "roundware"},
    ),
    (
        {"attributes.language_id": ["1", "3"]},
        lambda s: s["attributes"].get("language_id") in (1, 3),
        {"canopsis", "cortex", "digital-samba", "ekran", "roundware"},
    ),
]


@pytest.mark.parametrize(
    ("query", "holds", "answering"), FILTERS, ids=[str(query)[:60] for query, *_ in FILTERS]
)
async def test_a_filter_gives_just_what_matches_where_it_can_be_answered(
    gateway: Gateway,
    query: dict[str, object],
    holds: Callable[[Document], bool],
    answering: set[str],
) -> None:
    whole = await everything(gateway)

    pages = await gateway.walk([25], **query)

    expected = [s["id"] for s in whole if holds(s) and s["backend"] in answering]
    assert [id_ for page in pages for id_ in page.ids] == expected
    assert expected
    reports = pages[0].body["backends"]
    assert {name for name, report in reports.items() if report["status"] == "ok"} == answering
    unanswerable = {n for n, report in reports.items() if report["status"] == "unanswerable"}
    assert unanswerable == set(reports) - answering


async def test_a_search_looks_into_titles_users_devices_and_spaces(gateway: Gateway) -> None:
    whole = await everything(gateway)

    found = await everything(gateway, q="BOARD")

    def texts(session: Document) -> list[str]:
        named = [session["user"], session["device"], session["space"]]
        return [session["title"] or "", *(n["name"] or n["id"] or "" for n in named if n)]

    expected = [s["id"] for s in whole if any("board" in t.casefold() for t in texts(s))]
    assert [session["id"] for session in found] == expected
    assert expected


def sort_value(session: Document, field: str) -> Any:  # noqa: ANN401  # any value that compares
    match field:
        case "user":
            user = session["user"]
            text = user and (user["name"] or user["id"])
        case "title" | "backend":
            text = session[field]
        case "duration_s":
            return session[field]
        case _:
            return at(session, field)
    return None if text is None else (unicodedata.normalize("NFC", text).casefold(), text)


def oracle_sorted(sessions: list[Document], sort: str) -> list[str]:
    """Sort from the last criterion to the first; those without a value come behind.

    Python's sort keeps ties as they were, also where it is reversed.
    """
    ordered = sorted(sessions, key=lambda s: (s["backend"], s["native_id"]))
    for item in reversed(sort.split(",")):
        field = item.removeprefix("-")
        valued = [(sort_value(s, field), s) for s in ordered if sort_value(s, field) is not None]
        valued.sort(key=lambda pair: pair[0], reverse=item.startswith("-"))
        ordered = [s for _, s in valued] + [s for s in ordered if sort_value(s, field) is None]
    return [session["id"] for session in ordered]


@pytest.mark.parametrize(
    "sort",
    [
        *("started_at", "-started_at", "ended_at", "-ended_at", "last_activity_at"),
        *("-last_activity_at", "duration_s", "-duration_s", "user", "-user", "title", "-title"),
        *("backend", "-backend", "-user,started_at", "backend,-duration_s", "title,-user,ended_at"),
    ],
)
async def test_every_order_holds_over_all_backends_and_pages(gateway: Gateway, sort: str) -> None:
    whole = await everything(gateway)

    pages = await gateway.walk([60, 7, 200], sort=sort)

    assert [id_ for page in pages for id_ in page.ids] == oracle_sorted(whole, sort)


async def test_only_the_asked_fields_are_given(gateway: Gateway) -> None:
    page = await gateway.get("/v1/sessions", fields="id,started_at", limit=20)

    assert all(session.keys() == {"id", "started_at"} for session in page.body["data"])


async def test_the_untouched_record_is_given_with_a_session(gateway: Gateway) -> None:
    plain = await gateway.get("/v1/sessions", limit=60)
    page = await gateway.get("/v1/sessions", limit=60, include="raw")

    assert all("raw" not in session for session in plain.body["data"])
    for session in page.body["data"]:
        assert session["native_id"] in map(str, session["raw"].values())
    assert {s["backend"] for s in page.body["data"]} == set(page.body["backends"])


async def test_no_total_is_counted_where_none_is_wanted(gateway: Gateway) -> None:
    page = await gateway.get("/v1/sessions", count="none")

    assert page.body["total"] is None


async def test_a_total_is_made_exact_by_reading_on(gateway: Gateway) -> None:
    query: dict[str, object] = {
        "backend": "digital-samba",
        "started_after": EARLY.isoformat(),
        "limit": 2,
    }
    whole = await everything(gateway, **query)

    cheap = await gateway.call("GET", "/v1/sessions", query)
    exact = await gateway.call("GET", "/v1/sessions", query | {"count": "exact"})

    assert exact.body["total"] == {"value": len(whole), "relation": "eq"}
    assert cheap.ids == exact.ids
    rest = query | {"limit": 1000, "cursor": exact.body["page"]["next"]}
    follow = await gateway.call("GET", "/v1/sessions", rest)
    assert exact.ids + follow.ids == [session["id"] for session in whole]


async def test_without_a_required_backend_there_is_no_answer(
    vendors: Vendors, gateway: Gateway
) -> None:
    await vendors.servers["ekran"].stop()

    partial = await gateway.get("/v1/sessions")
    named = await gateway.get("/v1/sessions", require="cortex,ekran")
    everybody = await gateway.get("/v1/sessions", require="all")
    others = await gateway.get("/v1/sessions", require="cortex,roundware")

    assert partial.status == 200
    assert (named.status, named.body["code"]) == (502, "upstream_failed")
    assert (everybody.status, everybody.body["code"]) == (502, "upstream_failed")
    assert others.status == 200


async def test_a_required_backend_that_cannot_answer_the_filter_is_a_bad_request(
    gateway: Gateway,
) -> None:
    answer = await gateway.get("/v1/sessions", user="user001", require="roundware")

    assert (answer.status, answer.body["code"]) == (400, "filter_unanswerable")


@pytest.fixture
async def forgetful(vendors: Vendors) -> AsyncIterator[Gateway]:
    """Run a gateway that keeps nothing, and so notices at once who is gone."""
    forgetting = CacheSettings(ttl_s=0, stale_if_error_s=0)
    backends = [b.model_copy(update={"cache": forgetting}) for b in vendors.backends.values()]
    async with running(settings_for(*backends)) as gateway:
        yield gateway


async def test_a_gap_is_filled_by_its_link_when_the_backend_is_back(
    vendors: Vendors, forgetful: Gateway
) -> None:
    gateway = forgetful
    whole = await everything(gateway)
    samba = vendors.servers["digital-samba"]
    first = await gateway.get("/v1/sessions", limit=40)
    port = int(vendors.backends["digital-samba"].options.url.rsplit(":", 1)[1].split("/")[0])
    await samba.stop()
    second = await gateway.get("/v1/sessions", limit=60, cursor=first.body["page"]["next"])
    await samba.start(port)

    gap = second.body["backends"]["digital-samba"]["gap"]
    link = urlsplit(gap["link"])
    filling = await gateway.call("GET", link.path, dict(parse_qsl(link.query)) | {"limit": 1000})
    third = await gateway.get("/v1/sessions", limit=1000, cursor=second.body["page"]["next"])

    assert second.body["complete"] is False
    assert set(filling.body["backends"]) == {"digital-samba"}
    assert filling.body["total"]["relation"] == "gte", "a gap is not all there is"
    assert filling.body["page"]["next"] is None
    walked = [*first.ids, *second.ids, *third.ids]
    assert sorted(walked + filling.ids) == sorted(session["id"] for session in whole)
    assert filling.ids
    assert gap["after"] > gap["before"]


async def test_a_plan_is_explained_without_asking_anybody(
    vendors: Vendors, gateway: Gateway
) -> None:
    query: dict[str, object] = {
        "status": "active",
        "started_after": EARLY.isoformat(),
        "explain": "true",
    }

    before = await gateway.call("GET", "/v1/sessions", query)
    asked = {name: list(server.requests) for name, server in vendors.servers.items()}
    await gateway.get("/v1/sessions")
    after = await gateway.get("/v1/sessions", explain="true")

    plan = before.body["plan"]
    assert not any(asked.values())
    samba = plan["digital-samba"]
    pushed = {item["condition"]["field"]: item["support"] for item in samba["pushed"]}
    assert pushed == {"status": "exact", "started_at": "inexact"}
    assert [condition["field"] for condition in samba["residual"]] == ["started_at"]
    assert (samba["order"], samba["resume"]) == ("groups", "range")
    assert plan["roundware"]["pushed"] == []
    assert plan["roundware"]["expected_requests"] == {"value": 1, "relation": "eq"}
    assert after.body["plan"]["roundware"]["cache"] == "kept"
    assert after.body["plan"]["roundware"]["expected_requests"] == {"value": 0, "relation": "eq"}


CONTRADICTORY: dict[str, object] = {
    "status": "active",
    "started_after": LATE.isoformat(),
    "started_before": EARLY.isoformat(),
}


async def test_a_contradictory_query_is_answered_without_asking_anybody(
    vendors: Vendors, gateway: Gateway
) -> None:
    page = await gateway.call("GET", "/v1/sessions", CONTRADICTORY)
    counted = await gateway.call("GET", "/v1/sessions/summary", CONTRADICTORY | {"by": "backend"})
    explained = await gateway.call("GET", "/v1/sessions", CONTRADICTORY | {"explain": "true"})

    assert not any(server.requests for server in vendors.servers.values())
    none = {"value": 0, "relation": "eq"}
    for answer in (page, counted):
        assert (answer.body["data"], answer.body["complete"]) == ([], True)
        assert answer.body["total"] == none
        assert set(answer.body["backends"]) == set(vendors.servers)
        for report in answer.body["backends"].values():
            assert (report["status"], report["requests"], report["total"]) == ("ok", 0, none)
    assert page.body["page"]["next"] is None
    for plan in explained.body["plan"].values():
        assert (plan["resume"], plan["expected_requests"]) == ("nothing", none)


async def test_a_backend_that_lacks_a_field_says_so_of_a_contradictory_query_too(
    gateway: Gateway,
) -> None:
    page = await gateway.call("GET", "/v1/sessions", CONTRADICTORY | {"user": "user001"})

    assert page.body["backends"]["roundware"]["status"] == "unanswerable"
    assert page.body["backends"]["cortex"]["status"] == "ok"
    assert (page.body["complete"], page.body["total"]["relation"]) == (False, "gte")
